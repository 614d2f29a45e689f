#include "lib/trace/answer.h"

#include <gtest/gtest.h>

#include "ovnlite/base/ip.h"
#include "ovnlite/base/mac.h"
#include "ovnlite/packet/field.h"

namespace ovnlite {
namespace {

constexpr uint64_t kIpv4 = 0x0800, kArp = 0x0806, kIpv6 = 0x86dd;
constexpr uint64_t kIcmp = 1, kTcp = 6, kUdp = 17, kIcmpv6 = 58, kSctp = 132;
constexpr uint64_t kFin = 0x01, kSyn = 0x02, kRst = 0x04, kPsh = 0x08, kAck = 0x10;
constexpr uint64_t kAda = 0x0200'0000'000a, kBob = 0x0200'0000'000b;

const std::vector<std::string> kAddresses = {"unknown", "02:00:00:00:00:0b 10.0.0.11/24 fd00::b", "dynamic"};

u128 Bits(absl::string_view ip) { return IpAddress::Parse(ip)->bits(); }

// From Ada (10.0.0.10, fd00::a) to Bob.
FlowKey Packet(uint64_t eth_type, uint64_t proto, uint64_t src = 0, uint64_t dst = 0) {
  FlowKey key;
  key.Set(field::kEthSrc, kAda);
  key.Set(field::kEthDst, kBob);
  key.Set(field::kEthType, eth_type);
  if (eth_type == kIpv6) {
    key.Set(field::kIp6Src, Bits("fd00::a"));
    key.Set(field::kIp6Dst, Bits("fd00::b"));
  } else {
    key.Set(field::kIp4Src, Bits("10.0.0.10"));
    key.Set(field::kIp4Dst, Bits("10.0.0.11"));
  }
  key.Set(field::kIpProto, proto);
  key.Set(field::kIpTtl, 3);
  key.Set(field::kL4Src, src);
  key.Set(field::kL4Dst, dst);
  return key;
}
FlowKey Tcp(uint64_t flags, uint64_t eth_type = kIpv4) {
  FlowKey key = Packet(eth_type, kTcp, 40000, 80);
  key.Set(field::kTcpFlags, flags);
  return key;
}
FlowKey Arp(uint64_t op, const char* asked) {
  FlowKey key;
  key.Set(field::kEthSrc, kAda);
  key.Set(field::kEthDst, 0xffff'ffff'ffff);
  key.Set(field::kEthType, kArp);
  key.Set(field::kArpOp, op);
  key.Set(field::kArpSpa, Bits("10.0.0.10"));
  key.Set(field::kArpTpa, Bits(asked));
  key.Set(field::kArpSha, kAda);
  return key;
}
FlowKey Solicitation(const char* source, const char* target) {
  FlowKey key = Packet(kIpv6, kIcmpv6, 135);
  key.Set(field::kEthDst, 0x3333'ff00'000b);
  key.Set(field::kIp6Src, Bits(source));
  key.Set(field::kIp6Dst, Bits("ff02::1:ff00:b"));
  key.Set(field::kNdTarget, Bits(target));
  key.Set(field::kNdSll, kAda);
  return key;
}

bool Answered(const FlowKey& key) { return AnswerTo(key, kAddresses).has_value(); }

TEST(Answer, ArpForAnAddressOfThePort) {
  const std::optional<FlowKey> answer = AnswerTo(Arp(1, "10.0.0.11"), kAddresses);
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->Get64(field::kArpOp), 2u);
  EXPECT_EQ(answer->Get64(field::kEthSrc), kBob);
  EXPECT_EQ(answer->Get64(field::kEthDst), kAda);
  EXPECT_EQ(answer->Get64(field::kArpSha), kBob);
  EXPECT_EQ(answer->Get64(field::kArpTha), kAda);
  EXPECT_EQ(answer->Get(field::kArpSpa), Bits("10.0.0.11"));
  EXPECT_EQ(answer->Get(field::kArpTpa), Bits("10.0.0.10"));
  EXPECT_FALSE(Answered(Arp(1, "10.0.0.12")));
  EXPECT_FALSE(Answered(Arp(2, "10.0.0.11"))) << "an answer already";
}

TEST(Answer, SolicitationForAnAddressOfThePort) {
  const std::optional<FlowKey> answer = AnswerTo(Solicitation("fd00::a", "fd00::b"), kAddresses);
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->Get64(field::kL4Src), 136u);
  EXPECT_EQ(answer->Get64(field::kEthDst), kAda);
  EXPECT_EQ(answer->Get64(field::kEthSrc), kBob);
  EXPECT_EQ(answer->Get(field::kIp6Dst), Bits("fd00::a"));
  EXPECT_EQ(answer->Get(field::kIp6Src), Bits("fd00::b"));
  EXPECT_EQ(answer->Get64(field::kNdTll), kBob);
  EXPECT_EQ(answer->Get64(field::kNdSll), 0u);
  EXPECT_EQ(answer->Get64(field::kIpTtl), 255u);
  EXPECT_FALSE(Answered(Solicitation("fd00::a", "fd00::c")));
}

// Whether somebody has it already (RFC 4862): the answer would go to everybody.
TEST(Answer, NobodyAnswersAProbeForDuplicates) { EXPECT_FALSE(Answered(Solicitation("::", "fd00::b"))); }

TEST(Answer, Echo) {
  const std::optional<FlowKey> v4 = AnswerTo(Packet(kIpv4, kIcmp, 8), kAddresses);
  ASSERT_TRUE(v4.has_value());
  EXPECT_EQ(v4->Get64(field::kL4Src), 0u);
  EXPECT_EQ(v4->Get64(field::kEthSrc), kBob);
  EXPECT_EQ(v4->Get(field::kIp4Src), Bits("10.0.0.11"));
  EXPECT_EQ(v4->Get(field::kIp4Dst), Bits("10.0.0.10"));
  EXPECT_EQ(v4->Get64(field::kIpTtl), 64u);
  const std::optional<FlowKey> v6 = AnswerTo(Packet(kIpv6, kIcmpv6, 128), kAddresses);
  ASSERT_TRUE(v6.has_value());
  EXPECT_EQ(v6->Get64(field::kL4Src), 129u);
}

TEST(Answer, NobodyAnswersOtherIcmp) {
  for (uint64_t type : {0, 3, 5, 11, 13}) EXPECT_FALSE(Answered(Packet(kIpv4, kIcmp, type))) << type;
  for (uint64_t type : {1, 2, 3, 129, 133, 134, 136}) EXPECT_FALSE(Answered(Packet(kIpv6, kIcmpv6, type))) << type;
}

TEST(Answer, TcpIsAcknowledged) {
  const auto flags = [](uint64_t sent) { return AnswerTo(Tcp(sent), kAddresses)->Get64(field::kTcpFlags); };
  EXPECT_EQ(flags(kSyn), kSyn | kAck);
  EXPECT_EQ(flags(kSyn | kAck), kAck);
  EXPECT_EQ(flags(kAck | kPsh), kAck);
  EXPECT_EQ(flags(kFin | kAck), kAck);
  const std::optional<FlowKey> answer = AnswerTo(Tcp(kSyn, kIpv6), kAddresses);
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->Get64(field::kL4Src), 80u);
  EXPECT_EQ(answer->Get64(field::kL4Dst), 40000u);
  EXPECT_EQ(answer->Get(field::kIp6Src), Bits("fd00::b"));
}

TEST(Answer, NobodyAnswersAReset) {
  EXPECT_FALSE(Answered(Tcp(kRst)));
  EXPECT_FALSE(Answered(Tcp(kRst | kAck)));
  EXPECT_FALSE(Answered(Tcp(kRst, kIpv6)));
}

TEST(Answer, OthersComeBack) {
  for (uint64_t proto : {kUdp, kSctp}) {
    const std::optional<FlowKey> answer = AnswerTo(Packet(kIpv4, proto, 1000, 53), kAddresses);
    ASSERT_TRUE(answer.has_value()) << proto;
    EXPECT_EQ(answer->Get64(field::kL4Src), 53u);
    EXPECT_EQ(answer->Get64(field::kL4Dst), 1000u);
  }
}

TEST(Answer, NobodyAnswersWhatIsForMany) {
  FlowKey frame = Packet(kIpv4, kUdp, 1000, 53);
  frame.Set(field::kEthDst, 0x0100'5e00'0001);
  EXPECT_FALSE(Answered(frame));
  FlowKey group = Packet(kIpv4, kUdp, 1000, 53);
  group.Set(field::kIp4Dst, Bits("224.0.0.1"));
  EXPECT_FALSE(Answered(group));
  FlowKey all = Packet(kIpv4, kUdp, 1000, 53);
  all.Set(field::kIp4Dst, Bits("255.255.255.255"));
  EXPECT_FALSE(Answered(all));
  FlowKey group6 = Packet(kIpv6, kUdp, 1000, 53);
  group6.Set(field::kIp6Dst, Bits("ff02::1"));
  EXPECT_FALSE(Answered(group6));
}

TEST(Answer, NobodyAnswersWhatIsNotIp) { EXPECT_FALSE(Answered(Packet(0x88cc, 0))); }

}  // namespace
}  // namespace ovnlite
