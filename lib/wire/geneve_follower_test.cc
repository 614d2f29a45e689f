#include "ovnlite/wire/geneve_follower.h"

#include <gtest/gtest.h>

#include "lib/wire/wire_testutil.h"
#include "ovnlite/wire/checksum.h"
#include "ovnlite/wire/ecn.h"

namespace ovnlite {
namespace {

// A frame of a tunnel; what a train may have different in each packet is random.
Bytes Frame(Random& random, bool v6, uint32_t vni = 5, uint32_t option = 7) {
  GeneveTunnel tunnel;
  tunnel.source = v6 ? IpAddress(Ipv6Address(0xfd00ull << 48, 12)) : IpAddress(Ipv4Address(0xc0a8380c));
  tunnel.destination = v6 ? IpAddress(Ipv6Address(0xfd00ull << 48, 11)) : IpAddress(Ipv4Address(0xc0a8380b));
  tunnel.ttl = static_cast<uint8_t>(1 + random.Below(255));
  const GenevePath path(tunnel, vni, OvnGeneveOption{option});
  Bytes frame(path.size() + 14 + random.Below(200));
  for (uint8_t& b : frame) b = static_cast<uint8_t>(random.Next());
  path.Write(absl::MakeSpan(frame), static_cast<uint16_t>(random.Next()), kEcnNotCapable,
             static_cast<uint16_t>(random.Next()));
  return frame;
}

GeneveFollower After(const Bytes& frame) {
  GeneveArrival arrival;
  EXPECT_EQ(ReceiveGeneve(frame, GeneveEndpoint(), &arrival), GeneveVerdict::kDeliver);
  GeneveFollower follower;
  follower.Remember(frame, arrival);
  return follower;
}

TEST(GeneveFollowerTest, FollowsATrain) {
  Random random(1);
  for (const bool v6 : {false, true}) {
    const GeneveFollower follower = After(Frame(random, v6));
    for (int i = 0; i < 1'000; ++i) {
      Bytes next = Frame(random, v6);
      const size_t size = next.size(), outer = v6 ? 78 : 58;
      EXPECT_EQ(follower.Follow(next, true, std::nullopt).offset, outer);
      EXPECT_EQ(follower.Follow(next, true, ChecksumSum(next)).size, size - outer);
      // Padding belongs to nobody.
      next.resize(size + random.Below(20), 0x5a);
      EXPECT_EQ(follower.Follow(next, true, ChecksumSum(next)).size, size - outer);
    }
  }
}

// Its law: what follows would be delivered to the same place by the long way; damage, and another tunnel, never follow.
TEST(GeneveFollowerTest, WhatFollowsWouldBeDelivered) {
  Random random(2);
  int followed = 0;
  for (int i = 0; i < 20'000; ++i) {
    const bool v6 = random.OneIn(2);
    const GeneveFollower follower = After(Frame(random, v6));
    Bytes next = Frame(random, random.OneIn(20) ? !v6 : v6, random.OneIn(20) ? 6 : 5, random.OneIn(20) ? 8 : 7);
    for (int damage = static_cast<int>(random.Below(3)); damage > 0; --damage) {
      next[random.Below(random.OneIn(2) ? 80 : next.size()) % next.size()] ^=
          static_cast<uint8_t>(1u << random.Below(8));
    }
    if (random.OneIn(10)) next.resize(random.Below(next.size() + 1));
    const bool verify = !random.OneIn(4);
    std::optional<uint16_t> sum;
    if (random.OneIn(2)) sum = ChecksumSum(next);
    const GeneveFollower::Inner inner = follower.Follow(next, verify, sum);
    if (inner.offset == 0) continue;
    ++followed;
    GeneveArrival arrival;
    ASSERT_EQ(ReceiveGeneve(next, {.verify_checksum = verify}, &arrival), GeneveVerdict::kDeliver) << i;
    ASSERT_EQ(arrival.inner_offset, inner.offset);
    ASSERT_EQ(arrival.inner_size, inner.size);
    ASSERT_EQ(arrival.vni, 5u);
    ASSERT_EQ(arrival.option, OvnGeneveOption{7});
    ASSERT_EQ(arrival.tos & 3, kEcnNotCapable);
    ASSERT_EQ(arrival.source.is_v6(), v6);
  }
  EXPECT_GT(followed, 4'000);
}

TEST(GeneveFollowerTest, OnlyWhatOvnSendsIsFollowed) {
  Random random(3);
  const Bytes frame = Frame(random, false);
  GeneveFollower follower;
  EXPECT_EQ(follower.Follow(frame, true, std::nullopt).offset, 0u) << "nothing came before";
  GeneveTunnel tunnel;
  tunnel.source = Ipv4Address(1);
  tunnel.destination = Ipv4Address(2);
  const GenevePath path(tunnel, 5, std::nullopt);
  Bytes bare(path.size() + 20);
  path.Write(absl::MakeSpan(bare), 1);
  EXPECT_EQ(After(bare).Follow(bare, true, std::nullopt).offset, 0u);
  follower = After(frame);
  Bytes no_checksum = frame;
  Store16(&no_checksum[40], 0);
  EXPECT_EQ(follower.Follow(no_checksum, true, std::nullopt).offset, 0u);
  EXPECT_NE(follower.Follow(frame, true, std::nullopt).offset, 0u);
  follower.Forget();
  EXPECT_EQ(follower.Follow(frame, true, std::nullopt).offset, 0u);
}

}  // namespace
}  // namespace ovnlite
