// File: commit.h
// One transaction's way into the store, in the order of ovsdb-server: values, strong references, garbage collection,
// row counts, weak references, unique columns. Everything that can fail comes before anything that changes the store.
// Cost: the columns that changed, of sets and maps the members, plus one look-up per reference that was added or removed.

#ifndef OVNLITE_LIB_DB_COMMIT_H_
#define OVNLITE_LIB_DB_COMMIT_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "lib/db/transaction.h"
#include "ovnlite/db/delta.h"

namespace ovnlite {

class CommitRun {
 public:
  explicit CommitRun(TransactionState& transaction)
      : transaction_(transaction), store_(*transaction.store), edits_(transaction.edits) {}

  // Adds to the edits what follows from them. The store is as before.
  absl::Status Check();
  // After a successful Check(): makes the edits part of the store and returns them by (table, UUID), without those that
  // changed nothing.
  std::vector<RowChange> Apply();

 private:
  // How a transaction changes the number of strong references to one row.
  struct Target {
    const TableSchema* table;
    Uuid uuid;
    int64_t delta = 0;
  };

  // Brings an edit that was made on an older version of the row onto the stored one.
  absl::Status Rebase(Edit& edit, const Row& stored);
  absl::Status CheckValues(Edit& edit);
  absl::Status CountReferences(const Edit& edit);
  absl::Status CheckDeleted();
  void CollectGarbage();
  absl::Status CheckRowCounts() const;
  absl::Status CleanWeakReferences();
  absl::Status CleanColumn(const ColumnSchema& column, Edit& edit, const Uuid& target);
  absl::Status CheckUnique();

  Target& TargetOf(const TableSchema& table, const Uuid& uuid);
  // References to the row when the transaction is done.
  int64_t ReferencesTo(const Target& target) const;
  // Whether there is such a row when the transaction is done, as far as is known.
  bool Exists(const TableSchema& table, const Uuid& uuid) const;
  std::string NameReferrer(const TableSchema& table, const Uuid& uuid) const;

  TransactionState& transaction_;
  Store& store_;
  EditSet& edits_;
  std::vector<Target> targets_;
  absl::flat_hash_map<std::pair<int, Uuid>, size_t> target_index_;
};

}  // namespace ovnlite

#endif  // OVNLITE_LIB_DB_COMMIT_H_
