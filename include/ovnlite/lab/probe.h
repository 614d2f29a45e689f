// File: probe.h
// What came of an experiment in a Lab: values to test, and text to read, in the manner of ping(8) and nc(1).

#ifndef OVNLITE_LAB_PROBE_H_
#define OVNLITE_LAB_PROBE_H_

#include <cstdint>
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

  // "10.0.1.20: seq 1, ttl 63, 0.2 ms", "10.0.0.1: seq 1, ICMP time exceeded", "seq 1, no answer".
  std::string ToString() const;
};

struct PingResult {
  absl::Status status;  // Not OK: nothing was sent (no such host, no way to the destination), and why.
  std::string host;
  IpAddress destination;
  std::vector<PingReply> replies;  // One per request.

  int received() const;  // Answered requests.
  bool ok() const { return status.ok() && !replies.empty() && received() == static_cast<int>(replies.size()); }
  // A line per request, and a summary.
  std::string ToString() const;
};

struct UdpResult {
  absl::Status status;    // As in PingResult.
  bool answered = false;  // A datagram came back: `payload`.
  bool refused = false;   // An ICMP error came back: `type`, `code`.
  IpAddress from;
  std::string payload;
  uint8_t type = 0;
  uint8_t code = 0;

  std::string ToString() const;
};

// An entry of a host's neighbour table.
struct HostNeighbor {
  IpAddress ip;
  MacAddress mac;
  friend bool operator==(const HostNeighbor&, const HostNeighbor&) = default;
};

}  // namespace ovnlite

#endif  // OVNLITE_LAB_PROBE_H_
