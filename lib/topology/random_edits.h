// File: random_edits.h
// The edits that a RandomTopology is made of. Each draws its subject and its values, makes one transaction, and writes
// the ovn-nbctl command down; it answers false, and does nothing, where the network has nothing it could be made on.

#ifndef OVNLITE_LIB_TOPOLOGY_RANDOM_EDITS_H_
#define OVNLITE_LIB_TOPOLOGY_RANDOM_EDITS_H_

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "ovnlite/base/random.h"
#include "ovnlite/topology/random_topology.h"
#include "ovnlite/topology/topology.h"

namespace ovnlite {

class RandomEdits {
 public:
  RandomEdits(Database& nb, uint64_t seed, RandomTopologyOptions options)
      : random_(seed), topology_(nb, {.random = &random_}), options_(options) {}

  const RandomTopologyOptions& options() const { return options_; }
  Topology& topology() { return topology_; }
  const std::string& log() const { return log_; }
  // Of the last edit that answered true.
  const absl::Status& status() const { return status_; }
  size_t Pick(size_t n) { return static_cast<size_t>(random_.Below(n)); }

  bool AddSwitch();
  bool AddPort();
  bool SetAddresses();
  bool SetPortSecurity();
  bool EnablePort();
  bool DeletePort();
  bool DeleteSwitch();
  bool AddLocalnet();
  bool AddAcl();
  bool DeleteAcl();
  bool EditAddressSet();
  bool EditPortGroup();

  bool AddLoadBalancer();
  bool EditVips();
  bool DeleteLoadBalancer();
  bool AttachLoadBalancer();
  bool EditLoadBalancerGroup();

  bool AddRouter();
  bool ConnectRouter();
  bool JoinRouters();
  bool SetNetworks();
  bool EnableRouterPort();
  bool AddRoute();
  bool DeleteRoute();
  bool DeleteRouterPort();
  bool DeleteRouter();

 private:
  struct Port {
    LogicalSwitch ls;
    LogicalSwitchPort port;
  };

  bool Chance(int percent) { return static_cast<int>(random_.Below(100)) < percent; }
  bool Did(const absl::Status& status, absl::string_view command);
  std::string NewMac();
  std::string NewName(absl::string_view prefix) { return absl::StrCat(prefix, ++names_); }
  // Ports that are not of type router or localnet.
  std::vector<Port> VmPorts();
  // The subnet of a switch: the number at the end of its name says which.
  static std::string Subnet(const LogicalSwitch& ls, bool v6, int host);
  // One to three entries for Logical_Switch_Port.addresses with addresses nobody has; or "unknown".
  std::vector<std::string> NewAddresses(const LogicalSwitch& ls);
  // A router port's networks on a switch, or on the link of number `link`.
  std::vector<std::string> NewNetworks(const LogicalSwitch& ls);
  std::vector<std::string> LinkNetworks(int link, int end) const;
  std::string RandomPrefix(bool v6);
  std::string RandomMatch(absl::string_view direction);
  // A switch or a port group that ACLs can be of, by its name; nothing when there is none. With `only_with_acls` one that
  // has some.
  struct AclOwner {
    bool is_group;
    Uuid uuid;
    std::string name;
  };
  std::optional<AclOwner> PickAclOwner(bool only_with_acls);
  // A VIP with its backends, or with none.
  std::pair<std::string, std::string> RandomVip();

  Random random_;
  Topology topology_;
  RandomTopologyOptions options_;
  int names_ = 0;
  uint64_t macs_ = 0;
  int links_ = 0;
  std::map<Uuid, int> hosts_;  // Addresses handed out on a switch, and to routers on it.
  std::map<Uuid, int> gateways_;
  std::string log_;
  absl::Status status_;
};

// For ovn-nbctl's command line.
std::string Quote(absl::Span<const std::string> words);
std::vector<absl::string_view> Views(const std::vector<std::string>& strings);

}  // namespace ovnlite

#endif  // OVNLITE_LIB_TOPOLOGY_RANDOM_EDITS_H_
