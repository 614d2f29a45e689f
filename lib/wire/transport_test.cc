#include <gtest/gtest.h>

#include "lib/wire/wire_testutil.h"
#include "ovnlite/wire/icmp.h"
#include "ovnlite/wire/icmpv6.h"
#include "ovnlite/wire/nd.h"
#include "ovnlite/wire/tcp.h"
#include "ovnlite/wire/udp.h"

namespace ovnlite {
namespace {

TEST(UdpTest, ReadsRealBytes) {
  const Bytes udp = FromHex("1388829a000f9f8c74746c206f6e65");
  EXPECT_EQ(UdpHeader::Parse(udp)->ToString(), "UDP 5000 > 33434, length 15, checksum 0x9f8c");
  EXPECT_EQ(UdpView(absl::MakeConstSpan(udp)).payload().size(), 7u);
  EXPECT_TRUE(UdpView(absl::MakeConstSpan(udp).subspan(0, 9)).is_truncated());
  CheckLawsAround<UdpHeader>(udp);
  CheckLawsOnNoise<UdpHeader>();
  EXPECT_EQ(UdpView::Check(FromHex("1388829a00070000")).message(), "UDP length 7 is below 8");
  EXPECT_EQ(UdpView::Check(FromHex("1388829a00")).message(), "UDP header needs 8 bytes, has 5");
}

// The first segment of curl's connection in the lab.
const char kSyn[] = "c4b41f90772fac0000000000a002faf00a280000 020405b4 0402080a6804be4d00000000 0103030a";

TEST(TcpTest, ReadsRealBytes) {
  const Bytes tcp = FromHex(kSyn);
  EXPECT_EQ(TcpHeader::Parse(tcp)->ToString(),
            "TCP 50356 > 8080 [S], seq 1999612928, win 64240, options [mss 1460, sackOK, TS val 1745141325 ecr 0, "
            "wscale 10]");
  CheckLawsAround<TcpHeader>(tcp);
  CheckLawsOnNoise<TcpHeader>();
}

TEST(TcpTest, SaysWhatIsWrong) {
  Bytes tcp = FromHex(kSyn);
  tcp[12] = 0x40;
  EXPECT_EQ(TcpView::Check(tcp).message(), "TCP header length 16 is below 20");
  tcp[12] = 0xf0;
  EXPECT_EQ(TcpView::Check(tcp).message(), "TCP header with options needs 60 bytes, has 40");
  EXPECT_EQ(TcpView::Check(Prefix(tcp, 19)).message(), "TCP header needs 20 bytes, has 19");
}

TEST(TcpTest, FlagsKeepTheHeaderLength) {
  Bytes tcp = FromHex(kSyn);
  const MutableTcpView view = *MutableTcpView::Parse(absl::MakeSpan(tcp));
  view.set_flags(0xfff);
  EXPECT_EQ(view.header_length(), 40u);
  EXPECT_EQ(view.flags(), 0xfff);
  view.set_flags(kTcpSyn | kTcpAck);
  EXPECT_EQ(TcpHeader::FlagsText(view.flags()), "S.");
  EXPECT_EQ(TcpHeader::FlagsText(0), "none");
}

TEST(OptionWalkerTest, StopsAtEndAndNoticesFaults) {
  const Bytes ended = FromHex("01 020405b4 00 0000");
  OptionWalker walker(ended);
  EXPECT_EQ(walker.Next()->kind, kTcpOptionMss);
  EXPECT_FALSE(walker.Next().has_value());
  EXPECT_TRUE(walker.ok());
  for (const auto& [hex, reason] : {std::pair{"0100 01", ""},
                                    {"010200", "option 2 at byte 1 has length 0, of 2 bytes left"},
                                    {"0203", "option 2 at byte 0 has length 3, of 2 bytes left"},
                                    {"0102", "option 2 at byte 1 needs 2 bytes, has 1"}}) {
    const Bytes bytes = FromHex(hex);
    OptionWalker bad(bytes);
    EXPECT_FALSE(bad.Next().has_value());
    EXPECT_FALSE(bad.Next().has_value());
    EXPECT_EQ(bad.status().message(), reason);
  }
}

TEST(IcmpTest, ReadsRealBytes) {
  const Bytes echo = FromHex("0800fce000070001 6162");
  EXPECT_EQ(IcmpHeader::Parse(echo)->ToString(), "echo request, id 7, seq 1");
  CheckLawsAround<IcmpHeader>(echo);
  CheckLawsOnNoise<IcmpHeader>();
  EXPECT_EQ(IcmpHeader::Parse(FromHex("0303113a00000000"))->ToString(), "port unreachable");
  EXPECT_EQ(IcmpHeader::Parse(FromHex("0b000a3e00000000"))->ToString(), "time exceeded in transit");
  EXPECT_EQ(IcmpHeader::Parse(FromHex("03040000000005a2"))->ToString(), "fragmentation needed, mtu 1442");
  EXPECT_EQ((IcmpHeader{kIcmpRedirect, 1, 0, 0x0a000001}).ToString(), "redirect to 10.0.0.1, code 1");
}

TEST(Icmpv6Test, ReadsRealBytes) {
  const Bytes echo = FromHex("8000022700040001726f7574657236");
  EXPECT_EQ(Icmpv6Header::Parse(echo)->ToString(), "echo request, id 4, seq 1");
  CheckLawsAround<Icmpv6Header>(echo);
  EXPECT_EQ((Icmpv6Header{kIcmpv6PacketTooBig, 0, 0, 1280}).ToString(), "packet too big, mtu 1280");
}

TEST(NdTest, ReadsRealBytes) {
  const Bytes solicit = FromHex("85007b20000000000101000000060001");
  EXPECT_EQ(NdRouterSolicitHeader::Parse(solicit)->ToString(),
            "router solicitation, source link-address 00:00:00:06:00:01");
  CheckLawsAround<NdRouterSolicitHeader>(solicit);
  const Bytes advert = FromHex(
      "860022c0ff80ffff0000000000000000010100000000060105010000000005a203044080ffffffffffffffff00000000"
      "fd100000000000000000000000000000");
  EXPECT_EQ(NdRouterAdvertHeader::Parse(advert)->ToString(),
            "router advertisement, hop limit 255, flags [managed], lifetime 65535 s, source link-address "
            "00:00:00:00:06:01, mtu 1442, prefix fd10::/64 on-link");
  CheckLawsAround<NdRouterAdvertHeader>(advert);
  CheckLawsOnNoise<NdRouterAdvertHeader>();
  const NdPrefix prefix = *NdPrefix::Parse(absl::MakeConstSpan(advert).subspan(34));
  EXPECT_EQ(prefix.preferred_seconds, 0xffffffffu);
  CheckLawsAround<NdPrefix>(absl::MakeConstSpan(advert).subspan(34));
}

TEST(NdTest, NeighborMessages) {
  const Bytes solicit = FromHex("8700000000000000 fd100000000000000000000000000001 0101 00000000000a");
  EXPECT_EQ(NdNeighborHeader::Parse(solicit)->ToString(),
            "neighbor solicitation, who has fd10::1, source link-address 00:00:00:00:00:0a");
  CheckLawsAround<NdNeighborHeader>(solicit);
  CheckLawsOnNoise<NdNeighborHeader>();
  const Bytes advert = FromHex("88000000e0000000 fd100000000000000000000000000001 0201 00000000ff01 0100");
  EXPECT_EQ(NdNeighborHeader::Parse(advert)->ToString(),
            "neighbor advertisement, target fd10::1, flags [router, solicited, override], target link-address "
            "00:00:00:00:ff:01, malformed option");
}

TEST(NdOptionWalkerTest, NoticesFaults) {
  for (const auto& [hex, reason] :
       {std::pair{"", ""},
        {"0100000000000000", "ND option 1 at byte 0 has length 0"},
        {"010100000000000a 0202 000000000000", "ND option 2 at byte 8 needs 16 bytes, has 8"},
        {"010100000000000a 02", "ND option 2 at byte 8 needs 8 bytes, has 1"}}) {
    const Bytes bytes = FromHex(hex);
    NdOptionWalker walker(bytes);
    while (walker.Next().has_value()) {
    }
    EXPECT_EQ(walker.status().message(), reason);
    EXPECT_EQ(walker.ok(), *reason == '\0');
  }
}

}  // namespace
}  // namespace ovnlite
