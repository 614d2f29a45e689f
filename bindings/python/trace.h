// File: trace.h
// Traces as Python makes them, from a Tracer or from a Lab.

#ifndef OVNLITE_BINDINGS_PYTHON_TRACE_H_
#define OVNLITE_BINDINGS_PYTHON_TRACE_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bindings/python/arguments.h"
#include "bindings/python/session.h"
#include "ovnlite/trace/trace.h"

namespace ovnlite::python {

struct PyTracer {
  std::shared_ptr<Database> db;
  Session session;
  std::shared_ptr<Tracer> tracer = nullptr;  // Of the session; made at its first use. Ends before the database.
};

// A trace that hands out its nodes, each of which keeps it.
struct PyTrace final : Trace, std::enable_shared_from_this<PyTrace> {
  explicit PyTrace(Trace trace) : Trace(std::move(trace)) {}
};

// The keyword arguments of Tracer.run() and Lab.trace().
TraceOptions MakeTraceOptions(const std::vector<Text>& ct, const std::optional<Address>& lb_destination,
                              uint16_t lb_port, std::optional<uint16_t> select_id, bool friendly_names, bool openflow,
                              bool as_forwarded, bool physical, bool reply);

// Needs the GIL, which it lets go while tracing.
std::shared_ptr<PyTrace> RunTrace(PyTracer& self, const std::string& microflow, const std::string& datapath,
                                  const TraceOptions& options);

}  // namespace ovnlite::python

#endif  // OVNLITE_BINDINGS_PYTHON_TRACE_H_
