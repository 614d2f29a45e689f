// Frames of every codec, with what another reader must find in them.
//
// usage: frames scapy          one line per frame: name, hex, a Python expression over the scapy packet p; tabs between
//        frames pcapng FILE    the same frames as a capture with interfaces, comments, directions and nanoseconds

#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "ovnlite/base/ip.h"
#include "ovnlite/base/mac.h"
#include "ovnlite/base/random.h"
#include "ovnlite/packet/compose.h"
#include "ovnlite/packet/flow_hash.h"
#include "ovnlite/packet/pcapng_writer.h"
#include "ovnlite/wire/arp.h"
#include "ovnlite/wire/checksum.h"
#include "ovnlite/wire/ethernet.h"
#include "ovnlite/wire/geneve_tunnel.h"
#include "ovnlite/wire/icmp.h"
#include "ovnlite/wire/icmpv6.h"
#include "ovnlite/wire/igmp.h"
#include "ovnlite/wire/ip_proto.h"
#include "ovnlite/wire/ipv4.h"
#include "ovnlite/wire/ipv6.h"
#include "ovnlite/wire/mld.h"
#include "ovnlite/wire/nd.h"
#include "ovnlite/wire/sctp.h"
#include "ovnlite/wire/tcp.h"
#include "ovnlite/wire/udp.h"
#include "ovnlite/wire/vlan.h"

namespace ovnlite {
namespace {

using Bytes = std::vector<uint8_t>;

struct Frame {
  std::string name;
  Bytes bytes;
  std::string expression;
};

const MacAddress kMacA(0x00000000000a);
const MacAddress kMacB(0x00000000ff01);
const Ipv4Address kIpA(0x0a00000a);
const Ipv4Address kIpB(0x0a000114);
const Ipv6Address kIp6A(0xfd00ull << 48, 0xa);
const Ipv6Address kIp6B(0xfd00ull << 48, 0x14);

template <typename Header>
Bytes Emitted(const Header& header) {
  Bytes bytes(header.size(), 0xa5);
  header.Emit(bytes.data());
  return bytes;
}

Bytes Join(std::initializer_list<Bytes> parts) {
  Bytes all;
  for (const Bytes& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

Bytes Text(absl::string_view text) { return Bytes(text.begin(), text.end()); }

Bytes Ethernet(uint16_t type, const Bytes& payload, MacAddress destination = kMacB) {
  return Join({Emitted(EthernetHeader{destination, kMacA, type}), payload});
}

Bytes Ipv4(uint8_t proto, const Bytes& payload, Ipv4Header ip = {}) {
  ip.protocol = proto;
  ip.source = kIpA;
  if (ip.destination.IsZero()) ip.destination = kIpB;
  ip.total_length = static_cast<uint16_t>(ip.size() + payload.size());
  Bytes header(ip.size(), 0xa5);
  ip.EmitWithChecksum(header.data());
  return Ethernet(kEthTypeIpv4, Join({header, payload}));
}

Bytes Ipv6(uint8_t next_header, const Bytes& payload, uint8_t hop_limit = 64, Ipv6Address destination = kIp6B) {
  Ipv6Header ip{0xb8, 0x12345, static_cast<uint16_t>(payload.size()), next_header, hop_limit, kIp6A, destination};
  return Ethernet(kEthTypeIpv6, Join({Emitted(ip), payload}),
                  destination.IsMulticast() ? destination.MulticastMac() : kMacB);
}

// Fills a 16-bit checksum at `at`, over the pseudo-header of A and B.
Bytes Sealed4(Bytes l4, uint8_t proto, size_t at) {
  const uint16_t sum = Checksum(l4, PseudoHeaderSum(kIpA, kIpB, proto, static_cast<uint32_t>(l4.size())));
  Store16(&l4[at], proto == kIpProtoUdp ? UdpChecksumNonZero(sum) : sum);
  return l4;
}
Bytes Sealed6(Bytes l4, uint8_t proto, size_t at, Ipv6Address destination = kIp6B) {
  const uint16_t sum = Checksum(l4, PseudoHeaderSum(kIp6A, destination, proto, static_cast<uint32_t>(l4.size())));
  Store16(&l4[at], proto == kIpProtoUdp ? UdpChecksumNonZero(sum) : sum);
  return l4;
}
// A checksum without pseudo-header: ICMP, IGMP.
Bytes Sealed(Bytes l4) {
  Store16(&l4[2], Checksum(l4));
  return l4;
}
Bytes Icmpv6(const Bytes& message, Ipv6Address destination = kIp6B) {
  return Ipv6(kIpProtoIcmpv6, Sealed6(message, kIpProtoIcmpv6, 2, destination), 255, destination);
}

Bytes Udp(uint16_t source, uint16_t destination, absl::string_view payload) {
  const auto length = static_cast<uint16_t>(UdpLayout::kSize + payload.size());
  return Join({Emitted(UdpHeader{source, destination, length, 0}), Text(payload)});
}
Bytes Option(uint8_t type, const Bytes& data) { return Emitted(NdOption{type, data}); }
Bytes MacOption(uint8_t type, MacAddress mac) {
  Bytes octets(6);
  mac.Store(octets.data());
  return Option(type, octets);
}

void AddIpv4(std::vector<Frame>& out) {
  const Bytes udp = Sealed4(Udp(5000, 50053, "hello"), kIpProtoUdp, 6);
  out.push_back(
      {"udp", Ipv4(kIpProtoUdp, udp, {.tos = 0xb9, .id = 7, .fragment = Ipv4Layout::kDontFragment, .ttl = 9}),
       "p[IP].src=='10.0.0.10' and p[IP].dst=='10.0.1.20' and p[IP].tos==0xb9 and p[IP].id==7 and p[IP].ttl==9 "
       "and p[IP].flags=='DF' and p[UDP].sport==5000 and p[UDP].dport==50053 and p[Raw].load==b'hello'"});
  const Bytes alert = {0x94, 0x04, 0, 0};
  out.push_back({"ip options", Ipv4(kIpProtoUdp, udp, {.options = alert}), "p[IP].ihl==6 and p[UDP].dport==50053"});
  const Bytes options = Bytes{2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2, 1, 3, 3, 7};
  TcpHeader tcp{4000, 80, 1, 2, kTcpSyn | kTcpAck | kTcpEce, 8192, 0, 3, options};
  out.push_back(
      {"tcp", Ipv4(kIpProtoTcp, Sealed4(Join({Emitted(tcp), Text("x")}), kIpProtoTcp, 16)),
       "p[TCP].sport==4000 and p[TCP].seq==1 and p[TCP].ack==2 and p[TCP].flags=='SAE' and p[TCP].window==8192 and "
       "p[TCP].urgptr==3 and p[TCP].options==[('MSS',1460),('SAckOK',b''),('Timestamp',(1,2)),('NOP',None),"
       "('WScale',7)]"});
  out.push_back({"icmp echo",
                 Ipv4(kIpProtoIcmp, Sealed(Join({Emitted(IcmpHeader{kIcmpEchoRequest, 0, 0, 0x70001}), Text("ab")}))),
                 "p[ICMP].type==8 and p[ICMP].id==7 and p[ICMP].seq==1"});
  const Bytes quoted = Ipv4(kIpProtoUdp, udp);
  out.push_back(
      {"icmp error",
       Ipv4(kIpProtoIcmp, Sealed(Join({Emitted(IcmpHeader{kIcmpUnreachable, kIcmpFragmentationNeeded, 0, 1400}),
                                       Bytes(quoted.begin() + 14, quoted.end())}))),
       "p[ICMP].type==3 and p[ICMP].code==4 and p[ICMP].nexthopmtu==1400 and p[IPerror].dst=='10.0.1.20' and "
       "p[UDPerror].dport==50053"});
  Bytes init = Join(
      {Emitted(SctpHeader{4000, 80, 0, 0}), {1, 0, 0, 20, 0, 0, 0, 1, 0, 0, 0xff, 0xff, 0, 10, 0, 10, 0, 0, 0, 1}});
  MutableSctpView(absl::MakeSpan(init)).FillChecksum();
  out.push_back(
      {"sctp", Ipv4(kIpProtoSctp, init), "p[SCTP].sport==4000 and p[SCTP].dport==80 and p[SCTPChunkInit].init_tag==1"});
  const Ipv4Address group(0xef010203);
  Ipv4Header multicast{.ttl = 1, .destination = group, .options = alert};
  out.push_back({"igmp v2", Ipv4(kIpProtoIgmp, Sealed(Emitted(IgmpHeader{kIgmpv2Report, 0, 0, group})), multicast),
                 "p[IGMP].type==0x16 and p[IGMP].gaddr=='239.1.2.3'"});
  const Bytes sources = {10, 0, 0, 1, 10, 0, 0, 2};
  out.push_back(
      {"igmp v3 query",
       Ipv4(kIpProtoIgmp, Sealed(Emitted(Igmpv3Query{{kIgmpQuery, 100, 0, group}, 2, 125, sources})), multicast),
       "p[IGMPv3mq].gaddr=='239.1.2.3' and p[IGMPv3mq].qrv==2 and p[IGMPv3mq].qqic==125 and "
       "p[IGMPv3mq].srcaddrs==['10.0.0.1','10.0.0.2']"});
  const Bytes report = Join({Emitted(IgmpHeader{kIgmpv3Report, 0, 0, Ipv4Address(1)}),
                             Emitted(IgmpGroupRecord{kGroupToExclude, group, sources, {}})});
  out.push_back(
      {"igmp v3 report",
       Ipv4(kIpProtoIgmp, Sealed(report), {.ttl = 1, .destination = Ipv4Address(0xe0000016), .options = alert}),
       "p[IGMPv3mr].numgrp==1 and p[IGMPv3mr].records[0].rtype==4 and p[IGMPv3mr].records[0].maddr=='239.1.2.3'"});
}

void AddLink(std::vector<Frame>& out) {
  const Bytes inner = Ipv4(kIpProtoUdp, Sealed4(Udp(1, 2, ""), kIpProtoUdp, 6));
  const Bytes ip(inner.begin() + 14, inner.end());
  const Bytes type = {0x08, 0x00};
  Bytes tagged = Join({Emitted(VlanTag::Of(7, 3)), type, ip});
  Bytes double_tagged = Join({Emitted(VlanTag::Of(100, 0, kEthTypeQinq)), tagged});
  const Bytes macs(inner.begin(), inner.begin() + 12);
  out.push_back({"vlan", Join({macs, tagged}), "p[Dot1Q].vlan==7 and p[Dot1Q].prio==3 and p[UDP].dport==2"});
  out.push_back({"qinq", Join({macs, double_tagged}), "p[Dot1AD].vlan==100 and p[Dot1Q].vlan==7 and p[UDP].dport==2"});
  out.push_back({"snap",
                 Ethernet(static_cast<uint16_t>(8 + ip.size()), Join({Emitted(LlcSnapHeader{.type = 0x0800}), ip})),
                 "p[SNAP].code==0x800 and p[UDP].dport==2"});
  out.push_back({"arp", Ethernet(kEthTypeArp, Emitted(ArpHeader{kArpReply, kMacA, kIpA, kMacB, kIpB})),
                 "p[ARP].op==2 and p[ARP].hwsrc=='00:00:00:00:00:0a' and p[ARP].psrc=='10.0.0.10' and "
                 "p[ARP].hwdst=='00:00:00:00:ff:01' and p[ARP].pdst=='10.0.1.20'"});
}

void AddIpv6(std::vector<Frame>& out) {
  out.push_back({"udp6", Ipv6(kIpProtoUdp, Sealed6(Udp(1, 2, "odd"), kIpProtoUdp, 6)),
                 "p[IPv6].src=='fd00::a' and p[IPv6].tc==0xb8 and p[IPv6].fl==0x12345 and p[UDP].dport==2"});
  const Bytes hop_by_hop = {kIpProtoDestination, 0, 5, 2, 0, 0, 1, 0}, destination = {kIpProtoUdp, 0, 1, 4, 0, 0, 0, 0};
  out.push_back({"extension headers",
                 Ipv6(kIpProtoHopByHop, Join({hop_by_hop, destination, Sealed6(Udp(1, 2, "x"), kIpProtoUdp, 6)})),
                 "IPv6ExtHdrHopByHop in p and IPv6ExtHdrDestOpt in p and p[UDP].dport==2"});
  const Bytes fragment = Emitted(Ipv6FragmentHeader{kIpProtoUdp, 0, 0x5a9, 42});
  out.push_back(
      {"fragment", Ipv6(kIpProtoFragment, Join({fragment, Text("12345678")})),
       "p[IPv6ExtHdrFragment].offset==181 and p[IPv6ExtHdrFragment].m==1 and p[IPv6ExtHdrFragment].id==42 and "
       "p[IPv6ExtHdrFragment].nh==17"});
  out.push_back({"icmpv6 echo", Icmpv6(Join({Emitted(Icmpv6Header{kIcmpv6EchoRequest, 0, 0, 0x70001}), Text("x")})),
                 "p[ICMPv6EchoRequest].id==7 and p[ICMPv6EchoRequest].seq==1"});
  out.push_back({"packet too big",
                 Icmpv6(Join({Emitted(Icmpv6Header{kIcmpv6PacketTooBig, 0, 0, 1400}),
                              Emitted(Ipv6Header{0, 0, 0, kIpProtoNone, 64, kIp6B, kIp6A})})),
                 "p[ICMPv6PacketTooBig].mtu==1400"});
  const Bytes source_option = MacOption(kNdOptionSourceLinkLayer, kMacA);
  const Bytes target_option = MacOption(kNdOptionTargetLinkLayer, kMacB);
  const Ipv6Address group = kIp6B.SolicitedNode();
  out.push_back({"neighbor solicitation",
                 Icmpv6(Emitted(NdNeighborHeader{kNdNeighborSolicit, 0, 0, 0, kIp6B, source_option}), group),
                 "p[ICMPv6ND_NS].tgt=='fd00::14' and p[ICMPv6NDOptSrcLLAddr].lladdr=='00:00:00:00:00:0a' and "
                 "p[IPv6].dst=='ff02::1:ff00:14' and p[Ether].dst=='33:33:ff:00:00:14'"});
  out.push_back({"neighbor advertisement",
                 Icmpv6(Emitted(
                     NdNeighborHeader{kNdNeighborAdvert, 0, 0, kNdRouterFlag | kNdOverrideFlag, kIp6B, target_option})),
                 "p[ICMPv6ND_NA].R==1 and p[ICMPv6ND_NA].S==0 and p[ICMPv6ND_NA].O==1 and "
                 "p[ICMPv6NDOptDstLLAddr].lladdr=='00:00:00:00:ff:01'"});
  out.push_back({"router solicitation", Icmpv6(Emitted(NdRouterSolicitHeader{.options = source_option})),
                 "ICMPv6ND_RS in p and p[ICMPv6NDOptSrcLLAddr].lladdr=='00:00:00:00:00:0a'"});
  NdPrefix prefix;
  prefix.valid_seconds = 0xffffffff;
  prefix.preferred_seconds = 600;
  prefix.prefix = Ipv6Address(0xaef0ull << 48, 0);
  const Bytes options =
      Join({source_option, Option(kNdOptionMtu, {0, 0, 0, 0, 5, 0xa2}), Option(kNdOptionPrefix, Emitted(prefix))});
  out.push_back(
      {"router advertisement",
       Icmpv6(Emitted(NdRouterAdvertHeader{0, 0, 255, NdRouterAdvertHeader::kManaged, 1800, 30000, 1000, options})),
       "p[ICMPv6ND_RA].chlim==255 and p[ICMPv6ND_RA].M==1 and p[ICMPv6ND_RA].O==0 and "
       "p[ICMPv6ND_RA].routerlifetime==1800 "
       "and p[ICMPv6ND_RA].reachabletime==30000 and p[ICMPv6ND_RA].retranstimer==1000 and p[ICMPv6NDOptMTU].mtu==1442 "
       "and "
       "p[ICMPv6NDOptPrefixInfo].prefix=='aef0::' and p[ICMPv6NDOptPrefixInfo].L==1 and "
       "p[ICMPv6NDOptPrefixInfo].A==1 and p[ICMPv6NDOptPrefixInfo].preferredlifetime==600"});
  const Ipv6Address listeners(0xff0eull << 48, 0x101);
  out.push_back({"mld report", Icmpv6(Emitted(MldHeader{kMldv1Report, 0, 0, 0, 0, listeners}), listeners),
                 "p[ICMPv6MLReport].mladdr=='ff0e::101'"});
  out.push_back({"mld v2 query",
                 Icmpv6(Emitted(Mldv2Query{{kMldQuery, 0, 0, 1000, 0, listeners}, 2, 125, {}}), listeners),
                 "p[ICMPv6MLQuery2].mladdr=='ff0e::101' and p[ICMPv6MLQuery2].QRV==2 and p[ICMPv6MLQuery2].QQIC==125"});
  const Bytes record =
      Join({Emitted(Icmpv6Header{kMldv2Report, 0, 0, 1}), Emitted(MldGroupRecord{kGroupToExclude, listeners, {}, {}})});
  const Ipv6Address routers(0xff02ull << 48, 0x16);
  out.push_back({"mld v2 report", Icmpv6(record, routers),
                 "p[ICMPv6MLReport2].records_number==1 and p[ICMPv6MLReport2].records[0].dst=='ff0e::101'"});
}

void AddGeneve(std::vector<Frame>& out) {
  const Bytes inner = Ipv4(kIpProtoUdp, Sealed4(Udp(1, 2, "inside"), kIpProtoUdp, 6));
  for (const bool v6 : {false, true}) {
    GeneveTunnel tunnel;
    tunnel.source_mac = MacAddress(0x020000000001);
    tunnel.destination_mac = MacAddress(0x020000000002);
    tunnel.source = v6 ? IpAddress(kIp6A) : IpAddress(kIpA);
    tunnel.destination = v6 ? IpAddress(kIp6B) : IpAddress(kIpB);
    const GenevePath path(tunnel, 0xabcdef, OvnGeneveOption::Of(2, 0x8001));
    Bytes frame = Join({Bytes(path.size()), inner});
    path.Write(absl::MakeSpan(frame), GeneveSourcePort(FlowHash(Packet(inner))));
    out.push_back(
        {v6 ? "geneve6" : "geneve", frame,
         "p[GENEVE].vni==0xabcdef and p[GENEVE].proto==0x6558 and p[GENEVE].version==0 and p[GENEVE].critical==1 and "
         "p[GENEVE].oam==0 and p[GENEVE].options[0].classid==0x102 and p[GENEVE].options[0].type==0x80 and "
         "bytes(p[GENEVE].options[0])[-4:]==b'\\x00\\x02\\x80\\x01' and p[GENEVE].payload[UDP].dport==2 and "
         "p.getlayer(UDP,2)[Raw].load==b'inside'"});
  }
}

// Keys such as the datapath extracts, drawn at random.
void AddComposed(std::vector<Frame>& out) {
  Random random(1);
  constexpr uint8_t kProtos[] = {kIpProtoIcmp, kIpProtoTcp,  kIpProtoUdp, kIpProtoIcmpv6,
                                 kIpProtoSctp, kIpProtoIgmp, 253};
  for (int i = 0; i < 300; ++i) {
    FlowKey key;
    key.Set(field::kEthDst, random.Next() & 0xfeff'ffff'ffff);
    key.Set(field::kEthSrc, random.Next() & 0xfeff'ffff'ffff);
    if (random.OneIn(4)) key.Set(field::kVlanTci, 0x1000 | random.Next());
    const bool v6 = random.OneIn(2);
    uint8_t proto = kProtos[random.Below(std::size(kProtos))];
    if (proto == (v6 ? kIpProtoIcmp : kIpProtoIcmpv6)) proto = kIpProtoUdp;
    if (v6 && proto == kIpProtoIgmp) proto = kIpProtoTcp;
    key.Set(field::kEthType, v6 ? kEthTypeIpv6 : kEthTypeIpv4);
    key.Set(field::kIpProto, proto);
    key.Set(field::kIpTos, random.Next());
    key.Set(field::kIpTtl, 1 + random.Below(255));
    // Unicast addresses that no reader finds fault with.
    key.Set(field::kIp4Src, v6 ? 0 : 0x0a000000 | random.Below(1 << 24));
    key.Set(field::kIp4Dst, v6 ? 0 : 0x0a000000 | random.Below(1 << 24));
    if (v6) {
      key.Set(field::kIp6Src, MakeU128(0xfd00ull << 48, random.Next()));
      key.Set(field::kIp6Dst, MakeU128(0xfd00ull << 48, random.Next()));
      key.Set(field::kIp6Label, random.Next());
    }
    std::string expression = v6 ? "p[IPv6].nh==" : "p[IP].proto==";
    absl::StrAppend(&expression, static_cast<int>(proto));
    if (v6) absl::StrAppend(&expression, " and p[IPv6].fl==", key.Get64(field::kIp6Label));
    if (proto == kIpProtoTcp || proto == kIpProtoUdp || proto == kIpProtoSctp) {
      // Ports that no other protocol claims.
      const uint64_t source = 50'000 + random.Below(10'000), destination = 50'000 + random.Below(10'000);
      key.Set(field::kL4Src, source);
      key.Set(field::kL4Dst, destination);
      if (proto == kIpProtoTcp) key.Set(field::kTcpFlags, random.Below(64));
      const char* const name = proto == kIpProtoTcp ? "TCP" : proto == kIpProtoUdp ? "UDP" : "SCTP";
      absl::StrAppend(&expression, " and p[", name, "].sport==", source, " and p[", name, "].dport==", destination);
    } else if (proto == kIpProtoIcmp) {
      key.Set(field::kL4Src, kIcmpEchoRequest);
      absl::StrAppend(&expression, " and p[ICMP].type==8");
    } else if (proto == kIpProtoIgmp) {
      key.Set(field::kL4Src, kIgmpv2Report);
    } else if (proto == kIpProtoIcmpv6) {
      const bool solicit = random.OneIn(2);
      key.Set(field::kIpTtl, 255);
      key.Set(field::kL4Src, solicit ? kNdNeighborSolicit : kNdNeighborAdvert);
      const Ipv6Address target(0xfd00ull << 48, random.Next());
      key.Set(field::kNdTarget, target.bits());
      absl::StrAppend(&expression, " and p[ICMPv6ND_", solicit ? "NS" : "NA", "].tgt=='", target.ToString(), "'");
      if (random.OneIn(2)) key.Set(solicit ? field::kNdSll : field::kNdTll, 0x0200'0000'0000 | random.Below(1 << 24));
    }
    const Packet packet = ComposePacket(key, Bytes(proto == 253 ? 4 : proto == kIpProtoTcp ? random.Below(9) : 0, 'x'));
    out.push_back({absl::StrCat("composed ", i), Bytes(packet.bytes().begin(), packet.bytes().end()), expression});
  }
}

int Main(int argc, char** argv) {
  std::vector<Frame> frames;
  AddIpv4(frames);
  AddLink(frames);
  AddIpv6(frames);
  AddGeneve(frames);
  AddComposed(frames);
  if (argc == 2 && std::strcmp(argv[1], "scapy") == 0) {
    for (const Frame& f : frames) {
      const absl::string_view bytes(reinterpret_cast<const char*>(f.bytes.data()), f.bytes.size());
      std::printf("%s\t%s\t%s\n", f.name.c_str(), absl::BytesToHexString(bytes).c_str(), f.expression.c_str());
    }
    return 0;
  }
  if (argc == 3 && std::strcmp(argv[1], "pcapng") == 0) {
    absl::StatusOr<PcapngWriter> writer = PcapngWriter::Create(argv[2]);
    absl::Status status = writer.status();
    if (status.ok()) {
      const uint32_t first = writer->AddInterface("vm-a");
      uint32_t second = 0;
      Instant time = 1'700'000'000'123'456'789;
      for (size_t i = 0; i < frames.size() && status.ok(); ++i) {
        if (i == 1) second = writer->AddInterface("tunnel \xe2\x86\x92 hv2");
        // The first packet without notes, then all combinations.
        const std::string comment = i % 3 == 0 ? "" : absl::StrCat(frames[i].name, " \xe2\x82\xac");
        status = writer->Write(i % 2 ? second : first, time, frames[i].bytes,
                               {.comment = comment, .direction = static_cast<PcapngWriter::Direction>(i % 3)});
        time += 1'000'000'001;
      }
      if (status.ok()) status = writer->Flush();
    }
    if (status.ok()) return 0;
    std::fprintf(stderr, "%s\n", status.ToString().c_str());
    return 1;
  }
  std::fprintf(stderr, "usage: frames scapy | frames pcapng FILE\n");
  return 2;
}

}  // namespace
}  // namespace ovnlite

int main(int argc, char** argv) { return ovnlite::Main(argc, argv); }
