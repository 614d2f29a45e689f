#include "ovnlite/base/ip.h"

#include <gtest/gtest.h>

#include "ovnlite/base/random.h"

namespace ovnlite {
namespace {

TEST(Ipv4AddressTest, ParsesWhatInetPtonParses) {
  EXPECT_EQ(Ipv4Address::Parse("10.0.0.1")->bits(), 0x0a000001u);
  EXPECT_EQ(Ipv4Address::Parse("255.255.255.255")->ToString(), "255.255.255.255");
  for (const char* bad : {"", "10", "10.0.0", "10.0.0.256", "10.0.0.1 ", "010.0.0.1", "10.0.0.1.2", "a.b.c.d"}) {
    EXPECT_FALSE(Ipv4Address::Parse(bad).ok()) << bad;
  }
  EXPECT_FALSE(Ipv4Address::Parse(absl::string_view("1.2.3.4\0x", 9)).ok());
}

TEST(Ipv6AddressTest, TextIsCanonical) {
  EXPECT_EQ(Ipv6Address::Parse("2001:db8:85a3:0:0:8a2e:370:7334")->ToString(), "2001:db8:85a3::8a2e:370:7334");
  EXPECT_EQ(Ipv6Address().ToString(), "::");
  EXPECT_FALSE(Ipv6Address::Parse("::1%eth0").ok());
  EXPECT_FALSE(Ipv6Address::Parse("1:2:3").ok());
}

TEST(Ipv6AddressTest, DerivedAddresses) {
  const Ipv6Address lla = Ipv6Address::LinkLocalOf(*MacAddress::Parse("00:00:00:00:ff:01"));
  EXPECT_EQ(lla.ToString(), "fe80::200:ff:fe00:ff01");
  EXPECT_EQ(lla.SolicitedNode().ToString(), "ff02::1:ff00:ff01");
  EXPECT_EQ(lla.SolicitedNode().MulticastMac().ToString(), "33:33:ff:00:ff:01");
  EXPECT_TRUE(lla.IsLinkLocal());
  EXPECT_FALSE(lla.IsMulticast());
}

TEST(IpPrefixTest, InterfaceAddressesKeepTheirHostBits) {
  const IpPrefix p = *IpPrefix::Parse("10.0.0.1/24");
  EXPECT_EQ(p.ToString(), "10.0.0.1/24");
  EXPECT_EQ(p.network().ToString(), "10.0.0.0/24");
  EXPECT_EQ(p.last_address().ToString(), "10.0.0.255");
  EXPECT_TRUE(p.Contains(*Ipv4Address::Parse("10.0.0.200")));
  EXPECT_FALSE(p.Contains(*Ipv4Address::Parse("10.0.1.0")));
  EXPECT_FALSE(p.Contains(*Ipv6Address::Parse("::a00:1")));
  EXPECT_EQ(IpPrefix::Parse("10.0.0.0/255.255.255.0")->length(), 24);
  EXPECT_EQ(IpPrefix::Parse("fd00::1")->ToShortString(), "fd00::1");
  EXPECT_EQ(IpPrefix::Parse("0.0.0.0/0")->mask(), 0u);
}

TEST(IpPrefixTest, Rejects) {
  for (const char* bad : {"10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/255.0.255.0", "fd00::/129", "/24",
                          "10.0.0.0/24/24", "10.0.0.0/ffff::", "10.0.0.0/+8"}) {
    EXPECT_FALSE(IpPrefix::Parse(bad).ok()) << bad;
  }
}

TEST(IpPrefixTest, OverlapIsSymmetricAndMeansACommonAddress) {
  Random random(1);
  for (int i = 0; i < 10'000; ++i) {
    const IpPrefix a(Ipv4Address(static_cast<uint32_t>(random.Below(16))), 28 + static_cast<int>(random.Below(5)));
    const IpPrefix b(Ipv4Address(static_cast<uint32_t>(random.Below(16))), 28 + static_cast<int>(random.Below(5)));
    bool common = false;
    for (uint32_t x = 0; x < 16; ++x) common |= a.Contains(Ipv4Address(x)) && b.Contains(Ipv4Address(x));
    EXPECT_EQ(a.Overlaps(b), common);
    EXPECT_EQ(b.Overlaps(a), common);
  }
}

TEST(IpPropertyTest, TextRoundTrips) {
  Random random(2);
  for (int i = 0; i < 10'000; ++i) {
    const Ipv6Address v6(random.OneIn(2) ? 0 : random.Next(), random.OneIn(4) ? random.Below(1 << 20) : random.Next());
    EXPECT_EQ(*Ipv6Address::Parse(v6.ToString()), v6);
    const Ipv4Address v4(static_cast<uint32_t>(random.Next()));
    EXPECT_EQ(*Ipv4Address::Parse(v4.ToString()), v4);
    const IpPrefix p(v6, static_cast<int>(random.Below(129)));
    EXPECT_EQ(*IpPrefix::Parse(p.ToString()), p);
    const MacAddress mac(random.Next());
    EXPECT_EQ(*MacAddress::Parse(mac.ToString()), mac);
  }
}

TEST(MacAddressTest, Rejects) {
  for (const char* bad : {"", "00:00:00:00:00", "00:00:00:00:00:00:00", "00-00-00-00-00-00", "g0:00:00:00:00:00",
                          "00:00:00:00:00:000", "00:00:00:00:00:", ":00:00:00:00:00"}) {
    EXPECT_FALSE(MacAddress::Parse(bad).ok()) << bad;
  }
  EXPECT_EQ(MacAddress::Parse("FE:dc:ba:9:76:54")->ToString(), "fe:dc:ba:09:76:54");
  EXPECT_TRUE(MacAddress::Broadcast().IsMulticast());
}

}  // namespace
}  // namespace ovnlite
