#include "ovnlite/lab/steps.h"

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "ovnlite/base/status.h"
#include "ovnlite/lab/fabric.h"

namespace ovnlite {
namespace {

// An hour is longer than anything that times out in OVN but FDB and MAC binding ageing.
constexpr double kLongestSleep = 1e6;

absl::StatusOr<std::string> ParseFrame(absl::string_view hex) {
  const bool good = hex.size() % 2 == 0 && !hex.empty() && hex.find_first_not_of("0123456789abcdefABCDEF") == hex.npos;
  if (!good) return absl::InvalidArgumentError("the frame is not an even number of hex digits");
  return absl::HexStringToBytes(hex);
}

std::string Where(const Sighting& s) {
  switch (s.outlet) {
    case Outlet::kPort:
      return s.name;
    case Outlet::kProvider:
      return absl::StrCat(s.chassis, ".ext");
    case Outlet::kTunnel:
      return absl::StrCat(s.chassis, ".tunnel");
  }
  return "";
}

class Player {
 public:
  explicit Player(Database& sb) : fabric_(sb, clock_) {
    fabric_.set_tap([this](const Sighting& s) {
      const absl::string_view bytes(reinterpret_cast<const char*>(s.frame.data()), s.frame.size());
      absl::StrAppend(&out_, "  ", Where(s), " ", absl::BytesToHexString(bytes), "\n");
    });
  }

  absl::Status Play(absl::string_view line) {
    const std::pair<absl::string_view, absl::string_view> words =
        absl::StrSplit(line, absl::MaxSplits(absl::ByAnyChar(" \t"), 1));
    const absl::string_view who = words.first, what = absl::StripAsciiWhitespace(words.second);
    absl::StrAppend(&out_, line, "\n");
    if (who == "start" && what.empty()) {
      fabric_.Settle();
      return absl::OkStatus();
    }
    if (who == "sleep") {
      double seconds;
      if (!absl::SimpleAtod(what, &seconds) || !(seconds >= 0 && seconds <= kLongestSleep)) {
        return absl::InvalidArgumentError(absl::StrCat("\"", what, "\" is not a number of seconds"));
      }
      fabric_.RunUntil(clock_.Now() + static_cast<Nanoseconds>(seconds * kSecond));
      return absl::OkStatus();
    }
    OVNLITE_ASSIGN_OR_RETURN(const std::string frame, ParseFrame(what));
    const auto bytes = absl::MakeConstSpan(reinterpret_cast<const uint8_t*>(frame.data()), frame.size());
    if (absl::EndsWith(who, ":ext")) {
      OVNLITE_RETURN_IF_ERROR(fabric_.InjectProvider(who.substr(0, who.size() - 4), bytes));
    } else {
      OVNLITE_RETURN_IF_ERROR(fabric_.Inject(who, bytes));
    }
    fabric_.Settle();
    return absl::OkStatus();
  }

  PlayedSteps Take() { return {std::move(out_), fabric_.LeftOut()}; }

 private:
  ManualClock clock_;
  Fabric fabric_;
  std::string out_;
};

}  // namespace

absl::StatusOr<PlayedSteps> PlaySteps(Database& sb, absl::string_view steps) {
  Player player(sb);
  int number = 0;
  for (absl::string_view line : absl::StrSplit(steps, '\n')) {
    ++number;
    if (line.empty() || line[0] == '#' || absl::ascii_isspace(line[0])) continue;
    OVNLITE_RETURN_IF_ERROR(
        WithContext(player.Play(absl::StripTrailingAsciiWhitespace(line)), absl::StrCat("line ", number)));
  }
  return player.Take();
}

}  // namespace ovnlite
