// File: coalescer.h
// Joins consecutive TCP segments of a batch into super-frames for the kernel: the inverse of segmenter.h, so that
// cutting what was joined gives the same segments again, bit for bit.
//
//   coalescer.Plan(batch);
//   for (int i = 0; i < coalescer.runs(); ++i) writev(fd, coalescer.pieces(i).data(), coalescer.pieces(i).size());
//
// A segment joins its predecessor only if all headers agree, the sequence number and the IPv4 identification follow, no
// flag but ACK is set (PSH and FIN in the last one), and its checksums are right: a damaged one goes alone, for its
// receiver to find. Order is kept: nothing overtakes.
//
// Nothing is allocated, and packets are not changed. Cost: about 10 ns for a packet that stays alone; for one that
// joins the sum over it, too.

#ifndef OVNLITE_LIB_PORT_COALESCER_H_
#define OVNLITE_LIB_PORT_COALESCER_H_

#include <sys/uio.h>

#include <array>
#include <cstddef>
#include <cstdint>

#include "absl/types/span.h"
#include "lib/port/vnet_header.h"
#include "ovnlite/packet/packet.h"

namespace ovnlite {

class Coalescer {
 public:
  // Lays out what to write for the packets, which must stay until it is written. At most kBatchSize; without `join`
  // each stays alone.
  void Plan(absl::Span<const Packet* const> packets, bool join = true);

  int runs() const { return runs_; }
  // What to write for run i: a VnetHeader, then the frame.
  absl::Span<iovec> pieces(int i) { return absl::MakeSpan(&iov_[run_[i].first_piece], run_[i].piece_count); }
  const VnetHeader& notes(int i) const { return run_[i].notes; }
  // The packets in run i, and their bytes together.
  int packets(int i) const { return run_[i].packets; }
  size_t bytes(int i) const { return run_[i].bytes; }

 private:
  // Ethernet with two VLAN tags, IPv4 or IPv6 without options, TCP with options.
  static constexpr size_t kMaxHeaders = 14 + 8 + 40 + 60;

  struct Run {
    VnetHeader notes;
    int packets;
    size_t bytes;
    size_t first_piece;
    size_t piece_count;
    std::array<uint8_t, kMaxHeaders> headers;
  };
  // Where the headers of a TCP segment are, if it may be part of a super-frame.
  struct Segment {
    bool joins = false;
    bool ends = false;  // As the last part only: PSH or FIN is set.
    bool is_v6 = false;
    uint32_t l3 = 0;
    uint32_t l4 = 0;
    uint32_t payload = 0;
  };

  static Segment Look(absl::Span<const uint8_t> frame);
  // Whether `b` continues a run of `count` full segments that begins with `a`, by their headers.
  static bool Follows(const Packet& first, const Segment& a, int count, const Packet& next, const Segment& b);
  static bool ChecksumsAreRight(const Packet& packet, const Segment& segment);
  // Turns `run` into a super-frame; `last` is its last segment.
  static void WriteHeaders(Run& run, const Packet& first, const Segment& segment, const Packet& last);
  void AddPiece(const void* data, size_t size) { iov_[pieces_++] = {const_cast<void*>(data), size}; }

  int runs_ = 0;
  size_t pieces_ = 0;
  std::array<Run, kBatchSize> run_;
  std::array<iovec, 3 * kBatchSize> iov_;
};

}  // namespace ovnlite

#endif  // OVNLITE_LIB_PORT_COALESCER_H_
