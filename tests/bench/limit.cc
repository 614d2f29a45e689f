// The limit: what the packets of the laboratory (lab_frames.h) cost at the least on this machine, the yardstick for
// chassis_benchmark.cc. Straight-line loops that do the same work on the same capture for exactly this network: read a
// record, check what a switch must check, find the flow, copy the frame with its checksum summed on the way, rewrite,
// put on or take off the outer headers, write; count packets and bytes. What is general in a switch is a constant here.
//
//   limit encap|encap6|decap|decap6 CAPTURE SECONDS         prints nanoseconds per packet
//   limit encap|encap6|decap|decap6 CAPTURE --output FILE   writes what is sent, to be compared
//
// Every frame of the capture must be one of the laboratory's; anything else ends the program.

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <iostream>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "ovnlite/base/hash.h"
#include "ovnlite/packet/mapped_capture.h"
#include "ovnlite/packet/packet.h"
#include "ovnlite/packet/pcap_file.h"
#include "ovnlite/wire/checksum.h"
#include "ovnlite/wire/ethernet.h"
#include "ovnlite/wire/geneve_tunnel.h"
#include "ovnlite/wire/ip_proto.h"
#include "ovnlite/wire/ipv4.h"
#include "ovnlite/wire/ipv6.h"
#include "ovnlite/wire/udp.h"
#include "tests/bench/lab_frames.h"

namespace ovnlite {
namespace {

using Ends = LabEnds;

// Where the headers of every frame are.
constexpr size_t kIp = EthernetLayout::kSize;
constexpr size_t kTypeAt = EthernetLayout::kType;

template <bool kV6>
struct At {
  static constexpr size_t kUdp = kIp + (kV6 ? Ipv6Layout::kSize : Ipv4Layout::kSize);
  static constexpr size_t kGeneve = kUdp + UdpLayout::kSize;
  static constexpr size_t kInner = kGeneve + 16;
};

// Frames that have been made: as many as a batch has, each with room for what is put in front.
struct Sent {
  static constexpr size_t kRoom = 2048, kHeadroom = 128;
  std::vector<uint8_t> memory = std::vector<uint8_t>(kRoom * kBatchSize);
  size_t next = 0;
  uint64_t packets = 0, bytes = 0;
  PcapWriter* writer = nullptr;

  uint8_t* Frame() {
    uint8_t* const frame = &memory[kRoom * next + kHeadroom];
    next = (next + 1) % kBatchSize;
    return frame;
  }
  void Count(const uint8_t* frame, size_t size) {
    ++packets;
    bytes += size;
    if (writer != nullptr) (void)writer->Write(0, absl::MakeConstSpan(frame, size));
  }
};

// The sum of 16-bit words as the machine loads them; the end of a sum swaps it.
uint64_t Native(const uint8_t* p, size_t n) { return internal_checksum::NativeSum(p, n); }
uint16_t Swapped(uint64_t sum) { return internal_checksum::FromNative(ChecksumFold(sum)); }

// 12 bytes of Ethernet addresses as two numbers.
struct Macs {
  uint64_t first;
  uint32_t last;
  static Macs Load(const uint8_t* p) {
    Macs macs;
    std::memcpy(&macs.first, p, 8);
    std::memcpy(&macs.last, p + 8, 4);
    return macs;
  }
  static Macs Of(MacAddress destination, MacAddress source) {
    uint8_t bytes[12];
    destination.Store(bytes);
    source.Store(bytes + 6);
    return Load(bytes);
  }
  void Store(uint8_t* p) const {
    std::memcpy(p, &first, 8);
    std::memcpy(p + 8, &last, 4);
  }
  friend bool operator==(const Macs&, const Macs&) = default;
};

// VM-A -> LS1 -> LR1 -> LS2 -> Geneve to compute2. False: not a frame of the laboratory.
template <bool kV6>
class Encap {
 public:
  bool Take(absl::Span<const uint8_t> frame, Sent& sent) const {
    const uint8_t* const in = frame.data();
    const size_t size = frame.size();
    // Check and find the flow.
    if (size < At<kV6>::kUdp + UdpLayout::kSize || size > 65'535 - At<kV6>::kInner) return false;
    if (Macs::Load(in) != in_macs_) return false;
    uint64_t ports = Load32(in + At<kV6>::kUdp);
    uint64_t hash;
    const uint8_t* const ip = in + kIp;
    if constexpr (kV6) {
      if (Load16(in + kTypeAt) != kEthTypeIpv6 || ip[Ipv6Layout::kNextHeader] != kIpProtoUdp) return false;
      if (Load16(ip + Ipv6Layout::kPayloadLength) > size - At<kV6>::kUdp || ip[Ipv6Layout::kHopLimit] != 64)
        return false;
      const uint64_t words[5] = {Load64(ip + Ipv6Layout::kSource), Load64(ip + Ipv6Layout::kSource + 8),
                                 Load64(ip + Ipv6Layout::kDestination), Load64(ip + Ipv6Layout::kDestination + 8),
                                 uint64_t{kIpProtoUdp} << 32 | ports};
      if (((words[0] ^ Ends::kVmA6.high()) | (words[1] ^ Ends::kVmA6.low()) | (words[2] ^ Ends::kVmB6.high()) |
           (words[3] ^ Ends::kVmB6.low())) != 0) {
        return false;
      }
      hash = HashWords(words, 5);
    } else {
      if (Load32(in + kTypeAt) >> 8 != (kEthTypeIpv4 << 8 | 0x45) || ip[Ipv4Layout::kProtocol] != kIpProtoUdp)
        return false;
      if (Load16(ip + Ipv4Layout::kTotalLength) > size - kIp || ip[Ipv4Layout::kTtl] != 64) return false;
      if (Load16(ip + Ipv4Layout::kFragment) & ~Ipv4Layout::kDontFragment) return false;
      const uint64_t words[2] = {Load64(ip + Ipv4Layout::kSource), uint64_t{kIpProtoUdp} << 32 | ports};
      if (words[0] != (uint64_t{Ends::kVmA4.bits()} << 32 | Ends::kVmB4.bits())) return false;
      hash = HashWords(words, 2);
    }
    // Copy, summing what is behind the Ethernet addresses, and rewrite: addresses and time to live.
    uint8_t* const out = sent.Frame();
    out_macs_.Store(out);
    uint64_t sum = inner_macs_sum_ + internal_checksum::NativeCopySum(out + 12, in + 12, size - 12);
    uint8_t* const out_ip = out + kIp;
    if constexpr (kV6) {
      out_ip[Ipv6Layout::kHopLimit] = 63;
      sum += hop_limit_change_;
    } else {
      out_ip[Ipv4Layout::kTtl] = 63;  // Header and checksum change by the same: the frame's sum stays.
      const uint32_t checksum = Load16(out_ip + Ipv4Layout::kChecksum) + 0x100u;
      Store16(out_ip + Ipv4Layout::kChecksum, static_cast<uint16_t>(checksum + (checksum >> 16)));
    }
    // Outer headers.
    uint8_t* const outer = out - At<kV6>::kInner;
    std::memcpy(outer, headers_.data(), At<kV6>::kInner);
    const auto udp_length = static_cast<uint16_t>(size + At<kV6>::kInner - At<kV6>::kUdp);
    if constexpr (kV6) {
      Store16(outer + kIp + Ipv6Layout::kPayloadLength, udp_length);
    } else {
      const auto total = static_cast<uint16_t>(udp_length + Ipv4Layout::kSize);
      Store16(outer + kIp + Ipv4Layout::kTotalLength, total);
      Store16(outer + kIp + Ipv4Layout::kChecksum, static_cast<uint16_t>(~ChecksumFold(uint64_t{ip_sum_} + total)));
    }
    uint8_t* const udp = outer + At<kV6>::kUdp;
    const uint16_t source_port = GeneveSourcePort(hash);
    Store16(udp + UdpLayout::kSourcePort, source_port);
    Store16(udp + UdpLayout::kLength, udp_length);
    const uint16_t checksum = static_cast<uint16_t>(
        ~ChecksumFold(uint64_t{udp_sum_} + Swapped(sum) + source_port + 2 * uint64_t{udp_length}));
    Store16(udp + UdpLayout::kChecksum, UdpChecksumNonZero(checksum));
    sent.Count(outer, size + At<kV6>::kInner);
    return true;
  }

 private:
  static std::vector<uint8_t> Headers() {
    GeneveTunnel tunnel;
    tunnel.source_mac = Ends::kCompute1;
    tunnel.destination_mac = Ends::kCompute2;
    tunnel.source = kV6 ? IpAddress(Ends::kCompute1V6) : IpAddress(Ends::kCompute1V4);
    tunnel.destination = kV6 ? IpAddress(Ends::kCompute2V6) : IpAddress(Ends::kCompute2V4);
    std::vector<uint8_t> frame(At<kV6>::kInner);
    GenevePath(tunnel, Ends::kLs2, OvnGeneveOption::Of(Ends::kLs2Router, Ends::kLs2VmB))
        .Write(absl::MakeSpan(frame), 0);
    // Without what differs from packet to packet.
    std::fill_n(&frame[At<kV6>::kUdp + UdpLayout::kLength], 4, 0);
    Store16(&frame[kIp + (kV6 ? Ipv6Layout::kPayloadLength : Ipv4Layout::kTotalLength)], 0);
    if (!kV6) Store16(&frame[kIp + Ipv4Layout::kChecksum], 0);
    return frame;
  }
  uint16_t UdpSum() const {
    const uint64_t pseudo = kV6 ? PseudoHeaderSum(Ends::kCompute1V6, Ends::kCompute2V6, kIpProtoUdp, 0)
                                : PseudoHeaderSum(Ends::kCompute1V4, Ends::kCompute2V4, kIpProtoUdp, 0);
    return ChecksumFold(pseudo + ChecksumSum(absl::MakeConstSpan(headers_).subspan(At<kV6>::kUdp)));
  }

  const Macs in_macs_ = Macs::Of(Ends::kGatewayA, Ends::kVmA);
  const Macs out_macs_ = Macs::Of(Ends::kVmB, Ends::kGatewayB);
  const uint64_t inner_macs_sum_ = [this] {
    uint8_t bytes[12];
    out_macs_.Store(bytes);
    return Native(bytes, sizeof bytes);
  }();
  const uint64_t hop_limit_change_ = Swapped(0xfffe);  // -1 in ones' complement.
  const std::vector<uint8_t> headers_ = Headers();
  const uint16_t ip_sum_ = ChecksumSum(absl::MakeConstSpan(headers_).subspan(kIp, Ipv4Layout::kSize));
  const uint16_t udp_sum_ = UdpSum();
};

// Geneve from compute2 -> LS1 -> VM-A.
template <bool kV6>
class Decap {
 public:
  bool Take(absl::Span<const uint8_t> frame, Sent& sent) const {
    const uint8_t* const in = frame.data();
    const size_t size = frame.size();
    // The outer headers, whose lengths must agree.
    if (size < At<kV6>::kInner + At<kV6>::kUdp + UdpLayout::kSize) return false;
    const uint8_t* const ip = in + kIp;
    const uint8_t* const udp = in + At<kV6>::kUdp;
    const size_t udp_length = Load16(udp + UdpLayout::kLength);
    uint64_t pseudo;
    if constexpr (kV6) {
      if (Load16(in + kTypeAt) != kEthTypeIpv6 || ip[0] >> 4 != 6 || ip[Ipv6Layout::kNextHeader] != kIpProtoUdp)
        return false;
      if (Load16(ip + Ipv6Layout::kPayloadLength) != udp_length || udp_length + At<kV6>::kUdp > size) return false;
      if (std::memcmp(ip + Ipv6Layout::kSource, addresses_, 32) != 0) return false;
      if ((Load16(ip) >> 4 & 3) != 0) return false;  // ECN.
      pseudo = pseudo_sum_;
    } else {
      if (Load32(in + kTypeAt) >> 8 != (kEthTypeIpv4 << 8 | 0x45) || ip[Ipv4Layout::kProtocol] != kIpProtoUdp)
        return false;
      const size_t total = Load16(ip + Ipv4Layout::kTotalLength);
      if (total > size - kIp || udp_length + Ipv4Layout::kSize > total) return false;
      if (Load16(ip + Ipv4Layout::kFragment) & ~Ipv4Layout::kDontFragment) return false;
      if (Load64(ip + Ipv4Layout::kSource) != (uint64_t{Ends::kCompute2V4.bits()} << 32 | Ends::kCompute1V4.bits())) {
        return false;
      }
      if ((ip[Ipv4Layout::kTos] & 3) != 0) return false;  // ECN.
      if (ChecksumFold(Native(ip, Ipv4Layout::kSize)) != 0xffff) return false;
      pseudo = pseudo_sum_;
    }
    if (Load16(udp + UdpLayout::kDestinationPort) != kGenevePort) return false;
    // Geneve, its option, and the flow inside.
    const uint8_t* const geneve = in + At<kV6>::kGeneve;
    const uint8_t* const inner = in + At<kV6>::kInner;
    if (std::memcmp(geneve, geneve_.data() + At<kV6>::kGeneve, 16) != 0) return false;
    if (Macs::Load(inner) != in_macs_) return false;
    const size_t inner_size = udp_length - UdpLayout::kSize - 16;
    const uint8_t* const inner_ip = inner + kIp;
    if constexpr (kV6) {
      if (Load16(inner + kTypeAt) != kEthTypeIpv6) return false;
      if (Load16(inner_ip + Ipv6Layout::kPayloadLength) > inner_size - At<kV6>::kUdp) return false;
      if (std::memcmp(inner_ip + Ipv6Layout::kSource, inner_addresses_, 32) != 0) return false;
    } else {
      if (Load32(inner + kTypeAt) >> 8 != (kEthTypeIpv4 << 8 | 0x45)) return false;
      if (Load16(inner_ip + Ipv4Layout::kTotalLength) > inner_size - kIp) return false;
      if (Load16(inner_ip + Ipv4Layout::kFragment) & ~Ipv4Layout::kDontFragment) return false;
      if (Load64(inner_ip + Ipv4Layout::kSource) != (uint64_t{Ends::kVmB4.bits()} << 32 | Ends::kVmA4.bits()))
        return false;
    }
    // Copy, with the outer checksum proved on the way.
    uint8_t* const out = sent.Frame();
    const uint64_t sum =
        pseudo + Native(udp, UdpLayout::kSize + 16) + internal_checksum::NativeCopySum(out, inner, inner_size);
    if (ChecksumFold(sum + Swapped(udp_length)) != 0xffff) return false;
    sent.Count(out, inner_size);
    return true;
  }

 private:
  const Macs in_macs_ = Macs::Of(Ends::kVmA, Ends::kGatewayA);
  const std::vector<uint8_t> geneve_ = MakeLabFrames(kV6 ? LabFrames::kGeneve6 : LabFrames::kGeneve, 1, 0)[0];
  // Source and destination of IPv6.
  const uint8_t* const addresses_ = geneve_.data() + kIp + Ipv6Layout::kSource;
  const uint8_t* const inner_addresses_ = geneve_.data() + At<kV6>::kInner + kIp + Ipv6Layout::kSource;
  const uint64_t pseudo_sum_ =
      Swapped(ChecksumFold(kV6 ? PseudoHeaderSum(Ends::kCompute2V6, Ends::kCompute1V6, kIpProtoUdp, 0)
                               : PseudoHeaderSum(Ends::kCompute2V4, Ends::kCompute1V4, kIpProtoUdp, 0)));
};

// Processor time of this thread: what a packet costs, whatever else the machine does.
double Seconds() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// The whole capture once.
template <typename Loop>
bool Round(const Loop& loop, MappedCapture& capture, Sent& sent) {
  capture.Rewind();
  CapturedFrame frame;
  while (capture.Next(&frame)) {
    if (!loop.Take(frame.bytes, sent)) return false;
  }
  return capture.status().ok();
}

template <typename Loop>
int Run(const std::string& mode, const std::string& path, double seconds, const std::string& output) {
  absl::StatusOr<MappedCapture> capture = MappedCapture::Open(path);
  if (!capture.ok()) {
    std::cerr << capture.status() << "\n";
    return 1;
  }
  const Loop loop;
  Sent sent;
  const auto fail = [&] {
    std::cerr << "limit: packet " << capture->count() << " of " << path << " is not one of the laboratory\n";
    return 1;
  };
  if (!output.empty()) {
    absl::StatusOr<PcapWriter> writer = PcapWriter::Create(output);
    if (!writer.ok()) {
      std::cerr << writer.status() << "\n";
      return 1;
    }
    sent.writer = &*writer;
    if (!Round(loop, *capture, sent)) return fail();
    return writer->Flush().ok() ? 0 : 1;
  }
  std::vector<double> costs;
  const double end = Seconds() + seconds;
  for (double now = Seconds(); now < end || costs.size() < 5;) {
    const double start = now;
    const uint64_t before = sent.packets;
    while (now - start < 0.05) {
      if (!Round(loop, *capture, sent)) return fail();
      now = Seconds();
    }
    costs.push_back((now - start) * 1e9 / static_cast<double>(sent.packets - before));
  }
  std::sort(costs.begin(), costs.end());
  std::printf("%s ns/packet=%.2f\n", mode.c_str(), costs[costs.size() / 2]);
  return 0;
}

}  // namespace
}  // namespace ovnlite

int main(int argc, char** argv) {
  using namespace ovnlite;
  const std::string mode = argc > 1 ? argv[1] : "";
  double seconds = 0;
  std::string output;
  const bool writes = argc == 5 && std::string(argv[3]) == "--output";
  if (writes) output = argv[4];
  if (writes || (argc == 4 && absl::SimpleAtod(argv[3], &seconds))) {
    if (mode == "encap") return Run<Encap<false>>(mode, argv[2], seconds, output);
    if (mode == "encap6") return Run<Encap<true>>(mode, argv[2], seconds, output);
    if (mode == "decap") return Run<Decap<false>>(mode, argv[2], seconds, output);
    if (mode == "decap6") return Run<Decap<true>>(mode, argv[2], seconds, output);
  }
  std::cerr << "usage: limit encap|encap6|decap|decap6 CAPTURE SECONDS|--output FILE\n";
  return 1;
}
