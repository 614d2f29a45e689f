#include "lib/northd/warnings.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "lib/northd/port_address.h"
#include "lib/northd/router_network.h"
#include "lib/schema/ovn_nb.pb.h"
#include "ovnlite/base/utf8.h"

namespace ovnlite {
namespace {

void FindInSwitchPorts(Reader& reader, const Context& context, const Database& nb, std::vector<NorthdWarning>& found) {
  for (const auto& [uuid, row] : nb.Rows<nb::Logical_Switch_Port>()) {
    if (!reader.Ask(context.switch_port, uuid).exists) continue;
    for (const std::string& text : row.addresses()) {
      const PortAddress address = ReadPortAddress(text);
      if (!address.complaint.empty()) found.push_back({"Logical_Switch_Port", row.name(), address.complaint});
    }
  }
}

void FindInRouterPorts(Reader& reader, const Context& context, const Database& nb, std::vector<NorthdWarning>& found) {
  for (const auto& [uuid, row] : nb.Rows<nb::Logical_Router_Port>()) {
    const std::string& name = row.name();
    const auto add = [&](std::string message) { found.push_back({"Logical_Router_Port", name, std::move(message)}); };
    if (!ReadMac(row.mac()).has_value()) {
      add(absl::StrCat("left out: ", QuoteJson(row.mac()), " is no MAC address"));
    } else if (!reader.Find<nb::Logical_Switch_Port>("name", name).empty()) {
      add("left out: a switch port has its name");
    }
    if (!reader.Ask(context.router_port, uuid).exists) continue;
    for (const std::string& text : row.networks()) {
      if (!ReadRouterNetwork(text).has_value()) add(absl::StrCat("network ", QuoteJson(text), " is none"));
    }
  }
}

void FindInRoutes(Reader& reader, const Context& context, const Database& nb, std::vector<NorthdWarning>& found) {
  for (const auto& [uuid, row] : nb.Rows<nb::Logical_Router_Static_Route>()) {
    const auto add = [&](absl::string_view message) {
      found.push_back({"Logical_Router_Static_Route", uuid.ToString(), std::string(message)});
    };
    if (const absl::Status status = ReadStaticRoute(row).status(); !status.ok()) {
      add(status.message());
      continue;
    }
    const StaticRoute& route = reader.Ask(context.route, uuid);
    if (!route.exists || route.discard) continue;
    const auto* router = reader.Get<nb::Logical_Router>(route.router);
    if (router->has_enabled() && !router->enabled()) continue;
    if (FindWay(reader, context, route).has_value()) continue;
    if (route.output_port.has_value()) {
      add(absl::StrCat("leads nowhere: router port ", QuoteJson(*route.output_port), " is not there, or has no ",
                       route.prefix.is_v6() ? "IPv6" : "IPv4", " address"));
    } else {
      add(absl::StrCat("leads nowhere: no port of its router is in a network with next hop ",
                       QuoteJson(route.next_hop)));
    }
  }
}

}  // namespace

void FindWarnings(Reader& reader, const Context& context, const Database& nb, std::vector<NorthdWarning>& found) {
  FindInSwitchPorts(reader, context, nb, found);
  FindInRouterPorts(reader, context, nb, found);
  FindInRoutes(reader, context, nb, found);
}

}  // namespace ovnlite
