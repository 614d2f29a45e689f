#include "lib/db/references.h"

#include <vector>

namespace ovnlite {
namespace {

bool Refers(const BaseType& base, bool strong) { return base.ref_table != nullptr && base.strong == strong; }

}  // namespace

void DiffReferences(const ColumnSchema& column, const Row& before, const Row& after, bool strong,
                    ReferenceVisitor removed, ReferenceVisitor added) {
  const bool keys = Refers(column.key(), strong), values = Refers(column.value(), strong);
  if (!keys && !values) return;
  if (column.shape() == ColumnShape::kScalar || column.shape() == ColumnShape::kOptional) {
    const Datum old_value = before ? before.Get(column) : Datum(), new_value = after ? after.Get(column) : Datum();
    if (old_value == new_value) return;
    if (!old_value.empty()) removed(*column.key().ref_table, old_value.atom().uuid());
    if (!new_value.empty()) added(*column.key().ref_table, new_value.atom().uuid());
    return;
  }
  const auto visit_with = [&](ReferenceVisitor visit) {
    return [&column, keys, values, visit](const AtomBits& key, const AtomBits* value) {
      if (keys) visit(*column.key().ref_table, key.uuid());
      if (values) visit(*column.value().ref_table, value->uuid());
    };
  };
  const auto on_removed = visit_with(removed), on_added = visit_with(added);
  DiffMembers(before ? before.MembersOf(column.index()) : MembersView(),
              after ? after.MembersOf(column.index()) : MembersView(), on_removed, on_added);
}

bool EraseReference(const ColumnSchema& column, Row& row, const Uuid& target) {
  const bool keys = column.key().ref_table != nullptr, values = column.value().ref_table != nullptr;
  if (column.shape() == ColumnShape::kScalar || column.shape() == ColumnShape::kOptional) {
    if (!row.Has(column) || row.Reference(column.index()) != target) return false;
    row.Clear(column);
    return true;
  }
  bool erased = keys && row.Erase(column, target);
  if (!values) return erased;
  std::vector<Atom> pairs;
  for (auto it = row.MembersOf(column.index()).begin(); !it.at_end(); it.Advance()) {
    if (it.value().uuid() == target) pairs.push_back(it.key().ToAtom(column.key().type));
  }
  for (const Atom& key : pairs) erased = row.Erase(column, key) || erased;
  return erased;
}

}  // namespace ovnlite
