#include "ovnlite/schema/members.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>

#include "absl/hash/hash.h"

namespace ovnlite {
namespace {

constexpr int kMost = MemberNode::kMost;

// -- Order and hash of atoms ------------------------------------------------------------------------------------------

// Negative, zero or positive.
int Compare(AtomType type, const AtomBits& a, const AtomRef& b) {
  switch (type) {
    case AtomType::kString:
      return a.text().compare(b.text);
    case AtomType::kInteger: {
      const auto x = static_cast<int64_t>(a.high), y = static_cast<int64_t>(b.high);
      return x < y ? -1 : x > y;
    }
    case AtomType::kReal: {
      const double x = std::bit_cast<double>(a.high), y = std::bit_cast<double>(b.high);
      return x < y ? -1 : x > y;
    }
    default:
      if (a.high != b.high) return a.high < b.high ? -1 : 1;
      return a.low < b.low ? -1 : a.low > b.low;
  }
}

bool Same(AtomType type, const AtomBits& a, const AtomBits& b) {
  if (a.high == b.high && a.low == b.low) return true;
  return type == AtomType::kString && a.text() == b.text();
}

uint64_t HashOf(AtomType type, const AtomBits& a) {
  return type == AtomType::kString ? absl::HashOf(a.text()) : absl::HashOf(a.high, a.low);
}

uint64_t HashOfMember(const MemberNode& leaf, int i) {
  const uint64_t key = HashOf(leaf.key_type, leaf.keys()[i]);
  return leaf.value_type == AtomType::kNone ? key : absl::HashOf(key, HashOf(leaf.value_type, leaf.values()[i]));
}

// -- Nodes ------------------------------------------------------------------------------------------------------------

size_t BytesOf(const MemberNode& node) {
  const size_t beside = node.level > 0 ? sizeof(MemberNode*) : node.value_type == AtomType::kNone ? 0 : sizeof(AtomBits);
  return sizeof(MemberNode) + node.capacity * (sizeof(AtomBits) + beside);
}

MemberNode* NewNode(int level, AtomType key, AtomType value, int capacity) {
  MemberNode shape;
  shape.level = static_cast<uint8_t>(level);
  shape.key_type = key;
  shape.value_type = value;
  shape.capacity = static_cast<uint16_t>(capacity);
  void* memory = std::malloc(BytesOf(shape));
  if (memory == nullptr) throw std::bad_alloc();
  auto* node = new (memory) MemberNode;
  node->level = shape.level;
  node->key_type = key;
  node->value_type = value;
  node->capacity = shape.capacity;
  return node;
}

int CapacityFor(int count) {
  int capacity = 1;
  while (capacity < count) capacity *= 2;
  return std::min(capacity, kMost);
}

bool IsShared(const MemberNode& node) { return node.references.load(std::memory_order_acquire) > 1; }

// Moves items [from, from + n) of one node to the end of another, references with them.
void MoveItems(MemberNode& to, MemberNode& source, int from, int n) {
  std::memcpy(to.keys() + to.count, source.keys() + from, sizeof(AtomBits) * static_cast<size_t>(n));
  if (to.level > 0) {
    std::memcpy(to.children() + to.count, source.children() + from, sizeof(MemberNode*) * static_cast<size_t>(n));
  } else if (to.value_type != AtomType::kNone) {
    std::memcpy(to.values() + to.count, source.values() + from, sizeof(AtomBits) * static_cast<size_t>(n));
  }
  to.count = static_cast<uint16_t>(to.count + n);
}

void RetainItems(const MemberNode& node) {
  for (int i = 0; i < node.count; ++i) {
    if (node.level > 0) {
      node.children()[i]->references.fetch_add(1, std::memory_order_relaxed);
    } else {
      node.keys()[i].Retain(node.key_type);
      if (node.value_type != AtomType::kNone) node.values()[i].Retain(node.value_type);
    }
  }
}

// Counts anew what is below.
void Sum(MemberNode& node) {
  node.size = 0;
  node.hash = 0;
  for (int i = 0; i < node.count; ++i) {
    node.size += node.level > 0 ? node.children()[i]->size : 1;
    node.hash += node.level > 0 ? node.children()[i]->hash : HashOfMember(node, i);
  }
}

// The same items in a node that nobody shares and that has room for `capacity` of them; takes the reference to `node`.
MemberNode* Own(MemberNode* node, int capacity) {
  if (!IsShared(*node) && node->capacity >= capacity) return node;
  MemberNode* own = NewNode(node->level, node->key_type, node->value_type,
                            std::max<int>(CapacityFor(capacity), node->level > 0 ? kMost : 0));
  own->size = node->size;
  own->hash = node->hash;
  MoveItems(*own, *node, 0, node->count);
  if (IsShared(*node)) {
    RetainItems(*own);
    Members::Release(node);
  } else {
    std::free(node);
  }
  return own;
}

// The first item whose key is not less.
int LowerBound(const MemberNode& node, const AtomRef& key) {
  const AtomBits* keys = node.keys();
  int first = 0, n = node.count;
  while (n > 0) {
    const int half = n / 2;
    if (Compare(node.key_type, keys[first + half], key) < 0) {
      first += half + 1;
      n -= half + 1;
    } else {
      n = half;
    }
  }
  return first;
}

// The child that the key belongs to.
int ChildOf(const MemberNode& node, const AtomRef& key) {
  const int at = LowerBound(node, key);
  if (at < node.count && Compare(node.key_type, node.keys()[at], key) == 0) return at;
  return std::max(at - 1, 0);
}

void OpenGap(MemberNode& node, int at) {
  const auto behind = static_cast<size_t>(node.count - at);
  std::memmove(node.keys() + at + 1, node.keys() + at, behind * sizeof(AtomBits));
  if (node.level > 0) {
    std::memmove(node.children() + at + 1, node.children() + at, behind * sizeof(MemberNode*));
  } else if (node.value_type != AtomType::kNone) {
    std::memmove(node.values() + at + 1, node.values() + at, behind * sizeof(AtomBits));
  }
  ++node.count;
}

void CloseGap(MemberNode& node, int at) {
  --node.count;
  const auto behind = static_cast<size_t>(node.count - at);
  std::memmove(node.keys() + at, node.keys() + at + 1, behind * sizeof(AtomBits));
  if (node.level > 0) {
    std::memmove(node.children() + at, node.children() + at + 1, behind * sizeof(MemberNode*));
  } else if (node.value_type != AtomType::kNone) {
    std::memmove(node.values() + at, node.values() + at + 1, behind * sizeof(AtomBits));
  }
}

// Cuts a full node that nobody shares in two; returns the second.
MemberNode* Split(MemberNode& node) {
  MemberNode* second = NewNode(node.level, node.key_type, node.value_type, kMost);
  const int half = node.count / 2;
  MoveItems(*second, node, half, node.count - half);
  node.count = static_cast<uint16_t>(half);
  Sum(node);
  Sum(*second);
  return second;
}

// -- Inserting --------------------------------------------------------------------------------------------------------

struct Insertion {
  const AtomRef& key;
  const AtomRef* value;  // Null: of a set.
  bool changed = false;
};

MemberNode* Insert(MemberNode* node, Insertion& insertion, MemberNode** split);

MemberNode* InsertIntoLeaf(MemberNode* node, Insertion& insertion, MemberNode** split) {
  const int at = LowerBound(*node, insertion.key);
  if (at < node->count && Compare(node->key_type, node->keys()[at], insertion.key) == 0) {
    if (insertion.value == nullptr || Compare(node->value_type, node->values()[at], *insertion.value) == 0) return node;
    node = Own(node, node->count);
    node->hash -= HashOfMember(*node, at);
    node->values()[at].Release(node->value_type);
    node->values()[at] = AtomBits::Retained(*insertion.value);
    node->hash += HashOfMember(*node, at);
    insertion.changed = true;
    return node;
  }
  node = Own(node, std::min(node->count + 1, kMost));
  if (node->count == kMost) {
    *split = Split(*node);
    const bool in_second = at > node->count;
    Insertion again{insertion.key, insertion.value};
    MemberNode* none = nullptr;
    (in_second ? *split : node) = InsertIntoLeaf(in_second ? *split : node, again, &none);
    insertion.changed = true;
    return node;
  }
  OpenGap(*node, at);
  node->keys()[at] = AtomBits::Retained(insertion.key);
  if (insertion.value != nullptr) node->values()[at] = AtomBits::Retained(*insertion.value);
  ++node->size;
  node->hash += HashOfMember(*node, at);
  insertion.changed = true;
  return node;
}

void SetChild(MemberNode& node, int at, MemberNode* child) {
  node.children()[at] = child;
  node.keys()[at] = child->keys()[0];
}

MemberNode* Insert(MemberNode* node, Insertion& insertion, MemberNode** split) {
  if (node->level == 0) return InsertIntoLeaf(node, insertion, split);
  node = Own(node, kMost);
  const int at = ChildOf(*node, insertion.key);
  MemberNode* second = nullptr;
  MemberNode* child = node->children()[at];
  node->size -= child->size;
  node->hash -= child->hash;
  child = Insert(child, insertion, &second);
  SetChild(*node, at, child);
  node->size += child->size;
  node->hash += child->hash;
  if (second == nullptr) return node;
  MemberNode* into = node;
  int behind = at + 1;
  if (node->count == kMost) {
    *split = Split(*node);
    if (behind > node->count) {
      behind -= node->count;
      into = *split;
    }
  }
  OpenGap(*into, behind);
  SetChild(*into, behind, second);
  Sum(*node);
  if (*split != nullptr) Sum(**split);
  return node;
}

MemberNode* InsertRoot(MemberNode* root, Insertion& insertion, AtomType value_type) {
  if (root == nullptr) root = NewNode(0, insertion.key.type, value_type, 1);
  MemberNode* split = nullptr;
  root = Insert(root, insertion, &split);
  if (split == nullptr) return root;
  MemberNode* above = NewNode(root->level + 1, root->key_type, root->value_type, kMost);
  above->count = 2;
  SetChild(*above, 0, root);
  SetChild(*above, 1, split);
  Sum(*above);
  return above;
}

// -- Erasing ----------------------------------------------------------------------------------------------------------

// Joins the child with a neighbour when both fit well into one node.
void JoinChild(MemberNode& node, int at) {
  if (node.count < 2 || node.children()[at]->count > kMost / 4) return;
  const int first = at + 1 < node.count ? at : at - 1;
  MemberNode* left = node.children()[first];
  MemberNode* right = node.children()[first + 1];
  if (left->count + right->count > kMost * 3 / 4) return;
  left = Own(left, left->count + right->count);
  right = Own(right, right->count);
  MoveItems(*left, *right, 0, right->count);
  left->size += right->size;
  left->hash += right->hash;
  std::free(right);
  SetChild(node, first, left);
  CloseGap(node, first + 1);
}

// The key is there. Null when nothing is left.
MemberNode* Erase(MemberNode* node, const AtomRef& key) {
  node = Own(node, node->count);
  if (node->level == 0) {
    const int at = LowerBound(*node, key);
    node->hash -= HashOfMember(*node, at);
    --node->size;
    node->keys()[at].Release(node->key_type);
    if (node->value_type != AtomType::kNone) node->values()[at].Release(node->value_type);
    CloseGap(*node, at);
  } else {
    const int at = ChildOf(*node, key);
    MemberNode* child = node->children()[at];
    node->size -= child->size;
    node->hash -= child->hash;
    child = Erase(child, key);
    if (child == nullptr) {
      CloseGap(*node, at);
    } else {
      node->size += child->size;
      node->hash += child->hash;
      SetChild(*node, at, child);
      JoinChild(*node, at);
    }
  }
  if (node->count > 0) return node;
  std::free(node);
  return nullptr;
}

// -- Building ---------------------------------------------------------------------------------------------------------

// A tree over nodes of one level.
MemberNode* BuildAbove(std::vector<MemberNode*> nodes) {
  while (nodes.size() > 1) {
    std::vector<MemberNode*> above;
    constexpr size_t kFilled = kMost * 3 / 4;
    for (size_t from = 0; from < nodes.size();) {
      const size_t n = std::min(kFilled, nodes.size() - from);
      MemberNode* node = NewNode(nodes[from]->level + 1, nodes[from]->key_type, nodes[from]->value_type, kMost);
      for (size_t i = 0; i < n; ++i) SetChild(*node, node->count++, nodes[from + i]);
      Sum(*node);
      above.push_back(node);
      from += n;
    }
    nodes = std::move(above);
  }
  return nodes.empty() ? nullptr : nodes[0];
}

// `fill(leaf, i)` puts the i-th member into the leaf's next place. Leaves of many are left with some room.
template <typename Fill>
MemberNode* Build(size_t size, AtomType key, AtomType value, Fill fill) {
  std::vector<MemberNode*> leaves;
  constexpr size_t kFilled = kMost * 3 / 4;
  for (size_t from = 0; from < size;) {
    const size_t n = size <= kMost ? size : std::min(kFilled, size - from);
    MemberNode* leaf = NewNode(0, key, value, size <= kMost ? static_cast<int>(size) : kMost);
    for (size_t i = 0; i < n; ++i) {
      fill(*leaf, from + i);
      ++leaf->count;
    }
    Sum(*leaf);
    leaves.push_back(leaf);
    from += n;
  }
  return BuildAbove(std::move(leaves));
}

}  // namespace

// -- Atoms ------------------------------------------------------------------------------------------------------------

AtomBits AtomBits::Retained(const Atom& atom) {
  AtomBits bits{atom.high_, atom.low_};
  if (atom.type_ == AtomType::kString) {
    bits.high = reinterpret_cast<uint64_t>(atom.string_.block_);
    bits.Retain(AtomType::kString);
  }
  return bits;
}

AtomBits AtomBits::Retained(const AtomRef& atom) {
  if (atom.type != AtomType::kString) return {atom.high, atom.low};
  SharedString text(atom.text);
  return {reinterpret_cast<uint64_t>(std::exchange(text.block_, nullptr)), 0};
}

Atom AtomBits::ToAtom(AtomType type) const {
  if (type == AtomType::kString) return Atom::String(string());
  Atom atom(type, high);
  atom.low_ = low;
  return atom;
}

AtomRef AtomBits::ToRef(AtomType type) const {
  if (type == AtomType::kString) return AtomRef(text());
  AtomRef ref(Uuid(high, low));
  ref.type = type;
  return ref;
}

// -- Looking ----------------------------------------------------------------------------------------------------------

const AtomBits* MembersView::FindKey(const AtomRef& key) const {
  const MemberNode* node = root_;
  if (node == nullptr) return nullptr;
  while (node->level > 0) node = node->children()[ChildOf(*node, key)];
  const int at = LowerBound(*node, key);
  if (at == node->count || Compare(node->key_type, node->keys()[at], key) != 0) return nullptr;
  return node->value_type == AtomType::kNone ? &node->keys()[at] : &node->values()[at];
}

const AtomBits* MembersView::FindValue(const AtomRef& key) const { return FindKey(key); }

void MembersView::Iterator::Descend(const MemberNode* node) {
  while (node->level > 0) {
    path_[depth_] = node;
    at_[depth_++] = 0;
    node = node->children()[0];
  }
  leaf_ = node;
  index_ = 0;
}

void MembersView::Iterator::NextLeaf() {
  while (depth_ > 0 && at_[depth_ - 1] + 1 == path_[depth_ - 1]->count) --depth_;
  if (depth_ == 0) {
    leaf_ = nullptr;
    index_ = 0;
    return;
  }
  const MemberNode* parent = path_[depth_ - 1];
  Descend(parent->children()[++at_[depth_ - 1]]);
}

bool operator==(const MembersView& a, const MembersView& b) {
  if (a.root_ == b.root_) return true;
  if (a.size() != b.size() || a.hash() != b.hash()) return false;
  bool same = true;
  const auto differs = [&same](const AtomBits&, const AtomBits*) { same = false; };
  DiffMembers(a, b, differs, differs);
  return same;
}

// -- Differing --------------------------------------------------------------------------------------------------------

// Two iterators side by side, which pass over subtrees that both have.
class MemberDiff {
 public:
  MemberDiff(const MembersView& before, const MembersView& after) : before_(before.begin()), after_(after.begin()) {}

  void Run(MemberVisitor removed, MemberVisitor added) {
    while (true) {
      while (!before_.at_end() && !after_.at_end() && PassShared()) {
      }
      if (before_.at_end() && after_.at_end()) return;
      const int order = before_.at_end() ? 1 : after_.at_end() ? -1 : Order();
      if (order < 0) {
        Visit(before_, removed);
      } else if (order > 0) {
        Visit(after_, added);
      } else if (IsMap() && !Same(before_.leaf_->value_type, before_.value(), after_.value())) {
        Visit(before_, removed);
        Visit(after_, added);
      } else {
        before_.Advance();
        after_.Advance();
      }
    }
  }

 private:
  using Iterator = MembersView::Iterator;

  bool IsMap() const { return before_.leaf_->value_type != AtomType::kNone; }
  int Order() const {
    const AtomType type = before_.leaf_->key_type;
    return Compare(type, before_.key(), after_.key().ToRef(type));
  }
  static void Visit(Iterator& at, MemberVisitor visit) {
    visit(at.key(), at.leaf_->value_type == AtomType::kNone ? nullptr : &at.value());
    at.Advance();
  }
  // The highest node whose first member the iterator is at and that stands `level` high; null: none.
  static const MemberNode* Begun(const Iterator& it, int level) {
    if (it.index_ != 0) return nullptr;
    const MemberNode* node = it.leaf_;
    for (int d = it.depth_; node->level < level; --d) {
      if (d == 0 || it.at_[d - 1] != 0) return nullptr;
      node = it.path_[d - 1];
    }
    return node;
  }
  static void Pass(Iterator& it, const MemberNode& node) {
    it.depth_ -= node.level;
    it.NextLeaf();
  }
  bool PassShared() {
    const int top = std::min(before_.depth_, after_.depth_);
    for (int level = top; level >= 0; --level) {
      const MemberNode* node = Begun(before_, level);
      if (node == nullptr || node != Begun(after_, level)) continue;
      Pass(before_, *node);
      Pass(after_, *node);
      return true;
    }
    return false;
  }

  Iterator before_, after_;
};

void DiffMembers(const MembersView& before, const MembersView& after, MemberVisitor removed, MemberVisitor added) {
  if (before.root() != after.root()) MemberDiff(before, after).Run(removed, added);
}

// -- Changing ---------------------------------------------------------------------------------------------------------

bool Members::Insert(const AtomRef& key) {
  Insertion insertion{key, nullptr};
  if (root_ != nullptr && root_->references.load(std::memory_order_acquire) > 1 && Contains(key)) return false;
  root_ = InsertRoot(const_cast<MemberNode*>(root_), insertion, AtomType::kNone);
  return insertion.changed;
}

bool Members::Set(const AtomRef& key, const AtomRef& value) {
  Insertion insertion{key, &value};
  if (root_ != nullptr && root_->references.load(std::memory_order_acquire) > 1) {
    const AtomBits* there = FindValue(key);
    if (there != nullptr && there->ToRef(value.type) == value) return false;
  }
  root_ = InsertRoot(const_cast<MemberNode*>(root_), insertion, value.type);
  return insertion.changed;
}

bool Members::Erase(const AtomRef& key) {
  if (!Contains(key)) return false;
  MemberNode* root = ovnlite::Erase(const_cast<MemberNode*>(root_), key);
  while (root != nullptr && root->level > 0 && root->count == 1) {
    MemberNode* child = root->children()[0];
    std::free(root);
    root = child;
  }
  root_ = root;
  return true;
}

void Members::Free(MemberNode* node) {
  for (int i = 0; i < node->count; ++i) {
    if (node->level > 0) {
      Release(node->children()[i]);
    } else {
      node->keys()[i].Release(node->key_type);
      if (node->value_type != AtomType::kNone) node->values()[i].Release(node->value_type);
    }
  }
  std::free(node);
}

Members Members::Of(AtomType type, std::vector<Atom> keys, std::optional<Atom>* twice) {
  std::sort(keys.begin(), keys.end());
  if (const auto same = std::adjacent_find(keys.begin(), keys.end()); same != keys.end()) {
    if (twice != nullptr) *twice = *same;
    keys.erase(std::unique(same, keys.end()), keys.end());
  }
  return Attach(Build(keys.size(), type, AtomType::kNone, [&keys](MemberNode& leaf, size_t i) {
    leaf.keys()[leaf.count] = AtomBits::Retained(keys[i]);
  }));
}

Members Members::Of(AtomType key, AtomType value, std::vector<std::pair<Atom, Atom>> pairs, std::optional<Atom>* twice) {
  std::stable_sort(pairs.begin(), pairs.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  size_t kept = 0;
  for (size_t i = 0; i < pairs.size(); ++i) {
    if (i + 1 < pairs.size() && pairs[i].first == pairs[i + 1].first) {
      if (twice != nullptr && !twice->has_value()) *twice = pairs[i].first;
      continue;
    }
    if (kept != i) pairs[kept] = std::move(pairs[i]);
    ++kept;
  }
  pairs.resize(kept);
  return Attach(Build(pairs.size(), key, value, [&pairs](MemberNode& leaf, size_t i) {
    leaf.keys()[leaf.count] = AtomBits::Retained(pairs[i].first);
    leaf.values()[leaf.count] = AtomBits::Retained(pairs[i].second);
  }));
}

}  // namespace ovnlite
