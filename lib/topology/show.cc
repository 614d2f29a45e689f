#include "ovnlite/topology/show.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lib/schema/ovn_nb.rows.h"
#include "lib/topology/rows.h"

namespace ovnlite {
namespace {

// ["a", "b"]
template <typename Strings>
std::string Quoted(const Strings& strings) {
  return absl::StrCat("[\"", absl::StrJoin(strings, "\", \""), "\"]");
}

template <typename T>
void SortRows(std::vector<RowOf<T>>& rows) {
  std::stable_sort(rows.begin(), rows.end(),
                   [](const RowOf<T>& a, const RowOf<T>& b) { return a.row->name() < b.row->name(); });
}

// A whole table by name.
template <typename T>
std::vector<RowOf<T>> All(const Database& nb) {
  std::vector<RowOf<T>> rows = nb.Rows<T>();
  SortRows(rows);
  return rows;
}

// What a set of references leads to.
template <typename T>
std::vector<RowOf<T>> Follow(const Database& nb, SetOf<Uuid> references) {
  std::vector<RowOf<T>> rows;
  for (const Uuid& ref : references) {
    if (const auto row = nb.Read<T>(ref)) rows.push_back({ref, row});
  }
  return rows;
}
template <typename T>
std::vector<RowOf<T>> FollowByName(const Database& nb, SetOf<Uuid> references) {
  std::vector<RowOf<T>> rows = Follow<T>(nb, references);
  SortRows(rows);
  return rows;
}

class Printer {
 public:
  Printer(const Database& nb, const ShowOptions& options) : nb_(nb), options_(options) {}

  std::string Print() {
    for (const auto& [uuid, ls] : All<nb::Logical_Switch>(nb_)) {
      Head("switch", uuid, ls->name());
      Alias(ls->external_ids("neutron:network_name"));
      for (const auto& port : FollowByName<nb::Logical_Switch_Port>(nb_, ls->ports())) Port(port.row);
    }
    for (const auto& [uuid, lr] : All<nb::Logical_Router>(nb_)) {
      Head("router", uuid, lr->name());
      Alias(lr->external_ids("neutron:router_name"));
      for (const auto& port : FollowByName<nb::Logical_Router_Port>(nb_, lr->ports())) Port(port.row);
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

  void Alias(std::optional<absl::string_view> alias) {
    if (alias.has_value()) absl::StrAppend(&out_, " (aka ", *alias, ")");
    absl::StrAppend(&out_, "\n");
  }

  void Port(const nb::Logical_Switch_Port_View& port) {
    absl::StrAppend(&out_, "    port ", port.name());
    Alias(port.external_ids("neutron:port_name"));
    if (!port.type().empty()) Line("type", port.type());
    if (port.has_parent_name()) Line("parent", port.parent_name());
    if (port.has_tag()) Line("tag", absl::StrCat(port.tag()));
    const bool says_router_only = port.addresses().size() == 1 && port.addresses().front() == "router";
    if (!port.addresses().empty() && !says_router_only) Line("addresses", Quoted(port.addresses()));
    if (const auto router_port = port.options("router-port")) Line("router-port", *router_port);
  }

  void Port(const nb::Logical_Router_Port_View& port) {
    absl::StrAppend(&out_, "    port ", port.name(), "\n");
    Line("mac", absl::StrCat("\"", port.mac(), "\""));
    Line("networks", Quoted(port.networks()));
    if (const auto table = port.options("route_table")) Line("route-table", *table);
    std::vector<RowOf<nb::Gateway_Chassis>> gateways = Follow<nb::Gateway_Chassis>(nb_, port.gateway_chassis());
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
