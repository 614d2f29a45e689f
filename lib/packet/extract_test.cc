#include "ovnlite/packet/extract.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "lib/wire/wire_testutil.h"
#include "ovnlite/base/ip.h"
#include "ovnlite/base/mac.h"
#include "ovnlite/wire/ethernet.h"
#include "ovnlite/wire/ip_proto.h"

namespace ovnlite {
namespace {

const char* const kWordNames[kKeyWords] = {"in_port",     "tunnel", "ct",      "label",    "label2",     "eth_dst|type",
                                           "eth_src|tci", "ipv4",   "ip",      "ipv6 src", "ipv6 src 2", "ipv6 dst",
                                           "ipv6 dst 2",  "l4",     "arp_sha", "arp_tha",  "nd_target",  "nd_target 2"};

std::string Difference(const FlowKey& got, const FlowKey& want) {
  std::string text;
  for (int i = 0; i < kKeyWords; ++i) {
    if (got.words[i] == want.words[i]) continue;
    absl::StrAppendFormat(&text, "%s: %016x, want %016x\n", kWordNames[i] ? kWordNames[i] : "?", got.words[i],
                          want.words[i]);
  }
  return text;
}

// -- The text in which Open vSwitch prints a flow
// -----------------------------------------------------------------------

struct Protocol {
  uint16_t eth_type;
  uint8_t ip_proto;
};
const std::map<std::string, Protocol, std::less<>> kProtocols = {
    {"ip", {kEthTypeIpv4, 0}},
    {"icmp", {kEthTypeIpv4, kIpProtoIcmp}},
    {"tcp", {kEthTypeIpv4, kIpProtoTcp}},
    {"udp", {kEthTypeIpv4, kIpProtoUdp}},
    {"sctp", {kEthTypeIpv4, kIpProtoSctp}},
    {"ipv6", {kEthTypeIpv6, 0}},
    {"icmp6", {kEthTypeIpv6, kIpProtoIcmpv6}},
    {"tcp6", {kEthTypeIpv6, kIpProtoTcp}},
    {"udp6", {kEthTypeIpv6, kIpProtoUdp}},
    {"sctp6", {kEthTypeIpv6, kIpProtoSctp}},
    {"arp", {kEthTypeArp, 0}},
    {"rarp", {kEthTypeRarp, 0}},
    {"mpls", {kEthTypeMpls, 0}},
    {"mplsm", {kEthTypeMplsMulticast, 0}},
};

uint16_t TcpFlags(const std::string& text) {
  static const std::map<std::string, uint16_t> kNames = {
      {"fin", 1},  {"syn", 2},   {"rst", 4},  {"psh", 8},       {"ack", 16},      {"urg", 32},
      {"ece", 64}, {"cwr", 128}, {"ns", 256}, {"[200]", 0x200}, {"[400]", 0x400}, {"[800]", 0x800}};
  uint16_t flags = 0;
  if (text == "0") return 0;
  for (const std::string& name : std::vector<std::string>(absl::StrSplit(text, '|'))) flags |= kNames.at(name);
  return flags;
}

// Sets what "name=value" says. False for a name that is unknown.
bool SetField(const std::string& name, const std::string& value, FlowKey& key) {
  static const std::map<std::string, FieldRef> kNumbers = {
      {"vlan_tci", field::kVlanTci}, {"dl_type", field::kEthType},    {"nw_proto", field::kIpProto},
      {"nw_ecn", field::kIpEcn},     {"nw_ttl", field::kIpTtl},       {"tp_src", field::kL4Src},
      {"tp_dst", field::kL4Dst},     {"icmp_type", field::kL4Src},    {"icmp_code", field::kL4Dst},
      {"arp_op", field::kArpOp},     {"ipv6_label", field::kIp6Label}};
  static const std::map<std::string, FieldRef> kMacs = {{"dl_src", field::kEthSrc},  {"dl_dst", field::kEthDst},
                                                        {"arp_sha", field::kArpSha}, {"arp_tha", field::kArpTha},
                                                        {"nd_sll", field::kNdSll},   {"nd_tll", field::kNdTll}};
  static const std::map<std::string, FieldRef> kIpv4 = {
      {"nw_src", field::kIp4Src}, {"nw_dst", field::kIp4Dst}, {"arp_spa", field::kArpSpa}, {"arp_tpa", field::kArpTpa}};
  static const std::map<std::string, FieldRef> kIpv6 = {
      {"ipv6_src", field::kIp6Src}, {"ipv6_dst", field::kIp6Dst}, {"nd_target", field::kNdTarget}};
  uint32_t number = 0;
  const bool is_number =
      absl::StartsWith(value, "0x") ? absl::SimpleHexAtoi(value, &number) : absl::SimpleAtoi(value, &number);
  if (const auto f = kNumbers.find(name); f != kNumbers.end() && is_number) return key.Set(f->second, number), true;
  if (const auto f = kMacs.find(name); f != kMacs.end())
    return key.Set(f->second, MacAddress::Parse(value)->bits()), true;
  if (const auto f = kIpv4.find(name); f != kIpv4.end())
    return key.Set(f->second, Ipv4Address::Parse(value)->bits()), true;
  if (const auto f = kIpv6.find(name); f != kIpv6.end())
    return key.Set(f->second, Ipv6Address::Parse(value)->bits()), true;
  if (name == "dl_vlan" && is_number) return key.SetMasked(field::kVlanTci, 0x1000 | number, 0x1fff), true;
  if (name == "dl_vlan_pcp" && is_number) return key.SetMasked(field::kVlanTci, number << 13, 0xe000), true;
  if (name == "nw_tos" && is_number) return key.Set(field::kIpDscp, number >> 2), true;
  if (name == "tcp_flags") return key.Set(field::kTcpFlags, TcpFlags(value)), true;
  if (name == "nw_frag") {
    key.Set(field::kIpFrag, value == "no" ? 0 : value == "first" ? kFragAny : kFragAny | kFragLater);
    return value == "no" || value == "first" || value == "later";
  }
  // Fields that a FlowKey does not have.
  return name == "in_port" || name == "vlan_tci1" || name == "nd_reserved" || name == "nd_options_type" ||
         absl::StartsWith(name, "mpls_") || absl::StartsWith(name, "nsh_");
}

FlowKey ParseFlow(const std::string& flow) {
  FlowKey key;
  for (const std::string& part : std::vector<std::string>(absl::StrSplit(flow, ','))) {
    const std::vector<std::string> pair = absl::StrSplit(part, absl::MaxSplits('=', 1));
    if (pair.size() == 1) {
      const auto protocol = kProtocols.find(pair[0]);
      EXPECT_TRUE(protocol != kProtocols.end()) << part;
      if (protocol == kProtocols.end()) continue;
      key.Set(field::kEthType, protocol->second.eth_type);
      key.Set(field::kIpProto, protocol->second.ip_proto);
    } else {
      EXPECT_TRUE(SetField(pair[0], pair[1], key)) << part << " in " << flow;
    }
  }
  return key;
}

// -- Tests
// --------------------------------------------------------------------------------------------------------------

TEST(ExtractTest, ReadsFramesAsOpenVSwitchDoes) {
  std::ifstream file("lib/packet/testdata/ovs_flows.txt");
  ASSERT_TRUE(file.good());
  int frames = 0, wrong = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    const std::vector<std::string> parts = absl::StrSplit(line, absl::MaxSplits(' ', 1));
    const Bytes frame = FromHex(parts[0]);
    FlowKey got;
    ExtractFlowKey(frame, got);
    const FlowKey want = ParseFlow(parts[1]);
    if (got.Get64(field::kEthType) == kEthTypeIpv4 && got.Get64(field::kIpProto) == kIpProtoIcmpv6) {
      // ICMPv6 in IPv4: Open vSwitch reads its ND fields but does not print them.
      for (int i = kWordArpSha; i < kWordNdTarget + 2; ++i) got.words[i] = 0;
    }
    ++frames;
    if (got == want || ++wrong > 20) continue;
    ADD_FAILURE() << parts[0] << "\n" << parts[1] << "\n" << Difference(got, want);
  }
  EXPECT_GT(frames, 500);
  EXPECT_EQ(wrong, 0) << "of " << frames;
}

PacketLayout LayoutOf(absl::string_view hex) {
  FlowKey key;
  return ExtractFlowKey(FromHex(hex), key);
}

TEST(ExtractTest, SaysWhereTheHeadersAre) {
  const std::string macs = "00000000ff01 00000000000a ";
  const std::string udp = "4500 0020 0000 0000 4011 0000 0a00000a 0a000114 0001 0002 000c 0000 61626364";
  EXPECT_EQ(LayoutOf(macs + "0800" + udp), (PacketLayout{14, 34, 42, 46}));
  EXPECT_EQ(LayoutOf(macs + "0800" + udp + "0000000000"), (PacketLayout{14, 34, 42, 46}));  // Padding.
  EXPECT_EQ(LayoutOf(macs + "8100 0007 0800" + udp), (PacketLayout{18, 38, 46, 50}));
  EXPECT_EQ(LayoutOf(macs + "0028 aaaa030000000800" + udp), (PacketLayout{22, 42, 50, 54}));
  EXPECT_EQ(LayoutOf(macs + "0800 45"), (PacketLayout{14, 0, 0, 15}));
  EXPECT_EQ(LayoutOf(macs + "0806"), (PacketLayout{14, 0, 0, 14}));
  EXPECT_EQ(LayoutOf("00"), (PacketLayout{0, 0, 0, 1}));
  EXPECT_EQ(LayoutOf(""), PacketLayout{});
  // A later fragment: data, but no L4 header.
  EXPECT_EQ(LayoutOf(macs + "0800 4500 0018 0000 0001 4011 0000 0a00000a 0a000114 01020304"),
            (PacketLayout{14, 34, 0, 38}));
  // IPv6, hop-by-hop, destination options, TCP.
  EXPECT_EQ(LayoutOf(macs + "86dd 60000000 0024 00 40 fd000000000000000000000000000001 fd000000000000000000000000000002"
                            "3c00000000000000 0600000000000000 00010002 00000000 00000000 50020000 00000000"),
            (PacketLayout{14, 70, 90, 90}));
}

TEST(ExtractTest, LeavesTheOtherWordsAlone) {
  FlowKey key;
  key.words.fill(0xa5a5'a5a5'a5a5'a5a5);
  ExtractFlowKey(absl::Span<const uint8_t>(), key);
  for (int i = 0; i < kKeyWords; ++i) {
    const bool of_packet = i >= kWordEthDst && i <= kWordNdTarget + 1;
    EXPECT_EQ(key.words[i], of_packet ? 0 : 0xa5a5'a5a5'a5a5'a5a5) << i;
  }
}

// Offsets stay inside the frame and in order, whatever the bytes; AddressSanitizer watches the reads.
TEST(ExtractTest, IsTotal) {
  std::ifstream file("lib/packet/testdata/ovs_flows.txt");
  std::vector<Bytes> frames;
  for (std::string line; std::getline(file, line);) {
    if (line[0] != '#') frames.push_back(FromHex(line.substr(0, line.find(' '))));
  }
  ASSERT_FALSE(frames.empty());
  constexpr uint64_t kSeed = 4;
  Random random(kSeed);
  for (int i = 0; i < 50'000 && !HasFailure(); ++i) {
    const Bytes& base = frames[random.Below(frames.size())];
    Bytes frame = Prefix(base, random.OneIn(2) ? base.size() : random.Below(base.size() + 1));
    for (uint64_t k = random.Below(6); k > 0 && !frame.empty(); --k) {
      frame[random.Below(frame.size())] = static_cast<uint8_t>(random.Next());
    }
    FlowKey key;
    const PacketLayout at = ExtractFlowKey(frame, key);
    ASSERT_LE(at.end, frame.size()) << "seed " << kSeed << " round " << i << " " << ToHex(frame);
    ASSERT_TRUE(at.l3 <= at.end && at.l4 <= at.end && at.payload <= at.end && (at.l4 == 0 || at.l4 > at.l3) &&
                (at.payload == 0 || at.payload > at.l4))
        << "seed " << kSeed << " round " << i << " " << ToHex(frame);
  }
}

}  // namespace
}  // namespace ovnlite
