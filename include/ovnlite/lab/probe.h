// File: probe.h
// What came of an experiment in a Lab: values to test, and text to read, in the manner of ping(8) and nc(1).

#ifndef OVNLITE_LAB_PROBE_H_
#define OVNLITE_LAB_PROBE_H_

#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "ovnlite/base/clock.h"
#include "ovnlite/base/ip.h"
#include "ovnlite/base/mac.h"

namespace ovnlite {

struct PingOptions {
  int count = 1;
  Nanoseconds interval = kSecond;  // From one request to the next.
  Nanoseconds timeout = kSecond;   // After it a request counts as lost.
  size_t size = 56;                // Bytes behind the ICMP header; at most 65,000.
  uint8_t ttl = 64;
};

// How an experiment ended: three things that a test must not take for one another.
enum class Outcome : uint8_t {
  kAnswered,
  kLost,      // It was tried. Nothing came, or somebody sent an ICMP error.
  kNotTried,  // Nothing is known: no such host, a network that could not be built or compiled, a packet that met a part
              // of OVN that ovnlite does not have.
};
// "answered", "lost", "not tried".
const char* OutcomeName(Outcome outcome);

// What became of one echo request.
struct PingReply {
  enum class Kind : uint8_t {
    kEcho,   // Answered.
    kError,  // Somebody sent an ICMP error about it: type, code.
    kLost,   // Nothing came.
  };
  Kind kind = Kind::kLost;
  uint16_t sequence = 0;
  IpAddress from;
  uint8_t ttl = 0;  // As the answer arrived.
  uint8_t type = 0;
  uint8_t code = 0;
  Nanoseconds round_trip = 0;
  // kLost: what became of the request, or of its answer, in the words of a trace over the chassis.
  std::string reason;

  // "10.0.1.20: seq 1, ttl 63, 0.2 ms", "10.0.0.1: seq 1, ICMP time exceeded", "seq 1, no answer: on compute1: dropped
  // by …".
  std::string ToString() const;
};

struct PingResult {
  absl::Status status;  // Not OK: it was not tried, and why.
  std::string host;
  IpAddress destination;
  std::vector<PingReply> replies;  // One per request.

  Outcome outcome() const;
  // Whether every request was answered. Nobody can know of a ping that was not tried: then this ends the program, with
  // the reason on standard error, as the value of a StatusOr without one does; so a test that expects a loss does not
  // pass because a name is misspelt or a feature is missing. Ask outcome() first where that may be.
  bool answered() const;
  // Whether one was not answered. The same goes for it.
  bool lost() const { return !answered(); }
  int received() const;  // Answered requests.
  // Why the first request that was lost was lost; who sent which ICMP error about it; why nothing was tried. Empty when
  // all were answered.
  std::string reason() const;
  // A line per request, and a summary.
  std::string ToString() const;
};

struct UdpResult {
  absl::Status status;   // As in PingResult.
  bool replied = false;  // A datagram came back: `payload`.
  bool refused = false;  // An ICMP error came back: `type`, `code`.
  IpAddress from;
  std::string payload;
  uint8_t type = 0;
  uint8_t code = 0;
  std::string loss;  // Nothing came: why, as in PingReply.

  Outcome outcome() const;
  // Whether a datagram came back, and whether none did; see PingResult.
  bool answered() const;
  bool lost() const { return !answered(); }
  std::string reason() const;
  std::string ToString() const;
};

// What tests print of them.
std::ostream& operator<<(std::ostream& out, const PingResult& result);
std::ostream& operator<<(std::ostream& out, const UdpResult& result);

// An entry of a host's neighbour table.
struct HostNeighbor {
  IpAddress ip;
  MacAddress mac;
  friend bool operator==(const HostNeighbor&, const HostNeighbor&) = default;
};

}  // namespace ovnlite

#endif  // OVNLITE_LAB_PROBE_H_
