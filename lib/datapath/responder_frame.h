// File: responder_frame.h
// What the responders share: the frame they answer, read as ovn-controller reads it, and the first headers of an
// answer.
//
// An answer's headers are always the same: type of service 0, IPv4 id 0 with "don't fragment", IPv6 flow label 0,
// checksums filled. A VLAN tag that is kept becomes an 802.1Q tag without its drop-eligible bit, whatever it was
// before.

#ifndef OVNLITE_LIB_DATAPATH_RESPONDER_FRAME_H_
#define OVNLITE_LIB_DATAPATH_RESPONDER_FRAME_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "ovnlite/base/ip.h"
#include "ovnlite/base/mac.h"
#include "ovnlite/flow/op.h"
#include "ovnlite/packet/extract.h"
#include "ovnlite/packet/flow_key.h"
#include "ovnlite/packet/packet.h"
#include "ovnlite/wire/ethernet.h"
#include "ovnlite/wire/vlan.h"

namespace ovnlite {

// The frame that is answered. ovn-controller looks behind two VLAN tags, where the flow tables look behind one: of a
// frame with two, `bytes` is a copy without the outer one, and `vlan` is the outer one. The frame must outlive this.
class ReceivedFrame {
 public:
  explicit ReceivedFrame(absl::Span<const uint8_t> frame);
  ReceivedFrame(const ReceivedFrame&) = delete;
  ReceivedFrame& operator=(const ReceivedFrame&) = delete;

  uint16_t eth_type() const { return static_cast<uint16_t>(key_.Get64(field::kEthType)); }
  MacAddress eth_source() const { return MacAddress(key_.Get64(field::kEthSrc)); }
  MacAddress eth_destination() const { return MacAddress(key_.Get64(field::kEthDst)); }
  // The tag control information of the outer tag.
  std::optional<uint16_t> vlan() const { return vlan_; }

  // From the IP header to the frame's end.
  absl::Span<const uint8_t> l3() const { return bytes_.subspan(layout_.l3); }
  // How many of these bytes are the datagram, as its header says: more than there are when it is cut short, 0 when it
  // is not IP, or too short for a header. The addresses and proto of a header that contradicts itself or the frame read
  // as zero.
  size_t datagram_size() const { return datagram_size_; }
  bool is_v6() const { return eth_type() == kEthTypeIpv6; }
  uint8_t ip_proto() const { return static_cast<uint8_t>(key_.Get64(field::kIpProto)); }  // Behind extension headers.
  // Of IPv6 frames IPv6 addresses, of all others IPv4 ones.
  IpAddress ip_source() const;
  IpAddress ip_destination() const;
  // Zero in later fragments, and where the L4 header contradicts itself.
  uint16_t l4_source() const { return static_cast<uint16_t>(key_.Get64(field::kL4Src)); }
  uint16_t l4_destination() const { return static_cast<uint16_t>(key_.Get64(field::kL4Dst)); }
  // What is behind IP's headers, in a later fragment its data; empty where the headers are cut off.
  absl::Span<const uint8_t> ip_payload() const;

  // Where ip_payload() is in the frame that was given; 0 when there is none.
  size_t ip_payload_offset() const {
    return layout_.l4 == 0 ? 0 : layout_.l4 + (untagged_.empty() ? 0 : VlanLayout::kSize);
  }

  const FlowKey& key() const { return key_; }

 private:
  std::vector<uint8_t> untagged_;
  absl::Span<const uint8_t> bytes_;
  std::optional<uint16_t> vlan_;
  FlowKey key_;
  PacketLayout layout_;
  size_t datagram_size_ = 0;
};

// The headers an answer begins with. Both addresses are of one family.
struct ReplyHeaders {
  MacAddress eth_source;
  MacAddress eth_destination;
  std::optional<uint16_t> vlan;
  IpAddress ip_source;
  IpAddress ip_destination;
  uint8_t ip_proto = 0;
  uint8_t ttl = 0;

  // In the direction of `frame`, or back to where it came from.
  static ReplyHeaders Along(const ReceivedFrame& frame);
  static ReplyHeaders Back(const ReceivedFrame& frame);
};

// A frame of Ethernet, an optional tag and `size` zero bytes, which `payload` is pointed at.
Packet StartReply(MacAddress destination, MacAddress source, std::optional<uint16_t> vlan, uint16_t eth_type,
                  size_t size, absl::Span<uint8_t>* payload);
// The same with an IP header before the `size` zero bytes.
Packet StartReply(const ReplyHeaders& headers, size_t size, absl::Span<uint8_t>* payload);

// The sum of the pseudo-header for `size` bytes behind `headers`.
uint64_t PseudoHeaderSum(const ReplyHeaders& headers, size_t size);

// InvalidArgument: "arp: the packet is not IPv4".
absl::Status CannotAnswer(absl::string_view action, absl::string_view reason);

// -- The responders, one builder each --------------------------------------------------------------------------------

absl::StatusOr<Packet> BuildArpRequest(const ReceivedFrame& frame);
absl::StatusOr<Packet> BuildNeighborSolicitation(const ReceivedFrame& frame);
absl::StatusOr<Packet> BuildNeighborAdvertisement(const ReceivedFrame& frame, bool is_router);

// Where an answer goes at first: the nested operations of most actions turn it round, those of reject{} do not.
enum class ReplyDirection : uint8_t { kAlong, kBack };

// `code_from_proto`: "port unreachable" for UDP, as icmp4{}, icmp6{} and reject{} want it; without it and for other
// protocols the code is 1.
absl::StatusOr<Packet> BuildIcmpError(const ReceivedFrame& frame, ReplyDirection direction, bool code_from_proto);
absl::StatusOr<Packet> BuildTcpReset(const ReceivedFrame& frame, ReplyDirection direction);
absl::StatusOr<Packet> BuildSctpAbort(const ReceivedFrame& frame, ReplyDirection direction);

// -- Answers in place ------------------------------------------------------------------------------------------------

absl::Status PutFragMtu(const ControllerOp& op, Packet& packet, FlowKey& key);
absl::Status PutRouterAdvertisement(const ControllerOp& op, Packet& packet, FlowKey& key);

}  // namespace ovnlite

#endif  // OVNLITE_LIB_DATAPATH_RESPONDER_FRAME_H_
