#include "lib/northd/static_route.h"

#include <gtest/gtest.h>

#include "lib/northd/router_network.h"
#include "lib/schema/ovn_nb.rows.h"
#include "ovnlite/schema/typed_row.h"

namespace ovnlite {
namespace {

namespace column = nb::columns::Logical_Router_Static_Route;

absl::StatusOr<StaticRoute> Read(const std::string& prefix, const std::string& next_hop) {
  TypedRow<nb::Logical_Router_Static_Route> row;
  row.Set(column::ip_prefix, prefix);
  row.Set(column::nexthop, next_hop);
  const Row made = row.Build();
  return ReadStaticRoute(ViewOf<nb::Logical_Router_Static_Route>(&made));
}

StaticRoute Route(const std::string& prefix, const std::string& next_hop) {
  const absl::StatusOr<StaticRoute> route = Read(prefix, next_hop);
  EXPECT_TRUE(route.ok()) << route.status();
  return route.value_or(StaticRoute());
}

std::string Complaint(const std::string& prefix, const std::string& next_hop) {
  return std::string(Read(prefix, next_hop).status().message());
}

TEST(StaticRoute, KeepsWhatIsWritten) {
  TypedRow<nb::Logical_Router_Static_Route> row;
  row.Set(column::ip_prefix, "10.203.0.5/16");
  row.Set(column::nexthop, "10.0.0.254/32");
  row.Set(column::policy, "src-ip");
  row.Set(column::route_table, "blue");
  row.Set(column::output_port, "r-s");
  const Row made = row.Build();
  const absl::StatusOr<StaticRoute> route = ReadStaticRoute(ViewOf<nb::Logical_Router_Static_Route>(&made));
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

// "ADDRESS" or "nowhere".
std::string Source(const StaticRoute& route, std::vector<const char*> networks) {
  LportAddresses port;
  for (const char* text : networks) {
    const IpPrefix network = *ReadRouterNetwork(text);
    (network.is_v6() ? port.v6 : port.v4).push_back(network);
  }
  const std::optional<IpAddress> source = SourceOnPort(route, port);
  return source.has_value() ? source->ToString() : "nowhere";
}

TEST(StaticRoute, SourceOnThePortThatItIsToldToUse) {
  EXPECT_EQ(Source(Route("20.0.0.0/8", "192.168.2.9"), {"192.168.1.1/24", "192.168.2.1/24"}), "192.168.2.1");
  EXPECT_EQ(Source(Route("20.0.0.0/8", "10.55.0.1"), {"192.168.1.1/24", "192.168.2.1/24"}), "192.168.1.1");
  EXPECT_EQ(Source(Route("20.0.0.0/8", ""), {"10.0.0.1/16"}), "10.0.0.1");
  EXPECT_EQ(Source(Route("fd20::/16", ""), {"10.0.0.1/16", "fe80::2/64"}), "fe80::2");
  EXPECT_EQ(Source(Route("20.0.0.0/8", "10.0.9.9"), {"fe80::2/64"}), "nowhere");
}

// To look for in networks, only inet_pton's form counts.
TEST(StaticRoute, NeighborsToLookFor) {
  EXPECT_EQ(NeighborOf(Route("20.0.0.0/8", "10.0.9.9"))->ToString(), "10.0.9.9");
  EXPECT_EQ(NeighborOf(Route("fd20::/16", "fd00::9"))->ToString(), "fd00::9");
  for (const char* none : {"", "10.0.9.9/32"}) {
    EXPECT_FALSE(NeighborOf(Route("20.0.0.0/8", none)).has_value()) << none;
  }
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
