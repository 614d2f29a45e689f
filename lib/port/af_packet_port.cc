#include "ovnlite/port/af_packet_port.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/port/coalescer.h"
#include "lib/port/net_device.h"
#include "lib/port/packet_ring.h"
#include "lib/port/segmenter.h"
#include "lib/port/vnet_header.h"
#include "ovnlite/base/status.h"
#include "ovnlite/wire/vlan.h"

namespace ovnlite {
namespace {

constexpr size_t kMacs = EthernetLayout::kType;  // Bytes before the tag.
// So that a few super-frames can wait besides the ring, and go out at once.
constexpr int kSocketBuffer = 4 << 20;
// PACKET_FANOUT_FLAG_IGNORE_OUTGOING of Linux 6.0: a group asks by itself, not by its sockets.
constexpr int kFanoutIgnoreOutgoing = 0x4000;

class AfPacketPort final : public Port {
 public:
  AfPacketPort(const AfPacketPortOptions& options, OwnedFd socket, std::unique_ptr<PacketRing> ring, NetDevice device,
               const Clock* clock)
      : Port(options.device, options.number, kDefaultMtu, clock),
        socket_(std::move(socket)),
        ring_(std::move(ring)),
        device_(std::move(device)),
        offloads_(options.offloads) {
    Refresh();
  }

  int fd() const override { return socket_.get(); }
  Instant next_deadline() const override { return segmenter_.done() ? kNever : 0; }
  bool link_up() const override { return up_ && socket_.ok(); }

  void Refresh() override {
    if (!socket_.ok()) return;
    const absl::StatusOr<NetDevice::Link> link = device_.GetLink();
    up_ = link.ok() && link->up;
    if (link.ok()) {
      set_mtu(std::min(link->mtu, kMaxMtu));
    } else if (absl::IsNotFound(link.status())) {
      Break(link.status());
    }
    CountDrop(PortDrop::kRxOverrun, ring_->TakeDrops());
  }

  void Close() override {
    Refresh();
    CountDrop(PortDrop::kRxClosed, segmenter_.remaining());
    segmenter_.Stop();
    ring_.reset();
    socket_.Close();
  }

 private:
  int DoReceive(absl::Span<Packet> storage) override {
    if (!socket_.ok()) return 0;
    size_t n = 0;
    while (n < storage.size()) {
      if (!segmenter_.done()) {
        segmenter_.Next(storage[n]);
        if (tag_.has_value()) InsertTag(*tag_, storage[n]);
        ++n;
        continue;
      }
      PacketRing::Frame frame;
      if (!ring_->Next(&frame)) break;
      n += TakeFrame(frame, storage[n]);
    }
    if (n > 0) {
      idle_ = 0;
    } else if (++idle_ % 16 == 2) {
      ClearError();
    }
    return static_cast<int>(n);
  }

  // Puts the frame into `packet` and returns 1, or begins to cut it up, or drops it.
  size_t TakeFrame(const PacketRing::Frame& frame, Packet& packet) {
    absl::Span<const uint8_t> bytes = frame.bytes;
    VnetHeader notes = frame.notes;
    if (frame.is_queued) {
      const absl::StatusOr<size_t> size = ReadQueued(&notes);
      if (!size.ok()) return Drop(PortDrop::kRxOverrun);
      bytes = absl::MakeConstSpan(super_frame_.data(), *size);
    }
    if (frame.is_outgoing) return 0;
    if (bytes.size() < frame.size) {
      return Drop(frame.size > super_frame_.size() ? PortDrop::kRxTooLong : PortDrop::kRxOverrun);
    }
    if (bytes.size() < kMinFrame) return Drop(PortDrop::kRxMalformed);
    if (notes.gso_type != VnetHeader::kGsoNone) {
      tag_ = frame.tag;
      return segmenter_.Begin(notes, bytes) ? 0 : Drop(PortDrop::kRxMalformed);
    }
    const size_t tag_size = frame.tag.has_value() ? VlanLayout::kSize : 0;
    const size_t size = bytes.size() + tag_size;
    if (size > Packet::kMaxSize) return Drop(PortDrop::kRxTooLong);
    packet.AssignSummed(bytes, mtu() + kMinFrame + VlanLayout::kSize);
    if (frame.tag.has_value()) InsertTag(*frame.tag, packet);
    if (notes.flags & VnetHeader::kNeedsChecksum) {
      // The kernel counts from the beginning of the frame without the tag.
      if (!CompleteChecksum(notes, packet.mutable_bytes().subspan(tag_size))) return Drop(PortDrop::kRxMalformed);
    }
    return 1;
  }

  size_t Drop(PortDrop reason) {
    CountDrop(reason);
    return 0;
  }

  static void InsertTag(const VlanTag& tag, Packet& packet) {
    uint8_t* const p = packet.Prepend(VlanLayout::kSize);
    std::memmove(p, p + VlanLayout::kSize, kMacs);
    tag.Emit(p + kMacs);
  }

  // Reads a frame that did not fit its slot into super_frame_. Returns its size.
  absl::StatusOr<size_t> ReadQueued(VnetHeader* notes) {
    const iovec pieces[2] = {{notes, sizeof *notes}, {super_frame_.data(), super_frame_.size()}};
    const ssize_t n = readv(socket_.get(), pieces, 2);
    if (n < static_cast<ssize_t>(sizeof *notes)) return ErrnoStatus(errno, "read from", name());
    return static_cast<size_t>(n) - sizeof *notes;
  }

  // An interface that goes down leaves an error, for which poll(2) returns until somebody takes it.
  void ClearError() {
    int error = 0;
    socklen_t size = sizeof error;
    if (getsockopt(socket_.get(), SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error != 0) Refresh();
  }

  void DoSend(const PacketBatch& batch) override {
    if (!socket_.ok()) {
      CountDrop(PortDrop::kTxClosed, static_cast<uint64_t>(batch.size()));
      return;
    }
    std::array<const Packet*, kBatchSize> packets;
    size_t n = 0;
    for (const Packet* packet : batch) {
      if (Admit(*packet)) packets[n++] = packet;
    }
    coalescer_.Plan(absl::MakeConstSpan(packets.data(), n), offloads_);
    const int runs = coalescer_.runs();
    for (int i = 0; i < runs; ++i) {
      messages_[i].msg_hdr.msg_iov = coalescer_.pieces(i).data();
      messages_[i].msg_hdr.msg_iovlen = coalescer_.pieces(i).size();
    }
    for (int i = 0; i < runs;) {
      const int sent = sendmmsg(socket_.get(), &messages_[i], static_cast<unsigned>(runs - i), MSG_DONTWAIT);
      if (sent <= 0) {
        i = DropFrom(i, errno);
        continue;
      }
      for (const int end = i + sent; i < end; ++i) CountSent(coalescer_.packets(i), coalescer_.bytes(i));
    }
  }

  // Run i could not be sent. Returns the run to go on with.
  int DropFrom(int i, int error) {
    PortDrop reason = PortDrop::kTxError;
    int end = i + 1;
    if (error == EAGAIN || error == ENOBUFS || error == ENOMEM) {
      reason = PortDrop::kTxQueueFull;
      end = coalescer_.runs();  // The others would fare the same.
    } else if (error == ENETDOWN || error == ENXIO || error == ENODEV) {
      reason = PortDrop::kTxLinkDown;
      end = coalescer_.runs();
      up_ = false;
    } else if (error == EMSGSIZE) {
      reason = PortDrop::kTxTooLong;
    }
    for (; i < end; ++i) CountDrop(reason, static_cast<uint64_t>(coalescer_.packets(i)));
    return end;
  }

  OwnedFd socket_;
  std::unique_ptr<PacketRing> ring_;
  const NetDevice device_;
  const bool offloads_;
  bool up_ = false;
  uint32_t idle_ = 0;  // Calls of Receive() since the last frame.
  Segmenter segmenter_;
  std::optional<VlanTag> tag_;  // Of the super-frame that is being cut.
  Coalescer coalescer_;
  std::array<mmsghdr, kBatchSize> messages_ = {};
  std::array<uint8_t, Packet::kMaxSize> super_frame_;
};

// Asks for more than the limits for everybody allow; gets what it may.
void GrowBuffers(int socket) {
  const int size = kSocketBuffer;
  for (const auto& [force, plain] : {std::pair(SO_RCVBUFFORCE, SO_RCVBUF), std::pair(SO_SNDBUFFORCE, SO_SNDBUF)}) {
    if (setsockopt(socket, SOL_SOCKET, force, &size, sizeof size) != 0) {
      setsockopt(socket, SOL_SOCKET, plain, &size, sizeof size);
    }
  }
}

absl::Status SetOption(int socket, int option, const std::string& device, absl::string_view doing) {
  const int one = 1;
  if (setsockopt(socket, SOL_PACKET, option, &one, sizeof one) == 0) return absl::OkStatus();
  return ErrnoStatus(errno, doing, device);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Port>> OpenAfPacketPort(const AfPacketPortOptions& options, const Clock* clock) {
  absl::StatusOr<NetDevice> device = NetDevice::Open(options.device);
  if (!device.ok()) return device.status();
  if (absl::StatusOr<MacAddress> mac = device->GetMac(); !mac.ok()) return mac.status();
  const absl::StatusOr<NetDevice::Link> link = device->GetLink();
  if (!link.ok()) return link.status();

  // Protocol 0: nothing arrives before the ring is there and bind() says from where.
  OwnedFd fd(socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd.ok()) return ErrnoStatus(errno, "open a packet socket for", options.device);
  GrowBuffers(fd.get());
  OVNLITE_RETURN_IF_ERROR(SetOption(fd.get(), PACKET_VNET_HDR, options.device, "set offloads on"));
  OVNLITE_RETURN_IF_ERROR(SetOption(fd.get(), PACKET_IGNORE_OUTGOING, options.device, "ignore what is sent by"));
  const size_t slot = link->mtu <= 16'384 ? link->mtu + Port::kMinFrame + VlanLayout::kSize : 1'600;
  absl::StatusOr<std::unique_ptr<PacketRing>> ring = options.ring == PacketRingKind::kSlots
                                                         ? PacketRing::OpenSlots(fd.get(), options.ring_bytes, slot)
                                                         : PacketRing::OpenBlocks(fd.get(), options.ring_bytes);
  if (!ring.ok()) return WithContext(ring.status(), options.device);
  if (options.promiscuous) {
    packet_mreq request = {};
    request.mr_ifindex = device->index();
    request.mr_type = PACKET_MR_PROMISC;
    if (setsockopt(fd.get(), SOL_PACKET, PACKET_ADD_MEMBERSHIP, &request, sizeof request) != 0) {
      return ErrnoStatus(errno, "listen to everything on", options.device);
    }
  }
  sockaddr_ll address = {};
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(ETH_P_ALL);
  address.sll_ifindex = device->index();
  if (bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return ErrnoStatus(errno, "bind a packet socket to", options.device);
  }
  if (options.fanout != 0) {
    const int how = options.fanout | (PACKET_FANOUT_HASH | kFanoutIgnoreOutgoing) << 16;
    if (setsockopt(fd.get(), SOL_PACKET, PACKET_FANOUT, &how, sizeof how) != 0) {
      return ErrnoStatus(errno, absl::StrCat("join fanout group ", options.fanout, " on"), options.device);
    }
  }
  return std::make_unique<AfPacketPort>(options, std::move(fd), *std::move(ring), *std::move(device), clock);
}

}  // namespace ovnlite
