// File: datum.h
// What one column of one row holds (RFC 7047 section 5.1, <value>): an atom, none, a set of atoms, or a map. Copies
// share strings, sets and maps.

#ifndef OVNLITE_SCHEMA_DATUM_H_
#define OVNLITE_SCHEMA_DATUM_H_

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "ovnlite/schema/atom.h"
#include "ovnlite/schema/members.h"

namespace ovnlite {

class ColumnSchema;

class Datum {
 public:
  // Nothing: an optional column without a value, an empty set or map.
  Datum() = default;
  // A scalar's or an optional column's value.
  Datum(Atom atom) : form_(Form::kAtom), atom_(std::move(atom)) {}  // NOLINT: an atom is a datum.
  // A set or map; one without members is nothing.
  Datum(Members members)  // NOLINT: as above.
      : form_(members.empty() ? Form::kNothing : Form::kMembers), members_(std::move(members)) {}

  bool empty() const { return form_ == Form::kNothing; }
  // Number of values, or of pairs.
  size_t size() const { return form_ == Form::kMembers ? members_.size() : form_ == Form::kAtom ? 1 : 0; }
  bool is_atom() const { return form_ == Form::kAtom; }
  // Of a datum that is one.
  const Atom& atom() const { return atom_; }
  // No members where it is an atom or nothing.
  const Members& members() const { return members_; }
  Members& mutable_members() {
    form_ = Form::kMembers;
    return members_;
  }

  // Calls `visit(key, value)` for every value or pair, in order; `value` is null but for maps.
  template <typename Visit>
  void ForEach(Visit visit) const {
    if (form_ == Form::kAtom) visit(AtomRef(atom_), static_cast<const AtomRef*>(nullptr));
    for (auto it = members_.begin(); !it.at_end(); it.Advance()) {
      const AtomRef key = it.key().ToRef(members_.key_type());
      if (members_.value_type() == AtomType::kNone) {
        visit(key, static_cast<const AtomRef*>(nullptr));
      } else {
        const AtomRef value = it.value().ToRef(members_.value_type());
        visit(key, &value);
      }
    }
  }

  friend bool operator==(const Datum& a, const Datum& b) {
    if (a.size() != b.size()) return false;
    return a.is_atom() == b.is_atom() && (a.is_atom() ? a.atom_ == b.atom_ : a.members_ == b.members_);
  }
  // Equal data have equal hashes.
  uint64_t Hash() const;

 private:
  enum class Form : uint8_t { kNothing, kAtom, kMembers };
  Form form_ = Form::kNothing;
  Atom atom_;
  Members members_;
};

}  // namespace ovnlite

#endif  // OVNLITE_SCHEMA_DATUM_H_
