#include "ovnlite/base/clock.h"

#include <ctime>

namespace ovnlite {
namespace {

Nanoseconds Read(clockid_t id) {
  timespec t;
  clock_gettime(id, &t);
  return t.tv_sec * kSecond + t.tv_nsec;
}

}  // namespace

SystemClock::SystemClock() : monotonic_to_unix_(Read(CLOCK_REALTIME) - Read(CLOCK_MONOTONIC)) {}

Instant SystemClock::Now() const { return Read(CLOCK_MONOTONIC) + monotonic_to_unix_; }

}  // namespace ovnlite
