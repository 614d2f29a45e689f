// File: nd_option.h
// The options of Neighbor Discovery messages (RFC 4861 section 4.6): type, length in units of eight bytes, data. Cost:
// loads and stores; a walk takes at most an eighth as many steps as there are bytes.

#ifndef OVNLITE_WIRE_ND_OPTION_H_
#define OVNLITE_WIRE_ND_OPTION_H_

#include <algorithm>
#include <optional>
#include <string>

#include "ovnlite/base/ip.h"
#include "ovnlite/base/mac.h"
#include "ovnlite/wire/view.h"

namespace ovnlite {

// Types of options (IANA "IPv6 Neighbor Discovery Option Formats").
inline constexpr uint8_t kNdOptionSourceLinkLayer = 1;
inline constexpr uint8_t kNdOptionTargetLinkLayer = 2;
inline constexpr uint8_t kNdOptionPrefix = 3;
inline constexpr uint8_t kNdOptionMtu = 5;
inline constexpr uint8_t kNdOptionRouteInformation = 24;  // RFC 4191
inline constexpr uint8_t kNdOptionRdnss = 25;             // RFC 8106
inline constexpr uint8_t kNdOptionDnssl = 31;             // RFC 8106

// One option: type, length in units of eight bytes, data.
struct NdOption {
  uint8_t type = 0;
  absl::Span<const uint8_t> data{};  // Without type and length: 8 n - 2 bytes, n > 0.

  constexpr size_t size() const { return 2 + data.size(); }
  void Emit(uint8_t* p) const {
    p[0] = type;
    p[1] = static_cast<uint8_t>(size() / 8);
    std::copy(data.begin(), data.end(), p + 2);
  }
  // The address of a link-layer option of Ethernet's length.
  std::optional<MacAddress> mac() const {
    if (data.size() != 6) return std::nullopt;
    return MacAddress::Load(data.data());
  }
  // "source link-address 00:00:00:00:00:0a", "mtu 1442", "option 31, 24 bytes"
  std::string ToString() const;
  friend bool operator==(const NdOption&, const NdOption&) = default;
};

// Prefix information, section 4.6.2: the 30 bytes of an option's data.
struct NdPrefix {
  static constexpr size_t kDataSize = 30;
  static constexpr uint8_t kOnLink = 0x80;
  static constexpr uint8_t kAutonomous = 0x40;

  uint8_t length = 64;
  uint8_t flags = kOnLink | kAutonomous;
  uint32_t valid_seconds = 0;      // All ones: forever.
  uint32_t preferred_seconds = 0;  // All ones: forever.
  uint32_t reserved = 0;
  Ipv6Address prefix{};

  static absl::StatusOr<NdPrefix> Parse(absl::Span<const uint8_t> data) {
    if (data.size() != kDataSize) return Malformed("ND prefix option has ", data.size() + 2, " bytes instead of 32");
    return NdPrefix{data[0],          data[1],           Load32(&data[2]),
                    Load32(&data[6]), Load32(&data[10]), Ipv6Address::Load(&data[14])};
  }
  constexpr size_t size() const { return kDataSize; }
  void Emit(uint8_t* p) const {
    p[0] = length;
    p[1] = flags;
    Store32(p + 2, valid_seconds);
    Store32(p + 6, preferred_seconds);
    Store32(p + 10, reserved);
    prefix.Store(p + 14);
  }
  // "prefix aef0::/64 on-link auto"
  std::string ToString() const {
    return absl::StrCat("prefix ", prefix.ToString(), "/", length, flags & kOnLink ? " on-link" : "",
                        flags & kAutonomous ? " auto" : "");
  }
  friend constexpr bool operator==(const NdPrefix&, const NdPrefix&) = default;
};

inline std::string NdOption::ToString() const {
  if (type == kNdOptionSourceLinkLayer && mac()) return absl::StrCat("source link-address ", mac()->ToString());
  if (type == kNdOptionTargetLinkLayer && mac()) return absl::StrCat("target link-address ", mac()->ToString());
  if (type == kNdOptionPrefix && data.size() == NdPrefix::kDataSize) return NdPrefix::Parse(data)->ToString();
  if (type == kNdOptionMtu && data.size() == 6) return absl::StrCat("mtu ", Load32(&data[2]));
  return absl::StrCat("option ", type, ", ", size(), " bytes");
}

class NdOptionWalker {
 public:
  explicit NdOptionWalker(absl::Span<const uint8_t> options) : all_(options), rest_(options) {}

  // Nothing at the end and at a fault, which ok() tells apart.
  std::optional<NdOption> Next() {
    if (rest_.empty() || !ok_) return std::nullopt;
    const size_t length = rest_.size() < 2 ? 0 : rest_[1] * size_t{8};
    if (length == 0 || length > rest_.size()) {
      ok_ = false;
      return std::nullopt;
    }
    const NdOption option{rest_[0], rest_.subspan(2, length - 2)};
    rest_.remove_prefix(length);
    return option;
  }

  bool ok() const { return ok_; }
  // "ND option 1 at byte 8 has length 0" (in bytes: 16, of 8 left).
  absl::Status status() const {
    if (ok_) return absl::OkStatus();
    const size_t at = all_.size() - rest_.size();
    if (rest_.size() < 2) return TooShort(absl::StrCat("ND option ", rest_[0], " at byte ", at), 8, rest_.size());
    if (rest_[1] == 0) return Malformed("ND option ", rest_[0], " at byte ", at, " has length 0");
    return TooShort(absl::StrCat("ND option ", rest_[0], " at byte ", at), rest_[1] * size_t{8}, rest_.size());
  }

 private:
  absl::Span<const uint8_t> all_;
  absl::Span<const uint8_t> rest_;
  bool ok_ = true;
};

// ", source link-address …, mtu 1442" for the options of a message; "malformed option" where the list breaks off. Of
// more than sixteen, the first sixteen.
inline std::string NdOptionsText(absl::Span<const uint8_t> options) {
  std::string text;
  NdOptionWalker walker(options);
  for (int n = 0; const std::optional<NdOption> o = walker.Next(); ++n) {
    if (n == 16) return absl::StrCat(text, ", ...");
    absl::StrAppend(&text, ", ", o->ToString());
  }
  if (!walker.ok()) absl::StrAppend(&text, ", malformed option");
  return text;
}

}  // namespace ovnlite

#endif  // OVNLITE_WIRE_ND_OPTION_H_
