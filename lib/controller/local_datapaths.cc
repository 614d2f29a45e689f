#include "lib/controller/local_datapaths.h"

namespace ovnlite {

void LocalDatapaths::AddSeed(const Uuid& datapath) {
  Node& node = nodes_[datapath];
  ++node.seeds;
  if (!node.is_local || node.lost) maybe_.push_back(datapath);
}

void LocalDatapaths::RemoveSeed(const Uuid& datapath) {
  Node& node = nodes_[datapath];
  if (--node.seeds > 0) return;
  if (node.is_local && node.by.IsZero()) Lose(datapath);
  Forget(datapath);
}

void LocalDatapaths::AddPatch(const Uuid& from, const Uuid& to) {
  if (++nodes_[from].out[to] > 1) return;
  ++nodes_[to].in[from];
  maybe_.push_back(to);
}

void LocalDatapaths::RemovePatch(const Uuid& from, const Uuid& to) {
  Node& source = nodes_[from];
  const auto patch = source.out.find(to);
  if (--patch->second > 0) return;
  source.out.erase(patch);
  Node& target = nodes_[to];
  target.in.erase(from);
  if (target.is_local && target.by == from) Lose(to);
  Forget(from);
  Forget(to);
}

void LocalDatapaths::Lose(const Uuid& datapath) {
  Node& node = nodes_[datapath];
  if (node.lost) return;
  node.lost = true;
  lost_.insert(datapath);
}

void LocalDatapaths::Forget(const Uuid& datapath) {
  const auto found = nodes_.find(datapath);
  if (found == nodes_.end()) return;
  const Node& node = found->second;
  if (!node.is_local && node.seeds == 0 && node.out.empty() && node.in.empty()) nodes_.erase(found);
}

bool LocalDatapaths::IsReached(const Uuid& datapath) const {
  Uuid at = datapath;
  for (;;) {
    const Node& node = nodes_.find(at)->second;
    if (!node.is_local || node.lost) return false;
    if (node.by.IsZero()) return true;
    at = node.by;
  }
}

bool LocalDatapaths::FindWay(const Uuid& datapath, Node& node) {
  if (node.seeds > 0) {
    node.by = Uuid();
    return true;
  }
  for (const auto& [from, count] : node.in) {
    if (from == datapath || !IsReached(from)) continue;
    node.by = from;
    return true;
  }
  return false;
}

void LocalDatapaths::Settle(absl::FunctionRef<void(const Uuid&, bool is_local)> tell) {
  // What lost its way takes another, or takes those along that were reached through it.
  while (!lost_.empty()) {
    const Uuid datapath = *lost_.begin();
    lost_.erase(lost_.begin());
    Node& node = nodes_[datapath];
    if (FindWay(datapath, node)) {
      node.lost = false;
      continue;
    }
    Touch(datapath, node);
    node.is_local = node.lost = false;
    for (const auto& [to, count] : node.out) {
      if (nodes_[to].is_local && nodes_[to].by == datapath) Lose(to);
    }
    maybe_.push_back(datapath);  // By way of one that is still lost, and will not be.
  }
  while (!maybe_.empty()) {
    const Uuid datapath = maybe_.back();
    maybe_.pop_back();
    const auto found = nodes_.find(datapath);
    if (found == nodes_.end() || found->second.is_local || !FindWay(datapath, found->second)) continue;
    Touch(datapath, found->second);
    found->second.is_local = true;
    for (const auto& [to, count] : found->second.out) maybe_.push_back(to);
  }
  for (const auto& [datapath, was_local] : std::exchange(before_, {})) {
    const bool is_local = Contains(datapath);
    if (is_local != was_local) tell(datapath, is_local);
    Forget(datapath);
  }
}

}  // namespace ovnlite
