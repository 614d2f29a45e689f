// Router ports: what flows need to know of them (Context::router_port), and their rows in the Southbound database.

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lib/northd/context.h"
#include "lib/northd/feature.h"
#include "lib/northd/options.h"
#include "lib/northd/router_network.h"
#include "ovnlite/base/address_scan.h"
#include "ovnlite/base/utf8.h"
#include "ovnlite/schema/typed_row.h"

namespace ovnlite {
namespace {

namespace column = sb::columns::Port_Binding;
using RouterPortView = ViewOf<nb::Logical_Router_Port>;

// The router of a port that can be used, tunnel key aside; zero when it cannot. A name taken by a switch port is not
// free for a router port.
Uuid RouterOf(Reader& reader, const Uuid& uuid, const RouterPortView& row) {
  const RowIds owners = reader.Find(nb::columns::Logical_Router::ports, uuid);
  if (owners.empty()) return Uuid();
  const Uuid owner = owners.front();
  const auto router = reader.Get<nb::Logical_Router>(owner);
  if (router->has_enabled() && !router->enabled()) return Uuid();
  if (!ReadMac(row->mac()).has_value()) return Uuid();
  if (!reader.Find(nb::columns::Logical_Switch_Port::name, row->name()).empty()) return Uuid();
  return owner;
}

// The switch port that leads to the router port of this name, or zero.
Uuid SwitchSide(Reader& reader, const Context& context, absl::string_view name) {
  Uuid side;
  for (const Uuid& candidate : reader.Find(nb::columns::Logical_Switch_Port::options, "router-port", name)) {
    const auto row = reader.Get<nb::Logical_Switch_Port>(candidate);
    if (row && row->type() == "router" && context.PortKey(reader, candidate) != 0) side = candidate;
  }
  return side;
}

Uuid RouterSide(Reader& reader, const RouterPortView& row) {
  Uuid peer;
  if (row->has_peer())
    reader.FindOne<nb::Logical_Router_Port>(nb::columns::Logical_Router_Port::name, row->peer(), &peer);
  return peer;
}

RouterPort ReadRouterPort(Reader& reader, const Context& context, const Uuid& uuid) {
  RouterPort port;
  const RouterPortView row = reader.Get<nb::Logical_Router_Port>(uuid);
  if (!row) return port;
  port.router = RouterOf(reader, uuid, row);
  if (port.router.IsZero()) return port;
  port.networks.mac = ReadMac(row->mac()).value_or(MacAddress());
  for (const absl::string_view text : row->networks()) {
    const std::optional<IpPrefix> network = ReadRouterNetwork(text);
    if (network.has_value()) (network->is_v6() ? port.networks.v6 : port.networks.v4).push_back(*network);
  }
  port.networks.v6.push_back(IpPrefix(Ipv6Address::LinkLocalOf(port.networks.mac), 64));
  port.exists = context.PortKey(reader, uuid) != 0;
  port.name = row.String(nb::columns::Logical_Router_Port::name.index);
  port.quoted = Quoted(port.name);
  port.enabled = !row->has_enabled() || row->enabled();
  port.peer_port = RouterSide(reader, row);
  return port;
}

void EmitWish(Reader& reader, const Context& context, const Uuid& uuid, Output& out) {
  const RouterPortView row = reader.Get<nb::Logical_Router_Port>(uuid);
  const Uuid router = RouterOf(reader, uuid, row);
  if (router.IsZero() || context.DatapathKey(reader, router) == 0) return;
  const auto limit = static_cast<uint32_t>(reader.Ask(context.key_limits, Uuid()).port);
  out.Add(context.port_wishes, router,
          TunnelKeyWish{true, row.String(nb::columns::Logical_Router_Port::name.index), uuid,
                        ReadUint(row->options("requested-tnl-key").value_or(""), 0), limit});
}

void EmitBinding(Reader& reader, const Context& context, const Uuid& uuid, Output& out) {
  const uint32_t key = context.PortKey(reader, uuid);
  if (key == 0) return;
  const RouterPortView lrp = reader.Get<nb::Logical_Router_Port>(uuid);
  TypedRow<sb::Port_Binding> row;
  row.Set(column::datapath, RouterOf(reader, uuid, lrp));
  const SharedString name = lrp.String(nb::columns::Logical_Router_Port::name.index);
  row.Set(column::logical_port, name);
  row.Set(column::tunnel_key, key);
  row.Set(column::type, "patch");
  Members mac;
  mac.Insert(absl::StrCat(lrp->mac(), " ", absl::StrJoin(lrp->networks(), " ")));
  row.Set(column::mac, std::move(mac));
  Members options;
  if (const Uuid lsp = SwitchSide(reader, context, name); !lsp.IsZero()) {
    options.Set("peer", reader.Get<nb::Logical_Switch_Port>(lsp)->name());
  } else if (!RouterSide(reader, lrp).IsZero()) {
    options.Set("peer", lrp->peer());
  }
  row.Set(column::options, std::move(options));
  row.Set(column::external_ids, lrp.Shared(nb::columns::Logical_Router_Port::external_ids.index));
  out.Add(context.rows, {{&SchemaOf<sb::Port_Binding>(), name}, row.Build()});
}

void EmitComplaints(Reader& reader, const Context& context, const Uuid& uuid, Output& out) {
  const RouterPortView row = reader.Get<nb::Logical_Router_Port>(uuid);
  const auto add = [&](std::string message) {
    out.Add(context.warnings, {"Logical_Router_Port", std::string(row->name()), std::move(message)});
  };
  if (!ReadMac(row->mac()).has_value()) {
    add(absl::StrCat("left out: ", QuoteJson(row->mac()), " is no MAC address"));
  } else if (!reader.Find(nb::columns::Logical_Switch_Port::name, row->name()).empty()) {
    add("left out: a switch port has its name");
  }
  for (const absl::string_view text : row->networks()) {
    if (ReadRouterNetwork(text).has_value() || context.PortKey(reader, uuid) == 0) continue;
    add(absl::StrCat("network ", QuoteJson(text), " is none"));
  }
}

void Define(Incremental& engine, Context& context) {
  context.router_port = engine.AddQuery<Uuid, RouterPort>("router_port", With(context, ReadRouterPort));
  engine.AddEmitter<nb::Logical_Router_Port>("router_port_key", With(context, EmitWish), context.port_wishes);
  engine.AddEmitter<nb::Logical_Router_Port>("router_port_binding", With(context, EmitBinding));
  engine.AddEmitter<nb::Logical_Router_Port>("router_port_complaints", With(context, EmitComplaints));
}

}  // namespace

Feature RouterPortFeature() {
  return {"router_ports",
          Define,
          {{"Logical_Router_Port", "name"},
           {"Logical_Router_Port", "mac"},
           {"Logical_Router_Port", "networks"},
           {"Logical_Router_Port", "enabled"},
           {"Logical_Router_Port", "peer"},
           {"Logical_Router_Port", "options", "requested-tnl-key"}}};
}

}  // namespace ovnlite
