// Laws of the compiler, on random networks and edits (each failure prints its seed):
//   - after any edits, the Southbound database is what a fresh compilation makes, but for the numbers of datapaths and
//     ports;
//   - those numbers never change while their owner lives, and no two owners share one;
//   - what chassis write survives;
//   - a compiler that starts on a Southbound database that is there changes nothing in it.

#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "lib/northd/northd_testutil.h"
#include "lib/schema/ovn_nb.rows.h"
#include "lib/schema/ovn_sb.rows.h"
#include "ovnlite/base/random.h"
#include "ovnlite/db/log_file.h"
#include "ovnlite/northd/northd.h"
#include "ovnlite/schema/schema.h"
#include "ovnlite/topology/random_topology.h"

namespace ovnlite {
namespace {

// Everything northd is answerable for, numbers replaced by names, as one text to compare.
std::string Image(const Database& sb) {
  std::string image;
  const auto add_ids = [&]<typename T>(const T*) {
    if (std::is_same_v<T, sb::Port_Group>) return;  // Called after a number.
    sb.ForEach(SchemaOf<T>(), [&](const Uuid& uuid, const Row& row) {
      absl::StrAppend(&image, row.table().name(), " ", uuid.ToString(), " ");
      if constexpr (std::is_same_v<T, sb::Logical_Flow>) {
        absl::StrAppend(&image, sb::Logical_Flow_View(&row)->external_ids("stage-hint").value_or(""));
      }
      image += '\n';
    });
  };
  add_ids(static_cast<const sb::Datapath_Binding*>(nullptr));
  add_ids(static_cast<const sb::Port_Binding*>(nullptr));
  add_ids(static_cast<const sb::Multicast_Group*>(nullptr));
  add_ids(static_cast<const sb::Address_Set*>(nullptr));
  add_ids(static_cast<const sb::Load_Balancer*>(nullptr));
  add_ids(static_cast<const sb::Logical_Flow*>(nullptr));
  for (const std::string& line : RowLines(sb, {"chassis", "up"})) absl::StrAppend(&image, line, "\n");
  for (const std::string& line : FlowLines(sb)) absl::StrAppend(&image, line, "\n");
  return image;
}

std::string Recompiled(const Database& nb) {
  auto copy = ParseLog(FormatLog(nb));
  EXPECT_TRUE(copy.ok()) << copy.status();
  Database sb(SouthboundSchema());
  Northd northd(*copy->database, sb);
  EXPECT_TRUE(northd.Update().ok());
  return Image(sb);
}

struct Numbers {
  std::map<std::string, int64_t> datapaths;
  std::map<std::string, std::pair<Uuid, int64_t>> ports;
};
Numbers NumbersOf(const Database& sb) {
  Numbers numbers;
  for (const auto& [uuid, row] : sb.Rows<sb::Datapath_Binding>()) numbers.datapaths[uuid.ToString()] = row->tunnel_key();
  for (const auto& [uuid, row] : sb.Rows<sb::Port_Binding>()) {
    numbers.ports[std::string(row->logical_port())] = {row->datapath(), row->tunnel_key()};
  }
  return numbers;
}
void ExpectNumbersKept(const Numbers& before, const Numbers& after) {
  for (const auto& [uuid, key] : before.datapaths) {
    const auto found = after.datapaths.find(uuid);
    if (found != after.datapaths.end()) {
      EXPECT_EQ(found->second, key) << uuid;
    }
  }
  for (const auto& [name, where] : before.ports) {
    const auto found = after.ports.find(name);
    if (found != after.ports.end() && found->second.first == where.first) {
      EXPECT_EQ(found->second, where) << name;
    }
  }
}

// A chassis claims or lets go of a random port.
void Claim(Database& sb, Random& random) {
  const auto ports = sb.Rows<sb::Port_Binding>();
  if (ports.empty()) return;
  Transaction t = sb.Begin();
  Uuid chassis = Uuid::FromName("chassis");
  if (!sb.Read<sb::Chassis>(chassis)) {
    const Uuid encap = Uuid::FromName("encap");
    auto* e = t.Insert<sb::Encap>(encap);
    e->set_type("geneve");
    e->set_ip("192.168.56.11");
    e->set_chassis_name("compute1");
    t.Insert<sb::Chassis>(chassis)->set_name("compute1");
    t.InsertMember(sb::columns::Chassis::encaps, chassis, encap);
  }
  const Uuid port = ports[random.Below(ports.size())].uuid;
  if (random.OneIn(3)) {
    t.Clear(sb::columns::Port_Binding::chassis, port);
    t.Set(sb::columns::Port_Binding::up, port, false);
  } else {
    t.Set(sb::columns::Port_Binding::chassis, port, chassis);
    t.Set(sb::columns::Port_Binding::up, port, true);
  }
  ASSERT_TRUE(sb.Commit(std::move(t)).ok());
}

class NorthdLawTest : public testing::TestWithParam<int> {};

TEST_P(NorthdLawTest, DeltaAppliedEqualsFullRecompute) {
  const uint64_t seed = static_cast<uint64_t>(GetParam());
  SCOPED_TRACE(absl::StrCat("seed ", seed));
  Database nb(NorthboundSchema());
  Database sb(SouthboundSchema());
  RandomTopologyOptions options;
  options.localnet = true;
  options.acls = true;
  options.load_balancers = true;
  options.address_sets = true;
  RandomTopology topology(nb, seed, options);
  ASSERT_TRUE(topology.Build().ok());
  Northd northd(nb, sb);
  ASSERT_TRUE(northd.Update().ok());
  Random random(seed);
  std::map<std::string, bool> claimed;
  for (int edit = 0; edit < 40; ++edit) {
    const Numbers before = NumbersOf(sb);
    const absl::Status edited = topology.Edit();
    ASSERT_TRUE(edited.ok()) << edited << "\n" << topology.log();
    const absl::Status updated = northd.Update();
    ASSERT_TRUE(updated.ok()) << updated << "\n" << topology.log();
    ExpectNumbersKept(before, NumbersOf(sb));
    if (random.OneIn(3)) {
      Claim(sb, random);
      ASSERT_TRUE(northd.Update().ok());
    }
    // A switch port is up exactly when its binding says so, or when it leads to a router.
    for (const auto& [uuid, port] : nb.Rows<nb::Logical_Switch_Port>()) {
      const RowIds found = sb.Find(sb::columns::Port_Binding::logical_port, port->name());
      ASSERT_EQ(found.size(), 1u) << port->name();
      EXPECT_EQ(port->up(), port->type() == "router" || sb.Read<sb::Port_Binding>(found.front())->has_chassis())
          << port->name();
    }
    if (edit % 4 != 3) continue;
    ASSERT_EQ(Image(sb), Recompiled(nb)) << "after " << edit + 1 << " edits:\n" << topology.log();
  }

  // A second compiler takes over what the first one wrote.
  const std::string bytes = FormatLog(sb);
  Northd successor(nb, sb);
  ASSERT_TRUE(successor.Update().ok());
  EXPECT_EQ(FormatLog(sb), bytes);

  // And when everything is taken away, nothing of it is left.
  Transaction t = nb.Begin();
  for (const auto& [uuid, row] : nb.Rows<nb::Logical_Switch>()) t.Delete<nb::Logical_Switch>(uuid);
  for (const auto& [uuid, row] : nb.Rows<nb::Logical_Router>()) t.Delete<nb::Logical_Router>(uuid);
  ASSERT_TRUE(nb.Commit(std::move(t)).ok());
  ASSERT_TRUE(successor.Update().ok());
  EXPECT_EQ(sb.RowCount<sb::Logical_Flow>(), 0u);
  EXPECT_EQ(sb.RowCount<sb::Logical_DP_Group>(), 0u);
  EXPECT_EQ(sb.RowCount<sb::Datapath_Binding>(), 0u);
  EXPECT_EQ(sb.RowCount<sb::Port_Binding>(), 0u);
  EXPECT_EQ(sb.RowCount<sb::Multicast_Group>(), 0u);
  EXPECT_EQ(sb.RowCount<sb::Load_Balancer>(), 0u);
}

INSTANTIATE_TEST_SUITE_P(Seeds, NorthdLawTest, testing::Range(1, 31));

// Work follows what depends on the edit, not the size of the network.
TEST(NorthdCostTest, OnePortCostsTheSameInABigNetwork) {
  const auto runs = [](int switches) {
    Database nb(NorthboundSchema());
    Database sb(SouthboundSchema());
    Transaction t = nb.Begin();
    for (int s = 0; s < switches; ++s) {
      const Uuid ls(1, static_cast<uint64_t>(s));
      t.Insert<nb::Logical_Switch>(ls)->set_name(absl::StrCat("LS", s));
      for (int p = 0; p < 10; ++p) {
        const Uuid port(2, static_cast<uint64_t>(s * 10 + p));
        auto* lsp = t.Insert<nb::Logical_Switch_Port>(port);
        lsp->set_name(absl::StrCat("LSP", s, "-", p));
        lsp->add_addresses(absl::StrCat("00:00:00:00:", absl::Hex(s, absl::kZeroPad2), ":",
                                        absl::Hex(p, absl::kZeroPad2), " 10.", s, ".0.", p + 1));
        t.InsertMember(nb::columns::Logical_Switch::ports, ls, port);
      }
    }
    EXPECT_TRUE(nb.Commit(std::move(t)).ok());
    Northd northd(nb, sb);
    EXPECT_TRUE(northd.Update().ok());
    const CompileStatistics before = northd.statistics();
    Transaction edit = nb.Begin();
    edit.Update<nb::Logical_Switch_Port>(Uuid(2, 3))->set_addresses(0, "00:00:00:00:00:77 10.0.0.77");
    EXPECT_TRUE(nb.Commit(std::move(edit)).ok());
    EXPECT_TRUE(northd.Update().ok());
    return northd.statistics().emitter_runs - before.emitter_runs;
  };
  EXPECT_EQ(runs(4), runs(100));
  EXPECT_LT(runs(4), 10u);
}

TEST(NorthdTest, SaysWhatItDoesNotCompile) {
  Database nb(NorthboundSchema());
  Database sb(SouthboundSchema());
  Transaction t = nb.Begin();
  auto* acl = t.Insert<nb::ACL>(Uuid(1, 1));
  acl->set_direction("to-lport");
  acl->set_action("drop");
  acl->set_match("ip4");
  acl->set_log(true);
  acl->set_name("quiet");
  t.Insert<nb::Logical_Switch>(Uuid(1, 2))->set_name("LS1");
  t.InsertMember(nb::columns::Logical_Switch::acls, Uuid(1, 2), Uuid(1, 1));
  t.InsertMember(nb::columns::Logical_Switch::ports, Uuid(1, 2), Uuid(1, 3));
  auto* lsp = t.Insert<nb::Logical_Switch_Port>(Uuid(1, 3));
  lsp->set_name("LSP1");
  lsp->set_type("vtep");
  ASSERT_TRUE(nb.Commit(std::move(t)).ok());
  Northd northd(nb, sb);
  ASSERT_TRUE(northd.Update().ok());
  EXPECT_EQ(northd.unsupported(), (std::vector<Unsupported>{{"ACL", "quiet", "log"},
                                                            {"Logical_Switch_Port", "LSP1", "type:vtep"}}));
}

}  // namespace
}  // namespace ovnlite
