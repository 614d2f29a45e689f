// Any text as a match, and matches grown from bytes (inputs that begin with 'g'): parsed, printed and parsed again they
// are the same; every form they are brought into means the same on packets near what they speak of; limits end in
// errors.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "lib/logical/language_gen_testutil.h"
#include "lib/logical/ovn_test_world.h"
#include "ovnlite/base/hash.h"
#include "ovnlite/base/random.h"
#include "ovnlite/logical/clauses.h"
#include "ovnlite/logical/evaluate.h"
#include "ovnlite/logical/expr_compare.h"
#include "ovnlite/logical/expr_flows.h"
#include "ovnlite/logical/expr_parse.h"

namespace {

using namespace ovnlite;

void Expect(bool holds) {
  if (!holds) std::abort();
}

bool Excused(const absl::Status& status) {
  return status.ok() || status.code() == absl::StatusCode::kResourceExhausted;
}

bool MatchesAny(const std::vector<Clause>& clauses, const FlowKey& key) {
  for (const Clause& c : clauses) {
    if (c.Matches(key)) return true;
  }
  return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size > 4096) return 0;  // Larger ones are slow, not different.
  static const OvnTestWorld& world = *new OvnTestWorld;
  const bool grown = size > 0 && data[0] == 'g';
  const std::string text =
      grown ? LanguageGrower(data + 1, size - 1).Match() : std::string(reinterpret_cast<const char*>(data), size);
  ExprPool pool(OvnTestSymbols());
  const absl::StatusOr<const Expr*> parsed = ParseExpr(pool, text, &world);
  if (!parsed.ok()) {
    Expect(parsed.status().code() == absl::StatusCode::kInvalidArgument && !parsed.status().message().empty());
    Expect(!ExplainError(parsed.status(), text).empty());
    return 0;
  }
  const std::string printed = ToString(*parsed);
  const absl::StatusOr<const Expr*> again = ParseExpr(pool, printed, &world);
  if (again.ok()) Expect(ToString(*again) == printed);

  const absl::StatusOr<const Expr*> ovn = Annotate(pool, *parsed);
  const absl::StatusOr<const Expr*> compact = Annotate(pool, *parsed, AnnotateForm::kCompact);
  Expect(ovn.ok() == compact.ok());
  if (!ovn.ok()) return 0;
  const NormalizeLimits limits = {.comparisons = 2000};
  const absl::StatusOr<const Expr*> simple = Simplify(pool, *ovn, limits);
  const absl::StatusOr<const Expr*> normal =
      simple.ok() ? Normalize(pool, EvaluateConditions(pool, *simple, world), limits) : simple;
  const absl::StatusOr<std::vector<Clause>> clauses = ToClauses(*compact, world, {.clauses = 500, .values = 20000});
  Expect(Excused(simple.status()) && Excused(normal.status()) && Excused(clauses.status()));
  Expect(Excused(ToFlows(pool, *ovn, world, limits).status()));

  Random random(HashBytes({text.data(), text.size()}));
  for (int i = 0; i < 20; ++i) {
    FlowKey key;
    if (clauses.ok() && !clauses->empty()) {
      const Clause& c = (*clauses)[random.Below(clauses->size())];
      for (const FieldTest& t : c.tests) key.SetMasked(t.field, t.value, t.mask);
      for (const FieldSet& s : c.sets) {
        const MaskedValue& v = (*s.values)[random.Below(s.values->size())];
        key.SetMasked(s.field, v.value, v.mask);
      }
    }
    for (uint64_t n = random.Below(4); n > 0; --n)
      key.words[random.Below(kKeyWords)] ^= uint64_t{1} << random.Below(64);
    const bool truth = Evaluate(*ovn, key, world);
    Expect(Evaluate(*compact, key, world) == truth);
    if (simple.ok()) Expect(Evaluate(*simple, key, world) == truth);
    if (normal.ok()) Expect(Evaluate(*normal, key, world) == truth);
    if (clauses.ok()) Expect(MatchesAny(*clauses, key) == truth);
  }
  const auto packet = FindPacket(*compact, world, {.clauses = {.clauses = 500, .values = 20000}, .steps = 5000});
  Expect(Excused(packet.status()));
  if (packet.ok() && packet->has_value()) Expect(Evaluate(*ovn, **packet, world));
  return 0;
}
