// icmp4.frag_mtu = …; and icmp6.frag_mtu = …;, which OpenFlow has no field for.
#include "absl/status/status.h"
#include "lib/datapath/responder_frame.h"
#include "ovnlite/wire/checksum.h"
#include "ovnlite/wire/icmp.h"
#include "ovnlite/wire/icmpv6.h"
#include "ovnlite/wire/ip_proto.h"

namespace ovnlite {

absl::Status PutFragMtu(const ControllerOp& op, Packet& packet, FlowKey& /*key*/) {
  constexpr absl::string_view kAction = "put_icmp_frag_mtu";
  const ReceivedFrame frame(packet.bytes());
  const size_t size = frame.ip_payload().size();
  // The packet's family decides, not the opcode's.
  const bool v6 = frame.is_v6();
  if (frame.ip_proto() != (v6 ? kIpProtoIcmpv6 : kIpProtoIcmp) || size < IcmpLayout::kSize) {
    return CannotAnswer(kAction, "the packet is not ICMP");
  }
  if (op.payload.size() < (v6 ? 4 : 2)) return CannotAnswer(kAction, "the MTU is missing");
  const auto* const mtu = reinterpret_cast<const uint8_t*>(op.payload.data());
  const absl::Span<uint8_t> message = packet.mutable_bytes().subspan(frame.ip_payload_offset(), size);
  const MutableIcmpView icmp(message);
  if (!v6) {
    icmp.set_checksum(ChecksumUpdate(icmp.checksum(), icmp.mtu(), Load16(mtu)));
    icmp.set_sequence(Load16(mtu));
    return absl::OkStatus();
  }
  icmp.set_rest(Load32(mtu));
  icmp.set_checksum(0);
  const uint64_t pseudo =
      PseudoHeaderSum(frame.ip_source().v6(), frame.ip_destination().v6(), kIpProtoIcmpv6, static_cast<uint32_t>(size));
  icmp.set_checksum(Checksum(message, pseudo));
  return absl::OkStatus();
}

}  // namespace ovnlite
