#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "ovnlite/base/ip.h"
#include "ovnlite/base/mac.h"
#include "ovnlite/logical/microflow.h"

namespace ovnlite {
namespace {

// "name=value" items, separated by commas.
class Items {
 public:
  void Word(absl::string_view word) { absl::StrAppend(&text_, text_.empty() ? "" : ",", word); }
  void Item(absl::string_view name, absl::string_view value) { Word(absl::StrCat(name, "=", value)); }
  void Decimal(absl::string_view name, uint64_t value) { Item(name, absl::StrCat(value)); }
  void Hex(absl::string_view name, uint64_t value) { Item(name, absl::StrCat("0x", absl::Hex(value))); }
  void Mac(absl::string_view name, uint64_t bits) { Item(name, MacAddress(bits).ToString()); }
  void Ipv4(absl::string_view name, uint64_t bits) { Item(name, Ipv4Address(static_cast<uint32_t>(bits)).ToString()); }
  void Ipv6(absl::string_view name, u128 bits) { Item(name, Ipv6Address(bits).ToString()); }
  std::string Take() { return std::move(text_); }

 private:
  std::string text_;
};

// The names of the bits that are set, from bit 0 on, with bars between them. The rest in hexadecimal.
std::string BitNames(uint64_t bits, absl::Span<const absl::string_view> names) {
  if (bits == 0) return "0";
  std::string text;
  for (size_t i = 0; i < names.size(); ++i) {
    if (bits >> i & 1) absl::StrAppend(&text, text.empty() ? "" : "|", names[i]);
  }
  if (const uint64_t rest = bits >> names.size() << names.size(); rest != 0) {
    absl::StrAppend(&text, text.empty() ? "" : "|", "0x", absl::Hex(rest));
  }
  return text;
}

constexpr absl::string_view kCtNames[] = {"new", "est", "rel", "rpl", "inv", "trk", "snat", "dnat"};

enum Protocol : uint8_t { kIcmp = 1, kIgmp = 2, kTcp = 6, kUdp = 17, kIcmpv6 = 58, kSctp = 132 };

// The word that stands for eth.type and ip.proto together; empty when there is none, and then dl_type tells.
// `says_proto` is false where nw_proto has to.
absl::string_view TypeWord(uint64_t eth_type, uint64_t proto, bool* says_proto) {
  const bool v6 = eth_type == 0x86dd;
  *says_proto = true;
  switch (eth_type) {
    case 0x0806:
      return "arp";
    case 0x8035:
      return "rarp";
    case 0x8847:
      return "mpls";
    case 0x8848:
      return "mplsm";
    case 0x0800:
    case 0x86dd:
      switch (proto) {
        case kTcp:
          return v6 ? "tcp6" : "tcp";
        case kUdp:
          return v6 ? "udp6" : "udp";
        case kSctp:
          return v6 ? "sctp6" : "sctp";
        case kIcmp:
          if (!v6) return "icmp";
          break;
        case kIcmpv6:
          if (v6) return "icmp6";
          break;
        default:
          break;
      }
      *says_proto = false;
      return v6 ? "ipv6" : "ip";
    default:
      return "";
  }
}

void FormatConnection(const FlowKey& key, Items& out) {
  if (const uint64_t mark = key.Get64(field::kPktMark); mark != 0) out.Hex("pkt_mark", mark);
  if (const uint64_t state = key.Get64(field::kCtState); state != 0) out.Item("ct_state", BitNames(state, kCtNames));
  if (const uint64_t mark = key.Get64(field::kCtMark); mark != 0) out.Hex("ct_mark", mark);
  if (const u128 label = key.Get(field::kCtLabel); label != 0) {
    out.Item("ct_label", High64(label) == 0 ? absl::StrFormat("%#x", Low64(label))
                                            : absl::StrFormat("%#x%016x", High64(label), Low64(label)));
  }
}

void FormatRegisters(const FlowKey& key, Items& out) {
  for (int i = 0; i < 16; ++i) {
    const bool is_zone = i >= 11 && i <= 13;
    if (!is_zone && key.reg(i) != 0) out.Hex(absl::StrCat("reg", i), key.reg(i));
  }
}

void FormatArp(const FlowKey& key, Items& out) {
  out.Ipv4("arp_spa", key.Get64(field::kArpSpa));
  out.Ipv4("arp_tpa", key.Get64(field::kArpTpa));
  out.Decimal("arp_op", key.Get64(field::kArpOp));
  out.Mac("arp_sha", key.Get64(field::kArpSha));
  out.Mac("arp_tha", key.Get64(field::kArpTha));
}

void FormatL4(const FlowKey& key, bool v6, Items& out) {
  const uint64_t src = key.Get64(field::kL4Src), dst = key.Get64(field::kL4Dst);
  const uint64_t proto = key.Get64(field::kIpProto);
  if (proto == (v6 ? kIcmpv6 : kIcmp)) {
    out.Decimal("icmp_type", src);
    out.Decimal("icmp_code", dst);
    if (v6 && (src == 135 || src == 136) && dst == 0) {
      out.Ipv6("nd_target", key.Get(field::kNdTarget));
      out.Mac("nd_sll", key.Get64(field::kNdSll));
      out.Mac("nd_tll", key.Get64(field::kNdTll));
    }
  } else if (proto == kTcp || proto == kUdp || proto == kSctp || proto == kIcmp || proto == kIgmp || proto == kIcmpv6) {
    // The ICMP of the other IP version too: Open vSwitch goes by the number alone.
    out.Decimal("tp_src", src);
    out.Decimal("tp_dst", dst);
    if (proto == kTcp) out.Item("tcp_flags", BitNames(key.Get64(field::kTcpFlags), kTcpFlagNames));
  }
}

void FormatIp(const FlowKey& key, bool v6, bool says_proto, Items& out) {
  if (v6) {
    out.Ipv6("ipv6_src", key.Get(field::kIp6Src));
    out.Ipv6("ipv6_dst", key.Get(field::kIp6Dst));
    out.Item("ipv6_label", absl::StrFormat("0x%05x", key.Get64(field::kIp6Label)));
  } else {
    out.Ipv4("nw_src", key.Get64(field::kIp4Src));
    out.Ipv4("nw_dst", key.Get64(field::kIp4Dst));
  }
  if (!says_proto) out.Decimal("nw_proto", key.Get64(field::kIpProto));
  out.Decimal("nw_tos", key.Get64(field::kIpTos) & 0xfc);
  out.Decimal("nw_ecn", key.Get64(field::kIpEcn));
  out.Decimal("nw_ttl", key.Get64(field::kIpTtl));
  const uint64_t frag = key.Get64(field::kIpFrag);
  out.Item("nw_frag", frag & kFragLater ? "later" : frag & kFragAny ? "first" : "no");
  if (!(frag & kFragLater)) FormatL4(key, v6, out);
}

}  // namespace

std::string FormatMicroflow(const FlowKey& key) {
  Items out;
  const uint64_t eth_type = key.Get64(field::kEthType);
  bool says_proto;
  const absl::string_view word = TypeWord(eth_type, key.Get64(field::kIpProto), &says_proto);
  FormatConnection(key, out);
  if (!word.empty()) out.Word(word);
  FormatRegisters(key, out);
  if (const uint64_t tci = key.Get64(field::kVlanTci); tci & 0x1000) {
    out.Decimal("dl_vlan", tci & 0xfff);
    out.Decimal("dl_vlan_pcp", tci >> 13);
    out.Item("vlan_tci1", "0x0000");
  } else {
    out.Item("vlan_tci", absl::StrFormat("0x%04x", tci));
  }
  out.Mac("dl_src", key.Get64(field::kEthSrc));
  out.Mac("dl_dst", key.Get64(field::kEthDst));
  if (word.empty()) {
    out.Item("dl_type", absl::StrFormat("0x%04x", eth_type));
  } else if (eth_type == 0x0806 || eth_type == 0x8035) {
    FormatArp(key, out);
  } else if (eth_type == 0x8847 || eth_type == 0x8848) {
    // No microflow can say more about labels.
    for (const char* name : {"mpls_label", "mpls_tc", "mpls_ttl", "mpls_bos", "mpls_lse1", "mpls_lse2"}) {
      out.Decimal(name, 0);
    }
  } else {
    FormatIp(key, eth_type == 0x86dd, says_proto, out);
  }
  return out.Take();
}

}  // namespace ovnlite
