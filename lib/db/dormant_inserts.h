// File: dormant_inserts.h
// Rows that a transaction inserts as text (see LoadOptions in log_file.h). Each is read and checked once, into a row
// that the next one is read into as well; what the commit needs to know of it is kept: its UUID, where its text is,
// whom it refers to, under which keys it stands in the indexes that there are.
//
// Only tables whose rows have nothing to do with one another can sleep: roots without unique columns, without weak
// references and without a limit to their number.

#ifndef OVNLITE_LIB_DB_DORMANT_INSERTS_H_
#define OVNLITE_LIB_DB_DORMANT_INSERTS_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "lib/db/column_ops.h"
#include "lib/db/json_reader.h"
#include "lib/db/json_row.h"
#include "lib/db/row_table.h"
#include "lib/db/text_index.h"
#include "ovnlite/schema/schema.h"

namespace ovnlite {

class DormantInserts {
 public:
  struct Row {
    Uuid uuid;
    absl::string_view text;
  };
  struct Keys {
    TextIndex* index;
    absl::flat_hash_map<std::string, std::vector<Uuid>> rows;
  };
  struct Table {
    const TableSchema* table = nullptr;
    std::vector<Row> rows;
    std::vector<Keys> keys;
    // What rows are read into, and the columns that need not be: nobody looks at them.
    std::unique_ptr<ovnlite::Row> scratch;
    uint64_t unread = 0;
    uint64_t must_be_given = 0;
    RowShape shape;
  };
  // Strong references by the table and the row referred to.
  using References = absl::flat_hash_map<std::pair<const TableSchema*, Uuid>, int64_t>;

  static bool MaySleep(const TableSchema& table);

  // `keep` holds `text`, which the rows are part of.
  DormantInserts(std::shared_ptr<const void> keep, absl::string_view text) : keep_(std::move(keep)), text_(text) {}

  // Takes the row that comes next; `json` reads the text. Makes the reader fail when the row breaks a rule of its
  // table, or was taken before. `unknown`: see ReadNewRow().
  void Add(const TableSchema& table, absl::Span<TextIndex* const> indexes, const Uuid& uuid, JsonReader& json,
           absl::FunctionRef<void(absl::string_view)> unknown);

  const std::deque<Table>& tables() const { return tables_; }
  const References& references() const { return references_; }
  const std::shared_ptr<const void>& keep() const { return keep_; }

 private:
  Table& TableOf(const TableSchema& table, absl::Span<TextIndex* const> indexes);

  std::shared_ptr<const void> keep_;
  absl::string_view text_;
  std::deque<Table> tables_;
  References references_;
  absl::flat_hash_set<Uuid> seen_;  // In whichever table.
};

}  // namespace ovnlite

#endif  // OVNLITE_LIB_DB_DORMANT_INSERTS_H_
