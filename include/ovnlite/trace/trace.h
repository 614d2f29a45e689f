// File: trace.h
// What would happen to a packet: ovn-trace(8) as a library. The packet is described by a microflow and enters at a
// logical port; the trace tells every logical flow that it meets, and where it ends up.
//
//   Tracer tracer(sb);
//   absl::StatusOr<Trace> t = tracer.Run("LS1", "inport == \"LSP1\" && eth.src == … && icmp4.type == 8", {});
//   std::cout << t->ToText(TraceForm::kDetailed);
//
// There is no second interpreter: the tracer compiles the database for one imaginary hypervisor on which every port is,
// lets the datapath's Translator (datapath/translate.h) run the packet through those flow tables, and writes down what
// the Translator reports. What a datapath would hand to connection tracking or to OVN's controller is decided by the
// options and run on, under the same observer.
//
// In four points ovn-trace simplifies what a hypervisor does, and so does the tracer unless `as_forwarded` is set:
// connection state, registers and flags outlive the crossing from one logical datapath to the next; flags do not
// outlive the way from ingress to egress; `fwd_group` is not followed; `ct_snat` without an address ends on gateway
// routers.
//
// A Tracer follows its database. It compiles what packets come to, once, and no more: the first trace in a large
// network takes some ten milliseconds, the next ones of the same kind some ten microseconds.

#ifndef OVNLITE_TRACE_TRACE_H_
#define OVNLITE_TRACE_TRACE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ovnlite/base/ip.h"
#include "ovnlite/db/database.h"
#include "ovnlite/packet/flow_key.h"
#include "ovnlite/trace/physical_path.h"
#include "ovnlite/trace/trace_tree.h"

namespace ovnlite {

struct TraceOptions {
  // ct_state (bits kCtNew … of packet/field.h) for each use of the connection tracker, in order; those that follow are
  // est|trk.
  std::vector<uint16_t> ct_states;
  // Where load balancers send the packet; port 0 keeps the backend's. Without: the first backend.
  std::optional<IpAddress> lb_destination;
  uint16_t lb_port = 0;
  // Which member `select` takes, where it has that member. Without: the first.
  std::optional<uint16_t> select_id;
  // Short names in place of UUIDs and of names that cloud managers make up.
  bool friendly_names = true;
  // Writes the OpenFlow flows below each logical flow.
  bool openflow = false;
  // Does as a hypervisor does where ovn-trace simplifies (see above).
  bool as_forwarded = false;
  // Also follows the packet over the chassis it really crosses: Trace::physical.
  bool physical = false;
  // Also follows what the hosts it is delivered to would answer, over the chassis: Trace::reply. Address translations
  // of the way there are undone, and the connection tracker calls it est|rpl. Implies `physical`.
  bool reply = false;
};

// "new,rpl" or "new rpl" as ct_state bits, kCtTrk included; InvalidArgument, in ovn-trace's words, for other flags.
absl::StatusOr<uint16_t> ParseCtStateFlags(absl::string_view text);

// Of Trace::ToJson(): grows when a member is taken away or gets another meaning, not when one is added.
inline constexpr int kTraceJsonVersion = 1;

struct Trace {
  FlowKey key;            // Of the packet at its start; the port keys are in it.
  std::string microflow;  // The same in OpenFlow syntax.
  TraceNode root;         // Its children are the trace.
  // Among others, in ovn-trace's words, of logical flows that the packet may have met and that cannot be read.
  std::vector<std::string> warnings;
  // Some of these are about something that was left out of the trace: logical flows that cannot be read or written as
  // OpenFlow, chassis that cannot be reached. Real hypervisors may do something else with the packet.
  bool is_partial = false;
  PhysicalPath physical;  // Empty unless asked for.
  PhysicalPath reply;     // The same; empty too when nobody answers.

  // As ovn-trace prints it, the "# …" line with the microflow first.
  std::string ToText(TraceForm form) const;
  // One JSON object, described in docs/trace-json.md and trace.schema.json beside it.
  std::string ToJson() const;
};

class Tracer {
 public:
  // `sb` is a Southbound database and must outlive the tracer. It is only read.
  explicit Tracer(Database& sb);
  ~Tracer();
  Tracer(const Tracer&) = delete;
  Tracer& operator=(const Tracer&) = delete;

  // Rows of this Northbound database, as they are now, name what drops packets; it must stay until another (or null) is
  // given. Without one, only what the Southbound database tells of them is known.
  void UseNorthbound(const Database* nb);

  // Warnings of all logical flows that cannot be read, wherever they are, by UUID: what ovn-trace says whatever it is
  // asked. Reads every logical flow.
  std::vector<std::string> CheckFlows() const;

  // Takes the database as it is now. `datapath` is a name, or a UUID, of a logical switch or router (of the Northbound
  // or the Southbound row, or the first digits of the latter); empty: the one that the microflow's inport belongs to.
  // NotFound and InvalidArgument as ovn-trace reports them, among others:
  //   unknown datapath "x"      unknown port "x"      error parsing flow: …
  // Not errors but warnings, as for ovn-trace: ports that do not exist, in which case nothing is traced.
  absl::StatusOr<Trace> Run(absl::string_view datapath, absl::string_view microflow, const TraceOptions& options = {});

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ovnlite

#endif  // OVNLITE_TRACE_TRACE_H_
