#include "lib/db/engine.h"

#include <algorithm>

#include "absl/strings/str_join.h"

namespace ovnlite::incremental {
namespace {

// 64 columns as 32 bits: the readers of one may be woken for another.
uint32_t Fold(ColumnMask columns) { return static_cast<uint32_t>(columns | columns >> 32); }

}  // namespace

Engine::Engine(const std::vector<Database*>& databases) : databases_(databases) {
  for (Database* database : databases_) {
    std::deque<TableWatch>& tables = tables_.emplace_back();
    for (const auto& table : database->schema().tables()) tables.emplace_back(*database, *table);
    subscriptions_.push_back(database->Subscribe([this](const Delta& delta) { OnCommit(delta); }));
  }
}

Engine::~Engine() = default;

int Engine::AddStore(std::unique_ptr<Store> store) {
  store->number = static_cast<int>(stores_.size());
  store->engine = this;
  stores_.push_back(std::move(store));
  return stores_.back()->number;
}

int Engine::AddKind(std::unique_ptr<Kind> kind, const Feeds& feeds) {
  kind->number = static_cast<int>(kinds_.size());
  kind->feeds = feeds.numbers;
  kind->old_answers = &old_answers_;
  for (int relation : feeds.numbers) StoreOf(relation).fed_by.push_back(kind.get());
  kinds_.push_back(std::move(kind));
  return kinds_.back()->number;
}

TableWatch& Engine::WatchOf(const DatabaseSchema& schema, size_t table) {
  for (size_t i = 0; i < databases_.size(); ++i) {
    if (&databases_[i]->schema() == &schema) return tables_[i][table];
  }
  std::abort();  // A mistake of the program: a table of a database that the engine was not given.
}

TableWatch& Engine::WatchOf(const TableSchema& table) {
  for (std::deque<TableWatch>& tables : tables_) {
    TableWatch& watch = tables[static_cast<size_t>(table.index())];
    if (&watch.table == &table) return watch;
  }
  std::abort();  // As above.
}

// -- Nodes ------------------------------------------------------------------------------------------------------------

NodeId Engine::NewNode(Owner& owner, uint32_t slot, bool is_function) {
  NodeId id;
  if (free_nodes_.empty()) {
    id = static_cast<NodeId>(nodes_.size());
    nodes_.emplace_back();
  } else {
    id = free_nodes_.back();
    free_nodes_.pop_back();
  }
  Node& node = nodes_[id];
  node.owner = &owner;
  node.slot = slot;
  node.version = 0;
  node.cause = kNoNode;
  node.is_function = is_function;
  node.is_row = false;
  node.dirty = is_function;
  node.pinned = false;
  node.doomed = false;
  node.height = is_function ? static_cast<Kind&>(owner).height : 0;
  owner.NodeOf(slot) = id;
  return id;
}

NodeId Engine::NodeFor(const Watched& watched) {
  NodeId id = watched.owner->NodeOf(watched.slot);
  if (id != kNoNode) return id;
  id = NewNode(*watched.owner, watched.slot, false);
  unread_.push_back(id);
  return id;
}

NodeId Engine::NodeForRow(TableWatch& watch, const Uuid& uuid) {
  const NodeId id = NodeFor({&watch.rows, watch.rows.slots.Add(uuid).first});
  nodes_[id].is_row = true;
  return id;
}

void Engine::RemoveNode(NodeId id) {
  Node& node = nodes_[id];
  if (node.running) {
    node.doomed = true;
    return;
  }
  std::vector<Link> nothing;
  if (node.is_function && !KindOf(node).is_query) ReplaceItems(node, nothing);
  for (const Link& read : node.reads.list()) {
    nodes_[read.a].links.Remove(id);
    unread_.push_back(read.a);
  }
  node.reads.Clear();
  node.links.Clear();
  Owner* const owner = std::exchange(node.owner, nullptr);
  owner->NodeOf(node.slot) = kNoNode;
  owner->Forget(node.slot);
  node.dirty = false;
  if (!node.queued) free_nodes_.push_back(id);  // Else when it is popped.
}

void Engine::StartNode(Kind& kind, uint32_t slot) {
  if (kind.NodeOf(slot) != kNoNode) {
    nodes_[kind.NodeOf(slot)].doomed = false;
    return;
  }
  Enqueue(NewNode(kind, slot, true), kNoNode);
}

void Engine::EndNode(Kind& kind, uint32_t slot) {
  if (slot != kNoSlot && kind.NodeOf(slot) != kNoNode) RemoveNode(kind.NodeOf(slot));
}

void Engine::SetInput(Kind& kind, uint32_t slot, bool is_default, bool changed) {
  NodeId id = kind.NodeOf(slot);
  if (id == kNoNode) id = NewNode(kind, slot, true);
  Node& node = nodes_[id];
  node.pinned = !is_default;
  node.dirty = false;
  unread_.push_back(id);
  if (!changed) return;
  ++node.version;
  WakeReaders(id, ~uint32_t{0});
}

// -- The queue --------------------------------------------------------------------------------------------------------

void Engine::Enqueue(NodeId id, NodeId cause) {
  Node& node = nodes_[id];
  node.dirty = true;
  if (node.queued) return;
  node.cause = cause;
  node.queued = true;
  if (queue_.size() <= node.height) queue_.resize(node.height + 1u);
  queue_[node.height].nodes.push_back(id);
  lowest_ = std::min<size_t>(lowest_, node.height);
  ++queued_;
  Kind& kind = KindOf(node);
  if (!kind.feeds.empty()) kind.stale.push_back(id);
}

size_t Engine::NextHeight() {
  if (queued_ == 0) return ~size_t{0};
  while (queue_[lowest_].nodes.empty()) ++lowest_;
  return lowest_;
}

void Engine::RunNext() {
  Bucket& bucket = queue_[NextHeight()];
  const NodeId id = bucket.nodes[bucket.next++];
  if (bucket.next == bucket.nodes.size()) {
    bucket.nodes.clear();
    bucket.next = 0;
  }
  --queued_;
  nodes_[id].queued = false;
  if (nodes_[id].owner == nullptr) {
    free_nodes_.push_back(id);
  } else if (nodes_[id].dirty && !nodes_[id].running) {
    Run(id);
  }
}

void Engine::WakeReaders(NodeId id, uint32_t columns) {
  nodes_[id].links.ForEach(columns, [&](NodeId reader) { Enqueue(reader, id); });
}

void Engine::Touched(Store& store) {
  if (std::exchange(store.queued, true)) return;
  touched_stores_.push_back(&store);
}

// -- Following the databases ------------------------------------------------------------------------------------------

void Engine::OnCommit(const Delta& delta) {
  if (!started_) return;
  for (const RowChange& change : delta.changes()) {
    TableWatch& watch = WatchOf(*change.table);
    const bool moved = change.inserted() || change.deleted();
    if (const NodeId row = watch.rows.Find(change.uuid); row != kNoNode) {
      WakeReaders(row, moved ? ~uint32_t{0} : Fold(change.columns));
    }
    if (moved) {
      if (watch.members.node != kNoNode) Wake(watch.members.node);
      if (!watch.row_kinds.empty()) moved_rows_.emplace_back(&watch, change.uuid);
    }
    if (!moved && (change.columns & watch.key_columns) != 0) {
      ForEachColumn(watch.table, change.columns & watch.key_columns, [&](const ColumnSchema& column) {
        const auto wake = [&](const AtomBits& key, const AtomBits*) {
          const NodeId node = watch.keys.Find(TableWatch::MapKey(change.uuid, column.index(), std::string(key.text())));
          if (node != kNoNode) Wake(node);
        };
        change.DiffColumn(column.index(), wake, wake);
      });
    }
    for (IndexWatch& index : watch.indexes) {
      if ((change.columns & index.index.columns()) == 0 || index.slots.size() == 0) continue;
      const auto wake = [&](const AtomRef& key) {
        const NodeId node = index.Find(key.ToAtom());
        if (node != kNoNode) Wake(node);
      };
      index.index.ForEachMoved(change.before, change.after, wake, wake);
    }
    for (const auto& [kind, column] : watch.member_kinds) {
      if ((change.columns & MaskOf(*column)) == 0) continue;
      const auto note = [&, kind = kind, type = column->key().type](const AtomBits& member, bool came) {
        moved_members_.push_back({kind, change.uuid, member.ToAtom(type), came});
      };
      change.DiffColumn(
          column->index(), [&](const AtomBits& member, const AtomBits*) { note(member, false); },
          [&](const AtomBits& member, const AtomBits*) { note(member, true); });
    }
    for (JoinKindBase* kind : watch.join_kinds) {
      if ((change.columns & kind->rows->columns()) == 0) continue;
      const auto note = [&](const AtomRef& key, bool came) {
        moved_joins_.push_back({kind, change.uuid, key.ToAtom(), came});
      };
      kind->rows->ForEachMoved(
          change.before, change.after, [&](const AtomRef& key) { note(key, false); },
          [&](const AtomRef& key) { note(key, true); });
    }
  }
}

void Engine::Start() {
  started_ = true;
  for (std::deque<TableWatch>& tables : tables_) {
    for (TableWatch& watch : tables) {
      if (watch.row_kinds.empty() && watch.member_kinds.empty()) continue;
      watch.database.ForEach(watch.table, [&](const Uuid& uuid, const Row& row) {
        for (RowKind* kind : watch.row_kinds) StartNode(*kind, kind->SlotOfRow(uuid));
        for (const auto& [kind, column] : watch.member_kinds) {
          for (auto it = row.MembersOf(column->index()).begin(); !it.at_end(); it.Advance()) {
            StartNode(*kind, kind->SlotOfMember(uuid, it.key()));
          }
        }
      });
    }
  }
}

void Engine::FollowRows() {
  // A row may have been born and died, or died and been born again, since the last update: the database knows.
  for (const auto& [watch, uuid] : std::exchange(moved_rows_, {})) {
    const bool exists = watch->database.Find(watch->table, uuid) != nullptr;
    for (RowKind* kind : watch->row_kinds) {
      if (exists) {
        StartNode(*kind, kind->SlotOfRow(uuid));
      } else {
        EndNode(*kind, kind->FindRow(uuid));
      }
    }
  }
  for (const MemberMove& move : std::exchange(moved_members_, {})) {
    const AtomBits member = AtomBits::Retained(move.member);
    if (move.came) {
      StartNode(*move.kind, move.kind->SlotOfMember(move.row, member));
    } else {
      EndNode(*move.kind, move.kind->FindMember(move.row, member));
    }
    member.Release(move.member.type());
  }
  for (const JoinMove& move : std::exchange(moved_joins_, {})) {
    move.kind->OnRow(*this, move.row, move.key, move.came);
  }
}

// -- Running ----------------------------------------------------------------------------------------------------------

void Engine::ReplaceItems(Node& node, std::vector<Link>& items) {
  std::sort(items.begin(), items.end());
  const absl::Span<const Link> old = node.links.list();
  if (std::equal(old.begin(), old.end(), items.begin(), items.end())) return;
  auto gone = old.begin();
  auto fresh = items.begin();
  // What comes is taken hold of before what goes is let go, so that what both have stays.
  std::vector<Link> let_go;
  while (gone != old.end() || fresh != items.end()) {
    if (fresh == items.end() || (gone != old.end() && *gone < *fresh)) {
      let_go.push_back(*gone++);
    } else if (gone == old.end() || *fresh < *gone) {
      ++statistics_.items;
      stores_[fresh->a]->Acquire(fresh->b);
      ++fresh;
    } else {
      ++gone;
      ++fresh;
    }
  }
  node.links.Assign(items);
  for (const Link& link : let_go) {
    ++statistics_.items;
    stores_[link.a]->Release(link.b);
  }
}

// Single keys of maps that were read.
void Engine::NoteKeys(const Frame& frame, std::vector<Link>& reads) {
  for (const ColumnLog::Key& key : frame.log.keys) {
    const Node& row = nodes_[frame.reads[key.row].node];
    TableWatch& watch = static_cast<TableWatch::RowOwner&>(*row.owner).watch;
    watch.key_columns |= MaskOf(key.column);
    TableWatch::MapKey name(watch.rows.slots.key(row.slot), key.column, key.key);
    reads.push_back({NodeFor({&watch.keys, watch.keys.slots.Add(std::move(name)).first}), ~uint32_t{0}});
  }
}

void Engine::SetReads(NodeId id, std::vector<Link> reads) {
  std::sort(reads.begin(), reads.end());
  size_t kept = 0;
  for (size_t i = 0; i < reads.size(); ++i) {
    if (kept > 0 && reads[kept - 1].a == reads[i].a) {
      reads[kept - 1].b |= reads[i].b;
    } else {
      reads[kept++] = reads[i];
    }
  }
  reads.resize(kept);
  uint32_t height = 0;
  for (const Link& read : reads) height = std::max<uint32_t>(height, nodes_[read.a].height + 1u);
  Node& node = nodes_[id];
  node.height = static_cast<uint16_t>(std::min<uint32_t>(height, 0xffff));
  Kind& kind = KindOf(node);
  kind.height = std::max(kind.height, node.height);
  const absl::Span<const Link> old = node.reads.list();
  if (std::equal(old.begin(), old.end(), reads.begin(), reads.end())) return;
  auto gone = old.begin();
  for (const Link& read : reads) {
    for (; gone != old.end() && gone->a < read.a; ++gone) {
      nodes_[gone->a].links.Remove(id);
      unread_.push_back(gone->a);
    }
    const bool known = gone != old.end() && gone->a == read.a;
    if (!known || gone->b != read.b) nodes_[read.a].links.Set(id, read.b);
    if (known) ++gone;
  }
  for (; gone != old.end(); ++gone) {
    nodes_[gone->a].links.Remove(id);
    unread_.push_back(gone->a);
  }
  node.reads.Assign(reads);
}

uint32_t Engine::Record(Frame& frame, NodeId id) {
  frame.reads.push_back({id, nodes_[id].version});
  frame.log.columns.push_back(0);
  return static_cast<uint32_t>(frame.reads.size() - 1);
}

void Engine::Run(NodeId id) {
  {
    Node& node = nodes_[id];
    node.dirty = false;
    node.running = true;
  }
  Kind& kind = KindOf(nodes_[id]);
  const uint32_t slot = nodes_[id].slot;
  ++runs_;
  if (!first_ && runs_ + 16 > RunsAllowed()) last_runs_.push_back(id);
  ++kind.runs;
  ++(kind.is_query ? statistics_.query_runs : statistics_.emitter_runs);
  if (watcher_ != nullptr) {
    const NodeId cause = nodes_[id].cause;
    const bool known = cause != kNoNode && nodes_[cause].owner != nullptr;
    watcher_({kind.name, kind.Describe(slot), known ? nodes_[cause].owner->Describe(nodes_[cause].slot) : "new"});
  }
  if (depth_ == frames_.size()) frames_.emplace_back();
  Frame& frame = frames_[depth_++];
  stack_.push_back(id);
  Reader reader(*this, frame);
  std::vector<Link> items;
  Output out(*this, items);
  const bool changed = kind.Run(slot, reader, out);
  stack_.pop_back();
  std::vector<Link> reads;
  reads.reserve(frame.reads.size() + frame.log.keys.size());
  bool early = false;
  for (size_t i = 0; i < frame.reads.size(); ++i) {
    const Frame::Read& read = frame.reads[i];
    const Node& node = nodes_[read.node];
    reads.push_back({read.node, node.is_row ? Fold(frame.log.columns[i]) : ~uint32_t{0}});
    early = early || node.version != read.version;
  }
  NoteKeys(frame, reads);
  statistics_.reads += reads.size();
  statistics_.values += frame.log.values;
  frame.Clear();
  --depth_;
  SetReads(id, std::move(reads));
  Node& node = nodes_[id];
  node.running = false;
  if (kind.is_query) {
    if (changed) {
      ++node.version;
      WakeReaders(id, ~uint32_t{0});
    } else {
      ++kind.unchanged;
      ++statistics_.queries_unchanged;
    }
  } else {
    for (int relation : kind.feeds) {
      Store& store = StoreOf(relation);
      store.height = std::max<uint16_t>(store.height, static_cast<uint16_t>(node.height + 1));
    }
    ReplaceItems(node, items);
  }
  if (node.doomed) {
    node.doomed = false;
    RemoveNode(id);
  } else if (early) {
    Enqueue(id, kNoNode);  // It saw something that was replaced while it ran.
  }
}

void Engine::SettleBelow(uint32_t height) {
  if (first_) return;  // Nothing that was run is stale.
  // Each level of this settles less than the one around it.
  const uint32_t bound = std::min(height, settle_bound_ == 0 ? 0 : settle_bound_ - 1);
  const uint32_t outer = std::exchange(settle_bound_, bound);
  stack_.push_back(kNoNode);
  while (MayRun()) {
    const size_t next = NextHeight();
    const auto store = std::min_element(touched_stores_.begin(), touched_stores_.end(),
                                        [](const Store* a, const Store* b) { return a->height < b->height; });
    if (store != touched_stores_.end() && (*store)->height <= next && (*store)->height < bound && !(*store)->filling) {
      SettleIfTouched(**store);
      continue;
    }
    if (next >= bound) break;
    RunNext();
  }
  stack_.pop_back();
  settle_bound_ = outer;
}

absl::Span<const NodeId> Engine::Chain() const {
  size_t begin = stack_.size();
  while (begin > 0 && stack_[begin - 1] != kNoNode) --begin;
  return absl::MakeConstSpan(stack_).subspan(begin);
}

bool Engine::AskNode(Frame& frame, Kind& kind, uint32_t slot) {
  NodeId id = kind.NodeOf(slot);
  if (id == kNoNode) {
    id = NewNode(kind, slot, true);
    unread_.push_back(id);
  }
  if (nodes_[id].running) {
    // Otherwise it is a run that this one does not belong to: its old answer will do until it is done.
    const absl::Span<const NodeId> chain = Chain();
    const auto begin = std::find(chain.begin(), chain.end(), id);
    if (begin != chain.end()) {
      Cycle(chain.subspan(static_cast<size_t>(begin - chain.begin())), kind.Describe(slot));
      return false;  // Nor is it noted that it was read, or the functions would wake each other without end.
    }
  } else {
    if (!nodes_[id].dirty) SettleBelow(nodes_[id].height);
    if (nodes_[id].dirty) Run(id);
  }
  Record(frame, id);
  return true;
}

void Engine::Fill(Store& relation) {
  relation.filling = true;
  do {
    for (Kind* kind : relation.fed_by) {
      for (int number : kind->runs_for) {
        Store& other = StoreOf(number);
        if (!other.filling) Fill(other);
      }
      while (!kind->stale.empty()) {
        const NodeId id = kind->stale.back();
        kind->stale.pop_back();
        const Node& node = nodes_[id];
        if (node.owner == kind && node.dirty && !node.running) Run(id);
      }
    }
    // Whoever is told of it may have found out more to be run for.
  } while (SettleIfTouched(relation));
  relation.filling = false;
}

bool Engine::SettleIfTouched(Store& relation) {
  if (!std::exchange(relation.queued, false)) return false;
  touched_stores_.erase(std::find(touched_stores_.begin(), touched_stores_.end(), &relation));
  relation.Settle();
  return true;
}

bool Engine::SettleRelation(Store& relation) {
  const auto feeds = [&](NodeId id) {
    const std::vector<int>& fed = KindOf(nodes_[id]).feeds;
    return std::find(fed.begin(), fed.end(), relation.number) != fed.end();
  };
  const absl::Span<const NodeId> chain = Chain();
  const auto feeder = std::find_if(chain.begin(), chain.end(), feeds);
  if (feeder != chain.end()) {
    Cycle(chain.subspan(static_cast<size_t>(feeder - chain.begin())), absl::StrCat("relation ", relation.name));
    return false;
  }
  if (!relation.filling) {
    SettleBelow(relation.height);
    Fill(relation);
  }
  return true;
}

void Engine::ReadRelation(Frame& frame, Store& relation, Watched watched) {
  // Its node comes first, since settling may drop what nobody watches.
  const NodeId id = NodeFor(watched);
  if (!SettleRelation(relation)) return;
  nodes_[id].height = relation.height;
  Record(frame, id);
}

void Engine::Cycle(absl::Span<const NodeId> members, const std::string& what) {
  for (const NodeId id : members) cycle_nodes_.push_back(id);
  if (!cycle_.ok()) return;
  cycle_ = absl::FailedPreconditionError(
      absl::StrCat("a cycle: ",
                   absl::StrJoin(members, " reads ",
                                 [this](std::string* out, NodeId id) {
                                   const Node& node = nodes_[id];
                                   absl::StrAppend(out, node.owner == nullptr ? "…" : node.owner->Describe(node.slot));
                                 }),
                   " reads ", what));
}

void Engine::Collect() {
  while (!unread_.empty()) {
    const NodeId id = unread_.back();
    unread_.pop_back();
    const Node& node = nodes_[id];
    if (node.owner == nullptr || node.pinned || !node.links.empty()) continue;
    if (!node.is_function || static_cast<Kind*>(node.owner)->is_query) RemoveNode(id);
  }
  old_answers_.clear();
}

bool Engine::IsStale() const {
  return !started_ || queued_ > 0 || !moved_rows_.empty() || !moved_members_.empty() || !moved_joins_.empty() ||
         !touched_stores_.empty() || !cycle_nodes_.empty();
}

void Engine::RunAllNew() {
  // In the order of declaration, since no heights are known yet.
  while (queued_ > 0 || !touched_stores_.empty()) {
    if (queued_ > 0) {
      RunNext();
    } else {
      SettleIfTouched(*touched_stores_.back());
    }
  }
}

absl::Status Engine::Update() {
  if (!IsStale() && unread_.empty()) return absl::OkStatus();
  cycle_ = absl::OkStatus();
  settle_bound_ = ~uint32_t{0};
  last_runs_.clear();
  runs_ = 0;
  if (!started_) {
    Start();
    RunAllNew();
    first_ = false;
    runs_ = 0;
  } else {
    FollowRows();
    SettleBelow(~uint32_t{0});
  }
  Collect();
  // Functions that were in a cycle, if they are still asked, are tried again.
  for (const NodeId id : std::exchange(cycle_nodes_, {})) {
    if (nodes_[id].owner != nullptr && nodes_[id].is_function) Enqueue(id, kNoNode);
  }
  SettleBelow(~uint32_t{0});
  for (const std::unique_ptr<Kind>& kind : kinds_) kind->stale.clear();
  Collect();
  if (!MayRun()) {
    std::sort(last_runs_.begin(), last_runs_.end());
    last_runs_.erase(std::unique(last_runs_.begin(), last_runs_.end()), last_runs_.end());
    Cycle(last_runs_, "each other");
  }
  return cycle_;
}

void Engine::Inspect(absl::FunctionRef<void(Reader&)> look) {
  if (depth_ == frames_.size()) frames_.emplace_back();
  Frame& frame = frames_[depth_++];
  Reader reader(*this, frame);
  look(reader);
  frame.Clear();
  --depth_;
  Collect();
}

std::vector<Incremental::FunctionStatistics> Engine::functions() const {
  std::vector<Incremental::FunctionStatistics> all;
  for (const std::unique_ptr<Kind>& kind : kinds_)
    all.push_back({kind->name, kind->runs, kind->unchanged, kind->size()});
  return all;
}

// -- What the templates call ------------------------------------------------------------------------------------------

void StartNode(Engine& engine, Kind& kind, uint32_t slot) { engine.StartNode(kind, slot); }
void EndNode(Engine& engine, Kind& kind, uint32_t slot) { engine.EndNode(kind, slot); }
void StoreTouched(Engine& engine, Store& store) { engine.Touched(store); }
void Wake(Engine& engine, NodeId node) { engine.Wake(node); }
void ForEachRowUnder(const Index& index, const AtomRef& key, absl::FunctionRef<void(const Uuid&)> visit) {
  for (const Uuid& row : index.Find(key)) visit(row);
}

}  // namespace ovnlite::incremental
