#include "lib/db/store.h"

#include <utility>

#include "lib/db/references.h"
#include "lib/schema/constraints.h"

namespace ovnlite {
namespace {

std::vector<const ColumnSchema*> MustBeGivenColumns(const TableSchema& table) {
  std::vector<const ColumnSchema*> columns;
  for (const ColumnSchema& column : table.columns()) {
    Row row(table);
    row.Set(column, DefaultOf(column));
    bool good = CheckColumn(column, Row(), row).ok();
    for (const bool strong : {true, false}) {
      ForEachReference(column, row, strong, [&good](const TableSchema&, const Uuid&) { good = false; });
    }
    if (!good) columns.push_back(&column);
  }
  return columns;
}

}  // namespace

Store::Store(const DatabaseSchema& schema) : schema_(schema) {
  for (const auto& table : schema.tables()) {
    Table& made = tables_.emplace_back();
    for (const ColumnGroup& group : table->unique()) made.unique.emplace_back(group);
    made.must_be_given = MustBeGivenColumns(*table);
    made.by_column.resize(table->columns().size());
  }
  for (const auto& table : schema.tables()) {
    for (const ColumnSchema* column : table->references()) {
      for (const BaseType* base : {&column->key(), &column->value()}) {
        if (base->ref_table != nullptr && !base->strong) {
          tables_[base->ref_table->index()].weak.emplace_back(column, nullptr);
        }
      }
    }
  }
}

const ColumnIndex& Store::Add(std::unique_ptr<ColumnIndex> index) {
  ColumnIndex& added = *indexes_.emplace_back(std::move(index));
  Table& table = tables_[added.table().index()];
  table.indexes.push_back(&added);
  added.Build(table.rows);
  return added;
}

const ColumnIndex& Store::IndexOn(const ColumnSchema& column) {
  const ColumnIndex*& known = tables_[column.table().index()].by_column[column.index()];
  if (known == nullptr) known = &Add(std::make_unique<ColumnIndex>(static_cast<int>(indexes_.size()), column));
  return *known;
}

const ColumnIndex& Store::IndexOn(const ColumnSchema& map, absl::string_view key) {
  for (const ColumnIndex* index : IndexesOf(map.table())) {
    if (index->IsUnder(map, key)) return *index;
  }
  return Add(std::make_unique<ColumnIndex>(static_cast<int>(indexes_.size()), map, key));
}

const ColumnIndex* Store::FindIndex(const TableSchema& table, absl::string_view name) const {
  for (const ColumnIndex* index : IndexesOf(table)) {
    if (index->IsFunction(name)) return index;
  }
  return nullptr;
}

const ColumnIndex& Store::IndexBy(const TableSchema& table, absl::string_view name, ColumnMask columns,
                                  Database::KeyFunction keys) {
  if (const ColumnIndex* known = FindIndex(table, name)) return *known;
  return Add(std::make_unique<ColumnIndex>(static_cast<int>(indexes_.size()), table, name, columns, std::move(keys)));
}

void Store::ForEachWeakReferrer(const TableSchema& table, const Uuid& target,
                                absl::FunctionRef<void(const TableSchema&, const Uuid&)> visit) {
  for (auto& [column, index] : tables_[table.index()].weak) {
    if (index == nullptr) {
      index = &Add(std::make_unique<ColumnIndex>(static_cast<int>(indexes_.size()), *column, ColumnIndex::ByReference()));
    }
    for (const Uuid& referrer : index->Find(target)) visit(column->table(), referrer);
  }
}

}  // namespace ovnlite
