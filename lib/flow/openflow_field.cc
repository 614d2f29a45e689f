#include "ovnlite/flow/openflow_field.h"

#include <array>
#include <string>

#include "absl/strings/str_cat.h"

namespace ovnlite {
namespace {

// Classes of OXM and NXM headers (ovs-fields(7), "Identifying Fields").
constexpr uint16_t kNxm0 = 0x0000;
constexpr uint16_t kNxm1 = 0x0001;
constexpr uint16_t kOxm = 0x8000;
constexpr uint16_t kPacketRegs = 0x8001;

constexpr OfFieldInfo kFields[] = {
    {"", "", 0, 0, 0, 0, 0, {}},
    {"in_port", "NXM_OF_IN_PORT", kNxm0, 0, kNxm0, 0, 16, field::kInPort},
    {"tun_id", "NXM_NX_TUN_ID", kOxm, 38, kNxm1, 16, 64, field::kTunId},
    {"tun_metadata0", "NXM_NX_TUN_METADATA0", kNxm1, 40, kNxm1, 40, 32, field::kTunMetadata0},
    {"metadata", "OXM_OF_METADATA", kOxm, 2, kOxm, 2, 64, field::kMetadata},
    {"pkt_mark", "NXM_NX_PKT_MARK", kNxm1, 33, kNxm1, 33, 32, field::kPktMark},
    {"ct_state", "NXM_NX_CT_STATE", kNxm1, 105, kNxm1, 105, 32, field::kCtState},
    {"ct_zone", "NXM_NX_CT_ZONE", kNxm1, 106, kNxm1, 106, 16, field::kCtZone},
    {"ct_mark", "NXM_NX_CT_MARK", kNxm1, 107, kNxm1, 107, 32, field::kCtMark},
    {"ct_label", "NXM_NX_CT_LABEL", kNxm1, 108, kNxm1, 108, 128, field::kCtLabel},
    {"eth_src", "NXM_OF_ETH_SRC", kOxm, 4, kNxm0, 2, 48, field::kEthSrc},
    {"eth_dst", "NXM_OF_ETH_DST", kOxm, 3, kNxm0, 1, 48, field::kEthDst},
    {"eth_type", "NXM_OF_ETH_TYPE", kOxm, 5, kNxm0, 3, 16, field::kEthType},
    {"vlan_tci", "NXM_OF_VLAN_TCI", kNxm0, 4, kNxm0, 4, 16, field::kVlanTci},
    {"ip_src", "NXM_OF_IP_SRC", kOxm, 11, kNxm0, 7, 32, field::kIp4Src},
    {"ip_dst", "NXM_OF_IP_DST", kOxm, 12, kNxm0, 8, 32, field::kIp4Dst},
    {"ipv6_src", "NXM_NX_IPV6_SRC", kOxm, 26, kNxm1, 19, 128, field::kIp6Src},
    {"ipv6_dst", "NXM_NX_IPV6_DST", kOxm, 27, kNxm1, 20, 128, field::kIp6Dst},
    {"nw_proto", "NXM_OF_IP_PROTO", kOxm, 10, kNxm0, 6, 8, field::kIpProto},
    {"nw_ttl", "NXM_NX_IP_TTL", kNxm1, 29, kNxm1, 29, 8, field::kIpTtl},
    {"ip_frag", "NXM_NX_IP_FRAG", kNxm1, 26, kNxm1, 26, 2, {kWordIp, 32, 2}},
    {"ip_dscp", "OXM_OF_IP_DSCP", kOxm, 8, kOxm, 8, 6, field::kIpDscp},
    {"nw_ecn", "NXM_NX_IP_ECN", kOxm, 9, kNxm1, 28, 2, field::kIpEcn},
    {"arp_op", "NXM_OF_ARP_OP", kOxm, 21, kNxm0, 15, 16, field::kArpOp},
    {"arp_spa", "NXM_OF_ARP_SPA", kOxm, 22, kNxm0, 16, 32, field::kArpSpa},
    {"arp_tpa", "NXM_OF_ARP_TPA", kOxm, 23, kNxm0, 17, 32, field::kArpTpa},
    {"arp_sha", "NXM_NX_ARP_SHA", kOxm, 24, kNxm1, 17, 48, field::kArpSha},
    {"arp_tha", "NXM_NX_ARP_THA", kOxm, 25, kNxm1, 18, 48, field::kArpTha},
    {"tcp_src", "NXM_OF_TCP_SRC", kOxm, 13, kNxm0, 9, 16, field::kL4Src},
    {"tcp_dst", "NXM_OF_TCP_DST", kOxm, 14, kNxm0, 10, 16, field::kL4Dst},
    {"tcp_flags", "NXM_NX_TCP_FLAGS", kOxm, 42, kNxm1, 34, 12, field::kTcpFlags},
    {"udp_src", "NXM_OF_UDP_SRC", kOxm, 15, kNxm0, 11, 16, field::kL4Src},
    {"udp_dst", "NXM_OF_UDP_DST", kOxm, 16, kNxm0, 12, 16, field::kL4Dst},
    {"sctp_src", "OXM_OF_SCTP_SRC", kOxm, 17, kOxm, 17, 16, field::kL4Src},
    {"sctp_dst", "OXM_OF_SCTP_DST", kOxm, 18, kOxm, 18, 16, field::kL4Dst},
    {"icmp_type", "NXM_OF_ICMP_TYPE", kOxm, 19, kNxm0, 13, 8, {kWordIp, 16, 8}},
    {"icmp_code", "NXM_OF_ICMP_CODE", kOxm, 20, kNxm0, 14, 8, {kWordIp, 0, 8}},
    {"icmpv6_type", "NXM_NX_ICMPV6_TYPE", kOxm, 29, kNxm1, 21, 8, {kWordIp, 16, 8}},
    {"icmpv6_code", "NXM_NX_ICMPV6_CODE", kOxm, 30, kNxm1, 22, 8, {kWordIp, 0, 8}},
    {"nd_target", "NXM_NX_ND_TARGET", kOxm, 31, kNxm1, 23, 128, field::kNdTarget},
    {"nd_sll", "NXM_NX_ND_SLL", kOxm, 32, kNxm1, 24, 48, field::kNdSll},
    {"nd_tll", "NXM_NX_ND_TLL", kOxm, 33, kNxm1, 25, 48, field::kNdTll},
    {"ipv6_label", "NXM_NX_IPV6_LABEL", kOxm, 28, kNxm1, 27, 20, field::kIp6Label},
};
constexpr int kPlain = static_cast<int>(OfField::kReg0);
static_assert(std::size(kFields) == kPlain);

// The registers follow a pattern, so their names are made rather than listed.
struct Table {
  std::array<OfFieldInfo, static_cast<size_t>(OfField::kCount)> fields;
  std::array<std::string, 2 * static_cast<size_t>(OfField::kCount)> names;

  Table() {
    for (int i = 0; i < kPlain; ++i) fields[i] = kFields[i];
    for (int i = 0; i < 16; ++i) {
      Add(OfReg(i), absl::StrCat("reg", i), absl::StrCat("NXM_NX_REG", i), kNxm1, i, RegField(i));
    }
    for (int i = 0; i < 8; ++i) {
      Add(OfXreg(i), absl::StrCat("xreg", i), absl::StrCat("OXM_OF_PKT_REG", i), kPacketRegs, i, XregField(i));
    }
    for (int i = 0; i < 4; ++i) {
      Add(OfXxreg(i), absl::StrCat("xxreg", i), absl::StrCat("NXM_NX_XXREG", i), kNxm1, 111 + i, XxregField(i));
    }
  }
  void Add(OfField field, std::string name, std::string nxm_name, uint16_t oxm_class, int number, FieldRef ref) {
    const size_t i = static_cast<size_t>(field);
    names[2 * i] = std::move(name);
    names[2 * i + 1] = std::move(nxm_name);
    fields[i] = {names[2 * i], names[2 * i + 1],
                 oxm_class,    static_cast<uint8_t>(number),
                 oxm_class,    static_cast<uint8_t>(number),
                 ref.width,    ref};
  }
};

}  // namespace

const OfFieldInfo& Info(OfField field) {
  static const Table& table = *new Table;  // Constant, and never destroyed.
  const size_t i = static_cast<size_t>(field);
  return table.fields[i < table.fields.size() ? i : 0];
}

}  // namespace ovnlite
