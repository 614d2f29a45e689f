// Expectations were printed by `ovs-ofctl` 3.1 (parse-flow, dump-flows).
#include "ovnlite/flow/openflow_text.h"

#include <gtest/gtest.h>

#include "ovnlite/base/ip.h"

namespace ovnlite {
namespace {

Subfield Bits(OfField f, int low, int n) { return {f, static_cast<uint8_t>(low), static_cast<uint8_t>(n)}; }

TEST(OpenFlowTextTest, MatchesInTheOrderOfOvs) {
  Match m;
  ASSERT_TRUE(m.Add(field::kPktMark, 1));
  ASSERT_TRUE(m.Add(field::kCtState, kCtNew | kCtTrk, kCtNew | kCtTrk | kCtEst));
  ASSERT_TRUE(m.Add(field::kCtMark, 2, 2));
  ASSERT_TRUE(m.Add(field::kCtLabel, 1, 3));
  ASSERT_TRUE(m.Add(field::kEthType, 0x800));
  ASSERT_TRUE(m.Add(RegField(0), 1));
  ASSERT_TRUE(m.Add(field::kMetadata, 3));
  ASSERT_TRUE(m.Add(field::kInPort, 5));
  ASSERT_TRUE(m.Add(field::kEthSrc, 1));
  ASSERT_TRUE(m.Add(field::kIp4Src, 0x0a000000, 0xff000000));
  ASSERT_TRUE(m.Add(field::kIpDscp, 46));
  ASSERT_TRUE(m.Add(field::kIpEcn, 1));
  ASSERT_TRUE(m.Add(field::kIpTtl, 64));
  ASSERT_TRUE(m.Add(field::kIpFrag, 3, 3));
  EXPECT_EQ(FormatMatch(m),
            "pkt_mark=0x1,ct_state=+new-est+trk,ct_mark=0x2/0x2,ct_label=0x1/0x3,ip,reg0=0x1,metadata=0x3,in_port=5,"
            "dl_src=00:00:00:00:00:01,nw_src=10.0.0.0/8,nw_tos=184,nw_ecn=1,nw_ttl=64,nw_frag=later");
  EXPECT_FALSE(m.Add(field::kInPort, 6));
}

TEST(OpenFlowTextTest, ProtocolsHaveNames) {
  Match nd;
  nd.Add(field::kEthType, 0x86dd);
  nd.Add(field::kIpProto, 58);
  nd.Add(field::kL4Src, 135);
  nd.Add(field::kNdTarget, Ipv6Address::Parse("fe80::1")->bits());
  nd.Add(field::kNdSll, 1);
  nd.Add(field::kIp6Src, Ipv6Address::Parse("fe80::")->bits(), LowMask(128) ^ LowMask(118));
  nd.Add(RegField(5), 1, 1);
  EXPECT_EQ(FormatMatch(nd),
            "icmp6,reg5=0x1/0x1,ipv6_src=fe80::/10,icmp_type=135,nd_target=fe80::1,nd_sll=00:00:00:00:00:01");
  Match vlan;
  vlan.Add(field::kEthType, 0x88cc);
  vlan.Add(field::kVlanTci, 0, 0x1000);
  EXPECT_EQ(FormatMatch(vlan), "vlan_tci=0x0000/0x1000,dl_type=0x88cc");
  Match tagged;
  tagged.Add(field::kVlanTci, 0x1005, 0x1fff);
  tagged.Add(field::kEthType, 0x800);
  tagged.Add(field::kIpProto, 6);
  tagged.Add(field::kL4Dst, 0x50, 0xfff0);
  tagged.Add(field::kTcpFlags, 2, 0x12);
  EXPECT_EQ(FormatMatch(tagged), "tcp,dl_vlan=5,tp_dst=0x50/0xfff0,tcp_flags=+syn-ack");
  Match arp;
  arp.Add(field::kEthType, 0x806);
  arp.Add(field::kArpSpa, 0x0a000100, 0xffffff00);
  arp.Add(field::kArpOp, 1);
  arp.Add(RegField(9), 0, 1);
  EXPECT_EQ(FormatMatch(arp), "arp,reg9=0/0x1,arp_spa=10.0.1.0/24,arp_op=1");
}

TEST(OpenFlowTextTest, OperationsInBothDialects) {
  const OpList ops = {Op::Set(Bits(OfField::kReg0, 15, 1), 1),
                      Op::SetField(OfField::kEthSrc, 0xff02),
                      Op::SetField(OfXxreg(1), Ipv6Address::Parse("fe80::200:ff:fe00:ff02")->bits()),
                      Op::Simple(OpKind::kDecTtl),
                      Op::Move(Subfield::Whole(OfField::kIpDst), Bits(OfXxreg(0), 96, 32)),
                      Op::Push(Subfield::Whole(OfField::kInPort)),
                      Op::Resubmit(12)};
  EXPECT_EQ(FormatOps(ops, OpDialect::kDumpFlows),
            "load:0x1->NXM_NX_REG0[15],mod_dl_src:00:00:00:00:ff:02,load:0x20000fffe00ff02->NXM_NX_XXREG1[0..63],"
            "load:0xfe80000000000000->NXM_NX_XXREG1[64..127],dec_ttl(),move:NXM_OF_IP_DST[]->NXM_NX_XXREG0[96..127],"
            "push:NXM_OF_IN_PORT[],resubmit(,12)");
  EXPECT_EQ(FormatOps({ops[0], ops[1], ops[3]}, OpDialect::kEncoded),
            "set_field:0x8000/0x8000->reg0,set_field:00:00:00:00:ff:02->eth_src,dec_ttl");
  EXPECT_EQ(FormatOps({}, OpDialect::kDumpFlows), "drop");
  CtOp ct;
  ct.commit = true;
  ct.zone_field = Bits(OfReg(13), 0, 16);
  ct.nat = CtOp::Nat::kSrc;
  ct.exec = {Op::Set(Bits(OfField::kCtMark, 0, 1), 0)};
  EXPECT_EQ(FormatOps({Op::Ct(ct)}, OpDialect::kDumpFlows),
            "ct(commit,zone=NXM_NX_REG13[0..15],nat(src),exec(load:0->NXM_NX_CT_MARK[0]))");
}

// A router's answer to a neighbour solicitation, as a real ovn-controller installs it.
TEST(OpenFlowTextTest, UserdataIsOpenFlow15) {
  ControllerOp op;
  op.opcode = 12;
  op.has_nested = true;
  op.nested = {Op::Move(Bits(OfXxreg(0), 64, 48), Subfield::Whole(OfField::kEthSrc)),
               Op::Move(Subfield::Whole(OfField::kNdTarget), Subfield::Whole(OfField::kIpv6Src)),
               Op::Move(Bits(OfXxreg(0), 64, 48), Subfield::Whole(OfField::kNdTll)),
               Op::Move(Subfield::Whole(OfReg(14)), Subfield::Whole(OfReg(15))),
               Op::Set(Bits(OfReg(10), 0, 1), 1),
               Op::Resubmit(37)};
  EXPECT_EQ(
      DottedHex(EncodeUserdata(op)),
      "00.00.00.0c.00.00.00.00.00.1c.00.18.00.30.00.40.00.00.00.00.00.01.de.10.80.00.08.06.00.00.00.00.00.1c.00.18."
      "00.80.00.00.00.00.00.00.80.00.3e.10.80.00.34.10.00.00.00.00.00.1c.00.18.00.30.00.40.00.00.00.00.00.01.de.10."
      "80.00.42.06.00.00.00.00.00.1c.00.18.00.20.00.00.00.00.00.00.00.01.1c.04.00.01.1e.04.00.00.00.00.00.19.00.10."
      "00.01.15.08.00.00.00.01.00.00.00.01.ff.ff.00.10.00.00.23.20.00.0e.ff.f8.25.00.00.00");
  ControllerOp inner;
  inner.opcode = 13;
  inner.payload = "\x05\xdc";
  inner.pause = true;
  EXPECT_EQ(
      DottedHex(EncodeOps({Op::Controller(inner)})),
      "ff.ff.00.28.00.00.23.20.00.25.00.00.00.00.00.00.00.03.00.0e.00.00.00.0d.00.00.00.00.05.dc.00.00.00.04.00.04."
      "00.00.00.00");
  EXPECT_EQ(DottedHex(EncodeOps({Op::Push(Subfield::Whole(OfField::kEthSrc))})),
            "ff.ff.00.18.00.00.23.20.00.1b.00.00.00.00.04.06.00.30.00.00.00.00.00.00");
}

}  // namespace
}  // namespace ovnlite
