// File: random_microflow.h
// Random microflows for ovn-trace that have something to do with a Southbound database: they enter at its ports, and
// are made of the addresses and port numbers that stand in its logical flows.
//
//   RandomMicroflows random(sb, seed);
//   const std::vector<std::string> arguments = random.Next();   // {"--ct=new", "s0", "inport == \"p0\" && …"}

#ifndef OVNLITE_TESTS_ORACLE_RANDOM_MICROFLOW_H_
#define OVNLITE_TESTS_ORACLE_RANDOM_MICROFLOW_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "ovnlite/base/random.h"
#include "ovnlite/db/database.h"

namespace ovnlite {

class RandomMicroflows {
 public:
  RandomMicroflows(const Database& sb, uint64_t seed);

  // An argument list: some of --ct=, --lb-dst=, --select-id= and --no-friendly-names, the datapath (mostly) and the
  // microflow. ovn-trace throws dice without --select-id, so it is always there.
  std::vector<std::string> Next();

 private:
  using Strings = std::vector<std::string>;
  const std::string& AnyOf(const Strings& strings) { return strings[random_.Below(strings.size())]; }
  bool OneIn(int n) { return random_.OneIn(static_cast<uint64_t>(n)); }
  void Transport(Strings& terms, bool ip6);

  Random random_;
  std::vector<std::pair<std::string, std::string>> ports_;  // Name and datapath.
  Strings macs_, ip4_, ip6_, numbers_;
};

}  // namespace ovnlite

#endif  // OVNLITE_TESTS_ORACLE_RANDOM_MICROFLOW_H_
