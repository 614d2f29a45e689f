// File: incremental_stores.h
// Collections and relations of the incremental engine: see incremental_nodes.h.

#ifndef OVNLITE_DB_INCREMENTAL_STORES_H_
#define OVNLITE_DB_INCREMENTAL_STORES_H_

#include <algorithm>
#include <cstdint>
#include <functional>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/btree_set.h"
#include "absl/container/inlined_vector.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "ovnlite/db/incremental_nodes.h"

namespace ovnlite::incremental {

// Hears of pairs that come into a relation and go.
template <typename Key, typename Value>
class PairListener {
 public:
  virtual ~PairListener() = default;
  virtual void OnPair(Engine& engine, const Key& key, const Value& value, bool came) = 0;
};

// A collection or relation.
class Store {
 public:
  explicit Store(absl::string_view name) : name(name) {}
  virtual ~Store() = default;
  // One use more or less of an item.
  virtual void Acquire(uint32_t item) = 0;
  virtual void Release(uint32_t item) = 0;
  // Of a relation: what came and went since the last time is shown to readers and listeners.
  virtual void Settle() {}

  const std::string name;
  int number = -1;
  Engine* engine = nullptr;
  // Of a relation: called when something was settled.
  std::function<void()> on_settled;
  std::vector<Kind*> fed_by;
  uint16_t height = 0;  // Above all that feeds it.
  bool queued = false;
  bool filling = false;  // What feeds it is being run.
};

template <typename Item>
class CollectionStore final : public Store {
 public:
  using Store::Store;

  uint32_t Intern(Item item) { return items_.Add(std::move(item)).first; }
  void Acquire(uint32_t item) override {
    if (++items_[item].count == 1) Touch(item);
  }
  void Release(uint32_t item) override {
    if (--items_[item].count == 0) Touch(item);
  }
  void TakeChanges(std::vector<const Item*>* added, std::vector<const Item*>* removed) {
    for (const uint32_t item : retired_) {
      if (items_[item].count == 0 && !items_[item].taken && !items_[item].touched) items_.Erase(item);
    }
    retired_.clear();
    std::vector<uint32_t> touched;
    touched.swap(touched_);
    for (const uint32_t item : touched) {
      State& state = items_[item];
      state.touched = false;
      const bool present = state.count > 0;
      if (present != state.taken) (present ? added : removed)->push_back(&items_.key(item));
      state.taken = present;
      if (!present) retired_.push_back(item);
    }
  }
  template <typename Visit>
  void ForEach(Visit visit) const {
    items_.ForEach([&](uint32_t item) {
      if (items_[item].count > 0) visit(items_.key(item));
    });
  }

 private:
  struct State {
    uint32_t count = 0;
    bool taken = false;    // TakeChanges() has shown it.
    bool touched = false;  // It is in touched_.
  };
  void Touch(uint32_t item) {
    if (std::exchange(items_[item].touched, true)) return;
    touched_.push_back(item);
  }

  SlotTable<Item, State> items_;
  std::vector<uint32_t> touched_;
  std::vector<uint32_t> retired_;  // Shown as removed; kept until the next call.
};

template <typename Key, typename Value>
class RelationStore;

// The values under one key, in order.
template <typename Key, typename Value>
class Values {
 public:
  class iterator;
  using value_type = Value;
  using const_iterator = iterator;
  using const_reference = const Value&;
  using size_type = size_t;
  using difference_type = std::ptrdiff_t;

  class iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = Value;
    using difference_type = std::ptrdiff_t;
    using pointer = const Value*;
    using reference = const Value&;
    iterator() = default;
    reference operator*() const { return store_->ValueOf(few_ != nullptr ? *few_ : *many_); }
    iterator& operator++() {
      few_ != nullptr ? void(++few_) : void(++many_);
      return *this;
    }
    friend bool operator==(const iterator& a, const iterator& b) { return a.few_ == b.few_ && a.many_ == b.many_; }

   private:
    friend class Values;
    const RelationStore<Key, Value>* store_ = nullptr;
    const uint32_t* few_ = nullptr;
    typename RelationStore<Key, Value>::Many::const_iterator many_{};
  };
  iterator begin() const {
    iterator it;
    it.store_ = store_;
    if (group_ == nullptr) return it;
    if (group_->many != nullptr) {
      it.many_ = group_->many->begin();
    } else {
      it.few_ = group_->few.data();
    }
    return it;
  }
  iterator end() const {
    iterator it;
    it.store_ = store_;
    if (group_ == nullptr) return it;
    if (group_->many != nullptr) {
      it.many_ = group_->many->end();
    } else {
      it.few_ = group_->few.data() + group_->few.size();
    }
    return it;
  }
  size_t size() const { return group_ == nullptr ? 0 : group_->size(); }
  bool empty() const { return size() == 0; }

 private:
  friend class RelationStore<Key, Value>;
  using Group = typename RelationStore<Key, Value>::Group;
  Values(const RelationStore<Key, Value>* store, const Group* group) : store_(store), group_(group) {}

  const RelationStore<Key, Value>* store_;
  const Group* group_;
};

template <typename Key, typename Value>
class RelationStore final : public Store {
 public:
  using Pair = std::pair<Key, Value>;
  struct ByValue {
    const RelationStore* store;
    bool operator()(uint32_t a, uint32_t b) const { return store->ValueOf(a) < store->ValueOf(b); }
  };
  using Many = absl::btree_set<uint32_t, ByValue>;
  // The pairs of one key, by number, in the order of their values.
  struct Group {
    absl::InlinedVector<uint32_t, 2> few;
    std::unique_ptr<Many> many;  // Instead, when they are many.
    NodeId all = kNoNode, any = kNoNode, first = kNoNode;
    uint32_t first_before = kNoSlot;  // Before what is being settled.
    bool settling = false;
    size_t size() const { return many != nullptr ? many->size() : few.size(); }
    uint32_t FirstPair() const { return size() == 0 ? kNoSlot : many != nullptr ? *many->begin() : few.front(); }
  };

  explicit RelationStore(absl::string_view name)
      : Store(name),
        all_(*this, &Group::all, "all of"),
        any_(*this, &Group::any, "any of"),
        first_(*this, &Group::first, "first of"),
        watched_pairs_(*this) {}

  // TakeChanges() will be called: see there.
  void Follow() { followed_ = true; }
  void RunForPairs(PairListener<Key, Value>& listener) { listeners_.push_back(&listener); }

  uint32_t Intern(Key key, Value value) { return pairs_.Add(Pair(std::move(key), std::move(value))).first; }
  void Acquire(uint32_t pair) override {
    if (++pairs_[pair].count == 1) Touch(pair);
  }
  void Release(uint32_t pair) override {
    if (--pairs_[pair].count == 0) Touch(pair);
  }

  void Settle() override {
    std::vector<uint32_t> settling;
    std::vector<uint32_t> touched;
    touched.swap(touched_);
    for (const uint32_t pair : touched) {
      State& state = pairs_[pair];
      state.touched = false;
      const bool present = state.count > 0;
      if (present == state.settled) {
        if (!present) Drop(pair);
        continue;
      }
      state.settled = present;
      const uint32_t at = groups_.Add(pairs_.key(pair).first).first;
      Group& group = groups_[at];
      if (!std::exchange(group.settling, true)) {
        group.first_before = group.FirstPair();
        settling.push_back(at);
      }
      present ? Insert(group, pair) : Remove(group, pair);
      watched_pairs_.Wake(pairs_.key(pair));
      if (followed_ && !std::exchange(state.pending, true)) pending_.push_back(pair);
      const Pair copy = listeners_.empty() ? Pair() : pairs_.key(pair);
      for (PairListener<Key, Value>* listener : listeners_) listener->OnPair(*engine, copy.first, copy.second, present);
      if (!present) Drop(pair);
    }
    for (const uint32_t at : settling) {
      Group& group = groups_[at];
      group.settling = false;
      if (group.all != kNoNode) incremental::Wake(*engine, group.all);
      const uint32_t first = group.FirstPair();
      if (group.any != kNoNode && (group.first_before == kNoSlot) != (first == kNoSlot)) {
        incremental::Wake(*engine, group.any);
      }
      if (group.first != kNoNode && group.first_before != first) incremental::Wake(*engine, group.first);
      DropGroup(at);
    }
    if (on_settled != nullptr && !settling.empty()) on_settled();
  }

  void TakeChanges(std::vector<const Pair*>* added, std::vector<const Pair*>* removed) {
    for (const uint32_t pair : std::exchange(retired_, {})) Drop(pair);
    for (const uint32_t pair : std::exchange(pending_, {})) {
      State& state = pairs_[pair];
      state.pending = false;
      if (state.settled != state.taken) (state.settled ? added : removed)->push_back(&pairs_.key(pair));
      state.taken = state.settled;
      if (!state.settled) {
        state.retired = true;
        retired_.push_back(pair);
      }
    }
  }

  const Value& ValueOf(uint32_t pair) const { return pairs_.key(pair).second; }
  Values<Key, Value> ValuesOf(const Key& key) const {
    const uint32_t at = groups_.Find(key);
    return Values<Key, Value>(this, at == kNoSlot ? nullptr : &groups_[at]);
  }
  bool Contains(const Key& key, const Value& value) const {
    const uint32_t pair = pairs_.Find(Pair(key, value));
    return pair != kNoSlot && pairs_[pair].settled;
  }

  Watched WatchAll(const Key& key) { return {&all_, groups_.Add(key).first}; }
  Watched WatchAny(const Key& key) { return {&any_, groups_.Add(key).first}; }
  Watched WatchFirst(const Key& key) { return {&first_, groups_.Add(key).first}; }
  Watched WatchPair(const Key& key, const Value& value) {
    return {&watched_pairs_, watched_pairs_.slots.Add(Pair(key, value)).first};
  }

 private:
  struct State {
    uint32_t count = 0;
    bool touched = false;
    bool settled = false;                                  // Readers and listeners have been shown it.
    bool pending = false, taken = false, retired = false;  // Of TakeChanges().
  };
  // Nodes for all pairs of a key, for whether there are any, or for which is the first.
  class GroupOwner final : public Owner {
   public:
    GroupOwner(RelationStore& store, NodeId Group::*node, const char* what) : store_(store), node_(node), what_(what) {}
    std::string Describe(uint32_t slot) const override {
      return absl::StrCat(what_, " ", store_.name, "(", TextOf(store_.groups_.key(slot)), ")");
    }
    NodeId& NodeOf(uint32_t slot) override { return store_.groups_[slot].*node_; }
    void Forget(uint32_t slot) override {
      NodeOf(slot) = kNoNode;
      store_.DropGroup(slot);
    }

   private:
    RelationStore& store_;
    NodeId Group::*node_;
    const char* what_;
  };
  // Nodes for single pairs, there or not.
  struct PairOwner final : public KeyOwner<Pair> {
    explicit PairOwner(RelationStore& s) : store(s) {}
    std::string Describe(uint32_t slot) const override {
      return absl::StrCat(store.name, "(", TextOf(this->slots.key(slot)), ")");
    }
    void Wake(const Pair& pair) {
      if (this->slots.size() == 0) return;
      if (const NodeId node = this->Find(pair); node != kNoNode) incremental::Wake(*store.engine, node);
    }
    RelationStore& store;
  };

  void Touch(uint32_t pair) {
    if (std::exchange(pairs_[pair].touched, true)) return;
    touched_.push_back(pair);
    StoreTouched(*engine, *this);
  }
  // Forgets a pair that nobody needs any more.
  void Drop(uint32_t pair) {
    State& state = pairs_[pair];
    if (state.count == 0 && !state.touched && !state.settled && !state.pending &&
        !std::exchange(state.retired, false)) {
      pairs_.Erase(pair);
    }
  }
  void DropGroup(uint32_t at) {
    const Group& group = groups_[at];
    if (group.size() == 0 && group.all == kNoNode && group.any == kNoNode && group.first == kNoNode &&
        !group.settling) {
      groups_.Erase(at);
    }
  }
  void Insert(Group& group, uint32_t pair) {
    constexpr size_t kFew = 32;
    if (group.many == nullptr && group.few.size() < kFew) {
      group.few.insert(std::lower_bound(group.few.begin(), group.few.end(), pair, ByValue{this}), pair);
      return;
    }
    if (group.many == nullptr) {
      group.many = std::make_unique<Many>(group.few.begin(), group.few.end(), ByValue{this});
      group.few.clear();
      group.few.shrink_to_fit();
    }
    group.many->insert(pair);
  }
  void Remove(Group& group, uint32_t pair) {
    if (group.many != nullptr) {
      group.many->erase(pair);
      if (group.many->empty()) group.many = nullptr;
    } else {
      group.few.erase(std::lower_bound(group.few.begin(), group.few.end(), pair, ByValue{this}));
    }
  }

  SlotTable<Pair, State> pairs_;
  SlotTable<Key, Group> groups_;
  GroupOwner all_, any_, first_;
  PairOwner watched_pairs_;
  std::vector<PairListener<Key, Value>*> listeners_;
  std::vector<uint32_t> touched_;
  bool followed_ = false;
  std::vector<uint32_t> pending_, retired_;
};

}  // namespace ovnlite::incremental

#endif  // OVNLITE_DB_INCREMENTAL_STORES_H_
