// File: steps.h
// Plays a list of packets through all hypervisors of a Southbound database and writes down every frame they send, step
// by step: a recording that can be laid beside one of real hypervisors.
//
//   LSP1 ffffffffffff…        a frame, in hex, from the VM on logical port LSP1
//   gw1:ext ffffffffffff…     a frame from the provider network at chassis gw1
//   sleep 1.5                 seconds of virtual time
//   start                     written before the first step; what was sent before any packet
//
// Blank lines, comments ('#') and indented lines are skipped, so that a recording can be played again as it is. The
// result has each step followed by what it caused, two spaces before each line:
//
//     LSP1 00000000000a…      delivered to the VM on LSP1
//     gw1.ext 0000…           sent to the provider network at gw1
//     hv1.tunnel aabb…        sent into the underlay by hv1

#ifndef OVNLITE_LAB_STEPS_H_
#define OVNLITE_LAB_STEPS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ovnlite/db/database.h"

namespace ovnlite {

struct PlayedSteps {
  std::string text;  // The recording.
  // What hypervisors left out on the way, so that the recording may be another than that of real ones
  // (Fabric::LeftOut()).
  std::vector<std::string> left_out;
};

// InvalidArgument, with the line's number, for a step that cannot be read; NotFound for a port or chassis the database
// does not have. What is learned on the way is written to `sb`.
absl::StatusOr<PlayedSteps> PlaySteps(Database& sb, absl::string_view steps);

}  // namespace ovnlite

#endif  // OVNLITE_LAB_STEPS_H_
