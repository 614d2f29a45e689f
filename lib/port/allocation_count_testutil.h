// File: allocation_count_testutil.h
// How often a test allocates: linked into it, this replaces operator new with one that counts.

#ifndef OVNLITE_LIB_PORT_ALLOCATION_COUNT_TESTUTIL_H_
#define OVNLITE_LIB_PORT_ALLOCATION_COUNT_TESTUTIL_H_

#include <cstdint>

namespace ovnlite {

// Calls of operator new since the process began.
uint64_t AllocationCount();

}  // namespace ovnlite

#endif  // OVNLITE_LIB_PORT_ALLOCATION_COUNT_TESTUTIL_H_
