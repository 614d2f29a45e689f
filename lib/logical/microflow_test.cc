#include "ovnlite/logical/microflow.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace ovnlite {
namespace {

// p1 is port 1, p2 port 2.
class Ports final : public ExprResolver {
 public:
  bool FindPort(absl::string_view name, uint32_t* key) const override {
    if (name != "p1" && name != "p2") return false;
    *key = name == "p1" ? 1 : 2;
    return true;
  }
  bool IsChassisResident(absl::string_view) const override { return false; }
};

std::string Line(absl::string_view text) {
  const absl::StatusOr<FlowKey> key = ParseMicroflow(text, Ports());
  return key.ok() ? FormatMicroflow(*key) : std::string(key.status().message());
}

struct Case {
  const char* text;
  const char* expected;
};

// What ovn-trace 23.03.1 prints as its first line, or has to say, for `inport == "p1" && ` and the text.
constexpr Case kCases[] = {
    {"eth.src==00:00:00:00:00:01 && eth.dst==00:00:00:00:00:02 && ip4.src==10.0.0.1 && ip4.dst==10.0.0.2 && ip.ttl==64 "
     "&& udp.src==1 && udp.dst==2",
     "udp,reg14=0x1,vlan_tci=0x0000,dl_src=00:00:00:00:00:01,dl_dst=00:00:00:00:00:02,nw_src=10.0.0.1,nw_dst=10.0.0.2,"
     "nw_tos=0,nw_ecn=0,nw_ttl=64,nw_frag=no,tp_src=1,tp_dst=2"},
    {"ip4.src==10.0.0.1 && ip.ttl==64 && tcp.src==1 && tcp.flags==0x12",
     "tcp,reg14=0x1,vlan_tci=0x0000,dl_src=00:00:00:00:00:00,dl_dst=00:00:00:00:00:00,nw_src=10.0.0.1,nw_dst=0.0.0.0,"
     "nw_tos=0,nw_ecn=0,nw_ttl=64,nw_frag=no,tp_src=1,tp_dst=0,tcp_flags=syn|ack"},
    {"ip6.src==fd00::1 && ip6.dst==fd00::2 && ip.ttl==255 && icmp6.type==135 && icmp6.code==0 && nd.target==fd00::9 && "
     "nd.sll==00:00:00:00:00:01",
     "icmp6,reg14=0x1,vlan_tci=0x0000,dl_src=00:00:00:00:00:00,dl_dst=00:00:00:00:00:00,ipv6_src=fd00::1,"
     "ipv6_dst=fd00::2,ipv6_label=0x00000,nw_tos=0,nw_ecn=0,nw_ttl=255,nw_frag=no,icmp_type=135,icmp_code=0,"
     "nd_target=fd00::9,nd_sll=00:00:00:00:00:01,nd_tll=00:00:00:00:00:00"},
    {"arp",
     "arp,reg14=0x1,vlan_tci=0x0000,dl_src=00:00:00:00:00:00,dl_dst=00:00:00:00:00:00,arp_spa=0.0.0.0,arp_tpa=0.0.0.0,"
     "arp_op=0,arp_sha=00:00:00:00:00:00,arp_tha=00:00:00:00:00:00"},
    {"rarp.op==3",
     "rarp,reg14=0x1,vlan_tci=0x0000,dl_src=00:00:00:00:00:00,dl_dst=00:00:00:00:00:00,arp_spa=0.0.0.0,arp_tpa=0.0.0.0,"
     "arp_op=3,arp_sha=00:00:00:00:00:00,arp_tha=00:00:00:00:00:00"},
    {"ip4 && ip.proto==47",
     "ip,reg14=0x1,vlan_tci=0x0000,dl_src=00:00:00:00:00:00,dl_dst=00:00:00:00:00:00,nw_src=0.0.0.0,nw_dst=0.0.0.0,"
     "nw_proto=47,nw_tos=0,nw_ecn=0,nw_ttl=0,nw_frag=no"},
    {"ip4 && igmp",
     "ip,reg14=0x1,vlan_tci=0x0000,dl_src=00:00:00:00:00:00,dl_dst=00:00:00:00:00:00,nw_src=0.0.0.0,nw_dst=0.0.0.0,"
     "nw_proto=2,nw_tos=0,nw_ecn=0,nw_ttl=0,nw_frag=no,tp_src=0,tp_dst=0"},
    {"ip6 && ip.proto==2",
     "ipv6,reg14=0x1,vlan_tci=0x0000,dl_src=00:00:00:00:00:00,dl_dst=00:00:00:00:00:00,ipv6_src=::,ipv6_dst=::,"
     "ipv6_label=0x00000,nw_proto=2,nw_tos=0,nw_ecn=0,nw_ttl=0,nw_frag=no,tp_src=0,tp_dst=0"},
    {"ip4 && ip.proto==58",
     "ip,reg14=0x1,vlan_tci=0x0000,dl_src=00:00:00:00:00:00,dl_dst=00:00:00:00:00:00,nw_src=0.0.0.0,nw_dst=0.0.0.0,"
     "nw_proto=58,nw_tos=0,nw_ecn=0,nw_ttl=0,nw_frag=no,tp_src=0,tp_dst=0"},
    {"eth.type==0x8847",
     "mpls,reg14=0x1,vlan_tci=0x0000,dl_src=00:00:00:00:00:00,dl_dst=00:00:00:00:00:00,mpls_label=0,mpls_tc=0,"
     "mpls_ttl=0,mpls_bos=0,mpls_lse1=0,mpls_lse2=0"},
    {"sctp.dst==9 && ip6",
     "sctp6,reg14=0x1,vlan_tci=0x0000,dl_src=00:00:00:00:00:00,dl_dst=00:00:00:00:00:00,ipv6_src=::,ipv6_dst=::,"
     "ipv6_label=0x00000,nw_tos=0,nw_ecn=0,nw_ttl=0,nw_frag=no,tp_src=0,tp_dst=9"},
    {"eth.type==0x1234", "reg14=0x1,vlan_tci=0x0000,dl_src=00:00:00:00:00:00,dl_dst=00:00:00:00:00:00,dl_type=0x1234"},
    {"vlan.vid==5 && vlan.pcp==3",
     "reg14=0x1,dl_vlan=5,dl_vlan_pcp=3,vlan_tci1=0x0000,dl_src=00:00:00:00:00:00,dl_dst=00:00:00:00:00:00,"
     "dl_type=0x0000"},
    {"pkt.mark==7 && ct.est && ip4",
     "pkt_mark=0x7,ct_state=est|trk,ip,reg14=0x1,vlan_tci=0x0000,dl_src=00:00:00:00:00:00,dl_dst=00:00:00:00:00:00,"
     "nw_src=0.0.0.0,nw_dst=0.0.0.0,nw_proto=0,nw_tos=0,nw_ecn=0,nw_ttl=0,nw_frag=no"},
    {"reg0==7 && reg1==1 && xxreg1==5 && outport==\"p2\" && flags.loopback",
     "reg0=0x7,reg1=0x1,reg7=0x5,reg10=0x1,reg14=0x1,reg15=0x2,vlan_tci=0x0000,dl_src=00:00:00:00:00:00,"
     "dl_dst=00:00:00:00:00:00,dl_type=0x0000"},
    {"ip.first_frag && ip4",
     "ip,reg14=0x1,vlan_tci=0x0000,dl_src=00:00:00:00:00:00,dl_dst=00:00:00:00:00:00,nw_src=0.0.0.0,nw_dst=0.0.0.0,"
     "nw_proto=0,nw_tos=0,nw_ecn=0,nw_ttl=0,nw_frag=first"},
    {"ip4.mcast",
     "ip,reg14=0x1,vlan_tci=0x0000,dl_src=00:00:00:00:00:00,dl_dst=01:00:00:00:00:00,nw_src=0.0.0.0,nw_dst=224.0.0.0,"
     "nw_proto=0,nw_tos=0,nw_ecn=0,nw_ttl=0,nw_frag=no"},
    {"is_chassis_resident(\"zz\")",
     "reg14=0x1,vlan_tci=0x0000,dl_src=00:00:00:00:00:00,dl_dst=00:00:00:00:00:00,dl_type=0x0000"},
    {"1", "reg14=0x1,vlan_tci=0x0000,dl_src=00:00:00:00:00:00,dl_dst=00:00:00:00:00:00,dl_type=0x0000"},
    {"outport == \"nope\"",
     "reg14=0x1,vlan_tci=0x0000,dl_src=00:00:00:00:00:00,dl_dst=00:00:00:00:00:00,dl_type=0x0000"},
    {"tcp.dst==80",
     "Constraints are ambiguous: inport == \"p1\" && tcp.dst == 0x50 && ip.proto == 0x6 && (eth.type == 0x800 || "
     "eth.type == 0x86dd)."},
    {"ip4 && tcp.src>1024",
     "Constraints are ambiguous: inport == \"p1\" && eth.type == 0x800 && tcp.src > 0x400 && ip.proto == 0x6 && "
     "(eth.type == 0x800 || eth.type == 0x86dd)."},
    {"ip4 && tcp.src=={1,2,3}",
     "Constraints are ambiguous: inport == \"p1\" && eth.type == 0x800 && (tcp.src == 0x1 || tcp.src == 0x2 || tcp.src "
     "== 0x3) && ip.proto == 0x6 && (eth.type == 0x800 || eth.type == 0x86dd)."},
    {"ip4 && ip6", "Constraints are contradictory."},
    {"inport==\"p2\"", "Constraints are contradictory."},
    {"xreg0==5 && reg0==1", "Constraints are contradictory."},
    {"tcp.dst==80 && ip4 && udp", "Constraints are contradictory."},
    {"(tcp || udp)", nullptr},  // Ambiguous, at length.
    {"tcp || udp", "&& and || must be parenthesized when used together."},
    {"foo==1", "Syntax error at `foo' expecting field name."},
    {"ip4.src==$as", "Syntax error at `$as' expecting address set name."},
    {"", "Syntax error at end of input expecting constant."},
};

TEST(Microflow, AsOvnTraceSees) {
  for (const Case& c : kCases) {
    const std::string line = Line(absl::StrCat("inport==\"p1\" && ", c.text));
    if (c.expected == nullptr) {
      EXPECT_EQ(line.substr(0, 26), "Constraints are ambiguous:") << c.text;
    } else {
      EXPECT_EQ(line, c.expected) << c.text;
    }
  }
}

TEST(Microflow, ALaterFragmentIsAFragment) {
  const absl::StatusOr<FlowKey> key = ParseMicroflow("ip.later_frag && ip4", Ports());
  ASSERT_TRUE(key.ok());
  EXPECT_EQ(key->Get64(field::kIpFrag), kFragAny | kFragLater);
}

TEST(Microflow, FindsItsInport) {
  EXPECT_EQ(MicroflowInport("ip4 && inport == \"p7\" && ip.ttl == 1").value(), "p7");
  EXPECT_EQ(MicroflowInport("ip4").status().message(), "flow match expression does not match on inport");
  EXPECT_EQ(MicroflowInport("ip4 &&").status().message(), "Syntax error at end of input expecting constant.");
}

}  // namespace
}  // namespace ovnlite
