#include "ovnlite/logical/lport_addresses.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace ovnlite {
namespace {

// "MAC v4… v6…|rest", or "none".
std::string Read(absl::string_view text) {
  absl::string_view rest;
  const std::optional<LportAddresses> addresses = ReadLportAddresses(text, &rest);
  if (!addresses.has_value()) return "none";
  std::string out = addresses->mac.ToString();
  for (const IpPrefix& ip : addresses->v4) absl::StrAppend(&out, " ", ip.ToString());
  for (const IpPrefix& ip : addresses->v6) absl::StrAppend(&out, " ", ip.ToString());
  return absl::StrCat(out, "|", rest);
}

TEST(LportAddresses, MacAndAddressesOfBothFamilies) {
  EXPECT_EQ(Read("02:00:00:00:00:01"), "02:00:00:00:00:01|");
  EXPECT_EQ(Read("02:00:00:00:00:01 10.0.0.1"), "02:00:00:00:00:01 10.0.0.1/32|");
  EXPECT_EQ(Read("02:00:00:00:00:01 fd00::1 10.0.0.7/24 fd00::2/64 10.0.0.8"),
            "02:00:00:00:00:01 10.0.0.7/24 10.0.0.8/32 fd00::1/128 fd00::2/64|");
}

TEST(LportAddresses, EndAtTheFirstThingThatIsNoAddress) {
  EXPECT_EQ(Read("02:00:00:00:00:01 10.0.0.18,10.0.0.19"), "02:00:00:00:00:01 10.0.0.18/32|,10.0.0.19");
  EXPECT_EQ(Read("02:00:00:00:00:01,10.0.0.1"), "02:00:00:00:00:01|,10.0.0.1");
  EXPECT_EQ(Read("02:00:00:00:00:01 10.0.0.1 x 10.0.0.2"), "02:00:00:00:00:01 10.0.0.1/32| x 10.0.0.2");
  EXPECT_EQ(Read("02:00:00:00:00:01 10.0.0.1/33 10.0.0.2"), "02:00:00:00:00:01| 10.0.0.1/33 10.0.0.2");
  EXPECT_EQ(Read("02:00:00:00:00:01 10.0.0.1 02:00:00:00:00:02"), "02:00:00:00:00:01 10.0.0.1/32| 02:00:00:00:00:02");
}

TEST(LportAddresses, NoneWithoutMac) {
  for (const char* none : {"", "10.0.0.1", "10.0.0.1 02:00:00:00:00:01", "dynamic", "unknown", "x 02:00:00:00:00:01"}) {
    EXPECT_EQ(Read(none), "none") << none;
  }
}

}  // namespace
}  // namespace ovnlite
