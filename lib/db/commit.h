// File: commit.h
// One transaction's way into the store, in the order of ovsdb-server: values, strong references, garbage collection,
// row counts, weak references, unique columns. Everything that can fail comes before anything that changes the store.
// Cost: the size of the changed rows, plus one look-up per reference that was added or removed.

#ifndef OVNLITE_LIB_DB_COMMIT_H_
#define OVNLITE_LIB_DB_COMMIT_H_

#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "lib/db/dormant_inserts.h"
#include "lib/db/edit_set.h"
#include "lib/db/store.h"
#include "ovnlite/db/database.h"

namespace ovnlite {

class CommitRun {
 public:
  // `dormant` may be null.
  CommitRun(Store& store, EditSet& edits, const DormantInserts* dormant)
      : store_(store), edits_(edits), dormant_(dormant) {}

  // Adds to the edits what follows from them. The store is as before.
  absl::Status Check();
  // After a successful Check(): makes the edits part of the store and returns them by (table, UUID), without those that
  // changed nothing and without dormant rows. Their `before` and `after` are taken over by the two lists, which may be
  // null.
  void Apply(std::vector<RowChange>* changes, std::vector<std::shared_ptr<const Row>>* kept);

 private:
  // How a transaction changes the number of strong references to one row.
  struct Target {
    const TableSchema* table;
    Uuid uuid;
    int64_t delta = 0;
  };

  absl::Status CheckValues(Edit& edit);
  absl::Status CountReferences(const Edit& edit);
  absl::Status CheckDormant();
  absl::Status CheckDeleted();
  void CollectGarbage();
  absl::Status CheckRowCounts() const;
  absl::Status CleanWeakReferences();
  void ApplyDormant();
  absl::Status CleanColumn(const ColumnSchema& column, Edit& edit);
  absl::Status CheckUnique();

  Target& TargetOf(const TableSchema& table, const Uuid& uuid);
  // References to the row when the transaction is done.
  int64_t ReferencesTo(const Target& target) const;
  // Whether there is such a row when the transaction is done, as far as is known.
  bool Exists(const TableSchema& table, const Uuid& uuid) const;
  // The edit of an existing row, made if need be.
  Edit& EditOf(const TableSchema& table, const Uuid& uuid);
  std::string NameReferrer(const TableSchema& table, const Uuid& uuid) const;

  Store& store_;
  EditSet& edits_;
  const DormantInserts* const dormant_;
  std::vector<Target> targets_;
  absl::flat_hash_map<std::pair<int, Uuid>, size_t> target_index_;
};

}  // namespace ovnlite

#endif  // OVNLITE_LIB_DB_COMMIT_H_
