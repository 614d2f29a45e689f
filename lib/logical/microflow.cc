#include "ovnlite/logical/microflow.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "ovnlite/base/status.h"
#include "ovnlite/logical/expr_parse.h"

namespace ovnlite {
namespace {

// The ports of the caller; every port is resident.
class MicroflowResolver final : public ExprResolver {
 public:
  explicit MicroflowResolver(const ExprResolver& ports) : ports_(ports) {}
  bool FindPort(absl::string_view name, uint32_t* key) const override { return ports_.FindPort(name, key); }
  bool IsChassisResident(absl::string_view) const override { return true; }

 private:
  const ExprResolver& ports_;
};

// Whether `e` says what the bits are of the one field it is about.
bool IsEquality(const Expr* e) { return e->kind() == Expr::Kind::kCompare && e->op() == RelOp::kEq; }

bool IsConjunctionOfEqualities(const Expr* e) {
  if (e->kind() != Expr::Kind::kAnd) return IsEquality(e);
  for (const Expr* child : e->children()) {
    if (!IsEquality(child)) return false;
  }
  return true;
}

void Assign(const Expr* e, const ExprResolver& ports, FlowKey& key) {
  const FieldRef field = e->symbol()->field;
  if (field.width == 0) return;
  if (e->symbol()->is_string()) {
    uint32_t port = 0;
    if (ports.FindPort(e->string(), &port)) key.Set(field, port);
    return;
  }
  key.SetMasked(field, e->masked().value, e->masked().mask);
}

// Nothing when no comparison of inport with one name is found.
std::optional<std::string> FindInport(const Expr* e) {
  if (e->kind() == Expr::Kind::kCompare) {
    if (e->symbol()->name != "inport" || e->op() != RelOp::kEq) return std::nullopt;
    return std::string(e->string());
  }
  if (e->kind() != Expr::Kind::kAnd && e->kind() != Expr::Kind::kOr) return std::nullopt;
  for (const Expr* child : e->children()) {
    if (std::optional<std::string> found = FindInport(child); found.has_value()) return found;
  }
  return std::nullopt;
}

}  // namespace

absl::StatusOr<FlowKey> ParseMicroflow(absl::string_view text, const ExprResolver& ports, const ConstantSets* sets) {
  ExprPool pool;
  return ParseMicroflow(pool, text, ports, sets);
}

absl::StatusOr<FlowKey> ParseMicroflow(ExprPool& pool, absl::string_view text, const ExprResolver& ports,
                                       const ConstantSets* sets) {
  OVNLITE_ASSIGN_OR_RETURN(const Expr* written, ParseExpr(pool, text, sets));
  OVNLITE_ASSIGN_OR_RETURN(const Expr* annotated, Annotate(pool, written));
  OVNLITE_ASSIGN_OR_RETURN(const Expr* simple, Simplify(pool, annotated));
  OVNLITE_ASSIGN_OR_RETURN(const Expr* e, Normalize(pool, EvaluateConditions(pool, simple, MicroflowResolver(ports))));
  FlowKey key;
  if (e->kind() == Expr::Kind::kBoolean) {
    if (!e->value()) return absl::InvalidArgumentError("Constraints are contradictory.");
    return key;
  }
  if (!IsConjunctionOfEqualities(e)) {
    return absl::InvalidArgumentError(absl::StrCat("Constraints are ambiguous: ", ToString(annotated), "."));
  }
  if (e->kind() == Expr::Kind::kAnd) {
    for (const Expr* child : e->children()) Assign(child, ports, key);
  } else {
    Assign(e, ports, key);
  }
  // A later fragment is a fragment.
  if (key.Get64(field::kIpFrag) & kFragLater) key.SetMasked(field::kIpFrag, kFragAny, kFragAny);
  return key;
}

absl::StatusOr<std::string> MicroflowInport(absl::string_view text, const ConstantSets* sets) {
  ExprPool pool;
  OVNLITE_ASSIGN_OR_RETURN(const Expr* e, ParseExpr(pool, text, sets));
  if (std::optional<std::string> name = FindInport(e); name.has_value()) return *std::move(name);
  return absl::InvalidArgumentError("flow match expression does not match on inport");
}

}  // namespace ovnlite
