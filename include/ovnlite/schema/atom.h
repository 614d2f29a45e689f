// File: atom.h
// OVSDB's <atom> (RFC 7047 section 5.1): an integer, a real number, a truth value, a string or a UUID; and strings that
// are shared by all who hold them, since databases hold the same few words thousands of times.

#ifndef OVNLITE_SCHEMA_ATOM_H_
#define OVNLITE_SCHEMA_ATOM_H_

#include <atomic>
#include <bit>
#include <compare>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>

#include "absl/hash/hash.h"
#include "absl/strings/string_view.h"
#include "ovnlite/base/uuid.h"

namespace ovnlite {

// An immutable string. Copies share its bytes, which may be any; the last one frees them. 8 bytes, and 8 beside the
// characters of a string that is not empty. Copies may be made and dropped in several threads at a time.
class SharedString {
 public:
  SharedString() = default;
  explicit SharedString(absl::string_view text);
  SharedString(const SharedString& other) : block_(other.block_) {
    if (block_ != nullptr) block_->references.fetch_add(1, std::memory_order_relaxed);
  }
  SharedString(SharedString&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  SharedString& operator=(SharedString other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~SharedString() { Drop(block_); }

  absl::string_view view() const {
    return block_ == nullptr ? absl::string_view() : absl::string_view(Characters(block_), block_->size);
  }
  operator absl::string_view() const { return view(); }  // NOLINT: it is one.
  std::string ToString() const { return std::string(view()); }
  size_t size() const { return block_ == nullptr ? 0 : block_->size; }
  bool empty() const { return block_ == nullptr; }
  // Whether both are the same bytes in memory: equal, and known to be so at no cost.
  bool SharesWith(const SharedString& other) const { return block_ == other.block_; }

  friend bool operator==(const SharedString& a, const SharedString& b) {
    return a.block_ == b.block_ || a.view() == b.view();
  }
  friend bool operator==(const SharedString& a, absl::string_view b) { return a.view() == b; }
  friend std::strong_ordering operator<=>(const SharedString& a, const SharedString& b) {
    if (a.block_ == b.block_) return std::strong_ordering::equal;
    return a.view().compare(b.view()) <=> 0;
  }
  template <typename H>
  friend H AbslHashValue(H h, const SharedString& s) {
    return H::combine(std::move(h), s.view());
  }

 private:
  friend struct AtomBits;
  struct Block {
    std::atomic<uint32_t> references;
    uint32_t size;
  };
  static const char* Characters(const Block* block) { return reinterpret_cast<const char*>(block + 1); }
  static void Drop(Block* block) {
    if (block != nullptr && block->references.fetch_sub(1, std::memory_order_acq_rel) == 1) Free(block);
  }
  static void Free(Block* block);

  Block* block_ = nullptr;  // Null for "".
};

// OVSDB's <atomic-type>. kNone: no value, as a set has none beside its keys.
enum class AtomType : uint8_t { kInteger, kReal, kBoolean, kString, kUuid, kNone };

// "integer", "real", "boolean", "string", "uuid".
absl::string_view AtomTypeName(AtomType type);

// One value of any type, which it knows. Ordered by type, then by value: strings by their bytes.
class Atom {
 public:
  Atom() = default;  // The integer 0.
  static Atom Integer(int64_t value) { return Atom(AtomType::kInteger, static_cast<uint64_t>(value)); }
  // There is one zero: -0 becomes 0.
  static Atom Real(double value) { return Atom(AtomType::kReal, std::bit_cast<uint64_t>(value + 0.0)); }
  static Atom Boolean(bool value) { return Atom(AtomType::kBoolean, value ? 1 : 0); }
  static Atom String(SharedString value) {
    Atom atom(AtomType::kString, 0);
    atom.string_ = std::move(value);
    return atom;
  }
  static Atom String(absl::string_view value) { return String(SharedString(value)); }
  static Atom Of(const Uuid& value) {
    Atom atom(AtomType::kUuid, value.high());
    atom.low_ = value.low();
    return atom;
  }
  // The value that a new row has: 0, false, "" or the zero UUID.
  static Atom DefaultOf(AtomType type) { return Atom(type, 0); }

  AtomType type() const { return type_; }
  // Each only for an atom of that type.
  int64_t integer() const { return static_cast<int64_t>(high_); }
  double real() const { return std::bit_cast<double>(high_); }
  bool boolean() const { return high_ != 0; }
  absl::string_view text() const { return string_.view(); }
  const SharedString& string() const { return string_; }
  Uuid uuid() const { return Uuid(high_, low_); }

  // As Index has it (db/database.h): decimal, "true" and "false", the string itself, a UUID's 36 characters.
  std::string ToString() const;

  friend bool operator==(const Atom& a, const Atom& b) { return (a <=> b) == 0; }
  friend std::strong_ordering operator<=>(const Atom& a, const Atom& b);
  template <typename H>
  friend H AbslHashValue(H h, const Atom& a) {
    if (a.type_ == AtomType::kString) return H::combine(std::move(h), a.text());
    if (a.type_ == AtomType::kUuid) return H::combine(std::move(h), a.high_, a.low_);
    return H::combine(std::move(h), a.high_);
  }

 private:
  friend struct AtomBits;
  friend struct AtomRef;
  Atom(AtomType type, uint64_t high) : type_(type), high_(high) {}

  AtomType type_ = AtomType::kInteger;
  uint64_t high_ = 0;  // The number, or the UUID's first half.
  uint64_t low_ = 0;
  SharedString string_;
};

// An atom to look for: as Atom, but it borrows the characters of a string.
struct AtomRef {
  AtomType type;
  uint64_t high = 0, low = 0;
  absl::string_view text = {};

  AtomRef(const Atom& atom);  // NOLINT: everything that may be looked for.
  template <typename T, typename = std::enable_if_t<std::is_arithmetic_v<T>>>
  AtomRef(T value)  // NOLINT
      : type(std::is_same_v<T, bool>          ? AtomType::kBoolean
             : std::is_floating_point_v<T> ? AtomType::kReal
                                           : AtomType::kInteger) {
    if constexpr (std::is_floating_point_v<T>) {
      high = std::bit_cast<uint64_t>(static_cast<double>(value) + 0.0);
    } else {
      high = static_cast<uint64_t>(static_cast<int64_t>(value));
    }
  }
  AtomRef(const Uuid& value) : type(AtomType::kUuid), high(value.high()), low(value.low()) {}  // NOLINT
  AtomRef(absl::string_view value) : type(AtomType::kString), text(value) {}                   // NOLINT
  AtomRef(const char* value) : AtomRef(absl::string_view(value)) {}                            // NOLINT
  AtomRef(const std::string& value) : AtomRef(absl::string_view(value)) {}                     // NOLINT
  Atom ToAtom() const;

  friend bool operator==(const AtomRef& a, const AtomRef& b) {
    return a.type == b.type && a.high == b.high && a.low == b.low && a.text == b.text;
  }
  // As of the Atom.
  template <typename H>
  friend H AbslHashValue(H h, const AtomRef& a) {
    if (a.type == AtomType::kString) return H::combine(std::move(h), a.text);
    if (a.type == AtomType::kUuid) return H::combine(std::move(h), a.high, a.low);
    return H::combine(std::move(h), a.high);
  }
};

// C++ types as atoms: int64_t, double, bool, absl::string_view, Uuid.
template <typename T>
struct AtomTraits;
template <>
struct AtomTraits<int64_t> {
  static constexpr AtomType kType = AtomType::kInteger;
  static Atom ToAtom(int64_t value) { return Atom::Integer(value); }
};
template <>
struct AtomTraits<double> {
  static constexpr AtomType kType = AtomType::kReal;
  static Atom ToAtom(double value) { return Atom::Real(value); }
};
template <>
struct AtomTraits<bool> {
  static constexpr AtomType kType = AtomType::kBoolean;
  static Atom ToAtom(bool value) { return Atom::Boolean(value); }
};
template <>
struct AtomTraits<absl::string_view> {
  static constexpr AtomType kType = AtomType::kString;
  static Atom ToAtom(absl::string_view value) { return Atom::String(value); }
};
template <>
struct AtomTraits<Uuid> {
  static constexpr AtomType kType = AtomType::kUuid;
  static Atom ToAtom(const Uuid& value) { return Atom::Of(value); }
};

inline AtomRef::AtomRef(const Atom& atom) : type(atom.type_), high(atom.high_), low(atom.low_), text(atom.text()) {}

}  // namespace ovnlite

#endif  // OVNLITE_SCHEMA_ATOM_H_
