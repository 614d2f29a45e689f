#include "ovnlite/node/chassis.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace ovnlite {
namespace {

void Watch(int epoll, int fd) {
  if (epoll < 0 || fd < 0) return;
  epoll_event event = {};
  event.events = EPOLLIN;
  event.data.fd = fd;
  epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

}  // namespace

Chassis::Chassis(Database& sb, const Clock& clock, std::string name, const Options& options)
    : clock_(clock),
      hypervisor_(sb, clock, *this, {.chassis = std::move(name), .queues = options.queues}),
      queues_(hypervisor_.queues()) {
  for (Queue& queue : queues_) queue.epoll = epoll_create1(EPOLL_CLOEXEC);
}

Chassis::~Chassis() {
  for (const Queue& queue : queues_) {
    if (queue.epoll >= 0) close(queue.epoll);
  }
}

absl::StatusOr<uint32_t> Chassis::AddPort(absl::string_view logical_port, std::unique_ptr<Port> port, size_t queue) {
  Queue& mine = queues_.at(queue);
  const uint32_t number = hypervisor_.Plug(logical_port);
  if (mine.by_number.size() <= number) mine.by_number.resize(number + 1);
  if (mine.by_number[number] != nullptr) {
    return absl::AlreadyExistsError(absl::StrCat("port ", mine.by_number[number]->name(), " is behind logical port ",
                                                 logical_port, " on chassis ", hypervisor_.chassis(), " already"));
  }
  port->SetNumber(number);
  Watch(mine.epoll, port->fd());
  mine.by_number[number] = port.get();
  mine.ports.push_back(std::move(port));
  return number;
}

absl::Status Chassis::RemovePort(absl::string_view logical_port) {
  const auto plugged = hypervisor_.controller().ports().find(std::string(logical_port));
  if (plugged == hypervisor_.controller().ports().end()) {
    return absl::NotFoundError(
        absl::StrCat("there is no port behind logical port ", logical_port, " on chassis ", hypervisor_.chassis()));
  }
  const uint32_t number = plugged->second;
  hypervisor_.Unplug(logical_port);
  for (Queue& queue : queues_) {
    if (number >= queue.by_number.size() || queue.by_number[number] == nullptr) continue;
    Port* const port = std::exchange(queue.by_number[number], nullptr);
    if (queue.epoll >= 0 && port->fd() >= 0) epoll_ctl(queue.epoll, EPOLL_CTL_DEL, port->fd(), nullptr);
    port->Close();
    std::erase_if(queue.ports, [port](const std::unique_ptr<Port>& each) { return each.get() == port; });
  }
  return absl::OkStatus();
}

void Chassis::SetTransport(std::unique_ptr<TunnelTransport> transport, size_t queue) {
  if (transport != nullptr) Watch(queues_.at(queue).epoll, transport->fd());
  hypervisor_.SetTransport(std::move(transport), queue);
}

size_t Chassis::Take(size_t queue, int batches) {
  size_t taken = hypervisor_.TakeFromTunnels(batches, queue);
  for (const auto& port : queues_[queue].ports) taken += hypervisor_.TakeFrom(*port, batches, queue);
  if (hypervisor_.next_deadline(queue) != kNever && hypervisor_.next_deadline(queue) <= clock_.Now()) {
    hypervisor_.Tick(queue);
  }
  return taken;
}

size_t Chassis::Process(int batches) {
  hypervisor_.Update();
  const size_t taken = Take(0, batches);
  hypervisor_.Update();  // What was learned from these packets, before the next ones.
  return taken;
}

size_t Chassis::ProcessQueue(size_t queue, int batches) { return Take(queue, batches); }

void Chassis::Refresh(size_t queue) {
  for (const auto& port : queues_[queue].ports) port->Refresh();
  if (TunnelTransport* const transport = hypervisor_.transport(queue); transport != nullptr) transport->Refresh();
}

Instant Chassis::next_deadline(size_t queue) const {
  if (queue == 0 && hypervisor_.is_behind()) return 0;
  Instant first = hypervisor_.next_deadline(queue);
  for (const auto& port : queues_[queue].ports) first = std::min(first, port->next_deadline());
  if (const TunnelTransport* const transport = hypervisor_.transport(queue); transport != nullptr) {
    first = std::min(first, transport->next_deadline());
  }
  return first;
}

std::vector<const Port*> Chassis::ports(size_t queue) const {
  std::vector<const Port*> all;
  for (const auto& port : queues_[queue].ports) all.push_back(port.get());
  return all;
}

void Chassis::OnSend(Outlet, const std::string&, uint32_t number, const PacketBatch& batch, size_t queue) {
  Queue& mine = queues_[queue];
  Port* const port = number < mine.by_number.size() ? mine.by_number[number] : nullptr;
  if (port != nullptr) return port->Send(batch);
  mine.undelivered += static_cast<uint64_t>(batch.size());
}

}  // namespace ovnlite
