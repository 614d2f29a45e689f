#include <algorithm>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "lib/lab/known_frames.h"
#include "lib/lab/lab_state.h"
#include "lib/lab/loss.h"
#include "ovnlite/base/status.h"

namespace ovnlite {
namespace {

// Hosts that talk to each other without a pause (two echo servers) are silenced after so many rounds at one instant.
constexpr int kMaxRounds = 1'000;
constexpr size_t kMaxPayload = 65'000;

absl::Status TooLarge(absl::string_view argument, size_t size) {
  return absl::InvalidArgumentError(
      absl::StrCat(argument, ": ", size, " bytes are more than the ", kMaxPayload, " that can be sent"));
}

// A probe that met a part that is missing has not been made.
absl::Status MissingPart(const Loss& loss) {
  return absl::UnimplementedError(absl::StrCat("what would become of the packet is not known: ", loss.why));
}

// The last thing `host` heard since `since` that `wanted` accepts, or null.
template <typename F>
const HostEvent* FindEvent(const SimHost& host, Instant since, F wanted) {
  const std::deque<HostEvent>& events = host.events();
  for (auto event = events.rbegin(); event != events.rend() && event->time >= since; ++event) {
    if (wanted(*event)) return &*event;
  }
  return nullptr;
}

}  // namespace

Lab::State::Host* Lab::State::Find(absl::string_view host) {
  const auto found = hosts.find(std::string(host));
  return found == hosts.end() ? nullptr : found->second.get();
}

Lab::State::Host* Lab::State::FindByPort(const std::string& port) {
  const auto found = by_port.find(port);
  return found == by_port.end() ? nullptr : found->second;
}

absl::StatusOr<IpAddress> Lab::State::Resolve(absl::string_view destination) const {
  const auto found = hosts.find(std::string(destination));
  if (found == hosts.end()) {
    absl::StatusOr<IpAddress> address = IpAddress::Parse(destination);
    if (address.ok()) return address;
    return absl::InvalidArgumentError(absl::StrCat("\"", destination, "\" is neither a host nor an address"));
  }
  const std::vector<IpPrefix>& addresses = found->second->sim.options().addresses;
  if (addresses.empty()) return absl::NotFoundError(absl::StrCat(destination, " has no address"));
  return addresses[0].address();
}

absl::Status Lab::State::Ready(absl::string_view host) {
  OVNLITE_RETURN_IF_ERROR(Sync());
  if (Find(host) != nullptr) return absl::OkStatus();
  return absl::NotFoundError(absl::StrCat("there is no host \"", host, "\""));
}

void Lab::State::Inject(Host& host, absl::Span<const uint8_t> frame) {
  recorder.Sent(host.sim.options().name, host.port, host.chassis, frame, clock.Now());
  // A port that was deleted or disabled is bound nowhere: the frame is lost, which the recording says.
  fabric.Inject(host.port, frame).IgnoreError();
  recorder.Settled();
}

bool Lab::State::Flush() {
  bool any = false;
  for (int round = 0; round < kMaxRounds; ++round) {
    bool said = false;
    // One behind the other; those behind may have been spoken to meanwhile.
    for (auto at = speaking.begin(); at != speaking.end();) {
      const size_t place = *at;
      speaking.erase(at);
      for (const Packet& packet : order[place]->sim.TakeOutput()) {
        Inject(*order[place], packet.bytes());
        said = true;
      }
      at = speaking.upper_bound(place);
    }
    if (!said) return any;
    any = true;
  }
  for (const size_t place : std::exchange(speaking, {})) order[place]->sim.TakeOutput();
  return any;
}

void Lab::State::RunUntil(Instant deadline, const std::function<bool()>& done) {
  while (true) {
    const bool said = Flush();
    if (done != nullptr && done()) return;
    const Instant next = std::min(fabric.next_deadline(), deadline);
    if (!said && clock.Now() >= deadline && next >= deadline && fabric.next_deadline() > deadline) return;
    fabric.RunUntil(next);
  }
}

PingReply Lab::State::PingOnce(Host& host, const IpAddress& destination, uint16_t id, uint16_t sequence,
                               const PingOptions& ping, absl::Status& status) {
  PingReply reply;
  reply.sequence = sequence;
  const Instant sent = clock.Now();
  for (const IpPrefix& own : host.sim.options().addresses) {
    if (own.address() != destination) continue;
    // To itself: answered before anything leaves the host.
    reply.kind = PingReply::Kind::kEcho;
    reply.from = destination;
    reply.ttl = ping.ttl;
    return reply;
  }
  std::string payload(ping.size, '\0');
  for (size_t i = 0; i < payload.size(); ++i) payload[i] = static_cast<char>(i);
  const size_t story = recorder.BeginStory();
  const absl::Cleanup end_story = [this] { recorder.EndStory(); };
  status = host.sim.SendPing(destination, id, sequence, payload, ping.ttl);
  speaking.insert(host.place);
  if (!status.ok()) return reply;
  const HostEvent* heard = nullptr;
  RunUntil(sent + ping.timeout, [&] {
    heard = FindEvent(host.sim, sent, [&](const HostEvent& e) {
      return (e.kind == HostEvent::Kind::kEchoReply && e.id == id && e.sequence == sequence) ||
             (e.kind == HostEvent::Kind::kIcmpError && e.about == id);
    });
    return heard != nullptr;
  });
  if (heard == nullptr) {
    Loss loss = ReadLoss(recorder.StorySince(story), host.sim.options().name, IsEchoRequest);
    if (loss.is_missing) status = MissingPart(loss);
    reply.reason = std::move(loss.why);
    return reply;
  }
  reply.kind = heard->kind == HostEvent::Kind::kEchoReply ? PingReply::Kind::kEcho : PingReply::Kind::kError;
  reply.from = heard->from;
  reply.ttl = heard->ttl;
  reply.type = heard->type;
  reply.code = heard->code;
  reply.round_trip = heard->time - sent;
  return reply;
}

// -- The public face --------------------------------------------------------------------------------------------------

PingResult Lab::Ping(absl::string_view host, absl::string_view destination, const PingOptions& options) {
  PingResult result;
  result.host = std::string(host);
  result.status = state_->Ready(host);
  if (!result.status.ok()) return result;
  const absl::StatusOr<IpAddress> to = state_->Resolve(destination);
  result.status = to.status();
  if (!to.ok()) return result;
  result.destination = *to;
  if (options.size > kMaxPayload) result.status = TooLarge("size", options.size);
  if (!result.status.ok()) return result;
  const uint16_t id = ++state_->next_id;
  for (int i = 1; i <= options.count; ++i) {
    const Instant begun = state_->clock.Now();
    result.replies.push_back(
        state_->PingOnce(*state_->Find(host), *to, id, static_cast<uint16_t>(i), options, result.status));
    if (!result.status.ok()) {
      result.replies.clear();
      return result;
    }
    if (i < options.count) state_->RunUntil(begun + options.interval);
  }
  return result;
}

UdpResult Lab::SendUdp(absl::string_view name, absl::string_view destination, uint16_t port,
                       absl::string_view payload) {
  UdpResult result;
  result.status = state_->Ready(name);
  if (!result.status.ok()) return result;
  const absl::StatusOr<IpAddress> to = state_->Resolve(destination);
  result.status = to.status();
  if (!to.ok()) return result;
  SimHost& host = state_->Find(name)->sim;
  const uint16_t source = static_cast<uint16_t>(49'152 + ++state_->next_id % 16'384);
  if (payload.size() > kMaxPayload) result.status = TooLarge("payload", payload.size());
  if (!result.status.ok()) return result;
  const Instant sent = state_->clock.Now();
  const size_t story = state_->recorder.BeginStory();
  const absl::Cleanup end_story = [this] { state_->recorder.EndStory(); };
  result.status = host.SendUdp(*to, source, port, payload);
  state_->speaking.insert(state_->Find(name)->place);
  if (!result.status.ok()) return result;
  const HostEvent* heard = nullptr;
  state_->RunUntil(sent + kSecond, [&] {
    heard = FindEvent(host, sent, [&](const HostEvent& e) {
      return (e.kind == HostEvent::Kind::kUdp && e.id == port && e.sequence == source) ||
             (e.kind == HostEvent::Kind::kIcmpError && e.about == port);
    });
    return heard != nullptr;
  });
  if (heard == nullptr) {
    Loss loss = ReadLoss(state_->recorder.StorySince(story), name, [source](const FlowKey& key) {
      return key.Get64(field::kIpProto) == kIpProtoUdp && key.Get64(field::kL4Src) == source;
    });
    if (loss.is_missing) result.status = MissingPart(loss);
    result.loss = std::move(loss.why);
    return result;
  }
  result.from = heard->from;
  if (heard->kind == HostEvent::Kind::kUdp) {
    result.replied = true;
    result.payload = heard->payload;
  } else {
    result.refused = true;
    result.type = heard->type;
    result.code = heard->code;
  }
  return result;
}

absl::Status Lab::SendFrame(absl::string_view host, absl::Span<const uint8_t> frame) {
  OVNLITE_RETURN_IF_ERROR(state_->Ready(host));
  state_->Inject(*state_->Find(host), frame);
  // Until nothing is on its way.
  while (state_->Flush() || state_->fabric.next_deadline() != kNever) {
    if (state_->fabric.next_deadline() != kNever) state_->fabric.RunUntil(state_->fabric.next_deadline());
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<HostNeighbor>> Lab::Neighbors(absl::string_view host) {
  OVNLITE_RETURN_IF_ERROR(state_->Ready(host));
  std::vector<HostNeighbor> neighbors;
  for (const auto& [ip, mac] : state_->Find(host)->sim.neighbors()) neighbors.push_back({ip, mac});
  return neighbors;
}

void Lab::Run(Nanoseconds time) {
  state_->Built(state_->Sync(), "Run");
  state_->RunUntil(state_->clock.Now() + std::max<Nanoseconds>(time, 0));
}

}  // namespace ovnlite
