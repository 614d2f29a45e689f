#include "lib/northd/northd_testutil.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "lib/schema/ovn_sb.rows.h"

namespace ovnlite {

namespace {

std::string NameOfDatapath(const Database& sb, const Uuid& datapath) {
  return std::string(sb.Read<sb::Datapath_Binding>(datapath)->external_ids("name").value_or(""));
}

// The row's columns but for some, as RFC 7047 writes them.
std::string Words(const Row& row, const std::set<std::string>& but_for) {
  std::string words;
  row.ForEachSet([&](const ColumnSchema& column) {
    if (but_for.contains(std::string(column.name()))) return;
    absl::StrAppend(&words, " ", column.name(), "=");
    row.Get(column).ForEach([&](const AtomRef& key, const AtomRef* value) {
      absl::StrAppend(&words, key.ToAtom().ToString());
      if (value != nullptr) absl::StrAppend(&words, ":", value->ToAtom().ToString());
      words += ',';
    });
  });
  return words;
}

}  // namespace

std::multiset<std::string> FlowLines(const Database& sb) {
  std::multiset<std::string> lines;
  for (const auto& [uuid, row] : sb.Rows<sb::Logical_Flow>()) {
    std::vector<Uuid> datapaths;
    if (row->has_logical_datapath()) datapaths.push_back(row->logical_datapath());
    if (row->has_logical_dp_group()) {
      for (const Uuid& datapath : sb.Read<sb::Logical_DP_Group>(row->logical_dp_group())->datapaths()) {
        datapaths.push_back(datapath);
      }
    }
    for (const Uuid& datapath : datapaths) {
      lines.insert(absl::StrCat(NameOfDatapath(sb, datapath), " ", row->pipeline(), " ",
                                row->external_ids("stage-name").value_or(""), " ", row->priority(), " [", row->match(),
                                "] [", row->actions(), "]"));
    }
  }
  return lines;
}

std::multiset<std::string> RowLines(const Database& sb, const std::set<std::string>& but_for) {
  std::multiset<std::string> lines;
  std::set<std::string> port_but_for = but_for;
  port_but_for.insert({"datapath", "tunnel_key"});
  for (const auto& [uuid, row] : sb.Rows<sb::Datapath_Binding>()) {
    lines.insert("Datapath_Binding" + Words(row.row(), {"tunnel_key"}));
  }
  for (const auto& [uuid, row] : sb.Rows<sb::Port_Binding>()) {
    lines.insert(absl::StrCat("Port_Binding of ", NameOfDatapath(sb, row->datapath()),
                              Words(row.row(), port_but_for)));
  }
  for (const auto& [uuid, row] : sb.Rows<sb::Multicast_Group>()) {
    std::string line = absl::StrCat("Multicast_Group ", row->name(), " of ", NameOfDatapath(sb, row->datapath()), " ",
                                    row->tunnel_key());
    std::set<std::string> ports;
    for (const Uuid& port : row->ports()) ports.insert(std::string(sb.Read<sb::Port_Binding>(port)->logical_port()));
    for (const std::string& port : ports) absl::StrAppend(&line, " ", port);
    lines.insert(line);
  }
  for (const auto& [uuid, row] : sb.Rows<sb::Address_Set>()) {
    // The monitors' MAC address is drawn by whoever comes first.
    if (row->name() != "svc_monitor_mac") lines.insert("Address_Set" + Words(row.row(), {}));
  }
  for (const auto& [uuid, row] : sb.Rows<sb::Port_Group>()) {
    lines.insert(absl::StrCat("Port_Group ", row->name().substr(row->name().find('_')), Words(row.row(), {"name"})));
  }
  for (const auto& [uuid, row] : sb.Rows<sb::Load_Balancer>()) {
    std::set<std::string> datapaths;
    for (const Uuid& datapath : row->datapaths()) datapaths.insert(NameOfDatapath(sb, datapath));
    if (row->has_datapath_group()) {
      for (const Uuid& datapath : sb.Read<sb::Logical_DP_Group>(row->datapath_group())->datapaths()) {
        datapaths.insert(NameOfDatapath(sb, datapath));
      }
    }
    std::string line = absl::StrCat("Load_Balancer", Words(row.row(), {"datapath_group", "datapaths"}), " on");
    for (const std::string& datapath : datapaths) absl::StrAppend(&line, " ", datapath);
    lines.insert(line);
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
