#include "ovnlite/lab/lab.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "lib/lab/lab_state.h"
#include "lib/schema/ovn_sb.rows.h"
#include "ovnlite/base/status.h"
#include "ovnlite/node/registration.h"
#include "ovnlite/schema/schema.h"

namespace ovnlite {

Lab::State::State(const Options& o)
    : options(o),
      random(o.seed),
      nb(NorthboundSchema()),
      sb(SouthboundSchema()),
      topology(nb, {.random = &random}),
      northd(nb, sb, {.random = &random}),
      fabric(sb, clock,
             {.underlay_delay = o.underlay_delay,
              .underlay_loss = o.underlay_loss,
              .seed = o.seed,
              .mtu = o.underlay_mtu}),
      recorder(fabric, sb, nb, o.underlay_delay, o.capture_limit) {
  nb_changes = nb.Subscribe([this](const Delta&) { changed = true; });
  sb_changes = sb.Subscribe([this](const Delta& delta) { OnSouthbound(delta); });
  fabric.set_tap([this](const Sighting& sighting) {
    Host* host = sighting.outlet == Outlet::kPort ? FindByPort(sighting.name) : nullptr;
    recorder.Seen(sighting, host == nullptr ? absl::string_view() : host->sim.options().name);
    if (host == nullptr) return;
    host->sim.Receive(sighting.frame);
    speaking.insert(host->place);
  });
}

void Lab::State::OnSouthbound(const Delta& delta) {
  changed = true;
  for (const RowChange& change : delta.changes()) {
    const Row& row = change.deleted() ? change.before : change.after;
    if (change.table == &SchemaOf<sb::Port_Binding>()) {
      const Host* const host = FindByPort(std::string(sb::Port_Binding_View(&row).logical_port()));
      if (host != nullptr) unbound.insert(host->place);
    } else if (change.table == &SchemaOf<sb::Chassis>() && change.inserted()) {
      const absl::string_view name = sb::Chassis_View(&row).name();
      for (const Host* host : order) {
        if (host->chassis == name) unbound.insert(host->place);
      }
    }
  }
}

const absl::Status& Lab::State::Built(absl::Status status, absl::string_view what) {
  if (status.ok()) return no_error;
  last_error = WithContext(status, what);
  if (first_error.ok()) first_error = last_error;
  return last_error;
}

absl::Status Lab::State::AddChassis(absl::string_view name, absl::string_view encap_ip) {
  OVNLITE_ASSIGN_OR_RETURN(const IpAddress ip, ReadStationIp("encap_ip", encap_ip));
  return RegisterChassis(sb, random, name, ip);
}

absl::Status Lab::State::CheckChassis(absl::string_view name) const {
  if (!sb.Find(sb::columns::Chassis::name, name).empty()) return absl::OkStatus();
  return absl::NotFoundError(absl::StrCat("there is no chassis \"", name, "\""));
}

std::function<bool(const std::string&)> Lab::State::PortIsThere() {
  return [this](const std::string& port) { return topology.FindSwitchPort(port).ok(); };
}

absl::Status Lab::State::Connect(absl::string_view router, absl::string_view logical_switch, absl::string_view mac,
                                 absl::string_view networks) {
  OVNLITE_ASSIGN_OR_RETURN(const LogicalRouter lr, topology.FindRouter(router));
  OVNLITE_ASSIGN_OR_RETURN(const LogicalSwitch ls, topology.FindSwitch(logical_switch));
  OVNLITE_ASSIGN_OR_RETURN(const MacAddress station, ReadStationMac("mac", mac));
  OVNLITE_ASSIGN_OR_RETURN(const std::vector<IpPrefix> addresses, ReadStationAddresses("networks", networks));
  OVNLITE_RETURN_IF_ERROR(stations.Check(ls.name(), station, addresses, /*is_router=*/true, PortIsThere()));
  const std::string r = absl::AsciiStrToLower(lr.name()), s = absl::AsciiStrToLower(ls.name());
  const std::string port = absl::StrCat(s, "-", r);
  const std::vector<absl::string_view> words = absl::StrSplit(networks, absl::ByAnyChar(" \t"), absl::SkipEmpty());
  OVNLITE_RETURN_IF_ERROR(topology.Connect(lr, absl::StrCat(r, "-", s), ls, port, mac, words).status());
  stations.Add(ls.name(), {absl::StrCat("router ", lr.name()), port, /*is_router=*/true}, station, addresses);
  return absl::OkStatus();
}

absl::Status Lab::State::AddHost(absl::string_view name, absl::string_view logical_switch, absl::string_view port,
                                 absl::string_view chassis, absl::string_view mac, absl::string_view addresses,
                                 absl::string_view gateways) {
  if (name.empty()) return absl::InvalidArgumentError("a host needs a name");
  if (Find(name) != nullptr) return absl::AlreadyExistsError("a host with this name already exists");
  OVNLITE_RETURN_IF_ERROR(CheckChassis(chassis));
  SimHostOptions host;
  host.name = std::string(name);
  OVNLITE_ASSIGN_OR_RETURN(host.mac, ReadStationMac("mac", mac));
  OVNLITE_ASSIGN_OR_RETURN(host.addresses, ReadStationAddresses("addresses", addresses));
  OVNLITE_ASSIGN_OR_RETURN(host.gateways, ReadGateways("gateways", gateways, host.addresses));
  std::string allowed = host.mac.ToString();
  for (const IpPrefix& address : host.addresses) absl::StrAppend(&allowed, " ", address.address().ToString());
  OVNLITE_ASSIGN_OR_RETURN(LogicalSwitch ls, topology.FindSwitch(logical_switch));
  OVNLITE_RETURN_IF_ERROR(stations.Check(ls.name(), host.mac, host.addresses, /*is_router=*/false, PortIsThere()));
  OVNLITE_ASSIGN_OR_RETURN(LogicalSwitchPort lsp, ls.AddPort(port));
  absl::Status status = lsp.SetAddresses({allowed});
  if (status.ok()) status = lsp.SetPortSecurity({allowed});
  if (!status.ok()) {
    lsp.Delete().IgnoreError();
    return status;
  }
  stations.Add(ls.name(), {absl::StrCat("host ", name), std::string(port), /*is_router=*/false}, host.mac,
               host.addresses);
  auto added = std::make_unique<Host>(
      Host{SimHost(std::move(host), clock), std::string(port), std::string(chassis), order.size()});
  order.push_back(added.get());
  by_port[added->port] = added.get();
  hosts.emplace(name, std::move(added));
  return absl::OkStatus();
}

// Every host's port, bound where the host is, as the ovn-controller there would.
absl::Status Lab::State::Bind() {
  namespace column = sb::columns::Port_Binding;
  Transaction t = sb.Begin();
  bool any = false;
  const std::set<size_t> due = std::exchange(unbound, {});
  for (const size_t place : due) {
    const Host* const host = order[place];
    const RowIds chassis = sb.Find(sb::columns::Chassis::name, host->chassis);
    if (chassis.empty()) continue;
    for (const Uuid& uuid : sb.Find(column::logical_port, host->port)) {
      const auto binding = sb.Read<sb::Port_Binding>(uuid);
      if (binding->up() && binding->chassis() == chassis.front()) continue;
      BindPort(t, uuid, chassis.front());
      any = true;
    }
  }
  if (!any) return absl::OkStatus();
  const absl::Status status = sb.Commit(std::move(t)).status();
  if (!status.ok()) unbound.insert(due.begin(), due.end());
  return status;
}

absl::Status Lab::State::Sync() {
  if (!changed) return absl::OkStatus();
  OVNLITE_RETURN_IF_ERROR(northd.Update());
  // A network that is not what was asked for is no place for experiments.
  if (const std::vector<Unsupported> missing = northd.unsupported(); !missing.empty()) {
    return absl::UnimplementedError(absl::StrCat("northd does not compile ", missing[0].table, " ", missing[0].row,
                                                 ", ", missing[0].column, ", yet",
                                                 missing.size() > 1 ? ", and more" : ""));
  }
  OVNLITE_RETURN_IF_ERROR(Bind());
  OVNLITE_RETURN_IF_ERROR(northd.Update());
  fabric.Update();
  changed = false;
  return absl::OkStatus();
}

// -- The public face --------------------------------------------------------------------------------------------------

Lab::Lab(Options options) : state_(std::make_unique<State>(options)) {}
Lab::~Lab() = default;

const absl::Status& Lab::AddChassis(absl::string_view name, absl::string_view encap_ip) {
  return state_->Built(state_->AddChassis(name, encap_ip), absl::StrCat("AddChassis ", name));
}
const absl::Status& Lab::AddSwitch(absl::string_view name) {
  return state_->Built(state_->topology.AddSwitch(name).status(), absl::StrCat("AddSwitch ", name));
}
const absl::Status& Lab::AddRouter(absl::string_view name) {
  return state_->Built(state_->topology.AddRouter(name).status(), absl::StrCat("AddRouter ", name));
}
const absl::Status& Lab::Connect(absl::string_view router, absl::string_view logical_switch, absl::string_view mac,
                                 absl::string_view networks) {
  return state_->Built(state_->Connect(router, logical_switch, mac, networks),
                       absl::StrCat("Connect ", router, " ", logical_switch));
}
const absl::Status& Lab::AddHost(absl::string_view host, absl::string_view logical_switch, absl::string_view port,
                                 absl::string_view chassis, absl::string_view mac, absl::string_view addresses,
                                 absl::string_view gateways) {
  return state_->Built(state_->AddHost(host, logical_switch, port, chassis, mac, addresses, gateways),
                       absl::StrCat("AddHost ", host));
}

const absl::Status& Lab::MoveHost(absl::string_view host, absl::string_view chassis) {
  State::Host* found = state_->Find(host);
  absl::Status status = found == nullptr ? absl::NotFoundError(absl::StrCat("there is no host \"", host, "\""))
                                         : state_->CheckChassis(chassis);
  if (status.ok()) {
    found->chassis = std::string(chassis);
    state_->unbound.insert(found->place);
    state_->changed = true;
  }
  return state_->Built(std::move(status), absl::StrCat("MoveHost ", host));
}

const absl::Status& Lab::Sync() { return state_->Built(state_->Sync(), "Sync"); }
const absl::Status& Lab::status() const { return state_->first_error; }

absl::Status Lab::WritePcapng(const std::string& path) const {
  OVNLITE_ASSIGN_OR_RETURN(PcapngWriter writer, PcapngWriter::Create(path));
  return state_->recorder.Write(writer);
}

std::string Lab::Pcapng() const {
  std::string bytes;
  PcapngWriter writer = PcapngWriter::ToMemory(&bytes);
  state_->recorder.Write(writer).IgnoreError();  // Memory takes everything a frame can be.
  return bytes;
}

Database& Lab::nb() { return state_->nb; }
Database& Lab::sb() { return state_->sb; }
Topology& Lab::topology() { return state_->topology; }
Fabric& Lab::fabric() { return state_->fabric; }
const ManualClock& Lab::clock() const { return state_->clock; }
std::vector<std::string> Lab::hosts() const {
  std::vector<std::string> names;
  for (const State::Host* host : state_->order) names.push_back(host->sim.options().name);
  return names;
}
const SimHost* Lab::host(absl::string_view name) const {
  const State::Host* host = state_->Find(name);
  return host == nullptr ? nullptr : &host->sim;
}

}  // namespace ovnlite
