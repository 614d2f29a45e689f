// File: rows.h
// Small helps for code that reads and edits Northbound rows.

#ifndef OVNLITE_LIB_TOPOLOGY_ROWS_H_
#define OVNLITE_LIB_TOPOLOGY_ROWS_H_

#include <algorithm>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "lib/schema/ovn_nb.rows.h"
#include "ovnlite/base/uuid.h"
#include "ovnlite/db/database.h"

namespace ovnlite {

// Sets one key of a map; an empty value takes it away.
template <typename T>
void SetKey(Transaction& t, MapColumn<T, absl::string_view, absl::string_view> column, const Uuid& row,
            absl::string_view key, absl::string_view value) {
  if (value.empty()) {
    t.EraseMember(column, row, key);
  } else {
    t.InsertPair(column, row, key, value);
  }
}

template <typename T>
void SetStrings(Transaction& t, SetColumn<T, absl::string_view> column, const Uuid& row,
                absl::Span<const absl::string_view> values) {
  std::vector<Atom> atoms;
  for (const absl::string_view value : values) atoms.push_back(Atom::String(value));
  t.Set(SchemaOf<T>().columns()[column.index], row, Members::Of(AtomType::kString, std::move(atoms)));
}

// The row that has `uuid` in the set `column`: a port's switch or router. No row when there is none.
template <typename T>
ViewOf<T> OwnerOf(const Database& nb, SetColumn<T, Uuid> column, const Uuid& uuid, Uuid* owner) {
  const RowIds found = nb.Find(column, uuid);
  if (found.empty()) return ViewOf<T>();
  *owner = found.front();
  return nb.Read<T>(*owner);
}

// The row called `name`, or whose UUID that is. `what` is ovn-nbctl's word for the kind ("switch"), `many` its plural
// with an adjective ("logical switches").
template <typename T>
absl::StatusOr<Uuid> FindNamed(const Database& nb, ScalarColumn<T, absl::string_view> column, absl::string_view name,
                               absl::string_view what, absl::string_view many) {
  if (const absl::StatusOr<Uuid> uuid = Uuid::Parse(name); uuid.ok() && nb.Read<T>(*uuid)) return *uuid;
  const RowIds found = nb.Find(column, name);
  if (found.empty()) return absl::NotFoundError(absl::StrCat(name, ": ", what, " name not found"));
  if (found.size() > 1) {
    return absl::FailedPreconditionError(absl::StrCat("Multiple ", many, " named '", name, "'.  Use a UUID."));
  }
  return found.front();
}

// OK unless `name` is empty or some T has it.
template <typename T>
absl::Status CheckNewName(const Database& nb, ScalarColumn<T, absl::string_view> column, absl::string_view name,
                          absl::string_view what) {
  if (name.empty()) return absl::InvalidArgumentError(absl::StrCat("a ", what, " needs a name"));
  if (nb.Find(column, name).empty()) return absl::OkStatus();
  return absl::AlreadyExistsError(absl::StrCat(name, ": a ", what, " with this name already exists"));
}

inline absl::Status Gone(absl::string_view what) {
  return absl::NotFoundError(absl::StrCat("the ", what, " has been deleted"));
}

// Sorts handles by name, then UUID.
template <typename Handle>
void SortByName(std::vector<Handle>& handles) {
  std::sort(handles.begin(), handles.end(), [](const Handle& a, const Handle& b) {
    const std::string x = a.name(), y = b.name();
    return x != y ? x < y : a.uuid() < b.uuid();
  });
}

}  // namespace ovnlite

#endif  // OVNLITE_LIB_TOPOLOGY_ROWS_H_
