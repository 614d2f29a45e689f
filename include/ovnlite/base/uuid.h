// File: uuid.h
// A row's identity in an OVSDB database: 128 bits in the text form of RFC 4122.

#ifndef OVNLITE_BASE_UUID_H_
#define OVNLITE_BASE_UUID_H_

#include <compare>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ovnlite/base/random.h"

namespace ovnlite {

class Uuid {
 public:
  constexpr Uuid() = default;
  constexpr Uuid(uint64_t high, uint64_t low) : high_(high), low_(low) {}

  // Parses 8-4-4-4-12 hex digits; InvalidArgument otherwise.
  static absl::StatusOr<Uuid> Parse(absl::string_view text);
  // A version 4 UUID drawn from `random`: the same seed gives the same sequence.
  static Uuid Generate(Random& random);
  // Computed from a name, the same in every run and process (the idea of RFC 4122's version 5, without SHA-1).
  static Uuid FromName(absl::string_view name);

  std::string ToString() const;
  // The first eight hex digits, as ovn-trace prints rows; also the cookie of the row's OpenFlow flows.
  uint32_t prefix() const { return static_cast<uint32_t>(high_ >> 32); }

  constexpr uint64_t high() const { return high_; }
  constexpr uint64_t low() const { return low_; }
  constexpr bool IsZero() const { return (high_ | low_) == 0; }

  friend constexpr auto operator<=>(const Uuid&, const Uuid&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const Uuid& u) {
    return H::combine(std::move(h), u.high_, u.low_);
  }

 private:
  uint64_t high_ = 0;
  uint64_t low_ = 0;
};

}  // namespace ovnlite

#endif  // OVNLITE_BASE_UUID_H_
