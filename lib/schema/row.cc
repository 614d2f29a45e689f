#include "ovnlite/schema/row.h"

#include <bit>
#include <cstdlib>
#include <cstring>
#include <new>
#include <vector>

#include "absl/hash/hash.h"

namespace ovnlite {
namespace {

enum class Holds : uint8_t { kNumber, kString, kUuid, kMembers };

Holds HoldsOf(const ColumnSchema& column) {
  if (column.shape() == ColumnShape::kSet || column.shape() == ColumnShape::kMap) return Holds::kMembers;
  if (column.key().type == AtomType::kString) return Holds::kString;
  return column.key().type == AtomType::kUuid ? Holds::kUuid : Holds::kNumber;
}

}  // namespace

uint64_t Datum::Hash() const {
  return form_ == Form::kAtom ? absl::HashOf(atom_) : absl::HashOf(members_.size(), members_.hash());
}

void Row::RetainSlot(const ColumnSchema& column, const Slot& slot) {
  switch (HoldsOf(column)) {
    case Holds::kNumber:
      return;
    case Holds::kString:
      return AtomBits{slot.number, 0}.Retain(AtomType::kString);
    case Holds::kUuid:
      slot.uuid->references.fetch_add(1, std::memory_order_relaxed);
      return;
    case Holds::kMembers:
      const_cast<MemberNode*>(slot.members)->references.fetch_add(1, std::memory_order_relaxed);
      return;
  }
}

void Row::ReleaseSlot(const ColumnSchema& column, const Slot& slot) {
  switch (HoldsOf(column)) {
    case Holds::kNumber:
      return;
    case Holds::kString:
      return AtomBits{slot.number, 0}.Release(AtomType::kString);
    case Holds::kUuid:
      if (slot.uuid->references.fetch_sub(1, std::memory_order_acq_rel) == 1) delete slot.uuid;
      return;
    case Holds::kMembers:
      return Members::Release(slot.members);
  }
}

bool Row::SlotsEqual(const ColumnSchema& column, const Slot& a, const Slot& b) {
  if (a.number == b.number) return true;
  switch (HoldsOf(column)) {
    case Holds::kNumber:
      return false;
    case Holds::kString:
      return AtomBits{a.number, 0}.text() == AtomBits{b.number, 0}.text();
    case Holds::kUuid:
      return a.uuid->uuid == b.uuid->uuid;
    case Holds::kMembers:
      return MembersView(a.members) == MembersView(b.members);
  }
  return false;
}

Datum Row::Get(const ColumnSchema& column) const {
  const Slot* slot = Find(column.index());
  const AtomType type = column.key().type;
  if (slot == nullptr) return column.shape() == ColumnShape::kScalar ? Datum(Atom::DefaultOf(type)) : Datum();
  switch (HoldsOf(column)) {
    case Holds::kUuid:
      return Atom::Of(slot->uuid->uuid);
    case Holds::kMembers:
      return Members(MembersView(slot->members));
    default:
      return AtomBits{slot->number, 0}.ToAtom(type);
  }
}

bool Row::SharesColumn(const ColumnSchema& column, const Row& other) const {
  const Slot* a = Find(column.index());
  const Slot* b = other.Find(column.index());
  return a == nullptr || b == nullptr ? a == b : a->number == b->number;
}

bool Row::ColumnEquals(const ColumnSchema& column, const Row& other) const {
  const Slot* a = Find(column.index());
  const Slot* b = other.Find(column.index());
  return a == nullptr || b == nullptr ? a == b : SlotsEqual(column, *a, *b);
}

uint64_t Row::HashOf(const ColumnSchema& column) const {
  const Slot* slot = Find(column.index());
  if (slot == nullptr) return 0;
  switch (HoldsOf(column)) {
    case Holds::kString:
      return absl::HashOf(AtomBits{slot->number, 0}.text());
    case Holds::kUuid:
      return absl::HashOf(slot->uuid->uuid);
    case Holds::kMembers:
      return slot->members->hash;
    default:
      return absl::HashOf(slot->number);
  }
}

uint64_t Row::Hash() const {
  uint64_t hash = 0;
  ForEachSet([&](const ColumnSchema& column) { hash += absl::HashOf(column.index(), HashOf(column)); });
  return hash;
}

namespace {

bool HasKeyBehind(const MembersView& members, const Atom& key) {
  if (members.empty()) return false;
  const MemberNode* node = members.root();
  while (node->level > 0) node = node->children()[node->count - 1];
  return key < node->keys()[node->count - 1].ToRef(members.key_type()).ToAtom();
}

// As lists of members, which are not equal; at the cost of how far they are apart.
bool MembersPrecede(const ColumnSchema& column, const MembersView& a, const MembersView& b) {
  // The first that only one of them has.
  using First = std::optional<std::pair<Atom, Atom>>;
  First of_a, of_b;
  const auto note = [&column](First& first) {
    return [&](const AtomBits& key, const AtomBits* value) {
      if (first.has_value()) return;
      first.emplace(key.ToRef(column.key().type).ToAtom(),
                    value == nullptr ? Atom() : value->ToRef(column.value().type).ToAtom());
    };
  };
  DiffMembers(a, b, note(of_a), note(of_b));
  // Where one has its first, the other has something later, or ends.
  if (of_a.has_value() && of_b.has_value()) return *of_a < *of_b;
  return of_a.has_value() ? HasKeyBehind(b, of_a->first) : !HasKeyBehind(a, of_b->first);
}

}  // namespace

bool Row::Precedes(const Row& a, const Row& b) {
  for (const ColumnSchema& column : a.table().columns()) {
    if (a.ColumnEquals(column, b)) continue;
    if (HoldsOf(column) == Holds::kMembers) {
      return MembersPrecede(column, a.MembersOf(column.index()), b.MembersOf(column.index()));
    }
    const Datum mine = a.Get(column), theirs = b.Get(column);
    return mine.empty() || (!theirs.empty() && mine.atom() < theirs.atom());
  }
  return false;
}

ColumnMask Row::Compare(const Row& other) const {
  if (block_ == other.block_) return 0;
  ColumnMask differ = 0;
  const size_t words = (table_->columns().size() + 63) / 64;
  for (size_t w = 0; w < words; ++w) {
    uint64_t any = (block_ == nullptr ? 0 : block_->present()[w]) | (other.block_ == nullptr ? 0 : other.block_->present()[w]);
    for (; any != 0; any &= any - 1) {
      const ColumnSchema& column = table_->columns()[w * 64 + static_cast<size_t>(std::countr_zero(any))];
      if (!ColumnEquals(column, other)) differ |= MaskOf(column);
    }
  }
  return differ;
}

Row::Block* Row::NewBlock(size_t words, size_t count) {
  void* memory = std::malloc(sizeof(Block) + words * sizeof(uint64_t) + count * sizeof(Slot));
  if (memory == nullptr) throw std::bad_alloc();
  auto* block = new (memory) Block;
  block->words = static_cast<uint16_t>(words);
  block->count = static_cast<uint16_t>(count);
  return block;
}

Row::Slot* Row::Own(const ColumnSchema& column) {
  const size_t words = (table_->columns().size() + 63) / 64;
  const bool fresh = Find(column.index()) == nullptr;
  const bool shared = block_ != nullptr && block_->references.load(std::memory_order_acquire) > 1;
  if (fresh || shared || block_ == nullptr) {
    const size_t count = (block_ == nullptr ? 0 : block_->count) + (fresh ? 1 : 0);
    Block* own = NewBlock(words, count);
    std::memset(own->present(), 0, words * sizeof(uint64_t));
    if (block_ != nullptr) std::memcpy(own->present(), block_->present(), words * sizeof(uint64_t));
    own->present()[column.index() / 64] |= uint64_t{1} << (column.index() % 64);
    size_t from = 0, to = 0;
    for (size_t w = 0; w < words; ++w) {
      for (uint64_t left = own->present()[w]; left != 0; left &= left - 1) {
        const int index = static_cast<int>(w) * 64 + std::countr_zero(left);
        if (fresh && index == column.index()) {
          own->slots()[to++].number = 0;
          continue;
        }
        own->slots()[to] = block_->slots()[from++];
        if (shared) RetainSlot(table_->columns()[static_cast<size_t>(index)], own->slots()[to]);
        ++to;
      }
    }
    if (shared) {
      Release();
    } else {
      std::free(block_);
    }
    block_ = own;
  }
  return const_cast<Slot*>(Find(column.index()));
}

void Row::Remove(const ColumnSchema& column) {
  if (Find(column.index()) == nullptr) return;
  if (block_->count == 1) {
    Release();
    block_ = nullptr;
    return;
  }
  Slot* slot = Own(column);
  ReleaseSlot(column, *slot);
  const auto at = static_cast<size_t>(slot - block_->slots());
  std::memmove(slot, slot + 1, (block_->count - at - 1) * sizeof(Slot));
  --block_->count;
  block_->present()[column.index() / 64] &= ~(uint64_t{1} << (column.index() % 64));
}

void Row::Release() {
  if (block_ == nullptr || block_->references.fetch_sub(1, std::memory_order_acq_rel) > 1) return;
  size_t at = 0;
  ForEachSet([&](const ColumnSchema& column) { ReleaseSlot(column, block_->slots()[at++]); });
  std::free(block_);
}

void Row::Fill(const ColumnSchema& column, Datum value, Slot* slot) {
  const Slot old = *slot;
  switch (HoldsOf(column)) {
    case Holds::kNumber:
      slot->number = AtomBits::Retained(value.atom()).high;
      return;
    case Holds::kString:
      slot->number = AtomBits::Retained(value.atom()).high;
      break;
    case Holds::kUuid:
      slot->uuid = new UuidBlock{{1}, value.atom().uuid()};
      break;
    case Holds::kMembers:
      slot->members = value.mutable_members().Detach();
      break;
  }
  if (old.number != 0) ReleaseSlot(column, old);
}

namespace {

// Whether a row does not keep the value: what it has anyway.
bool IsNothing(const ColumnSchema& column, const Datum& value) {
  return value.empty() || (column.shape() == ColumnShape::kScalar && value.atom() == Atom::DefaultOf(column.key().type));
}

}  // namespace

void Row::Set(const ColumnSchema& column, Datum value) {
  if (IsNothing(column, value)) return Remove(column);
  Fill(column, std::move(value), Own(column));
}

RowBuilder::RowBuilder(const TableSchema& table)
    : table_(table), present_((table.columns().size() + 63) / 64), slots_(table.columns().size()) {}

void RowBuilder::Set(const ColumnSchema& column, Datum value) {
  const auto at = static_cast<size_t>(column.index());
  if (!Has(column)) slots_[at].number = 0;
  if (IsNothing(column, value)) {
    if (Has(column)) Row::ReleaseSlot(column, slots_[at]);
    present_[at / 64] &= ~(uint64_t{1} << (at % 64));
    return;
  }
  present_[at / 64] |= uint64_t{1} << (at % 64);
  Row::Fill(column, std::move(value), &slots_[at]);
}

Row RowBuilder::Build() {
  Row row(table_);
  size_t count = 0;
  for (const uint64_t word : present_) count += static_cast<size_t>(std::popcount(word));
  if (count == 0) return row;
  row.block_ = Row::NewBlock(present_.size(), count);
  size_t to = 0;
  for (size_t w = 0; w < present_.size(); ++w) {
    row.block_->present()[w] = present_[w];
    for (uint64_t left = present_[w]; left != 0; left &= left - 1) {
      row.block_->slots()[to++] = slots_[w * 64 + static_cast<size_t>(std::countr_zero(left))];
    }
    present_[w] = 0;
  }
  return row;
}

namespace {

// Changes a set or map in place.
template <typename Slot, typename Change>
bool ChangeMembers(Slot* slot, Change change) {
  Members members = Members::Attach(std::exchange(slot->members, nullptr));
  const bool changed = change(members);
  slot->members = members.Detach();
  return changed;
}

}  // namespace

bool Row::Insert(const ColumnSchema& column, const AtomRef& member) {
  return ChangeMembers(Own(column), [&](Members& members) { return members.Insert(member); });
}

bool Row::Insert(const ColumnSchema& column, const AtomRef& key, const AtomRef& value) {
  return ChangeMembers(Own(column), [&](Members& members) { return members.Set(key, value); });
}

bool Row::Erase(const ColumnSchema& column, const AtomRef& member) {
  if (Find(column.index()) == nullptr) return false;
  Slot* slot = Own(column);
  const bool changed = ChangeMembers(slot, [&](Members& members) { return members.Erase(member); });
  if (slot->members == nullptr) {
    // The slot holds nothing that could be released: an empty set.
    Remove(column);
  }
  return changed;
}

}  // namespace ovnlite
