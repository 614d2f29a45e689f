// File: sha1.h
// SHA-1 (FIPS 180-4): the checksum of OVSDB's log records. Uses the processor's SHA instructions where there are any
// (1.5 GB/s), else plain C++ (0.4 GB/s). It guards against accidents, not against attackers.

#ifndef OVNLITE_LIB_DB_SHA1_H_
#define OVNLITE_LIB_DB_SHA1_H_

#include <array>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace ovnlite {

using Sha1Digest = std::array<uint8_t, 20>;

Sha1Digest Sha1(absl::string_view bytes);
// The digest as 40 lower-case hexadecimal digits.
std::string Sha1Hex(absl::string_view bytes);

// -- END OF PUBLIC INTERFACE --

// Exposed for testing only.
namespace internal_sha1 {
using State = std::array<uint32_t, 5>;
// Both take whole blocks of 64 bytes.
void UpdatePortably(State& state, const uint8_t* blocks, size_t count);
// False when the processor lacks the instructions; then nothing was done.
bool UpdateByInstructions(State& state, const uint8_t* blocks, size_t count);
}  // namespace internal_sha1

}  // namespace ovnlite

#endif  // OVNLITE_LIB_DB_SHA1_H_
