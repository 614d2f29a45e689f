// File: schema.h
// The OVSDB view of a database (RFC 7047 section 3.2): its tables, their columns, and what a value may be. OVN's two
// are made out of the descriptors of ovn_nb.proto and ovn_sb.proto, so that a column is described in one place only;
// any other comes from its JSON (an .ovsschema file).
//
//   const TableSchema* table = NorthboundSchema().FindTable("Logical_Switch");
//   table->FindColumn("ports")->key().ref_table->name();  // "Logical_Switch_Port"
//
// Schemas are immutable; compare tables and columns by address. OVN's live as long as the program.

#ifndef OVNLITE_SCHEMA_SCHEMA_H_
#define OVNLITE_SCHEMA_SCHEMA_H_

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "ovnlite/schema/atom.h"

namespace google::protobuf {
class Descriptor;
class FileDescriptor;
class Message;
}  // namespace google::protobuf

namespace ovnlite {

class TableSchema;
struct ColumnAccess;  // lib/schema/column_access.h
struct TableAccess;

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
  // Inclusive, of integers and of real numbers.
  int64_t min_integer = std::numeric_limits<int64_t>::min();
  int64_t max_integer = std::numeric_limits<int64_t>::max();
  double min_real = std::numeric_limits<double>::lowest();
  double max_real = std::numeric_limits<double>::max();
  // Of strings, in characters.
  uint32_t min_length = 0;
  uint32_t max_length = std::numeric_limits<uint32_t>::max();
  // The only values allowed, when there are any; sorted.
  std::vector<Atom> one_of;
  // UUIDs: the table of the row they refer to, or null. A strong reference must refer to a row and keeps it; a weak one
  // disappears together with its row.
  const TableSchema* ref_table = nullptr;
  bool strong = false;
};

class ColumnSchema {
 public:
  static constexpr uint32_t kUnlimited = std::numeric_limits<uint32_t>::max();

  const std::string& name() const { return name_; }
  // "\"name\":", as a row in JSON has it.
  const std::string& member() const { return member_; }
  const TableSchema& table() const { return *table_; }
  // Position in table().columns(), which is also the field's index in the message, if there is one.
  int index() const { return index_; }
  ColumnShape shape() const { return shape_; }
  // The value's type; in a map the key's.
  const BaseType& key() const { return key_; }
  // A map's values' type.
  const BaseType& value() const { return value_; }
  // Fewest values: 1 for scalars and some sets, else 0. Most: 1 for scalars and optional columns, often kUnlimited else.
  int min_size() const { return min_size_; }
  uint32_t max_size() const { return max_size_; }
  // Not kept on disk.
  bool ephemeral() const { return ephemeral_; }
  // Whether it may be changed once the row is there.
  bool is_mutable() const { return mutable_; }
  bool HasReference() const { return key_.ref_table != nullptr || value_.ref_table != nullptr; }
  // How it is reached in a message. Only of tables that have one.
  const ColumnAccess& access() const { return *access_; }

 private:
  friend class DatabaseSchema;
  friend class SchemaReader;
  std::string name_, member_;
  const TableSchema* table_ = nullptr;
  int index_ = 0;
  ColumnShape shape_ = ColumnShape::kScalar;
  BaseType key_;
  BaseType value_;
  int min_size_ = 0;
  uint32_t max_size_ = 1;
  bool ephemeral_ = false;
  bool mutable_ = true;
  const ColumnAccess* access_ = nullptr;
};

class TableSchema {
 public:
  const std::string& name() const { return name_; }
  // Position in DatabaseSchema::tables(), which is also the message's index in its file, if there is one.
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
  // Null when its rows are not messages.
  const google::protobuf::Descriptor* descriptor() const { return descriptor_; }
  // A row with default values; its New() makes rows of this table. Only of tables whose rows are messages.
  const google::protobuf::Message& default_row() const { return *default_row_; }

  // The column of exactly this name, or null.
  const ColumnSchema* FindColumn(absl::string_view name) const;
  // The column a user means, as ovn-nbctl has it: upper and lower case, '-' and '_' are the same, and the beginning of
  // one column's name suffices. NotFound or InvalidArgument (several fit: the message lists them).
  absl::StatusOr<const ColumnSchema*> MatchColumn(absl::string_view name) const;

 private:
  friend class DatabaseSchema;
  friend class SchemaReader;
  // Sets what follows from the columns: by_name_, sets_, references_.
  void Finish();

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
  // every value of a file; at least half the buckets, of which there are a power of two, stay empty.
  size_t BucketOf(absl::string_view name) const;
  std::vector<uint16_t> by_name_;
};

class DatabaseSchema {
 public:
  DatabaseSchema(const google::protobuf::FileDescriptor& file, absl::Span<const TableAccess> access);
  // From JSON: RFC 7047's <database-schema>. InvalidArgument says where and why.
  static absl::StatusOr<std::unique_ptr<DatabaseSchema>> Parse(absl::string_view json);
  DatabaseSchema(const DatabaseSchema&) = delete;
  DatabaseSchema& operator=(const DatabaseSchema&) = delete;

  // "OVN_Northbound", for example.
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

  // As OVSDB's JSON <database-schema>, on one line: what `ovsdb-tool create` takes and the server's get_schema answers.
  std::string ToJson() const;

 private:
  friend class SchemaReader;
  DatabaseSchema() = default;

  std::string name_, version_, cksum_;
  const google::protobuf::FileDescriptor* file_ = nullptr;
  std::vector<std::unique_ptr<TableSchema>> tables_;
  absl::flat_hash_map<absl::string_view, const TableSchema*> by_name_;
};

// The schemas of OVN 23.03: 7.0.0 and 20.27.0.
const DatabaseSchema& NorthboundSchema();
const DatabaseSchema& SouthboundSchema();

}  // namespace ovnlite

#endif  // OVNLITE_SCHEMA_SCHEMA_H_
