// File: igmp.h
// IGMP versions 1, 2 and 3 (RFC 1112, RFC 2236, RFC 3376). All share eight bytes; a version 3 query has four more and a
// list of sources, a version 3 report a list of group records. Cost: loads and stores; lists are walked, not copied.

#ifndef OVNLITE_WIRE_IGMP_H_
#define OVNLITE_WIRE_IGMP_H_

#include <algorithm>
#include <optional>
#include <string>

#include "ovnlite/base/ip.h"
#include "ovnlite/wire/checksum.h"
#include "ovnlite/wire/view.h"

namespace ovnlite {

inline constexpr uint8_t kIgmpQuery = 0x11;
inline constexpr uint8_t kIgmpv1Report = 0x12;
inline constexpr uint8_t kIgmpv2Report = 0x16;
inline constexpr uint8_t kIgmpLeave = 0x17;
inline constexpr uint8_t kIgmpv3Report = 0x22;

struct IgmpLayout {
  static constexpr size_t kType = 0;
  static constexpr size_t kMaxResponse = 1;  // queries: in tenths of a second, from 128 on a floating-point code
  static constexpr size_t kChecksum = 2;
  static constexpr size_t kGroup = 4;  // a version 3 report has reserved 16 | number of records 16 here
  static constexpr size_t kSize = 8;
  // Version 3 queries only.
  static constexpr size_t kQuerierFlags = 8;     // reserved 4 | suppress 1 | robustness 3
  static constexpr size_t kQuerierInterval = 9;  // seconds, from 128 on a floating-point code
  static constexpr size_t kSourceCount = 10;
  static constexpr size_t kV3QuerySize = 12;
};

// The values of RFC 3376 sections 4.1.1 and 4.1.7: below 128 as they are, above as mantissa 4 and exponent 3.
constexpr uint32_t IgmpFloat(uint8_t code) { return code < 128 ? code : ((code & 15u) | 16u) << ((code >> 4 & 7) + 3); }

template <typename Byte>
class BasicIgmpView : public View<Byte> {
  using L = IgmpLayout;

 public:
  using View<Byte>::View;
  static bool IsValid(absl::Span<const uint8_t> b) { return b.size() >= L::kSize; }
  static absl::Status Check(absl::Span<const uint8_t> b) {
    return IsValid(b) ? absl::OkStatus() : TooShort("IGMP header", L::kSize, b.size());
  }
  static absl::StatusOr<BasicIgmpView> Parse(absl::Span<Byte> b) { return ParseView<BasicIgmpView>(b); }

  uint8_t type() const { return this->p_[L::kType]; }
  uint8_t max_response() const { return this->p_[L::kMaxResponse]; }
  uint16_t checksum() const { return Load16(this->p_ + L::kChecksum); }
  Ipv4Address group() const { return Ipv4Address::Load(this->p_ + L::kGroup); }
  // What follows the eight bytes: of a version 3 query or report.
  absl::Span<Byte> rest() const { return this->From(L::kSize); }
  // Over the whole message, which the view's bytes must be.
  bool ChecksumIsValid() const { return Checksum(this->bytes()) == 0; }

  void set_type(uint8_t v) const requires(View<Byte>::kMutable) { this->p_[L::kType] = v; }
  void set_max_response(uint8_t v) const requires(View<Byte>::kMutable) { this->p_[L::kMaxResponse] = v; }
  void set_checksum(uint16_t v) const requires(View<Byte>::kMutable) { Store16(this->p_ + L::kChecksum, v); }
  void set_group(Ipv4Address v) const requires(View<Byte>::kMutable) { v.Store(this->p_ + L::kGroup); }
  void FillChecksum() const requires(View<Byte>::kMutable) {
    set_checksum(0);
    set_checksum(Checksum(this->bytes()));
  }
};
using IgmpView = BasicIgmpView<const uint8_t>;
using MutableIgmpView = BasicIgmpView<uint8_t>;

struct IgmpHeader {
  uint8_t type = kIgmpQuery;
  uint8_t max_response = 0;
  uint16_t checksum = 0;
  Ipv4Address group{};

  static absl::StatusOr<IgmpHeader> Parse(absl::Span<const uint8_t> bytes) {
    if (!IgmpView::IsValid(bytes)) return IgmpView::Check(bytes);
    const IgmpView v(bytes);
    return IgmpHeader{v.type(), v.max_response(), v.checksum(), v.group()};
  }
  constexpr size_t size() const { return IgmpLayout::kSize; }
  void Emit(uint8_t* p) const {
    p[IgmpLayout::kType] = type;
    p[IgmpLayout::kMaxResponse] = max_response;
    Store16(p + IgmpLayout::kChecksum, checksum);
    group.Store(p + IgmpLayout::kGroup);
  }
  // "query", "query 239.1.2.3", "v2 report 239.1.2.3", "leave 239.1.2.3", "v3 report, 2 group records", "type 0x13"
  std::string ToString() const {
    switch (type) {
      case kIgmpQuery:
        return group.IsZero() ? "query" : absl::StrCat("query ", group.ToString());
      case kIgmpv1Report:
        return absl::StrCat("v1 report ", group.ToString());
      case kIgmpv2Report:
        return absl::StrCat("v2 report ", group.ToString());
      case kIgmpLeave:
        return absl::StrCat("leave ", group.ToString());
      case kIgmpv3Report:
        return absl::StrCat("v3 report, ", group.bits() & 0xffff, " group record(s)");
      default:
        return absl::StrCat("type 0x", absl::Hex(type, absl::kZeroPad2));
    }
  }
  friend constexpr bool operator==(const IgmpHeader&, const IgmpHeader&) = default;
};

// -- Version 3 query, RFC 3376 section 4.1 --------------------------------------------------------------------------

struct Igmpv3Query {
  IgmpHeader header{};
  uint8_t querier_flags = 0;            // reserved 4 | suppress 1 | robustness 3
  uint8_t querier_interval = 0;         // A code, see IgmpFloat().
  absl::Span<const uint8_t> sources{};  // Four bytes each.

  static absl::StatusOr<Igmpv3Query> Parse(absl::Span<const uint8_t> b) {
    using L = IgmpLayout;
    if (b.size() < L::kV3QuerySize) return TooShort("IGMPv3 query", L::kV3QuerySize, b.size());
    if (b[0] != kIgmpQuery) return Malformed("IGMP type ", b[0], " is not query 17");
    const size_t size = L::kV3QuerySize + Load16(&b[L::kSourceCount]) * size_t{4};
    if (b.size() < size) return TooShort("IGMPv3 query with sources", size, b.size());
    return Igmpv3Query{*IgmpHeader::Parse(b), b[L::kQuerierFlags], b[L::kQuerierInterval],
                       b.subspan(L::kV3QuerySize, size - L::kV3QuerySize)};
  }
  constexpr size_t size() const { return IgmpLayout::kV3QuerySize + sources.size(); }
  void Emit(uint8_t* p) const {
    header.Emit(p);
    p[IgmpLayout::kQuerierFlags] = querier_flags;
    p[IgmpLayout::kQuerierInterval] = querier_interval;
    Store16(p + IgmpLayout::kSourceCount, static_cast<uint16_t>(sources.size() / 4));
    std::copy(sources.begin(), sources.end(), p + IgmpLayout::kV3QuerySize);
  }
  // "query 239.1.2.3, 1 source(s)"
  std::string ToString() const { return absl::StrCat(header.ToString(), ", ", sources.size() / 4, " source(s)"); }
  friend bool operator==(const Igmpv3Query&, const Igmpv3Query&) = default;
};

// -- Group record of a version 3 report, RFC 3376 section 4.2.4 -------------------------------------------------------

// Types of group records; MLD version 2 has the same.
inline constexpr uint8_t kGroupModeIsInclude = 1;
inline constexpr uint8_t kGroupModeIsExclude = 2;
inline constexpr uint8_t kGroupToInclude = 3;
inline constexpr uint8_t kGroupToExclude = 4;
inline constexpr uint8_t kGroupAllowNew = 5;
inline constexpr uint8_t kGroupBlockOld = 6;

struct IgmpGroupRecord {
  static constexpr size_t kHeaderSize = 8;

  uint8_t type = kGroupModeIsInclude;
  Ipv4Address group{};
  absl::Span<const uint8_t> sources{};    // Four bytes each.
  absl::Span<const uint8_t> auxiliary{};  // A multiple of four bytes.

  static absl::StatusOr<IgmpGroupRecord> Parse(absl::Span<const uint8_t> b) {
    if (b.size() < kHeaderSize) return TooShort("IGMP group record", kHeaderSize, b.size());
    const size_t sources = Load16(&b[2]) * size_t{4};
    const size_t auxiliary = b[1] * size_t{4};
    const size_t size = kHeaderSize + sources + auxiliary;
    if (b.size() < size) return TooShort("IGMP group record with sources", size, b.size());
    return IgmpGroupRecord{b[0], Ipv4Address::Load(&b[4]), b.subspan(kHeaderSize, sources),
                           b.subspan(kHeaderSize + sources, auxiliary)};
  }
  constexpr size_t size() const { return kHeaderSize + sources.size() + auxiliary.size(); }
  void Emit(uint8_t* p) const {
    p[0] = type;
    p[1] = static_cast<uint8_t>(auxiliary.size() / 4);
    Store16(p + 2, static_cast<uint16_t>(sources.size() / 4));
    group.Store(p + 4);
    std::copy(auxiliary.begin(), auxiliary.end(), std::copy(sources.begin(), sources.end(), p + kHeaderSize));
  }
  std::string ToString() const {
    return absl::StrCat("record type ", type, " group ", group.ToString(), ", ", sources.size() / 4, " source(s)");
  }
  friend bool operator==(const IgmpGroupRecord&, const IgmpGroupRecord&) = default;
};

// Walks the records of a version 3 report: IgmpView::rest(), and the count in the low half of group().
template <typename Record>
class GroupRecordWalker {
 public:
  GroupRecordWalker(uint16_t count, absl::Span<const uint8_t> records) : left_(count), rest_(records) {}

  // Nothing after `count` records and at a fault, which status() tells apart.
  std::optional<Record> Next() {
    if (left_ == 0 || !status_.ok()) return std::nullopt;
    absl::StatusOr<Record> record = Record::Parse(rest_);
    if (!record.ok()) {
      status_ = record.status();
      return std::nullopt;
    }
    --left_;
    rest_.remove_prefix(record->size());
    return *record;
  }
  const absl::Status& status() const { return status_; }

 private:
  uint16_t left_;
  absl::Span<const uint8_t> rest_;
  absl::Status status_;
};
using IgmpRecordWalker = GroupRecordWalker<IgmpGroupRecord>;

}  // namespace ovnlite

#endif  // OVNLITE_WIRE_IGMP_H_
