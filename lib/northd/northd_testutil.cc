#include "lib/northd/northd_testutil.h"

#include <algorithm>
#include <iterator>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "lib/northd/context.h"
#include "lib/schema/ovn_sb.pb.h"

namespace ovnlite {

std::multiset<std::string> FlowLines(const Database& sb) {
  std::multiset<std::string> lines;
  for (const auto& [uuid, row] : sb.Rows<sb::Logical_Flow>()) {
    std::vector<Uuid> datapaths;
    if (row.has_logical_datapath()) datapaths.push_back(FromProto(row.logical_datapath()));
    if (row.has_logical_dp_group()) {
      const auto* group = sb.Get<sb::Logical_DP_Group>(FromProto(row.logical_dp_group()));
      for (const ovsdb::Uuid& datapath : group->datapaths()) datapaths.push_back(FromProto(datapath));
    }
    for (const Uuid& datapath : datapaths) {
      lines.insert(absl::StrCat(Lookup(sb.Get<sb::Datapath_Binding>(datapath)->external_ids(), "name"), " ",
                                row.pipeline(), " ", Lookup(row.external_ids(), "stage-name"), " ", row.priority(),
                                " [", row.match(), "] [", row.actions(), "]"));
    }
  }
  return lines;
}

std::multiset<std::string> FlowLinesOfListing(const std::string& listing) {
  std::multiset<std::string> lines;
  std::string datapath, pipeline;
  for (absl::string_view line : absl::StrSplit(listing, '\n', absl::SkipEmpty())) {
    if (absl::ConsumePrefix(&line, "Datapath: \"")) {
      datapath = std::string(line.substr(0, line.find('"')));
      pipeline = std::string(line.substr(line.rfind(' ') + 1));
      continue;
    }
    const auto between = [&](absl::string_view from, absl::string_view to) {
      const size_t begin = line.find(from) + from.size();
      return line.substr(begin, line.find(to, begin) - begin);
    };
    const std::string stage(absl::StripTrailingAsciiWhitespace(between("(", ")")));
    const std::string priority(absl::StripTrailingAsciiWhitespace(between("priority=", ",")));
    absl::string_view actions = line.substr(line.find("), action=(") + 11);
    actions.remove_suffix(1);
    lines.insert(absl::StrCat(datapath, " ", pipeline, " ", stage, " ", priority, " [",
                              between("match=(", "), action=("), "] [", actions, "]"));
  }
  return lines;
}

std::string Difference(const std::multiset<std::string>& expected, const std::multiset<std::string>& actual) {
  std::vector<std::string> missing, extra;
  std::set_difference(expected.begin(), expected.end(), actual.begin(), actual.end(), std::back_inserter(missing));
  std::set_difference(actual.begin(), actual.end(), expected.begin(), expected.end(), std::back_inserter(extra));
  std::string text;
  for (const std::string& line : missing) absl::StrAppend(&text, "- ", line, "\n");
  for (const std::string& line : extra) absl::StrAppend(&text, "+ ", line, "\n");
  return text;
}

}  // namespace ovnlite
