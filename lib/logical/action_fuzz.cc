// Any text as actions, and actions grown from bytes (inputs that begin with 'g'): what parses is printed, and parses
// again to the same actions.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "lib/logical/language_gen_testutil.h"
#include "lib/logical/ovn_test_world.h"
#include "ovnlite/logical/action_parse.h"
#include "ovnlite/logical/expr_transform.h"
#include "ovnlite/logical/lexer.h"

namespace {

void Expect(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ovnlite;
  if (size > 8192) return 0;
  const bool grown = size > 0 && data[0] == 'g';
  const std::string text =
      grown ? LanguageGrower(data + 1, size - 1).Actions() : std::string(reinterpret_cast<const char*>(data), size);
  ExprPool pool(OvnTestSymbols());
  const ActionContext context = {.table = 10};
  const absl::StatusOr<ParsedActions> parsed = ParseActions(pool, text, context);
  if (!parsed.ok()) {
    Expect(parsed.status().code() == absl::StatusCode::kInvalidArgument && !parsed.status().message().empty());
    Expect(!ExplainError(parsed.status(), text).empty());
    return 0;
  }
  if (parsed->prerequisites != nullptr) (void)Annotate(pool, parsed->prerequisites);
  Expect(CountActions(parsed->actions) >= static_cast<int>(parsed->actions.size()));
  const std::string printed = FormatActions(parsed->actions);
  const absl::StatusOr<ParsedActions> again = ParseActions(pool, printed, context);
  // OVN prints a few things that it does not read.
  if (!again.ok()) return 0;
  Expect(FormatActions(again->actions) == printed);
  return 0;
}
