// File: log.h
// Where the library's few messages go: nowhere, unless the caller gives it a sink. ovnlite never writes to stderr.

#ifndef OVNLITE_BASE_LOG_H_
#define OVNLITE_BASE_LOG_H_

#include <functional>
#include <utility>

#include "absl/strings/string_view.h"

namespace ovnlite {

enum class LogLevel { kDebug, kInfo, kWarn, kError };

class Log {
 public:
  // (level, module such as "controller", message without a newline)
  using Sink = std::function<void(LogLevel, absl::string_view, absl::string_view)>;

  Log() = default;
  explicit Log(Sink sink) : sink_(std::move(sink)) {}

  // Lets callers skip building a message nobody reads.
  bool enabled() const { return static_cast<bool>(sink_); }
  void Write(LogLevel level, absl::string_view module, absl::string_view message) const {
    if (sink_) sink_(level, module, message);
  }

 private:
  Sink sink_;
};

}  // namespace ovnlite

#endif  // OVNLITE_BASE_LOG_H_
