#include "ovnlite/node/registration.h"

#include <gtest/gtest.h>

#include "lib/schema/column_access.h"
#include "lib/schema/ovn_sb.rows.h"
#include "ovnlite/schema/schema.h"

namespace ovnlite {
namespace {

class RegistrationTest : public testing::Test {
 protected:
  void SetUp() override {
    Transaction t = sb_.Begin();
    const Uuid datapath = Uuid::Generate(random_);
    t.Insert<sb::Datapath_Binding>(datapath)->set_tunnel_key(1);
    auto* port = t.Insert<sb::Port_Binding>(port_);
    port->set_logical_port("LSP1");
    port->set_tunnel_key(1);
    ToProto(datapath, port->mutable_datapath());
    ASSERT_TRUE(sb_.Commit(std::move(t)).ok());
  }

  std::string Where() const {
    const auto port = sb_.Read<sb::Port_Binding>(port_);
    if (!port->has_chassis()) return port->up() ? "nowhere, but up" : "nowhere";
    return std::string(sb_.Read<sb::Chassis>(port->chassis())->name()) + (port->up() ? "" : ", not up");
  }

  const IpAddress ip1_ = *IpAddress::Parse("192.168.56.11"), ip2_ = *IpAddress::Parse("192.168.56.12");
  Random random_{1};
  Database sb_{SouthboundSchema()};
  const Uuid port_ = Uuid::Generate(random_);
};

TEST_F(RegistrationTest, APortIsWhereItWasBoundLast) {
  ASSERT_TRUE(RegisterChassis(sb_, random_, "compute1", ip1_).ok());
  ASSERT_TRUE(RegisterChassis(sb_, random_, "compute2", ip2_).ok());
  EXPECT_EQ(Where(), "nowhere");
  ASSERT_TRUE(BindPort(sb_, "LSP1", "compute1").ok());
  EXPECT_EQ(Where(), "compute1");
  ASSERT_TRUE(BindPort(sb_, "LSP1", "compute2").ok());
  EXPECT_EQ(Where(), "compute2");
  ASSERT_TRUE(UnbindPort(sb_, "LSP1").ok());
  EXPECT_EQ(Where(), "nowhere");
  EXPECT_TRUE(UnbindPort(sb_, "LSP1").ok()) << "twice is no error";
}

TEST_F(RegistrationTest, AChassisThatLeavesTakesItsRowsAlong) {
  ASSERT_TRUE(RegisterChassis(sb_, random_, "compute1", ip1_).ok());
  ASSERT_TRUE(RegisterChassis(sb_, random_, "compute2", ip2_).ok());
  ASSERT_TRUE(BindPort(sb_, "LSP1", "compute1").ok());
  ASSERT_TRUE(UnregisterChassis(sb_, "compute1").ok());
  EXPECT_EQ(Where(), "nowhere");
  EXPECT_EQ(sb_.RowCount<sb::Chassis>(), 1u);
  EXPECT_EQ(sb_.RowCount<sb::Chassis_Private>(), 1u);
  EXPECT_EQ(sb_.RowCount<sb::Encap>(), 1u);
  EXPECT_TRUE(RegisterChassis(sb_, random_, "compute1", ip1_).ok()) << "its name and address are free";
}

TEST_F(RegistrationTest, ErrorsNameWhatIsMissing) {
  EXPECT_EQ(RegisterChassis(sb_, random_, "", ip1_).code(), absl::StatusCode::kInvalidArgument);
  ASSERT_TRUE(RegisterChassis(sb_, random_, "compute1", ip1_).ok());
  EXPECT_EQ(RegisterChassis(sb_, random_, "compute1", ip2_).code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(RegisterChassis(sb_, random_, "compute2", ip1_).message(),
            "chassis compute1 has the address 192.168.56.11 already");
  EXPECT_EQ(BindPort(sb_, "LSP9", "compute1").message(), "there is no logical port \"LSP9\"");
  EXPECT_EQ(BindPort(sb_, "LSP1", "compute9").message(), "there is no chassis \"compute9\"");
  EXPECT_EQ(UnbindPort(sb_, "LSP9").code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(UnregisterChassis(sb_, "compute9").message(), "there is no chassis \"compute9\"");
}

}  // namespace
}  // namespace ovnlite
