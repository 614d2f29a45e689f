#include "absl/strings/str_cat.h"
#include "ovnlite/logical/expr.h"

namespace ovnlite {
namespace {

// The run of ones that `mask` consists of, if it does.
struct Run {
  int offset = 0;
  int bits = 0;
};
Run RunOf(u128 mask) {
  if (mask == 0) return {};
  const int offset = Low64(mask) != 0 ? std::countr_zero(Low64(mask)) : 64 + std::countr_zero(High64(mask));
  const u128 low = mask >> offset;
  if ((low & (low + 1)) != 0) return {};
  return {offset, BitWidth(low)};
}

class Printer {
 public:
  explicit Printer(std::string& out) : out_(out) {}

  void Print(const Expr* e) {
    switch (e->kind()) {
      case Expr::Kind::kBoolean:
        out_ += e->value() ? '1' : '0';
        break;
      case Expr::Kind::kCondition:
        absl::StrAppend(&out_, e->negated() ? "!" : "", "is_chassis_resident(");
        AppendQuoted(out_, e->port());
        out_ += ')';
        break;
      case Expr::Kind::kCompare:
        if (e->symbol()->is_string()) {
          String(*e, e->string());
        } else {
          Integer(*e, e->masked());
        }
        break;
      case Expr::Kind::kSet:
        Set(*e);
        break;
      case Expr::Kind::kAnd:
      case Expr::Kind::kOr:
        Children(*e);
        break;
    }
  }

 private:
  void String(const Expr& e, absl::string_view string) {
    absl::StrAppend(&out_, e.symbol()->name, " ", RelOpName(e.op()), " ");
    AppendQuoted(out_, string);
  }

  void Integer(const Expr& e, MaskedValue masked) {
    const Symbol& symbol = *e.symbol();
    const Run run = RunOf(masked.mask);
    if (run.bits == 1 && (e.op() == RelOp::kEq || e.op() == RelOp::kNe)) {
      const bool positive = (masked.value != 0) == (e.op() == RelOp::kEq);
      absl::StrAppend(&out_, positive ? "" : "!", symbol.name);
      if (symbol.width > 1) absl::StrAppend(&out_, "[", run.offset, "]");
      return;
    }
    absl::StrAppend(&out_, symbol.name);
    if (run.bits == 1 && symbol.width > 1) {
      absl::StrAppend(&out_, "[", run.offset, "]");
    } else if (run.bits > 1 && run.bits < symbol.width) {
      absl::StrAppend(&out_, "[", run.offset, "..", run.offset + run.bits - 1, "]");
    }
    absl::StrAppend(&out_, " ", RelOpName(e.op()), " ");
    if (run.bits > 0) return AppendHex(out_, masked.value >> run.offset);
    AppendHex(out_, masked.value);
    out_ += '/';
    AppendHex(out_, masked.mask);
  }

  void Set(const Expr& e) {
    for (size_t i = 0; i < e.set().size(); ++i) {
      if (i > 0) Operator(e.IsAnd());
      if (e.symbol()->is_string()) {
        String(e, e.string(i));
      } else {
        Integer(e, e.masked(i));
      }
    }
  }

  void Children(const Expr& e) {
    bool first = true;
    for (const Expr* child : e.children()) {
      if (!first) Operator(e.IsAnd());
      first = false;
      // A set on its own side of the parentheses is written out among the others.
      const bool parentheses = e.IsAnd() ? child->IsOr() : child->IsAnd();
      if (parentheses) out_ += '(';
      Print(child);
      if (parentheses) out_ += ')';
    }
  }

  void Operator(bool is_and) { out_ += is_and ? " && " : " || "; }

  std::string& out_;
};

}  // namespace

std::string ToString(const Expr* e) {
  std::string out;
  Printer(out).Print(e);
  return out;
}

}  // namespace ovnlite
