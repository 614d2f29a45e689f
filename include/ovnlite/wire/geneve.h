// File: geneve.h
// The Geneve header (RFC 8926 section 3.4), its options (section 3.5), and the one option OVN uses, which carries the
// logical ports of a packet between hypervisors. docs/geneve.md lists every requirement of the RFC and where it is met.
// geneve_tunnel.h puts whole outer headers on frames and takes them off.
//
//   byte 0          1               2               4           7
//   | Ver 2 | Opt Len 6 | O C Rsvd 6 | Protocol Type | VNI 24 bits | Reserved |  options, 4 * Opt Len bytes
//
// Cost: loads and stores; a walk over options takes at most 63 steps.

#ifndef OVNLITE_WIRE_GENEVE_H_
#define OVNLITE_WIRE_GENEVE_H_

#include <algorithm>
#include <optional>
#include <string>

#include "absl/strings/str_format.h"
#include "ovnlite/wire/ethernet.h"
#include "ovnlite/wire/view.h"

namespace ovnlite {

inline constexpr uint16_t kGenevePort = 6081;

struct GeneveLayout {
  static constexpr size_t kVersionAndLength = 0;  // version 2 | options length 6, in 4 bytes
  static constexpr size_t kFlags = 1;             // control 1 | critical 1 | reserved 6
  static constexpr size_t kProtocol = 2;
  static constexpr size_t kVni = 4;  // 24 bits
  static constexpr size_t kReserved = 7;
  static constexpr size_t kSize = 8;
  static constexpr size_t kMaxSize = 260;

  static constexpr uint8_t kControlFlag = 0x80;
  static constexpr uint8_t kCriticalFlag = 0x40;
};

template <typename Byte>
class BasicGeneveView : public View<Byte> {
  using L = GeneveLayout;

 public:
  using View<Byte>::View;
  // The base header: that it is of version 0 and that its options end within `b`. The options themselves are checked by
  // whoever interprets them: see GeneveOptionWalker, and ReceiveGenevePayload() for what an endpoint asks of them.
  static bool IsValid(absl::Span<const uint8_t> b) {
    return b.size() >= L::kSize && b[0] >> 6 == 0 && b.size() >= L::kSize + b[0] * size_t{4};
  }
  static absl::Status Check(absl::Span<const uint8_t> b) {
    if (IsValid(b)) return absl::OkStatus();
    if (b.size() < L::kSize) return TooShort("Geneve header", L::kSize, b.size());
    if (b[0] >> 6 != 0) return Malformed("Geneve version ", b[0] >> 6, " is unknown");
    return TooShort("Geneve header with options", L::kSize + (b[0] & 63) * size_t{4}, b.size());
  }
  static absl::StatusOr<BasicGeneveView> Parse(absl::Span<Byte> b) { return ParseView<BasicGeneveView>(b); }

  // In bytes, without the base header.
  size_t options_length() const { return (this->p_[0] & 63) * size_t{4}; }
  size_t header_length() const { return L::kSize + options_length(); }
  uint8_t flags() const { return this->p_[L::kFlags]; }
  // The payload is a control message between tunnel endpoints, not a tenant's.
  bool is_control() const { return flags() & L::kControlFlag; }
  // The sender says that some option is critical.
  bool has_critical() const { return flags() & L::kCriticalFlag; }
  uint16_t protocol() const { return Load16(this->p_ + L::kProtocol); }
  uint32_t vni() const { return Load24(this->p_ + L::kVni); }
  uint8_t reserved() const { return this->p_[L::kReserved]; }
  absl::Span<Byte> options() const { return this->Range(L::kSize, header_length()); }
  absl::Span<Byte> payload() const { return this->From(header_length()); }

  void set_flags(uint8_t v) const requires(View<Byte>::kMutable) { this->p_[L::kFlags] = v; }
  void set_protocol(uint16_t v) const requires(View<Byte>::kMutable) { Store16(this->p_ + L::kProtocol, v); }
  void set_vni(uint32_t v) const requires(View<Byte>::kMutable) { Store24(this->p_ + L::kVni, v); }
};
using GeneveView = BasicGeneveView<const uint8_t>;
using MutableGeneveView = BasicGeneveView<uint8_t>;

struct GeneveHeader {
  uint8_t flags = 0;  // control 1 | critical 1 | reserved 6
  uint16_t protocol = kEthTypeTeb;
  uint32_t vni = 0;  // 24 bits
  uint8_t reserved = 0;
  absl::Span<const uint8_t> options{};  // A multiple of 4 bytes, at most 252.

  static absl::StatusOr<GeneveHeader> Parse(absl::Span<const uint8_t> bytes) {
    if (!GeneveView::IsValid(bytes)) return GeneveView::Check(bytes);
    const GeneveView v(bytes);
    return GeneveHeader{v.flags(), v.protocol(), v.vni(), v.reserved(), v.options()};
  }
  constexpr bool is_control() const { return flags & GeneveLayout::kControlFlag; }
  constexpr bool has_critical() const { return flags & GeneveLayout::kCriticalFlag; }
  constexpr size_t size() const { return GeneveLayout::kSize + options.size(); }
  void Emit(uint8_t* p) const {
    p[GeneveLayout::kVersionAndLength] = static_cast<uint8_t>(options.size() / 4 & 63);
    p[GeneveLayout::kFlags] = flags;
    Store16(p + GeneveLayout::kProtocol, protocol);
    Store24(p + GeneveLayout::kVni, vni);
    p[GeneveLayout::kReserved] = reserved;
    std::copy(options.begin(), options.end(), p + GeneveLayout::kSize);
  }
  // "Geneve vni 0x2 (2), ingress 2, egress 1"; other options as "option class 0x0102 type 0x81 (critical) length 8".
  std::string ToString() const;
  friend bool operator==(const GeneveHeader&, const GeneveHeader&) = default;
};

// -- Options --------------------------------------------------------------------------------------------------------

struct GeneveOption {
  static constexpr size_t kHeaderSize = 4;
  static constexpr uint8_t kCriticalBit = 0x80;  // of the type

  uint16_t option_class = 0;
  uint8_t type = 0;
  uint8_t reserved = 0;              // The upper 3 bits of the length byte.
  absl::Span<const uint8_t> data{};  // A multiple of 4 bytes, at most 124.

  constexpr bool is_critical() const { return type & kCriticalBit; }
  constexpr size_t size() const { return kHeaderSize + data.size(); }
  void Emit(uint8_t* p) const {
    Store16(p, option_class);
    p[2] = type;
    p[3] = static_cast<uint8_t>(reserved << 5 | (data.size() / 4 & 31));
    std::copy(data.begin(), data.end(), p + kHeaderSize);
  }
  std::string ToString() const {
    return absl::StrFormat("option class 0x%04x type 0x%02x%s length %u", option_class, type,
                           is_critical() ? " (critical)" : "", data.size());
  }
  friend bool operator==(const GeneveOption&, const GeneveOption&) = default;
};

class GeneveOptionWalker {
 public:
  // `options` is a multiple of 4 bytes long, as GeneveView::options() is.
  explicit GeneveOptionWalker(absl::Span<const uint8_t> options) : all_(options), rest_(options) {}

  // Nothing at the end and at a fault, which ok() tells apart.
  std::optional<GeneveOption> Next() {
    if (rest_.size() < GeneveOption::kHeaderSize || !ok_) {
      ok_ = rest_.empty();
      return std::nullopt;
    }
    const size_t length = GeneveOption::kHeaderSize + (rest_[3] & 31) * size_t{4};
    if (length > rest_.size()) {
      ok_ = false;
      return std::nullopt;
    }
    const GeneveOption option{Load16(&rest_[0]), rest_[2], static_cast<uint8_t>(rest_[3] >> 5),
                              rest_.subspan(GeneveOption::kHeaderSize, length - GeneveOption::kHeaderSize)};
    rest_.remove_prefix(length);
    return option;
  }

  bool ok() const { return ok_; }
  // "Geneve option at byte 8 needs 12 bytes, has 4".
  absl::Status status() const {
    if (ok_) return absl::OkStatus();
    const bool whole = rest_.size() >= GeneveOption::kHeaderSize;
    return TooShort(absl::StrCat("Geneve option at byte ", all_.size() - rest_.size()),
                    GeneveOption::kHeaderSize + (whole ? (rest_[3] & 31) * size_t{4} : 0), rest_.size());
  }

 private:
  absl::Span<const uint8_t> all_;
  absl::Span<const uint8_t> rest_;
  bool ok_ = true;
};

// -- OVN's option ---------------------------------------------------------------------------------------------------

// Class 0x0102 (IANA: Open Virtual Networking), type 0x80, four bytes: ovn-architecture(7), "Tunnel Encapsulations".
struct OvnGeneveOption {
  static constexpr uint16_t kClass = 0x0102;
  static constexpr uint8_t kType = 0x80;  // Critical: who does not know it cannot deliver the packet.
  static constexpr size_t kSize = 8;
  // The option's header as it lies in memory: class, type, length of one 4-byte unit.
  static constexpr uint32_t kHeader = 0x0102'8001;

  uint32_t body = 0;  // reserved 1 | ingress port 15 | egress port 16; field kTunMetadata0 of a FlowKey

  static constexpr OvnGeneveOption Of(uint16_t ingress_port, uint16_t egress_port) {
    return {static_cast<uint32_t>(ingress_port & 0x7fff) << 16 | egress_port};
  }
  // Logical port keys (Port_Binding.tunnel_key); the egress key may be a multicast group's (>= 0x8000).
  constexpr uint16_t ingress_port() const { return body >> 16 & 0x7fff; }
  constexpr uint16_t egress_port() const { return body & 0xffff; }

  // From an option found by the walker; nothing when it is not this one, or not four bytes long.
  static std::optional<OvnGeneveOption> From(const GeneveOption& option) {
    if (option.option_class != kClass || option.type != kType || option.data.size() != 4) return std::nullopt;
    return OvnGeneveOption{Load32(option.data.data())};
  }
  constexpr size_t size() const { return kSize; }
  void Emit(uint8_t* p) const {
    Store32(p, kHeader);
    Store32(p + 4, body);
  }
  std::string ToString() const { return absl::StrCat("ingress ", ingress_port(), ", egress ", egress_port()); }
  friend constexpr bool operator==(const OvnGeneveOption&, const OvnGeneveOption&) = default;
};

inline std::string GeneveHeader::ToString() const {
  std::string text = absl::StrFormat("Geneve vni 0x%x (%u)", vni, vni);
  if (is_control()) absl::StrAppend(&text, ", control");
  if (protocol != kEthTypeTeb) absl::StrAppend(&text, absl::StrFormat(", protocol 0x%04x", protocol));
  GeneveOptionWalker walker(options);
  while (const std::optional<GeneveOption> option = walker.Next()) {
    const std::optional<OvnGeneveOption> ovn = OvnGeneveOption::From(*option);
    absl::StrAppend(&text, ", ", ovn ? ovn->ToString() : option->ToString());
  }
  if (!walker.ok()) absl::StrAppend(&text, ", malformed option");
  return text;
}

}  // namespace ovnlite

#endif  // OVNLITE_WIRE_GENEVE_H_
