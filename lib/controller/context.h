// File: context.h
// What all emitters of the controller share: whose flows these are, the questions they ask about the Southbound
// database (each a remembered query, see db/incremental.h), and where flows go.

#ifndef OVNLITE_LIB_CONTROLLER_CONTEXT_H_
#define OVNLITE_LIB_CONTROLLER_CONTEXT_H_

#include <algorithm>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lib/schema/ovn_sb.rows.h"
#include "ovnlite/base/uuid.h"
#include "ovnlite/controller/controller.h"
#include "ovnlite/db/incremental.h"
#include "ovnlite/flow/flow.h"

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

// Packets may cross from one datapath to another.
using Patch = std::pair<Uuid, Uuid>;

// Somebody who needs a connection tracking zone. Sorted as ovn-controller comes upon them: the ports that are here, then
// the local datapaths by key.
struct ZoneWish {
  uint32_t datapath_key = 0;  // 0: a port.
  std::string rank;           // Of a port.
  std::string owner;          // A port's name, a datapath's UUID.
  friend auto operator<=>(const ZoneWish&, const ZoneWish&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const ZoneWish& w) {
    return H::combine(std::move(h), w.datapath_key, w.rank, w.owner);
  }
};

// A member of a multicast group that packets to the group are given to on this chassis, or whose zone is loaded at least.
// In the order of Port_Bindings.
struct GroupMember {
  Uuid port;
  uint32_t key = 0;      // 0: it gets no packet here.
  uint32_t zone = 0;     // 0: none.
  bool crosses = false;  // To another datapath: only the sender sends it there.
  std::string ToString() const { return port.ToString(); }
  friend auto operator<=>(const GroupMember&, const GroupMember&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const GroupMember& m) {
    return H::combine(std::move(h), m.port, m.key, m.zone, m.crosses);
  }
};

struct ControllerContext {
  // Declares everything below but the functions behind the queries (queries.cc).
  ControllerContext(Incremental& engine, std::string chassis);
  ControllerContext(const ControllerContext&) = delete;
  ControllerContext& operator=(const ControllerContext&) = delete;

  // The chassis whose flows are made; empty: one on which everything is, as ovn-trace sees the network.
  const std::string chassis;

  Collection<Flow> flows;
  Collection<FlowError> errors;
  // What settlement.h makes inputs of.
  Collection<Uuid> seeds;      // Datapaths that have something here.
  Collection<Patch> patches;   // Ways from datapath to datapath.
  Collection<ZoneWish> zones;
  Collection<std::string> groups;  // Descriptions of OpenFlow groups and meters that are used.
  Collection<std::string> meters;

  // What is here: demanded for the names of ports with an OpenFlow port, and for datapaths that concern this chassis.
  DemandedEmitter<std::string> plugged_port;
  DemandedEmitter<Uuid> local_datapath;
  // The local datapaths, each by its UUID and by those of the Logical_DP_Groups it is in.
  Relation<Uuid, Uuid> local_by;
  // By Datapath_Binding: its localnet ports, and ports that are on several chassis.
  Relation<Uuid, Uuid> localnets, moving_ports;
  // By Multicast_Group: its members here, and the other chassis that have members; and, by group and chassis, these
  // members, the port's own chassis before additional ones. So a port elsewhere comes and goes without the group.
  Relation<Uuid, GroupMember> group_members;
  Relation<Uuid, std::string> group_chassis;
  Relation<std::pair<Uuid, std::string>, std::pair<Uuid, int>> group_members_at;

  // Inputs.
  Query<std::string, uint32_t> port_number;       // OpenFlow port by logical port name; 0: not here.
  Query<uint32_t, std::string> plugged_into;      // Logical port by OpenFlow port.
  Query<std::string, uint32_t> tunnel_number;     // OpenFlow port of the tunnel to a chassis by its name; 0: none.
  Query<std::string, uint32_t> zone;              // Connection tracking zone by owner (see ct_zones.h); 0: none.
  Query<std::string, uint32_t> group_id;          // OpenFlow group by description; 0: none yet.
  Query<std::string, uint32_t> meter_id;
  Query<Uuid, bool> is_reached;                   // By Datapath_Binding: something leads there from here.

  // Queries.
  Query<Uuid, PortInfo> port;                   // By Port_Binding.
  Query<Uuid, bool> is_local;                   // By Datapath_Binding: it concerns this chassis.
  Query<Uuid, uint32_t> datapath_key;           // By Datapath_Binding.
  Query<Uuid, Uuid> localnet;                   // By Datapath_Binding: its localnet port, if any.
  Query<Uuid, std::vector<uint32_t>> moving;    // By Datapath_Binding: keys of VIFs on several chassis.

  bool everywhere() const { return chassis.empty(); }
  // The OpenFlow port that a VIF-like port is plugged into here; 0: none. Where everything is here, numbers do not
  // matter.
  uint32_t NumberOf(Reader& reader, absl::string_view port_name) const {
    return everywhere() ? 1 : reader.Ask(port_number, port_name);
  }
  // The same for the port itself or, of a nested container, the one around it.
  uint32_t NumberOf(Reader& reader, const PortInfo& of) const {
    return NumberOf(reader, of.parent.empty() ? of.name : of.parent);
  }

  void Emit(Output& out, Flow flow) const { out.Add(flows, std::move(flow)); }
};

// The other end of a patch, or of a gateway router's port; null where it does not know of this one, or is of another
// kind (ovn-controller then connects nothing; ovn-trace, where everything is everywhere, does).
const PortInfo* PeerOf(Reader& reader, const ControllerContext& context, const PortInfo& port);

// The UUID of the Port_Binding called `name`; zero when there is none.
Uuid FindPort(Reader& reader, absl::string_view name);

// Adds the queries and the emitters above to the engine.
void DefineControllerQueries(Incremental& engine, ControllerContext& context);

// Each adds its flows: those of one row, if the row is of any concern here.
void EmitCommonFlows(const ControllerContext& context, Output& out);  // That depend on no row.
void EmitTunnelFlows(Reader& reader, const ControllerContext& context, const Uuid& chassis, Output& out);
void EmitPortFlows(Reader& reader, const ControllerContext& context, const Uuid& port_binding, Output& out);
// What a member adds to its group's relations; nothing where everything is here.
void NoteGroupMember(Reader& reader, const ControllerContext& context, const Uuid& multicast_group,
                     const Uuid& port_binding, Output& out);
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
