// File: lab_recorder.h
// What a Lab remembers of the frames that moved: when, where, why, and what became of each.

#ifndef OVNLITE_LIB_LAB_LAB_RECORDER_H_
#define OVNLITE_LIB_LAB_LAB_RECORDER_H_

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "lib/lab/lab_passage.h"
#include "ovnlite/lab/fabric.h"
#include "ovnlite/packet/pcapng_writer.h"

namespace ovnlite {

struct LabEvent {
  enum class Kind : uint8_t {
    kSent,       // By a host.
    kDelivered,  // To a host, or to whatever else a logical port has.
    kTunnel,     // From chassis to `peer`.
    kProvider,   // To the provider network.
  };
  Kind kind;
  Instant time;
  std::string chassis;
  std::string port;  // Logical port; the tunnel's other chassis.
  std::string host;  // Of the port, if there is one.
  std::vector<uint8_t> frame;
  std::string comment;
  int cause = -1;   // The event that brought the frame here.
  Passage passage;  // kSent: through `chassis`; kTunnel: through the other chassis. Only while told to keep it.
};

class LabRecorder {
 public:
  LabRecorder(const Fabric& fabric, const Database& sb, Nanoseconds underlay_delay, size_t limit)
      : fabric_(fabric), sb_(sb), delay_(underlay_delay), limit_(limit) {}

  // A host sends, and whatever is seen until Settled() comes of it.
  void Sent(absl::string_view host, absl::string_view port, absl::string_view chassis, absl::Span<const uint8_t> frame,
            Instant now);
  void Settled() { sending_ = -1; }
  void Seen(const Sighting& sighting, absl::string_view host);

  // From now on passages are kept, beyond the limit too; returns the number of events so far. EndStory() forgets them.
  size_t BeginStory();
  std::vector<LabEvent> EndStory();

  absl::Status Write(PcapngWriter& writer) const;

 private:
  bool Wanted() const { return story_ || events_.size() < limit_; }
  void Add(LabEvent event);
  int CauseOf(const Sighting& sighting);

  const Fabric& fabric_;
  const Database& sb_;
  Nanoseconds delay_;
  size_t limit_;
  std::vector<LabEvent> events_;
  std::map<std::string, std::deque<int>> flights_;  // To each chassis: events on the underlay that may not have landed.
  int sending_ = -1;
  bool story_ = false;
  size_t story_begin_ = 0;
};

}  // namespace ovnlite

#endif  // OVNLITE_LIB_LAB_LAB_RECORDER_H_
