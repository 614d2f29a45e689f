#include "lib/northd/northd_testutil.h"

#include <algorithm>
#include <iterator>
#include <map>
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

std::multiset<std::string> RowLines(const Database& sb) {
  std::multiset<std::string> lines;
  const auto datapath = [&](const ovsdb::Uuid& uuid) {
    return Lookup(sb.Get<sb::Datapath_Binding>(FromProto(uuid))->external_ids(), "name");
  };
  for (const auto& [uuid, row] : sb.Rows<sb::Datapath_Binding>()) {
    std::string line = "Datapath_Binding";
    std::map<std::string, std::string> ids(row.external_ids().begin(), row.external_ids().end());
    for (const auto& [key, value] : ids) absl::StrAppend(&line, " ", key, "=", value);
    lines.insert(line);
  }
  for (const auto& [uuid, row] : sb.Rows<sb::Port_Binding>()) {
    std::string line = absl::StrCat("Port_Binding ", row.logical_port(), " of ", datapath(row.datapath()));
    std::map<std::string, std::string> options(row.options().begin(), row.options().end());
    for (const auto& [key, value] : options) absl::StrAppend(&line, " ", key, "=", value);
    sb::Port_Binding copy = row;
    copy.clear_datapath();
    copy.clear_tunnel_key();
    copy.clear_options();
    lines.insert(absl::StrCat(line, " ", copy.ShortDebugString()));
  }
  for (const auto& [uuid, row] : sb.Rows<sb::Multicast_Group>()) {
    std::string line =
        absl::StrCat("Multicast_Group ", row.name(), " of ", datapath(row.datapath()), " ", row.tunnel_key());
    std::set<std::string> ports;
    for (const ovsdb::Uuid& port : row.ports()) ports.insert(sb.Get<sb::Port_Binding>(FromProto(port))->logical_port());
    for (const std::string& port : ports) absl::StrAppend(&line, " ", port);
    lines.insert(line);
  }
  for (const auto& [uuid, row] : sb.Rows<sb::Address_Set>()) {
    // The monitors' MAC address is drawn by whoever comes first.
    if (row.name() != "svc_monitor_mac") lines.insert("Address_Set " + row.ShortDebugString());
  }
  for (const auto& [uuid, row] : sb.Rows<sb::Port_Group>()) {
    sb::Port_Group copy = row;
    copy.set_name(row.name().substr(row.name().find('_')));
    lines.insert("Port_Group " + copy.ShortDebugString());
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
