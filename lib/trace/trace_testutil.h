// File: trace_testutil.h
// Recorded traces: the folder of a case holds sb.db, and for line NN of the list of traces what ovn-trace printed:
// NN.trace (--detailed) and NN.summary. A line of the list is an argument list of ovn-trace, quoted as for a shell.

#ifndef OVNLITE_LIB_TRACE_TRACE_TESTUTIL_H_
#define OVNLITE_LIB_TRACE_TRACE_TESTUTIL_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ovnlite/trace/trace.h"

namespace ovnlite {

struct TraceArguments {
  std::string line;
  std::string datapath;
  std::string microflow;
  TraceOptions options;
};

// InvalidArgument for what it does not know.
absl::StatusOr<TraceArguments> ParseTraceArguments(absl::string_view line);

// The lines of a list, without empty ones and comments.
std::vector<std::string> TraceLines(absl::string_view list);

// "07" for line number 7.
std::string TraceNumber(size_t number);

}  // namespace ovnlite

#endif  // OVNLITE_LIB_TRACE_TRACE_TESTUTIL_H_
