// OpenFlow 1.5 and Nicira extension actions on the wire. Layouts: ovs-actions(7) names the actions; the numbers and the
// order of the members were read off what a real ovn-controller installs.
#include <algorithm>

#include "ovnlite/base/bytes.h"
#include "ovnlite/base/ip.h"
#include "ovnlite/flow/openflow_text.h"

namespace ovnlite {
namespace {

constexpr uint16_t kOutput = 0, kGroup = 22, kSetNwTtl = 23, kSetField = 25, kCopyField = 28, kMeter = 29, kSetQueue = 21;
constexpr uint16_t kExperimenter = 0xffff;
constexpr uint32_t kNicira = 0x00002320;
constexpr uint16_t kNxResubmitTable = 14, kNxLearn = 16, kNxDecTtlIds = 21, kNxStackPush = 27, kNxStackPop = 28,
                   kNxSample = 29, kNxCt = 35, kNxNat = 36, kNxController2 = 37, kNxClone = 42, kNxCtClear = 43,
                   kNxCheckPktLarger = 49;
constexpr uint16_t kInPort16 = 0xfff8;

class Writer {
 public:
  void U8(uint8_t v) { bytes_.push_back(static_cast<char>(v)); }
  void U16(uint16_t v) { Wide(v, 2); }
  void U32(uint32_t v) { Wide(v, 4); }
  void Zeros(size_t n) { bytes_.append(n, '\0'); }
  void Bytes(absl::string_view b) { bytes_.append(b.data(), b.size()); }
  // A value of `n` bytes, most significant first.
  void Wide(u128 v, size_t n) {
    for (size_t i = n; i-- > 0;) U8(static_cast<uint8_t>(v >> (8 * i)));
  }
  size_t size() const { return bytes_.size(); }
  // Pads from `start` to a multiple of 8 and writes the length into the two bytes at start + 2.
  void Finish(size_t start) {
    Zeros((8 - (bytes_.size() - start) % 8) % 8);
    Store16(reinterpret_cast<uint8_t*>(bytes_.data()) + start + 2, static_cast<uint16_t>(bytes_.size() - start));
  }
  // Writes the length since `start` without padding into start + 2 (properties), then pads.
  void FinishProperty(size_t start) {
    Store16(reinterpret_cast<uint8_t*>(bytes_.data()) + start + 2, static_cast<uint16_t>(bytes_.size() - start));
    Zeros((8 - (bytes_.size() - start) % 8) % 8);
  }
  std::string Take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

// The flow label's 20 bits travel as 4 bytes.
size_t BytesOf(const OfFieldInfo& info) { return info.bits == 20 ? 4 : (info.bits + 7) / 8; }

void OxmHeader(Writer& w, OfField f, bool masked) {
  const OfFieldInfo& info = Info(f);
  w.U16(info.oxm_class);
  w.U8(static_cast<uint8_t>(info.oxm_field << 1 | masked));
  w.U8(static_cast<uint8_t>(BytesOf(info) * (masked ? 2 : 1)));
}

// The stack actions name fields by their NXM header where there is one.
void NxmHeader(Writer& w, OfField f) {
  const OfFieldInfo& info = Info(f);
  w.U16(info.nxm_class);
  w.U8(static_cast<uint8_t>(info.nxm_field << 1));
  w.U8(static_cast<uint8_t>(BytesOf(info)));
}

void Nicira(Writer& w, uint16_t subtype) {
  w.U16(kExperimenter);
  w.U16(0);  // Length, filled in by Finish().
  w.U32(kNicira);
  w.U16(subtype);
}

void Stack(Writer& w, uint16_t subtype, Subfield s) {
  Nicira(w, subtype);
  w.U16(s.low);
  NxmHeader(w, s.field);
  w.U16(s.bits);
  w.Zeros(6);
}

void SetField(Writer& w, const Op& op) {
  const OfFieldInfo& info = Info(op.dst.field);
  const u128 mask = op.mask << op.dst.low;
  // A field that does not fill its bytes needs a mask even as a whole.
  const bool masked = mask != LowMask(info.ref.width) || info.bits % 8 != 0;
  w.U16(kSetField);
  w.U16(0);
  OxmHeader(w, op.dst.field, masked);
  w.Wide(op.value << op.dst.low, BytesOf(info));
  if (masked) w.Wide(mask, BytesOf(info));
}

void Nat(Writer& w, const CtOp& ct) {
  const auto address = IpAddress::Parse(ct.nat_address);
  const bool has_address = !ct.nat_address.empty() && address.ok();
  Nicira(w, kNxNat);
  w.U16(0);
  w.U16(static_cast<uint16_t>((ct.nat == CtOp::Nat::kSrc   ? 1
                               : ct.nat == CtOp::Nat::kDst ? 2
                                                           : 0) |
                              (ct.nat_random ? 16 : 0)));
  w.U16(static_cast<uint16_t>((has_address ? (address->is_v6() ? 4 : 1) : 0) | (ct.nat_port_low != 0 ? 16 : 0) |
                              (ct.nat_port_high != 0 ? 32 : 0)));  // Which of these follow.
  if (has_address) w.Wide(address->bits(), address->is_v6() ? 16 : 4);
  if (ct.nat_port_low != 0) w.U16(ct.nat_port_low);
  if (ct.nat_port_high != 0) w.U16(ct.nat_port_high);
}

void Ct(Writer& w, const CtOp& ct) {
  Nicira(w, kNxCt);
  w.U16(static_cast<uint16_t>((ct.commit ? 1 : 0) | (ct.force ? 2 : 0)));
  if (ct.zone_is_field) {
    NxmHeader(w, ct.zone_field.field);
    w.U16(static_cast<uint16_t>(ct.zone_field.low << 6 | (ct.zone_field.bits - 1)));
  } else {
    w.U32(0);
    w.U16(ct.zone);
  }
  w.U8(ct.recirc_table);
  w.Zeros(3);
  w.U16(0);  // No application-level gateway.
  if (ct.nat != CtOp::Nat::kNone) {
    const size_t start = w.size();
    Nat(w, ct);
    w.Finish(start);
  }
  w.Bytes(EncodeOps(ct.exec));
}

// A learned match or assignment: its width and kind, where the value comes from, where it goes.
void LearnSpec(Writer& w, const LearnOp::Spec& spec, bool is_set) {
  const OfFieldInfo& dst = Info(spec.dst.field);
  const bool whole = spec.dst.low == 0 && spec.dst.bits == dst.ref.width;
  const int bits = whole ? dst.bits : spec.dst.bits;
  w.U16(static_cast<uint16_t>(bits | (is_set ? 1 << 11 : 0) | (spec.from_field ? 0 : 1 << 13)));
  if (spec.from_field) {
    NxmHeader(w, spec.src.field);
    w.U16(spec.src.low);
  } else {
    w.Wide(spec.value, static_cast<size_t>(bits + 15) / 16 * 2);
  }
  NxmHeader(w, spec.dst.field);
  w.U16(spec.dst.low);
}

void Learn(Writer& w, const LearnOp& op) {
  Nicira(w, kNxLearn);
  w.U16(op.idle_timeout);
  w.U16(op.hard_timeout);
  w.U16(op.priority);
  w.Zeros(4);  // The upper half of the cookie.
  w.U32(op.cookie);
  w.U16(op.delete_learned ? 2 : 0);
  w.U8(op.table);
  w.Zeros(5);  // No timeouts after FIN.
  for (const LearnOp::Spec& spec : op.matches) LearnSpec(w, spec, false);
  for (const LearnOp::Spec& spec : op.sets) LearnSpec(w, spec, true);
}

void Sample(Writer& w, const SampleOp& op) {
  Nicira(w, kNxSample);
  w.U16(op.probability);
  w.U32(op.collector_set);
  w.U32(op.domain);
  w.U32(op.point);
}

void Controller(Writer& w, const ControllerOp& op) {
  Nicira(w, kNxController2);
  w.Zeros(6);
  const size_t at = w.size();
  w.U16(3);
  w.U16(0);
  w.Bytes(EncodeUserdata(op));
  w.FinishProperty(at);
  if (op.pause) {
    const size_t pause = w.size();
    w.U16(4);
    w.U16(0);
    w.FinishProperty(pause);
  }
  if (op.meter != 0) {
    const size_t meter = w.size();
    w.U16(5);
    w.U16(0);
    w.U32(op.meter);
    w.FinishProperty(meter);
  }
}

void Encode(Writer& w, const Op& op) {
  switch (op.kind) {
    case OpKind::kSet:
      return SetField(w, op);
    case OpKind::kMove:
      w.U16(kCopyField);
      w.U16(0);
      w.U16(op.src.bits);
      w.U16(op.src.low);
      w.U16(op.dst.low);
      w.U16(0);
      OxmHeader(w, op.src.field, false);
      OxmHeader(w, op.dst.field, false);
      return;
    case OpKind::kPush:
      return Stack(w, kNxStackPush, op.src);
    case OpKind::kPop:
      return Stack(w, kNxStackPop, op.dst);
    case OpKind::kResubmit:
      Nicira(w, kNxResubmitTable);
      w.U16(kInPort16);
      w.U8(op.table);
      return;
    case OpKind::kOutput:
      w.U16(kOutput);
      w.U16(0);
      w.U32(op.number);
      w.U16(0xffff);  // Whole packet.
      return;
    case OpKind::kDecTtl:
      Nicira(w, kNxDecTtlIds);
      w.U16(0);  // Nobody is told of expired packets.
      return;
    case OpKind::kSetTtl:
      w.U16(kSetNwTtl);
      w.U16(8);
      w.U8(static_cast<uint8_t>(op.number));
      w.Zeros(3);
      return;
    case OpKind::kCtClear:
      return Nicira(w, kNxCtClear);
    case OpKind::kCt:
      return Ct(w, op.ct());
    case OpKind::kClone:
      Nicira(w, kNxClone);
      w.Zeros(6);
      w.Bytes(EncodeOps(op.nested()));
      return;
    case OpKind::kGroup:
    case OpKind::kMeter:
    case OpKind::kSetQueue:
      w.U16(op.kind == OpKind::kGroup ? kGroup : op.kind == OpKind::kMeter ? kMeter : kSetQueue);
      w.U16(0);
      w.U32(op.number);
      return;
    case OpKind::kController:
      return Controller(w, op.controller());
    case OpKind::kCheckPktLarger:
      Nicira(w, kNxCheckPktLarger);
      w.U16(static_cast<uint16_t>(op.number));
      w.U16(static_cast<uint16_t>(op.dst.low << 6 | (op.dst.bits - 1)));
      NxmHeader(w, op.dst.field);
      return;
    case OpKind::kLearn:
      return Learn(w, op.learn());
    case OpKind::kSample:
      return Sample(w, op.sample());
    case OpKind::kSetVlanVid:
    case OpKind::kStripVlan:
    case OpKind::kBundle:
      return;  // OVN never nests these in a controller action.
  }
}

}  // namespace

std::string EncodeOps(const OpList& ops) {
  Writer w;
  for (const Op& op : ops) {
    const size_t start = w.size();
    Encode(w, op);
    if (w.size() != start) w.Finish(start);
  }
  return w.Take();
}

std::string EncodeUserdata(const ControllerOp& op) {
  Writer w;
  w.U32(op.opcode);
  w.Zeros(4);
  w.Bytes(op.payload);
  if (op.has_nested) w.Bytes(EncodeOps(op.nested));
  return w.Take();
}

}  // namespace ovnlite
