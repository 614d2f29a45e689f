// File: links.h
// A short list of links in 16 bytes: what a node of the incremental engine reads, who reads it, what it has put out. A
// list of many that are looked up by number becomes a hash table.

#ifndef OVNLITE_LIB_DB_LINKS_H_
#define OVNLITE_LIB_DB_LINKS_H_

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/types/span.h"
#include "ovnlite/db/incremental_parts.h"

namespace ovnlite::incremental {

class Links {
 public:
  Links() = default;
  Links(const Links&) = delete;
  Links& operator=(const Links&) = delete;
  ~Links() { Clear(); }

  bool empty() const { return size() == 0; }
  size_t size() const { return capacity_ == kHashed ? table()->size() : size_; }
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
      (*table())[a] = b;
      return;
    }
    if (Link* link = Find(a)) {
      link->b = b;
      return;
    }
    if (size_ == kMany) {
      auto* table = new Table();
      for (const Link& link : list()) table->emplace(link.a, link.b);
      table->emplace(a, b);
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
      table()->erase(a);
      if (table()->empty()) Clear();
      return;
    }
    if (Link* link = Find(a)) *link = static_cast<Link*>(data_)[--size_];
    if (size_ == 0) Clear();
  }
  // Every link, in an order that follows from what was set and removed.
  template <typename Visit>
  void ForEach(Visit visit) const {
    if (capacity_ != kHashed) {
      for (const Link& link : list()) visit(link);
      return;
    }
    std::vector<Link> links;
    links.reserve(table()->size());
    for (const auto& [a, b] : *table()) links.push_back({a, b});
    std::sort(links.begin(), links.end());
    for (const Link& link : links) visit(link);
  }

 private:
  using Table = absl::flat_hash_map<uint32_t, uint32_t>;
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
