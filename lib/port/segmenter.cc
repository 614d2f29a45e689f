#include "lib/port/segmenter.h"

#include <algorithm>
#include <cstring>

#include "ovnlite/base/bytes.h"
#include "ovnlite/wire/checksum.h"
#include "ovnlite/wire/ethernet.h"
#include "ovnlite/wire/ip_proto.h"
#include "ovnlite/wire/ipv4.h"
#include "ovnlite/wire/ipv6.h"
#include "ovnlite/wire/tcp.h"
#include "ovnlite/wire/udp.h"
#include "ovnlite/wire/vlan.h"

namespace ovnlite {

bool Segmenter::Begin(const VnetHeader& notes, absl::Span<const uint8_t> frame) {
  Stop();
  const uint8_t type = notes.gso_type & static_cast<uint8_t>(~VnetHeader::kGsoEcn);
  is_tcp_ = type == VnetHeader::kGsoTcp4 || type == VnetHeader::kGsoTcp6;
  if ((!is_tcp_ && type != VnetHeader::kGsoUdp) || notes.gso_size == 0) return false;

  l3_ = EthernetLayout::kSize;
  if (frame.size() < l3_) return false;
  uint16_t eth_type = Load16(&frame[EthernetLayout::kType]);
  for (int tags = 0; tags < 2 && IsVlanType(eth_type) && frame.size() >= l3_ + VlanLayout::kSize; ++tags) {
    eth_type = Load16(&frame[l3_ + 2]);
    l3_ += VlanLayout::kSize;
  }
  const absl::Span<const uint8_t> datagram = frame.subspan(l3_);
  const uint8_t proto = is_tcp_ ? kIpProtoTcp : kIpProtoUdp;
  if (eth_type == kEthTypeIpv4 && type != VnetHeader::kGsoTcp6) {
    if (datagram.size() < Ipv4Layout::kSize) return false;
    const Ipv4View ip(datagram);
    if (datagram[0] >> 4 != 4 || ip.header_length() < Ipv4Layout::kSize || ip.protocol() != proto || ip.is_fragment()) {
      return false;
    }
    is_v6_ = false;
    l4_ = l3_ + ip.header_length();
    pseudo_sum_ = PseudoHeaderSum(ip.source(), ip.destination(), proto, 0);
  } else if (eth_type == kEthTypeIpv6 && type != VnetHeader::kGsoTcp4) {
    if (datagram.size() < Ipv6Layout::kSize || datagram[0] >> 4 != 6) return false;
    const Ipv6View ip(datagram);
    Ipv6ExtensionWalker walker(ip.next_header(), datagram.subspan(Ipv6Layout::kSize));
    if (!walker.Finish().ok() || walker.protocol() != proto || walker.fragment().has_value()) return false;
    is_v6_ = true;
    l4_ = static_cast<size_t>(walker.rest().data() - frame.data());
    pseudo_sum_ = PseudoHeaderSum(ip.source(), ip.destination(), proto, 0);
  } else {
    return false;
  }

  size_t l4_size = UdpLayout::kSize;
  if (is_tcp_) {
    if (frame.size() < l4_ + TcpLayout::kSize) return false;
    l4_size = TcpView(frame.subspan(l4_)).header_length();
    if (l4_size < TcpLayout::kSize) return false;
  }
  payload_ = l4_ + l4_size;
  // There is a payload, and what the headers and one segment take fits a length field.
  if (payload_ >= frame.size() || payload_ - l3_ + notes.gso_size > 65'535) return false;
  if ((notes.flags & VnetHeader::kNeedsChecksum) && notes.checksum_start != l4_) return false;
  gso_size_ = notes.gso_size;
  next_ = payload_;
  index_ = 0;
  frame_ = frame;
  return true;
}

void Segmenter::Next(Packet& packet) {
  const size_t n = std::min(gso_size_, frame_.size() - next_);
  packet.Reserve(payload_ + gso_size_);
  packet.Resize(payload_ + n);
  uint8_t* const p = packet.data();
  std::memcpy(p, frame_.data(), payload_);
  std::memcpy(p + payload_, frame_.data() + next_, n);

  const size_t l4_length = payload_ - l4_ + n;
  if (is_v6_) {
    Store16(p + l3_ + Ipv6Layout::kPayloadLength, static_cast<uint16_t>(l4_ - l3_ - Ipv6Layout::kSize + l4_length));
  } else {
    MutableIpv4View ip(p + l3_, payload_ - l3_ + n);
    ip.set_total_length(static_cast<uint16_t>(l4_ - l3_ + l4_length));
    ip.set_id(static_cast<uint16_t>(ip.id() + index_));
    ip.FillChecksum();
  }

  const absl::Span<uint8_t> l4 = packet.mutable_bytes().subspan(l4_);
  const uint64_t pseudo = pseudo_sum_ + l4_length;
  if (is_tcp_) {
    const bool is_last = next_ + n == frame_.size();
    MutableTcpView tcp(l4);
    uint16_t flags = tcp.flags();
    if (!is_last) flags &= static_cast<uint16_t>(~(kTcpFin | kTcpPsh));
    if (index_ > 0) flags &= static_cast<uint16_t>(~kTcpCwr);
    tcp.set_flags(flags);
    tcp.set_sequence(tcp.sequence() + static_cast<uint32_t>(next_ - payload_));
    tcp.set_checksum(0);
    tcp.set_checksum(Checksum(l4, pseudo));
  } else {
    MutableUdpView udp(l4);
    udp.set_length(static_cast<uint16_t>(l4_length));
    udp.set_checksum(0);
    udp.set_checksum(UdpChecksumNonZero(Checksum(l4, pseudo)));
  }
  next_ += n;
  ++index_;
}

}  // namespace ovnlite
