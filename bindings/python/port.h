// File: port.h
// Ports and transports as Python holds them, until a chassis has them. All of a process, and all chassis, do one thing
// at a time: a wire in memory has an end in each of two of them.

#ifndef OVNLITE_BINDINGS_PYTHON_PORT_H_
#define OVNLITE_BINDINGS_PYTHON_PORT_H_

#include <pybind11/pybind11.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "bindings/python/session.h"
#include "ovnlite/base/clock.h"
#include "ovnlite/port/port.h"
#include "ovnlite/port/tunnel_transport.h"

namespace ovnlite::python {

// What all ports and chassis of this process have in common. A forked process has its own. Both need the GIL.
const Session& Wires();
// The system's, for as long as the process lives.
const Clock& TheClock();
// From now, in seconds: none for kNever. Needs the GIL.
std::optional<double> SecondsUntil(Instant deadline);

// One that can be given away, once.
template <typename T>
struct Given {
  struct Slot {
    std::unique_ptr<T> object;
    std::string owner = {};  // Who has it, once it was given away.
  };

  Given(const char* noun, std::string name, std::unique_ptr<T> object)
      : noun(noun), name(std::move(name)), slot(session.Keep(std::make_unique<Slot>(Slot{std::move(object)}))) {}

  // In the session: whether it is still Python's.
  absl::Status Check() const {
    if (slot->object != nullptr) return absl::OkStatus();
    return absl::FailedPreconditionError(absl::StrCat("the ", noun, " belongs to ", slot->owner, " now"));
  }
  std::unique_ptr<T> Give(std::string owner) const {
    slot->owner = std::move(owner);
    return std::move(slot->object);
  }

  const char* noun;
  std::string name;
  Session session = Wires();
  std::shared_ptr<Slot> slot;  // Of the session.
};
struct PyPort : Given<Port> {
  using Given::Given;
};
struct PyTransport : Given<TunnelTransport> {
  using Given::Given;
};

// Of a port or of a transport.
struct PyCounters {
  uint64_t rx_packets = 0;
  uint64_t rx_bytes = 0;
  uint64_t tx_packets = 0;
  uint64_t tx_bytes = 0;
  std::map<std::string, uint64_t> dropped = {};  // By reason, those that are not 0.
  std::string text = {};
};
PyCounters CountersOf(const PortCounters& counters);
PyCounters CountersOf(const TunnelCounters& counters);

}  // namespace ovnlite::python

#endif  // OVNLITE_BINDINGS_PYTHON_PORT_H_
