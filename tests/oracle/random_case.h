// File: random_case.h
// Random northbound configurations that use nearly everything OVN 23.03 offers, as the ovn-nbctl command lines that
// make them: food for comparisons in which a real ovn-northd compiles. (RandomTopology, of the topology room, is for
// what our own compiler covers.)
//
//   for (const std::string& line : RandomCase(seed)) std::cout << line << "\n";
//
// A line is one ovn-nbctl command, quoted as for a shell; lines that start with "sb " are for ovn-sbctl and come after
// all others. The same seed makes the same lines. All of them are valid: a command that ovn-nbctl refuses is a defect
// of this file.
//
// What comes out: switches and routers over IPv4 and IPv6; port security; ports of every type and containers; stateful
// and stateless ACLs, on switches and port groups, with sets, meters, labels and logging; gateway routers, distributed
// gateway ports, NAT of every kind; load balancers with every option; policies, ECMP, tables of routes; DHCP, DNS,
// router advertisements; QoS, multicast snooping and relay; forwarding groups; neighbours and MAC addresses that
// hypervisors would have learned; now and then drops that are sampled, backends under watch, ports of another zone, BFD,
// delegated prefixes, a machine on the move.

#ifndef OVNLITE_TESTS_ORACLE_RANDOM_CASE_H_
#define OVNLITE_TESTS_ORACLE_RANDOM_CASE_H_

#include <cstdint>
#include <string>
#include <vector>

namespace ovnlite {

std::vector<std::string> RandomCase(uint64_t seed);

}  // namespace ovnlite

#endif  // OVNLITE_TESTS_ORACLE_RANDOM_CASE_H_
