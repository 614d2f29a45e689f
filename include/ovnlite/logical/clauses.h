// File: clauses.h
// Expressions in the form the engine runs: an OR of clauses, each an AND of "these bits are so" and "this field is in that
// set". A clause becomes one flow.
//
// OpenFlow has no sets, so that OVN turns `outport == @pg && ip4.src == $as && tcp.dst == 80` into a flow per port and per
// address. Here it is one clause with two sets. Only alternatives over different fields make several clauses, and only
// where the rest of the expression does not decide between them: `tcp.dst == 80 && ip4` is one clause, although tcp.dst
// alone would be IPv4 or IPv6.
//
// Ranges and != are sets too: 1 <= tcp.dst < 9 is a set of prefixes, made out of the interval in linear time. A product
// that grows beyond the limits is an error that names the limit; it does not take minutes first.

#ifndef OVNLITE_LOGICAL_CLAUSES_H_
#define OVNLITE_LOGICAL_CLAUSES_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"
#include "absl/status/statusor.h"
#include "ovnlite/logical/expr_transform.h"
#include "ovnlite/logical/field_test.h"

namespace ovnlite {

// Values of one field, sorted; a value is in it if it matches any entry.
using FieldValues = std::vector<MaskedValue>;

// The field's value is in the set. Clauses made with one ClauseCache share a set that comes from the same $name, @name or
// {…}: the same pointer is the same set.
struct FieldSet {
  FieldRef field;
  std::shared_ptr<const FieldValues> values;  // At least two.

  bool Matches(const FlowKey& key) const;
  friend bool operator==(const FieldSet& a, const FieldSet& b) {
    return a.field == b.field && (a.values == b.values || *a.values == *b.values);
  }
};

struct Clause {
  absl::InlinedVector<FieldTest, 4> tests;  // At most one per field, in the order of fields.
  std::vector<FieldSet> sets;               // The same.

  bool Matches(const FlowKey& key) const;
  // What the tests require of a field: its bits that must be so, and how.
  MaskedValue Required(FieldRef field) const;
  friend bool operator==(const Clause&, const Clause&) = default;
};
// "eth.type=0x800 & reg14 in {0x11, 0x12}", for messages and tests; fields are named by where they lie.
std::string ToString(const Clause& clause);

// Keeps the sets that expressions of one pool compare with, so that clauses share them. Optional.
class ClauseCache {
 public:
  // To be called when a port gets another number, appears or vanishes: sets of ports are made anew then.
  void ForgetPorts() { ports_.clear(); }
  // To be called when the pool is cleared.
  void Clear() {
    ports_.clear();
    numbers_.clear();
  }

 private:
  friend class ClauseMaker;
  using Sets = absl::flat_hash_map<const Expr*, std::shared_ptr<const FieldValues>>;
  Sets ports_;
  Sets numbers_;
};

struct ClauseLimits {
  size_t clauses = 4096;
  size_t values = 1 << 20;  // Of all sets together.
};

// The clauses of an annotated expression (AnnotateForm::kCompact gives the fewest): one holds for a packet if and only if
// Evaluate() says so. None: it never holds; one without tests and sets: it always does. Ports that do not exist match
// nothing. ResourceExhausted when a limit is exceeded.
absl::StatusOr<std::vector<Clause>> ToClauses(const Expr* e, const ExprResolver& resolver,
                                              const ClauseLimits& limits = {}, ClauseCache* cache = nullptr);

}  // namespace ovnlite

#endif  // OVNLITE_LOGICAL_CLAUSES_H_
