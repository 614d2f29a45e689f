// File: context.h
// What all emitters of the controller share: whose flows these are, the questions they ask about the Southbound
// database (each a remembered query, see db/incremental.h), and where flows go.

#ifndef OVNLITE_LIB_CONTROLLER_CONTEXT_H_
#define OVNLITE_LIB_CONTROLLER_CONTEXT_H_

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "lib/controller/flow_store.h"
#include "lib/schema/column_access.h"
#include "lib/schema/ovsdb.pb.h"
#include "ovnlite/base/uuid.h"
#include "ovnlite/db/incremental.h"

namespace ovnlite {

// What the physical flows need to know of a Port_Binding: changes elsewhere in the row wake nobody.
struct PortInfo {
  bool exists = false;
  std::string name;
  std::string type;
  uint32_t key = 0;
  Uuid datapath;
  uint32_t datapath_key = 0;
  std::string chassis;                  // Name of the chassis it is bound on; empty when it is not.
  std::vector<std::string> additional;  // Others that have it as well, while its machine moves.
  bool quiet = false;                   // One of these is ours, and the machine has not announced itself yet.
  std::string peer;                     // patch, l3gateway
  std::string parent;                   // Nested container
  int tag = 0;                          // Nested container, localnet
  std::string distributed_port;         // chassisredirect
  std::string l3gateway_chassis;
  std::string redirect_port;            // patch: the chassisredirect port that stands for it on one chassis
  bool always_redirect = false;         // chassisredirect: nothing leaves elsewhere
  bool bridged = false;                 // chassisredirect: packets go there over the provider network
  std::optional<uint64_t> bridged_mac;  // … from this address
  bool vlan_passthru = false;           // localnet: tags are the business of those behind the port
  std::vector<std::string> gateways;    // chassisredirect: chassis by falling priority

  // Whether the port is on this chassis besides its own.
  bool moves_to(const std::string& other) const {
    return std::find(additional.begin(), additional.end(), other) != additional.end();
  }

  friend bool operator==(const PortInfo&, const PortInfo&) = default;
};

struct ControllerContext {
  // The chassis whose flows are made; empty: one on which everything is, as ovn-trace sees the network.
  std::string chassis;
  FlowStore* store = nullptr;

  // Inputs.
  Query<std::vector<std::string>> plugged;  // By the empty name: logical ports with an OpenFlow port here, sorted.
  Query<uint32_t> port_number;              // OpenFlow port by logical port name; 0: not here.
  Query<std::string> plugged_into;          // Logical port by OpenFlow port, in decimal.
  Query<uint32_t> tunnel_number;            // OpenFlow port of the tunnel to a chassis by its name; 0: none.
  Query<uint32_t> zone;                     // Connection tracking zone by owner (see ct_zones.h); 0: none.

  // Queries.
  Query<PortInfo> port;                   // By Port_Binding UUID.
  Query<std::set<Uuid>> local_datapaths;  // By the zero UUID: datapaths that have something here.
  Query<bool> is_local;                   // By Datapath_Binding UUID: one of them.
  Query<uint32_t> datapath_key;           // By Datapath_Binding UUID.
  Query<std::vector<Uuid>> patch_peers;   // By Datapath_Binding UUID: datapaths one patch away.
  Query<Uuid> localnet;                   // By Datapath_Binding UUID: its localnet port, if any.
  Query<std::vector<uint32_t>> moving;    // By Datapath_Binding UUID: keys of VIFs on several chassis.

  bool everywhere() const { return chassis.empty(); }
  // The OpenFlow port that a VIF-like port is plugged into here; 0: none. Where everything is here, numbers do not
  // matter.
  uint32_t NumberOf(Reader& reader, const std::string& port_name) const {
    return everywhere() ? 1 : reader.Ask(port_number, port_name);
  }
  // The same for the port itself or, of a nested container, the one around it.
  uint32_t NumberOf(Reader& reader, const PortInfo& port) const {
    return NumberOf(reader, port.parent.empty() ? port.name : port.parent);
  }

  void Emit(Output& out, Flow flow) const { out.Add(store->Intern(std::move(flow))); }
};

// The other end of a patch, or of a gateway router's port; null where it does not know of this one, or is of another
// kind (ovn-controller then connects nothing; ovn-trace, where everything is everywhere, does).
const PortInfo* PeerOf(Reader& reader, const ControllerContext& context, const PortInfo& port);

// The UUID of the Port_Binding called `name`; zero when there is none.
Uuid FindPort(Reader& reader, absl::string_view name);

// Adds the queries above to the engine.
void DefineControllerQueries(Incremental& engine, ControllerContext& context);

// Each adds its flows: those of one row, if the row is of any concern here.
void EmitCommonFlows(const ControllerContext& context, Output& out);  // That depend on no row.
void EmitTunnelFlows(Reader& reader, const ControllerContext& context, const Uuid& chassis, Output& out);
void EmitPortFlows(Reader& reader, const ControllerContext& context, const Uuid& port_binding, Output& out);
void EmitGroupFlows(Reader& reader, const ControllerContext& context, const Uuid& multicast_group, Output& out);
void EmitPortSecurityFlows(Reader& reader, const ControllerContext& context, const Uuid& port_binding, Output& out);
void EmitMacBindingFlows(Reader& reader, const ControllerContext& context, const Uuid& mac_binding, Output& out);
void EmitStaticBindingFlows(Reader& reader, const ControllerContext& context, const Uuid& static_binding, Output& out);
void EmitFdbFlows(Reader& reader, const ControllerContext& context, const Uuid& fdb, Output& out);
void EmitLoadBalancerFlows(Reader& reader, const ControllerContext& context, const Uuid& load_balancer, Output& out);

// Emitters for all of these, over every row. `context` must outlive the engine.
void DefinePhysicalFlows(Incremental& engine, const ControllerContext& context);

}  // namespace ovnlite

#endif  // OVNLITE_LIB_CONTROLLER_CONTEXT_H_
