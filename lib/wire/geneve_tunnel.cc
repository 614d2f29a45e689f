#include "ovnlite/wire/geneve_tunnel.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "ovnlite/wire/checksum.h"
#include "ovnlite/wire/ethernet.h"
#include "ovnlite/wire/ip_proto.h"
#include "ovnlite/wire/ipv4.h"
#include "ovnlite/wire/ipv6.h"
#include "ovnlite/wire/udp.h"

namespace ovnlite {
namespace {

constexpr size_t kIpAt = EthernetLayout::kSize;
constexpr size_t kUdpAtV4 = kIpAt + Ipv4Layout::kSize;
constexpr size_t kUdpAtV6 = kIpAt + Ipv6Layout::kSize;

// Copies of a size the compiler knows are a few wide moves; memcpy of one it does not know is a call.
void CopyHeaders(uint8_t* to, const uint8_t* from, size_t n) {
  switch (n) {
    case 58:
      std::memcpy(to, from, 58);
      return;
    case 78:
      std::memcpy(to, from, 78);
      return;
    default:
      std::memcpy(to, from, n);
      return;
  }
}

}  // namespace

GenevePath::GenevePath(const GeneveTunnel& tunnel, uint32_t vni, std::optional<OvnGeneveOption> option)
    : is_v6_(tunnel.destination.is_v6()), checksum_(tunnel.checksum) {
  const size_t udp_at = is_v6_ ? kUdpAtV6 : kUdpAtV4;
  geneve_at_ = static_cast<uint8_t>(udp_at + UdpLayout::kSize);

  EthernetHeader{tunnel.destination_mac, tunnel.source_mac, is_v6_ ? kEthTypeIpv6 : kEthTypeIpv4}.Emit(bytes_.data());
  UdpHeader{0, tunnel.destination_port, 0, 0}.Emit(&bytes_[udp_at]);
  uint8_t body[OvnGeneveOption::kSize];
  GeneveHeader geneve;
  geneve.vni = vni;
  if (option.has_value()) {
    option->Emit(body);
    geneve.flags = GeneveLayout::kCriticalFlag;
    geneve.options = body;
  }
  geneve.Emit(&bytes_[geneve_at_]);
  size_ = static_cast<uint8_t>(geneve_at_ + geneve.size());

  uint64_t pseudo;
  const uint8_t tos = static_cast<uint8_t>(tunnel.dscp << 2);
  if (is_v6_) {
    Ipv6Header ip;
    ip.traffic_class = tos;
    ip.next_header = kIpProtoUdp;
    ip.hop_limit = tunnel.ttl;
    ip.source = tunnel.source.v6();
    ip.destination = tunnel.destination.v6();
    ip.Emit(&bytes_[kIpAt]);
    pseudo = PseudoHeaderSum(ip.source, ip.destination, kIpProtoUdp, 0);
  } else {
    Ipv4Header ip;
    ip.tos = tos;
    ip.fragment = tunnel.dont_fragment ? Ipv4Layout::kDontFragment : 0;
    ip.ttl = tunnel.ttl;
    ip.protocol = kIpProtoUdp;
    ip.source = tunnel.source.v4();
    ip.destination = tunnel.destination.v4();
    ip.Emit(&bytes_[kIpAt]);
    ip_sum_ = ChecksumSum(absl::MakeConstSpan(&bytes_[kIpAt], Ipv4Layout::kSize));
    pseudo = PseudoHeaderSum(ip.source, ip.destination, kIpProtoUdp, 0);
  }
  udp_sum_ = ChecksumFold(pseudo + ChecksumSum(absl::MakeConstSpan(&bytes_[udp_at], size_ - udp_at)));
}

void GenevePath::Write(absl::Span<uint8_t> frame, uint16_t source_port, uint8_t ecn, uint16_t id) const {
  WriteWithSum(frame, checksum_ ? ChecksumSum(frame.subspan(size_)) : uint16_t{0}, source_port, ecn, id);
}

void GenevePath::WriteWithSum(absl::Span<uint8_t> frame, uint16_t inner_sum, uint16_t source_port, uint8_t ecn,
                              uint16_t id) const {
  uint8_t* const p = frame.data();
  CopyHeaders(p, bytes_.data(), size_);
  uint8_t* const ip = p + kIpAt;
  uint8_t* const udp = p + (is_v6_ ? kUdpAtV6 : kUdpAtV4);
  const auto udp_length = static_cast<uint16_t>(frame.size() - static_cast<size_t>(udp - p));
  if (is_v6_) {
    Store16(ip, static_cast<uint16_t>(Load16(ip) | (ecn & 3) << 4));
    Store16(ip + Ipv6Layout::kPayloadLength, udp_length);
  } else {
    const auto total = static_cast<uint16_t>(udp_length + Ipv4Layout::kSize);
    ip[Ipv4Layout::kTos] |= ecn & 3;
    Store16(ip + Ipv4Layout::kTotalLength, total);
    Store16(ip + Ipv4Layout::kId, id);
    const uint32_t sum = uint32_t{ip_sum_} + total + id + (ecn & 3);
    Store16(ip + Ipv4Layout::kChecksum, static_cast<uint16_t>(~ChecksumFold32(sum)));
  }
  Store16(udp + UdpLayout::kSourcePort, source_port);
  Store16(udp + UdpLayout::kLength, udp_length);
  if (checksum_) {
    // The length stands in the pseudo-header and in the UDP header.
    const uint32_t sum = uint32_t{udp_sum_} + inner_sum + source_port + 2 * uint32_t{udp_length};
    Store16(udp + UdpLayout::kChecksum, UdpChecksumNonZero(static_cast<uint16_t>(~ChecksumFold32(sum))));
  }
}

absl::string_view GeneveVerdictText(GeneveVerdict verdict) {
  switch (verdict) {
    case GeneveVerdict::kDeliver:
      return "deliver";
    case GeneveVerdict::kNotGeneve:
      return "not Geneve";
    case GeneveVerdict::kOuterIpInvalid:
      return "invalid outer IP header";
    case GeneveVerdict::kOuterIpOptions:
      return "options in the outer IP header";
    case GeneveVerdict::kUdpLength:
      return "wrong UDP length";
    case GeneveVerdict::kUdpChecksum:
      return "wrong UDP checksum";
    case GeneveVerdict::kNoUdpChecksum:
      return "no UDP checksum";
    case GeneveVerdict::kTruncated:
      return "truncated Geneve header";
    case GeneveVerdict::kVersion:
      return "unknown Geneve version";
    case GeneveVerdict::kControl:
      return "control message";
    case GeneveVerdict::kProtocol:
      return "payload is not Ethernet";
    case GeneveVerdict::kOptions:
      return "malformed options";
    case GeneveVerdict::kUnknownCritical:
      return "unknown critical option";
    case GeneveVerdict::kMissingCBit:
      return "critical option without the C bit";
    case GeneveVerdict::kInnerTooShort:
      return "inner frame too short";
  }
  return "";
}

GeneveVerdict ReceiveGenevePayload(absl::Span<const uint8_t> payload, GeneveArrival* arrival) {
  if (payload.size() < GeneveLayout::kSize) return GeneveVerdict::kTruncated;
  const GeneveView geneve(payload);
  if (payload[0] >> 6 != 0) return GeneveVerdict::kVersion;
  if (payload.size() < geneve.header_length()) return GeneveVerdict::kTruncated;
  if (geneve.is_control()) return GeneveVerdict::kControl;
  if (geneve.protocol() != kEthTypeTeb) return GeneveVerdict::kProtocol;
  arrival->option.reset();
  if (geneve.options_length() == OvnGeneveOption::kSize &&
      Load32(&payload[GeneveLayout::kSize]) == OvnGeneveOption::kHeader) {  // What OVN sends, in two loads.
    if (!geneve.has_critical()) return GeneveVerdict::kMissingCBit;
    arrival->option = OvnGeneveOption{Load32(&payload[GeneveLayout::kSize + 4])};
  } else {
    GeneveOptionWalker walker(geneve.options());
    while (const std::optional<GeneveOption> option = walker.Next()) {
      const std::optional<OvnGeneveOption> ovn = OvnGeneveOption::From(*option);
      if (option->is_critical() && !ovn) return GeneveVerdict::kUnknownCritical;
      if (option->is_critical() && !geneve.has_critical()) return GeneveVerdict::kMissingCBit;
      if (ovn) arrival->option = ovn;
    }
    if (!walker.ok()) return GeneveVerdict::kOptions;
  }
  const size_t header = geneve.header_length();
  if (payload.size() - header < EthernetLayout::kSize) return GeneveVerdict::kInnerTooShort;
  arrival->vni = geneve.vni();
  arrival->inner_offset = static_cast<uint32_t>(header);
  arrival->inner_size = static_cast<uint32_t>(payload.size() - header);
  return GeneveVerdict::kDeliver;
}

GeneveVerdict ReceiveGeneve(absl::Span<const uint8_t> frame, const GeneveEndpoint& endpoint, GeneveArrival* arrival) {
  if (frame.size() < kUdpAtV4 + UdpLayout::kSize) return GeneveVerdict::kNotGeneve;
  const uint16_t type = Load16(&frame[EthernetLayout::kType]);
  absl::Span<const uint8_t> udp;  // To the end of the IP datagram.
  uint64_t pseudo;
  bool accept_zero;
  if (type == kEthTypeIpv4) {
    const absl::Span<const uint8_t> bytes = frame.subspan(kIpAt);
    const Ipv4View ip(bytes);
    if (ip.protocol() != kIpProtoUdp || ip.is_fragment()) return GeneveVerdict::kNotGeneve;
    const size_t header = ip.header_length();
    const size_t total = ip.total_length();
    if (bytes[0] >> 4 != 4 || header < Ipv4Layout::kSize || header + UdpLayout::kSize > total || total > bytes.size()) {
      return GeneveVerdict::kOuterIpInvalid;
    }
    udp = bytes.subspan(header, total - header);
    if (Load16(&udp[UdpLayout::kDestinationPort]) != endpoint.port) return GeneveVerdict::kNotGeneve;
    if (header != Ipv4Layout::kSize) return GeneveVerdict::kOuterIpOptions;
    if (endpoint.verify_checksum && !ip.ChecksumIsValid()) return GeneveVerdict::kOuterIpInvalid;
    pseudo = PseudoHeaderSum(ip.source(), ip.destination(), kIpProtoUdp, 0);
    accept_zero = endpoint.accept_zero_checksum_v4;
    arrival->source = ip.source();
    arrival->destination = ip.destination();
    arrival->tos = ip.tos();
    arrival->ttl = ip.ttl();
  } else if (type == kEthTypeIpv6) {
    if (frame.size() < kUdpAtV6 + UdpLayout::kSize) return GeneveVerdict::kNotGeneve;
    const absl::Span<const uint8_t> bytes = frame.subspan(kIpAt);
    const Ipv6View ip(bytes);
    if (ip.next_header() != kIpProtoUdp) {
      // Behind extension headers a datagram may be for us, and is dropped; a fragment is for whoever reassembles.
      if (!IsIpv6Extension(ip.next_header())) return GeneveVerdict::kNotGeneve;
      Ipv6ExtensionWalker walker(ip.next_header(), ip.payload());
      const bool ours = walker.Finish().ok() && walker.protocol() == kIpProtoUdp && !walker.fragment().has_value() &&
                        walker.rest().size() >= UdpLayout::kSize &&
                        Load16(&walker.rest()[UdpLayout::kDestinationPort]) == endpoint.port;
      return ours ? GeneveVerdict::kOuterIpOptions : GeneveVerdict::kNotGeneve;
    }
    const size_t length = ip.payload_length();
    if (bytes[0] >> 4 != 6 || length < UdpLayout::kSize || Ipv6Layout::kSize + length > bytes.size()) {
      return GeneveVerdict::kOuterIpInvalid;
    }
    udp = bytes.subspan(Ipv6Layout::kSize, length);
    if (Load16(&udp[UdpLayout::kDestinationPort]) != endpoint.port) return GeneveVerdict::kNotGeneve;
    pseudo = PseudoHeaderSum(ip.source(), ip.destination(), kIpProtoUdp, 0);
    accept_zero = endpoint.accept_zero_checksum_v6;
    arrival->source = ip.source();
    arrival->destination = ip.destination();
    arrival->tos = ip.traffic_class();
    arrival->ttl = ip.hop_limit();
  } else {
    return GeneveVerdict::kNotGeneve;
  }
  const size_t udp_length = Load16(&udp[UdpLayout::kLength]);
  if (udp_length < UdpLayout::kSize || udp_length > udp.size()) return GeneveVerdict::kUdpLength;
  udp = udp.subspan(0, udp_length);
  if (Load16(&udp[UdpLayout::kChecksum]) == 0) {
    if (!accept_zero) return GeneveVerdict::kNoUdpChecksum;
  } else if (endpoint.verify_checksum && Checksum(udp, pseudo + udp_length) != 0) {
    return GeneveVerdict::kUdpChecksum;
  }
  arrival->source_port = Load16(&udp[UdpLayout::kSourcePort]);
  const GeneveVerdict verdict = ReceiveGenevePayload(udp.subspan(UdpLayout::kSize), arrival);
  arrival->inner_offset += static_cast<uint32_t>(udp.data() - frame.data() + UdpLayout::kSize);
  return verdict;
}

}  // namespace ovnlite
