// NAT: addresses, where it is done, and translations of one router that contradict each other.

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/check/checks.h"
#include "lib/check/owners.h"
#include "lib/check/reach.h"
#include "ovnlite/base/address_scan.h"
#include "ovnlite/base/utf8.h"
#include "ovnlite/logical/action_parse.h"

namespace ovnlite {
namespace {

using NatView = ViewOf<nb::NAT>;

std::optional<IpAddress> ReadOne(absl::string_view text) {
  const std::optional<IpPrefix> prefix = ReadIpPrefix(text);
  return prefix.has_value() && prefix->length() == prefix->width() ? std::optional<IpAddress>(prefix->address())
                                                                   : std::nullopt;
}

bool HasGatewayPort(const Database& nb, const ViewOf<nb::Logical_Router>& router) {
  for (const Uuid& uuid : router->ports()) {
    const auto port = nb.Read<nb::Logical_Router_Port>(uuid);
    if (port && (!port->gateway_chassis().empty() || port->has_ha_chassis_group() ||
                 !port->options("redirect-chassis").value_or("").empty())) {
      return true;
    }
  }
  return false;
}

class RouterNat {
 public:
  RouterNat(const Database& nb, const ViewOf<nb::Logical_Router>& router, std::string name, Findings& findings)
      : nb_(nb), router_(router), name_(std::move(name)), findings_(findings), reach_(nb, router), pool_(OvnSymbols()) {
    on_chassis_ = !router->options("chassis").value_or("").empty();
    has_gateway_port_ = HasGatewayPort(nb, router);
  }

  void Check(const Uuid& uuid) {
    const NatView nat = nb_.Read<nb::NAT>(uuid);
    if (!nat) return;
    const RowReport report(findings_, "NAT", uuid, absl::StrCat(name_, " ", nat->type(), " ", nat->external_ip()));
    if (!on_chassis_ && !has_gateway_port_) {
      report.Error("", "", "the router is bound to no chassis and has no gateway port: OVN translates nothing");
    }
    const bool is_read = CheckAddresses(nat, report);
    CheckPortRange(nat, report);
    if (nat->type() == "dnat_and_snat") CheckPlace(nat, report);
    if (is_read) CheckContradictions(nat, report);
  }

 private:
  bool CheckAddresses(const NatView& nat, const RowReport& report) {
    const std::optional<IpAddress> outside = ReadOne(nat->external_ip());
    if (!outside.has_value()) {
      report.Error("external_ip", nat->external_ip(), "it is not one address: OVN translates nothing by this row");
      return false;
    }
    if (!reach_.Reaches(*outside)) {
      report.Note("external_ip", nat->external_ip(),
                  "no port of the router has a network with it: others have to be told the way to it");
    }
    return CheckInside(nat, *outside, report);
  }

  // Of snat any network, also one whose mask is no length.
  static bool CheckInside(const NatView& nat, const IpAddress& outside, const RowReport& report) {
    const absl::string_view text = nat->logical_ip();
    std::optional<bool> is_v6;
    if (const std::optional<IpAddress> one = ReadOne(text)) {
      is_v6 = one->is_v6();
    } else if (nat->type() == "snat") {
      const size_t slash = text.find('/');
      if (const std::optional<IpPrefix> network = ReadIpPrefix(text)) {
        is_v6 = network->is_v6();
      } else if (slash != text.npos && Ipv4Address::Parse(text.substr(0, slash)).ok() &&
                 Ipv4Address::Parse(text.substr(slash + 1)).ok()) {
        is_v6 = false;
      }
    }
    if (!is_v6.has_value()) {
      report.Error("logical_ip", text,
                   absl::StrCat("it is not ", nat->type() == "snat" ? "an address or a network" : "one address",
                                ": OVN translates nothing by this row"));
    } else if (*is_v6 != outside.is_v6()) {
      report.Error("logical_ip", text, "it is of another family than external_ip: OVN translates nothing by this row");
    }
    return is_v6 == outside.is_v6();
  }

  // Hypervisors read it as a part of an action.
  void CheckPortRange(const NatView& nat, const RowReport& report) {
    const absl::string_view range = nat->external_port_range();
    if (range.empty()) return;
    const absl::StatusOr<ParsedActions> read =
        ParseActions(pool_, absl::StrCat("ct_snat(10.0.0.1,", range, ");"), {.pipeline = Pipeline::kEgress});
    if (read.ok()) return;
    report.Error("external_port_range", range,
                 absl::StrCat(read.status().message(), " OVN hands it on, and no hypervisor translates"));
  }

  // Where the machine is, or at the gateway.
  void CheckPlace(const NatView& nat, const RowReport& report) const {
    const absl::string_view mac = nat->has_external_mac() ? nat->external_mac() : "";
    const absl::string_view port = nat->has_logical_port() ? nat->logical_port() : "";
    if (on_chassis_ || (mac.empty() && port.empty())) return;
    if (mac.empty() || port.empty()) {
      report.Warning(mac.empty() ? "logical_port" : "external_mac", mac.empty() ? port : mac,
                     absl::StrCat("there is no ", mac.empty() ? "external_mac" : "logical_port",
                                  " beside it: the gateway translates, not the chassis of the machine"));
      return;
    }
    const std::optional<MacAddress> read = ReadMac(mac);
    if (!read.has_value()) {
      report.Error("external_mac", mac, "it is no MAC address: OVN translates nothing by this row");
    } else if (read->IsMulticast()) {
      report.Warning("external_mac", mac, "it is a group's: OVN answers ARP requests with it all the same");
    }
    if (!SwitchPortNamed(nb_, port)) {
      report.Error("logical_port", port, "there is no port of this name: no chassis translates");
    }
  }

  // Several rows that say what becomes of the same packets. Rows for some gateway port or some peers only are not
  // compared.
  void CheckContradictions(const NatView& nat, const RowReport& report) {
    if (nat->has_gateway_port() || nat->has_allowed_ext_ips() || nat->has_exempted_ext_ips() ||
        !nat->external_port_range().empty()) {
      return;
    }
    if (nat->type() != "snat") {
      const auto [place, is_first] = inside_.try_emplace(nat->external_ip(), nat->logical_ip());
      if (!is_first && place->second != nat->logical_ip()) {
        report.Warning(
            "external_ip", nat->external_ip(),
            absl::StrCat("it is translated to ", place->second, " too: to which of the two, OVN leaves open"));
      }
    }
    if (nat->type() != "dnat") {
      const auto [place, is_first] = outside_.try_emplace(nat->logical_ip(), nat->external_ip());
      if (!is_first && place->second != nat->external_ip()) {
        report.Warning(
            "logical_ip", nat->logical_ip(),
            absl::StrCat("it is translated to ", place->second, " too: to which of the two, OVN leaves open"));
      }
    }
  }

  const Database& nb_;
  const ViewOf<nb::Logical_Router> router_;
  const std::string name_;
  Findings& findings_;
  const Reach reach_;
  ExprPool pool_;
  bool on_chassis_ = false;
  bool has_gateway_port_ = false;
  absl::flat_hash_map<absl::string_view, absl::string_view> inside_;   // By external_ip.
  absl::flat_hash_map<absl::string_view, absl::string_view> outside_;  // By logical_ip.
};

}  // namespace

void CheckNat(const Database& nb, Findings& findings) {
  for (const auto& [uuid, router] : nb.Rows<nb::Logical_Router>()) {
    if (router->nat().empty()) continue;
    RouterNat translations(nb, router, NameOf<nb::Logical_Router>(nb, uuid), findings);
    for (const Uuid& row : router->nat()) translations.Check(row);
  }
}

}  // namespace ovnlite
