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
  LabRecorder(const Fabric& fabric, Database& sb, Database& nb, Nanoseconds underlay_delay, size_t limit)
      : sb_(sb), follower_(fabric, sb, nb), delay_(underlay_delay), limit_(limit) {}

  // A host sends, and whatever is seen until Settled() comes of it.
  void Sent(absl::string_view host, absl::string_view port, absl::string_view chassis, absl::Span<const uint8_t> frame,
            Instant now);
  void Settled() { sending_ = -1; }
  void Seen(const Sighting& sighting, absl::string_view host);

  // Until EndStory() passages are kept, and events beyond the limit too. Stories may be told within each other. Returns
  // where this one begins.
  size_t BeginStory();
  // The events since then; causes count from there, and are -1 where they lie before.
  std::vector<LabEvent> StorySince(size_t begin) const;
  void EndStory();

  absl::Status Write(PcapngWriter& writer) const;

 private:
  bool Wanted() const { return stories_ > 0 || events_.size() < limit_; }
  void Add(LabEvent event);
  int CauseOf(const Sighting& sighting);

  const Database& sb_;
  PassageFollower follower_;
  Nanoseconds delay_;
  size_t limit_;
  std::vector<LabEvent> events_;
  std::map<std::string, std::deque<int>> flights_;  // To each chassis: events on the underlay that may not have landed.
  int sending_ = -1;
  int stories_ = 0;         // Being told.
  size_t story_begin_ = 0;  // Of the outermost.
};

}  // namespace ovnlite

#endif  // OVNLITE_LIB_LAB_LAB_RECORDER_H_
