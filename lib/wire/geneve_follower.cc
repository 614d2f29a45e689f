#include "ovnlite/wire/geneve_follower.h"

#include <algorithm>
#include <bit>

#include "ovnlite/wire/checksum.h"
#include "ovnlite/wire/ethernet.h"
#include "ovnlite/wire/ip_proto.h"
#include "ovnlite/wire/ipv4.h"
#include "ovnlite/wire/ipv6.h"
#include "ovnlite/wire/udp.h"

namespace ovnlite {
namespace {

constexpr size_t kIpAt = EthernetLayout::kSize;
constexpr size_t kGeneveSize = GeneveLayout::kSize + OvnGeneveOption::kSize;

// Outer headers of one family, looked at from the EtherType on in words of eight bytes, of which the last one ends with
// them and may overlap the one before.
template <bool kV6>
struct Outer {
  static constexpr size_t kUdpAt = kIpAt + (kV6 ? Ipv6Layout::kSize : Ipv4Layout::kSize);
  static constexpr size_t kSize = kUdpAt + UdpLayout::kSize + kGeneveSize;
  static constexpr size_t kFrom = EthernetLayout::kType;
  static constexpr size_t kWords = (kSize - kFrom + 7) / 8;
  static constexpr size_t WordAt(size_t i) { return std::min(kFrom + 8 * i, kSize - 8); }

  // The bits of each word that do not differ from packet to packet.
  static constexpr std::array<uint64_t, kWords> Masks() {
    std::array<bool, kSize> differs{};
    const auto mark = [&differs](size_t at, size_t n) {
      for (size_t i = at; i < at + n; ++i) differs[i] = true;
    };
    if (kV6) {
      mark(kIpAt + Ipv6Layout::kPayloadLength, 2);
      mark(kIpAt + Ipv6Layout::kHopLimit, 1);
    } else {
      mark(kIpAt + Ipv4Layout::kTotalLength, 2);
      mark(kIpAt + Ipv4Layout::kId, 2);
      mark(kIpAt + Ipv4Layout::kTtl, 1);
      mark(kIpAt + Ipv4Layout::kChecksum, 2);
    }
    mark(kUdpAt + UdpLayout::kSourcePort, 2);
    mark(kUdpAt + UdpLayout::kLength, 2);
    mark(kUdpAt + UdpLayout::kChecksum, 2);
    std::array<uint64_t, kWords> masks{};
    for (size_t i = 0; i < kWords; ++i) {
      for (size_t byte = 0; byte < 8; ++byte) {
        const size_t shift = 8 * (std::endian::native == std::endian::little ? byte : 7 - byte);
        if (!differs[WordAt(i) + byte]) masks[i] |= uint64_t{0xff} << shift;
      }
    }
    return masks;
  }
  static constexpr std::array<uint64_t, kWords> kMasks = Masks();

  static uint64_t Word(const uint8_t* frame, size_t i) {
    return internal_checksum::LoadNative<uint64_t>(frame + WordAt(i)) & kMasks[i];
  }
};
static_assert(Outer<false>::kWords <= GeneveFollower::kMaxWords && Outer<true>::kWords <= GeneveFollower::kMaxWords);

}  // namespace

void GeneveFollower::Remember(absl::Span<const uint8_t> frame, const GeneveArrival& arrival) {
  size_ = 0;
  is_v6_ = arrival.source.is_v6();
  const size_t size = is_v6_ ? Outer<true>::kSize : Outer<false>::kSize;
  if (arrival.inner_offset != size || !arrival.option.has_value()) return;
  for (size_t i = 0; i < (is_v6_ ? Outer<true>::kWords : Outer<false>::kWords); ++i) {
    words_[i] = is_v6_ ? Outer<true>::Word(frame.data(), i) : Outer<false>::Word(frame.data(), i);
  }
  pseudo_sum_ = ChecksumFold(is_v6_ ? PseudoHeaderSum(arrival.source.v6(), arrival.destination.v6(), kIpProtoUdp, 0)
                                    : PseudoHeaderSum(arrival.source.v4(), arrival.destination.v4(), kIpProtoUdp, 0));
  size_ = size;
}

template <bool kV6>
GeneveFollower::Inner GeneveFollower::Follow(absl::Span<const uint8_t> frame, bool verify_checksum,
                                             std::optional<uint16_t> sum) const {
  using O = Outer<kV6>;
  uint64_t differing = 0;
  for (size_t i = 0; i < O::kWords; ++i) differing |= words_[i] ^ O::Word(frame.data(), i);
  if (differing != 0) return {};
  const uint8_t* const ip = frame.data() + kIpAt;
  const uint8_t* const udp = frame.data() + O::kUdpAt;
  const size_t length = Load16(udp + UdpLayout::kLength);
  const size_t ip_length =
      kV6 ? Load16(ip + Ipv6Layout::kPayloadLength) + Ipv6Layout::kSize : Load16(ip + Ipv4Layout::kTotalLength);
  if (ip_length != length + O::kUdpAt - kIpAt || ip_length > frame.size() - kIpAt) return {};
  if (length < UdpLayout::kSize + kGeneveSize + EthernetLayout::kSize) return {};
  if (Load16(udp + UdpLayout::kChecksum) == 0) return {};
  if (verify_checksum) {
    if (!kV6 && ChecksumSum(absl::MakeConstSpan(ip, Ipv4Layout::kSize)) != 0xffff) return {};
    uint32_t all = pseudo_sum_ + static_cast<uint32_t>(length);
    if (sum.has_value() && ip_length == frame.size() - kIpAt) {
      // Less what is before UDP. The sum of an IPv4 header that is right is nothing.
      constexpr size_t kBefore = kV6 ? O::kUdpAt : kIpAt;
      all += *sum + uint32_t{static_cast<uint16_t>(~ChecksumSum(frame.first(kBefore)))};
    } else {
      all += ChecksumSum(absl::MakeConstSpan(udp, length));
    }
    if (ChecksumFold32(all) != 0xffff) return {};
  }
  return {O::kSize, length - UdpLayout::kSize - kGeneveSize};
}

GeneveFollower::Inner GeneveFollower::Follow(absl::Span<const uint8_t> frame, bool verify_checksum,
                                             std::optional<uint16_t> sum) const {
  if (size_ == 0 || frame.size() < size_) return {};
  return is_v6_ ? Follow<true>(frame, verify_checksum, sum) : Follow<false>(frame, verify_checksum, sum);
}

}  // namespace ovnlite
