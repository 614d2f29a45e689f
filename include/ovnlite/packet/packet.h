// File: packet.h
// One frame in memory, with room before it for an encapsulation and notes about where its headers are.
//
//   buffer:  | headroom (128 B at first) | data() … data()+size() | tailroom |
//
// Prepend() moves data() back into the headroom without copying; Consume() moves it forward. A packet keeps its buffer
// when it is given a new frame, so that a pool of packets stops allocating soon; batches move through the datapath by
// pointer.
//
// A packet may know the sum of its bytes (wire/checksum.h): whoever copies them anyway adds them up on the way with
// AssignSummed(), and a tunnel that wants a checksum over the whole frame later need not read it again. The sum is
// forgotten by whatever lets the bytes change, data() for writing included; who changes a few of them and knows what
// that does to the sum uses Patch() and AddToSum().

#ifndef OVNLITE_PACKET_PACKET_H_
#define OVNLITE_PACKET_PACKET_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <utility>

#include "absl/types/span.h"
#include "ovnlite/base/clock.h"
#include "ovnlite/wire/checksum.h"

namespace ovnlite {

// Number of packets a batch holds, chosen so that one batch's headers fit the L1 cache.
inline constexpr int kBatchSize = 32;

class Packet {
 public:
  // Room in front of a fresh packet: outer Ethernet, IPv6, UDP and Geneve with OVN's option take 78 bytes.
  static constexpr size_t kHeadroom = 128;
  // The largest frame a packet holds: 64 KiB of payload after a GSO read, with headers.
  static constexpr size_t kMaxSize = 65'535 + 128;

  Packet() = default;
  explicit Packet(absl::Span<const uint8_t> frame) { Assign(frame); }
  Packet(Packet&& other) noexcept { *this = std::move(other); }
  Packet& operator=(Packet&& other) noexcept {
    owned_ = std::move(other.owned_);
    buffer_ = std::exchange(other.buffer_, nullptr);
    data_ = std::exchange(other.data_, nullptr);
    capacity_ = std::exchange(other.capacity_, 0);
    size_ = std::exchange(other.size_, 0);
    sum_ = std::exchange(other.sum_, kNoSum);
    in_port = other.in_port;
    tunnel = other.tunnel;
    flow_hash = other.flow_hash;
    time = other.time;
    return *this;
  }
  // Copying is explicit: see Clone().
  Packet(const Packet&) = delete;
  Packet& operator=(const Packet&) = delete;

  Packet Clone() const {
    Packet copy;
    copy.CopyFrom(*this);
    return copy;
  }
  // Becomes a copy of `other`, notes included; keeps the buffer if it is large enough.
  void CopyFrom(const Packet& other) {
    Assign(other.bytes());
    sum_ = other.sum_;
    in_port = other.in_port;
    tunnel = other.tunnel;
    flow_hash = other.flow_hash;
    time = other.time;
  }

  // Replaces the contents; keeps the buffer if it is large enough.
  void Assign(absl::Span<const uint8_t> frame) {
    Reserve(frame.size());
    if (!frame.empty()) std::memcpy(data_, frame.data(), frame.size());
    size_ = frame.size();
  }
  // The same, with the sum of the frame. Makes room for `room` bytes at least, so that the buffer need not grow by small
  // steps.
  void AssignSummed(absl::Span<const uint8_t> frame, size_t room = 0) {
    Reserve(std::max(frame.size(), room));
    sum_ = ChecksumFold(internal_checksum::NativeCopySum(data_, frame.data(), frame.size()));
    size_ = frame.size();
  }
  // Makes an empty packet with kHeadroom before and at least `size` bytes after data().
  void Reserve(size_t size) {
    const size_t need = kHeadroom + size;
    if (capacity_ < need) {
      owned_ = std::make_unique_for_overwrite<uint8_t[]>(need);
      buffer_ = owned_.get();
      capacity_ = need;
    }
    data_ = buffer_ + kHeadroom;
    size_ = 0;
    sum_ = kNoSum;
    flow_hash = 0;
  }
  // Sets the size after bytes were written directly behind data(). `size` must be within tailroom.
  void Resize(size_t size) {
    size_ = size;
    sum_ = kNoSum;
  }

  uint8_t* data() {
    sum_ = kNoSum;
    return data_;
  }
  const uint8_t* data() const { return data_; }
  size_t size() const { return size_; }
  absl::Span<const uint8_t> bytes() const { return absl::MakeConstSpan(data_, size_); }
  absl::Span<uint8_t> mutable_bytes() { return absl::MakeSpan(data(), size_); }

  // ChecksumSum() of all bytes, where it is known.
  std::optional<uint16_t> sum() const {
    if (sum_ < 0) return std::nullopt;
    return internal_checksum::FromNative(static_cast<uint16_t>(sum_));
  }
  // data() for one who then says by AddToSum() what changed.
  uint8_t* Patch() { return data_; }
  // `change` is the sum of the words that are there now and of the complements of those that were, as this machine
  // loads them. Does nothing where the sum is not known.
  void AddToSum(uint64_t change) {
    if (sum_ >= 0) sum_ = ChecksumFold(static_cast<uint64_t>(sum_) + change);
  }

  size_t headroom() const { return static_cast<size_t>(data_ - buffer_); }
  size_t tailroom() const { return capacity_ - headroom() - size_; }

  // Opens `n` bytes before the frame and returns them; their contents are unspecified. Grows the buffer if it must.
  uint8_t* Prepend(size_t n) {
    if (headroom() < n) Grow(n - headroom() + kHeadroom, 0);
    data_ -= n;
    size_ += n;
    sum_ = kNoSum;
    return data_;
  }
  // Opens `n` bytes after the frame and returns them; their contents are unspecified.
  uint8_t* Append(size_t n) {
    if (tailroom() < n) Grow(0, n - tailroom());
    size_ += n;
    sum_ = kNoSum;
    return data_ + size_ - n;
  }
  // Drops `n` <= size() bytes from the front.
  void Consume(size_t n) {
    data_ += n;
    size_ -= n;
    sum_ = kNoSum;
  }
  // Keeps the first `size` <= size() bytes.
  void Truncate(size_t size) {
    size_ = size;
    sum_ = kNoSum;
  }

  // The port it came in by (an OpenFlow port number) and when; set by the port that received it. A packet out of a
  // tunnel carries what the tunnel said, as the key word kWordTunnel: VNI << 32 | body of OVN's option.
  uint32_t in_port = 0;
  uint64_t tunnel = 0;
  // FlowHash() of the frame as it arrived (flow_hash.h); 0: not known.
  uint64_t flow_hash = 0;
  Instant time = 0;

 private:
  void Grow(size_t front, size_t back) {
    const size_t room = headroom() + front;
    const size_t total = capacity_ + front + back;
    auto bigger = std::make_unique_for_overwrite<uint8_t[]>(total);
    if (size_ > 0) std::memcpy(bigger.get() + room, data_, size_);
    owned_ = std::move(bigger);
    buffer_ = owned_.get();
    capacity_ = total;
    data_ = buffer_ + room;
  }

  static constexpr int32_t kNoSum = -1;

  std::unique_ptr<uint8_t[]> owned_;
  uint8_t* buffer_ = nullptr;
  uint8_t* data_ = nullptr;
  size_t capacity_ = 0;
  size_t size_ = 0;
  int32_t sum_ = kNoSum;  // Folded, in the order of this machine.
};

// Up to kBatchSize packets on their way together. The batch does not own them.
class PacketBatch {
 public:
  bool empty() const { return size_ == 0; }
  bool full() const { return size_ == kBatchSize; }
  int size() const { return size_; }
  void clear() { size_ = 0; }
  // The caller checks full() first.
  void Add(Packet* packet) { packets_[size_++] = packet; }
  Packet* operator[](int i) const { return packets_[static_cast<size_t>(i)]; }
  Packet* const* begin() const { return packets_.data(); }
  Packet* const* end() const { return packets_.data() + size_; }

 private:
  std::array<Packet*, kBatchSize> packets_;
  int size_ = 0;
};

}  // namespace ovnlite

#endif  // OVNLITE_PACKET_PACKET_H_
