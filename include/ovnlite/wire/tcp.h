// File: tcp.h
// The TCP header (RFC 9293 section 3.1) and its options, which options.h walks. Cost: loads and stores; options are not
// copied.

#ifndef OVNLITE_WIRE_TCP_H_
#define OVNLITE_WIRE_TCP_H_

#include <algorithm>
#include <optional>
#include <string>

#include "ovnlite/wire/options.h"
#include "ovnlite/wire/view.h"

namespace ovnlite {

// Bits of the 12-bit flags field, as in OpenFlow's tcp_flags; the upper ones are reserved.
inline constexpr uint16_t kTcpFin = 0x001;
inline constexpr uint16_t kTcpSyn = 0x002;
inline constexpr uint16_t kTcpRst = 0x004;
inline constexpr uint16_t kTcpPsh = 0x008;
inline constexpr uint16_t kTcpAck = 0x010;
inline constexpr uint16_t kTcpUrg = 0x020;
inline constexpr uint16_t kTcpEce = 0x040;
inline constexpr uint16_t kTcpCwr = 0x080;

// Kinds of options (IANA "TCP Option Kind Numbers").
inline constexpr uint8_t kTcpOptionMss = 2;
inline constexpr uint8_t kTcpOptionWindowScale = 3;
inline constexpr uint8_t kTcpOptionSackPermitted = 4;
inline constexpr uint8_t kTcpOptionTimestamps = 8;

struct TcpLayout {
  static constexpr size_t kSourcePort = 0;
  static constexpr size_t kDestinationPort = 2;
  static constexpr size_t kSequence = 4;
  static constexpr size_t kAcknowledgment = 8;
  static constexpr size_t kOffsetAndFlags = 12;  // header length 4, in 32-bit words | reserved 4 | flags 8
  static constexpr size_t kWindow = 14;
  static constexpr size_t kChecksum = 16;
  static constexpr size_t kUrgent = 18;
  static constexpr size_t kSize = 20;
  static constexpr size_t kMaxSize = 60;
};

template <typename Byte>
class BasicTcpView : public View<Byte> {
  using L = TcpLayout;

 public:
  using View<Byte>::View;
  static bool IsValid(absl::Span<const uint8_t> b) {
    if (b.size() < L::kSize) return false;
    const size_t header = (b[L::kOffsetAndFlags] >> 4) * size_t{4};
    return header >= L::kSize && header <= b.size();
  }
  static absl::Status Check(absl::Span<const uint8_t> b) {
    if (IsValid(b)) return absl::OkStatus();
    if (b.size() < L::kSize) return TooShort("TCP header", L::kSize, b.size());
    const size_t header = (b[L::kOffsetAndFlags] >> 4) * size_t{4};
    if (header < L::kSize) return Malformed("TCP header length ", header, " is below 20");
    return TooShort("TCP header with options", header, b.size());
  }
  static absl::StatusOr<BasicTcpView> Parse(absl::Span<Byte> b) { return ParseView<BasicTcpView>(b); }

  uint16_t source_port() const { return Load16(this->p_ + L::kSourcePort); }
  uint16_t destination_port() const { return Load16(this->p_ + L::kDestinationPort); }
  uint32_t sequence() const { return Load32(this->p_ + L::kSequence); }
  uint32_t acknowledgment() const { return Load32(this->p_ + L::kAcknowledgment); }
  size_t header_length() const { return (this->p_[L::kOffsetAndFlags] >> 4) * size_t{4}; }
  uint16_t flags() const { return Load16(this->p_ + L::kOffsetAndFlags) & 0xfff; }
  uint16_t window() const { return Load16(this->p_ + L::kWindow); }
  uint16_t checksum() const { return Load16(this->p_ + L::kChecksum); }
  uint16_t urgent() const { return Load16(this->p_ + L::kUrgent); }
  absl::Span<Byte> options() const { return this->Range(L::kSize, header_length()); }
  absl::Span<Byte> payload() const { return this->From(header_length()); }

  void set_source_port(uint16_t v) const requires(View<Byte>::kMutable) { Store16(this->p_ + L::kSourcePort, v); }
  void set_destination_port(uint16_t v) const requires(View<Byte>::kMutable) {
    Store16(this->p_ + L::kDestinationPort, v);
  }
  void set_sequence(uint32_t v) const requires(View<Byte>::kMutable) { Store32(this->p_ + L::kSequence, v); }
  void set_acknowledgment(uint32_t v) const requires(View<Byte>::kMutable) {
    Store32(this->p_ + L::kAcknowledgment, v);
  }
  void set_flags(uint16_t v) const requires(View<Byte>::kMutable) {
    uint8_t* const p = this->p_ + L::kOffsetAndFlags;
    Store16(p, static_cast<uint16_t>((Load16(p) & 0xf000) | (v & 0xfff)));
  }
  void set_window(uint16_t v) const requires(View<Byte>::kMutable) { Store16(this->p_ + L::kWindow, v); }
  void set_checksum(uint16_t v) const requires(View<Byte>::kMutable) { Store16(this->p_ + L::kChecksum, v); }
  void set_urgent(uint16_t v) const requires(View<Byte>::kMutable) { Store16(this->p_ + L::kUrgent, v); }
};
using TcpView = BasicTcpView<const uint8_t>;
using MutableTcpView = BasicTcpView<uint8_t>;

struct TcpHeader {
  uint16_t source_port = 0;
  uint16_t destination_port = 0;
  uint32_t sequence = 0;
  uint32_t acknowledgment = 0;
  uint16_t flags = 0;  // 12 bits
  uint16_t window = 0;
  uint16_t checksum = 0;
  uint16_t urgent = 0;
  absl::Span<const uint8_t> options{};  // A multiple of 4 bytes, at most 40.

  static absl::StatusOr<TcpHeader> Parse(absl::Span<const uint8_t> bytes) {
    if (!TcpView::IsValid(bytes)) return TcpView::Check(bytes);
    const TcpView v(bytes);
    return TcpHeader{v.source_port(), v.destination_port(), v.sequence(), v.acknowledgment(), v.flags(),
                     v.window(),      v.checksum(),         v.urgent(),   v.options()};
  }
  constexpr size_t size() const { return TcpLayout::kSize + options.size(); }
  void Emit(uint8_t* p) const {
    Store16(p + TcpLayout::kSourcePort, source_port);
    Store16(p + TcpLayout::kDestinationPort, destination_port);
    Store32(p + TcpLayout::kSequence, sequence);
    Store32(p + TcpLayout::kAcknowledgment, acknowledgment);
    Store16(p + TcpLayout::kOffsetAndFlags, static_cast<uint16_t>(size() / 4 << 12 | (flags & 0xfff)));
    Store16(p + TcpLayout::kWindow, window);
    Store16(p + TcpLayout::kChecksum, checksum);
    Store16(p + TcpLayout::kUrgent, urgent);
    std::copy(options.begin(), options.end(), p + TcpLayout::kSize);
  }
  // "TCP 4000 > 80 [S], seq 1, ack 0, win 8192" and ", options [mss 1460, sackOK, …]"
  std::string ToString() const {
    return absl::StrCat("TCP ", source_port, " > ", destination_port, " [", FlagsText(flags), "], seq ", sequence,
                        flags & kTcpAck ? absl::StrCat(", ack ", acknowledgment) : "", ", win ", window,
                        OptionsText(options));
  }
  // tcpdump's letters: "S", "S.", "F.", "R", "P.", "none".
  static std::string FlagsText(uint16_t flags) {
    static constexpr struct {
      uint16_t flag;
      char letter;
    } kLetters[] = {{kTcpFin, 'F'}, {kTcpSyn, 'S'}, {kTcpRst, 'R'}, {kTcpPsh, 'P'},
                    {kTcpUrg, 'U'}, {kTcpEce, 'E'}, {kTcpCwr, 'W'}, {kTcpAck, '.'}};
    std::string text;
    for (const auto& [flag, letter] : kLetters) {
      if (flags & flag) text += letter;
    }
    return text.empty() ? "none" : text;
  }
  // ", options [mss 1460, sackOK, TS val 1 ecr 2, wscale 7]"; "malformed" where the list breaks off. Nothing for none.
  static std::string OptionsText(absl::Span<const uint8_t> options) {
    std::string text;
    const auto add = [&text](const auto&... parts) { absl::StrAppend(&text, text.empty() ? "" : ", ", parts...); };
    OptionWalker walker(options);
    while (const std::optional<HeaderOption> o = walker.Next()) {
      if (o->kind == kTcpOptionMss && o->data.size() == 2) {
        add("mss ", Load16(o->data.data()));
      } else if (o->kind == kTcpOptionWindowScale && o->data.size() == 1) {
        add("wscale ", o->data[0]);
      } else if (o->kind == kTcpOptionSackPermitted && o->data.empty()) {
        add("sackOK");
      } else if (o->kind == kTcpOptionTimestamps && o->data.size() == 8) {
        add("TS val ", Load32(o->data.data()), " ecr ", Load32(o->data.data() + 4));
      } else {
        add("kind ", o->kind);
      }
    }
    if (!walker.ok()) add("malformed");
    return text.empty() ? "" : absl::StrCat(", options [", text, "]");
  }
  friend bool operator==(const TcpHeader&, const TcpHeader&) = default;
};

}  // namespace ovnlite

#endif  // OVNLITE_WIRE_TCP_H_
