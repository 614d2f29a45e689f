// File: incremental_nodes.h
// What incremental.h's templates are made of, the first of three headers; nothing of them is for use by itself. The
// engine (lib/db/engine.h) knows functions, answers and items by number; these templates know them by type. Here: keys,
// and what a node stands for.

#ifndef OVNLITE_DB_INCREMENTAL_NODES_H_
#define OVNLITE_DB_INCREMENTAL_NODES_H_

#include <compare>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "ovnlite/base/slot_table.h"
#include "ovnlite/base/uuid.h"
#include "ovnlite/schema/row_view.h"

namespace ovnlite {

class Index;
class Output;
class Reader;

namespace incremental {

class Engine;
class Kind;   // incremental_functions.h
class Store;  // incremental_stores.h

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

// Nodes by some key.
template <typename Key>
class KeyOwner : public Owner {
 public:
  NodeId& NodeOf(uint32_t slot) override { return slots[slot].node; }
  void Forget(uint32_t slot) override { slots.Erase(slot); }
  // The node of a key that somebody has read; kNoNode otherwise.
  template <typename K>
  NodeId Find(const K& key) const {
    const uint32_t slot = slots.Find(key);
    return slot == kNoSlot ? kNoNode : slots[slot].node;
  }

  struct Slot {
    NodeId node = kNoNode;
  };
  SlotTable<Key, Slot> slots;
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
  // For the next run, which takes over the memory.
  void Clear() {
    reads.clear();
    log.columns.clear();
    log.keys.clear();
    log.values = 0;
  }

  ColumnLog log;  // By read.
  std::vector<Read> reads;
};

// -- What the templates ask of the engine -----------------------------------------------------------------------------

// Makes and ends nodes.
void StartNode(Engine& engine, Kind& kind, uint32_t slot);
void EndNode(Engine& engine, Kind& kind, uint32_t slot);
void ForEachRowUnder(const Index& index, const AtomRef& key, absl::FunctionRef<void(const Uuid&)> visit);
// The store has something to settle.
void StoreTouched(Engine& engine, Store& store);
// What is watched has changed.
void Wake(Engine& engine, NodeId node);

}  // namespace incremental
}  // namespace ovnlite

#endif  // OVNLITE_DB_INCREMENTAL_NODES_H_
