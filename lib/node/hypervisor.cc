#include "ovnlite/node/hypervisor.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "lib/controller/geneve_encap.h"
#include "lib/schema/ovn_sb.pb.h"
#include "ovnlite/schema/schema.h"

namespace ovnlite {
namespace {

Uuid FromProto(const ovsdb::Uuid& u) { return Uuid(u.high(), u.low()); }

}  // namespace

std::map<std::string, ChassisAddress> ChassisAddresses(const Database& sb) {
  std::map<std::string, ChassisAddress> addresses;
  for (const auto& [uuid, chassis] : sb.Rows<sb::Chassis>()) {
    if (const auto encap = FindGeneveEncap(sb, chassis)) {
      addresses.emplace(chassis.name(), ChassisAddress{encap->ip, MacAddress(), encap->checksum});
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
      datapath_(tables_, clock, *this, nullptr, options_.datapath) {
  subscription_ = sb.Subscribe([this](const Delta& delta) { OnCommit(delta); });
}

uint32_t Hypervisor::NumberOf(Outlet outlet, absl::string_view name) {
  const auto [at, added] =
      numbers_.try_emplace({outlet == Outlet::kTunnel, std::string(name)}, static_cast<uint32_t>(numbers_.size() + 1));
  roles_[at->second] = {outlet, std::string(name)};
  return at->second;
}

uint32_t Hypervisor::Plug(absl::string_view logical_port) {
  Outlet outlet = Outlet::kPort;
  for (const Uuid& uuid : sb_.IndexOn<sb::Port_Binding>("logical_port").Find(logical_port)) {
    if (sb_.Get<sb::Port_Binding>(uuid)->type() == "localnet") outlet = Outlet::kProvider;
  }
  const uint32_t number = NumberOf(outlet, logical_port);
  controller_.Plug(logical_port, number);
  return number;
}

void Hypervisor::Unplug(absl::string_view logical_port) { controller_.Plug(logical_port, 0); }

void Hypervisor::FollowTunnels() {
  if (!chassis_changed_) return;
  chassis_changed_ = false;
  std::map<std::string, ChassisAddress> now = ChassisAddresses(sb_);
  if (now == addresses_) return;
  for (const auto& [chassis, address] : addresses_) {
    if (now.contains(chassis) || chassis == options_.chassis) continue;
    datapath_.RemoveTunnel(NumberOf(Outlet::kTunnel, chassis));
    controller_.SetTunnel(chassis, 0);
  }
  addresses_ = std::move(now);
  tunnels_.clear();
  tunnel_by_address_.clear();
  const auto me = addresses_.find(options_.chassis);
  if (me == addresses_.end()) return;
  for (const auto& [chassis, address] : addresses_) {
    if (chassis == options_.chassis || address.ip.is_v6() != me->second.ip.is_v6()) continue;
    const uint32_t number = NumberOf(Outlet::kTunnel, chassis);
    GeneveTunnel tunnel;
    tunnel.source_mac = me->second.mac;
    tunnel.destination_mac = address.mac;
    tunnel.source = me->second.ip;
    tunnel.destination = address.ip;
    tunnel.checksum = address.checksum;
    datapath_.AddTunnel(number, tunnel, options_.tunnels);
    controller_.SetTunnel(chassis, number);
    tunnels_[number] = address.ip;
    tunnel_by_address_[address.ip] = number;
  }
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
  const absl::Span<const Uuid> me = sb_.IndexOn<sb::Chassis>("name").Find(options_.chassis);
  if (me.empty()) return;
  Transaction t = sb_.Begin();
  for (const Uuid& port : PortsToClaim(sb_, options_.chassis)) {
    auto* row = t.Update<sb::Port_Binding>(port);
    row->mutable_chassis()->set_high(me[0].high());
    row->mutable_chassis()->set_low(me[0].low());
    row->set_up(true);
  }
  sb_.Commit(std::move(t)).IgnoreError();  // A conflict means that the rows are gone: nothing to claim then.
}

void Hypervisor::OnCommit(const Delta& delta) {
  for (const RowChange& change : delta.changes()) {
    const auto& table = change.table->name();
    if (table == "Port_Binding") ports_changed_ = gateways_changed_ = true;
    if (table == "Chassis" || table == "Encap") chassis_changed_ = ports_changed_ = gateways_changed_ = true;
    if (table == "HA_Chassis" || table == "HA_Chassis_Group" || table == "Gateway_Chassis") gateways_changed_ = true;
    if (change.after == nullptr || table != "MAC_Binding") continue;
    const auto& row = static_cast<const sb::MAC_Binding&>(*change.after);
    const absl::Span<const Uuid> ports = sb_.IndexOn<sb::Port_Binding>("logical_port").Find(row.logical_port());
    const absl::StatusOr<IpAddress> ip = IpAddress::Parse(row.ip());
    const absl::StatusOr<MacAddress> mac = MacAddress::Parse(row.mac());
    const auto* datapath = sb_.Get<sb::Datapath_Binding>(FromProto(row.datapath()));
    if (ports.empty() || datapath == nullptr || !ip.ok() || !mac.ok()) continue;
    const auto& port = *sb_.Get<sb::Port_Binding>(ports[0]);
    const auto resolve = [&](const sb::Port_Binding& at) {
      resolved_.push_back(
          {static_cast<uint32_t>(datapath->tunnel_key()), static_cast<uint32_t>(at.tunnel_key()), *ip, *mac});
    };
    resolve(port);
    // What leaves through a gateway port waits at the port that stands for it.
    const auto stand_in = port.options().find("chassis-redirect-port");
    if (stand_in == port.options().end()) continue;
    for (const Uuid& uuid : sb_.IndexOn<sb::Port_Binding>("logical_port").Find(stand_in->second)) {
      resolve(*sb_.Get<sb::Port_Binding>(uuid));
    }
  }
}

void Hypervisor::Update() {
  const std::vector<LearnedNeighbor> learned = std::move(learned_);
  learned_.clear();
  WriteLearned(sb_, learned, clock_.Now());
  const std::vector<LogicalPort> announced = std::move(announced_);
  announced_.clear();
  WriteAnnounced(sb_, options_.chassis, announced);
  ClaimGateways();
  FollowTunnels();
  FollowPorts();
  controller_.Update();
  datapath_.Revalidate(tables_.TakeChanges());
  const std::vector<Resolved> resolved = std::move(resolved_);
  resolved_.clear();
  for (const Resolved& r : resolved) datapath_.ResolveNeighbor(r.datapath, r.port, r.ip, r.mac);
}

void Hypervisor::Receive(uint32_t number, const PacketBatch& batch) {
  for (Packet* packet : batch) packet->in_port = number;
  datapath_.Process(batch);
}

bool Hypervisor::ReceivePort(absl::string_view logical_port, const PacketBatch& batch) {
  const auto found = controller_.ports().find(std::string(logical_port));
  if (found == controller_.ports().end() || roles_.at(found->second).outlet != Outlet::kPort) return false;
  Receive(found->second, batch);
  return true;
}

bool Hypervisor::ReceiveTunnel(const IpAddress& from, const PacketBatch& batch) {
  const auto found = tunnel_by_address_.find(from);
  if (found == tunnel_by_address_.end()) return false;
  Receive(found->second, batch);
  return true;
}

void Hypervisor::ReceiveProvider(const PacketBatch& batch) {
  for (const auto& [name, number] : controller_.ports()) {
    if (roles_.at(number).outlet != Outlet::kProvider) continue;
    for (const Packet* packet : batch) {
      Packet copy = packet->Clone();
      copy.in_port = number;
      datapath_.Process(copy);
    }
  }
}

void Hypervisor::Transmit(uint32_t port, const PacketBatch& batch) {
  const auto role = roles_.find(port);
  if (role != roles_.end()) host_.OnSend(role->second.outlet, role->second.name, port, batch);
}

}  // namespace ovnlite
