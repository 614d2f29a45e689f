// File: store.h
// Everything a Database holds: its tables and what is kept up to date beside them.

#ifndef OVNLITE_LIB_DB_STORE_H_
#define OVNLITE_LIB_DB_STORE_H_

#include <deque>
#include <memory>
#include <vector>

#include "lib/db/row_table.h"
#include "lib/db/text_index.h"
#include "lib/db/unique_index.h"
#include "lib/db/weak_referrers.h"
#include "ovnlite/schema/schema.h"

namespace ovnlite {

struct Store {
  explicit Store(const DatabaseSchema& the_schema)
      : schema(the_schema),
        unique(the_schema.tables().size()),
        weak_referrers(the_schema),
        by_table(the_schema.tables().size()) {
    for (const auto& table : schema.tables()) {
      rows.emplace_back();
      for (const ColumnGroup& group : table->unique()) unique[table->index()].emplace_back(group);
      must_be_given.push_back(ColumnsWithoutDefault(*table));
    }
  }

  RowTable& Rows(const TableSchema& table) { return rows[table.index()]; }
  int next_index() const { return static_cast<int>(indexes.size()); }
  // Takes in all rows there are.
  const TextIndex& AddIndex(std::unique_ptr<TextIndex> index) {
    TextIndex& added = *indexes.emplace_back(std::move(index));
    by_table[added.table().index()].push_back(&added);
    added.Build(Rows(added.table()));
    return added;
  }

  const DatabaseSchema& schema;
  // All by table.
  std::deque<RowTable> rows;
  std::vector<std::deque<UniqueIndex>> unique;
  std::vector<uint64_t> must_be_given;  // ColumnsWithoutDefault().
  WeakReferrers weak_referrers;
  // Indexes made so far, by id; and by table.
  std::vector<std::unique_ptr<TextIndex>> indexes;
  std::vector<std::vector<TextIndex*>> by_table;
};

}  // namespace ovnlite

#endif  // OVNLITE_LIB_DB_STORE_H_
