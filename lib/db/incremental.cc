#include "ovnlite/db/incremental.h"

#include "lib/db/engine.h"

namespace ovnlite {

using incremental::Engine;

Incremental::Incremental(std::vector<Database*> databases) : engine_(std::make_unique<Engine>(databases)) {}
Incremental::~Incremental() = default;

int Incremental::AddStore(std::unique_ptr<incremental::Store> store) { return engine_->AddStore(std::move(store)); }
int Incremental::AddKind(std::unique_ptr<incremental::Kind> kind, const Feeds& feeds) {
  return engine_->AddKind(std::move(kind), feeds);
}
incremental::Kind& Incremental::KindOf(int number) { return engine_->KindOf(number); }
incremental::Store& Incremental::StoreOf(int number) const { return engine_->StoreOf(number); }

void Incremental::RunForRows(int, incremental::RowKind& kind, const TableSchema& table) {
  engine_->WatchOf(table).row_kinds.push_back(&kind);
}

void Incremental::RunForMembers(incremental::MemberKindBase& kind, const ColumnSchema& column) {
  engine_->WatchOf(column.table()).member_kinds.emplace_back(&kind, &column);
}

const Index& Incremental::IndexOn(const ColumnSchema& column) {
  return engine_->WatchOf(column.table()).database.IndexOn(column);
}

void Incremental::RunForJoin(incremental::JoinKindBase& kind, const Index& index) {
  kind.rows = &index;
  engine_->WatchOf(index.table()).join_kinds.push_back(&kind);
}

void Incremental::DependOn(int kind, int relation) { KindOf(kind).runs_for.push_back(relation); }

void Incremental::AddSingleEmitter(absl::string_view name, std::function<void(Reader&, Output&)> function,
                                   Feeds feeds) {
  const DemandedEmitter<Uuid> emitter = AddDemandedEmitter<Uuid>(
      name, [f = std::move(function)](Reader& reader, const Uuid&, Output& out) { f(reader, out); }, feeds);
  Demand(emitter, Uuid());
}

absl::Status Incremental::Update() { return engine_->Update(); }
bool Incremental::IsStale() const { return engine_->IsStale(); }
void Incremental::Inspect(absl::FunctionRef<void(Reader&)> look) { engine_->Inspect(look); }
void Incremental::SetInput(incremental::Kind& kind, uint32_t slot, bool is_default, bool changed) {
  engine_->SetInput(kind, slot, is_default, changed);
}
void Incremental::StartNode(incremental::Kind& kind, uint32_t slot) { engine_->StartNode(kind, slot); }
void Incremental::EndNode(incremental::Kind& kind, uint32_t slot) { engine_->EndNode(kind, slot); }

const Incremental::Statistics& Incremental::statistics() const { return engine_->statistics(); }
std::vector<Incremental::FunctionStatistics> Incremental::functions() const { return engine_->functions(); }
size_t Incremental::node_count() const { return engine_->node_count(); }
void Incremental::WatchRuns(std::function<void(const Run&)> watcher) { engine_->WatchRuns(std::move(watcher)); }

incremental::Store& Output::StoreOf(int number) { return engine_.StoreOf(number); }

incremental::Kind& Reader::KindOf(int number) { return engine_.KindOf(number); }
incremental::Store& Reader::RelationOf(int number) { return engine_.StoreOf(number); }
bool Reader::AskNode(incremental::Kind& kind, uint32_t slot) { return engine_.AskNode(frame_, kind, slot); }
void Reader::ReadRelation(incremental::Store& relation, incremental::Watched watched) {
  engine_.ReadRelation(frame_, relation, watched);
}

void Reader::SettleRelation(incremental::Store& relation) { engine_.SettleRelation(relation); }

const Row* Reader::GetRow(const DatabaseSchema& schema, size_t table, const Uuid& uuid, uint32_t* entry) {
  incremental::TableWatch& watch = engine_.WatchOf(schema, table);
  *entry = engine_.Record(frame_, engine_.NodeForRow(watch, uuid));
  return watch.database.Find(watch.table, uuid);
}

RowIds Reader::FindRows(const ColumnSchema& column, const absl::string_view* map_key, const AtomRef& key) {
  incremental::TableWatch& watch = engine_.WatchOf(column.table());
  const Index& index =
      map_key == nullptr ? watch.database.IndexOn(column) : watch.database.IndexOn(column, *map_key);
  incremental::IndexWatch& entries = watch.WatchOf(index);
  engine_.Record(frame_, engine_.NodeFor({&entries, entries.slots.Add(key.ToAtom()).first}));
  const RowIds found = index.Find(key);
  frame_.log.values += found.size();
  return found;
}

std::vector<Uuid> Reader::AllRows(const DatabaseSchema& schema, size_t table) {
  incremental::TableWatch& watch = engine_.WatchOf(schema, table);
  engine_.Record(frame_, engine_.NodeFor({&watch.members, 0}));
  std::vector<Uuid> rows;
  rows.reserve(watch.database.RowCount(watch.table));
  watch.database.ForEach(watch.table, [&rows](const Uuid& uuid, const Row&) { rows.push_back(uuid); });
  frame_.log.values += rows.size();
  return rows;
}

}  // namespace ovnlite
