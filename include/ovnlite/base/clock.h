// File: clock.h
// Time as something the caller hands in. Instants are nanoseconds since an epoch the clock chooses (the Unix epoch for
// SystemClock, zero for a fresh ManualClock); durations are nanoseconds too.

#ifndef OVNLITE_BASE_CLOCK_H_
#define OVNLITE_BASE_CLOCK_H_

#include <cstdint>
#include <limits>

namespace ovnlite {

using Nanoseconds = int64_t;  // A duration.
using Instant = int64_t;      // Nanoseconds since the clock's epoch.

inline constexpr Nanoseconds kMicrosecond = 1'000;
inline constexpr Nanoseconds kMillisecond = 1'000'000;
inline constexpr Nanoseconds kSecond = 1'000'000'000;
inline constexpr Instant kNever = std::numeric_limits<Instant>::max();

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant Now() const = 0;
};

// Stands still until told otherwise: the clock of tests, labs and replays.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Instant start = 0) : now_(start) {}
  Instant Now() const override { return now_; }
  void Advance(Nanoseconds by) { now_ += by; }
  // Never goes back: an earlier instant is ignored.
  void AdvanceTo(Instant to) { now_ = to > now_ ? to : now_; }

 private:
  Instant now_;
};

// CLOCK_REALTIME read at construction, carried forward by CLOCK_MONOTONIC, so that it never jumps.
class SystemClock final : public Clock {
 public:
  SystemClock();
  Instant Now() const override;

 private:
  Nanoseconds monotonic_to_unix_;
};

}  // namespace ovnlite

#endif  // OVNLITE_BASE_CLOCK_H_
