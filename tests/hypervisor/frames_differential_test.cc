// Random networks on real hypervisors, and frames through them: what comes out of ours, frame by frame.
// Needs Debian's ovn-central, ovn-host and openvswitch-switch (not their running services); skips aloud without.
//
// OVNLITE_SEEDS=FROM-TO runs others than the one seed of every test run.

#include <iostream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "ovnlite/lab/steps.h"
#include "tests/hypervisor/recording.h"
#include "tests/oracle/random_traffic.h"
#include "tests/oracle/real_network.h"
#include "tests/oracle/seeds.h"

namespace ovnlite {
namespace {

TEST(FramesDifferentialTest, FramesEqualThoseOfRealHypervisors) {
  if (const std::string missing = RealHypervisor::Missing(); !missing.empty()) {
    GTEST_SKIP() << missing
                 << " is missing: install Debian's ovn-central, ovn-host and openvswitch-switch to compare with real "
                    "hypervisors";
  }
  const auto [from, to] = SeedsToTry({1, 1});
  size_t steps = 0, frames = 0;
  for (uint64_t seed = from; seed <= to; ++seed) {
    RealCentral central;
    RealNetwork network(central);
    const Traffic traffic = RandomTraffic(seed);
    const absl::StatusOr<std::string> real = network.Record(traffic.lines, traffic.steps);
    ASSERT_TRUE(real.ok()) << "seed " << seed << ": " << real.status();
    const absl::StatusOr<PlayedSteps> ours = PlaySteps(network.southbound(), *real);
    ASSERT_TRUE(ours.ok()) << "seed " << seed << ": " << ours.status();
    steps += CountSteps(*real);
    frames += CountFrames(*real);
    const std::string difference = CompareRecordings(*real, ours->text);
    EXPECT_EQ(difference, "") << "seed " << seed << ", as ovn-nbctl commands:\n" << absl::StrJoin(traffic.lines, "\n");
    if (to > from) std::cout << "seed " << seed << (difference.empty() ? ": equal" : ": DIFFERENT") << std::endl;
  }
  EXPECT_GT(frames, steps / 4);
  std::cout << "seeds " << from << " to " << to << ": " << steps << " steps, " << frames << " frames compared\n";
}

}  // namespace
}  // namespace ovnlite
