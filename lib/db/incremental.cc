#include "ovnlite/db/incremental.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <deque>
#include <queue>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "ovnlite/schema/schema.h"

namespace ovnlite {
namespace {

using NodeId = uint32_t;

// The nodes that read a node: a short vector, a hash set once it is long (every port reads the one row of NB_Global).
class Readers {
 public:
  void Add(NodeId id) {
    if (many_ != nullptr) {
      many_->insert(id);
    } else if (few_.size() < kFew) {
      few_.push_back(id);
    } else {
      many_ = std::make_unique<absl::flat_hash_set<NodeId>>(few_.begin(), few_.end());
      many_->insert(id);
      few_ = {};
    }
  }
  void Remove(NodeId id) {
    if (many_ != nullptr) {
      many_->erase(id);
      return;
    }
    const auto found = std::find(few_.begin(), few_.end(), id);
    *found = few_.back();
    few_.pop_back();
  }
  bool empty() const { return many_ != nullptr ? many_->empty() : few_.empty(); }
  template <typename F>
  void ForEach(F visit) const {
    for (NodeId id : few_) visit(id);
    if (many_ != nullptr) {
      for (NodeId id : *many_) visit(id);  // Order does not matter: the queue sorts.
    }
  }

 private:
  static constexpr size_t kFew = 32;
  std::vector<NodeId> few_;
  std::unique_ptr<absl::flat_hash_set<NodeId>> many_;
};

enum class Kind : uint8_t { kRow, kMembers, kIndexEntry, kQuery, kEmitter };

// What a node stands for. `subject` is a table, an index, a query's or an emitter's number.
struct NodeKey {
  Kind kind;
  uint64_t subject;
  Uuid uuid;
  std::string name;

  friend bool operator==(const NodeKey&, const NodeKey&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const NodeKey& k) {
    return H::combine(std::move(h), k.kind, k.subject, k.uuid, k.name);
  }
};

uint64_t Subject(const void* p) { return reinterpret_cast<uintptr_t>(p); }

template <typename Q>
struct Definition {
  std::string name;
  Q function;
};

}  // namespace

struct Incremental::State {
  struct Node {
    NodeKey key;
    std::vector<NodeId> reads;  // Sorted.
    Readers readers;
    std::unique_ptr<Answer> answer;  // Queries.
    std::vector<uint32_t> items;     // Emitters.
    uint32_t version = 0;            // Of the answer.
    uint16_t height = 0;             // Above everything it reads, when it last ran.
    bool pinned = false;             // An input that was set: kept although nobody reads it.
    bool queued = false;
    bool running = false;
    bool dirty = false;
    bool live = false;
  };
  struct QueryDefinition {
    std::string name;
    QueryFunction function;
    std::unique_ptr<Answer> when_cyclic;
  };
  struct EmitterDefinition {
    std::string name;
    const TableSchema* table;  // Null: not run for rows.
    EmitterFunction function;  // Null: run on demand.
    NamedEmitterFunction named_function;
  };
  struct ItemCount {
    uint32_t now = 0;
    uint32_t before = 0;
    bool touched = false;
  };

  std::vector<Database*> databases;
  std::vector<Database::Subscription> subscriptions;
  std::vector<QueryDefinition> queries;
  std::vector<EmitterDefinition> emitters;
  std::deque<Node> nodes;
  std::vector<NodeId> free_nodes;
  absl::flat_hash_map<NodeKey, NodeId> by_key;
  std::priority_queue<std::pair<uint32_t, NodeId>, std::vector<std::pair<uint32_t, NodeId>>, std::greater<>> queue;
  std::vector<NodeId> unread;                        // Perhaps without readers: looked at when an update ends.
  std::vector<std::unique_ptr<Answer>> old_answers;  // Someone may still look at them during this update.
  std::vector<std::pair<const TableSchema*, Uuid>> born, dead;  // Rows, since the last update.
  // What the running functions have read so far, and of queries which version of the answer.
  std::vector<std::vector<std::pair<NodeId, uint32_t>>> frames;
  std::vector<ItemCount> items;
  std::vector<uint32_t> touched_items;
  Statistics statistics;
  bool cyclic = false;
  bool started = false;

  Database& DatabaseOf(const google::protobuf::Descriptor* type) {
    for (Database* db : databases) {
      if (type->file() == db->schema().tables().front()->descriptor()->file()) return *db;
    }
    return *databases.front();
  }

  NodeId FindOrAdd(NodeKey key) { return FindOrAddNode(std::move(key)).first; }
  // The node, and whether it is new.
  std::pair<NodeId, bool> FindOrAddNode(NodeKey key) {
    const auto [at, added] = by_key.try_emplace(std::move(key), 0);
    if (!added) return {at->second, false};
    NodeId id;
    if (free_nodes.empty()) {
      id = static_cast<NodeId>(nodes.size());
      nodes.emplace_back();
    } else {
      id = free_nodes.back();
      free_nodes.pop_back();
    }
    Node& node = nodes[id];
    node.key = at->first;
    node.live = true;
    node.dirty = at->first.kind == Kind::kQuery || at->first.kind == Kind::kEmitter;
    at->second = id;
    unread.push_back(id);
    return {id, true};
  }

  void Enqueue(NodeId id) {
    Node& node = nodes[id];
    node.dirty = true;
    if (node.queued) return;
    node.queued = true;
    queue.push({node.height, id});
  }

  void InputChanged(const NodeKey& key) {
    const auto found = by_key.find(key);
    if (found == by_key.end()) return;
    nodes[found->second].readers.ForEach([this](NodeId reader) { Enqueue(reader); });
  }

  void Record(NodeId id) { frames.back().push_back({id, nodes[id].version}); }

  void OnCommit(const Database& db, const Delta& delta) {
    for (const RowChange& change : delta.changes()) {
      InputChanged({Kind::kRow, Subject(change.table), change.uuid, {}});
      const bool born_now = change.before == nullptr, dead_now = change.after == nullptr;
      if (born_now || dead_now) {
        InputChanged({Kind::kMembers, Subject(change.table), {}, {}});
        (born_now ? born : dead).push_back({change.table, change.uuid});
      }
      for (const Index* index : db.IndexesOf(*change.table)) {
        std::vector<std::string> before, after, moved;
        if (change.before != nullptr) before = index->KeysOf(*change.before);
        if (change.after != nullptr) after = index->KeysOf(*change.after);
        std::set_symmetric_difference(before.begin(), before.end(), after.begin(), after.end(),
                                      std::back_inserter(moved));
        for (std::string& key : moved) InputChanged({Kind::kIndexEntry, Subject(index), {}, std::move(key)});
      }
    }
  }

  void Touch(uint32_t item) {
    if (item >= items.size()) items.resize(std::max<size_t>(item + 1, items.size() * 2));
    ItemCount& count = items[item];
    if (count.touched) return;
    count.touched = true;
    count.before = count.now;
    touched_items.push_back(item);
  }

  void ReplaceItems(Node& node, std::vector<uint32_t> now) {
    std::sort(now.begin(), now.end());
    if (now == node.items) return;
    for (uint32_t item : node.items) {
      Touch(item);
      --items[item].now;
    }
    for (uint32_t item : now) {
      Touch(item);
      ++items[item].now;
    }
    now.shrink_to_fit();
    node.items = std::move(now);
  }

  // Takes the reads of the run that just ended as the node's reads.
  void SetReads(NodeId id, std::vector<NodeId> now) {
    std::sort(now.begin(), now.end());
    now.erase(std::unique(now.begin(), now.end()), now.end());
    Node& node = nodes[id];
    uint16_t height = 0;
    for (NodeId read : now) height = std::max<uint16_t>(height, static_cast<uint16_t>(nodes[read].height + 1));
    node.height = height;
    if (now == node.reads) return;
    std::vector<NodeId> gone, fresh;
    std::set_difference(node.reads.begin(), node.reads.end(), now.begin(), now.end(), std::back_inserter(gone));
    std::set_difference(now.begin(), now.end(), node.reads.begin(), node.reads.end(), std::back_inserter(fresh));
    for (NodeId read : gone) {
      nodes[read].readers.Remove(id);
      unread.push_back(read);
    }
    for (NodeId read : fresh) nodes[read].readers.Add(id);
    now.shrink_to_fit();
    node.reads = std::move(now);
  }

  void Run(Incremental& engine, NodeId id) {
    nodes[id].dirty = false;
    nodes[id].running = true;
    frames.emplace_back();
    Reader reader(engine, id);
    const NodeKey key = nodes[id].key;
    if (key.kind == Kind::kEmitter) {
      ++statistics.emitter_runs;
      Output output;
      const EmitterDefinition& emitter = emitters[key.subject];
      if (emitter.function != nullptr) {
        emitter.function(reader, key.uuid, output);
      } else {
        emitter.named_function(reader, key.name, output);
      }
      ReplaceItems(nodes[id], std::move(output.items_));
    } else {
      ++statistics.query_runs;
      std::unique_ptr<Answer> answer = queries[key.subject].function(reader, key.uuid, key.name);
      Node& node = nodes[id];
      if (node.answer != nullptr && node.answer->Equals(*answer)) {
        ++statistics.queries_unchanged;
      } else {
        if (node.answer != nullptr) old_answers.push_back(std::move(node.answer));
        node.answer = std::move(answer);
        ++node.version;
        node.readers.ForEach([this](NodeId r) { Enqueue(r); });
      }
    }
    std::vector<NodeId> reads;
    reads.reserve(frames.back().size());
    for (const auto& [read, version] : frames.back()) {
      reads.push_back(read);
      if (nodes[read].version != version) Enqueue(id);  // It saw an answer that was replaced while it ran.
    }
    frames.pop_back();
    SetReads(id, std::move(reads));
    nodes[id].running = false;
  }

  void RemoveNode(NodeId id) {
    Node& node = nodes[id];
    ReplaceItems(node, {});
    for (NodeId read : node.reads) {
      nodes[read].readers.Remove(id);
      unread.push_back(read);
    }
    if (node.answer != nullptr) old_answers.push_back(std::move(node.answer));
    by_key.erase(node.key);
    const bool queued = node.queued;
    node = Node();
    node.queued = queued;  // The queue still names it; it is not reused before the queue is empty.
    free_nodes.push_back(id);
  }

  void CreateEmitterNode(size_t emitter, const Uuid& row) { Enqueue(FindOrAdd({Kind::kEmitter, emitter, row, {}})); }

  void Start() {
    started = true;
    for (size_t e = 0; e < emitters.size(); ++e) {
      const TableSchema* table = emitters[e].table;
      if (emitters[e].function == nullptr) continue;
      if (table == nullptr) {
        CreateEmitterNode(e, Uuid());
        continue;
      }
      DatabaseOf(table->descriptor()).ForEach(*table, [&](const Uuid& row, const google::protobuf::Message&) {
        CreateEmitterNode(e, row);
      });
    }
    born.clear();
    dead.clear();
  }

  void FollowRows() {
    // A row may have been born and died, or died and been born again, since the last update: the database knows.
    std::vector<std::pair<const TableSchema*, Uuid>> moved = std::move(born);
    moved.insert(moved.end(), dead.begin(), dead.end());
    born.clear();
    dead.clear();
    for (const auto& [table, row] : moved) {
      const bool exists = DatabaseOf(table->descriptor()).Get(*table, row) != nullptr;
      for (size_t e = 0; e < emitters.size(); ++e) {
        if (emitters[e].table != table) continue;
        const auto found = by_key.find(NodeKey{Kind::kEmitter, e, row, {}});
        if (exists && found == by_key.end()) CreateEmitterNode(e, row);
        if (!exists && found != by_key.end()) RemoveNode(found->second);
      }
    }
  }

  void Collect() {
    while (!unread.empty()) {
      const NodeId id = unread.back();
      unread.pop_back();
      const Node& node = nodes[id];
      if (node.live && !node.pinned && node.key.kind != Kind::kEmitter && node.readers.empty()) RemoveNode(id);
    }
    old_answers.clear();
  }
};

Incremental::Incremental(std::vector<Database*> databases) : state_(std::make_unique<State>()) {
  state_->databases = std::move(databases);
  for (Database* db : state_->databases) {
    state_->subscriptions.push_back(db->Subscribe([this, db](const Delta& delta) { state_->OnCommit(*db, delta); }));
  }
}

Incremental::~Incremental() = default;

void Incremental::AddEmitter(absl::string_view name, const google::protobuf::Descriptor* type,
                             EmitterFunction function) {
  const TableSchema* table = type == nullptr ? nullptr : &state_->DatabaseOf(type).TableOf(type);
  state_->emitters.push_back({std::string(name), table, std::move(function), nullptr});
}

DemandedEmitter Incremental::AddDemandedEmitter(absl::string_view name, NamedEmitterFunction function) {
  state_->emitters.push_back({std::string(name), nullptr, nullptr, std::move(function)});
  return {static_cast<int>(state_->emitters.size()) - 1};
}

void Incremental::Demand(DemandedEmitter emitter, absl::string_view name) {
  const auto [at, added] =
      state_->FindOrAddNode({Kind::kEmitter, static_cast<uint64_t>(emitter.number), Uuid(), std::string(name)});
  if (added) state_->Enqueue(at);
}

int Incremental::AddQuery(absl::string_view name, QueryFunction function, std::unique_ptr<Answer> when_cyclic) {
  state_->queries.push_back({std::string(name), std::move(function), std::move(when_cyclic)});
  return static_cast<int>(state_->queries.size()) - 1;
}

void Incremental::SetAnswer(int query, absl::string_view name, std::unique_ptr<Answer> answer) {
  const NodeId id = state_->FindOrAdd({Kind::kQuery, static_cast<uint64_t>(query), Uuid(), std::string(name)});
  State::Node& node = state_->nodes[id];
  node.pinned = true;
  node.dirty = false;
  if (node.answer != nullptr && node.answer->Equals(*answer)) return;
  if (node.answer != nullptr) state_->old_answers.push_back(std::move(node.answer));
  node.answer = std::move(answer);
  ++node.version;
  node.readers.ForEach([this](NodeId reader) { state_->Enqueue(reader); });
}

const Incremental::Answer& Incremental::AskNode(uint32_t, int query, const Uuid& key, absl::string_view name) {
  const NodeId id = state_->FindOrAdd({Kind::kQuery, static_cast<uint64_t>(query), key, std::string(name)});
  if (state_->nodes[id].running) {
    state_->cyclic = true;
    return *state_->queries[query].when_cyclic;
  }
  if (state_->nodes[id].dirty) state_->Run(*this, id);
  state_->Record(id);
  return *state_->nodes[id].answer;
}

void Incremental::Inspect(const std::function<void(Reader&)>& look) {
  State& s = *state_;
  const NodeId id = s.FindOrAdd({Kind::kEmitter, s.emitters.size(), Uuid(), "inspect"});
  s.nodes[id].running = true;
  s.frames.emplace_back();
  Reader reader(*this, id);
  look(reader);
  s.frames.pop_back();
  s.RemoveNode(id);
  s.Collect();
}

Incremental::Changes Incremental::Update() {
  State& s = *state_;
  Changes changes;
  changes.idle = s.started && s.born.empty() && s.dead.empty() && s.queue.empty();
  if (changes.idle && s.unread.empty()) return changes;
  if (!s.started) s.Start();
  s.FollowRows();
  while (!s.queue.empty()) {
    const NodeId id = s.queue.top().second;
    s.queue.pop();
    State::Node& node = s.nodes[id];
    node.queued = false;
    if (node.live && node.dirty) s.Run(*this, id);
  }
  s.Collect();
  std::sort(s.touched_items.begin(), s.touched_items.end());
  for (uint32_t item : s.touched_items) {
    State::ItemCount& count = s.items[item];
    count.touched = false;
    if (count.before == 0 && count.now > 0) changes.added.push_back(item);
    if (count.before > 0 && count.now == 0) changes.removed.push_back(item);
  }
  s.touched_items.clear();
  return changes;
}

const Incremental::Statistics& Incremental::statistics() const { return state_->statistics; }
bool Incremental::cyclic() const { return state_->cyclic; }
size_t Incremental::node_count() const { return state_->nodes.size() - state_->free_nodes.size(); }

const google::protobuf::Message* Reader::GetRow(const google::protobuf::Descriptor* type, const Uuid& uuid) {
  Database& db = engine_.state_->DatabaseOf(type);
  const TableSchema& table = db.TableOf(type);
  engine_.state_->Record(engine_.state_->FindOrAdd({Kind::kRow, Subject(&table), uuid, {}}));
  return db.Get(table, uuid);
}

absl::Span<const Uuid> Reader::FindRows(const google::protobuf::Descriptor* type, absl::string_view column,
                                        absl::string_view key) {
  Database& db = engine_.state_->DatabaseOf(type);
  const Index& index = db.IndexOn(db.TableOf(type), column);
  engine_.state_->Record(engine_.state_->FindOrAdd({Kind::kIndexEntry, Subject(&index), {}, std::string(key)}));
  return index.Find(key);
}

std::vector<Uuid> Reader::AllRows(const google::protobuf::Descriptor* type) {
  Database& db = engine_.state_->DatabaseOf(type);
  const TableSchema& table = db.TableOf(type);
  engine_.state_->Record(engine_.state_->FindOrAdd({Kind::kMembers, Subject(&table), {}, {}}));
  std::vector<Uuid> rows;
  rows.reserve(db.RowCount(table));
  db.ForEach(table, [&rows](const Uuid& uuid, const google::protobuf::Message&) { rows.push_back(uuid); });
  return rows;
}

}  // namespace ovnlite
