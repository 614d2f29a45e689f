#include "lib/node/known_underlay.h"

namespace ovnlite {

std::unique_ptr<RawTunnel> OpenKnownUnderlay(const std::map<std::string, ChassisAddress>& addresses,
                                             const std::string& chassis, bool verify_checksum,
                                             std::unique_ptr<Port> wire, const Clock* clock) {
  const ChassisAddress& me = addresses.at(chassis);
  auto tunnels = std::make_unique<RawTunnel>(
      TunnelOptions{.local = me.ip, .ecn = EcnMode::kOpenVSwitch},
      RawTunnelOptions{.mac = me.mac, .verify_checksum = verify_checksum, .resolve = false}, std::move(wire), clock);
  for (const auto& [name, address] : addresses) {
    if (name != chassis && address.ip.is_v6() == me.ip.is_v6()) tunnels->AddNeighbor(address.ip, address.mac);
  }
  return tunnels;
}

}  // namespace ovnlite
