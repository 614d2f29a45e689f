// File: geneve_follower.h
// Packets come out of a tunnel in trains: the outer headers of one differ from those of the one before it in
// identification, lengths, time to live, source port and checksums. A packet that differs in nothing else would be
// delivered to the same place by ReceiveGeneve() (geneve_tunnel.h), once its lengths and checksums are found right.
//
// Only headers as OVN sends them are followed: IPv4 without options or IPv6 without extension headers, OVN's option
// alone, a UDP checksum. Anything else needs the closer look. Cost: 7 loads over IPv4, 9 over IPv6, and the checksums.

#ifndef OVNLITE_WIRE_GENEVE_FOLLOWER_H_
#define OVNLITE_WIRE_GENEVE_FOLLOWER_H_

#include <array>
#include <cstdint>
#include <optional>

#include "absl/types/span.h"
#include "ovnlite/wire/geneve_tunnel.h"

namespace ovnlite {

class GeneveFollower {
 public:
  // `frame` was delivered as `arrival`.
  void Remember(absl::Span<const uint8_t> frame, const GeneveArrival& arrival);
  void Forget() { size_ = 0; }

  struct Inner {
    size_t offset = 0;  // 0: `frame` does not follow, or needs a closer look.
    size_t size = 0;
  };
  // Where the inner frame is if `frame` follows the one remembered and is right. `sum` is ChecksumSum() of all of
  // `frame`, where that is known.
  Inner Follow(absl::Span<const uint8_t> frame, bool verify_checksum, std::optional<uint16_t> sum) const;

  static constexpr size_t kMaxWords = 9;

 private:
  template <bool kV6>
  Inner Follow(absl::Span<const uint8_t> frame, bool verify_checksum, std::optional<uint16_t> sum) const;

  std::array<uint64_t, kMaxWords> words_{};  // From the EtherType on, without what may differ.
  size_t size_ = 0;                          // Of the outer headers.
  bool is_v6_ = false;
  uint16_t pseudo_sum_ = 0;
};

}  // namespace ovnlite

#endif  // OVNLITE_WIRE_GENEVE_FOLLOWER_H_
