#include "lib/trace/value_text.h"

#include <gtest/gtest.h>

#include "ovnlite/logical/action_parse.h"
#include "ovnlite/packet/field.h"

namespace ovnlite {
namespace {

class ValueTextTest : public testing::Test {
 protected:
  ValueTextTest() {
    key_.Set(field::kEthSrc, 0x0200'0000'000a);
    key_.Set(field::kEthDst, 0x0200'0000'000b);
    key_.Set(field::kEthType, 0x0800);
    key_.Set(field::kIp4Src, 0x0a00'0001);
    key_.Set(field::kIp4Dst, 0x0a00'0002);
    key_.Set(field::kIpTtl, 64);
    key_.Set(field::kIpProto, 6);
    key_.Set(field::kL4Src, 1000);
    key_.Set(field::kL4Dst, 80);
  }
  // What the first action would do to the packet.
  std::vector<std::string> Lines(const std::string& actions) {
    const absl::StatusOr<ParsedActions> parsed = ParseActions(pool_, actions, ActionContext());
    EXPECT_TRUE(parsed.ok()) << parsed.status();
    return parsed.ok() ? ModifyLines(parsed->actions[0], key_) : std::vector<std::string>();
  }
  using Strings = std::vector<std::string>;
  ExprPool pool_;
  FlowKey key_;
};

TEST_F(ValueTextTest, FieldsBecomeConstants) {
  EXPECT_EQ(Lines("eth.dst = eth.src;"), Strings{"eth.dst = 02:00:00:00:00:0a"});
  EXPECT_EQ(Lines("ip4.dst <-> ip4.src;"), (Strings{"ip4.dst = 10.0.0.1", "ip4.src = 10.0.0.2"}));
  EXPECT_EQ(Lines("tcp.dst = tcp.src;"), Strings{"tcp.dst = 1000"});
  EXPECT_EQ(Lines("ip.ttl = 255;"), Strings{"ip.ttl = 255"});
}

TEST_F(ValueTextTest, RegistersAreOfNoAccount) {
  EXPECT_EQ(Lines("reg0 = ip4.src;"), Strings());
  EXPECT_EQ(Lines("outport = inport;"), Strings());
  EXPECT_EQ(Lines("flags.loopback = 1;"), Strings());
  key_.Set(RegField(1), 0x0a00'0009);
  EXPECT_EQ(Lines("ip4.src = reg1;"), Strings{"ip4.src = 0xa000009"});
}

TEST_F(ValueTextTest, Bits) {
  EXPECT_EQ(FormatBits(0), "0");
  EXPECT_EQ(FormatBits(255), "0xff");
  EXPECT_EQ(FormatBits(MakeU128(1, 2)), "0x10000000000000002");
}

}  // namespace
}  // namespace ovnlite
