// File: pcap_replay_port.h
// A port that receives what a capture holds, and writes what it sends into another capture: recorded traffic through
// the datapath, for tests, for "what would this network have done with that traffic", and for measuring.
//
//   auto port = OpenPcapReplayPort({.name = "uplink", .number = 1, .path = "in.pcap", .output_path = "out.pcap"},
//   &clock); while (int n = (*port)->Receive(storage)) ...
//
// Classic pcap files are mapped into memory; pcapng goes through libpcap. Frames that the capture cut short come as
// short as they are there. There is no fd(): next_deadline() is 0 while frames are due and kNever after the last, so
// that a loop over deadlines ends by itself. With `paced`, a driver of a virtual clock follows the capture's own time:
//
//   while (port->next_deadline() != kNever) { clock.AdvanceTo(port->next_deadline()); port->Receive(storage); ... }
//
// A damaged file gives every frame before the damage; status() is then DataLoss.
//
// Cost: about 12 ns per small frame from a mapped file, copy included; libpcap's 60-80 ns otherwise.

#ifndef OVNLITE_PORT_PCAP_REPLAY_PORT_H_
#define OVNLITE_PORT_PCAP_REPLAY_PORT_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "ovnlite/base/clock.h"
#include "ovnlite/port/port.h"

namespace ovnlite {

struct PcapReplayOptions {
  std::string name = {};
  uint32_t number = 0;
  std::string path = {};         // What it receives; empty: nothing.
  std::string output_path = {};  // What it sends; empty: that is counted and forgotten.
  size_t mtu = Port::kMaxMtu;    // For sending.
  uint64_t rounds = 1;           // How often the capture is played; 0: without end.
  // Frames come with the distances of their capture times, the first when the port is opened. A frame that is earlier
  // than the one before it comes with it.
  bool paced = false;
  Nanoseconds round_gap = kMillisecond;  // When paced: from the last frame of a round to the first of the next.
};

// `clock` must outlive the port. Errors are those of MappedCapture, PcapReader and PcapWriter.
absl::StatusOr<std::unique_ptr<Port>> OpenPcapReplayPort(const PcapReplayOptions& options, const Clock* clock);

}  // namespace ovnlite

#endif  // OVNLITE_PORT_PCAP_REPLAY_PORT_H_
