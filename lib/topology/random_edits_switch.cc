#include <set>

#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "lib/schema/ovn_nb.rows.h"
#include "lib/topology/random_edits.h"
#include "lib/topology/rows.h"
#include "ovnlite/base/mac.h"
#include "ovnlite/topology/port_address.h"

namespace ovnlite {

std::string Quote(absl::Span<const std::string> words) { return absl::StrCat("'", absl::StrJoin(words, "' '"), "'"); }

std::vector<absl::string_view> Views(const std::vector<std::string>& strings) {
  return {strings.begin(), strings.end()};
}

bool RandomEdits::Did(const absl::Status& status, absl::string_view command) {
  status_ = status;
  absl::StrAppend(&log_, command, "\n");
  return true;
}

std::string RandomEdits::NewMac() { return MacAddress(0x0200'0000'0000 + ++macs_).ToString(); }

std::string RandomEdits::Subnet(const LogicalSwitch& ls, bool v6, int host) {
  int number = 0;
  absl::SimpleAtoi(ls.name().substr(1), &number);
  return v6 ? absl::StrFormat("fd00:0:0:%x::%x", number, host)
            : absl::StrFormat("10.%d.%d.%d", number / 250, number % 250, host);
}

std::vector<RandomEdits::Port> RandomEdits::VmPorts() {
  std::vector<Port> all;
  for (const LogicalSwitch& ls : topology_.switches()) {
    for (const LogicalSwitchPort& port : ls.ports()) {
      if (port.type().empty() || port.type() == "localport") all.push_back({ls, port});
    }
  }
  return all;
}

std::vector<std::string> RandomEdits::NewAddresses(const LogicalSwitch& ls) {
  if (Chance(8)) return {"unknown"};
  std::vector<std::string> all;
  for (size_t n = Chance(20) ? 2 : 1; n > 0; --n) {
    std::string text = NewMac();
    for (size_t i = Chance(10) ? 0 : Chance(20) ? 2 : 1; i > 0; --i) {
      int& host = hosts_[ls.uuid()];
      if (host >= 200) break;
      ++host;
      if (!Chance(15)) absl::StrAppend(&text, " ", Subnet(ls, false, 20 + host));
      if (options_.ipv6 && Chance(50)) absl::StrAppend(&text, " ", Subnet(ls, true, 0x20 + host));
    }
    all.push_back(std::move(text));
  }
  if (Chance(5)) all.push_back("unknown");
  return all;
}

bool RandomEdits::AddSwitch() {
  if (static_cast<int>(topology_.switches().size()) >= options_.switches) return false;
  const std::string name = NewName("s");
  return Did(topology_.AddSwitch(name).status(), absl::StrCat("ls-add ", name));
}

bool RandomEdits::AddPort() {
  const std::vector<LogicalSwitch> switches = topology_.switches();
  if (switches.empty()) return false;
  LogicalSwitch ls = switches[Pick(switches.size())];
  if (static_cast<int>(ls.ports().size()) >= 2 * options_.ports_per_switch) return false;
  const std::string name = NewName("p");
  std::string command = absl::StrCat("lsp-add ", ls.name(), " ", name);
  absl::StatusOr<LogicalSwitchPort> port = ls.AddPort(name);
  if (!port.ok()) return Did(port.status(), command);
  const std::vector<std::string> addresses = NewAddresses(ls);
  absl::Status status = port->SetAddresses(Views(addresses));
  absl::StrAppend(&command, " -- lsp-set-addresses ", name, " ", Quote(addresses));
  if (status.ok() && options_.port_security && Chance(40) && addresses[0] != "unknown") {
    status = port->SetPortSecurity({addresses[0]});
    absl::StrAppend(&command, " -- lsp-set-port-security ", name, " ", Quote({addresses[0]}));
  }
  if (status.ok() && Chance(6)) {
    status = port->SetType("localport");
    absl::StrAppend(&command, " -- lsp-set-type ", name, " localport");
  }
  return Did(status, command);
}

bool RandomEdits::SetAddresses() {
  std::vector<Port> ports = VmPorts();
  if (ports.empty()) return false;
  Port& port = ports[Pick(ports.size())];
  const std::vector<std::string> addresses = Chance(10) ? std::vector<std::string>() : NewAddresses(port.ls);
  return Did(port.port.SetAddresses(Views(addresses)),
             absl::StrCat("lsp-set-addresses ", port.port.name(), addresses.empty() ? "" : " ",
                          addresses.empty() ? "" : Quote(addresses)));
}

// What the port has, less than it, more than it, or nothing.
bool RandomEdits::SetPortSecurity() {
  std::vector<Port> ports = VmPorts();
  if (ports.empty()) return false;
  Port& port = ports[Pick(ports.size())];
  std::vector<std::string> allowed;
  for (const std::string& text : port.port.addresses()) {
    const absl::StatusOr<PortAddress> address = ParsePortAddress(text);
    if (!address.ok() || !address->has_mac || Chance(20)) continue;
    std::string entry = address->mac.ToString();
    for (const IpPrefix& ip : address->ips) {
      if (Chance(75)) absl::StrAppend(&entry, " ", ip.ToShortString());
    }
    if (Chance(15)) absl::StrAppend(&entry, " ", Subnet(port.ls, false, 0), "/24");
    if (options_.ipv6 && Chance(15)) absl::StrAppend(&entry, " ", Subnet(port.ls, true, 0), "/64");
    allowed.push_back(std::move(entry));
  }
  if (Chance(10)) allowed.push_back(NewMac());
  return Did(port.port.SetPortSecurity(Views(allowed)),
             absl::StrCat("lsp-set-port-security ", port.port.name(), allowed.empty() ? "" : " ",
                          allowed.empty() ? "" : Quote(allowed)));
}

bool RandomEdits::EnablePort() {
  std::vector<Port> ports = VmPorts();
  if (ports.empty()) return false;
  Port& port = ports[Pick(ports.size())];
  const bool enabled = Chance(60);
  return Did(port.port.SetEnabled(enabled),
             absl::StrCat("lsp-set-enabled ", port.port.name(), " ", enabled ? "enabled" : "disabled"));
}

bool RandomEdits::DeletePort() {
  std::vector<Port> ports = VmPorts();
  if (ports.size() < 2) return false;
  Port& port = ports[Pick(ports.size())];
  const std::string name = port.port.name();
  return Did(port.port.Delete(), absl::StrCat("lsp-del ", name));
}

bool RandomEdits::DeleteSwitch() {
  std::vector<LogicalSwitch> switches = topology_.switches();
  if (switches.size() < 2) return false;
  LogicalSwitch& ls = switches[Pick(switches.size())];
  const std::string name = ls.name();
  return Did(ls.Delete(), absl::StrCat("ls-del ", name));
}

bool RandomEdits::AddLocalnet() {
  std::vector<LogicalSwitch> switches = topology_.switches();
  if (switches.empty()) return false;
  LogicalSwitch& ls = switches[Pick(switches.size())];
  for (const LogicalSwitchPort& port : ls.ports()) {
    if (port.type() == "localnet") return false;
  }
  const std::string name = NewName("ln"), network = Chance(50) ? "physnet1" : "physnet2";
  return Did(
      ls.AddLocalnetPort(name, network).status(),
      absl::StrCat("lsp-add ", ls.name(), " ", name, " -- lsp-set-type ", name, " localnet -- lsp-set-addresses ", name,
                   " unknown -- lsp-set-options ", name, " network_name=", network));
}

std::string RandomEdits::RandomMatch(absl::string_view direction) {
  const std::vector<Port> ports = VmPorts();
  const absl::string_view field = direction == "from-lport" ? "inport" : "outport";
  std::vector<std::string> terms;
  if (Chance(50)) {
    const auto& groups = topology_.nb().Rows<nb::Port_Group>();
    if (!groups.empty() && Chance(50)) {
      terms.push_back(absl::StrCat(field, " == @", groups[Pick(groups.size())].row.name()));
    } else if (!ports.empty()) {
      terms.push_back(absl::StrCat(field, " == \"", ports[Pick(ports.size())].port.name(), "\""));
    }
  }
  const auto& sets = topology_.nb().Rows<nb::Address_Set>();
  if (!sets.empty() && Chance(40)) {
    terms.push_back(absl::StrCat("ip4.", Chance(50) ? "src" : "dst", " == $", sets[Pick(sets.size())].row.name()));
  } else if (Chance(50)) {
    const bool v6 = options_.ipv6 && Chance(30);
    terms.push_back(absl::StrCat(v6 ? "ip6." : "ip4.", Chance(50) ? "src" : "dst", " == ", RandomPrefix(v6)));
  }
  static constexpr absl::string_view kProtocols[] = {"tcp", "udp.dst == 53",  "tcp.dst == {80, 443}", "icmp4 || icmp6",
                                                     "arp", "tcp.dst >= 1024"};
  if (terms.empty() || Chance(50)) {
    terms.push_back(absl::StrCat("(", kProtocols[Pick(std::size(kProtocols))], ")"));
  }
  return absl::StrJoin(terms, " && ");
}

std::optional<RandomEdits::AclOwner> RandomEdits::PickAclOwner(bool only_with_acls) {
  const Database& nb = topology_.nb();
  std::vector<AclOwner> owners;
  for (const auto& [uuid, row] : nb.Rows<nb::Logical_Switch>()) {
    if (!only_with_acls || !row->acls().empty()) owners.push_back({false, uuid, std::string(row->name())});
  }
  for (const auto& [uuid, row] : nb.Rows<nb::Port_Group>()) {
    if (!only_with_acls || !row->acls().empty()) owners.push_back({true, uuid, std::string(row->name())});
  }
  return owners.empty() ? std::nullopt : std::optional<AclOwner>(owners[Pick(owners.size())]);
}

bool RandomEdits::AddAcl() {
  const std::optional<AclOwner> owner = PickAclOwner(false);
  if (!owner.has_value()) return false;
  const absl::string_view direction = Chance(50) ? "from-lport" : "to-lport";
  static constexpr absl::string_view kActions[] = {"allow", "drop", "reject", "allow-stateless", "allow-related"};
  const absl::string_view action = kActions[Pick(std::size(kActions))];
  // Priorities of their own, so that no two ACLs are the same.
  const int priority = 1000 + ++names_;
  const std::string match = RandomMatch(direction);
  const std::string command =
      absl::StrCat("acl-add ", owner->name, " ", direction, " ", priority, " '", match, "' ", action);
  if (!owner->is_group) {
    return Did(topology_.FindSwitch(owner->name)->AddAcl(direction, priority, match, action), command);
  }
  Transaction t = topology_.nb().Begin();
  const Uuid uuid = topology_.NewUuid();
  auto* acl = t.Insert<nb::ACL>(uuid);
  acl->set_direction(std::string(direction));
  acl->set_priority(priority);
  acl->set_match(match);
  acl->set_action(std::string(action));
  t.InsertMember(nb::columns::Port_Group::acls, owner->uuid, uuid);
  return Did(topology_.nb().Commit(std::move(t)).status(), command);
}

bool RandomEdits::DeleteAcl() {
  const std::optional<AclOwner> owner = PickAclOwner(true);
  if (!owner.has_value()) return false;
  Database& nb = topology_.nb();
  const auto& acls =
      owner->is_group ? nb.Read<nb::Port_Group>(owner->uuid)->acls() : nb.Read<nb::Logical_Switch>(owner->uuid)->acls();
  const std::vector<Uuid> all(acls.begin(), acls.end());
  const Uuid uuid = all[Pick(all.size())];
  const auto acl = nb.Read<nb::ACL>(uuid);
  const std::string command =
      absl::StrCat("acl-del ", owner->name, " ", acl->direction(), " ", acl->priority(), " '", acl->match(), "'");
  Transaction t = nb.Begin();
  if (owner->is_group) {
    t.EraseMember(nb::columns::Port_Group::acls, owner->uuid, uuid);
  } else {
    t.EraseMember(nb::columns::Logical_Switch::acls, owner->uuid, uuid);
  }
  return Did(nb.Commit(std::move(t)).status(), command);
}

bool RandomEdits::EditAddressSet() {
  const auto& sets = topology_.nb().Rows<nb::Address_Set>();
  std::set<std::string> addresses;
  for (size_t n = Pick(5); n > 0; --n) addresses.insert(RandomPrefix(false));
  const std::string list =
      addresses.empty() ? "addresses=[]" : absl::StrCat("'addresses=\"", absl::StrJoin(addresses, "\",\""), "\"'");
  if (sets.size() < 3 && Chance(50)) {
    const std::string name = NewName("as");
    Transaction t = topology_.nb().Begin();
    auto* row = t.Insert<nb::Address_Set>(topology_.NewUuid());
    row->set_name(name);
    for (const std::string& address : addresses) row->add_addresses(address);
    return Did(topology_.nb().Commit(std::move(t)).status(), absl::StrCat("create address_set name=", name, " ", list));
  }
  if (sets.empty()) return false;
  const auto& [uuid, row] = sets[Pick(sets.size())];
  const std::string name(row.name());
  return Did(topology_.Edit<nb::Address_Set>(uuid,
                                             [&](nb::Address_Set& set) {
                                               set.clear_addresses();
                                               for (const std::string& address : addresses) set.add_addresses(address);
                                             }),
             absl::StrCat("set address_set ", name, " ", list));
}

bool RandomEdits::EditPortGroup() {
  const auto& groups = topology_.nb().Rows<nb::Port_Group>();
  std::vector<Uuid> members;
  std::string names;
  for (const Port& port : VmPorts()) {
    if (!Chance(30)) continue;
    members.push_back(port.port.uuid());
    absl::StrAppend(&names, " ", port.port.name());
  }
  const auto fill = [&members](nb::Port_Group& group) {
    group.clear_ports();
    for (const Uuid& uuid : members) {
      auto* ref = group.add_ports();
      ref->set_high(uuid.high());
      ref->set_low(uuid.low());
    }
  };
  if (groups.size() < 3 && Chance(50)) {
    const std::string name = NewName("pg");
    Transaction t = topology_.nb().Begin();
    auto* row = t.Insert<nb::Port_Group>(topology_.NewUuid());
    row->set_name(name);
    fill(*row);
    return Did(topology_.nb().Commit(std::move(t)).status(), absl::StrCat("pg-add ", name, names));
  }
  if (groups.empty()) return false;
  const auto& [uuid, row] = groups[Pick(groups.size())];
  const std::string name(row.name());
  return Did(topology_.Edit<nb::Port_Group>(uuid, fill), names.empty()
                                                             ? absl::StrCat("clear port_group ", name, " ports")
                                                             : absl::StrCat("pg-set-ports ", name, names));
}

}  // namespace ovnlite
