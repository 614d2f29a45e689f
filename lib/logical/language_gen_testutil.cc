#include "lib/logical/language_gen_testutil.h"

#include "absl/strings/str_cat.h"

namespace ovnlite {
namespace {

using Words = absl::Span<const absl::string_view>;

constexpr absl::string_view kOrdinals[] = {"reg0",           "reg3[4..11]",
                                           "xreg1",          "xxreg1",
                                           "xxreg0[60..70]", "ip4.src",
                                           "ip4.dst",        "ip6.src",
                                           "ip6.dst",        "tcp.dst",
                                           "tcp.src",        "udp.dst",
                                           "sctp.src",       "eth.src",
                                           "eth.dst",        "eth.dst[40]",
                                           "vlan.vid",       "vlan.pcp",
                                           "vlan.tci",       "ip.ttl",
                                           "ip.dscp",        "ip.ecn",
                                           "arp.spa",        "arp.tpa",
                                           "arp.sha",        "arp.op",
                                           "nd.target",      "nd.sll",
                                           "ct_mark",        "ct_label",
                                           "ct_state",       "ct_label[32..79]",
                                           "pkt.mark",       "flags",
                                           "flags[3]",       "tcp.flags",
                                           "ip.frag",        "ct_mark.ecmp_reply_port",
                                           "icmp4.type",     "ip6.label"};
constexpr absl::string_view kPredicates[] = {"ip",
                                             "ip4",
                                             "ip6",
                                             "tcp",
                                             "udp",
                                             "sctp",
                                             "icmp",
                                             "icmp4",
                                             "icmp6",
                                             "arp",
                                             "rarp",
                                             "nd",
                                             "nd_ns",
                                             "nd_na",
                                             "nd_rs",
                                             "nd_ra",
                                             "ip4.mcast",
                                             "ip6.mcast",
                                             "eth.mcast",
                                             "eth.bcast",
                                             "ct.new",
                                             "ct.est",
                                             "ct.rel",
                                             "ct.trk",
                                             "ct.inv",
                                             "vlan.present",
                                             "igmp",
                                             "mldv2",
                                             "flags.loopback",
                                             "ip.first_frag",
                                             "ip.later_frag",
                                             "ip.is_frag",
                                             "ct_label.blocked",
                                             "ct_mark.natted"};
constexpr absl::string_view kNominals[] = {"eth.type", "ip.proto", "icmp6.type", "icmp6.code"};
constexpr absl::string_view kSets[] = {"$set1", "$set2", "$set3", "$set4", "$nosuch"};
constexpr absl::string_view kPorts[] = {
    "\"lsp1\"", "\"lsp2\"", "\"eth0\"", "\"gone\"", "@pg1", "@pg_empty", "{\"lsp1\", \"eth1\"}"};
constexpr absl::string_view kRelations[] = {"==", "!=", "<", "<=", ">", ">="};
constexpr absl::string_view kSimpleActions[] = {
    "output;",
    "next;",
    "next(3);",
    "next(pipeline=egress, table=4);",
    "ip.ttl--;",
    "ct_next;",
    "ct_clear;",
    "ct_commit { };",
    "ct_commit;",
    "ct_commit_nat;",
    "ct_dnat;",
    "ct_snat(10.0.0.1);",
    "ct_dnat(fd00::1, 5-9);",
    "ct_snat_in_czone;",
    "ct_dnat_in_czone(10.0.0.9);",
    "ct_lb;",
    "ct_lb(backends=10.0.0.2:80,10.0.0.3:81);",
    "ct_lb_mark(backends=[fd00::1]:80; hash_fields=\"ip_src\"; skip_snat);",
    "ct_snat_to_vip;",
    "igmp;",
    "handle_dhcpv6_reply;",
    "handle_bfd_msg();",
    "handle_svc_check(inport);",
    "get_arp(outport, reg0);",
    "get_nd(outport, xxreg0);",
    "put_arp(inport, arp.spa, arp.sha);",
    "put_nd(inport, nd.target, nd.tll);",
    "reg9[2] = lookup_arp(inport, arp.spa, arp.sha);",
    "reg9[3] = lookup_nd_ip(inport, ip6.src);",
    "outport = get_fdb(eth.dst);",
    "put_fdb(inport, eth.src);",
    "reg0[11] = lookup_fdb(inport, eth.src);",
    "reg0[3] = put_dhcp_opts(offerip = 10.0.0.4, router = 10.0.0.1, mtu = 1400);",
    "reg0[3] = put_dhcp_opts(offerip = 10.0.0.4, classless_static_route = {10.0.0.0/9, 10.0.0.1}, domain_search_list = "
    "\"a.b,c.b\");",
    "reg0[3] = put_dhcpv6_opts(ia_addr = fd00::4, server_id = 02:00:00:00:00:01);",
    "reg0[5] = put_nd_ra_opts(addr_mode = \"slaac\", slla = 02:00:00:00:00:01, prefix = fd00::/64, rdnss = fd00::5);",
    "reg0[4] = dns_lookup();",
    "set_queue(5);",
    "set_meter(100, 200);",
    "log(name=\"x\", verdict=drop, severity=alert);",
    "trigger_event(event = \"empty_lb_backends\", vip = \"10.0.0.1:80\", protocol = \"tcp\", load_balancer = "
    "\"12345678-1234-1234-1234-123456789012\");",
    "bind_vport(\"lsp1\", inport);",
    "reg9[1] = check_pkt_larger(1400);",
    "reg8[16..31] = select(1=50, 2, 3=7);",
    "fwd_group(liveness=\"true\", childports=\"lsp1\", \"lsp2\");",
    "reg0[12] = check_in_port_sec();",
    "reg0[6] = chk_lb_hairpin();",
    "reg9[5] = chk_ecmp_nh_mac();",
    "reg9[6] = chk_lb_aff();",
    "commit_ecmp_nh(ipv6 = \"true\", proto = \"tcp\");",
    "commit_lb_aff(vip = \"10.0.0.1:80\", backend = \"10.0.0.2:80\", proto = tcp, timeout = 30);",
    "sample(probability=5,collector_set=200,obs_domain=1,obs_point=$cookie);",
    "outport = \"lsp1\";",
    "outport = inport;",
    "inport = \"\";",
    "outport <-> inport;"};
constexpr absl::string_view kNesting[] = {"clone",        "arp",       "icmp4",      "icmp4_error", "icmp6",
                                          "icmp6_error",  "tcp_reset", "sctp_abort", "reject",      "nd_na",
                                          "nd_na_router", "nd_ns",     "ct_commit"};

int WidthOf(absl::string_view field) {
  if (field.find('[') != field.npos) return 4;
  if (field.find("ip6.") == 0 || field == "nd.target" || field == "ct_label" || field == "xxreg1") return 128;
  if (field.find("eth.") == 0 || field.find(".sha") != field.npos || field == "nd.sll") return 48;
  if (field.find("ip4.") == 0 || field.find("pa") != field.npos || field == "reg0") return 32;
  return 5;
}

}  // namespace

std::string LanguageGrower::Number(int width) {
  switch (Below(4)) {
    case 0:
      return absl::StrCat(Byte() >> 3);
    case 1:
      return absl::StrCat("0x", absl::Hex(Byte() & 0x1f));
    case 2:
      return width < 32     ? std::string("0")
             : width == 128 ? absl::StrCat("fd00::", absl::Hex(Byte()))
             : width == 48  ? absl::StrCat("02:00:00:00:00:", absl::Hex(Byte() | 0x10))
                            : absl::StrCat("10.0.", Byte(), ".", Byte());
    default:
      if (width == 32) return absl::StrCat("10.", Byte(), ".0.0/", Byte() % 17 + 16);
      if (width == 128) return absl::StrCat("fd00:", absl::Hex(Byte()), "::/", 32 + Byte() % 90);
      return absl::StrCat(Byte() & 7, "/", Byte() & 7);
  }
}

std::string LanguageGrower::Integer(absl::string_view field, bool set) {
  const int width = WidthOf(field);
  if (!set) return Number(width);
  if (Below(3) == 0) return std::string(Choose(Words(kSets)));
  std::string text = "{";
  for (size_t n = 1 + Below(4); n > 0; --n) absl::StrAppend(&text, text.size() > 1 ? ", " : "", Number(width));
  return text + "}";
}

std::string LanguageGrower::Comparison() {
  switch (Below(8)) {
    case 0:
      return absl::StrCat(Below(3) == 0 ? "!" : "", Choose(Words(kPredicates)));
    case 1:
      return std::string(Choose(Words(kPredicates)));
    case 2:
      return absl::StrCat(Choose(Words(kNominals)), " == ", Integer("", Below(2) == 0));
    case 3:
      return absl::StrCat(Below(2) == 0 ? "inport" : "outport", " == ", Choose(Words(kPorts)));
    case 4:
      return absl::StrCat(Below(2) == 0 ? "!" : "", "is_chassis_resident(\"", Below(2) == 0 ? "lsp1" : "gone", "\")");
    case 5: {
      const absl::string_view field = Choose(Words(kOrdinals));
      return absl::StrCat(Byte() & 15, Below(2) == 0 ? " < " : " <= ", field, Below(2) == 0 ? " < " : " <= ", Byte());
    }
    default: {
      const absl::string_view field = Choose(Words(kOrdinals));
      return absl::StrCat(field, " ", Choose(Words(kRelations)), " ", Integer(field, Below(3) == 0));
    }
  }
}

std::string LanguageGrower::Match(int depth) {
  if (depth == 0 || Below(3) == 0) return Comparison();
  const absl::string_view op = Below(2) == 0 ? " && " : " || ";
  std::string text;
  for (size_t n = 2 + Below(3); n > 0; --n) {
    const bool negate = Below(8) == 0;
    absl::StrAppend(&text, text.empty() ? "" : op, negate ? "!" : "", "(", Match(depth - 1), ")");
  }
  return text;
}

std::string LanguageGrower::OneAction(int depth) {
  switch (Below(8)) {
    case 0:
    case 1: {
      const absl::string_view field = Choose(Words(kOrdinals));
      return absl::StrCat(field, " = ", Number(WidthOf(field)), ";");
    }
    case 2:
      return absl::StrCat(Choose(Words(kOrdinals)), Below(2) == 0 ? " = " : " <-> ", Choose(Words(kOrdinals)), ";");
    case 3:
      return absl::StrCat(Below(2) == 0 ? "push(" : "pop(", Choose(Words(kOrdinals)), ");");
    case 4:
      if (depth > 0) return absl::StrCat(Choose(Words(kNesting)), " { ", Actions(depth - 1), " };");
      return "next;";
    default:
      return std::string(Choose(Words(kSimpleActions)));
  }
}

std::string LanguageGrower::Actions(int depth) {
  std::string text;
  for (size_t n = 1 + Below(4); n > 0; --n) absl::StrAppend(&text, text.empty() ? "" : " ", OneAction(depth));
  return text;
}

}  // namespace ovnlite
