// The tests docs/geneve.md names for outer headers and for what an endpoint accepts. Real frames are from OVN's lab and
// from Open vSwitch 3.1 (IPv6).

#include "ovnlite/wire/geneve_tunnel.h"

#include <gtest/gtest.h>

#include <bit>
#include <map>
#include <set>

#include "lib/wire/wire_testutil.h"
#include "ovnlite/wire/checksum.h"
#include "ovnlite/wire/ecn.h"
#include "ovnlite/wire/ipv4.h"
#include "ovnlite/wire/ipv6.h"
#include "ovnlite/wire/udp.h"

namespace ovnlite {
namespace {

// ICMP, UDP, an ARP request to a multicast group's key, and a TCP reset, as the hypervisors sent them.
const char* const kRealFrames[] = {
    "7a02b1260c44966fa315784a08004500008e00004000401148f7c0a8380bc0a8380cc1b117c1007a43720240655800000100010280010002"
    "000100000000000b00000000ff020800450000541c3240003f010a5a0a00000a0a000114080006e03efe000279ae026b000000006c330b00"
    "00000000101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f3031323334353637",
    "7a02b1260c44966fa315784a08004500005a000040004011492bc0a8380bc0a8380c8e7a17c100468c4c0240655800000100010280010002"
    "000100000000000b00000000ff02080045000020d66040003f11504f0a00000a0a000114d32914e9000c1d377564700a",
    "7a02b1260c44966fa315784a080045000056000040004011492fc0a8380bc0a8380c89d617c10042d8510240655800000100010280010002"
    "8004ffffffffffff00000000ff020806000108000604000100000000ff020a0001010000000000000a000163",
    "966fa315784a7a02b1260c440800450000620000400040114923c0a8380cc0a8380be9c317c1004e2ff20240655800000200010280010001"
    "000200000000000a00000000ff01080045000028000040003f0626b30a0001140a00000a0009eab80000000072595b7950140000e21e0000",
    "aa55aa550002aa55aa55000086dd6020000000571140fd010000000000000000000000000001fd010000000000000000000000000002abb7"
    "17c100575ce90240655800000500010280010002000100000000ff0100000000000a86dd6020000000091140fd0000000000000000000000"
    "00000001fd0000000000000000000000000000020001000200098dd478",
};

GeneveTunnel TunnelOf(absl::Span<const uint8_t> frame, const GeneveArrival& arrival) {
  GeneveTunnel tunnel;
  tunnel.destination_mac = MacAddress::Load(&frame[0]);
  tunnel.source_mac = MacAddress::Load(&frame[6]);
  tunnel.source = arrival.source;
  tunnel.destination = arrival.destination;
  return tunnel;
}

Bytes Tunnelled(const GenevePath& path, absl::Span<const uint8_t> inner, uint16_t source_port, uint8_t ecn = 0,
                uint16_t id = 0) {
  Bytes frame(path.size() + inner.size(), 0xa5);
  std::copy(inner.begin(), inner.end(), frame.begin() + static_cast<std::ptrdiff_t>(path.size()));
  path.Write(absl::MakeSpan(frame), source_port, ecn, id);
  return frame;
}

// A tunnel for the tests that need no real addresses, and an inner UDP frame.
GeneveTunnel TunnelV4() {
  GeneveTunnel tunnel;
  tunnel.source_mac = MacAddress(0x1);
  tunnel.destination_mac = MacAddress(0x2);
  tunnel.source = Ipv4Address(0x01010101);
  tunnel.destination = Ipv4Address(0x01010102);
  return tunnel;
}
GeneveTunnel TunnelV6() {
  GeneveTunnel tunnel = TunnelV4();
  tunnel.source = *Ipv6Address::Parse("fd01::1");
  tunnel.destination = *Ipv6Address::Parse("fd01::2");
  return tunnel;
}
const Bytes& InnerUdp() {
  static const Bytes& inner = *new Bytes(
      FromHex("00000000ff01 00000000000a 0800 4500001d00010000401165b20a00000a0a000114 00010002000972bb 78"));
  return inner;
}

GeneveVerdict Receive(absl::Span<const uint8_t> frame, const GeneveEndpoint& endpoint = {}) {
  GeneveArrival arrival;
  return ReceiveGeneve(frame, endpoint, &arrival);
}

// Recomputes the outer IPv4 checksum of a frame that a test has edited, and drops the UDP checksum.
Bytes Resealed(Bytes frame) {
  const MutableIpv4View ip(absl::MakeSpan(frame).subspan(14));
  ip.FillChecksum();
  Store16(&frame[14 + ip.header_length() + UdpLayout::kChecksum], 0);
  return frame;
}

constexpr size_t kGeneveAtV4 = 42;

// -- Entry ------------------------------------------------------------------------------------------------------------

// Received, taken apart, put together again: byte for byte what the hypervisors sent, checksums included.
TEST(GenevePathTest, WritesWhatHypervisorsSend) {
  for (const char* hex : kRealFrames) {
    const Bytes frame = FromHex(hex);
    GeneveArrival arrival;
    ASSERT_EQ(ReceiveGeneve(frame, {}, &arrival), GeneveVerdict::kDeliver) << hex;
    const GenevePath path(TunnelOf(frame, arrival), arrival.vni, arrival.option);
    ASSERT_EQ(path.size(), arrival.inner_offset);
    const auto inner = absl::MakeConstSpan(frame).subspan(arrival.inner_offset, arrival.inner_size);
    EXPECT_EQ(ToHex(Tunnelled(path, inner, arrival.source_port, arrival.tos & 3)), hex);
  }
}

TEST(GenevePathTest, TemplateSizes) {
  EXPECT_EQ(GenevePath(TunnelV4(), 1, OvnGeneveOption::Of(1, 2)).size(), 58u);
  EXPECT_EQ(GenevePath(TunnelV4(), 1, std::nullopt).size(), 50u);
  EXPECT_EQ(GenevePath(TunnelV6(), 1, OvnGeneveOption::Of(1, 2)).size(), 78u);
  EXPECT_EQ(GenevePath(TunnelV6(), 1, OvnGeneveOption::Of(1, 2)).geneve().size(), 16u);
  EXPECT_EQ(ToHex(GenevePath(TunnelV4(), 7, OvnGeneveOption::Of(1, 2)).geneve()), "02406558000007000102800100010002");
  EXPECT_EQ(ToHex(GenevePath(TunnelV4(), 7, std::nullopt).geneve()), "0000655800000700");  // No option, no C bit.
}

// Everything the constructor and Write() can be told, against headers built field by field with checksums summed
// plainly.
TEST(GenevePathTest, EqualsTheHeadersBuiltOneByOne) {
  constexpr uint64_t kSeed = 5;
  Random random(kSeed);
  for (int i = 0; i < 5000 && !HasFailure(); ++i) {
    SCOPED_TRACE(testing::Message() << "seed " << kSeed << " round " << i);
    const bool v6 = random.OneIn(2);
    GeneveTunnel tunnel;
    tunnel.source_mac = MacAddress(random.Next());
    tunnel.destination_mac = MacAddress(random.Next());
    tunnel.source = Ipv4Address(static_cast<uint32_t>(random.Next()));
    tunnel.destination = Ipv4Address(static_cast<uint32_t>(random.Next()));
    if (v6) tunnel.source = Ipv6Address(random.Next(), random.Next());
    if (v6) tunnel.destination = Ipv6Address(random.Next(), random.Next());
    tunnel.destination_port = static_cast<uint16_t>(random.Next());
    tunnel.dscp = static_cast<uint8_t>(random.Below(64));
    tunnel.ttl = static_cast<uint8_t>(random.Next());
    tunnel.dont_fragment = random.OneIn(2);
    tunnel.checksum = random.OneIn(2);
    const auto vni = static_cast<uint32_t>(random.Below(1 << 24));
    const auto option =
        random.OneIn(4) ? std::nullopt : std::optional(OvnGeneveOption{static_cast<uint32_t>(random.Next())});
    const auto port = static_cast<uint16_t>(random.Next());
    const auto id = static_cast<uint16_t>(random.Next());
    const auto ecn = static_cast<uint8_t>(random.Below(4));
    Bytes inner(random.Below(200));
    for (uint8_t& b : inner) b = static_cast<uint8_t>(random.Next());
    const Bytes frame = Tunnelled(GenevePath(tunnel, vni, option), inner, port, ecn, id);

    Bytes body(option ? 8 : 0), l4(8 + 8 + body.size());
    if (option) option->Emit(body.data());
    const auto length = static_cast<uint16_t>(l4.size() + inner.size());
    UdpHeader udp{port, tunnel.destination_port, length, 0};
    udp.Emit(l4.data());
    GeneveHeader{option ? GeneveLayout::kCriticalFlag : uint8_t{0}, kEthTypeTeb, vni, 0, body}.Emit(&l4[8]);
    l4.insert(l4.end(), inner.begin(), inner.end());
    const auto tos = static_cast<uint8_t>(tunnel.dscp << 2 | ecn);
    Bytes want(14 + (v6 ? 40 : 20));
    EthernetHeader{tunnel.destination_mac, tunnel.source_mac, v6 ? kEthTypeIpv6 : kEthTypeIpv4}.Emit(want.data());
    uint64_t pseudo;
    if (v6) {
      Ipv6Header{tos, 0, length, 17, tunnel.ttl, tunnel.source.v6(), tunnel.destination.v6()}.Emit(&want[14]);
      pseudo = PseudoHeaderSum(tunnel.source.v6(), tunnel.destination.v6(), 17, length);
    } else {
      const auto total = static_cast<uint16_t>(length + 20);
      const uint16_t flags = tunnel.dont_fragment ? Ipv4Layout::kDontFragment : 0;
      Ipv4Header{tos, total, id, flags, tunnel.ttl, 17, 0, tunnel.source.v4(), tunnel.destination.v4(), {}}
          .EmitWithChecksum(&want[14]);
      pseudo = PseudoHeaderSum(tunnel.source.v4(), tunnel.destination.v4(), 17, length);
    }
    if (tunnel.checksum) Store16(&l4[6], UdpChecksumNonZero(Checksum(l4, pseudo)));
    want.insert(want.end(), l4.begin(), l4.end());
    EXPECT_EQ(ToHex(frame), ToHex(want));
  }
}

TEST(GenevePathTest, TheInnerSumMayComeFromElsewhere) {
  const GenevePath path(TunnelV4(), 5, OvnGeneveOption::Of(1, 2));
  const Bytes want = Tunnelled(path, InnerUdp(), 40000);
  Bytes frame = want;
  std::fill(frame.begin(), frame.begin() + 58, uint8_t{0xa5});
  path.WriteWithSum(absl::MakeSpan(frame), ChecksumSum(InnerUdp()), 40000);
  EXPECT_EQ(ToHex(frame), ToHex(want));
}

TEST(GenevePathTest, AChecksumOfZeroIsSentAsAllOnes) {
  const GenevePath path(TunnelV4(), 5, std::nullopt);
  // The last inner word is chosen so that the sum comes to all ones, whose complement is zero.
  Bytes inner(20);
  const Bytes first = Tunnelled(path, inner, 40000);
  Store16(&inner[18], Load16(&first[40]));
  const Bytes frame = Tunnelled(path, inner, 40000);
  EXPECT_EQ(Load16(&frame[40]), 0xffff);
  EXPECT_EQ(Receive(frame), GeneveVerdict::kDeliver);
}

TEST(GenevePathTest, TheChecksumIsThereByDefaultAndCanBeTurnedOff) {
  for (GeneveTunnel tunnel : {TunnelV4(), TunnelV6()}) {
    EXPECT_TRUE(tunnel.checksum);
    const size_t at = tunnel.source.is_v6() ? 60 : 40;
    EXPECT_NE(Load16(&Tunnelled(GenevePath(tunnel, 1, std::nullopt), InnerUdp(), 40000)[at]), 0);
    tunnel.checksum = false;
    EXPECT_EQ(Load16(&Tunnelled(GenevePath(tunnel, 1, std::nullopt), InnerUdp(), 40000)[at]), 0);
  }
}

TEST(GenevePathTest, TheLargestInnerFrameFillsTheLengthFields) {
  for (const GeneveTunnel& tunnel : {TunnelV4(), TunnelV6()}) {
    const GenevePath path(tunnel, 1, OvnGeneveOption::Of(1, 2));
    Bytes inner(path.max_inner_size(), 7);
    const Bytes frame = Tunnelled(path, inner, 40000);
    EXPECT_EQ(Load16(&frame[tunnel.source.is_v6() ? 18 : 16]), 0xffff);
    EXPECT_EQ(Receive(frame), GeneveVerdict::kDeliver);
  }
}

// -- Exit -------------------------------------------------------------------------------------------------------------

TEST(ReceiveGeneveTest, ReadsWhatHypervisorsSend) {
  GeneveArrival arrival;
  ASSERT_EQ(ReceiveGeneve(FromHex(kRealFrames[0]), {}, &arrival), GeneveVerdict::kDeliver);
  EXPECT_EQ(arrival.vni, 1u);
  EXPECT_EQ(arrival.option, OvnGeneveOption::Of(2, 1));
  EXPECT_EQ(arrival.inner_offset, 58u);
  EXPECT_EQ(arrival.inner_size, 98u);
  EXPECT_EQ(arrival.source_port, 49585);
  EXPECT_EQ(arrival.tos, 0);
  EXPECT_EQ(arrival.ttl, 64);
  EXPECT_EQ(arrival.source.ToString(), "192.168.56.11");
  EXPECT_EQ(arrival.destination.ToString(), "192.168.56.12");
  ASSERT_EQ(ReceiveGeneve(FromHex(kRealFrames[4]), {}, &arrival), GeneveVerdict::kDeliver);
  EXPECT_EQ(arrival.source.ToString(), "fd01::1");
  EXPECT_EQ(arrival.inner_offset, 78u);
  EXPECT_EQ(arrival.tos, 2);
}

TEST(ReceiveGeneveTest, PaddingOfTheOuterFrameIsNotDelivered) {
  Bytes frame = FromHex(kRealFrames[1]);
  frame.resize(frame.size() + 20);
  GeneveArrival arrival;
  ASSERT_EQ(ReceiveGeneve(frame, {}, &arrival), GeneveVerdict::kDeliver);
  EXPECT_EQ(arrival.inner_size, 46u);
}

TEST(ReceiveGeneveTest, WhatIsNotForUsIsLeftAlone) {
  const Bytes frame = FromHex(kRealFrames[0]);
  EXPECT_EQ(Receive(InnerUdp()), GeneveVerdict::kNotGeneve);
  EXPECT_EQ(Receive(frame, {.port = 6082}), GeneveVerdict::kNotGeneve);
  Bytes tcp = frame;
  tcp[23] = 6;
  EXPECT_EQ(Receive(tcp), GeneveVerdict::kNotGeneve);
  Bytes fragment = frame;
  fragment[20] = 0x20;
  EXPECT_EQ(Receive(Resealed(fragment)), GeneveVerdict::kNotGeneve);
  for (size_t n = 0; n < 42; ++n) EXPECT_EQ(Receive(Prefix(frame, n)), GeneveVerdict::kNotGeneve);
}

TEST(ReceiveGeneveTest, OtherPortsCanBeConfigured) {
  GeneveTunnel tunnel = TunnelV4();
  tunnel.destination_port = 7000;
  const Bytes frame = Tunnelled(GenevePath(tunnel, 1, OvnGeneveOption::Of(1, 2)), InnerUdp(), 40000);
  EXPECT_EQ(Load16(&frame[36]), 7000);
  EXPECT_EQ(Receive(frame, {.port = 7000}), GeneveVerdict::kDeliver);
  EXPECT_EQ(Receive(frame), GeneveVerdict::kNotGeneve);
}

TEST(ReceiveGeneveTest, OuterIpMustBeValid) {
  const Bytes frame = FromHex(kRealFrames[0]);
  for (const auto& [at, value] : {std::pair<size_t, uint8_t>{24, 0}, {14, 0x44}, {14, 0x65}, {17, 0xff}, {16, 0xff}}) {
    Bytes bad = frame;
    bad[at] = value;
    EXPECT_EQ(Receive(bad), GeneveVerdict::kOuterIpInvalid) << at;
  }
  Bytes options = frame;
  options.insert(options.begin() + 34, {0x94, 4, 0, 0});
  options[14] = 0x46;
  options[17] += 4;
  EXPECT_EQ(Receive(Resealed(options)), GeneveVerdict::kOuterIpOptions);

  const Bytes frame6 = FromHex(kRealFrames[4]);
  for (const auto& [at, value] : {std::pair<size_t, uint8_t>{14, 0x40}, {18, 0xff}, {19, 7}}) {
    Bytes bad = frame6;
    bad[at] = value;
    EXPECT_EQ(Receive(bad), GeneveVerdict::kOuterIpInvalid) << at;
  }
  Bytes extended = frame6;
  extended.insert(extended.begin() + 54, {17, 0, 0, 0, 0, 0, 0, 0});
  extended[20] = kIpProtoDestination;
  extended[19] += 8;
  EXPECT_EQ(Receive(extended), GeneveVerdict::kOuterIpOptions);
  extended[20] = kIpProtoFragment;
  EXPECT_EQ(Receive(extended), GeneveVerdict::kNotGeneve);
}

TEST(ReceiveGeneveTest, UdpLengthMustFit) {
  Bytes frame = FromHex(kRealFrames[0]);
  Store16(&frame[40], 0);
  for (const auto& [length, verdict] : {std::pair<uint16_t, GeneveVerdict>{0, GeneveVerdict::kUdpLength},
                                        {7, GeneveVerdict::kUdpLength},
                                        {8, GeneveVerdict::kTruncated},
                                        {23, GeneveVerdict::kTruncated},
                                        {24, GeneveVerdict::kInnerTooShort},
                                        {38, GeneveVerdict::kDeliver},
                                        {0x7a, GeneveVerdict::kDeliver},
                                        {0x7b, GeneveVerdict::kUdpLength}}) {
    Store16(&frame[38], length);
    EXPECT_EQ(Receive(frame), verdict) << length;
  }
}

TEST(ReceiveGeneveTest, AWrongChecksumIsDropped) {
  for (const char* hex : kRealFrames) {
    const Bytes frame = FromHex(hex);
    const size_t udp = frame[12] == 0x08 ? 34 : 54;
    for (size_t at = udp + 8; at < frame.size(); ++at) {
      Bytes bad = frame;
      bad[at] ^= 0x10;
      EXPECT_EQ(Receive(bad), GeneveVerdict::kUdpChecksum) << at;
      EXPECT_NE(Receive(bad, {.verify_checksum = false}), GeneveVerdict::kUdpChecksum);
    }
    EXPECT_EQ(Receive(frame), GeneveVerdict::kDeliver);
  }
}

TEST(ReceiveGeneveTest, NoChecksumIsAcceptedOverIpv4AndOnDemandOverIpv6) {
  GeneveTunnel v4 = TunnelV4(), v6 = TunnelV6();
  v4.checksum = v6.checksum = false;
  const Bytes over4 = Tunnelled(GenevePath(v4, 1, OvnGeneveOption::Of(1, 2)), InnerUdp(), 40000);
  const Bytes over6 = Tunnelled(GenevePath(v6, 1, OvnGeneveOption::Of(1, 2)), InnerUdp(), 40000);
  EXPECT_EQ(Receive(over4), GeneveVerdict::kDeliver);
  EXPECT_EQ(Receive(over4, {.accept_zero_checksum_v4 = false}), GeneveVerdict::kNoUdpChecksum);
  EXPECT_EQ(Receive(over6), GeneveVerdict::kNoUdpChecksum);
  EXPECT_EQ(Receive(over6, {.accept_zero_checksum_v6 = true}), GeneveVerdict::kDeliver);
}

// One byte of the Geneve header changed, in a frame whose checksums allow it.
GeneveVerdict WithGeneveByte(size_t at, uint8_t value) {
  Bytes frame = FromHex(kRealFrames[0]);
  frame[kGeneveAtV4 + at] = value;
  return Receive(Resealed(frame));
}

TEST(ReceiveGeneveTest, UnknownVersionsAreDropped) {
  for (uint8_t version = 1; version < 4; ++version) {
    EXPECT_EQ(WithGeneveByte(0, static_cast<uint8_t>(version << 6 | 2)), GeneveVerdict::kVersion);
  }
}

TEST(ReceiveGeneveTest, ControlMessagesAreNotDelivered) { EXPECT_EQ(WithGeneveByte(1, 0xc0), GeneveVerdict::kControl); }

TEST(ReceiveGeneveTest, ReservedBitsAreIgnored) {
  EXPECT_EQ(WithGeneveByte(1, 0x7f), GeneveVerdict::kDeliver);
  EXPECT_EQ(WithGeneveByte(7, 0xff), GeneveVerdict::kDeliver);
  EXPECT_EQ(WithGeneveByte(11, 0xe1), GeneveVerdict::kDeliver);  // In the option.
}

TEST(ReceiveGeneveTest, OnlyEthernetIsDelivered) { EXPECT_EQ(WithGeneveByte(2, 0x08), GeneveVerdict::kProtocol); }

TEST(ReceiveGeneveTest, TheHeaderMustEndWithinTheDatagram) {
  EXPECT_EQ(WithGeneveByte(0, 63), GeneveVerdict::kTruncated);
}

// A frame with these options and base header flags.
GeneveVerdict WithOptions(absl::string_view options_hex, uint8_t flags, GeneveArrival* arrival) {
  const Bytes options = FromHex(options_hex);
  const GeneveHeader header{flags, kEthTypeTeb, 5, 0, options};
  Bytes payload(header.size());
  header.Emit(payload.data());
  payload.insert(payload.end(), InnerUdp().begin(), InnerUdp().end());
  return ReceiveGenevePayload(payload, arrival);
}

TEST(ReceiveGeneveTest, UnknownOptionsAreSkippedUnlessCritical) {
  GeneveArrival arrival;
  EXPECT_EQ(WithOptions("ffff0101deadbeef 0102800100020001", 0x40, &arrival), GeneveVerdict::kDeliver);
  EXPECT_EQ(arrival.option, OvnGeneveOption::Of(2, 1));
  EXPECT_EQ(arrival.inner_offset, 24u);
  EXPECT_EQ(WithOptions("0102800100020001 ffff0101deadbeef", 0x40, &arrival), GeneveVerdict::kDeliver);
  EXPECT_EQ(arrival.option, OvnGeneveOption::Of(2, 1));
  EXPECT_EQ(WithOptions("ffff0101deadbeef", 0, &arrival), GeneveVerdict::kDeliver);
  EXPECT_FALSE(arrival.option.has_value());
  EXPECT_EQ(WithOptions("", 0, &arrival), GeneveVerdict::kDeliver);
  EXPECT_FALSE(arrival.option.has_value());
  EXPECT_EQ(WithOptions("ffff8101deadbeef 0102800100020001", 0x40, &arrival), GeneveVerdict::kUnknownCritical);
  EXPECT_EQ(WithOptions("0102800100020001 ffff8100", 0x40, &arrival), GeneveVerdict::kUnknownCritical);
  EXPECT_EQ(WithOptions("ffff8100", 0, &arrival), GeneveVerdict::kUnknownCritical);  // With or without the C bit.
}

// OVN's option in another length is not OVN's option, and it is critical.
TEST(ReceiveGeneveTest, OptionsOfFixedLengthHaveThatLength) {
  GeneveArrival arrival;
  EXPECT_EQ(WithOptions("0102800200020001 00000000", 0x40, &arrival), GeneveVerdict::kUnknownCritical);
  EXPECT_EQ(WithOptions("01028000", 0x40, &arrival), GeneveVerdict::kUnknownCritical);
}

TEST(ReceiveGeneveTest, TheCBitMustAnnounceCriticalOptions) {
  GeneveArrival arrival;
  EXPECT_EQ(WithOptions("0102800100020001", 0, &arrival), GeneveVerdict::kMissingCBit);
  EXPECT_EQ(WithOptions("ffff0100 0102800100020001", 0, &arrival), GeneveVerdict::kMissingCBit);
  // The bit without such an option costs the receiver a look at the list, and no more.
  EXPECT_EQ(WithOptions("ffff0101deadbeef", 0x40, &arrival), GeneveVerdict::kDeliver);
  EXPECT_EQ(WithOptions("", 0x40, &arrival), GeneveVerdict::kDeliver);
}

TEST(ReceiveGeneveTest, OptionsMustFillOptLenExactly) {
  GeneveArrival arrival;
  EXPECT_EQ(WithOptions("0102800100020001 ffff0101", 0x40, &arrival), GeneveVerdict::kOptions);
  EXPECT_EQ(WithOptions("ffff0103deadbeef", 0, &arrival), GeneveVerdict::kOptions);
}

TEST(ReceiveGeneveTest, OfTwoOvnOptionsTheLastCounts) {
  GeneveArrival arrival;
  EXPECT_EQ(WithOptions("0102800100020001 0102800100070008", 0x40, &arrival), GeneveVerdict::kDeliver);
  EXPECT_EQ(arrival.option, OvnGeneveOption::Of(7, 8));
}

TEST(ReceiveGeneveTest, OptionsUpToTheLargestOptLenAreRead) {
  std::string options;
  for (int i = 0; i < 55; ++i) options += "ffff0100";
  GeneveArrival arrival;
  EXPECT_EQ(WithOptions(options + "ffff010400112233445566778899aabbccddeeff 01028001000a000b"
                                  "ffff0100",
                        0x40, &arrival),
            GeneveVerdict::kDeliver);
  EXPECT_EQ(arrival.inner_offset, 260u);
  EXPECT_EQ(arrival.option, OvnGeneveOption::Of(10, 11));
}

TEST(ReceiveGeneveTest, EveryVerdictHasAText) {
  std::set<absl::string_view> texts;
  for (int i = 0; i <= static_cast<int>(GeneveVerdict::kInnerTooShort); ++i) {
    texts.insert(GeneveVerdictText(static_cast<GeneveVerdict>(i)));
  }
  EXPECT_EQ(texts.size(), 15u);
  EXPECT_FALSE(texts.contains(""));
}

// Whatever the bytes: no read outside (AddressSanitizer watches), and what is delivered lies inside the frame.
TEST(ReceiveGeneveTest, IsTotal) {
  constexpr uint64_t kSeed = 7;
  Random random(kSeed);
  std::map<GeneveVerdict, int> seen;
  std::vector<Bytes> frames;
  for (const char* hex : kRealFrames) frames.push_back(FromHex(hex));
  for (int i = 0; i < 100'000; ++i) {
    const Bytes& base = frames[random.Below(frames.size())];
    Bytes frame = Prefix(base, random.OneIn(3) ? random.Below(base.size() + 1) : base.size());
    for (uint64_t k = random.Below(4); k > 0 && !frame.empty(); --k) {
      frame[random.Below(random.OneIn(2) ? std::min<size_t>(frame.size(), 64) : frame.size())] =
          static_cast<uint8_t>(random.Next());
    }
    GeneveArrival arrival;
    const GeneveEndpoint endpoint{.verify_checksum = random.OneIn(2), .accept_zero_checksum_v6 = random.OneIn(2)};
    const GeneveVerdict verdict = ReceiveGeneve(frame, endpoint, &arrival);
    ++seen[verdict];
    if (verdict == GeneveVerdict::kDeliver) {
      ASSERT_GE(arrival.inner_size, 14u);
      ASSERT_LE(arrival.inner_offset + arrival.inner_size, frame.size()) << "seed " << kSeed << " round " << i;
    }
  }
  EXPECT_GT(seen.size(), 11u);
}

// -- ECN --------------------------------------------------------------------------------------------------------------

TEST(EcnTest, Rfc6040) {
  for (uint8_t inner = 0; inner < 4; ++inner) EXPECT_EQ(EcnAtEntry(inner, EcnMode::kRfc6040), inner);
  constexpr uint8_t kFigure4[4][4] = {{0, 0, 0, kEcnDrop}, {1, 1, 1, 3}, {2, 1, 2, 3}, {3, 3, 3, 3}};
  for (uint8_t inner = 0; inner < 4; ++inner) {
    for (uint8_t outer = 0; outer < 4; ++outer) {
      EXPECT_EQ(EcnAtExit(outer, inner, EcnMode::kRfc6040), kFigure4[inner][outer]) << int{inner} << " " << int{outer};
    }
  }
}

// As observed on Open vSwitch 3.1 with all sixteen combinations.
TEST(EcnTest, OpenVSwitch) {
  constexpr uint8_t kEntry[4] = {0, 1, 2, 2};
  for (uint8_t inner = 0; inner < 4; ++inner) {
    EXPECT_EQ(EcnAtEntry(inner, EcnMode::kOpenVSwitch), kEntry[inner]);
    for (uint8_t outer = 0; outer < 4; ++outer) {
      const uint8_t want = outer < 3 ? inner : inner == 0 ? kEcnDrop : 3;
      EXPECT_EQ(EcnAtExit(outer, inner, EcnMode::kOpenVSwitch), want) << int{inner} << " " << int{outer};
    }
  }
}

}  // namespace
}  // namespace ovnlite
