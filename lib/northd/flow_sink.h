// File: flow_sink.h
// Where an emitter puts the flows of one row in one logical network; nowhere when that has no tunnel key, or is none.

#ifndef OVNLITE_LIB_NORTHD_FLOW_SINK_H_
#define OVNLITE_LIB_NORTHD_FLOW_SINK_H_

#include "absl/strings/string_view.h"
#include "lib/northd/context.h"
#include "lib/northd/drop_actions.h"

namespace ovnlite {

class FlowSink {
 public:
  // `hint` is the Northbound row the flows come from; zero where they come from the network as such.
  FlowSink(Reader& reader, const Context& context, Output& out, const Uuid& network, const Uuid& hint = Uuid())
      : reader_(reader),
        context_(context),
        out_(out),
        network_(network),
        hint_(hint.prefix()),
        left_out_(context.DatapathKey(reader, network) == 0) {}
  // The same flows in several networks, which must have tunnel keys.
  FlowSink(Reader& reader, const Context& context, Output& out, Members networks, const Uuid& hint)
      : reader_(reader),
        context_(context),
        out_(out),
        networks_(std::move(networks)),
        hint_(hint.prefix()),
        left_out_(networks_.empty()) {}

  void Add(Stage stage, int priority, absl::string_view match, absl::string_view actions,
           const char* file = __builtin_FILE(), int line = __builtin_LINE()) const {
    AddFor(SharedString(), stage, priority, match, actions, file, line);
  }
  // A flow that only chassis with `port` need. What only drops (kDrop) is written as the database wants it.
  void AddFor(SharedString port, Stage stage, int priority, absl::string_view match, absl::string_view actions,
              const char* file = __builtin_FILE(), int line = __builtin_LINE()) const {
    if (left_out_) return;
    SharedString written =
        actions == kDrop ? reader_.Ask(context_.drop_actions, Uuid()) : context_.strings.Of(actions);
    out_.Add(context_.flows, LogicalFlow{{stage, static_cast<uint16_t>(priority), context_.strings.Of(match),
                                          std::move(written), std::move(port)},
                                         network_,
                                         networks_,
                                         hint_,
                                         file,
                                         line});
  }

 private:
  Reader& reader_;
  const Context& context_;
  Output& out_;
  Uuid network_;
  Members networks_;
  uint32_t hint_;
  bool left_out_;
};

}  // namespace ovnlite

#endif  // OVNLITE_LIB_NORTHD_FLOW_SINK_H_
