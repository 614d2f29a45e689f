#include "ovnlite/packet/describe.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "lib/wire/wire_testutil.h"
#include "ovnlite/wire/ethernet.h"

namespace ovnlite {
namespace {

std::string Described(absl::string_view hex) { return Describe(FromHex(hex)); }

const std::string kMacs = "00000000ff01 00000000000a ";
const std::string kText = "00:00:00:00:00:0a > 00:00:00:00:ff:01, ";

// Frames OVN's lab sent.
TEST(DescribeTest, RealFrames) {
  EXPECT_EQ(
      Described("00000000ff0100000000000a080045000054000100004001658b0a00000a0a0001140800fce000070001616263646566"
                "6768616263646566676861626364656667686162636465666768616263646566676861626364656667686162636465666768"),
      "00:00:00:00:00:0a > 00:00:00:00:ff:01, 10.0.0.10 > 10.0.1.20: ICMP echo request, id 7, seq 1, ttl 64, length "
      "98");
  EXPECT_EQ(Described("ffffffffffff00000000000a0806000108000604000100000000000a0a00000a0000000000000a000001"),
            "00:00:00:00:00:0a > ff:ff:ff:ff:ff:ff, ARP request who-has 10.0.0.1 tell 10.0.0.10, length 42");
  EXPECT_EQ(Described("00000000ff0100000000000a080045000035000a0000401166a40a00000a0a0000011388000900212d34636c6f736564"
                      "20706f7274206f6e2074686520726f75746572"),
            kText + "10.0.0.10.5000 > 10.0.0.1.9: UDP, payload 25, ttl 64, length 67");
  EXPECT_EQ(
      Described("00000000000a00000000ff0108004500005100004000fe0168a10a0000010a00000a0303113a0000000045000035000a00"
                "00401166a40a00000a0a0000011388000900212d34636c6f73656420706f7274206f6e2074686520726f75746572"),
      "00:00:00:00:ff:01 > 00:00:00:00:00:0a, 10.0.0.1 > 10.0.0.10: ICMP port unreachable, about (10.0.0.10.5000 > "
      "10.0.0.1.9: UDP, payload 25, ttl 64), ttl 254, length 95");
  EXPECT_EQ(
      Described("00000000000a00000000ff01080045000028000040003e0628c60a0000010a00000a000913880000000000000065501400"
                "0087d00000"),
      "00:00:00:00:ff:01 > 00:00:00:00:00:0a, 10.0.0.1.9 > 10.0.0.10.5000: TCP [R.], seq 0, ack 101, win 0, payload 0, "
      "ttl 62, length 54");
  EXPECT_EQ(
      Described("0000000a00170000000a00028100000708004500002a000c0000400166970a0a000c0a0a00110000ac1200020001"
                "66726f6d20746865206368696c64"),
      "00:00:00:0a:00:02 > 00:00:00:0a:00:17, vlan 7, 10.10.0.12 > 10.10.0.17: ICMP echo reply, id 2, seq 1, ttl 64, "
      "length 60");
  EXPECT_EQ(Described("01005e0102030000000a000208004600002000090000010029b70a0a000cef010203940400001600e9f7ef010203"),
            "00:00:00:0a:00:02 > 01:00:5e:01:02:03, 10.10.0.12 > 239.1.2.3: hop-by-hop, payload 8, ttl 1, length 46");
  EXPECT_EQ(
      Described("333300000002 000000060001 86dd 6000000000103afffe80000000000000020000fffe060001ff020000000000000000"
                "000000000002 85007b20000000000101000000060001"),
      "00:00:00:06:00:01 > 33:33:00:00:00:02, fe80::200:ff:fe06:1 > ff02::2: ICMPv6 router solicitation, source "
      "link-address 00:00:00:06:00:01, hop limit 255, length 70");
}

TEST(DescribeTest, AGenevePacketShowsItsTunnelAndTheFrameInside) {
  EXPECT_EQ(
      Described(
          "7a02b1260c44966fa315784a08004500005a000040004011492bc0a8380bc0a8380c8e7a17c100468c4c02406558000001000102"
          "80010002000100000000000b00000000ff02080045000020d66040003f11504f0a00000a0a000114d32914e9000c1d3775647"
          "00a"),
      "96:6f:a3:15:78:4a > 7a:02:b1:26:0c:44, 192.168.56.11.36474 > 192.168.56.12.6081: Geneve vni 0x1 (1), ingress 2, "
      "egress 1, ttl 64, length 104: 00:00:00:00:ff:02 > 00:00:00:00:00:0b, 10.0.0.10.54057 > 10.0.1.20.5353: UDP, "
      "payload 4, ttl 63, length 46");
}

TEST(DescribeTest, WhatCannotBeReadIsSaid) {
  EXPECT_EQ(Described(""), "Ethernet header needs 14 bytes, has 0");
  EXPECT_EQ(Described(kMacs + "88cc 0011"), kText + "type 0x88cc, length 16");
  EXPECT_EQ(Described(kMacs + "0003 424203"), kText + "802.3 without EtherType, length 17");
  EXPECT_EQ(Described(kMacs + "0800 43"), kText + "IPv4 header needs 20 bytes, has 1, length 15");
  EXPECT_EQ(Described(kMacs + "0806 0001"), kText + "ARP ARP packet needs 28 bytes, has 2, length 16");
  EXPECT_EQ(Described(kMacs + "0800 4300 0014 0000 0000 4011 0000 0a000001 0a000002"),
            kText + "IPv4 header length 12 is below 20, length 34");
  EXPECT_EQ(Described(kMacs + "0800 4500 001c 0000 0000 4011 0000 0a000001 0a000002 0001 0002 0007 0000"),
            kText + "10.0.0.1 > 10.0.0.2: UDP length 7 is below 8, ttl 64, length 42");
  EXPECT_EQ(Described(kMacs + "0800 4500 0080 0000 0000 4006 0000 0a000001 0a000002 0001 0002"),
            kText + "10.0.0.1 > 10.0.0.2: TCP header needs 20 bytes, has 4, ttl 64, truncated, length 38");
  EXPECT_EQ(Described(kMacs + "0800 4500 0018 0000 00b9 4011 0000 0a000001 0a000002 00000000"),
            kText + "10.0.0.1 > 10.0.0.2: UDP, ttl 64, fragment 1480, length 38");
  EXPECT_EQ(Described(kMacs + "0800 45b8 0014 0000 4000 40fd 0000 0a000001 0a000002"),
            kText + "10.0.0.1 > 10.0.0.2: protocol 253, payload 0, ttl 64, tos 184, length 34");
  EXPECT_EQ(
      Described(kMacs + "86dd 60000000 0010 2c 40 fd000000000000000000000000000001 fd000000000000000000000000000002"
                        "1100000100000007 00010002 00080000"),
      kText + "fd00::1.1 > fd00::2.2: UDP, payload 0, hop limit 64, fragment 0+ id 0x00000007, length 70");
}

TEST(DescribeTest, TunnelsInTunnelsEnd) {
  Bytes frame = FromHex(kMacs + "88cc");
  for (int i = 0; i < 20; ++i) {
    Bytes outer =
        FromHex(kMacs + "0800 4500 0000 0000 0000 4011 0000 0a000001 0a000002 8000 17c1 0000 0000 0000 6558 000001 00");
    outer.insert(outer.end(), frame.begin(), frame.end());
    Store16(&outer[16], static_cast<uint16_t>(outer.size() - 14));
    Store16(&outer[38], static_cast<uint16_t>(outer.size() - 34));
    frame = outer;
  }
  const std::string text = Describe(frame);
  EXPECT_LT(text.size(), 600u);
  EXPECT_TRUE(absl::StrContains(text, "Geneve vni 0x1 (1)"));
}

// Any bytes have a text of bounded size; AddressSanitizer watches the reads.
TEST(DescribeTest, IsTotal) {
  std::ifstream file("lib/packet/testdata/ovs_flows.txt");
  std::vector<Bytes> frames;
  for (std::string line; std::getline(file, line);) {
    if (line[0] != '#') frames.push_back(FromHex(line.substr(0, line.find(' '))));
  }
  ASSERT_GT(frames.size(), 500u);
  constexpr uint64_t kSeed = 14;
  Random random(kSeed);
  for (int i = 0; i < 20'000; ++i) {
    Bytes frame = frames[i % frames.size()];
    for (uint64_t k = random.Below(5); k > 0; --k)
      frame[random.Below(frame.size())] = static_cast<uint8_t>(random.Next());
    if (random.OneIn(3)) frame.resize(random.Below(frame.size() + 1));
    const std::string text = Describe(frame);
    ASSERT_FALSE(text.empty());
    ASSERT_LT(text.size(), 4000u) << "seed " << kSeed << " round " << i;
  }
  // A router advertisement full of the smallest options, an SCTP packet full of the smallest chunks.
  Bytes advert = FromHex(kMacs +
                         "86dd 60000000 ea60 3a ff fe800000000000000000000000000001 ff020000000000000000000000000001"
                         "8600000040000000 0000000000000000");
  while (advert.size() < 60'000) {
    const Bytes option = FromHex("0101000000000001");
    advert.insert(advert.end(), option.begin(), option.end());
  }
  EXPECT_LT(Describe(advert).size(), 2000u);
}

}  // namespace
}  // namespace ovnlite
