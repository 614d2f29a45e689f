#include "lib/node/lane.h"

#include <map>

#include "lib/node/packet_in_agent.h"

namespace ovnlite {

Exit* Hypervisor::Lane::ExitTo(uint32_t port, uint64_t tunnel) {
  const Role* const role = owner_.RoleOf(port);
  if (role == nullptr) return nullptr;
  if (role->outlet == Outlet::kTunnel) return transport_ == nullptr ? nullptr : transport_->ExitTo(port, tunnel);
  if (exits_.size() <= port) exits_.resize(port + 1);
  if (exits_[port] == nullptr) exits_[port] = std::make_unique<PortExit>(this, port);
  return exits_[port].get();
}

bool Hypervisor::Lane::OnPacketIn(PacketIn packet) {
  if (queue_ == 0) return owner_.OnPacketIn(std::move(packet));
  if (!owner_.Takes(packet.action().opcode)) return false;
  const std::lock_guard<std::mutex> lock(packet_ins_lock_);
  if (packet_ins_.size() >= kMaxPacketIns) return false;
  packet_ins_.push_back(std::move(packet));
  return true;
}

void Hypervisor::Lane::FollowTunnels() {
  if (transport_ == nullptr) return;
  std::map<uint32_t, ChassisAddress> now;
  for (const auto& [number, ip] : owner_.tunnels_) now[number] = owner_.addresses_.at(owner_.RoleOf(number)->name);
  if (now == remotes_) return;
  datapath_.ForgetExits();
  for (const auto& [number, remote] : remotes_) {
    const auto found = now.find(number);
    if (found == now.end() || found->second != remote) transport_->RemoveRemote(number);
  }
  remotes_ = std::move(now);
  // An address that the transport refuses (of the other family, nobody's) stays without a tunnel; its packets have no
  // exit.
  for (const auto& [number, remote] : remotes_) transport_->AddRemote(number, remote.ip, remote.checksum).IgnoreError();
}

void Hypervisor::Lane::TidyExits() {
  if (transport_ == nullptr || transport_->exit_count() < TunnelTransport::kMaxExits) return;
  datapath_.ForgetExits();
  transport_->ForgetExits();
}

}  // namespace ovnlite
