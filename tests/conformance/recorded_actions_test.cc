// Actions of all kinds, right and wrong ones, against what a real ovn-controller made of them.
#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "lib/base/shared_testutil.h"
#include "lib/schema/column_access.h"
#include "lib/schema/ovn_sb.rows.h"
#include "ovnlite/logical/action_kind.h"
#include "ovnlite/schema/schema.h"
#include "tools/language/language.h"

namespace ovnlite {
namespace {

using tools::Language;

void AddOptions(const OptionTable& table, bool v6, Transaction* t) {
  uint64_t n = v6 ? 2000 : 1000;
  for (const OptionDef& def : table.defs()) {
    const auto fill = [&def](auto* row) {
      row->set_name(def.name);
      row->set_code(def.code);
      row->set_type(std::string(OptionTypeName(def.type)));
    };
    ++n;
    const Uuid uuid(n, n);
    v6 ? fill(t->Insert<sb::DHCPv6_Options>(uuid)) : fill(t->Insert<sb::DHCP_Options>(uuid));
  }
}

// The database that the recording was made with.
void Fill(Database* sb) {
  Transaction t = sb->Begin();
  const Uuid sw(1, 1);
  auto* datapath = t.Insert<sb::Datapath_Binding>(sw);
  datapath->set_tunnel_key(1);
  (*datapath->mutable_external_ids())["name"] = "sw";
  (*datapath->mutable_external_ids())["logical-switch"] = "11111111-1111-1111-1111-111111111111";
  const std::vector<std::pair<const char*, int>> ports = {
      {"eth0", 5}, {"eth1", 6}, {"lsp1", 0x11}, {"lsp2", 0x12}, {"lsp3", 0x13}};
  for (const auto& [name, key] : ports) {
    auto* port = t.Insert<sb::Port_Binding>(Uuid(2, static_cast<uint64_t>(key)));
    port->set_logical_port(name);
    port->set_tunnel_key(key);
    ToProto(sw, port->mutable_datapath());
  }
  AddOptions(StandardDhcpOptions(), false, &t);
  AddOptions(StandardDhcpv6Options(), true, &t);
  ASSERT_EQ(sb->Commit(std::move(t)).status(), absl::OkStatus());
}

struct Recorded {
  int line;
  std::string input;
  std::string result;  // "-> …" or "! …".
};

std::vector<Recorded> ReadRecorded() {
  std::vector<Recorded> all;
  int number = 0;
  for (const std::string& line :
       std::vector<std::string>(absl::StrSplit(ReadFileOrDie("tests/conformance/testdata/actions.txt"), '\n'))) {
    ++number;
    if (line.empty() || line[0] == '#') continue;
    if (line[0] != ' ') {
      all.push_back({number, line, ""});
    } else {
      all.back().result = line.substr(4);
    }
  }
  return all;
}

// Numbers of groups or meters, which both sides give out as they like: they must correspond.
class Numbers {
 public:
  explicit Numbers(std::string word) : word_(std::move(word)) {}
  // `ours` with the numbers that stand at the same place in `theirs`.
  std::string Translate(std::string ours, const std::string& theirs) {
    size_t at = ours.find(word_);
    const size_t there = theirs.find(word_);
    if (at == std::string::npos || there == std::string::npos) return ours;
    const std::string our_id = Digits(ours, at), their_id = Digits(theirs, there);
    const auto [found, added] = theirs_.emplace(our_id, their_id);
    const bool one_to_one = !added || ours_.emplace(their_id, our_id).second;
    EXPECT_TRUE(one_to_one) << ours;
    return ours.replace(at + word_.size(), our_id.size(), found->second);
  }

 private:
  std::string Digits(const std::string& text, size_t at) const {
    const size_t begin = at + word_.size();
    return text.substr(begin, text.find_first_not_of("0123456789", begin) - begin);
  }
  const std::string word_;
  std::map<std::string, std::string> theirs_, ours_;
};

TEST(RecordedActionsTest, AreAsAChassisHasThem) {
  Database sb(SouthboundSchema());
  Fill(&sb);
  tools::LanguageOptions options;
  options.table = 10;
  options.datapath = "sw";
  absl::StatusOr<std::unique_ptr<Language>> language = Language::OfDatabase(sb, options);
  ASSERT_EQ(language.status(), absl::OkStatus());
  Numbers groups("group:"), meters("meter:"), log_meters("meter_id=");
  const std::vector<Recorded> all = ReadRecorded();
  EXPECT_GE(all.size(), 280u);
  for (const Recorded& r : all) {
    std::string ours = "?";
    for (const std::string& line : std::vector<std::string>(absl::StrSplit((*language)->Actions(r.input), '\n'))) {
      if (!absl::StartsWith(line, "    encodes as ")) continue;
      // As OVN's own tests print it, before a switch has had it, this looks a little different.
      ours = absl::StrCat("-> ", absl::StrReplaceAll(line.substr(15), {{"[0..-1]", "[]"}, {"dec_ttl", "dec_ttl()"}}));
    }
    if (ours == "?") {
      const std::vector<std::string> lines = absl::StrSplit((*language)->Actions(r.input), '\n');
      ours = "! " + lines[1].substr(4);
    }
    ours = groups.Translate(ours, r.result);
    ours = log_meters.Translate(meters.Translate(ours, r.result), r.result);
    EXPECT_EQ(ours, r.result) << "line " << r.line << ": " << r.input;
  }
}

// The recording leaves out no kind of action.
TEST(RecordedActionsTest, CoverTheLanguage) {
  std::string inputs;
  for (const Recorded& r : ReadRecorded()) absl::StrAppend(&inputs, " ", r.input);
#define OVNLITE_EXPECT_IN_INPUTS(enumerator, name, body, form, parse) \
  EXPECT_TRUE(absl::StrContains(inputs, name)) << name;
  OVNLITE_ACTIONS(OVNLITE_EXPECT_IN_INPUTS)
#undef OVNLITE_EXPECT_IN_INPUTS
}

}  // namespace
}  // namespace ovnlite
