#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "lib/lab/lab_state.h"
#include "lib/lab/narrative_build.h"
#include "lib/schema/ovn_sb.pb.h"
#include "ovnlite/base/status.h"
#include "ovnlite/topology/show.h"

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

absl::StatusOr<Narrative> Lab::Explain(absl::string_view host, absl::string_view destination) {
  OVNLITE_RETURN_IF_ERROR(state_->Ready(host));
  Narrative narrative;
  state_->recorder.BeginStory();
  narrative.ping = Ping(host, destination);
  const std::vector<LabEvent> events = state_->recorder.EndStory();
  OVNLITE_RETURN_IF_ERROR(narrative.ping.status);
  narrative.journeys = BuildJourneys(state_->sb, events);
  return narrative;
}

}  // namespace ovnlite
