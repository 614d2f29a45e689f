#include "tests/hypervisor/recording.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <regex>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "ovnlite/db/log_file.h"

namespace ovnlite {
namespace {

struct Step {
  std::string line;
  std::multiset<std::string> frames;
};

// Gratuitous ARP (both protocol addresses are the same) and router advertisements to all nodes.
bool IsAnnouncement(const std::string& frame) {
  if (frame.size() < 14) return false;
  const size_t l3 = frame.substr(12, 2) == std::string("\x81\x00", 2) ? 18 : 14;
  const std::string type = frame.substr(l3 - 2, 2);
  if (type == std::string("\x08\x06", 2))
    return frame.size() >= l3 + 28 && frame.substr(l3 + 14, 4) == frame.substr(l3 + 24, 4);
  constexpr char kIcmpv6 = 58;
  return type == "\x86\xdd" && frame[0] == 0x33 && frame.size() > l3 + 40 && frame[l3 + 6] == kIcmpv6 &&
         frame[l3 + 40] == static_cast<char>(134);
}

std::string WithoutFreeParts(absl::string_view port, std::string frame) {
  if (!absl::EndsWith(port, ".tunnel")) return frame;
  for (const auto& [begin, size] : {std::pair<size_t, size_t>{0, 12}, {18, 2}, {24, 2}, {34, 2}, {40, 2}}) {
    for (size_t i = begin; i < begin + size && i < frame.size(); ++i) frame[i] = 0;
  }
  return frame;
}

std::vector<Step> Parse(absl::string_view recording) {
  std::vector<Step> steps;
  for (const absl::string_view line : absl::StrSplit(recording, '\n', absl::SkipWhitespace())) {
    const std::vector<absl::string_view> words = absl::StrSplit(line, ' ', absl::SkipEmpty());
    if (line[0] != ' ') {
      steps.push_back({std::string(line), {}});
      continue;
    }
    if (steps.empty() || words.size() != 2) {
      ADD_FAILURE() << "not a line of a recording: " << line;
      continue;
    }
    const std::string frame = absl::HexStringToBytes(words[1]);
    if (IsAnnouncement(frame)) continue;
    steps.back().frames.insert(absl::StrCat(words[0], " ", absl::BytesToHexString(WithoutFreeParts(words[0], frame))));
  }
  return steps;
}

void Difference(const std::multiset<std::string>& a, const std::multiset<std::string>& b, absl::string_view sign,
                std::string* out) {
  std::vector<std::string> only;
  std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(only));
  constexpr size_t kEnough = 10;
  for (size_t i = 0; i < only.size() && i < kEnough; ++i) absl::StrAppend(out, sign, only[i], "\n");
  if (only.size() > kEnough) absl::StrAppend(out, sign, "and ", only.size() - kEnough, " more\n");
}

}  // namespace

std::unique_ptr<Database> LoadOrDie(const std::string& path) {
  absl::StatusOr<LoadedLog> log = LoadLog(path);
  if (!log.ok() || !log->error.ok()) {
    ADD_FAILURE() << path << ": " << (log.ok() ? log->error : log.status());
    std::abort();
  }
  return std::move(log->database);
}

std::string CompareRecordings(absl::string_view want_text, absl::string_view got_text) {
  const std::vector<Step> want = Parse(want_text), got = Parse(got_text);
  std::string out;
  if (want.size() != got.size()) absl::StrAppend(&out, want.size(), " steps recorded, ", got.size(), " played\n");
  for (size_t i = 0; i < std::min(want.size(), got.size()); ++i) {
    if (want[i].frames == got[i].frames) continue;
    absl::StrAppend(&out, "step ", i, ": ", want[i].line.substr(0, 100), "\n");
    Difference(want[i].frames, got[i].frames, "  missing ", &out);
    Difference(got[i].frames, want[i].frames, "  extra ", &out);
  }
  return out;
}

size_t CountSteps(absl::string_view recording) { return Parse(recording).size(); }
size_t CountFrames(absl::string_view recording) {
  size_t n = 0;
  for (const Step& step : Parse(recording)) n += step.frames.size();
  return n;
}

std::multiset<std::string> FlowSet(const std::vector<std::string>& lines) {
  // A meter within a message to the controller is an OpenFlow instruction of 8 bytes.
  static const std::regex kNumber("(group:|meter:|meter_id=)[0-9]+"),
      kInnerMeter("(\\.00\\.05\\.00\\.08)\\.00\\.00\\.00\\.[0-9a-f]{2}"), kConjId("conj_id=([0-9]+)"),
      kConjunction("conjunction\\(([0-9]+),([0-9]+/[0-9]+)\\)");
  std::multiset<std::string> flows;
  std::map<std::string, std::multiset<std::string>> conjunctions;  // By number: all that has to do with it.
  for (const std::string& line : lines) {
    std::string text(absl::StripAsciiWhitespace(line));
    text = std::regex_replace(std::regex_replace(text, kNumber, "$1N"), kInnerMeter, "$1.N");
    const size_t actions = text.find(" actions=");
    const std::string match = text.substr(0, actions);
    std::smatch found;
    if (std::regex_search(text, found, kConjId)) {
      conjunctions[found[1]].insert(std::regex_replace(text, kConjId, "conj_id=N"));
    } else if (absl::StrContains(text, "actions=conjunction(")) {
      for (std::sregex_iterator it(text.begin(), text.end(), kConjunction), end; it != end; ++it)
        conjunctions[(*it)[1]].insert(absl::StrCat(match, " is ", std::string((*it)[2])));
    } else if (!text.empty()) {
      flows.insert(text);
    }
  }
  for (const auto& [number, parts] : conjunctions) {
    std::string all;
    for (const std::string& part : parts) absl::StrAppend(&all, part, "; ");
    flows.insert(all);
  }
  return flows;
}

std::string CompareFlows(const std::multiset<std::string>& want, const std::multiset<std::string>& got) {
  std::string out;
  Difference(want, got, "missing ", &out);
  Difference(got, want, "extra ", &out);
  return out;
}

void UseNumbers(absl::string_view numbers, Controller& controller) {
  std::map<std::string, uint32_t> zones;
  for (const absl::string_view line : absl::StrSplit(numbers, '\n', absl::SkipEmpty())) {
    const std::vector<absl::string_view> words = absl::StrSplit(line, ' ');
    uint32_t number = 0;
    if (words.size() != 3 || !absl::SimpleAtoi(words[2], &number)) {
      ADD_FAILURE() << "not a number: " << line;
    } else if (words[0] == "port") {
      controller.Plug(words[1], number);
    } else if (words[0] == "tunnel") {
      controller.SetTunnel(words[1], number);
    } else {
      zones[std::string(words[1])] = number;
    }
  }
  controller.RestoreZones(zones);
}

}  // namespace ovnlite
