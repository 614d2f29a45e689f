#include "lib/trace/replacements.h"

#include <gtest/gtest.h>

#include "ovnlite/flow/openflow_field.h"

namespace ovnlite {
namespace {

ZoneName Zone(uint64_t datapath) { return {"hv1", OfReg(11), datapath, 0}; }

FlowKey Packet(uint32_t src, uint32_t dst, uint64_t src_port, uint64_t dst_port) {
  FlowKey key;
  key.Set(field::kIp4Src, src);
  key.Set(field::kIp4Dst, dst);
  key.Set(field::kL4Src, src_port);
  key.Set(field::kL4Dst, dst_port);
  return key;
}

// A load balancer sent a packet for 99:80 to 7:8080; the answer is to come from 99:80.
TEST(Replacement, OfADestinationAndItsPort) {
  Replacement made(Zone(1), Packet(5, 99, 1000, 80), true, false);
  made.after = 7;
  made.port_after = 8080;
  EXPECT_TRUE(made.is_dst());
  FlowKey answer = Packet(7, 5, 8080, 1000), written;
  EXPECT_TRUE(made.IsUndoneIn(Zone(1), answer));
  EXPECT_FALSE(made.IsUndoneIn(Zone(2), answer)) << "another zone";
  EXPECT_FALSE(made.IsUndoneIn(Zone(1), Packet(8, 5, 8080, 1000))) << "from somebody else";
  EXPECT_FALSE(made.IsUndoneIn(Zone(1), Packet(7, 5, 9090, 1000))) << "from another port";
  made.Undo(answer, written);
  EXPECT_EQ(answer.Get64(field::kIp4Src), 99u);
  EXPECT_EQ(answer.Get64(field::kL4Src), 80u);
  EXPECT_EQ(answer.Get64(field::kIp4Dst), 5u);
  EXPECT_EQ(written.Get64(field::kIp4Src), 0xffff'ffffu);
  EXPECT_EQ(written.Get64(field::kIp4Dst), 0u);
}

TEST(Replacement, OfASourceThatKeepsItsPort) {
  Replacement made(Zone(1), Packet(5, 99, 1000, 80), false, false);
  made.after = 50;
  EXPECT_FALSE(made.is_dst());
  FlowKey answer = Packet(99, 50, 80, 1000), written;
  ASSERT_TRUE(made.IsUndoneIn(Zone(1), answer));
  made.Undo(answer, written);
  EXPECT_EQ(answer.Get64(field::kIp4Dst), 5u);
  EXPECT_EQ(answer.Get64(field::kL4Dst), 1000u);
  EXPECT_EQ(written.Get64(field::kL4Dst), 0u) << "the port is not touched";
}

TEST(ZoneName, OfAPortOnlyWhereZonesAre) {
  FlowKey key;
  key.Set(field::kMetadata, 3);
  key.Set(field::kLogicalInPort, 4);
  key.Set(field::kLogicalOutPort, 5);
  CtOp ct;
  ct.zone_field = {OfReg(13), 0, 16};
  EXPECT_EQ(ZoneName::Of("hv1", ct, key, false), (ZoneName{"hv1", OfReg(13), 3, 4}));
  EXPECT_EQ(ZoneName::Of("hv1", ct, key, true), (ZoneName{"hv1", OfReg(13), 3, 5}));
  ct.zone_field = {OfReg(11), 0, 16};
  EXPECT_EQ(ZoneName::Of("hv1", ct, key, true), (ZoneName{"hv1", OfReg(11), 3, 0}));
}

}  // namespace
}  // namespace ovnlite
