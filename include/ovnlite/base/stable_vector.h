// File: stable_vector.h
// A vector whose elements stay where they are when it grows: blocks of a thousand, found by two loads. Elements are made
// one by one at the end and destroyed with the vector.

#ifndef OVNLITE_BASE_STABLE_VECTOR_H_
#define OVNLITE_BASE_STABLE_VECTOR_H_

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace ovnlite {

template <typename T>
class StableVector {
 public:
  T& operator[](size_t i) { return blocks_[i / kBlock][i % kBlock]; }
  const T& operator[](size_t i) const { return blocks_[i / kBlock][i % kBlock]; }
  size_t size() const { return size_; }

  T& emplace_back() {
    if (size_ == blocks_.size() * kBlock) blocks_.push_back(std::make_unique<T[]>(kBlock));
    return (*this)[size_++];
  }

 private:
  static constexpr size_t kBlock = 1024;
  std::vector<std::unique_ptr<T[]>> blocks_;
  size_t size_ = 0;
};

}  // namespace ovnlite

#endif  // OVNLITE_BASE_STABLE_VECTOR_H_
