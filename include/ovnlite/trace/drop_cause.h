// File: drop_cause.h
// Why a packet went no further, in terms of what somebody configured: an ACL, port security, a route, or nothing at
// all, so that the default of a stage took it.

#ifndef OVNLITE_TRACE_DROP_CAUSE_H_
#define OVNLITE_TRACE_DROP_CAUSE_H_

#include <cstdint>
#include <string>

namespace ovnlite {

enum class DropKind : uint8_t {
  kAcl,
  kPortSecurity,
  kRoute,   // A route that discards, or that there is none.
  kPolicy,  // A routing policy.
  kFlow,    // Another logical flow made for a row of the Northbound database.
  kRule,    // A logical flow that every logical switch or router has, such as that against packets from 0.0.0.0/8.
  kStageDefault,  // The flow of lowest priority in its stage, or that no flow matches there.
  kTtl,
  kLoop,         // The flows lead round and round.
  kReturn,       // The packet would leave by the port it came from.
  kUnreachable,  // The port it is for is nowhere, or not to be reached from this chassis.
  kTables,       // Anything else in tables that no logical flow stands behind.
};
// "acl", "port_security", "route", "policy", "flow", "rule", "stage_default", "ttl", "loop", "return", "unreachable",
// "tables".
const char* DropKindName(DropKind kind);

struct DropCause {
  DropKind kind = DropKind::kTables;
  // The packet was answered, by an ICMP error or a TCP reset for instance, rather than silently dropped.
  bool answered = false;
  std::string stage;  // "ls_in_acl"; empty where there is none.
  // The row that decided: its table ("ACL", "Port_Binding", "Logical_Flow" …) and UUID. Of a Northbound row only the
  // first 8 digits are known where that database is not at hand (Tracer::UseNorthbound()), and for kFlow not the table.
  std::string table;
  std::string row;
  // What people call that row: an ACL's name, a port's, the prefix of a route. Empty when it has no name.
  std::string name;
  // The whole in words: dropped by ACL "no-telnet" (ls_in_acl: inport == "web1" && tcp.dst == 23, priority 2001)
  std::string text;
};

}  // namespace ovnlite

#endif  // OVNLITE_TRACE_DROP_CAUSE_H_
