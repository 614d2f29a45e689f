#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "lib/northd/context.h"
#include "lib/northd/port_address.h"
#include "lib/northd/router_network.h"
#include "lib/schema/ovn_nb.pb.h"
#include "ovnlite/base/address_scan.h"

namespace ovnlite {
namespace {

SwitchPort ReadSwitchPort(Reader& reader, const Context& context, const Uuid& uuid) {
  SwitchPort port;
  const auto* row = reader.Get<nb::Logical_Switch_Port>(uuid);
  if (row == nullptr) return port;
  const absl::Span<const Uuid> owners = reader.Find<nb::Logical_Switch>("ports", uuid.ToString());
  if (owners.empty()) return port;
  const Keyless& keyless = reader.Ask(context.keyless, owners[0].ToString());
  port.wanted = !keyless.datapath;
  port.exists = port.wanted && !keyless.ports.contains(row->name());
  port.lswitch = owners[0];
  port.name = row->name();
  port.quoted = Quoted(row->name());
  port.type = row->type();
  port.enabled = !row->has_enabled() || row->enabled();
  port.has_port_security = row->port_security_size() > 0;
  if (port.is_router()) {
    Uuid peer;
    reader.FindOne<nb::Logical_Router_Port>("name", Lookup(row->options(), "router-port"), &peer);
    if (!peer.IsZero() && reader.Ask(context.router_port, peer).exists) port.peer = peer;
  }
  const auto add = [&port](const PortAddresses& addresses, const std::optional<MacAddress>& mac = std::nullopt) {
    port.macs.push_back(mac.value_or(addresses.mac));
    port.addresses.push_back(addresses);
  };
  for (const std::string& text : row->addresses()) {
    const PortAddress address = ReadPortAddress(text);
    switch (address.kind) {
      case PortAddressKind::kUnknown:
        port.unknown = true;
        break;
      case PortAddressKind::kRouter:
        if (!port.peer.IsZero()) add(reader.Ask(context.router_port, port.peer).networks);
        break;
      case PortAddressKind::kDynamic: {
        std::optional<LportAddresses> given;
        if (reader.Ask(context.switch_allocates, port.lswitch)) given = ReadLportAddresses(row->dynamic_addresses());
        if (given.has_value()) {
          add(*given, address.mac);
        } else if (address.mac.has_value()) {
          port.macs.push_back(*address.mac);
        }
        break;
      }
      case PortAddressKind::kStatic:
        add(address.addresses);
        break;
      case PortAddressKind::kInvalid:
        break;
    }
  }
  return port;
}

// Whether a switch port has a tunnel key.
bool HasKey(Reader& reader, const Context& context, const Uuid& uuid, const std::string& name) {
  for (const Uuid& owner : reader.Find<nb::Logical_Switch>("ports", uuid.ToString())) {
    const Keyless& keyless = reader.Ask(context.keyless, owner.ToString());
    return !keyless.datapath && !keyless.ports.contains(name);
  }
  return true;
}

RouterPort ReadRouterPort(Reader& reader, const Context& context, const Uuid& uuid) {
  RouterPort port;
  const auto* row = reader.Get<nb::Logical_Router_Port>(uuid);
  if (row == nullptr) return port;
  const absl::Span<const Uuid> owners = reader.Find<nb::Logical_Router>("ports", uuid.ToString());
  if (owners.empty()) return port;
  const auto* router = reader.Get<nb::Logical_Router>(owners[0]);
  if (router->has_enabled() && !router->enabled()) return port;
  const std::optional<MacAddress> mac = ReadMac(row->mac());
  if (!mac.has_value()) return port;
  // A name taken by a switch port is not free for a router port.
  if (!reader.Find<nb::Logical_Switch_Port>("name", row->name()).empty()) return port;
  port.networks.mac = *mac;
  for (const std::string& text : row->networks()) {
    const std::optional<IpPrefix> network = ReadRouterNetwork(text);
    if (network.has_value()) (network->is_v6() ? port.networks.v6 : port.networks.v4).push_back(*network);
  }
  port.networks.v6.push_back(IpPrefix(Ipv6Address::LinkLocalOf(*mac), 64));
  const Keyless& keyless = reader.Ask(context.keyless, owners[0].ToString());
  port.wanted = !keyless.datapath;
  port.exists = port.wanted && !keyless.ports.contains(row->name());
  port.router = owners[0];
  port.name = row->name();
  port.quoted = Quoted(row->name());
  port.enabled = !row->has_enabled() || row->enabled();
  port.route_table = std::string(Lookup(row->options(), "route_table"));
  const absl::Span<const Uuid> switch_ports = reader.Find<nb::Logical_Switch_Port>("options:router-port", row->name());
  for (const Uuid& candidate : switch_ports) {
    const auto* lsp = reader.Get<nb::Logical_Switch_Port>(candidate);
    if (lsp == nullptr || lsp->type() != "router" || !HasKey(reader, context, candidate, lsp->name())) continue;
    port.switch_port = candidate;
  }
  if (row->has_peer()) {
    Uuid peer;
    const auto* other = reader.FindOne<nb::Logical_Router_Port>("name", row->peer(), &peer);
    if (other != nullptr) port.peer_port = peer;
  }
  return port;
}

}  // namespace

std::string Quoted(absl::string_view name) {
  std::string quoted = "\"";
  for (char c : name) {
    switch (c) {
      case '"':
        quoted += "\\\"";
        break;
      case '\\':
        quoted += "\\\\";
        break;
      case '\b':
        quoted += "\\b";
        break;
      case '\f':
        quoted += "\\f";
        break;
      case '\n':
        quoted += "\\n";
        break;
      case '\r':
        quoted += "\\r";
        break;
      case '\t':
        quoted += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < ' ') {
          absl::StrAppendFormat(&quoted, "\\u%04x", static_cast<unsigned>(c));
        } else {
          quoted += c;
        }
    }
  }
  return quoted + "\"";
}

void Context::EmitRow(Output& out, RowKind kind, std::string key, const google::protobuf::Message& row) const {
  RowItem item{kind, std::move(key), {}};
  google::protobuf::io::StringOutputStream stream(&item.bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);  // Maps in order.
  row.SerializeToCodedStream(&coded);
  coded.Trim();
  out.Add(store->Intern(std::move(item)));
}

void DefineQueries(Incremental& engine, Context& context) {
  context.keyless = engine.AddInput<Keyless>("keyless");
  context.router_port = engine.AddQuery<RouterPort>(
      "router_port", [&context](Reader& reader, const Uuid& uuid) { return ReadRouterPort(reader, context, uuid); });
  context.switch_port = engine.AddQuery<SwitchPort>(
      "switch_port", [&context](Reader& reader, const Uuid& uuid) { return ReadSwitchPort(reader, context, uuid); });
  context.router_ports_of_switch =
      engine.AddQuery<std::vector<Uuid>>("router_ports_of_switch", [&context](Reader& reader, const Uuid& uuid) {
        std::vector<Uuid> ports;
        const auto* row = reader.Get<nb::Logical_Switch>(uuid);
        if (row == nullptr) return ports;
        for (const ovsdb::Uuid& member : row->ports()) {
          const Uuid port = FromProto(member);
          if (!reader.Ask(context.switch_port, port).peer.IsZero()) ports.push_back(port);
        }
        return ports;
      });
  context.drop_actions = engine.AddNamedQuery<std::string>("drop_actions", [](Reader& reader, absl::string_view) {
    for (const Uuid& uuid : reader.All<nb::NB_Global>()) {
      const auto& options = reader.Get<nb::NB_Global>(uuid)->options();
      return DropActions(Lookup(options, "debug_drop_domain_id"), Lookup(options, "debug_drop_collector_set"));
    }
    return std::string(kDrop);
  });
  context.switch_allocates = engine.AddQuery<bool>("switch_allocates", [](Reader& reader, const Uuid& uuid) {
    const auto* row = reader.Get<nb::Logical_Switch>(uuid);
    return row != nullptr && AllocatesAddresses(row->other_config());
  });
  context.switch_has_machines =
      engine.AddQuery<bool>("switch_has_machines", [&context](Reader& reader, const Uuid& uuid) {
        const auto* row = reader.Get<nb::Logical_Switch>(uuid);
        return row != nullptr &&
               reader.Ask(context.router_ports_of_switch, uuid).size() < static_cast<size_t>(row->ports_size());
      });
  context.switch_has_unknown =
      engine.AddQuery<bool>("switch_has_unknown", [&context](Reader& reader, const Uuid& uuid) {
        const auto* row = reader.Get<nb::Logical_Switch>(uuid);
        if (row == nullptr) return false;
        return std::any_of(row->ports().begin(), row->ports().end(), [&](const ovsdb::Uuid& member) {
          const SwitchPort& port = reader.Ask(context.switch_port, FromProto(member));
          return port.unknown && port.enabled;
        });
      });
}

}  // namespace ovnlite
