// File: expr_limits.h
// Counting what an expression grows to, so that an explosion ends as an error.

#ifndef OVNLITE_LIB_LOGICAL_EXPR_LIMITS_H_
#define OVNLITE_LIB_LOGICAL_EXPR_LIMITS_H_

#include <cstddef>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "ovnlite/logical/expr_transform.h"

namespace ovnlite {

class ComparisonBudget {
 public:
  explicit ComparisonBudget(const NormalizeLimits& limits) : limit_(limits.comparisons), left_(limits.comparisons) {}

  absl::Status Spend(size_t comparisons) {
    if (comparisons <= left_) {
      left_ -= comparisons;
      return absl::OkStatus();
    }
    left_ = 0;
    return absl::ResourceExhaustedError(
        absl::StrCat("the expression comes to more than ", limit_, " comparisons when it is written out for OpenFlow"));
  }

 private:
  size_t limit_;
  size_t left_;
};

}  // namespace ovnlite

#endif  // OVNLITE_LIB_LOGICAL_EXPR_LIMITS_H_
