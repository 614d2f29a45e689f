#include "absl/container/inlined_vector.h"
#include "absl/strings/match.h"
#include "ovnlite/trace/trace_tree.h"

namespace ovnlite {
namespace {

using Nodes = absl::InlinedVector<const TraceNode*, 8>;

// Those that have no children worth a level of their own.
bool IsTerminal(TraceKind kind) {
  return kind == TraceKind::kOutput || kind == TraceKind::kAction || kind == TraceKind::kError ||
         kind == TraceKind::kModify;
}

bool HasTitle(TraceKind kind) { return kind == TraceKind::kPipeline || kind == TraceKind::kTransformation; }

void PrintDetailed(const TraceNode& parent, int level, std::string& out) {
  Nodes nodes;
  for (const auto& child : parent.children) {
    if (child->kind != TraceKind::kModify) nodes.push_back(child.get());
  }
  for (const TraceNode* node : nodes) {
    const int more = node != nodes.back() || node->always_indent || IsTerminal(node->kind) ? 1 : 0;
    const size_t indent = static_cast<size_t>(level + more) * 4;
    if (HasTitle(node->kind)) out += '\n';
    out.append(indent, ' ').append(node->text).push_back('\n');
    if (HasTitle(node->kind)) out.append(indent, ' ').append(node->text.size(), '-').push_back('\n');
    PrintDetailed(*node, level + more + more, out);
  }
}

// The children of `parent` as the other two forms see them: those that are not `kept` give way to their own children.
template <typename Kept>
void Flatten(const TraceNode& parent, const Kept& kept, Nodes& nodes) {
  for (const auto& child : parent.children) {
    if (kept(*child)) {
      nodes.push_back(child.get());
    } else {
      Flatten(*child, kept, nodes);
    }
  }
}

bool InSummary(const TraceNode& node) { return node.kind != TraceKind::kModify && node.kind != TraceKind::kTable; }

bool InMinimal(const TraceNode& node) {
  return node.kind == TraceKind::kModify || node.kind == TraceKind::kTransformation || node.kind == TraceKind::kError;
}

template <typename Kept>
void PrintNested(const TraceNode& parent, const Kept& kept, int level, std::string& out) {
  Nodes nodes;
  Flatten(parent, kept, nodes);
  const size_t indent = static_cast<size_t>(level) * 4;
  for (const TraceNode* node : nodes) {
    if (node->kind == TraceKind::kAction && absl::StartsWith(node->text, "next(")) continue;
    out.append(indent, ' ').append(node->text);
    Nodes children;
    Flatten(*node, kept, children);
    if (!children.empty()) {
      out += " {\n";
      PrintNested(*node, kept, level + 1, out);
      out.append(indent, ' ').push_back('}');
    }
    if (node->kind != TraceKind::kAction) out += ';';
    out += '\n';
  }
}

}  // namespace

const char* TraceKindName(TraceKind kind) {
  switch (kind) {
    case TraceKind::kPipeline:
      return "pipeline";
    case TraceKind::kTransformation:
      return "transformation";
    case TraceKind::kTable:
      return "table";
    case TraceKind::kAction:
      return "action";
    case TraceKind::kModify:
      return "modify";
    case TraceKind::kOutput:
      return "output";
    case TraceKind::kError:
      return "error";
  }
  return "";
}

std::string FormatTraceTree(const TraceNode& root, TraceForm form) {
  std::string out;
  switch (form) {
    case TraceForm::kDetailed:
      PrintDetailed(root, 0, out);
      break;
    case TraceForm::kSummary:
      PrintNested(root, InSummary, 0, out);
      break;
    case TraceForm::kMinimal:
      PrintNested(root, InMinimal, 0, out);
      break;
  }
  return out;
}

}  // namespace ovnlite
