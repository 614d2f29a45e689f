// File: nd.h
// Neighbor Discovery for IPv6 (RFC 4861): neighbor and router solicitations and advertisements, and their options.
// Every message begins with the ICMPv6 header, which the views here include. Cost: loads and stores; a walk over
// options takes at most an eighth as many steps as there are bytes.

#ifndef OVNLITE_WIRE_ND_H_
#define OVNLITE_WIRE_ND_H_

#include <algorithm>
#include <string>

#include "ovnlite/base/ip.h"
#include "ovnlite/wire/icmpv6.h"
#include "ovnlite/wire/nd_option.h"
#include "ovnlite/wire/view.h"

namespace ovnlite {

// Flags of a neighbor advertisement (section 4.4), in the four bytes after the checksum.
inline constexpr uint32_t kNdRouterFlag = 1u << 31;
inline constexpr uint32_t kNdSolicitedFlag = 1u << 30;
inline constexpr uint32_t kNdOverrideFlag = 1u << 29;

// -- Neighbor solicitation and advertisement, sections 4.3 and 4.4: one layout ----------------------------------------

struct NdNeighborLayout : Icmpv6Layout {
  static constexpr size_t kFlags = kRest;  // advertisement: router 1 | solicited 1 | override 1 | reserved 29
  static constexpr size_t kTarget = 8;
  static constexpr size_t kSize = 24;
};

template <typename Byte>
class BasicNdNeighborView : public View<Byte> {
  using L = NdNeighborLayout;

 public:
  using View<Byte>::View;
  static bool IsValid(absl::Span<const uint8_t> b) {
    return b.size() >= L::kSize && (b[0] == kNdNeighborSolicit || b[0] == kNdNeighborAdvert);
  }
  static absl::Status Check(absl::Span<const uint8_t> b) {
    if (IsValid(b)) return absl::OkStatus();
    if (b.size() < L::kSize) return TooShort("ND neighbor message", L::kSize, b.size());
    return Malformed("ICMPv6 type ", b[0], " is neither neighbor solicitation 135 nor advertisement 136");
  }
  static absl::StatusOr<BasicNdNeighborView> Parse(absl::Span<Byte> b) { return ParseView<BasicNdNeighborView>(b); }

  uint8_t type() const { return this->p_[L::kType]; }
  uint8_t code() const { return this->p_[L::kCode]; }
  uint16_t checksum() const { return Load16(this->p_ + L::kChecksum); }
  uint32_t flags() const { return Load32(this->p_ + L::kFlags); }
  Ipv6Address target() const { return Ipv6Address::Load(this->p_ + L::kTarget); }
  absl::Span<Byte> options() const { return this->From(L::kSize); }

  void set_type(uint8_t v) const requires(View<Byte>::kMutable) { this->p_[L::kType] = v; }
  void set_checksum(uint16_t v) const requires(View<Byte>::kMutable) { Store16(this->p_ + L::kChecksum, v); }
  void set_flags(uint32_t v) const requires(View<Byte>::kMutable) { Store32(this->p_ + L::kFlags, v); }
  void set_target(const Ipv6Address& v) const requires(View<Byte>::kMutable) { v.Store(this->p_ + L::kTarget); }
};
using NdNeighborView = BasicNdNeighborView<const uint8_t>;
using MutableNdNeighborView = BasicNdNeighborView<uint8_t>;

struct NdNeighborHeader {
  uint8_t type = kNdNeighborSolicit;  // or kNdNeighborAdvert
  uint8_t code = 0;
  uint16_t checksum = 0;
  uint32_t flags = 0;
  Ipv6Address target{};
  absl::Span<const uint8_t> options{};

  static absl::StatusOr<NdNeighborHeader> Parse(absl::Span<const uint8_t> bytes) {
    if (!NdNeighborView::IsValid(bytes)) return NdNeighborView::Check(bytes);
    const NdNeighborView v(bytes);
    return NdNeighborHeader{v.type(), v.code(), v.checksum(), v.flags(), v.target(), v.options()};
  }
  constexpr size_t size() const { return NdNeighborLayout::kSize + options.size(); }
  void Emit(uint8_t* p) const {
    Icmpv6Header{type, code, checksum, flags}.Emit(p);
    target.Store(p + NdNeighborLayout::kTarget);
    std::copy(options.begin(), options.end(), p + NdNeighborLayout::kSize);
  }
  // "neighbor solicitation, who has fd00::1, source link-address 00:00:00:00:00:0a"
  // "neighbor advertisement, target fd00::1, flags [router, solicited], target link-address …"
  std::string ToString() const {
    if (type == kNdNeighborSolicit) {
      return absl::StrCat("neighbor solicitation, who has ", target.ToString(), NdOptionsText(options));
    }
    std::string set;
    const auto add = [&set](absl::string_view name) { absl::StrAppend(&set, set.empty() ? "" : ", ", name); };
    if (flags & kNdRouterFlag) add("router");
    if (flags & kNdSolicitedFlag) add("solicited");
    if (flags & kNdOverrideFlag) add("override");
    return absl::StrCat("neighbor advertisement, target ", target.ToString(),
                        set.empty() ? "" : absl::StrCat(", flags [", set, "]"), NdOptionsText(options));
  }
  friend bool operator==(const NdNeighborHeader&, const NdNeighborHeader&) = default;
};

// -- Router solicitation, section 4.1: the ICMPv6 header and options --------------------------------------------------

struct NdRouterSolicitHeader {
  uint8_t code = 0;
  uint16_t checksum = 0;
  uint32_t reserved = 0;
  absl::Span<const uint8_t> options{};

  static absl::StatusOr<NdRouterSolicitHeader> Parse(absl::Span<const uint8_t> b) {
    if (b.size() < Icmpv6Layout::kSize) return TooShort("ND router solicitation", Icmpv6Layout::kSize, b.size());
    if (b[0] != kNdRouterSolicit) return Malformed("ICMPv6 type ", b[0], " is not router solicitation 133");
    const Icmpv6View v(b);
    return NdRouterSolicitHeader{v.code(), v.checksum(), v.rest(), v.payload()};
  }
  constexpr size_t size() const { return Icmpv6Layout::kSize + options.size(); }
  void Emit(uint8_t* p) const {
    Icmpv6Header{kNdRouterSolicit, code, checksum, reserved}.Emit(p);
    std::copy(options.begin(), options.end(), p + Icmpv6Layout::kSize);
  }
  // "router solicitation, source link-address 00:00:00:00:00:0a"
  std::string ToString() const { return absl::StrCat("router solicitation", NdOptionsText(options)); }
  friend bool operator==(const NdRouterSolicitHeader&, const NdRouterSolicitHeader&) = default;
};

// -- Router advertisement, section 4.2 --------------------------------------------------------------------------------

struct NdRouterAdvertLayout : Icmpv6Layout {
  static constexpr size_t kHopLimit = 4;
  static constexpr size_t kFlags = 5;          // managed 1 | other configuration 1 | reserved (RFC 4191: preference) 6
  static constexpr size_t kLifetime = 6;       // seconds
  static constexpr size_t kReachableTime = 8;  // milliseconds
  static constexpr size_t kRetransTimer = 12;  // milliseconds
  static constexpr size_t kSize = 16;
};

template <typename Byte>
class BasicNdRouterAdvertView : public View<Byte> {
  using L = NdRouterAdvertLayout;

 public:
  using View<Byte>::View;
  static bool IsValid(absl::Span<const uint8_t> b) { return b.size() >= L::kSize && b[0] == kNdRouterAdvert; }
  static absl::Status Check(absl::Span<const uint8_t> b) {
    if (IsValid(b)) return absl::OkStatus();
    if (b.size() < L::kSize) return TooShort("ND router advertisement", L::kSize, b.size());
    return Malformed("ICMPv6 type ", b[0], " is not router advertisement 134");
  }
  static absl::StatusOr<BasicNdRouterAdvertView> Parse(absl::Span<Byte> b) {
    return ParseView<BasicNdRouterAdvertView>(b);
  }

  uint8_t code() const { return this->p_[L::kCode]; }
  uint16_t checksum() const { return Load16(this->p_ + L::kChecksum); }
  uint8_t hop_limit() const { return this->p_[L::kHopLimit]; }
  uint8_t flags() const { return this->p_[L::kFlags]; }
  uint16_t lifetime() const { return Load16(this->p_ + L::kLifetime); }
  uint32_t reachable_time() const { return Load32(this->p_ + L::kReachableTime); }
  uint32_t retrans_timer() const { return Load32(this->p_ + L::kRetransTimer); }
  absl::Span<Byte> options() const { return this->From(L::kSize); }

  void set_checksum(uint16_t v) const requires(View<Byte>::kMutable) { Store16(this->p_ + L::kChecksum, v); }
  void set_flags(uint8_t v) const requires(View<Byte>::kMutable) { this->p_[L::kFlags] = v; }
  void set_lifetime(uint16_t v) const requires(View<Byte>::kMutable) { Store16(this->p_ + L::kLifetime, v); }
};
using NdRouterAdvertView = BasicNdRouterAdvertView<const uint8_t>;
using MutableNdRouterAdvertView = BasicNdRouterAdvertView<uint8_t>;

struct NdRouterAdvertHeader {
  static constexpr uint8_t kManaged = 0x80;
  static constexpr uint8_t kOtherConfig = 0x40;

  uint8_t code = 0;
  uint16_t checksum = 0;
  uint8_t hop_limit = 0;
  uint8_t flags = 0;
  uint16_t lifetime = 0;        // seconds
  uint32_t reachable_time = 0;  // milliseconds
  uint32_t retrans_timer = 0;   // milliseconds
  absl::Span<const uint8_t> options{};

  static absl::StatusOr<NdRouterAdvertHeader> Parse(absl::Span<const uint8_t> bytes) {
    if (!NdRouterAdvertView::IsValid(bytes)) return NdRouterAdvertView::Check(bytes);
    const NdRouterAdvertView v(bytes);
    return NdRouterAdvertHeader{v.code(),     v.checksum(),       v.hop_limit(),     v.flags(),
                                v.lifetime(), v.reachable_time(), v.retrans_timer(), v.options()};
  }
  constexpr size_t size() const { return NdRouterAdvertLayout::kSize + options.size(); }
  void Emit(uint8_t* p) const {
    const uint32_t rest = static_cast<uint32_t>(hop_limit) << 24 | static_cast<uint32_t>(flags) << 16 | lifetime;
    Icmpv6Header{kNdRouterAdvert, code, checksum, rest}.Emit(p);
    Store32(p + NdRouterAdvertLayout::kReachableTime, reachable_time);
    Store32(p + NdRouterAdvertLayout::kRetransTimer, retrans_timer);
    std::copy(options.begin(), options.end(), p + NdRouterAdvertLayout::kSize);
  }
  // "router advertisement, hop limit 255, flags [managed], lifetime 65535 s, prefix aef0::/64 on-link auto"
  std::string ToString() const {
    const absl::string_view set = (flags & 0xc0) == 0xc0 ? ", flags [managed, other]"
                                  : flags & kManaged     ? ", flags [managed]"
                                  : flags & kOtherConfig ? ", flags [other]"
                                                         : "";
    return absl::StrCat("router advertisement, hop limit ", hop_limit, set, ", lifetime ", lifetime, " s",
                        NdOptionsText(options));
  }
  friend bool operator==(const NdRouterAdvertHeader&, const NdRouterAdvertHeader&) = default;
};

}  // namespace ovnlite

#endif  // OVNLITE_WIRE_ND_H_
