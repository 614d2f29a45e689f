#include "tests/oracle/random_traffic.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "ovnlite/base/ip.h"
#include "ovnlite/base/mac.h"
#include "ovnlite/base/random.h"
#include "ovnlite/packet/compose.h"
#include "ovnlite/packet/field.h"

namespace ovnlite {
namespace {

using Strings = std::vector<std::string>;

constexpr int kFrames = 60;
constexpr uint64_t kBroadcast = 0xffff'ffff'ffff, kOutsider = 0x0000'0000'ee01, kGateway = 0x0000'0000'fd01;

// Station 2 of network 1 is 00:00:00:00:01:02, 10.0.1.12 and fd00:1::12, its router's port 00:00:00:00:ff:01, 10.0.1.1
// and fd00:1::1.
uint64_t MacOf(int network, int station) {
  return static_cast<uint64_t>(network) << 8 | static_cast<uint64_t>(station);
}
uint64_t RouterMac(int network) { return 0xff00 | static_cast<uint64_t>(network); }
std::string Ip4Of(int network, int host) { return absl::StrFormat("10.0.%d.%d", network, host); }
std::string Ip6Of(int network, int host) { return absl::StrFormat("fd00:%d::%d", network, host); }
std::string Text(uint64_t mac) { return absl::StrFormat("00:00:00:00:%02x:%02x", mac >> 8 & 0xff, mac & 0xff); }
uint32_t Bits4(absl::string_view ip) { return Ipv4Address::Parse(ip)->bits(); }
u128 Bits6(absl::string_view ip) { return Ipv6Address::Parse(ip)->bits(); }
std::string Quoted(const std::string& text) { return absl::StrCat("'", text, "'"); }

class Generator {
 public:
  explicit Generator(uint64_t seed) : random_(seed) {}

  Traffic Run() {
    const int chassis = 2 + Below(2);
    for (int i = 1; i <= chassis; ++i) chassis_.push_back(absl::StrCat("hv", i));
    const int switches = 2 + Below(2);
    two_routers_ = OneIn(2);
    Line("lr-add r0");
    if (two_routers_) Line("lr-add r1");
    for (int i = 0; i < switches; ++i) AddSwitch(i, two_routers_ && i == switches - 1 ? 1 : 0);
    if (two_routers_) JoinRouters(switches - 1);
    if (OneIn(2)) AddProvider();
    AddRules();
    AddOptions(switches);
    for (size_t i = 0; i < chassis_.size(); ++i) Line("sb chassis-add ", chassis_[i], " geneve 192.168.56.", 11 + i);
    for (const Station& s : stations_) Line("sb lsp-bind ", s.name, " ", s.chassis);
    if (provider_) Step("sleep 4");  // The gateway is elected first.
    for (int i = 0; i < kFrames; ++i) {
      // Packets wait for a neighbour for ten seconds, and a real network needs a while for every step: what waits must
      // not depend on how long.
      if (i == kFrames / 2) Step("sleep 11");
      AddFrame();
    }
    return std::move(traffic_);
  }

 private:
  struct Station {
    std::string name;
    int network;
    uint64_t mac;
    std::string ip4, ip6, chassis;
  };

  int Below(int bound) { return static_cast<int>(random_.Below(static_cast<uint64_t>(bound))); }
  bool OneIn(int n) { return Below(n) == 0; }
  template <typename T>
  const T& AnyOf(const std::vector<T>& things) {
    return things[static_cast<size_t>(Below(static_cast<int>(things.size())))];
  }
  std::string AnyOf(std::initializer_list<const char*> things) { return AnyOf(Strings(things.begin(), things.end())); }
  template <typename... Parts>
  void Line(const Parts&... parts) {
    traffic_.lines.push_back(absl::StrCat(parts...));
  }
  template <typename... Parts>
  void Step(const Parts&... parts) {
    absl::StrAppend(&traffic_.steps, parts..., "\n");
  }

  // -- The network ----------------------------------------------------------------------------------------------------

  void ConnectRouter(const std::string& sw, const std::string& port, const std::string& router_port) {
    Line("lsp-add ", sw, " ", port, " -- lsp-set-type ", port, " router -- lsp-set-addresses ", port,
         " router -- lsp-set-options ", port, " router-port=", router_port);
  }

  void AddSwitch(int i, int router) {
    const bool has_ip6 = !OneIn(4);
    has_ip6_.push_back(has_ip6);
    Line("ls-add s", i);
    Line("lrp-add r", router, " r-s", i, " ", Text(RouterMac(i)), " ", Ip4Of(i, 1), "/24",
         has_ip6 ? absl::StrCat(" ", Ip6Of(i, 1), "/64") : "");
    ConnectRouter(absl::StrCat("s", i), absl::StrCat("s", i, "-r"), absl::StrCat("r-s", i));
    for (int k = 0, count = 1 + Below(3); k < count; ++k) {
      Station s{absl::StrCat("p", i, "_", k), i, MacOf(i, k + 1), Ip4Of(i, 11 + k), "", AnyOf(chassis_)};
      if (has_ip6 && !OneIn(5)) s.ip6 = Ip6Of(i, 11 + k);
      const std::string own = absl::StrCat(Text(s.mac), " ", s.ip4, s.ip6.empty() ? "" : " ", s.ip6);
      Line("lsp-add s", i, " ", s.name, " -- lsp-set-addresses ", s.name, " ",
           AnyOf(Strings{Quoted(own), Quoted(own), Quoted(own), "unknown", Quoted(own) + " unknown"}));
      if (OneIn(3)) {
        Line("lsp-set-port-security ", s.name, " ",
             Quoted(AnyOf(Strings{own, Text(s.mac), absl::StrCat(Text(s.mac), " ", Ip4Of(i, 0), "/24")})));
      }
      if (OneIn(10)) Line("lsp-set-options ", s.name, " mcast_flood=true");
      if (OneIn(15)) Line("set logical_switch_port ", s.name, " enabled=false");
      stations_.push_back(std::move(s));
    }
  }

  // Of two routers, r1 has the last network.
  void JoinRouters(int last) {
    const bool by_switch = OneIn(2);
    if (by_switch) Line("ls-add join");
    for (int r = 0; r < 2; ++r) {
      Line("lrp-add r", r, " r", r, "-j 00:00:00:00:fe:0", r, " 172.16.0.", r + 1, "/24 fd0f::", r + 1, "/64",
           by_switch ? "" : absl::StrCat(" peer=r", 1 - r, "-j"));
      if (by_switch) ConnectRouter("join", absl::StrCat("j-r", r), absl::StrCat("r", r, "-j"));
    }
    if (OneIn(3)) Line("set logical_router r1 options:chassis=", AnyOf(chassis_));
    Line("lr-route-add r0 ", Ip4Of(last, 0), "/24 172.16.0.2");
    Line("lr-route-add r0 fd00:", last, "::/64 fd0f::2");
    Line("lr-route-add r1 10.0.0.0/16 172.16.0.1");
    Line("lr-route-add r1 fd00::/16 fd0f::1");
  }

  void AddProvider() {
    provider_ = true;
    if (OneIn(3)) tag_ = 5;
    Line("ls-add public");
    Line(
        "lsp-add public wire -- lsp-set-type wire localnet -- lsp-set-addresses wire unknown -- lsp-set-options wire "
        "network_name=physnet1");
    if (tag_ != 0) Line("set logical_switch_port wire tag_request=", tag_, " tag=", tag_);
    Line("lrp-add r0 r-public ", Text(kGateway), " 192.168.100.1/24 fd64::1/64");
    Line("lrp-set-gateway-chassis r-public ", AnyOf(chassis_), " 10");
    ConnectRouter("public", "public-r", "r-public");
    if (!OneIn(3)) Line("lr-route-add r0 0.0.0.0/0 192.168.100.254");
    if (OneIn(2)) Line("lr-route-add r0 ::/0 fd64::254");
    if (OneIn(3)) Line("static-mac-binding-add r-public 192.168.100.99 00:00:00:00:ee:99");
    if (OneIn(3)) Line("lrp-set-options r-public gateway_mtu=", AnyOf({"68", "500"}));
    if (OneIn(5)) Line("set logical_switch_port wire options:localnet_learn_fdb=true");
    if (OneIn(3)) {
      stations_.push_back({"p9_0", 9, 0x0901, "192.168.100.50", "", AnyOf(chassis_)});
      Line("lsp-add public p9_0 -- lsp-set-addresses p9_0 '00:00:00:00:09:01 192.168.100.50'");
    }
  }

  void AddRules() {
    if (OneIn(3)) Line("lr-route-add r0 198.51.100.0/24 discard");
    if (OneIn(3)) Line("lr-route-add r0 203.0.113.0/24 10.0.0.11");
    if (OneIn(3)) Line("--policy=src-ip lr-route-add r0 10.0.0.0/28 10.0.1.11");
    if (OneIn(3)) {
      Line("lr-policy-add r0 100 'ip4.src == 10.0.0.12 && udp' ", AnyOf({"drop", "allow", "reroute 10.0.1.11"}));
    }
    if (OneIn(3)) {
      Line("acl-add s0 ", AnyOf({"from-lport", "to-lport"}), " 1001 ",
           AnyOf({"udp", "ip4", "icmp4", "'tcp && tcp.dst == 80'", "ip6", "'ip4.src == 10.0.0.0/28'", "sctp"}), " ",
           AnyOf({"allow-stateless", "drop", "reject"}));
    }
    if (OneIn(4)) Line("acl-add s1 to-lport 900 'udp.dst > 100' reject");
    if (OneIn(4)) Line("--apply-after-lb acl-add s0 from-lport 800 icmp4 ", AnyOf({"drop", "reject"}));
    if (OneIn(4)) {
      Line("acl-add s1 from-lport 950 ",
           AnyOf({"tcp", "arp", "ip.is_frag", "ip.first_frag", "ip.later_frag", "'ip.ttl == 1'", "eth.mcast",
                  "ip4.mcast", "icmp6", "nd_ns", "vlan.present"}),
           " ", AnyOf({"drop", "allow-stateless"}));
    }
    if (OneIn(3)) Line("qos-add s0 ", AnyOf({"from-lport", "to-lport"}), " 100 ip4 dscp=", AnyOf({"10", "46"}));
  }

  void AddOptions(int switches) {
    for (int i = 0; i < switches; ++i) {
      if (OneIn(4) && has_ip6_[static_cast<size_t>(i)]) {
        Line("set logical_router_port r-s", i,
             " ipv6_ra_configs:address_mode=", AnyOf({"slaac", "dhcpv6_stateful", "dhcpv6_stateless"}),
             " ipv6_ra_configs:mtu=1400");
      }
      if (OneIn(6)) Line("lrp-set-options r-s", i, " gateway_mtu=", AnyOf({"68", "500", "1400"}));
      if (OneIn(6)) {
        Line("set logical_switch_port s", i, "-r options:arp_proxy=",
             AnyOf({"'\"169.254.1.1\"'", "'\"169.254.0.0/16\"'", "'\"169.254.1.1 10.0.0.0/8\"'"}));
      }
      if (OneIn(8)) Line("set logical_switch s", i, " other_config:vlan-passthru=true");
    }
    if (OneIn(6)) Line("set logical_switch s0 other_config:broadcast-arps-to-all-routers=false");
    if (OneIn(6)) Line("set logical_router r0 options:mcast_relay=true");
    if (OneIn(6)) Line("set logical_router r0 options:always_learn_from_arp_request=false");
    if (OneIn(6)) Line("set logical_router r0 options:dynamic_neigh_routers=true");
  }

  // -- Frames ---------------------------------------------------------------------------------------------------------

  std::string AnyIp4() {
    if (OneIn(3)) {
      return AnyOf({"8.8.8.8", "198.51.100.7", "203.0.113.5", "172.16.0.2", "255.255.255.255", "224.0.0.1", "239.1.2.3",
                    "192.168.100.1", "192.168.100.99", "192.168.100.77", "169.254.1.1", "10.0.1.99", "10.0.0.255"});
    }
    return OneIn(3) ? Ip4Of(Below(static_cast<int>(has_ip6_.size())), 1) : AnyOf(stations_).ip4;
  }
  std::string AnyIp6() {
    if (OneIn(3)) {
      return AnyOf({"2001:db8::1", "ff02::1", "ff02::2", "ff0e::5", "fe80::200:ff:fe00:ff00", "fe80::1", "fd0f::2",
                    "fd64::1", "fd64::77", "fd00:1::99"});
    }
    const std::string& own = AnyOf(stations_).ip6;
    return own.empty() ? Ip6Of(Below(static_cast<int>(has_ip6_.size())), 1) : own;
  }

  void Transport(FlowKey& key, bool v6) {
    constexpr uint64_t kIcmp = 1, kTcp = 6, kUdp = 17, kIcmpv6 = 58, kSctp = 132, kExperimental = 253;
    const auto ports = [&](uint64_t proto, uint64_t source, uint64_t destination) {
      key.Set(field::kIpProto, proto);
      key.Set(field::kL4Src, source);
      key.Set(field::kL4Dst, destination);
    };
    switch (Below(6)) {
      case 0:
        return ports(v6 ? kIcmpv6 : kIcmp, v6 ? 128 : 8, 0);
      case 1:
        return ports(v6 ? kIcmpv6 : kIcmp, v6 ? 129 : 0, 0);
      case 2:
        return ports(kUdp, 5000, AnyOf(std::vector<uint64_t>{53, 80, 9, 1000, 33434}));
      case 3:
        key.Set(field::kTcpFlags, AnyOf(std::vector<uint64_t>{0x02, 0x12, 0x10, 0x04, 0x11}));
        return ports(kTcp, 4000, AnyOf(std::vector<uint64_t>{80, 22, 9}));
      case 4:
        return ports(kSctp, 7, 9);
      default:
        key.Set(field::kIpProto, kExperimental);
    }
  }

  void Arp(FlowKey& key, const Station& from, uint64_t router) {
    const bool asks = !OneIn(4);
    key.Set(field::kEthDst, asks ? kBroadcast : router);
    key.Set(field::kEthType, 0x0806);
    key.Set(field::kArpOp, asks ? 1 : 2);
    key.Set(field::kArpSha, key.Get(field::kEthSrc));
    key.Set(field::kArpSpa, Bits4(from.ip4));
    key.Set(field::kArpTpa, Bits4(OneIn(2) ? RouterIp4(from) : AnyIp4()));
  }

  void NeighborDiscovery(FlowKey& key, const Station& from, uint64_t router) {
    const int kind = Below(5);  // An advertisement, a router's solicitation, or a solicitation.
    const auto own = Bits6(from.ip6);
    key.Set(field::kEthDst, kind == 0 ? router : kind == 1 ? 0x3333'0000'0002 : 0x3333'ff00'0001);
    key.Set(field::kIp6Src, kind > 1 && OneIn(8) ? u128{0} : own);
    key.Set(field::kIp6Dst, Bits6(kind == 0 ? AnyIp6() : kind == 1 ? "ff02::2" : "ff02::1:ff00:1"));
    key.Set(field::kIpProto, 58);
    key.Set(field::kIpTtl, 255);
    key.Set(field::kL4Src, kind == 0 ? 136 : kind == 1 ? 133 : 135);
    if (kind == 1) return;
    key.Set(field::kNdTarget, kind == 0 ? own : Bits6(OneIn(2) ? RouterIp6(from) : AnyIp6()));
    key.Set(kind == 0 ? field::kNdTll : field::kNdSll, key.Get(field::kEthSrc));
  }

  std::string RouterIp4(const Station& s) { return s.network == 9 ? "192.168.100.1" : Ip4Of(s.network, 1); }
  std::string RouterIp6(const Station& s) { return s.network == 9 ? "fd64::1" : Ip6Of(s.network, 1); }

  void AddFrame() {
    Station from = AnyOf(stations_);
    std::string where = from.name;
    FlowKey key;
    if (provider_ && OneIn(6)) {
      from = {"", 9, kOutsider, "192.168.100.254", "fd64::254", ""};
      where = AnyOf(chassis_) + ":ext";
      const int tag = OneIn(8) ? 9 : tag_;
      if (tag != 0) key.Set(field::kVlanTci, 0x1000u | static_cast<unsigned>(tag));
    } else if (OneIn(15)) {
      key.Set(field::kVlanTci, 0x1000u | 7u);
    }
    if (OneIn(15)) from.mac = 0x0c0c;
    if (OneIn(15)) from.ip4 = Ip4Of(from.network, 200);
    const uint64_t router = from.network == 9 ? kGateway : RouterMac(from.network);
    const uint64_t to =
        OneIn(3) ? AnyOf(std::vector<uint64_t>{AnyOf(stations_).mac, kBroadcast, 0x7777, 0x0100'5e01'0203}) : router;
    key.Set(field::kEthSrc, from.mac);
    key.Set(field::kEthDst, to);
    std::vector<uint8_t> payload(static_cast<size_t>(Below(30)), 'x');
    const int kind = Below(10);
    if (kind < 2) {
      Arp(key, from, router);
    } else if (kind < 6 && !from.ip6.empty()) {
      key.Set(field::kEthType, 0x86dd);
      if (kind == 2) {
        NeighborDiscovery(key, from, router);
      } else {
        IpHeader(key, payload);
        key.Set(field::kIp6Src, Bits6(from.ip6));
        const auto destination = Bits6(AnyIp6());
        key.Set(field::kIp6Dst, destination);
        if (destination >> 120 == 0xff) key.Set(field::kEthDst, 0x3333'0000'0000 | static_cast<uint32_t>(destination));
        Transport(key, true);
      }
    } else {
      key.Set(field::kEthType, 0x0800);
      IpHeader(key, payload);
      key.Set(field::kIp4Src, Bits4(from.ip4));
      const uint32_t destination = Bits4(AnyIp4());
      key.Set(field::kIp4Dst, destination);
      if (destination >> 28 == 0xe) key.Set(field::kEthDst, 0x0100'5e00'0000 | (destination & 0x7f'ffff));
      Transport(key, false);
    }
    const Packet packet = ComposePacket(key, payload);
    Step(where, " ",
         absl::BytesToHexString(absl::string_view(reinterpret_cast<const char*>(packet.data()), packet.size())));
  }

  void IpHeader(FlowKey& key, std::vector<uint8_t>& payload) {
    key.Set(field::kIpTtl, OneIn(3) ? static_cast<uint64_t>(Below(3)) : 64);
    if (OneIn(6)) key.Set(field::kIpTos, 0x28);
    if (OneIn(6)) key.Set(field::kIpFrag, OneIn(2) ? kFragAny : kFragAny | kFragLater);
    if (OneIn(12)) payload.resize(AnyOf(std::vector<size_t>{90, 480, 1380}), 'y');
  }

  Random random_;
  Traffic traffic_;
  Strings chassis_;
  std::vector<bool> has_ip6_;
  std::vector<Station> stations_;
  bool two_routers_ = false, provider_ = false;
  int tag_ = 0;
};

}  // namespace

Traffic RandomTraffic(uint64_t seed) { return Generator(seed).Run(); }

}  // namespace ovnlite
