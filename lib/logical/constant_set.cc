#include "ovnlite/logical/constant_set.h"

#include <algorithm>
#include <forward_list>

#include "ovnlite/base/hash.h"

namespace ovnlite {
namespace {

uint64_t HashOf(const Constant& c, uint64_t seed) {
  const uint64_t words[] = {High64(c.value), Low64(c.value), High64(c.mask), Low64(c.mask)};
  return HashWords(words, std::size(words), seed);
}

}  // namespace

ConstantSet::ConstantSet(std::vector<Constant> integers) : is_string_(false), integers_(std::move(integers)) {
  for (const Constant& c : integers_) {
    width_ = std::max(width_, static_cast<int>(c.width));
    hash_ = HashOf(c, hash_);
  }
}

ConstantSet::ConstantSet(std::vector<std::string> strings) : is_string_(true), strings_(std::move(strings)) {
  hash_ = 1;
  for (const std::string& s : strings_) hash_ = HashBytes({s.data(), s.size()}, hash_);
}

std::shared_ptr<const ConstantSet> ConstantSet::OfAddresses(absl::Span<const std::string> texts,
                                                            std::vector<std::string>* ignored) {
  std::vector<Constant> integers;
  integers.reserve(texts.size());
  for (const std::string& text : texts) {
    Token token;
    size_t begin;
    std::forward_list<std::string> messages;
    ReadToken({text.data(), text.size()}, 0, &begin, &token, &messages);
    const bool masked = token.type == TokenType::kMaskedInteger;
    if (masked || token.type == TokenType::kInteger) {
      integers.push_back({token.value, masked ? token.mask : ~u128{0}, token.width, token.format, masked});
    } else if (ignored != nullptr) {
      ignored->push_back(text);
    }
  }
  std::stable_sort(integers.begin(), integers.end(), [](const Constant& a, const Constant& b) {
    if (a.value != b.value) return a.value < b.value;
    if (a.masked != b.masked) return b.masked;
    return a.mask < b.mask;
  });
  return std::make_shared<const ConstantSet>(std::move(integers));
}

std::shared_ptr<const ConstantSet> ConstantSet::OfPorts(absl::Span<const std::string> names) {
  return std::make_shared<const ConstantSet>(std::vector<std::string>(names.begin(), names.end()));
}

bool ConstantSet::SameAs(const ConstantSet& other) const {
  if (this == &other) return true;
  if (hash_ != other.hash_ || is_string_ != other.is_string_ || size() != other.size()) return false;
  if (is_string_) return strings_ == other.strings_;
  return std::equal(integers_.begin(), integers_.end(), other.integers_.begin(),
                    [](const Constant& a, const Constant& b) { return a.value == b.value && a.mask == b.mask; });
}

}  // namespace ovnlite
