#include "ovnlite/datapath/program.h"

namespace ovnlite {

FlowKey Effect::KeyOf(const Packet& packet, const PacketKey& arrived, PacketLayout* layout) const {
  FlowKey key = state->key;
  for (int w = 0; w < kPacketWords; ++w) {
    const uint64_t constant = state->constant.words[w];
    key.words[w] = (state->key.words[w] & constant) | (arrived.words[w] & ~constant);
  }
  const PacketLayout found = ExtractFlowKey(packet, key);
  if (layout != nullptr) *layout = found;
  key.Set(field::kFrameLength, packet.size());
  return key;
}

}  // namespace ovnlite
