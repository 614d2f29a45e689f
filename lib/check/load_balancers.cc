// Load_Balancer: VIPs and their backends, and VIPs that several load balancers of one switch or router have.

#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "lib/check/checks.h"
#include "lib/check/owners.h"
#include "lib/northd/vip.h"
#include "ovnlite/base/utf8.h"

namespace ovnlite {
namespace {

using LoadBalancerView = ViewOf<nb::Load_Balancer>;

// "10.0.0.1 tcp 80", or "10.0.0.1": what two load balancers must not share.
std::string Service(const Endpoint& vip, const LoadBalancerView& lb) {
  if (vip.port == 0) return vip.ip.ToString();
  return absl::StrCat(vip.ip.ToString(), " ", lb->has_protocol() ? lb->protocol() : "tcp", " ", vip.port);
}

// Values of templates are known to hypervisors only.
bool IsTemplate(const LoadBalancerView& lb) { return lb->options("template").value_or("") == "true"; }

// A VIP that can be used.
struct Use {
  std::string service;
  absl::string_view text;
};

class LoadBalancers {
 public:
  LoadBalancers(const Database& nb, Findings& findings) : nb_(nb), findings_(findings) {}

  void CheckVips() {
    for (const auto& [uuid, lb] : nb_.Rows<nb::Load_Balancer>()) {
      if (IsTemplate(lb)) continue;
      const RowReport report(findings_, "Load_Balancer", uuid, lb->name());
      bool has_port = lb->vips().empty();
      for (const auto& [address, backends] : lb->vips()) {
        const absl::StatusOr<Vip> vip = ReadVip(address, backends);
        if (!vip.ok()) {
          report.Error(absl::StrCat("vips:", address), backends,
                       absl::StrCat(vip.status().message(), ": OVN leaves the VIP out"));
          has_port = true;
          continue;
        }
        has_port = has_port || vip->endpoint.port != 0;
        const std::string service = Service(vip->endpoint, lb);
        if (++users_[service] == 2) contested_ = true;
        uses_[uuid].push_back({service, address});
      }
      if (lb->has_protocol() && !has_port) {
        report.Note("protocol", lb->protocol(), "no VIP has a port: it counts for nothing, all protocols are balanced");
      }
    }
  }

  // Those that one switch, router or group has.
  template <typename T>
  void CheckTogether(absl::string_view what) {
    if (!contested_) return;
    for (const auto& [uuid, owner] : nb_.Rows<T>()) {
      absl::flat_hash_map<absl::string_view, Uuid> first;
      const std::string name = NameOf<T>(nb_, uuid);
      for (const Uuid& lb : owner->load_balancer()) {
        for (const Use& use : uses_[lb]) {
          if (users_[use.service] < 2) continue;
          const auto [place, is_first] = first.try_emplace(use.service, lb);
          if (is_first) continue;
          RowReport(findings_, "Load_Balancer", lb, nb_.Read<nb::Load_Balancer>(lb)->name())
              .Warning(
                  absl::StrCat("vips:", use.text), *nb_.Read<nb::Load_Balancer>(lb)->vips(use.text),
                  absl::StrCat("load balancer ", QuoteJson(NameOf<nb::Load_Balancer>(nb_, place->second)), " of ", what,
                               " ", QuoteJson(name), " has the same VIP: whose backends are taken, OVN leaves open"));
        }
      }
    }
  }

 private:
  const Database& nb_;
  Findings& findings_;
  absl::flat_hash_map<Uuid, std::vector<Use>> uses_;
  absl::flat_hash_map<std::string, int> users_;
  bool contested_ = false;
};

}  // namespace

void CheckLoadBalancers(const Database& nb, Findings& findings) {
  LoadBalancers balancers(nb, findings);
  balancers.CheckVips();
  balancers.CheckTogether<nb::Logical_Switch>("switch");
  balancers.CheckTogether<nb::Logical_Router>("router");
  balancers.CheckTogether<nb::Load_Balancer_Group>("group");
}

}  // namespace ovnlite
