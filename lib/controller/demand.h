// File: demand.h
// Flow tables that are compiled as packets come to them: for each place a packet can come to (a stage of a logical
// pipeline, a logical port on its way out, a side table), the flows it may meet there. A place that was asked for once
// is kept up to date like everything else; what nobody asks for costs nothing.
//
// Flows are asked for a little more finely than by table and datapath: of a stage only those that may hold for the
// packet's logical ports, since most flows of large routers begin with `outport == "…" && `.

#ifndef OVNLITE_LIB_CONTROLLER_DEMAND_H_
#define OVNLITE_LIB_CONTROLLER_DEMAND_H_

#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "lib/controller/context.h"
#include "lib/controller/logical_flows.h"
#include "ovnlite/db/incremental.h"
#include "ovnlite/packet/flow_key.h"

namespace ovnlite {

class Demand {
 public:
  // References must outlive this; the queries of the context and of `logical` must be defined.
  Demand(Incremental& engine, const ControllerContext& context, LogicalFlows& logical);

  // Asks for what a packet with this key may meet in `table`. False when all of it was asked for before; otherwise it
  // is in the engine's next changes. Cost of asking again: one look into a hash table.
  bool Add(uint8_t table, const FlowKey& key);
  // What could not be compiled of that.
  std::vector<FlowError> Errors(const Database& sb, uint8_t table, const FlowKey& key);

 private:
  // What a place depends on, the rest being zero.
  struct Place {
    uint8_t table = 0;
    uint32_t datapath = 0;  // Keys.
    uint32_t in = 0;        // In table 0 an OpenFlow port.
    uint32_t out = 0;

    friend bool operator==(const Place&, const Place&) = default;
    template <typename H>
    friend H AbslHashValue(H h, const Place& p) {
      return H::combine(std::move(h), uint64_t{p.datapath} << 8 | p.table, uint64_t{p.in} << 32 | p.out);
    }
  };

  static Place PlaceOf(uint8_t table, const FlowKey& key);
  void Ask(const Place& place);

  void EmitStage(Reader& reader, absl::string_view name, Output& out);
  void EmitOut(Reader& reader, absl::string_view name, Output& out);
  void EmitIn(Reader& reader, absl::string_view name, Output& out);
  void EmitPortSecurity(Reader& reader, absl::string_view name, Output& out);
  void EmitNeighbors(Reader& reader, absl::string_view name, Output& out);
  void EmitFdb(Reader& reader, absl::string_view name, Output& out);
  void EmitLoadBalancers(Reader& reader, Output& out);

  Uuid DatapathOf(Reader& reader, uint32_t key) const;
  // Ports of a datapath by key; what a key is that no port has.
  const Uuid* FindPort(Reader& reader, const Uuid& datapath, uint32_t key) const;
  std::string PortName(Reader& reader, const Uuid& datapath, uint32_t key) const;

  Incremental& engine_;
  const ControllerContext& context_;
  LogicalFlows& logical_;
  Query<std::map<uint32_t, Uuid>> ports_;   // By Datapath_Binding UUID: Port_Bindings by key.
  Query<std::map<uint32_t, Uuid>> groups_;  // By Datapath_Binding UUID: Multicast_Groups by key.
  DemandedEmitter stage_, out_, in_, port_security_, neighbors_, fdb_, load_balancers_;
  absl::flat_hash_set<Place> asked_;
};

}  // namespace ovnlite

#endif  // OVNLITE_LIB_CONTROLLER_DEMAND_H_
