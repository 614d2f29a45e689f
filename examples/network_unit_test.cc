// Network logic, tested like any other code: a laboratory is built, changed and asked, with GoogleTest.
#include <gtest/gtest.h>

#include "ovnlite/lab/lab.h"
#include "ovnlite/lab/testing.h"
#include "ovnlite/topology/topology.h"

namespace {

using ovnlite::DoesNotReach;
using ovnlite::Lab;
using ovnlite::Reaches;

// Two subnets behind one router: web servers on one hypervisor, a database on another.
class TwoTiers : public testing::Test {
 protected:
  void SetUp() override {
    lab_.AddChassis("hv1", "192.0.2.1");
    lab_.AddChassis("hv2", "192.0.2.2");
    lab_.AddSwitch("web");
    lab_.AddSwitch("data");
    lab_.AddRouter("core");
    lab_.Connect("core", "web", "00:00:00:00:01:01", "10.1.0.1/24 fd00:1::1/64");
    lab_.Connect("core", "data", "00:00:00:00:01:02", "10.2.0.1/24 fd00:2::1/64");
    lab_.AddHost("web1", "web", "web1", "hv1", "00:00:00:00:00:01", "10.1.0.11/24 fd00:1::11/64", "10.1.0.1 fd00:1::1");
    lab_.AddHost("web2", "web", "web2", "hv2", "00:00:00:00:00:02", "10.1.0.12/24 fd00:1::12/64", "10.1.0.1 fd00:1::1");
    lab_.AddHost("db", "data", "db", "hv2", "00:00:00:00:00:03", "10.2.0.10/24 fd00:2::10/64", "10.2.0.1 fd00:2::1");
    ASSERT_TRUE(lab_.status().ok()) << lab_.status();
  }

  Lab lab_;
};

TEST_F(TwoTiers, EverybodyReachesEverybody) {
  for (const char* from : {"web1", "web2", "db"}) {
    for (const char* to : {"10.1.0.11", "10.1.0.12", "10.2.0.10", "fd00:1::11", "fd00:1::12", "fd00:2::10"}) {
      EXPECT_TRUE(Reaches(lab_, from, to));
    }
  }
}

TEST_F(TwoTiers, TheRouterAnswersForItself) {
  EXPECT_TRUE(Reaches(lab_, "web1", "10.1.0.1"));
  EXPECT_TRUE(Reaches(lab_, "web1", "10.2.0.1"));
}

TEST_F(TwoTiers, ADisabledPortIsSilentUntilItIsEnabled) {
  ovnlite::LogicalSwitchPort db = *lab_.topology().FindSwitchPort("db");
  ASSERT_TRUE(Reaches(lab_, "web1", "db"));
  ASSERT_TRUE(db.SetEnabled(false).ok());
  EXPECT_TRUE(DoesNotReach(lab_, "web1", "db"));
  ASSERT_TRUE(db.SetEnabled(true).ok());
  EXPECT_TRUE(Reaches(lab_, "web1", "db"));
}

TEST_F(TwoTiers, AHostKeepsItsAddressWhenItMigrates) {
  ASSERT_TRUE(Reaches(lab_, "web1", "db"));
  ASSERT_TRUE(lab_.MoveHost("db", "hv1").ok());
  EXPECT_TRUE(Reaches(lab_, "web1", "db"));
  EXPECT_TRUE(Reaches(lab_, "db", "web2"));
}

TEST_F(TwoTiers, NobodyMaySpeakInAnothersName) {
  ASSERT_TRUE(Reaches(lab_, "web1", "db"));
  ovnlite::LogicalSwitchPort web1 = *lab_.topology().FindSwitchPort("web1");
  ASSERT_TRUE(web1.SetPortSecurity({"00:00:00:00:00:01 10.1.0.99"}).ok());
  EXPECT_TRUE(DoesNotReach(lab_, "web1", "db")) << "port security allows 10.1.0.99 only";
}

}  // namespace
