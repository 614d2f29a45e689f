// File: incremental_parts.h
// What incremental.h's templates are made of; nothing of it is for use by itself. The engine (lib/db/incremental.cc) knows
// functions, answers and items by number; these templates know them by type.

#ifndef OVNLITE_DB_INCREMENTAL_PARTS_H_
#define OVNLITE_DB_INCREMENTAL_PARTS_H_

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_set.h"
#include "absl/container/inlined_vector.h"
#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "ovnlite/base/stable_vector.h"
#include "ovnlite/base/uuid.h"
#include "ovnlite/schema/row_view.h"

namespace ovnlite {

class Index;
class Output;
class Reader;

namespace incremental {

class Engine;

// -- Keys -------------------------------------------------------------------------------------------------------------

// How keys are kept that are not theirs who ask: text is copied.
template <typename T>
using Kept = std::conditional_t<std::is_same_v<T, absl::string_view>, std::string, T>;

// How a key is handed over: strings without making one.
template <typename Key>
using KeyArgument = std::conditional_t<std::is_same_v<Key, std::string>, absl::string_view, std::type_identity_t<Key>>;

inline std::string TextOf(const Uuid& uuid) { return uuid.ToString(); }
inline std::string TextOf(absl::string_view text) { return absl::StrCat("\"", text, "\""); }
template <typename T>
std::enable_if_t<std::is_integral_v<T> || std::is_enum_v<T>, std::string> TextOf(T number) {
  return absl::StrCat(static_cast<int64_t>(number));
}
template <typename T>
auto TextOf(const T& key) -> decltype(key.ToString()) {
  return key.ToString();
}
template <typename A, typename B>
std::string TextOf(const std::pair<A, B>& pair) {
  return absl::StrCat(TextOf(pair.first), ", ", TextOf(pair.second));
}

// -- Slots ------------------------------------------------------------------------------------------------------------

inline constexpr uint32_t kNoSlot = ~uint32_t{0};

// Things of one type by small numbers that stay, and numbers by things. What is erased leaves its number to the next.
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

// -- Nodes ------------------------------------------------------------------------------------------------------------

using NodeId = uint32_t;
inline constexpr NodeId kNoNode = ~NodeId{0};

// A node and which columns of it, folded to 32 bits; or a store and an item in it.
struct Link {
  uint32_t a;
  uint32_t b;
  friend auto operator<=>(const Link&, const Link&) = default;
};

// What a node stands for is known to its owner, under a slot.
class Owner {
 public:
  virtual ~Owner() = default;
  // For people: "query port(5f9f…)".
  virtual std::string Describe(uint32_t slot) const = 0;
  // Where the slot's node is written down; kNoNode: there is none.
  virtual NodeId& NodeOf(uint32_t slot) = 0;
  // The node is gone.
  virtual void Forget(uint32_t slot) = 0;
};

struct Watched {
  Owner* owner;
  uint32_t slot;
};

// What a run has read so far.
struct Frame {
  struct Read {
    NodeId node;
    uint32_t version;
  };
  ColumnLog log;  // By read.
  std::vector<Read> reads;
};

// -- Functions --------------------------------------------------------------------------------------------------------

class Kind : public Owner {
 public:
  Kind(absl::string_view name, bool is_query) : name(name), is_query(is_query) {}
  // Of a query: whether the answer differs from the one before.
  virtual bool Run(uint32_t slot, Reader& reader, Output& out) = 0;
  virtual size_t size() const = 0;

  const std::string name;
  const bool is_query;
  int number = -1;
  uint16_t height = 0;             // The highest that its nodes have had.
  uint64_t runs = 0, unchanged = 0;
  std::vector<int> feeds;          // Relations.
  std::vector<int> runs_for;       // Relations whose pairs it runs for.
  std::vector<NodeId> stale;       // If it feeds relations: nodes that wait to be run.
  std::vector<std::shared_ptr<void>>* old_answers = nullptr;  // Somebody may still look at them during an update.
};

// With nodes by key.
template <typename Key, typename State, typename Base = Kind>
class KeyedKind : public Base {
 public:
  using Base::Base;
  template <typename K>
  uint32_t SlotOf(const K& key) {
    return slots_.Add(key).first;
  }
  template <typename K>
  uint32_t FindSlot(const K& key) const {
    return slots_.Find(key);
  }
  std::string Describe(uint32_t slot) const override {
    return absl::StrCat(this->name, "(", TextOf(slots_.key(slot)), ")");
  }
  NodeId& NodeOf(uint32_t slot) override { return slots_[slot].node; }
  void Forget(uint32_t slot) override { slots_.Erase(slot); }
  size_t size() const override { return slots_.size(); }

 protected:
  struct Slot {
    NodeId node = kNoNode;
    [[no_unique_address]] State state{};
  };
  SlotTable<Key, Slot> slots_;
};

struct Nothing {};

template <typename Key, typename T>
class QueryKind final : public KeyedKind<Key, std::unique_ptr<T>> {
  using Base = KeyedKind<Key, std::unique_ptr<T>>;

 public:
  QueryKind(absl::string_view name, std::function<T(Reader&, const Key&)> function)
      : Base(name, /*is_query=*/true), function_(std::move(function)) {}

  bool Run(uint32_t slot, Reader& reader, Output&) override {
    return SetAnswer(slot, function_(reader, this->slots_.key(slot)));
  }
  // Whether it differs.
  bool SetAnswer(uint32_t slot, T answer) {
    std::unique_ptr<T>& kept = this->slots_[slot].state;
    if (kept != nullptr && *kept == answer) return false;
    if (kept != nullptr) this->old_answers->push_back(std::shared_ptr<void>(std::move(kept)));
    kept = std::make_unique<T>(std::move(answer));
    return true;
  }
  const T& AnswerOf(uint32_t slot) const {
    const std::unique_ptr<T>& kept = this->slots_[slot].state;
    return kept == nullptr ? None() : *kept;
  }
  static const T& None() {
    static const T& none = *new T();
    return none;
  }
  void Forget(uint32_t slot) override {
    if (this->slots_[slot].state != nullptr) {
      this->old_answers->push_back(std::shared_ptr<void>(std::move(this->slots_[slot].state)));
    }
    Base::Forget(slot);
  }

 private:
  const std::function<T(Reader&, const Key&)> function_;
};

// An emitter that may run for rows.
class RowKind : public Kind {
 public:
  using Kind::Kind;
  virtual uint32_t SlotOfRow(const Uuid& row) = 0;
  virtual uint32_t FindRow(const Uuid& row) const = 0;
};

template <typename Key, typename Base = Kind, typename State = Nothing>
class FunctionKind : public KeyedKind<Key, State, Base> {
 public:
  using Function = std::function<void(Reader&, const Key&, Output&)>;
  FunctionKind(absl::string_view name, Function function)
      : KeyedKind<Key, State, Base>(name, /*is_query=*/false), function_(std::move(function)) {}
  bool Run(uint32_t slot, Reader& reader, Output& out) override {
    const Key key = this->slots_.key(slot);
    function_(reader, key, out);
    return false;
  }

 private:
  const Function function_;
};

template <typename Key>
class EmitterKind final : public FunctionKind<Key> {
 public:
  using FunctionKind<Key>::FunctionKind;
};
template <>
class EmitterKind<Uuid> final : public FunctionKind<Uuid, RowKind> {
 public:
  using FunctionKind<Uuid, RowKind>::FunctionKind;
  uint32_t SlotOfRow(const Uuid& row) override { return SlotOf(row); }
  uint32_t FindRow(const Uuid& row) const override { return FindSlot(row); }
};

// Runs for members of a set.
class MemberKindBase : public Kind {
 public:
  using Kind::Kind;
  virtual uint32_t SlotOfMember(const Uuid& row, const AtomBits& member) = 0;
  virtual uint32_t FindMember(const Uuid& row, const AtomBits& member) const = 0;
};
template <typename V>
class MemberKind final : public FunctionKind<std::pair<Uuid, Kept<V>>, MemberKindBase> {
  using Key = std::pair<Uuid, Kept<V>>;

 public:
  using FunctionKind<Key, MemberKindBase>::FunctionKind;
  uint32_t SlotOfMember(const Uuid& row, const AtomBits& member) override {
    return this->SlotOf(Key(row, Kept<V>(ValueOf<V>(member))));
  }
  uint32_t FindMember(const Uuid& row, const AtomBits& member) const override {
    return this->FindSlot(Key(row, Kept<V>(ValueOf<V>(member))));
  }
};

// Hears of pairs that come into a relation and go.
template <typename Key, typename Value>
class PairListener {
 public:
  virtual ~PairListener() = default;
  virtual void OnPair(Engine& engine, const Key& key, const Value& value, bool came) = 0;
};

// Makes and ends nodes: of the engine, for these templates.
void StartNode(Engine& engine, Kind& kind, uint32_t slot);
void EndNode(Engine& engine, Kind& kind, uint32_t slot);
void ForEachRowUnder(const Index& index, const AtomRef& key, absl::FunctionRef<void(const Uuid&)> visit);

template <typename Key, typename Value>
class PairKind final : public FunctionKind<std::pair<Key, Value>>, public PairListener<Key, Value> {
 public:
  using FunctionKind<std::pair<Key, Value>>::FunctionKind;
  void OnPair(Engine& engine, const Key& key, const Value& value, bool came) override {
    if (came) {
      StartNode(engine, *this, this->SlotOf(std::pair<Key, Value>(key, value)));
    } else {
      EndNode(engine, *this, this->FindSlot(std::pair<Key, Value>(key, value)));
    }
  }
};

// -- Stores -----------------------------------------------------------------------------------------------------------

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

// The store has something to settle.
void StoreTouched(Engine& engine, Store& store);
// What is watched has changed.
void Wake(Engine& engine, NodeId node);

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
    bool settled = false;  // Readers and listeners have been shown it.
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
  struct PairOwner final : public Owner {
    explicit PairOwner(RelationStore& s) : store(s) {}
    std::string Describe(uint32_t slot) const override {
      return absl::StrCat(store.name, "(", TextOf(slots.key(slot)), ")");
    }
    NodeId& NodeOf(uint32_t slot) override { return slots[slot].node; }
    void Forget(uint32_t slot) override { slots.Erase(slot); }
    void Wake(const Pair& pair) {
      if (slots.size() == 0) return;
      const uint32_t slot = slots.Find(pair);
      if (slot != kNoSlot && slots[slot].node != kNoNode) incremental::Wake(*store.engine, slots[slot].node);
    }
    struct Slot {
      NodeId node = kNoNode;
    };
    RelationStore& store;
    SlotTable<Pair, Slot> slots;
  };

  void Touch(uint32_t pair) {
    if (std::exchange(pairs_[pair].touched, true)) return;
    touched_.push_back(pair);
    StoreTouched(*engine, *this);
  }
  // Forgets a pair that nobody needs any more.
  void Drop(uint32_t pair) {
    State& state = pairs_[pair];
    if (state.count == 0 && !state.touched && !state.settled && !state.pending && !std::exchange(state.retired, false)) {
      pairs_.Erase(pair);
    }
  }
  void DropGroup(uint32_t at) {
    const Group& group = groups_[at];
    if (group.size() == 0 && group.all == kNoNode && group.any == kNoNode && group.first == kNoNode && !group.settling) {
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

// Runs for rows and the values that a relation has under the rows' keys.
class JoinKindBase : public Kind {
 public:
  using Kind::Kind;
  virtual void OnRow(Engine& engine, const Uuid& row, const AtomRef& key, bool came) = 0;
  const Index* rows = nullptr;  // By key.
};
template <typename Key, typename Value>
class JoinKind final : public FunctionKind<std::pair<Uuid, Value>, JoinKindBase, uint32_t>,
                       public PairListener<Key, Value> {
  using Pair = std::pair<Uuid, Value>;
  using Base = FunctionKind<Pair, JoinKindBase, uint32_t>;

 public:
  using Base::Base;
  void SetRelation(const RelationStore<Key, Value>& relation) { relation_ = &relation; }
  void OnRow(Engine& engine, const Uuid& row, const AtomRef& key, bool came) override {
    for (const Value& value : relation_->ValuesOf(KeyOf(key))) Change(engine, Pair(row, value), came);
  }
  void OnPair(Engine& engine, const Key& key, const Value& value, bool came) override {
    ForEachRowUnder(*this->rows, AtomRef(key), [&](const Uuid& row) { Change(engine, Pair(row, value), came); });
  }

 private:
  static Key KeyOf(const AtomRef& key) {
    if constexpr (std::is_same_v<Key, Uuid>) {
      return Uuid(key.high, key.low);
    } else if constexpr (std::is_same_v<Key, std::string>) {
      return std::string(key.text);
    } else {
      return static_cast<Key>(key.high);
    }
  }
  // A row may have the same value under several keys.
  void Change(Engine& engine, const Pair& pair, bool came) {
    if (came) {
      const uint32_t slot = this->SlotOf(pair);
      if (++this->slots_[slot].state == 1) StartNode(engine, *this, slot);
    } else {
      const uint32_t slot = this->FindSlot(pair);
      if (--this->slots_[slot].state == 0) EndNode(engine, *this, slot);
    }
  }
  const RelationStore<Key, Value>* relation_ = nullptr;
};

}  // namespace incremental
}  // namespace ovnlite

#endif  // OVNLITE_DB_INCREMENTAL_PARTS_H_
