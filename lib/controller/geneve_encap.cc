#include "lib/controller/geneve_encap.h"

namespace ovnlite {

std::optional<GeneveEncap> FindGeneveEncap(const Database& sb, sb::Chassis_View chassis) {
  for (const Uuid& ref : chassis.encaps()) {
    const auto encap = sb.Read<sb::Encap>(ref);
    if (!encap || encap->type() != "geneve") continue;
    const absl::StatusOr<IpAddress> ip = IpAddress::Parse(encap->ip());
    if (!ip.ok()) continue;
    return GeneveEncap{*ip, encap->options("csum").value_or("true") != "false"};
  }
  return std::nullopt;
}

}  // namespace ovnlite
