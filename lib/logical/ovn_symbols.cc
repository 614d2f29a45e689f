// The symbols of OVN 23.03. Order matters where one is made out of others. Widths, levels and what may be written were
// found by asking a real ovn-controller about each of them.
#include "absl/strings/str_cat.h"
#include "ovnlite/base/status.h"
#include "ovnlite/logical/symbol.h"
#include "ovnlite/packet/flow_key.h"

namespace ovnlite {
namespace {

constexpr int kRegisters = 10;  // reg0 … reg9; the rest is the controller's own.

struct FieldRow {
  absl::string_view name;
  FieldRef field;
  absl::string_view openflow_name;
  absl::string_view prerequisites;
  Level level = Level::kOrdinal;
  WriteScope write_scope = kWriteAnywhere;
  bool must_crossproduct = false;
  int width = 0;  // Where it is not the field's.
};
struct ExpansionRow {
  absl::string_view name;
  absl::string_view expansion;
};
struct SubfieldRow {
  absl::string_view name;
  absl::string_view bits;
  absl::string_view prerequisites;
};

constexpr Level kNominal = Level::kNominal;
constexpr Level kOrdinal = Level::kOrdinal;

// ICMP's type and code lie where TCP's ports do.
constexpr FieldRef kIcmpType{kWordIp, 16, 8};
constexpr FieldRef kIcmpCode{kWordIp, 0, 8};
constexpr FieldRef kIpFragBits{kWordIp, 32, 2};
constexpr FieldRef kTcpFlagBits{kWordL4, 48, 12};

constexpr FieldRow kMetadata[] = {
    {"flags", field::kFlags, "NXM_NX_REG10", ""},
    {"ct_mark", field::kCtMark, "NXM_NX_CT_MARK", "", kOrdinal, kWriteCtCommit},
    {"ct_label", field::kCtLabel, "NXM_NX_CT_LABEL", "", kOrdinal, kWriteCtCommit},
    {"ct_state", field::kCtState, "NXM_NX_CT_STATE", "", kOrdinal, kWriteNowhere, false, 32},
    {"pkt.mark", field::kPktMark, "NXM_NX_PKT_MARK", ""},
    {"eth.src", field::kEthSrc, "OXM_OF_ETH_SRC", ""},
    {"eth.dst", field::kEthDst, "OXM_OF_ETH_DST", ""},
    {"eth.type", field::kEthType, "OXM_OF_ETH_TYPE", "", kNominal, kWriteNowhere, true},
    {"vlan.tci", field::kVlanTci, "NXM_OF_VLAN_TCI", ""},
};

constexpr SubfieldRow kMetadataParts[] = {
    {"flags.loopback", "flags[0]", ""},
    {"flags.force_snat_for_dnat", "flags[2]", ""},
    {"flags.force_snat_for_lb", "flags[3]", ""},
    {"flags.skip_snat_for_lb", "flags[9]", ""},
    {"flags.use_snat_zone", "flags[11]", ""},
    {"ct_mark.blocked", "ct_mark[0]", ""},
    {"ct_mark.natted", "ct_mark[1]", ""},
    {"ct_mark.ecmp_reply_port", "ct_mark[16..31]", ""},
    {"ct_mark.skip_snat", "ct_mark[2]", ""},
    {"ct_mark.force_snat", "ct_mark[3]", ""},
    {"ct_label.blocked", "ct_label[0]", ""},
    {"ct_label.natted", "ct_label[1]", ""},
    {"ct_label.ecmp_reply_eth", "ct_label[32..79]", ""},
    {"ct_label.ecmp_reply_port", "ct_label[80..95]", ""},
    {"ct_label.label", "ct_label[96..127]", ""},
    {"ct_label.skip_snat", "ct_label[2]", ""},
    {"ct_label.force_snat", "ct_label[3]", ""},
    {"ct.trk", "ct_state[5]", ""},
    {"ct.new", "ct_state[0]", "ct.trk"},
    {"ct.est", "ct_state[1]", "ct.trk"},
    {"ct.rel", "ct_state[2]", "ct.trk"},
    {"ct.rpl", "ct_state[3]", "ct.trk"},
    {"ct.inv", "ct_state[4]", "ct.trk"},
    {"ct.snat", "ct_state[6]", "ct.trk"},
    {"ct.dnat", "ct_state[7]", "ct.trk"},
    {"eth.mcast", "eth.dst[40]", ""},
    {"vlan.pcp", "vlan.tci[13..15]", "vlan.present"},
    {"vlan.vid", "vlan.tci[0..11]", "vlan.present"},
};

constexpr FieldRow kPacketFields[] = {
    {"ip.proto", field::kIpProto, "OXM_OF_IP_PROTO", "ip", kNominal, kWriteNowhere, true},
    {"ip.dscp", field::kIpDscp, "OXM_OF_IP_DSCP", "ip", kNominal},
    {"ip.ecn", field::kIpEcn, "OXM_OF_IP_ECN", "ip", kNominal},
    {"ip.ttl", field::kIpTtl, "NXM_NX_IP_TTL", "ip", kNominal},
    {"ip.frag", kIpFragBits, "NXM_NX_IP_FRAG", "ip", kOrdinal, kWriteNowhere},
    {"ip4.src", field::kIp4Src, "OXM_OF_IPV4_SRC", "ip4"},
    {"ip4.dst", field::kIp4Dst, "OXM_OF_IPV4_DST", "ip4"},
    {"icmp4.type", kIcmpType, "OXM_OF_ICMPV4_TYPE", "icmp4", kNominal},
    {"icmp4.code", kIcmpCode, "OXM_OF_ICMPV4_CODE", "icmp4", kNominal},
    {"ip6.src", field::kIp6Src, "OXM_OF_IPV6_SRC", "ip6"},
    {"ip6.dst", field::kIp6Dst, "OXM_OF_IPV6_DST", "ip6"},
    {"ip6.label", field::kIp6Label, "OXM_OF_IPV6_FLABEL", "ip6"},
    {"icmp6.type", kIcmpType, "OXM_OF_ICMPV6_TYPE", "icmp6", kNominal, kWriteAnywhere, true},
    {"icmp6.code", kIcmpCode, "OXM_OF_ICMPV6_CODE", "icmp6", kNominal, kWriteAnywhere, true},
    {"arp.op", field::kArpOp, "OXM_OF_ARP_OP", "arp", kNominal},
    {"arp.spa", field::kArpSpa, "OXM_OF_ARP_SPA", "arp"},
    {"arp.sha", field::kArpSha, "OXM_OF_ARP_SHA", "arp"},
    {"arp.tpa", field::kArpTpa, "OXM_OF_ARP_TPA", "arp"},
    {"arp.tha", field::kArpTha, "OXM_OF_ARP_THA", "arp"},
    {"rarp.op", field::kArpOp, "OXM_OF_ARP_OP", "rarp", kNominal},
    {"rarp.spa", field::kArpSpa, "OXM_OF_ARP_SPA", "rarp"},
    {"rarp.sha", field::kArpSha, "OXM_OF_ARP_SHA", "rarp"},
    {"rarp.tpa", field::kArpTpa, "OXM_OF_ARP_TPA", "rarp"},
    {"rarp.tha", field::kArpTha, "OXM_OF_ARP_THA", "rarp"},
    {"nd.target", field::kNdTarget, "OXM_OF_IPV6_ND_TARGET", "nd"},
    {"nd.sll", field::kNdSll, "OXM_OF_IPV6_ND_SLL", "nd_ns"},
    {"nd.tll", field::kNdTll, "OXM_OF_IPV6_ND_TLL", "nd_na"},
    {"tcp.src", field::kL4Src, "OXM_OF_TCP_SRC", "tcp"},
    {"tcp.dst", field::kL4Dst, "OXM_OF_TCP_DST", "tcp"},
    {"tcp.flags", kTcpFlagBits, "OXM_OF_TCP_FLAGS", "tcp", kOrdinal, kWriteNowhere},
    {"udp.src", field::kL4Src, "OXM_OF_UDP_SRC", "udp"},
    {"udp.dst", field::kL4Dst, "OXM_OF_UDP_DST", "udp"},
    {"sctp.src", field::kL4Src, "OXM_OF_SCTP_SRC", "sctp"},
    {"sctp.dst", field::kL4Dst, "OXM_OF_SCTP_DST", "sctp"},
};

constexpr ExpansionRow kPredicates[] = {
    {"eth.bcast", "eth.dst == ff:ff:ff:ff:ff:ff"},
    {"eth.mcastv6", "eth.dst[32..47] == 0x3333"},
    {"ip4", "eth.type == 0x800"},
    {"ip6", "eth.type == 0x86dd"},
    {"ip", "ip4 || ip6"},
    {"ip4.src_mcast", "ip4.src[28..31] == 0xe"},
    {"ip4.mcast", "eth.mcast && ip4.dst[28..31] == 0xe"},
    {"icmp4", "ip4 && ip.proto == 1"},
    {"igmp", "ip4 && ip.proto == 2"},
    {"ip6.mcast_rsvd", "ip6.dst[116..127] == 0xff0 && ip6.dst[0..111] == 0x0"},
    {"ip6.mcast_all_nodes", "ip6.dst == ff01::1 || ip6.dst == ff02::1"},
    {"ip6.mcast_all_rtrs", "ip6.dst == ff01::2 || ip6.dst == ff02::2 || ip6.dst == ff05::2"},
    {"ip6.mcast_sol_node", "ip6.dst == ff02::1:ff00:0000/104"},
    {"ip6.mcast_flood",
     "eth.mcastv6 && (ip6.mcast_rsvd || ip6.mcast_all_nodes || ip6.mcast_all_rtrs || ip6.mcast_sol_node)"},
    {"ip6.mcast", "eth.mcastv6 && ip6.dst[120..127] == 0xff"},
    {"icmp6", "ip6 && ip.proto == 58"},
    {"icmp", "icmp4 || icmp6"},
    {"ip.is_frag", "ip.frag[0]"},
    {"ip.later_frag", "ip.frag[1]"},
    {"ip.first_frag", "ip.is_frag && !ip.later_frag"},
    {"arp", "eth.type == 0x806"},
    {"rarp", "eth.type == 0x8035"},
    {"nd", "icmp6.type == {135, 136} && icmp6.code == 0 && ip.ttl == 255"},
    {"nd_ns", "icmp6.type == 135 && icmp6.code == 0 && ip.ttl == 255"},
    {"nd_na", "icmp6.type == 136 && icmp6.code == 0 && ip.ttl == 255"},
    {"nd_rs", "icmp6.type == 133 && icmp6.code == 0 && ip.ttl == 255"},
    {"nd_ra", "icmp6.type == 134 && icmp6.code == 0 && ip.ttl == 255"},
    {"mldv1", "ip6.src == fe80::/10 && icmp6.type == {130, 131, 132}"},
    {"mldv2", "ip6.dst == ff02::16 && icmp6.type == 143"},
    {"tcp", "ip.proto == 6"},
    {"udp", "ip.proto == 17"},
    {"sctp", "ip.proto == 132"},
};

absl::Status AddFields(SymbolTable& table, absl::Span<const FieldRow> rows) {
  for (const FieldRow& row : rows) {
    OVNLITE_RETURN_IF_ERROR(table
                                .AddField(row.name, {row.field, row.width, row.level, row.openflow_name,
                                                     row.prerequisites, row.write_scope, row.must_crossproduct})
                                .status());
  }
  return absl::OkStatus();
}

// reg0 is the most significant quarter of xxreg0, reg8 the more significant half of xreg4, which has no xxreg above it.
absl::Status AddRegisters(SymbolTable& table) {
  for (int i = 0; i < kRegisters / 4; ++i) {
    OVNLITE_RETURN_IF_ERROR(table
                                .AddField(absl::StrCat("xxreg", i), {.field = XxregField(i),
                                                                     .openflow_name = absl::StrCat("NXM_NX_XXREG", i)})
                                .status());
  }
  for (int i = 0; i < kRegisters / 2; ++i) {
    const std::string name = absl::StrCat("xreg", i);
    if (i / 2 < kRegisters / 4) {
      const int low = i % 2 ? 0 : 64;
      OVNLITE_RETURN_IF_ERROR(
          table.AddSubfield(name, absl::StrCat("xxreg", i / 2, "[", low, "..", low + 63, "]")).status());
    } else {
      OVNLITE_RETURN_IF_ERROR(
          table.AddField(name, {.field = XregField(i), .openflow_name = absl::StrCat("OXM_OF_PKT_REG", i)}).status());
    }
  }
  for (int i = 0; i < kRegisters; ++i) {
    const bool in_xx = i / 4 < kRegisters / 4;
    const int low = in_xx ? 32 * (3 - i % 4) : 32 * (1 - i % 2);
    const std::string parent = in_xx ? absl::StrCat("xxreg", i / 4) : absl::StrCat("xreg", i / 2);
    OVNLITE_RETURN_IF_ERROR(
        table.AddSubfield(absl::StrCat("reg", i), absl::StrCat(parent, "[", low, "..", low + 31, "]")).status());
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status AddOvnSymbols(SymbolTable& table) {
  OVNLITE_RETURN_IF_ERROR(
      table.AddString("inport", {.field = field::kLogicalInPort, .openflow_name = "NXM_NX_REG14"}).status());
  OVNLITE_RETURN_IF_ERROR(
      table.AddString("outport", {.field = field::kLogicalOutPort, .openflow_name = "NXM_NX_REG15"}).status());
  OVNLITE_RETURN_IF_ERROR(AddRegisters(table));
  OVNLITE_RETURN_IF_ERROR(AddFields(table, kMetadata));
  OVNLITE_RETURN_IF_ERROR(table.AddPredicate("vlan.present", "vlan.tci[12]").status());
  for (const SubfieldRow& row : kMetadataParts) {
    OVNLITE_RETURN_IF_ERROR(table.AddSubfield(row.name, row.bits, row.prerequisites).status());
  }
  OVNLITE_RETURN_IF_ERROR(AddFields(table, kPacketFields));
  for (const ExpansionRow& row : kPredicates) {
    OVNLITE_RETURN_IF_ERROR(table.AddPredicate(row.name, row.expansion).status());
  }
  OVNLITE_RETURN_IF_ERROR(table.AddOvnField("icmp4.frag_mtu", OvnField::kIcmp4FragMtu, 16).status());
  return table.AddOvnField("icmp6.frag_mtu", OvnField::kIcmp6FragMtu, 32).status();
}

const SymbolTable& OvnSymbols() {
  static const SymbolTable& table = *[] {
    auto* made = new SymbolTable;
    const absl::Status status = AddOvnSymbols(*made);
    (void)status;  // A fixed list: symbol_test checks that it is complete.
    return made;
  }();
  return table;
}

}  // namespace ovnlite
