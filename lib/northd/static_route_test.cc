#include "lib/northd/static_route.h"

#include <gtest/gtest.h>

#include "lib/northd/router_network.h"
#include "lib/schema/ovn_nb.pb.h"

namespace ovnlite {
namespace {

nb::Logical_Router_Static_Route Row(const std::string& prefix, const std::string& next_hop) {
  nb::Logical_Router_Static_Route row;
  row.set_ip_prefix(prefix);
  row.set_nexthop(next_hop);
  return row;
}

StaticRoute Route(const std::string& prefix, const std::string& next_hop) {
  const absl::StatusOr<StaticRoute> route = ReadStaticRoute(Row(prefix, next_hop));
  EXPECT_TRUE(route.ok()) << route.status();
  return route.value_or(StaticRoute());
}

std::string Complaint(const std::string& prefix, const std::string& next_hop) {
  return std::string(ReadStaticRoute(Row(prefix, next_hop)).status().message());
}

TEST(StaticRoute, KeepsWhatIsWritten) {
  nb::Logical_Router_Static_Route row = Row("10.203.0.5/16", "10.0.0.254/32");
  row.set_policy("src-ip");
  row.set_route_table("blue");
  row.set_output_port("r-s");
  const absl::StatusOr<StaticRoute> route = ReadStaticRoute(row);
  ASSERT_TRUE(route.ok());
  EXPECT_EQ(route->prefix.ToString(), "10.203.0.5/16");
  EXPECT_EQ(route->next_hop, "10.0.0.254/32");
  EXPECT_TRUE(route->from_source);
  EXPECT_FALSE(route->discard);
  EXPECT_EQ(route->route_table, "blue");
  EXPECT_EQ(route->output_port, "r-s");
}

TEST(StaticRoute, NextHopMayBeMissingOrDiscard) {
  EXPECT_EQ(Route("10.0.0.0/8", "").next_hop, "");
  EXPECT_FALSE(Route("10.0.0.0/8", "").discard);
  EXPECT_TRUE(Route("fd00::/8", "discard").discard);
  EXPECT_EQ(Route("fd00::/8", "discard").next_hop, "");
}

TEST(StaticRoute, SaysWhatIsWrong) {
  EXPECT_EQ(Complaint("garbage", "10.0.0.1"), "prefix \"garbage\" is none");
  EXPECT_EQ(Complaint("10.201.0.0/33", "10.0.0.254"), "prefix \"10.201.0.0/33\" is none");
  EXPECT_EQ(Complaint("::ffff:10.0.0.0/104", "10.0.0.254"), "prefix \"::ffff:10.0.0.0/104\" is none");
  EXPECT_EQ(Complaint("10.0.0.0/8", "10.0.0.254/24"), "next hop \"10.0.0.254/24\" is not one address");
  EXPECT_EQ(Complaint("10.0.0.0/8", "::ffff:10.0.0.1"), "next hop \"::ffff:10.0.0.1\" is not one address");
  EXPECT_EQ(Complaint("10.0.0.0/8", "Discard"), "next hop \"Discard\" is no address");
  EXPECT_EQ(Complaint("10.0.0.0/8", "10.0.0.254 "), "next hop \"10.0.0.254 \" is no address");
  EXPECT_EQ(Complaint("10.0.0.0/8", "fd00::1"),
            "prefix \"10.0.0.0/8\" and next hop \"fd00::1\" are of different families");
}

TEST(StaticRoute, NeighborsToAskByIpv6) {
  EXPECT_EQ(Ipv6NextHop("fd00::1/128")->ToString(), "fd00::1");
  EXPECT_EQ(Ipv6NextHop(" fd00::1")->ToString(), "fd00::1");
  for (const char* none : {"", "discard", "10.0.0.1", "fd00::1/64", "fd00::1 "}) {
    EXPECT_FALSE(Ipv6NextHop(none).has_value()) << none;
  }
}

// r-s: 10.0.0.1/16 and fd00::1/64; r-t: 192.168.1.1/24 and nothing of IPv6 but its link-local address.
class WayTest : public testing::Test {
 protected:
  WayTest() {
    for (const char* network : {"10.0.0.1/16", "fd00::1/64", "fe80::1/64"}) Add(network, &s_);
    for (const char* network : {"192.168.1.1/24", "192.168.2.1/24", "fe80::2/64"}) Add(network, &t_);
  }
  static void Add(const char* text, LportAddresses* port) {
    const IpPrefix network = *ReadRouterNetwork(text);
    (network.is_v6() ? port->v6 : port->v4).push_back(network);
  }
  // "EXIT SOURCE" or "nowhere".
  std::string Choose(const StaticRoute& route, std::vector<RouteExit> exits) const {
    const std::optional<Way> way = ChooseWay(route, exits);
    return way.has_value() ? std::string(exits[way->exit].name) + " " + way->source.ToString() : "nowhere";
  }
  std::string Choose(const StaticRoute& route) const { return Choose(route, {{"r-s", &s_}, {"r-t", &t_}}); }
  // With output_port.
  std::string Told(StaticRoute route, const RouteExit& exit) const {
    route.output_port = std::string(exit.name);
    return Choose(route, {exit});
  }

  LportAddresses s_, t_;
};

TEST_F(WayTest, ByTheNetworkOfTheNextHop) {
  EXPECT_EQ(Choose(Route("20.0.0.0/8", "10.0.9.9")), "r-s 10.0.0.1");
  EXPECT_EQ(Choose(Route("20.0.0.0/8", "192.168.2.9")), "r-t 192.168.2.1");
  EXPECT_EQ(Choose(Route("fd20::/16", "fd00::9")), "r-s fd00::1");
  EXPECT_EQ(Choose(Route("fd20::/16", "fe80::9")), "r-s fe80::1") << "the first of those that have it";
  EXPECT_EQ(Choose(Route("20.0.0.0/8", "10.55.0.1")), "nowhere");
  EXPECT_EQ(Choose(Route("20.0.0.0/8", "")), "nowhere");
  EXPECT_EQ(Choose(Route("20.0.0.0/8", "10.0.9.9/32")), "nowhere") << "only inet_pton's form is looked for";
}

TEST_F(WayTest, ByTheOutputPort) {
  EXPECT_EQ(Told(Route("20.0.0.0/8", "192.168.2.9"), {"r-t", &t_}), "r-t 192.168.2.1");
  EXPECT_EQ(Told(Route("20.0.0.0/8", "10.55.0.1"), {"r-t", &t_}), "r-t 192.168.1.1");
  EXPECT_EQ(Told(Route("20.0.0.0/8", ""), {"r-s", &s_}), "r-s 10.0.0.1");
  EXPECT_EQ(Told(Route("fd20::/16", ""), {"r-t", &t_}), "r-t fe80::2");
  const LportAddresses v6_only{MacAddress(), {}, s_.v6};
  EXPECT_EQ(Told(Route("20.0.0.0/8", "10.0.9.9"), {"r-6", &v6_only}), "nowhere");
  StaticRoute lost = Route("20.0.0.0/8", "10.0.9.9");
  lost.output_port = "nosuch";
  EXPECT_EQ(Choose(lost, {}), "nowhere");
}

TEST(RouterNetwork, WhatAPortCanHave) {
  EXPECT_EQ(ReadRouterNetwork("10.0.0.1/24")->ToString(), "10.0.0.1/24");
  EXPECT_EQ(ReadRouterNetwork("0.0.0.42/24")->ToString(), "0.0.0.42/24");
  EXPECT_EQ(ReadRouterNetwork("::/0")->ToString(), "::/0");
  for (const char* none : {"0.0.0.0", "0.0.0.0/0", "0.0.0.0/8", "fd99::1/129", "10.0.0.1/24 ", ""}) {
    EXPECT_FALSE(ReadRouterNetwork(none).has_value()) << none;
  }
}

}  // namespace
}  // namespace ovnlite
