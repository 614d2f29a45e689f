#include "lib/northd/network_groups.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/schema/ovn_sb.rows.h"

namespace ovnlite {

NetworkGroups::Number NetworkGroups::Find(const Members& networks) const {
  const auto found = by_hash_.find(networks.hash());
  if (found == by_hash_.end()) return kNone;
  for (const Number n : found->second) {
    if (groups_[n].networks == networks) return n;
  }
  return kNone;
}

void NetworkGroups::Index(Number group) { by_hash_[groups_[group].networks.hash()].push_back(group); }

void NetworkGroups::Unindex(Number group) {
  const auto found = by_hash_.find(groups_[group].networks.hash());
  std::erase(found->second, group);
  if (found->second.empty()) by_hash_.erase(found);
}

void NetworkGroups::MarkDirty(Number group) {
  if (std::exchange(groups_[group].dirty, true)) return;
  dirty_.push_back(group);
}

NetworkGroups::Number NetworkGroups::New(Members networks) {
  // The UUID follows from the networks; a row that had them once and has others now keeps it.
  std::string name = "Logical_DP_Group";
  for (auto it = networks.begin(); !it.at_end(); it.Advance()) absl::StrAppend(&name, "/", it.key().uuid().ToString());
  Uuid row = Uuid::FromName(name);
  for (int tries = 1; by_row_.contains(row); ++tries) row = Uuid::FromName(absl::StrCat(name, "/", tries));
  Number group;
  if (free_.empty()) {
    group = static_cast<Number>(groups_.size());
    groups_.emplace_back();
  } else {
    group = free_.back();
    free_.pop_back();
  }
  groups_[group] = {std::move(networks), row, 0, false};
  by_row_[row] = group;
  Index(group);
  MarkDirty(group);
  return group;
}

void NetworkGroups::SetNetworks(Number group, Members networks) {
  Unindex(group);
  groups_[group].networks = std::move(networks);
  Index(group);
  MarkDirty(group);
}

void NetworkGroups::Adopt(const Uuid& row, Members networks) {
  if (by_row_.contains(row) || networks.size() < 2 || Find(networks) != kNone) return;
  const auto group = static_cast<Number>(groups_.size());
  groups_.push_back({std::move(networks), row, 0, false});
  by_row_[row] = group;
  Index(group);
}

void NetworkGroups::Move(Number from, Members networks) { moving_.push_back({from, std::move(networks)}); }

std::vector<NetworkGroups::Number> NetworkGroups::Settle() {
  const std::vector<Moving> moving = std::exchange(moving_, {});
  std::vector<Number> to(moving.size(), kNone);
  // To groups that are there.
  for (const Moving& move : moving) {
    if (move.from != kNone) --groups_[move.from].flows;
  }
  for (size_t i = 0; i < moving.size(); ++i) {
    if (moving[i].networks.size() < 2) continue;
    to[i] = Find(moving[i].networks);
    if (to[i] != kNone) ++groups_[to[i]].flows;
  }
  // A group that everybody leaves becomes the new one that most of them go to.
  std::map<Number, std::vector<std::pair<Members, size_t>>> wishes;
  for (size_t i = 0; i < moving.size(); ++i) {
    const Moving& move = moving[i];
    if (to[i] != kNone || move.networks.size() < 2 || move.from == kNone || groups_[move.from].flows > 0) continue;
    std::vector<std::pair<Members, size_t>>& counts = wishes[move.from];
    const auto same = std::find_if(counts.begin(), counts.end(), [&](const auto& c) { return c.first == move.networks; });
    if (same == counts.end()) {
      counts.emplace_back(move.networks, 1);
    } else {
      ++same->second;
    }
  }
  for (const auto& [from, counts] : wishes) {
    const auto most = std::max_element(counts.begin(), counts.end(),
                                       [](const auto& a, const auto& b) { return a.second < b.second; });
    if (Find(most->first) == kNone) SetNetworks(from, most->first);
  }
  for (size_t i = 0; i < moving.size(); ++i) {
    if (to[i] != kNone || moving[i].networks.size() < 2) continue;
    to[i] = Find(moving[i].networks);
    if (to[i] == kNone) to[i] = New(moving[i].networks);
    ++groups_[to[i]].flows;
  }
  for (const Moving& move : moving) {
    if (move.from == kNone || groups_[move.from].flows > 0 || groups_[move.from].row.IsZero()) continue;
    Unindex(move.from);
    by_row_.erase(groups_[move.from].row);
    groups_[move.from] = Group();
    free_.push_back(move.from);
  }
  return to;
}

void NetworkGroups::Write(Transaction& t) {
  const TableSchema& table = SchemaOf<sb::Logical_DP_Group>();
  const ColumnSchema& datapaths = table.columns()[sb::columns::Logical_DP_Group::datapaths.index];
  for (const Number number : dirty_) {
    Group& group = groups_[number];
    if (group.row.IsZero()) continue;  // Gone again.
    group.dirty = false;
    if (!t.Get(table, group.row)) t.InsertRow(table, group.row);
    t.Set(datapaths, group.row, group.networks);
    submitted_.push_back(number);
  }
  dirty_.clear();
}

void NetworkGroups::Submitted(bool accepted) {
  for (const Number group : std::exchange(submitted_, {})) {
    if (!accepted && !groups_[group].row.IsZero()) MarkDirty(group);
  }
}

}  // namespace ovnlite
