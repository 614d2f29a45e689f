// File: database.h
// An OVSDB database in memory: the tables of one schema, changed only by transactions that keep every promise the schema
// makes (RFC 7047 section 3.2): value ranges, enums, set sizes, unique indexes, strong and weak references, garbage
// collection of rows nobody needs.
//
// Rows are read as views, column by column, at the cost of what is read (schema/row_view.h); or as Protocol Buffers
// messages (nb::Logical_Switch, sb::Port_Binding, …) whose field names are OVN's column names. Iteration goes by UUID, so
// it is the same in every run. Sets and maps are kept sorted.
//
//   Database nb(NorthboundSchema());
//   Transaction t = nb.Begin();
//   nb::Logical_Switch* ls = t.Insert<nb::Logical_Switch>(uuid);
//   ls->set_name("LS1");
//   OVNLITE_RETURN_IF_ERROR(nb.Commit(std::move(t)).status());
//   nb.Read<nb::Logical_Switch>(uuid)->name();  // "LS1"
//
// Not thread-safe: one thread at a time, as everything the caller owns.

#ifndef OVNLITE_DB_DATABASE_H_
#define OVNLITE_DB_DATABASE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "ovnlite/base/uuid.h"
#include "ovnlite/db/delta.h"
#include "ovnlite/db/index.h"
#include "ovnlite/db/transaction.h"
#include "ovnlite/schema/row_view.h"

namespace google::protobuf {
class Descriptor;
class Message;
}  // namespace google::protobuf

namespace ovnlite {

class DatabaseSchema;  // schema/schema.h
class TableSchema;

// A row as iteration shows it.
template <typename T>
struct RowOf {
  Uuid uuid;
  ViewOf<T> row;
};

// Called once with what became of a transaction: see Database::Submit().
using CommitDone = std::function<void(const absl::Status&)>;

// Who decides on a database's transactions when it is not the database itself: a server, say, of which it is a replica.
class CommitAuthority {
 public:
  virtual ~CommitAuthority() = default;
  // Takes over the transaction, and calls `done` when it is decided, after the database shows what was accepted; at once
  // or later. A transaction that is never decided must be given up with an error.
  virtual void Submit(Transaction transaction, CommitDone done) = 0;
};

class Database {
 public:
  // `schema` must outlive the database.
  explicit Database(const DatabaseSchema& schema);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  const DatabaseSchema& schema() const;

  // -- Changing --

  Transaction Begin() const;
  // Checks and applies. On error nothing has changed; the message begins with RFC 7047's word for the error
  // ("constraint violation: ...") where there is one, and names table, row, column and value:
  //   FailedPrecondition  referential integrity, unique index or row-count violation; a transaction of another database
  //   InvalidArgument     a value outside its column's type
  //   AlreadyExists       a row inserted under a UUID that exists
  //   NotFound            a member put into a row that does not exist
  //   Aborted             another transaction has meanwhile changed a row that this one updated or deleted
  absl::StatusOr<Delta> Commit(Transaction transaction);
  // The same for whoever can wait, and must where somebody else decides: with an authority the transaction goes there,
  // and `done` is called when it knows. Without one it is called before Submit() returns.
  void Submit(Transaction transaction, CommitDone done);
  // Null: the database decides. The authority must outlive the database or be taken away before.
  void SetAuthority(CommitAuthority* authority);

  // -- Reading --

  // The row, or none; stays at its address until a transaction changes or deletes it.
  const Row* Find(const TableSchema& table, const Uuid& uuid) const;
  size_t RowCount(const TableSchema& table) const;
  // Calls `visit` for every row, by UUID.
  void ForEach(const TableSchema& table, const std::function<void(const Uuid&, const Row&)>& visit) const;

  // The row as a view, or no row; good until a transaction changes or deletes it.
  template <typename T>
  ViewOf<T> Read(const Uuid& uuid) const {
    return ViewOf<T>(Find(TableOf<T>(), uuid));
  }
  template <typename T>
  size_t RowCount() const {
    return RowCount(TableOf<T>());
  }
  // Every row of a table, by UUID: for (const auto& [uuid, chassis] : db.Rows<sb::Chassis>()).
  template <typename T>
  std::vector<RowOf<T>> Rows() const {
    std::vector<RowOf<T>> rows;
    rows.reserve(RowCount<T>());
    ForEach(TableOf<T>(), [&rows](const Uuid& uuid, const Row& row) { rows.push_back({uuid, ViewOf<T>(&row)}); });
    return rows;
  }
  // The row as a message, or null. Made when it is first asked for, and kept until a transaction changes or deletes the
  // row.
  const google::protobuf::Message* Get(const TableSchema& table, const Uuid& uuid) const;
  template <typename T>
  const T* Get(const Uuid& uuid) const {
    return static_cast<const T*>(Get(TableOf<T>(), uuid));
  }

  // -- Finding --

  // Rows by the values of a column (of a map: by its keys), or by the value under one key of a map. Built at its first
  // use and kept up to date from then on, at the cost of what changes.
  const Index& IndexOn(const ColumnSchema& column) const;
  const Index& IndexOn(const ColumnSchema& map, absl::string_view key) const;
  // Rows whose column holds `key`: db.Find(nb::columns::Logical_Switch::ports, port).
  template <typename T, typename V>
  RowIds Find(ScalarColumn<T, V> column, const std::type_identity_t<V>& key) const {
    return IndexOn(TableOf<T>().columns()[column.index]).Find(AtomRef(key));
  }
  template <typename T, typename V>
  RowIds Find(SetColumn<T, V> column, const std::type_identity_t<V>& key) const {
    return IndexOn(TableOf<T>().columns()[column.index]).Find(AtomRef(key));
  }
  // Rows whose map holds this pair.
  template <typename T, typename K, typename V>
  RowIds Find(MapColumn<T, K, V> column, const std::type_identity_t<K>& key,
              const std::type_identity_t<V>& value) const {
    return IndexOn(TableOf<T>().columns()[column.index], key).Find(AtomRef(value));
  }
  // An index by the keys, text of any bytes, that a function makes of some columns of a row; known by `name`. Of two
  // functions of one name the first is kept.
  using KeyFunction = std::function<void(const Row& row, absl::FunctionRef<void(absl::string_view key)>)>;
  const Index& IndexBy(const TableSchema& table, absl::string_view name, ColumnMask columns, KeyFunction keys) const;
  // The index of that name, or null.
  const Index* FindIndex(const TableSchema& table, absl::string_view name) const;
  // Every index built so far on `table`.
  std::vector<const Index*> IndexesOf(const TableSchema& table) const;

  // -- Listening --

  // Calls `listener` after every commit that changed something, in the order of subscription, until the returned
  // handle is destroyed. A listener may begin transactions but not commit them to this database.
  class Subscription {
   public:
    Subscription() = default;
    Subscription(Subscription&&) = default;
    Subscription& operator=(Subscription&&) = default;

   private:
    friend class Database;
    std::shared_ptr<void> keep_;
  };
  [[nodiscard]] Subscription Subscribe(std::function<void(const Delta&)> listener);

  // The table of a message's type, which must be of this database's schema (the program is aborted otherwise).
  template <typename T>
  const TableSchema& TableOf() const {
    CheckSchema(TableTraits<T>::kSchema());
    return SchemaOf<T>();
  }

 private:
  struct State;
  void CheckSchema(const DatabaseSchema& schema) const;

  std::unique_ptr<State> state_;
};

}  // namespace ovnlite

#endif  // OVNLITE_DB_DATABASE_H_
