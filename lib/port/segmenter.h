// File: segmenter.h
// Cuts a super-frame from the kernel into the frames that it stands for, as a network card would: each with all
// headers, lengths, IPv4 identification, TCP sequence number and flags, and complete checksums.
//
//   Segmenter segmenter;
//   if (!segmenter.Begin(notes, frame)) ...   // The notes contradict the frame: drop it.
//   while (!segmenter.done()) segmenter.Next(packet);
//
// Notes and frame may hold anything. Cost: one copy of each segment and the sum over it, about 100 ns for 1500 bytes.

#ifndef OVNLITE_LIB_PORT_SEGMENTER_H_
#define OVNLITE_LIB_PORT_SEGMENTER_H_

#include <cstddef>
#include <cstdint>

#include "absl/types/span.h"
#include "lib/port/vnet_header.h"
#include "ovnlite/packet/packet.h"

namespace ovnlite {

class Segmenter {
 public:
  // `frame` must stay as it is until done(). The notes must have a gso_type.
  bool Begin(const VnetHeader& notes, absl::Span<const uint8_t> frame);
  bool done() const { return next_ >= frame_.size(); }
  // Writes the next segment into `packet`. Only when not done().
  void Next(Packet& packet);
  // How many segments there are still to come.
  size_t remaining() const { return done() ? 0 : (frame_.size() - next_ + gso_size_ - 1) / gso_size_; }
  // Forgets the rest.
  void Stop() { frame_ = {}; }

 private:
  absl::Span<const uint8_t> frame_;
  size_t next_ = 0;  // Where the payload of the next segment begins.
  uint32_t index_ = 0;
  size_t gso_size_ = 1;
  size_t l3_ = 0;
  size_t l4_ = 0;
  size_t payload_ = 0;
  bool is_v6_ = false;
  bool is_tcp_ = false;
  uint64_t pseudo_sum_ = 0;  // Without the length.
};

}  // namespace ovnlite

#endif  // OVNLITE_LIB_PORT_SEGMENTER_H_
