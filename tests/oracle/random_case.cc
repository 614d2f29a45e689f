#include "tests/oracle/random_case.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "ovnlite/base/random.h"

namespace ovnlite {
namespace {

using Strings = std::vector<std::string>;

// Numbers name everything: port 3 of switch 2 is p2_3, 00:00:00:00:02:03, 10.0.2.13 and fd00:0:0:2::13.
std::string Mac(int network, int station) {
  return absl::StrCat("00:00:00:00:0", network, ":", station < 10 ? "0" : "", station);
}
std::string Ip4(int network, int station) { return absl::StrCat("10.0.", network, ".", 10 + station); }
std::string Ip6(int network, int station) { return absl::StrCat("fd00:0:0:", network, "::", 10 + station); }
std::string Quoted(const std::string& text) { return absl::StrCat("'", text, "'"); }

class Generator {
 public:
  explicit Generator(uint64_t seed) : seed_(seed), random_(seed) {}

  Strings Run() {
    const int switches = 1 + Below(4), routers = Below(3);
    for (int i = 0; i < switches; ++i) AddSwitch(i);
    for (int i = 0; i < routers; ++i) AddRouter(i, routers);
    if (Often()) AddPublic();
    AddSetsAndGroups();
    if (Often()) AddAcls();
    if (Often()) AddLoadBalancers();
    for (int r = 0; r < routers; ++r) AddRoutesAndPolicies(r);
    for (int r = 0; r < routers; ++r) AddNat(r);
    AddServices();
    AddGlobals();
    AddRarities();
    AddBindings();
    lines_.insert(lines_.end(), south_.begin(), south_.end());
    return std::move(lines_);
  }

 private:
  struct Port {
    std::string name;
    int network;
    int station;
    bool ip4, ip6;
  };
  struct Side {  // A router's port.
    std::string name;
    int router;
    int network;
    std::string mac;
    bool gateway = false;
  };

  int Below(int bound) { return static_cast<int>(random_.Below(static_cast<uint64_t>(bound))); }
  bool OneIn(int n) { return Below(n) == 0; }
  bool Often() { return Below(3) != 0; }
  template <typename T>
  const T& AnyOf(const std::vector<T>& things) {
    return things[Below(static_cast<int>(things.size()))];
  }
  template <typename... Parts>
  void Line(const Parts&... parts) {
    lines_.push_back(absl::StrCat(parts...));
  }
  template <typename... Parts>
  void South(const Parts&... parts) {
    south_.push_back(absl::StrCat("sb ", parts...));
  }

  void AddSwitch(int i) {
    const std::string name = absl::StrCat("s", i);
    switches_.push_back(name);
    Line("ls-add ", name);
    const int ports = 1 + Below(4);
    const bool subnet = OneIn(4);
    if (subnet) Line("set Logical_Switch ", name, " other_config:subnet=10.0.", i, ".0/24");
    if (subnet && OneIn(2))
      Line("set Logical_Switch ", name, " other_config:exclude_ips=10.0.", i, ".1..10.0.", i, ".40");
    if (OneIn(6)) Line("set Logical_Switch ", name, " other_config:vlan-passthru=true");
    if (OneIn(3)) {
      Line("set Logical_Switch ", name, " other_config:mcast_snoop=true");
      if (OneIn(2)) Line("set Logical_Switch ", name, " other_config:mcast_flood_unregistered=true");
      if (OneIn(2)) {
        Line("set Logical_Switch ", name, " other_config:mcast_querier=true other_config:mcast_eth_src=", Mac(i, 99),
             " other_config:mcast_ip4_src=10.0.", i, ".99 other_config:mcast_ip6_src=fe80::99");
      }
      snooping_.push_back(i);
    }
    if (OneIn(8)) Line("set Logical_Switch ", name, " other_config:broadcast-arps-to-all-routers=false");
    for (int j = 0; j < ports; ++j) AddPort(i, j, subnet);
    if (OneIn(4)) AddSpecialPorts(i);
    if (OneIn(5)) {
      Line("lsp-add ", name, " ln", i, " -- lsp-set-type ln", i, " localnet -- lsp-set-addresses ln", i,
           " unknown -- lsp-set-options ln", i, " network_name=physnet", i);
      if (OneIn(2)) Line("set Logical_Switch_Port ln", i, " tag_request=", 100 + i);
      if (OneIn(4)) Line("set Logical_Switch_Port ln", i, " options:localnet_learn_fdb=true");
    }
  }

  void AddPort(int i, int j, bool subnet) {
    const std::string name = absl::StrCat("p", i, "_", j);
    Port port{name, i, j, Below(5) != 0, OneIn(2)};
    std::string addresses = Mac(i, j);
    if (port.ip4) absl::StrAppend(&addresses, " ", Ip4(i, j));
    if (port.ip6) absl::StrAppend(&addresses, " ", Ip6(i, j));
    Strings all = {Quoted(addresses)};
    if (OneIn(8)) all.push_back("unknown");
    if (OneIn(10)) all.push_back(Quoted(absl::StrCat(Mac(i, 50 + j), " ", Ip4(i, 50 + j))));
    if (subnet && OneIn(4)) all = {"dynamic"};
    if (OneIn(14)) all = {"unknown"};
    Line("lsp-add s", i, " ", name, " -- lsp-set-addresses ", name, " ", absl::StrJoin(all, " "));
    if (OneIn(2)) {
      Strings allowed = {OneIn(3) ? Quoted(Mac(i, j)) : Quoted(addresses)};
      if (OneIn(5)) allowed.push_back(Quoted(absl::StrCat(Mac(i, 60 + j), " 10.0.", i, ".128/25")));
      if (OneIn(6)) allowed = {Quoted(absl::StrCat(Mac(i, j), " 10.0.", i, ".8/29 fd00::/16"))};
      Line("lsp-set-port-security ", name, " ", absl::StrJoin(allowed, " "));
    }
    if (OneIn(14)) Line("lsp-set-enabled ", name, " disabled");
    if (OneIn(8)) Line("set Logical_Switch_Port ", name, " options:mcast_flood=true");
    if (OneIn(10)) Line("set Logical_Switch_Port ", name, " options:qos_max_rate=100000");
    ports_.push_back(port);
  }

  void AddSpecialPorts(int i) {
    const std::string parent = absl::StrCat("p", i, "_0");
    const auto add = [&](const std::string& name, int station, const std::string& type, const std::string& options) {
      Line("lsp-add s", i, " ", name, " -- lsp-set-type ", name, " ", type, " -- lsp-set-addresses ", name, " ",
           Quoted(absl::StrCat(Mac(i, station), " ", Ip4(i, station))), options.empty() ? "" : " -- lsp-set-options ",
           options.empty() ? "" : absl::StrCat(name, " ", options));
    };
    switch (Below(7)) {
      case 0:
        add(absl::StrCat("local", i), 20, "localport", "");
        break;
      case 1:
        add(absl::StrCat("virt", i), 21, "virtual",
            absl::StrCat("virtual-ip=", Ip4(i, 21), " virtual-parents=", parent));
        break;
      case 2:
        add(absl::StrCat("vtep", i), 22, "vtep", "vtep-physical-switch=ps vtep-logical-switch=vls");
        break;
      case 3:
        add(absl::StrCat("l2gw", i), 23, "l2gateway", "network_name=physnet9 l2gateway-chassis=hv1");
        break;
      case 4: {
        const std::string name = absl::StrCat("ext", i);
        add(name, 24, "external", "");
        Line("ha-chassis-group-add hag", i, " -- ha-chassis-group-add-chassis hag", i, " hv1 10");
        Line("--id=@hag get HA_Chassis_Group hag", i, " -- set Logical_Switch_Port ", name, " ha_chassis_group=@hag");
        break;
      }
      case 5: {
        const std::string name = absl::StrCat("child", i);
        Line("lsp-add s", i, " ", name, " ", parent, " ", 7 + i, " -- lsp-set-addresses ", name, " ",
             Quoted(absl::StrCat(Mac(i, 25), " ", Ip4(i, 25))));
        ports_.push_back({name, i, 25, true, false});
        break;
      }
      default:
        Line(OneIn(2) ? "--liveness " : "", "fwd-group-add fg", i, " s", i, " 10.0.", i, ".200 ", Mac(i, 77), " ",
             parent);
    }
  }

  void AddRouter(int r, int routers) {
    const std::string name = absl::StrCat("r", r);
    Line("lr-add ", name);
    const bool gateway = OneIn(4);
    gateway_.push_back(gateway);
    if (gateway) Line("set Logical_Router ", name, " options:chassis=gw1");
    if (OneIn(8)) Line("lr-route-add ", name, " 10.77.0.0/16 discard");
    const auto option = [&](const char* text, int chance) {
      if (OneIn(chance)) Line("set Logical_Router ", name, " options:", text);
    };
    option("dynamic_neigh_routers=true", 6);
    option("always_learn_from_arp_request=false", 6);
    option("mcast_relay=true", 4);
    option("snat-ct-zone=77", 12);
    option("mac_binding_age_threshold=60", 12);
    if (gateway) {
      option("lb_force_snat_ip=router_ip", 4);
      option("lb_force_snat_ip=\"172.16.0.77\"", 5);
      option("dnat_force_snat_ip=\"172.16.0.78\"", 5);
    }
    for (size_t i = 0; i < switches_.size(); ++i) {
      if (Often()) Attach(r, static_cast<int>(i));
    }
    if (r + 1 == routers && r > 0 && OneIn(2)) {  // Two routers back to back.
      Line("lrp-add r", r, " peer", r, " 00:00:00:00:aa:01 10.9.0.1/30 fd09::1/64 peer=peer0");
      Line("lrp-add r0 peer0 00:00:00:00:aa:02 10.9.0.2/30 fd09::2/64 peer=peer", r);
      Line("lr-route-add r0 10.0.0.0/16 10.9.0.1");
    }
  }

  void Attach(int r, int i) {
    Side side{absl::StrCat("r", r, "s", i), r, i, absl::StrCat("00:00:00:0", r + 1, ":ff:0", i)};
    std::string networks;
    const bool ip4 = Below(6) != 0, ip6 = !ip4 || OneIn(2);
    if (ip4) absl::StrAppend(&networks, " 10.0.", i, ".", r + 1, "/24");
    if (ip6) absl::StrAppend(&networks, " fd00:0:0:", i, "::", r + 1, "/64");
    if (OneIn(10)) absl::StrAppend(&networks, " 10.1", i, ".0.", r + 1, "/16");
    const std::string peer = absl::StrCat("s", i, "r", r);
    Line("lrp-add r", r, " ", side.name, " ", side.mac, networks);
    Line("lsp-add s", i, " ", peer, " -- lsp-set-type ", peer, " router -- lsp-set-addresses ", peer, " ",
         OneIn(5) ? Quoted(absl::StrCat(side.mac, " 10.0.", i, ".", r + 1)) : "router", " -- lsp-set-options ", peer,
         " router-port=", side.name);
    if (OneIn(10)) Line("lrp-set-enabled ", side.name, " disabled");
    if (OneIn(8)) Line("set Logical_Switch_Port ", peer, " options:arp_proxy=169.254.239.254");
    if (OneIn(6)) Line("set Logical_Router_Port ", side.name, " options:gateway_mtu=", 1400 + 10 * Below(9));
    if (OneIn(10)) Line("set Logical_Router_Port ", side.name, " options:gateway_mtu_bypass=tcp");
    if (OneIn(8)) Line("set Logical_Router_Port ", side.name, " options:route_table=rtb", 1 + Below(2));
    if (OneIn(8)) Line("set Logical_Router_Port ", side.name, " options:mcast_flood=true");
    if (ip6 && OneIn(3)) {
      Line("set Logical_Router_Port ", side.name,
           " ipv6_ra_configs:address_mode=", AnyOf<std::string>({"slaac", "dhcpv6_stateful", "dhcpv6_stateless"}),
           " ipv6_ra_configs:mtu=1442", OneIn(2) ? " ipv6_ra_configs:rdnss=fd00::53" : "",
           OneIn(2) ? " ipv6_ra_configs:router_preference=HIGH" : "");
    }
    if (!gateway_[r] && OneIn(6)) {
      MakeGateway(side);
      if (OneIn(4)) Line("set Logical_Router_Port ", side.name, " options:redirect-type=bridged");
    }
    if (!gateway_[r] && OneIn(8))
      Line("set Logical_Router_Port ", side.name, " options:reside-on-redirect-chassis=true");
    if (OneIn(6)) {
      Line("static-mac-binding-add ", side.name, " 10.0.", i, ".66 ", Mac(i, 66));
    }
    if (OneIn(3)) Learn(side.name, absl::StrCat("r", r), absl::StrCat("10.0.", i, ".", 200), Mac(i, 67));
    if (ip6 && OneIn(3)) Learn(side.name, absl::StrCat("r", r), absl::StrCat("fd00:0:0:", i, "::200"), Mac(i, 68));
    sides_.push_back(side);
  }

  void MakeGateway(Side& side) {
    side.gateway = true;
    if (OneIn(3)) {
      Line("ha-chassis-group-add hg-", side.name, " -- ha-chassis-group-add-chassis hg-", side.name, " gw1 20");
      Line("ha-chassis-group-add-chassis hg-", side.name, " gw2 10");
      Line("--id=@hag get HA_Chassis_Group hg-", side.name, " -- set Logical_Router_Port ", side.name,
           " ha_chassis_group=@hag");
    } else {
      Line("lrp-set-gateway-chassis ", side.name, " gw1 20 -- lrp-set-gateway-chassis ", side.name, " gw2 10");
    }
    gateways_.push_back(side.name);
  }

  // A neighbour that hypervisors have learned.
  void Learn(const std::string& port, const std::string& router, const std::string& ip, const std::string& mac) {
    South("create MAC_Binding logical_port=", port, " ip='\"", ip, "\"' mac='\"", mac,
          "\"' datapath=$($SB --bare --columns=_uuid find Datapath_Binding external_ids:name=", router, ")");
  }

  void AddPublic() {
    Line("ls-add public");
    Line(
        "lsp-add public ln-public -- lsp-set-type ln-public localnet -- lsp-set-addresses ln-public unknown -- "
        "lsp-set-options ln-public network_name=physnet");
    for (size_t r = 0; r < gateway_.size(); ++r) {
      if (OneIn(4)) continue;
      Side side{absl::StrCat("r", r, "public"), static_cast<int>(r), -1, absl::StrCat("00:00:00:00:fe:0", r)};
      Line("lrp-add r", r, " ", side.name, " ", side.mac, " 172.16.0.", 100 + r, "/24",
           OneIn(2) ? absl::StrCat(" fd16::", 100 + r, "/64") : "");
      Line("lsp-add public public-r", r, " -- lsp-set-type public-r", r, " router -- lsp-set-addresses public-r", r,
           " router -- lsp-set-options public-r", r, " router-port=", side.name,
           OneIn(2) ? " nat-addresses=router" : "", OneIn(4) ? " exclude-lb-vips-from-garp=true" : "");
      if (!gateway_[r]) MakeGateway(side);
      if (Often()) {
        Line("lr-route-add r", r, " 0.0.0.0/0 172.16.0.1 ", side.name);
        if (OneIn(2)) Learn(side.name, absl::StrCat("r", r), "172.16.0.1", "00:00:00:00:fe:99");
      }
      if (OneIn(3)) Line("lr-route-add r", r, " ::/0 fd16::1 ", side.name);
      sides_.push_back(side);
    }
    switches_.push_back("public");
  }

  void AddSetsAndGroups() {
    Line("create Address_Set name=web addresses=10.0.0.10,10.0.0.11,10.0.1.0/28");
    Line("create Address_Set name=six addresses='\"fd00:0:0:0::/62\",\"fd00:0:0:1::10\"'");
    Line("create Address_Set name=outside addresses=8.8.8.8,172.16.0.0/24");
    Strings a, b;
    for (const Port& port : ports_) {
      if (OneIn(2)) a.push_back(port.name);
      if (OneIn(2)) b.push_back(port.name);
    }
    Line("pg-add pga ", absl::StrJoin(a, " "));
    Line("pg-add pgb ", absl::StrJoin(b, " "));
    for (int i = 1; i <= 2; ++i) Line("meter-add m", i, " drop ", 10 * i, OneIn(2) ? " pktps" : " kbps", " ", 10 * i);
  }

  std::string Match(const std::string& who) {
    const std::string head = who.empty() ? "" : absl::StrCat(who, " && ");
    return head + AnyOf<std::string>({
                      "ip",
                      "ip4",
                      "ip6",
                      "tcp",
                      "udp && udp.dst == 53",
                      "ip4 && tcp.dst == {80, 443}",
                      "ip4.src == $web",
                      "ip6.src == $six && icmp6",
                      "ip4.dst == 10.0.0.0/8 && icmp4.type == 8",
                      "ip4.src == $web && tcp.dst == 5432",
                      "udp.dst >= 8000 && udp.dst <= 8100",
                      "arp",
                      "ip4.dst == $outside",
                      "ip4.src == {10.0.0.10, 10.0.1.0/24} && (tcp.dst == 22 || udp.dst == 22)",
                      "tcp.dst != 80 && ip4",
                      "!(ip4.src == 10.0.0.10) && ip4",
                      "eth.type == 0x1234",
                      "ip.proto == 132",
                      "ip4 && ip.frag",
                      "ip4.src == $pga_ip4",
                      "ip6.dst == $pgb_ip6",
                      "sctp.dst == 80",
                      "nd || nd_rs",
                      "ip.ttl > 3 && ip4",
                      "tcp.flags == 2 && ip4",
                      "eth.src == 00:00:00:00:00:00/00:00:00:00:00:01 && ip",
                  });
  }

  void AddAcls() {
    const int count = 1 + Below(9);
    for (int n = 0; n < count; ++n) {
      const bool to = OneIn(2), group = OneIn(2);
      const std::string action =
          AnyOf<std::string>({"allow", "allow-related", "allow-related", "allow-stateless", "drop", "reject"});
      std::string options;
      if (OneIn(5))
        absl::StrAppend(&options, "--log ", OneIn(2) ? "--severity=warning " : "", OneIn(2) ? "--meter=m1 " : "");
      if (OneIn(5)) absl::StrAppend(&options, "--name=acl", n, " ");
      if (action == "allow-related" && OneIn(3)) absl::StrAppend(&options, "--label=", 1000 + n, " ");
      if (!to && OneIn(3)) absl::StrAppend(&options, "--apply-after-lb ");
      const std::string entity = group ? AnyOf<std::string>({"pga", "pgb"}) : AnyOf(switches_);
      const std::string who = group ? absl::StrCat(to ? "outport == @" : "inport == @", entity)
                              : OneIn(2) && !ports_.empty()
                                  ? absl::StrCat(to ? "outport == \"" : "inport == \"", AnyOf(ports_).name, "\"")
                                  : "";
      Line(options, "--type=", group ? "port-group" : "switch", " acl-add ", entity, to ? " to-lport " : " from-lport ",
           1000 + n, " ", Quoted(Match(who)), " ", action);
    }
  }

  void AddLoadBalancers() {
    const int count = 1 + Below(4);
    for (int n = 0; n < count; ++n) {
      const std::string name = absl::StrCat("lb", n);
      const bool ip6 = OneIn(4), port = Often();
      const std::string protocol = AnyOf<std::string>({"tcp", "udp", "sctp", "tcp"});
      const auto vip = [&](int k) {
        const std::string ip = ip6        ? absl::StrCat("fd30::", n, ":", k)
                               : OneIn(3) ? absl::StrCat("172.16.0.", 120 + 4 * n + k)
                                          : absl::StrCat("30.0.", n, ".", 1 + k);
        return !port ? ip : absl::StrCat(ip6 ? "[" : "", ip, ip6 ? "]" : "", ":", AnyOf<int>({80, 443, 53}));
      };
      const auto backends = [&] {
        Strings out;
        const int k = 1 + Below(3);
        for (int b = 0; b < k; ++b) {
          const int i = Below(4), j = Below(4);
          const std::string ip = ip6 ? Ip6(i, j) : Ip4(i, j);
          out.push_back(!port ? ip : absl::StrCat(ip6 ? "[" : "", ip, ip6 ? "]" : "", ":", 8080 + Below(2)));
        }
        return absl::StrJoin(out, ",");
      };
      Line(OneIn(6)   ? "--reject "
           : OneIn(8) ? "--event "
                      : "",
           "lb-add ", name, " ", Quoted(vip(0)), " ", OneIn(8) ? "''" : Quoted(backends()), port ? " " : "",
           port ? protocol : "");
      if (OneIn(3))
        Line("lb-add ", name, " ", Quoted(vip(1)), " ", Quoted(backends()), port ? " " : "", port ? protocol : "");
      const auto option = [&](const std::string& text, int chance) {
        if (OneIn(chance)) Line("set Load_Balancer ", name, " options:", text);
      };
      option(ip6 ? "hairpin_snat_ip=\"fd31::1\"" : "hairpin_snat_ip=31.0.0.1", 6);
      option("skip_snat=true", 5);
      option("affinity_timeout=60", 5);
      option("neighbor_responder=all", 5);
      option("neighbor_responder=none", 8);
      option("add_route=true", 10);
      if (OneIn(4)) Line("set Load_Balancer ", name, " selection_fields=\"ip_src,ip_dst\"");
      if (OneIn(5)) {
        Line("create Load_Balancer_Group name=lbg", n, " -- --id=@lb get Load_Balancer ", name,
             " -- set Load_Balancer_Group lbg", n, " load_balancer=@lb");
        Line("--id=@g get Load_Balancer_Group lbg", n, " -- add Logical_Switch ", switches_[0],
             " load_balancer_group @g");
        continue;
      }
      for (const std::string& s : switches_) {
        if (s != "public" && OneIn(2)) Line("ls-lb-add ", s, " ", name);
      }
      for (size_t r = 0; r < gateway_.size(); ++r) {
        if (OneIn(2)) Line("lr-lb-add r", r, " ", name);
      }
    }
  }

  // A station that router `r` can reach without another router, mostly.
  std::string NextHop(int r, int station, bool ip6 = false) {
    std::vector<int> networks;
    for (const Side& side : sides_) {
      if (side.router == r && side.network >= 0) networks.push_back(side.network);
    }
    const int network = networks.empty() || OneIn(8) ? 0 : AnyOf(networks);
    return ip6 ? absl::StrCat("fd00:0:0:", network, "::", station) : absl::StrCat("10.0.", network, ".", station);
  }

  void AddRoutesAndPolicies(int r) {
    if (OneIn(2)) Line("lr-route-add r", r, " 10.50.0.0/16 ", NextHop(r, 200 + Below(2)));
    if (OneIn(3)) Line("lr-route-add r", r, " fd50::/16 ", NextHop(r, 200, true));
    if (OneIn(4)) Line("--policy=src-ip lr-route-add r", r, " 10.0.1.0/28 ", NextHop(r, 201));
    if (OneIn(4)) Line("--route-table=rtb1 lr-route-add r", r, " 10.60.0.0/16 ", NextHop(r, 200));
    if (OneIn(3)) {
      const std::string symmetric = OneIn(3) ? "--ecmp-symmetric-reply " : "--ecmp ";
      Line(symmetric, "lr-route-add r", r, " 20.0.0.0/8 ", NextHop(r, 200));
      Line(symmetric, "lr-route-add r", r, " 20.0.0.0/8 ", NextHop(r, 202));
    }
    const int policies = Below(3);
    for (int n = 0; n < policies; ++n) {
      const std::string match =
          AnyOf<std::string>({"ip4.src == 10.0.0.0/28", "ip4.dst == 10.50.0.0/16", "tcp.dst == 80 && ip4", "ip6",
                              "ip4.src == $web", "udp && ip4.dst == $outside"});
      switch (match == "ip6" ? 2 + Below(2) : Below(5)) {
        case 0:
          Line("lr-policy-add r", r, " ", 100 - n, " ", Quoted(match), " reroute ", NextHop(r, 200));
          break;
        case 1:
          Line("lr-policy-add r", r, " ", 100 - n, " ", Quoted(match), " reroute ", NextHop(r, 200), ",",
               NextHop(r, 202));
          break;
        case 2:
          Line("lr-policy-add r", r, " ", 100 - n, " ", Quoted(match), " drop");
          break;
        case 3:
          Line("lr-policy-add r", r, " ", 100 - n, " ", Quoted(match), " allow");
          break;
        default:
          Line("lr-policy-add r", r, " ", 100 - n, " ", Quoted(match), " allow pkt_mark=", 10 + n);
      }
    }
  }

  void AddNat(int r) {
    int gateways = 0;
    for (const Side& side : sides_) gateways += side.router == r && side.gateway;
    if (!gateway_[r] && gateways != 1) return;  // Several gateway ports want to be told apart.
    const int rules = Below(5);
    for (int n = 0; n < rules; ++n) {
      const std::string outer = absl::StrCat("172.16.0.", 140 + 8 * r + n);
      const int i = Below(4), j = Below(4);
      const std::string head = OneIn(5) ? "--stateless " : "";
      switch (Below(6)) {
        case 0:
          Line("--may-exist lr-nat-add r", r, " snat ", outer, " 10.0.", n, ".0/24");
          break;
        case 1:
          Line("--may-exist lr-nat-add r", r, " dnat ", outer, " ", Ip4(i, j));
          break;
        case 2:
          Line(head, "--may-exist lr-nat-add r", r, " dnat_and_snat ", outer, " ", Ip4(n, j));
          break;
        case 3: {
          if (ports_.empty() || gateway_[r]) break;
          const Port& port = AnyOf(ports_);
          Line(head, "--may-exist lr-nat-add r", r, " dnat_and_snat ", outer, " ", Ip4(port.network, port.station), " ",
               port.name, " 00:00:00:0", r, ":dd:0", n);
          break;
        }
        case 4:
          Line("--may-exist lr-nat-add r", r, " snat fd16::", 100 + n, " fd00:0:0:", n, "::/64");
          break;
        default:
          Line("--may-exist lr-nat-add r", r, " dnat_and_snat fd16::", 200 + n, " ", Ip6(i, 2));
      }
    }
    if (rules > 0 && OneIn(5)) {
      Line("--id=@as get Address_Set outside -- --id=@n create NAT type=snat external_ip=172.16.0.", 180 + r,
           " logical_ip=10.0.3.0/25 ", OneIn(2) ? "allowed" : "exempted", "_ext_ips=@as -- add Logical_Router r", r,
           " nat @n");
    }
    if (OneIn(6)) {
      Line("--portrange lr-nat-add r", r, " snat 172.16.0.", 190 + r, " 10.0.2.0/26 ", "1000-2000");
    }
  }

  void AddServices() {
    for (const Port& port : ports_) {
      if (port.ip4 && OneIn(4)) {
        const std::string net = absl::StrCat("10.0.", port.network);
        Line("--id=@d create DHCP_Options cidr=", net, ".0/24 options='\"lease_time\"=\"3600\" \"router\"=\"", net,
             ".1\" \"server_id\"=\"", net, ".1\" \"server_mac\"=\"00:00:00:00:01:01\" \"mtu\"=\"1442\"",
             OneIn(2) ? " \"dns_server\"=\"{8.8.8.8, 8.8.4.4}\"" : "", OneIn(3) ? " \"hostname\"=\"\\\"vm\\\"\"" : "",
             "' -- set Logical_Switch_Port ", port.name, " dhcpv4_options=@d");
      }
      if (port.ip6 && OneIn(4)) {
        Line("--id=@d create DHCP_Options cidr='\"fd00:0:0:", port.network,
             "::/64\"' options='\"server_id\"=\"00:00:00:00:06:01\"", OneIn(2) ? " \"dns_server\"=\"fd00::53\"" : "",
             OneIn(3) ? " \"dhcpv6_stateless\"=\"true\"" : "", "' -- set Logical_Switch_Port ", port.name,
             " dhcpv6_options=@d");
      }
    }
    if (OneIn(3)) {
      Line("--id=@dns create DNS records='\"web.lab\"=\"10.0.0.12\" \"v6.lab\"=\"fd00::11\"' -- set Logical_Switch ",
           AnyOf(switches_), " dns_records=@dns");
    }
    const int rules = Below(3);
    for (int n = 0; n < rules; ++n) {
      const bool to = OneIn(2);
      Line("qos-add ", AnyOf(switches_), to ? " to-lport " : " from-lport ", 100 + n, " ", Quoted(Match("")),
           OneIn(2) ? " dscp=46" : " rate=1000 burst=200");
    }
    if (OneIn(6)) {
      Line(
          "copp-add copp0 arp m1 -- copp-add copp0 icmp4-error m2 -- copp-add copp0 dns m2 -- copp-add copp0 reject "
          "m1");
      Line("ls-copp-add copp0 ", switches_[0]);
      if (!gateway_.empty()) Line("lr-copp-add copp0 r0");
    }
  }

  void AddGlobals() {
    const auto option = [&](const char* text, int chance) {
      if (OneIn(chance)) Line("set NB_Global . options:", text);
    };
    option("use_logical_dp_groups=false", 4);
    option("use_ct_inv_match=false", 6);
    option("default_acl_drop=true", 8);
    option("controller_event=true", 6);
    option("ignore_lsp_down=false", 8);
    option("install_ls_lb_from_router=true", 8);
  }

  // What few networks have. Its dice are its own, so that all else stays as it was.
  void AddRarities() {
    Random dice(seed_ * 2 + 1);
    const auto rarely = [&dice] { return dice.OneIn(8); };
    if (rarely()) Line("set NB_Global . options:debug_drop_domain_id=5 options:debug_drop_collector_set=7");
    if (rarely()) {
      Line("lb-add lb-health 30.9.9.9:80 ", Ip4(0, 0), ":8080,", Ip4(0, 1), ":8080 tcp");
      Line(
          "--id=@hc create Load_Balancer_Health_Check vip='\"30.9.9.9:80\"' -- add Load_Balancer lb-health "
          "health_check @hc -- set Load_Balancer lb-health ip_port_mappings:",
          Ip4(0, 0), "='\"p0_0:10.0.0.99\"'");
      Line("ls-lb-add ", switches_[0], " lb-health");
    }
    if (rarely()) {
      Line("lsp-add ", switches_[0], " far -- lsp-set-type far remote -- lsp-set-addresses far ",
           Quoted(absl::StrCat(Mac(0, 30), " ", Ip4(0, 30))), " -- lsp-set-options far requested-tnl-key=50");
    }
    if (rarely()) Line("set Logical_Switch ", switches_[0], " other_config:requested-tnl-key=77");
    if (rarely()) Line("set Logical_Switch_Port p0_0 options:requested-tnl-key=300");
    if (rarely() && !sides_.empty()) {
      Line("set Logical_Router_Port ", sides_[0].name, " options:prefix_delegation=true options:prefix=true");
    }
    if (rarely() && !sides_.empty() && sides_[0].network >= 0) {
      Line("--bfd lr-route-add r", sides_[0].router, " 10.70.0.0/16 10.0.", sides_[0].network, ".210 ", sides_[0].name);
    }
    if (rarely()) {
      Line("set Logical_Switch_Port p0_0 options:requested-chassis='\"", dice.OneIn(2) ? "hv1,gw1" : "gw1,hv1", "\"'",
           dice.OneIn(2) ? " options:activation-strategy=rarp" : "");
    }
  }

  void AddBindings() {
    const Strings chassis = {"hv1", "hv2", "gw1", "gw2"};
    Strings adds, binds;
    for (size_t i = 0; i < chassis.size(); ++i) {
      adds.push_back(absl::StrCat("chassis-add ", chassis[i], " geneve 192.168.56.", 11 + i));
    }
    south_.insert(south_.begin(), absl::StrCat("sb ", absl::StrJoin(adds, " -- ")));
    for (const Port& port : ports_) {
      if (Often()) binds.push_back(absl::StrCat("lsp-bind ", port.name, " ", chassis[Below(2)]));
    }
    for (const std::string& gateway : gateways_) {
      if (Often()) binds.push_back(absl::StrCat("lsp-bind cr-", gateway, " ", chassis[2 + Below(2)]));
    }
    if (!binds.empty()) South(absl::StrJoin(binds, " -- "));
    if (!ports_.empty() && OneIn(3)) {
      const Port& port = AnyOf(ports_);
      const std::string datapath = absl::StrCat(
          "$($SB --bare --columns=tunnel_key find Datapath_Binding external_ids:name=s", port.network, ")");
      South("create FDB mac='\"", Mac(port.network, 88), "\"' dp_key=", datapath,
            " port_key=$($SB --bare --columns=tunnel_key find Port_Binding logical_port=", port.name, ")");
    }
    for (int i : snooping_) {
      if (ports_.empty() || OneIn(3)) continue;
      Strings members;
      for (const Port& port : ports_) {
        if (port.network == i && OneIn(2)) {
          members.push_back(
              absl::StrCat("$($SB --bare --columns=_uuid find Port_Binding logical_port=", port.name, ")"));
        }
      }
      if (members.empty()) continue;
      South("create IGMP_Group address=239.1.2.", 3 + i,
            " datapath=$($SB --bare --columns=_uuid find Datapath_Binding external_ids:name=s", i,
            ") chassis=$($SB --bare --columns=_uuid find Chassis name=hv1) ports=", absl::StrJoin(members, ","));
    }
  }

  const uint64_t seed_;
  Random random_;
  Strings lines_, south_, switches_, gateways_;
  std::vector<Port> ports_;
  std::vector<Side> sides_;
  std::vector<bool> gateway_;
  std::vector<int> snooping_;
};

}  // namespace

std::vector<std::string> RandomCase(uint64_t seed) { return Generator(seed).Run(); }

}  // namespace ovnlite
