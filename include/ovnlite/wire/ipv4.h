// File: ipv4.h
// The IPv4 header (RFC 791), with DSCP and ECN of RFC 2474 and RFC 3168. Cost: loads and stores; options are not
// copied.
//
// Check() looks at the header alone. A datagram may be cut short, as those quoted in ICMP errors are: payload() then
// ends where the bytes end, and is_truncated() says so. The checksum is checked by ChecksumIsValid(), where the caller
// cares.

#ifndef OVNLITE_WIRE_IPV4_H_
#define OVNLITE_WIRE_IPV4_H_

#include <algorithm>
#include <string>

#include "ovnlite/base/ip.h"
#include "ovnlite/wire/checksum.h"
#include "ovnlite/wire/ip_proto.h"
#include "ovnlite/wire/view.h"

namespace ovnlite {

struct Ipv4Layout {
  static constexpr size_t kVersionAndLength = 0;  // version 4 | header length 4, in 32-bit words
  static constexpr size_t kTos = 1;               // DSCP 6 | ECN 2
  static constexpr size_t kTotalLength = 2;
  static constexpr size_t kId = 4;
  static constexpr size_t kFragment = 6;  // reserved 1 | don't fragment 1 | more fragments 1 | offset 13, in 8 bytes
  static constexpr size_t kTtl = 8;
  static constexpr size_t kProtocol = 9;
  static constexpr size_t kChecksum = 10;
  static constexpr size_t kSource = 12;
  static constexpr size_t kDestination = 16;
  static constexpr size_t kSize = 20;
  static constexpr size_t kMaxSize = 60;

  static constexpr uint16_t kReservedFlag = 0x8000;
  static constexpr uint16_t kDontFragment = 0x4000;
  static constexpr uint16_t kMoreFragments = 0x2000;
  static constexpr uint16_t kOffsetMask = 0x1fff;
};

template <typename Byte>
class BasicIpv4View : public View<Byte> {
  using L = Ipv4Layout;

 public:
  using View<Byte>::View;
  static bool IsValid(absl::Span<const uint8_t> b) {
    if (b.size() < L::kSize || b[0] >> 4 != 4) return false;
    const size_t header = (b[0] & 15) * size_t{4};
    return header >= L::kSize && header <= b.size() && Load16(&b[L::kTotalLength]) >= header;
  }
  static absl::Status Check(absl::Span<const uint8_t> b) {
    if (IsValid(b)) return absl::OkStatus();
    if (b.size() < L::kSize) return TooShort("IPv4 header", L::kSize, b.size());
    if (b[0] >> 4 != 4) return Malformed("IPv4 header has version ", b[0] >> 4);
    const size_t header = (b[0] & 15) * size_t{4};
    if (header < L::kSize) return Malformed("IPv4 header length ", header, " is below 20");
    if (header > b.size()) return TooShort("IPv4 header with options", header, b.size());
    return Malformed("IPv4 total length ", Load16(&b[L::kTotalLength]), " is below the header length ", header);
  }
  static absl::StatusOr<BasicIpv4View> Parse(absl::Span<Byte> b) { return ParseView<BasicIpv4View>(b); }

  size_t header_length() const { return (this->p_[0] & 15) * size_t{4}; }
  uint8_t tos() const { return this->p_[L::kTos]; }
  uint8_t dscp() const { return tos() >> 2; }
  uint8_t ecn() const { return tos() & 3; }
  uint16_t total_length() const { return Load16(this->p_ + L::kTotalLength); }
  uint16_t id() const { return Load16(this->p_ + L::kId); }
  // Flags and offset together, as they lie.
  uint16_t fragment() const { return Load16(this->p_ + L::kFragment); }
  bool dont_fragment() const { return fragment() & L::kDontFragment; }
  bool more_fragments() const { return fragment() & L::kMoreFragments; }
  size_t fragment_offset() const { return (fragment() & L::kOffsetMask) * size_t{8}; }
  bool is_fragment() const { return fragment() & (L::kMoreFragments | L::kOffsetMask); }
  uint8_t ttl() const { return this->p_[L::kTtl]; }
  uint8_t protocol() const { return this->p_[L::kProtocol]; }
  uint16_t checksum() const { return Load16(this->p_ + L::kChecksum); }
  Ipv4Address source() const { return Ipv4Address::Load(this->p_ + L::kSource); }
  Ipv4Address destination() const { return Ipv4Address::Load(this->p_ + L::kDestination); }
  absl::Span<Byte> options() const { return this->Range(L::kSize, header_length()); }
  absl::Span<Byte> payload() const { return this->Range(header_length(), std::min<size_t>(total_length(), this->n_)); }
  bool is_truncated() const { return total_length() > this->n_; }
  bool ChecksumIsValid() const { return Checksum(this->Range(0, header_length())) == 0; }

  void set_tos(uint8_t v) const requires(View<Byte>::kMutable) { this->p_[L::kTos] = v; }
  void set_total_length(uint16_t v) const requires(View<Byte>::kMutable) { Store16(this->p_ + L::kTotalLength, v); }
  void set_id(uint16_t v) const requires(View<Byte>::kMutable) { Store16(this->p_ + L::kId, v); }
  void set_fragment(uint16_t v) const requires(View<Byte>::kMutable) { Store16(this->p_ + L::kFragment, v); }
  void set_ttl(uint8_t v) const requires(View<Byte>::kMutable) { this->p_[L::kTtl] = v; }
  void set_protocol(uint8_t v) const requires(View<Byte>::kMutable) { this->p_[L::kProtocol] = v; }
  void set_checksum(uint16_t v) const requires(View<Byte>::kMutable) { Store16(this->p_ + L::kChecksum, v); }
  void set_source(Ipv4Address v) const requires(View<Byte>::kMutable) { v.Store(this->p_ + L::kSource); }
  void set_destination(Ipv4Address v) const requires(View<Byte>::kMutable) { v.Store(this->p_ + L::kDestination); }
  // Computes the header checksum and writes it.
  void FillChecksum() const requires(View<Byte>::kMutable) {
    set_checksum(0);
    set_checksum(Checksum(this->Range(0, header_length())));
  }
};
using Ipv4View = BasicIpv4View<const uint8_t>;
using MutableIpv4View = BasicIpv4View<uint8_t>;

struct Ipv4Header {
  uint8_t tos = 0;
  uint16_t total_length = 0;
  uint16_t id = 0;
  uint16_t fragment = 0;  // Flags and offset, as in Ipv4Layout.
  uint8_t ttl = 64;
  uint8_t protocol = 0;
  uint16_t checksum = 0;
  Ipv4Address source{};
  Ipv4Address destination{};
  absl::Span<const uint8_t> options{};  // A multiple of 4 bytes, at most 40.

  static absl::StatusOr<Ipv4Header> Parse(absl::Span<const uint8_t> bytes) {
    if (!Ipv4View::IsValid(bytes)) return Ipv4View::Check(bytes);
    const Ipv4View v(bytes);
    return Ipv4Header{v.tos(),      v.total_length(), v.id(),     v.fragment(),    v.ttl(),
                      v.protocol(), v.checksum(),     v.source(), v.destination(), v.options()};
  }
  constexpr size_t size() const { return Ipv4Layout::kSize + options.size(); }
  void Emit(uint8_t* p) const {
    p[Ipv4Layout::kVersionAndLength] = static_cast<uint8_t>(0x40 | size() / 4);
    p[Ipv4Layout::kTos] = tos;
    Store16(p + Ipv4Layout::kTotalLength, total_length);
    Store16(p + Ipv4Layout::kId, id);
    Store16(p + Ipv4Layout::kFragment, fragment);
    p[Ipv4Layout::kTtl] = ttl;
    p[Ipv4Layout::kProtocol] = protocol;
    Store16(p + Ipv4Layout::kChecksum, checksum);
    source.Store(p + Ipv4Layout::kSource);
    destination.Store(p + Ipv4Layout::kDestination);
    std::copy(options.begin(), options.end(), p + Ipv4Layout::kSize);
  }
  // Emit() with the checksum computed instead of taken.
  void EmitWithChecksum(uint8_t* p) const {
    Emit(p);
    MutableIpv4View(p, size()).FillChecksum();
  }
  // "10.0.0.10 > 10.0.1.20: ICMP, ttl 64, id 1, DF, length 84"
  std::string ToString() const {
    const absl::string_view name = IpProtoName(protocol);
    return absl::StrCat(source.ToString(), " > ", destination.ToString(), ": ",
                        name.empty() ? absl::StrCat("protocol ", protocol) : std::string(name), ", ttl ", ttl,
                        tos != 0 ? absl::StrCat(", tos ", tos) : "", ", id ", id, FragmentText(fragment), ", length ",
                        total_length);
  }
  // ", DF", ", fragment 1480+" (more follow), ", fragment 2960" (the last one); nothing for neither.
  static std::string FragmentText(uint16_t fragment) {
    std::string text = fragment & Ipv4Layout::kDontFragment ? ", DF" : "";
    if (fragment & (Ipv4Layout::kOffsetMask | Ipv4Layout::kMoreFragments)) {
      absl::StrAppend(&text, ", fragment ", (fragment & Ipv4Layout::kOffsetMask) * 8,
                      fragment & Ipv4Layout::kMoreFragments ? "+" : "");
    }
    return text;
  }
  friend bool operator==(const Ipv4Header&, const Ipv4Header&) = default;
};

}  // namespace ovnlite

#endif  // OVNLITE_WIRE_IPV4_H_
