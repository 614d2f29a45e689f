// File: column_macros.h
// What the lists *.columns.inc are written in: each line becomes one ColumnAccess. Included by nb_columns.cc and
// sb_columns.cc only, since it brings short names with it.

#ifndef OVNLITE_LIB_SCHEMA_COLUMN_MACROS_H_
#define OVNLITE_LIB_SCHEMA_COLUMN_MACROS_H_

#include "lib/schema/column_access.h"

#define OVNLITE_CONST(T, column) [](const Row& r) -> const void* { return &static_cast<const T&>(r).column(); }
#define OVNLITE_MUTABLE(T, column) [](Row& r) -> void* { return static_cast<T&>(r).mutable_##column(); }
#define OVNLITE_GET(T, column) [](const Row& r) -> int64_t { return static_cast<const T&>(r).column(); }
#define OVNLITE_SET(T, column, type) [](Row& r, int64_t v) { static_cast<T&>(r).set_##column(static_cast<type>(v)); }
#define OVNLITE_HAS(T, column) [](const Row& r) { return static_cast<const T&>(r).has_##column(); }
#define OVNLITE_CLEAR(T, column) [](Row& r) { static_cast<T&>(r).clear_##column(); }

#define OVNLITE_ADDRESSED(T, column, kind, has)                                                              \
  {#column, ColumnKind::kind,        OVNLITE_CONST(T, column), OVNLITE_MUTABLE(T, column), nullptr, nullptr, \
   has,     OVNLITE_CLEAR(T, column)},
#define OVNLITE_NUMBER(T, column, kind, type, has)                                                           \
  {#column, ColumnKind::kind,        nullptr, nullptr, OVNLITE_GET(T, column), OVNLITE_SET(T, column, type), \
   has,     OVNLITE_CLEAR(T, column)},

#define SCALAR_INTEGER(T, column) OVNLITE_NUMBER(T, column, kInteger, int64_t, nullptr)
#define SCALAR_BOOLEAN(T, column) OVNLITE_NUMBER(T, column, kBoolean, bool, nullptr)
#define SCALAR_STRING(T, column) OVNLITE_ADDRESSED(T, column, kString, nullptr)
#define SCALAR_UUID(T, column) OVNLITE_ADDRESSED(T, column, kUuid, OVNLITE_HAS(T, column))
#define OPTIONAL_INTEGER(T, column) OVNLITE_NUMBER(T, column, kInteger, int64_t, OVNLITE_HAS(T, column))
#define OPTIONAL_BOOLEAN(T, column) OVNLITE_NUMBER(T, column, kBoolean, bool, OVNLITE_HAS(T, column))
#define OPTIONAL_STRING(T, column) OVNLITE_ADDRESSED(T, column, kString, OVNLITE_HAS(T, column))
#define OPTIONAL_UUID(T, column) OVNLITE_ADDRESSED(T, column, kUuid, OVNLITE_HAS(T, column))
#define SET_STRING(T, column) OVNLITE_ADDRESSED(T, column, kStringSet, nullptr)
#define SET_UUID(T, column) OVNLITE_ADDRESSED(T, column, kUuidSet, nullptr)
#define MAP_STRING_STRING(T, column) OVNLITE_ADDRESSED(T, column, kStringToString, nullptr)
#define MAP_STRING_INTEGER(T, column) OVNLITE_ADDRESSED(T, column, kStringToInteger, nullptr)
#define MAP_STRING_UUID(T, column) OVNLITE_ADDRESSED(T, column, kStringToUuid, nullptr)

#define TABLE_BEGIN(T) static constexpr ColumnAccess k##T##Columns[] = {
#define TABLE_END(T) \
  }                  \
  ;
#define TABLE(T) {#T, k##T##Columns, []() -> const Row& { return T::default_instance(); }},

#endif  // OVNLITE_LIB_SCHEMA_COLUMN_MACROS_H_
