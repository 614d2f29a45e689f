#include "lib/northd/unsupported.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "lib/northd/context.h"
#include "lib/northd/port_address.h"
#include "lib/schema/ovn_nb.pb.h"
#include "ovnlite/schema/schema.h"

namespace ovnlite {
namespace {

// A column of a table, or one key of a map column, that must be empty for us to do all that is asked.
struct Wish {
  const char* table;
  const char* column;
  const char* key;  // Or null: the column as a whole.
};
constexpr Wish kWishes[] = {
    {"Logical_Switch", "acls", nullptr},
    {"Logical_Switch", "copp", nullptr},
    {"Logical_Switch", "dns_records", nullptr},
    {"Logical_Switch", "forwarding_groups", nullptr},
    {"Logical_Switch", "load_balancer", nullptr},
    {"Logical_Switch", "load_balancer_group", nullptr},
    {"Logical_Switch", "qos_rules", nullptr},
    {"Logical_Switch", "other_config", "ipv6_prefix"},
    {"Logical_Switch", "other_config", "mac_only"},
    {"Logical_Switch", "other_config", "mcast_snoop"},
    {"Logical_Switch", "other_config", "subnet"},
    {"Logical_Switch_Port", "dhcpv4_options", nullptr},
    {"Logical_Switch_Port", "dhcpv6_options", nullptr},
    {"Logical_Switch_Port", "ha_chassis_group", nullptr},
    {"Logical_Switch_Port", "mirror_rules", nullptr},
    {"Logical_Switch_Port", "options", "arp_proxy"},
    {"Logical_Switch_Port", "options", "localnet_learn_fdb"},
    {"Logical_Switch_Port", "options", "mcast_flood"},
    {"Logical_Switch_Port", "options", "mcast_flood_reports"},
    {"Logical_Switch_Port", "options", "nat-addresses"},
    {"Logical_Switch_Port", "options", "qdisc_queue_id"},
    {"Logical_Switch_Port", "options", "qos_max_rate"},
    {"Logical_Switch_Port", "options", "qos_min_rate"},
    {"Logical_Router", "copp", nullptr},
    {"Logical_Router", "load_balancer", nullptr},
    {"Logical_Router", "load_balancer_group", nullptr},
    {"Logical_Router", "nat", nullptr},
    {"Logical_Router", "policies", nullptr},
    {"Logical_Router", "options", "chassis"},
    {"Logical_Router", "options", "mcast_relay"},
    {"Logical_Router_Port", "gateway_chassis", nullptr},
    {"Logical_Router_Port", "ha_chassis_group", nullptr},
    {"Logical_Router_Port", "ipv6_ra_configs", nullptr},
    {"Logical_Router_Port", "options", "gateway_mtu"},
    {"Logical_Router_Port", "options", "prefix_delegation"},
    {"Logical_Router_Port", "options", "redirect-chassis"},
    {"Logical_Router_Static_Route", "bfd", nullptr},
    {"Logical_Router_Static_Route", "options", "ecmp_symmetric_reply"},
    {"Port_Group", "acls", nullptr},
};

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

bool HasKey(const Message& row, const FieldDescriptor& map, const std::string& key) {
  const auto* reflection = row.GetReflection();
  for (int i = 0; i < reflection->FieldSize(row, &map); ++i) {
    const Message& entry = reflection->GetRepeatedMessage(row, &map, i);
    const auto* fields = entry.GetDescriptor();
    if (entry.GetReflection()->GetString(entry, fields->FindFieldByNumber(1)) == key) return true;
  }
  return false;
}

bool IsSet(const Message& row, const FieldDescriptor& column) {
  const auto* reflection = row.GetReflection();
  return column.is_repeated() ? reflection->FieldSize(row, &column) > 0 : reflection->HasField(row, &column);
}

std::string NameOf(const Uuid& uuid, const Message& row) {
  const auto* name = row.GetDescriptor()->FindFieldByName("name");
  return name == nullptr ? uuid.ToString() : row.GetReflection()->GetString(row, name);
}

// Types of switch ports whose flows are missing; those with dynamic addresses that nobody has given out yet.
void FindPorts(const Database& nb, std::vector<Unsupported>& found) {
  for (const auto& [uuid, port] : nb.Rows<nb::Logical_Switch_Port>()) {
    const std::string& type = port.type();
    if (!type.empty() && type != "router" && type != "localnet" && type != "localport") {
      found.push_back({"Logical_Switch_Port", port.name(), "type:" + type});
    }
    // 0 asks for any tag that is free behind the parent.
    if (port.has_tag_request() && port.tag_request() == 0 && !port.parent_name().empty() && !port.has_tag()) {
      found.push_back({"Logical_Switch_Port", port.name(), "tag_request"});
    }
  }
  for (const auto& [uuid, row] : nb.Rows<nb::Logical_Switch>()) {
    if (!AllocatesAddresses(row.other_config())) continue;
    for (const ovsdb::Uuid& member : row.ports()) {
      const auto* port = nb.Get<nb::Logical_Switch_Port>(FromProto(member));
      if (port == nullptr || port->has_dynamic_addresses()) continue;
      for (const std::string& address : port->addresses()) {
        if (ReadPortAddress(address).kind != PortAddressKind::kDynamic) continue;
        found.push_back({"Logical_Switch_Port", port->name(), "addresses:dynamic"});
      }
    }
  }
}

}  // namespace

std::vector<Unsupported> FindUnsupported(const Database& nb) {
  std::vector<Unsupported> found;
  for (const Wish& wish : kWishes) {
    const TableSchema* table = nb.schema().FindTable(wish.table);
    nb.ForEach(*table, [&](const Uuid& uuid, const Message& row) {
      const FieldDescriptor& column = *row.GetDescriptor()->FindFieldByName(wish.column);
      if (wish.key == nullptr ? !IsSet(row, column) : !HasKey(row, column, wish.key)) return;
      found.push_back({wish.table, NameOf(uuid, row),
                       wish.key == nullptr ? wish.column : absl::StrCat(wish.column, ":", wish.key)});
    });
  }
  FindPorts(nb, found);
  for (const auto& [uuid, global] : nb.Rows<nb::NB_Global>()) {
    if (!LookupBool(global.options(), "ignore_lsp_down", true)) {
      found.push_back({"NB_Global", uuid.ToString(), "options:ignore_lsp_down"});
    }
  }
  if (nb.RowCount<nb::Static_MAC_Binding>() > 0) found.push_back({"Static_MAC_Binding", "", ""});
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace ovnlite
