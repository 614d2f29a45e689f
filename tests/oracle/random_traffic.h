// File: random_traffic.h
// Random networks that need no connection tracking, and frames through them: food for comparisons of what comes out of
// whole networks of hypervisors. (RandomCase() uses nearly everything OVN has, but only flows are compared of it.)
//
// What comes out: two or three switches behind one or two routers, over IPv4 and mostly IPv6, on two or three
// hypervisors; port security; routers joined by a switch or as peers, or one on a gateway chassis; a gateway port to a
// provider network, tagged or not; routes, policies, ACLs without state, DSCP marks, MTUs of gateways, router
// advertisements, ARP proxies, neighbours known from the start. Frames are mostly sensible ones to and from what is
// there: ARP, neighbour discovery, pings, TCP, UDP and SCTP, fragments, multicast, frames of the wrong sender, and of
// length and time to live that do not suffice.

#ifndef OVNLITE_TESTS_ORACLE_RANDOM_TRAFFIC_H_
#define OVNLITE_TESTS_ORACLE_RANDOM_TRAFFIC_H_

#include <cstdint>
#include <string>
#include <vector>

namespace ovnlite {

struct Traffic {
  std::vector<std::string> lines;  // The network, for RealNetwork::Record().
  std::string steps;               // The frames (lab/steps.h).
};

// The same seed makes the same traffic.
Traffic RandomTraffic(uint64_t seed);

}  // namespace ovnlite

#endif  // OVNLITE_TESTS_ORACLE_RANDOM_TRAFFIC_H_
