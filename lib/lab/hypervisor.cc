#include "lib/lab/hypervisor.h"

#include "absl/strings/str_cat.h"
#include "lib/schema/ovn_sb.pb.h"
#include "ovnlite/schema/schema.h"
#include "ovnlite/wire/geneve_tunnel.h"

namespace ovnlite {
namespace {

Uuid FromProto(const ovsdb::Uuid& u) { return Uuid(u.high(), u.low()); }

}  // namespace

Hypervisor::Hypervisor(Database& sb, const Clock& clock, HypervisorHost& host, std::string name)
    : sb_(sb), host_(host), name_(std::move(name)), controller_(sb, tables_, {.chassis = name_}), datapath_(tables_, clock, *this) {
  subscription_ = sb.Subscribe([this](const Delta& delta) { ResolveNeighbors(delta); });
}

uint32_t Hypervisor::NumberOf(const std::string& key, PortRole role) {
  const auto [at, added] = numbers_.try_emplace(key, static_cast<uint32_t>(numbers_.size() + 1));
  roles_[at->second] = std::move(role);
  return at->second;
}

void Hypervisor::FollowTunnels(const std::map<std::string, UnderlayAddress>& underlay) {
  if (underlay == underlay_) return;
  for (const auto& [chassis, address] : underlay_) {
    if (underlay.contains(chassis) || chassis == name_) continue;
    datapath_.RemoveTunnel(numbers_[absl::StrCat("tunnel ", chassis)]);
    controller_.SetTunnel(chassis, 0);
  }
  underlay_ = underlay;
  const auto me = underlay_.find(name_);
  if (me == underlay_.end()) return;
  for (const auto& [chassis, address] : underlay_) {
    if (chassis == name_ || address.ip.is_v6() != me->second.ip.is_v6()) continue;
    const uint32_t number = NumberOf(absl::StrCat("tunnel ", chassis), {Sighting::Point::kTunnel, chassis});
    GeneveTunnel tunnel;
    tunnel.source_mac = me->second.mac;
    tunnel.destination_mac = address.mac;
    tunnel.source = me->second.ip;
    tunnel.destination = address.ip;
    datapath_.AddTunnel(number, tunnel, TunnelMode::kFrames);
    controller_.SetTunnel(chassis, number);
  }
}

void Hypervisor::FollowPorts() {
  if (!ports_changed_) return;
  ports_changed_ = false;
  std::map<std::string, uint32_t> wanted;
  for (const auto& [uuid, port] : sb_.Rows<sb::Port_Binding>()) {
    const bool localnet = port.type() == "localnet";
    if (port.has_parent_port() || !(port.type().empty() || localnet || port.type() == "localport" || port.type() == "l2gateway")) continue;
    if (!localnet) {
      const auto* chassis = port.has_chassis() ? sb_.Get<sb::Chassis>(FromProto(port.chassis())) : nullptr;
      if (chassis == nullptr || chassis->name() != name_) continue;
    }
    const std::string& name = port.logical_port();
    wanted[name] = NumberOf(absl::StrCat("port ", name), {localnet ? Sighting::Point::kProvider : Sighting::Point::kPort, name});
  }
  const std::map<std::string, uint32_t> before = controller_.ports();
  for (const auto& [name, number] : before) {
    if (!wanted.contains(name)) controller_.Plug(name, 0);
  }
  for (const auto& [name, number] : wanted) {
    if (!before.contains(name)) controller_.Plug(name, number);
  }
}

void Hypervisor::ResolveNeighbors(const Delta& delta) {
  for (const RowChange& change : delta.changes()) {
    if (change.table->name() == "Port_Binding" || change.table->name() == "Chassis") ports_changed_ = true;
    if (change.after == nullptr || change.table->name() != "MAC_Binding") continue;
    const auto& row = static_cast<const sb::MAC_Binding&>(*change.after);
    const absl::Span<const Uuid> ports = sb_.IndexOn<sb::Port_Binding>("logical_port").Find(row.logical_port());
    const absl::StatusOr<IpAddress> ip = IpAddress::Parse(row.ip());
    const absl::StatusOr<MacAddress> mac = MacAddress::Parse(row.mac());
    const auto* datapath = sb_.Get<sb::Datapath_Binding>(FromProto(row.datapath()));
    if (ports.empty() || datapath == nullptr || !ip.ok() || !mac.ok()) continue;
    const uint32_t port = static_cast<uint32_t>(sb_.Get<sb::Port_Binding>(ports[0])->tunnel_key());
    resolved_.push_back({static_cast<uint32_t>(datapath->tunnel_key()), port, *ip, *mac});
  }
}

void Hypervisor::Update(const std::map<std::string, UnderlayAddress>& underlay) {
  FollowTunnels(underlay);
  FollowPorts();
  controller_.Update();
  datapath_.Revalidate(tables_.TakeChanges());
  std::vector<Resolved> resolved = std::move(resolved_);
  resolved_.clear();
  for (const Resolved& r : resolved) datapath_.ResolveNeighbor(r.datapath, r.port, r.ip, r.mac);
}

bool Hypervisor::ReceivePort(absl::string_view logical_port, absl::Span<const uint8_t> frame) {
  const auto found = controller_.ports().find(std::string(logical_port));
  if (found == controller_.ports().end() || roles_.at(found->second).point != Sighting::Point::kPort) return false;
  Packet packet(frame);
  packet.in_port = found->second;
  datapath_.Process(packet);
  return true;
}

void Hypervisor::ReceiveProvider(absl::Span<const uint8_t> frame) {
  for (const auto& [name, number] : controller_.ports()) {
    if (roles_.at(number).point != Sighting::Point::kProvider) continue;
    Packet packet(frame);
    packet.in_port = number;
    datapath_.Process(packet);
  }
}

void Hypervisor::ReceiveUnderlay(absl::Span<const uint8_t> frame) {
  GeneveArrival arrival;
  if (ReceiveGeneve(frame, GeneveEndpoint(), &arrival) != GeneveVerdict::kDeliver) return;
  const auto me = underlay_.find(name_);
  if (me == underlay_.end() || arrival.destination != me->second.ip) return;
  for (const auto& [chassis, address] : underlay_) {
    if (chassis == name_ || address.ip != arrival.source) continue;
    Packet packet(frame.subspan(arrival.inner_offset, arrival.inner_size));
    packet.in_port = numbers_.at(absl::StrCat("tunnel ", chassis));
    packet.tunnel = uint64_t{arrival.vni} << 32 | (arrival.option.has_value() ? arrival.option->body : 0);
    datapath_.Process(packet);
    return;
  }
}

void Hypervisor::Transmit(uint32_t port, const PacketBatch& batch) {
  const auto role = roles_.find(port);
  if (role == roles_.end()) return;
  const std::string& name = role->second.point == Sighting::Point::kPort ? role->second.name : name_;
  for (Packet* packet : batch) host_.OnSent(role->second.point, name_, name, packet->bytes());
}

}  // namespace ovnlite
