#include "ovnlite/node/show.h"

#include <algorithm>
#include <map>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "lib/schema/ovn_sb.rows.h"
#include "ovnlite/base/status.h"
#include "ovnlite/base/utf8.h"
#include "ovnlite/schema/schema.h"

namespace ovnlite {
namespace {

// A string as OVSDB's tools print it: bare where it is a word that cannot be taken for anything else, otherwise as in
// JSON (ovs-vsctl(8), "Database Values").
std::string AtomText(absl::string_view text) {
  const auto word = [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-' || c == '.';
  };
  const bool starts_well =
      !text.empty() && (absl::ascii_isalpha(static_cast<unsigned char>(text[0])) || text[0] == '_');
  const bool bare = starts_well && std::all_of(text.begin(), text.end(), word) && text != "true" && text != "false" &&
                    !Uuid::Parse(text).ok();
  return bare ? std::string(text) : QuoteJson(text);
}

std::string Atoms(MapOf<absl::string_view, absl::string_view> map) {
  std::vector<std::string> pairs;
  for (const auto& [key, value] : map) pairs.push_back(absl::StrCat(AtomText(key), "=", AtomText(value)));
  return absl::StrCat("{", absl::StrJoin(pairs, ", "), "}");
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

std::string IdOf(sb::Datapath_Binding_View datapath, absl::string_view key) {
  return std::string(datapath.external_ids(key).value_or(""));
}

absl::StatusOr<Uuid> FindDatapath(const Database& sb, const std::string& wanted) {
  constexpr size_t kShortestPrefix = 4;
  std::vector<Uuid> found;
  for (const auto& [uuid, row] : sb.Rows<sb::Datapath_Binding>()) {
    const bool by_uuid = wanted.size() >= kShortestPrefix && absl::StartsWith(uuid.ToString(), wanted);
    if (IdOf(row, "name") == wanted || IdOf(row, "name2") == wanted || by_uuid) found.push_back(uuid);
  }
  if (found.empty()) return absl::NotFoundError(absl::StrCat("there is no datapath \"", wanted, "\""));
  if (found.size() > 1)
    return absl::InvalidArgumentError(absl::StrCat("several datapaths are called \"", wanted, "\""));
  return found[0];
}

}  // namespace

std::string ShowSouthbound(const Database& sb) {
  std::map<std::string, RowOf<sb::Chassis>> chassis;
  for (const auto& found : sb.Rows<sb::Chassis>()) chassis.insert_or_assign(std::string(found.row.name()), found);
  std::map<Uuid, std::vector<std::string>> ports;
  for (const auto& [uuid, row] : sb.Rows<sb::Port_Binding>()) {
    if (row.has_chassis()) ports[row.chassis()].emplace_back(row.logical_port());
  }
  std::string out;
  for (const auto& [name, found] : chassis) {
    const auto& [uuid, row] = found;
    absl::StrAppend(&out, "Chassis ", AtomText(name), "\n");
    if (!row->hostname().empty()) absl::StrAppend(&out, "    hostname: ", AtomText(row->hostname()), "\n");
    std::vector<std::string> encaps;
    for (const Uuid& ref : row->encaps()) {
      const auto encap = sb.Read<sb::Encap>(ref);
      if (!encap) continue;
      encaps.push_back(
          absl::StrCat("    Encap ", AtomText(encap->type()), "\n        ip: ", AtomText(encap->ip()), "\n"));
      if (!encap->options().empty())
        absl::StrAppend(&encaps.back(), "        options: ", Atoms(encap->options()), "\n");
    }
    std::sort(encaps.begin(), encaps.end());
    absl::StrAppend(&out, absl::StrJoin(encaps, ""));
    std::vector<std::string>& bound = ports[uuid];
    std::sort(bound.begin(), bound.end());
    for (const std::string& port : bound) absl::StrAppend(&out, "    Port_Binding ", AtomText(port), "\n");
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
    if (row.has_logical_datapath()) datapaths.push_back(row.logical_datapath());
    if (row.has_logical_dp_group()) {
      if (const auto group = sb.Read<sb::Logical_DP_Group>(row.logical_dp_group())) {
        for (const Uuid& member : group->datapaths()) datapaths.push_back(member);
      }
    }
    for (const Uuid& datapath : datapaths) {
      const auto binding = sb.Read<sb::Datapath_Binding>(datapath);
      if (!binding || (!only.IsZero() && datapath != only)) continue;
      flows.push_back({IdOf(binding, "name"), datapath, row.pipeline() == "egress", row.table_id(), row.priority(),
                       std::string(row.match()), std::string(row.actions()),
                       std::string(row.external_ids("stage-name").value_or("")), uuid.prefix()});
    }
  }
  std::sort(flows.begin(), flows.end());
  std::string out;
  const Listed* before = nullptr;
  for (const Listed& flow : flows) {
    if (before == nullptr || before->datapath_uuid != flow.datapath_uuid || before->egress != flow.egress) {
      const std::string alias = IdOf(sb.Read<sb::Datapath_Binding>(flow.datapath_uuid), "name2");
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
