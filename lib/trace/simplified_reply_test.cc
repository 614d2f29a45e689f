#include "lib/trace/simplified_reply.h"

#include <gtest/gtest.h>

#include "ovnlite/base/ip.h"
#include "ovnlite/packet/field.h"

namespace ovnlite {
namespace {

constexpr uint64_t kIpv4 = 0x0800, kArp = 0x0806, kIpv6 = 0x86dd, kRst = 4;
constexpr uint64_t kIcmp = 1, kTcp = 6, kUdp = 17, kIcmpv6 = 58, kSctp = 132;

FlowKey Packet(uint64_t eth_type, uint64_t proto) {
  FlowKey key;
  key.Set(field::kEthSrc, 1);
  key.Set(field::kEthDst, 2);
  key.Set(field::kEthType, eth_type);
  key.Set(field::kIpProto, proto);
  key.Set(field::kIpTtl, 7);
  key.Set(field::kL4Src, 1000);
  key.Set(field::kL4Dst, 80);
  if (eth_type == kIpv6) {
    key.Set(field::kIp6Src, Ipv6Address(1, 2).bits());
    key.Set(field::kIp6Dst, Ipv6Address(3, 0x123456).bits());
  } else {
    key.Set(field::kIp4Src, 10);
    key.Set(field::kIp4Dst, 20);
  }
  return key;
}

TEST(SimplifiedReply, RejectIsOneOfFour) {
  const auto title = [](uint64_t type, uint64_t proto) {
    return SimplifiedTitle(ActionKind::kReject, Packet(type, proto));
  };
  EXPECT_EQ(title(kIpv4, kTcp), "tcp_reset");
  EXPECT_EQ(title(kIpv6, kTcp), "tcp_reset");
  EXPECT_EQ(title(kIpv4, kSctp), "sctp_abort");
  EXPECT_EQ(title(kIpv4, kUdp), "icmp4");
  EXPECT_EQ(title(kIpv6, kUdp), "icmp6");
  EXPECT_EQ(title(kArp, 1), "icmp6");
  EXPECT_EQ(SimplifiedTitle(ActionKind::kIcmp4Error, Packet(kIpv4, kUdp)), "icmp4");
  EXPECT_EQ(SimplifiedTitle(ActionKind::kIcmp6Error, Packet(kIpv6, kUdp)), "icmp6");
}

TEST(SimplifiedReply, RejectTurnsRound) {
  FlowKey key = Packet(kIpv4, kUdp);
  ASSERT_TRUE(SimplifyReply(ActionKind::kReject, key));
  EXPECT_EQ(key.Get64(field::kEthSrc), 2u);
  EXPECT_EQ(key.Get64(field::kEthDst), 1u);
  EXPECT_EQ(key.Get64(field::kIp4Src), 20u);
  EXPECT_EQ(key.Get64(field::kIp4Dst), 10u);
  EXPECT_EQ(key.Get64(field::kIpProto), kIcmp);
  EXPECT_EQ(key.Get64(field::kL4Src), 3u);
  EXPECT_EQ(key.Get64(field::kL4Dst), 1u);
  EXPECT_EQ(key.Get64(field::kIpTtl), 255u);
}

TEST(SimplifiedReply, IcmpDoesNotTurnRound) {
  FlowKey key = Packet(kIpv6, kUdp);
  ASSERT_TRUE(SimplifyReply(ActionKind::kIcmp6, key));
  EXPECT_EQ(key.Get64(field::kEthSrc), 1u);
  EXPECT_EQ(key.Get(field::kIp6Src), Ipv6Address(1, 2).bits());
  EXPECT_EQ(key.Get64(field::kIpProto), kIcmpv6);
  EXPECT_EQ(key.Get64(field::kL4Src), 1u);
}

TEST(SimplifiedReply, ResetsKeepTheirPorts) {
  FlowKey key = Packet(kIpv4, kTcp);
  ASSERT_TRUE(SimplifyReply(ActionKind::kTcpReset, key));
  EXPECT_EQ(key.Get64(field::kTcpFlags), kRst);
  EXPECT_EQ(key.Get64(field::kL4Src), 1000u);
  EXPECT_EQ(key.Get64(field::kL4Dst), 80u);
  FlowKey v4 = Packet(kIpv4, kSctp), v6 = Packet(kIpv6, kSctp);
  ASSERT_TRUE(SimplifyReply(ActionKind::kSctpAbort, v4));
  ASSERT_TRUE(SimplifyReply(ActionKind::kSctpAbort, v6));
  EXPECT_EQ(v4.Get64(field::kIpProto), kSctp);
  EXPECT_EQ(v6.Get64(field::kIpProto), kTcp);
}

TEST(SimplifiedReply, WhatLooksLikeARefusalIsNotRefused) {
  FlowKey reset = Packet(kIpv4, kTcp);
  reset.Set(field::kTcpFlags, kRst);
  EXPECT_FALSE(SimplifyReply(ActionKind::kReject, reset));
  FlowKey unreachable = Packet(kIpv4, kIcmp);
  unreachable.Set(field::kL4Src, 3);
  EXPECT_FALSE(SimplifyReply(ActionKind::kReject, unreachable));
  FlowKey unreachable6 = Packet(kIpv6, kIcmpv6);
  unreachable6.Set(field::kL4Src, 1);
  EXPECT_FALSE(SimplifyReply(ActionKind::kReject, unreachable6));
}

TEST(SimplifiedReply, SolicitationsGoToTheGroup) {
  FlowKey key = Packet(kIpv6, kUdp);
  ASSERT_TRUE(SimplifyReply(ActionKind::kNdNs, key));
  EXPECT_EQ(key.Get64(field::kEthDst), 0x3333'ff12'3456u);
  EXPECT_EQ(key.Get64(field::kL4Src), 135u);
  EXPECT_EQ(key.Get64(field::kIpTtl), 7u);
}

TEST(SimplifiedReply, OthersAreAsForwarded) {
  for (ActionKind kind : {ActionKind::kReject, ActionKind::kIcmp4, ActionKind::kIcmp6Error, ActionKind::kNdNs}) {
    EXPECT_TRUE(IsSimplified(kind));
  }
  for (ActionKind kind : {ActionKind::kArp, ActionKind::kNdNa, ActionKind::kOutput}) EXPECT_FALSE(IsSimplified(kind));
}

}  // namespace
}  // namespace ovnlite
