// File: udp.h
// The UDP header (RFC 768). Cost: loads and stores. A length of more than there is marks a datagram cut short, not a
// malformed one: see is_truncated().

#ifndef OVNLITE_WIRE_UDP_H_
#define OVNLITE_WIRE_UDP_H_

#include <algorithm>
#include <string>

#include "absl/strings/str_format.h"
#include "ovnlite/wire/view.h"

namespace ovnlite {

struct UdpLayout {
  static constexpr size_t kSourcePort = 0;
  static constexpr size_t kDestinationPort = 2;
  static constexpr size_t kLength = 4;  // header and payload
  static constexpr size_t kChecksum = 6;
  static constexpr size_t kSize = 8;
};

template <typename Byte>
class BasicUdpView : public View<Byte> {
  using L = UdpLayout;

 public:
  using View<Byte>::View;
  static bool IsValid(absl::Span<const uint8_t> b) {
    return b.size() >= L::kSize && Load16(&b[L::kLength]) >= L::kSize;
  }
  static absl::Status Check(absl::Span<const uint8_t> b) {
    if (IsValid(b)) return absl::OkStatus();
    if (b.size() < L::kSize) return TooShort("UDP header", L::kSize, b.size());
    return Malformed("UDP length ", Load16(&b[L::kLength]), " is below 8");
  }
  static absl::StatusOr<BasicUdpView> Parse(absl::Span<Byte> b) { return ParseView<BasicUdpView>(b); }

  uint16_t source_port() const { return Load16(this->p_ + L::kSourcePort); }
  uint16_t destination_port() const { return Load16(this->p_ + L::kDestinationPort); }
  uint16_t length() const { return Load16(this->p_ + L::kLength); }
  // 0 means that the sender computed none.
  uint16_t checksum() const { return Load16(this->p_ + L::kChecksum); }
  absl::Span<Byte> payload() const { return this->Range(L::kSize, std::min<size_t>(length(), this->n_)); }
  bool is_truncated() const { return length() > this->n_; }

  void set_source_port(uint16_t v) const requires(View<Byte>::kMutable) { Store16(this->p_ + L::kSourcePort, v); }
  void set_destination_port(uint16_t v) const requires(View<Byte>::kMutable) {
    Store16(this->p_ + L::kDestinationPort, v);
  }
  void set_length(uint16_t v) const requires(View<Byte>::kMutable) { Store16(this->p_ + L::kLength, v); }
  void set_checksum(uint16_t v) const requires(View<Byte>::kMutable) { Store16(this->p_ + L::kChecksum, v); }
};
using UdpView = BasicUdpView<const uint8_t>;
using MutableUdpView = BasicUdpView<uint8_t>;

struct UdpHeader {
  uint16_t source_port = 0;
  uint16_t destination_port = 0;
  uint16_t length = UdpLayout::kSize;
  uint16_t checksum = 0;

  static absl::StatusOr<UdpHeader> Parse(absl::Span<const uint8_t> bytes) {
    if (!UdpView::IsValid(bytes)) return UdpView::Check(bytes);
    const UdpView v(bytes);
    return UdpHeader{v.source_port(), v.destination_port(), v.length(), v.checksum()};
  }
  constexpr size_t size() const { return UdpLayout::kSize; }
  void Emit(uint8_t* p) const {
    Store16(p + UdpLayout::kSourcePort, source_port);
    Store16(p + UdpLayout::kDestinationPort, destination_port);
    Store16(p + UdpLayout::kLength, length);
    Store16(p + UdpLayout::kChecksum, checksum);
  }
  // "UDP 5000 > 53, length 19, checksum 0x9f8c"
  std::string ToString() const {
    return absl::StrFormat("UDP %u > %u, length %u, checksum 0x%04x", source_port, destination_port, length, checksum);
  }
  friend constexpr bool operator==(const UdpHeader&, const UdpHeader&) = default;
};

}  // namespace ovnlite

#endif  // OVNLITE_WIRE_UDP_H_
