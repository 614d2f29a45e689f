// File: openflow_field.h
// OpenFlow's names and wire identities of the fields, as ovs-fields(7) lists them: what `ovs-ofctl dump-flows` prints
// and what actions nested in a controller action are encoded with. The engine itself never looks here; it works on
// FieldRefs.

#ifndef OVNLITE_FLOW_OPENFLOW_FIELD_H_
#define OVNLITE_FLOW_OPENFLOW_FIELD_H_

#include <cstdint>

#include "absl/strings/string_view.h"
#include "ovnlite/packet/field.h"

namespace ovnlite {

// One enumerator per field that OVN's flows load, move or push. kReg0.., kXreg0.. and kXxreg0.. are contiguous.
enum class OfField : uint8_t {
  kNone = 0,
  kInPort,
  kTunId,
  kTunMetadata0,
  kMetadata,
  kPktMark,
  kCtState,
  kCtZone,
  kCtMark,
  kCtLabel,
  kEthSrc,
  kEthDst,
  kEthType,
  kVlanTci,
  kIpSrc,
  kIpDst,
  kIpv6Src,
  kIpv6Dst,
  kIpProto,
  kIpTtl,
  kIpFrag,
  kIpDscp,
  kIpEcn,
  kArpOp,
  kArpSpa,
  kArpTpa,
  kArpSha,
  kArpTha,
  kTcpSrc,
  kTcpDst,
  kTcpFlags,
  kUdpSrc,
  kUdpDst,
  kSctpSrc,
  kSctpDst,
  kIcmpType,
  kIcmpCode,
  kIcmpv6Type,
  kIcmpv6Code,
  kNdTarget,
  kNdSll,
  kNdTll,
  kIpv6Label,
  kReg0,
  kXreg0 = kReg0 + 16,
  kXxreg0 = kXreg0 + 8,
  kCount = kXxreg0 + 4,
};

constexpr OfField OfReg(int i) { return static_cast<OfField>(static_cast<int>(OfField::kReg0) + i); }
constexpr OfField OfXreg(int i) { return static_cast<OfField>(static_cast<int>(OfField::kXreg0) + i); }
constexpr OfField OfXxreg(int i) { return static_cast<OfField>(static_cast<int>(OfField::kXxreg0) + i); }

struct OfFieldInfo {
  absl::string_view name;      // "reg15", "eth_dst": as `set_field` prints it.
  absl::string_view nxm_name;  // "NXM_NX_REG15", "OXM_OF_METADATA": as `load`, `move` and `push` print it.
  uint16_t oxm_class;          // The field's class and number in OpenFlow 1.5 (an NXM class where OXM has none).
  uint8_t oxm_field;
  uint16_t nxm_class;  // The same for NXM (the OXM one where there is no NXM): stack actions use these.
  uint8_t nxm_field;
  uint16_t bits;  // Width as OpenFlow counts it (tun_id 64, in_port 16, tcp_flags 12).
  FieldRef ref;   // Where the engine keeps it (tun_id in 32 bits).
};

// The facts about `field`; of kNone and out-of-range values an entry without a name.
const OfFieldInfo& Info(OfField field);

// A run of bits of a field: [low, low + bits), counted from the least significant bit.
struct Subfield {
  OfField field = OfField::kNone;
  uint8_t low = 0;
  uint8_t bits = 0;

  static Subfield Whole(OfField field) { return {field, 0, static_cast<uint8_t>(Info(field).ref.width)}; }
  friend constexpr bool operator==(const Subfield&, const Subfield&) = default;
};

}  // namespace ovnlite

#endif  // OVNLITE_FLOW_OPENFLOW_FIELD_H_
