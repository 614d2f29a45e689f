// File: fuzz_testutil.h
// What the fuzz targets of codecs share: the laws of view.h, with an abort where one is broken.

#ifndef OVNLITE_LIB_WIRE_FUZZ_TESTUTIL_H_
#define OVNLITE_LIB_WIRE_FUZZ_TESTUTIL_H_

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace ovnlite {

// Aborts, which a fuzzer reports with the input that led here.
inline void FuzzExpect(bool holds) {
  if (!holds) std::abort();
}

// Parse, emit, parse again, format.
template <typename Header>
void FuzzLaws(absl::Span<const uint8_t> bytes) {
  const absl::StatusOr<Header> header = Header::Parse(bytes);
  if (!header.ok()) return FuzzExpect(!header.status().message().empty());
  std::vector<uint8_t> emitted(header->size(), 0xa5);
  FuzzExpect(emitted.size() <= bytes.size());
  header->Emit(emitted.data());
  FuzzExpect(std::equal(emitted.begin(), emitted.end(), bytes.begin()));
  const absl::StatusOr<Header> again = Header::Parse(emitted);
  FuzzExpect(again.ok() && *again == *header);
  FuzzExpect(!header->ToString().empty());
}

// Walks to the end or to a fault, which must have a reason.
template <typename Walker>
void FuzzWalk(Walker walker) {
  while (walker.Next().has_value()) {
  }
  FuzzExpect(!walker.Next().has_value());
  FuzzExpect(walker.ok() == walker.status().ok());
}

}  // namespace ovnlite

#endif  // OVNLITE_LIB_WIRE_FUZZ_TESTUTIL_H_
