// File: column_access.h
// One column of a row, read and written without reflection, which cannot reach a map without copying it into a list.
// The functions are made for every column by codegen/column_list.cc, which reads the protos; there is nothing to add
// here for a new column.

#ifndef OVNLITE_LIB_SCHEMA_COLUMN_ACCESS_H_
#define OVNLITE_LIB_SCHEMA_COLUMN_ACCESS_H_

#include <google/protobuf/map.h>
#include <google/protobuf/message.h>
#include <google/protobuf/repeated_field.h>

#include <cstdint>
#include <string>

#include "absl/types/span.h"
#include "lib/schema/ovsdb.pb.h"
#include "ovnlite/base/uuid.h"

namespace ovnlite {

// The C++ type of a column, whether it is optional or not.
enum class ColumnKind : uint8_t {
  kInteger,
  kBoolean,
  kString,
  kUuid,
  kStringSet,
  kUuidSet,
  kStringToString,
  kStringToInteger,
  kStringToUuid,
};

using StringSet = google::protobuf::RepeatedPtrField<std::string>;
using UuidSet = google::protobuf::RepeatedPtrField<ovsdb::Uuid>;
using StringToString = google::protobuf::Map<std::string, std::string>;
using StringToInteger = google::protobuf::Map<std::string, int64_t>;
using StringToUuid = google::protobuf::Map<std::string, ovsdb::Uuid>;

inline Uuid FromProto(const ovsdb::Uuid& uuid) { return Uuid(uuid.high(), uuid.low()); }
inline void ToProto(const Uuid& uuid, ovsdb::Uuid* proto) {
  proto->set_high(uuid.high());
  proto->set_low(uuid.low());
}
inline ovsdb::Uuid ToProto(const Uuid& uuid) {
  ovsdb::Uuid proto;
  ToProto(uuid, &proto);
  return proto;
}

struct ColumnAccess {
  using Row = google::protobuf::Message;

  const char* name;
  ColumnKind kind;
  // The address of the value, for every kind but integers and booleans; write() makes an optional value present.
  const void* (*read)(const Row&);
  void* (*write)(Row&);
  // Integers and booleans.
  int64_t (*read_number)(const Row&);
  void (*write_number)(Row&, int64_t);
  // Whether an optional column or a UUID has a value; null for all other columns.
  bool (*has)(const Row&);
  void (*clear)(Row&);

  // The value, in the type that `kind` says.
  template <typename T>
  const T& Get(const Row& row) const {
    return *static_cast<const T*>(read(row));
  }
  template <typename T>
  T& Mutable(Row& row) const {
    return *static_cast<T*>(write(row));
  }
  bool Has(const Row& row) const { return has == nullptr || has(row); }
};

// A table's columns, in the order of the fields of its message.
struct TableAccess {
  const char* name;
  absl::Span<const ColumnAccess> columns;
  const google::protobuf::Message& (*default_row)();
};

// In the order of the messages in ovn_nb.proto and ovn_sb.proto.
absl::Span<const TableAccess> NorthboundAccess();
absl::Span<const TableAccess> SouthboundAccess();

}  // namespace ovnlite

#endif  // OVNLITE_LIB_SCHEMA_COLUMN_ACCESS_H_
