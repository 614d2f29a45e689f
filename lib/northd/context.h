// File: context.h
// What all emitters of the compiler share: the questions they ask about the Northbound database (each a remembered
// query, see db/incremental.h), and where what they find goes.
//
// One file per feature defines its emitters (feature.h); each runs once per Northbound row that the feature is about,
// and reads nothing but the Reader, so that an edit runs again exactly what depended on it.

#ifndef OVNLITE_LIB_NORTHD_CONTEXT_H_
#define OVNLITE_LIB_NORTHD_CONTEXT_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "lib/northd/items.h"
#include "lib/northd/tunnel_keys.h"
#include "lib/schema/ovn_nb.rows.h"
#include "lib/schema/ovn_sb.rows.h"
#include "ovnlite/base/ip.h"
#include "ovnlite/base/uuid.h"
#include "ovnlite/db/incremental.h"
#include "ovnlite/logical/lport_addresses.h"
#include "ovnlite/northd/northd.h"
#include "ovnlite/schema/recent_strings.h"

namespace ovnlite {

// A MAC address and the IP addresses that go with it: an element of a switch port's `addresses`, or a router port's
// `mac` and `networks` with its link-local address last, as routers have one.
using PortAddresses = LportAddresses;

// A Logical_Switch_Port as flows need it. Changes elsewhere in the row wake nobody.
struct SwitchPort {
  bool exists = false;  // It is a port of a switch, and has a tunnel key.
  SharedString name;
  std::string quoted;  // The name as flows write it.
  SharedString type;
  bool enabled = true;
  bool unknown = false;                  // `addresses` has "unknown".
  std::vector<PortAddresses> addresses;  // Of a router's port with "router": the router port's.
  std::vector<MacAddress> macs;          // Frames to these go to the port: those above, and of "MAC dynamic" the MAC.
  bool has_port_security = false;
  Uuid lswitch;
  Uuid peer;  // The router port that type "router" leads to, if there is one.
  bool is_router() const { return type == "router"; }
  // To a router, or to a provider network.
  bool leads_elsewhere() const { return type == "localnet" || !peer.IsZero(); }
  friend bool operator==(const SwitchPort&, const SwitchPort&) = default;
};

// A Logical_Router_Port that can be used: the router is enabled, the MAC address makes sense, there is a tunnel key.
struct RouterPort {
  bool exists = false;
  SharedString name;
  std::string quoted;
  bool enabled = true;
  PortAddresses networks;
  Uuid router;
  Uuid peer_port;  // The router port that `peer` names, on both sides.
  friend bool operator==(const RouterPort&, const RouterPort&) = default;
};

struct Context {
  // Declares collections, relations and inputs; features add the functions behind the queries.
  explicit Context(Incremental& engine);
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  // -- Where things go --

  Collection<LogicalFlow> flows;
  Collection<RowItem> rows;        // Of the Southbound database,
  Collection<MemberItem> members;  // and members of their sets.
  Collection<RowItem> reports;     // Columns of Northbound rows: what is told to those who configure.
  Collection<Unsupported> unsupported;
  Collection<NorthdWarning> warnings;

  // -- Questions, by the UUID of a Northbound row unless said otherwise --

  // Numbers for datapaths and ports (datapaths.cc, port bindings), and who wants one, by datapath. Who asks for a number
  // says so with one of the two functions, which see to it that all who want one have been heard.
  Relation<Uuid, TunnelKeyWish> datapath_wishes, port_wishes;
  uint32_t DatapathKey(Reader& reader, const Uuid& datapath) const;
  uint32_t PortKey(Reader& reader, const Uuid& port) const;
  Query<Uuid, uint32_t> datapath_key, port_key;  // Inputs.

  Query<Uuid, SwitchPort> switch_port;
  Query<Uuid, RouterPort> router_port;
  // By Logical_Switch: its ports of type router that lead to a router port, and those that do not; enabled ports with
  // "unknown".
  Relation<Uuid, Uuid> router_ports_of_switch, machines_of_switch, unknown_of_switch;
  // By Logical_Switch: of ACLs that it has, its own or by a port group, whether they ask for connections to be tracked
  // (true, false, or some do); a load balancer with VIPs is on it; its connections are tracked, for either reason.
  Relation<Uuid, bool> acls_of_switch;
  Query<Uuid, bool> switch_balances, switch_is_tracked;
  Query<Uuid, bool> switch_allocates;      // By Logical_Switch: it gives out addresses to ports that are "dynamic".
  Query<Uuid, SharedString> drop_actions;  // By zero: see drop_actions.h.
  Query<Uuid, TunnelKeyLimits> key_limits; // By zero.

  std::string service_monitor_mac;  // When the Northbound database names none.
  mutable RecentStrings strings{/*longest=*/256};
  std::vector<std::shared_ptr<void>> keep;  // What features have for themselves.
};

// A port's name in double quotes, escaped as in JSON: how logical flows write it.
std::string Quoted(absl::string_view name);

// A truth value as options have them, in capital letters too; what is neither is `otherwise`.
inline bool ReadBool(std::optional<absl::string_view> text, bool otherwise) {
  return absl::EqualsIgnoreCase(text.value_or(""), otherwise ? "false" : "true") != otherwise;
}

// The row's reference, as the writer of rows resolves it.
inline Uuid PortBindingId(absl::string_view port) { return RowId(SchemaOf<sb::Port_Binding>(), port); }

}  // namespace ovnlite

#endif  // OVNLITE_LIB_NORTHD_CONTEXT_H_
