// File: ipv6.h
// The IPv6 header (RFC 8200 section 3) and the walk over its extension headers (section 4). Cost: loads and stores.
//
// The walk knows hop-by-hop options, routing, destination options, fragment and authentication (RFC 4302) headers; it
// ends at any other next header, whose number is then the payload's protocol, and behind a fragment header whose offset
// is not zero, because what follows is the middle of something. Each header takes at least 8 bytes, so a walk takes at
// most an eighth as many steps as there are bytes.

#ifndef OVNLITE_WIRE_IPV6_H_
#define OVNLITE_WIRE_IPV6_H_

#include <algorithm>
#include <optional>
#include <string>

#include "absl/strings/str_format.h"
#include "ovnlite/base/ip.h"
#include "ovnlite/wire/ip_proto.h"
#include "ovnlite/wire/view.h"

namespace ovnlite {

struct Ipv6Layout {
  static constexpr size_t kVersionClassFlow = 0;  // version 4 | traffic class 8 | flow label 20
  static constexpr size_t kPayloadLength = 4;     // extension headers included
  static constexpr size_t kNextHeader = 6;
  static constexpr size_t kHopLimit = 7;
  static constexpr size_t kSource = 8;
  static constexpr size_t kDestination = 24;
  static constexpr size_t kSize = 40;
};

template <typename Byte>
class BasicIpv6View : public View<Byte> {
  using L = Ipv6Layout;

 public:
  using View<Byte>::View;
  static bool IsValid(absl::Span<const uint8_t> b) { return b.size() >= L::kSize && b[0] >> 4 == 6; }
  static absl::Status Check(absl::Span<const uint8_t> b) {
    if (IsValid(b)) return absl::OkStatus();
    if (b.size() < L::kSize) return TooShort("IPv6 header", L::kSize, b.size());
    return Malformed("IPv6 header has version ", b[0] >> 4);
  }
  static absl::StatusOr<BasicIpv6View> Parse(absl::Span<Byte> b) { return ParseView<BasicIpv6View>(b); }

  uint8_t traffic_class() const { return static_cast<uint8_t>(Load32(this->p_) >> 20); }
  uint32_t flow_label() const { return Load32(this->p_) & 0xfffff; }
  uint16_t payload_length() const { return Load16(this->p_ + L::kPayloadLength); }
  uint8_t next_header() const { return this->p_[L::kNextHeader]; }
  uint8_t hop_limit() const { return this->p_[L::kHopLimit]; }
  Ipv6Address source() const { return Ipv6Address::Load(this->p_ + L::kSource); }
  Ipv6Address destination() const { return Ipv6Address::Load(this->p_ + L::kDestination); }
  // Extension headers and what they lead to; where the bytes end early, up to there.
  absl::Span<Byte> payload() const {
    return this->Range(L::kSize, std::min<size_t>(L::kSize + payload_length(), this->n_));
  }
  bool is_truncated() const { return L::kSize + payload_length() > this->n_; }

  void set_traffic_class(uint8_t v) const requires(View<Byte>::kMutable) {
    Store32(this->p_, (Load32(this->p_) & ~0x0ff0'0000u) | static_cast<uint32_t>(v) << 20);
  }
  void set_flow_label(uint32_t v) const requires(View<Byte>::kMutable) {
    Store32(this->p_, (Load32(this->p_) & ~0xfffffu) | (v & 0xfffff));
  }
  void set_payload_length(uint16_t v) const requires(View<Byte>::kMutable) { Store16(this->p_ + L::kPayloadLength, v); }
  void set_next_header(uint8_t v) const requires(View<Byte>::kMutable) { this->p_[L::kNextHeader] = v; }
  void set_hop_limit(uint8_t v) const requires(View<Byte>::kMutable) { this->p_[L::kHopLimit] = v; }
  void set_source(const Ipv6Address& v) const requires(View<Byte>::kMutable) { v.Store(this->p_ + L::kSource); }
  void set_destination(const Ipv6Address& v) const requires(View<Byte>::kMutable) {
    v.Store(this->p_ + L::kDestination);
  }
};
using Ipv6View = BasicIpv6View<const uint8_t>;
using MutableIpv6View = BasicIpv6View<uint8_t>;

struct Ipv6Header {
  uint8_t traffic_class = 0;
  uint32_t flow_label = 0;  // 20 bits
  uint16_t payload_length = 0;
  uint8_t next_header = kIpProtoNone;
  uint8_t hop_limit = 64;
  Ipv6Address source{};
  Ipv6Address destination{};

  static absl::StatusOr<Ipv6Header> Parse(absl::Span<const uint8_t> bytes) {
    if (!Ipv6View::IsValid(bytes)) return Ipv6View::Check(bytes);
    const Ipv6View v(bytes);
    return Ipv6Header{v.traffic_class(), v.flow_label(), v.payload_length(), v.next_header(),
                      v.hop_limit(),     v.source(),     v.destination()};
  }
  constexpr size_t size() const { return Ipv6Layout::kSize; }
  void Emit(uint8_t* p) const {
    Store32(p, 6u << 28 | static_cast<uint32_t>(traffic_class) << 20 | (flow_label & 0xfffff));
    Store16(p + Ipv6Layout::kPayloadLength, payload_length);
    p[Ipv6Layout::kNextHeader] = next_header;
    p[Ipv6Layout::kHopLimit] = hop_limit;
    source.Store(p + Ipv6Layout::kSource);
    destination.Store(p + Ipv6Layout::kDestination);
  }
  // "fe80::1 > ff02::2: ICMPv6, hop limit 255, length 16"
  std::string ToString() const {
    const absl::string_view name = IpProtoName(next_header);
    return absl::StrCat(source.ToString(), " > ", destination.ToString(), ": ",
                        name.empty() ? absl::StrCat("next header ", next_header) : std::string(name), ", hop limit ",
                        hop_limit, traffic_class != 0 ? absl::StrCat(", class ", traffic_class) : "",
                        flow_label != 0 ? absl::StrFormat(", flow 0x%05x", flow_label) : "", ", length ",
                        payload_length);
  }
  friend constexpr bool operator==(const Ipv6Header&, const Ipv6Header&) = default;
};

// The fragment header, RFC 8200 section 4.5.
struct Ipv6FragmentHeader {
  static constexpr size_t kSize = 8;

  uint8_t next_header = 0;
  uint8_t reserved = 0;
  uint16_t offset_and_flags = 0;  // offset 13, in 8 bytes | reserved 2 | more fragments 1
  uint32_t id = 0;

  static absl::StatusOr<Ipv6FragmentHeader> Parse(absl::Span<const uint8_t> b) {
    if (b.size() < kSize) return TooShort("IPv6 fragment header", kSize, b.size());
    return Ipv6FragmentHeader{b[0], b[1], Load16(&b[2]), Load32(&b[4])};
  }
  constexpr size_t offset() const { return offset_and_flags & 0xfff8u; }  // in bytes
  constexpr bool more_fragments() const { return offset_and_flags & 1; }
  constexpr size_t size() const { return kSize; }
  void Emit(uint8_t* p) const {
    p[0] = next_header;
    p[1] = reserved;
    Store16(p + 2, offset_and_flags);
    Store32(p + 4, id);
  }
  // "fragment 1448+ id 0x0000002a"
  std::string ToString() const {
    return absl::StrFormat("fragment %u%s id 0x%08x", offset(), more_fragments() ? "+" : "", id);
  }
  friend constexpr bool operator==(const Ipv6FragmentHeader&, const Ipv6FragmentHeader&) = default;
};

// Any extension header: its bytes begin with the next header's number.
struct Ipv6ExtensionHeader {
  uint8_t type = 0;  // Its own number, which the header before it gave.
  absl::Span<const uint8_t> bytes{};

  uint8_t next_header() const { return bytes[0]; }
};

constexpr bool IsIpv6Extension(uint8_t next_header) {
  return next_header == kIpProtoHopByHop || next_header == kIpProtoRouting || next_header == kIpProtoDestination ||
         next_header == kIpProtoFragment || next_header == kIpProtoAh;
}

class Ipv6ExtensionWalker {
 public:
  // `payload` is what the header with `next_header` starts: Ipv6View::payload() and next_header().
  Ipv6ExtensionWalker(uint8_t next_header, absl::Span<const uint8_t> payload)
      : protocol_(next_header), all_(payload), rest_(payload) {}

  // The next extension header. Nothing where the payload begins and at a fault, which ok() tells apart.
  std::optional<Ipv6ExtensionHeader> Next() {
    if (!ok_ || is_later_fragment_ || !IsIpv6Extension(protocol_)) return std::nullopt;
    const size_t length = NextLength();
    if (length > rest_.size()) {
      ok_ = false;
      return std::nullopt;
    }
    const Ipv6ExtensionHeader header{protocol_, rest_.subspan(0, length)};
    if (protocol_ == kIpProtoFragment) {
      fragment_ = *Ipv6FragmentHeader::Parse(header.bytes);
      is_later_fragment_ = fragment_->offset() != 0;
    }
    protocol_ = rest_[0];
    rest_.remove_prefix(length);
    return header;
  }
  // Walks to the payload, or to a fault.
  Ipv6ExtensionWalker& Finish() {
    while (Next().has_value()) {
    }
    return *this;
  }

  bool ok() const { return ok_; }
  // "IPv6 routing header at byte 8 needs 24 bytes, has 16".
  absl::Status status() const {
    if (ok_) return absl::OkStatus();
    const size_t at = all_.size() - rest_.size();
    return TooShort(absl::StrCat("IPv6 ", IpProtoName(protocol_), " header at byte ", at), NextLength(), rest_.size());
  }
  // After the walk: what rest() holds. For a later fragment, what the whole datagram holds.
  uint8_t protocol() const { return protocol_; }
  absl::Span<const uint8_t> rest() const { return rest_; }
  // The last fragment header passed.
  const std::optional<Ipv6FragmentHeader>& fragment() const { return fragment_; }
  bool is_later_fragment() const { return is_later_fragment_; }

 private:
  size_t NextLength() const {
    if (rest_.size() < 8 || protocol_ == kIpProtoFragment) return 8;
    return protocol_ == kIpProtoAh ? (rest_[1] + size_t{2}) * 4 : (rest_[1] + size_t{1}) * 8;
  }

  uint8_t protocol_;
  bool ok_ = true;
  bool is_later_fragment_ = false;
  absl::Span<const uint8_t> all_;
  absl::Span<const uint8_t> rest_;
  std::optional<Ipv6FragmentHeader> fragment_;
};

}  // namespace ovnlite

#endif  // OVNLITE_WIRE_IPV6_H_
