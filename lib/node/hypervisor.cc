#include "ovnlite/node/hypervisor.h"

#include <algorithm>
#include <mutex>
#include <shared_mutex>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/controller/geneve_encap.h"
#include "lib/node/announcement_agent.h"
#include "lib/node/lane.h"
#include "lib/node/learning_agent.h"
#include "lib/node/queue_lock.h"
#include "lib/schema/ovn_sb.rows.h"
#include "ovnlite/node/registration.h"
#include "ovnlite/schema/schema.h"
#include "ovnlite/schema/typed_row.h"

namespace ovnlite {
namespace {

// Whether a change of a port's binding, which is `port` before or after it, may change who is plugged in at a chassis;
// at one that has no name everybody is.
bool MayPlug(const Database& sb, const std::string& chassis, const RowChange& change, sb::Port_Binding_View port) {
  namespace column = sb::columns::Port_Binding;
  constexpr ColumnMask kAsked =
      ColumnsOf(column::chassis, column::additional_chassis, column::type, column::parent_port, column::logical_port);
  if ((change.columns & kAsked) == 0) return false;
  if (chassis.empty() || port.type() == "localnet") return true;
  for (const Uuid& me : sb.Find(sb::columns::Chassis::name, chassis)) {
    if (port.chassis() == me || port.additional_chassis().contains(me)) return true;
  }
  return false;
}

// What Update() changes stays as it is while a queue has this. Queue 0 is of the same thread.
std::shared_lock<QueueLock> Using(QueueLock& lock, size_t queue) {
  return queue == 0 ? std::shared_lock<QueueLock>() : std::shared_lock<QueueLock>(lock);
}

}  // namespace

std::map<std::string, ChassisAddress> ChassisAddresses(const Database& sb) {
  std::map<std::string, ChassisAddress> addresses;
  for (const auto& [uuid, chassis] : sb.Rows<sb::Chassis>()) {
    if (const auto encap = FindGeneveEncap(sb, chassis)) {
      addresses.emplace(std::string(chassis.name()), ChassisAddress{encap->ip, MacAddress(), encap->checksum});
    }
  }
  uint64_t place = 0;
  for (auto& [name, address] : addresses) address.mac = MacAddress(0xaabb'cc00'0000 + ++place);
  return addresses;
}

Hypervisor::Hypervisor(Database& sb, const Clock& clock, HypervisorHost& host, Options options)
    : sb_(sb),
      clock_(clock),
      host_(host),
      options_(std::move(options)),
      controller_(sb, tables_, {.chassis = options_.chassis}),
      in_use_(std::make_unique<QueueLock>()) {
  for (size_t queue = 0; queue < std::max<size_t>(options_.queues, 1); ++queue) {
    lanes_.push_back(std::make_unique<Lane>(this, queue));
  }
  auto learning = std::make_unique<LearningAgent>(sb, clock, lanes_[0]->datapath(), options_.waiting);
  learning_ = learning.get();
  agents_.push_back(std::move(learning));
  agents_.push_back(std::make_unique<AnnouncementAgent>(sb, options_.chassis));
  subscription_ = sb.Subscribe([this](const Delta& delta) { OnCommit(delta); });
}

Hypervisor::~Hypervisor() = default;

const Datapath& Hypervisor::datapath(size_t queue) const { return lanes_.at(queue)->datapath(); }
const LearningCounters& Hypervisor::learning() const { return learning_->counters(); }

std::vector<std::string> Hypervisor::LeftOut() const {
  std::vector<std::string> all;
  for (const FlowError& error : controller_.errors()) all.push_back(error.ToLine());
  DatapathCounters sum;
  for (const auto& lane : lanes_) {
    sum.no_tracker += lane->datapath().counters().no_tracker;
    sum.unanswered += lane->datapath().counters().unanswered;
  }
  for (std::string& missing : MissingParts(sum)) all.push_back(std::move(missing));
  return all;
}

void Hypervisor::SetTransport(std::unique_ptr<TunnelTransport> transport, size_t queue) {
  lanes_.at(queue)->SetTransport(std::move(transport));
  changed_ = transport_changed_ = true;
}

TunnelTransport* Hypervisor::transport(size_t queue) const { return lanes_.at(queue)->transport(); }

// -- Numbers ----------------------------------------------------------------------------------------------------------

uint32_t Hypervisor::NumberOf(Outlet outlet, absl::string_view name) {
  const auto [at, added] =
      numbers_.try_emplace({outlet == Outlet::kTunnel, std::string(name)}, static_cast<uint32_t>(numbers_.size() + 1));
  if (added) roles_.emplace_back();
  Role& role = roles_[at->second - 1];
  if (role.outlet != outlet || role.name.empty()) role = {outlet, std::string(name)};
  return at->second;
}

const Hypervisor::Role* Hypervisor::RoleOf(uint32_t number) const {
  return number == 0 || number > roles_.size() ? nullptr : &roles_[number - 1];
}

uint32_t Hypervisor::Plug(absl::string_view logical_port) {
  Outlet outlet = Outlet::kPort;
  for (const Uuid& uuid : sb_.Find(sb::columns::Port_Binding::logical_port, logical_port)) {
    if (sb_.Read<sb::Port_Binding>(uuid)->type() == "localnet") outlet = Outlet::kProvider;
  }
  const std::lock_guard<QueueLock> lock(*in_use_);
  const uint32_t number = NumberOf(outlet, logical_port);
  controller_.Plug(logical_port, number);
  provider_ports_.erase(std::string(logical_port));
  if (outlet == Outlet::kProvider) provider_ports_[std::string(logical_port)] = number;
  changed_ = true;
  return number;
}

void Hypervisor::Unplug(absl::string_view logical_port) {
  provider_ports_.erase(std::string(logical_port));
  controller_.Plug(logical_port, 0);
  changed_ = true;
}

// -- Following the database -------------------------------------------------------------------------------------------

void Hypervisor::FollowTunnels() {
  if (chassis_changed_) {
    chassis_changed_ = false;
    std::map<std::string, ChassisAddress> now = ChassisAddresses(sb_);
    if (now != addresses_) {
      for (const auto& [chassis, address] : addresses_) {
        if (!now.contains(chassis) && chassis != options_.chassis) controller_.SetTunnel(chassis, 0);
      }
      addresses_ = std::move(now);
      tunnels_.clear();
      const auto me = addresses_.find(options_.chassis);
      for (const auto& [chassis, address] : addresses_) {
        if (me == addresses_.end() || chassis == options_.chassis) continue;
        if (address.ip.is_v6() != me->second.ip.is_v6()) continue;
        const uint32_t number = NumberOf(Outlet::kTunnel, chassis);
        controller_.SetTunnel(chassis, number);
        tunnels_[number] = address.ip;
      }
      transport_changed_ = true;
    }
  }
  if (!transport_changed_) return;
  transport_changed_ = false;
  for (const auto& lane : lanes_) lane->FollowTunnels();
}

void Hypervisor::FollowPorts() {
  if (!ports_changed_ || !options_.plug_as_bound) return;
  ports_changed_ = false;
  const std::vector<std::string> wanted = Controller::BoundPorts(sb_, options_.chassis);
  const std::map<std::string, uint32_t> before = controller_.ports();
  for (const auto& [name, number] : before) {
    if (!std::binary_search(wanted.begin(), wanted.end(), name)) Unplug(name);
  }
  for (const std::string& name : wanted) {
    if (!before.contains(name)) Plug(name);
  }
}

// Every chassis is taken to be alive: the first in the row has the port, and says so in the database.
void Hypervisor::ClaimGateways() {
  if (!gateways_changed_) return;
  gateways_changed_ = false;
  const RowIds me = sb_.Find(sb::columns::Chassis::name, options_.chassis);
  if (me.empty()) return;
  const std::vector<Uuid> ports = PortsToClaim(sb_, options_.chassis);
  if (ports.empty()) return;
  Transaction t = sb_.Begin();
  for (const Uuid& port : ports) {
    BindPort(t, port, me.front());
  }
  sb_.Commit(std::move(t)).IgnoreError();  // A conflict means that the rows are gone: nothing to claim then.
}

void Hypervisor::OnCommit(const Delta& delta) {
  changed_ = true;
  for (const RowChange& change : delta.changes()) {
    const auto& table = change.table->name();
    if (change.table == &SchemaOf<sb::Port_Binding>()) {
      for (const Row* row : {&change.before, &change.after}) {
        if (!*row) continue;
        const sb::Port_Binding_View port(row);
        ports_changed_ = ports_changed_ || MayPlug(sb_, options_.chassis, change, port);
        gateways_changed_ = gateways_changed_ || port.type() == "chassisredirect" || port.type() == "l3gateway";
      }
    }
    if (table == "Chassis" || table == "Encap") chassis_changed_ = ports_changed_ = gateways_changed_ = true;
    if (table == "HA_Chassis" || table == "HA_Chassis_Group" || table == "Gateway_Chassis") gateways_changed_ = true;
  }
  for (const auto& agent : agents_) agent->OnCommit(delta);
}

void Hypervisor::FollowDatabase() {
  FollowPorts();
  const std::lock_guard<QueueLock> lock(*in_use_);
  FollowTunnels();
  controller_.Update();
}

void Hypervisor::Update() {
  TakeOverPacketIns();
  for (const auto& agent : agents_) agent->WriteRows();
  if (changed_) {
    ClaimGateways();
    changed_ = false;  // What the claims changed is followed here.
    FollowDatabase();
    for (const auto& agent : agents_) agent->GoOn();
  }
  Lane& mine = *lanes_[0];
  mine.TidyExits();
  mine.datapath().Revalidate();
}

bool Hypervisor::is_behind() const {
  return changed_ ||
         std::any_of(lanes_.begin() + 1, lanes_.end(), [](const auto& lane) { return lane->has_packet_ins(); });
}

void Hypervisor::Tick(size_t queue) {
  if (queue == 0) {
    for (const auto& agent : agents_) agent->Tick();
  }
  const auto lock = Using(*in_use_, queue);
  lanes_.at(queue)->datapath().Tick();
}

Instant Hypervisor::next_deadline(size_t queue) const {
  Instant first = lanes_.at(queue)->datapath().next_deadline();
  if (queue == 0) {
    for (const auto& agent : agents_) first = std::min(first, agent->next_deadline());
  }
  return first;
}

// -- OVN's controller -------------------------------------------------------------------------------------------------

bool Hypervisor::Takes(uint32_t opcode) const {
  return std::any_of(agents_.begin(), agents_.end(), [opcode](const auto& agent) { return agent->Takes(opcode); });
}

bool Hypervisor::OnPacketIn(PacketIn packet) {
  for (const auto& agent : agents_) {
    if (!agent->Takes(packet.action().opcode)) continue;
    agent->Take(std::move(packet));
    return true;
  }
  return false;
}

void Hypervisor::TakeOverPacketIns() {
  for (size_t queue = 1; queue < lanes_.size(); ++queue) {
    for (PacketIn& packet : lanes_[queue]->TakePacketIns()) OnPacketIn(std::move(packet));
  }
}

// -- Packets ----------------------------------------------------------------------------------------------------------

void Hypervisor::Receive(uint32_t number, const PacketBatch& batch, size_t queue) {
  const auto lock = Using(*in_use_, queue);
  for (Packet* packet : batch) packet->in_port = number;
  lanes_.at(queue)->datapath().Process(batch);
}

size_t Hypervisor::TakeFrom(Port& port, int batches, size_t queue) {
  const auto lock = Using(*in_use_, queue);
  return lanes_.at(queue)->TakeFrom(port, batches);
}

size_t Hypervisor::TakeFromTunnels(int batches, size_t queue) {
  const auto lock = Using(*in_use_, queue);
  Lane& lane = *lanes_.at(queue);
  if (queue != 0) {  // Update() does it for the first one.
    lane.TidyExits();
    lane.datapath().Revalidate();
  }
  return lane.TakeFromTunnels(batches);
}

bool Hypervisor::ReceivePort(absl::string_view logical_port, const PacketBatch& batch) {
  const auto found = controller_.ports().find(std::string(logical_port));
  if (found == controller_.ports().end() || RoleOf(found->second)->outlet != Outlet::kPort) return false;
  Receive(found->second, batch);
  return true;
}

void Hypervisor::ReceiveProvider(const PacketBatch& batch) {
  for (const auto& [name, number] : provider_ports_) {
    for (const Packet* packet : batch) {
      Packet copy = packet->Clone();
      copy.in_port = number;
      lanes_[0]->datapath().Process(copy);
    }
  }
}

}  // namespace ovnlite
