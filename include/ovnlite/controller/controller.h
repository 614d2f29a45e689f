// File: controller.h
// The Southbound database and one chassis, turned into that chassis' flow tables (OVN's ovn-controller). A flow's
// source (flow/flow.h) is the row of Logical_Flow that it was made from. Everything is a function of the database and
// of what is plugged in where; an edit recompiles what read the edited rows, and the flow tables receive the
// difference.
//
//   FlowTables tables;
//   Controller controller(sb, tables, {.chassis = "compute1"});
//   controller.SetTunnel("compute2", 1);      // OpenFlow port 1 leads to compute2
//   controller.Plug("LSP1", 2);               // OpenFlow port 2 is LSP1
//   controller.Update();
//
// Without a chassis name the controller compiles for one imaginary hypervisor on which every port is: the network as
// ovn-trace sees it.
//
// On demand it compiles only what packets come to, which of a large network is little:
//
//   Controller controller(sb, tables, {.on_demand = true});
//   // and in the Observer of a translation (datapath/translate.h):
//   void BeforeLookup(uint8_t table, FlowKey& key) override { controller.Prepare(table, key); }

#ifndef OVNLITE_CONTROLLER_CONTROLLER_H_
#define OVNLITE_CONTROLLER_CONTROLLER_H_

#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "ovnlite/base/ip.h"
#include "ovnlite/base/uuid.h"
#include "ovnlite/db/compile_statistics.h"
#include "ovnlite/db/database.h"
#include "ovnlite/flow/flow_tables.h"
#include "ovnlite/packet/flow_key.h"

namespace ovnlite {

struct ControllerOptions {
  std::string chassis = {};  // Empty: everything is here.
  // Flows come into the tables by Prepare(). Connection tracking zones are not given out.
  bool on_demand = false;
};

// A logical flow that could not be compiled as it is, and why: in OVN such flows, or such parts of them, are left out,
// with a warning in the log.
struct FlowError {
  enum class Part : uint8_t {
    kMatch,    // It cannot be read: the flow is left out.
    kSize,     // The match comes to too much: the flow is left out.
    kActions,  // They cannot be read: the flow is left out.
    kGroup,    // There is no OpenFlow group number for a `select` or for load balancing: the action is left out.
    kMeter,    // There is no OpenFlow meter number: packets are not metered.
  };
  Uuid logical_flow;
  Part part = Part::kMatch;
  std::string text;     // The match, or the actions, that it is about.
  std::string message;  // What is wrong.
  // "ip4.src == <nil>: parsing expression failed (Syntax error at `<' expecting constant.)", as ovn-trace says it.
  std::string ToString() const;
  // "logical flow 1b2c… left out: ip4.src == <nil>: …", a line for those who want to know what is missing.
  std::string ToLine() const;
  friend auto operator<=>(const FlowError&, const FlowError&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const FlowError& e) {
    return H::combine(std::move(h), e.logical_flow, e.part, e.text, e.message);
  }
};

class Controller {
 public:
  using Options = ControllerOptions;

  // References must outlive the controller.
  Controller(Database& sb, FlowTables& tables, Options options);
  ~Controller();
  Controller(const Controller&) = delete;
  Controller& operator=(const Controller&) = delete;

  // Says that a logical port (by name; it need not exist yet) has this OpenFlow port here. 0 unplugs it.
  void Plug(absl::string_view logical_port, uint32_t port);
  // Says which OpenFlow port is the tunnel to a chassis. 0: there is none.
  void SetTunnel(absl::string_view chassis, uint32_t port);
  // The logical ports that the database says are plugged in at a chassis, sorted: its own, those of machines that move
  // to or from it, and every localnet port. Without a chassis, all that can be plugged in.
  static std::vector<std::string> BoundPorts(const Database& sb, absl::string_view chassis);
  // Where tunnels to a chassis end: the first of its Encaps that is Geneve and has an address. Nothing for a chassis
  // that speaks other encapsulations only: it cannot be reached, nor reach anybody.
  static std::optional<IpAddress> GeneveAddress(const Database& sb, absl::string_view chassis);
  // All chassis without one, by name.
  static std::vector<std::string> ChassisWithoutGeneve(const Database& sb);
  // Gives numbers to everything the database says is on this chassis, as a hypervisor that starts now would: 1 and up,
  // tunnels first, by chassis name, to all that can be reached, then ports by name. For dumps, replays and simulations
  // without ports of their own.
  void PlugAsBound();

  // Connection tracking zones as they were before a restart, by owner (a logical port, or "UUID_dnat" and "UUID_snat"
  // of a Datapath_Binding: what OVN keeps as ct-zone-… in the bridge's external_ids). Owners that are still here at the
  // next Update() keep their numbers.
  void RestoreZones(const std::map<std::string, uint32_t>& zones);

  // Brings the flow tables up to date. At the cost of what changed since.
  struct Result {
    size_t added = 0;
    size_t removed = 0;
  };
  Result Update();
  // On demand: brings in the flows that a packet with this key may meet in `table`, if they are not there yet. Cost
  // when they are: some nanoseconds.
  void Prepare(uint8_t table, const FlowKey& key);
  // On demand: some logical flow of a datapath in the stage that is `table`, zero when none is easily found.
  Uuid SomeFlowOf(const Uuid& datapath, uint8_t table) const;

  // How the last update went. FailedPrecondition: see Incremental::Update(); the flow tables are not to be relied on.
  const absl::Status& status() const;

  const std::map<std::string, uint32_t>& ports() const;    // Plugged logical ports.
  const std::map<std::string, uint32_t>& tunnels() const;  // Chassis with a tunnel.
  const std::map<std::string, uint32_t>& zones() const;    // Connection tracking zones by owner.

  // By UUID; of one flow the first thing that is wrong.
  std::vector<FlowError> errors() const;
  // On demand: those among the flows that a packet with this key may meet in `table`, once they are prepared.
  std::vector<FlowError> ErrorsMet(uint8_t table, const FlowKey& key) const;

  // What compiling has cost since the beginning.
  const CompileStatistics& statistics() const;

  // Every flow as `ovs-ofctl dump-flows --no-stats` prints it, sets and ranges spelled out as OpenFlow needs them
  // (conjunctive matches included). By table, then priority, highest first, then text. `*left_out`, unless null,
  // becomes errors() and the logical flows that are in the tables but cannot be written out: their matches come to more
  // comparisons than NormalizeLimits (logical/expr_transform.h) allows.
  std::vector<std::string> DumpFlows(std::vector<FlowError>* left_out = nullptr) const;
  // Those of one logical flow, whether it is in the tables or not. `*left_out`, unless null, says why there are none
  // where they cannot be written out.
  std::vector<std::string> DumpFlowsOf(const Uuid& logical_flow, absl::Status* left_out = nullptr) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ovnlite

#endif  // OVNLITE_CONTROLLER_CONTROLLER_H_
