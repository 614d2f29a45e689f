// File: static_route.h
// A row of Logical_Router_Static_Route (ovn-nb(5)) as values, and the way it leads: which checks it has to pass, and
// what is made of next hops and output ports that say half of it.

#ifndef OVNLITE_LIB_NORTHD_STATIC_ROUTE_H_
#define OVNLITE_LIB_NORTHD_STATIC_ROUTE_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "lib/schema/ovn_nb.rows.h"
#include "ovnlite/base/ip.h"
#include "ovnlite/base/uuid.h"
#include "ovnlite/logical/lport_addresses.h"

namespace ovnlite {

struct StaticRoute {
  bool exists = false;  // It can be used, and a router has it.
  IpPrefix prefix;      // As it is written, with its host bits.
  bool from_source = false;
  bool discard = false;
  std::string next_hop;  // As it is written; empty: packets go straight to their destination.
  std::string route_table;
  Uuid router;
  std::optional<std::string> output_port;
  friend bool operator==(const StaticRoute&, const StaticRoute&) = default;
};

// Without `exists` and `router`. InvalidArgument, saying what is wrong, for a row that OVN passes over: a prefix or
// next hop that is none, a next hop with the length of a network, the two of different families, and (which OVN makes a
// flow of that no hypervisor can read) an IPv4 prefix written as an IPv6 one, ::ffff:10.0.0.0/104.
absl::StatusOr<StaticRoute> ReadStaticRoute(ViewOf<nb::Logical_Router_Static_Route> row);

// The neighbor that an IPv6 next hop is, whatever else the route says; nothing where it is none.
std::optional<Ipv6Address> Ipv6NextHop(absl::string_view next_hop);

// The address, among those of a router port, that is in one network with `ip`.
std::optional<IpAddress> MemberOf(const LportAddresses& networks, const IpAddress& ip);

// The neighbor to look for in the networks of router ports; nothing for a next hop that is none.
std::optional<IpAddress> NeighborOf(const StaticRoute& route);

// The address that packets leave with which a route told to use this port sends out: the one that shares a network with
// the next hop, or the first of the route's family; nothing when there is none.
std::optional<IpAddress> SourceOnPort(const StaticRoute& route, const LportAddresses& networks);

}  // namespace ovnlite

#endif  // OVNLITE_LIB_NORTHD_STATIC_ROUTE_H_
