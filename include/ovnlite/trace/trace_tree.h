// File: trace_tree.h
// What a trace found, as a tree: pipelines, the tables visited in them, the actions taken there, what became of the
// packet. Text in ovn-trace's three forms, and JSON, are ways of writing this tree.
//
//   pipeline        ingress(dp="LS1", inport="LSP1")
//     table          0. ls_in_check_port_sec (northd.c:8432): 1, priority 50, uuid ff098720
//       action       reg0[15] = check_in_port_sec();
//       action       next;
//       table       25. ls_in_l2_lkup (…): eth.dst == 00:00:00:00:ff:01, priority 50, uuid ac4ecb2b
//         …
// A table that `next` leads to hangs under the one before; the detailed form does not indent such tail calls, so that
// tables stand in one column.

#ifndef OVNLITE_TRACE_TRACE_TREE_H_
#define OVNLITE_TRACE_TRACE_TREE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/container/inlined_vector.h"
#include "ovnlite/base/uuid.h"
#include "ovnlite/trace/drop_cause.h"

namespace ovnlite {

enum class TraceKind : uint8_t {
  kPipeline,        // ingress(…), egress(…), multicast(…)
  kTransformation,  // The packet as something made of it: ct_next(…), icmp4, clone
  kTable,           // A logical flow that matched, or that none did.
  kAction,          // What the flow says is done, and remarks about it.
  kModify,          // What it did to the packet, reduced to constants: for the minimal form only.
  kOutput,          // /* output to "LSP2", type "" */
  kError,           // *** …
};
// "pipeline", "table" …
const char* TraceKindName(TraceKind kind);

struct TraceNode {
  TraceKind kind = TraceKind::kAction;
  std::string text;
  // Children are indented even if this is the last of its siblings.
  bool always_indent = false;
  absl::InlinedVector<std::unique_ptr<TraceNode>, 3> children;  // Most have no more.

  // -- What programs want to know besides the text.
  // kTable: the Logical_Flow row, and where it stands; zero when no flow matched.
  Uuid logical_flow;
  int table = -1;        // Logical table.
  std::string pipeline;  // kTable, kPipeline: "ingress", "egress", "multicast".
  std::string datapath;  // Name of the logical datapath.
  std::string port;      // kPipeline: inport of an ingress pipeline, outport of an egress one, name of the group;
                         // kOutput: the logical port.
  // kTable, kError: where packets end here, why.
  std::unique_ptr<DropCause> cause;
  std::string
      stage_hint;  // kTable: the Northbound row that the flow was made from (external_ids:stage-hint), 8 digits.

  TraceNode() = default;
  TraceNode(TraceKind k, std::string t) : kind(k), text(std::move(t)) {}

  TraceNode* Add(TraceKind k, std::string t) {
    children.push_back(std::make_unique<TraceNode>(k, std::move(t)));
    return children.back().get();
  }
};

enum class TraceForm : uint8_t { kDetailed, kSummary, kMinimal };

// The children of `root`, in one of ovn-trace's forms (ovn-trace(8), OUTPUT), without the line with the microflow.
std::string FormatTraceTree(const TraceNode& root, TraceForm form);

}  // namespace ovnlite

#endif  // OVNLITE_TRACE_TRACE_TREE_H_
