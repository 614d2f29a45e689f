#include "tools/arguments.h"

#include "absl/strings/match.h"

namespace ovnlite::tools {
namespace {

CLI::App* FindSubcommand(const std::vector<CLI::App*>& subcommands, const std::string& word) {
  for (CLI::App* subcommand : subcommands) {
    if (subcommand->get_name() == word) return subcommand;
  }
  return nullptr;
}

bool TakesValue(const CLI::Option* option) { return option != nullptr && option->get_items_expected_max() > 0; }

}  // namespace

std::vector<std::string> ReadArguments(const std::vector<CLI::App*>& subcommands, int argc, const char* const* argv) {
  std::vector<std::string> words;
  const CLI::App* subcommand = nullptr;
  bool is_value = false, options = true;  // What the word is; whether there may be options still.
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const bool is_option = options && !is_value && absl::StartsWith(word, "--");
    is_value = false;
    if (!is_option || word == "--") {
      options = options && word != "--";
      if (subcommand == nullptr) subcommand = FindSubcommand(subcommands, word);
      words.push_back(word);
      continue;
    }
    const size_t equals = word.find('=');
    const std::string name = word.substr(0, equals);
    const CLI::Option* const option = subcommand == nullptr ? nullptr : subcommand->get_option_no_throw(name);
    is_value = TakesValue(option) && equals == std::string::npos;
    if (option == nullptr || equals == std::string::npos || equals + 1 < word.size()) {
      words.push_back(word);
    } else if (TakesValue(option)) {
      words.push_back(name);
      words.emplace_back();
    } else {
      throw CLI::ArgumentMismatch(name + " takes no value");
    }
  }
  return words;
}

void RefuseEmptyValues(CLI::App& subcommand, const CLI::Option* may_be_empty) {
  for (CLI::Option* option : subcommand.get_options()) {
    if (!TakesValue(option) || option->get_positional() || option == may_be_empty) continue;
    option->check([](const std::string& value) { return std::string(value.empty() ? "the value is empty" : ""); });
  }
  for (CLI::App* group : subcommand.get_subcommands([](CLI::App* app) { return app->get_name().empty(); })) {
    RefuseEmptyValues(*group, may_be_empty);
  }
}

}  // namespace ovnlite::tools
