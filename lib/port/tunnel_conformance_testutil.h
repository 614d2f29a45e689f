// File: tunnel_conformance_testutil.h
// The contract of tunnel_transport.h as tests, to be run over every kind: two transports with an underlay between them.

#ifndef OVNLITE_LIB_PORT_TUNNEL_CONFORMANCE_TESTUTIL_H_
#define OVNLITE_LIB_PORT_TUNNEL_CONFORMANCE_TESTUTIL_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "lib/wire/wire_testutil.h"
#include "ovnlite/base/clock.h"
#include "ovnlite/base/ip.h"
#include "ovnlite/port/tunnel_transport.h"

namespace ovnlite {

struct TunnelsUnderTest {
  std::unique_ptr<TunnelTransport> a;
  std::unique_ptr<TunnelTransport> b;
};

struct TunnelKind {
  std::string name;
  // Two transports that reach each other; no remotes are added yet. Where the machine lacks something, null transports
  // and what it is.
  std::function<TunnelsUnderTest(const Clock* clock, std::string* reason)> open;
  // The largest inner frame the underlay carries.
  size_t max_inner = 1'514 - 58;
};

bool RegisterTunnelConformance(const TunnelKind& kind);

// An inner frame number i of flow `flow`; `size` >= 42.
Bytes InnerTestFrame(uint16_t flow, uint64_t i, size_t size);
// Receives at `to`, and lets `from` answer for neighbours, until `at_least` packets came or two seconds passed.
std::vector<Packet> ReceiveAll(TunnelTransport& to, TunnelTransport& from, size_t at_least);
void SendAll(TunnelTransport& from, uint32_t port, std::vector<Packet>& packets);

}  // namespace ovnlite

#endif  // OVNLITE_LIB_PORT_TUNNEL_CONFORMANCE_TESTUTIL_H_
