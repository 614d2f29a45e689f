// DHCP_Options: what an answer cannot do without and what no hypervisor can read; and switch ports that none of them
// suits.

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lib/check/checks.h"
#include "lib/check/owners.h"
#include "lib/northd/port_address.h"
#include "ovnlite/base/address_scan.h"
#include "ovnlite/base/utf8.h"
#include "ovnlite/logical/action_parse.h"

namespace ovnlite {
namespace {

using DhcpView = ViewOf<nb::DHCP_Options>;

// Options that are for ovn-northd itself.
bool IsForNorthd(bool is_v6, absl::string_view option) {
  return is_v6 ? option == "dhcpv6_stateless" : option == "server_mac";
}

class DhcpChecker {
 public:
  explicit DhcpChecker(Findings& findings) : findings_(findings), pool_(OvnSymbols()) {}

  void Check(const Uuid& uuid, const DhcpView& dhcp) {
    const RowReport report(findings_, "DHCP_Options", uuid, dhcp->cidr());
    const std::optional<IpPrefix> network = ReadIpPrefix(dhcp->cidr());
    if (!network.has_value()) {
      report.Error("cidr", dhcp->cidr(), "it is no network: no port gets answers");
      return;
    }
    const bool is_v6 = network->is_v6();
    std::vector<absl::string_view> needed = {"server_id", "server_mac", "lease_time"};
    if (is_v6) needed = {"server_id"};
    for (const absl::string_view option : needed) {
      if (dhcp->options(option).value_or("").empty()) {
        report.Error(absl::StrCat("options:", option), "", "it is missing: no port gets answers");
      }
    }
    for (const auto& [option, value] : dhcp->options()) CheckOption(is_v6, option, value, report);
  }

 private:
  // As the hypervisors find it, in the action that makes the answer.
  void CheckOption(bool is_v6, absl::string_view option, absl::string_view value, const RowReport& report) {
    if (value.empty()) return;
    if (is_v6 && option == "server_id") {
      if (!ReadMac(value).has_value())
        report.Error("options:server_id", value, "it is no MAC address: no port gets answers");
      return;
    }
    std::string action;
    if (!IsForNorthd(is_v6, option)) {
      action = is_v6 ? absl::StrCat("reg0[3] = put_dhcpv6_opts(ia_addr = ::1, ", option, " = ", value, "); next;")
                     : absl::StrCat("reg0[3] = put_dhcp_opts(offerip = 10.0.0.1, ", option, " = ", value, "); next;");
    } else if (!is_v6) {
      action = absl::StrCat("eth.src = ", value, ";");
    }
    if (!is_v6 && option == "server_id") absl::StrAppend(&action, " ip4.src = ", value, ";");
    const absl::StatusOr<ParsedActions> read = ParseActions(pool_, action, {.table = 20});
    if (read.ok()) return;
    report.Error(absl::StrCat("options:", option), value,
                 absl::StrCat(read.status().message(), " OVN hands it on, and no hypervisor answers"));
  }

  Findings& findings_;
  ExprPool pool_;
};

// The port's addresses of a family; nothing while it waits for one.
std::optional<std::vector<IpPrefix>> AddressesOf(const SwitchPortView& port, bool is_v6) {
  std::vector<IpPrefix> all;
  const auto add = [&](const LportAddresses& some) {
    const std::vector<IpPrefix>& ips = is_v6 ? some.v6 : some.v4;
    all.insert(all.end(), ips.begin(), ips.end());
  };
  for (const absl::string_view text : port->addresses()) {
    const SwitchPortAddress address = ReadSwitchPortAddress(text);
    if (address.kind == SwitchPortAddressKind::kStatic) add(address.addresses);
    if (address.kind != SwitchPortAddressKind::kDynamic) continue;
    const auto given = ReadLportAddresses(port->dynamic_addresses());
    if (!given.has_value()) return std::nullopt;
    add(*given);
  }
  return all;
}

void CheckPort(const SwitchPortView& port, bool is_v6, const DhcpView& dhcp, const RowReport& report) {
  const std::optional<IpPrefix> network = ReadIpPrefix(dhcp->cidr());
  if (!network.has_value()) return;  // Told of the options.
  const char* const column = is_v6 ? "dhcpv6_options" : "dhcpv4_options";
  if (network->is_v6() != is_v6) {
    report.Error(column, dhcp->cidr(),
                 absl::StrCat("they are for ", is_v6 ? "IPv4" : "IPv6", ": the port gets no answers"));
    return;
  }
  const auto addresses = AddressesOf(port, is_v6);
  if (!addresses.has_value()) return;
  const bool suits = std::any_of(addresses->begin(), addresses->end(),
                                 [&](const IpPrefix& ip) { return network->Contains(ip.address()); });
  if (!suits) report.Error(column, dhcp->cidr(), "no address of the port is in this network: the port gets no answers");
}

}  // namespace

void CheckDhcp(const Database& nb, Findings& findings) {
  DhcpChecker checker(findings);
  for (const auto& [uuid, dhcp] : nb.Rows<nb::DHCP_Options>()) checker.Check(uuid, dhcp);
  for (const auto& [uuid, port] : nb.Rows<nb::Logical_Switch_Port>()) {
    const RowReport report(findings, "Logical_Switch_Port", uuid, port->name());
    if (port->has_dhcpv4_options()) {
      CheckPort(port, false, nb.Read<nb::DHCP_Options>(port->dhcpv4_options()), report);
    }
    if (port->has_dhcpv6_options()) {
      CheckPort(port, true, nb.Read<nb::DHCP_Options>(port->dhcpv6_options()), report);
    }
  }
}

}  // namespace ovnlite
