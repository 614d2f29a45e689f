#include "tools/lab_real_report.h"

#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "ovnlite/base/status.h"

namespace ovnlite::tools {
namespace {

constexpr char kIndent[] = "      ";

}  // namespace

absl::Status LabReport::Step(const std::string& name, const std::function<absl::StatusOr<Finding>()>& step) {
  const Instant begun = clock_.Now();
  absl::StatusOr<Finding> found = step();
  Entry entry = {name, found.status(), {}, clock_.Now() - begun};
  if (found.ok()) entry.finding = *std::move(found);
  if (!json_) {
    const std::string detail = found.ok() ? entry.finding.detail : std::string(entry.status.message());
    out_ << absl::StrFormat("%-6s%-14s %s\n", found.ok() ? "ok" : "FAIL", name, detail);
    if (!entry.finding.command.empty()) out_ << kIndent << "$ " << entry.finding.command << "\n";
    for (const std::string& line : entry.finding.lines) out_ << kIndent << "  " << line << "\n";
    if (!out_.flush() && !absl::IsCancelled(entry.status)) {
      entry.status = absl::CancelledError("nobody takes what the lab prints");
    }
  }
  entries_.push_back(std::move(entry));
  return entries_.back().status;
}

absl::Status LabReport::Say(const std::string& line) {
  if (!json_) out_ << line << std::endl;
  return out_.good() ? absl::OkStatus() : absl::CancelledError("nobody takes what the lab prints");
}

absl::Status LabReport::Finish() {
  absl::Status first;
  nlohmann::ordered_json steps = nlohmann::ordered_json::array();
  for (const Entry& entry : entries_) {
    if (!entry.status.ok() && first.ok()) first = WithContext(entry.status, entry.name);
    nlohmann::ordered_json step = {{"step", entry.name}, {"ok", entry.status.ok()}};
    step["detail"] = entry.status.ok() ? entry.finding.detail : std::string(entry.status.message());
    if (!entry.finding.command.empty()) step["command"] = entry.finding.command;
    if (!entry.finding.lines.empty()) step["lines"] = entry.finding.lines;
    step["milliseconds"] = static_cast<double>(entry.took / kMicrosecond) / 1'000;
    steps.push_back(std::move(step));
  }
  if (json_) {
    nlohmann::ordered_json all = {{"lab", lab_}, {"ok", first.ok()}, {"steps", std::move(steps)}};
    if (!first.ok()) all["error"] = std::string(first.message());
    out_ << all.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << std::endl;
  } else {
    out_ << (first.ok() ? "everything works" : "something does not work") << std::endl;
  }
  return first;
}

}  // namespace ovnlite::tools
