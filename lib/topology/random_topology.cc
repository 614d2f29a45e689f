#include "ovnlite/topology/random_topology.h"

#include <iterator>

#include "lib/topology/random_edits.h"
#include "ovnlite/base/status.h"

namespace ovnlite {
namespace {

// How often each edit is drawn, compared with the others.
struct Weighted {
  int weight;
  bool (RandomEdits::*edit)();
  bool RandomTopologyOptions::*needs = nullptr;  // The option that turns it on.
};
constexpr Weighted kEdits[] = {
    {4, &RandomEdits::AddSwitch},
    {3, &RandomEdits::AddRouter},
    {10, &RandomEdits::AddPort},
    {8, &RandomEdits::ConnectRouter},
    {3, &RandomEdits::JoinRouters},
    {6, &RandomEdits::AddRoute, &RandomTopologyOptions::static_routes},
    {3, &RandomEdits::DeleteRoute, &RandomTopologyOptions::static_routes},
    {6, &RandomEdits::SetAddresses},
    {6, &RandomEdits::SetPortSecurity, &RandomTopologyOptions::port_security},
    {3, &RandomEdits::EnablePort},
    {2, &RandomEdits::EnableRouterPort},
    {3, &RandomEdits::SetNetworks},
    {3, &RandomEdits::DeletePort},
    {2, &RandomEdits::DeleteRouterPort},
    {1, &RandomEdits::DeleteSwitch},
    {1, &RandomEdits::DeleteRouter},
    {6, &RandomEdits::AddAcl, &RandomTopologyOptions::acls},
    {3, &RandomEdits::DeleteAcl, &RandomTopologyOptions::acls},
    {2, &RandomEdits::AddLoadBalancer, &RandomTopologyOptions::load_balancers},
    {3, &RandomEdits::EditVips, &RandomTopologyOptions::load_balancers},
    {1, &RandomEdits::DeleteLoadBalancer, &RandomTopologyOptions::load_balancers},
    {4, &RandomEdits::AttachLoadBalancer, &RandomTopologyOptions::load_balancers},
    {3, &RandomEdits::EditLoadBalancerGroup, &RandomTopologyOptions::load_balancers},
    {2, &RandomEdits::AddLocalnet, &RandomTopologyOptions::localnet},
    {4, &RandomEdits::EditAddressSet, &RandomTopologyOptions::address_sets},
    {4, &RandomEdits::EditPortGroup, &RandomTopologyOptions::address_sets},
};

}  // namespace

RandomTopology::RandomTopology(Database& nb, uint64_t seed, Options options)
    : edits_(std::make_unique<RandomEdits>(nb, seed, options)) {}
RandomTopology::~RandomTopology() = default;

const std::string& RandomTopology::log() const { return edits_->log(); }
Topology& RandomTopology::topology() { return edits_->topology(); }

absl::Status RandomTopology::Build() {
  const Options& options = edits_->options();
  // A switch and a port there are in any case, so that there is always something to edit.
  const size_t switches = 1 + edits_->Pick(static_cast<size_t>(options.switches));
  const size_t routers = edits_->Pick(static_cast<size_t>(options.routers) + 1);
  const auto times = [this](size_t n, bool (RandomEdits::*edit)()) {
    for (size_t i = 0; i < n; ++i) {
      if ((*edits_.*edit)()) OVNLITE_RETURN_IF_ERROR(edits_->status());
    }
    return absl::OkStatus();
  };
  OVNLITE_RETURN_IF_ERROR(times(switches, &RandomEdits::AddSwitch));
  OVNLITE_RETURN_IF_ERROR(times(routers, &RandomEdits::AddRouter));
  OVNLITE_RETURN_IF_ERROR(
      times(1 + edits_->Pick(switches * static_cast<size_t>(options.ports_per_switch)), &RandomEdits::AddPort));
  OVNLITE_RETURN_IF_ERROR(times(routers + switches, &RandomEdits::ConnectRouter));
  for (int i = 0; i < options.edits; ++i) OVNLITE_RETURN_IF_ERROR(Edit());
  return absl::OkStatus();
}

absl::Status RandomTopology::Edit() {
  const auto weight = [this](const Weighted& w) {
    return w.needs == nullptr || edits_->options().*w.needs ? static_cast<size_t>(w.weight) : 0;
  };
  size_t total = 0;
  for (const Weighted& w : kEdits) total += weight(w);
  // Most draws find something to do; adding a switch below the bound, or deleting one, always does sooner or later.
  while (true) {
    size_t at = edits_->Pick(total);
    const Weighted* drawn = std::begin(kEdits);
    for (; at >= weight(*drawn); ++drawn) at -= weight(*drawn);
    if ((*edits_.*drawn->edit)()) return edits_->status();
  }
}

}  // namespace ovnlite
