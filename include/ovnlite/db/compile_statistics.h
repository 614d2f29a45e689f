// File: compile_statistics.h
// How much an incremental compiler has done since it began, for those who care about cost. An edit's cost is the
// difference between before and after.

#ifndef OVNLITE_DB_COMPILE_STATISTICS_H_
#define OVNLITE_DB_COMPILE_STATISTICS_H_

#include <cstdint>

namespace ovnlite {

struct CompileStatistics {
  uint64_t emitter_runs = 0;
  uint64_t query_runs = 0;
  uint64_t queries_unchanged = 0;  // Runs whose answer was equal, which stopped the wave.
  uint64_t reads = 0;              // Rows, index entries, answers and relations read by these runs.
  uint64_t values = 0;             // What was in them: 1 for a cell, and each member of a set, row found, value of a key.
  uint64_t items = 0;              // Items and pairs put into place or taken away.
};

}  // namespace ovnlite

#endif  // OVNLITE_DB_COMPILE_STATISTICS_H_
