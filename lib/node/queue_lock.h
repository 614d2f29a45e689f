// File: queue_lock.h
// A lock for what many threads look at without rest and one changes now and then: whoever wants to change it waits for
// those that are looking, and others that come meanwhile wait behind. (A std::shared_mutex lets them pass, on some
// systems for ever.) For std::unique_lock and std::shared_lock.

#ifndef OVNLITE_LIB_NODE_QUEUE_LOCK_H_
#define OVNLITE_LIB_NODE_QUEUE_LOCK_H_

#include <mutex>
#include <shared_mutex>

namespace ovnlite {

class QueueLock {
 public:
  void lock() {
    door_.lock();
    room_.lock();
  }
  void unlock() {
    room_.unlock();
    door_.unlock();
  }
  void lock_shared() {
    const std::lock_guard<std::mutex> through(door_);
    room_.lock_shared();
  }
  void unlock_shared() { room_.unlock_shared(); }

 private:
  std::mutex door_;
  std::shared_mutex room_;
};

}  // namespace ovnlite

#endif  // OVNLITE_LIB_NODE_QUEUE_LOCK_H_
