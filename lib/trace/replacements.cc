#include "lib/trace/replacements.h"

#include <utility>

#include "ovnlite/flow/openflow_field.h"

namespace ovnlite {
namespace {

// The other end of a packet: an answer has there what the packet had here.
FieldRef Opposite(FieldRef f) {
  for (const auto& [a, b] : {std::pair(field::kIp4Src, field::kIp4Dst), std::pair(field::kIp6Src, field::kIp6Dst),
                             std::pair(field::kL4Src, field::kL4Dst)}) {
    if (f == a) return b;
    if (f == b) return a;
  }
  return f;
}

}  // namespace

ZoneName ZoneName::Of(const std::string& chassis, const CtOp& ct, const FlowKey& key, bool egress) {
  ZoneName zone;
  zone.chassis = chassis;
  zone.reg = ct.zone_field.field;
  zone.datapath = key.Get64(field::kMetadata);
  if (zone.reg == OfReg(13)) zone.port = key.Get64(egress ? field::kLogicalOutPort : field::kLogicalInPort);
  return zone;
}

Replacement::Replacement(ZoneName z, const FlowKey& key, bool is_dst, bool v6)
    : zone(std::move(z)),
      address(v6 ? (is_dst ? field::kIp6Dst : field::kIp6Src) : (is_dst ? field::kIp4Dst : field::kIp4Src)),
      port(is_dst ? field::kL4Dst : field::kL4Src),
      before(key.Get(address)),
      port_before(key.Get64(port)) {}

bool Replacement::IsUndoneIn(const ZoneName& z, const FlowKey& answer) const {
  return zone == z && answer.Get(Opposite(address)) == after &&
         (port_after == 0 || answer.Get64(Opposite(port)) == port_after);
}

void Replacement::Undo(FlowKey& answer, FlowKey& written) const {
  answer.Set(Opposite(address), before);
  written.Include(Opposite(address));
  if (port_after == 0) return;
  answer.Set(Opposite(port), port_before);
  written.Include(Opposite(port));
}

}  // namespace ovnlite
