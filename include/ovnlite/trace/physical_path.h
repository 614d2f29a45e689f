// File: physical_path.h
// Where ovn-trace stops: the way of a packet over the chassis it really crosses. Which hypervisor runs which step, what
// it puts into which tunnel, byte for byte, where the far one goes on, and where the packet is delivered or dropped, by
// what row.
//
// Each chassis's flow tables are compiled as its own controller would have them, and run by the same Translator that
// forwards. Connection tracking follows the options of the trace.

#ifndef OVNLITE_TRACE_PHYSICAL_PATH_H_
#define OVNLITE_TRACE_PHYSICAL_PATH_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ovnlite/base/uuid.h"
#include "ovnlite/trace/drop_cause.h"

namespace ovnlite {

enum class PhysicalKind : uint8_t {
  kEnter,     // The packet comes up from a port, a tunnel, or the controller.
  kPipeline,  // A logical pipeline begins: ingress(dp="LS1", inport="LSP1").
  kFlow,      // A logical flow is met (other than those that only say `next;`). Not in the text form.
  kTunnel,    // Sent to another chassis.
  kDeliver,   // Sent to a VM.
  kProvider,  // Sent to the provider network.
  kRespond,   // The chassis makes a packet of its own: an ARP request, an ICMP error.
  kDrop,      // Nothing more happens to this packet, and nothing came of it.
  kNote,      // Anything else worth knowing.
};
// "tunnel", "deliver" …
const char* PhysicalKindName(PhysicalKind kind);

struct PhysicalStep {
  PhysicalKind kind = PhysicalKind::kNote;
  std::string chassis;
  std::string text;
  // kTunnel: the chassis it leads to, and the headers in front of the inner frame: outer IP, UDP, Geneve, OVN's option.
  std::string to;
  std::string headers;          // In words.
  std::vector<uint8_t> geneve;  // Geneve header and option, as on the wire.
  std::vector<uint8_t> frame;   // kTunnel, kDeliver, kProvider: the (inner) frame.
  // kDeliver, kProvider: the logical port. kEnter: the port it came from, where it came from one.
  std::string port;
  // kFlow, kDrop: the row that decided: of Logical_Flow, or of another table where `row_table` says so.
  std::string row_table;
  Uuid row;
  // kDrop: why. kRespond: the same, where the packet is answered because it goes no further.
  std::optional<DropCause> cause;
};

using PhysicalPath = std::vector<PhysicalStep>;

// One line per step, and one more for headers and Geneve bytes.
std::string FormatPhysicalPath(const PhysicalPath& path);

}  // namespace ovnlite

#endif  // OVNLITE_TRACE_PHYSICAL_PATH_H_
