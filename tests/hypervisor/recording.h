// File: recording.h
// What real hypervisors did, read for comparison: frames step by step, and flow tables.

#ifndef OVNLITE_TESTS_HYPERVISOR_RECORDING_H_
#define OVNLITE_TESTS_HYPERVISOR_RECORDING_H_

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "ovnlite/controller/controller.h"
#include "ovnlite/db/database.h"

namespace ovnlite {

// A database from a file; fails the test when it cannot be read.
std::unique_ptr<Database> LoadOrDie(const std::string& path);

// What differs between two recordings (lab/steps.h), a few lines per step; empty when they are equal. Within a step,
// order does not matter. Free is what any implementation may choose: of frames on the underlay the MAC addresses, IP
// identification, UDP source port and what their checksums cover of these. What OVN sends on its own timers (gratuitous
// ARP, unsolicited router advertisements) is left out on both sides.
std::string CompareRecordings(absl::string_view want, absl::string_view got);
// How many steps a recording has, and how many frames came out that are compared.
size_t CountSteps(absl::string_view recording);
size_t CountFrames(absl::string_view recording);

// Flows as a set that does not depend on what a controller may choose: the numbers of conjunctions, groups and meters.
// Cookies are kept: they come from the UUIDs of the Southbound database.
std::multiset<std::string> FlowSet(const std::vector<std::string>& lines);
// What is in one and not the other, at most 20 lines; empty when equal.
std::string CompareFlows(const std::multiset<std::string>& want, const std::multiset<std::string>& got);

// Gives a controller the numbers that a real hypervisor had: lines "port LSP NUMBER", "tunnel CHASSIS NUMBER", "zone
// OWNER NUMBER".
void UseNumbers(absl::string_view numbers, Controller& controller);

}  // namespace ovnlite

#endif  // OVNLITE_TESTS_HYPERVISOR_RECORDING_H_
