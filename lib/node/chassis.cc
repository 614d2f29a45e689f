#include "ovnlite/node/chassis.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace ovnlite {

Chassis::Chassis(Database& sb, const Clock& clock, std::string name)
    : clock_(clock),
      hypervisor_(sb, clock, *this, {.chassis = std::move(name), .tunnels = TunnelMode::kMetadata}),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      storage_(kBatchSize) {
  subscription_ = sb.Subscribe([this](const Delta&) { database_changed_ = true; });
}

Chassis::~Chassis() {
  if (epoll_ >= 0) close(epoll_);
}

void Chassis::Watch(int fd) {
  if (epoll_ < 0 || fd < 0) return;
  epoll_event event = {};
  event.events = EPOLLIN;
  event.data.fd = fd;
  epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
}

absl::Status Chassis::AddPort(absl::string_view logical_port, std::unique_ptr<Port> port) {
  const uint32_t number = NumberFor(logical_port);
  if (port->number() != number) {
    return absl::InvalidArgumentError(absl::StrCat("port ", port->name(), " has number ", port->number(),
                                                   ", but logical port ", logical_port, " is number ", number,
                                                   " on chassis ", hypervisor_.chassis()));
  }
  Watch(port->fd());
  ports_.push_back({std::string(logical_port), std::move(port)});
  database_changed_ = true;
  return absl::OkStatus();
}

void Chassis::SetTransport(std::unique_ptr<TunnelTransport> transport) {
  transport_ = std::move(transport);
  remotes_.clear();
  if (transport_ != nullptr) Watch(transport_->fd());
  database_changed_ = true;
}

void Chassis::FollowTunnels() {
  if (transport_ == nullptr || remotes_ == hypervisor_.tunnels()) return;
  for (const auto& [number, remote] : remotes_) {
    const auto now = hypervisor_.tunnels().find(number);
    if (now == hypervisor_.tunnels().end() || now->second != remote) transport_->RemoveRemote(number);
  }
  remotes_ = hypervisor_.tunnels();
  // An address the transport refuses (its own family only, nobody's address) stays without a tunnel; its packets are
  // counted as kTxUnknownPort.
  for (const auto& [number, remote] : remotes_) transport_->AddRemote(number, remote).IgnoreError();
}

size_t Chassis::TakeFrom(Port& port, int batches) {
  size_t taken = 0;
  for (int i = 0; i < batches; ++i) {
    const int n = port.Receive(absl::MakeSpan(storage_));
    if (n == 0) break;
    PacketBatch batch;
    for (int j = 0; j < n; ++j) batch.Add(&storage_[static_cast<size_t>(j)]);
    hypervisor_.Receive(port.number(), batch);
    taken += static_cast<size_t>(n);
  }
  return taken;
}

size_t Chassis::TakeFromTransport(int batches) {
  size_t taken = 0;
  for (int i = 0; transport_ != nullptr && i < batches; ++i) {
    const int n = transport_->Receive(absl::MakeSpan(storage_));
    if (n == 0) break;
    // Packets of several tunnels may come together; each run of one is a batch.
    for (int begin = 0; begin < n;) {
      PacketBatch batch;
      const uint32_t number = storage_[static_cast<size_t>(begin)].in_port;
      int end = begin;
      for (; end < n && storage_[static_cast<size_t>(end)].in_port == number; ++end)
        batch.Add(&storage_[static_cast<size_t>(end)]);
      hypervisor_.Receive(number, batch);
      begin = end;
    }
    taken += static_cast<size_t>(n);
  }
  return taken;
}

size_t Chassis::Process(int batches) {
  if (database_changed_) {
    database_changed_ = false;
    hypervisor_.Update();
    FollowTunnels();
  }
  size_t taken = TakeFromTransport(batches);
  for (Plugged& plugged : ports_) taken += TakeFrom(*plugged.port, batches);
  hypervisor_.Update();  // What was learned from these packets, before the next ones.
  if (hypervisor_.next_deadline() <= clock_.Now()) hypervisor_.Tick();
  return taken;
}

void Chassis::Refresh() {
  for (Plugged& plugged : ports_) plugged.port->Refresh();
  if (transport_ != nullptr) transport_->Refresh();
}

Instant Chassis::next_deadline() const {
  if (database_changed_) return 0;
  Instant first = hypervisor_.next_deadline();
  for (const Plugged& plugged : ports_) first = std::min(first, plugged.port->next_deadline());
  if (transport_ != nullptr) first = std::min(first, transport_->next_deadline());
  return first;
}

std::vector<const Port*> Chassis::ports() const {
  std::vector<const Port*> all;
  for (const Plugged& plugged : ports_) all.push_back(plugged.port.get());
  return all;
}

void Chassis::OnSend(Outlet outlet, const std::string&, uint32_t number, const PacketBatch& batch) {
  if (outlet == Outlet::kTunnel) {
    if (transport_ != nullptr) transport_->Send(number, batch);
    return;
  }
  for (Plugged& plugged : ports_) {
    if (plugged.port->number() == number) return plugged.port->Send(batch);
  }
}

}  // namespace ovnlite
