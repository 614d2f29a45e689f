#include "ovnlite/schema/atom.h"

#include <cstdlib>
#include <cstring>
#include <limits>
#include <new>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace ovnlite {

SharedString::SharedString(absl::string_view text) {
  if (text.empty()) return;
  if (text.size() > std::numeric_limits<uint32_t>::max()) std::abort();  // No source of strings is that long.
  void* memory = std::malloc(sizeof(Block) + text.size());
  if (memory == nullptr) throw std::bad_alloc();
  block_ = new (memory) Block{{1}, static_cast<uint32_t>(text.size())};
  std::memcpy(static_cast<void*>(block_ + 1), text.data(), text.size());
}

void SharedString::Free(Block* block) { std::free(block); }

absl::string_view AtomTypeName(AtomType type) {
  switch (type) {
    case AtomType::kInteger:
      return "integer";
    case AtomType::kReal:
      return "real";
    case AtomType::kBoolean:
      return "boolean";
    case AtomType::kString:
      return "string";
    case AtomType::kUuid:
      return "uuid";
    case AtomType::kNone:
      break;
  }
  return "";
}

std::string Atom::ToString() const {
  switch (type_) {
    case AtomType::kInteger:
      return absl::StrCat(integer());
    case AtomType::kReal:
      return absl::StrFormat("%.15g", real());
    case AtomType::kBoolean:
      return boolean() ? "true" : "false";
    case AtomType::kString:
      return string_.ToString();
    case AtomType::kUuid:
      return uuid().ToString();
    case AtomType::kNone:
      break;
  }
  return "";
}

std::strong_ordering operator<=>(const Atom& a, const Atom& b) {
  if (a.type_ != b.type_) return a.type_ <=> b.type_;
  switch (a.type_) {
    case AtomType::kInteger:
      return a.integer() <=> b.integer();
    case AtomType::kReal:
      return std::strong_order(a.real(), b.real());
    case AtomType::kString:
      return a.string_ <=> b.string_;
    default:
      return a.uuid() <=> b.uuid();
  }
}

Atom AtomRef::ToAtom() const {
  if (type == AtomType::kString) return Atom::String(text);
  Atom atom(type, high);
  atom.low_ = low;
  return atom;
}

}  // namespace ovnlite
