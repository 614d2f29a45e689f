#include "lib/node/waiting_room.h"

#include <gtest/gtest.h>

namespace ovnlite {
namespace {

WaitingPacket Numbered(uint8_t n) {
  const uint8_t bytes[] = {n};
  return {Packet(bytes), FlowKey()};
}
IpAddress Ip(uint32_t n) { return Ipv4Address(n); }

std::vector<int> NumbersOf(const std::deque<WaitingPacket>& packets) {
  std::vector<int> numbers;
  for (const WaitingPacket& waiting : packets) numbers.push_back(waiting.packet.bytes()[0]);
  return numbers;
}

TEST(WaitingRoomTest, KeepsAFewPerNeighbor) {
  WaitingRoom room(2, 10, 5 * kSecond);
  EXPECT_EQ(room.Add(1, 1, Ip(1), Numbered(1), 0), 0u);
  EXPECT_EQ(room.Add(1, 1, Ip(1), Numbered(2), 0), 0u);
  EXPECT_EQ(room.Add(1, 1, Ip(1), Numbered(3), 0), 1u) << "the oldest goes";
  EXPECT_EQ(room.Add(1, 2, Ip(1), Numbered(4), 0), 0u) << "behind another port";
  EXPECT_EQ(room.Add(2, 1, Ip(1), Numbered(5), 0), 0u) << "in another network";
  EXPECT_EQ(NumbersOf(room.Take(1, 1, Ip(1))), (std::vector<int>{2, 3}));
  EXPECT_EQ(NumbersOf(room.Take(1, 1, Ip(1))), std::vector<int>{});
  EXPECT_EQ(NumbersOf(room.Take(1, 2, Ip(1))), std::vector<int>{4});
  EXPECT_EQ(NumbersOf(room.Take(2, 1, Ip(1))), std::vector<int>{5});
}

TEST(WaitingRoomTest, KeepsSoManyNeighborsAndNoMore) {
  constexpr uint32_t kNeighbors = 3;
  WaitingRoom room(2, kNeighbors, 5 * kSecond);
  size_t dropped = 0;
  for (uint32_t n = 0; n < kNeighbors + 1; ++n) dropped += room.Add(1, 1, Ip(n), Numbered(static_cast<uint8_t>(n)), 0);
  EXPECT_EQ(dropped, 1u);
  EXPECT_EQ(NumbersOf(room.Take(1, 1, Ip(kNeighbors))), std::vector<int>{});
  EXPECT_EQ(room.Add(1, 1, Ip(0), Numbered(9), 0), 0u) << "those that are waited for have room";
  EXPECT_EQ(NumbersOf(room.Take(1, 1, Ip(0))), (std::vector<int>{0, 9}));
  EXPECT_EQ(room.Add(1, 1, Ip(kNeighbors), Numbered(7), 0), 0u) << "a place is free again";
}

TEST(WaitingRoomTest, AnotherPacketProlongsTheWait) {
  WaitingRoom room(4, 10, 5 * kSecond);
  EXPECT_EQ(room.next_deadline(), kNever);
  room.Add(1, 1, Ip(1), Numbered(1), 0);
  room.Add(1, 1, Ip(2), Numbered(2), 1 * kSecond);
  EXPECT_EQ(room.next_deadline(), 5 * kSecond);
  room.Add(1, 1, Ip(1), Numbered(3), 2 * kSecond);
  EXPECT_EQ(room.next_deadline(), 6 * kSecond);
  EXPECT_EQ(room.Expire(6 * kSecond - 1), 0u);
  EXPECT_EQ(room.Expire(6 * kSecond), 1u);
  EXPECT_EQ(room.next_deadline(), 7 * kSecond);
  EXPECT_EQ(room.Expire(7 * kSecond), 2u) << "both of the first";
  EXPECT_EQ(room.next_deadline(), kNever);
  EXPECT_EQ(NumbersOf(room.Take(1, 1, Ip(1))), std::vector<int>{});
}

TEST(WaitingRoomTest, MayBeShut) {
  WaitingRoom room(0, 10, kSecond);
  EXPECT_EQ(room.Add(1, 1, Ip(1), Numbered(1), 0), 1u);
  EXPECT_EQ(room.next_deadline(), kNever);
}

}  // namespace
}  // namespace ovnlite
