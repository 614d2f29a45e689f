// File: feature.h
// A feature of the compiler is one file: its emitters, the queries that only it asks, and the columns of the Northbound
// database that it compiles. What no feature compiles is reported as unsupported (unsupported.h). features.cc lists them.

#ifndef OVNLITE_LIB_NORTHD_FEATURE_H_
#define OVNLITE_LIB_NORTHD_FEATURE_H_

#include <vector>

#include "absl/types/span.h"

namespace ovnlite {

class Incremental;
struct Context;

// A column of the Northbound database, or one key of a column that is a map.
struct CompiledColumn {
  const char* table;
  const char* column;
  const char* key = nullptr;
};

struct Feature {
  const char* name;
  // Adds the emitters. The context outlives the engine; queries of it that others define may be asked when emitters run.
  void (*define)(Incremental& engine, Context& context);
  std::vector<CompiledColumn> columns;
};

// All of them. What one of them feeds and another reads is declared beforehand (Context::Declare).
absl::Span<const Feature> Features();

}  // namespace ovnlite

#endif  // OVNLITE_LIB_NORTHD_FEATURE_H_
