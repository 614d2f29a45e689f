#include "ovnlite/topology/logical_switch.h"

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "lib/schema/ovn_nb.pb.h"
#include "lib/topology/rows.h"
#include "ovnlite/base/status.h"
#include "ovnlite/topology/port_address.h"
#include "ovnlite/topology/topology.h"

namespace ovnlite {
namespace {

constexpr absl::string_view kTypes[] = {"",     "router",   "localnet", "localport", "l2gateway",
                                        "vtep", "external", "virtual",  "remote"};

// AlreadyExists when another port of `port`'s switch has one of these IP addresses.
absl::Status CheckDuplicates(const Database& nb, const Uuid& port, absl::Span<const PortAddress> addresses) {
  Uuid owner;
  const auto* ls = OwnerOf<nb::Logical_Switch>(nb, "ports", port, &owner);
  if (ls == nullptr) return Gone("port");
  for (const ovsdb::Uuid& ref : ls->ports()) {
    const auto* other = nb.Get<nb::Logical_Switch_Port>(FromProto(ref));
    if (FromProto(ref) == port || other == nullptr) continue;
    std::vector<std::string> texts(other->addresses().begin(), other->addresses().end());
    if (other->has_dynamic_addresses()) texts.push_back(other->dynamic_addresses());
    for (const std::string& text : texts) {
      const absl::StatusOr<PortAddress> taken = ParsePortAddress(text);
      if (!taken.ok()) continue;  // Written by somebody who checks less.
      for (const IpPrefix& theirs : taken->ips) {
        const bool same = absl::c_any_of(addresses, [&theirs](const PortAddress& ours) {
          return absl::c_any_of(ours.ips, [&](const IpPrefix& ip) { return ip.address() == theirs.address(); });
        });
        if (!same) continue;
        return absl::AlreadyExistsError(
            absl::StrCat("Error on switch ", ls->name(), ": duplicate ", theirs.is_v6() ? "IPv6" : "IPv4", " address '",
                         theirs.address().ToString(), "' found on logical switch port '", other->name(), "'"));
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace

// -- Ports ------------------------------------------------------------------------------------------------------------

std::string LogicalSwitchPort::name() const {
  const auto* row = topology_->nb().Get<nb::Logical_Switch_Port>(uuid_);
  return row == nullptr ? "" : row->name();
}

std::string LogicalSwitchPort::type() const {
  const auto* row = topology_->nb().Get<nb::Logical_Switch_Port>(uuid_);
  return row == nullptr ? "" : row->type();
}

std::vector<std::string> LogicalSwitchPort::addresses() const {
  const auto* row = topology_->nb().Get<nb::Logical_Switch_Port>(uuid_);
  if (row == nullptr) return {};
  return {row->addresses().begin(), row->addresses().end()};
}

std::vector<std::string> LogicalSwitchPort::port_security() const {
  const auto* row = topology_->nb().Get<nb::Logical_Switch_Port>(uuid_);
  if (row == nullptr) return {};
  return {row->port_security().begin(), row->port_security().end()};
}

absl::StatusOr<LogicalSwitch> LogicalSwitchPort::logical_switch() const {
  Uuid owner;
  if (OwnerOf<nb::Logical_Switch>(topology_->nb(), "ports", uuid_, &owner) == nullptr) return Gone("port");
  return LogicalSwitch(*topology_, owner);
}

absl::Status LogicalSwitchPort::SetAddresses(absl::Span<const absl::string_view> addresses) {
  std::vector<PortAddress> parsed;
  for (const absl::string_view text : addresses) {
    OVNLITE_ASSIGN_OR_RETURN(PortAddress address, ParsePortAddress(text));
    parsed.push_back(std::move(address));
  }
  OVNLITE_RETURN_IF_ERROR(CheckDuplicates(topology_->nb(), uuid_, parsed));
  return topology_->Edit<nb::Logical_Switch_Port>(
      uuid_, [&](nb::Logical_Switch_Port& row) { SetStrings(*row.mutable_addresses(), addresses); });
}

absl::Status LogicalSwitchPort::SetPortSecurity(absl::Span<const absl::string_view> addresses) {
  for (const absl::string_view text : addresses) OVNLITE_RETURN_IF_ERROR(ParsePortSecurity(text).status());
  return topology_->Edit<nb::Logical_Switch_Port>(
      uuid_, [&](nb::Logical_Switch_Port& row) { SetStrings(*row.mutable_port_security(), addresses); });
}

absl::Status LogicalSwitchPort::SetType(absl::string_view type) {
  if (!absl::c_linear_search(kTypes, type)) {
    return absl::InvalidArgumentError(
        absl::StrCat("Logical switch port type '", type, "' is unrecognized. Not setting type."));
  }
  return topology_->Edit<nb::Logical_Switch_Port>(
      uuid_, [&](nb::Logical_Switch_Port& row) { row.set_type(std::string(type)); });
}

absl::Status LogicalSwitchPort::SetOption(absl::string_view key, absl::string_view value) {
  return topology_->Edit<nb::Logical_Switch_Port>(
      uuid_, [&](nb::Logical_Switch_Port& row) { SetKey(*row.mutable_options(), key, value); });
}

absl::Status LogicalSwitchPort::SetEnabled(bool enabled) {
  return topology_->Edit<nb::Logical_Switch_Port>(uuid_,
                                                  [&](nb::Logical_Switch_Port& row) { row.set_enabled(enabled); });
}

absl::Status LogicalSwitchPort::Delete() {
  Uuid owner;
  if (OwnerOf<nb::Logical_Switch>(topology_->nb(), "ports", uuid_, &owner) == nullptr) return Gone("port");
  return topology_->Edit<nb::Logical_Switch>(owner,
                                             [&](nb::Logical_Switch& row) { RemoveUuid(*row.mutable_ports(), uuid_); });
}

// -- Switches ---------------------------------------------------------------------------------------------------------

std::string LogicalSwitch::name() const {
  const auto* row = topology_->nb().Get<nb::Logical_Switch>(uuid_);
  return row == nullptr ? "" : row->name();
}

std::vector<LogicalSwitchPort> LogicalSwitch::ports() const {
  std::vector<LogicalSwitchPort> all;
  const auto* row = topology_->nb().Get<nb::Logical_Switch>(uuid_);
  if (row == nullptr) return all;
  for (const ovsdb::Uuid& ref : row->ports()) all.push_back(LogicalSwitchPort(*topology_, FromProto(ref)));
  SortByName(all);
  return all;
}

absl::StatusOr<LogicalSwitchPort> LogicalSwitch::AddPort(absl::string_view name) {
  return AddPortRow(name, [](nb::Logical_Switch_Port&) {});
}

absl::StatusOr<LogicalSwitchPort> LogicalSwitch::AddNestedPort(absl::string_view name, absl::string_view parent,
                                                               int tag) {
  if (tag < 0 || tag > 4095) {
    return absl::InvalidArgumentError(absl::StrCat(tag, ": invalid tag (must be in range 0 to 4095)"));
  }
  OVNLITE_RETURN_IF_ERROR(topology_->FindSwitchPort(parent).status());
  return AddPortRow(name, [&](nb::Logical_Switch_Port& row) {
    row.set_parent_name(std::string(parent));
    row.set_tag_request(tag);
  });
}

absl::StatusOr<LogicalSwitchPort> LogicalSwitch::AddLocalnetPort(absl::string_view name,
                                                                 absl::string_view network_name) {
  return AddPortRow(name, [&](nb::Logical_Switch_Port& row) {
    row.set_type("localnet");
    row.add_addresses("unknown");
    (*row.mutable_options())["network_name"] = std::string(network_name);
  });
}

absl::StatusOr<LogicalSwitchPort> LogicalSwitch::AddPortRow(absl::string_view name,
                                                            const std::function<void(nb::Logical_Switch_Port&)>& fill) {
  Database& nb = topology_->nb();
  OVNLITE_RETURN_IF_ERROR(CheckNewName<nb::Logical_Switch_Port>(nb, name, "port"));
  const Uuid port = topology_->NewUuid();
  Transaction t = nb.Begin();
  auto* ls = t.Update<nb::Logical_Switch>(uuid_);
  if (ls == nullptr) return Gone("switch");
  ToProto(port, ls->add_ports());
  auto* row = t.Insert<nb::Logical_Switch_Port>(port);
  row->set_name(std::string(name));
  fill(*row);
  OVNLITE_RETURN_IF_ERROR(nb.Commit(std::move(t)).status());
  return LogicalSwitchPort(*topology_, port);
}

absl::Status LogicalSwitch::AddAcl(absl::string_view direction, int priority, absl::string_view match,
                                   absl::string_view action) {
  if (direction != "from-lport" && direction != "to-lport") {
    return absl::InvalidArgumentError(absl::StrCat(direction, ": direction must be \"to-lport\" or \"from-lport\""));
  }
  if (priority < 0 || priority > 32767) {
    return absl::InvalidArgumentError(absl::StrCat(priority, ": priority must in range 0...32767"));
  }
  if (action != "allow" && action != "allow-related" && action != "allow-stateless" && action != "drop" &&
      action != "reject") {
    return absl::InvalidArgumentError(absl::StrCat(action,
                                                   ": action must be one of \"allow\", \"allow-related\", "
                                                   "\"allow-stateless\", \"drop\", and \"reject\""));
  }
  Database& nb = topology_->nb();
  const Uuid uuid = topology_->NewUuid();
  Transaction t = nb.Begin();
  auto* ls = t.Update<nb::Logical_Switch>(uuid_);
  if (ls == nullptr) return Gone("switch");
  for (const ovsdb::Uuid& ref : ls->acls()) {
    const auto* acl = nb.Get<nb::ACL>(FromProto(ref));
    if (acl->direction() != direction || acl->priority() != priority || acl->match() != match) continue;
    return absl::AlreadyExistsError(absl::StrCat("Same ACL already existed on the ls ", ls->name(), "."));
  }
  ToProto(uuid, ls->add_acls());
  auto* acl = t.Insert<nb::ACL>(uuid);
  acl->set_direction(std::string(direction));
  acl->set_priority(priority);
  acl->set_match(std::string(match));
  acl->set_action(std::string(action));
  return nb.Commit(std::move(t)).status();
}

absl::Status LogicalSwitch::SetOtherConfig(absl::string_view key, absl::string_view value) {
  return topology_->Edit<nb::Logical_Switch>(
      uuid_, [&](nb::Logical_Switch& row) { SetKey(*row.mutable_other_config(), key, value); });
}

absl::Status LogicalSwitch::Delete() {
  Database& nb = topology_->nb();
  if (nb.Get<nb::Logical_Switch>(uuid_) == nullptr) return Gone("switch");
  Transaction t = nb.Begin();
  t.Delete<nb::Logical_Switch>(uuid_);
  return nb.Commit(std::move(t)).status();
}

}  // namespace ovnlite
