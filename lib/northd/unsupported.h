// File: unsupported.h
// Finds what the Northbound database asks for and no feature compiles, so that nobody takes silence for a yes: columns,
// and keys of options, that have a meaning for packets (ovn-nb(5)) and are in no feature's list. Looks at rows once, and
// from then on at those that change.

#ifndef OVNLITE_LIB_NORTHD_UNSUPPORTED_H_
#define OVNLITE_LIB_NORTHD_UNSUPPORTED_H_

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "lib/northd/feature.h"
#include "ovnlite/db/database.h"
#include "ovnlite/northd/northd.h"

namespace ovnlite {

class UnsupportedColumns {
 public:
  // The database must outlive it.
  UnsupportedColumns(Database& nb, absl::Span<const Feature> features);

  // Adds what is set now, by table and UUID.
  void AppendTo(std::vector<Unsupported>& found) const;

 private:
  // What is not compiled of one table.
  struct Table {
    ColumnMask columns = 0;
    std::vector<std::pair<const ColumnSchema*, std::string>> keys;
    bool stands_alone = false;  // No row of it is compiled, and a row means something by itself.
    ColumnMask Interesting() const;
  };
  void Look(const TableSchema& table, const Uuid& uuid, const Row& row);

  Database& nb_;
  std::vector<Table> tables_;  // By TableSchema::index().
  std::map<std::pair<int, Uuid>, std::vector<std::string>> found_;  // By table and row: columns.
  Database::Subscription subscription_;
};

}  // namespace ovnlite

#endif  // OVNLITE_LIB_NORTHD_UNSUPPORTED_H_
