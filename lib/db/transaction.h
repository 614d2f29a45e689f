// File: transaction.h
// The inside of a Transaction: the store it reads and the edits it has made.

#ifndef OVNLITE_LIB_DB_TRANSACTION_H_
#define OVNLITE_LIB_DB_TRANSACTION_H_

#include <memory>

#include "lib/db/dormant_inserts.h"
#include "lib/db/edit_set.h"
#include "lib/db/store.h"
#include "ovnlite/db/database.h"

namespace ovnlite {

struct Transaction::State {
  Store* store;
  EditSet edits;
  std::unique_ptr<DormantInserts> dormant;  // Or null.
};

struct TransactionAccess {
  static Transaction::State& StateOf(Transaction& transaction) { return *transaction.state_; }
};

}  // namespace ovnlite

#endif  // OVNLITE_LIB_DB_TRANSACTION_H_
