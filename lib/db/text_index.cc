#include "lib/db/text_index.h"

#include <algorithm>

namespace ovnlite {
namespace {

// Entries longer than this are not kept sorted at every change.
constexpr size_t kLong = 128;

}  // namespace

void TextIndex::ForEachKey(const Row& row, absl::FunctionRef<void(absl::string_view)> visit) const {
  if (column_ == nullptr) return function_(row, visit);
  if (!map_key_.has_value()) return ForEachText(*column_, row, visit);
  const ColumnAccess& access = column_->access();
  if (access.kind == ColumnKind::kStringToString) {
    const StringToString& map = access.Get<StringToString>(row);
    if (const auto found = map.find(*map_key_); found != map.end()) visit(absl::string_view(found->second));
  } else if (access.kind == ColumnKind::kStringToInteger) {
    const StringToInteger& map = access.Get<StringToInteger>(row);
    if (const auto found = map.find(*map_key_); found != map.end()) visit(absl::AlphaNum(found->second).Piece());
  } else if (access.kind == ColumnKind::kStringToUuid) {
    const StringToUuid& map = access.Get<StringToUuid>(row);
    if (const auto found = map.find(*map_key_); found != map.end()) visit(FromProto(found->second).ToString());
  }
}

std::vector<std::string> TextIndex::KeysOf(const Row& row) const {
  std::vector<std::string> keys;
  ForEachKey(row, [&keys](absl::string_view key) { keys.emplace_back(key); });
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  return keys;
}

void TextIndex::Build(const RowTable& rows) {
  for (const StoredRow* row : rows.Sorted()) {
    ForEachKey(*row->message(), [&](absl::string_view key) { rows_[key].push_back(row->uuid); });
  }
}

void TextIndex::AddAll(absl::string_view key, const std::vector<Uuid>& rows) {
  (void)Find(key);  // Settles what is pending.
  Rows& kept = rows_[key];
  kept.insert(kept.end(), rows.begin(), rows.end());
  unsorted_.emplace(key);
}

void TextIndex::SortIfNeeded(absl::string_view key, Rows& rows) const {
  if (unsorted_.empty() || unsorted_.erase(key) == 0) return;
  std::sort(rows.begin(), rows.end());
}

void TextIndex::Change(const Uuid& uuid, const Row* before, const Row* after) {
  const std::vector<std::string> old_keys = before != nullptr ? KeysOf(*before) : std::vector<std::string>();
  const std::vector<std::string> new_keys = after != nullptr ? KeysOf(*after) : std::vector<std::string>();
  auto old_key = old_keys.begin();
  auto new_key = new_keys.begin();
  while (old_key != old_keys.end() || new_key != new_keys.end()) {
    if (new_key == new_keys.end() || (old_key != old_keys.end() && *old_key < *new_key)) {
      Remove(*old_key++, uuid);
    } else if (old_key == old_keys.end() || *new_key < *old_key) {
      Add(*new_key++, uuid);
    } else {
      ++old_key;
      ++new_key;
    }
  }
}

void TextIndex::Add(absl::string_view key, const Uuid& uuid) {
  Rows& rows = rows_[key];
  SortIfNeeded(key, rows);
  if (rows.size() < kLong) {
    rows.insert(std::lower_bound(rows.begin(), rows.end(), uuid), uuid);
  } else {
    pending_[key][uuid] = true;
  }
}

void TextIndex::Remove(absl::string_view key, const Uuid& uuid) {
  const auto found = rows_.find(key);
  if (found == rows_.end()) return;
  Rows& rows = found->second;
  SortIfNeeded(key, rows);
  if (rows.size() >= kLong) {
    pending_[key][uuid] = false;
    return;
  }
  const auto at = std::lower_bound(rows.begin(), rows.end(), uuid);
  if (at != rows.end() && *at == uuid) rows.erase(at);
  if (rows.empty()) rows_.erase(found);
}

void TextIndex::Settle(const Pending& pending, Rows& rows) {
  std::vector<Uuid> added;
  for (const auto& [uuid, present] : pending) {
    if (present) added.push_back(uuid);
  }
  std::sort(added.begin(), added.end());
  const auto stays = [&pending](const Uuid& uuid) { return !pending.contains(uuid); };
  Rows merged;
  merged.reserve(rows.size() + added.size());
  auto next = added.begin();
  for (const Uuid& uuid : rows) {
    if (!stays(uuid)) continue;  // Removed, or among those added.
    while (next != added.end() && *next < uuid) merged.push_back(*next++);
    merged.push_back(uuid);
  }
  merged.insert(merged.end(), next, added.end());
  rows = std::move(merged);
}

absl::Span<const Uuid> TextIndex::Find(absl::string_view key) const {
  const auto found = rows_.find(key);
  if (found == rows_.end()) return {};
  SortIfNeeded(key, found->second);
  if (!pending_.empty()) {
    if (const auto pending = pending_.find(key); pending != pending_.end()) {
      Settle(pending->second, found->second);
      pending_.erase(pending);
      if (found->second.empty()) {
        rows_.erase(found);
        return {};
      }
    }
  }
  return found->second;
}

}  // namespace ovnlite
