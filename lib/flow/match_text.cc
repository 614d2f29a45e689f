// The order and forms of match_format() in Open vSwitch, found by feeding `ovs-ofctl parse-flow`.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "ovnlite/base/ip.h"
#include "ovnlite/base/mac.h"
#include "ovnlite/flow/openflow_text.h"

namespace ovnlite {
namespace {

constexpr uint16_t kEthIpv4 = 0x0800, kEthArp = 0x0806, kEthRarp = 0x8035, kEthIpv6 = 0x86dd;

std::string Hex(u128 v) {
  if (v == 0) return "0";
  if (High64(v) == 0) return absl::StrFormat("0x%x", Low64(v));
  return absl::StrFormat("0x%x%016x", High64(v), Low64(v));
}

std::string Address(bool v6, u128 bits) {
  return v6 ? Ipv6Address(bits).ToString() : Ipv4Address(static_cast<uint32_t>(bits)).ToString();
}

// A whole match, part by part.
class Printer {
 public:
  explicit Printer(const Match& match) : match_(match) {}

  std::string Print() {
    HexField("pkt_mark", field::kPktMark);
    Connection();
    Protocol();
    HexField("tun_id", field::kTunId);
    for (int i = 0; i < 16; ++i) HexField(absl::StrCat("reg", i), RegField(i));
    HexField("metadata", field::kMetadata);
    Decimal("in_port", field::kInPort);
    Vlan();
    Mac("dl_src", field::kEthSrc);
    Mac("dl_dst", field::kEthDst);
    if (!named_type_ && Mask(field::kEthType) != 0)
      Put(absl::StrFormat("dl_type=0x%04x", Low64(Value(field::kEthType))));
    Addresses();
    if (!named_proto_) Decimal("nw_proto", field::kIpProto);
    if (arp_) {
      Decimal("arp_op", field::kArpOp);
      Mac("arp_sha", field::kArpSha);
      Mac("arp_tha", field::kArpTha);
    }
    if (Mask(field::kIpDscp) != 0) Put(absl::StrCat("nw_tos=", Low64(Value(field::kIpDscp)) << 2));
    Decimal("nw_ecn", field::kIpEcn);
    Decimal("nw_ttl", field::kIpTtl);
    Fragment();
    Transport();
    for (const SetTest& t : match_.sets()) Put(absl::StrCat("field", t.field.word, ".", t.field.shift, "={set}"));
    return absl::StrJoin(parts_, ",");
  }

 private:
  u128 Value(FieldRef f) const { return match_.ValueOf(f); }
  u128 Mask(FieldRef f) const { return match_.MaskOf(f); }
  bool Whole(FieldRef f) const { return Mask(f) == LowMask(f.width); }
  bool Is(FieldRef f, u128 value) const { return Whole(f) && Value(f) == value; }
  void Put(std::string part) { parts_.push_back(std::move(part)); }

  void HexField(absl::string_view name, FieldRef f) {
    if (Mask(f) == 0) return;
    Put(absl::StrCat(name, "=", Hex(Value(f)), Whole(f) ? "" : absl::StrCat("/", Hex(Mask(f)))));
  }
  void Decimal(absl::string_view name, FieldRef f) {
    if (Mask(f) == 0) return;
    if (Whole(f)) return Put(absl::StrCat(name, "=", Low64(Value(f))));
    Put(absl::StrFormat("%s=0x%x/0x%x", name, Low64(Value(f)), Low64(Mask(f))));
  }
  void Mac(absl::string_view name, FieldRef f) {
    if (Mask(f) == 0) return;
    const std::string value = MacAddress(Low64(Value(f))).ToString();
    Put(absl::StrCat(name, "=", value, Whole(f) ? "" : absl::StrCat("/", MacAddress(Low64(Mask(f))).ToString())));
  }
  void Ip(absl::string_view name, FieldRef f) {
    if (Mask(f) == 0) return;
    const bool v6 = f.width == 128;
    std::string text = absl::StrCat(name, "=", Address(v6, Value(f)));
    const int length = PrefixLengthOfMask(Mask(f), f.width);
    if (length < 0) {
      absl::StrAppend(&text, "/", Address(v6, Mask(f)));
    } else if (length < f.width) {
      absl::StrAppend(&text, "/", length);
    }
    Put(std::move(text));
  }

  void Connection() {
    if (const u128 mask = Mask(field::kCtState); mask != 0) {
      static constexpr std::pair<uint16_t, absl::string_view> kNames[] = {
          {kCtNew, "new"}, {kCtEst, "est"}, {kCtRel, "rel"},   {kCtRpl, "rpl"},
          {kCtInv, "inv"}, {kCtTrk, "trk"}, {kCtSnat, "snat"}, {kCtDnat, "dnat"}};
      std::string text = "ct_state=";
      // Set flags and clear flags in one row, by bit.
      for (const auto& [bit, name] : kNames) {
        if (mask & bit) absl::StrAppend(&text, Value(field::kCtState) & bit ? "+" : "-", name);
      }
      Put(std::move(text));
    }
    Decimal("ct_zone", field::kCtZone);
    HexField("ct_mark", field::kCtMark);
    HexField("ct_label", field::kCtLabel);
    Ip("ct_nw_src", field::kCtOrigSrc4);
    Ip("ct_nw_dst", field::kCtOrigDst4);
    Ip("ct_ipv6_src", field::kCtOrigSrc6);
    Ip("ct_ipv6_dst", field::kCtOrigDst6);
    Decimal("ct_nw_proto", field::kCtOrigProto);
    Decimal("ct_tp_src", field::kCtOrigL4Src);
    Decimal("ct_tp_dst", field::kCtOrigL4Dst);
  }

  void Protocol() {
    if (!Whole(field::kEthType)) return;
    const uint64_t type = Low64(Value(field::kEthType));
    const uint64_t proto = Whole(field::kIpProto) ? Low64(Value(field::kIpProto)) : 256;
    const auto name = [this](absl::string_view n) {
      Put(std::string(n));
      named_type_ = true;
    };
    if (type == kEthArp || type == kEthRarp) {
      arp_ = true;
      return name(type == kEthArp ? "arp" : "rarp");
    }
    if (type != kEthIpv4 && type != kEthIpv6) return;
    v6_ = type == kEthIpv6;
    named_proto_ = true;
    if (proto == (v6_ ? 58u : 1u)) {
      icmp_ = true;
      return name(v6_ ? "icmp6" : "icmp");
    }
    if (proto == 6) return name(v6_ ? "tcp6" : "tcp");
    if (proto == 17) return name(v6_ ? "udp6" : "udp");
    if (proto == 132) return name(v6_ ? "sctp6" : "sctp");
    named_proto_ = false;
    name(v6_ ? "ipv6" : "ip");
  }

  void Vlan() {
    const uint64_t mask = Low64(Mask(field::kVlanTci)), tci = Low64(Value(field::kVlanTci));
    if (mask == 0) return;
    const uint64_t vid = mask & 0xfff, pcp = mask & 0xe000;
    if ((mask & 0x1000) && (tci & 0x1000) && (vid == 0 || vid == 0xfff) && (pcp == 0 || pcp == 0xe000) &&
        (vid | pcp) != 0) {
      if (vid != 0) Put(absl::StrCat("dl_vlan=", tci & 0xfff));
      if (pcp != 0) Put(absl::StrCat("dl_vlan_pcp=", tci >> 13));
    } else if (mask == 0xffff) {
      Put(absl::StrFormat("vlan_tci=0x%04x", tci));
    } else {
      Put(absl::StrFormat("vlan_tci=0x%04x/0x%04x", tci, mask));
    }
  }

  void Addresses() {
    Ip("ipv6_src", field::kIp6Src);
    Ip("ipv6_dst", field::kIp6Dst);
    Ip(arp_ ? "arp_spa" : "nw_src", field::kIp4Src);
    Ip(arp_ ? "arp_tpa" : "nw_dst", field::kIp4Dst);
  }

  void Fragment() {
    const uint64_t mask = Low64(Mask(field::kIpFrag)) & 3, value = Low64(Value(field::kIpFrag)) & 3;
    if (mask == 0) return;
    if (mask == 3) {
      Put(absl::StrCat("nw_frag=", value == 0 ? "no" : value == kFragAny ? "first" : value == 3 ? "later" : "<error>"));
    } else if (mask == kFragAny) {
      Put(absl::StrCat("nw_frag=", value ? "yes" : "no"));
    } else {
      Put(absl::StrCat("nw_frag=", value ? "later" : "not_later"));
    }
  }

  void Port(absl::string_view name, FieldRef f) { Decimal(name, f); }

  void Transport() {
    if (icmp_) {
      // ICMP types and codes are one byte, kept in the fields of ports.
      Byte("icmp_type", field::kL4Src);
      Byte("icmp_code", field::kL4Dst);
    } else {
      Port("tp_src", field::kL4Src);
      Port("tp_dst", field::kL4Dst);
    }
    Ip("nd_target", field::kNdTarget);
    if (!arp_) {
      Mac("nd_sll", field::kNdSll);
      Mac("nd_tll", field::kNdTll);
    }
    if (Mask(field::kTcpFlags) != 0) TcpFlags();
  }
  void Byte(absl::string_view name, FieldRef f) {
    const uint64_t mask = Low64(Mask(f)) & 0xff;
    if (mask == 0) return;
    if (mask == 0xff) return Put(absl::StrCat(name, "=", Low64(Value(f))));
    Put(absl::StrFormat("%s=0x%x/0x%x", name, Low64(Value(f)), mask));
  }
  void TcpFlags() {
    const uint64_t mask = Low64(Mask(field::kTcpFlags)), value = Low64(Value(field::kTcpFlags));
    const bool whole = (mask & 0xfff) == 0xfff;  // Then those that are set, else all that are tested with their sign.
    std::string text;
    for (size_t i = 0; i < std::size(kTcpFlagNames); ++i) {
      const bool set = value >> i & 1;
      if (whole ? !set : !(mask >> i & 1)) continue;
      absl::StrAppend(&text, whole ? (text.empty() ? "" : "|") : set ? "+" : "-", kTcpFlagNames[i]);
    }
    Put(absl::StrCat("tcp_flags=", text.empty() ? "0" : text));
  }

  const Match& match_;
  std::vector<std::string> parts_;
  bool named_type_ = false;
  bool named_proto_ = false;
  bool arp_ = false;
  bool v6_ = false;
  bool icmp_ = false;
};

}  // namespace

std::string FormatMatch(const Match& match) { return Printer(match).Print(); }

std::string FormatFlowLine(uint64_t cookie, int table, int priority, absl::string_view match,
                           absl::string_view actions) {
  std::string line = " ";
  if (cookie != 0) absl::StrAppend(&line, "cookie=0x", absl::Hex(cookie), ", ");
  if (table != 0) absl::StrAppend(&line, "table=", table, ", ");
  absl::StrAppend(&line, "priority=", priority, match.empty() ? "" : ",", match, " actions=", actions);
  return line;
}

}  // namespace ovnlite
