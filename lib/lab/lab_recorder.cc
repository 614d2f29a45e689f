#include "lib/lab/lab_recorder.h"

#include <algorithm>
#include <iterator>
#include <map>

#include "absl/strings/str_cat.h"
#include "ovnlite/base/status.h"
#include "ovnlite/wire/geneve_tunnel.h"

namespace ovnlite {

void LabRecorder::Add(LabEvent event) {
  if (event.kind == LabEvent::Kind::kTunnel) flights_[event.port].push_back(static_cast<int>(events_.size()));
  events_.push_back(std::move(event));
}

void LabRecorder::Sent(absl::string_view host, absl::string_view port, absl::string_view chassis,
                       absl::Span<const uint8_t> frame, Instant now) {
  sending_ = -1;
  if (!Wanted()) return;
  LabEvent event{
      LabEvent::Kind::kSent, now, std::string(chassis), std::string(port), std::string(host), {}, "", -1, {}};
  event.frame.assign(frame.begin(), frame.end());
  event.passage = follower_.Follow({event.chassis, event.port, /*tunnel=*/"", /*metadata=*/0}, frame);
  event.comment = absl::StrCat(port, " > ", event.passage.ToString());
  if (stories_ == 0) event.passage = Passage();
  sending_ = static_cast<int>(events_.size());
  Add(std::move(event));
}

int LabRecorder::CauseOf(const Sighting& sighting) {
  // What a host has just sent; or the frame that has just come out of the underlay: the last one that is due now.
  if (sending_ >= 0 && events_[static_cast<size_t>(sending_)].chassis == sighting.chassis) return sending_;
  const auto found = flights_.find(sighting.chassis);
  if (found == flights_.end()) return -1;
  std::deque<int>& flights = found->second;
  const auto due = [this](int event) { return events_[static_cast<size_t>(event)].time + delay_; };
  while (!flights.empty() && due(flights.front()) < sighting.time) flights.pop_front();
  const auto later = std::upper_bound(flights.begin(), flights.end(), sighting.time,
                                      [&due](Instant now, int event) { return now < due(event); });
  return later == flights.begin() ? -1 : *std::prev(later);
}

void LabRecorder::Seen(const Sighting& sighting, absl::string_view host) {
  if (!Wanted()) return;
  LabEvent event{LabEvent::Kind::kDelivered,
                 sighting.time,
                 sighting.chassis,
                 sighting.name,
                 std::string(host),
                 {},
                 "",
                 CauseOf(sighting),
                 {}};
  event.frame.assign(sighting.frame.begin(), sighting.frame.end());
  if (sighting.outlet == Outlet::kProvider) event.kind = LabEvent::Kind::kProvider;
  if (sighting.outlet == Outlet::kTunnel) {
    event.kind = LabEvent::Kind::kTunnel;
    GeneveArrival arrival;
    if (ReceiveGeneve(sighting.frame, GeneveEndpoint(), &arrival) == GeneveVerdict::kDeliver) {
      const OvnGeneveOption option = arrival.option.value_or(OvnGeneveOption());
      const uint64_t metadata = uint64_t{arrival.vni} << 32 | option.body;
      event.passage = follower_.Follow({sighting.name, "", sighting.chassis, metadata},
                                       sighting.frame.subspan(arrival.inner_offset, arrival.inner_size));
      event.comment = absl::StrCat(
          "VNI ", arrival.vni, " (", DatapathName(sb_, arrival.vni), "), port ", option.ingress_port(), " (",
          PortName(sb_, arrival.vni, option.ingress_port()), ") to port ", option.egress_port(), " (",
          PortName(sb_, arrival.vni, option.egress_port()), "); on ", sighting.name, ": ", event.passage.ToString());
      if (stories_ == 0) event.passage = Passage();
    }
  } else {
    event.comment = absl::StrCat("out by ", sighting.name, " on ", sighting.chassis);
  }
  Add(std::move(event));
}

size_t LabRecorder::BeginStory() {
  if (stories_++ == 0) story_begin_ = events_.size();
  return events_.size();
}

std::vector<LabEvent> LabRecorder::StorySince(size_t begin) const {
  std::vector<LabEvent> story(events_.begin() + static_cast<std::ptrdiff_t>(begin), events_.end());
  const int first = static_cast<int>(begin);
  for (LabEvent& event : story) event.cause = event.cause < first ? -1 : event.cause - first;
  return story;
}

void LabRecorder::EndStory() {
  if (--stories_ > 0) return;
  for (size_t i = story_begin_; i < events_.size(); ++i) events_[i].passage = Passage();
  if (events_.size() > limit_) events_.resize(std::max(limit_, story_begin_));
  for (auto& [chassis, flights] : flights_) {
    while (!flights.empty() && flights.back() >= static_cast<int>(events_.size())) flights.pop_back();
  }
}

absl::Status LabRecorder::Write(PcapngWriter& writer) const {
  std::map<std::string, uint32_t> interfaces;
  for (const LabEvent& event : events_) {
    const bool tunnel = event.kind == LabEvent::Kind::kTunnel;
    const std::string name = tunnel                                    ? absl::StrCat(event.chassis, ".underlay")
                             : event.kind == LabEvent::Kind::kProvider ? absl::StrCat(event.chassis, ".provider")
                             : event.host.empty()                      ? event.port
                                                                       : event.host;
    auto [at, added] = interfaces.try_emplace(name, 0);
    if (added) at->second = writer.AddInterface(name);
    const auto direction = event.kind == LabEvent::Kind::kDelivered ? PcapngWriter::Direction::kInbound
                                                                    : PcapngWriter::Direction::kOutbound;
    OVNLITE_RETURN_IF_ERROR(writer.Write(at->second, event.time, event.frame, {event.comment, direction}));
  }
  return writer.Flush();
}

}  // namespace ovnlite
