// File: schema.h
// The OVSDB view of a database (RFC 7047 section 3.2): its tables, their columns, and what a value may be. Made out of
// the descriptors of ovn_nb.proto and ovn_sb.proto, so that a column is described in one place only.
//
//   const TableSchema* table = NorthboundSchema().FindTable("Logical_Switch");
//   table->FindColumn("ports")->key().ref_table->name();  // "Logical_Switch_Port"
//
// Schemas are immutable and live as long as the program; compare tables and columns by address.

#ifndef OVNLITE_SCHEMA_SCHEMA_H_
#define OVNLITE_SCHEMA_SCHEMA_H_

#include <array>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace google::protobuf {
class Descriptor;
class FileDescriptor;
class Message;
}  // namespace google::protobuf

namespace ovnlite {

class TableSchema;
struct ColumnAccess;  // lib/schema/column_access.h
struct TableAccess;

// OVSDB's <atomic-type>. (No column of OVN is "real".)
enum class AtomType : uint8_t { kInteger, kBoolean, kString, kUuid };

// How many values a column holds, and of which kind.
enum class ColumnShape : uint8_t {
  kScalar,    // exactly one
  kOptional,  // none or one
  kSet,       // any number, without duplicates, sorted
  kMap,       // any number of pairs with different keys
};

// OVSDB's <base-type>: a value, or one side of a pair in a map.
struct BaseType {
  AtomType type = AtomType::kString;
  // Integers: inclusive.
  int64_t min_integer = std::numeric_limits<int64_t>::min();
  int64_t max_integer = std::numeric_limits<int64_t>::max();
  // Strings: in characters; and the only values allowed, when there are any.
  uint32_t max_length = std::numeric_limits<uint32_t>::max();
  std::vector<std::string> one_of;
  // UUIDs: the table of the row they refer to, or null. A strong reference must refer to a row and keeps it; a weak one
  // disappears together with its row.
  const TableSchema* ref_table = nullptr;
  bool strong = false;
};

class ColumnSchema {
 public:
  const std::string& name() const { return name_; }
  // "\"name\":", as a row in JSON has it.
  const std::string& member() const { return member_; }
  const TableSchema& table() const { return *table_; }
  // Position in table().columns(), which is also the field's index in the message.
  int index() const { return index_; }
  ColumnShape shape() const { return shape_; }
  // The value's type; in a map the key's.
  const BaseType& key() const { return key_; }
  // A map's values' type.
  const BaseType& value() const { return value_; }
  // Fewest values: 1 for scalars and some sets, else 0.
  int min_size() const { return min_size_; }
  // Not kept on disk.
  bool ephemeral() const { return ephemeral_; }
  bool HasReference() const { return key_.ref_table != nullptr || value_.ref_table != nullptr; }
  const ColumnAccess& access() const { return *access_; }

 private:
  friend class DatabaseSchema;
  std::string name_, member_;
  const TableSchema* table_ = nullptr;
  int index_ = 0;
  ColumnShape shape_ = ColumnShape::kScalar;
  BaseType key_;
  BaseType value_;
  int min_size_ = 0;
  bool ephemeral_ = false;
  const ColumnAccess* access_ = nullptr;
};

class TableSchema {
 public:
  const std::string& name() const { return name_; }
  // Position in DatabaseSchema::tables(), which is also the message's index in its file.
  int index() const { return index_; }
  // Whether rows live without being referred to.
  bool is_root() const { return is_root_; }
  // Whether a column of any table refers to its rows.
  bool is_referred_to() const { return is_referred_to_; }
  // Most rows it may hold.
  size_t max_rows() const { return max_rows_; }
  absl::Span<const ColumnSchema> columns() const { return columns_; }
  // Those that are sets, and those with references.
  absl::Span<const ColumnSchema* const> sets() const { return sets_; }
  absl::Span<const ColumnSchema* const> references() const { return references_; }
  // Groups of columns that no two rows may have equal.
  absl::Span<const std::vector<const ColumnSchema*>> unique() const { return unique_; }
  const google::protobuf::Descriptor* descriptor() const { return descriptor_; }
  // A row with default values; its New() makes rows of this table.
  const google::protobuf::Message& default_row() const { return *default_row_; }

  // The column of exactly this name, or null.
  const ColumnSchema* FindColumn(absl::string_view name) const;
  // The column a user means, as ovn-nbctl has it: upper and lower case, '-' and '_' are the same, and the beginning of
  // one column's name suffices. NotFound or InvalidArgument (several fit: the message lists them).
  absl::StatusOr<const ColumnSchema*> MatchColumn(absl::string_view name) const;

 private:
  friend class DatabaseSchema;
  std::string name_;
  int index_ = 0;
  bool is_root_ = false;
  bool is_referred_to_ = false;
  size_t max_rows_ = std::numeric_limits<size_t>::max();
  std::vector<ColumnSchema> columns_;
  std::vector<const ColumnSchema*> sets_, references_;
  std::vector<std::vector<const ColumnSchema*>> unique_;
  const google::protobuf::Descriptor* descriptor_ = nullptr;
  const google::protobuf::Message* default_row_ = nullptr;
  // By name: the column's position plus one, in a bucket of its own or in one of the next. Columns are looked up for
  // every value of a file; there are never as many as half the buckets.
  static constexpr size_t kBuckets = 128;
  static size_t BucketOf(absl::string_view name);
  void AddName(const ColumnSchema& column);
  std::array<uint8_t, kBuckets> by_name_{};
};

class DatabaseSchema {
 public:
  DatabaseSchema(const google::protobuf::FileDescriptor& file, absl::Span<const TableAccess> access);
  DatabaseSchema(const DatabaseSchema&) = delete;
  DatabaseSchema& operator=(const DatabaseSchema&) = delete;

  // "OVN_Northbound" or "OVN_Southbound".
  const std::string& name() const { return name_; }
  // Of the schema, e.g. "7.0.0".
  const std::string& version() const { return version_; }
  const std::string& cksum() const { return cksum_; }
  absl::Span<const std::unique_ptr<TableSchema>> tables() const { return tables_; }

  // The table of exactly this name, or null.
  const TableSchema* FindTable(absl::string_view name) const;
  // The table a user means: see TableSchema::MatchColumn().
  absl::StatusOr<const TableSchema*> MatchTable(absl::string_view name) const;
  // The table whose rows are messages of this type, or null when they belong to another database.
  const TableSchema* TableOf(const google::protobuf::Descriptor* type) const;

  // The same tables, with columns that hold any value of their shape and atomic types: no ranges, lengths,
  // enumerations. Columns that are not `known` are there, but have no name. For what other versions of OVN have
  // written.
  std::unique_ptr<DatabaseSchema> Widened(absl::FunctionRef<bool(const ColumnSchema&)> known) const;

  // As OVSDB's JSON <database-schema>, on one line: what `ovsdb-tool create` takes and the server's get_schema answers.
  std::string ToJson() const;

 private:
  std::string name_, version_, cksum_;
  const google::protobuf::FileDescriptor* file_;
  absl::Span<const TableAccess> access_;
  std::vector<std::unique_ptr<TableSchema>> tables_;
  absl::flat_hash_map<absl::string_view, const TableSchema*> by_name_;
};

// The schemas of OVN 23.03: 7.0.0 and 20.27.0.
const DatabaseSchema& NorthboundSchema();
const DatabaseSchema& SouthboundSchema();

}  // namespace ovnlite

#endif  // OVNLITE_SCHEMA_SCHEMA_H_
