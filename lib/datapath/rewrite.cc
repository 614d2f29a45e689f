#include "ovnlite/datapath/rewrite.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "ovnlite/wire/arp.h"
#include "ovnlite/wire/checksum.h"
#include "ovnlite/wire/ethernet.h"
#include "ovnlite/wire/icmp.h"
#include "ovnlite/wire/icmpv6.h"
#include "ovnlite/wire/ip_proto.h"
#include "ovnlite/wire/ipv4.h"
#include "ovnlite/wire/ipv6.h"
#include "ovnlite/wire/nd.h"
#include "ovnlite/wire/sctp.h"
#include "ovnlite/wire/tcp.h"
#include "ovnlite/wire/udp.h"
#include "ovnlite/wire/vlan.h"

namespace ovnlite {
namespace {

using internal_checksum::LoadNative;

constexpr uint16_t kVlanPresent = 0x1000;  // Of a key's TCI.

// Words of the key that stand for bytes of the frame, and which of their bits.
constexpr uint64_t WritableBits(int word) {
  switch (word) {
    case kWordEthDst:
      return ~uint64_t{0xffff};  // eth.type is never written.
    case kWordEthSrc:
    case kWordIpv4:
    case kWordIpv6Src:
    case kWordIpv6Src + 1:
    case kWordIpv6Dst:
    case kWordIpv6Dst + 1:
    case kWordNdTarget:
    case kWordNdTarget + 1:
      return ~uint64_t{0};
    case kWordIp:
      return uint64_t{0x00ff'ff00} << 32 | 0xffff'ffff;  // tos, ttl, L4 ports; not proto, not frag.
    case kWordL4:
      return uint64_t{0xffff} << 32;  // The ARP operation.
    case kWordArpSha:
    case kWordArpTha:
      return ~uint64_t{0xffff};
    default:
      return 0;
  }
}

constexpr bool IsArp(uint16_t type) { return type == kEthTypeArp || type == kEthTypeRarp; }
constexpr uint64_t Blend(uint64_t old, const WordTest& w) { return (old & ~w.mask) | w.value; }

// The bytes of a number as it stands in a packet.
template <size_t kSize>
std::array<uint8_t, kSize> Bytes(uint64_t v) {
  std::array<uint8_t, kSize> bytes;
  for (size_t i = 0; i < kSize; ++i) bytes[i] = static_cast<uint8_t>(v >> 8 * (kSize - 1 - i));
  return bytes;
}

// What changing `before` to `now` does to a sum of 16-bit words.
constexpr uint64_t Change(uint16_t before, uint16_t now) { return uint64_t{now} + static_cast<uint16_t>(~before); }
constexpr uint64_t Change(uint32_t before, uint32_t now) { return uint64_t{now} + static_cast<uint32_t>(~before); }
constexpr uint64_t Change(uint64_t before, uint64_t now) {
  return (now & 0xffff'ffff) + (now >> 32) + (~before & 0xffff'ffff) + (~before >> 32);
}

// Overwrites a word under a mask; returns what that does to a sum.
template <typename T>
uint64_t PutWord(uint8_t* at, uint64_t value, uint64_t mask) {
  const T before = LoadNative<T>(at);
  const T now = static_cast<T>((before & ~mask) | value);
  if (before == now) return 0;
  std::memcpy(at, &now, sizeof now);
  return Change(before, now);
}

// Makes the frame's tag what `tci` says. Moves the headers behind it.
void SetVlan(Packet& packet, PacketLayout& layout, uint16_t tci) {
  if (packet.size() < EthernetLayout::kSize) return;
  uint8_t addresses[12];
  std::memcpy(addresses, packet.data(), sizeof addresses);
  const bool tagged = IsVlanType(Load16(packet.data() + EthernetLayout::kType)) &&
                      packet.size() >= EthernetLayout::kSize + VlanLayout::kSize;
  const auto shift = [&layout](uint32_t by) {
    for (uint32_t* at : {&layout.l3, &layout.l4, &layout.payload, &layout.end}) *at += *at == 0 ? 0 : by;
  };
  if (tci & kVlanPresent) {
    if (!tagged) {
      std::memcpy(packet.Prepend(VlanLayout::kSize), addresses, sizeof addresses);
      Store16(packet.data() + EthernetLayout::kType, kEthTypeVlan);
      shift(VlanLayout::kSize);
    }
    // The bit that says "there is a tag" is the wire's drop eligible indicator; Open vSwitch sends it as 0.
    Store16(packet.data() + EthernetLayout::kType + VlanLayout::kTci, tci & ~kVlanPresent);
  } else if (tagged) {
    packet.Consume(VlanLayout::kSize);
    std::memcpy(packet.data(), addresses, sizeof addresses);
    shift(-uint32_t{VlanLayout::kSize});
  }
}

// SCTP's checksum is a CRC of everything. A wrong one stays wrong by as much, so that its receiver notices.
void SetSctpPorts(Packet& packet, const PacketLayout& layout, const WordTest& w) {
  const size_t end = std::min<size_t>(layout.end, packet.size());
  if (layout.l4 == 0 || layout.payload <= layout.l4 || end < layout.l4 + SctpLayout::kSize) return;
  uint8_t* const l4 = packet.data() + layout.l4;
  const absl::Span<const uint8_t> chunk(l4, end - layout.l4);
  const uint32_t right_before = SctpChecksum(chunk);
  Store32(l4, static_cast<uint32_t>(Blend(Load32(l4), w)));
  uint8_t* at = l4 + SctpLayout::kChecksum;
  Store32(at, Load32(at) ^ right_before ^ SctpChecksum(chunk));
}

// A link-layer address of Neighbor Discovery, where there is an option that holds one.
void SetNdOption(Packet& packet, const PacketLayout& layout, uint8_t type, const WordTest& w) {
  const bool is_nd = layout.l4 != 0 && layout.payload > layout.l4 && layout.end <= packet.size() &&
                     layout.end >= layout.l4 + NdNeighborLayout::kSize;
  if (!is_nd) return;
  uint8_t* const l4 = packet.data() + layout.l4;
  uint8_t* const end = packet.data() + layout.end;
  for (uint8_t* option = l4 + NdNeighborLayout::kSize; end - option >= 8; option += 8 * option[1]) {
    if (option[1] == 0 || 8 * option[1] > end - option) return;
    if (option[0] != type || option[1] != 1) continue;
    const uint64_t before = Load48(option + 2);
    const uint64_t after = Blend(before << 16, w) >> 16;
    Store48(option + 2, after);
    uint8_t* const checksum = l4 + Icmpv6Layout::kChecksum;
    Store16(checksum, ChecksumUpdate(Load16(checksum), before, after));
    return;
  }
}

}  // namespace

// What was changed in each packet, as sums.
struct Rewrite::Changes {
  uint64_t frame = 0;
  uint64_t in_ip = 0;  // Of what the IPv4 checksum covers.
  uint64_t in_l4 = 0;
};

Rewrite::Rewrite(const FlowKey& key, const FlowKey& written) {
  const bool later = key.Get64(field::kIpFrag) & kFragLater;
  const Headers headers{.type = static_cast<uint16_t>(key.Get64(field::kEthType)),
                        .proto = later ? uint8_t{0} : static_cast<uint8_t>(key.Get64(field::kIpProto))};
  AddAddresses(key, written);
  for (uint8_t w = kWordIpv4; w < kPacketWords; ++w) {
    const uint64_t bits = written.words[w] & WritableBits(w);
    if (bits != 0) AddWord(headers, {w, key.words[w] & bits, bits});
  }
  if (const uint64_t tag = written.words[kWordEthSrc] & 0xffff; tag != 0) {
    others_.push_back({kWordEthSrc, key.words[kWordEthSrc] & tag, tag});  // Last: it moves everything else.
  }
}

// Both Ethernet addresses in one go.
void Rewrite::AddAddresses(const FlowKey& key, const FlowKey& written) {
  std::array<uint8_t, 12> macs, mask;
  const uint64_t dst_mask = written.words[kWordEthDst] & ~uint64_t{0xffff};
  const uint64_t src_mask = written.words[kWordEthSrc] & ~uint64_t{0xffff};
  Store48(&macs[0], key.words[kWordEthDst] >> 16);
  Store48(&macs[6], key.words[kWordEthSrc] >> 16);
  Store48(&mask[0], dst_mask >> 16);
  Store48(&mask[6], src_mask >> 16);
  if ((dst_mask | src_mask) != 0) Add(From::kFrame, 0, macs, mask);
}

Rewrite::Patch& Rewrite::Add(From from, size_t offset, absl::Span<const uint8_t> value,
                             absl::Span<const uint8_t> mask) {
  Patch& patch = patches_.emplace_back();
  patch.from = from;
  patch.offset = static_cast<uint8_t>(offset);
  patch.size = static_cast<uint8_t>(value.size());
  std::memcpy(patch.value, value.data(), value.size());
  std::memcpy(patch.mask, mask.data(), mask.size());
  for (int i = 0; i < 2; ++i) patch.value[i] &= patch.mask[i];
  return patch;
}

void Rewrite::AddL3(const Headers& headers, size_t offset, absl::Span<const uint8_t> value,
                    absl::Span<const uint8_t> mask, bool in_ip, bool in_l4) {
  l3_size_ = headers.type == kEthTypeIpv4   ? Ipv4Layout::kSize
             : headers.type == kEthTypeIpv6 ? Ipv6Layout::kSize
                                            : ArpLayout::kSize;
  Patch& patch = Add(From::kL3, offset, value, mask);
  patch.in_ip_checksum = in_ip;
  if (in_l4) CoverByL4(headers, patch);
}

void Rewrite::AddL4(const Headers& headers, size_t offset, absl::Span<const uint8_t> value,
                    absl::Span<const uint8_t> mask) {
  CoverByL4(headers, Add(From::kL4, offset, value, mask));
}

// The checksum of L4, where there is one, covers the bytes of a patch.
void Rewrite::CoverByL4(const Headers& headers, Patch& patch) {
  switch (headers.proto) {
    case kIpProtoTcp:
      l4_checksum_ = TcpLayout::kChecksum;
      break;
    case kIpProtoUdp:
      l4_checksum_ = UdpLayout::kChecksum;
      is_udp_ = true;
      break;
    case kIpProtoIcmp:
    case kIpProtoIcmpv6:
      l4_checksum_ = IcmpLayout::kChecksum;
      break;
    default:
      return;
  }
  patch.in_l4_checksum = true;
}

void Rewrite::AddWord(const Headers& headers, const WordTest& w) {
  const bool v6 = headers.type == kEthTypeIpv6;
  switch (w.word) {
    case kWordIpv4:
      return AddIpv4(headers, w);
    case kWordIp:
      return AddIp(headers, w);
    case kWordIpv6Src:
    case kWordIpv6Src + 1:
    case kWordIpv6Dst:
    case kWordIpv6Dst + 1: {
      static_assert(kWordIpv6Dst == kWordIpv6Src + 2 && Ipv6Layout::kDestination == Ipv6Layout::kSource + 16);
      const size_t at = Ipv6Layout::kSource + 8 * static_cast<size_t>(w.word - kWordIpv6Src);
      if (v6) AddL3(headers, at, Bytes<8>(w.value), Bytes<8>(w.mask), false, true);
      return;
    }
    case kWordL4:
      if (IsArp(headers.type)) {
        AddL3(headers, ArpLayout::kOperation, Bytes<2>(w.value >> 32), Bytes<2>(w.mask >> 32), false, false);
      }
      return;
    case kWordArpSha:
    case kWordArpTha:
      if (IsArp(headers.type)) {
        // The two bytes behind the address stay as they are.
        const size_t at = w.word == kWordArpSha ? ArpLayout::kSenderMac : ArpLayout::kTargetMac;
        AddL3(headers, at, Bytes<8>(w.value), Bytes<8>(w.mask), false, false);
      } else if (v6 && headers.proto == kIpProtoIcmpv6) {
        others_.push_back(w);
      }
      return;
    case kWordNdTarget:
    case kWordNdTarget + 1:
      if (v6 && headers.proto == kIpProtoIcmpv6) {
        AddL4(headers, NdNeighborLayout::kTarget + 8 * static_cast<size_t>(w.word - kWordNdTarget), Bytes<8>(w.value),
              Bytes<8>(w.mask));
      }
      return;
    default:
      return;
  }
}

void Rewrite::AddIpv4(const Headers& headers, const WordTest& w) {
  if (IsArp(headers.type)) {
    AddL3(headers, ArpLayout::kSenderIp, Bytes<4>(w.value >> 32), Bytes<4>(w.mask >> 32), false, false);
    AddL3(headers, ArpLayout::kTargetIp, Bytes<4>(w.value), Bytes<4>(w.mask), false, false);
  } else if (headers.type == kEthTypeIpv4) {
    // ICMP has no pseudo-header.
    AddL3(headers, Ipv4Layout::kSource, Bytes<8>(w.value), Bytes<8>(w.mask), true, headers.proto != kIpProtoIcmp);
  }
}

void Rewrite::AddIp(const Headers& headers, const WordTest& w) {
  const uint64_t tos = w.value >> 48 & 0xff, tos_mask = w.mask >> 48 & 0xff;
  const uint64_t ttl = w.value >> 40 & 0xff, ttl_mask = w.mask >> 40 & 0xff;
  const bool v4 = headers.type == kEthTypeIpv4;
  if (v4 || headers.type == kEthTypeIpv6) {
    static_assert(Ipv4Layout::kTos == 1 && Ipv4Layout::kTtl == 8 && Ipv6Layout::kHopLimit == 7);
    const int tos_shift = v4 ? 0 : 4, ttl_shift = v4 ? 8 : 0;
    const size_t ttl_at = v4 ? Ipv4Layout::kTtl : Ipv6Layout::kHopLimit - 1;
    if (tos_mask != 0) AddL3(headers, 0, Bytes<2>(tos << tos_shift), Bytes<2>(tos_mask << tos_shift), v4, false);
    if (ttl_mask != 0) AddL3(headers, ttl_at, Bytes<2>(ttl << ttl_shift), Bytes<2>(ttl_mask << ttl_shift), v4, false);
  }
  const WordTest ports{w.word, w.value & 0xffff'ffff, w.mask & 0xffff'ffff};
  if (ports.mask == 0) return;
  switch (headers.proto) {
    case kIpProtoTcp:
    case kIpProtoUdp:
      return AddL4(headers, 0, Bytes<4>(ports.value), Bytes<4>(ports.mask));
    case kIpProtoIcmp:
    case kIpProtoIcmpv6: {  // Type and code, one byte each, are kept in the fields of ports.
      const auto pack = [](uint64_t v) { return (v >> 16 & 0xff) << 8 | (v & 0xff); };
      return AddL4(headers, 0, Bytes<2>(pack(ports.value)), Bytes<2>(pack(ports.mask)));
    }
    case kIpProtoSctp:
      others_.push_back(ports);
      return;
    default:
      return;
  }
}

template <int kSize>
void Rewrite::Put(const Patch& patch, Packet* const* packets, const PacketLayout* layouts, int n,
                  Changes* changes) const {
  for (int i = 0; i < n; ++i) {
    const PacketLayout& layout = layouts[i];
    // Only whole headers are written to.
    size_t at = patch.offset;
    if (patch.from == From::kFrame) {
      if (packets[i]->size() < EthernetLayout::kSize) continue;
    } else if (patch.from == From::kL3) {
      if (layout.l3 == 0 || packets[i]->size() < layout.l3 + l3_size_) continue;
      at += layout.l3;
    } else {
      at += layout.l4;
      if (layout.payload <= layout.l4 || layout.end < at + kSize) continue;
    }
    uint8_t* const p = packets[i]->Patch() + at;
    uint64_t change;
    if constexpr (kSize == 2) {
      change = PutWord<uint16_t>(p, patch.value[0], patch.mask[0]);
    } else if constexpr (kSize == 4) {
      change = PutWord<uint32_t>(p, patch.value[0], patch.mask[0]);
    } else {
      change = PutWord<uint64_t>(p, patch.value[0], patch.mask[0]);
      if constexpr (kSize == 12) change += PutWord<uint32_t>(p + 8, patch.value[1], patch.mask[1]);
    }
    changes[i].frame += change;
    if (patch.in_ip_checksum) changes[i].in_ip += change;
    if (patch.in_l4_checksum) changes[i].in_l4 += change;
  }
}

// HC' = ~(~HC + ~m + m'), RFC 1624 equation 3.
void Rewrite::FixChecksums(Packet* const* packets, const PacketLayout* layouts, int n, Changes* changes) const {
  const auto fix = [](uint8_t* at, uint64_t change, bool zero_is_none) {
    const uint16_t before = LoadNative<uint16_t>(at);
    if (zero_is_none && before == 0) return uint64_t{0};
    uint16_t now = static_cast<uint16_t>(~ChecksumFold(change + static_cast<uint16_t>(~before)));
    if (zero_is_none) now = UdpChecksumNonZero(now);
    std::memcpy(at, &now, sizeof now);
    return Change(before, now);
  };
  for (int i = 0; i < n; ++i) {
    if (changes[i].in_ip != 0) {
      changes[i].frame += fix(packets[i]->Patch() + layouts[i].l3 + Ipv4Layout::kChecksum, changes[i].in_ip, false);
    }
    const size_t l4_checksum = size_t{layouts[i].l4} + l4_checksum_;
    if (changes[i].in_l4 != 0 && layouts[i].payload > l4_checksum + 1) {
      changes[i].frame += fix(packets[i]->Patch() + l4_checksum, changes[i].in_l4, is_udp_);
    }
  }
}

void Rewrite::Apply(Packet* const* packets, PacketLayout* layouts, int n) const {
  Changes changes[kBatchSize];
  bool checksums = false;
  for (const Patch& patch : patches_) {
    checksums |= patch.in_ip_checksum || patch.in_l4_checksum;
    switch (patch.size) {
      case 2:
        Put<2>(patch, packets, layouts, n, changes);
        break;
      case 4:
        Put<4>(patch, packets, layouts, n, changes);
        break;
      case 8:
        Put<8>(patch, packets, layouts, n, changes);
        break;
      default:
        Put<12>(patch, packets, layouts, n, changes);
        break;
    }
  }
  if (checksums) FixChecksums(packets, layouts, n, changes);
  for (int i = 0; i < n; ++i) packets[i]->AddToSum(changes[i].frame);
  if (others_.empty()) return;
  for (int i = 0; i < n; ++i) ApplyOthers(*packets[i], layouts[i]);
}

void Rewrite::ApplyOthers(Packet& packet, PacketLayout& layout) const {
  for (const WordTest& w : others_) {
    if (w.word == kWordIp) SetSctpPorts(packet, layout, w);
    if (w.word == kWordArpSha) SetNdOption(packet, layout, kNdOptionSourceLinkLayer, w);
    if (w.word == kWordArpTha) SetNdOption(packet, layout, kNdOptionTargetLinkLayer, w);
    if (w.word == kWordEthSrc) SetVlan(packet, layout, static_cast<uint16_t>(w.value));
  }
}

}  // namespace ovnlite
