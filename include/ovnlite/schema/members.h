// File: members.h
// The members of a set, or the pairs of a map, in order: what a column holds that may hold several values.
//
// Versions share what they have in common. Copying costs a reference; inserting or erasing one member of n copies
// O(log n) small nodes where somebody else holds them too, and none otherwise. Two versions that are a few members
// apart are compared in the time of these few (DiffMembers). A hash is kept on the way, so that members that differ are
// nearly always told apart at once.
//
// 16 bytes per member and twice that per pair, strings aside, in nodes of up to 32 that are at least half full where
// members only came. Copies may be read and dropped in several threads at a time.

#ifndef OVNLITE_SCHEMA_MEMBERS_H_
#define OVNLITE_SCHEMA_MEMBERS_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "ovnlite/schema/atom.h"

namespace ovnlite {

// An atom without its type, which whoever holds it knows, and the count of whose references that holder minds.
struct AtomBits {
  uint64_t high = 0;  // A number, the first half of a UUID, or the address of a string's block.
  uint64_t low = 0;

  static AtomBits Retained(const Atom& atom);
  static AtomBits Retained(const AtomRef& atom);
  void Retain(AtomType type) const {
    if (type == AtomType::kString && high != 0)
      reinterpret_cast<SharedString::Block*>(high)->references.fetch_add(1, std::memory_order_relaxed);
  }
  void Release(AtomType type) const {
    if (type == AtomType::kString) SharedString::Drop(reinterpret_cast<SharedString::Block*>(high));
  }
  absl::string_view text() const {
    const auto* block = reinterpret_cast<const SharedString::Block*>(high);
    return block == nullptr ? absl::string_view() : absl::string_view(SharedString::Characters(block), block->size);
  }
  Uuid uuid() const { return Uuid(high, low); }
  SharedString string() const {
    SharedString s;
    Retain(AtomType::kString);
    s.block_ = reinterpret_cast<SharedString::Block*>(high);
    return s;
  }
  Atom ToAtom(AtomType type) const;
  AtomRef ToRef(AtomType type) const;
};

// A node of the tree: of members, or of nodes.
struct MemberNode {
  static constexpr int kMost = 32;

  std::atomic<uint32_t> references{1};
  uint8_t level = 0;  // 0: members, or pairs.
  AtomType key_type = AtomType::kInteger;
  AtomType value_type = AtomType::kNone;
  uint16_t count = 0;
  uint16_t capacity = 0;
  uint32_t size = 0;  // Members below.
  uint64_t hash = 0;  // The sum of theirs.

  // Level 0: keys[capacity], and values[capacity] of a map. Above: the first key below each child, and the children.
  AtomBits* keys() { return reinterpret_cast<AtomBits*>(this + 1); }
  const AtomBits* keys() const { return reinterpret_cast<const AtomBits*>(this + 1); }
  AtomBits* values() { return keys() + capacity; }
  const AtomBits* values() const { return keys() + capacity; }
  MemberNode** children() { return reinterpret_cast<MemberNode**>(keys() + capacity); }
  MemberNode* const* children() const { return reinterpret_cast<MemberNode* const*>(keys() + capacity); }
};

// Members that somebody else keeps. Cheap to copy.
class MembersView {
 public:
  MembersView() = default;
  // `root` may be null: no members.
  explicit MembersView(const MemberNode* root) : root_(root) {}

  size_t size() const { return root_ == nullptr ? 0 : root_->size; }
  bool empty() const { return root_ == nullptr; }
  uint64_t hash() const { return root_ == nullptr ? 0 : root_->hash; }
  bool Contains(const AtomRef& key) const { return FindKey(key) != nullptr; }
  // The value under a key of a map, or null.
  const AtomBits* FindValue(const AtomRef& key) const;
  const MemberNode* root() const { return root_; }
  AtomType key_type() const { return root_ == nullptr ? AtomType::kNone : root_->key_type; }
  AtomType value_type() const { return root_ == nullptr ? AtomType::kNone : root_->value_type; }

  // In order.
  class Iterator {
   public:
    Iterator() = default;
    explicit Iterator(const MemberNode* root) { Descend(root); }
    const AtomBits& key() const { return leaf_->keys()[index_]; }
    const AtomBits& value() const { return leaf_->values()[index_]; }
    bool at_end() const { return leaf_ == nullptr; }
    void Advance() {
      if (++index_ == leaf_->count) NextLeaf();
    }
    friend bool operator==(const Iterator& a, const Iterator& b) { return a.leaf_ == b.leaf_ && a.index_ == b.index_; }

   private:
    friend class MemberDiff;
    static constexpr int kDeepest = 16;
    void Descend(const MemberNode* node);
    void NextLeaf();

    const MemberNode* leaf_ = nullptr;  // Null: at the end.
    int index_ = 0;
    int depth_ = 0;  // Of the nodes above the leaf.
    const MemberNode* path_[kDeepest];
    uint16_t at_[kDeepest];
  };
  Iterator begin() const { return root_ == nullptr ? Iterator() : Iterator(root_); }

  // By content.
  friend bool operator==(const MembersView& a, const MembersView& b);

 protected:
  const AtomBits* FindKey(const AtomRef& key) const;
  const MemberNode* root_ = nullptr;
};

class Members : public MembersView {
 public:
  Members() = default;
  Members(const Members& other) : MembersView(other) { Retain(); }
  Members(Members&& other) noexcept : MembersView(std::exchange(other.root_, nullptr)) {}
  Members& operator=(Members other) noexcept {
    std::swap(root_, other.root_);
    return *this;
  }
  ~Members() { Release(root_); }
  // Shares what a view shows.
  explicit Members(const MembersView& view) : MembersView(view) { Retain(); }

  // A set; false when the member is there already.
  bool Insert(const AtomRef& key);
  // A map; false when the pair is there already.
  bool Set(const AtomRef& key, const AtomRef& value);
  // False when there is no such member or key.
  bool Erase(const AtomRef& key);

  // From members in any order, in O(n log n) at once. The first that stands there twice is put into `twice`, if that is
  // given; of pairs with one key the last counts.
  static Members Of(AtomType type, std::vector<Atom> keys, std::optional<Atom>* twice = nullptr);
  static Members Of(AtomType key, AtomType value, std::vector<std::pair<Atom, Atom>> pairs,
                    std::optional<Atom>* twice = nullptr);

  // Gives the root away, with its reference, and takes one over.
  const MemberNode* Detach() { return std::exchange(root_, nullptr); }
  static Members Attach(const MemberNode* root) {
    Members members;
    members.root_ = root;
    return members;
  }
  static void Release(const MemberNode* node) {
    if (node != nullptr && const_cast<MemberNode*>(node)->references.fetch_sub(1, std::memory_order_acq_rel) == 1) {
      Free(const_cast<MemberNode*>(node));
    }
  }

 private:
  void Retain() const {
    if (root_ != nullptr) const_cast<MemberNode*>(root_)->references.fetch_add(1, std::memory_order_relaxed);
  }
  static void Free(MemberNode* node);
};

// Calls `removed` and `added` for the members in which two versions differ, in order; of a pair whose value changed
// both, the old one first. Parts that the versions share are passed over unseen.
using MemberVisitor = absl::FunctionRef<void(const AtomBits& key, const AtomBits* value)>;
void DiffMembers(const MembersView& before, const MembersView& after, MemberVisitor removed, MemberVisitor added);

}  // namespace ovnlite

#endif  // OVNLITE_SCHEMA_MEMBERS_H_
