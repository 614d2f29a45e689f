#include "lib/northd/item.h"

#include <algorithm>
#include <utility>

#include "absl/hash/hash.h"

namespace ovnlite {
namespace {

uint64_t HashOf(const Item& item) {
  if (const auto* flow = std::get_if<FlowItem>(&item)) {
    return absl::HashOf(flow->text, flow->datapath);
  }
  const auto& row = std::get<RowItem>(item);
  return absl::HashOf(row.kind, row.key, row.bytes);
}

}  // namespace

uint32_t ItemStore::Intern(Item item) {
  const uint64_t hash = HashOf(item);
  auto& candidates = by_hash_[hash];
  for (uint32_t number : candidates) {
    if (entries_[number].item == item) return number;
  }
  uint32_t number;
  if (free_.empty()) {
    number = static_cast<uint32_t>(entries_.size());
    entries_.emplace_back();
  } else {
    number = free_.back();
    free_.pop_back();
  }
  entries_[number] = Entry{std::move(item), hash, false, true};
  candidates.push_back(number);
  fresh_.push_back(number);
  return number;
}

void ItemStore::Forget(uint32_t number) {
  Entry& entry = entries_[number];
  const auto found = by_hash_.find(entry.hash);
  auto& numbers = found->second;
  numbers.erase(std::find(numbers.begin(), numbers.end(), number));
  if (numbers.empty()) by_hash_.erase(found);
  entry = Entry();
  free_.push_back(number);
}

void ItemStore::ForgetUnused() {
  for (uint32_t number : fresh_) {
    if (entries_[number].live && !entries_[number].used) Forget(number);
  }
  fresh_.clear();
}

}  // namespace ovnlite
