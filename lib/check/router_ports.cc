// Logical_Router_Port: its MAC address, each of its networks by itself, and what is at its other end.

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/check/checks.h"
#include "lib/check/owners.h"
#include "lib/northd/router_network.h"
#include "ovnlite/base/utf8.h"

namespace ovnlite {
namespace {

void CheckMac(const RouterPortView& port, const RowReport& report) {
  const std::optional<MacAddress> mac = ReadMac(port->mac());
  if (!mac.has_value()) {
    report.Error("mac", port->mac(), "it is no MAC address: OVN leaves the port out");
  } else if (mac->IsMulticast() || mac->IsZero()) {
    report.Warning("mac", port->mac(),
                   absl::StrCat("it is ", mac->IsZero() ? "no" : "not one", " station's: OVN uses it all the same"));
  }
}

void CheckNetwork(absl::string_view text, bool has_others, const RowReport& report) {
  const std::optional<IpPrefix> network = ReadRouterNetwork(text);
  if (!network.has_value()) {
    const bool is_zero = ReadIpPrefix(text).has_value();
    report.Error("networks", text,
                 absl::StrCat(is_zero ? "no port can have 0.0.0.0" : "it is no address with the length of a network",
                              ": OVN passes over it, and the port has ",
                              has_others ? "its others" : "nothing but its link-local address"));
    return;
  }
  const IpAddress ip = network->address();
  const bool is_subnet = !network->is_v6() && network->length() < 31;
  if (!absl::StrContains(text, '/')) {
    report.Warning(
        "networks", text,
        absl::StrCat("it has no length: OVN takes it for ", network->ToString(), ", a network without neighbours"));
  } else if (ip.IsMulticast()) {
    report.Warning("networks", text, "it is a group's address: OVN gives it to the port all the same");
  } else if (is_subnet && (ip == network->network_address() || ip == network->last_address())) {
    report.Warning(
        "networks", text,
        absl::StrCat("it is the ", ip == network->last_address() ? "broadcast" : "first",
                     " address of its network, which no station can have: OVN gives it to the port all the same"));
  }
}

// The switch ports that lead here.
size_t SwitchSides(const Database& nb, absl::string_view name) {
  size_t sides = 0;
  for (const Uuid& uuid : nb.Find(nb::columns::Logical_Switch_Port::options, "router-port", name)) {
    if (nb.Read<nb::Logical_Switch_Port>(uuid)->type() == "router") ++sides;
  }
  return sides;
}

void CheckOtherEnd(const Database& nb, const RouterPortView& port, const RowReport& report) {
  const absl::string_view peer = port->has_peer() ? port->peer() : "";
  const bool on_switch = SwitchSides(nb, port->name()) != 0;
  if (peer.empty()) {
    if (!on_switch) report.Note("", "", "neither a peer nor a switch port of type router: the port leads nowhere");
    return;
  }
  if (on_switch) {
    report.Error("peer", peer, "a switch port leads here too: ovn-northd 23.03 ends with a failed assertion");
    return;
  }
  if (peer == port->name()) {
    report.Warning("peer", peer, "the port is its own peer: what it sends comes back in");
    return;
  }
  const RouterPortView other = RouterPortNamed(nb, peer);
  if (!other) {
    report.Error("peer", peer,
                 SwitchPortNamed(nb, peer)
                     ? "it is a switch port, which takes a port of type router and no peer: the port leads nowhere"
                     : "there is no router port of this name: the port leads nowhere");
  } else if (!other->has_peer() || other->peer() != port->name()) {
    report.Warning("peer", peer, "that port does not name this one as its peer: packets go there, and none come back");
  }
}

}  // namespace

void CheckRouterPorts(const Database& nb, Findings& findings) {
  for (const auto& [uuid, port] : nb.Rows<nb::Logical_Router_Port>()) {
    const RowReport report(findings, "Logical_Router_Port", uuid, port->name());
    if (SwitchPortNamed(nb, port->name())) {
      report.Error("name", port->name(), "a switch port has the same name: OVN leaves one of the two out");
    }
    CheckMac(port, report);
    const auto networks = port->networks();
    const bool has_good = std::any_of(networks.begin(), networks.end(),
                                      [](absl::string_view text) { return ReadRouterNetwork(text).has_value(); });
    for (const absl::string_view text : networks) CheckNetwork(text, has_good, report);
    CheckOtherEnd(nb, port, report);
  }
}

}  // namespace ovnlite
