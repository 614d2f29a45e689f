// A trace as JSON (RFC 8259).
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "ovnlite/trace/trace.h"

namespace ovnlite {
namespace {

std::string Quoted(absl::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      absl::StrAppendFormat(&out, "\\u%04x", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string Hex(const std::vector<uint8_t>& bytes) {
  return absl::BytesToHexString({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

// The members of an object, one after the other.
class Object {
 public:
  explicit Object(std::string& out) : out_(out) { out_ += '{'; }
  ~Object() { out_ += '}'; }
  void Raw(absl::string_view name, absl::string_view value) {
    absl::StrAppend(&out_, first_ ? "" : ", ", Quoted(name), ": ", value);
    first_ = false;
  }
  void Text(absl::string_view name, absl::string_view value) { Raw(name, Quoted(value)); }
  void TextUnlessEmpty(absl::string_view name, absl::string_view value) {
    if (!value.empty()) Text(name, value);
  }

 private:
  std::string& out_;
  bool first_ = true;
};

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
  }
  return out + "]";
}

}  // namespace

std::string Trace::ToJson() const {
  std::string list = "[";
  for (const std::string& warning : warnings) absl::StrAppend(&list, list.size() > 1 ? ", " : "", Quoted(warning));
  list += ']';
  std::string out;
  {
    Object object(out);
    object.Text("microflow", microflow);
    object.Raw("warnings", list);
    object.Raw("nodes", Nodes(root));
    object.Raw("physical", Steps(physical));
  }
  return out;
}

}  // namespace ovnlite
