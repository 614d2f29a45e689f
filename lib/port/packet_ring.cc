#include "lib/port/packet_ring.h"

#include <linux/if_packet.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>

#include "lib/port/net_device.h"

namespace ovnlite {
namespace {

constexpr size_t kPage = 4'096;
// A block holds the largest super-frame, headers and notes.
constexpr size_t kBlockSize = 256 * 1'024;

// The kernel writes these words while we read; what they guard is read after, and given back before.
uint32_t LoadStatus(const uint32_t* p) { return __atomic_load_n(p, __ATOMIC_ACQUIRE); }
void StoreStatus(uint32_t* p, uint32_t v) { __atomic_store_n(p, v, __ATOMIC_RELEASE); }

// What both layouts say about a frame: `header` is where its tpacket header begins.
template <typename Header>
void ReadHeader(const uint8_t* header, const Header& h, uint16_t tci, uint16_t tpid, PacketRing::Frame* frame) {
  const uint8_t* const bytes = header + h.tp_mac;
  frame->bytes = absl::MakeConstSpan(bytes, h.tp_snaplen);
  frame->size = h.tp_len;
  frame->is_queued = h.tp_status & TP_STATUS_COPY;
  const auto* const address = reinterpret_cast<const sockaddr_ll*>(header + TPACKET_ALIGN(sizeof h));
  frame->is_outgoing = address->sll_pkttype == PACKET_OUTGOING;
  frame->tag.reset();
  if (h.tp_status & TP_STATUS_VLAN_VALID) {
    frame->tag = VlanTag{(h.tp_status & TP_STATUS_VLAN_TPID_VALID) ? tpid : kEthTypeVlan, tci};
  }
  std::memcpy(&frame->notes, bytes - sizeof(VnetHeader), sizeof(VnetHeader));
}

template <typename Statistics>
uint64_t ReadDrops(int socket) {
  Statistics statistics = {};
  socklen_t size = sizeof statistics;
  if (getsockopt(socket, SOL_PACKET, PACKET_STATISTICS, &statistics, &size) != 0) return 0;
  return statistics.tp_drops;
}

template <typename Request>
absl::StatusOr<uint8_t*> Map(int socket, int version, const Request& request, size_t size) {
  if (setsockopt(socket, SOL_PACKET, PACKET_VERSION, &version, sizeof version) != 0) {
    return ErrnoStatus(errno, "choose", "a packet ring's version");
  }
  if (setsockopt(socket, SOL_PACKET, PACKET_RX_RING, &request, sizeof request) != 0) {
    return ErrnoStatus(errno, "make", "a packet ring");
  }
  void* const memory = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, socket, 0);
  if (memory == MAP_FAILED) return ErrnoStatus(errno, "map", "a packet ring");
  return static_cast<uint8_t*>(memory);
}

class SlotRing final : public PacketRing {
 public:
  SlotRing(int socket, uint8_t* memory, size_t size, size_t slot) : PacketRing(socket, memory, size), slot_(slot) {}

  bool Next(Frame* frame) override {
    if (held_ != nullptr) StoreStatus(&std::exchange(held_, nullptr)->tp_status, TP_STATUS_KERNEL);
    uint8_t* const p = memory_ + at_;
    auto* const header = reinterpret_cast<tpacket2_hdr*>(p);
    if (!(LoadStatus(&header->tp_status) & TP_STATUS_USER)) return false;
    held_ = header;
    at_ = at_ + slot_ < size_ ? at_ + slot_ : 0;
    ReadHeader(p, *header, header->tp_vlan_tci, header->tp_vlan_tpid, frame);
    return true;
  }
  uint64_t TakeDrops() override { return ReadDrops<tpacket_stats>(socket_); }

 private:
  const size_t slot_;
  size_t at_ = 0;
  tpacket2_hdr* held_ = nullptr;
};

class BlockRing final : public PacketRing {
 public:
  BlockRing(int socket, uint8_t* memory, size_t size) : PacketRing(socket, memory, size) {}

  bool Next(Frame* frame) override {
    while (left_ == 0) {
      tpacket_hdr_v1& block = reinterpret_cast<tpacket_block_desc*>(memory_ + block_at_)->hdr.bh1;
      if (std::exchange(held_, false)) {
        StoreStatus(&block.block_status, TP_STATUS_KERNEL);
        block_at_ = block_at_ + kBlockSize < size_ ? block_at_ + kBlockSize : 0;
        continue;
      }
      if (!(LoadStatus(&block.block_status) & TP_STATUS_USER)) return false;
      held_ = true;
      left_ = block.num_pkts;
      next_ = memory_ + block_at_ + block.offset_to_first_pkt;
    }
    const uint8_t* const p = next_;
    const auto* const header = reinterpret_cast<const tpacket3_hdr*>(p);
    next_ += header->tp_next_offset;
    if (--left_ > 0) __builtin_prefetch(next_ + 64);
    ReadHeader(p, *header, static_cast<uint16_t>(header->hv1.tp_vlan_tci), header->hv1.tp_vlan_tpid, frame);
    return true;
  }
  uint64_t TakeDrops() override { return ReadDrops<tpacket_stats_v3>(socket_); }

 private:
  size_t block_at_ = 0;
  bool held_ = false;  // The block at block_at_ is ours.
  uint32_t left_ = 0;  // Frames in it still to be given.
  const uint8_t* next_ = nullptr;
};

}  // namespace

PacketRing::~PacketRing() { munmap(memory_, size_); }

absl::StatusOr<std::unique_ptr<PacketRing>> PacketRing::OpenSlots(int socket, size_t bytes, size_t max_frame) {
  // What the kernel puts before the frame, with its alignments.
  const size_t slot =
      std::bit_ceil(TPACKET_ALIGN(TPACKET2_HDRLEN) + 2 * TPACKET_ALIGNMENT + sizeof(VnetHeader) + max_frame);
  tpacket_req request = {};
  request.tp_frame_size = static_cast<unsigned>(slot);
  request.tp_block_size = static_cast<unsigned>(std::max(slot, 16 * kPage));
  request.tp_block_nr = static_cast<unsigned>(std::max<size_t>(bytes / request.tp_block_size, 1));
  request.tp_frame_nr = request.tp_block_size / request.tp_frame_size * request.tp_block_nr;
  const size_t size = size_t{request.tp_block_size} * request.tp_block_nr;
  const int copy = 1;
  if (setsockopt(socket, SOL_PACKET, PACKET_COPY_THRESH, &copy, sizeof copy) != 0) {
    return ErrnoStatus(errno, "keep", "large frames of a packet ring");
  }
  const absl::StatusOr<uint8_t*> memory = Map(socket, TPACKET_V2, request, size);
  if (!memory.ok()) return memory.status();
  return std::make_unique<SlotRing>(socket, *memory, size, slot);
}

absl::StatusOr<std::unique_ptr<PacketRing>> PacketRing::OpenBlocks(int socket, size_t bytes) {
  tpacket_req3 request = {};
  request.tp_block_size = kBlockSize;
  request.tp_block_nr = static_cast<unsigned>(std::max<size_t>(bytes / kBlockSize, 2));
  request.tp_frame_size = 2'048;  // Means nothing in this layout, but must divide the block.
  request.tp_frame_nr = kBlockSize / request.tp_frame_size * request.tp_block_nr;
  request.tp_retire_blk_tov = 1;  // Milliseconds.
  const size_t size = kBlockSize * request.tp_block_nr;
  const absl::StatusOr<uint8_t*> memory = Map(socket, TPACKET_V3, request, size);
  if (!memory.ok()) return memory.status();
  return std::make_unique<BlockRing>(socket, *memory, size);
}

}  // namespace ovnlite
