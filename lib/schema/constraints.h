// File: constraints.h
// Whether values are of their column's type (RFC 7047 section 3.2, <base-type> and <type>): range, length, enumeration,
// UTF-8, number of values. Errors are InvalidArgument, begin with RFC 7047's word for them, and name no place.

#ifndef OVNLITE_LIB_SCHEMA_CONSTRAINTS_H_
#define OVNLITE_LIB_SCHEMA_CONSTRAINTS_H_

#include "absl/status/status.h"
#include "ovnlite/schema/row.h"

namespace ovnlite {

absl::Status CheckAtom(const BaseType& base, const AtomRef& atom);

// The column's value in `after`. Members that `before` has as well (it may be no row) are known to be good: the cost is
// that of the difference.
absl::Status CheckColumn(const ColumnSchema& column, const Row& before, const Row& after);

// The value that a new row gets (RFC 7047 section 5.2.1), which may lie outside the column's type: nothing but for
// scalars and for sets that must not be empty, which hold a default atom.
Datum DefaultOf(const ColumnSchema& column);
// Whether the row has that value.
bool IsDefault(const ColumnSchema& column, const Row& row);

// "set contains "a" twice", as ovsdb-server says it.
absl::Status TwiceError(const Atom& atom);

}  // namespace ovnlite

#endif  // OVNLITE_LIB_SCHEMA_CONSTRAINTS_H_
