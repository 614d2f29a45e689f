// File: option_table.h
// The named options of put_dhcp_opts() and its kin. Which DHCP options there are, with their codes and types, is not
// fixed: the Southbound database says so in DHCP_Options and DHCPv6_Options, where ovn-northd puts the usual ones.

#ifndef OVNLITE_LOGICAL_OPTION_TABLE_H_
#define OVNLITE_LOGICAL_OPTION_TABLE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace ovnlite {

// How an option's value is written and encoded: DHCP_Options.type and DHCPv6_Options.type in ovn-sb(5).
enum class OptionType : uint8_t {
  kBool,          // 1 byte
  kUint8,         // 1 byte
  kUint16,        // 2 bytes
  kUint32,        // 4 bytes
  kIpv4,          // Addresses of 4 bytes
  kStaticRoutes,  // Prefix, router, prefix, router …, RFC 3442
  kString,        // The characters
  kHostId,        // Characters, or an address
  kDomains,       // A comma-separated list of domain names, RFC 3397
  kIpv6,          // Addresses of 16 bytes
  kMac,           // 6 bytes
};
// "bool", "static_routes", …: the types of the tables above. Nothing for other texts.
std::optional<OptionType> FindOptionType(absl::string_view name);
absl::string_view OptionTypeName(OptionType type);

struct OptionDef {
  std::string name;
  uint16_t code = 0;
  OptionType type = OptionType::kUint8;
  friend bool operator==(const OptionDef&, const OptionDef&) = default;
};

// Options by name.
class OptionTable {
 public:
  OptionTable() = default;
  explicit OptionTable(std::vector<OptionDef> defs);

  // A later one of the same name is ignored.
  void Add(OptionDef def);
  // nullptr when there is none. The pointer is good until the next Add().
  const OptionDef* Find(absl::string_view name) const;
  absl::Span<const OptionDef> defs() const { return defs_; }

 private:
  std::vector<OptionDef> defs_;
  absl::flat_hash_map<std::string, size_t> by_name_;
};

// What ovn-northd 23.03 writes into DHCP_Options and DHCPv6_Options of every Southbound database.
const OptionTable& StandardDhcpOptions();
const OptionTable& StandardDhcpv6Options();
// The fixed options of put_nd_ra_opts (codes of RFC 4861, RFC 4191, RFC 8106 where there are some).
const OptionTable& NdRaOptions();
// Of trigger_event(event = "empty_lb_backends", …).
const OptionTable& EmptyLbBackendsOptions();

// The codes of those of the above that code asks about.
namespace option_code {
inline constexpr uint16_t kDhcpOfferIp = 0;  // Not a DHCP option: the address offered.
inline constexpr uint16_t kRaSlla = 1;
inline constexpr uint16_t kRaPrefix = 3;
inline constexpr uint16_t kRaMtu = 5;
inline constexpr uint16_t kRaRouteInfo = 24;
inline constexpr uint16_t kRaRdnss = 25;
inline constexpr uint16_t kRaDnssl = 31;
inline constexpr uint16_t kRaAddressMode = 256;       // Not an option of the packet but bits of its header.
inline constexpr uint16_t kRaRouterPreference = 257;  // Likewise.
inline constexpr uint16_t kEventVip = 1;
inline constexpr uint16_t kEventProtocol = 2;
inline constexpr uint16_t kEventLoadBalancer = 3;
}  // namespace option_code

}  // namespace ovnlite

#endif  // OVNLITE_LOGICAL_OPTION_TABLE_H_
