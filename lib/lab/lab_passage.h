// File: lab_passage.h
// One frame's way through one hypervisor, read off the flow tables by running them once more with an observer: which
// logical networks it crossed, which logical flows decided, what they changed, and where it left.

#ifndef OVNLITE_LIB_LAB_LAB_PASSAGE_H_
#define OVNLITE_LIB_LAB_LAB_PASSAGE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "lib/trace/drop_causes.h"
#include "lib/trace/world.h"
#include "ovnlite/db/database.h"
#include "ovnlite/lab/fabric.h"
#include "ovnlite/lab/narrative.h"
#include "ovnlite/packet/flow_key.h"

namespace ovnlite {

// The packet in one logical switch or router.
struct PassageLeg {
  std::string datapath;  // Its name.
  bool router = false;
  bool egress_only = false;  // It came out of a tunnel, behind the ingress pipeline.
  std::string inport, outport;
  std::vector<FlowTaken> flows;  // Those that changed something, or dropped the packet.
  FlowKey key;                   // As the packet left it.
  size_t frame = 0;              // Of Passage::frames, the one `key` belongs to.
};

// Where one copy of the packet left the hypervisor, or ended.
struct PassageEnd {
  enum class Kind : uint8_t {
    kPort,
    kProvider,
    kTunnel,
    kLearned,
    kUntraced,  // There is more than is told.
    kMissing,   // It met a part of OVN that ovnlite does not have.
    kDropped,
  };
  Kind kind = Kind::kDropped;
  // Logical port, or the chassis that the tunnel leads to; for kMissing the part ("connection tracking"); for kDropped
  // the reason, in the words of a trace: "dropped by ACL …".
  std::string name;
  uint64_t tunnel = 0;  // kTunnel: VNI << 32 | body of the option.
  size_t leg = 0;       // In which leg; legs.size() when in none.
};

struct Passage {
  std::string chassis;
  std::vector<PassageLeg> legs;
  std::vector<PassageEnd> ends;  // In order.
  // The frame that entered, then answers that responders put in its place; each with its key.
  struct Frame {
    std::vector<uint8_t> bytes;
    FlowKey key;
  };
  std::vector<Frame> frames;

  // The bytes of a leg's packet.
  std::vector<uint8_t> PacketOf(const PassageLeg& leg) const;
  // "LS1 > LR1 > LS2 > Geneve to compute2"
  std::string ToString() const;
};

// How the frame entered.
struct PassageStart {
  std::string chassis;
  std::string port;       // A logical port, or
  std::string tunnel;     // the chassis it came from,
  uint64_t metadata = 0;  // and what its Geneve header said: VNI << 32 | body of the option.
};

class PassageFollower {
 public:
  // All must outlive it. Rows of `nb` name what drops packets.
  PassageFollower(const Fabric& fabric, Database& sb, Database& nb);

  // Follows `frame` from `start`. Answers of responders (ICMP errors, ARP requests) are followed as parts of the way;
  // what needs connection tracking ends as kMissing.
  Passage Follow(const PassageStart& start, absl::Span<const uint8_t> frame);

 private:
  const Fabric& fabric_;
  Database& sb_;
  Database& nb_;
  // What drops packets: read when one is dropped.
  TracedWorld world_;
  DropCauses causes_;
  bool causes_are_old_ = true;
  Database::Subscription nb_changes_;
};

// Names of things that tunnels carry by number; "?" for unknown ones.
std::string DatapathName(const Database& sb, uint32_t key);
std::string PortName(const Database& sb, uint32_t datapath_key, uint32_t port_key);

}  // namespace ovnlite

#endif  // OVNLITE_LIB_LAB_LAB_PASSAGE_H_
