#include "ovnlite/flow/flow_tables.h"

#include <algorithm>
#include <array>
#include <deque>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"

namespace ovnlite {
namespace {

uint32_t MetadataOf(const Flow& flow) {
  const bool exact = flow.match.MaskOf(field::kMetadata) == LowMask(32);
  return exact ? static_cast<uint32_t>(flow.match.ValueOf(field::kMetadata)) : kAnyMetadata;
}

}  // namespace

struct FlowTables::State {
  struct Table {
    Classifier any;
    absl::flat_hash_map<uint32_t, std::unique_ptr<Classifier>> by_metadata;
  };
  std::array<Table, 256> tables;
  std::deque<Flow> flows;  // By id - 1; a deque keeps addresses.
  std::vector<FlowId> free;
  absl::flat_hash_set<TablePart> changed;

  Classifier& PartOf(const Flow& flow) {
    Table& table = tables[flow.table];
    const uint32_t metadata = MetadataOf(flow);
    changed.insert(MakeTablePart(flow.table, metadata));
    if (metadata == kAnyMetadata) return table.any;
    std::unique_ptr<Classifier>& part = table.by_metadata[metadata];
    if (part == nullptr) part = std::make_unique<Classifier>();
    return *part;
  }
};

FlowTables::FlowTables() : state_(std::make_unique<State>()) {}
FlowTables::~FlowTables() = default;

FlowId FlowTables::Add(Flow flow) {
  FlowId id;
  if (state_->free.empty()) {
    state_->flows.push_back(std::move(flow));
    id = static_cast<FlowId>(state_->flows.size());
  } else {
    id = state_->free.back();
    state_->free.pop_back();
    state_->flows[id - 1] = std::move(flow);
  }
  Flow& kept = state_->flows[id - 1];
  kept.id = id;
  state_->PartOf(kept).Insert(&kept);
  return id;
}

void FlowTables::Remove(FlowId id) {
  Flow& flow = state_->flows[id - 1];
  Classifier& part = state_->PartOf(flow);
  part.Remove(&flow);
  if (part.empty() && &part != &state_->tables[flow.table].any)
    state_->tables[flow.table].by_metadata.erase(MetadataOf(flow));
  flow = Flow();
  state_->free.push_back(id);
}

const Flow& FlowTables::Get(FlowId id) const { return state_->flows[id - 1]; }

size_t FlowTables::size() const { return state_->flows.size() - state_->free.size(); }

const Flow* FlowTables::Lookup(uint8_t number, const LookupContext& context) const {
  const State::Table& table = state_->tables[number];
  const Flow* best = nullptr;
  if (!table.by_metadata.empty()) {
    const auto found = table.by_metadata.find(static_cast<uint32_t>(context.key.Get64(field::kMetadata)));
    if (found != table.by_metadata.end()) best = found->second->Lookup(context);
  }
  if (!table.any.empty()) {
    const Flow* general = table.any.Lookup(context);
    if (general != nullptr && (best == nullptr || Precedes(*general, *best))) best = general;
  }
  return best;
}

void FlowTables::ForEach(const std::function<void(const Flow&)>& visit) const {
  for (const State::Table& table : state_->tables) {
    std::vector<uint32_t> datapaths;
    datapaths.reserve(table.by_metadata.size());
    for (const auto& [metadata, part] : table.by_metadata) datapaths.push_back(metadata);
    std::sort(datapaths.begin(), datapaths.end());
    for (uint32_t metadata : datapaths) {
      for (const Flow* flow : table.by_metadata.at(metadata)->flows()) visit(*flow);
    }
    for (const Flow* flow : table.any.flows()) visit(*flow);
  }
}

std::vector<TablePart> FlowTables::TakeChanges() {
  std::vector<TablePart> parts(state_->changed.begin(), state_->changed.end());
  std::sort(parts.begin(), parts.end());
  state_->changed.clear();
  return parts;
}

}  // namespace ovnlite
