// File: replay.h
// Captures played through one hypervisor: what it would have sent, had these frames reached it. The hypervisor is the
// one that forwards live packets, on the same tables; only its clock follows the capture.
//
//   Replay(*sb, {.chassis = "compute1", .out = "/tmp/out"}, {{.port = "LSP1", .file = "vm-a.pcap"}});
//   // /tmp/out/tunnel.pcap has the Geneve frames, /tmp/out/LSP1.pcap what VM-A was answered
//
// Frames of all inputs are taken in the order of their times; what is sent carries the time of what caused it. Whatever
// the database lacks and the packets teach (MAC_Binding, FDB) is learned on the way.

#ifndef OVNLITE_NODE_REPLAY_H_
#define OVNLITE_NODE_REPLAY_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "ovnlite/base/mac.h"
#include "ovnlite/db/database.h"

namespace ovnlite {

struct ReplayInput {
  // The logical port that sends the frames; a localnet port stands for its provider network. Empty: the tunnels, with
  // whole outer frames, of which those that are not Geneve to this chassis from another one are passed over.
  std::string port;
  std::string file;  // pcap or pcapng, of Ethernet.
  // Take only frames from this address: a capture made at a VM holds both directions.
  std::optional<MacAddress> sender = std::nullopt;
};

struct ReplayOptions {
  std::string chassis;
  std::string out;  // Folder for the captures, which must exist.
};

struct ReplayReport {
  uint64_t taken = 0;                    // Frames that went into the hypervisor.
  uint64_t passed_over = 0;              // Not from `sender`, or not for a tunnel of this chassis.
  uint64_t cut = 0;                      // Passed over since the capture holds only a part of them.
  std::map<std::string, uint64_t> sent;  // Frames by file: "LSP1.pcap", "tunnel.pcap".
  std::vector<std::string> left_out;     // What the hypervisor left out on the way: Hypervisor::LeftOut().
};

// Writes one capture per port that sent something, and one of the tunnels. A port's file is named after the port, with
// %XX for what does not belong into file names. NotFound for a chassis or port that is not there or not bound there;
// errors of files name them. `sb` receives what is learned.
absl::StatusOr<ReplayReport> Replay(Database& sb, const ReplayOptions& options, const std::vector<ReplayInput>& inputs);

}  // namespace ovnlite

#endif  // OVNLITE_NODE_REPLAY_H_
