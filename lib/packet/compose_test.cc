#include "ovnlite/packet/compose.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "lib/wire/wire_testutil.h"
#include "ovnlite/packet/extract.h"
#include "ovnlite/wire/checksum.h"
#include "ovnlite/wire/ethernet.h"
#include "ovnlite/wire/icmpv6.h"
#include "ovnlite/wire/ip_proto.h"
#include "ovnlite/wire/ipv4.h"
#include "ovnlite/wire/ipv6.h"
#include "ovnlite/wire/sctp.h"
#include "ovnlite/wire/udp.h"

namespace ovnlite {
namespace {

FlowKey KeyOf(absl::Span<const uint8_t> frame) {
  FlowKey key;
  ExtractFlowKey(frame, key);
  return key;
}

std::string Text(const FlowKey& key) {
  std::string text;
  for (int i = kWordEthDst; i <= kWordNdTarget + 1; ++i) absl::StrAppendFormat(&text, "%016x ", key.words[i]);
  return text;
}

std::vector<Bytes> RecordedFrames() {
  std::ifstream file("lib/packet/testdata/ovs_flows.txt");
  std::vector<Bytes> frames;
  for (std::string line; std::getline(file, line);) {
    if (line[0] != '#') frames.push_back(FromHex(line.substr(0, line.find(' '))));
  }
  EXPECT_GT(frames.size(), 500u);
  return frames;
}

// Every length and checksum of a composed frame is right, as a strict receiver would check them.
void ExpectValid(absl::Span<const uint8_t> frame) {
  FlowKey key;
  const PacketLayout at = ExtractFlowKey(frame, key);
  ASSERT_EQ(at.end, frame.size());
  const uint64_t type = key.Get64(field::kEthType);
  if (type != kEthTypeIpv4 && type != kEthTypeIpv6) return;
  const auto ip = frame.subspan(at.l3);
  uint64_t pseudo;
  const auto proto = static_cast<uint8_t>(key.Get64(field::kIpProto));
  if (type == kEthTypeIpv4) {
    ASSERT_TRUE(Ipv4View::Check(ip).ok()) << Ipv4View::Check(ip);
    const Ipv4View view(ip);
    EXPECT_TRUE(view.ChecksumIsValid());
    EXPECT_EQ(view.total_length(), ip.size());
    pseudo = PseudoHeaderSum(view.source(), view.destination(), proto, 0);
  } else {
    ASSERT_TRUE(Ipv6View::Check(ip).ok()) << Ipv6View::Check(ip);
    const Ipv6View view(ip);
    EXPECT_EQ(view.payload_length() + 40u, ip.size());
    pseudo = PseudoHeaderSum(view.source(), view.destination(), proto, 0);
  }
  if (at.payload == 0 || key.Get64(field::kIpFrag) != 0) return;
  const auto l4 = frame.subspan(at.l4);
  if (proto == kIpProtoTcp || proto == kIpProtoUdp || proto == kIpProtoIcmpv6) {
    EXPECT_EQ(Checksum(l4, pseudo + l4.size()), 0) << "protocol " << int{proto};
  } else if (proto == kIpProtoIcmp || proto == kIpProtoIgmp) {
    EXPECT_EQ(Checksum(l4), 0);
  } else if (proto == kIpProtoSctp) {
    EXPECT_TRUE(SctpView(l4).ChecksumIsValid());
  }
  if (proto == kIpProtoUdp) {
    EXPECT_EQ(UdpView(l4).length(), l4.size());
    EXPECT_NE(UdpView(l4).checksum(), 0);
  }
}

TEST(ComposeTest, ExtractionGivesTheKeyBack) {
  const std::vector<Bytes> frames = RecordedFrames();
  constexpr uint64_t kSeed = 11;
  Random random(kSeed);
  std::set<std::string> keys;
  for (int i = 0; i < 60'000 && !HasFailure(); ++i) {
    const Bytes& base = frames[i % frames.size()];
    Bytes frame = base;
    if (i >= static_cast<int>(frames.size())) {
      frame = Prefix(base, random.OneIn(3) ? 14 + random.Below(base.size() - 13) : base.size());
      for (uint64_t k = random.Below(5); k > 0; --k) {
        frame[random.Below(frame.size())] = static_cast<uint8_t>(random.Next());
      }
    }
    const FlowKey key = KeyOf(frame);
    keys.insert(Text(key));
    const Packet packet = ComposePacket(key);
    SCOPED_TRACE(testing::Message() << "seed " << kSeed << " round " << i << "\n"
                                    << ToHex(frame) << "\n"
                                    << ToHex(packet.bytes()));
    EXPECT_EQ(Text(KeyOf(packet.bytes())), Text(key));
    ExpectValid(packet.bytes());
  }
  EXPECT_GT(keys.size(), 10'000u);
}

TEST(ComposeTest, APayloadChangesLengthsAndNothingElse) {
  const std::vector<Bytes> frames = RecordedFrames();
  constexpr uint64_t kSeed = 12;
  Random random(kSeed);
  for (int i = 0; i < 5000 && !HasFailure(); ++i) {
    const FlowKey key = KeyOf(frames[i % frames.size()]);
    Bytes payload(random.Below(100));
    for (uint8_t& b : payload) b = static_cast<uint8_t>(random.Next());
    // An Ethernet frame without an EtherType whose payload is LLC and SNAP would have one.
    if (key.Get64(field::kEthType) < kEthTypeMin) continue;
    const Packet packet = ComposePacket(key, payload);
    SCOPED_TRACE(testing::Message() << "seed " << kSeed << " round " << i << " " << ToHex(packet.bytes()));
    EXPECT_EQ(Text(KeyOf(packet.bytes())), Text(key));
    ExpectValid(packet.bytes());
  }
}

TEST(ComposeTest, FramesAreWhatTheyShouldBe) {
  FlowKey key;
  key.Set(field::kEthDst, 0xff01);
  key.Set(field::kEthSrc, 0x0a);
  key.Set(field::kEthType, kEthTypeIpv4);
  key.Set(field::kIp4Src, 0x0a00000a);
  key.Set(field::kIp4Dst, 0x0a000114);
  key.Set(field::kIpProto, kIpProtoUdp);
  key.Set(field::kIpTtl, 64);
  key.Set(field::kL4Src, 5000);
  key.Set(field::kL4Dst, 53);
  key.Set(field::kInPort, 7);
  key.Set(field::kTunId, 2);
  const Bytes payload = {'x'};
  const Packet udp = ComposePacket(key, payload);
  EXPECT_EQ(ToHex(udp.bytes()),
            "00000000ff0100000000000a08004500001d00000000401165b30a00000a0a0001141388003500095f0178");
  EXPECT_EQ(udp.in_port, 7u);
  EXPECT_EQ(udp.tunnel, uint64_t{2} << 32);
  key.Set(field::kVlanTci, 0x1007);
  EXPECT_EQ(ToHex(ComposePacket(key).bytes().subspan(0, 20)), "00000000ff0100000000000a8100000708004500");
  key.Set(field::kIpFrag, kFragAny | kFragLater);
  EXPECT_EQ(ToHex(ComposePacket(key).bytes().subspan(18)), "4500001400000001401165bb0a00000a0a000114");
}

TEST(ComposeTest, AnyKeyIsSafe) {
  constexpr uint64_t kSeed = 13;
  Random random(kSeed);
  for (int i = 0; i < 20'000; ++i) {
    FlowKey key;
    for (uint64_t& w : key.words) w = random.OneIn(3) ? 0 : random.Next();
    constexpr uint16_t kTypes[] = {kEthTypeIpv4, kEthTypeIpv6, kEthTypeArp, kEthTypeNone, kEthTypeVlan, 0};
    constexpr uint8_t kProtos[] = {0, 1, 2, 6, 17, 43, 44, 51, 58, 60, 132};
    if (!random.OneIn(4)) key.Set(field::kEthType, kTypes[random.Below(std::size(kTypes))]);
    if (!random.OneIn(4)) key.Set(field::kIpProto, kProtos[random.Below(std::size(kProtos))]);
    const Packet packet = ComposePacket(key, Bytes(random.OneIn(50) ? 100'000 : random.Below(10)));
    EXPECT_LE(packet.size(), Packet::kMaxSize);
    EXPECT_GE(packet.size(), 14u);
  }
}

}  // namespace
}  // namespace ovnlite
