// File: language_options.h
// What `ovnlite lex`, `expr` and `actions` share: options that say which world the names in a line belong to, and
// reading standard input line by line.

#ifndef OVNLITE_TOOLS_LANGUAGE_OPTIONS_H_
#define OVNLITE_TOOLS_LANGUAGE_OPTIONS_H_

#include <functional>
#include <memory>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/status/statusor.h"
#include "tools/language/language.h"

namespace ovnlite::tools {

class LanguageFlags {
 public:
  void Declare(CLI::App* command);
  absl::StatusOr<std::unique_ptr<Language>> Make() const;

  std::string fixture, nb, sb;
  std::string pipeline = "ingress";
  LanguageOptions options;
};

// Writes `answer(line)` for every line of standard input to standard output, as soon as it has been read. An error when
// one cannot be read or the other not written.
absl::Status ForEachLine(const std::function<std::string(const std::string&)>& answer);

}  // namespace ovnlite::tools

#endif  // OVNLITE_TOOLS_LANGUAGE_OPTIONS_H_
