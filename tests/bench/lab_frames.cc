#include "tests/bench/lab_frames.h"

#include <algorithm>
#include <cstring>

#include "ovnlite/wire/checksum.h"
#include "ovnlite/wire/ethernet.h"
#include "ovnlite/wire/geneve_tunnel.h"
#include "ovnlite/wire/ip_proto.h"
#include "ovnlite/wire/ipv4.h"
#include "ovnlite/wire/ipv6.h"
#include "ovnlite/wire/udp.h"

namespace ovnlite {
namespace {

using Bytes = std::vector<uint8_t>;
using Ends = LabEnds;

// UDP behind Ethernet and IP, `bytes` long; `udp_at` is where UDP begins.
Bytes UdpFrame(MacAddress destination, MacAddress source, const IpAddress& from, const IpAddress& to, uint8_t ttl,
               uint16_t source_port, uint16_t destination_port, size_t bytes) {
  const bool v6 = from.is_v6();
  Bytes frame(bytes, 0xa5);
  EthernetHeader{destination, source, v6 ? kEthTypeIpv6 : kEthTypeIpv4}.Emit(frame.data());
  uint8_t* const ip = &frame[EthernetLayout::kSize];
  const size_t udp_at = EthernetLayout::kSize + (v6 ? Ipv6Layout::kSize : Ipv4Layout::kSize);
  const auto udp_size = static_cast<uint16_t>(bytes - udp_at);
  uint64_t pseudo;
  if (v6) {
    Ipv6Header header;
    header.payload_length = udp_size;
    header.next_header = kIpProtoUdp;
    header.hop_limit = ttl;
    header.source = from.v6();
    header.destination = to.v6();
    header.Emit(ip);
    pseudo = PseudoHeaderSum(from.v6(), to.v6(), kIpProtoUdp, udp_size);
  } else {
    Ipv4Header header;
    header.total_length = static_cast<uint16_t>(bytes - EthernetLayout::kSize);
    header.id = 1;
    header.fragment = Ipv4Layout::kDontFragment;
    header.ttl = ttl;
    header.protocol = kIpProtoUdp;
    header.source = from.v4();
    header.destination = to.v4();
    header.EmitWithChecksum(ip);
    pseudo = PseudoHeaderSum(from.v4(), to.v4(), kIpProtoUdp, udp_size);
  }
  const absl::Span<uint8_t> udp = absl::MakeSpan(frame).subspan(udp_at);
  UdpHeader{source_port, destination_port, udp_size, 0}.Emit(udp.data());
  MutableUdpView(udp).set_checksum(UdpChecksumNonZero(Checksum(udp, pseudo)));
  return frame;
}

Bytes Encapsulate(const Bytes& inner, bool v6, uint16_t source_port) {
  GeneveTunnel tunnel;
  tunnel.source_mac = Ends::kCompute2;
  tunnel.destination_mac = Ends::kCompute1;
  tunnel.source = v6 ? IpAddress(Ends::kCompute2V6) : IpAddress(Ends::kCompute2V4);
  tunnel.destination = v6 ? IpAddress(Ends::kCompute1V6) : IpAddress(Ends::kCompute1V4);
  const GenevePath path(tunnel, Ends::kLs1, OvnGeneveOption::Of(Ends::kLs1Router, Ends::kLs1VmA));
  Bytes frame(path.size() + inner.size());
  std::copy(inner.begin(), inner.end(), frame.begin() + static_cast<std::ptrdiff_t>(path.size()));
  path.Write(absl::MakeSpan(frame), source_port, /*ecn=*/0, /*id=*/1);
  return frame;
}

}  // namespace

std::vector<std::vector<uint8_t>> MakeLabFrames(LabFrames kind, size_t flows, size_t bytes) {
  const bool v6 = kind == LabFrames::kVm6 || kind == LabFrames::kGeneve6;
  const IpAddress a = v6 ? IpAddress(Ends::kVmA6) : IpAddress(Ends::kVmA4);
  const IpAddress b = v6 ? IpAddress(Ends::kVmB6) : IpAddress(Ends::kVmB4);
  bytes = std::max<size_t>(bytes, v6 ? 80 : 60);
  std::vector<Bytes> frames;
  for (size_t i = 0; i < flows; ++i) {
    const auto source_port = static_cast<uint16_t>(1024 + i % 60'000);
    const auto destination_port = static_cast<uint16_t>(5000 + i / 60'000);
    if (kind == LabFrames::kVm || kind == LabFrames::kVm6) {
      frames.push_back(UdpFrame(Ends::kGatewayA, Ends::kVmA, a, b, 64, source_port, destination_port, bytes));
    } else {
      frames.push_back(
          Encapsulate(UdpFrame(Ends::kVmA, Ends::kGatewayA, b, a, 63, source_port, destination_port, bytes), v6,
                      static_cast<uint16_t>(32'768 + i % 28'000)));
    }
  }
  return frames;
}

}  // namespace ovnlite
