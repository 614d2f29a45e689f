// File: mld.h
// Multicast Listener Discovery versions 1 and 2 (RFC 2710, RFC 3810), IGMP's counterpart for IPv6: ICMPv6 messages with
// a group address; a version 2 query has four more bytes and a list of sources, a version 2 report a list of group
// records. Cost: loads and stores; lists are walked, not copied.

#ifndef OVNLITE_WIRE_MLD_H_
#define OVNLITE_WIRE_MLD_H_

#include <algorithm>
#include <string>

#include "ovnlite/base/ip.h"
#include "ovnlite/wire/icmpv6.h"
#include "ovnlite/wire/igmp.h"
#include "ovnlite/wire/view.h"

namespace ovnlite {

struct MldLayout : Icmpv6Layout {
  static constexpr size_t kMaxResponse = 4;  // milliseconds; in version 2, from 32768 on a floating-point code
  static constexpr size_t kReserved = 6;
  static constexpr size_t kGroup = 8;
  static constexpr size_t kSize = 24;
  // Version 2 queries only.
  static constexpr size_t kQuerierFlags = 24;     // reserved 4 | suppress 1 | robustness 3
  static constexpr size_t kQuerierInterval = 25;  // seconds, a code as in IgmpFloat()
  static constexpr size_t kSourceCount = 26;
  static constexpr size_t kV2QuerySize = 28;
};

// Milliseconds of a maximum response code: RFC 3810 section 5.1.3.
constexpr uint32_t MldFloat(uint16_t code) {
  return code < 32768 ? code : ((code & 0xfffu) | 0x1000u) << ((code >> 12 & 7) + 3);
}

// Queries of either version, reports and done messages of version 1.
template <typename Byte>
class BasicMldView : public View<Byte> {
  using L = MldLayout;

 public:
  using View<Byte>::View;
  static bool IsValid(absl::Span<const uint8_t> b) {
    return b.size() >= L::kSize && b[0] >= kMldQuery && b[0] <= kMldv1Done;
  }
  static absl::Status Check(absl::Span<const uint8_t> b) {
    if (IsValid(b)) return absl::OkStatus();
    if (b.size() < L::kSize) return TooShort("MLD message", L::kSize, b.size());
    return Malformed("ICMPv6 type ", b[0], " is not MLD query 130, report 131 or done 132");
  }
  static absl::StatusOr<BasicMldView> Parse(absl::Span<Byte> b) { return ParseView<BasicMldView>(b); }

  uint8_t type() const { return this->p_[L::kType]; }
  uint8_t code() const { return this->p_[L::kCode]; }
  uint16_t checksum() const { return Load16(this->p_ + L::kChecksum); }
  uint16_t max_response() const { return Load16(this->p_ + L::kMaxResponse); }
  uint16_t reserved() const { return Load16(this->p_ + L::kReserved); }
  Ipv6Address group() const { return Ipv6Address::Load(this->p_ + L::kGroup); }
  absl::Span<Byte> rest() const { return this->From(L::kSize); }

  void set_type(uint8_t v) const requires(View<Byte>::kMutable) { this->p_[L::kType] = v; }
  void set_checksum(uint16_t v) const requires(View<Byte>::kMutable) { Store16(this->p_ + L::kChecksum, v); }
  void set_max_response(uint16_t v) const requires(View<Byte>::kMutable) { Store16(this->p_ + L::kMaxResponse, v); }
  void set_group(const Ipv6Address& v) const requires(View<Byte>::kMutable) { v.Store(this->p_ + L::kGroup); }
};
using MldView = BasicMldView<const uint8_t>;
using MutableMldView = BasicMldView<uint8_t>;

struct MldHeader {
  uint8_t type = kMldQuery;
  uint8_t code = 0;
  uint16_t checksum = 0;
  uint16_t max_response = 0;
  uint16_t reserved = 0;
  Ipv6Address group{};

  static absl::StatusOr<MldHeader> Parse(absl::Span<const uint8_t> bytes) {
    if (!MldView::IsValid(bytes)) return MldView::Check(bytes);
    const MldView v(bytes);
    return MldHeader{v.type(), v.code(), v.checksum(), v.max_response(), v.reserved(), v.group()};
  }
  constexpr size_t size() const { return MldLayout::kSize; }
  void Emit(uint8_t* p) const {
    Icmpv6Header{type, code, checksum, static_cast<uint32_t>(max_response) << 16 | reserved}.Emit(p);
    group.Store(p + MldLayout::kGroup);
  }
  // "multicast listener query", "multicast listener report ff02::1:3"
  std::string ToString() const {
    return absl::StrCat(Icmpv6Header{type}.ToString(), group.IsZero() ? "" : " ",
                        group.IsZero() ? "" : group.ToString());
  }
  friend constexpr bool operator==(const MldHeader&, const MldHeader&) = default;
};

// -- Version 2 query, RFC 3810 section 5.1 ----------------------------------------------------------------------------

struct Mldv2Query {
  MldHeader header{};
  uint8_t querier_flags = 0;            // reserved 4 | suppress 1 | robustness 3
  uint8_t querier_interval = 0;         // A code, see IgmpFloat().
  absl::Span<const uint8_t> sources{};  // Sixteen bytes each.

  static absl::StatusOr<Mldv2Query> Parse(absl::Span<const uint8_t> b) {
    using L = MldLayout;
    if (b.size() < L::kV2QuerySize) return TooShort("MLDv2 query", L::kV2QuerySize, b.size());
    if (b[0] != kMldQuery) return Malformed("ICMPv6 type ", b[0], " is not MLD query 130");
    const size_t size = L::kV2QuerySize + Load16(&b[L::kSourceCount]) * size_t{16};
    if (b.size() < size) return TooShort("MLDv2 query with sources", size, b.size());
    return Mldv2Query{*MldHeader::Parse(b), b[L::kQuerierFlags], b[L::kQuerierInterval],
                      b.subspan(L::kV2QuerySize, size - L::kV2QuerySize)};
  }
  constexpr size_t size() const { return MldLayout::kV2QuerySize + sources.size(); }
  void Emit(uint8_t* p) const {
    header.Emit(p);
    p[MldLayout::kQuerierFlags] = querier_flags;
    p[MldLayout::kQuerierInterval] = querier_interval;
    Store16(p + MldLayout::kSourceCount, static_cast<uint16_t>(sources.size() / 16));
    std::copy(sources.begin(), sources.end(), p + MldLayout::kV2QuerySize);
  }
  std::string ToString() const { return absl::StrCat(header.ToString(), ", ", sources.size() / 16, " source(s)"); }
  friend bool operator==(const Mldv2Query&, const Mldv2Query&) = default;
};

// -- Version 2 report, RFC 3810 section 5.2 ---------------------------------------------------------------------------

struct MldGroupRecord {
  static constexpr size_t kHeaderSize = 20;

  uint8_t type = kGroupModeIsInclude;
  Ipv6Address group{};
  absl::Span<const uint8_t> sources{};    // Sixteen bytes each.
  absl::Span<const uint8_t> auxiliary{};  // A multiple of four bytes.

  static absl::StatusOr<MldGroupRecord> Parse(absl::Span<const uint8_t> b) {
    if (b.size() < kHeaderSize) return TooShort("MLD group record", kHeaderSize, b.size());
    const size_t sources = Load16(&b[2]) * size_t{16};
    const size_t auxiliary = b[1] * size_t{4};
    const size_t size = kHeaderSize + sources + auxiliary;
    if (b.size() < size) return TooShort("MLD group record with sources", size, b.size());
    return MldGroupRecord{b[0], Ipv6Address::Load(&b[4]), b.subspan(kHeaderSize, sources),
                          b.subspan(kHeaderSize + sources, auxiliary)};
  }
  constexpr size_t size() const { return kHeaderSize + sources.size() + auxiliary.size(); }
  void Emit(uint8_t* p) const {
    p[0] = type;
    p[1] = static_cast<uint8_t>(auxiliary.size() / 4);
    Store16(p + 2, static_cast<uint16_t>(sources.size() / 16));
    group.Store(p + 4);
    std::copy(auxiliary.begin(), auxiliary.end(), std::copy(sources.begin(), sources.end(), p + kHeaderSize));
  }
  std::string ToString() const {
    return absl::StrCat("record type ", type, " group ", group.ToString(), ", ", sources.size() / 16, " source(s)");
  }
  friend bool operator==(const MldGroupRecord&, const MldGroupRecord&) = default;
};

// The report itself is an ICMPv6 header whose last two bytes count the records behind it: Icmpv6View::rest() & 0xffff
// and Icmpv6View::payload().
using MldRecordWalker = GroupRecordWalker<MldGroupRecord>;

}  // namespace ovnlite

#endif  // OVNLITE_WIRE_MLD_H_
