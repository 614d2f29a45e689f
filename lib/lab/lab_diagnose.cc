#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "lib/lab/known_frames.h"
#include "lib/lab/lab_state.h"
#include "lib/lab/narrative_build.h"
#include "lib/schema/ovn_sb.rows.h"
#include "ovnlite/base/status.h"
#include "ovnlite/topology/show.h"
#include "ovnlite/trace/trace.h"

namespace ovnlite {
namespace {

Diagnostic Tunnels(const Fabric& fabric, const Database& sb, const std::string& chassis) {
  Diagnostic d{"Geneve tunnels", "ovs-vsctl list interface | grep -A5 geneve", chassis, {}};
  const std::map<std::string, ChassisAddress> addresses = ChassisAddresses(sb);
  for (const auto& [other, number] : fabric.controller(chassis)->tunnels()) {
    const ChassisAddress& address = addresses.at(other);
    d.lines.push_back(absl::StrCat("type: geneve, options: {csum=\"", address.checksum ? "true" : "false",
                                   "\", key=flow, remote_ip=\"", address.ip.ToString(), "\"}, ofport: ", number));
  }
  return d;
}

Diagnostic Chassis(const Database& sb) {
  Diagnostic d{"chassis known to OVN", "ovn-sbctl list chassis", "central", {}};
  for (const auto& [name, address] : ChassisAddresses(sb)) {
    d.lines.push_back(absl::StrCat("name: ", name, ", encaps: [geneve ", address.ip.ToString(), "]"));
  }
  return d;
}

Diagnostic Show(const Database& nb) {
  Diagnostic d{"the logical network", "ovn-nbctl show", "central", {}};
  const std::string text = ShowNorthbound(nb, {.uuids = false});
  d.lines = absl::StrSplit(text, '\n', absl::SkipEmpty());
  return d;
}

Diagnostic TunnelFlows(const Fabric& fabric, const std::string& chassis) {
  Diagnostic d{"OpenFlow flows of tunnels", "ovs-ofctl dump-flows br-int | grep -i tun_", chassis, {}};
  d.lines.push_back("# In OpenFlow, Geneve's VNI and option are called tun_id and tun_metadata0.");
  for (const std::string& line : fabric.controller(chassis)->DumpFlows()) {
    if (absl::StrContains(absl::AsciiStrToLower(line), "tun_"))
      d.lines.push_back(std::string(absl::StripAsciiWhitespace(line)));
  }
  return d;
}

// An echo request as ovn-trace wants it described.
std::string Microflow(absl::string_view port, const FlowKey& key) {
  std::string flow =
      absl::StrCat("inport == \"", port, "\" && eth.src == ", MacAddress(key.Get64(field::kEthSrc)).ToString(),
                   " && eth.dst == ", MacAddress(key.Get64(field::kEthDst)).ToString());
  if (key.Get64(field::kEthType) == kEthTypeIpv6) {
    absl::StrAppend(&flow, " && ip6.src == ", Ipv6Address(key.Get(field::kIp6Src)).ToString(),
                    " && ip6.dst == ", Ipv6Address(key.Get(field::kIp6Dst)).ToString(), " && icmp6.type == 128");
  } else {
    const auto ip = [&key](FieldRef f) { return Ipv4Address(static_cast<uint32_t>(key.Get64(f))).ToString(); };
    absl::StrAppend(&flow, " && ip4.src == ", ip(field::kIp4Src), " && ip4.dst == ", ip(field::kIp4Dst),
                    " && icmp4.type == 8");
  }
  return absl::StrCat(flow, " && ip.ttl == ", key.Get64(field::kIpTtl));
}

// Pings once; returns what was seen meanwhile.
std::vector<LabEvent> PingSeen(Lab& lab, LabRecorder& recorder, absl::string_view host, absl::string_view destination,
                               PingResult& ping) {
  const size_t story = recorder.BeginStory();
  ping = lab.Ping(host, destination);
  std::vector<LabEvent> events = recorder.StorySince(story);
  recorder.EndStory();
  return events;
}

}  // namespace

absl::StatusOr<std::vector<Diagnostic>> Lab::Diagnose(absl::string_view chassis) {
  OVNLITE_RETURN_IF_ERROR(state_->Sync());
  const std::string name(chassis);
  if (state_->fabric.controller(name) == nullptr) {
    return absl::NotFoundError(absl::StrCat("there is no chassis \"", name, "\""));
  }
  return std::vector<Diagnostic>{Tunnels(state_->fabric, state_->sb, name), Chassis(state_->sb), Show(state_->nb),
                                 TunnelFlows(state_->fabric, name)};
}

std::vector<Finding> Lab::Check() const { return CheckNorthbound(state_->nb); }

absl::StatusOr<std::string> Lab::Trace(absl::string_view host, absl::string_view destination) {
  OVNLITE_RETURN_IF_ERROR(state_->Ready(host));
  // The host knows what it sends: to whom on its own network, above all.
  PingResult ping;
  const std::vector<LabEvent> events = PingSeen(*this, state_->recorder, host, destination, ping);
  if (events.empty()) OVNLITE_RETURN_IF_ERROR(ping.status);
  for (const LabEvent& event : events) {
    FlowKey key;
    ExtractFlowKey(event.frame, key);
    if (event.kind != LabEvent::Kind::kSent || event.host != host || !IsEchoRequest(key)) continue;
    Tracer tracer(state_->sb);
    TraceOptions options;
    options.physical = true;
    OVNLITE_ASSIGN_OR_RETURN(const ovnlite::Trace trace, tracer.Run("", Microflow(event.port, key), options));
    return absl::StrCat(trace.ToText(TraceForm::kDetailed), "\n# Over the hypervisors:\n",
                        FormatPhysicalPath(trace.physical));
  }
  return absl::NotFoundError(
      absl::StrCat(host, " sent no echo request: nobody on its network answered for ", ping.destination.ToString()));
}

absl::StatusOr<Narrative> Lab::Explain(absl::string_view host, absl::string_view destination) {
  OVNLITE_RETURN_IF_ERROR(state_->Ready(host));
  Narrative narrative;
  const std::vector<LabEvent> events = PingSeen(*this, state_->recorder, host, destination, narrative.ping);
  // A packet that met a missing part is worth telling of.
  if (events.empty()) OVNLITE_RETURN_IF_ERROR(narrative.ping.status);
  narrative.journeys = BuildJourneys(state_->sb, events);
  return narrative;
}

}  // namespace ovnlite
