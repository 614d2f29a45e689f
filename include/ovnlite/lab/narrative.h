// File: narrative.h
// A ping, told hop by hop: what each layer did to the packet, with the packet as it was at each point. Nothing here is
// written beforehand: it is read off the frames that were seen and off the flows that were run on them.
//
// The steps of a packet that crosses hypervisors through a distributed router are those of every textbook:
//
//   1  L2        LS1             the switch the sender is on
//   2  L3        LR1             routing, on the sender's own hypervisor
//   3  L3/L2     OVS / Geneve    encapsulation
//   4  physical  underlay        UDP to port 6081
//   5  L3/L2     OVS / Geneve    decapsulation
//   6  L2        LS2             delivery
//
// Other networks have other steps; a packet that is dropped ends with the reason.

#ifndef OVNLITE_LAB_NARRATIVE_H_
#define OVNLITE_LAB_NARRATIVE_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "ovnlite/lab/probe.h"

namespace ovnlite {

// A header field that a step changed, in OVN's words. `before` is empty where it was added.
struct FieldChange {
  std::string field;  // "ip.ttl"
  std::string before, after;
  friend bool operator==(const FieldChange&, const FieldChange&) = default;
};

// A logical flow that changed something, or dropped the packet.
struct FlowTaken {
  std::string stage;    // "lr_in_ip_routing"
  std::string match{};  // As in Logical_Flow.
  std::string actions{};
  std::vector<FieldChange> changes{};  // Registers left out, but for outport.
  friend bool operator==(const FlowTaken&, const FlowTaken&) = default;
};

struct NarrativeStep {
  int number = 0;
  std::string layer;      // "L2", "L3", "L3/L2", "physical"
  std::string component;  // "LS1", "OVS / Geneve"
  std::string chassis;    // Empty on the underlay.
  std::string action;     // "in by LSP1, out by ls1-lr1"
  std::string packet;     // One line (packet/describe.h), as the step leaves it.
  std::vector<FlowTaken> flows;
  std::vector<FieldChange> added;  // Headers that encapsulation puts in front.
};

// One packet from a host to whoever got it.
struct Journey {
  std::string title;                 // "VM-A to VM-B: ICMP echo request"
  std::string path;                  // "VM-A -> LS1 -> LR1 -> Geneve -> underlay -> Geneve -> LS2 -> VM-B"
  bool minor = false;                // Neighbour resolution: told in one line, `path`.
  std::vector<NarrativeStep> steps;  // From the host on.
};

struct Narrative {
  PingResult ping;
  std::vector<Journey> journeys;  // In order of time.

  // For a terminal of 100 columns.
  std::string ToText() const;
  std::string ToJson() const;
};

// What a diagnostic command shows.
struct Diagnostic {
  std::string purpose;  // "Geneve tunnels"
  std::string command;  // "ovs-vsctl list interface | grep -A5 geneve"
  std::string where;    // The machine it is typed on.
  std::vector<std::string> lines;
};
std::string DiagnosticsToText(const std::vector<Diagnostic>& diagnostics);
std::string DiagnosticsToJson(const std::vector<Diagnostic>& diagnostics);

}  // namespace ovnlite

#endif  // OVNLITE_LAB_NARRATIVE_H_
