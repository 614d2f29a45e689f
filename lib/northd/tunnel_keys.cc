#include "lib/northd/tunnel_keys.h"

#include <algorithm>
#include <iterator>

namespace ovnlite {

bool TakenNumbers::Contains(uint32_t number) const {
  const auto behind = runs_.upper_bound(number);
  return behind != runs_.begin() && std::prev(behind)->second >= number;
}

void TakenNumbers::Take(uint32_t number) {
  uint32_t first = number, last = number;
  const auto behind = runs_.upper_bound(number);
  if (behind != runs_.end() && behind->first == number + 1) last = behind->second;
  if (behind != runs_.begin()) {
    const auto before = std::prev(behind);
    if (before->second >= number) return;
    if (before->second + 1 == number) first = before->first;
  }
  if (last != number) runs_.erase(number + 1);
  runs_[first] = last;
}

void TakenNumbers::Release(uint32_t number) {
  if (!Contains(number)) return;
  const auto run = std::prev(runs_.upper_bound(number));
  const auto [first, last] = *run;
  runs_.erase(run);
  if (first < number) runs_[first] = number - 1;
  if (number < last) runs_[number + 1] = last;
}

uint32_t TakenNumbers::NextFree(uint32_t last, uint32_t limit) const {
  const auto free_from = [this](uint32_t from) {
    const auto behind = runs_.upper_bound(from);
    return behind != runs_.begin() && std::prev(behind)->second >= from ? std::prev(behind)->second + 1 : from;
  };
  if (const uint32_t number = free_from(last + 1); number <= limit) return number;
  const uint32_t number = free_from(1);
  return number <= limit ? number : 0;
}

void TunnelKeys::Adopt(const Scope& scope, absl::string_view name, uint32_t key) {
  ScopeState& state = scopes_[scope];
  if (key == 0 || key > last_ || state.taken.Contains(key)) return;
  if (!adopted_[scope].try_emplace(std::string(name), key).second) return;
  state.taken.Take(key);
  state.last = std::max(state.last, key);
}

void TunnelKeys::Change(Wishes came, Wishes gone, absl::FunctionRef<void(const Uuid&, uint32_t)> set) {
  std::map<Scope, std::pair<std::vector<TunnelKeyWish>, std::vector<TunnelKeyWish>>> changed;
  for (const auto* wish : came) changed[wish->first].first.push_back(wish->second);
  for (const auto* wish : gone) changed[wish->first].second.push_back(wish->second);
  // What was adopted and is wanted by nobody is free from now on.
  for (const auto& [scope, names] : adopted_) changed.try_emplace(scope);
  std::map<Uuid, uint32_t> set_to;  // A port may leave one scope for another: the number it has at last counts.
  for (auto& [scope, wishes] : changed) {
    ScopeState& state = scopes_[scope];
    ChangeScope(scope, state, wishes.first, wishes.second, [&set_to](const Uuid& owner, uint32_t key) {
      uint32_t& to = set_to[owner];
      to = std::max(to, key);
    });
    if (state.owners.empty()) scopes_.erase(scope);
  }
  adopted_.clear();
  for (const auto& [owner, key] : set_to) set(owner, key);
}

void TunnelKeys::ChangeScope(const Scope& scope, ScopeState& state, const std::vector<TunnelKeyWish>& came,
                             const std::vector<TunnelKeyWish>& gone,
                             absl::FunctionRef<void(const Uuid&, uint32_t)> set) {
  std::map<Uuid, uint32_t> before;
  const auto touch = [&before](const Owner& owner) { before.try_emplace(owner.wish.owner, owner.key); };
  std::set<uint32_t> freed;
  const auto release = [&](Owner& owner) {
    if (owner.key == 0) return;
    const auto asked = state.requested.find(owner.key);
    if (asked != state.requested.end() && asked->second == owner.wish.owner) state.requested.erase(asked);
    state.taken.Release(owner.key);
    freed.insert(owner.key);
    owner.key = 0;
  };
  for (const TunnelKeyWish& wish : gone) {
    const auto owner = state.owners.find(wish.owner);
    touch(owner->second);
    state.waiting.erase(wish);
    state.refused.erase({wish.requested, wish});
  }
  std::set<TunnelKeyWish> wishes;
  for (const TunnelKeyWish& wish : came) {
    Owner& owner = state.owners[wish.owner];
    if (owner.wish.owner.IsZero()) before.try_emplace(wish.owner, 0);
    // Without a request a number that was asked for is kept, as one that was given.
    const auto asked = state.requested.find(owner.key);
    if (owner.key != 0 && asked != state.requested.end() && asked->second == wish.owner &&
        wish.requested != owner.key) {
      state.requested.erase(asked);
    }
    owner.wish = wish;
    wishes.insert(wish);
  }
  const auto adopted = adopted_.find(scope);
  if (adopted != adopted_.end()) {
    for (const TunnelKeyWish& wish : wishes) {
      const auto known = adopted->second.find(scope.IsZero() ? wish.owner.ToString() : wish.name.ToString());
      if (known == adopted->second.end()) continue;
      state.owners[wish.owner].key = known->second;
      adopted->second.erase(known);
    }
    for (const auto& [name, key] : adopted->second) state.taken.Release(key);
  }
  for (const TunnelKeyWish& wish : gone) {
    const auto owner = state.owners.find(wish.owner);
    if (owner->second.wish != wish) continue;  // It wishes something else now.
    release(owner->second);
    state.owners.erase(owner);
  }
  for (const uint32_t key : freed) {
    for (auto it = state.refused.lower_bound({key, TunnelKeyWish()}); it != state.refused.end() && it->first == key;) {
      wishes.insert(it->second);
      it = state.refused.erase(it);
    }
  }
  // Requests first. Who did not ask for a number gives it up to somebody who does.
  std::set<TunnelKeyWish> asking;
  for (const TunnelKeyWish& wish : wishes) {
    if (wish.requested != 0) asking.insert(wish);
  }
  for (const TunnelKeyWish& wish : asking) {
    Owner& owner = state.owners[wish.owner];
    const uint32_t key = wish.requested;
    const auto asked = state.requested.find(key);
    if (key > last_ || (asked != state.requested.end() && asked->second != wish.owner)) {
      state.refused.insert({key, wish});
      continue;
    }
    state.requested[key] = wish.owner;
    if (owner.key == key) continue;
    touch(owner);
    if (state.taken.Contains(key)) {
      Owner& holder = std::find_if(state.owners.begin(), state.owners.end(), [key](const auto& other) {
                        return other.second.key == key;
                      })->second;
      touch(holder);
      holder.key = 0;
      wishes.insert(holder.wish);
    }
    const uint32_t old = owner.key;
    if (old != 0) {
      state.taken.Release(old);
      freed.insert(old);
    }
    state.taken.Take(key);
    owner.key = key;
  }
  // For each number that became free one of those who wait.
  auto next = state.waiting.begin();
  for (size_t i = 0; i < freed.size() && next != state.waiting.end(); ++i) wishes.insert(*next++);
  for (const TunnelKeyWish& wish : wishes) {
    Owner& owner = state.owners[wish.owner];
    if (owner.key != 0) continue;
    touch(owner);
    owner.key = state.taken.NextFree(state.last, wish.limit);
    if (owner.key == 0) {
      state.waiting.insert(wish);
      continue;
    }
    state.waiting.erase(wish);
    state.taken.Take(owner.key);
    state.last = owner.key;
  }
  for (const auto& [uuid, old] : before) {
    const auto owner = state.owners.find(uuid);
    const uint32_t now = owner == state.owners.end() ? 0 : owner->second.key;
    if (now != old) set(uuid, now);
  }
}

void TunnelKeys::ForEachWaitingOne(absl::FunctionRef<void(const Scope&, const TunnelKeyWish&)> visit) const {
  for (const auto& [scope, state] : scopes_) {
    for (const TunnelKeyWish& wish : state.waiting) visit(scope, wish);
  }
}

void TunnelKeys::ForEachWaiting(
    absl::FunctionRef<void(const Scope&, const TunnelKeyWish& first, size_t count)> visit) const {
  for (const auto& [scope, state] : scopes_) {
    if (!state.waiting.empty()) visit(scope, *state.waiting.begin(), state.waiting.size());
  }
}

void TunnelKeys::ForEachRefused(absl::FunctionRef<void(const TunnelKeyWish&, bool taken)> visit) const {
  for (const auto& [scope, state] : scopes_) {
    for (const auto& [key, wish] : state.refused) visit(wish, key <= last_);
  }
}

}  // namespace ovnlite
