// File: references.h
// The rows that a row refers to.

#ifndef OVNLITE_LIB_DB_REFERENCES_H_
#define OVNLITE_LIB_DB_REFERENCES_H_

#include "absl/functional/function_ref.h"
#include "ovnlite/base/uuid.h"
#include "ovnlite/schema/row.h"

namespace ovnlite {

using ReferenceVisitor = absl::FunctionRef<void(const TableSchema& target, const Uuid& uuid)>;

// Calls `removed` and `added` for the references of one strength in which two versions of a row differ; either may be no
// row. Costs the difference.
void DiffReferences(const ColumnSchema& column, const Row& before, const Row& after, bool strong,
                    ReferenceVisitor removed, ReferenceVisitor added);

// Calls `visit` for every reference of that strength.
inline void ForEachReference(const ColumnSchema& column, const Row& row, bool strong, ReferenceVisitor visit) {
  DiffReferences(column, Row(), row, strong, [](const TableSchema&, const Uuid&) {}, visit);
}

// Removes the references to one row, with the pairs they stand in; false when there is none. Of a map all pairs are
// looked at.
bool EraseReference(const ColumnSchema& column, Row& row, const Uuid& target);

}  // namespace ovnlite

#endif  // OVNLITE_LIB_DB_REFERENCES_H_
