// File: fabric.h
// All hypervisors of one Southbound database in one process: for every Chassis its controller, flow tables and
// datapath, Geneve between them over a simulated underlay, and time that moves only when told. No root, no sockets, no
// threads; the same database, seed and frames give the same bytes.
//
//   Fabric fabric(sb, clock);
//   fabric.set_tap([](const Sighting& s) { … });  // every frame that leaves a port, a tunnel, a provider network
//   fabric.Inject("LSP1", frame);
//   fabric.Settle();                               // until nothing moves
//
// A hypervisor compiles nothing until a frame comes to it or somebody looks at its parts; from then on it follows every
// change. So a network of a thousand hypervisors costs those that are used.
//
// What hypervisors learn (MAC_Binding, FDB) is written to the Southbound database, as OVN does, and reaches every other
// hypervisor from there.

#ifndef OVNLITE_LAB_FABRIC_H_
#define OVNLITE_LAB_FABRIC_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "ovnlite/base/clock.h"
#include "ovnlite/base/random.h"
#include "ovnlite/controller/controller.h"
#include "ovnlite/datapath/datapath.h"
#include "ovnlite/db/database.h"
#include "ovnlite/node/hypervisor.h"

namespace ovnlite {

// A frame leaving a hypervisor.
struct Sighting {
  Outlet outlet;
  std::string chassis;
  std::string name;  // Of the logical port, or of the chassis that the tunnel leads to.
  absl::Span<const uint8_t> frame;
  Instant time;
};

struct FabricOptions {
  Nanoseconds underlay_delay = 0;
  double underlay_loss = 0;  // Of each frame, 0 to 1.
  uint64_t seed = 1;         // For loss.
  uint16_t mtu = 0;  // Of the underlay, in bytes of IP packet; 0: any. Larger outer packets are lost, as real ones are.
};

class Fabric {
 public:
  using Options = FabricOptions;

  // `sb` and `clock` must outlive the fabric. Chassis that join or leave the database later are followed by Update().
  Fabric(Database& sb, ManualClock& clock, Options options = {});
  ~Fabric();
  Fabric(const Fabric&) = delete;
  Fabric& operator=(const Fabric&) = delete;

  void set_tap(std::function<void(const Sighting&)> tap);

  // Takes up changes of the database: gateways are claimed, controllers in use recompile, megaflows are checked.
  // Inject() and Settle() call it.
  void Update();

  // A frame from the VM behind `logical_port`. NotFound when the port is bound on no chassis of the fabric.
  absl::Status Inject(absl::string_view logical_port, absl::Span<const uint8_t> frame);
  // A frame from the provider network at `chassis`.
  absl::Status InjectProvider(absl::string_view chassis, absl::Span<const uint8_t> frame);
  // A frame from the underlay at `chassis`.
  absl::Status InjectUnderlay(absl::string_view chassis, absl::Span<const uint8_t> frame);

  // Moves frames until none is on its way; the clock advances over delays. Returns how many frames moved.
  size_t Settle();
  // The same, but not past `deadline`, to which the clock is moved.
  size_t RunUntil(Instant deadline);
  // When the next frame arrives somewhere; kNever when none is on its way.
  Instant next_deadline() const;

  std::vector<std::string> chassis() const;
  // The parts of one hypervisor, or null.
  const Controller* controller(absl::string_view chassis) const;
  const FlowTables* tables(absl::string_view chassis) const;
  const Datapath* datapath(absl::string_view chassis) const;
  const Hypervisor* hypervisor(absl::string_view chassis) const;
  // What the hypervisors in use left out so far, a line each (Hypervisor::LeftOut()), sorted; what all of them say
  // alike is said once, anything else with the chassis in front.
  std::vector<std::string> LeftOut() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ovnlite

#endif  // OVNLITE_LAB_FABRIC_H_
