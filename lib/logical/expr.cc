#include "ovnlite/logical/expr.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <new>

#include "absl/container/inlined_vector.h"
#include "ovnlite/base/hash.h"

namespace ovnlite {
namespace {

constexpr size_t kFirstSlots = 64;
constexpr size_t kChunk = 16 << 10;

uint64_t HashOfSet(const SymbolBits& bits, RelOp op, const ConstantSet& set) {
  const uint64_t words[] = {set.hash(), static_cast<uint64_t>(bits.offset) << 8 | static_cast<uint64_t>(bits.width),
                            static_cast<uint64_t>(bits.symbol->index) << 8 | static_cast<uint64_t>(op)};
  return HashWords(words, std::size(words));
}

}  // namespace

absl::string_view RelOpName(RelOp op) {
  constexpr absl::string_view kNames[] = {"==", "!=", "<", "<=", ">", ">="};
  return kNames[static_cast<int>(op)];
}

RelOp Turned(RelOp op) {
  constexpr RelOp kTurned[] = {RelOp::kEq, RelOp::kNe, RelOp::kGt, RelOp::kGe, RelOp::kLt, RelOp::kLe};
  return kTurned[static_cast<int>(op)];
}

RelOp Inverted(RelOp op) {
  constexpr RelOp kInverted[] = {RelOp::kNe, RelOp::kEq, RelOp::kGe, RelOp::kGt, RelOp::kLe, RelOp::kLt};
  return kInverted[static_cast<int>(op)];
}

ExprPool::ExprPool(const SymbolTable& symbols) : symbols_(symbols) { Clear(); }
ExprPool::~ExprPool() = default;

void ExprPool::Clear() {
  table_.assign(kFirstSlots, nullptr);
  nodes_ = 0;
  bytes_ = 0;
  large_.clear();
  chunks_.resize(std::min<size_t>(chunks_.size(), 1));
  free_ = chunks_.empty() ? nullptr : chunks_[0].get();
  left_ = chunks_.empty() ? 0 : kChunk;
  sets_.clear();
  expansions_.clear();
  Expr node;
  false_ = Add(node);
  node.flag_ = true;
  node.hash_ = 1;
  true_ = Add(node);
}

void* ExprPool::Allocate(size_t bytes) {
  static_assert(alignof(Expr) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__);
  bytes = (bytes + alignof(Expr) - 1) / alignof(Expr) * alignof(Expr);
  bytes_ += bytes;
  if (bytes > kChunk / 4) return large_.emplace_back(std::make_unique_for_overwrite<char[]>(bytes)).get();
  if (bytes > left_) {
    chunks_.push_back(std::make_unique_for_overwrite<char[]>(kChunk));
    free_ = chunks_.back().get();
    left_ = kChunk;
  }
  void* p = free_;
  free_ += bytes;
  left_ -= bytes;
  return p;
}

void ExprPool::Grow() {
  std::vector<const Expr*> old(table_.size() * 2, nullptr);
  old.swap(table_);
  for (const Expr* e : old) {
    if (e == nullptr) continue;
    size_t i = e->hash_ & (table_.size() - 1);
    while (table_[i] != nullptr) i = (i + 1) & (table_.size() - 1);
    table_[i] = e;
  }
}

const Expr* ExprPool::Find(const Expr& node) const {
  for (size_t i = node.hash_ & (table_.size() - 1); table_[i] != nullptr; i = (i + 1) & (table_.size() - 1)) {
    const Expr& e = *table_[i];
    if (e.hash_ != node.hash_ || e.kind_ != node.kind_ || e.op_ != node.op_ || e.flag_ != node.flag_ ||
        e.symbol_ != node.symbol_ || e.size_ != node.size_ || e.offset_ != node.offset_ || e.bits_ != node.bits_) {
      continue;
    }
    switch (e.kind_) {
      case Expr::Kind::kBoolean:
        return &e;
      case Expr::Kind::kCompare:
        if (e.symbol_->is_string() ? e.string() == node.string() : e.masked() == node.masked()) return &e;
        break;
      case Expr::Kind::kCondition:
        if (e.port() == node.port()) return &e;
        break;
      case Expr::Kind::kSet:
        if (e.set_->SameAs(*node.set_)) return &e;
        break;
      case Expr::Kind::kAnd:
      case Expr::Kind::kOr:
        if (e.children() == node.children()) return &e;
        break;
    }
  }
  return nullptr;
}

// `node` points to its text or children wherever they are; they are copied.
const Expr* ExprPool::Add(Expr node) {
  if (++nodes_ * 2 > table_.size()) Grow();
  if (node.kind_ == Expr::Kind::kAnd || node.kind_ == Expr::Kind::kOr) {
    const Expr** children = static_cast<const Expr**>(Allocate(node.size_ * sizeof(const Expr*)));
    std::copy_n(node.children_, node.size_, children);
    node.children_ = children;
  } else if (node.kind_ == Expr::Kind::kCondition ||
             (node.kind_ == Expr::Kind::kCompare && node.symbol_->is_string())) {
    char* text = static_cast<char*>(Allocate(node.size_));
    if (node.size_ > 0) std::memcpy(text, node.text_, node.size_);
    node.text_ = text;
  }
  const Expr* e = new (Allocate(sizeof(Expr))) Expr(node);
  size_t i = e->hash_ & (table_.size() - 1);
  while (table_[i] != nullptr) i = (i + 1) & (table_.size() - 1);
  table_[i] = e;
  return e;
}

const Expr* ExprPool::Compare(const Symbol* symbol, RelOp op, MaskedValue masked) {
  Expr node;
  node.kind_ = Expr::Kind::kCompare;
  node.op_ = op;
  node.symbol_ = symbol;
  node.number_ = {masked.value & masked.mask, masked.mask};
  const uint64_t words[] = {High64(node.number_.value), Low64(node.number_.value), High64(masked.mask),
                            Low64(masked.mask)};
  node.hash_ =
      HashWords(words, std::size(words), static_cast<uint64_t>(symbol->index) << 8 | static_cast<uint64_t>(op));
  if (const Expr* e = Find(node)) return e;
  return Add(node);
}

const Expr* ExprPool::Compare(const Symbol* symbol, RelOp op, absl::string_view string) {
  Expr node;
  node.kind_ = Expr::Kind::kCompare;
  node.op_ = op;
  node.symbol_ = symbol;
  node.text_ = string.data();
  node.size_ = static_cast<uint32_t>(string.size());
  node.hash_ = HashBytes(string, static_cast<uint64_t>(symbol->index) << 8 | static_cast<uint64_t>(op));
  if (const Expr* e = Find(node)) return e;
  return Add(node);
}

const Expr* ExprPool::Condition(absl::string_view port, bool negated) {
  Expr node;
  node.kind_ = Expr::Kind::kCondition;
  node.flag_ = negated;
  node.text_ = port.data();
  node.size_ = static_cast<uint32_t>(port.size());
  node.hash_ = HashBytes(port, negated ? 2 : 3);
  if (const Expr* e = Find(node)) return e;
  return Add(node);
}

const Expr* ExprPool::Set(SymbolBits bits, RelOp op, const std::shared_ptr<const ConstantSet>& set) {
  if (set->size() == 0) return Boolean(op == RelOp::kNe);
  if (set->size() == 1) {
    if (set->is_string()) return Compare(bits.symbol, op, set->strings()[0]);
    const Constant& c = set->integers()[0];
    const u128 ones = LowMask(bits.width);
    return Compare(bits.symbol, op, MaskedValue{(c.value & ones) << bits.offset, (c.mask & ones) << bits.offset});
  }
  Expr node;
  node.kind_ = Expr::Kind::kSet;
  node.op_ = op;
  node.symbol_ = bits.symbol;
  node.offset_ = static_cast<uint8_t>(bits.offset);
  node.bits_ = static_cast<uint8_t>(bits.width);
  node.size_ = static_cast<uint32_t>(set->size());
  node.set_ = set.get();
  node.hash_ = HashOfSet(bits, op, *set);
  if (const Expr* e = Find(node)) return e;
  sets_.push_back(set);
  return Add(node);
}

const Expr* ExprPool::Set(const Symbol* symbol, RelOp op, absl::Span<const MaskedValue> values) {
  if (values.size() == 1) return Compare(symbol, op, values[0]);
  const u128 ones = LowMask(symbol->width);
  std::vector<Constant> constants;
  constants.reserve(values.size());
  for (const MaskedValue& v : values) {
    Constant c;
    c.value = v.value & v.mask;
    c.masked = v.mask != ones;
    c.mask = c.masked ? v.mask : ~u128{0};
    constants.push_back(c);
  }
  return Set({symbol, 0, symbol->width}, op, std::make_shared<const ConstantSet>(std::move(constants)));
}

const Expr* ExprPool::Set(const Symbol* symbol, RelOp op, absl::Span<const absl::string_view> strings) {
  if (strings.size() == 1) return Compare(symbol, op, strings[0]);
  std::vector<std::string> copies(strings.begin(), strings.end());
  return Set({symbol, 0, 0}, op, std::make_shared<const ConstantSet>(std::move(copies)));
}

// The constants of `set`, which the pool keeps already, in another comparison.
const Expr* ExprPool::SetLike(const Expr* set, const SymbolBits& bits, RelOp op) {
  Expr node = *set;
  node.op_ = op;
  node.symbol_ = bits.symbol;
  node.offset_ = static_cast<uint8_t>(bits.offset);
  node.bits_ = static_cast<uint8_t>(bits.width);
  node.hash_ = HashOfSet(bits, op, set->set());
  if (const Expr* e = Find(node)) return e;
  return Add(node);
}

const Expr* ExprPool::MoveSet(const Expr* set, const SymbolBits& bits) { return SetLike(set, bits, set->op()); }

const Expr* ExprPool::Element(const Expr* set, size_t i) {
  if (set->symbol()->is_string()) return Compare(set->symbol(), set->op(), set->string(i));
  return Compare(set->symbol(), set->op(), set->masked(i));
}

const Expr* ExprPool::AndOr(Expr::Kind kind, absl::Span<const Expr* const> children) {
  if (children.empty()) return Boolean(kind == Expr::Kind::kAnd);
  if (children.size() == 1) return children[0];
  Expr node;
  node.kind_ = kind;
  bool flat = true;
  for (const Expr* e : children) flat = flat && e->kind_ != kind;
  absl::InlinedVector<const Expr*, 16> merged;
  if (!flat) {
    for (const Expr* e : children) {
      if (e->kind_ == kind) {
        merged.insert(merged.end(), e->children().begin(), e->children().end());
      } else {
        merged.push_back(e);
      }
    }
    children = merged;
  }
  node.children_ = children.data();
  node.size_ = static_cast<uint32_t>(children.size());
  node.hash_ = static_cast<uint64_t>(kind);
  for (const Expr* e : children) node.hash_ = HashMix(node.hash_, e->hash_);
  if (const Expr* e = Find(node)) return e;
  return Add(node);
}

const Expr* ExprPool::And(const Expr* a, const Expr* b) {
  const Expr* const both[] = {a, b};
  return And(both);
}

const Expr* ExprPool::Or(const Expr* a, const Expr* b) {
  const Expr* const both[] = {a, b};
  return Or(both);
}

const Expr* ExprPool::Not(const Expr* e) {
  switch (e->kind()) {
    case Expr::Kind::kBoolean:
      return Boolean(!e->value());
    case Expr::Kind::kCondition:
      return Condition(e->port(), !e->negated());
    case Expr::Kind::kCompare:
      if (e->symbol()->is_string()) return Compare(e->symbol(), Inverted(e->op()), e->string());
      return Compare(e->symbol(), Inverted(e->op()), e->masked());
    case Expr::Kind::kSet:
      return SetLike(e, {e->symbol(), e->set_offset(), e->set_bits()}, Inverted(e->op()));
    case Expr::Kind::kAnd:
    case Expr::Kind::kOr:
      break;
  }
  absl::InlinedVector<const Expr*, 16> negated;
  for (const Expr* child : e->children()) negated.push_back(Not(child));
  return AndOr(e->kind() == Expr::Kind::kAnd ? Expr::Kind::kOr : Expr::Kind::kAnd, negated);
}

const Symbol* UniqueSymbol(const Expr* e) {
  switch (e->kind()) {
    case Expr::Kind::kCompare:
    case Expr::Kind::kSet:
      return e->symbol();
    case Expr::Kind::kBoolean:
    case Expr::Kind::kCondition:
      return nullptr;
    case Expr::Kind::kAnd:
    case Expr::Kind::kOr:
      break;
  }
  const Symbol* unique = nullptr;
  for (const Expr* child : e->children()) {
    const Symbol* symbol = UniqueSymbol(child);
    if (symbol == nullptr || (unique != nullptr && symbol != unique)) return nullptr;
    unique = symbol;
  }
  return unique;
}

}  // namespace ovnlite
