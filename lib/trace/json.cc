// A trace as JSON (RFC 8259).
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "ovnlite/base/utf8.h"
#include "ovnlite/trace/trace.h"

namespace ovnlite {
namespace {

std::string Hex(const std::vector<uint8_t>& bytes) {
  return absl::BytesToHexString({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

// The members of an object, one after the other.
class Object {
 public:
  explicit Object(std::string& out) : out_(out) { out_ += '{'; }
  ~Object() { End(); }
  // No more members come.
  void End() {
    if (!std::exchange(ended_, true)) out_ += '}';
  }
  void Raw(absl::string_view name, absl::string_view value) {
    absl::StrAppend(&out_, first_ ? "\"" : ", \"", name, "\": ", value);
    first_ = false;
  }
  void Text(absl::string_view name, absl::string_view value) { Raw(name, QuoteJson(value)); }
  void TextUnlessEmpty(absl::string_view name, absl::string_view value) {
    if (!value.empty()) Text(name, value);
  }

 private:
  std::string& out_;
  bool first_ = true;
  bool ended_ = false;
};

std::string Cause(const DropCause& cause) {
  std::string out;
  Object object(out);
  object.Text("kind", DropKindName(cause.kind));
  object.Raw("answered", cause.answered ? "true" : "false");
  object.Text("text", cause.text);
  object.TextUnlessEmpty("stage", cause.stage);
  object.TextUnlessEmpty("table", cause.table);
  object.TextUnlessEmpty("row", cause.row);
  object.TextUnlessEmpty("name", cause.name);
  object.End();
  return out;
}

std::string Nodes(const TraceNode& parent) {
  std::string out = "[";
  for (const auto& node : parent.children) {
    if (out.size() > 1) out += ", ";
    Object object(out);
    object.Text("kind", TraceKindName(node->kind));
    object.Text("text", node->text);
    if (!node->logical_flow.IsZero()) object.Text("logical_flow", node->logical_flow.ToString());
    object.TextUnlessEmpty("stage_hint", node->stage_hint);
    if (node->table >= 0) object.Raw("table", absl::StrCat(node->table));
    object.TextUnlessEmpty("pipeline", node->pipeline);
    object.TextUnlessEmpty("datapath", node->datapath);
    object.TextUnlessEmpty("port", node->port);
    if (node->cause != nullptr) object.Raw("cause", Cause(*node->cause));
    if (!node->children.empty()) object.Raw("nodes", Nodes(*node));
  }
  return out + "]";
}

std::string Steps(const PhysicalPath& path) {
  std::string out = "[";
  for (const PhysicalStep& step : path) {
    if (out.size() > 1) out += ", ";
    Object object(out);
    object.Text("kind", PhysicalKindName(step.kind));
    object.TextUnlessEmpty("chassis", step.chassis);
    object.TextUnlessEmpty("text", step.text);
    object.TextUnlessEmpty("to", step.to);
    object.TextUnlessEmpty("headers", step.headers);
    object.TextUnlessEmpty("geneve", Hex(step.geneve));
    object.TextUnlessEmpty("frame", Hex(step.frame));
    object.TextUnlessEmpty("port", step.port);
    object.TextUnlessEmpty("row_table", step.row_table);
    if (!step.row.IsZero()) object.Text("row", step.row.ToString());
    if (step.cause.has_value()) object.Raw("cause", Cause(*step.cause));
  }
  return out + "]";
}

}  // namespace

std::string Trace::ToJson() const {
  std::string list = "[";
  for (const std::string& warning : warnings) absl::StrAppend(&list, list.size() > 1 ? ", " : "", QuoteJson(warning));
  list += ']';
  std::string out;
  {
    Object object(out);
    object.Raw("version", absl::StrCat(kTraceJsonVersion));
    object.Text("microflow", microflow);
    object.Raw("warnings", list);
    object.Raw("partial", is_partial ? "true" : "false");
    object.Raw("nodes", Nodes(root));
    object.Raw("physical", Steps(physical));
    object.Raw("reply", Steps(reply));
  }
  return out;
}

}  // namespace ovnlite
