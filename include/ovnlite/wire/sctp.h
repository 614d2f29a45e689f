// File: sctp.h
// The SCTP common header and the header of a chunk (RFC 9260 sections 3.1 and 3.2). Cost: loads and stores; the
// checksum is a CRC over the whole packet, see crc32c.h.

#ifndef OVNLITE_WIRE_SCTP_H_
#define OVNLITE_WIRE_SCTP_H_

#include <algorithm>
#include <string>

#include "absl/strings/str_format.h"
#include "ovnlite/base/bytes.h"
#include "ovnlite/wire/crc32c.h"
#include "ovnlite/wire/view.h"

namespace ovnlite {

// Types of chunks (IANA "SCTP Chunk Types").
inline constexpr uint8_t kSctpData = 0;
inline constexpr uint8_t kSctpInit = 1;
inline constexpr uint8_t kSctpInitAck = 2;
inline constexpr uint8_t kSctpSack = 3;
inline constexpr uint8_t kSctpHeartbeat = 4;
inline constexpr uint8_t kSctpHeartbeatAck = 5;
inline constexpr uint8_t kSctpAbort = 6;
inline constexpr uint8_t kSctpShutdown = 7;
inline constexpr uint8_t kSctpShutdownAck = 8;
inline constexpr uint8_t kSctpError = 9;
inline constexpr uint8_t kSctpCookieEcho = 10;
inline constexpr uint8_t kSctpCookieAck = 11;
inline constexpr uint8_t kSctpShutdownComplete = 14;

struct SctpLayout {
  static constexpr size_t kSourcePort = 0;
  static constexpr size_t kDestinationPort = 2;
  static constexpr size_t kVerificationTag = 4;
  static constexpr size_t kChecksum = 8;
  static constexpr size_t kSize = 12;
};

// What the checksum field of the packet `bytes` must hold, as Load32() reads it: the CRC over the packet with that
// field zero, whose bytes go out lowest first. `bytes` has at least SctpLayout::kSize bytes.
inline uint32_t SctpChecksum(absl::Span<const uint8_t> bytes) {
  constexpr uint8_t kZero[4] = {};
  uint32_t crc = Crc32c(bytes.subspan(0, SctpLayout::kChecksum));
  crc = Crc32c(kZero, crc);
  return internal_bytes::ByteSwap(Crc32c(bytes.subspan(SctpLayout::kSize), crc));
}

template <typename Byte>
class BasicSctpView : public View<Byte> {
  using L = SctpLayout;

 public:
  using View<Byte>::View;
  static bool IsValid(absl::Span<const uint8_t> b) { return b.size() >= L::kSize; }
  static absl::Status Check(absl::Span<const uint8_t> b) {
    return IsValid(b) ? absl::OkStatus() : TooShort("SCTP header", L::kSize, b.size());
  }
  static absl::StatusOr<BasicSctpView> Parse(absl::Span<Byte> b) { return ParseView<BasicSctpView>(b); }

  uint16_t source_port() const { return Load16(this->p_ + L::kSourcePort); }
  uint16_t destination_port() const { return Load16(this->p_ + L::kDestinationPort); }
  uint32_t verification_tag() const { return Load32(this->p_ + L::kVerificationTag); }
  uint32_t checksum() const { return Load32(this->p_ + L::kChecksum); }
  absl::Span<Byte> chunks() const { return this->From(L::kSize); }
  bool ChecksumIsValid() const { return SctpChecksum(this->bytes()) == checksum(); }

  void set_source_port(uint16_t v) const requires(View<Byte>::kMutable) { Store16(this->p_ + L::kSourcePort, v); }
  void set_destination_port(uint16_t v) const requires(View<Byte>::kMutable) {
    Store16(this->p_ + L::kDestinationPort, v);
  }
  void set_verification_tag(uint32_t v) const requires(View<Byte>::kMutable) {
    Store32(this->p_ + L::kVerificationTag, v);
  }
  void set_checksum(uint32_t v) const requires(View<Byte>::kMutable) { Store32(this->p_ + L::kChecksum, v); }
  // Computes the checksum over all bytes of the view and writes it.
  void FillChecksum() const requires(View<Byte>::kMutable) { set_checksum(SctpChecksum(this->bytes())); }
};
using SctpView = BasicSctpView<const uint8_t>;
using MutableSctpView = BasicSctpView<uint8_t>;

struct SctpHeader {
  uint16_t source_port = 0;
  uint16_t destination_port = 0;
  uint32_t verification_tag = 0;
  uint32_t checksum = 0;

  static absl::StatusOr<SctpHeader> Parse(absl::Span<const uint8_t> bytes) {
    if (!SctpView::IsValid(bytes)) return SctpView::Check(bytes);
    const SctpView v(bytes);
    return SctpHeader{v.source_port(), v.destination_port(), v.verification_tag(), v.checksum()};
  }
  constexpr size_t size() const { return SctpLayout::kSize; }
  void Emit(uint8_t* p) const {
    Store16(p + SctpLayout::kSourcePort, source_port);
    Store16(p + SctpLayout::kDestinationPort, destination_port);
    Store32(p + SctpLayout::kVerificationTag, verification_tag);
    Store32(p + SctpLayout::kChecksum, checksum);
  }
  // "SCTP 4000 > 80, tag 0x00000001, checksum 0x6ad40000"
  std::string ToString() const {
    return absl::StrFormat("SCTP %u > %u, tag 0x%08x, checksum 0x%08x", source_port, destination_port, verification_tag,
                           checksum);
  }
  friend constexpr bool operator==(const SctpHeader&, const SctpHeader&) = default;
};

// "INIT", or nothing for a type without a name here.
constexpr absl::string_view SctpChunkName(uint8_t type) {
  switch (type) {
    case kSctpData:
      return "DATA";
    case kSctpInit:
      return "INIT";
    case kSctpInitAck:
      return "INIT ACK";
    case kSctpSack:
      return "SACK";
    case kSctpHeartbeat:
      return "HEARTBEAT";
    case kSctpHeartbeatAck:
      return "HEARTBEAT ACK";
    case kSctpAbort:
      return "ABORT";
    case kSctpShutdown:
      return "SHUTDOWN";
    case kSctpShutdownAck:
      return "SHUTDOWN ACK";
    case kSctpError:
      return "ERROR";
    case kSctpCookieEcho:
      return "COOKIE ECHO";
    case kSctpCookieAck:
      return "COOKIE ACK";
    case kSctpShutdownComplete:
      return "SHUTDOWN COMPLETE";
    default:
      return "";
  }
}

// A chunk: type, flags, length that counts these four bytes but not the padding to a multiple of four behind it.
struct SctpChunk {
  static constexpr size_t kHeaderSize = 4;

  uint8_t type = 0;
  uint8_t flags = 0;
  absl::Span<const uint8_t> value{};

  static absl::StatusOr<SctpChunk> Parse(absl::Span<const uint8_t> b) {
    if (b.size() < kHeaderSize) return TooShort("SCTP chunk header", kHeaderSize, b.size());
    const size_t length = Load16(&b[2]);
    if (length < kHeaderSize) return Malformed("SCTP chunk length ", length, " is below 4");
    if (length > b.size()) return TooShort("SCTP chunk", length, b.size());
    return SctpChunk{b[0], b[1], b.subspan(kHeaderSize, length - kHeaderSize)};
  }
  constexpr size_t size() const { return kHeaderSize + value.size(); }
  // With the padding that the next chunk stands behind.
  constexpr size_t padded_size() const { return (size() + 3) / 4 * 4; }
  void Emit(uint8_t* p) const {
    p[0] = type;
    p[1] = flags;
    Store16(p + 2, static_cast<uint16_t>(size()));
    std::copy(value.begin(), value.end(), p + kHeaderSize);
  }
  // "INIT", "chunk 192"
  std::string ToString() const {
    const absl::string_view name = SctpChunkName(type);
    return name.empty() ? absl::StrCat("chunk ", type) : std::string(name);
  }
  friend bool operator==(const SctpChunk&, const SctpChunk&) = default;
};

// "INIT" or "COOKIE ECHO, DATA" for the chunks of a packet; "malformed chunk" where the list breaks off. Of
// more than sixteen, the first sixteen.
inline std::string SctpChunksText(absl::Span<const uint8_t> chunks) {
  std::string text;
  for (int n = 0; !chunks.empty(); ++n) {
    if (n == 16) return absl::StrCat(text, ", ...");
    const absl::StatusOr<SctpChunk> chunk = SctpChunk::Parse(chunks);
    absl::StrAppend(&text, text.empty() ? "" : ", ", chunk.ok() ? chunk->ToString() : "malformed chunk");
    if (!chunk.ok()) break;
    chunks.remove_prefix(std::min(chunk->padded_size(), chunks.size()));
  }
  return text;
}

}  // namespace ovnlite

#endif  // OVNLITE_WIRE_SCTP_H_
