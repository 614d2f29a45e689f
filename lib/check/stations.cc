// Stations of one switch that have the same MAC or IP address. OVN writes a flow for each, and of flows with the same
// match and priority it is open which one holds.

#include <algorithm>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "lib/check/checks.h"
#include "lib/check/owners.h"
#include "lib/northd/port_address.h"
#include "lib/northd/router_network.h"
#include "ovnlite/base/utf8.h"

namespace ovnlite {
namespace {

struct Port {
  absl::string_view name;
  Uuid uuid;
  SwitchPortView row;
};

class Stations {
 public:
  Stations(const Database& nb, Findings& findings) : nb_(nb), findings_(findings) {}

  // Ports in order of names.
  void Add(const Port& port) {
    const RowReport report(findings_, "Logical_Switch_Port", port.uuid, port.name);
    for (const absl::string_view text : port.row->addresses()) {
      const SwitchPortAddress address = ReadSwitchPortAddress(text);
      if (address.kind == SwitchPortAddressKind::kStatic) {
        AddMac(port, text, address.addresses.mac, report);
        for (const auto* ips : {&address.addresses.v4, &address.addresses.v6}) {
          for (const IpPrefix& ip : *ips) AddIp(port, text, ip.address(), report);
        }
      } else if (address.kind == SwitchPortAddressKind::kRouter && port.row->type() == "router") {
        AddRouter(port, text, report);
      }
    }
  }

 private:
  void AddRouter(const Port& port, absl::string_view text, const RowReport& report) {
    const RouterPortView router = RouterPortNamed(nb_, port.row->options("router-port").value_or(""));
    const std::optional<MacAddress> mac = router ? ReadMac(router->mac()) : std::nullopt;
    if (!mac.has_value()) return;
    AddMac(port, text, *mac, report);
    for (const absl::string_view network : router->networks()) {
      if (const auto ip = ReadRouterNetwork(network)) AddIp(port, text, ip->address(), report);
    }
  }
  void AddMac(const Port& port, absl::string_view text, const MacAddress& mac, const RowReport& report) {
    const auto [place, is_first] = macs_.try_emplace(mac, port.name);
    if (is_first || place->second == port.name || mac.IsMulticast()) return;
    report.Warning("addresses", text,
                   absl::StrCat("port ", QuoteJson(place->second), " of the switch has ", mac.ToString(),
                                " too: which of the two gets frames to it, OVN leaves open"));
  }
  void AddIp(const Port& port, absl::string_view text, const IpAddress& ip, const RowReport& report) {
    const auto [place, is_first] = ips_.try_emplace(ip, port.name);
    if (is_first || place->second == port.name) return;
    report.Warning("addresses", text,
                   absl::StrCat("port ", QuoteJson(place->second), " of the switch has ", ip.ToString(),
                                " too: whose MAC address others are told, OVN leaves open"));
  }

  const Database& nb_;
  Findings& findings_;
  absl::flat_hash_map<MacAddress, absl::string_view> macs_;
  absl::flat_hash_map<IpAddress, absl::string_view> ips_;
};

}  // namespace

void CheckStations(const Database& nb, Findings& findings) {
  for (const auto& [uuid, lswitch] : nb.Rows<nb::Logical_Switch>()) {
    std::vector<Port> ports;
    for (const Uuid& port : lswitch->ports()) {
      const auto row = nb.Read<nb::Logical_Switch_Port>(port);
      if (row && (!row->has_enabled() || row->enabled())) ports.push_back({row->name(), port, row});
    }
    std::sort(ports.begin(), ports.end(), [](const Port& a, const Port& b) { return a.name < b.name; });
    Stations stations(nb, findings);
    for (const Port& port : ports) stations.Add(port);
  }
}

}  // namespace ovnlite
