// File: incremental_functions.h
// Queries and emitters of the incremental engine: see incremental_nodes.h.

#ifndef OVNLITE_DB_INCREMENTAL_FUNCTIONS_H_
#define OVNLITE_DB_INCREMENTAL_FUNCTIONS_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "ovnlite/db/incremental_stores.h"

namespace ovnlite::incremental {

class Kind : public Owner {
 public:
  Kind(absl::string_view name, bool is_query) : name(name), is_query(is_query) {}
  // Of a query: whether the answer differs from the one before.
  virtual bool Run(uint32_t slot, Reader& reader, Output& out) = 0;
  virtual size_t size() const = 0;

  const std::string name;
  const bool is_query;
  int number = -1;
  uint16_t height = 0;  // The highest that its nodes have had.
  uint64_t runs = 0, unchanged = 0;
  std::vector<int> feeds;                                     // Relations.
  std::vector<int> runs_for;                                  // Relations whose pairs it runs for.
  std::vector<NodeId> stale;                                  // If it feeds relations: nodes that wait to be run.
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

}  // namespace ovnlite::incremental

#endif  // OVNLITE_DB_INCREMENTAL_FUNCTIONS_H_
