#include "lib/trace/walker.h"

#include "lib/controller/tables.h"

namespace ovnlite {
namespace {

constexpr size_t kMaxDrops = 1'000;

constexpr bool IsSideTable(uint8_t table) { return table >= table::kMacBinding; }

}  // namespace

void Walker::Arrive(const FlowTables& tables, Packet packet) {
  tables_ = &tables;
  runs_ = 0;
  FlowKey key;
  ExtractFlowKey(packet, key);
  key.Set(field::kInPort, packet.in_port);
  key.words[kWordTunnel] = packet.tunnel;
  key.Set(field::kFrameLength, packet.size());
  Run(packet, key, {.table = table::kPhysicalToLogical});
}

void Walker::Run(const Packet& packet, const FlowKey& key, const Resumption& where) {
  if (depth_ >= kMaxDepth || runs_ >= kMaxRuns) return watcher_.OnEndless();
  PacketKey scratch = key.packet();
  const PacketLayout layout = ExtractFlowKey(packet, scratch);
  const PacketKey arrived = key.packet();
  const Current before = std::exchange(current_, {&packet, &layout, &arrived});
  ++depth_;
  ++runs_;
  const size_t drops = drops_.size();
  const Program program = Translator(*tables_).Run(key, where, this);
  // Copies that came to nothing matter only when all did.
  if (program.effects.empty()) {
    if (drops_.size() == drops) drops_.push_back({program.drop, last_});
    for (size_t i = drops; i < drops_.size(); ++i) watcher_.OnDropped(drops_[i].first, drops_[i].second, depth_ - 1);
  }
  drops_.resize(drops);
  --depth_;
  current_ = before;
}

void Walker::OnLookup(uint8_t table, const Flow* flow, const FlowKey& key) {
  table_ = table;
  if (!IsSideTable(table)) last_ = {table, flow, key};
  watcher_.OnLookup(table, flow, key);
}

void Walker::OnDrop(DropReason reason, const FlowKey&) {
  if (!IsSideTable(table_) && drops_.size() < kMaxDrops) drops_.push_back({reason, last_});
}

void Walker::OnEffect(const Effect& effect, const FlowKey& key) {
  watcher_.OnEffect(effect, key);
  Packet packet = current_.packet->Clone();
  effect.rewrite.Apply(packet, *current_.layout);
  FlowKey at = effect.kind == Effect::Kind::kOutput ? key : effect.KeyOf(packet, *current_.key);
  const Onward onward = Follow(effect, packet, at, tracker_);
  watcher_.OnFollowed(effect, onward, packet, at);
  if (onward.kind == Onward::Kind::kGoesOn) return Run(packet, at, onward.where);
  if (onward.kind != Onward::Kind::kHandedOver) return;
  PacketIn handed{effect.op, std::move(packet), at, effect.rest};
  if (watcher_.OnPacketIn(handed) && handed.rest != nullptr) {
    Run(handed.packet, handed.key, {.rest = std::move(handed.rest)});
  }
}

}  // namespace ovnlite
