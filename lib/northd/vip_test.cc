#include "lib/northd/vip.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "ovnlite/base/random.h"

namespace ovnlite {
namespace {

std::string Text(const Endpoint& endpoint) { return absl::StrCat(endpoint.ip.ToString(), " port ", endpoint.port); }

std::string Read(absl::string_view text) {
  const std::optional<Endpoint> endpoint = ReadEndpoint(text);
  return endpoint.has_value() ? Text(*endpoint) : "none";
}

TEST(VipTest, EndpointsWithAndWithoutPort) {
  EXPECT_EQ(Read("10.0.0.1"), "10.0.0.1 port 0");
  EXPECT_EQ(Read("10.0.0.1:80"), "10.0.0.1 port 80");
  EXPECT_EQ(Read("[10.0.0.1]:80"), "10.0.0.1 port 80");
  EXPECT_EQ(Read("fd00::1"), "fd00::1 port 0");
  EXPECT_EQ(Read("[fd00::1]"), "fd00::1 port 0");
  EXPECT_EQ(Read("[fd00::1]:65535"), "fd00::1 port 65535");
  EXPECT_EQ(Read("FD00:0::AB"), "fd00::ab port 0");
}

// The last group of an IPv6 address without brackets is no port.
TEST(VipTest, WithoutBracketsIpv6IsAllAddress) {
  EXPECT_EQ(Read("fd00::1:80"), "fd00::1:80 port 0");
  EXPECT_EQ(Read("::ffff:10.0.0.1"), "::ffff:10.0.0.1 port 0");
}

TEST(VipTest, PortsAsOvnReadsThem) {
  EXPECT_EQ(Read("10.0.0.1:+80"), "10.0.0.1 port 80");
  EXPECT_EQ(Read("10.0.0.1:0080"), "10.0.0.1 port 80");
  EXPECT_EQ(Read("10.0.0.1: \t+80"), "10.0.0.1 port 80");
  EXPECT_EQ(Read("10.0.0.1:-0"), "10.0.0.1 port 0");
  EXPECT_EQ(Read("10.0.0.1:"), "10.0.0.1 port 0");
  EXPECT_EQ(Read("[fd00::1]:"), "fd00::1 port 0");
  for (const char* text :
       {"10.0.0.1:-1", "10.0.0.1:65536", "10.0.0.1:4294967376", "10.0.0.1:99999999999999999999", "10.0.0.1:0x50",
        "10.0.0.1:80x", "10.0.0.1:80 ", "10.0.0.1:++80", "10.0.0.1:+ 80", "10.0.0.1: ", "10.0.0.1:+", "10.0.0.1:80/"}) {
    EXPECT_EQ(Read(text), "none") << text;
  }
}

TEST(VipTest, WhatIsNoEndpoint) {
  for (const char* text : {"",
                           ":80",
                           "[]",
                           "[]:80",
                           "[",
                           "]",
                           "1.2.3",
                           "010.0.0.1",
                           "10.0.0.256:80",
                           " 10.0.0.1",
                           "10.0.0.1 :80",
                           "10.0.0.1/24",
                           "10.0.0.1:80:90",
                           "[fd00::1]80",
                           "[fd00::1]x",
                           "[fd00::1]:80:90",
                           "[[fd00::1]]:80",
                           "fd00::1]",
                           "[ fd00::1]",
                           "1::2::3",
                           "fe80::1%eth0",
                           "vm1:80",
                           "^vip:80"}) {
    EXPECT_EQ(Read(text), "none") << text;
  }
}

TEST(VipTest, BracketMayStayOpen) {
  EXPECT_EQ(Read("[fd00::1"), "fd00::1 port 0");
  EXPECT_EQ(Read("[10.0.0.1"), "10.0.0.1 port 0");
  EXPECT_EQ(Read("[10.0.0.1:80"), "none");
}

std::string Read(absl::string_view address, absl::string_view backends) {
  const absl::StatusOr<Vip> vip = ReadVip(address, backends);
  if (!vip.ok()) return std::string(vip.status().message());
  return absl::StrJoin(vip->backends, ", ", [](std::string* out, const Endpoint& e) { *out += Text(e); });
}

TEST(VipTest, Backends) {
  EXPECT_EQ(Read("10.0.0.9:80", "10.0.0.1:8080,10.0.0.2:8080"), "10.0.0.1 port 8080, 10.0.0.2 port 8080");
  EXPECT_EQ(Read("10.0.0.9", "10.0.0.1,10.0.0.1"), "10.0.0.1 port 0, 10.0.0.1 port 0");
  EXPECT_EQ(Read("[fd00::9]:80", "[fd00::1]:80"), "fd00::1 port 80");
  EXPECT_EQ(Read("10.0.0.9:80", ""), "");
  EXPECT_EQ(Read("10.0.0.9:80", ",,10.0.0.1:80,"), "10.0.0.1 port 80");
  EXPECT_EQ(Read("10.0.0.9:0", "10.0.0.1"), "10.0.0.1 port 0");
}

TEST(VipTest, SaysWhatIsWrong) {
  EXPECT_EQ(Read("vm1", ""), "VIP \"vm1\" is no address, with or without a port");
  EXPECT_EQ(Read("10.0.0.9:80", "10.0.0.1:80, 10.0.0.2:80"),
            "backend \" 10.0.0.2:80\" is no address, with or without a port");
  EXPECT_EQ(Read("10.0.0.9", "10.0.0.1,fd00::1"), "backend \"fd00::1\" is of another family than its VIP");
  EXPECT_EQ(Read("10.0.0.9:80", "10.0.0.1"), "backend \"10.0.0.1\" has no port, as its VIP has");
  EXPECT_EQ(Read("10.0.0.9", "10.0.0.1:80"), "backend \"10.0.0.1:80\" has a port, but its VIP has none");
}

// Any bytes are an endpoint or none; one that is, is the same when written anew.
TEST(VipTest, AnyTextIsReadOrRefused) {
  Random random(1);
  constexpr absl::string_view kBytes("0123456789abcdf:.[],+- \t\0%^", 27);
  int read = 0;
  for (int i = 0; i < 200'000; ++i) {
    std::string text = random.OneIn(2) ? "10.0.0.1:80" : "[fd00::1]:80";
    for (uint64_t edits = random.Below(4); edits > 0; --edits) {
      const size_t at = random.Below(text.size() + 1);
      const char byte = kBytes[random.Below(kBytes.size())];
      if (random.OneIn(2) && at < text.size()) {
        text[at] = byte;
      } else {
        text.insert(at, 1, byte);
      }
    }
    const std::optional<Endpoint> endpoint = ReadEndpoint(text);
    (void)ReadVip(text, text);
    if (!endpoint.has_value()) continue;
    ++read;
    EXPECT_EQ(ReadEndpoint(absl::StrCat("[", endpoint->ip.ToString(), "]:", endpoint->port)), endpoint) << text;
  }
  EXPECT_GT(read, 1'000);
}

}  // namespace
}  // namespace ovnlite
