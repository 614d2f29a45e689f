// File: demand.h
// Flow tables that are compiled as packets come to them: for each place a packet can come to (a stage of a logical
// pipeline, a logical port on its way out, a side table), the flows it may meet there. A place that was asked for once
// is kept up to date like everything else; what nobody asks for costs nothing.
//
// Flows are asked for a little more finely than by table and datapath: of a stage only those that may hold for the
// packet's logical ports, since most flows of large routers begin with `outport == "…" && `.

#ifndef OVNLITE_LIB_CONTROLLER_DEMAND_H_
#define OVNLITE_LIB_CONTROLLER_DEMAND_H_

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "lib/controller/context.h"
#include "lib/controller/logical_flows.h"
#include "ovnlite/db/incremental.h"
#include "ovnlite/packet/flow_key.h"

namespace ovnlite {

class Demand {
 public:
  // References must outlive this; the queries of the context must be defined.
  Demand(Incremental& engine, const ControllerContext& context, LogicalFlows& logical, const Database& sb);

  // Asks for what a packet with this key may meet in `table`. False when all of it was asked for before; otherwise it
  // is in the engine's next changes. Cost of asking again: one look into a hash table.
  bool Add(uint8_t table, const FlowKey& key);
  // Whether a row of Logical_Flow is among that.
  bool MayMeet(const Uuid& row, uint8_t table, const FlowKey& key);

  // Places that are kept; when there are more, all are let go, and asked for again as packets come to them.
  static constexpr size_t kMostPlaces = 65'536;

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
  // Some rows of a stage: those that ask for no port first, for this inport, or for this outport.
  struct Stage {
    enum class Asks : uint8_t { kNothing, kInPort, kOutPort };
    uint32_t datapath = 0;
    uint32_t port = 0;
    uint8_t table = 0;
    Asks asks = Asks::kNothing;

    std::string ToString() const;
    friend bool operator==(const Stage&, const Stage&) = default;
    template <typename H>
    friend H AbslHashValue(H h, const Stage& s) {
      return H::combine(std::move(h), uint64_t{s.datapath} << 32 | s.port, s.table, s.asks);
    }
  };
  using PortPlace = std::pair<uint32_t, uint32_t>;  // Keys of a datapath and of a port or group in it.

  static Place PlaceOf(uint8_t table, const FlowKey& key);
  // The parts of a stage that a packet may meet.
  static std::array<Stage, 3> StagesOf(const Place& place);
  // Demands what belongs to a place, or lets it go.
  template <typename Change>
  void ForParts(const Place& place, Change change);

  void EmitStage(Reader& reader, const Stage& stage, Output& out);
  void EmitMembers(Reader& reader, const PortPlace& place, Output& out);
  void EmitOut(Reader& reader, const PortPlace& place, Output& out);
  void EmitIn(Reader& reader, uint32_t openflow_port, Output& out);
  void EmitPortSecurity(Reader& reader, const PortPlace& place, Output& out);
  void EmitNeighbors(Reader& reader, const PortPlace& place, Output& out);

  // Zero where there is none that is local.
  Uuid DatapathOf(Reader& reader, uint32_t key) const;
  Uuid FindPort(Reader& reader, const Uuid& datapath, uint32_t key) const;
  Uuid FindGroup(Reader& reader, const Uuid& datapath, uint32_t key) const;
  // The rows; nothing where there can be none.
  std::optional<StageRows> RowsOf(Reader& reader, const Uuid& datapath, const Stage& stage, std::string* port) const;

  Incremental& engine_;
  const ControllerContext& context_;
  LogicalFlows& logical_;
  const Database& sb_;
  Query<Uuid, std::map<uint32_t, Uuid>> ports_;   // By Datapath_Binding: Port_Bindings by key.
  Query<Uuid, std::map<uint32_t, Uuid>> groups_;  // By Datapath_Binding: Multicast_Groups by key.
  Relation<std::string, Uuid> stage_rows_;        // Datapaths by LogicalFlows::StageKey().
  DemandedEmitter<Stage> stage_;
  DemandedEmitter<PortPlace> members_, out_, port_security_, neighbors_;
  DemandedEmitter<uint32_t> in_, fdb_, load_balancers_;
  absl::flat_hash_set<Place> asked_;
};

}  // namespace ovnlite

#endif  // OVNLITE_LIB_CONTROLLER_DEMAND_H_
