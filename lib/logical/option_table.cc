#include "ovnlite/logical/option_table.h"

namespace ovnlite {
namespace {

constexpr struct {
  absl::string_view name;
  OptionType type;
} kTypes[] = {
    {"bool", OptionType::kBool},     {"uint8", OptionType::kUint8},    {"uint16", OptionType::kUint16},
    {"uint32", OptionType::kUint32}, {"ipv4", OptionType::kIpv4},      {"static_routes", OptionType::kStaticRoutes},
    {"str", OptionType::kString},    {"host_id", OptionType::kHostId}, {"domains", OptionType::kDomains},
    {"ipv6", OptionType::kIpv6},     {"mac", OptionType::kMac},
};

}  // namespace

std::optional<OptionType> FindOptionType(absl::string_view name) {
  for (const auto& t : kTypes) {
    if (t.name == name) return t.type;
  }
  return std::nullopt;
}

absl::string_view OptionTypeName(OptionType type) {
  for (const auto& t : kTypes) {
    if (t.type == type) return t.name;
  }
  return "";
}

OptionTable::OptionTable(std::vector<OptionDef> defs) {
  for (OptionDef& def : defs) Add(std::move(def));
}

void OptionTable::Add(OptionDef def) {
  if (by_name_.emplace(def.name, defs_.size()).second) defs_.push_back(std::move(def));
}

const OptionDef* OptionTable::Find(absl::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : &defs_[found->second];
}

const OptionTable& StandardDhcpOptions() {
  using T = OptionType;
  static const OptionTable& table = *new OptionTable({
      {"offerip", option_code::kDhcpOfferIp, T::kIpv4},
      {"netmask", 1, T::kIpv4},
      {"router", 3, T::kIpv4},
      {"dns_server", 6, T::kIpv4},
      {"log_server", 7, T::kIpv4},
      {"lpr_server", 9, T::kIpv4},
      {"hostname", 12, T::kString},
      {"domain_name", 15, T::kString},
      {"swap_server", 16, T::kIpv4},
      {"ip_forward_enable", 19, T::kBool},
      {"policy_filter", 21, T::kIpv4},
      {"default_ttl", 23, T::kUint8},
      {"mtu", 26, T::kUint16},
      {"broadcast_address", 28, T::kIpv4},
      {"router_discovery", 31, T::kBool},
      {"router_solicitation", 32, T::kIpv4},
      {"arp_cache_timeout", 35, T::kUint32},
      {"ethernet_encap", 36, T::kBool},
      {"tcp_ttl", 37, T::kUint8},
      {"tcp_keepalive_interval", 38, T::kUint32},
      {"nis_server", 41, T::kIpv4},
      {"ntp_server", 42, T::kIpv4},
      {"netbios_name_server", 44, T::kIpv4},
      {"netbios_node_type", 46, T::kUint8},
      {"lease_time", 51, T::kUint32},
      {"server_id", 54, T::kIpv4},
      {"T1", 58, T::kUint32},
      {"T2", 59, T::kUint32},
      {"tftp_server", 66, T::kHostId},
      {"bootfile_name", 67, T::kString},
      {"domain_search_list", 119, T::kDomains},
      {"classless_static_route", 121, T::kStaticRoutes},
      {"tftp_server_address", 150, T::kIpv4},
      {"path_prefix", 210, T::kString},
      {"ms_classless_static_route", 249, T::kStaticRoutes},
      {"wpad", 252, T::kString},
      {"next_server", 253, T::kIpv4},
      {"bootfile_name_alt", 254, T::kString},
  });
  return table;
}

const OptionTable& StandardDhcpv6Options() {
  using T = OptionType;
  static const OptionTable& table = *new OptionTable({
      {"server_id", 2, T::kMac},
      {"ia_addr", 5, T::kIpv6},
      {"dns_server", 23, T::kIpv6},
      {"domain_search", 24, T::kString},
  });
  return table;
}

const OptionTable& NdRaOptions() {
  using T = OptionType;
  static const OptionTable& table = *new OptionTable({
      {"addr_mode", option_code::kRaAddressMode, T::kString},
      {"router_preference", option_code::kRaRouterPreference, T::kString},
      {"slla", option_code::kRaSlla, T::kMac},
      {"prefix", option_code::kRaPrefix, T::kIpv6},
      {"mtu", option_code::kRaMtu, T::kUint32},
      {"rdnss", option_code::kRaRdnss, T::kIpv6},
      {"dnssl", option_code::kRaDnssl, T::kString},
      {"route_info", option_code::kRaRouteInfo, T::kString},
  });
  return table;
}

const OptionTable& EmptyLbBackendsOptions() {
  using T = OptionType;
  static const OptionTable& table = *new OptionTable({
      {"vip", option_code::kEventVip, T::kString},
      {"protocol", option_code::kEventProtocol, T::kString},
      {"load_balancer", option_code::kEventLoadBalancer, T::kString},
  });
  return table;
}

}  // namespace ovnlite
