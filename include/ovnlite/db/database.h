// File: database.h
// An OVSDB database in memory: the tables of one schema (Northbound or Southbound), changed only by transactions that
// keep every promise the schema makes (RFC 7047 section 3.2): value ranges, enums, set sizes, unique indexes, strong
// and weak references, garbage collection of rows nobody needs.
//
// Rows are Protocol Buffers messages (nb::Logical_Switch, sb::Port_Binding, …) whose field names are OVN's column
// names. Readers get `const T*` and never a copy; a pointer stays valid until a transaction changes or deletes that
// row. Iteration goes by UUID, so it is the same in every run. Commit() sorts sets, as ovsdb-server does: equal sets
// are equal.
//
//   Database nb(NorthboundSchema());
//   Transaction t = nb.Begin();
//   nb::Logical_Switch* ls = t.Insert<nb::Logical_Switch>(uuid);
//   ls->set_name("LS1");
//   OVNLITE_RETURN_IF_ERROR(nb.Commit(std::move(t)).status());
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

namespace google::protobuf {
class Descriptor;
class Message;
}  // namespace google::protobuf

namespace ovnlite {

class DatabaseSchema;  // schema/schema.h
class TableSchema;

// One row changed by a transaction. Inserted: no before. Deleted: no after. The messages live as long as the delta.
struct RowChange {
  const TableSchema* table;
  Uuid uuid;
  const google::protobuf::Message* before;
  const google::protobuf::Message* after;
};

// What one transaction changed, garbage collection and weak-reference cleaning included; ordered by (table, UUID).
class Delta {
 public:
  absl::Span<const RowChange> changes() const { return changes_; }
  bool empty() const { return changes_.empty(); }

 private:
  friend class Database;
  std::vector<RowChange> changes_;
  std::vector<std::shared_ptr<const google::protobuf::Message>> kept_;  // Keeps before and after alive.
};

// Rows of one table by the value of one column: the reverse of reading it.
//   "name"                 a scalar or optional column: its text
//   "ports"                a set: one entry per element; references as UUID text
//   "options:router-port"  one key of a map: its value
//   "options"              a map: one entry per key
//   "@stage"               whatever a function makes of a row: see Database::IndexBy()
// Booleans are "true"/"false", integers decimal.
class Index {
 public:
  virtual ~Index() = default;
  // Rows whose column holds `key`, by UUID. Valid until the next commit.
  virtual absl::Span<const Uuid> Find(absl::string_view key) const = 0;
  // The keys under which a row stands (sorted, without duplicates): what an edit to it touches.
  virtual std::vector<std::string> KeysOf(const google::protobuf::Message& row) const = 0;
  virtual const TableSchema& table() const = 0;
  // Small, dense, stable for the life of the database.
  virtual int id() const = 0;
};

class Database;

// Edits that become visible together, or not at all. Reads through the transaction see its own edits.
class Transaction {
 public:
  Transaction(Transaction&&) noexcept;
  Transaction& operator=(Transaction&&) noexcept;
  ~Transaction();

  // A new row with default values, to be filled in place. `uuid` must not exist yet (the commit fails otherwise).
  google::protobuf::Message* Insert(const TableSchema& table, Uuid uuid);
  // A private copy of the row to edit in place, or null when there is no such row.
  google::protobuf::Message* Update(const TableSchema& table, Uuid uuid);
  // Deletes the row if it exists.
  void Delete(const TableSchema& table, Uuid uuid);
  // The row as this transaction sees it, or null.
  const google::protobuf::Message* Get(const TableSchema& table, Uuid uuid) const;

  template <typename T>
  T* Insert(Uuid uuid) {
    return static_cast<T*>(Insert(TableOf(T::descriptor()), uuid));
  }
  template <typename T>
  T* Update(Uuid uuid) {
    return static_cast<T*>(Update(TableOf(T::descriptor()), uuid));
  }
  template <typename T>
  void Delete(Uuid uuid) {
    Delete(TableOf(T::descriptor()), uuid);
  }
  template <typename T>
  const T* Get(Uuid uuid) const {
    return static_cast<const T*>(Get(TableOf(T::descriptor()), uuid));
  }

 private:
  friend class Database;
  friend struct TransactionAccess;  // For LoadLog().
  struct State;
  explicit Transaction(std::unique_ptr<State> state);
  const TableSchema& TableOf(const google::protobuf::Descriptor* type) const;

  std::unique_ptr<State> state_;
};

// A row as iteration shows it.
template <typename T>
struct RowOf {
  Uuid uuid;
  const T& row;
};

class Database {
 public:
  // `schema` must outlive the database.
  explicit Database(const DatabaseSchema& schema);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  const DatabaseSchema& schema() const;

  Transaction Begin() const;
  // Checks and applies. On error nothing has changed; the message begins with RFC 7047's word for the error
  // ("constraint violation: ...") where there is one, and names table, row, column and value:
  //   FailedPrecondition  referential integrity, unique index or row-count violation; a transaction of another database
  //   InvalidArgument     a value outside its column's type
  //   AlreadyExists       a row inserted under a UUID that exists
  //   Aborted             another transaction has meanwhile changed a row that this one updated or deleted
  absl::StatusOr<Delta> Commit(Transaction transaction);

  // The row or null.
  const google::protobuf::Message* Get(const TableSchema& table, const Uuid& uuid) const;
  size_t RowCount(const TableSchema& table) const;
  // Calls `visit` for every row, by UUID.
  void ForEach(const TableSchema& table,
               const std::function<void(const Uuid&, const google::protobuf::Message&)>& visit) const;

  template <typename T>
  const T* Get(const Uuid& uuid) const {
    return static_cast<const T*>(Get(TableOf(T::descriptor()), uuid));
  }
  template <typename T>
  size_t RowCount() const {
    return RowCount(TableOf(T::descriptor()));
  }
  // Every row of a table, by UUID, as pointers: for (const RowOf<sb::Chassis>& c : db.Rows<sb::Chassis>()).
  template <typename T>
  std::vector<RowOf<T>> Rows() const {
    std::vector<RowOf<T>> rows;
    rows.reserve(RowCount<T>());
    ForEach(TableOf(T::descriptor()), [&rows](const Uuid& uuid, const google::protobuf::Message& row) {
      rows.push_back({uuid, static_cast<const T&>(row)});
    });
    return rows;
  }
  // The index on a column (see Index), built at its first use and kept up to date from then on. The column must exist
  // (the program is aborted otherwise, as when a T is not of this database's schema).
  const Index& IndexOn(const TableSchema& table, absl::string_view column) const;
  template <typename T>
  const Index& IndexOn(absl::string_view column) const {
    return IndexOn(TableOf(T::descriptor()), column);
  }
  // An index by the keys that a function makes of some columns of a row. IndexOn() knows it afterwards by `name`, which
  // begins with '@'. Of two functions of one name the first is kept.
  using KeyFunction =
      std::function<void(const google::protobuf::Message& row, absl::FunctionRef<void(absl::string_view key)>)>;
  const Index& IndexBy(const TableSchema& table, absl::string_view name, absl::Span<const absl::string_view> columns,
                       KeyFunction keys) const;
  // Every index built so far on `table`.
  std::vector<const Index*> IndexesOf(const TableSchema& table) const;

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

  const TableSchema& TableOf(const google::protobuf::Descriptor* type) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ovnlite

#endif  // OVNLITE_DB_DATABASE_H_
