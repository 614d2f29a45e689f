// File: testing.h
// What a laboratory says, for GoogleTest: a failing test shows why.
//
//   EXPECT_TRUE(Reaches(lab, "VM-A", "VM-B"));
//   EXPECT_TRUE(DoesNotReach(lab, "VM-A", "VM-B"));
//
//   Value of: Reaches(lab, "VM-A", "VM-B")
//     Actual: false (VM-A does not reach VM-B: on compute2: dropped by ACL "no-ping" …)
//
// What was not tried (a misspelt name, a network that could not be built, a missing part) passes neither. Needs
// GoogleTest's headers, which no other header of ovnlite does.

#ifndef OVNLITE_LAB_TESTING_H_
#define OVNLITE_LAB_TESTING_H_

#include <gtest/gtest.h>

#include "absl/strings/string_view.h"
#include "ovnlite/lab/lab.h"
#include "ovnlite/lab/probe.h"

namespace ovnlite {

// One ping. `destination` is an address or a host's name.
inline testing::AssertionResult Reaches(Lab& lab, absl::string_view host, absl::string_view destination,
                                        const PingOptions& options = {}) {
  const PingResult ping = lab.Ping(host, destination, options);
  if (ping.outcome() == Outcome::kAnswered) return testing::AssertionSuccess() << host << " reaches " << destination;
  return testing::AssertionFailure() << host
                                     << (ping.outcome() == Outcome::kLost ? " does not reach "
                                                                          : " could not try to reach ")
                                     << destination << ": " << ping.reason();
}

inline testing::AssertionResult DoesNotReach(Lab& lab, absl::string_view host, absl::string_view destination,
                                             const PingOptions& options = {}) {
  const PingResult ping = lab.Ping(host, destination, options);
  if (ping.outcome() == Outcome::kLost) {
    return testing::AssertionSuccess() << host << " does not reach " << destination << ": " << ping.reason();
  }
  return testing::AssertionFailure() << host
                                     << (ping.outcome() == Outcome::kAnswered ? " reaches "
                                                                              : " could not try to reach ")
                                     << destination << (ping.reason().empty() ? "" : ": ") << ping.reason();
}

}  // namespace ovnlite

#endif  // OVNLITE_LAB_TESTING_H_
