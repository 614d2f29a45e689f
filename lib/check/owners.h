// File: owners.h
// Which rows belong to which, and how they are called by what they belong to.

#ifndef OVNLITE_LIB_CHECK_OWNERS_H_
#define OVNLITE_LIB_CHECK_OWNERS_H_

#include <string>

#include "lib/schema/ovn_nb.rows.h"
#include "ovnlite/base/uuid.h"
#include "ovnlite/db/database.h"

namespace ovnlite {

using SwitchPortView = ViewOf<nb::Logical_Switch_Port>;
using RouterPortView = ViewOf<nb::Logical_Router_Port>;

// The row of a name, or none.
inline SwitchPortView SwitchPortNamed(const Database& nb, absl::string_view name) {
  const RowIds found = nb.Find(nb::columns::Logical_Switch_Port::name, name);
  return found.empty() ? SwitchPortView() : nb.Read<nb::Logical_Switch_Port>(found.front());
}
inline RouterPortView RouterPortNamed(const Database& nb, absl::string_view name) {
  const RowIds found = nb.Find(nb::columns::Logical_Router_Port::name, name);
  return found.empty() ? RouterPortView() : nb.Read<nb::Logical_Router_Port>(found.front());
}

// The first switch or router that a row belongs to, by UUID; zero: none.
template <typename Column>
Uuid FirstOwner(const Database& nb, Column column, const Uuid& row) {
  const RowIds owners = nb.Find(column, row);
  return owners.empty() ? Uuid() : owners.front();
}

// The name of a switch or router, or its UUID where it has none.
template <typename T>
std::string NameOf(const Database& nb, const Uuid& uuid) {
  const auto row = nb.Read<T>(uuid);
  return !row || row->name().empty() ? uuid.ToString() : std::string(row->name());
}

}  // namespace ovnlite

#endif  // OVNLITE_LIB_CHECK_OWNERS_H_
