// File: megaflow_subtable.h
// Megaflows with one mask, by their masked words.
//
// A hash table that grows by one bucket at a time (W. Litwin, "Linear Hashing", VLDB 1980): of the 2^n + s buckets,
// those before s and those from 2^n on have been split. A bucket is a cache line of five places; the rare sixth
// megaflow goes to a line behind it.

#ifndef OVNLITE_LIB_DATAPATH_MEGAFLOW_SUBTABLE_H_
#define OVNLITE_LIB_DATAPATH_MEGAFLOW_SUBTABLE_H_

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "lib/datapath/megaflow_cache.h"
#include "ovnlite/base/hash.h"
#include "ovnlite/packet/flow_key.h"

namespace ovnlite {

class MegaflowSubtable {
 public:
  explicit MegaflowSubtable(const PacketKey& mask);
  ~MegaflowSubtable();
  MegaflowSubtable(const MegaflowSubtable&) = delete;
  MegaflowSubtable& operator=(const MegaflowSubtable&) = delete;

  const PacketKey& mask() const { return mask_; }
  size_t size() const { return size_; }
  uint64_t hits() const { return hits_; }
  void CountHits(uint64_t n) { hits_ += n; }
  void Age() { hits_ /= 2; }

  uint32_t Hash(const PacketKey& key) const {
    uint64_t h = 0;
    for (size_t i = 0; i < count_; ++i) h = HashMix(h, key.words[words_[i].word] & words_[i].mask);
    return static_cast<uint32_t>(h ^ h >> 32);
  }
  // Whether `megaflow`, one of this subtable, covers the packet.
  bool Covers(const Megaflow& megaflow, const PacketKey& key) const {
    const uint64_t* const words = megaflow.words();
    uint64_t difference = 0;
    for (size_t i = 0; i < count_; ++i) difference |= (key.words[words_[i].word] & words_[i].mask) ^ words[i];
    return difference == 0;
  }
  Megaflow* Find(const PacketKey& key, uint32_t hash) {
    for (const Bucket* bucket = &At(BucketOf(hash)); bucket != nullptr; bucket = bucket->next.get()) {
      for (int i = 0; i < bucket->count; ++i) {
        if (bucket->tags[i] != Tag(hash) || !Covers(*bucket->megaflows[i], key)) continue;
        ++hits_;
        return bucket->megaflows[i];
      }
    }
    return nullptr;
  }
  void Prefetch(uint32_t hash) const { __builtin_prefetch(&At(BucketOf(hash))); }
  // Brings in the candidate that Find() will compare.
  void PrefetchCandidate(uint32_t hash) const {
    const Bucket& bucket = At(BucketOf(hash));
    for (int i = 0; i < bucket.count; ++i) {
      if (bucket.tags[i] != Tag(hash)) continue;
      __builtin_prefetch(bucket.megaflows[i]);
      return __builtin_prefetch(reinterpret_cast<const char*>(bucket.megaflows[i]) + 64);
    }
  }

  Megaflow* Insert(const PacketKey& key);
  // Takes a megaflow out, which stays as it is until Free().
  void Remove(Megaflow* megaflow);
  void Free(Megaflow* megaflow);
  PacketKey KeyOf(const Megaflow& megaflow) const;

  size_t bucket_count() const { return bucket_count_; }
  void AppendBucket(size_t i, std::vector<Megaflow*>& to) const {
    for (const Bucket* bucket = &At(i); bucket != nullptr; bucket = bucket->next.get()) {
      to.insert(to.end(), bucket->megaflows, bucket->megaflows + bucket->count);
    }
  }

 private:
  static constexpr int kPlaces = 5;
  static constexpr size_t kBucketsPerSegment = 16;
  static constexpr size_t kMegaflowsPerBucket = 3;  // On average, when the table grows.

  struct alignas(64) Bucket {
    uint16_t tags[kPlaces] = {};
    uint8_t count = 0;
    Megaflow* megaflows[kPlaces] = {};
    std::unique_ptr<Bucket> next;
  };
  static_assert(sizeof(Bucket) == 64);
  using Segment = std::array<Bucket, kBucketsPerSegment>;

  static uint16_t Tag(uint32_t hash) { return static_cast<uint16_t>(hash >> 16); }
  size_t BucketOf(uint32_t hash) const {
    const size_t bucket = hash & (level_ - 1);
    return bucket < split_ ? hash & (2 * level_ - 1) : bucket;
  }
  Bucket& At(size_t i) { return (*segments_[i / kBucketsPerSegment])[i % kBucketsPerSegment]; }
  const Bucket& At(size_t i) const { return (*segments_[i / kBucketsPerSegment])[i % kBucketsPerSegment]; }
  void Place(Megaflow* megaflow);
  void Grow();
  Megaflow* Allocate();

  PacketKey mask_;
  struct MaskedWord {
    uint64_t mask;
    uint8_t word;
  };
  std::array<MaskedWord, kPacketWords> words_;
  size_t count_ = 0;
  uint64_t hits_ = 0;
  size_t size_ = 0;
  std::vector<std::unique_ptr<Segment>> segments_;
  size_t bucket_count_ = 1;
  size_t level_ = 1;  // A power of two.
  size_t split_ = 0;
  // Memory for megaflows, each of megaflow_size_ bytes.
  struct FreeChunk {
    void operator()(std::byte* chunk) const;
  };
  size_t megaflow_size_ = 0;
  std::vector<std::unique_ptr<std::byte, FreeChunk>> chunks_;
  std::vector<Megaflow*> free_;
};

}  // namespace ovnlite

#endif  // OVNLITE_LIB_DATAPATH_MEGAFLOW_SUBTABLE_H_
