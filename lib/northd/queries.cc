#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "lib/northd/context.h"
#include "lib/schema/ovn_nb.pb.h"

namespace ovnlite {
namespace {

// "MAC [IP…]" of a switch port; nothing when it starts with no MAC. What is no address ends the list, as in OVN.
bool ParseAddresses(absl::string_view text, PortAddresses* result) {
  const std::vector<absl::string_view> words = absl::StrSplit(text, absl::ByAnyChar(" \t,"), absl::SkipEmpty());
  if (words.empty()) return false;
  const auto mac = MacAddress::Parse(words[0]);
  if (!mac.ok()) return false;
  result->mac = *mac;
  for (size_t i = 1; i < words.size(); ++i) {
    const auto prefix = IpPrefix::Parse(words[i]);
    if (!prefix.ok()) break;
    (prefix->is_v6() ? result->v6 : result->v4).push_back(*prefix);
  }
  return true;
}

SwitchPort ReadSwitchPort(Reader& reader, const Context& context, const Uuid& uuid) {
  SwitchPort port;
  const auto* row = reader.Get<nb::Logical_Switch_Port>(uuid);
  if (row == nullptr) return port;
  const absl::Span<const Uuid> owners = reader.Find<nb::Logical_Switch>("ports", uuid.ToString());
  if (owners.empty()) return port;
  port.exists = true;
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
  for (const std::string& text : row->addresses()) {
    if (text == "unknown") {
      port.unknown = true;
    } else if (text == "router") {
      if (!port.peer.IsZero()) port.addresses.push_back(reader.Ask(context.router_port, port.peer).networks);
    } else {
      PortAddresses addresses;
      const absl::string_view fixed =
          text == "dynamic" || text.ends_with(" dynamic") ? absl::string_view(row->dynamic_addresses()) : text;
      if (ParseAddresses(fixed, &addresses)) port.addresses.push_back(std::move(addresses));
    }
  }
  return port;
}

RouterPort ReadRouterPort(Reader& reader, const Uuid& uuid) {
  RouterPort port;
  const auto* row = reader.Get<nb::Logical_Router_Port>(uuid);
  if (row == nullptr) return port;
  const absl::Span<const Uuid> owners = reader.Find<nb::Logical_Router>("ports", uuid.ToString());
  if (owners.empty()) return port;
  const auto* router = reader.Get<nb::Logical_Router>(owners[0]);
  if (router->has_enabled() && !router->enabled()) return port;
  const auto mac = MacAddress::Parse(row->mac());
  if (!mac.ok()) return port;
  // A name taken by a switch port is not free for a router port.
  if (!reader.Find<nb::Logical_Switch_Port>("name", row->name()).empty()) return port;
  port.networks.mac = *mac;
  for (const std::string& text : row->networks()) {
    const auto network = IpPrefix::Parse(text);
    if (!network.ok()) return RouterPort();
    (network->is_v6() ? port.networks.v6 : port.networks.v4).push_back(*network);
  }
  port.networks.v6.push_back(IpPrefix(Ipv6Address::LinkLocalOf(*mac), 64));
  port.exists = true;
  port.router = owners[0];
  port.name = row->name();
  port.quoted = Quoted(row->name());
  port.enabled = !row->has_enabled() || row->enabled();
  port.route_table = std::string(Lookup(row->options(), "route_table"));
  const absl::Span<const Uuid> switch_ports = reader.Find<nb::Logical_Switch_Port>("options:router-port", row->name());
  for (const Uuid& candidate : switch_ports) {
    const auto* lsp = reader.Get<nb::Logical_Switch_Port>(candidate);
    if (lsp != nullptr && lsp->type() == "router") port.switch_port = candidate;
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
  context.router_port = engine.AddQuery<RouterPort>(
      "router_port", [](Reader& reader, const Uuid& uuid) { return ReadRouterPort(reader, uuid); });
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
