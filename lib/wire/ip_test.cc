#include <gtest/gtest.h>

#include "lib/wire/wire_testutil.h"
#include "ovnlite/wire/arp.h"
#include "ovnlite/wire/ethernet.h"
#include "ovnlite/wire/ipv4.h"
#include "ovnlite/wire/ipv6.h"
#include "ovnlite/wire/vlan.h"

namespace ovnlite {
namespace {

// Recorded from OVN's lab: VM-A asks for its gateway, pings across.
const char kArpFrame[] = "ffffffffffff 00000000000a 0806 0001080006040001 00000000000a 0a00000a 000000000000 0a000001";
const char kPingFrame[] =
    "00000000ff01 00000000000a 0800 45000054000100004001658b0a00000a0a000114 0800fce000070001"
    "6162636465666768616263646566676861626364656667686162636465666768616263646566676861626364656667686162636465666768";
// From a VLAN child port.
const char kVlanFrame[] =
    "0000000a0002 0000000a0017 8100 0007 0800 4500002a000b0000400166980a0a00110a0a000c 0800a41200020001"
    "66726f6d20746865206368696c64";
// A DHCPv6 solicitation.
const char kIpv6Frame[] =
    "333300010002 000000060001 86dd 60000000002a1101fe80000000000000020000fffe060001ff020000000000000000000000010002"
    "02220223002ad957011122330001000a000300010000000600010003000c000000070000000000000000";

TEST(EthernetTest, ReadsRealFrames) {
  const Bytes frame = FromHex(kPingFrame);
  const EthernetHeader header = *EthernetHeader::Parse(frame);
  EXPECT_EQ(header.ToString(), "00:00:00:00:00:0a > 00:00:00:00:ff:01, type 0x0800");
  EXPECT_EQ(EthernetView::Parse(absl::MakeConstSpan(frame))->payload().size(), frame.size() - 14);
  EXPECT_EQ(EthernetHeader::Parse(absl::MakeConstSpan(frame).subspan(0, 13)).status().message(),
            "Ethernet header needs 14 bytes, has 13");
  CheckLawsAround<EthernetHeader>(frame);
}

TEST(EthernetTest, SettersWriteWhatGettersRead) {
  Bytes frame = FromHex(kPingFrame);
  const MutableEthernetView view = *MutableEthernetView::Parse(absl::MakeSpan(frame));
  view.set_destination(MacAddress(0x112233445566));
  view.set_source(MacAddress(0xa1a2a3a4a5a6));
  view.set_type(0x86dd);
  EXPECT_EQ(ToHex(absl::MakeConstSpan(frame).subspan(0, 14)), "112233445566a1a2a3a4a5a686dd");
}

TEST(LlcSnapTest, LeadsToAnEtherTypeOnlyWithTheEthernetOui) {
  const Bytes spanning_tree = FromHex("42420300000000008000");
  EXPECT_FALSE(LlcSnapHeader::Parse(spanning_tree)->is_ethertype());
  const Bytes snap = FromHex("aaaa030000000800");
  EXPECT_TRUE(LlcSnapHeader::Parse(snap)->is_ethertype());
  CheckLawsAround<LlcSnapHeader>(spanning_tree);
  CheckLawsAround<LlcSnapHeader>(snap);
}

TEST(VlanTest, ReadsRealFrames) {
  const Bytes frame = FromHex(kVlanFrame);
  const auto tag = absl::MakeConstSpan(frame).subspan(12);
  EXPECT_EQ(VlanTag::Parse(tag)->ToString(), "vlan 7");
  EXPECT_EQ(VlanTag::Of(100, 5, kEthTypeQinq).ToString(), "qinq 100 p 5");
  EXPECT_EQ(VlanTag::Parse(absl::MakeConstSpan(frame)).status().message(),
            "VLAN tag type 0x0000 is neither 0x8100 nor 0x88a8");
  CheckLawsAround<VlanTag>(tag);
}

TEST(ArpTest, ReadsRealFrames) {
  const Bytes frame = FromHex(kArpFrame);
  const auto arp = absl::MakeConstSpan(frame).subspan(14);
  EXPECT_EQ(ArpHeader::Parse(arp)->ToString(), "request who-has 10.0.0.1 tell 10.0.0.10");
  CheckLawsAround<ArpHeader>(arp);
  Bytes other(arp.begin(), arp.end());
  other[1] = 6;
  EXPECT_EQ(
      ArpHeader::Parse(other).status().message(),
      "ARP packet for hardware type 6 (address length 6) and protocol 2048 (address length 4) is not for Ethernet 1 "
      "(6) and IPv4 2048 (4)");
}

TEST(ArpTest, SettersTurnARequestIntoItsReply) {
  Bytes frame = FromHex(kArpFrame);
  const MutableArpView arp = *MutableArpView::Parse(absl::MakeSpan(frame).subspan(14));
  arp.set_operation(kArpReply);
  arp.set_target_mac(arp.sender_mac());
  arp.set_sender_mac(MacAddress(0xff01));
  const Ipv4Address asked = arp.target_ip();
  arp.set_target_ip(arp.sender_ip());
  arp.set_sender_ip(asked);
  EXPECT_EQ(ToHex(arp.bytes()), "000108000604000200000000ff010a00000100000000000a0a00000a");  // What OVN answers.
}

TEST(Ipv4Test, ReadsRealFrames) {
  const Bytes frame = FromHex(kPingFrame);
  const auto ip = absl::MakeConstSpan(frame).subspan(14);
  const Ipv4View view = *Ipv4View::Parse(ip);
  EXPECT_EQ(Ipv4Header::Parse(ip)->ToString(), "10.0.0.10 > 10.0.1.20: ICMP, ttl 64, id 1, length 84");
  EXPECT_TRUE(view.ChecksumIsValid());
  EXPECT_EQ(view.payload().size(), 64u);
  EXPECT_FALSE(view.is_truncated());
  EXPECT_TRUE(Ipv4View(ip.subspan(0, 50)).is_truncated());
  EXPECT_EQ(Ipv4View(ip.subspan(0, 50)).payload().size(), 30u);
  CheckLawsAround<Ipv4Header>(ip);
  CheckLawsOnNoise<Ipv4Header>();
}

TEST(Ipv4Test, OptionsAreKept) {
  // An IGMP report that OVN forwards carries the router alert option.
  const Bytes ip = FromHex("46000020000900000102 29b7 0a0a000cef010203 94040000 1600e9f7ef010203");
  const Ipv4Header header = *Ipv4Header::Parse(ip);
  EXPECT_EQ(ToHex(header.options), "94040000");
  EXPECT_EQ(header.size(), 24u);
  EXPECT_EQ(Ipv4View(absl::MakeConstSpan(ip)).payload().size(), 8u);
  CheckLawsAround<Ipv4Header>(ip);
}

TEST(Ipv4Test, SaysWhatIsWrong) {
  Bytes ip = FromHex("45000054000100004001658b0a00000a0a000114");
  const auto reason = [&ip](size_t at, uint8_t value) {
    Bytes bad = ip;
    bad[at] = value;
    return std::string(Ipv4View::Check(bad).message());
  };
  EXPECT_EQ(reason(0, 0x43), "IPv4 header length 12 is below 20");
  EXPECT_EQ(reason(0, 0x65), "IPv4 header has version 6");
  EXPECT_EQ(reason(0, 0x46), "IPv4 header with options needs 24 bytes, has 20");
  EXPECT_EQ(reason(3, 19), "IPv4 total length 19 is below the header length 20");
  EXPECT_EQ(Ipv4View::Check(Prefix(ip, 4)).message(), "IPv4 header needs 20 bytes, has 4");
  EXPECT_EQ(Ipv4View::Check(Prefix(ip, 4)).code(), absl::StatusCode::kOutOfRange);
}

TEST(Ipv4Test, SettersKeepTheRest) {
  Bytes ip = FromHex("45000054000100004001658b0a00000a0a000114");
  const MutableIpv4View view = *MutableIpv4View::Parse(absl::MakeSpan(ip));
  view.set_ttl(63);
  view.FillChecksum();
  EXPECT_EQ(ToHex(ip), "45000054000100003f01668b0a00000a0a000114");  // As OVN's router sends it on.
  Ipv4Header header = *Ipv4Header::Parse(ip);
  header.checksum = 0;
  Bytes emitted(header.size(), 0xa5);
  header.EmitWithChecksum(emitted.data());
  EXPECT_EQ(ToHex(emitted), ToHex(ip));
  view.set_fragment(Ipv4Layout::kMoreFragments | 185);
  EXPECT_EQ(view.fragment_offset(), 1480u);
  EXPECT_TRUE(view.is_fragment());
  EXPECT_EQ(Ipv4Header::FragmentText(view.fragment()), ", fragment 1480+");
}

TEST(Ipv6Test, ReadsRealFrames) {
  const Bytes frame = FromHex(kIpv6Frame);
  const auto ip = absl::MakeConstSpan(frame).subspan(14);
  EXPECT_EQ(Ipv6Header::Parse(ip)->ToString(), "fe80::200:ff:fe06:1 > ff02::1:2: UDP, hop limit 1, length 42");
  EXPECT_EQ(Ipv6View(ip).payload().size(), 42u);
  CheckLawsAround<Ipv6Header>(ip);
  CheckLawsOnNoise<Ipv6Header>();
}

TEST(Ipv6Test, ClassAndLabelShareAWordAndKeepApart) {
  Bytes ip(40, 0xff);
  ip[0] = 0x6f;
  const MutableIpv6View view = *MutableIpv6View::Parse(absl::MakeSpan(ip));
  view.set_traffic_class(0xa5);
  EXPECT_EQ(view.flow_label(), 0xfffffu);
  view.set_flow_label(0x12345);
  EXPECT_EQ(view.traffic_class(), 0xa5);
  EXPECT_EQ(Load32(ip.data()), 0x6a5'12345u);
}

// Hop-by-hop (8 bytes), routing (24), destination options (8), fragment (first), AH (24), then UDP.
const char kExtensions[] =
    "2b00050200000000"
    "3c02000000000000 20010db8000000000000000000000001"
    "2c00010400000000"
    "3300000100000007"
    "1104000000000100 00000001 0123456789abcdef01234567"
    "1388003500080000";

TEST(Ipv6ExtensionWalkerTest, WalksEveryKindToThePayload) {
  const Bytes bytes = FromHex(kExtensions);
  Ipv6ExtensionWalker walker(kIpProtoHopByHop, bytes);
  std::vector<int> types;
  while (const auto header = walker.Next()) types.push_back(header->type);
  EXPECT_EQ(types,
            (std::vector<int>{kIpProtoHopByHop, kIpProtoRouting, kIpProtoDestination, kIpProtoFragment, kIpProtoAh}));
  EXPECT_TRUE(walker.ok());
  EXPECT_EQ(walker.protocol(), kIpProtoUdp);
  EXPECT_EQ(ToHex(walker.rest()), "1388003500080000");
  EXPECT_TRUE(walker.fragment()->more_fragments());
  EXPECT_FALSE(walker.is_later_fragment());
}

TEST(Ipv6ExtensionWalkerTest, StopsBehindALaterFragment) {
  const Bytes bytes = FromHex("3c0005a800000007 deadbeefdeadbeef");
  Ipv6ExtensionWalker walker(kIpProtoFragment, bytes);
  EXPECT_TRUE(walker.Finish().ok());
  EXPECT_TRUE(walker.is_later_fragment());
  EXPECT_EQ(walker.fragment()->offset(), 1448u);
  EXPECT_EQ(walker.protocol(), kIpProtoDestination);
  EXPECT_EQ(walker.rest().size(), 8u);
  CheckLawsAround<Ipv6FragmentHeader>(bytes);
}

TEST(Ipv6ExtensionWalkerTest, EveryTruncationIsNoticedAndNothingIsReadBeyond) {
  const Bytes bytes = FromHex(kExtensions);
  const size_t chain = bytes.size() - 8;
  for (size_t n = 0; n < bytes.size(); ++n) {
    const Bytes cut = Prefix(bytes, n);
    Ipv6ExtensionWalker walker(kIpProtoHopByHop, cut);
    EXPECT_EQ(walker.Finish().ok(), n >= chain) << n;
    EXPECT_EQ(walker.status().ok(), n >= chain) << n;
  }
  const Bytes cut = Prefix(bytes, 20);
  EXPECT_EQ(Ipv6ExtensionWalker(kIpProtoHopByHop, cut).Finish().status().message(),
            "IPv6 routing header at byte 8 needs 24 bytes, has 12");
}

}  // namespace
}  // namespace ovnlite
