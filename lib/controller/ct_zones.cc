#include "lib/controller/ct_zones.h"

#include <algorithm>
#include <set>
#include <utility>

namespace ovnlite {
namespace {

constexpr uint32_t Rotate(uint32_t x, int k) { return x << k | x >> (32 - k); }

}  // namespace

uint32_t OvsStringHash(absl::string_view text) {
  uint32_t h = 0;
  for (size_t i = 0; i < text.size(); i += 4) {
    uint32_t word = 0;
    for (size_t j = 0; j < 4 && i + j < text.size(); ++j)
      word |= uint32_t{static_cast<uint8_t>(text[i + j])} << (8 * j);
    word *= 0xcc9e2d51;
    word = Rotate(word, 15) * 0x1b873593;
    h = Rotate(h ^ word, 13) * 5 + 0xe6546b64;
  }
  h ^= static_cast<uint32_t>(text.size());
  h = (h ^ h >> 16) * 0x85ebca6b;
  h = (h ^ h >> 13) * 0xc2b2ae35;
  return h ^ h >> 16;
}

std::vector<size_t> OvsTableOrder(const std::vector<uint32_t>& hashes) {
  std::vector<std::vector<size_t>> buckets(1);  // Each newest last; listed backwards.
  for (size_t i = 0; i < hashes.size(); ++i) {
    buckets[hashes[i] & (buckets.size() - 1)].push_back(i);
    const size_t n = i + 1;
    if (n / 2 <= buckets.size() - 1) continue;
    // The table doubles until it has as many buckets as half its entries, and never has two.
    size_t size = 1;
    while (size - 1 < n / 2) size *= 2;
    if (size == 2) size = 4;
    std::vector<std::vector<size_t>> bigger(size);
    for (const auto& bucket : buckets) {
      for (auto it = bucket.rbegin(); it != bucket.rend(); ++it) bigger[hashes[*it] & (size - 1)].push_back(*it);
    }
    buckets = std::move(bigger);
  }
  std::vector<size_t> order;
  for (const auto& bucket : buckets) order.insert(order.end(), bucket.rbegin(), bucket.rend());
  return order;
}

void CtZones::Restore(const std::map<std::string, uint32_t>& zones) {
  for (const auto& [name, zone] : zones) {
    if (zone == 0 || zone > kMaxZone || zones_.contains(name) || !taken_.insert(zone).second) continue;
    zones_[name] = restored_[name] = zone;
  }
}

void CtZones::Change(const std::vector<std::string>& removed, const std::vector<std::string>& added, Tell tell) {
  const auto forget = [&](const std::string& name) {
    const auto found = zones_.find(name);
    taken_.erase(found->second);
    zones_.erase(found);
  };
  std::vector<uint32_t> hashes;
  std::vector<std::string> names;
  for (const std::string& name : added) {
    if (++uses_[name] > 1) continue;
    names.push_back(name);
    hashes.push_back(OvsStringHash(name));
  }
  for (const std::string& name : removed) {
    const auto found = uses_.find(name);
    if (found == uses_.end() || --found->second > 0) continue;
    uses_.erase(found);
    forget(name);
    tell(name, 0);
  }
  for (const auto& [name, zone] : std::exchange(restored_, {})) {
    uses_.contains(name) ? tell(name, zone) : forget(name);
  }
  uint32_t next = 1;
  for (const size_t i : OvsTableOrder(hashes)) {
    const std::string& name = names[i];
    if (!uses_.contains(name) || zones_.contains(name)) continue;
    while (next <= kMaxZone && taken_.contains(next)) ++next;
    const uint32_t zone = next <= kMaxZone ? next++ : 0;
    zones_[name] = zone;
    if (zone == 0) continue;
    taken_.insert(zone);
    tell(name, zone);
  }
}

}  // namespace ovnlite
