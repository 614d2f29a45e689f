// File: expr.h
// Expressions: what a logical flow's match means, as a tree.
//
// Nodes are immutable and hash-consed: an ExprPool makes each distinct node once, so that equal expressions are the same
// pointer, and a subtree shared by a thousand flows exists once. The pool owns its nodes and frees them all together.
//
// The way of a match, each step a pure function from tree to tree:
//
//   text --ParseExpr--> what was written           inport == @pg && tcp.dst < 1024
//        --Annotate-->  with prerequisites         … && ip.proto == 6 && (eth.type == 0x800 || eth.type == 0x86dd)
//        --ToClauses--> for the engine             clauses.h
//        or, step by step as ovn-controller does:
//        --Simplify-->  only == is left            tcp.dst[10..15] == 0
//        --EvaluateConditions--> without is_chassis_resident
//        --Normalize--> an OR of ANDs of fields    --ToFlows--> OpenFlow matches (expr_flows.h)
//
// A set stays a set: `ip4.src == $as` is one node, not thousands. Where OVN would write out `x == 1 || x == 2`, a kSet node
// with == stands for that OR, and one with != for the AND of the !=; printing writes them out as OVN does.

#ifndef OVNLITE_LOGICAL_EXPR_H_
#define OVNLITE_LOGICAL_EXPR_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "ovnlite/base/bytes.h"
#include "ovnlite/logical/constant_set.h"
#include "ovnlite/logical/symbol.h"

namespace ovnlite {

enum class RelOp : uint8_t { kEq, kNe, kLt, kLe, kGt, kGe };
// "==", "!=", …
absl::string_view RelOpName(RelOp op);
// What x op y is called with the sides exchanged (y < x is x > y), and what its negation is.
RelOp Turned(RelOp op);
RelOp Inverted(RelOp op);

// The bits of a field that are set in `mask` are as in `value`.
struct MaskedValue {
  u128 value = 0;
  u128 mask = 0;
  friend constexpr bool operator==(const MaskedValue&, const MaskedValue&) = default;
};

class ExprPool;

class Expr {
 public:
  // The same as ParseExpr() of expr_parse.h, which says what errors there are.
  static absl::StatusOr<const Expr*> Parse(ExprPool& pool, absl::string_view text, const ConstantSets* sets = nullptr);

  enum class Kind : uint8_t {
    kBoolean,
    kCompare,    // symbol op constant
    kSet,        // symbol == {…} or symbol != {…}, with at least two constants
    kAnd,        // of at least two
    kOr,         // of at least two
    kCondition,  // is_chassis_resident("port")
  };

  Kind kind() const { return kind_; }
  // kBoolean.
  bool value() const { return flag_; }
  // kCondition.
  bool negated() const { return flag_; }
  absl::string_view port() const { return {text_, size_}; }
  // kCompare, kSet. Strings are only compared for == and, inside negated predicates, !=.
  const Symbol* symbol() const { return symbol_; }
  RelOp op() const { return op_; }
  // kCompare of an integer: value and mask in the symbol's own bits.
  MaskedValue masked() const { return {number_.value, number_.mask}; }
  // kCompare of a string.
  absl::string_view string() const { return {text_, size_}; }
  // kSet.
  const ConstantSet& set() const { return *set_; }
  // The symbol's bits that a kSet compares: `set_bits` of them from `set_offset` on. The constants' low bits count.
  int set_offset() const { return offset_; }
  int set_bits() const { return bits_; }
  // One constant of a kSet of integers, moved to where the symbol has these bits.
  MaskedValue masked(size_t i) const {
    const Constant& c = set_->integers()[i];
    return {(c.value & LowMask(bits_)) << offset_, (c.mask & LowMask(bits_)) << offset_};
  }
  absl::string_view string(size_t i) const {
    const std::string& s = set_->strings()[i];
    return {s.data(), s.size()};
  }
  // kAnd, kOr.
  absl::Span<const Expr* const> children() const { return {children_, size_}; }

  // Whether this is, in OVN's eyes, a conjunction or a disjunction.
  bool IsAnd() const { return kind_ == Kind::kAnd || (kind_ == Kind::kSet && op_ == RelOp::kNe); }
  bool IsOr() const { return kind_ == Kind::kOr || (kind_ == Kind::kSet && op_ == RelOp::kEq); }
  bool IsTrue() const { return kind_ == Kind::kBoolean && flag_; }
  bool IsFalse() const { return kind_ == Kind::kBoolean && !flag_; }

  uint64_t hash() const { return hash_; }

 private:
  friend class ExprPool;
  struct Number {
    u128 value, mask;
  };

  Kind kind_ = Kind::kBoolean;
  RelOp op_ = RelOp::kEq;
  bool flag_ = false;
  uint8_t offset_ = 0;
  uint8_t bits_ = 0;
  uint32_t size_ = 0;
  uint64_t hash_ = 0;
  const Symbol* symbol_ = nullptr;
  union {
    const char* text_ = nullptr;
    const Expr* const* children_;
    const ConstantSet* set_;
    Number number_;
  };
};

// Makes and keeps expressions over one symbol table. Memory grows with the number of distinct nodes until Clear(). Not for
// use from several threads at once.
class ExprPool {
 public:
  explicit ExprPool(const SymbolTable& symbols = OvnSymbols());
  ~ExprPool();
  ExprPool(const ExprPool&) = delete;
  ExprPool& operator=(const ExprPool&) = delete;

  const SymbolTable& symbols() const { return symbols_; }

  const Expr* Boolean(bool value) const { return value ? true_ : false_; }
  // `masked` in the symbol's own bits; bits of the value outside the mask are dropped.
  const Expr* Compare(const Symbol* symbol, RelOp op, MaskedValue masked);
  const Expr* Compare(const Symbol* symbol, RelOp op, absl::string_view string);
  // `bits` == set or `bits` != set. No constants: false or true; a single one: a comparison.
  const Expr* Set(SymbolBits bits, RelOp op, const std::shared_ptr<const ConstantSet>& set);
  // The same for values that already stand where the symbol has them.
  const Expr* Set(const Symbol* symbol, RelOp op, absl::Span<const MaskedValue> values);
  const Expr* Set(const Symbol* symbol, RelOp op, absl::Span<const absl::string_view> strings);
  // A kSet node's constants compared with other bits: what a subfield's comparison is in terms of its parent.
  const Expr* MoveSet(const Expr* set, const SymbolBits& bits);
  // The comparison with one constant of a kSet.
  const Expr* Element(const Expr* set, size_t i);
  const Expr* Condition(absl::string_view port, bool negated);
  // Of no children: true (AND) or false (OR); of one: that one. Children of the same kind are merged into the new node;
  // nothing else is simplified.
  const Expr* And(absl::Span<const Expr* const> children) { return AndOr(Expr::Kind::kAnd, children); }
  const Expr* Or(absl::Span<const Expr* const> children) { return AndOr(Expr::Kind::kOr, children); }
  const Expr* And(const Expr* a, const Expr* b);
  const Expr* Or(const Expr* a, const Expr* b);
  // The negation, pushed down to the comparisons.
  const Expr* Not(const Expr* e);

  // Distinct nodes, and the bytes they take (without the constants of sets that others own too).
  size_t nodes() const { return nodes_; }
  size_t bytes() const { return bytes_; }
  // Forgets all nodes: every pointer given out becomes invalid.
  void Clear();

 private:
  friend class Annotator;
  struct Expansion {  // What Annotate() has worked out about a symbol; nullptr: not yet.
    const Expr* prerequisites = nullptr;
    const Expr* predicate = nullptr;
    const Expr* negated_predicate = nullptr;
  };

  const Expr* AndOr(Expr::Kind kind, absl::Span<const Expr* const> children);
  const Expr* SetLike(const Expr* set, const SymbolBits& bits, RelOp op);
  const Expr* Find(const Expr& node) const;
  const Expr* Add(Expr node);
  void* Allocate(size_t bytes);
  void Grow();

  const SymbolTable& symbols_;
  const Expr* true_ = nullptr;
  const Expr* false_ = nullptr;
  std::vector<const Expr*> table_;  // Open addressing; a power of two of slots.
  size_t nodes_ = 0;
  size_t bytes_ = 0;
  std::vector<std::unique_ptr<char[]>> chunks_;  // Nodes are carved off the last one, from `free_` on.
  std::vector<std::unique_ptr<char[]>> large_;   // What would not fit a chunk well.
  char* free_ = nullptr;
  size_t left_ = 0;
  std::vector<std::shared_ptr<const ConstantSet>> sets_;  // Those that nodes refer to.
  std::vector<Expansion> expansions_;                     // By Symbol::index.
};

// OVN's text of an expression. Parsing it again gives an expression of the same meaning.
std::string ToString(const Expr* e);
// The symbol of a comparison, or of an AND or OR all of whose comparisons are of that one symbol; otherwise nullptr.
const Symbol* UniqueSymbol(const Expr* e);

}  // namespace ovnlite

#endif  // OVNLITE_LOGICAL_EXPR_H_
