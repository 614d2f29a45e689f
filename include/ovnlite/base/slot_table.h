// File: slot_table.h
// Things of one type by small numbers that stay, and numbers by things; with each a state. What is erased leaves its
// number to the next. Finding and adding cost a hash.

#ifndef OVNLITE_BASE_SLOT_TABLE_H_
#define OVNLITE_BASE_SLOT_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/hash/hash.h"
#include "absl/strings/string_view.h"
#include "ovnlite/base/stable_vector.h"

namespace ovnlite {

inline constexpr uint32_t kNoSlot = ~uint32_t{0};

template <typename Key, typename State>
class SlotTable {
 public:
  struct Entry {
    Key key = Key();
    State state = State();
  };

  SlotTable() : by_key_(0, Hash{&entries_}, Equal{&entries_}) {}
  SlotTable(const SlotTable&) = delete;
  SlotTable& operator=(const SlotTable&) = delete;

  template <typename K>
  uint32_t Find(const K& key) const {
    const auto found = by_key_.find(Probe<K>{key});
    return found == by_key_.end() ? kNoSlot : *found;
  }
  // The slot, and whether it is new.
  template <typename K>
  std::pair<uint32_t, bool> Add(K&& key) {
    using Plain = std::remove_cvref_t<K>;
    bool added = false;
    const auto at = by_key_.lazy_emplace(Probe<Plain>{key}, [&](const auto& construct) {
      added = true;
      uint32_t slot;
      if (free_.empty()) {
        slot = static_cast<uint32_t>(entries_.size());
        entries_.emplace_back();
      } else {
        slot = free_.back();
        free_.pop_back();
      }
      entries_[slot].key = Key(std::forward<K>(key));
      construct(slot);
    });
    return {*at, added};
  }
  void Erase(uint32_t slot) {
    by_key_.erase(slot);
    entries_[slot] = Entry();
    free_.push_back(slot);
  }
  const Key& key(uint32_t slot) const { return entries_[slot].key; }
  State& operator[](uint32_t slot) { return entries_[slot].state; }
  const State& operator[](uint32_t slot) const { return entries_[slot].state; }
  size_t size() const { return by_key_.size(); }
  template <typename Visit>
  void ForEach(Visit visit) const {
    for (const uint32_t slot : by_key_) visit(slot);
  }

 private:
  template <typename K>
  struct Probe {
    const K& key;
  };
  struct Hash {
    using is_transparent = void;
    const StableVector<Entry>* entries;
    size_t operator()(uint32_t slot) const { return absl::Hash<Key>()((*entries)[slot].key); }
    template <typename K>
    size_t operator()(const Probe<K>& probe) const {
      if constexpr (std::is_same_v<Key, std::string>) {
        return absl::Hash<absl::string_view>()(probe.key);
      } else {
        return absl::Hash<Key>()(probe.key);
      }
    }
  };
  struct Equal {
    using is_transparent = void;
    const StableVector<Entry>* entries;
    bool operator()(uint32_t a, uint32_t b) const { return a == b; }
    template <typename K>
    bool operator()(uint32_t slot, const Probe<K>& probe) const {
      return (*entries)[slot].key == probe.key;
    }
    template <typename K>
    bool operator()(const Probe<K>& probe, uint32_t slot) const {
      return (*entries)[slot].key == probe.key;
    }
  };

  StableVector<Entry> entries_;
  std::vector<uint32_t> free_;
  absl::flat_hash_set<uint32_t, Hash, Equal> by_key_;
};

}  // namespace ovnlite

#endif  // OVNLITE_BASE_SLOT_TABLE_H_
