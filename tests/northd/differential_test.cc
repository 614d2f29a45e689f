// Random networks, compiled by us and by a real ovn-northd: the same logical flows, datapaths, ports, groups and sets.
// Needs Debian's ovn-central (not its running services: it starts its own, in a folder of its own); skips aloud
// without.
//
// OVNLITE_SEEDS=FROM-TO runs others than the few seeds of every test run.

#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "lib/northd/context.h"
#include "lib/northd/northd_testutil.h"
#include "lib/schema/ovn_nb.pb.h"
#include "lib/schema/ovn_sb.pb.h"
#include "ovnlite/db/log_file.h"
#include "ovnlite/northd/northd.h"
#include "ovnlite/schema/schema.h"
#include "ovnlite/topology/random_topology.h"
#include "tests/oracle/real_central.h"
#include "tests/oracle/seeds.h"

namespace ovnlite {
namespace {

// Ports, groups and sets in words that do not depend on numbers and UUIDs.
std::multiset<std::string> RowLines(const Database& sb) {
  std::multiset<std::string> lines;
  const auto datapath = [&](const ovsdb::Uuid& uuid) {
    return Lookup(sb.Get<sb::Datapath_Binding>(FromProto(uuid))->external_ids(), "name");
  };
  for (const auto& [uuid, row] : sb.Rows<sb::Datapath_Binding>()) {
    std::string line = "Datapath_Binding";
    std::map<std::string, std::string> ids(row.external_ids().begin(), row.external_ids().end());
    for (const auto& [key, value] : ids) absl::StrAppend(&line, " ", key, "=", value);
    lines.insert(line);
  }
  for (const auto& [uuid, row] : sb.Rows<sb::Port_Binding>()) {
    std::string line = absl::StrCat("Port_Binding ", row.logical_port(), " of ", datapath(row.datapath()));
    std::map<std::string, std::string> options(row.options().begin(), row.options().end());
    for (const auto& [key, value] : options) absl::StrAppend(&line, " ", key, "=", value);
    sb::Port_Binding copy = row;
    copy.clear_datapath();
    copy.clear_tunnel_key();
    copy.clear_options();
    lines.insert(absl::StrCat(line, " ", copy.ShortDebugString()));
  }
  for (const auto& [uuid, row] : sb.Rows<sb::Multicast_Group>()) {
    std::string line =
        absl::StrCat("Multicast_Group ", row.name(), " of ", datapath(row.datapath()), " ", row.tunnel_key());
    std::set<std::string> ports;
    for (const ovsdb::Uuid& port : row.ports()) ports.insert(sb.Get<sb::Port_Binding>(FromProto(port))->logical_port());
    for (const std::string& port : ports) absl::StrAppend(&line, " ", port);
    lines.insert(line);
  }
  for (const auto& [uuid, row] : sb.Rows<sb::Address_Set>()) {
    // The monitors' MAC address is drawn by whoever comes first.
    if (row.name() != "svc_monitor_mac") lines.insert("Address_Set " + row.ShortDebugString());
  }
  for (const auto& [uuid, row] : sb.Rows<sb::Port_Group>()) {
    sb::Port_Group copy = row;
    copy.set_name(row.name().substr(row.name().find('_')));
    lines.insert("Port_Group " + copy.ShortDebugString());
  }
  return lines;
}

TEST(NorthdDifferentialTest, EqualsARealOvnNorthd) {
  if (const std::string missing = RealCentral::Missing(); !missing.empty()) {
    GTEST_SKIP() << missing << " is missing: install Debian's ovn-central to compare with a real ovn-northd";
  }
  const auto [from, to] = SeedsToTry({1, 3});
  RealCentral real;
  for (uint64_t seed = from; seed <= to; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    Database nb(NorthboundSchema());
    Transaction t = nb.Begin();
    t.Insert<nb::NB_Global>(Uuid(0, 1));
    ASSERT_TRUE(nb.Commit(std::move(t)).ok());
    RandomTopologyOptions options;
    options.localnet = true;
    options.address_sets = true;
    RandomTopology topology(nb, seed, options);
    ASSERT_TRUE(topology.Build().ok());
    Database sb(SouthboundSchema());
    Northd northd(nb, sb);
    ASSERT_TRUE(northd.Update().ok());
    EXPECT_TRUE(northd.unsupported().empty());

    absl::StatusOr<LoadedLog> expected = real.Compile(nb);
    ASSERT_TRUE(expected.ok()) << expected.status();
    const std::string difference = Difference(FlowLines(*expected->database), FlowLines(sb)) +
                                   Difference(RowLines(*expected->database), RowLines(sb));
    EXPECT_EQ(difference, "") << difference << topology.log();
  }
  std::cout << "seeds " << from << " to " << to << ": no difference\n";
}

}  // namespace
}  // namespace ovnlite
