#include "tests/oracle/seeds.h"

#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"

namespace ovnlite {

Seeds SeedsToTry(Seeds usual) {
  const char* const wanted = std::getenv("OVNLITE_SEEDS");
  if (wanted == nullptr) return usual;
  const std::vector<std::string> bounds = absl::StrSplit(wanted, '-');
  Seeds seeds{};
  if (bounds.size() != 2 || !absl::SimpleAtoi(bounds[0], &seeds.from) || !absl::SimpleAtoi(bounds[1], &seeds.to)) {
    std::cerr << "OVNLITE_SEEDS is FROM-TO, as in 1-100, and not \"" << wanted << "\"\n";
    std::exit(1);
  }
  return seeds;
}

}  // namespace ovnlite
