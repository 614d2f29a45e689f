#include "lib/db/column_index.h"

#include <algorithm>
#include <vector>

#include "lib/db/references.h"

namespace ovnlite {
namespace {

bool IsComposite(const ColumnSchema& column) {
  return column.shape() == ColumnShape::kSet || column.shape() == ColumnShape::kMap;
}

}  // namespace

ColumnIndex::ColumnIndex(int id, const ColumnSchema& column)
    : id_(id),
      kind_(Kind::kValues),
      table_(column.table()),
      column_(&column),
      columns_(MaskOf(column)),
      type_(column.key().type),
      rows_(0, Hash{type_}, Equal{type_}) {}

ColumnIndex::ColumnIndex(int id, const ColumnSchema& map, absl::string_view key)
    : id_(id),
      kind_(Kind::kUnderKey),
      table_(map.table()),
      column_(&map),
      name_(key),
      columns_(MaskOf(map)),
      type_(map.value().type),
      rows_(0, Hash{type_}, Equal{type_}) {}

ColumnIndex::ColumnIndex(int id, const ColumnSchema& column, ByReference)
    : id_(id),
      kind_(Kind::kReferences),
      table_(column.table()),
      column_(&column),
      columns_(MaskOf(column)),
      type_(AtomType::kUuid),
      rows_(0, Hash{type_}, Equal{type_}) {}

ColumnIndex::ColumnIndex(int id, const TableSchema& table, absl::string_view name, ColumnMask columns,
                         Database::KeyFunction function)
    : id_(id),
      kind_(Kind::kFunction),
      table_(table),
      column_(nullptr),
      name_(name),
      columns_(columns),
      type_(AtomType::kString),
      function_(std::move(function)),
      rows_(0, Hash{type_}, Equal{type_}) {}

ColumnIndex::~ColumnIndex() {
  for (const auto& [key, entry] : rows_) {
    key.Release(type_);
    if (entry.many) Members::Release(reinterpret_cast<const MemberNode*>(entry.first));
  }
}

RowIds ColumnIndex::IdsOf(const Entry& entry) {
  static_assert(sizeof(Uuid) == 2 * sizeof(uint64_t) && offsetof(Entry, second) == sizeof(uint64_t));
  if (entry.many) return RowIds(MembersView(reinterpret_cast<const MemberNode*>(entry.first)));
  return RowIds(reinterpret_cast<const Uuid*>(&entry.first));
}

RowIds ColumnIndex::Find(const AtomRef& key) const {
  const auto found = rows_.find(key);
  return found == rows_.end() ? RowIds() : IdsOf(found->second);
}

const AtomBits* ColumnIndex::UnderKey(const Row& row) const {
  return row ? row.MembersOf(column_->index()).FindValue(name_) : nullptr;
}

void ColumnIndex::ForEachKey(const Row& row, absl::FunctionRef<void(const AtomRef&)> visit) const {
  switch (kind_) {
    case Kind::kValues:
      return row.Get(*column_).ForEach([&](const AtomRef& key, const AtomRef*) { visit(key); });
    case Kind::kUnderKey:
      if (const AtomBits* value = UnderKey(row)) visit(value->ToRef(type_));
      return;
    case Kind::kReferences:
      for (const bool strong : {false, true}) {
        ForEachReference(*column_, row, strong, [&](const TableSchema&, const Uuid& uuid) { visit(uuid); });
      }
      return;
    case Kind::kFunction:
      return function_(row, [&](absl::string_view key) { visit(key); });
  }
}

void ColumnIndex::ForEachMoved(const Row& before, const Row& after, absl::FunctionRef<void(const AtomRef&)> gone,
                               absl::FunctionRef<void(const AtomRef&)> come) const {
  // A pair may go while another one refers to the same row: of maps that refer, all pairs are looked at.
  const bool by_members = kind_ == Kind::kValues ? IsComposite(*column_)
                                                 : kind_ == Kind::kReferences && column_->shape() == ColumnShape::kSet;
  if (by_members) {
    const int at = column_->index();
    return DiffMembers(
        before ? before.MembersOf(at) : MembersView(), after ? after.MembersOf(at) : MembersView(),
        [&](const AtomBits& key, const AtomBits*) { gone(key.ToRef(type_)); },
        [&](const AtomBits& key, const AtomBits*) { come(key.ToRef(type_)); });
  }
  std::vector<Atom> old_keys, new_keys;
  if (before) ForEachKey(before, [&](const AtomRef& key) { old_keys.push_back(key.ToAtom()); });
  if (after) ForEachKey(after, [&](const AtomRef& key) { new_keys.push_back(key.ToAtom()); });
  const auto in = [](const std::vector<Atom>& keys, const Atom& key) {
    return std::find(keys.begin(), keys.end(), key) != keys.end();
  };
  for (const Atom& key : old_keys) {
    if (!in(new_keys, key)) gone(key);
  }
  for (const Atom& key : new_keys) {
    if (!in(old_keys, key)) come(key);
  }
}

void ColumnIndex::Build(const RowTable& rows) {
  for (const StoredRow* row : rows.Sorted()) {
    ForEachKey(row->row, [&](const AtomRef& key) { Add(key, row->uuid); });
  }
}

void ColumnIndex::Change(const Uuid& uuid, const Row& before, const Row& after) {
  ForEachMoved(
      before, after, [&](const AtomRef& key) { Remove(key, uuid); }, [&](const AtomRef& key) { Add(key, uuid); });
}

void ColumnIndex::Add(const AtomRef& key, const Uuid& uuid) {
  const auto found = rows_.find(key);
  if (found == rows_.end()) {
    rows_.emplace(AtomBits::Retained(key), Entry{uuid.high(), uuid.low(), false});
    return;
  }
  Entry& entry = found->second;
  if (!entry.many && Uuid(entry.first, entry.second) == uuid) return;
  Members rows;
  if (entry.many) {
    rows = Members::Attach(reinterpret_cast<const MemberNode*>(entry.first));
  } else {
    rows.Insert(Uuid(entry.first, entry.second));
  }
  rows.Insert(uuid);
  entry = {reinterpret_cast<uint64_t>(rows.Detach()), 0, true};
}

void ColumnIndex::Remove(const AtomRef& key, const Uuid& uuid) {
  const auto found = rows_.find(key);
  if (found == rows_.end()) return;
  Entry& entry = found->second;
  if (!entry.many) {
    if (Uuid(entry.first, entry.second) != uuid) return;
    const AtomBits bits = found->first;
    rows_.erase(found);
    return bits.Release(type_);
  }
  Members rows = Members::Attach(reinterpret_cast<const MemberNode*>(entry.first));
  rows.Erase(uuid);
  if (rows.size() == 1) {
    const Uuid last = rows.begin().key().uuid();
    entry = {last.high(), last.low(), false};
  } else {
    entry.first = reinterpret_cast<uint64_t>(rows.Detach());
  }
}

}  // namespace ovnlite
