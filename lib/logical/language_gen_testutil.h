// File: language_gen_testutil.h
// Texts of OVN's language grown from a fuzzer's bytes: every byte chooses what comes next, so that a small change of
// the bytes is a small change of the text, which nearly always parses.

#ifndef OVNLITE_LIB_LOGICAL_LANGUAGE_GEN_TESTUTIL_H_
#define OVNLITE_LIB_LOGICAL_LANGUAGE_GEN_TESTUTIL_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace ovnlite {

class LanguageGrower {
 public:
  LanguageGrower(const uint8_t* data, size_t size) : data_(data), size_(size) {}

  bool exhausted() const { return at_ >= size_; }
  // A match: comparisons of all kinds of symbols, sets, ranges, && and ||, parentheses, ! where it is allowed.
  std::string Match(int depth = 3);
  // One or more actions, those with braces included.
  std::string Actions(int depth = 3);

 private:
  uint8_t Byte() { return at_ < size_ ? data_[at_++] : 0; }
  size_t Below(size_t n) { return Byte() % n; }
  absl::string_view Choose(absl::Span<const absl::string_view> from) { return from[Below(from.size())]; }
  std::string Comparison();
  std::string Number(int width);
  std::string Integer(absl::string_view field, bool set);
  std::string OneAction(int depth);

  const uint8_t* const data_;
  const size_t size_;
  size_t at_ = 0;
};

}  // namespace ovnlite

#endif  // OVNLITE_LIB_LOGICAL_LANGUAGE_GEN_TESTUTIL_H_
