#include "lib/controller/geneve_encap.h"

#include "lib/controller/context.h"

namespace ovnlite {

std::optional<GeneveEncap> FindGeneveEncap(const Database& sb, const sb::Chassis& chassis) {
  for (const ovsdb::Uuid& ref : chassis.encaps()) {
    const auto* encap = sb.Get<sb::Encap>(FromProto(ref));
    if (encap == nullptr || encap->type() != "geneve") continue;
    const absl::StatusOr<IpAddress> ip = IpAddress::Parse(encap->ip());
    if (!ip.ok()) continue;
    const auto csum = encap->options().find("csum");
    return GeneveEncap{*ip, csum == encap->options().end() || csum->second != "false"};
  }
  return std::nullopt;
}

}  // namespace ovnlite
