// Actions that hold a packet up and let it go on with its answer in it.
#include <gtest/gtest.h>

#include <string>

#include "lib/datapath/responder_testutil.h"
#include "lib/wire/wire_testutil.h"
#include "ovnlite/datapath/responder.h"

namespace ovnlite {
namespace {

constexpr char kArp[] = "ffffffffffff00000000000a08060001080006040001 00000000000a0a00000a 0000000000000a000001";

// What a real hypervisor sent for this solicitation, behind it the flow's own operations that turn the packet round:
// eth.dst = eth.src; eth.src = 00:00:00:00:06:01; ip6.dst = ip6.src; ip6.src = fe80::200:ff:fe00:601; outport = inport;
// …
TEST(AnswerInPlace, GivesTheRouterAdvertisementThatOvnControllerSends) {
  const std::string options =
      "0101000000000601 05010000000005a2 03044080ffffffffffffffff00000000fd100000000000000000000000000000";
  ControllerOp op;
  op.opcode = opcode::kPutNdRaOpts;
  const Bytes payload = FromHex("0001de10 00000065 86000000 ff80ffff 0000000000000000" + options);  // xxreg0[101]
  op.payload.assign(payload.begin(), payload.end());
  Packet packet(
      FromHex("333300000002 000000060001 86dd 60000000 0010 3a ff fe80000000000000020000fffe060001"
              "ff020000000000000000000000000002 8500 7b20 00000000 0101000000060001"));
  packet.in_port = 7;
  FlowKey key;
  ASSERT_TRUE(AnswerInPlace(op, packet, key).ok());
  EXPECT_EQ(packet.in_port, 7u);
  EXPECT_EQ(key.reg(0), 1u << 5);
  EXPECT_EQ(ReplyFault(packet), "");
  EXPECT_EQ(ToHex(packet.bytes()),
            ToHex(FromHex("333300000002 000000060001 86dd 60000000 0040 3a ff fe80000000000000020000fffe060001"
                          "ff020000000000000000000000000002 8600 293d ff80ffff 0000000000000000" +
                          options)));
}

TEST(AnswerInPlace, SaysWhenThereIsNothingToAnswer) {
  ControllerOp op;
  op.opcode = opcode::kPutNdRaOpts;
  op.payload = std::string("\x00\x01\xde\x10\x00\x00\x00\x65", 8);
  FlowKey key;
  key.set_reg(0, 1u << 5 | 1);
  Packet packet(FromHex(kArp));
  const absl::Status refused = AnswerInPlace(op, packet, key);
  EXPECT_TRUE(absl::IsInvalidArgument(refused)) << refused;
  EXPECT_EQ(ToHex(packet.bytes()), ToHex(FromHex(kArp)));
  EXPECT_EQ(key.reg(0), 1u);
  op.opcode = opcode::kPutDhcpOpts;
  EXPECT_TRUE(absl::IsInvalidArgument(AnswerInPlace(op, packet, key)));
  EXPECT_TRUE(SetResult(op, true, key));
  EXPECT_EQ(key.reg(0), 1u << 5 | 1);
  for (const char* const payload : {"", "0001de10000000", "0001de1000000080", "7fffde1000000065"}) {
    const Bytes bytes = FromHex(payload);
    op.payload.assign(bytes.begin(), bytes.end());
    EXPECT_FALSE(SetResult(op, true, key)) << payload;
  }
}

}  // namespace
}  // namespace ovnlite
