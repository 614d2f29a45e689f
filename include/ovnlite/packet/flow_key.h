// File: flow_key.h
// A packet as the flow tables see it: every field of field.h, in 264 bytes without a pointer. Extraction is total: any
// bytes give a key, in which fields that the packet is too short to hold are zero, as in Open vSwitch.
//
// The same type serves as a mask: there, a set bit means "looked at".

#ifndef OVNLITE_PACKET_FLOW_KEY_H_
#define OVNLITE_PACKET_FLOW_KEY_H_

#include <array>
#include <cstdint>

#include "ovnlite/base/bytes.h"
#include "ovnlite/packet/field.h"

namespace ovnlite {

struct FlowKey {
  std::array<uint64_t, kKeyWords> words{};

  constexpr u128 Get(FieldRef f) const {
    if (f.width > 64) return MakeU128(words[f.word], words[f.word + 1]);
    return words[f.word] >> f.shift & static_cast<uint64_t>(LowMask(f.width));
  }
  // For fields of at most 64 bits.
  constexpr uint64_t Get64(FieldRef f) const { return words[f.word] >> f.shift & static_cast<uint64_t>(LowMask(f.width)); }

  // Replaces the bits of `f` that are set in `mask`.
  constexpr void SetMasked(FieldRef f, u128 value, u128 mask) {
    mask &= LowMask(f.width);
    if (f.width > 64) {
      words[f.word] = (words[f.word] & ~High64(mask)) | (High64(value) & High64(mask));
      words[f.word + 1] = (words[f.word + 1] & ~Low64(mask)) | (Low64(value) & Low64(mask));
    } else {
      const uint64_t m = Low64(mask) << f.shift;
      words[f.word] = (words[f.word] & ~m) | (Low64(value) << f.shift & m);
    }
  }
  constexpr void Set(FieldRef f, u128 value) { SetMasked(f, value, LowMask(f.width)); }

  // As a mask: marks the bits of `f` that are set in `mask` as looked at.
  constexpr void Include(FieldRef f, u128 mask = ~u128{0}) {
    mask &= LowMask(f.width);
    if (f.width > 64) {
      words[f.word] |= High64(mask);
      words[f.word + 1] |= Low64(mask);
    } else {
      words[f.word] |= Low64(mask) << f.shift;
    }
  }

  constexpr uint32_t reg(int i) const { return static_cast<uint32_t>(words[kWordRegs + i / 2] >> (i % 2 ? 0 : 32)); }
  constexpr void set_reg(int i, uint32_t v) { Set(RegField(i), v); }

  friend constexpr bool operator==(const FlowKey&, const FlowKey&) = default;
};

static_assert(sizeof(FlowKey) == 264);

}  // namespace ovnlite

#endif  // OVNLITE_PACKET_FLOW_KEY_H_
