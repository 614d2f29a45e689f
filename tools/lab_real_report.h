// File: lab_real_report.h
// What `ovnlite lab --real` tells: a line per step as it happens, or one JSON object at the end.
//
//   ok    first ping     1 of 1 answered, 2.31 ms
//         $ ip netns exec ovnlite1-VM-A ping -n -c 1 -W 1 10.0.1.20
//   FAIL  traceroute     ...
//
//   {"lab":"ovnlite1","ok":false,"steps":[{"step":"first ping","ok":true,"detail":"1 of 1 answered, 2.31 ms",
//     "command":"ip netns exec ...","milliseconds":14.1}, ...],"error":"traceroute: ..."}

#ifndef OVNLITE_TOOLS_LAB_REAL_REPORT_H_
#define OVNLITE_TOOLS_LAB_REAL_REPORT_H_

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "ovnlite/base/clock.h"

namespace ovnlite::tools {

// What a step found: a line for people, the command that showed it (if one command did), and lines to be shown below.
struct Finding {
  std::string detail;
  std::string command = {};
  std::vector<std::string> lines = {};
};

class LabReport {
 public:
  LabReport(bool json, std::ostream& out, const Clock& clock) : json_(json), out_(out), clock_(clock) {}

  void set_lab(std::string name) { lab_ = std::move(name); }
  // Does a step and tells how it went. The error it ended with, if any; Cancelled too when it cannot be told.
  absl::Status Step(const std::string& name, const std::function<absl::StatusOr<Finding>()>& step);
  // A line that is no step; JSON leaves it out.
  absl::Status Say(const std::string& line);
  // The end: the first error of all, the JSON object. Ok when every step was.
  absl::Status Finish();

 private:
  struct Entry {
    std::string name;
    absl::Status status;
    Finding finding;
    Nanoseconds took;
  };
  const bool json_;
  std::ostream& out_;
  const Clock& clock_;
  std::string lab_;
  std::vector<Entry> entries_;
};

}  // namespace ovnlite::tools

#endif  // OVNLITE_TOOLS_LAB_REAL_REPORT_H_
