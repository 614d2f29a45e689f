#include "lib/controller/encode_field.h"

#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"

namespace ovnlite {
namespace {

// Symbols name their fields as OpenFlow 1.5 does; the table of fields has other names for these.
constexpr struct {
  absl::string_view name;
  OfField field;
} kNames[] = {
    {"OXM_OF_ETH_SRC", OfField::kEthSrc},         {"OXM_OF_ETH_DST", OfField::kEthDst},
    {"OXM_OF_ETH_TYPE", OfField::kEthType},       {"OXM_OF_IP_PROTO", OfField::kIpProto},
    {"OXM_OF_IP_ECN", OfField::kIpEcn},           {"OXM_OF_IPV4_SRC", OfField::kIpSrc},
    {"OXM_OF_IPV4_DST", OfField::kIpDst},         {"OXM_OF_ICMPV4_TYPE", OfField::kIcmpType},
    {"OXM_OF_ICMPV4_CODE", OfField::kIcmpCode},   {"OXM_OF_IPV6_SRC", OfField::kIpv6Src},
    {"OXM_OF_IPV6_DST", OfField::kIpv6Dst},       {"OXM_OF_IPV6_FLABEL", OfField::kIpv6Label},
    {"OXM_OF_ICMPV6_TYPE", OfField::kIcmpv6Type}, {"OXM_OF_ICMPV6_CODE", OfField::kIcmpv6Code},
    {"OXM_OF_ARP_OP", OfField::kArpOp},           {"OXM_OF_ARP_SPA", OfField::kArpSpa},
    {"OXM_OF_ARP_TPA", OfField::kArpTpa},         {"OXM_OF_ARP_SHA", OfField::kArpSha},
    {"OXM_OF_ARP_THA", OfField::kArpTha},         {"OXM_OF_IPV6_ND_TARGET", OfField::kNdTarget},
    {"OXM_OF_IPV6_ND_SLL", OfField::kNdSll},      {"OXM_OF_IPV6_ND_TLL", OfField::kNdTll},
    {"OXM_OF_TCP_SRC", OfField::kTcpSrc},         {"OXM_OF_TCP_DST", OfField::kTcpDst},
    {"OXM_OF_TCP_FLAGS", OfField::kTcpFlags},     {"OXM_OF_UDP_SRC", OfField::kUdpSrc},
    {"OXM_OF_UDP_DST", OfField::kUdpDst},
};

const absl::flat_hash_map<absl::string_view, OfField>& FieldsByName() {
  static const auto& fields = *[] {
    auto* made = new absl::flat_hash_map<absl::string_view, OfField>;
    for (const auto& n : kNames) made->emplace(n.name, n.field);
    for (int i = 1; i < static_cast<int>(OfField::kCount); ++i) {
      made->emplace(Info(static_cast<OfField>(i)).nxm_name, static_cast<OfField>(i));
    }
    return made;
  }();
  return fields;
}

}  // namespace

Subfield SubfieldOf(const SymbolBits& bits) {
  const SymbolBits own = ResolveParent(bits);
  const std::string& name = own.symbol->openflow_name;
  const auto found = FieldsByName().find(absl::string_view(name));
  if (found == FieldsByName().end()) return {};
  const OfFieldInfo& info = Info(found->second);
  const int width = own.symbol->is_string() ? info.bits : own.width;
  return {found->second, static_cast<uint8_t>(own.offset), static_cast<uint8_t>(width)};
}

}  // namespace ovnlite
