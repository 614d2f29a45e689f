// File: port_conformance_testutil.h
// The contract of port.h as tests, to be run over every kind of port. A kind says how to make a port and the other end
// of its wire, and what it can and cannot do; registering it adds the tests:
//
//   const bool registered = RegisterPortConformance({.name = "Memory", .open = OpenMemory});
//
// One test of each name runs for each kind that can do what it is about; where the machine lacks what a kind needs, it is
// skipped with the reason printed.

#ifndef OVNLITE_LIB_PORT_PORT_CONFORMANCE_TESTUTIL_H_
#define OVNLITE_LIB_PORT_PORT_CONFORMANCE_TESTUTIL_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "lib/port/allocation_count_testutil.h"
#include "lib/wire/wire_testutil.h"
#include "ovnlite/base/clock.h"
#include "ovnlite/port/port.h"

namespace ovnlite {

// A port and what is at the other end of its wire.
class PortUnderTest {
 public:
  virtual ~PortUnderTest() = default;
  virtual Port& port() = 0;
  // Frames set out towards the port. Called once, before port(), where the kind is not interactive.
  virtual void Inject(const std::vector<Bytes>& frames) = 0;
  // What the port has sent since the last call: waits (in real time, up to seconds) until there are `at_least` frames.
  virtual std::vector<Bytes> Collect(size_t at_least) = 0;
};

struct PortUnderTestOptions {
  const Clock* clock = nullptr;
  uint32_t number = 0;
  size_t mtu = Port::kDefaultMtu;
};

struct PortKind {
  std::string name;
  // Makes the port; where the machine lacks something, returns null and says in `reason` what.
  std::function<std::unique_ptr<PortUnderTest>(const PortUnderTestOptions&, std::string* reason)> open;
  // Frames can be injected at any time, not only before the port is opened.
  bool interactive = true;
  // The largest MTU it may be opened with.
  size_t max_mtu = Port::kMaxMtu;
  // Injecting this many frames of 60 bytes at once overruns the port's queue; 0 where there is none to overrun.
  size_t rx_overrun = 0;
  // Sending this many frames overruns the other end's queue; 0 where it cannot be overrun, or only unbeknownst to the
  // port.
  size_t tx_overrun = 0;
  // Frames lost when the port is closed are counted.
  bool counts_closed = false;
  // It allocates for every frame, and is not meant for many.
  bool allocates = false;
};

bool RegisterPortConformance(const PortKind& kind);

// Frame number `i` of `size` >= 14 bytes; of an EtherType that no network stack answers (IEEE 802 local experimental).
Bytes TestFrame(uint64_t i, size_t size);
// The same with an 802.1Q tag: 4 bytes longer.
Bytes TaggedTestFrame(uint64_t i, size_t size, uint16_t tci, uint16_t tpid = 0x8100);

// Sends frames in batches of kBatchSize.
void SendAll(Port& port, const std::vector<Bytes>& frames);
// Receives until `at_least` packets came or two seconds passed, then whatever still waits.
std::vector<Packet> ReceiveAll(Port& port, size_t at_least);
// Expects the same frames in the same order; a failure names the first that differs.
void ExpectSameFrames(const std::vector<Bytes>& expected, const std::vector<Bytes>& actual);
std::vector<Bytes> BytesOf(absl::Span<const Packet> packets);
// Waits until port.fd() is readable or port.next_deadline() has come, at most `milliseconds`. False if neither did.
bool WaitForPort(const Port& port, const Clock& clock, int milliseconds);

}  // namespace ovnlite

#endif  // OVNLITE_LIB_PORT_PORT_CONFORMANCE_TESTUTIL_H_
