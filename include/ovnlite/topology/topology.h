// File: topology.h
// Logical networks by friendly handles, as ovn-nbctl(8) makes them: the same checks, the same words in errors, and each
// call one transaction on the Northbound database. Handles are names for rows (a pointer and a UUID): copy them freely.
//
//   Topology topology(nb);
//   LogicalSwitch ls1 = *topology.AddSwitch("LS1");
//   LogicalRouter lr1 = *topology.AddRouter("LR1");
//   OVNLITE_RETURN_IF_ERROR(topology.Connect(lr1, "lr1-ls1", ls1, "ls1-lr1", "00:00:00:00:ff:01",
//   {"10.0.0.1/24"}).status()); LogicalSwitchPort lsp1 = *ls1.AddPort("LSP1");
//   OVNLITE_RETURN_IF_ERROR(lsp1.SetAddresses({"00:00:00:00:00:0a 10.0.0.10"}));
//
// Errors: AlreadyExists (names, addresses, routes that are taken), NotFound (no such row; also every call on a handle
// whose row was deleted), InvalidArgument (text that cannot be read), FailedPrecondition (it contradicts what is
// there). Where ovn-nbctl lets through what cannot work, Topology does not: empty names, text behind addresses,
// multicast Ethernet addresses of router ports, overlapping networks on two ports of one router, next hops out of
// reach.
//
// What handles do not offer is set with Edit() or Change(). Cost: index look-ups and one commit, independent of the
// network's size; networks of a router port are held against those of the router's other ports, one by one.

#ifndef OVNLITE_TOPOLOGY_TOPOLOGY_H_
#define OVNLITE_TOPOLOGY_TOPOLOGY_H_

#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "ovnlite/base/random.h"
#include "ovnlite/base/uuid.h"
#include "ovnlite/db/database.h"
#include "ovnlite/topology/logical_router.h"
#include "ovnlite/topology/logical_switch.h"

namespace ovnlite {

struct TopologyOptions {
  // New rows' UUIDs are drawn from here; null: an own generator with a fixed seed.
  Random* random = nullptr;
};

class Topology {
 public:
  using Options = TopologyOptions;

  // `nb`, of NorthboundSchema(), must outlive the topology, and the topology its handles.
  explicit Topology(Database& nb, Options options = {});
  Topology(const Topology&) = delete;
  Topology& operator=(const Topology&) = delete;

  absl::StatusOr<LogicalSwitch> AddSwitch(absl::string_view name);  // ls-add
  absl::StatusOr<LogicalRouter> AddRouter(absl::string_view name);  // lr-add

  // By name, or by UUID. FailedPrecondition when several have the name.
  absl::StatusOr<LogicalSwitch> FindSwitch(absl::string_view name);
  absl::StatusOr<LogicalRouter> FindRouter(absl::string_view name);
  absl::StatusOr<LogicalSwitchPort> FindSwitchPort(absl::string_view name);
  absl::StatusOr<LogicalRouterPort> FindRouterPort(absl::string_view name);

  // By name.
  std::vector<LogicalSwitch> switches();
  std::vector<LogicalRouter> routers();

  // A router port, and the switch port that leads to it (lrp-add, lsp-add, lsp-set-type, lsp-set-addresses,
  // lsp-set-options), in one transaction.
  absl::StatusOr<LogicalRouterPort> Connect(const LogicalRouter& router, absl::string_view router_port,
                                            const LogicalSwitch& logical_switch, absl::string_view switch_port,
                                            absl::string_view mac, absl::Span<const absl::string_view> networks);

  // Any change of one row: topology.Edit<nb::Logical_Switch>(ls1.uuid(), [](nb::Logical_Switch& row) { … }).
  // NotFound when there is no such row, otherwise as Database::Commit().
  template <typename T>
  absl::Status Edit(const Uuid& uuid, const std::function<void(T&)>& edit) {
    Transaction t = nb_.Begin();
    T* row = t.Update<T>(uuid);
    if (row == nullptr) return absl::NotFoundError("the row has been deleted");
    edit(*row);
    return nb_.Commit(std::move(t)).status();
  }

  // The same by column: topology.Change<nb::Logical_Switch>(ls1.uuid(), [](Transaction& t) { t.InsertMember(…); }).
  template <typename T>
  absl::Status Change(const Uuid& uuid, const std::function<void(Transaction&)>& change) {
    Transaction t = nb_.Begin();
    if (!t.Read<T>(uuid)) return absl::NotFoundError("the row has been deleted");
    change(t);
    return nb_.Commit(std::move(t)).status();
  }

  Database& nb() { return nb_; }
  // A UUID that no row has.
  Uuid NewUuid();

 private:
  Database& nb_;
  Random own_random_;
  Random* random_;
};

}  // namespace ovnlite

#endif  // OVNLITE_TOPOLOGY_TOPOLOGY_H_
