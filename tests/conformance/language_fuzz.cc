// Any line of actions or match, and grown ones (inputs that begin with 'g'), all the way to OpenFlow text.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "lib/logical/language_gen_testutil.h"
#include "tools/language/language.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ovnlite;
  if (size > 4096) return 0;
  const std::unique_ptr<tools::Language> language = tools::Language::OfOvnTests();
  std::string line(reinterpret_cast<const char*>(data), size);
  if (size > 0 && data[0] == 'g') {
    LanguageGrower grower(data + 1, size - 1);
    line = grower.Actions();
    language->Expression(ExprStep::kSimplify, grower.Match(2));
  }
  const std::string actions = language->Actions(line);
  if (actions.substr(0, line.size() + 1) != line + "\n" || actions.back() != '\n') std::abort();
  // The same again: numbers of groups and meters stay.
  if (language->Actions(line) != actions) std::abort();
  return 0;
}
