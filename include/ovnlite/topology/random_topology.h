// File: random_topology.h
// Random logical networks, valid ones, and random edits to them: food for property tests of everything that compiles
// or forwards ("delta applied == full recompute"). The same seed makes the same network, UUIDs included.
//
//   RandomTopology random(nb, seed);
//   OVNLITE_RETURN_IF_ERROR(random.Build());
//   for (int i = 0; i < 100; ++i) {
//     ASSERT_TRUE(random.Edit().ok()) << random.log();        // one transaction each
//     …
//   }
//
// Every edit is also written down as the ovn-nbctl command that would make it, so that a case that fails here can be
// tried on real OVN: log().
//
// What comes out: switches whose ports have IPv4 and IPv6 addresses (several, none, "unknown"), port security that
// allows more or less than them, disabled ports, localports; routers on some of the switches with one or two networks
// per port, routers joined by peer ports and by a switch between them; static routes (ECMP, discard, by source, in
// other tables, with and without output port). No two stations share an address. Options turn on what not every
// compiler has.

#ifndef OVNLITE_TOPOLOGY_RANDOM_TOPOLOGY_H_
#define OVNLITE_TOPOLOGY_RANDOM_TOPOLOGY_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "ovnlite/db/database.h"
#include "ovnlite/topology/topology.h"

namespace ovnlite {

class RandomEdits;

struct RandomTopologyOptions {
  // Upper bounds; the size is drawn below them.
  int switches = 5;
  int routers = 3;
  int ports_per_switch = 5;
  int edits = 20;  // That Build() makes on top of a plain network.
  bool ipv6 = true;
  bool static_routes = true;
  bool port_security = true;
  bool acls = false;            // from-lport and to-lport, stateless matches, all actions.
  bool load_balancers = false;  // On switches, by themselves and by groups, with and without VIPs.
  bool localnet = false;        // Switches with a way to a provider network.
  bool address_sets = false;    // Address sets and port groups, and ACLs that use them and are theirs where there are ACLs.
};

class RandomTopology {
 public:
  using Options = RandomTopologyOptions;

  // `nb` must outlive it, and be empty at first.
  RandomTopology(Database& nb, uint64_t seed, Options options = {});
  ~RandomTopology();

  // A network to start from.
  absl::Status Build();
  // One random edit. Errors are of the commit, and mean a defect.
  absl::Status Edit();

  // What was done so far: one ovn-nbctl command per line, without "ovn-nbctl".
  const std::string& log() const;
  Topology& topology();

 private:
  std::unique_ptr<RandomEdits> edits_;
};

}  // namespace ovnlite

#endif  // OVNLITE_TOPOLOGY_RANDOM_TOPOLOGY_H_
