// Networks of one router's ports that overlap. Of two that are the same it is open which port a packet leaves by; of
// one inside another the longer prefix wins.

#include <algorithm>
#include <tuple>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lib/check/checks.h"
#include "lib/check/owners.h"
#include "lib/northd/router_network.h"
#include "ovnlite/base/utf8.h"

namespace ovnlite {
namespace {

struct Network {
  IpPrefix prefix;
  absl::string_view text;
  absl::string_view port;
  Uuid uuid;
};

std::vector<Network> NetworksOf(const Database& nb, const ViewOf<nb::Logical_Router>& router) {
  std::vector<Network> networks;
  for (const Uuid& uuid : router->ports()) {
    const auto port = nb.Read<nb::Logical_Router_Port>(uuid);
    if (!port || !ReadMac(port->mac()).has_value()) continue;
    for (const absl::string_view text : port->networks()) {
      const std::optional<IpPrefix> network = ReadRouterNetwork(text);
      if (!network.has_value() || network->address().IsLinkLocal()) continue;
      networks.push_back({network->network(), text, port->name(), uuid});
    }
  }
  return networks;
}

}  // namespace

void CheckRouterNetworks(const Database& nb, Findings& findings) {
  for (const auto& [router, row] : nb.Rows<nb::Logical_Router>()) {
    std::vector<Network> networks = NetworksOf(nb, row);
    const auto order = [](const Network& n) { return std::tie(n.port, n.text); };
    std::sort(networks.begin(), networks.end(), [&](const Network& a, const Network& b) {
      return a.prefix != b.prefix ? a.prefix < b.prefix : order(a) < order(b);
    });
    // Those that hold the current one, each inside the one before.
    std::vector<const Network*> around;
    for (const Network& network : networks) {
      while (!around.empty() && !around.back()->prefix.Contains(network.prefix.address())) around.pop_back();
      if (!around.empty() && around.back()->uuid != network.uuid) {
        const Network& other = *around.back();
        const RowReport report(findings, "Logical_Router_Port", network.uuid, network.port);
        if (other.prefix == network.prefix) {
          report.Warning(
              "networks", network.text,
              absl::StrCat(
                  "port ", QuoteJson(other.port),
                  " of the router has the same network: by which of the two packets to it leave, OVN leaves open"));
        } else {
          report.Warning("networks", network.text,
                         absl::StrCat("it lies inside ", other.prefix.ToString(), " of port ", QuoteJson(other.port),
                                      ": packets to it leave here, not there"));
        }
      }
      around.push_back(&network);
    }
  }
}

}  // namespace ovnlite
