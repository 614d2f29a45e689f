// Expectations are what ovn-northd 23.03 made of such texts (lib/northd/testdata/odd_*).
#include "ovnlite/base/address_scan.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "ovnlite/base/random.h"

namespace ovnlite {
namespace {

// "ADDRESS|what is left", or "none".
template <typename T>
std::string Scanned(std::optional<T> (*scan)(absl::string_view&), absl::string_view text) {
  const std::optional<T> found = scan(text);
  return found.has_value() ? found->ToString() + "|" + std::string(text) : "none";
}
std::string Mac(absl::string_view text) { return Scanned(ScanMac, text); }
std::string Ip(absl::string_view text) { return Scanned(ScanIpPrefix, text); }

TEST(AddressScan, MacAddresses) {
  EXPECT_EQ(Mac("02:00:00:00:00:01"), "02:00:00:00:00:01|");
  EXPECT_EQ(Mac(" 2:0:0:0:0:AB 10.0.0.1"), "02:00:00:00:00:ab| 10.0.0.1");
  EXPECT_EQ(Mac("02: 00:00:00:00:01"), "02:00:00:00:00:01|");
  EXPECT_EQ(Mac("02:00:00:00:00:1234"), "02:00:00:00:00:34|");
  EXPECT_EQ(Mac("0x02:0X0:0:0:0:+1"), "02:00:00:00:00:01|");
  EXPECT_EQ(Mac("-2:00:00:00:00:01"), "fe:00:00:00:00:01|");
  EXPECT_EQ(Mac("02:00:00:00:00:0g"), "02:00:00:00:00:00|g");
  EXPECT_EQ(Mac("02:00:00:00:00: 10.0.0.1"), "02:00:00:00:00:10|.0.0.1");
  EXPECT_EQ(Mac("02:00:00:00:00:01:02"), "02:00:00:00:00:01|:02");
  for (const char* none : {"", "02:00:00:00:00", "02 :00:00:00:00:01", "0x:00:00:00:00:01", "02-00-00-00-00-01",
                           "020000000001", "x", "router", "- 2:0:0:0:0:1"}) {
    EXPECT_EQ(Mac(none), "none") << none;
  }
}

TEST(AddressScan, Ipv4Prefixes) {
  EXPECT_EQ(Ip("10.0.0.1"), "10.0.0.1/32|");
  EXPECT_EQ(Ip(" \t\n\v\f\r10.0.0.1/24 10.0.0.2"), "10.0.0.1/24| 10.0.0.2");
  EXPECT_EQ(Ip("10.0.0.1/24x"), "10.0.0.1/24|x");
  EXPECT_EQ(Ip("10.0.0.1/24/24"), "10.0.0.1/24|/24");
  EXPECT_EQ(Ip("10.0.0.1/ 24"), "10.0.0.1/24|");
  EXPECT_EQ(Ip("10.0.0.1/+8"), "10.0.0.1/8|");
  EXPECT_EQ(Ip("10.0.0.1/-0"), "10.0.0.1/0|");
  EXPECT_EQ(Ip("10.0.0.1/010"), "10.0.0.1/10|");
  EXPECT_EQ(Ip("10.0.0.1/0x18"), "10.0.0.1/0|x18");
  EXPECT_EQ(Ip("10.0.0.1/4294967320"), "10.0.0.1/24|");
  EXPECT_EQ(Ip("10.0.0.1/255.255.255.0"), "10.0.0.1/24|");
  EXPECT_EQ(Ip("10.0.0.1/ 0.0.0.0"), "10.0.0.1/0|");
  EXPECT_EQ(Ip("10.0.0.1/255.255.255.0.0"), "10.0.0.1/24|.0");
  EXPECT_EQ(Ip("10.0.0.1/"), "10.0.0.1/32|/");
  EXPECT_EQ(Ip("10.0.0.1/x"), "10.0.0.1/32|/x");
  EXPECT_EQ(Ip("10.0.0.1 /24"), "10.0.0.1/32| /24");
  EXPECT_EQ(Ip("10.0.0.1,10.0.0.2"), "10.0.0.1/32|,10.0.0.2");
  EXPECT_EQ(Ip("010.00. 0.+1"), "10.0.0.1/32|");
  EXPECT_EQ(Ip("10.0.0.256"), "10.0.0.0/32|");
  EXPECT_EQ(Ip("10.0.0.1000"), "10.0.0.232/32|");
  EXPECT_EQ(Ip("10.0.0.618446744073709551616"), "10.0.0.0/32|");
  EXPECT_EQ(Ip("10.0.0.1-10.0.0.5"), "10.0.0.1/32|-10.0.0.5");
  EXPECT_EQ(Ip("-10.0.0.5"), "246.0.0.5/32|");
  EXPECT_EQ(Ip("10.0.0.5fd00::1"), "10.0.0.5/32|fd00::1");
  for (const char* none : {"", " ", "10", "10.0.0", "10.0.0.", "10 .0.0.1", "0x0a.0.0.1", "x", "10.0.0.1/33",
                           "10.0.0.1/-1", "10.0.0.1/255.0.255.0", "10.0.0.1/0.0.0.255", "10.0.0.1/255.255.255",
                           "10.0.0.300/300", ".0.0.1", "- 10.0.0.1"}) {
    EXPECT_EQ(Ip(none), "none") << none;
  }
}

TEST(AddressScan, Ipv6Prefixes) {
  EXPECT_EQ(Ip("fd00::1"), "fd00::1/128|");
  EXPECT_EQ(Ip(" FD00:0:0::1/64 x"), "fd00::1/64| x");
  EXPECT_EQ(Ip("fd00::1/ 064"), "fd00::1/64|");
  EXPECT_EQ(Ip("fd00::1/64/64"), "fd00::1/64|/64");
  EXPECT_EQ(Ip("fd00::1/0x40"), "fd00::1/0|x40");
  EXPECT_EQ(Ip("fd00::1/ffff::"), "fd00::1/16|");
  EXPECT_EQ(Ip("fd00::1/::"), "fd00::1/0|");
  EXPECT_EQ(Ip("fd00::1/1::"), "fd00::1/1|::");
  EXPECT_EQ(Ip("fd00::1/ ffff::"), "fd00::1/128|/ ffff::");
  EXPECT_EQ(Ip("fd00::1/"), "fd00::1/128|/");
  EXPECT_EQ(Ip("fd00::1/g"), "fd00::1/128|/g");
  EXPECT_EQ(Ip("fd00::1/+:4"), "fd00::1/128|/+:4");
  EXPECT_EQ(Ip("fd00::1,fd00::2"), "fd00::1/128|,fd00::2");
  EXPECT_EQ(Ip("fd00::g"), "fd00::/128|g");
  EXPECT_EQ(Ip("fe80::1%eth0"), "fe80::1/128|%eth0");
  EXPECT_EQ(Ip("fd00::10.0.0.7"), "fd00::a00:7/128|");
  EXPECT_EQ(Ip("::1.2.3.4 5.6.7.8"), "::1.2.3.4/128| 5.6.7.8");
  for (const char* none :
       {"fd00", ":", "[fd00::1]", "fd00::1::1", "fd00:00001::1", "fd00:0:0:0:0:0:1", "fd00::1/129", "fd00::1/-1",
        "fd00::1/8000::", "fd00::1/ff00:ff::", "fd00::10.0.0.300", "fd00::1fd00::2",
        // What begins like a mask has to be one.
        "fd00::1/:4", "fd00::1/f", "fd00::1/ffff", "fd00::1/ffff::1::2", "fd00::1/.", "fd00::1/ffff:-"}) {
    EXPECT_EQ(Ip(none), "none") << none;
  }
}

// As in a real ovn-northd: the IPv4 address is lost, and one of IPv6 right behind it is not.
TEST(AddressScan, BehindAnIpv4AddressOfNoGoodLength) {
  for (const char* length : {"/33", "/129", "/-1", "/255.0.255.0"}) {
    const std::string text = absl::StrCat("10.0.0.1", length, "\tfd00::1/64 x");
    absl::string_view rest = text;
    const std::optional<IpPrefix> read = ScanIpPrefix(rest);
    ASSERT_TRUE(read.has_value()) << text;
    EXPECT_EQ(read->ToString(), "fd00::1/64");
    EXPECT_EQ(rest, " x");
  }
  absl::string_view none = "10.0.0.1/33 10.0.0.2";
  EXPECT_FALSE(ScanIpPrefix(none).has_value());
  EXPECT_EQ(none, "10.0.0.1/33 10.0.0.2");
}

TEST(AddressScan, ReadingWantsTheWholeText) {
  EXPECT_EQ(ReadMac("02:0:0:0:0:1")->ToString(), "02:00:00:00:00:01");
  EXPECT_FALSE(ReadMac("02:00:00:00:00:01 ").has_value());
  EXPECT_FALSE(ReadMac("02:00:00:00:00:0g").has_value());
  EXPECT_EQ(ReadIpPrefix(" 10.0.0.1/24")->ToString(), "10.0.0.1/24");
  EXPECT_EQ(ReadIpPrefix("fd00::1/64")->ToString(), "fd00::1/64");
  // It begins like an IPv4 address.
  EXPECT_EQ(ReadIpPrefix("1.2.3.4"), IpPrefix(Ipv4Address(0x01020304), 32));
  for (const char* none : {"10.0.0.1/24 ", "10.0.0.1,", "10.0.0.1/24/24", "fd00::1/1::", "fd00::1 /64", "", "x"}) {
    EXPECT_FALSE(ReadIpPrefix(none).has_value()) << none;
  }
}

// Whatever inet_pton(3) takes reads as the same address; what is scanned is never longer than the text.
TEST(AddressScan, AgreesWithTheStrictForms) {
  Random random(7);
  for (int i = 0; i < 2000; ++i) {
    const IpPrefix v4(Ipv4Address(static_cast<uint32_t>(random.Next())), static_cast<int>(random.Below(33)));
    const IpPrefix v6(Ipv6Address(random.Next(), random.Next()), static_cast<int>(random.Below(129)));
    const MacAddress mac(random.Next());
    EXPECT_EQ(ReadIpPrefix(v4.ToString()), v4);
    EXPECT_EQ(ReadIpPrefix(v6.ToString()), v6);
    EXPECT_EQ(ReadIpPrefix(v6.address().ToString()), IpPrefix(v6.address(), 128));
    EXPECT_EQ(ReadMac(mac.ToString()), mac);
  }
}

TEST(AddressScan, AnyBytesAreReadOrNot) {
  constexpr absl::string_view kAlphabet = "0123456789abcdefxX:./+- \t,g";
  Random random(8);
  for (int i = 0; i < 20000; ++i) {
    std::string text;
    for (uint64_t n = random.Below(24); n > 0; --n) text += kAlphabet[random.Below(kAlphabet.size())];
    absl::string_view rest = text;
    for (size_t left = rest.size() + 1; ScanIpPrefix(rest).has_value() || ScanMac(rest).has_value();) {
      ASSERT_LT(rest.size(), left) << text;
      left = rest.size();
    }
    EXPECT_TRUE(absl::string_view(text).substr(text.size() - rest.size()) == rest);
  }
}

}  // namespace
}  // namespace ovnlite
