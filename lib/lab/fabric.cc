#include "ovnlite/lab/fabric.h"

#include <algorithm>
#include <map>
#include <queue>

#include "absl/strings/str_cat.h"
#include "lib/lab/hypervisor.h"
#include "lib/schema/ovn_sb.pb.h"

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

}  // namespace

struct Fabric::State final : public HypervisorHost {
  State(Database& database, ManualClock& c, Options o) : sb(database), clock(c), options(o), random(o.seed) {}

  void OnSent(Sighting::Point point, const std::string& chassis, const std::string& port, absl::Span<const uint8_t> frame) override {
    ++moved;
    if (tap) tap({point, chassis, port, frame, clock.Now()});
    if (point != Sighting::Point::kTunnel) return;
    if (options.mtu != 0 && frame.size() > size_t{options.mtu} + 14) return;
    if (options.underlay_loss > 0 && static_cast<double>(random.Below(1 << 30)) < options.underlay_loss * (1 << 30)) return;
    flights.push_back({clock.Now() + options.underlay_delay, ++order, chassis, Packet(frame)});
    std::push_heap(flights.begin(), flights.end(), Later());
  }

  void OnLearned(const LearnedNeighbor& neighbor) override { learned.push_back(neighbor); }

  // Writes what was learned; every controller sees it through the database. A row that is there already is left alone, one
  // with another MAC is changed.
  void WriteLearned() {
    if (learned.empty()) return;
    Transaction t = sb.Begin();
    for (const LearnedNeighbor& n : learned) {
      const absl::Span<const Uuid> datapaths = sb.IndexOn<sb::Datapath_Binding>("tunnel_key").Find(absl::StrCat(n.datapath));
      if (datapaths.empty()) continue;
      n.is_fdb ? WriteFdb(t, n) : WriteMacBinding(t, n, datapaths[0]);
    }
    learned.clear();
    sb.Commit(std::move(t)).IgnoreError();  // A conflict means that the rows are gone: nothing to remember then.
  }

  void WriteFdb(Transaction& t, const LearnedNeighbor& n) {
    const std::string mac = n.mac.ToString();
    for (const Uuid& uuid : sb.IndexOn<sb::FDB>("mac").Find(mac)) {
      const auto* row = t.Get<sb::FDB>(uuid);
      if (row == nullptr || row->dp_key() != n.datapath) continue;
      t.Update<sb::FDB>(uuid)->set_port_key(n.port);
      return;
    }
    auto* row = t.Insert<sb::FDB>(Uuid::FromName(absl::StrCat("FDB ", mac, " ", n.datapath)));
    row->set_mac(mac);
    row->set_dp_key(n.datapath);
    row->set_port_key(n.port);
  }

  void WriteMacBinding(Transaction& t, const LearnedNeighbor& n, const Uuid& datapath) {
    std::string port;
    for (const Uuid& uuid : sb.IndexOn<sb::Port_Binding>("datapath").Find(datapath.ToString())) {
      const auto* row = sb.Get<sb::Port_Binding>(uuid);
      if (row->tunnel_key() == n.port) port = row->logical_port();
    }
    if (port.empty()) return;
    const std::string ip = n.ip.ToString();
    const Uuid fresh = Uuid::FromName(absl::StrCat("MAC_Binding ", port, " ", ip));
    Uuid target = fresh;
    for (const Uuid& uuid : sb.IndexOn<sb::MAC_Binding>("ip").Find(ip)) {
      if (sb.Get<sb::MAC_Binding>(uuid)->logical_port() == port) target = uuid;
    }
    sb::MAC_Binding* row = t.Get<sb::MAC_Binding>(target) != nullptr ? t.Update<sb::MAC_Binding>(target) : t.Insert<sb::MAC_Binding>(fresh);
    row->set_logical_port(port);
    row->set_ip(ip);
    row->set_mac(n.mac.ToString());
    row->set_timestamp(clock.Now() / kMillisecond);
    row->mutable_datapath()->set_high(datapath.high());
    row->mutable_datapath()->set_low(datapath.low());
  }

  void Update() {
    WriteLearned();
    const std::vector<RowOf<sb::Chassis>> rows = sb.Rows<sb::Chassis>();
    std::map<std::string, IpAddress> encaps;
    for (const auto& [uuid, row] : rows) {
      for (const ovsdb::Uuid& encap : row.encaps()) {
        const auto* e = sb.Get<sb::Encap>(Uuid(encap.high(), encap.low()));
        const absl::StatusOr<IpAddress> ip = e == nullptr ? absl::NotFoundError("") : IpAddress::Parse(e->ip());
        if (ip.ok() && e->type() == "geneve") encaps.emplace(row.name(), *ip);
      }
    }
    std::erase_if(hypervisors, [&encaps](const auto& h) { return !encaps.contains(h.first); });
    for (const auto& [name, ip] : encaps) {
      if (!hypervisors.contains(name)) hypervisors.emplace(name, std::make_unique<Hypervisor>(sb, clock, *this, name));
    }
    // The underlay's MAC addresses are made from the chassis' places in the row of names.
    std::map<std::string, UnderlayAddress> underlay;
    uint64_t index = 0;
    for (const auto& [name, ip] : encaps) underlay[name] = {MacAddress(0xaabb'cc00'0000 + ++index), ip};
    for (const auto& [name, hypervisor] : hypervisors) hypervisor->Update(underlay);
  }

  Hypervisor* Find(absl::string_view chassis) const {
    const auto found = hypervisors.find(std::string(chassis));
    return found == hypervisors.end() ? nullptr : found->second.get();
  }

  void Land() {
    std::pop_heap(flights.begin(), flights.end(), Later());
    Flight flight = std::move(flights.back());
    flights.pop_back();
    clock.AdvanceTo(flight.due);
    // The underlay is one segment: whoever has the destination address takes the frame.
    for (const auto& [name, hypervisor] : hypervisors) {
      if (name != flight.from) hypervisor->ReceiveUnderlay(flight.frame.bytes());
    }
    Update();
  }

  size_t Run(Instant deadline) {
    const size_t before = moved;
    Update();
    // Time goes from event to event, so that what waits for an answer gives up when it should.
    while (true) {
      Instant tick = kNever;
      for (const auto& [name, hypervisor] : hypervisors) tick = std::min(tick, hypervisor->datapath().next_deadline());
      const Instant flight = flights.empty() ? kNever : flights.front().due;
      if (flight <= deadline && flight <= tick) {
        Land();
      } else if (tick <= deadline && tick != kNever && deadline != kNever) {
        clock.AdvanceTo(tick);
        for (const auto& [name, hypervisor] : hypervisors) hypervisor->Tick();
      } else if (flight <= deadline && flight != kNever) {
        Land();
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
  std::map<std::string, std::unique_ptr<Hypervisor>> hypervisors;
  std::vector<Flight> flights;  // A heap, the next to land first.
  uint64_t order = 0;
  std::vector<LearnedNeighbor> learned;
  size_t moved = 0;
};

Fabric::Fabric(Database& sb, ManualClock& clock, Options options) : state_(std::make_unique<State>(sb, clock, options)) { state_->Update(); }
Fabric::~Fabric() = default;

void Fabric::set_tap(std::function<void(const Sighting&)> tap) { state_->tap = std::move(tap); }
void Fabric::Update() { state_->Update(); }

absl::Status Fabric::Inject(absl::string_view logical_port, absl::Span<const uint8_t> frame) {
  state_->Update();
  for (const auto& [name, hypervisor] : state_->hypervisors) {
    if (hypervisor->ReceivePort(logical_port, frame)) return absl::OkStatus();
  }
  return absl::NotFoundError(absl::StrCat("logical port \"", logical_port, "\" is bound on no chassis"));
}

absl::Status Fabric::InjectProvider(absl::string_view chassis, absl::Span<const uint8_t> frame) {
  state_->Update();
  Hypervisor* hypervisor = state_->Find(chassis);
  if (hypervisor == nullptr) return absl::NotFoundError(absl::StrCat("there is no chassis \"", chassis, "\""));
  hypervisor->ReceiveProvider(frame);
  return absl::OkStatus();
}

absl::Status Fabric::InjectUnderlay(absl::string_view chassis, absl::Span<const uint8_t> frame) {
  state_->Update();
  Hypervisor* hypervisor = state_->Find(chassis);
  if (hypervisor == nullptr) return absl::NotFoundError(absl::StrCat("there is no chassis \"", chassis, "\""));
  hypervisor->ReceiveUnderlay(frame);
  return absl::OkStatus();
}

size_t Fabric::Settle() { return state_->Run(kNever); }
size_t Fabric::RunUntil(Instant deadline) { return state_->Run(deadline); }
Instant Fabric::next_deadline() const { return state_->flights.empty() ? kNever : state_->flights.front().due; }

std::vector<std::string> Fabric::chassis() const {
  std::vector<std::string> names;
  for (const auto& [name, hypervisor] : state_->hypervisors) names.push_back(name);
  return names;
}

const Controller* Fabric::controller(absl::string_view chassis) const {
  const Hypervisor* h = state_->Find(chassis);
  return h == nullptr ? nullptr : &h->controller();
}
const FlowTables* Fabric::tables(absl::string_view chassis) const {
  const Hypervisor* h = state_->Find(chassis);
  return h == nullptr ? nullptr : &h->tables();
}
const Datapath* Fabric::datapath(absl::string_view chassis) const {
  const Hypervisor* h = state_->Find(chassis);
  return h == nullptr ? nullptr : &h->datapath();
}

}  // namespace ovnlite
