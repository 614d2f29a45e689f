// The law of the controller: after any edits, what stands in the flow tables by deltas is what a controller that starts
// on the same database would make. Each failure prints its seed.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <regex>
#include <set>

#include "absl/strings/str_cat.h"
#include "lib/schema/ovn_sb.rows.h"
#include "ovnlite/base/random.h"
#include "ovnlite/controller/controller.h"
#include "ovnlite/flow/openflow_text.h"
#include "ovnlite/schema/schema.h"

namespace ovnlite {
namespace {

constexpr int kSwitches = 3, kPortsPerSwitch = 4, kChassis = 3;

void Refer(const Uuid& uuid, ovsdb::Uuid* ref) {
  ref->set_high(uuid.high());
  ref->set_low(uuid.low());
}

// What two controllers may differ in: the numbers of groups and meters.
std::string OpsText(const Flow& flow) {
  static const std::regex kNumber("(group:|meter:|meter_id=)[0-9]+");
  return std::regex_replace(FormatOps(*flow.ops, OpDialect::kDumpFlows), kNumber, "$1N");
}

// Flows by everything but their set tests.
std::map<std::string, std::vector<std::vector<SetTest>>> Image(const FlowTables& tables) {
  std::map<std::string, std::vector<std::vector<SetTest>>> image;
  tables.ForEach([&image](const Flow& flow) {
    std::string text = absl::StrCat(flow.table, " ", flow.priority, " ", flow.cookie);
    for (const WordTest& w : flow.match.words()) absl::StrAppend(&text, " ", w.word, ":", w.value, "/", w.mask);
    image[absl::StrCat(text, " ", OpsText(flow))].push_back(flow.match.sets());
  });
  return image;
}

// What is in `a` and not in `b`.
std::string Missing(const FlowTables& a, const FlowTables& b) {
  const auto in_a = Image(a);
  auto in_b = Image(b);
  std::string missing;
  for (const auto& [text, sets] : in_a) {
    for (const std::vector<SetTest>& s : sets) {
      auto& candidates = in_b[text];
      const auto found = std::find(candidates.begin(), candidates.end(), s);
      if (found == candidates.end()) {
        absl::StrAppend(&missing, text, " with ", s.size(), " sets\n");
      } else {
        candidates.erase(found);
      }
    }
  }
  return missing;
}

// A Southbound database as northd and chassis would leave it, and ways to change it.
class World {
 public:
  explicit World(uint64_t seed) : random_(seed) {
    Transaction t = sb_.Begin();
    for (int i = 0; i < kChassis; ++i) AddChassis(t, i);
    for (int i = 0; i <= kSwitches; ++i) {
      auto* datapath = t.Insert<sb::Datapath_Binding>(Datapath(i));
      datapath->set_tunnel_key(i + 1);
      (*datapath->mutable_external_ids())[i == kSwitches ? "logical-router" : "logical-switch"] =
          Datapath(i).ToString();
      (*datapath->mutable_external_ids())["name"] = absl::StrCat("dp", i);
    }
    for (int s = 0; s < kSwitches; ++s) {
      for (int p = 0; p < kPortsPerSwitch; ++p) AddPort(t, s, p + 2, PortName(s, p), "");
      AddPort(t, s, 1, absl::StrCat("s", s, "-r"), "patch", absl::StrCat("r-s", s));
      AddPort(t, kSwitches, s + 1, absl::StrCat("r-s", s), "patch", absl::StrCat("s", s, "-r"));
      auto* group = t.Insert<sb::Multicast_Group>(Uuid::FromName(absl::StrCat("flood", s)));
      group->set_name("_MC_flood");
      group->set_tunnel_key(32768);
      Refer(Datapath(s), group->mutable_datapath());
      for (int p = 0; p < kPortsPerSwitch; ++p) Refer(PortUuid(PortName(s, p)), group->add_ports());
      t.Insert<sb::Port_Group>(Uuid::FromName(absl::StrCat("pg", s)))->set_name(absl::StrCat(s + 1, "_web"));
    }
    t.Insert<sb::Address_Set>(Uuid::FromName("as"))->set_name("office");
    auto* group = t.Insert<sb::Logical_DP_Group>(Uuid::FromName("dpg"));
    for (int s = 0; s < kSwitches; ++s) Refer(Datapath(s), group->add_datapaths());
    for (int i = 0; i < 20; ++i) AddFlow(t);
    Commit(std::move(t));
  }

  Database& sb() { return sb_; }
  Random& random() { return random_; }
  static std::string PortName(int s, int p) { return absl::StrCat("s", s, "p", p); }
  std::string AnyPort() { return PortName(Pick(kSwitches), Pick(kPortsPerSwitch)); }
  int Pick(int n) { return static_cast<int>(random_.Below(static_cast<uint64_t>(n))); }

  // One random edit; its name.
  std::string Edit() {
    Transaction t = sb_.Begin();
    std::string what;
    switch (Pick(10)) {
      case 0:
        what = "flow added";
        AddFlow(t);
        break;
      case 1:
        what = "flow removed";
        if (const Uuid uuid = AnyRow<sb::Logical_Flow>(); !uuid.IsZero()) t.Delete<sb::Logical_Flow>(uuid);
        break;
      case 2:
        what = "flow edited";
        if (const Uuid uuid = AnyRow<sb::Logical_Flow>(); !uuid.IsZero())
          t.Update<sb::Logical_Flow>(uuid)->set_match(AnyMatch());
        break;
      case 3: {
        what = "port moved";
        auto* port = t.Update<sb::Port_Binding>(PortUuid(AnyPort()));
        const int chassis = Pick(kChassis + 1);
        port->clear_chassis();
        if (chassis < kChassis && sb_.Get<sb::Chassis>(ChassisUuid(chassis)) != nullptr)
          Refer(ChassisUuid(chassis), port->mutable_chassis());
        break;
      }
      case 4: {
        what = "address set edited";
        auto* set = t.Update<sb::Address_Set>(Uuid::FromName("as"));
        set->clear_addresses();
        std::set<std::string> addresses;
        for (int i = Pick(4); i > 0; --i) addresses.insert(AnyAddress());
        for (const std::string& address : addresses) set->add_addresses(address);
        break;
      }
      case 5: {
        what = "port group edited";
        const int s = Pick(kSwitches);
        auto* group = t.Update<sb::Port_Group>(Uuid::FromName(absl::StrCat("pg", s)));
        group->clear_ports();
        for (int p = 0; p < kPortsPerSwitch; ++p) {
          if (random_.OneIn(2)) group->add_ports(PortName(s, p));
        }
        break;
      }
      case 6: {
        what = "multicast group edited";
        const int s = Pick(kSwitches);
        auto* group = t.Update<sb::Multicast_Group>(Uuid::FromName(absl::StrCat("flood", s)));
        group->clear_ports();
        for (int p = 0; p < kPortsPerSwitch; ++p) {
          if (!random_.OneIn(3)) Refer(PortUuid(PortName(s, p)), group->add_ports());
        }
        break;
      }
      case 7:
        what = "neighbour edited";
        EditNeighbor(t);
        break;
      case 8: {
        what = "chassis joined or left";
        const int last = kChassis - 1;
        if (sb_.Get<sb::Chassis>(ChassisUuid(last)) != nullptr) {
          t.Delete<sb::Chassis>(ChassisUuid(last));
        } else {
          AddChassis(t, last);
        }
        break;
      }
      default: {
        what = "port security edited";
        const std::string name = AnyPort();
        auto* port = t.Update<sb::Port_Binding>(PortUuid(name));
        port->clear_port_security();
        if (random_.OneIn(2)) port->add_port_security(absl::StrCat("02:00:00:00:00:0", Pick(9), " ", AnyAddress()));
        break;
      }
    }
    Commit(std::move(t));
    return what;
  }

 private:
  static Uuid Datapath(int i) { return Uuid::FromName(absl::StrCat("datapath", i)); }
  static Uuid PortUuid(const std::string& name) { return Uuid::FromName("port " + name); }
  static Uuid ChassisUuid(int i) { return Uuid::FromName(absl::StrCat("chassis", i)); }

  void Commit(Transaction t) {
    const absl::StatusOr<Delta> delta = sb_.Commit(std::move(t));
    ASSERT_TRUE(delta.ok()) << delta.status();
  }

  static void AddChassis(Transaction& t, int i) {
    const Uuid encap_uuid = Uuid::FromName(absl::StrCat("encap", i));
    auto* encap = t.Insert<sb::Encap>(encap_uuid);
    encap->set_type("geneve");
    encap->set_ip(absl::StrCat("192.0.2.", i + 1));
    encap->set_chassis_name(absl::StrCat("hv", i));
    auto* chassis = t.Insert<sb::Chassis>(ChassisUuid(i));
    chassis->set_name(absl::StrCat("hv", i));
    Refer(encap_uuid, chassis->add_encaps());
  }

  void AddPort(Transaction& t, int datapath, int key, const std::string& name, const std::string& type,
               const std::string& peer = "") {
    auto* port = t.Insert<sb::Port_Binding>(PortUuid(name));
    port->set_logical_port(name);
    port->set_type(type);
    port->set_tunnel_key(key);
    Refer(Datapath(datapath), port->mutable_datapath());
    if (!peer.empty()) (*port->mutable_options())["peer"] = peer;
    if (type.empty()) Refer(ChassisUuid(Pick(kChassis)), port->mutable_chassis());
  }

  std::string AnyAddress() { return absl::StrCat("10.0.", Pick(3), ".", Pick(4)); }

  std::string AnyMatch() {
    switch (Pick(11)) {
      case 0:
        return absl::StrCat("inport == \"", AnyPort(), "\" && ip4");
      case 1:
        return absl::StrCat("outport == \"", AnyPort(), "\"");
      case 2:
        return "inport == @web && tcp.dst == {22, 80}";
      case 3:
        return "outport == @web && ip4.src == $office";
      case 4:
        return "ip4.dst == $office || ip4.src != $office";
      case 5:
        return absl::StrCat("is_chassis_resident(\"", AnyPort(), "\") && arp");
      case 6:
        return absl::StrCat("ip4.dst == ", AnyAddress(), "/24 && udp.dst >= ", Pick(100), " && udp.dst <= 120");
      case 7:
        return "inport == \"nobody\"";
      case 8:
        return "ip4 &&";
      case 9:
        return absl::StrCat("eth.dst == 02:00:00:00:00:0", Pick(9));
      default:
        return "1";
    }
  }

  std::string AnyActions() {
    switch (Pick(9)) {
      case 0:
        return "drop;";
      case 1:
        return absl::StrCat("outport = \"", AnyPort(), "\"; output;");
      case 2:
        return "outport = \"_MC_flood\"; output;";
      case 3:
        return absl::StrCat("reg0 = ", Pick(4), "; next;");
      case 4:
        return "get_arp(outport, reg0); next;";
      case 5:
        return "arp { eth.dst = ff:ff:ff:ff:ff:ff; output; };";
      case 6:
        return absl::StrCat("ct_lb_mark(backends=10.0.0.", Pick(3), ":80,10.0.0.7:80);");
      case 7:
        return absl::StrCat("select(reg8[0..15], 1=", 1 + Pick(3), ", 2);");
      default:
        return "next;";
    }
  }

  void AddFlow(Transaction& t) {
    auto* flow = t.Insert<sb::Logical_Flow>(Uuid::FromName(absl::StrCat("flow", ++flows_)));
    if (random_.OneIn(3)) {
      Refer(Uuid::FromName("dpg"), flow->mutable_logical_dp_group());
    } else {
      Refer(Datapath(Pick(kSwitches + 1)), flow->mutable_logical_datapath());
    }
    flow->set_pipeline(random_.OneIn(3) ? "egress" : "ingress");
    flow->set_table_id(Pick(8));
    flow->set_priority(Pick(100));
    flow->set_match(AnyMatch());
    flow->set_actions(AnyActions());
  }

  void EditNeighbor(Transaction& t) {
    const bool fdb = random_.OneIn(2);
    if (random_.OneIn(3)) {
      if (const Uuid uuid = AnyRow<sb::FDB>(); fdb && !uuid.IsZero()) t.Delete<sb::FDB>(uuid);
      if (const Uuid uuid = AnyRow<sb::MAC_Binding>(); !fdb && !uuid.IsZero()) t.Delete<sb::MAC_Binding>(uuid);
      return;
    }
    const std::string mac = absl::StrCat("02:00:00:00:00:0", Pick(9));
    if (fdb) {
      const int64_t datapath = 1 + Pick(kSwitches);
      const Uuid uuid = Uuid::FromName(absl::StrCat("fdb", mac, datapath));
      auto* row = sb_.Get<sb::FDB>(uuid) != nullptr ? t.Update<sb::FDB>(uuid) : t.Insert<sb::FDB>(uuid);
      row->set_mac(mac);
      row->set_dp_key(datapath);
      row->set_port_key(2 + Pick(kPortsPerSwitch));
    } else {
      const std::string port = absl::StrCat("r-s", Pick(kSwitches)), ip = AnyAddress();
      const Uuid uuid = Uuid::FromName(absl::StrCat("binding", port, ip));
      auto* row =
          sb_.Get<sb::MAC_Binding>(uuid) != nullptr ? t.Update<sb::MAC_Binding>(uuid) : t.Insert<sb::MAC_Binding>(uuid);
      row->set_logical_port(port);
      row->set_ip(ip);
      row->set_mac(mac);
      Refer(Datapath(kSwitches), row->mutable_datapath());
    }
  }

  template <typename T>
  Uuid AnyRow() {
    const auto rows = sb_.Rows<T>();
    return rows.empty() ? Uuid() : rows[static_cast<size_t>(Pick(static_cast<int>(rows.size())))].uuid;
  }

  Random random_;
  Database sb_{SouthboundSchema()};
  int flows_ = 0;
};

class ControllerLaw : public testing::TestWithParam<uint64_t> {};

TEST_P(ControllerLaw, DeltasAppliedEqualAFreshCompilation) {
  SCOPED_TRACE(testing::Message() << "seed " << GetParam());
  World world(GetParam());
  FlowTables tables;
  Controller controller(world.sb(), tables, {.chassis = "hv0"});
  controller.SetTunnel("hv1", 1);
  controller.Plug(World::PortName(0, 0), 10);
  controller.Update();
  size_t most = 0;
  for (int i = 0; i < 40; ++i) {
    std::string what;
    if (world.random().OneIn(4)) {
      const bool tunnel = world.random().OneIn(3), in = world.random().OneIn(2);
      const std::string port = world.AnyPort();
      const uint32_t number = in ? 100 + static_cast<uint32_t>(world.Pick(3)) : 0;
      what = absl::StrCat(tunnel ? "tunnel" : port, " gets number ", number);
      tunnel ? controller.SetTunnel("hv2", number) : controller.Plug(port, number);
    } else {
      what = world.Edit();
    }
    if (world.random().OneIn(2)) continue;  // Several edits in one update.
    controller.Update();
    FlowTables fresh_tables;
    Controller fresh(world.sb(), fresh_tables, {.chassis = "hv0"});
    for (const auto& [name, number] : controller.ports()) fresh.Plug(name, number);
    for (const auto& [name, number] : controller.tunnels()) fresh.SetTunnel(name, number);
    fresh.RestoreZones(controller.zones());
    fresh.Update();
    ASSERT_EQ(Missing(fresh_tables, tables), "") << "missing after edit " << i << ": " << what;
    ASSERT_EQ(Missing(tables, fresh_tables), "") << "left over after edit " << i << ": " << what;
    ASSERT_EQ(controller.errors(), fresh.errors()) << "edit " << i << ": " << what;
    ASSERT_EQ(controller.zones(), fresh.zones()) << "edit " << i << ": " << what;
    most = std::max(most, tables.size());
  }
  EXPECT_GT(most, 50u) << "nothing much was compiled";
}

INSTANTIATE_TEST_SUITE_P(Seeds, ControllerLaw, testing::Range(uint64_t{1}, uint64_t{31}));

}  // namespace
}  // namespace ovnlite
