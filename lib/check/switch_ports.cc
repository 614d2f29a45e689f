// Logical_Switch_Port: its type and what that needs, its addresses and its port security, each by itself.

#include <algorithm>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "lib/check/allocation.h"
#include "lib/check/checks.h"
#include "lib/check/owners.h"
#include "lib/northd/port_address.h"
#include "ovnlite/base/utf8.h"

namespace ovnlite {
namespace {

constexpr absl::string_view kTypes[] = {"",     "router",   "localnet", "localport", "l2gateway",
                                        "vtep", "external", "virtual",  "remote"};

void CheckRouterType(const Database& nb, const SwitchPortView& port, const RowReport& report) {
  const absl::string_view name = port->options("router-port").value_or("");
  if (name.empty()) {
    report.Error("options:router-port", "",
                 "a port of type router has to say which router port it leads to: it leads nowhere");
    return;
  }
  if (!RouterPortNamed(nb, name)) {
    report.Error("options:router-port", name, "there is no router port of this name: the port leads nowhere");
    return;
  }
  for (const Uuid& uuid : nb.Find(nb::columns::Logical_Switch_Port::options, "router-port", name)) {
    const auto other = nb.Read<nb::Logical_Switch_Port>(uuid);
    if (other->type() != "router" || other->name() == port->name()) continue;
    report.Warning("options:router-port", name,
                   absl::StrCat("port ", QuoteJson(other->name()),
                                " leads there too: what the router sends leaves by one of the two only"));
    return;
  }
}

void CheckVirtualType(const Database& nb, const SwitchPortView& port, const RowReport& report) {
  const absl::string_view ip = port->options("virtual-ip").value_or("");
  const absl::string_view parents = port->options("virtual-parents").value_or("");
  constexpr absl::string_view kNobody = ": no port can ever claim the address";
  if (!IpAddress::Parse(ip).ok()) {
    report.Error("options:virtual-ip", ip,
                 absl::StrCat("a port of type virtual needs the address that it stands for", kNobody));
  }
  if (parents.empty()) {
    report.Error("options:virtual-parents", "",
                 absl::StrCat("a port of type virtual needs ports that may claim its address", kNobody));
  }
  for (const absl::string_view parent : absl::StrSplit(parents, ',', absl::SkipEmpty())) {
    if (SwitchPortNamed(nb, parent)) continue;
    report.Error("options:virtual-parents", parent, "there is no port of this name: it is passed over");
  }
}

void CheckType(const Database& nb, const SwitchPortView& port, const RowReport& report) {
  const absl::string_view type = port->type();
  if (std::find(std::begin(kTypes), std::end(kTypes), type) == std::end(kTypes)) {
    report.Error("type", type, "there is no such type: OVN takes the port for a VM's");
  }
  if (type == "router") {
    CheckRouterType(nb, port, report);
  } else if (!port->options("router-port").value_or("").empty()) {
    report.Error("options:router-port", *port->options("router-port"),
                 "the port is not of type router: the option counts for nothing");
  }
  if ((type == "localnet" || type == "l2gateway") && port->options("network_name").value_or("").empty()) {
    report.Error("options:network_name", "",
                 absl::StrCat("a port of type ", type, " has to name a provider network: no hypervisor connects it"));
  }
  if (type == "virtual") CheckVirtualType(nb, port, report);
}

void CheckStatic(const SwitchPortAddress& address, absl::string_view text, const RowReport& report) {
  const MacAddress mac = address.addresses.mac;
  if (mac.IsMulticast()) {
    report.Warning("addresses", text,
                   absl::StrCat(mac.ToString(), " is a group's: frames to it go to every port of the switch"));
  } else if (mac.IsZero()) {
    report.Warning("addresses", text,
                   "00:00:00:00:00:00 is no station's: OVN answers ARP requests with it all the same");
  }
  for (const IpPrefix& ip : address.addresses.v4) {
    if (!ip.address().IsMulticast()) continue;
    report.Warning(
        "addresses", text,
        absl::StrCat(ip.address().ToString(), " is a group's: OVN answers ARP requests for it all the same"));
  }
}

void CheckAddresses(const SwitchPortView& port, const ViewOf<nb::Logical_Switch>& lswitch, const RowReport& report) {
  for (const absl::string_view text : port->addresses()) {
    absl::string_view rest;
    const SwitchPortAddress address = ReadSwitchPortAddress(text);
    switch (address.kind) {
      case SwitchPortAddressKind::kInvalid:
        report.Error("addresses", text, "no MAC address stands in front: it counts for nothing");
        break;
      case SwitchPortAddressKind::kRouter:
        if (port->type() != "router")
          report.Error("addresses", text, "the port is not of type router: it counts for nothing");
        break;
      case SwitchPortAddressKind::kDynamic:
        if (lswitch && !Allocates(lswitch)) {
          report.Error(
              "addresses", text,
              "the switch has no subnet, ipv6_prefix or mac_only in its other_config: no address is given out");
        } else if (lswitch && port->has_dynamic_addresses() &&
                   !ReadLportAddresses(port->dynamic_addresses()).has_value()) {
          report.Note("dynamic_addresses", port->dynamic_addresses(), "it is no address: OVN gives out another");
        }
        break;
      case SwitchPortAddressKind::kStatic:
        CheckStatic(address, text, report);
        ReadLportAddresses(text, &rest);
        if (!address.complaint.empty()) {
          report.Error("addresses", text,
                       absl::StrCat(QuoteJson(absl::StripAsciiWhitespace(rest)),
                                    " is no address: what stands in front of it counts, it and the rest do not"));
        }
        break;
      case SwitchPortAddressKind::kUnknown:
        break;
    }
  }
}

// Entries that are none protect from nothing; without any other the port is not protected at all.
void CheckPortSecurity(const SwitchPortView& port, const RowReport& report) {
  const auto entries = port->port_security();
  const bool is_protected = std::any_of(entries.begin(), entries.end(),
                                        [](absl::string_view text) { return ReadLportAddresses(text).has_value(); });
  for (const absl::string_view text : entries) {
    absl::string_view rest;
    if (!ReadLportAddresses(text, &rest).has_value()) {
      report.Error("port_security", text,
                   absl::StrCat("no MAC address stands in front: it counts for nothing",
                                is_protected ? "" : ", and the port may send from any address"));
      continue;
    }
    rest = absl::StripAsciiWhitespace(rest);
    if (rest.empty()) continue;
    report.Error(
        "port_security", text,
        absl::StrCat(QuoteJson(rest), " is no address: what stands in front of it counts, it and the rest do not"));
  }
}

}  // namespace

void CheckSwitchPorts(const Database& nb, Findings& findings) {
  for (const auto& [uuid, port] : nb.Rows<nb::Logical_Switch_Port>()) {
    const RowReport report(findings, "Logical_Switch_Port", uuid, port->name());
    const RowIds switches = nb.Find(nb::columns::Logical_Switch::ports, uuid);
    if (switches.size() > 1) {
      report.Error("", "", absl::StrCat(switches.size(), " switches have it: it is a port of one of them"));
    }
    CheckType(nb, port, report);
    CheckAddresses(
        port, switches.empty() ? ViewOf<nb::Logical_Switch>() : nb.Read<nb::Logical_Switch>(switches.front()), report);
    CheckPortSecurity(port, report);
  }
}

}  // namespace ovnlite
