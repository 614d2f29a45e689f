#include "lib/lab/lab_passage.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "ovnlite/base/random.h"
#include "ovnlite/lab/lab.h"
#include "ovnlite/packet/compose.h"
#include "ovnlite/packet/describe.h"
#include "ovnlite/wire/ip_proto.h"

namespace ovnlite {
namespace {

constexpr int kHosts = 8;

// Four switches, two routers on shared ground, eight hosts on three hypervisors.
void Build(Lab& lab, Random& random) {
  for (int i = 1; i <= 3; ++i) lab.AddChassis(absl::StrCat("hv", i), absl::StrCat("192.0.2.", i));
  for (int s = 0; s < 4; ++s) lab.AddSwitch(absl::StrCat("s", s));
  lab.AddRouter("r0");
  lab.AddRouter("r1");
  for (int s = 0; s < 4; ++s) {
    lab.Connect(s < 3 ? "r0" : "r1", absl::StrCat("s", s), absl::StrCat("02:00:00:00:01:0", s),
                absl::StrCat("10.0.", s, ".1/24 fd00:", s, "::1/64"));
  }
  lab.Connect("r1", "s0", "02:00:00:00:01:09", "10.0.0.2/24 fd00:0::2/64");
  for (int h = 0; h < kHosts; ++h) {
    const int s = h % 4;
    const std::string name = absl::StrCat("h", h);
    lab.AddHost(name, absl::StrCat("s", s), name, absl::StrCat("hv", 1 + random.Below(3)),
                absl::StrCat("02:00:00:00:00:0", h), absl::StrCat("10.0.", s, ".1", h, "/24 fd00:", s, "::1", h, "/64"),
                absl::StrCat("10.0.", s, ".1 fd00:", s, "::1"));
  }
  ASSERT_TRUE(lab.status().ok()) << lab.status();
  ASSERT_TRUE(lab.Sync().ok());
}

// A frame that host `h` might send: mostly in order, to somewhere that mostly exists.
Packet RandomFrame(Random& random, int h) {
  const int s = h % 4, to = static_cast<int>(random.Below(kHosts));
  FlowKey key;
  key.Set(field::kEthSrc, 0x0200'0000'0000 + static_cast<uint64_t>(random.OneIn(10) ? to : h));
  const uint64_t gateway = 0x0200'0000'0100 + static_cast<uint64_t>(s),
                 other = 0x0200'0000'0000 + static_cast<uint64_t>(to);
  key.Set(field::kEthDst, random.OneIn(8) ? 0xffff'ffff'ffff : random.OneIn(3) ? other : gateway);
  const auto ip4 = [&](int host) {
    return 0x0a00'0000u + static_cast<uint32_t>((host % 4) << 8) +
           (random.OneIn(10) ? 1u : static_cast<uint32_t>(10 + host));
  };
  const auto ip6 = [](int host) {
    return MakeU128(0xfd00'0000'0000'0000 + (static_cast<uint64_t>(host % 4) << 32),
                    0x10 + static_cast<uint64_t>(host));
  };
  switch (random.Below(4)) {
    case 0:
      key.Set(field::kEthType, 0x0806);
      key.Set(field::kArpOp, 1 + random.Below(2));
      key.Set(field::kArpSpa, ip4(h));
      key.Set(field::kArpTpa, ip4(to));
      key.Set(field::kArpSha, key.Get64(field::kEthSrc));
      break;
    case 1:
      key.Set(field::kEthType, 0x86dd);
      key.Set(field::kIp6Src, ip6(h));
      key.Set(field::kIp6Dst, ip6(to));
      break;
    default:
      key.Set(field::kEthType, 0x0800);
      key.Set(field::kIp4Src, ip4(h));
      key.Set(field::kIp4Dst, ip4(to));
  }
  if (key.Get64(field::kEthType) != 0x0806) {
    key.Set(field::kIpTtl, random.OneIn(6) ? 1 : 64);
    const bool v6 = key.Get64(field::kEthType) == 0x86dd;
    key.Set(field::kIpProto, random.OneIn(2) ? kIpProtoUdp : v6 ? kIpProtoIcmpv6 : kIpProtoIcmp);
    key.Set(field::kL4Src, key.Get64(field::kIpProto) == kIpProtoUdp ? 1000 : v6 ? 128 : 8);
    key.Set(field::kL4Dst, key.Get64(field::kIpProto) == kIpProtoUdp ? random.Below(3) : 0);
  }
  return ComposePacket(key);
}

// What is told of a packet is what becomes of it: same ports, same tunnels, same metadata, in the same order.
TEST(LabPassageTest, FollowedAsForwarded) {
  size_t delivered = 0, tunnelled = 0, nowhere = 0, several = 0;
  for (uint64_t seed = 1; seed <= 12; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    Random random(seed);
    Lab lab;
    Build(lab, random);
    std::vector<std::string> seen;
    lab.fabric().set_tap([&seen](const Sighting& s) {
      seen.push_back(absl::StrCat(s.outlet == Outlet::kTunnel ? "tunnel " : "port ", s.name));
    });
    PassageFollower follower(lab.fabric(), lab.sb(), lab.nb());
    for (int i = 0; i < 150; ++i) {
      const int h = static_cast<int>(random.Below(kHosts));
      const std::string port = absl::StrCat("h", h);
      const Packet frame = RandomFrame(random, h);
      lab.fabric().Settle();
      std::string chassis;
      for (const std::string& name : lab.fabric().chassis()) {
        if (lab.fabric().controller(name)->ports().contains(port)) chassis = name;
      }
      const Passage passage = follower.Follow({chassis, port, "", 0}, frame.bytes());
      std::vector<std::string> told;
      for (const PassageEnd& end : passage.ends) {
        if (end.kind == PassageEnd::Kind::kPort) told.push_back(absl::StrCat("port ", end.name));
        if (end.kind == PassageEnd::Kind::kTunnel) told.push_back(absl::StrCat("tunnel ", end.name));
      }
      seen.clear();
      ASSERT_TRUE(lab.fabric().Inject(port, frame.bytes()).ok());
      std::sort(seen.begin(), seen.end());
      std::sort(told.begin(), told.end());
      ASSERT_EQ(seen, told) << Describe(frame.bytes()) << "\nfrom " << port << " on " << chassis << "\n"
                            << passage.ToString();
      for (const std::string& s : seen) (s[0] == 'p' ? delivered : tunnelled) += 1;
      nowhere += seen.empty();
      several += seen.size() > 1;
    }
  }
  EXPECT_GT(delivered, 100u);
  EXPECT_GT(tunnelled, 100u);
  EXPECT_GT(nowhere, 100u);
  EXPECT_GT(several, 0u);
}

TEST(LabPassageTest, WhereThereIsNothingToFollow) {
  Random random(1);
  Lab lab;
  Build(lab, random);
  const Packet frame = RandomFrame(random, 0);
  PassageFollower follower(lab.fabric(), lab.sb(), lab.nb());
  EXPECT_EQ(follower.Follow({"hv9", "h0", "", 0}, frame.bytes()).ToString(), "dropped: there is no chassis hv9");
  EXPECT_EQ(follower.Follow({"hv1", "h9", "", 0}, frame.bytes()).ToString(), "dropped: h9 is not on chassis hv1");
  for (size_t size = 0; size < 60; ++size) {
    follower.Follow({"hv1", "", "hv2", ~uint64_t{0}}, frame.bytes().subspan(0, std::min(size, frame.size())));
  }
}

}  // namespace
}  // namespace ovnlite
