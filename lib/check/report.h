// File: report.h
// Where a check says what it found about one row.
//
//   RowReport report(findings, "Logical_Switch_Port", uuid, port->name());
//   report.Error("options:router-port", "lrp9", "there is no router port of this name: the port leads nowhere");

#ifndef OVNLITE_LIB_CHECK_REPORT_H_
#define OVNLITE_LIB_CHECK_REPORT_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "ovnlite/base/uuid.h"
#include "ovnlite/check/check.h"

namespace ovnlite {

using Findings = std::vector<Finding>;

class RowReport {
 public:
  // `findings` must outlive it. A row without a name goes by its UUID.
  RowReport(Findings& findings, absl::string_view table, const Uuid& uuid, absl::string_view name)
      : findings_(findings), table_(table), uuid_(uuid), name_(name.empty() ? uuid.ToString() : std::string(name)) {}

  // `column` is "column" or "column:key"; empty: the row as a whole.
  void Error(absl::string_view column, absl::string_view value, std::string message) const {
    Add(Severity::kError, column, value, std::move(message));
  }
  void Warning(absl::string_view column, absl::string_view value, std::string message) const {
    Add(Severity::kWarning, column, value, std::move(message));
  }
  void Note(absl::string_view column, absl::string_view value, std::string message) const {
    Add(Severity::kNote, column, value, std::move(message));
  }

 private:
  void Add(Severity severity, absl::string_view column, absl::string_view value, std::string message) const {
    const size_t colon = column.find(':');
    Finding& finding = findings_.emplace_back();
    finding.severity = severity;
    finding.table = std::string(table_);
    finding.row = name_;
    finding.column = std::string(column.substr(0, colon));
    if (colon != column.npos) finding.key = std::string(column.substr(colon + 1));
    finding.value = std::string(value);
    finding.message = std::move(message);
    finding.uuid = uuid_;
  }

  Findings& findings_;
  absl::string_view table_;
  Uuid uuid_;
  std::string name_;
};

}  // namespace ovnlite

#endif  // OVNLITE_LIB_CHECK_REPORT_H_
