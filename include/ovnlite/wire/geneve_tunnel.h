// File: geneve_tunnel.h
// Whole Geneve tunnels over IPv4 and IPv6 (RFC 8926 section 3): the outer Ethernet, IP, UDP and Geneve headers in one
// piece put in front of a frame, and the checks an endpoint makes before it takes them off.
//
//   | Ethernet 14 | IPv4 20 or IPv6 40 | UDP 8 | Geneve 8 | OVN's option 8 |  inner frame
//
// What does not change from packet to packet is computed once: GenevePath holds the outer headers as bytes (58 over
// IPv4) with their checksums half added up. Writing one packet is a copy, the lengths, the source port, ECN, and the
// checksums: about 7 ns, and the sum over the inner frame when the UDP checksum is wanted. Nothing here allocates.
//
// Real Open vSwitch sends don't-fragment, TTL 64, identification 0 and the UDP checksum; so does the default here.

#ifndef OVNLITE_WIRE_GENEVE_TUNNEL_H_
#define OVNLITE_WIRE_GENEVE_TUNNEL_H_

#include <array>
#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "ovnlite/base/ip.h"
#include "ovnlite/base/mac.h"
#include "ovnlite/wire/geneve.h"

namespace ovnlite {

// -- Entry ------------------------------------------------------------------------------------------------------------

// The outer UDP source port for a flow (packet/flow_hash.h): 32768 to 65535, so that it is no well-known port and 15
// bits vary.
constexpr uint16_t GeneveSourcePort(uint64_t flow_hash) { return static_cast<uint16_t>(0x8000 | flow_hash >> 49); }

// From this endpoint to another one.
struct GeneveTunnel {
  MacAddress source_mac{};
  MacAddress destination_mac{};
  IpAddress source{};
  IpAddress destination{};  // Of the same family.
  uint16_t destination_port = kGenevePort;
  uint8_t dscp = 0;
  uint8_t ttl = 64;
  bool dont_fragment = true;  // IPv4 only; IPv6 routers never fragment.
  bool checksum = true;  // The outer UDP checksum. RFC 8926 wants it over IPv6 unless the operator decides otherwise.
};

// The outer headers of every packet of one tunnel, VNI and pair of ports.
class GenevePath {
 public:
  static constexpr size_t kMaxSize = 14 + 40 + 8 + 16;

  GenevePath() = default;
  // Without `option`, the Geneve header has no options, as on the control packets hypervisors exchange.
  GenevePath(const GeneveTunnel& tunnel, uint32_t vni, std::optional<OvnGeneveOption> option);

  // Bytes in front of the inner frame: 58 over IPv4, 78 over IPv6, 8 less without option.
  size_t size() const { return size_; }
  // Whether there is an outer UDP checksum.
  bool checksum() const { return checksum_; }
  // The Geneve header and option alone, for a transport that is a UDP socket.
  absl::Span<const uint8_t> geneve() const {
    return absl::MakeConstSpan(bytes_.data() + geneve_at_, size_ - geneve_at_);
  }
  // The largest inner frame whose outer lengths can be written: 65535 less the headers behind Ethernet.
  size_t max_inner_size() const { return 65'535 - (size_ - (is_v6_ ? 14 + 40 : 14)); }

  // Writes the outer headers into the first size() bytes of `frame`; the inner frame lies behind them already and is at
  // most max_inner_size() long. `ecn` as EcnAtEntry() gives it; `id` is IPv4's identification.
  void Write(absl::Span<uint8_t> frame, uint16_t source_port, uint8_t ecn = 0, uint16_t id = 0) const;
  // The same where the caller knows ChecksumSum() of the inner frame, so that its bytes need not be read.
  void WriteWithSum(absl::Span<uint8_t> frame, uint16_t inner_sum, uint16_t source_port, uint8_t ecn = 0,
                    uint16_t id = 0) const;

 private:
  std::array<uint8_t, kMaxSize> bytes_{};
  uint8_t size_ = 0;
  uint8_t geneve_at_ = 0;
  bool is_v6_ = false;
  bool checksum_ = false;
  uint16_t ip_sum_ = 0;   // Of the IPv4 header, without length, id and ECN.
  uint16_t udp_sum_ = 0;  // Of pseudo-header, UDP and Geneve headers, without lengths and source port.
};

// -- Exit -------------------------------------------------------------------------------------------------------------

// Why a frame is or is not delivered. All but kDeliver and kNotGeneve mean: drop it.
enum class GeneveVerdict : uint8_t {
  kDeliver,
  kNotGeneve,        // Not UDP to our port, or a fragment of it: a packet like any other.
  kOuterIpInvalid,   // Lengths or header checksum are wrong.
  kOuterIpOptions,   // IPv4 options or IPv6 extension headers, which tunnels do not have (as in Open vSwitch).
  kUdpLength,        // Not between 8 and what the IP header says.
  kUdpChecksum,      // There is one, and it is wrong.
  kNoUdpChecksum,    // There is none, and the endpoint is not configured to take that.
  kTruncated,        // The datagram ends before the Geneve header does.
  kVersion,          // Not 0.
  kControl,          // The O bit: a message for the endpoint, not for a tenant. No such message is defined for OVN.
  kProtocol,         // The payload is not Ethernet.
  kOptions,          // They do not fill Opt Len exactly.
  kUnknownCritical,  // A critical option other than OVN's.
  kMissingCBit,      // A critical option in a packet that says it has none.
  kInnerTooShort,    // The payload is no Ethernet frame.
};
// "unknown critical option"
absl::string_view GeneveVerdictText(GeneveVerdict verdict);

// How an endpoint is configured.
struct GeneveEndpoint {
  uint16_t port = kGenevePort;
  bool verify_checksum = true;  // False where the network card or the kernel has done it.
  bool accept_zero_checksum_v4 = true;
  bool accept_zero_checksum_v6 = false;  // RFC 8926 section 4.3.1.
};

// What the outer headers said.
struct GeneveArrival {
  uint32_t vni = 0;
  std::optional<OvnGeneveOption> option;
  uint32_t inner_offset = 0;  // Of the inner frame in the outer one.
  uint32_t inner_size = 0;    // Padding of the outer frame left out.
  uint16_t source_port = 0;
  uint8_t tos = 0;  // Its low two bits are for EcnAtExit().
  uint8_t ttl = 0;
  IpAddress source{};
  IpAddress destination{};
};

// Reads the outer headers of `frame`. `arrival` is complete when the verdict is kDeliver, and unspecified otherwise.
// Whose addresses these are is for the caller to check. About 12 ns, and the sum over the datagram where there is a
// checksum.
GeneveVerdict ReceiveGeneve(absl::Span<const uint8_t> frame, const GeneveEndpoint& endpoint, GeneveArrival* arrival);
// The same from the Geneve header on, for a transport that is a UDP socket: fills vni, option, inner_offset,
// inner_size.
GeneveVerdict ReceiveGenevePayload(absl::Span<const uint8_t> payload, GeneveArrival* arrival);

}  // namespace ovnlite

#endif  // OVNLITE_WIRE_GENEVE_TUNNEL_H_
