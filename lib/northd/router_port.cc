// Flows that a router port brings to its router: admission, its own addresses (ARP, ND, ping, refusals), time exceeded,
// delivery.

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lib/northd/context.h"
#include "lib/northd/feature.h"
#include "lib/northd/flow_sink.h"

namespace ovnlite {
namespace {

std::string JoinAddresses(const std::vector<IpPrefix>& networks) {
  return absl::StrJoin(networks, ", ", [](std::string* out, const IpPrefix& network) {
    absl::StrAppend(out, network.address().ToString());
  });
}
// "A" or "{A, B}".
std::string OneOrSet(const std::vector<IpPrefix>& networks) {
  return networks.size() == 1 ? JoinAddresses(networks) : absl::StrCat("{", JoinAddresses(networks), "}");
}

void AddAdmission(const FlowSink& flows, const RouterPort& port) {
  const std::string mac = port.networks.mac.ToString();
  const std::string actions = absl::StrCat("xreg0[0..47] = ", mac, "; next;");
  flows.Add(Stage::kLrInAdmission, 50, absl::StrCat("eth.mcast && inport == ", port.quoted), actions);
  flows.Add(Stage::kLrInAdmission, 50, absl::StrCat("eth.dst == ", mac, " && inport == ", port.quoted), actions);
  flows.Add(Stage::kLrOutDelivery, 100, absl::StrCat("outport == ", port.quoted), "output;");
  // A router without usable ports has not even this flow.
  flows.Add(Stage::kLrOutDelivery, 0, "1", kDrop);
}

void AddNeighborLookup(const FlowSink& flows, const RouterPort& port, bool always_learn) {
  for (const IpPrefix& network : port.networks.v4) {
    const std::string sender = absl::StrCat("inport == ", port.quoted, " && arp.spa == ", network.network().ToString());
    const absl::string_view lookup = "reg9[2] = lookup_arp(inport, arp.spa, arp.sha);";
    flows.Add(Stage::kLrInLookupNeighbor, 100, absl::StrCat(sender, " && arp.op == 1"),
              absl::StrCat(lookup, always_learn ? " next;" : " reg9[3] = lookup_arp_ip(inport, arp.spa); next;"));
    if (!always_learn) {
      flows.Add(Stage::kLrInLookupNeighbor, 110,
                absl::StrCat(sender, " && arp.tpa == ", network.address().ToString(), " && arp.op == 1"),
                absl::StrCat(lookup, " reg9[3] = 1; next;"));
    }
  }
}

void AddArpReplies(const FlowSink& flows, const RouterPort& port) {
  for (const IpPrefix& network : port.networks.v4) {
    flows.Add(Stage::kLrInIpInput, 90,
              absl::StrCat("inport == ", port.quoted, " && arp.op == 1 && arp.tpa == ", network.address().ToString(),
                           " && arp.spa == ", network.network().ToString()),
              "eth.dst = eth.src; eth.src = xreg0[0..47]; arp.op = 2; /* ARP reply */ arp.tha = arp.sha; "
              "arp.sha = xreg0[0..47]; arp.tpa <-> arp.spa; outport = inport; flags.loopback = 1; output;");
  }
  for (const IpPrefix& network : port.networks.v6) {
    const std::string ip = network.address().ToString();
    flows.Add(Stage::kLrInIpInput, 90,
              absl::StrCat("inport == ", port.quoted, " && ip6.dst == {", ip, ", ",
                           network.address().v6().SolicitedNode().ToString(), "} && nd_ns && nd.target == ", ip),
              "nd_na_router { eth.src = xreg0[0..47]; ip6.src = nd.target; nd.tll = xreg0[0..47]; outport = inport; "
              "flags.loopback = 1; output; };");
  }
}

// Nobody else sends from the router's addresses, or to the network's broadcast address as a source.
void AddSpoofedSources(const FlowSink& flows, const RouterPort& port) {
  if (port.networks.v4.empty()) return;
  std::vector<std::string> sources;
  for (const IpPrefix& network : port.networks.v4) {
    sources.push_back(network.address().ToString());
    sources.push_back(network.last_address().ToString());
  }
  flows.Add(Stage::kLrInIpInput, 100, absl::StrCat("ip4.src == {", absl::StrJoin(sources, ", "), "} && reg9[0] == 0"),
            kDrop);
}

void AddPingReplies(const FlowSink& flows, const RouterPort& port) {
  if (!port.networks.v4.empty()) {
    flows.Add(Stage::kLrInIpInput, 90,
              absl::StrCat("ip4.dst == ", OneOrSet(port.networks.v4), " && icmp4.type == 8 && icmp4.code == 0"),
              "ip4.dst <-> ip4.src; ip.ttl = 255; icmp4.type = 0; flags.loopback = 1; next; ");
  }
  flows.Add(Stage::kLrInIpInput, 90,
            absl::StrCat("ip6.dst == ", OneOrSet(port.networks.v6), " && icmp6.type == 128 && icmp6.code == 0"),
            "ip6.dst <-> ip6.src; ip.ttl = 255; icmp6.type = 129; flags.loopback = 1; next; ");
}

// A router has no open ports: it refuses as hosts do, protocol by protocol, and drops the rest.
void AddRefusals(const FlowSink& flows, const RouterPort& port) {
  const auto refuse = [&](const std::vector<IpPrefix>& networks, absl::string_view ip, absl::string_view icmp, int type,
                          int port_code, int protocol_code) {
    const std::string swap = absl::StrCat("{eth.dst <-> eth.src; ", ip, ".dst <-> ", ip, ".src; ");
    const auto unreachable = [&](int code) {
      return absl::StrCat(icmp, " ", swap, "ip.ttl = 255; ", icmp, ".type = ", type, "; ", icmp, ".code = ", code,
                          "; next; };");
    };
    for (const IpPrefix& network : networks) {
      const std::string match =
          absl::StrCat(ip, " && ", ip, ".dst == ", network.address().ToString(), " && !ip.later_frag");
      flows.Add(Stage::kLrInIpInput, 80, absl::StrCat(match, " && tcp"), absl::StrCat("tcp_reset ", swap, "next; };"));
      flows.Add(Stage::kLrInIpInput, 80, absl::StrCat(match, " && sctp"),
                absl::StrCat("sctp_abort ", swap, "next; };"));
      flows.Add(Stage::kLrInIpInput, 80, absl::StrCat(match, " && udp"), unreachable(port_code));
      flows.Add(Stage::kLrInIpInput, 70, match, unreachable(protocol_code));
    }
    if (!networks.empty()) {
      flows.Add(Stage::kLrInIpInput, 60, absl::StrCat(ip, ".dst == {", JoinAddresses(networks), "}"), kDrop);
    }
  };
  refuse(port.networks.v4, "ip4", "icmp4", 3, 3, 2);
  refuse(port.networks.v6, "ip6", "icmp6", 1, 4, 3);
}

void AddTimeExceeded(const FlowSink& flows, const RouterPort& port) {
  const std::string out = absl::StrCat("outport = ", port.quoted, "; flags.loopback = 1; output; };");
  for (const IpPrefix& network : port.networks.v4) {
    flows.Add(Stage::kLrInIpInput, 31,
              absl::StrCat("inport == ", port.quoted, " && ip4 && ip.ttl == {0, 1} && !ip.later_frag"),
              absl::StrCat("icmp4 {eth.dst <-> eth.src; icmp4.type = 11; /* Time exceeded */ icmp4.code = 0; /* TTL "
                           "exceeded in transit */ ip4.dst = ip4.src; ip4.src = ",
                           network.address().ToString(), " ; ip.ttl = 254; ", out));
  }
  for (const IpPrefix& network : port.networks.v6) {
    if (network.network().address().IsLinkLocal()) continue;
    flows.Add(Stage::kLrInIpInput, 31,
              absl::StrCat("inport == ", port.quoted, " && ip6 && ip6.src == ", network.network().ToString(),
                           " && ip.ttl == {0, 1} && !ip.later_frag"),
              absl::StrCat("icmp6 {eth.dst <-> eth.src; ip6.dst = ip6.src; ip6.src = ", network.address().ToString(),
                           " ; ip.ttl = 254; icmp6.type = 3; /* Time exceeded */ icmp6.code = 0; /* TTL exceeded in "
                           "transit */ ",
                           out));
  }
}

void AddDhcpv6Replies(const FlowSink& flows, const RouterPort& port) {
  for (const IpPrefix& network : port.networks.v6) {
    flows.Add(Stage::kLrInIpInput, 100,
              absl::StrCat("ip6.dst == ", network.address().ToString(), " && udp.src == 547 && udp.dst == 546"),
              "reg0 = 0; handle_dhcpv6_reply;");
  }
}

void Define(Incremental& engine, Context& context) {
  engine.AddEmitter<nb::Logical_Router_Port>("router_port", [&context](Reader& reader, const Uuid& uuid, Output& out) {
    const RouterPort& port = reader.Ask(context.router_port, uuid);
    if (!port.exists) return;
    const FlowSink flows(reader, context, out, port.router, uuid);
    const bool always_learn =
        ReadBool(reader.Get<nb::Logical_Router>(port.router)->options("always_learn_from_arp_request"), true);
    if (port.enabled) AddAdmission(flows, port);
    AddNeighborLookup(flows, port, always_learn);
    AddArpReplies(flows, port);
    AddSpoofedSources(flows, port);
    AddPingReplies(flows, port);
    AddRefusals(flows, port);
    AddTimeExceeded(flows, port);
    AddDhcpv6Replies(flows, port);
  });
}

}  // namespace

Feature RouterPortFlowFeature() { return {"router_port", Define, {}}; }

}  // namespace ovnlite
