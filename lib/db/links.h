// File: links.h
// A short list of links in 16 bytes: what a node of the incremental engine reads, who reads it, what it has put out. A
// list of many that are looked up by number becomes hash tables, one for each mask of columns that is read: who is not
// meant by a change costs it nothing.

#ifndef OVNLITE_LIB_DB_LINKS_H_
#define OVNLITE_LIB_DB_LINKS_H_

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/types/span.h"
#include "ovnlite/db/incremental_nodes.h"

namespace ovnlite::incremental {

class Links {
 public:
  Links() = default;
  Links(const Links&) = delete;
  Links& operator=(const Links&) = delete;
  ~Links() { Clear(); }

  bool empty() const { return size() == 0; }
  size_t size() const { return capacity_ == kHashed ? table()->size : size_; }
  void Clear() {
    if (capacity_ == kHashed) {
      delete table();
    } else {
      std::free(data_);
    }
    data_ = nullptr;
    size_ = capacity_ = 0;
  }

  // As a list: of lists that Assign() made only.
  absl::Span<const Link> list() const { return {static_cast<const Link*>(data_), size_}; }
  void Assign(absl::Span<const Link> links) {
    Clear();
    if (links.empty()) return;
    data_ = std::malloc(links.size() * sizeof(Link));
    size_ = capacity_ = static_cast<uint32_t>(links.size());
    std::memcpy(data_, links.data(), links.size() * sizeof(Link));
  }

  // By `a`: sets the link's `b`.
  void Set(uint32_t a, uint32_t b) {
    if (capacity_ == kHashed) {
      table()->Erase(a);
      table()->Insert(a, b);
      return;
    }
    if (Link* link = Find(a)) {
      link->b = b;
      return;
    }
    if (size_ == kMany) {
      auto* table = new Table();
      for (const Link& link : list()) table->Insert(link.a, link.b);
      table->Insert(a, b);
      std::free(data_);
      data_ = table;
      size_ = 0;
      capacity_ = kHashed;
      return;
    }
    if (size_ == capacity_) {
      capacity_ = std::max<uint32_t>(1, capacity_ * 2);
      data_ = std::realloc(data_, capacity_ * sizeof(Link));
    }
    static_cast<Link*>(data_)[size_++] = {a, b};
  }
  void Remove(uint32_t a) {
    if (capacity_ == kHashed) {
      table()->Erase(a);
      if (table()->size == 0) Clear();
      return;
    }
    if (Link* link = Find(a)) *link = static_cast<Link*>(data_)[--size_];
    if (size_ == 0) Clear();
  }
  // The `a` of every link whose `b` has a bit of the mask, or of all links if the mask is full; in an order that follows
  // from what was set and removed.
  template <typename Visit>
  void ForEach(uint32_t mask, Visit visit) const {
    const auto is_meant = [mask](uint32_t b) { return mask == ~uint32_t{0} || (b & mask) != 0; };
    if (capacity_ != kHashed) {
      for (const Link& link : list()) {
        if (is_meant(link.b)) visit(link.a);
      }
      return;
    }
    std::vector<uint32_t> meant;
    for (const auto& [b, numbers] : table()->by_mask) {
      if (is_meant(b)) meant.insert(meant.end(), numbers.begin(), numbers.end());
    }
    std::sort(meant.begin(), meant.end());
    for (const uint32_t a : meant) visit(a);
  }

 private:
  struct Table {
    void Insert(uint32_t a, uint32_t b) {
      auto at = std::find_if(by_mask.begin(), by_mask.end(), [b](const auto& of) { return of.first == b; });
      if (at == by_mask.end()) at = by_mask.emplace(at, b, absl::flat_hash_set<uint32_t>());
      at->second.insert(a);
      ++size;
    }
    void Erase(uint32_t a) {
      for (auto at = by_mask.begin(); at != by_mask.end(); ++at) {
        if (at->second.erase(a) == 0) continue;
        --size;
        if (at->second.empty()) by_mask.erase(at);
        return;
      }
    }

    std::vector<std::pair<uint32_t, absl::flat_hash_set<uint32_t>>> by_mask;  // Few.
    size_t size = 0;
  };
  static constexpr uint32_t kMany = 32;
  static constexpr uint32_t kHashed = ~uint32_t{0};  // As a capacity: data_ is a Table.

  Table* table() const { return static_cast<Table*>(data_); }
  Link* Find(uint32_t a) {
    auto* links = static_cast<Link*>(data_);
    for (uint32_t i = 0; i < size_; ++i) {
      if (links[i].a == a) return &links[i];
    }
    return nullptr;
  }

  void* data_ = nullptr;
  uint32_t size_ = 0;
  uint32_t capacity_ = 0;
};

}  // namespace ovnlite::incremental

#endif  // OVNLITE_LIB_DB_LINKS_H_
