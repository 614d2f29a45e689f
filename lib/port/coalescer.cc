#include "lib/port/coalescer.h"

#include <cstring>

#include "ovnlite/base/bytes.h"
#include "ovnlite/wire/checksum.h"
#include "ovnlite/wire/ethernet.h"
#include "ovnlite/wire/ip_proto.h"
#include "ovnlite/wire/ipv4.h"
#include "ovnlite/wire/ipv6.h"
#include "ovnlite/wire/tcp.h"
#include "ovnlite/wire/vlan.h"

namespace ovnlite {
namespace {

// What a length field can say.
constexpr size_t kMaxDatagram = 65'535;

uint64_t PseudoSum(const uint8_t* l3, bool is_v6, size_t length) {
  const auto n = static_cast<uint32_t>(length);
  if (is_v6) {
    const Ipv6View ip(l3, Ipv6Layout::kSize);
    return PseudoHeaderSum(ip.source(), ip.destination(), kIpProtoTcp, n);
  }
  const Ipv4View ip(l3, Ipv4Layout::kSize);
  return PseudoHeaderSum(ip.source(), ip.destination(), kIpProtoTcp, n);
}

}  // namespace

Coalescer::Segment Coalescer::Look(absl::Span<const uint8_t> frame) {
  Segment s;
  const uint8_t* const p = frame.data();
  size_t at = EthernetLayout::kSize;
  if (frame.size() < at + Ipv4Layout::kSize + TcpLayout::kSize) return s;
  uint16_t type = Load16(p + EthernetLayout::kType);
  for (int tags = 0; tags < 2 && IsVlanType(type); ++tags) {
    type = Load16(p + at + 2);
    at += VlanLayout::kSize;
  }
  s.l3 = static_cast<uint32_t>(at);
  const size_t rest = frame.size() - at;  // Two tags leave 32 bytes.
  if (type == kEthTypeIpv4) {
    const Ipv4View ip(p + at, rest);
    if (p[at] != 0x45 || ip.protocol() != kIpProtoTcp || ip.is_fragment() || ip.total_length() != rest) return s;
    s.l4 = s.l3 + Ipv4Layout::kSize;
  } else if (type == kEthTypeIpv6) {
    if (rest < Ipv6Layout::kSize) return s;
    const Ipv6View ip(p + at, rest);
    if (p[at] >> 4 != 6 || ip.next_header() != kIpProtoTcp || Ipv6Layout::kSize + ip.payload_length() != rest) return s;
    s.is_v6 = true;
    s.l4 = s.l3 + Ipv6Layout::kSize;
  } else {
    return s;
  }
  if (frame.size() < s.l4 + TcpLayout::kSize) return s;
  const TcpView tcp(frame.subspan(s.l4));
  const size_t header = tcp.header_length();
  s.payload = static_cast<uint32_t>(s.l4 + header);
  constexpr uint16_t kEnding = kTcpPsh | kTcpFin;
  s.joins = header >= TcpLayout::kSize && s.payload < frame.size() && (tcp.flags() & ~kEnding) == kTcpAck;
  s.ends = tcp.flags() & kEnding;
  return s;
}

bool Coalescer::Follows(const Packet& first, const Segment& a, int count, const Packet& next, const Segment& b) {
  if (!b.joins || a.is_v6 != b.is_v6 || a.l3 != b.l3 || a.payload != b.payload) return false;
  const size_t size = first.size() - a.payload;
  if (next.size() - b.payload > size) return false;
  if (a.payload - a.l3 + size * static_cast<size_t>(count + 1) > kMaxDatagram) return false;
  const uint8_t* const p = first.data();
  const uint8_t* const q = next.data();
  if (std::memcmp(p, q, a.l3) != 0) return false;
  const uint8_t* const ip = p + a.l3;
  const uint8_t* const ip2 = q + a.l3;
  if (a.is_v6) {
    if (Load32(ip) != Load32(ip2) || std::memcmp(ip + 6, ip2 + 6, Ipv6Layout::kSize - 6) != 0) return false;
  } else {
    if (Load16(ip) != Load16(ip2) || Load32(ip + 6) != Load32(ip2 + 6) || Load64(ip + 12) != Load64(ip2 + 12) ||
        Load16(ip2 + Ipv4Layout::kId) != static_cast<uint16_t>(Load16(ip + Ipv4Layout::kId) + count)) {
      return false;
    }
  }
  const uint8_t* const tcp = p + a.l4;
  const uint8_t* const tcp2 = q + a.l4;
  // Ports; acknowledgment, header length; window; urgent pointer and options.
  return Load32(tcp) == Load32(tcp2) && Load32(tcp + 8) == Load32(tcp2 + 8) && tcp[12] == tcp2[12] &&
         Load16(tcp + 14) == Load16(tcp2 + 14) && std::memcmp(tcp + 18, tcp2 + 18, a.payload - a.l4 - 18) == 0 &&
         Load32(tcp2 + 4) == static_cast<uint32_t>(Load32(tcp + 4) + size * static_cast<size_t>(count));
}

// A checksum of 0xffff is right where 0 is, but is not what would be computed again.
bool Coalescer::ChecksumsAreRight(const Packet& packet, const Segment& segment) {
  const uint8_t* const ip = packet.data() + segment.l3;
  if (!segment.is_v6) {
    const Ipv4View v(ip, Ipv4Layout::kSize);
    if (v.checksum() == 0xffff || !v.ChecksumIsValid()) return false;
  }
  const absl::Span<const uint8_t> l4 = packet.bytes().subspan(segment.l4);
  return TcpView(l4).checksum() != 0xffff && Checksum(l4, PseudoSum(ip, segment.is_v6, l4.size())) == 0;
}

void Coalescer::WriteHeaders(Run& run, const Packet& first, const Segment& s, const Packet& last) {
  uint8_t* const p = run.headers.data();
  std::memcpy(p, first.data(), s.payload);
  const size_t total = run.bytes - static_cast<size_t>(run.packets - 1) * s.payload;  // Of the super-frame.
  if (s.is_v6) {
    Store16(p + s.l3 + Ipv6Layout::kPayloadLength, static_cast<uint16_t>(total - s.l4));
  } else {
    MutableIpv4View ip(p + s.l3, Ipv4Layout::kSize);
    ip.set_total_length(static_cast<uint16_t>(total - s.l3));
    ip.FillChecksum();
  }
  MutableTcpView tcp(p + s.l4, s.payload - s.l4);
  tcp.set_flags(TcpView(last.bytes().subspan(s.l4)).flags());
  tcp.set_checksum(ChecksumFold(PseudoSum(p + s.l3, s.is_v6, total - s.l4)));
  run.notes.flags = VnetHeader::kNeedsChecksum;
  run.notes.gso_type = s.is_v6 ? VnetHeader::kGsoTcp6 : VnetHeader::kGsoTcp4;
  run.notes.header_length = static_cast<uint16_t>(s.payload);
  run.notes.gso_size = static_cast<uint16_t>(first.size() - s.payload);
  run.notes.checksum_start = static_cast<uint16_t>(s.l4);
  run.notes.checksum_offset = TcpLayout::kChecksum;
}

void Coalescer::Plan(absl::Span<const Packet* const> packets, bool join) {
  runs_ = 0;
  pieces_ = 0;
  for (size_t i = 0; i < packets.size();) {
    const Packet& first = *packets[i];
    Run& run = run_[runs_++];
    run.notes = {};
    run.packets = 1;
    run.bytes = first.size();
    run.first_piece = pieces_;
    AddPiece(&run.notes, sizeof run.notes);
    AddPiece(first.data(), first.size());
    ++i;
    const Segment a = join && i < packets.size() ? Look(first.bytes()) : Segment{};
    bool open = a.joins && !a.ends;  // The last segment so far was a full one.
    while (open && i < packets.size()) {
      const Packet& next = *packets[i];
      const Segment b = Look(next.bytes());
      if (!Follows(first, a, run.packets, next, b) || !ChecksumsAreRight(next, b) ||
          (run.packets == 1 && !ChecksumsAreRight(first, a))) {
        break;
      }
      if (run.packets == 1) {
        iov_[pieces_ - 1] = {run.headers.data(), a.payload};
        AddPiece(first.data() + a.payload, first.size() - a.payload);
      }
      AddPiece(next.data() + b.payload, next.size() - b.payload);
      ++run.packets;
      run.bytes += next.size();
      open = !b.ends && next.size() == first.size();
      ++i;
    }
    if (run.packets > 1) WriteHeaders(run, first, a, *packets[i - 1]);
    run.piece_count = pieces_ - run.first_piece;
  }
}

}  // namespace ovnlite
