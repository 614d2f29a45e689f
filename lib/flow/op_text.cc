#include <algorithm>
#include <bit>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "ovnlite/base/ip.h"
#include "ovnlite/base/mac.h"
#include "ovnlite/flow/openflow_text.h"

namespace ovnlite {
namespace {

std::string Hex(u128 v) {
  if (v == 0) return "0";
  if (High64(v) == 0) return absl::StrFormat("0x%x", Low64(v));
  return absl::StrFormat("0x%x%016x", High64(v), Low64(v));
}

// "NXM_NX_REG10[0]", "NXM_NX_REG13[0..15]", "NXM_OF_ETH_SRC[]".
std::string Range(Subfield s) {
  const OfFieldInfo& info = Info(s.field);
  const bool narrow = s.field == OfField::kMetadata || s.field == OfField::kInPort;  // The engine's are.
  if (s.low == 0 && s.bits == (narrow ? info.ref.width : info.bits)) {
    return absl::StrCat(info.nxm_name, "[]");
  }
  if (s.bits == 1) return absl::StrCat(info.nxm_name, "[", s.low, "]");
  return absl::StrCat(info.nxm_name, "[", s.low, "..", s.low + s.bits - 1, "]");
}

// OpenFlow 1.0 has actions of its own for the fields it knew. They say nothing of masks, and OVS leaves the masks out
// when it prints them: other bits look as if they were set to 0.
bool LegacySet(const Op& op, std::string& text) {
  const uint64_t v = Low64(op.value << op.dst.low);
  switch (op.dst.field) {
    case OfField::kVlanTci:
      text = v & 0x1000 ? absl::StrCat("mod_vlan_vid:", v & 0xfff, ",mod_vlan_pcp:", v >> 13) : "strip_vlan";
      return true;
    case OfField::kEthSrc:
      text = absl::StrCat("mod_dl_src:", MacAddress(v).ToString());
      return true;
    case OfField::kEthDst:
      text = absl::StrCat("mod_dl_dst:", MacAddress(v).ToString());
      return true;
    case OfField::kIpSrc:
      text = absl::StrCat("mod_nw_src:", Ipv4Address(static_cast<uint32_t>(v)).ToString());
      return true;
    case OfField::kIpDst:
      text = absl::StrCat("mod_nw_dst:", Ipv4Address(static_cast<uint32_t>(v)).ToString());
      return true;
    case OfField::kIpDscp:
      text = absl::StrCat("mod_nw_tos:", v << 2);
      return true;
    case OfField::kIpEcn:
      text = absl::StrCat("load:", Hex(v), "->NXM_NX_IP_ECN[]");
      return true;
    case OfField::kTcpSrc:
    case OfField::kUdpSrc:
      text = absl::StrCat("mod_tp_src:", v);
      return true;
    case OfField::kTcpDst:
    case OfField::kUdpDst:
      text = absl::StrCat("mod_tp_dst:", v);
      return true;
    default:
      return false;
  }
}

// One load per run of mask bits, none longer than 64, from the least significant bit up.
std::string Loads(const Op& op) {
  std::vector<std::string> loads;
  for (int low = 0; low < op.dst.bits;) {
    if (!(op.mask >> low & 1)) {
      ++low;
      continue;
    }
    int n = 1;
    while (n < 64 && low + n < op.dst.bits && (op.mask >> (low + n) & 1)) ++n;
    const Subfield part{op.dst.field, static_cast<uint8_t>(op.dst.low + low), static_cast<uint8_t>(n)};
    loads.push_back(absl::StrCat("load:", Hex(op.value >> low & LowMask(n)), "->", Range(part)));
    low += n;
  }
  return absl::StrJoin(loads, ",");
}

// A field's value as set_field prints it.
std::string FieldValue(OfField f, u128 v) {
  const uint64_t low = Low64(v);
  switch (f) {
    case OfField::kEthSrc:
    case OfField::kEthDst:
    case OfField::kArpSha:
    case OfField::kArpTha:
    case OfField::kNdSll:
    case OfField::kNdTll:
      return MacAddress(low).ToString();
    case OfField::kIpSrc:
    case OfField::kIpDst:
    case OfField::kArpSpa:
    case OfField::kArpTpa:
      return Ipv4Address(static_cast<uint32_t>(low)).ToString();
    case OfField::kIpv6Src:
    case OfField::kIpv6Dst:
    case OfField::kNdTarget:
      return Ipv6Address(v).ToString();
    case OfField::kTcpSrc:
    case OfField::kTcpDst:
    case OfField::kUdpSrc:
    case OfField::kUdpDst:
    case OfField::kSctpSrc:
    case OfField::kSctpDst:
    case OfField::kIpProto:
    case OfField::kIpTtl:
    case OfField::kIpDscp:
    case OfField::kIpEcn:
    case OfField::kArpOp:
    case OfField::kIcmpType:
    case OfField::kIcmpCode:
    case OfField::kIcmpv6Type:
    case OfField::kIcmpv6Code:
    case OfField::kInPort:
      return absl::StrCat(low);
    default:
      return Hex(v);
  }
}

// Its mask: addresses have prefix lengths where they can, numbers are hexadecimal.
std::string FieldMask(OfField f, u128 mask) {
  switch (f) {
    case OfField::kEthSrc:
    case OfField::kEthDst:
    case OfField::kArpSha:
    case OfField::kArpTha:
    case OfField::kNdSll:
    case OfField::kNdTll:
      return FieldValue(f, mask);
    case OfField::kIpSrc:
    case OfField::kIpDst:
    case OfField::kArpSpa:
    case OfField::kArpTpa:
    case OfField::kIpv6Src:
    case OfField::kIpv6Dst:
    case OfField::kNdTarget: {
      const int length = PrefixLengthOfMask(mask, Info(f).bits);
      return length >= 0 ? absl::StrCat(length) : FieldValue(f, mask);
    }
    default:
      return Hex(mask);
  }
}

std::string SetFieldText(const Op& op) {
  const OfFieldInfo& info = Info(op.dst.field);
  const u128 mask = op.mask << op.dst.low;
  if (mask == 0) return absl::StrCat("set_field:ANY->", info.name);
  std::string text = absl::StrCat("set_field:", FieldValue(op.dst.field, op.value << op.dst.low));
  // A field that does not fill its bytes has a mask even as a whole.
  if (mask != LowMask(info.ref.width) || info.bits % 8 != 0) absl::StrAppend(&text, "/", FieldMask(op.dst.field, mask));
  return absl::StrCat(text, "->", info.name);
}

// tun_id and tun_metadata0 are written in the one way OVN writes them.
std::string SetText(const Op& op, OpDialect dialect) {
  if (op.dst.field == OfField::kTunMetadata0) return absl::StrCat("set_field:", Hex(op.value), "->tun_metadata0");
  if (dialect == OpDialect::kEncoded) return SetFieldText(op);
  std::string text;
  return LegacySet(op, text) ? text : Loads(op);
}

std::string CtText(const CtOp& ct, OpDialect dialect) {
  std::vector<std::string> parts;
  if (ct.commit) parts.push_back("commit");
  if (ct.force) parts.push_back("force");
  if (ct.recirc_table != 0xff) parts.push_back(absl::StrCat("table=", ct.recirc_table));
  if (ct.zone_is_field) {
    parts.push_back(absl::StrCat("zone=", Info(ct.zone_field.field).nxm_name, "[", ct.zone_field.low, "..",
                                 ct.zone_field.low + ct.zone_field.bits - 1, "]"));
  } else if (ct.zone != 0) {
    parts.push_back(absl::StrCat("zone=", ct.zone));
  }
  if (ct.nat != CtOp::Nat::kNone) {
    std::string nat = "nat";
    if (ct.nat != CtOp::Nat::kPlain) {
      absl::StrAppend(&nat, "(", ct.nat == CtOp::Nat::kSrc ? "src" : "dst");
      if (!ct.nat_address.empty()) {
        const bool v6_with_port = ct.nat_port_low != 0 && ct.nat_address.find(':') != std::string::npos;
        absl::StrAppend(&nat, "=", v6_with_port ? "[" : "", ct.nat_address, v6_with_port ? "]" : "");
        if (ct.nat_port_low != 0) absl::StrAppend(&nat, ":", ct.nat_port_low);
        if (ct.nat_port_high != 0) absl::StrAppend(&nat, "-", ct.nat_port_high);
        if (ct.nat_random) absl::StrAppend(&nat, ",random");
      }
      absl::StrAppend(&nat, ")");
    }
    parts.push_back(std::move(nat));
  }
  if (!ct.exec.empty()) parts.push_back(absl::StrCat("exec(", FormatOps(ct.exec, dialect), ")"));
  return absl::StrCat("ct(", absl::StrJoin(parts, ","), ")");
}

std::string ControllerText(const ControllerOp& op) {
  return absl::StrCat("controller(userdata=", DottedHex(EncodeUserdata(op)), op.pause ? ",pause" : "",
                      op.meter != 0 ? absl::StrCat(",meter_id=", op.meter) : "", ")");
}

// A learned match or assignment on a constant: "eth_type=0x800", "nw_proto=6".
std::string LearnedConstant(const LearnOp::Spec& s) {
  return absl::StrCat(Info(s.dst.field).name, "=", FieldValue(s.dst.field, s.value));
}

std::string LearnText(const LearnOp& op, OpDialect dialect) {
  std::string text = absl::StrCat("learn(table=", op.table);
  if (op.idle_timeout != 0) absl::StrAppend(&text, ",idle_timeout=", op.idle_timeout);
  if (op.hard_timeout != 0) absl::StrAppend(&text, ",hard_timeout=", op.hard_timeout);
  if (op.priority != 0x8000) absl::StrAppend(&text, ",priority=", op.priority);
  if (op.delete_learned) absl::StrAppend(&text, ",delete_learned");
  if (op.cookie != 0) absl::StrAppend(&text, ",cookie=", Hex(op.cookie));
  for (const LearnOp::Spec& s : op.matches) {
    if (!s.from_field) {
      absl::StrAppend(&text, ",", LearnedConstant(s));
    } else if (s.dst == s.src) {
      absl::StrAppend(&text, ",", Range(s.dst));
    } else {
      // OVN leaves the source's width open, which OVS prints as an empty range until it has been over the wire.
      absl::StrAppend(
          &text, ",", Range(s.dst), "=",
          dialect == OpDialect::kEncoded ? absl::StrCat(Info(s.src.field).nxm_name, "[0..-1]") : Range(s.src));
    }
  }
  for (const LearnOp::Spec& s : op.sets) absl::StrAppend(&text, ",load:", Hex(s.value), "->", Range(s.dst));
  return absl::StrCat(text, ")");
}

std::string GroupText(const Op& op) { return absl::StrCat("group:", op.number); }

std::string OpText(const Op& op, OpDialect dialect) {
  switch (op.kind) {
    case OpKind::kSet:
      return SetText(op, dialect);
    case OpKind::kMove:
      return absl::StrCat("move:", Range(op.src), "->", Range(op.dst));
    case OpKind::kPush:
      return absl::StrCat("push:", Range(op.src));
    case OpKind::kPop:
      return absl::StrCat("pop:", Range(op.dst));
    case OpKind::kResubmit:
      return absl::StrCat("resubmit(,", op.table, ")");
    case OpKind::kOutput:
      return absl::StrCat("output:", op.number);
    case OpKind::kDecTtl:
      return dialect == OpDialect::kDumpFlows ? "dec_ttl()" : "dec_ttl";
    case OpKind::kSetTtl:
      return absl::StrCat("mod_nw_ttl:", op.number);
    case OpKind::kCtClear:
      return "ct_clear";
    case OpKind::kCt:
      return CtText(op.ct(), dialect);
    case OpKind::kClone:
      return absl::StrCat("clone(", FormatOps(op.nested(), dialect), ")");
    case OpKind::kGroup:
      return GroupText(op);
    case OpKind::kController:
      return ControllerText(op.controller());
    case OpKind::kMeter:  // OpenFlow 1.0 has no meters, and does not show them.
      return dialect == OpDialect::kDumpFlows ? "" : absl::StrCat("meter:", op.number);
    case OpKind::kSetQueue:
      return absl::StrCat("set_queue:", op.number);
    case OpKind::kCheckPktLarger:
      return absl::StrCat("check_pkt_larger(", op.number, ")->", Range(op.dst));
    case OpKind::kLearn:
      return LearnText(op.learn(), dialect);
    case OpKind::kSetVlanVid:
      return absl::StrCat("mod_vlan_vid:", op.number);
    case OpKind::kStripVlan:
      return "strip_vlan";
    case OpKind::kBundle:
      return absl::StrCat("bundle(eth_src,0,active_backup,ofport,members:", absl::StrJoin(op.members(), ","), ")");
    case OpKind::kSample: {
      const SampleOp& s = op.sample();
      return absl::StrCat("sample(probability=", s.probability, ",collector_set_id=", s.collector_set,
                          ",obs_domain_id=", s.domain, ",obs_point_id=", s.point, ")");
    }
  }
  return "";
}

}  // namespace

std::string FormatOps(const OpList& ops, OpDialect dialect) {
  std::string text;
  for (const Op& op : ops) {
    const std::string one = OpText(op, dialect);
    if (!one.empty() && !text.empty()) text += ',';
    text += one;
  }
  return text.empty() ? "drop" : text;
}

std::string DottedHex(absl::string_view bytes) {
  return absl::StrJoin(bytes, ".", [](std::string* out, char c) {
    absl::StrAppend(out, absl::Hex(static_cast<uint8_t>(c), absl::kZeroPad2));
  });
}

}  // namespace ovnlite
