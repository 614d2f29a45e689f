// File: expr_transform.h
// The steps that ovn-controller takes a parsed expression through, each a pure function. Every one keeps the meaning; what
// changes is the form.

#ifndef OVNLITE_LOGICAL_EXPR_TRANSFORM_H_
#define OVNLITE_LOGICAL_EXPR_TRANSFORM_H_

#include <cstddef>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ovnlite/logical/expr.h"

namespace ovnlite {

// The two forms mean the same. OVN's own repeats the prerequisites for each constant of `ip4.src == {…} || x`; the compact
// one keeps the set.
enum class AnnotateForm { kOvn, kCompact };

// Adds the prerequisites, expands predicates, and names subfields by their parents. InvalidArgument, with OVN's message,
// when a symbol's own text does not parse or refers to itself. What a symbol expands to is worked out once per pool.
absl::StatusOr<const Expr*> Annotate(ExprPool& pool, const Expr* e, AnnotateForm form = AnnotateForm::kOvn);

// What only the place where an expression is evaluated knows.
class ExprResolver {
 public:
  virtual ~ExprResolver() = default;
  // The number that inport or outport holds for this name: a port's or multicast group's tunnel key. Returns false when
  // nothing has this name, in which case no packet's port is equal to it.
  virtual bool FindPort(absl::string_view name, uint32_t* key) const = 0;
  // is_chassis_resident("name").
  virtual bool IsChassisResident(absl::string_view name) const = 0;
};

// OVN's numbers can explode: ip4.src != {a, b, c} is 32 * 32 * 32 combinations of bits. What would take more than this many
// comparisons is an error (ResourceExhausted) here, where ovn-controller takes minutes and gigabytes.
struct NormalizeLimits {
  size_t comparisons = 1 << 20;
};

// Rewrites all comparisons but == away: < and > become prefixes, != becomes bits, and comparisons that are always or never
// true vanish. Takes the result of Annotate().
absl::StatusOr<const Expr*> Simplify(ExprPool& pool, const Expr* e, const NormalizeLimits& limits = {});
// Replaces every is_chassis_resident() by its value.
const Expr* EvaluateConditions(ExprPool& pool, const Expr* e, const ExprResolver& resolver);
// Simplifies, and brings the expression into OVN's normal form: a Boolean, a comparison, an AND of comparisons and of ORs
// over one field each, or an OR of such ANDs and comparisons.
absl::StatusOr<const Expr*> Normalize(ExprPool& pool, const Expr* e, const NormalizeLimits& limits = {});

}  // namespace ovnlite

#endif  // OVNLITE_LOGICAL_EXPR_TRANSFORM_H_
