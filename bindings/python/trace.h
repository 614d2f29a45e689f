// File: trace.h
// Traces as Python makes them, from a Tracer or from a Lab.

#ifndef OVNLITE_BINDINGS_PYTHON_TRACE_H_
#define OVNLITE_BINDINGS_PYTHON_TRACE_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bindings/python/arguments.h"
#include "bindings/python/session.h"
#include "ovnlite/trace/trace.h"

namespace ovnlite::python {

struct PyTracer {
  std::shared_ptr<Database> db;
  Session session;
  std::unique_ptr<Tracer> tracer;  // Made at its first use.
};

// The keyword arguments of Tracer.run() and Lab.trace().
TraceOptions MakeTraceOptions(const std::vector<std::string>& ct, const std::optional<Address>& lb_destination,
                              uint16_t lb_port, std::optional<uint16_t> select_id, bool friendly_names, bool openflow,
                              bool as_forwarded, bool physical, bool reply);

// Needs the GIL, which it lets go while tracing.
std::shared_ptr<Trace> RunTrace(PyTracer& self, const std::string& microflow, const std::string& datapath,
                                const TraceOptions& options);

}  // namespace ovnlite::python

#endif  // OVNLITE_BINDINGS_PYTHON_TRACE_H_
