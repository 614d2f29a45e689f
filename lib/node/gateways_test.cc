#include <gtest/gtest.h>

#include "lib/schema/ovn_sb.rows.h"
#include "ovnlite/node/hypervisor.h"
#include "ovnlite/schema/schema.h"

namespace ovnlite {
namespace {

void Refer(const Uuid& uuid, ovsdb::Uuid* ref) {
  ref->set_high(uuid.high());
  ref->set_low(uuid.low());
}

class GatewaysTest : public testing::Test {
 protected:
  void SetUp() override {
    Transaction t = sb_.Begin();
    t.Insert<sb::Datapath_Binding>(datapath_)->set_tunnel_key(1);
    for (const char* name : {"east", "west", "north"}) {
      const Uuid encap_uuid = Uuid::FromName(std::string("encap ") + name);
      auto* encap = t.Insert<sb::Encap>(encap_uuid);
      encap->set_type("geneve");
      encap->set_ip(std::string("192.0.2.") + name[0]);
      encap->set_chassis_name(name);
      auto* chassis = t.Insert<sb::Chassis>(Uuid::FromName(name));
      chassis->set_name(name);
      Refer(encap_uuid, chassis->add_encaps());
    }
    Commit(std::move(t));
  }

  void Commit(Transaction t) {
    const auto committed = sb_.Commit(std::move(t));
    ASSERT_TRUE(committed.ok()) << committed.status();
  }

  sb::Port_Binding* AddPort(Transaction& t, const std::string& type) {
    auto* port = t.Insert<sb::Port_Binding>(port_);
    port->set_logical_port("gateway");
    port->set_type(type);
    port->set_tunnel_key(1);
    Refer(datapath_, port->mutable_datapath());
    return port;
  }

  std::string Winner() const {
    std::string winner;
    for (const char* name : {"east", "west", "north"}) {
      if (!PortsToClaim(sb_, name).empty()) winner += winner.empty() ? name : std::string(" and ") + name;
    }
    return winner;
  }

  Database sb_{SouthboundSchema()};
  const Uuid datapath_ = Uuid::FromName("datapath"), port_ = Uuid::FromName("port");
};

TEST_F(GatewaysTest, TheHighestPriorityOfAGroupHasThePort) {
  Transaction t = sb_.Begin();
  auto* port = AddPort(t, "chassisredirect");
  auto* group = t.Insert<sb::HA_Chassis_Group>(Uuid::FromName("group"));
  group->set_name("group");
  Refer(Uuid::FromName("group"), port->mutable_ha_chassis_group());
  for (const auto& [name, priority] : {std::pair<const char*, int>{"east", 10}, {"west", 20}}) {
    const Uuid uuid = Uuid::FromName(std::string("ha ") + name);
    auto* ha = t.Insert<sb::HA_Chassis>(uuid);
    ha->set_priority(priority);
    Refer(Uuid::FromName(name), ha->mutable_chassis());
    Refer(uuid, group->add_ha_chassis());
  }
  Commit(std::move(t));
  EXPECT_EQ(Winner(), "west");

  Transaction claim = sb_.Begin();
  Refer(Uuid::FromName("west"), claim.Update<sb::Port_Binding>(port_)->mutable_chassis());
  Commit(std::move(claim));
  EXPECT_EQ(Winner(), "") << "it has the port already";

  Transaction leave = sb_.Begin();
  leave.Delete<sb::Chassis>(Uuid::FromName("west"));
  Commit(std::move(leave));
  EXPECT_EQ(Winner(), "east");
}

TEST_F(GatewaysTest, OfEqualOnesTheFirstByName) {
  Transaction t = sb_.Begin();
  auto* port = AddPort(t, "chassisredirect");
  for (const char* name : {"west", "north"}) {
    const Uuid uuid = Uuid::FromName(std::string("gateway ") + name);
    auto* gateway = t.Insert<sb::Gateway_Chassis>(uuid);
    gateway->set_name(name);
    gateway->set_priority(5);
    Refer(Uuid::FromName(name), gateway->mutable_chassis());
    Refer(uuid, port->add_gateway_chassis());
  }
  Commit(std::move(t));
  EXPECT_EQ(Winner(), "north");
}

TEST_F(GatewaysTest, AGatewayRouterIsWhereItSays) {
  Transaction t = sb_.Begin();
  (*AddPort(t, "l3gateway")->mutable_options())["l3gateway-chassis"] = "east";
  Commit(std::move(t));
  EXPECT_EQ(Winner(), "east");
}

TEST_F(GatewaysTest, OtherPortsAreNobodysToClaim) {
  Transaction t = sb_.Begin();
  AddPort(t, "");
  Commit(std::move(t));
  EXPECT_EQ(Winner(), "");
}

}  // namespace
}  // namespace ovnlite
