// File: flow_key.h
// A packet as the flow tables see it: every field of field.h, in 264 bytes without a pointer. Extraction is total: any
// bytes give a key, in which fields that the packet is too short to hold are zero, as in Open vSwitch.
//
// Two parts make a key. A PacketKey is what comes with the packet (its headers, port, tunnel, connection), and what
// megaflows are keyed by; PipelineWords are what the pipeline computed on the way, the same for every packet of one path.
//
// The same types serve as masks: there, a set bit means "looked at".

#ifndef OVNLITE_PACKET_FLOW_KEY_H_
#define OVNLITE_PACKET_FLOW_KEY_H_

#include <algorithm>
#include <array>
#include <cstdint>

#include "ovnlite/base/bytes.h"
#include "ovnlite/packet/field.h"

namespace ovnlite {

// The first kWords words of a key, and the fields in them.
template <int kWords>
struct KeyWords {
  std::array<uint64_t, kWords> words{};

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

  friend constexpr bool operator==(const KeyWords&, const KeyWords&) = default;
};

struct PacketKey : KeyWords<kPacketWords> {};

// kWordMetadata and what follows it.
struct PipelineWords {
  std::array<uint64_t, kKeyWords - kPacketWords> words{};
  friend constexpr bool operator==(const PipelineWords&, const PipelineWords&) = default;
};

struct FlowKey : KeyWords<kKeyWords> {
  constexpr FlowKey() = default;
  constexpr explicit FlowKey(const PacketKey& packet, const PipelineWords& pipeline = {}) {
    std::copy(packet.words.begin(), packet.words.end(), words.begin());
    std::copy(pipeline.words.begin(), pipeline.words.end(), words.begin() + kPacketWords);
  }
  constexpr PacketKey packet() const {
    PacketKey key;
    std::copy_n(words.begin(), key.words.size(), key.words.begin());
    return key;
  }
  constexpr PipelineWords pipeline() const {
    PipelineWords pipeline;
    std::copy_n(words.begin() + kPacketWords, pipeline.words.size(), pipeline.words.begin());
    return pipeline;
  }

  constexpr uint32_t reg(int i) const { return static_cast<uint32_t>(words[kWordRegs + i / 2] >> (i % 2 ? 0 : 32)); }
  constexpr void set_reg(int i, uint32_t v) { Set(RegField(i), v); }
};

static_assert(sizeof(PacketKey) == 192 && sizeof(FlowKey) == 264);

}  // namespace ovnlite

#endif  // OVNLITE_PACKET_FLOW_KEY_H_
