// File: seeds.h
// Which random cases a test is to try.

#ifndef OVNLITE_TESTS_ORACLE_SEEDS_H_
#define OVNLITE_TESTS_ORACLE_SEEDS_H_

#include <cstdint>

namespace ovnlite {

struct Seeds {
  uint64_t from, to;  // Both included.
};

// What the environment says, OVNLITE_SEEDS=FROM-TO, or else `usual`. Ends the program, and says why, when it cannot be
// read.
Seeds SeedsToTry(Seeds usual);

}  // namespace ovnlite

#endif  // OVNLITE_TESTS_ORACLE_SEEDS_H_
