// What holds for every view: the quick check and the one with a reason agree, on any bytes.

#include "ovnlite/wire/view.h"

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "lib/wire/wire_testutil.h"
#include "ovnlite/wire/arp.h"
#include "ovnlite/wire/ethernet.h"
#include "ovnlite/wire/geneve.h"
#include "ovnlite/wire/icmp.h"
#include "ovnlite/wire/icmpv6.h"
#include "ovnlite/wire/igmp.h"
#include "ovnlite/wire/ipv4.h"
#include "ovnlite/wire/ipv6.h"
#include "ovnlite/wire/mld.h"
#include "ovnlite/wire/nd.h"
#include "ovnlite/wire/sctp.h"
#include "ovnlite/wire/tcp.h"
#include "ovnlite/wire/udp.h"
#include "ovnlite/wire/vlan.h"

namespace ovnlite {
namespace {

template <typename V>
class ViewTest : public testing::Test {};
using Views = testing::Types<EthernetView, VlanView, ArpView, Ipv4View, Ipv6View, UdpView, TcpView, SctpView, IcmpView,
                             Icmpv6View, NdNeighborView, NdRouterAdvertView, IgmpView, MldView, GeneveView>;
TYPED_TEST_SUITE(ViewTest, Views);

TYPED_TEST(ViewTest, TheTwoChecksAgree) {
  constexpr uint64_t kSeed = 8;
  Random random(kSeed);
  int valid = 0;
  for (int i = 0; i < 20'000; ++i) {
    Bytes bytes(random.Below(80));
    for (uint8_t& b : bytes) b = static_cast<uint8_t>(random.OneIn(2) ? 0 : random.Next());
    // First bytes that some view asks for, so that all of them are accepted at times.
    constexpr uint8_t kFirst[] = {0x45, 0x46, 0x60, 0x81, 0x88, 0x02, 130, 131, 134, 135, 136};
    if (!bytes.empty() && random.OneIn(2)) bytes[0] = kFirst[random.Below(std::size(kFirst))];
    if (bytes.size() >= 2 && random.OneIn(3)) bytes[1] = random.OneIn(2) ? 0xa8 : 0;
    if (bytes.size() >= 6 && random.OneIn(3)) Store48(bytes.data(), ArpLayout::kEthernetIpv4);
    if (bytes.size() >= 16 && random.OneIn(3)) bytes[12] = 0x50, bytes[2] = 1;
    const absl::Status status = TypeParam::Check(bytes);
    ASSERT_EQ(TypeParam::IsValid(bytes), status.ok()) << "seed " << kSeed << " round " << i << " " << ToHex(bytes);
    ASSERT_EQ(TypeParam::Parse(absl::MakeConstSpan(bytes)).ok(), status.ok());
    ASSERT_EQ(status.message().empty(), status.ok());
    valid += status.ok();
  }
  EXPECT_GT(valid, 100);
  EXPECT_LT(valid, 19'900);
}

TYPED_TEST(ViewTest, NothingIsTooShortForAReason) {
  EXPECT_EQ(TypeParam::Check({}).code(), absl::StatusCode::kOutOfRange);
  EXPECT_TRUE(absl::StrContains(TypeParam::Check({}).message(), "has 0"));
}

}  // namespace
}  // namespace ovnlite
