// File: openflow_testutil.h
// Reading the flows that a real ovn-controller made of an expression, as `ovs-ofctl dump-flows` prints them, so that they can
// be compared with ToFlows() by meaning instead of by spelling.

#ifndef OVNLITE_LIB_LOGICAL_OPENFLOW_TESTUTIL_H_
#define OVNLITE_LIB_LOGICAL_OPENFLOW_TESTUTIL_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "ovnlite/logical/expr_flows.h"

namespace ovnlite {

// A flow in one spelling: words of the FlowKey with masks, conj_id, sorted conjunctions.
std::string CanonicalFlow(const ExprMatch& match);
// The same of a line such as "tcp,nw_src=10.0.0.0/8,tp_dst=80 conjunction(1,1/2)" (clauses from 1).
absl::StatusOr<std::string> CanonicalFlow(absl::string_view line);

// A recording: an expression per unindented line, and under it, indented, its flows, "ERROR message", or "(no flows)".
struct RecordedFlows {
  int line;
  std::string expression;
  std::string error;
  std::vector<std::string> flows;
};
std::vector<RecordedFlows> ParseRecordedFlows(const std::string& text);

}  // namespace ovnlite

#endif  // OVNLITE_LIB_LOGICAL_OPENFLOW_TESTUTIL_H_
