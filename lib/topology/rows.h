// File: rows.h
// Small helps for code that reads and edits Northbound rows.

#ifndef OVNLITE_LIB_TOPOLOGY_ROWS_H_
#define OVNLITE_LIB_TOPOLOGY_ROWS_H_

#include <algorithm>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/map.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "lib/schema/column_access.h"
#include "lib/schema/ovsdb.pb.h"
#include "ovnlite/base/uuid.h"
#include "ovnlite/db/database.h"

namespace ovnlite {

inline void RemoveUuid(google::protobuf::RepeatedPtrField<ovsdb::Uuid>& set, const Uuid& uuid) {
  set.erase(std::remove_if(set.begin(), set.end(), [&uuid](const ovsdb::Uuid& u) { return FromProto(u) == uuid; }),
            set.end());
}

// An empty value takes the key away.
inline void SetKey(google::protobuf::Map<std::string, std::string>& map, absl::string_view key,
                   absl::string_view value) {
  if (value.empty()) {
    map.erase(std::string(key));
  } else {
    map[std::string(key)] = std::string(value);
  }
}

template <typename Strings>
void SetStrings(google::protobuf::RepeatedPtrField<std::string>& set, const Strings& values) {
  set.Clear();
  for (const absl::string_view value : values) set.Add(std::string(value));
}

// Rows of T that have `uuid` in the set `column`: a port's switch or router. Null when there is none.
template <typename T>
const T* OwnerOf(const Database& nb, absl::string_view column, const Uuid& uuid, Uuid* owner) {
  const absl::Span<const Uuid> found = nb.IndexOn<T>(column).Find(uuid.ToString());
  if (found.empty()) return nullptr;
  *owner = found[0];
  return nb.Get<T>(found[0]);
}

// The row called `name`, or whose UUID that is. `what` is ovn-nbctl's word for the kind ("switch"), `many` its plural
// with an adjective ("logical switches").
template <typename T>
absl::StatusOr<Uuid> FindNamed(const Database& nb, absl::string_view name, absl::string_view what,
                               absl::string_view many) {
  if (const absl::StatusOr<Uuid> uuid = Uuid::Parse(name); uuid.ok() && nb.Get<T>(*uuid) != nullptr) return *uuid;
  const absl::Span<const Uuid> found = nb.IndexOn<T>("name").Find(name);
  if (found.empty()) return absl::NotFoundError(absl::StrCat(name, ": ", what, " name not found"));
  if (found.size() > 1) {
    return absl::FailedPreconditionError(absl::StrCat("Multiple ", many, " named '", name, "'.  Use a UUID."));
  }
  return found[0];
}

// OK unless `name` is empty or some T has it.
template <typename T>
absl::Status CheckNewName(const Database& nb, absl::string_view name, absl::string_view what) {
  if (name.empty()) return absl::InvalidArgumentError(absl::StrCat("a ", what, " needs a name"));
  if (nb.IndexOn<T>("name").Find(name).empty()) return absl::OkStatus();
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
