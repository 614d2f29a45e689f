#include "ovnlite/lab/fabric.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "lib/node/known_underlay.h"
#include "lib/schema/ovn_sb.rows.h"
#include "ovnlite/packet/extract.h"
#include "ovnlite/schema/schema.h"
#include "ovnlite/wire/ethernet.h"

namespace ovnlite {
namespace {

// The outer IP address that a frame of a tunnel is for.
IpAddress OuterDestination(absl::Span<const uint8_t> frame) {
  PacketKey key;
  ExtractFlowKey(frame, key);
  if (key.Get64(field::kEthType) == kEthTypeIpv6) return Ipv6Address(key.Get(field::kIp6Dst));
  return Ipv4Address(static_cast<uint32_t>(key.Get64(field::kIp4Dst)));
}

// A frame on the underlay.
struct Flight {
  Instant due;
  uint64_t order;
  std::string to;
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
        hypervisor_(sb, clock, *this, {.chassis = std::move(chassis), .plug_as_bound = true}) {}

  Hypervisor& hypervisor() { return hypervisor_; }
  Instant due = kNever;  // As the fabric knows it.
  bool in_use = false;   // It follows the database.

  // Who is on the underlay, and where.
  void Join(const std::map<std::string, ChassisAddress>& addresses) {
    names_.clear();
    for (const auto& [name, address] : addresses) names_[address.ip] = name;
    auto wire = std::make_unique<HeldWire>("underlay", &clock_, [this](const Packet& frame) { OnTunnelled(frame); });
    wire_ = wire.get();
    hypervisor_.SetTransport(
        OpenKnownUnderlay(addresses, hypervisor_.chassis(), /*verify_checksum=*/true, std::move(wire), &clock_));
  }

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
  void ReceiveUnderlay(absl::Span<const uint8_t> frame) {
    wire_->Bring(frame);
    hypervisor_.TakeFromTunnels(1);
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

  void OnSend(Outlet outlet, const std::string& logical_port, uint32_t, const PacketBatch& batch, size_t) override {
    for (const Packet* packet : batch) See(outlet, logical_port, *packet);
  }
  // A frame is for whoever has its address.
  void OnTunnelled(const Packet& frame) {
    const auto to = names_.find(OuterDestination(frame.bytes()));
    See(Outlet::kTunnel, to == names_.end() ? std::string() : to->second, frame);
  }
  void See(Outlet outlet, const std::string& name, const Packet& packet) {
    sent_({outlet, hypervisor_.chassis(), name, packet.bytes(), clock_.Now()});
  }

  const Clock& clock_;
  Sent sent_;
  Hypervisor hypervisor_;
  HeldWire* wire_ = nullptr;  // Of the hypervisor's transport.
  absl::flat_hash_map<IpAddress, std::string> names_;
};

}  // namespace

struct Fabric::State {
  State(Database& database, ManualClock& c, Options o) : sb(database), clock(c), options(o), random(o.seed) {
    subscription = sb.Subscribe([this](const Delta& delta) {
      changed = true;
      for (const RowChange& change : delta.changes()) {
        chassis_changed |= change.table->name() == "Chassis" || change.table->name() == "Encap";
      }
    });
  }

  void OnSent(const Sighting& s) {
    ++moved;
    if (tap) tap(s);
    if (s.outlet != Outlet::kTunnel) return;
    if (options.mtu != 0 && s.frame.size() > size_t{options.mtu} + 14) return;
    if (options.underlay_loss > 0 && static_cast<double>(random.Below(1 << 30)) < options.underlay_loss * (1 << 30))
      return;
    flights.push_back({clock.Now() + options.underlay_delay, ++order, s.name, Packet(s.frame)});
    std::push_heap(flights.begin(), flights.end(), Later());
  }

  // What one learns the others must know before the next frame: until nobody has anything to say.
  void Update() {
    while (changed || !touched.empty()) {
      if (std::exchange(chassis_changed, false)) FollowChassis();
      const std::set<std::string> some = std::exchange(touched, {});
      if (std::exchange(changed, false)) {
        for (const auto& [name, member] : members) {
          if (member->in_use) {
            Update(name, *member);
          } else {
            member->hypervisor().ClaimGateways();
          }
        }
      } else {
        for (const std::string& name : some) Update(name, *members.at(name));
      }
    }
  }
  void Update(const std::string& name, Member& member) {
    member.hypervisor().Update();
    const Instant due = member.hypervisor().next_deadline();
    if (due == member.due) return;
    deadlines.erase({member.due, name});
    member.due = due;
    if (due != kNever) deadlines.insert({due, name});
  }
  // A member to bring packets to; it has something to say afterwards.
  Member* Touch(absl::string_view chassis) {
    Member* const member = Find(chassis);
    if (member != nullptr) touched.emplace(chassis);
    return member;
  }

  void FollowChassis() {
    std::map<std::string, ChassisAddress> now = ChassisAddresses(sb);
    if (now == addresses) return;
    addresses = std::move(now);
    for (auto member = members.begin(); member != members.end();) {
      if (addresses.contains(member->first)) {
        ++member;
        continue;
      }
      deadlines.erase({member->second->due, member->first});
      touched.erase(member->first);
      member = members.erase(member);
    }
    for (const auto& [name, address] : addresses) {
      std::unique_ptr<Member>& member = members[name];
      if (member == nullptr) {
        member = std::make_unique<Member>(sb, clock, name, [this](const Sighting& s) { OnSent(s); });
      }
      member->Join(addresses);
    }
    changed = true;
  }

  // The names of the chassis that a port is bound on: its own, then those that it moves from or to, by name.
  std::vector<std::string> ChassisOf(absl::string_view logical_port) const {
    std::vector<std::string> names;
    std::set<std::string> others;
    for (const Uuid& uuid : sb.Find(ovnlite::sb::columns::Port_Binding::logical_port, logical_port)) {
      const auto port = sb.Read<ovnlite::sb::Port_Binding>(uuid);
      if (const auto row = sb.Read<ovnlite::sb::Chassis>(port->chassis())) names.emplace_back(row->name());
      for (const Uuid& other : port->additional_chassis()) {
        if (const auto row = sb.Read<ovnlite::sb::Chassis>(other)) others.emplace(row->name());
      }
    }
    names.insert(names.end(), others.begin(), others.end());
    return names;
  }

  // Is in use from now on.
  Member* Find(absl::string_view chassis) {
    auto found = members.find(std::string(chassis));
    if (found == members.end()) return nullptr;
    if (!std::exchange(found->second->in_use, true)) {
      touched.insert(found->first);
      Update();  // Which may find that the chassis is gone.
      found = members.find(std::string(chassis));
    }
    return found == members.end() ? nullptr : found->second.get();
  }

  void Land() {
    std::pop_heap(flights.begin(), flights.end(), Later());
    const Flight flight = std::move(flights.back());
    flights.pop_back();
    clock.AdvanceTo(flight.due);
    // The underlay is one segment: whoever has the destination address takes the frame.
    if (Member* const member = Touch(flight.to); member != nullptr) member->ReceiveUnderlay(flight.frame.bytes());
    Update();
  }

  size_t Run(Instant deadline) {
    const size_t before = moved;
    Update();
    while (true) {
      const Instant flight = flights.empty() ? kNever : flights.front().due;
      // Nothing expires while a fabric settles: that takes no time of its own.
      const Instant tick = deadline == kNever || deadlines.empty() ? kNever : deadlines.begin()->first;
      if (flight != kNever && flight <= deadline && flight <= tick) {
        Land();
      } else if (tick != kNever && tick <= deadline) {
        clock.AdvanceTo(tick);
        Touch(std::string(deadlines.begin()->second))->hypervisor().Tick();
        Update();
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
  std::set<std::pair<Instant, std::string>> deadlines;  // Of members: next_deadline().
  std::set<std::string> touched;                        // Members that packets came to.
  Database::Subscription subscription;
  bool changed = true;
  bool chassis_changed = true;
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
  for (const std::string& name : state_->ChassisOf(logical_port)) {
    Member* const member = state_->Touch(name);
    if (member != nullptr && member->ReceivePort(logical_port, frame)) return absl::OkStatus();
  }
  return absl::NotFoundError(absl::StrCat("logical port \"", logical_port, "\" is bound on no chassis"));
}

absl::Status Fabric::InjectProvider(absl::string_view chassis, absl::Span<const uint8_t> frame) {
  state_->Update();
  Member* member = state_->Touch(chassis);
  if (member == nullptr) return absl::NotFoundError(absl::StrCat("there is no chassis \"", chassis, "\""));
  member->ReceiveProvider(frame);
  return absl::OkStatus();
}

absl::Status Fabric::InjectUnderlay(absl::string_view chassis, absl::Span<const uint8_t> frame) {
  state_->Update();
  Member* member = state_->Touch(chassis);
  if (member == nullptr) return absl::NotFoundError(absl::StrCat("there is no chassis \"", chassis, "\""));
  member->ReceiveUnderlay(frame);
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

const Hypervisor* Fabric::hypervisor(absl::string_view chassis) const {
  Member* member = state_->Find(chassis);
  return member == nullptr ? nullptr : &member->hypervisor();
}

std::vector<std::string> Fabric::LeftOut() const {
  std::map<std::string, std::vector<std::string>> sayers;
  size_t in_use = 0;
  for (const auto& [name, member] : state_->members) {
    if (!member->in_use) continue;
    ++in_use;
    for (std::string& text : member->hypervisor().LeftOut()) sayers[std::move(text)].push_back(name);
  }
  std::vector<std::string> all;
  for (const auto& [text, names] : sayers) {
    if (in_use > 1 && names.size() == in_use) {
      all.push_back(text);
    } else {
      for (const std::string& name : names) all.push_back(absl::StrCat(name, ": ", text));
    }
  }
  return all;
}

}  // namespace ovnlite
