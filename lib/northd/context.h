// File: context.h
// What all emitters of the compiler share: the questions they ask about the Northbound database (each a remembered
// query, see db/incremental.h), and where flows and rows go.
//
// One file per subject defines its emitters; each runs once per Northbound row that the subject is about, and reads
// nothing but the Reader, so that an edit runs again exactly what depended on it.

#ifndef OVNLITE_LIB_NORTHD_CONTEXT_H_
#define OVNLITE_LIB_NORTHD_CONTEXT_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "lib/northd/drop_actions.h"
#include "lib/northd/item.h"
#include "lib/northd/keyless.h"
#include "lib/northd/route_groups.h"
#include "lib/northd/static_route.h"
#include "lib/schema/column_access.h"
#include "lib/schema/ovsdb.pb.h"
#include "ovnlite/base/ip.h"
#include "ovnlite/base/uuid.h"
#include "ovnlite/db/incremental.h"
#include "ovnlite/logical/lport_addresses.h"

namespace google::protobuf {
class Message;
}

namespace ovnlite {

// A MAC address and the IP addresses that go with it: an element of a switch port's `addresses`, or a router port's
// `mac` and `networks` with its link-local address last, as routers have one.
using PortAddresses = LportAddresses;

// A Logical_Switch_Port as flows need it. Changes elsewhere in the row wake nobody.
struct SwitchPort {
  bool wanted = false;  // It is a port of a switch, and no other port has its name.
  bool exists = false;  // The same, and there was a tunnel key for it.
  std::string name;
  std::string quoted;  // The name as flows write it.
  std::string type;
  bool enabled = true;
  bool unknown = false;                  // `addresses` has "unknown".
  std::vector<PortAddresses> addresses;  // Of a router's port with "router": the router port's.
  std::vector<MacAddress> macs;          // Frames to these go to the port: those above, and of "MAC dynamic" the MAC.
  bool has_port_security = false;
  Uuid lswitch;
  Uuid peer;  // The router port that type "router" leads to, if there is one.
  bool is_router() const { return type == "router"; }
  friend bool operator==(const SwitchPort&, const SwitchPort&) = default;
};

// A Logical_Router_Port that can be used: the router is enabled, the MAC address makes sense.
struct RouterPort {
  bool wanted = false;
  bool exists = false;  // There was a tunnel key for it as well.
  std::string name;
  std::string quoted;
  bool enabled = true;
  PortAddresses networks;
  Uuid router;
  Uuid peer_port;    // The router port that `peer` names, on both sides.
  Uuid switch_port;  // The switch port that leads here.
  std::string route_table;
  friend bool operator==(const RouterPort&, const RouterPort&) = default;
};

struct Context {
  ItemStore* store = nullptr;
  std::string service_monitor_mac;  // When the Northbound database names none.

  // An input, by the UUID of a Logical_Switch or Logical_Router as text.
  Query<Keyless> keyless;

  Query<SwitchPort> switch_port;  // By Logical_Switch_Port UUID.
  Query<RouterPort> router_port;  // By Logical_Router_Port UUID.
  // By Logical_Switch UUID: its ports of type router that lead to a router port.
  Query<std::vector<Uuid>> router_ports_of_switch;
  Query<bool> switch_allocates;     // By Logical_Switch UUID: it gives out addresses to ports that are "dynamic".
  Query<bool> switch_has_unknown;   // By Logical_Switch UUID: some enabled port has "unknown".
  Query<bool> switch_has_machines;  // By Logical_Switch UUID: some port does not lead to a router port.
  Query<StaticRoute> route;         // By Logical_Router_Static_Route UUID.
  Query<RouterRoutes> routes;       // By Logical_Router UUID.
  Query<RouteGroup> route_group;    // By route UUID: the group it is in.
  Query<uint32_t> route_table;      // By "router UUID/table": its number; 0 is the main table.
  Query<std::string> drop_actions;  // By the empty name: see drop_actions.h.

  void EmitRow(Output& out, RowKind kind, std::string key, const google::protobuf::Message& row) const;
};

// A port's name in double quotes, escaped as in JSON: how logical flows write it.
std::string Quoted(absl::string_view name);

// The first value under `key`, or nothing.
template <typename Map>
absl::string_view Lookup(const Map& map, const char* key) {
  const auto found = map.find(key);
  return found == map.end() ? absl::string_view() : absl::string_view(found->second.data(), found->second.size());
}
// In capital letters too; what is neither is `otherwise`.
template <typename Map>
bool LookupBool(const Map& map, const char* key, bool otherwise) {
  return absl::EqualsIgnoreCase(Lookup(map, key), otherwise ? "false" : "true") != otherwise;
}

// Whether a switch with this `other_config` gives addresses to ports that ask for them ("dynamic").
template <typename Map>
bool AllocatesAddresses(const Map& other_config) {
  return !Lookup(other_config, "subnet").empty() || !Lookup(other_config, "ipv6_prefix").empty() ||
         LookupBool(other_config, "mac_only", false);
}

// Where a static route leads: out of which router port, with which of its addresses; nothing when it leads nowhere
// (routes.cc).
struct PortAndSource {
  const RouterPort* port;
  IpAddress source;
};
std::optional<PortAndSource> FindWay(Reader& reader, const Context& context, const StaticRoute& route);

// Emits the flows of one row into one datapath; none where that has no tunnel key.
class FlowSink {
 public:
  // `hint` is the Northbound row the flows come from; zero where they come from the datapath as such.
  FlowSink(Reader& reader, const Context& context, Output& out, const Uuid& datapath, const Uuid& hint = Uuid())
      : reader_(reader),
        context_(context),
        out_(out),
        datapath_(datapath),
        hint_(hint.prefix()),
        keyless_(reader.Ask(context.keyless, datapath.ToString()).datapath) {}

  void Add(Stage stage, int priority, std::string match, std::string actions, const char* file = __builtin_FILE(),
           int line = __builtin_LINE()) const {
    AddFor("", stage, priority, std::move(match), std::move(actions), file, line);
  }
  // A flow that only chassis with `port` need. What only drops (kDrop) is written as the database wants it.
  void AddFor(std::string port, Stage stage, int priority, std::string match, std::string actions,
              const char* file = __builtin_FILE(), int line = __builtin_LINE()) const {
    if (keyless_) return;
    if (actions == kDrop) actions = reader_.Ask(context_.drop_actions, "");
    out_.Add(context_.store->Intern(
        FlowItem{{stage, static_cast<uint16_t>(priority), std::move(match), std::move(actions), std::move(port)},
                 datapath_,
                 hint_,
                 file,
                 line}));
  }

 private:
  Reader& reader_;
  const Context& context_;
  Output& out_;
  Uuid datapath_;
  uint32_t hint_;
  bool keyless_;
};

// Adds the queries above to the engine (queries.cc, routes.cc).
void DefineQueries(Incremental& engine, Context& context);
void DefineRouteQueries(Incremental& engine, Context& context);

// Each adds its emitters. `context` must outlive the engine.
void DefineSwitchFlows(Incremental& engine, const Context& context);        // switch.cc
void DefineSwitchPortFlows(Incremental& engine, const Context& context);    // switch_port.cc
void DefineArpResponderFlows(Incremental& engine, const Context& context);  // arp_responder.cc
void DefineRouterFlows(Incremental& engine, const Context& context);        // router.cc
void DefineRouterPortFlows(Incremental& engine, const Context& context);    // router_port.cc
void DefineRouteFlows(Incremental& engine, const Context& context);         // routes.cc
void DefineArpResolveFlows(Incremental& engine, const Context& context);    // arp_resolve.cc
void DefineBindings(Incremental& engine, const Context& context);           // bindings.cc
void DefineMulticastGroups(Incremental& engine, const Context& context);    // multicast.cc
void DefineSets(Incremental& engine, const Context& context);               // sets.cc

}  // namespace ovnlite

#endif  // OVNLITE_LIB_NORTHD_CONTEXT_H_
