// File: rewrite.h
// Header fields written on a packet's way through the flow tables, prepared so that putting them into the packets of a
// batch is a few masked stores each, whatever they are: Ethernet addresses, TTL or hop limit, addresses and ports of
// NAT, a VLAN tag, ARP and Neighbor Discovery. Checksums of IPv4, TCP, UDP, ICMP and ICMPv6 stay as right or wrong as
// they were (RFC 1624), and so does what a packet knows of its own sum (Packet::sum()); SCTP's is computed anew.
//
// Every value is a constant of the path: whatever it was computed from is pinned by the megaflow's mask, and so is
// which headers there are.

#ifndef OVNLITE_DATAPATH_REWRITE_H_
#define OVNLITE_DATAPATH_REWRITE_H_

#include <cstdint>

#include "absl/container/inlined_vector.h"
#include "ovnlite/flow/match.h"
#include "ovnlite/packet/extract.h"
#include "ovnlite/packet/flow_key.h"
#include "ovnlite/packet/packet.h"

namespace ovnlite {

class Rewrite {
 public:
  Rewrite() = default;
  // `written` marks the bits to set, of which those that a packet holds are kept. `key` has the values, and the
  // eth.type, ip.proto and ip.frag that say which headers there are.
  Rewrite(const FlowKey& key, const FlowKey& written);

  bool empty() const { return patches_.empty() && others_.empty(); }
  // Changes `n` <= kBatchSize packets in place, and their layouts where a tag is put before everything else. A field
  // whose header a packet is too short for is left alone.
  void Apply(Packet* const* packets, PacketLayout* layouts, int n) const;
  void Apply(Packet& packet, PacketLayout layout) const {
    Packet* const one = &packet;
    Apply(&one, &layout, 1);
  }

  friend bool operator==(const Rewrite&, const Rewrite&) = default;

 private:
  // Where a patch's offset counts from.
  enum class From : uint8_t { kFrame, kL3, kL4 };
  // Up to 12 bytes at an even offset that are overwritten under a mask; values are in the packet's byte order.
  struct Patch {
    From from = From::kFrame;
    uint8_t offset = 0;
    uint8_t size = 0;  // 2, 4, 8 or 12.
    bool in_ip_checksum = false;
    bool in_l4_checksum = false;
    uint64_t value[2] = {};
    uint64_t mask[2] = {};
    friend bool operator==(const Patch&, const Patch&) = default;
  };
  struct Changes;

  // Which headers there are.
  struct Headers {
    uint16_t type = 0;  // EtherType.
    uint8_t proto = 0;  // 0 in later fragments.
  };

  void AddAddresses(const FlowKey& key, const FlowKey& written);
  void AddWord(const Headers& headers, const WordTest& w);
  void AddIp(const Headers& headers, const WordTest& w);
  void AddIpv4(const Headers& headers, const WordTest& w);
  void AddL3(const Headers& headers, size_t offset, absl::Span<const uint8_t> value, absl::Span<const uint8_t> mask,
             bool in_ip, bool in_l4);
  void AddL4(const Headers& headers, size_t offset, absl::Span<const uint8_t> value, absl::Span<const uint8_t> mask);
  Patch& Add(From from, size_t offset, absl::Span<const uint8_t> value, absl::Span<const uint8_t> mask);
  void CoverByL4(const Headers& headers, Patch& patch);
  template <int kSize>
  void Put(const Patch& patch, Packet* const* packets, const PacketLayout* layouts, int n, Changes* changes) const;
  void FixChecksums(Packet* const* packets, const PacketLayout* layouts, int n, Changes* changes) const;
  void ApplyOthers(Packet& packet, PacketLayout& layout) const;

  absl::InlinedVector<Patch, 2> patches_;
  // What takes looking for in the packet: a tag, link-layer options, SCTP ports.
  absl::InlinedVector<WordTest, 1> others_;
  // What patches need to know, and nothing else: packets that differ in more have the same rewrite.
  uint8_t l3_size_ = 0;      // Of its header.
  uint8_t l4_checksum_ = 0;  // Where it is in the L4 header; 0 where there is none.
  bool is_udp_ = false;      // A checksum of 0 is none.
};

}  // namespace ovnlite

#endif  // OVNLITE_DATAPATH_REWRITE_H_
