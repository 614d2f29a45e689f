// File: table_watch.h
// What the incremental engine remembers of one table: which of its rows, single map keys and index entries were read,
// and which emitters run for its rows.

#ifndef OVNLITE_LIB_DB_TABLE_WATCH_H_
#define OVNLITE_LIB_DB_TABLE_WATCH_H_

#include <deque>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "ovnlite/db/database.h"
#include "ovnlite/db/incremental_functions.h"

namespace ovnlite::incremental {

// An index and its entries, there or not, that were looked up.
class IndexWatch final : public KeyOwner<Atom> {
 public:
  explicit IndexWatch(const Index& index) : index(index) {}
  std::string Describe(uint32_t slot) const override {
    return absl::StrCat("index of ", index.table().name(), "(", slots.key(slot).ToString(), ")");
  }
  const Index& index;
};

class TableWatch {
 public:
  TableWatch(Database& database, const TableSchema& table)
      : database(database), table(table), rows(*this), keys(*this), members(*this) {}

  IndexWatch& WatchOf(const Index& index) {
    for (IndexWatch& watch : indexes) {
      if (&watch.index == &index) return watch;
    }
    return indexes.emplace_back(index);
  }

  Database& database;
  const TableSchema& table;

  struct RowOwner final : KeyOwner<Uuid> {
    explicit RowOwner(TableWatch& t) : watch(t) {}
    std::string Describe(uint32_t slot) const override {
      return absl::StrCat(watch.table.name(), " row ", slots.key(slot).ToString());
    }
    TableWatch& watch;
  };
  // Row, column, key.
  using MapKey = std::tuple<Uuid, int, std::string>;
  struct MapKeyOwner final : KeyOwner<MapKey> {
    explicit MapKeyOwner(TableWatch& t) : watch(t) {}
    std::string Describe(uint32_t slot) const override {
      const auto& [row, column, key] = slots.key(slot);
      return absl::StrCat(watch.table.name(), " row ", row.ToString(), " column ",
                          watch.table.columns()[static_cast<size_t>(column)].name(), ":", key);
    }
    TableWatch& watch;
  };
  // Which rows there are: one node.
  struct MembersOwner final : Owner {
    explicit MembersOwner(TableWatch& t) : watch(t) {}
    std::string Describe(uint32_t) const override { return absl::StrCat("rows of ", watch.table.name()); }
    NodeId& NodeOf(uint32_t) override { return node; }
    void Forget(uint32_t) override { node = kNoNode; }
    TableWatch& watch;
    NodeId node = kNoNode;
  };
  RowOwner rows;
  MapKeyOwner keys;
  ColumnMask key_columns = 0;  // Of which single keys were ever read.
  MembersOwner members;
  std::deque<IndexWatch> indexes;
  // Emitters, with the column.
  std::vector<RowKind*> row_kinds;
  std::vector<std::pair<MemberKindBase*, const ColumnSchema*>> member_kinds;
  std::vector<JoinKindBase*> join_kinds;
};

}  // namespace ovnlite::incremental

#endif  // OVNLITE_LIB_DB_TABLE_WATCH_H_
