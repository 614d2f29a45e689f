#include "ovnlite/logical/evaluate.h"

namespace ovnlite {
namespace {

// A field that is narrower in a FlowKey than OVN counts it has zeros above; one that no packet has is zero.
u128 FieldOf(const Symbol& symbol, const FlowKey& key) { return symbol.field.width == 0 ? 0 : key.Get(symbol.field); }

u128 ValueOf(const Symbol& symbol, const FlowKey& key) {
  const SymbolBits bits = ResolveParent({&symbol, 0, symbol.width});
  return FieldOf(*bits.symbol, key) >> bits.offset & LowMask(symbol.width);
}

// Orders are asked of one run of bits, which compare as numbers wherever they lie.
bool Holds(u128 v, RelOp op, MaskedValue m) {
  v &= m.mask;
  switch (op) {
    case RelOp::kEq:
      return v == m.value;
    case RelOp::kNe:
      return v != m.value;
    case RelOp::kLt:
      return v < m.value;
    case RelOp::kLe:
      return v <= m.value;
    case RelOp::kGt:
      return v > m.value;
    case RelOp::kGe:
      return v >= m.value;
  }
  return false;
}

bool PortIs(const Symbol& symbol, absl::string_view name, const FlowKey& key, const ExprResolver& resolver) {
  uint32_t port;
  return resolver.FindPort(name, &port) && key.Get(symbol.field) == port;
}

}  // namespace

bool Evaluate(const Expr* e, const FlowKey& key, const ExprResolver& resolver) {
  switch (e->kind()) {
    case Expr::Kind::kBoolean:
      return e->value();
    case Expr::Kind::kCondition:
      return resolver.IsChassisResident(e->port()) != e->negated();
    case Expr::Kind::kCompare: {
      const Symbol& symbol = *e->symbol();
      if (symbol.is_predicate()) return false;
      if (symbol.is_string()) return PortIs(symbol, e->string(), key, resolver) == (e->op() == RelOp::kEq);
      return Holds(ValueOf(symbol, key), e->op(), e->masked());
    }
    case Expr::Kind::kSet: {
      const Symbol& symbol = *e->symbol();
      if (symbol.is_predicate()) return false;
      bool found = false;
      for (size_t i = 0; i < e->set().size() && !found; ++i) {
        found = symbol.is_string() ? PortIs(symbol, e->string(i), key, resolver)
                                   : Holds(ValueOf(symbol, key), RelOp::kEq, e->masked(i));
      }
      return found == (e->op() == RelOp::kEq);
    }
    case Expr::Kind::kAnd:
      for (const Expr* child : e->children()) {
        if (!Evaluate(child, key, resolver)) return false;
      }
      return true;
    case Expr::Kind::kOr:
      for (const Expr* child : e->children()) {
        if (Evaluate(child, key, resolver)) return true;
      }
      return false;
  }
  return false;
}

}  // namespace ovnlite
