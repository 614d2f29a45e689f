#include "lib/datapath/megaflow_subtable.h"

#include <cstddef>
#include <new>
#include <utility>

namespace ovnlite {
namespace {

constexpr size_t kMegaflowsPerChunk = 32;
constexpr std::align_val_t kAlignment{alignof(Megaflow)};

}  // namespace

void MegaflowSubtable::FreeChunk::operator()(std::byte* chunk) const { ::operator delete(chunk, kAlignment); }

MegaflowSubtable::MegaflowSubtable(const PacketKey& mask) : mask_(mask) {
  for (uint8_t w = 0; w < kPacketWords; ++w) {
    if (mask.words[w] != 0) words_[count_++] = {mask.words[w], w};
  }
  const size_t size = Megaflow::kWordsAt + sizeof(uint64_t) * count_;
  megaflow_size_ = (size + alignof(Megaflow) - 1) / alignof(Megaflow) * alignof(Megaflow);
  segments_.push_back(std::make_unique<Segment>());
}

MegaflowSubtable::~MegaflowSubtable() {
  std::vector<Megaflow*> all;
  for (size_t i = 0; i < bucket_count_; ++i) AppendBucket(i, all);
  for (Megaflow* megaflow : all) megaflow->~Megaflow();
}

Megaflow* MegaflowSubtable::Allocate() {
  if (free_.empty()) {
    auto* const chunk = static_cast<std::byte*>(::operator new(megaflow_size_* kMegaflowsPerChunk, kAlignment));
    chunks_.emplace_back(chunk);
    for (size_t i = kMegaflowsPerChunk; i-- > 0;) {
      free_.push_back(reinterpret_cast<Megaflow*>(chunk + megaflow_size_ * i));
    }
  }
  Megaflow* const place = free_.back();
  free_.pop_back();
  return new (place) Megaflow();
}

void MegaflowSubtable::Free(Megaflow* megaflow) {
  megaflow->~Megaflow();
  free_.push_back(megaflow);
}

Megaflow* MegaflowSubtable::Insert(const PacketKey& key) {
  Megaflow* const megaflow = Allocate();
  for (size_t i = 0; i < count_; ++i) megaflow->words()[i] = key.words[words_[i].word] & words_[i].mask;
  megaflow->hash = Hash(key);
  ++size_;
  if (size_ > bucket_count_ * kMegaflowsPerBucket) Grow();
  Place(megaflow);
  return megaflow;
}

void MegaflowSubtable::Place(Megaflow* megaflow) {
  Bucket* bucket = &At(BucketOf(megaflow->hash));
  while (bucket->count == kPlaces) {
    if (bucket->next == nullptr) bucket->next = std::make_unique<Bucket>();
    bucket = bucket->next.get();
  }
  bucket->tags[bucket->count] = Tag(megaflow->hash);
  bucket->megaflows[bucket->count++] = megaflow;
}

// Splits one bucket in two.
void MegaflowSubtable::Grow() {
  if (bucket_count_ % kBucketsPerSegment == 0) segments_.push_back(std::make_unique<Segment>());
  ++bucket_count_;
  std::vector<Megaflow*> moving;
  AppendBucket(split_, moving);
  Bucket& old = At(split_);
  old.count = 0;
  old.next.reset();
  if (++split_ == level_) {
    level_ *= 2;
    split_ = 0;
  }
  for (Megaflow* megaflow : moving) Place(megaflow);
}

void MegaflowSubtable::Remove(Megaflow* megaflow) {
  --size_;
  Bucket* const first = &At(BucketOf(megaflow->hash));
  Bucket* holder = first;
  int place = 0;
  while (true) {
    for (place = 0; place < holder->count && holder->megaflows[place] != megaflow;) ++place;
    if (place < holder->count) break;
    holder = holder->next.get();
  }
  // The last one of the bucket takes the place.
  Bucket *last = first, *before = nullptr;
  while (last->next != nullptr && last->next->count > 0) before = std::exchange(last, last->next.get());
  --last->count;
  holder->tags[place] = last->tags[last->count];
  holder->megaflows[place] = last->megaflows[last->count];
  if (last->count == 0 && before != nullptr) before->next.reset();
}

PacketKey MegaflowSubtable::KeyOf(const Megaflow& megaflow) const {
  PacketKey key;
  for (size_t i = 0; i < count_; ++i) key.words[words_[i].word] = megaflow.words()[i];
  return key;
}

}  // namespace ovnlite
