#include "ovnlite/topology/logical_switch.h"

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "lib/schema/ovn_nb.rows.h"
#include "lib/topology/rows.h"
#include "ovnlite/base/status.h"
#include "ovnlite/topology/port_address.h"
#include "ovnlite/topology/topology.h"

namespace ovnlite {
namespace {

constexpr absl::string_view kTypes[] = {"",     "router",   "localnet", "localport", "l2gateway",
                                        "vtep", "external", "virtual",  "remote"};

// Switch ports by the IP addresses they have or were given.
const Index& PortsByIp(const Database& nb) {
  namespace lsp = nb::columns::Logical_Switch_Port;
  return nb.IndexBy(SchemaOf<nb::Logical_Switch_Port>(), "ip",
                    MaskOf(lsp::addresses.index) | MaskOf(lsp::dynamic_addresses.index),
                    [](const Row& row, absl::FunctionRef<void(absl::string_view)> visit) {
                      const nb::Logical_Switch_Port_View port(&row);
                      const auto add = [&visit](absl::string_view text) {
                        const absl::StatusOr<PortAddress> address = ParsePortAddress(text);
                        if (!address.ok()) return;  // Written by somebody who checks less.
                        for (const IpPrefix& ip : address->ips) visit(ip.address().ToString());
                      };
                      for (const absl::string_view text : port.addresses()) add(text);
                      add(port.dynamic_addresses());
                    });
}

// AlreadyExists when another port of `port`'s switch has one of these IP addresses.
absl::Status CheckDuplicates(const Database& nb, const Uuid& port, absl::Span<const PortAddress> addresses) {
  Uuid owner;
  const auto ls = OwnerOf(nb, nb::columns::Logical_Switch::ports, port, &owner);
  if (!ls) return Gone("port");
  const Index& by_ip = PortsByIp(nb);
  for (const PortAddress& ours : addresses) {
    for (const IpPrefix& ip : ours.ips) {
      for (const Uuid& other : by_ip.Find(ip.address().ToString())) {
        if (other == port || !ls->ports().contains(other)) continue;
        return absl::AlreadyExistsError(absl::StrCat(
            "Error on switch ", ls->name(), ": duplicate ", ip.is_v6() ? "IPv6" : "IPv4", " address '",
            ip.address().ToString(), "' found on logical switch port '", nb.Read<nb::Logical_Switch_Port>(other)->name(),
            "'"));
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace

// -- Ports ------------------------------------------------------------------------------------------------------------

std::string LogicalSwitchPort::name() const {
  const auto row = topology_->nb().Read<nb::Logical_Switch_Port>(uuid_);
  return row ? std::string(row->name()) : "";
}

std::string LogicalSwitchPort::type() const {
  const auto row = topology_->nb().Read<nb::Logical_Switch_Port>(uuid_);
  return row ? std::string(row->type()) : "";
}

std::vector<std::string> LogicalSwitchPort::addresses() const {
  const auto row = topology_->nb().Read<nb::Logical_Switch_Port>(uuid_);
  if (!row) return {};
  return {row->addresses().begin(), row->addresses().end()};
}

std::vector<std::string> LogicalSwitchPort::port_security() const {
  const auto row = topology_->nb().Read<nb::Logical_Switch_Port>(uuid_);
  if (!row) return {};
  return {row->port_security().begin(), row->port_security().end()};
}

absl::StatusOr<LogicalSwitch> LogicalSwitchPort::logical_switch() const {
  Uuid owner;
  if (!OwnerOf(topology_->nb(), nb::columns::Logical_Switch::ports, uuid_, &owner)) return Gone("port");
  return LogicalSwitch(*topology_, owner);
}

absl::Status LogicalSwitchPort::SetAddresses(absl::Span<const absl::string_view> addresses) {
  std::vector<PortAddress> parsed;
  for (const absl::string_view text : addresses) {
    OVNLITE_ASSIGN_OR_RETURN(PortAddress address, ParsePortAddress(text));
    parsed.push_back(std::move(address));
  }
  OVNLITE_RETURN_IF_ERROR(CheckDuplicates(topology_->nb(), uuid_, parsed));
  return topology_->Change<nb::Logical_Switch_Port>(uuid_, [&](Transaction& t) {
    SetStrings(t, nb::columns::Logical_Switch_Port::addresses, uuid_, addresses);
  });
}

absl::Status LogicalSwitchPort::SetPortSecurity(absl::Span<const absl::string_view> addresses) {
  for (const absl::string_view text : addresses) OVNLITE_RETURN_IF_ERROR(ParsePortSecurity(text).status());
  return topology_->Change<nb::Logical_Switch_Port>(uuid_, [&](Transaction& t) {
    SetStrings(t, nb::columns::Logical_Switch_Port::port_security, uuid_, addresses);
  });
}

absl::Status LogicalSwitchPort::SetType(absl::string_view type) {
  if (!absl::c_linear_search(kTypes, type)) {
    return absl::InvalidArgumentError(
        absl::StrCat("Logical switch port type '", type, "' is unrecognized. Not setting type."));
  }
  return topology_->Change<nb::Logical_Switch_Port>(
      uuid_, [&](Transaction& t) { t.Set(nb::columns::Logical_Switch_Port::type, uuid_, type); });
}

absl::Status LogicalSwitchPort::SetOption(absl::string_view key, absl::string_view value) {
  return topology_->Change<nb::Logical_Switch_Port>(
      uuid_, [&](Transaction& t) { SetKey(t, nb::columns::Logical_Switch_Port::options, uuid_, key, value); });
}

absl::Status LogicalSwitchPort::SetEnabled(bool enabled) {
  return topology_->Change<nb::Logical_Switch_Port>(
      uuid_, [&](Transaction& t) { t.Set(nb::columns::Logical_Switch_Port::enabled, uuid_, enabled); });
}

absl::Status LogicalSwitchPort::Delete() {
  Uuid owner;
  if (!OwnerOf(topology_->nb(), nb::columns::Logical_Switch::ports, uuid_, &owner)) return Gone("port");
  return topology_->Change<nb::Logical_Switch>(
      owner, [&](Transaction& t) { t.EraseMember(nb::columns::Logical_Switch::ports, owner, uuid_); });
}

// -- Switches ---------------------------------------------------------------------------------------------------------

std::string LogicalSwitch::name() const {
  const auto row = topology_->nb().Read<nb::Logical_Switch>(uuid_);
  return row ? std::string(row->name()) : "";
}

std::vector<LogicalSwitchPort> LogicalSwitch::ports() const {
  std::vector<LogicalSwitchPort> all;
  const auto row = topology_->nb().Read<nb::Logical_Switch>(uuid_);
  if (!row) return all;
  for (const Uuid& port : row->ports()) all.push_back(LogicalSwitchPort(*topology_, port));
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
  OVNLITE_RETURN_IF_ERROR(CheckNewName(nb, nb::columns::Logical_Switch_Port::name, name, "port"));
  const Uuid port = topology_->NewUuid();
  Transaction t = nb.Begin();
  if (!t.Read<nb::Logical_Switch>(uuid_)) return Gone("switch");
  t.InsertMember(nb::columns::Logical_Switch::ports, uuid_, port);
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
  const auto ls = t.Read<nb::Logical_Switch>(uuid_);
  if (!ls) return Gone("switch");
  for (const Uuid& ref : nb.Find(nb::columns::ACL::match, match)) {
    const auto acl = nb.Read<nb::ACL>(ref);
    if (acl->direction() != direction || acl->priority() != priority || !ls->acls().contains(ref)) continue;
    return absl::AlreadyExistsError(absl::StrCat("Same ACL already existed on the ls ", ls->name(), "."));
  }
  t.InsertMember(nb::columns::Logical_Switch::acls, uuid_, uuid);
  auto* acl = t.Insert<nb::ACL>(uuid);
  acl->set_direction(std::string(direction));
  acl->set_priority(priority);
  acl->set_match(std::string(match));
  acl->set_action(std::string(action));
  return nb.Commit(std::move(t)).status();
}

absl::Status LogicalSwitch::SetOtherConfig(absl::string_view key, absl::string_view value) {
  return topology_->Change<nb::Logical_Switch>(
      uuid_, [&](Transaction& t) { SetKey(t, nb::columns::Logical_Switch::other_config, uuid_, key, value); });
}

absl::Status LogicalSwitch::Delete() {
  Database& nb = topology_->nb();
  if (!nb.Read<nb::Logical_Switch>(uuid_)) return Gone("switch");
  Transaction t = nb.Begin();
  t.Delete<nb::Logical_Switch>(uuid_);
  return nb.Commit(std::move(t)).status();
}

}  // namespace ovnlite
