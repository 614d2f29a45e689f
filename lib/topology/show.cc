#include "ovnlite/topology/show.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lib/schema/ovn_nb.pb.h"
#include "lib/topology/rows.h"

namespace ovnlite {
namespace {

// ["a", "b"]
template <typename Strings>
std::string Quoted(const Strings& strings) {
  return absl::StrCat("[\"", absl::StrJoin(strings, "\", \""), "\"]");
}

template <typename T>
struct Row {
  Uuid uuid;
  const T* row;
};

template <typename T>
void SortRows(std::vector<Row<T>>& rows) {
  std::stable_sort(rows.begin(), rows.end(),
                   [](const Row<T>& a, const Row<T>& b) { return a.row->name() < b.row->name(); });
}

// A whole table by name.
template <typename T>
std::vector<Row<T>> All(const Database& nb) {
  std::vector<Row<T>> rows;
  for (const auto& [uuid, row] : nb.Rows<T>()) rows.push_back({uuid, &row});
  SortRows(rows);
  return rows;
}

// What a set of references leads to.
template <typename T, typename References>
std::vector<Row<T>> Follow(const Database& nb, const References& references) {
  std::vector<Row<T>> rows;
  for (const ovsdb::Uuid& ref : references) {
    if (const T* row = nb.Get<T>(FromProto(ref)); row != nullptr) rows.push_back({FromProto(ref), row});
  }
  return rows;
}
template <typename T, typename References>
std::vector<Row<T>> FollowByName(const Database& nb, const References& references) {
  std::vector<Row<T>> rows = Follow<T>(nb, references);
  SortRows(rows);
  return rows;
}

class Printer {
 public:
  Printer(const Database& nb, const ShowOptions& options) : nb_(nb), options_(options) {}

  std::string Print() {
    for (const auto& [uuid, ls] : All<nb::Logical_Switch>(nb_)) {
      Head("switch", uuid, ls->name());
      Alias(ls->external_ids(), "neutron:network_name");
      for (const auto& port : FollowByName<nb::Logical_Switch_Port>(nb_, ls->ports())) Port(*port.row);
    }
    for (const auto& [uuid, lr] : All<nb::Logical_Router>(nb_)) {
      Head("router", uuid, lr->name());
      Alias(lr->external_ids(), "neutron:router_name");
      for (const auto& port : FollowByName<nb::Logical_Router_Port>(nb_, lr->ports())) Port(*port.row);
      for (const auto& [nat_uuid, nat] : Follow<nb::NAT>(nb_, lr->nat())) {
        absl::StrAppend(&out_, "    nat", options_.uuids ? " " : "", options_.uuids ? nat_uuid.ToString() : "", "\n");
        Line("external ip", absl::StrCat("\"", nat->external_ip(), "\""));
        Line("logical ip", absl::StrCat("\"", nat->logical_ip(), "\""));
        Line("type", absl::StrCat("\"", nat->type(), "\""));
      }
    }
    return std::move(out_);
  }

 private:
  void Head(absl::string_view what, const Uuid& uuid, absl::string_view name) {
    absl::StrAppend(&out_, what, " ");
    if (options_.uuids) absl::StrAppend(&out_, uuid.ToString(), " ");
    absl::StrAppend(&out_, "(", name, ")");
  }

  template <typename Map>
  void Alias(const Map& external_ids, const std::string& key) {
    const auto found = external_ids.find(key);
    if (found != external_ids.end()) absl::StrAppend(&out_, " (aka ", found->second, ")");
    absl::StrAppend(&out_, "\n");
  }

  void Port(const nb::Logical_Switch_Port& port) {
    absl::StrAppend(&out_, "    port ", port.name());
    Alias(port.external_ids(), "neutron:port_name");
    if (!port.type().empty()) Line("type", port.type());
    if (port.has_parent_name()) Line("parent", port.parent_name());
    if (port.has_tag()) Line("tag", absl::StrCat(port.tag()));
    const bool says_router_only = port.addresses_size() == 1 && port.addresses(0) == "router";
    if (port.addresses_size() > 0 && !says_router_only) Line("addresses", Quoted(port.addresses()));
    const auto router_port = port.options().find("router-port");
    if (router_port != port.options().end()) Line("router-port", router_port->second);
  }

  void Port(const nb::Logical_Router_Port& port) {
    absl::StrAppend(&out_, "    port ", port.name(), "\n");
    Line("mac", absl::StrCat("\"", port.mac(), "\""));
    Line("networks", Quoted(port.networks()));
    const auto table = port.options().find("route_table");
    if (table != port.options().end()) Line("route-table", table->second);
    std::vector<Row<nb::Gateway_Chassis>> gateways = Follow<nb::Gateway_Chassis>(nb_, port.gateway_chassis());
    if (gateways.empty()) return;
    std::stable_sort(gateways.begin(), gateways.end(),
                     [](const auto& a, const auto& b) { return a.row->priority() > b.row->priority(); });
    Line("gateway chassis", absl::StrCat("[",
                                         absl::StrJoin(gateways, " ",
                                                       [](std::string* out, const auto& g) {
                                                         absl::StrAppend(out, g.row->chassis_name());
                                                       }),
                                         "]"));
  }

  void Line(absl::string_view key, absl::string_view value) {
    absl::StrAppend(&out_, "        ", key, ": ", value, "\n");
  }

  const Database& nb_;
  ShowOptions options_;
  std::string out_;
};

}  // namespace

std::string ShowNorthbound(const Database& nb, const ShowOptions& options) { return Printer(nb, options).Print(); }

}  // namespace ovnlite
