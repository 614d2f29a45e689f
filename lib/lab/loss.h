// File: loss.h
// Why nobody answered what a host sent: read off what was seen of it, of what came of it, and of the answer.

#ifndef OVNLITE_LIB_LAB_LOSS_H_
#define OVNLITE_LIB_LAB_LOSS_H_

#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "lib/lab/lab_recorder.h"
#include "ovnlite/packet/flow_key.h"

namespace ovnlite {

struct Loss {
  // A part of OVN that ovnlite does not have was met on the way: what would have become of the packet is not known.
  bool is_missing = false;
  // "on compute1: dropped by ACL …", "nobody answered the ARP request for 10.0.1.99 that compute1 made of it".
  std::string why;
};

// `story` is what was seen since the request was made (LabRecorder::StorySince()); `is_request` knows the host's
// request by the frame.
Loss ReadLoss(const std::vector<LabEvent>& story, absl::string_view host,
              absl::FunctionRef<bool(const FlowKey&)> is_request);

}  // namespace ovnlite

#endif  // OVNLITE_LIB_LAB_LOSS_H_
