// File: lane.h
// One queue of a hypervisor: a datapath, its exits, and a transport. What is of other threads comes in by a lock of its
// own.

#ifndef OVNLITE_LIB_NODE_LANE_H_
#define OVNLITE_LIB_NODE_LANE_H_

#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "ovnlite/datapath/datapath.h"
#include "ovnlite/node/hypervisor.h"
#include "ovnlite/packet/packet.h"
#include "ovnlite/port/tunnel_transport.h"

namespace ovnlite {

class Hypervisor::Lane final : private DatapathHost {
 public:
  // Packets for OVN's controller that wait for the owner's thread, at most.
  static constexpr size_t kMaxPacketIns = 1'024;

  Lane(Hypervisor* owner, size_t queue)
      : owner_(*owner),
        queue_(queue),
        datapath_(owner->tables_, owner->clock_, *this, nullptr, owner->options_.datapath),
        storage_(kBatchSize) {}

  Datapath& datapath() { return datapath_; }
  const Datapath& datapath() const { return datapath_; }

  TunnelTransport* transport() const { return transport_.get(); }
  void SetTransport(std::unique_ptr<TunnelTransport> transport) {
    datapath_.ForgetExits();
    transport_ = std::move(transport);
    remotes_.clear();
  }
  // Makes the transport's remotes those of the hypervisor.
  void FollowTunnels();
  // Exits that nobody uses any more may have filled the transport.
  void TidyExits();

  size_t TakeFrom(Port& port, int batches) {
    return Take(batches, [&port](absl::Span<Packet> storage) { return port.Receive(storage); });
  }
  size_t TakeFromTunnels(int batches) {
    if (transport_ == nullptr) return 0;
    return Take(batches, [this](absl::Span<Packet> storage) { return transport_->Receive(storage); });
  }

  // What has been handed to OVN's controller by this lane since the last call. From any thread.
  std::vector<PacketIn> TakePacketIns() {
    const std::lock_guard<std::mutex> lock(packet_ins_lock_);
    return std::exchange(packet_ins_, {});
  }
  bool has_packet_ins() const {
    const std::lock_guard<std::mutex> lock(packet_ins_lock_);
    return !packet_ins_.empty();
  }

 private:
  // To a logical port.
  class PortExit final : public Exit {
   public:
    PortExit(Lane* lane, uint32_t number) : lane_(*lane), number_(number) {}
    void Send(const PacketBatch& batch) override {
      const Role* const role = lane_.owner_.RoleOf(number_);
      lane_.owner_.host_.OnSend(role->outlet, role->name, number_, batch, lane_.queue_);
    }

   private:
    Lane& lane_;
    const uint32_t number_;
  };

  template <typename F>
  size_t Take(int batches, F receive) {
    size_t taken = 0;
    for (int i = 0; i < batches; ++i) {
      const int n = receive(absl::MakeSpan(storage_));
      if (n == 0) break;
      PacketBatch batch;
      for (int j = 0; j < n; ++j) batch.Add(&storage_[static_cast<size_t>(j)]);
      datapath_.Process(batch);
      taken += static_cast<size_t>(n);
    }
    return taken;
  }

  Exit* ExitTo(uint32_t port, uint64_t tunnel) override;
  bool OnPacketIn(PacketIn packet) override;

  Hypervisor& owner_;
  const size_t queue_;
  std::unique_ptr<TunnelTransport> transport_;    // Outlives the datapath's exits.
  std::map<uint32_t, ChassisAddress> remotes_;    // As the transport knows them.
  std::vector<std::unique_ptr<PortExit>> exits_;  // By number.
  Datapath datapath_;
  std::vector<Packet> storage_;  // One batch.
  mutable std::mutex packet_ins_lock_;
  std::vector<PacketIn> packet_ins_;
};

}  // namespace ovnlite

#endif  // OVNLITE_LIB_NODE_LANE_H_
