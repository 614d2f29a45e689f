// File: clause_cube.h
// A clause in the making: tests and sets that are added one by one.

#ifndef OVNLITE_LIB_LOGICAL_CLAUSE_CUBE_H_
#define OVNLITE_LIB_LOGICAL_CLAUSE_CUBE_H_

#include "ovnlite/logical/clauses.h"

namespace ovnlite {

enum class Truth : uint8_t { kFalse, kTrue, kOpen };

// A comparison with == as a test. Open: `test` says it. True or false: bits that no packet has decide it.
Truth TestOf(const Symbol& symbol, MaskedValue masked, FieldTest* test);

class Cube {
 public:
  // Adds what must hold besides. False: it contradicts what is there already.
  bool Add(const FieldTest& test);
  // `limit` bounds the values of a set that is narrowed down by another; Status is for that.
  absl::Status AddSet(FieldSet set, size_t limit, bool* possible);
  // What the tests so far say about another one.
  Truth Judge(const FieldTest& test) const;
  // Checks tests against each other where their fields overlap, drops from the sets what the tests exclude, and puts all in
  // order. False: nothing satisfies it.
  bool Finish(Clause* clause);

 private:
  absl::InlinedVector<FieldTest, 6> tests_;
  absl::InlinedVector<FieldSet, 2> sets_;
};

}  // namespace ovnlite

#endif  // OVNLITE_LIB_LOGICAL_CLAUSE_CUBE_H_
