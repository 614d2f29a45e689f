// More ports or datapaths than there are tunnel keys: what has no key is left out, said, and taken in when a key is
// free.
#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "lib/northd/northd_testutil.h"
#include "lib/northd/tunnel_keys.h"
#include "lib/schema/ovn_nb.rows.h"
#include "lib/schema/ovn_sb.rows.h"
#include "ovnlite/northd/northd.h"
#include "ovnlite/schema/schema.h"

namespace ovnlite {
namespace {

class KeysTest : public testing::Test {
 protected:
  static Uuid Port(int i) { return Uuid(2, static_cast<uint64_t>(i)); }
  static std::string Name(int i) { return absl::StrFormat("p%05d", i); }

  // A switch called `name` with ports `from` to `to` - 1.
  void AddSwitch(uint64_t number, const std::string& name, int from, int to) {
    Transaction t = nb_.Begin();
    t.Insert<nb::Logical_Switch>(Uuid(1, number))->set_name(name);
    for (int i = from; i < to; ++i) {
      t.Insert<nb::Logical_Switch_Port>(Port(i))->set_name(Name(i));
      t.InsertMember(nb::columns::Logical_Switch::ports, Uuid(1, number), Port(i));
    }
    ASSERT_TRUE(nb_.Commit(std::move(t)).ok());
  }
  void AddVxlanChassis() {
    Transaction t = sb_.Begin();
    auto* encap = t.Insert<sb::Encap>(Uuid(9, 1));
    encap->set_type("vxlan");
    encap->set_ip("192.0.2.1");
    encap->set_chassis_name("gw");
    t.Insert<sb::Chassis>(Uuid(9, 2))->set_name("gw");
    t.InsertMember(sb::columns::Chassis::encaps, Uuid(9, 2), Uuid(9, 1));
    ASSERT_TRUE(sb_.Commit(std::move(t)).ok());
  }
  int64_t KeyOf(const std::string& port) const {
    const RowIds found = sb_.Find(sb::columns::Port_Binding::logical_port, port);
    return found.empty() ? 0 : sb_.Read<sb::Port_Binding>(found.front())->tunnel_key();
  }
  bool Mentions(const std::string& text) const {
    for (const std::string& line : FlowLines(sb_)) {
      if (absl::StrContains(line, text)) return true;
    }
    return false;
  }
  static std::vector<NorthdWarning> WarningsOf(const Northd& northd) { return northd.warnings(); }

  Database nb_{NorthboundSchema()};
  Database sb_{SouthboundSchema()};
};

TEST_F(KeysTest, MorePortsThanKeysOnOneSwitch) {
  constexpr int kPorts = 33'000;
  AddSwitch(1, "big", 0, kPorts);
  AddSwitch(2, "small", kPorts, kPorts + 1);
  Northd northd(nb_, sb_);
  ASSERT_TRUE(northd.Update().ok());
  EXPECT_EQ(sb_.RowCount<sb::Port_Binding>(), static_cast<size_t>(kLastPortKey) + 1);
  EXPECT_EQ(KeyOf(Name(kPorts - 1)), 0);
  EXPECT_NE(KeyOf(Name(kPorts)), 0) << "other switches have keys of their own";
  EXPECT_FALSE(nb_.Read<nb::Logical_Switch_Port>(Port(kPorts - 1))->has_up());
  for (const auto& [uuid, group] : sb_.Rows<sb::Multicast_Group>()) EXPECT_LE(static_cast<int64_t>(group->ports().size()), kLastPortKey);
  EXPECT_EQ(WarningsOf(northd),
            (std::vector<NorthdWarning>{{"Logical_Switch", "big",
                                         "all tunnel keys of its ports are taken; left out: 233 of its ports, "
                                         "\"p32767\" and others"}}));

  // One that goes makes room for one.
  Transaction t = nb_.Begin();
  t.EraseMember(nb::columns::Logical_Switch::ports, Uuid(1, 1), Port(0));
  ASSERT_TRUE(nb_.Commit(std::move(t)).ok());
  ASSERT_TRUE(northd.Update().ok());
  EXPECT_EQ(sb_.RowCount<sb::Port_Binding>(), static_cast<size_t>(kLastPortKey) + 1);
  EXPECT_NE(KeyOf(Name(kLastPortKey)), 0);
  EXPECT_TRUE(nb_.Read<nb::Logical_Switch_Port>(Port(kLastPortKey))->has_up());
  EXPECT_EQ(WarningsOf(northd)[0].message,
            "all tunnel keys of its ports are taken; left out: 232 of its ports, \"p32768\" and others");
}

// VXLAN's keys are short.
TEST_F(KeysTest, FlowsOfPortsWithoutKeysAreLeftOut) {
  AddVxlanChassis();
  const int ports = static_cast<int>(kVxlanKeys.port) + 1;
  AddSwitch(1, "big", 0, ports);
  Transaction t = nb_.Begin();
  t.Update<nb::Logical_Switch_Port>(Port(ports - 1))->add_addresses("02:00:00:00:00:77 10.0.0.77");
  ASSERT_TRUE(nb_.Commit(std::move(t)).ok());
  Northd northd(nb_, sb_);
  ASSERT_TRUE(northd.Update().ok());
  EXPECT_EQ(KeyOf(Name(ports - 1)), 0);
  EXPECT_FALSE(Mentions("02:00:00:00:00:77"));
  EXPECT_EQ(sb_.Rows<sb::SB_Global>()[0].row.options("max_tunid"), "4095");
  Transaction less = nb_.Begin();
  less.EraseMember(nb::columns::Logical_Switch::ports, Uuid(1, 1), Port(0));
  ASSERT_TRUE(nb_.Commit(std::move(less)).ok());
  ASSERT_TRUE(northd.Update().ok());
  EXPECT_NE(KeyOf(Name(ports - 1)), 0);
  EXPECT_TRUE(Mentions("02:00:00:00:00:77"));
  EXPECT_TRUE(WarningsOf(northd).empty());
}

TEST_F(KeysTest, MoreDatapathsThanKeys) {
  AddVxlanChassis();
  const int switches = static_cast<int>(kVxlanKeys.datapath) + 1;
  Transaction t = nb_.Begin();
  for (int i = 0; i < switches; ++i) {
    t.Insert<nb::Logical_Switch>(Uuid(1, static_cast<uint64_t>(i)))->set_name(absl::StrFormat("s%04d", i));
  }
  ASSERT_TRUE(nb_.Commit(std::move(t)).ok());
  AddSwitch(100'000, "zz", 0, 1);  // The last by name, with a port.
  Northd northd(nb_, sb_);
  ASSERT_TRUE(northd.Update().ok());
  EXPECT_EQ(sb_.RowCount<sb::Datapath_Binding>(), static_cast<size_t>(kVxlanKeys.datapath));
  EXPECT_EQ(KeyOf(Name(0)), 0);
  EXPECT_EQ(WarningsOf(northd),
            (std::vector<NorthdWarning>{{"Logical_Switch", "s4095", "left out: all tunnel keys of datapaths are taken"},
                                        {"Logical_Switch", "zz", "left out: all tunnel keys of datapaths are taken"}}));
  Transaction fewer = nb_.Begin();
  fewer.Delete<nb::Logical_Switch>(Uuid(1, 0));
  fewer.Delete<nb::Logical_Switch>(Uuid(1, 1));
  ASSERT_TRUE(nb_.Commit(std::move(fewer)).ok());
  ASSERT_TRUE(northd.Update().ok());
  EXPECT_EQ(sb_.RowCount<sb::Datapath_Binding>(), static_cast<size_t>(kVxlanKeys.datapath));
  EXPECT_NE(KeyOf(Name(0)), 0);
  EXPECT_TRUE(WarningsOf(northd).empty());
}

TEST_F(KeysTest, KeysThatAreAskedFor) {
  AddSwitch(1, "s", 0, 6);
  Transaction t = nb_.Begin();
  const auto ask = [&](int port, const char* key) {
    t.InsertPair(nb::columns::Logical_Switch_Port::options, Port(port), "requested-tnl-key", key);
  };
  ask(0, "32767");
  ask(1, "32767");
  ask(2, "32768");
  ask(3, " 105");
  ask(4, "0x6a");
  t.InsertPair(nb::columns::Logical_Switch::other_config, Uuid(1, 1), "requested-tnl-key", "16777216");
  ASSERT_TRUE(nb_.Commit(std::move(t)).ok());
  Northd northd(nb_, sb_);
  ASSERT_TRUE(northd.Update().ok());
  EXPECT_EQ(KeyOf(Name(0)), 32767);
  EXPECT_EQ(KeyOf(Name(3)), 105);
  for (int other : {1, 2, 4, 5}) EXPECT_NE(KeyOf(Name(other)), 0) << other;
  EXPECT_EQ(WarningsOf(northd),
            (std::vector<NorthdWarning>{
                {"Logical_Switch", "s", "tunnel key 16777216 is asked for and is out of range"},
                {"Logical_Switch_Port", "p00001", "tunnel key 32767 is asked for and another has it"},
                {"Logical_Switch_Port", "p00002", "tunnel key 32768 is asked for and is out of range"}}));
}

}  // namespace
}  // namespace ovnlite
