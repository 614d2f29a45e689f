// File: transaction.h
// Edits to a database that become visible together, or not at all. Reads through the transaction see its own edits.
//
// Columns are set one by one, and members put into sets and maps, at the cost of what is written: a port added to a
// switch of thousands does not look at the others.
//
//   t.Insert<nb::Logical_Switch_Port>(port)->set_name("LSP1");
//   t.InsertMember(nb::columns::Logical_Switch::ports, ls, port);
//
// Or a row is written as a whole, as a message; that costs the size of the row. What was handed out as a message in this
// transaction is read when the transaction is committed, or when the row is looked at or edited in another way before.
//
// Mistakes (a row inserted twice, a member put into a row that does not exist) are reported by the commit.

#ifndef OVNLITE_DB_TRANSACTION_H_
#define OVNLITE_DB_TRANSACTION_H_

#include <memory>
#include <type_traits>

#include "absl/strings/string_view.h"
#include "ovnlite/base/uuid.h"
#include "ovnlite/schema/row.h"
#include "ovnlite/schema/row_view.h"

namespace google::protobuf {
class Message;
}  // namespace google::protobuf

namespace ovnlite {

struct TransactionState;

class Transaction {
 public:
  Transaction(Transaction&&) noexcept;
  Transaction& operator=(Transaction&&) noexcept;
  ~Transaction();

  // -- Any table --

  // A new row with default values, or with these. `uuid` must not exist yet.
  void InsertRow(const TableSchema& table, const Uuid& uuid);
  void InsertRow(const TableSchema& table, const Uuid& uuid, Row row);
  // Deletes the row if it exists.
  void Delete(const TableSchema& table, const Uuid& uuid);
  // The row as this transaction sees it; no row when there is none.
  Row Get(const TableSchema& table, const Uuid& uuid) const;
  // Of a row that exists.
  void Set(const ColumnSchema& column, const Uuid& row, Datum value);
  void InsertMember(const ColumnSchema& column, const Uuid& row, const AtomRef& member);
  void InsertPair(const ColumnSchema& column, const Uuid& row, const AtomRef& key, const AtomRef& value);
  // A set's member or a map's key.
  void EraseMember(const ColumnSchema& column, const Uuid& row, const AtomRef& member);

  // -- Typed columns --

  template <typename T, typename V>
  void Set(ScalarColumn<T, V> column, const Uuid& row, const std::type_identity_t<V>& value) {
    Set(SchemaOf<T>().columns()[column.index], row, AtomTraits<V>::ToAtom(value));
  }
  template <typename T, typename V>
  void Clear(ScalarColumn<T, V> column, const Uuid& row) {
    Set(SchemaOf<T>().columns()[column.index], row, Datum());
  }
  template <typename T, typename V>
  void InsertMember(SetColumn<T, V> column, const Uuid& row, const std::type_identity_t<V>& member) {
    InsertMember(SchemaOf<T>().columns()[column.index], row, AtomRef(member));
  }
  template <typename T, typename K, typename V>
  void InsertPair(MapColumn<T, K, V> column, const Uuid& row, const std::type_identity_t<K>& key,
                  const std::type_identity_t<V>& value) {
    InsertPair(SchemaOf<T>().columns()[column.index], row, AtomRef(key), AtomRef(value));
  }
  template <typename T, typename V>
  void EraseMember(SetColumn<T, V> column, const Uuid& row, const std::type_identity_t<V>& member) {
    EraseMember(SchemaOf<T>().columns()[column.index], row, AtomRef(member));
  }
  template <typename T, typename K, typename V>
  void EraseMember(MapColumn<T, K, V> column, const Uuid& row, const std::type_identity_t<K>& key) {
    EraseMember(SchemaOf<T>().columns()[column.index], row, AtomRef(key));
  }
  template <typename T>
  void Delete(const Uuid& uuid) {
    Delete(SchemaOf<T>(), uuid);
  }
  // No view of a row that is not there. Good until the row is edited.
  template <typename T>
  ViewOf<T> Read(const Uuid& uuid) const {
    return ViewOf<T>(Look(SchemaOf<T>(), uuid));
  }

  // -- Messages --

  // A new row with default values, to be filled in place.
  google::protobuf::Message* Insert(const TableSchema& table, const Uuid& uuid);
  // The row to edit in place, or null when there is no such row.
  google::protobuf::Message* Update(const TableSchema& table, const Uuid& uuid);
  template <typename T>
  T* Insert(const Uuid& uuid) {
    return static_cast<T*>(Insert(SchemaOf<T>(), uuid));
  }
  template <typename T>
  T* Update(const Uuid& uuid) {
    return static_cast<T*>(Update(SchemaOf<T>(), uuid));
  }

 private:
  friend class Database;
  friend struct TransactionAccess;  // For LoadLog().
  explicit Transaction(std::unique_ptr<TransactionState> state);
  const Row* Look(const TableSchema& table, const Uuid& uuid) const;

  std::unique_ptr<TransactionState> state_;
};

}  // namespace ovnlite

#endif  // OVNLITE_DB_TRANSACTION_H_
