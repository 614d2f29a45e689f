// File: logical_switch.h
// Handles of logical switches and their ports (topology.h says how handles work). Every method is named after what
// ovn-nbctl calls it, which the comments give.

#ifndef OVNLITE_TOPOLOGY_LOGICAL_SWITCH_H_
#define OVNLITE_TOPOLOGY_LOGICAL_SWITCH_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "ovnlite/base/uuid.h"

namespace ovnlite {

namespace nb {
class Logical_Switch_Port;
}
class LogicalSwitch;
class Topology;

class LogicalSwitchPort {
 public:
  const Uuid& uuid() const { return uuid_; }
  // Empty once the port was deleted.
  std::string name() const;
  std::string type() const;
  std::vector<std::string> addresses() const;
  std::vector<std::string> port_security() const;
  absl::StatusOr<LogicalSwitch> logical_switch() const;

  // lsp-set-addresses: each is "MAC [IP…]", "MAC dynamic", "dynamic [IP…]", "unknown" or "router". An IP address that
  // another port of the switch has is AlreadyExists.
  absl::Status SetAddresses(absl::Span<const absl::string_view> addresses);
  // lsp-set-port-security: each is "MAC [IP[/PREFIX]…]"; none allows everything.
  absl::Status SetPortSecurity(absl::Span<const absl::string_view> addresses);
  // lsp-set-type: "" (a VM), router, localnet, localport, l2gateway, vtep, external, virtual, remote.
  absl::Status SetType(absl::string_view type);
  // lsp-set-options for one key; an empty value takes it away.
  absl::Status SetOption(absl::string_view key, absl::string_view value);
  // lsp-set-enabled
  absl::Status SetEnabled(bool enabled);
  // lsp-del
  absl::Status Delete();

 private:
  friend class LogicalSwitch;
  friend class Topology;
  LogicalSwitchPort(Topology& topology, const Uuid& uuid) : topology_(&topology), uuid_(uuid) {}

  Topology* topology_;
  Uuid uuid_;
};

class LogicalSwitch {
 public:
  const Uuid& uuid() const { return uuid_; }
  std::string name() const;
  // By name.
  std::vector<LogicalSwitchPort> ports() const;

  absl::StatusOr<LogicalSwitchPort> AddPort(absl::string_view name);  // lsp-add
  // lsp-add with parent and tag: a container behind the VM on `parent`, told apart by VLAN `tag` (1 to 4095, or 0 to
  // have one chosen).
  absl::StatusOr<LogicalSwitchPort> AddNestedPort(absl::string_view name, absl::string_view parent, int tag);
  // A port of type localnet: the way to the provider network that chassis call `network_name`.
  absl::StatusOr<LogicalSwitchPort> AddLocalnetPort(absl::string_view name, absl::string_view network_name);
  // acl-add: `direction` is from-lport or to-lport, `action` allow, allow-related, allow-stateless, drop or reject. The
  // match is compiled, and found wanting, by northd's users (the controller), as in OVN.
  absl::Status AddAcl(absl::string_view direction, int priority, absl::string_view match, absl::string_view action);
  // other_config for one key; an empty value takes it away.
  absl::Status SetOtherConfig(absl::string_view key, absl::string_view value);
  // ls-del: with all its ports.
  absl::Status Delete();

 private:
  friend class LogicalSwitchPort;
  friend class Topology;
  LogicalSwitch(Topology& topology, const Uuid& uuid) : topology_(&topology), uuid_(uuid) {}
  absl::StatusOr<LogicalSwitchPort> AddPortRow(absl::string_view name,
                                               const std::function<void(nb::Logical_Switch_Port&)>& fill);

  Topology* topology_;
  Uuid uuid_;
};

}  // namespace ovnlite

#endif  // OVNLITE_TOPOLOGY_LOGICAL_SWITCH_H_
