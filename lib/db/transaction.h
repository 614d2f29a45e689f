// File: transaction.h
// The inside of a Transaction: the store it reads and the edits it has made.

#ifndef OVNLITE_LIB_DB_TRANSACTION_H_
#define OVNLITE_LIB_DB_TRANSACTION_H_

#include <memory>

#include "absl/status/status.h"
#include "lib/db/edit_set.h"
#include "lib/db/store.h"
#include "ovnlite/db/transaction.h"

namespace ovnlite {

struct TransactionState {
  // The edit of a row, made if the row is there; null when it is not.
  Edit* EditOf(const TableSchema& table, const Uuid& uuid);
  // The edit of a row that must be there, ready to be changed in one column; null after a mistake.
  Edit* EditColumn(const ColumnSchema& column, const Uuid& row);
  // Takes what was written into the edit's message into its row.
  absl::Status TakeMessage(Edit& edit);

  Store* store;
  EditSet edits;
};

struct TransactionAccess {
  static TransactionState& StateOf(Transaction& transaction) { return *transaction.state_; }
};

// "Logical_Switch row 5f9fb2a0-…", for errors.
std::string RowName(const TableSchema& table, const Uuid& uuid);
// The error with its place, after RFC 7047's word for it ("constraint violation: ...").
absl::Status AtColumn(const absl::Status& status, const Edit& edit, const ColumnSchema& column);

}  // namespace ovnlite

#endif  // OVNLITE_LIB_DB_TRANSACTION_H_
