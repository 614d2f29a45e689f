#include "ovnlite/node/show.h"

#include <algorithm>
#include <map>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "lib/schema/column_access.h"
#include "lib/schema/ovn_sb.pb.h"
#include "ovnlite/base/status.h"
#include "ovnlite/base/utf8.h"
#include "ovnlite/schema/schema.h"

namespace ovnlite {
namespace {

// A string as OVSDB's tools print it: bare where it is a word that cannot be taken for anything else, otherwise as in
// JSON (ovs-vsctl(8), "Database Values").
std::string Atom(absl::string_view text) {
  const auto word = [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-' || c == '.';
  };
  const bool starts_well =
      !text.empty() && (absl::ascii_isalpha(static_cast<unsigned char>(text[0])) || text[0] == '_');
  const bool bare = starts_well && std::all_of(text.begin(), text.end(), word) && text != "true" && text != "false" &&
                    !Uuid::Parse(text).ok();
  return bare ? std::string(text) : QuoteJson(text);
}

template <typename Map>
std::string Atoms(const Map& map) {
  const std::map<std::string, std::string> sorted(map.begin(), map.end());
  return absl::StrCat("{",
                      absl::StrJoin(sorted, ", ",
                                    [](std::string* out, const auto& entry) {
                                      absl::StrAppend(out, Atom(entry.first), "=", Atom(entry.second));
                                    }),
                      "}");
}

// One flow on its way to be printed, for one of its datapaths.
struct Listed {
  std::string datapath;  // Name.
  Uuid datapath_uuid;
  bool egress;
  int64_t table;
  int64_t priority;
  std::string match;
  std::string actions;
  std::string stage;
  uint32_t cookie;

  auto Key() const { return std::tie(datapath, datapath_uuid, egress, table); }
  friend bool operator<(const Listed& a, const Listed& b) {
    if (a.Key() != b.Key()) return a.Key() < b.Key();
    if (a.priority != b.priority) return a.priority > b.priority;
    return std::tie(a.match, a.actions, a.cookie) < std::tie(b.match, b.actions, b.cookie);
  }
};

template <typename Map>
std::string ValueOf(const Map& map, const std::string& key) {
  const auto found = map.find(key);
  return found == map.end() ? std::string() : found->second;
}

std::string NameOf(const sb::Datapath_Binding& datapath) { return ValueOf(datapath.external_ids(), "name"); }

absl::StatusOr<Uuid> FindDatapath(const Database& sb, const std::string& wanted) {
  constexpr size_t kShortestPrefix = 4;
  std::vector<Uuid> found;
  for (const auto& [uuid, row] : sb.Rows<sb::Datapath_Binding>()) {
    const bool by_uuid = wanted.size() >= kShortestPrefix && absl::StartsWith(uuid.ToString(), wanted);
    if (NameOf(row) == wanted || ValueOf(row.external_ids(), "name2") == wanted || by_uuid) found.push_back(uuid);
  }
  if (found.empty()) return absl::NotFoundError(absl::StrCat("there is no datapath \"", wanted, "\""));
  if (found.size() > 1)
    return absl::InvalidArgumentError(absl::StrCat("several datapaths are called \"", wanted, "\""));
  return found[0];
}

}  // namespace

std::string ShowSouthbound(const Database& sb) {
  std::map<std::string, std::pair<Uuid, const sb::Chassis*>> chassis;
  for (const auto& [uuid, row] : sb.Rows<sb::Chassis>()) chassis[row.name()] = {uuid, &row};
  std::map<Uuid, std::vector<std::string>> ports;
  for (const auto& [uuid, row] : sb.Rows<sb::Port_Binding>()) {
    if (row.has_chassis()) ports[FromProto(row.chassis())].push_back(row.logical_port());
  }
  std::string out;
  for (const auto& [name, found] : chassis) {
    const auto& [uuid, row] = found;
    absl::StrAppend(&out, "Chassis ", Atom(name), "\n");
    if (!row->hostname().empty()) absl::StrAppend(&out, "    hostname: ", Atom(row->hostname()), "\n");
    std::vector<std::string> encaps;
    for (const ovsdb::Uuid& ref : row->encaps()) {
      const auto* encap = sb.Get<sb::Encap>(FromProto(ref));
      if (encap == nullptr) continue;
      encaps.push_back(absl::StrCat("    Encap ", Atom(encap->type()), "\n        ip: ", Atom(encap->ip()), "\n"));
      if (!encap->options().empty())
        absl::StrAppend(&encaps.back(), "        options: ", Atoms(encap->options()), "\n");
    }
    std::sort(encaps.begin(), encaps.end());
    absl::StrAppend(&out, absl::StrJoin(encaps, ""));
    std::vector<std::string>& bound = ports[uuid];
    std::sort(bound.begin(), bound.end());
    for (const std::string& port : bound) absl::StrAppend(&out, "    Port_Binding ", Atom(port), "\n");
  }
  return out;
}

absl::StatusOr<std::string> ListLogicalFlows(const Database& sb, const LogicalFlowListOptions& options) {
  Uuid only;
  if (!options.datapath.empty()) {
    OVNLITE_ASSIGN_OR_RETURN(only, FindDatapath(sb, options.datapath));
  }
  std::vector<Listed> flows;
  for (const auto& [uuid, row] : sb.Rows<sb::Logical_Flow>()) {
    std::vector<Uuid> datapaths;
    if (row.has_logical_datapath()) datapaths.push_back(FromProto(row.logical_datapath()));
    if (row.has_logical_dp_group()) {
      const auto* group = sb.Get<sb::Logical_DP_Group>(FromProto(row.logical_dp_group()));
      if (group != nullptr)
        for (const ovsdb::Uuid& member : group->datapaths()) datapaths.push_back(FromProto(member));
    }
    for (const Uuid& datapath : datapaths) {
      const auto* binding = sb.Get<sb::Datapath_Binding>(datapath);
      if (binding == nullptr || (!only.IsZero() && datapath != only)) continue;
      flows.push_back({NameOf(*binding), datapath, row.pipeline() == "egress", row.table_id(), row.priority(),
                       row.match(), row.actions(), ValueOf(row.external_ids(), "stage-name"), uuid.prefix()});
    }
  }
  std::sort(flows.begin(), flows.end());
  std::string out;
  const Listed* before = nullptr;
  for (const Listed& flow : flows) {
    if (before == nullptr || before->datapath_uuid != flow.datapath_uuid || before->egress != flow.egress) {
      const std::string alias = ValueOf(sb.Get<sb::Datapath_Binding>(flow.datapath_uuid)->external_ids(), "name2");
      absl::StrAppend(&out, "Datapath: \"", flow.datapath, "\"",
                      alias.empty() ? "" : absl::StrCat(" aka \"", alias, "\""), " (", flow.datapath_uuid.ToString(),
                      ")  Pipeline: ", flow.egress ? "egress" : "ingress", "\n");
    }
    before = &flow;
    absl::StrAppend(&out, "  ", options.uuids ? absl::StrFormat("uuid=0x%08x, ", flow.cookie) : "");
    absl::StrAppendFormat(&out, "table=%-2d(%-19s), priority=%-5d, match=(%s), action=(%s)\n", flow.table, flow.stage,
                          flow.priority, flow.match, flow.actions);
  }
  return out;
}

}  // namespace ovnlite
