#include "lib/schema/constraints.h"

#include <algorithm>
#include <limits>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "ovnlite/base/utf8.h"

namespace ovnlite {
namespace {

std::string Shortened(absl::string_view text) {
  constexpr size_t kShown = 80;
  if (text.size() <= kShown) return absl::CHexEscape(text);
  return absl::StrCat(absl::CHexEscape(text.substr(0, kShown)), "...");
}

absl::Status Violation(const std::string& what) {
  return absl::InvalidArgumentError(absl::StrCat("constraint violation: ", what));
}

// "3 or more", "3 to 5", "5 or less".
template <typename T>
std::string RangeText(T min, T max, T lowest, T highest) {
  if (max == highest) return absl::StrCat(min, " or more");
  if (min == lowest) return absl::StrCat(max, " or less");
  return absl::StrCat(min, " to ", max);
}

absl::Status CheckString(const BaseType& base, absl::string_view text) {
  const std::optional<size_t> characters = CountCharacters(text);
  if (!characters.has_value()) {
    return Violation(absl::StrCat("\"", Shortened(text), "\" is not UTF-8 without NUL"));
  }
  if (*characters > base.max_length) {
    return Violation(absl::StrCat("\"", Shortened(text), "\" has ", *characters, " characters, more than the ",
                                  base.max_length, " allowed"));
  }
  if (*characters < base.min_length) {
    return Violation(absl::StrCat("\"", Shortened(text), "\" has ", *characters, " characters, fewer than the ",
                                  base.min_length, " required"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckAtom(const BaseType& base, const AtomRef& atom) {
  if (atom.type == AtomType::kString) {
    if (absl::Status status = CheckString(base, atom.text); !status.ok()) return status;
  } else if (atom.type == AtomType::kInteger) {
    const auto number = static_cast<int64_t>(atom.high);
    if (number < base.min_integer || number > base.max_integer) {
      using Limits = std::numeric_limits<int64_t>;
      return Violation(
          absl::StrCat(number, " is not in the valid range ",
                       RangeText(base.min_integer, base.max_integer, Limits::min(), Limits::max())));
    }
  } else if (atom.type == AtomType::kReal) {
    const double number = std::bit_cast<double>(atom.high);
    if (number < base.min_real || number > base.max_real) {
      using Limits = std::numeric_limits<double>;
      return Violation(absl::StrCat(number, " is not in the valid range ",
                                    RangeText(base.min_real, base.max_real, Limits::lowest(), Limits::max())));
    }
  }
  if (base.one_of.empty()) return absl::OkStatus();
  const bool allowed = std::any_of(base.one_of.begin(), base.one_of.end(),
                                   [&atom](const Atom& one) { return AtomRef(one) == atom; });
  if (allowed) return absl::OkStatus();
  const std::string shown = atom.type == AtomType::kString ? absl::StrCat("\"", Shortened(atom.text), "\"")
                                                           : atom.ToAtom().ToString();
  return Violation(absl::StrCat(shown, " is not one of the allowed values (",
                                absl::StrJoin(base.one_of, ", ",
                                              [](std::string* out, const Atom& a) { absl::StrAppend(out, a.ToString()); }),
                                ")"));
}

absl::Status CheckColumn(const ColumnSchema& column, const Row& before, const Row& after) {
  if (column.shape() == ColumnShape::kScalar || column.shape() == ColumnShape::kOptional) {
    const Datum value = after.Get(column);
    return value.empty() ? absl::OkStatus() : CheckAtom(column.key(), value.atom());
  }
  const MembersView members = after.MembersOf(column.index());
  if (members.size() < static_cast<size_t>(column.min_size())) {
    return Violation(column.shape() == ColumnShape::kMap ? "the map must not be empty" : "the set must not be empty");
  }
  if (members.size() > column.max_size()) {
    return Violation(absl::StrCat("there are ", members.size(), " values, more than the ", column.max_size(), " allowed"));
  }
  absl::Status status;
  DiffMembers(
      before ? before.MembersOf(column.index()) : MembersView(), members, [](const AtomBits&, const AtomBits*) {},
      [&](const AtomBits& key, const AtomBits* value) {
        if (status.ok()) status = CheckAtom(column.key(), key.ToRef(column.key().type));
        if (status.ok() && value != nullptr) status = CheckAtom(column.value(), value->ToRef(column.value().type));
      });
  return status;
}

Datum DefaultOf(const ColumnSchema& column) {
  const Atom atom = Atom::DefaultOf(column.key().type);
  if (column.shape() == ColumnShape::kScalar) return atom;
  if (column.min_size() == 0) return Datum();
  if (column.shape() == ColumnShape::kSet) return Members::Of(column.key().type, {atom});
  return Members::Of(column.key().type, column.value().type, {{atom, Atom::DefaultOf(column.value().type)}});
}

bool IsDefault(const ColumnSchema& column, const Row& row) {
  if (column.shape() == ColumnShape::kScalar || column.min_size() == 0) return !row.Has(column);
  return row.Get(column) == DefaultOf(column);
}

absl::Status TwiceError(const Atom& atom) {
  const std::string shown =
      atom.type() == AtomType::kString ? absl::StrCat("\"", Shortened(atom.text()), "\"") : atom.ToString();
  return absl::InvalidArgumentError(absl::StrCat("ovsdb error: set contains ", shown, " twice"));
}

}  // namespace ovnlite
