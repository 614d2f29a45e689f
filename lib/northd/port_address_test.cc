#include "lib/northd/port_address.h"

#include <gtest/gtest.h>

namespace ovnlite {
namespace {

TEST(SwitchPortAddress, Words) {
  EXPECT_EQ(ReadSwitchPortAddress("unknown").kind, SwitchPortAddressKind::kUnknown);
  EXPECT_EQ(ReadSwitchPortAddress("router").kind, SwitchPortAddressKind::kRouter);
  EXPECT_EQ(ReadSwitchPortAddress("dynamic").kind, SwitchPortAddressKind::kDynamic);
  for (const char* none : {"", "Unknown", "unknown ", " unknown", "Router", "router ", "router 10.0.0.1",
                           "unknown 02:00:00:00:00:01", "disabled", "10.0.0.1"}) {
    const SwitchPortAddress address = ReadSwitchPortAddress(none);
    EXPECT_EQ(address.kind, SwitchPortAddressKind::kInvalid) << none;
    EXPECT_FALSE(address.complaint.empty()) << none;
    EXPECT_FALSE(address.mac.has_value()) << none;
  }
}

// As ovn-northd 23.03 decides (testdata/odd_addresses.nb).
TEST(SwitchPortAddress, WaysToAskForOne) {
  for (const char* dynamic :
       {"dynamic", "dynamic 10.0.0.50", "dynamic  10.0.0.50", "dynamic10.0.0.50", "dynamic\t10.0.0.50",
        "dynamic 10.0.0.350", "dynamic 10.0.0.50 fd00::50", "dynamic 10.0.0.50fd00::50", "dynamic fd00::50",
        "dynamic 10.0.0.50 10.0.0.51", "dynamic 02:00:00:00:00:01", "dynamic .", "dynamicabc",
        "02:00:00:00:00:01 dynamic", " 2:0:0:0:0:1\tdynamic"}) {
    EXPECT_EQ(ReadSwitchPortAddress(dynamic).kind, SwitchPortAddressKind::kDynamic) << dynamic;
  }
  for (const char* invalid :
       {" dynamic", "dynamic ", "Dynamic", "dynamicx", "dynamic,10.0.0.50", "dynamic 10.0.0.50/24",
        "dynamic 10.0.0.50 ", "dynamic 10.0.0.50 x", "dynamic fd00::50 10.0.0.50", "10.0.0.50 dynamic", "x dynamic",
        "dynamic 10.0.0.68 fd00::68 fd00::69", "0x:00:00:00:01:09 dynamic"}) {
    EXPECT_EQ(ReadSwitchPortAddress(invalid).kind, SwitchPortAddressKind::kInvalid) << invalid;
  }
  for (const char* fixed : {"02:00:00:00:00:01dynamic", "02:00:00:00:00:01 dynamic ", "02:00:00:00:00:01 Dynamic",
                            "02:00:00:00:00:01 dynamic 10.0.0.50"}) {
    EXPECT_EQ(ReadSwitchPortAddress(fixed).kind, SwitchPortAddressKind::kStatic) << fixed;
  }
}

TEST(SwitchPortAddress, FramesGoToItsMac) {
  EXPECT_EQ(ReadSwitchPortAddress("02:00:00:00:00:01 dynamic").mac->ToString(), "02:00:00:00:00:01");
  EXPECT_EQ(ReadSwitchPortAddress("02:00:00:00:00:02 10.0.0.1").mac->ToString(), "02:00:00:00:00:02");
  EXPECT_FALSE(ReadSwitchPortAddress("dynamic").mac.has_value());
}

TEST(SwitchPortAddress, SaysWhatIsPassedOver) {
  EXPECT_EQ(ReadSwitchPortAddress("02:00:00:00:00:01 10.0.0.18,10.0.0.19").complaint,
            "address \"02:00:00:00:00:01 10.0.0.18,10.0.0.19\": \",10.0.0.19\" is no address");
  EXPECT_EQ(ReadSwitchPortAddress("10.0.0.1").complaint, "address \"10.0.0.1\" does not begin with a MAC address");
  EXPECT_EQ(ReadSwitchPortAddress("02:00:00:00:00:01 10.0.0.18 ").complaint, "");
}

}  // namespace
}  // namespace ovnlite
