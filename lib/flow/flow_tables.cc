#include "ovnlite/flow/flow_tables.h"

#include <algorithm>
#include <array>

#include "absl/container/flat_hash_map.h"
#include "absl/container/node_hash_map.h"
#include "ovnlite/base/hash.h"

namespace ovnlite {
namespace {

uint32_t MetadataOf(const Flow& flow) {
  const bool exact = flow.match.MaskOf(field::kMetadata) == LowMask(32);
  return exact ? static_cast<uint32_t>(flow.match.ValueOf(field::kMetadata)) : kAnyMetadata;
}

}  // namespace

struct FlowTables::State {
  // Tunnel keys are handed out from 1 up: up to here the part is found by index, beyond by hashing.
  static constexpr uint32_t kDense = 4096;

  class Table {
   public:
    Classifier any;

    Classifier* Find(uint32_t metadata) const {
      if (metadata < dense_.size()) return dense_[metadata].get();
      if (sparse_.empty()) return nullptr;
      const auto found = sparse_.find(metadata);
      return found == sparse_.end() ? nullptr : found->second.get();
    }
    Classifier& FindOrAdd(uint32_t metadata) {
      if (metadata < kDense && metadata >= dense_.size()) dense_.resize(metadata + 1);
      std::unique_ptr<Classifier>& part = metadata < kDense ? dense_[metadata] : sparse_[metadata];
      if (part == nullptr) part = std::make_unique<Classifier>();
      return *part;
    }
    void Erase(uint32_t metadata) {
      if (metadata < dense_.size()) {
        dense_[metadata] = nullptr;
      } else {
        sparse_.erase(metadata);
      }
    }
    std::vector<uint32_t> Datapaths() const {
      std::vector<uint32_t> datapaths;
      for (uint32_t m = 0; m < dense_.size(); ++m) {
        if (dense_[m] != nullptr) datapaths.push_back(m);
      }
      for (const auto& [metadata, part] : sparse_) datapaths.push_back(metadata);
      std::sort(datapaths.begin(), datapaths.end());
      return datapaths;
    }

   private:
    std::vector<std::unique_ptr<Classifier>> dense_;
    absl::flat_hash_map<uint32_t, std::unique_ptr<Classifier>> sparse_;
  };

  std::array<Table, 256> tables;
  absl::node_hash_map<FlowId, Flow> flows;  // Addresses stay.
  FlowId last_id = 0;
  uint64_t generation = 1;
  // When parts changed last: those for any metadata by table, the others by a hash.
  static constexpr size_t kPlaces = 4096;
  std::array<uint64_t, 256> any_changed{};
  std::vector<uint64_t> changed = std::vector<uint64_t>(kPlaces);

  static size_t PlaceOf(TablePart part) { return HashMix(0, part) % kPlaces; }

  // The part that a flow is in, or comes to, which changes.
  Classifier& ChangePartOf(const Flow& flow) {
    const uint32_t metadata = MetadataOf(flow);
    ++generation;
    (metadata == kAnyMetadata ? any_changed[flow.table] : changed[PlaceOf(MakeTablePart(flow.table, metadata))]) =
        generation;
    Table& table = tables[flow.table];
    return metadata == kAnyMetadata ? table.any : table.FindOrAdd(metadata);
  }
};

FlowTables::FlowTables() : state_(std::make_unique<State>()) {}
FlowTables::~FlowTables() = default;

FlowId FlowTables::Add(Flow flow) {
  const FlowId id = ++state_->last_id;
  Flow& kept = state_->flows[id] = std::move(flow);
  kept.id = id;
  state_->ChangePartOf(kept).Insert(&kept);
  return id;
}

void FlowTables::Remove(FlowId id) {
  const auto found = state_->flows.find(id);
  const Flow& flow = found->second;
  Classifier& part = state_->ChangePartOf(flow);
  part.Remove(&flow);
  State::Table& table = state_->tables[flow.table];
  if (part.empty() && &part != &table.any) table.Erase(MetadataOf(flow));
  state_->flows.erase(found);
}

const Flow& FlowTables::Get(FlowId id) const { return state_->flows.at(id); }

const Flow* FlowTables::Find(FlowId id) const {
  const auto found = state_->flows.find(id);
  return found == state_->flows.end() ? nullptr : &found->second;
}

size_t FlowTables::size() const { return state_->flows.size(); }

const Flow* FlowTables::Lookup(uint8_t number, const LookupContext& context) const {
  const State::Table& table = state_->tables[number];
  const Flow* best = nullptr;
  const Classifier* part = table.Find(static_cast<uint32_t>(context.key.Get64(field::kMetadata)));
  if (part != nullptr) best = part->Lookup(context);
  if (!table.any.empty()) {
    const Flow* general = table.any.Lookup(context);
    if (general != nullptr && (best == nullptr || context.Prefers(*general, *best))) best = general;
  }
  return best;
}

void FlowTables::ForEach(const std::function<void(const Flow&)>& visit) const {
  for (const State::Table& table : state_->tables) {
    for (uint32_t metadata : table.Datapaths()) {
      for (const Flow* flow : table.Find(metadata)->flows()) visit(*flow);
    }
    for (const Flow* flow : table.any.flows()) visit(*flow);
  }
}

uint64_t FlowTables::generation() const { return state_->generation; }

bool FlowTables::ChangedSince(TablePart part, uint64_t generation) const {
  const uint64_t any = state_->any_changed[part >> 32];
  return std::max(any, state_->changed[State::PlaceOf(part)]) > generation;
}

}  // namespace ovnlite
