#include "lib/trace/trace_testutil.h"

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "ovnlite/base/status.h"

namespace ovnlite {
namespace {

std::vector<std::string> ShellWords(absl::string_view line) {
  std::vector<std::string> words;
  bool quoted = false, in_word = false;
  for (char c : line) {
    if (c == '\'') {
      quoted = !quoted;
      if (!in_word) words.push_back("");
      in_word = true;
    } else if (c == ' ' && !quoted) {
      in_word = false;
    } else {
      if (!in_word) words.push_back("");
      in_word = true;
      words.back() += c;
    }
  }
  return words;
}

}  // namespace

absl::StatusOr<TraceArguments> ParseTraceArguments(absl::string_view line) {
  TraceArguments arguments;
  arguments.line = std::string(line);
  std::vector<std::string> plain;
  for (const std::string& word : ShellWords(line)) {
    absl::string_view value = word;
    if (absl::ConsumePrefix(&value, "--ct=")) {
      OVNLITE_ASSIGN_OR_RETURN(const uint16_t state, ParseCtStateFlags(value));
      arguments.options.ct_states.push_back(state);
    } else if (absl::ConsumePrefix(&value, "--lb-dst=")) {
      const std::pair<absl::string_view, absl::string_view> parts = absl::StrSplit(value, absl::MaxSplits(':', 1));
      OVNLITE_ASSIGN_OR_RETURN(arguments.options.lb_destination, IpAddress::Parse(parts.first));
      uint32_t port = 0;
      if (!parts.second.empty() && !absl::SimpleAtoi(parts.second, &port)) return absl::InvalidArgumentError(word);
      arguments.options.lb_port = static_cast<uint16_t>(port);
    } else if (absl::ConsumePrefix(&value, "--select-id=")) {
      uint32_t id = 0;
      if (!absl::SimpleAtoi(value, &id)) return absl::InvalidArgumentError(word);
      arguments.options.select_id = static_cast<uint16_t>(id);
    } else if (word == "--no-friendly-names") {
      arguments.options.friendly_names = false;
    } else if (absl::StartsWith(word, "--")) {
      return absl::InvalidArgumentError(word);
    } else {
      plain.push_back(word);
    }
  }
  if (plain.empty() || plain.size() > 2) return absl::InvalidArgumentError(line);
  arguments.microflow = plain.back();
  if (plain.size() == 2) arguments.datapath = plain[0];
  return arguments;
}

std::vector<std::string> TraceLines(absl::string_view list) {
  std::vector<std::string> lines;
  for (absl::string_view line : absl::StrSplit(list, '\n')) {
    if (!line.empty() && line[0] != '#') lines.emplace_back(line);
  }
  return lines;
}

std::string TraceNumber(size_t number) { return absl::StrFormat("%02d", number); }

}  // namespace ovnlite
