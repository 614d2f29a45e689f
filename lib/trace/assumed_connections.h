// File: assumed_connections.h
// Connection tracking as the options of a trace have it: a state for each use, addresses translated as the flows say,
// and on the way back what was done on the way there undone.

#ifndef OVNLITE_LIB_TRACE_ASSUMED_CONNECTIONS_H_
#define OVNLITE_LIB_TRACE_ASSUMED_CONNECTIONS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "lib/trace/replacements.h"
#include "ovnlite/datapath/onward.h"
#include "ovnlite/trace/trace.h"

namespace ovnlite {

class AssumedConnections final : public ConnectionTracker {
 public:
  // `options` must outlive this.
  explicit AssumedConnections(const TraceOptions& options) : options_(options) {}

  // Where the next packets are tracked.
  void SetPlace(const std::string& chassis, bool is_egress) {
    chassis_ = chassis;
    is_egress_ = is_egress;
  }
  // What follows is the way back.
  void TurnRound() { replying_ = true; }

  bool Track(const CtOp& ct, uint16_t zone, Packet& packet, FlowKey& key) override;

 private:
  uint16_t NextState();
  void Translate(const CtOp& ct, const ZoneName& zone, FlowKey& key, FlowKey& written, uint64_t& state);

  const TraceOptions& options_;
  std::string chassis_;
  bool is_egress_ = false;
  bool replying_ = false;
  size_t used_ = 0;  // Of options_.ct_states.
  std::vector<Replacement> replacements_;
};

}  // namespace ovnlite

#endif  // OVNLITE_LIB_TRACE_ASSUMED_CONNECTIONS_H_
