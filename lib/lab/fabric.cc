#include "ovnlite/lab/fabric.h"

#include <algorithm>
#include <map>
#include <queue>

#include "absl/strings/str_cat.h"
#include "lib/schema/ovn_sb.pb.h"
#include "ovnlite/wire/geneve_tunnel.h"

namespace ovnlite {
namespace {

// A frame on the underlay.
struct Flight {
  Instant due;
  uint64_t order;
  std::string from;
  Packet frame;
};
struct Later {
  bool operator()(const Flight& a, const Flight& b) const { return a.due != b.due ? a.due > b.due : a.order > b.order; }
};

// A hypervisor of the fabric: takes frames off the wire and puts frames on it.
class Member final : public HypervisorHost {
 public:
  using Sent = std::function<void(const Sighting&)>;

  Member(Database& sb, const Clock& clock, std::string chassis, Sent sent)
      : clock_(clock),
        sent_(std::move(sent)),
        hypervisor_(sb, clock, *this,
                    {.chassis = std::move(chassis), .tunnels = TunnelMode::kFrames, .plug_as_bound = true}) {}

  Hypervisor& hypervisor() { return hypervisor_; }

  bool ReceivePort(absl::string_view port, absl::Span<const uint8_t> frame) {
    return One(frame, [&](const PacketBatch& batch) { return hypervisor_.ReceivePort(port, batch); });
  }
  void ReceiveProvider(absl::Span<const uint8_t> frame) {
    One(frame, [&](const PacketBatch& batch) {
      hypervisor_.ReceiveProvider(batch);
      return true;
    });
  }
  // What is not Geneve to this hypervisor is left alone.
  void ReceiveUnderlay(absl::Span<const uint8_t> frame, const IpAddress& me) {
    GeneveArrival arrival;
    if (ReceiveGeneve(frame, GeneveEndpoint(), &arrival) != GeneveVerdict::kDeliver || arrival.destination != me)
      return;
    Packet packet(frame.subspan(arrival.inner_offset, arrival.inner_size));
    packet.tunnel = uint64_t{arrival.vni} << 32 | (arrival.option.has_value() ? arrival.option->body : 0);
    PacketBatch batch;
    batch.Add(&packet);
    hypervisor_.ReceiveTunnel(arrival.source, batch);
  }

 private:
  template <typename F>
  bool One(absl::Span<const uint8_t> frame, F receive) {
    Packet packet(frame);
    packet.time = clock_.Now();
    PacketBatch batch;
    batch.Add(&packet);
    return receive(batch);
  }

  void OnSend(Outlet outlet, const std::string& name, uint32_t, const PacketBatch& batch) override {
    for (const Packet* packet : batch) sent_({outlet, hypervisor_.chassis(), name, packet->bytes(), clock_.Now()});
  }

  const Clock& clock_;
  Sent sent_;
  Hypervisor hypervisor_;
};

}  // namespace

struct Fabric::State {
  State(Database& database, ManualClock& c, Options o) : sb(database), clock(c), options(o), random(o.seed) {
    subscription = sb.Subscribe([this](const Delta&) { ++commits; });
  }

  void OnSent(const Sighting& s) {
    ++moved;
    if (tap) tap(s);
    if (s.outlet != Outlet::kTunnel) return;
    if (options.mtu != 0 && s.frame.size() > size_t{options.mtu} + 14) return;
    if (options.underlay_loss > 0 && static_cast<double>(random.Below(1 << 30)) < options.underlay_loss * (1 << 30))
      return;
    flights.push_back({clock.Now() + options.underlay_delay, ++order, s.chassis, Packet(s.frame)});
    std::push_heap(flights.begin(), flights.end(), Later());
  }

  void Update() {
    std::map<std::string, ChassisAddress> now = ChassisAddresses(sb);
    std::erase_if(members, [&now](const auto& m) { return !now.contains(m.first); });
    for (const auto& [name, address] : now) {
      if (members.contains(name)) continue;
      members.emplace(name, std::make_unique<Member>(sb, clock, name, [this](const Sighting& s) { OnSent(s); }));
    }
    addresses = std::move(now);
    // What one learns the others must know before the next frame: until nobody has anything to say.
    for (uint64_t before = ~uint64_t{0}; before != commits;) {
      before = commits;
      for (const auto& [name, member] : members) member->hypervisor().Update();
    }
  }

  // The name of the chassis that a port is bound on; "" when it is on none.
  std::string ChassisOf(absl::string_view logical_port) const {
    for (const Uuid& uuid : sb.IndexOn<ovnlite::sb::Port_Binding>("logical_port").Find(logical_port)) {
      const auto* port = sb.Get<ovnlite::sb::Port_Binding>(uuid);
      if (!port->has_chassis()) continue;
      const auto* row = sb.Get<ovnlite::sb::Chassis>(Uuid(port->chassis().high(), port->chassis().low()));
      if (row != nullptr) return row->name();
    }
    return "";
  }

  Member* Find(absl::string_view chassis) const {
    const auto found = members.find(std::string(chassis));
    return found == members.end() ? nullptr : found->second.get();
  }

  void Land() {
    std::pop_heap(flights.begin(), flights.end(), Later());
    const Flight flight = std::move(flights.back());
    flights.pop_back();
    clock.AdvanceTo(flight.due);
    // The underlay is one segment: whoever has the destination address takes the frame.
    for (const auto& [name, member] : members) {
      if (name != flight.from) member->ReceiveUnderlay(flight.frame.bytes(), addresses.at(name).ip);
    }
    Update();
  }

  size_t Run(Instant deadline) {
    const size_t before = moved;
    Update();
    while (true) {
      const Instant flight = flights.empty() ? kNever : flights.front().due;
      Instant tick = kNever;  // Nothing expires while a fabric settles: that takes no time of its own.
      if (deadline != kNever) {
        for (const auto& [name, member] : members) tick = std::min(tick, member->hypervisor().next_deadline());
      }
      if (flight != kNever && flight <= deadline && flight <= tick) {
        Land();
      } else if (tick != kNever && tick <= deadline) {
        clock.AdvanceTo(tick);
        for (const auto& [name, member] : members) member->hypervisor().Tick();
      } else {
        break;
      }
    }
    if (deadline != kNever) clock.AdvanceTo(deadline);
    return moved - before;
  }

  Database& sb;
  ManualClock& clock;
  Options options;
  Random random;
  std::function<void(const Sighting&)> tap;
  std::map<std::string, ChassisAddress> addresses;
  std::map<std::string, std::unique_ptr<Member>> members;
  Database::Subscription subscription;
  uint64_t commits = 0;
  std::vector<Flight> flights;  // A heap, the next to land first.
  uint64_t order = 0;
  size_t moved = 0;
};

Fabric::Fabric(Database& sb, ManualClock& clock, Options options)
    : state_(std::make_unique<State>(sb, clock, options)) {
  state_->Update();
}
Fabric::~Fabric() = default;

void Fabric::set_tap(std::function<void(const Sighting&)> tap) { state_->tap = std::move(tap); }
void Fabric::Update() { state_->Update(); }

absl::Status Fabric::Inject(absl::string_view logical_port, absl::Span<const uint8_t> frame) {
  state_->Update();
  // The machine of a port that is on several chassis runs on the port's own until it has moved.
  if (Member* member = state_->Find(state_->ChassisOf(logical_port)); member != nullptr) {
    if (member->ReceivePort(logical_port, frame)) return absl::OkStatus();
  }
  for (const auto& [name, member] : state_->members) {
    if (member->ReceivePort(logical_port, frame)) return absl::OkStatus();
  }
  return absl::NotFoundError(absl::StrCat("logical port \"", logical_port, "\" is bound on no chassis"));
}

absl::Status Fabric::InjectProvider(absl::string_view chassis, absl::Span<const uint8_t> frame) {
  state_->Update();
  Member* member = state_->Find(chassis);
  if (member == nullptr) return absl::NotFoundError(absl::StrCat("there is no chassis \"", chassis, "\""));
  member->ReceiveProvider(frame);
  return absl::OkStatus();
}

absl::Status Fabric::InjectUnderlay(absl::string_view chassis, absl::Span<const uint8_t> frame) {
  state_->Update();
  Member* member = state_->Find(chassis);
  if (member == nullptr) return absl::NotFoundError(absl::StrCat("there is no chassis \"", chassis, "\""));
  member->ReceiveUnderlay(frame, state_->addresses.at(std::string(chassis)).ip);
  return absl::OkStatus();
}

size_t Fabric::Settle() { return state_->Run(kNever); }
size_t Fabric::RunUntil(Instant deadline) { return state_->Run(deadline); }
Instant Fabric::next_deadline() const { return state_->flights.empty() ? kNever : state_->flights.front().due; }

std::vector<std::string> Fabric::chassis() const {
  std::vector<std::string> names;
  for (const auto& [name, member] : state_->members) names.push_back(name);
  return names;
}

const Controller* Fabric::controller(absl::string_view chassis) const {
  Member* member = state_->Find(chassis);
  return member == nullptr ? nullptr : &member->hypervisor().controller();
}
const FlowTables* Fabric::tables(absl::string_view chassis) const {
  Member* member = state_->Find(chassis);
  return member == nullptr ? nullptr : &member->hypervisor().tables();
}
const Datapath* Fabric::datapath(absl::string_view chassis) const {
  Member* member = state_->Find(chassis);
  return member == nullptr ? nullptr : &member->hypervisor().datapath();
}

}  // namespace ovnlite
