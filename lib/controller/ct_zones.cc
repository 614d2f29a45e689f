#include "lib/controller/ct_zones.h"

#include <algorithm>
#include <set>

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
  std::set<uint32_t> taken;
  for (const auto& [name, zone] : zones_) taken.insert(zone);
  for (const auto& [name, zone] : zones) {
    if (zone == 0 || zone > kMaxZone || zones_.contains(name) || !taken.insert(zone).second) continue;
    zones_[name] = zone;
  }
}

void CtZones::Assign(const std::vector<std::string>& names) {
  const std::set<std::string> wanted(names.begin(), names.end());
  std::erase_if(zones_, [&wanted](const auto& zone) { return !wanted.contains(zone.first); });
  std::set<uint32_t> taken;
  for (const auto& [name, zone] : zones_) taken.insert(zone);
  std::vector<uint32_t> hashes;
  std::vector<std::string> unique;
  std::set<std::string> seen;
  for (const std::string& name : names) {
    if (!seen.insert(name).second) continue;
    unique.push_back(name);
    hashes.push_back(OvsStringHash(name));
  }
  uint32_t next = 1;
  for (size_t i : OvsTableOrder(hashes)) {
    if (zones_.contains(unique[i])) continue;
    while (next <= kMaxZone && taken.contains(next)) ++next;
    zones_[unique[i]] = next <= kMaxZone ? next++ : 0;
  }
}

}  // namespace ovnlite
