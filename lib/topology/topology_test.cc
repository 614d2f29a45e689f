#include "ovnlite/topology/topology.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/schema/ovn_nb.rows.h"
#include "ovnlite/schema/schema.h"
#include "ovnlite/topology/show.h"

namespace ovnlite {
namespace {

using absl::StatusCode;
using testing::ElementsAre;

class TopologyTest : public testing::Test {
 protected:
  void Expect(const absl::Status& status, StatusCode code, absl::string_view message) {
    EXPECT_EQ(status.code(), code) << status;
    EXPECT_EQ(status.message(), message);
  }

  Database nb_{NorthboundSchema()};
  Topology topology_{nb_};
};

TEST_F(TopologyTest, TheLabOfTwoHypervisors) {
  LogicalSwitch ls1 = *topology_.AddSwitch("LS1"), ls2 = *topology_.AddSwitch("LS2");
  LogicalRouter lr1 = *topology_.AddRouter("LR1");
  ASSERT_TRUE(topology_.Connect(lr1, "lr1-ls1", ls1, "ls1-lr1", "00:00:00:00:ff:01", {"10.0.0.1/24"}).ok());
  ASSERT_TRUE(topology_.Connect(lr1, "lr1-ls2", ls2, "ls2-lr1", "00:00:00:00:ff:02", {"10.0.1.1/24"}).ok());
  for (auto [ls, name, address] : {std::tuple(&ls1, "LSP1", "00:00:00:00:00:0a 10.0.0.10"),
                                   std::tuple(&ls2, "LSP2", "00:00:00:00:00:0b 10.0.1.20")}) {
    LogicalSwitchPort port = *ls->AddPort(name);
    ASSERT_TRUE(port.SetAddresses({address}).ok());
    ASSERT_TRUE(port.SetPortSecurity({address}).ok());
  }
  // As `ovn-nbctl show` prints a real one, but for the order.
  EXPECT_EQ(ShowNorthbound(nb_, {.uuids = false}),
            R"(switch (LS1)
    port LSP1
        addresses: ["00:00:00:00:00:0a 10.0.0.10"]
    port ls1-lr1
        type: router
        router-port: lr1-ls1
switch (LS2)
    port LSP2
        addresses: ["00:00:00:00:00:0b 10.0.1.20"]
    port ls2-lr1
        type: router
        router-port: lr1-ls2
router (LR1)
    port lr1-ls1
        mac: "00:00:00:00:ff:01"
        networks: ["10.0.0.1/24"]
    port lr1-ls2
        mac: "00:00:00:00:ff:02"
        networks: ["10.0.1.1/24"]
)");
  EXPECT_EQ(topology_.FindSwitchPort("LSP2")->logical_switch()->name(), "LS2");
  EXPECT_EQ(topology_.FindRouterPort("lr1-ls2")->router()->name(), "LR1");
  EXPECT_EQ(topology_.FindSwitch(ls1.uuid().ToString())->name(), "LS1") << "by UUID";
  EXPECT_NE(ShowNorthbound(nb_).find(absl::StrCat("switch ", ls1.uuid().ToString(), " (LS1)")), std::string::npos);
}

TEST_F(TopologyTest, ShowAsOvnNbctlDoes) {
  LogicalSwitch t = *topology_.AddSwitch("T");
  LogicalSwitchPort t1 = *t.AddPort("t1");
  ASSERT_TRUE(t1.SetAddresses({"unknown", "00:00:00:00:00:01 10.0.0.1", "router"}).ok());
  ASSERT_TRUE(t.AddNestedPort("t2", "t1", 7).ok());
  ASSERT_TRUE(t.AddLocalnetPort("t3", "phys").ok());
  LogicalRouter r = *topology_.AddRouter("R");
  LogicalRouterPort rr1 = *r.AddPort("rr1", "00:00:00:00:00:11", {"172.16.0.1/24", "fd00::1/64"});
  ASSERT_TRUE(rr1.SetGatewayChassis("hv1", 20).ok());
  ASSERT_TRUE(rr1.SetGatewayChassis("hv2", 10).ok());
  ASSERT_TRUE(rr1.SetGatewayChassis("hv2", 30).ok()) << "a second time: the priority only";
  ASSERT_TRUE(r.AddNat("snat", "1.1.1.1", "10.0.0.5/24").ok());
  EXPECT_EQ(ShowNorthbound(nb_, {.uuids = false}), R"(switch (T)
    port t1
        addresses: ["00:00:00:00:00:01 10.0.0.1", "router", "unknown"]
    port t2
        parent: t1
    port t3
        type: localnet
        addresses: ["unknown"]
router (R)
    port rr1
        mac: "00:00:00:00:00:11"
        networks: ["172.16.0.1/24", "fd00::1/64"]
        gateway chassis: [hv2 hv1]
    nat
        external ip: "1.1.1.1"
        logical ip: "10.0.0.0/24"
        type: "snat"
)");
}

TEST_F(TopologyTest, Names) {
  LogicalSwitch s1 = *topology_.AddSwitch("s1");
  ASSERT_TRUE(s1.AddPort("p1").ok());
  LogicalSwitch s2 = *topology_.AddSwitch("s2");
  ASSERT_TRUE(topology_.AddRouter("s1").ok()) << "routers have names of their own";
  Expect(topology_.AddSwitch("s1").status(), StatusCode::kAlreadyExists, "s1: a switch with this name already exists");
  Expect(topology_.AddRouter("s1").status(), StatusCode::kAlreadyExists, "s1: a router with this name already exists");
  Expect(s2.AddPort("p1").status(), StatusCode::kAlreadyExists, "p1: a port with this name already exists");
  Expect(topology_.AddSwitch("").status(), StatusCode::kInvalidArgument, "a switch needs a name");
  Expect(s1.AddPort("").status(), StatusCode::kInvalidArgument, "a port needs a name");
  Expect(topology_.FindSwitch("nope").status(), StatusCode::kNotFound, "nope: switch name not found");
  Expect(topology_.FindRouter("nope").status(), StatusCode::kNotFound, "nope: router name not found");
  Expect(topology_.FindSwitchPort("nope").status(), StatusCode::kNotFound, "nope: port name not found");
  Expect(topology_.FindRouterPort("nope").status(), StatusCode::kNotFound, "nope: port name not found");
  // ovn-nbctl --add-duplicate ls-add, and others, can make two.
  Transaction t = nb_.Begin();
  t.Insert<nb::Logical_Switch>(Uuid(1, 1))->set_name("s1");
  ASSERT_TRUE(nb_.Commit(std::move(t)).ok());
  Expect(topology_.FindSwitch("s1").status(), StatusCode::kFailedPrecondition,
         "Multiple logical switches named 's1'.  Use a UUID.");
}

TEST_F(TopologyTest, PortAddresses) {
  LogicalSwitch s1 = *topology_.AddSwitch("s1");
  LogicalSwitchPort p1 = *s1.AddPort("p1"), p2 = *s1.AddPort("p2");
  constexpr char kFormat[] =
      ": Invalid address format. See ovn-nb(5). Hint: An Ethernet address must be listed before an IP address, "
      "together "
      "as a single argument.";
  for (const char* bad : {"bad", "", "router 10.0.0.1", "10.0.0.1", "00:00:00:00:00:1g"}) {
    Expect(p1.SetAddresses({bad}), StatusCode::kInvalidArgument, absl::StrCat(bad, kFormat));
  }
  Expect(p1.SetAddresses({"00:00:00:00:00:01 bad"}), StatusCode::kInvalidArgument,
         "00:00:00:00:00:01 bad: \"bad\" is not an IP address");
  for (const char* good : {"unknown", "router", "dynamic", "dynamic 10.0.0.9", "00:00:00:00:00:01 dynamic",
                           "00:00:00:00:00:01", " 00:00:00:00:00:01   10.0.0.1  fd00::1 "}) {
    EXPECT_TRUE(p1.SetAddresses({good}).ok()) << good;
    EXPECT_THAT(p1.addresses(), ElementsAre(good));
  }
  Expect(p2.SetAddresses({"00:00:00:00:00:02 10.0.0.1"}), StatusCode::kAlreadyExists,
         "Error on switch s1: duplicate IPv4 address '10.0.0.1' found on logical switch port 'p1'");
  Expect(p2.SetAddresses({"00:00:00:00:00:02 FD00:0::1"}), StatusCode::kAlreadyExists,
         "Error on switch s1: duplicate IPv6 address 'fd00::1' found on logical switch port 'p1'");
  LogicalSwitchPort elsewhere = *topology_.AddSwitch("s2")->AddPort("p3");
  EXPECT_TRUE(elsewhere.SetAddresses({"00:00:00:00:00:02 10.0.0.1"}).ok()) << "another switch, another subnet";
  EXPECT_TRUE(p1.SetAddresses({}).ok());
  EXPECT_TRUE(p2.SetAddresses({"00:00:00:00:00:02 10.0.0.1"}).ok());

  EXPECT_TRUE(p1.SetPortSecurity({"00:00:00:00:00:01 10.0.0.0/24 fd00::/64", "00:00:00:00:00:03"}).ok());
  EXPECT_EQ(p1.port_security().size(), 2u);
  Expect(p1.SetPortSecurity({"unknown"}), StatusCode::kInvalidArgument, absl::StrCat("unknown", kFormat));
  Expect(p1.SetPortSecurity({"00:00:00:00:00:01 10.0.0.0/33"}), StatusCode::kInvalidArgument,
         "00:00:00:00:00:01 10.0.0.0/33: \"10.0.0.0/33\" is not an IP address");
}

TEST_F(TopologyTest, PortSettings) {
  LogicalSwitch s1 = *topology_.AddSwitch("s1");
  LogicalSwitchPort p1 = *s1.AddPort("p1");
  Expect(p1.SetType("wrong"), StatusCode::kInvalidArgument,
         "Logical switch port type 'wrong' is unrecognized. Not setting type.");
  EXPECT_TRUE(p1.SetType("localport").ok());
  EXPECT_EQ(p1.type(), "localport");
  EXPECT_TRUE(p1.SetOption("a", "1").ok());
  EXPECT_TRUE(p1.SetOption("b", "2").ok());
  EXPECT_TRUE(p1.SetOption("a", "").ok());
  EXPECT_EQ(nb_.Get<nb::Logical_Switch_Port>(p1.uuid())->options().size(), 1u);
  EXPECT_TRUE(p1.SetEnabled(false).ok());
  EXPECT_FALSE(nb_.Get<nb::Logical_Switch_Port>(p1.uuid())->enabled());
  Expect(s1.AddNestedPort("c1", "nope", 5).status(), StatusCode::kNotFound, "nope: port name not found");
  Expect(s1.AddNestedPort("c1", "p1", 5000).status(), StatusCode::kInvalidArgument,
         "5000: invalid tag (must be in range 0 to 4095)");
}

TEST_F(TopologyTest, Acls) {
  LogicalSwitch s1 = *topology_.AddSwitch("s1");
  EXPECT_TRUE(s1.AddAcl("to-lport", 1000, "ip4", "drop").ok());
  Expect(s1.AddAcl("to-lport", 1000, "ip4", "allow"), StatusCode::kAlreadyExists,
         "Same ACL already existed on the ls s1.");
  Expect(s1.AddAcl("x", 1000, "ip4", "drop"), StatusCode::kInvalidArgument,
         "x: direction must be \"to-lport\" or \"from-lport\"");
  Expect(s1.AddAcl("to-lport", 100000, "ip4", "drop"), StatusCode::kInvalidArgument,
         "100000: priority must in range 0...32767");
  Expect(s1.AddAcl("to-lport", 1, "ip4", "bla"), StatusCode::kInvalidArgument,
         "bla: action must be one of \"allow\", \"allow-related\", \"allow-stateless\", \"drop\", and \"reject\"");
}

TEST_F(TopologyTest, RouterPorts) {
  LogicalRouter r1 = *topology_.AddRouter("r1");
  const char* mac = "00:00:00:00:ff:01";
  Expect(r1.AddPort("a", "bad", {"10.0.0.1/24"}).status(), StatusCode::kInvalidArgument, "a: invalid mac address bad");
  Expect(r1.AddPort("a", "01:00:00:00:00:01", {"10.0.0.1/24"}).status(), StatusCode::kInvalidArgument,
         "a: 01:00:00:00:00:01 is not the address of one station");
  Expect(r1.AddPort("a", mac, {"bad"}).status(), StatusCode::kInvalidArgument, "a: invalid network address: bad");
  Expect(r1.AddPort("a", mac, {"10.0.0.1/33"}).status(), StatusCode::kInvalidArgument,
         "a: invalid network address: 10.0.0.1/33");
  Expect(r1.AddPort("a", mac, {}).status(), StatusCode::kInvalidArgument, "a: a router port needs a network");
  Expect(r1.AddPort("a", mac, {"224.0.0.1/24"}).status(), StatusCode::kInvalidArgument,
         "a: 224.0.0.1/24 is not the address of one station");
  Expect(r1.AddPort("a", mac, {"10.0.0.1/24", "10.0.0.1/16"}).status(), StatusCode::kInvalidArgument,
         "a: 10.0.0.1 is given twice");
  LogicalRouterPort a = *r1.AddPort("a", mac, {"10.0.0.1/24", "10.0.0.2/24", "fe80::1/64"});
  Expect(r1.AddPort("a", mac, {"10.0.5.1/24"}).status(), StatusCode::kAlreadyExists,
         "a: a port with this name already exists");
  Expect(r1.AddPort("b", mac, {"10.0.0.129/25"}).status(), StatusCode::kFailedPrecondition,
         "b: network 10.0.0.129/25 overlaps network 10.0.0.1/24 of port a");
  LogicalRouterPort b = *r1.AddPort("b", mac, {"10.0.1.1/24", "fe80::1/64"});
  Expect(b.SetNetworks({"10.0.0.0/8"}), StatusCode::kFailedPrecondition,
         "b: network 10.0.0.0/8 overlaps network 10.0.0.1/24 of port a");
  EXPECT_TRUE(b.SetNetworks({"10.0.1.2/23"}).ok() == false) << "10.0.0.0/23 holds 10.0.0.0/24";
  EXPECT_TRUE(b.SetNetworks({"10.0.1.2/24"}).ok()) << "its own old network is no obstacle";
  EXPECT_THAT(b.networks(), ElementsAre("10.0.1.2/24"));
  Expect(b.SetGatewayChassis("hv1", 40000), StatusCode::kInvalidArgument, "40000: priority must in range 0...32767");
  Expect(a.SetPeer(b), StatusCode::kFailedPrecondition, "a: b is a port of the same router, r1");

  LogicalSwitch s1 = *topology_.AddSwitch("s1");
  EXPECT_FALSE(topology_.Connect(r1, "c", s1, "d", mac, {"10.0.0.1/24"}).ok());
  EXPECT_FALSE(topology_.FindSwitchPort("d").ok()) << "all or nothing";
  LogicalRouter r2 = *topology_.AddRouter("r2");
  LogicalRouterPort c = *topology_.Connect(r2, "c", s1, "d", mac, {"10.0.0.1/24"});
  Expect(a.SetPeer(c), StatusCode::kFailedPrecondition, "c: port is connected to switch port d");
  LogicalRouterPort e = *r2.AddPort("e", mac, {"10.0.1.3/24"});
  EXPECT_TRUE(b.SetPeer(e).ok());
  EXPECT_EQ(nb_.Get<nb::Logical_Router_Port>(b.uuid())->peer(), "e");
  EXPECT_EQ(nb_.Get<nb::Logical_Router_Port>(e.uuid())->peer(), "b");
}

TEST_F(TopologyTest, StaticRoutes) {
  LogicalRouter r1 = *topology_.AddRouter("r1"), r2 = *topology_.AddRouter("r2");
  ASSERT_TRUE(r1.AddPort("a", "00:00:00:00:ff:01", {"10.0.0.1/24", "fd00::1/64"}).ok());
  ASSERT_TRUE(r2.AddPort("b", "00:00:00:00:ff:02", {"10.0.0.2/24"}).ok());
  Expect(r1.AddStaticRoute("bad", "10.0.0.9"), StatusCode::kInvalidArgument, "bad prefix argument: bad");
  Expect(r1.AddStaticRoute("10.1.0.0/16", "bad"), StatusCode::kInvalidArgument, "bad IPv4 nexthop argument: bad");
  Expect(r1.AddStaticRoute("fd01::/64", "10.0.0.9"), StatusCode::kInvalidArgument,
         "bad IPv6 nexthop argument: 10.0.0.9");
  Expect(r1.AddStaticRoute("10.1.0.0/16", "192.168.1.1"), StatusCode::kFailedPrecondition,
         "nexthop 192.168.1.1 is in no network of router r1");
  Expect(r1.AddStaticRoute("10.1.0.0/16", "10.0.0.9", {.output_port = "nope"}), StatusCode::kNotFound,
         "nope: port name not found");
  Expect(r1.AddStaticRoute("10.1.0.0/16", "10.0.0.9", {.output_port = "b"}), StatusCode::kFailedPrecondition,
         "b: port is one of router r2, not of r1");
  Expect(r1.AddStaticRoute("10.1.0.0/16", "10.0.0.9", {.policy = "x"}), StatusCode::kInvalidArgument, "bad policy: x");
  EXPECT_TRUE(r1.AddStaticRoute("10.1.0.5/16", "10.0.0.9").ok());
  Expect(r1.AddStaticRoute("10.1.0.0/16", "10.0.0.8"), StatusCode::kAlreadyExists,
         "duplicate prefix: 10.1.0.0/16 (policy: dst-ip). Use option --ecmp to allow this for ECMP routing.");
  EXPECT_TRUE(r1.AddStaticRoute("10.1.0.0/16", "10.0.0.8", {.ecmp = true}).ok());
  Expect(r1.AddStaticRoute("10.1.0.0/16", "10.0.0.8", {.output_port = "a", .ecmp = true}), StatusCode::kAlreadyExists,
         "duplicate nexthop for the same ECMP route");
  EXPECT_TRUE(r1.AddStaticRoute("10.1.0.0/16", "10.0.0.8", {.policy = "src-ip"}).ok());
  EXPECT_TRUE(r1.AddStaticRoute("10.1.0.0/16", "10.0.0.8", {.route_table = "t1"}).ok());
  Expect(r1.AddStaticRoute("10.4.0.0/16", "discard", {.output_port = "a"}), StatusCode::kInvalidArgument,
         "outport is not valid for discard routes.");
  Expect(r1.AddStaticRoute("10.4.0.0/16", "discard", {.ecmp = true}), StatusCode::kInvalidArgument,
         "ecmp is not valid for discard routes.");
  EXPECT_TRUE(r1.AddStaticRoute("10.4.0.0/16", "discard").ok());
  EXPECT_TRUE(r1.AddStaticRoute("10.5.0.1", "172.16.0.1", {.output_port = "a"}).ok());
  EXPECT_TRUE(r1.AddStaticRoute("fd01:0::/64", "FE80::9").ok());
  EXPECT_EQ(nb_.RowCount<nb::Logical_Router_Static_Route>(), 7u);
  bool found = false;
  for (const auto& [uuid, route] : nb_.Rows<nb::Logical_Router_Static_Route>())
    found = found || (route.ip_prefix() == "fd01::/64" && route.nexthop() == "fe80::9");
  EXPECT_TRUE(found) << "written as OVN writes addresses";
  Expect(r1.DeleteStaticRoutes("10.99.0.0/16"), StatusCode::kNotFound, "no matching route: prefix '10.99.0.0/16'");
  EXPECT_TRUE(r1.DeleteStaticRoutes("10.1.2.3/16").ok());
  EXPECT_EQ(nb_.RowCount<nb::Logical_Router_Static_Route>(), 3u);
}

TEST_F(TopologyTest, Nat) {
  LogicalRouter r = *topology_.AddRouter("r");
  Expect(r.AddNat("snat", "bad", "10.0.0.0/24"), StatusCode::kInvalidArgument,
         "bad: Not a valid IPv4 or IPv6 address.");
  Expect(r.AddNat("x", "1.1.1.1", "10.0.0.0/24"), StatusCode::kInvalidArgument,
         "x: type must be one of \"dnat\", \"snat\" and \"dnat_and_snat\".");
  Expect(r.AddNat("snat", "1.1.1.1", "fd00::1"), StatusCode::kInvalidArgument,
         "fd00::1: should be an IPv4 address or network.");
  Expect(r.AddNat("dnat", "1.1.1.1", "10.0.0.0/24"), StatusCode::kInvalidArgument,
         "10.0.0.0/24: Not a valid IPv4 address.");
  EXPECT_TRUE(r.AddNat("snat", "1.1.1.1", "10.0.0.0/24").ok());
  Expect(r.AddNat("snat", "1.1.1.1", "10.0.0.0/24"), StatusCode::kAlreadyExists,
         "1.1.1.1, 10.0.0.0/24: a NAT with this external_ip and logical_ip already exists");
  Expect(r.AddNat("snat", "1.1.1.2", "10.0.0.0/24"), StatusCode::kAlreadyExists,
         "a NAT with this type (snat), logical_ip (10.0.0.0/24) already exists");
  EXPECT_TRUE(r.AddNat("dnat", "1.1.1.3", "10.0.0.1").ok());
  Expect(r.AddNat("dnat", "1.1.1.3", "10.0.0.2"), StatusCode::kAlreadyExists,
         "a NAT with this type (dnat), external_ip (1.1.1.3) already exists");
  EXPECT_TRUE(r.AddNat("dnat_and_snat", "1.1.1.3", "10.0.0.2").ok());
}

TEST_F(TopologyTest, WhatWasDeletedSaysSo) {
  LogicalSwitch s1 = *topology_.AddSwitch("s1");
  LogicalRouter r1 = *topology_.AddRouter("r1");
  LogicalRouterPort rp = *topology_.Connect(r1, "rp", s1, "sp", "00:00:00:00:ff:01", {"10.0.0.1/24"});
  LogicalSwitchPort p1 = *s1.AddPort("p1");
  EXPECT_TRUE(p1.Delete().ok());
  Expect(p1.Delete(), StatusCode::kNotFound, "the port has been deleted");
  EXPECT_EQ(p1.SetAddresses({"unknown"}).code(), StatusCode::kNotFound);
  EXPECT_EQ(p1.SetEnabled(true).code(), StatusCode::kNotFound);
  EXPECT_EQ(p1.name(), "");
  EXPECT_TRUE(s1.Delete().ok());
  EXPECT_EQ(nb_.RowCount<nb::Logical_Switch_Port>(), 0u) << "a switch takes its ports along";
  Expect(s1.AddPort("p").status(), StatusCode::kNotFound, "the switch has been deleted");
  EXPECT_TRUE(r1.AddStaticRoute("10.1.0.0/16", "10.0.0.9").ok());
  EXPECT_TRUE(r1.Delete().ok());
  EXPECT_EQ(rp.name(), "");
  Expect(rp.Delete(), StatusCode::kNotFound, "the port has been deleted");
  Expect(r1.AddStaticRoute("10.1.0.0/16", "10.0.0.9"), StatusCode::kNotFound, "the router has been deleted");
  EXPECT_EQ(nb_.RowCount<nb::Logical_Router_Static_Route>(), 0u);
}

TEST_F(TopologyTest, TwoTopologiesOfOneDatabaseDrawDifferentUuids) {
  Topology other(nb_);
  EXPECT_TRUE(topology_.AddSwitch("a").ok());
  EXPECT_TRUE(other.AddSwitch("b").ok());
  EXPECT_TRUE(topology_.AddSwitch("c").ok());
  EXPECT_EQ(other.switches().size(), 3u);
}

}  // namespace
}  // namespace ovnlite
