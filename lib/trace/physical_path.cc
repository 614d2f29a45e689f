#include "ovnlite/trace/physical_path.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace ovnlite {

const char* PhysicalKindName(PhysicalKind kind) {
  switch (kind) {
    case PhysicalKind::kEnter:
      return "enter";
    case PhysicalKind::kPipeline:
      return "pipeline";
    case PhysicalKind::kFlow:
      return "flow";
    case PhysicalKind::kTunnel:
      return "tunnel";
    case PhysicalKind::kDeliver:
      return "deliver";
    case PhysicalKind::kProvider:
      return "provider";
    case PhysicalKind::kRespond:
      return "respond";
    case PhysicalKind::kDrop:
      return "drop";
    case PhysicalKind::kNote:
      return "note";
  }
  return "";
}

std::string FormatPhysicalPath(const PhysicalPath& path) {
  std::string out, chassis = "-";
  for (const PhysicalStep& step : path) {
    if (step.kind == PhysicalKind::kFlow) continue;
    if (step.chassis != chassis) {
      chassis = step.chassis;
      absl::StrAppend(&out, chassis.empty() ? std::string("(nowhere)") : chassis, ":\n");
    }
    absl::StrAppend(&out, "    ", step.text, "\n");
    if (!step.headers.empty()) absl::StrAppend(&out, "        ", step.headers, "\n");
    if (!step.geneve.empty()) {
      absl::StrAppend(&out, "        Geneve bytes ",
                      absl::BytesToHexString({reinterpret_cast<const char*>(step.geneve.data()), step.geneve.size()}),
                      "\n");
    }
    if (step.cause.has_value() && step.kind != PhysicalKind::kDrop) {
      absl::StrAppend(&out, "        ", step.cause->text, "\n");
    }
    if (!step.row.IsZero())
      absl::StrAppend(&out, "        because of ", step.row_table, " ", step.row.ToString(), "\n");
  }
  return out;
}

}  // namespace ovnlite
