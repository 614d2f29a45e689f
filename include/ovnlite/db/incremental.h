// File: incremental.h
// Incremental compilation without hand-written change handlers (docs/architecture.md, "Recorded reads").
//
// A compiler is declared as pure functions of the database:
//
//   - an emitter is run once for every row of a table (or every member of a set, every pair of a relation, …) and adds
//     items of any type to collections;
//   - a query is a function of a key that emitters and other queries ask; its answer is remembered;
//   - a relation is a collection of pairs that functions may read: what some emitters found out about one key, others
//     look up. An emitter per port that notes "(its switch, itself)" gives each switch its set of ports of some kind,
//     and an edit of one port changes one pair.
//
// While they run, everything they read is recorded: columns of rows, single keys of maps, index entries, answers,
// relations. When something changes, exactly the functions that read it run again; a query whose answer stays equal
// stops the wave. What comes out is the difference between the items of before and of now. The first compilation takes
// the same path: there everything is new.
//
//   Incremental engine({&nb});
//   const auto flows = engine.AddCollection<FlowItem>("flows");
//   const auto has_unknown = engine.AddRelation<Uuid, Uuid>("has_unknown");      // Switch → ports.
//   engine.AddEmitter<nb::Logical_Switch_Port>("unknown", [=](Reader& reader, const Uuid& port, Output& out) { … },
//                                              {has_unknown});
//   engine.AddEmitter<nb::Logical_Switch>("lookup", [=](Reader& reader, const Uuid& ls, Output& out) {
//     if (reader.Any(has_unknown, ls)) out.Add(flows, FlowItem{…});
//   });
//   OVNLITE_RETURN_IF_ERROR(engine.Update());
//   for (const FlowItem& flow : engine.TakeChanges(flows).added) …
//
// Cost: a changed column costs the functions that read it. Memory: about 60 bytes per function run and thing read, 16
// per read of one by the other.
//
// Rules for the functions: read only through the Reader; same reads, same result; queries must not ask themselves, nor
// a relation be read by what feeds it, whatever the way round (Update() reports such a cycle). What is read is whole
// when it is read: a relation is up to date with all emitters that feed it.

#ifndef OVNLITE_DB_INCREMENTAL_H_
#define OVNLITE_DB_INCREMENTAL_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "ovnlite/base/uuid.h"
#include "ovnlite/db/compile_statistics.h"
#include "ovnlite/db/database.h"
#include "ovnlite/db/incremental_functions.h"

namespace ovnlite {

// A query's number and types; made by Incremental::AddQuery() and AddInput().
template <typename Key, typename T>
struct Query {
  int number = -1;
};
// A place for items of one type.
template <typename Item>
struct Collection {
  int number = -1;
};
// A place for pairs that functions read by their key.
template <typename Key, typename Value>
struct Relation {
  int number = -1;
};
// An emitter on demand.
template <typename Key>
struct DemandedEmitter {
  int number = -1;
};

// The relations that an emitter adds to: {relation, …}.
class Feeds {
 public:
  Feeds() = default;
  template <typename... Relations>
  Feeds(const Relations&... relations) : numbers{relations.number...} {}  // NOLINT: a list of them.
  std::vector<int> numbers;
};

// What a function sees of the databases. Valid only during its run, as all that it hands out.
class Reader {
 public:
  // The row or none; which columns of it are looked at is recorded, and that it is there.
  template <typename T>
  ViewOf<T> Get(const Uuid& uuid) {
    uint32_t entry = 0;
    const Row* row = GetRow(TableTraits<T>::kSchema(), TableTraits<T>::kIndex, uuid, &entry);
    return ViewOf<T>(row, &frame_.log, entry);
  }
  // Rows whose column holds the key, by UUID.
  template <typename T, typename V>
  RowIds Find(ScalarColumn<T, V> column, const std::type_identity_t<V>& key) {
    return FindRows(SchemaOf<T>().columns()[column.index], nullptr, AtomRef(key));
  }
  template <typename T, typename V>
  RowIds Find(SetColumn<T, V> column, const std::type_identity_t<V>& member) {
    return FindRows(SchemaOf<T>().columns()[column.index], nullptr, AtomRef(member));
  }
  // Rows whose map holds the pair.
  template <typename T, typename V>
  RowIds Find(MapColumn<T, absl::string_view, V> column, absl::string_view key, const std::type_identity_t<V>& value) {
    return FindRows(SchemaOf<T>().columns()[column.index], &key, AtomRef(value));
  }
  // The one row found, or none when there is none or more than one.
  template <typename T, typename V>
  ViewOf<T> FindOne(ScalarColumn<T, V> column, const std::type_identity_t<V>& key, Uuid* uuid = nullptr) {
    const RowIds found = Find(column, key);
    if (found.size() != 1) return ViewOf<T>();
    const Uuid id = found.front();
    if (uuid != nullptr) *uuid = id;
    return Get<T>(id);
  }
  // Every row of a table, by UUID. Reads which rows there are, not what is in them. For tables of few rows.
  template <typename T>
  std::vector<Uuid> All() {
    return AllRows(TableTraits<T>::kSchema(), TableTraits<T>::kIndex);
  }
  // The first row of a table that holds one at most, or none.
  template <typename T>
  ViewOf<T> Single() {
    const std::vector<Uuid> rows = All<T>();
    return rows.empty() ? ViewOf<T>() : Get<T>(rows.front());
  }

  // Brings a relation up to date without reading it: before inputs are asked that are set when it is settled.
  template <typename Key, typename Value>
  void Settle(const Relation<Key, Value>& relation) {
    SettleRelation(RelationOf(relation.number));
  }
  // A query's answer.
  template <typename Key, typename T>
  const T& Ask(const Query<Key, T>& query, const incremental::KeyArgument<Key>& key) {
    auto& kind = static_cast<incremental::QueryKind<Key, T>&>(KindOf(query.number));
    const uint32_t slot = kind.SlotOf(key);
    return AskNode(kind, slot) ? kind.AnswerOf(slot) : kind.None();
  }

  // The values under a key, in order; whether there are any; the first or null; whether this is one of them. Each wakes
  // the reader only when that changes.
  template <typename Key, typename Value>
  incremental::Values<Key, Value> Members(const Relation<Key, Value>& relation, const std::type_identity_t<Key>& key) {
    auto& store = static_cast<incremental::RelationStore<Key, Value>&>(RelationOf(relation.number));
    ReadRelation(store, store.WatchAll(key));
    const incremental::Values<Key, Value> values = store.ValuesOf(key);
    frame_.log.values += values.size();
    return values;
  }
  template <typename Key, typename Value>
  bool Any(const Relation<Key, Value>& relation, const std::type_identity_t<Key>& key) {
    auto& store = static_cast<incremental::RelationStore<Key, Value>&>(RelationOf(relation.number));
    ReadRelation(store, store.WatchAny(key));
    return !store.ValuesOf(key).empty();
  }
  template <typename Key, typename Value>
  const Value* First(const Relation<Key, Value>& relation, const std::type_identity_t<Key>& key) {
    auto& store = static_cast<incremental::RelationStore<Key, Value>&>(RelationOf(relation.number));
    ReadRelation(store, store.WatchFirst(key));
    const incremental::Values<Key, Value> values = store.ValuesOf(key);
    return values.empty() ? nullptr : &*values.begin();
  }
  template <typename Key, typename Value>
  bool Contains(const Relation<Key, Value>& relation, const std::type_identity_t<Key>& key,
                const std::type_identity_t<Value>& value) {
    auto& store = static_cast<incremental::RelationStore<Key, Value>&>(RelationOf(relation.number));
    ReadRelation(store, store.WatchPair(key, value));
    return store.Contains(key, value);
  }

 private:
  friend class Incremental;
  friend class incremental::Engine;
  Reader(incremental::Engine& engine, incremental::Frame& frame) : engine_(engine), frame_(frame) {}
  const Row* GetRow(const DatabaseSchema& schema, size_t table, const Uuid& uuid, uint32_t* entry);
  RowIds FindRows(const ColumnSchema& column, const absl::string_view* map_key, const AtomRef& key);
  std::vector<Uuid> AllRows(const DatabaseSchema& schema, size_t table);
  incremental::Kind& KindOf(int number);
  incremental::Store& RelationOf(int number);
  // False in a cycle.
  bool AskNode(incremental::Kind& kind, uint32_t slot);
  // Brings the relation up to date, and records that `watched` was read.
  void ReadRelation(incremental::Store& relation, incremental::Watched watched);
  void SettleRelation(incremental::Store& relation);

  incremental::Engine& engine_;
  incremental::Frame& frame_;
};

// Where an emitter puts what it finds. Order does not matter; the same item twice counts twice.
class Output {
 public:
  template <typename Item>
  void Add(const Collection<Item>& to, std::type_identity_t<Item> item) {
    auto& store = static_cast<incremental::CollectionStore<Item>&>(StoreOf(to.number));
    links_.push_back({static_cast<uint32_t>(to.number), store.Intern(std::move(item))});
  }
  template <typename Key, typename Value>
  void Add(const Relation<Key, Value>& to, std::type_identity_t<Key> key, std::type_identity_t<Value> value) {
    auto& store = static_cast<incremental::RelationStore<Key, Value>&>(StoreOf(to.number));
    links_.push_back({static_cast<uint32_t>(to.number), store.Intern(std::move(key), std::move(value))});
  }

 private:
  friend class Incremental;
  friend class incremental::Engine;
  Output(incremental::Engine& engine, std::vector<incremental::Link>& links) : engine_(engine), links_(links) {}
  incremental::Store& StoreOf(int number);

  incremental::Engine& engine_;
  std::vector<incremental::Link>& links_;
};

// A function that knows something besides what it is asked, as the engine runs it. What it knows must outlive the
// engine.
//
//   void EmitSwitch(Reader& reader, const Context& context, const Uuid& row, Output& out);
//   engine.AddEmitter<nb::Logical_Switch>("switch", With(context, EmitSwitch));
template <typename Known, typename Function>
auto With(const Known& known, Function function) {
  return [&known, function](Reader& reader, auto&&... rest) { return function(reader, known, rest...); };
}

class Incremental {
 public:
  // Reads from these databases; they must outlive the engine. It follows their commits by itself.
  explicit Incremental(std::vector<Database*> databases);
  ~Incremental();
  Incremental(const Incremental&) = delete;
  Incremental& operator=(const Incremental&) = delete;

  // -- Declaring; all of it before the first Update(). Names are for people: they are in cycles and counters. --

  template <typename Item>
  Collection<Item> AddCollection(absl::string_view name) {
    return {AddStore(std::make_unique<incremental::CollectionStore<Item>>(name))};
  }
  template <typename Key, typename Value>
  Relation<Key, Value> AddRelation(absl::string_view name) {
    return {AddStore(std::make_unique<incremental::RelationStore<Key, Value>>(name))};
  }

  // T must be movable and have ==; Key hashable, with ==, and of the kinds that incremental::TextOf() knows.
  template <typename Key, typename T>
  Query<Key, T> AddQuery(absl::string_view name, std::type_identity_t<std::function<T(Reader&, const Key&)>> function) {
    return {AddKind(std::make_unique<incremental::QueryKind<Key, T>>(name, std::move(function)), {})};
  }
  // Values that come from outside the databases (a port number, a connection tracking zone). A key never set has the
  // value T(); setting that forgets the key.
  template <typename Key, typename T>
  Query<Key, T> AddInput(absl::string_view name) {
    return AddQuery<Key, T>(name, [](Reader&, const Key&) { return T(); });
  }
  template <typename Key, typename T>
  void Set(const Query<Key, T>& input, const incremental::KeyArgument<Key>& key, std::type_identity_t<T> value) {
    auto& kind = static_cast<incremental::QueryKind<Key, T>&>(KindOf(input.number));
    const bool is_default = value == T();
    const uint32_t slot = kind.SlotOf(key);
    SetInput(kind, slot, is_default, kind.SetAnswer(slot, std::move(value)));
  }

  // Calls `settled` whenever what came into a relation or went is about to be seen by its readers. It may Set() inputs,
  // by what all pairs together say: numbers that are given out, say. Who asks for these calls Reader::Settle() first.
  template <typename Key, typename Value>
  void OnSettled(const Relation<Key, Value>& relation, std::function<void()> settled) {
    StoreOf(relation.number).on_settled = std::move(settled);
  }

  // Once for every row of a table.
  template <typename T>
  void AddEmitter(absl::string_view name, std::function<void(Reader&, const Uuid& row, Output&)> function,
                  Feeds feeds = {}) {
    auto kind = std::make_unique<incremental::EmitterKind<Uuid>>(name, std::move(function));
    incremental::RowKind* rows = kind.get();
    const int number = AddKind(std::move(kind), feeds);
    RunForRows(number, *rows, SchemaOf<T>());
  }
  // Once, with the zero UUID.
  void AddSingleEmitter(absl::string_view name, std::function<void(Reader&, Output&)> function, Feeds feeds = {});
  // Once for every member of a set in every row.
  template <typename T, typename V>
  void AddMemberEmitter(
      absl::string_view name, SetColumn<T, V> column,
      std::type_identity_t<std::function<void(Reader&, const Uuid& row, const V& member, Output&)>> function,
      Feeds feeds = {}) {
    using Key = std::pair<Uuid, incremental::Kept<V>>;
    auto kind = std::make_unique<incremental::MemberKind<V>>(
        name, [f = std::move(function)](Reader& reader, const Key& key, Output& out) {
          f(reader, key.first, key.second, out);
        });
    incremental::MemberKindBase* members = kind.get();
    AddKind(std::move(kind), feeds);
    RunForMembers(*members, SchemaOf<T>().columns()[column.index]);
  }
  // Once for every pair of a relation.
  template <typename Key, typename Value>
  void AddPairEmitter(absl::string_view name, const Relation<Key, Value>& relation,
                      std::type_identity_t<std::function<void(Reader&, const Key&, const Value&, Output&)>> function,
                      Feeds feeds = {}) {
    auto kind = std::make_unique<incremental::PairKind<Key, Value>>(
        name, [f = std::move(function)](Reader& reader, const std::pair<Key, Value>& pair, Output& out) {
          f(reader, pair.first, pair.second, out);
        });
    incremental::PairKind<Key, Value>* pairs = kind.get();
    const int number = AddKind(std::move(kind), feeds);
    static_cast<incremental::RelationStore<Key, Value>&>(StoreOf(relation.number)).RunForPairs(*pairs);
    DependOn(number, relation.number);
  }
  // Once for every row and value such that the row's column holds the key that the relation has the value under.
  template <typename T, typename V, typename Value>
  void AddJoinEmitter(
      absl::string_view name, ScalarColumn<T, V> column, const Relation<incremental::Kept<V>, Value>& relation,
      std::type_identity_t<std::function<void(Reader&, const Uuid& row, const Value&, Output&)>> function,
      Feeds feeds = {}) {
    const ColumnSchema& schema = SchemaOf<T>().columns()[column.index];
    AddJoin(name, IndexOn(schema), relation, std::move(function), feeds);
  }
  // The same by an index of one of the databases that has keys of text (Database::IndexBy()).
  template <typename Value>
  void AddJoinEmitter(
      absl::string_view name, const Index& index, const Relation<std::string, Value>& relation,
      std::type_identity_t<std::function<void(Reader&, const Uuid& row, const Value&, Output&)>> function,
      Feeds feeds = {}) {
    AddJoin(name, index, relation, std::move(function), feeds);
  }
  // Once for every key that is demanded.
  template <typename Key>
  DemandedEmitter<Key> AddDemandedEmitter(
      absl::string_view name, std::type_identity_t<std::function<void(Reader&, const Key&, Output&)>> function,
      Feeds feeds = {}) {
    return {AddKind(std::make_unique<incremental::EmitterKind<Key>>(name, std::move(function)), feeds)};
  }
  // From the next Update() on, until it is let go. Demanding something again, or letting go what was not demanded,
  // changes nothing.
  template <typename Key>
  void Demand(const DemandedEmitter<Key>& emitter, const incremental::KeyArgument<Key>& key) {
    auto& kind = static_cast<incremental::EmitterKind<Key>&>(KindOf(emitter.number));
    StartNode(kind, kind.SlotOf(key));
  }
  template <typename Key>
  void LetGo(const DemandedEmitter<Key>& emitter, const incremental::KeyArgument<Key>& key) {
    auto& kind = static_cast<incremental::EmitterKind<Key>&>(KindOf(emitter.number));
    EndNode(kind, kind.FindSlot(key));
  }

  // -- Running --

  // Brings everything up to date with the databases. Called with nothing changed, it does nothing. FailedPrecondition:
  // a cycle, with the functions in it; what depends on it is not to be relied on, and the next Update() tries again.
  absl::Status Update();
  // Whether an Update() would do something.
  bool IsStale() const;

  // What came into a collection or relation since the last call, and what went; in an order that follows from the
  // history of edits. Good until the next call. Of relations only those that Follow() was called for.
  template <typename Item>
  struct Changes {
    std::vector<const Item*> added;
    std::vector<const Item*> removed;
    bool empty() const { return added.empty() && removed.empty(); }
  };
  template <typename Item>
  Changes<Item> TakeChanges(const Collection<Item>& from) {
    Changes<Item> changes;
    static_cast<incremental::CollectionStore<Item>&>(StoreOf(from.number))
        .TakeChanges(&changes.added, &changes.removed);
    return changes;
  }
  template <typename Key, typename Value>
  Changes<std::pair<Key, Value>> TakeChanges(const Relation<Key, Value>& from) {
    Changes<std::pair<Key, Value>> changes;
    static_cast<incremental::RelationStore<Key, Value>&>(StoreOf(from.number))
        .TakeChanges(&changes.added, &changes.removed);
    return changes;
  }
  template <typename Key, typename Value>
  void Follow(const Relation<Key, Value>& relation) {
    static_cast<incremental::RelationStore<Key, Value>&>(StoreOf(relation.number)).Follow();
  }
  // Every item there is, in no order that means anything.
  template <typename Item>
  void ForEach(const Collection<Item>& from, absl::FunctionRef<void(const std::type_identity_t<Item>&)> visit) const {
    static_cast<const incremental::CollectionStore<Item>&>(StoreOf(from.number)).ForEach(visit);
  }

  // Runs `look` once, now, with a Reader, so that somebody outside can ask what the functions ask. Remembers nothing of
  // it.
  void Inspect(absl::FunctionRef<void(Reader&)> look);

  // -- Counting --

  using Statistics = CompileStatistics;
  const Statistics& statistics() const;
  // By function, in the order of declaration.
  struct FunctionStatistics {
    std::string name;
    uint64_t runs = 0;
    uint64_t unchanged = 0;
    size_t remembered = 0;  // Keys it is run for.
  };
  std::vector<FunctionStatistics> functions() const;
  // Remembered nodes (rows read, index entries, queries, emitter runs): for tests and memory accounting.
  size_t node_count() const;

  // Tells of every run and why it was made: for people who ask "why did this run?".
  struct Run {
    absl::string_view function;
    std::string key;
    std::string cause;  // What it had read and has changed; "new" when it runs for the first time.
  };
  void WatchRuns(std::function<void(const Run&)> watcher);

 private:
  int AddStore(std::unique_ptr<incremental::Store> store);
  int AddKind(std::unique_ptr<incremental::Kind> kind, const Feeds& feeds);
  incremental::Kind& KindOf(int number);
  incremental::Store& StoreOf(int number) const;
  void RunForRows(int number, incremental::RowKind& kind, const TableSchema& table);
  void RunForMembers(incremental::MemberKindBase& kind, const ColumnSchema& column);
  const Index& IndexOn(const ColumnSchema& column);
  void RunForJoin(incremental::JoinKindBase& kind, const Index& index);
  template <typename Key, typename Value>
  void AddJoin(absl::string_view name, const Index& index, const Relation<Key, Value>& relation,
               std::function<void(Reader&, const Uuid& row, const Value&, Output&)> function, Feeds feeds) {
    auto kind = std::make_unique<incremental::JoinKind<Key, Value>>(
        name, [f = std::move(function)](Reader& reader, const std::pair<Uuid, Value>& pair, Output& out) {
          f(reader, pair.first, pair.second, out);
        });
    incremental::JoinKind<Key, Value>* join = kind.get();
    const int number = AddKind(std::move(kind), feeds);
    auto& store = static_cast<incremental::RelationStore<Key, Value>&>(StoreOf(relation.number));
    join->SetRelation(store);
    RunForJoin(*join, index);
    store.RunForPairs(*join);
    DependOn(number, relation.number);
  }
  // The emitter runs for what is in the relation.
  void DependOn(int kind, int relation);
  void SetInput(incremental::Kind& kind, uint32_t slot, bool is_default, bool changed);
  void StartNode(incremental::Kind& kind, uint32_t slot);
  void EndNode(incremental::Kind& kind, uint32_t slot);

  std::unique_ptr<incremental::Engine> engine_;
};

}  // namespace ovnlite

#endif  // OVNLITE_DB_INCREMENTAL_H_
