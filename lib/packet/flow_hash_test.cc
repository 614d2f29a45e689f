#include "ovnlite/packet/flow_hash.h"

#include <gtest/gtest.h>

#include <set>

#include "lib/wire/wire_testutil.h"
#include "ovnlite/wire/geneve_tunnel.h"

namespace ovnlite {
namespace {

uint64_t Hash(const Bytes& frame) { return FlowHash(Packet(frame)); }

// UDP from the lab: 10.0.0.10 > 10.0.1.20.
Bytes InnerUdp() {
  return FromHex("00000000000b 00000000ff02 0800 45000020d66040003f11504f0a00000a0a000114 d32914e9000c1d37 7564700a");
}

TEST(FlowHashTest, OneFlowOnePortManyFlowsManyPorts) {
  std::set<uint16_t> ports;
  Bytes frame = InnerUdp();
  for (uint16_t source = 0; source < 4096; ++source) {
    Store16(&frame[34], source);
    const uint16_t port = GeneveSourcePort(Hash(frame));
    EXPECT_GE(port, 32768);
    Bytes later = frame;  // Another packet of the same flow: other payload, id, TTL and checksums.
    later.back() ^= 0xff;
    later[18] ^= 0xff;
    later[22] -= 1;
    Store16(&later[24], 0x1234);
    EXPECT_EQ(GeneveSourcePort(Hash(later)), port);
    ports.insert(port);
  }
  EXPECT_GT(ports.size(), 3700u);  // Of 4096 balls in 32768 boxes, about 3850 boxes are hit.
}

TEST(FlowHashTest, FragmentsOfADatagramStayTogether) {
  Bytes first = InnerUdp(), later = InnerUdp();
  first[20] = 0x20;  // More fragments; the ports are there.
  later[21] = 0x10;  // Offset 128; where ports would be is payload.
  Store32(&later[34], 0xdeadbeef);
  EXPECT_EQ(Hash(first), Hash(later));
  EXPECT_NE(Hash(first), Hash(InnerUdp()));
}

TEST(FlowHashTest, IsTotal) {
  Random random(6);
  const Bytes v6 = FromHex(
      "00000000ff01 00000000000a 86dd 6020000000091140fd000000000000000000000000000001fd000000000000000000000000000002"
      "0001000200098dd478");
  const Bytes tagged = FromHex("0000000a0002 0000000a0017 8100 0007 0800 4500002a000b0000400166980a0a00110a0a000c08");
  for (const Bytes& frame : {InnerUdp(), v6, tagged}) {
    std::set<uint64_t> hashes;
    for (size_t n = 0; n <= frame.size(); ++n) hashes.insert(Hash(Bytes(frame.begin(), frame.begin() + n)));
    EXPECT_GE(hashes.size(), 2u) << "cut off, and whole";
  }
  for (int i = 0; i < 10'000; ++i) {
    Bytes noise(random.Below(80));
    for (uint8_t& b : noise) b = static_cast<uint8_t>(random.Next());
    if (noise.size() > 14 && random.OneIn(2)) Store16(&noise[12], random.OneIn(2) ? kEthTypeIpv4 : kEthTypeIpv6);
    Hash(noise);
  }
}

// A tag does not make another flow.
TEST(FlowHashTest, LooksBehindATag) {
  Bytes tagged = InnerUdp();
  const Bytes tag = FromHex("8100 0007");
  tagged.insert(tagged.begin() + 12, tag.begin(), tag.end());
  EXPECT_EQ(Hash(tagged), Hash(InnerUdp()));
}

TEST(FlowHashTest, WhatAPacketNotesCounts) {
  Packet packet(InnerUdp());
  packet.flow_hash = 7;
  EXPECT_EQ(FlowHash(packet), 7u);
  packet.Assign(InnerUdp());
  EXPECT_EQ(FlowHash(packet), Hash(InnerUdp())) << "the note was of another frame";
}

}  // namespace
}  // namespace ovnlite
