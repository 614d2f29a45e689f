#include "lib/port/allocation_count_testutil.h"

#include <cstddef>
#include <cstdlib>

namespace {

uint64_t allocation_count = 0;

}  // namespace

void* operator new(size_t size) {
  ++allocation_count;
  void* const p = std::malloc(size == 0 ? 1 : size);
  if (p == nullptr) std::abort();
  return p;
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, size_t) noexcept { std::free(p); }

namespace ovnlite {

uint64_t AllocationCount() { return allocation_count; }

}  // namespace ovnlite
