// File: options.h
// Walks the options of an IPv4 or a TCP header, which share one shape: kind 0 ends the list, kind 1 is a single byte of
// padding, every other kind is followed by a length that counts both bytes (RFC 791 section 3.1, RFC 9293 section 3.1).
// Every step moves forward, so a walk takes at most as many steps as there are bytes (40).
//
//   OptionWalker walker(tcp.options());
//   while (std::optional<HeaderOption> option = walker.Next()) ...
//   if (!walker.ok()) ... walker.status() ...

#ifndef OVNLITE_WIRE_OPTIONS_H_
#define OVNLITE_WIRE_OPTIONS_H_

#include <optional>

#include "ovnlite/wire/view.h"

namespace ovnlite {

struct HeaderOption {
  static constexpr uint8_t kEnd = 0;
  static constexpr uint8_t kPadding = 1;

  uint8_t kind = 0;
  absl::Span<const uint8_t> data{};  // Without kind and length.
};

class OptionWalker {
 public:
  explicit OptionWalker(absl::Span<const uint8_t> options) : all_(options), rest_(options) {}

  // The next option; padding is passed over. Nothing at the end and at a fault, which ok() tells apart.
  std::optional<HeaderOption> Next() {
    while (!rest_.empty() && rest_[0] == HeaderOption::kPadding) rest_.remove_prefix(1);
    if (rest_.empty() || rest_[0] == HeaderOption::kEnd || !ok_) return std::nullopt;
    const size_t length = rest_.size() < 2 ? 0 : rest_[1];
    if (length < 2 || length > rest_.size()) {
      ok_ = false;
      return std::nullopt;
    }
    const HeaderOption option{rest_[0], rest_.subspan(2, length - 2)};
    rest_.remove_prefix(length);
    return option;
  }

  bool ok() const { return ok_; }
  // "option 2 at byte 4 has length 0, of 8 bytes left".
  absl::Status status() const {
    if (ok_) return absl::OkStatus();
    const size_t at = all_.size() - rest_.size();
    if (rest_.size() < 2) return TooShort(absl::StrCat("option ", rest_[0], " at byte ", at), 2, 1);
    return Malformed("option ", rest_[0], " at byte ", at, " has length ", rest_[1], ", of ", rest_.size(),
                     " bytes left");
  }

 private:
  absl::Span<const uint8_t> all_;
  absl::Span<const uint8_t> rest_;
  bool ok_ = true;
};

}  // namespace ovnlite

#endif  // OVNLITE_WIRE_OPTIONS_H_
