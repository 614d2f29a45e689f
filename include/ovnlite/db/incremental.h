// File: incremental.h
// Incremental compilation without hand-written change handlers (docs/architecture.md, "Recorded reads").
//
// A compiler is declared as pure functions of the database:
//   - an emitter is run once for every row of a table and adds items (numbers the caller has given meaning to: logical
//     flows, flows) to the output;
//   - an emitter on demand is run once for every name that was demanded of it;
//   - a query is a function of a row's UUID or of a name that emitters and other queries ask; its answer is remembered.
// While they run, every row, index entry and query they read is recorded. When rows change, exactly the functions that
// read them run again; a query whose answer stays equal stops the wave. What comes out is the difference between the
// items of before and of now. The first compilation takes the same path: there everything is new.
//
// Cost: a changed row costs the functions that read it. Memory: about 8 bytes per recorded read, 80 per function run.
//
// Rules for the functions: read only through the Reader; same reads, same result; no cycles among queries (a cycle is
// reported by the query answering with its default value and `cyclic()` of the engine turning true).

#ifndef OVNLITE_DB_INCREMENTAL_H_
#define OVNLITE_DB_INCREMENTAL_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "ovnlite/base/uuid.h"
#include "ovnlite/db/database.h"

namespace ovnlite {

class Incremental;

// A query's number and type; made by Incremental::AddQuery().
template <typename T>
struct Query {
  int number = -1;
};

// An emitter on demand.
struct DemandedEmitter {
  int number = -1;
};

// What a function sees of the databases. Valid only during its run.
class Reader {
 public:
  // The row or null; either answer is recorded.
  template <typename T>
  const T* Get(const Uuid& uuid) {
    return static_cast<const T*>(GetRow(T::descriptor(), uuid));
  }
  // Rows whose `column` (see Index) holds `key`, by UUID.
  template <typename T>
  absl::Span<const Uuid> Find(absl::string_view column, absl::string_view key) {
    return FindRows(T::descriptor(), column, key);
  }
  // The one row found, or null when there is none or more than one.
  template <typename T>
  const T* FindOne(absl::string_view column, absl::string_view key, Uuid* uuid = nullptr) {
    const absl::Span<const Uuid> found = Find<T>(column, key);
    if (found.size() != 1) return nullptr;
    if (uuid != nullptr) *uuid = found[0];
    return Get<T>(found[0]);
  }
  // Every row of a table, by UUID. Reads which rows there are, not what is in them: Get() them.
  template <typename T>
  std::vector<Uuid> All() {
    return AllRows(T::descriptor());
  }
  // A query's answer. The reference stays valid until the next Update().
  template <typename T>
  const T& Ask(const Query<T>& query, const Uuid& key);
  template <typename T>
  const T& Ask(const Query<T>& query, absl::string_view key);

 private:
  friend class Incremental;
  Reader(Incremental& engine, uint32_t node) : engine_(engine), node_(node) {}
  const google::protobuf::Message* GetRow(const google::protobuf::Descriptor* type, const Uuid& uuid);
  absl::Span<const Uuid> FindRows(const google::protobuf::Descriptor* type, absl::string_view column,
                                  absl::string_view key);
  std::vector<Uuid> AllRows(const google::protobuf::Descriptor* type);

  Incremental& engine_;
  uint32_t node_;
};

// Where an emitter puts its items. Order does not matter; the same item twice counts twice.
class Output {
 public:
  void Add(uint32_t item) { items_.push_back(item); }

 private:
  friend class Incremental;
  std::vector<uint32_t> items_;
};

class Incremental {
 public:
  // One item's count in the output went from zero to more, or back.
  struct Changes {
    std::vector<uint32_t> added;    // Ascending.
    std::vector<uint32_t> removed;  // Ascending.
    bool idle = true;               // Nothing ran, no row went: all is as it was.
  };
  struct Statistics {
    uint64_t emitter_runs = 0;
    uint64_t query_runs = 0;
    uint64_t queries_unchanged = 0;  // Runs whose answer was equal, which stopped the wave.
  };

  // Reads from these databases; they must outlive the engine. It follows their commits by itself.
  explicit Incremental(std::vector<Database*> databases);
  ~Incremental();

  using EmitterFunction = std::function<void(Reader&, const Uuid& row, Output&)>;
  // Declarations come before the first Update().
  template <typename T>
  void AddEmitter(absl::string_view name, EmitterFunction function) {
    AddEmitter(name, T::descriptor(), std::move(function));
  }
  // An emitter that is run once, with the zero UUID.
  void AddSingleEmitter(absl::string_view name, EmitterFunction function) {
    AddEmitter(name, nullptr, std::move(function));
  }

  // An emitter that is run for the names given to Demand(), from the next Update() on.
  using NamedEmitterFunction = std::function<void(Reader&, absl::string_view name, Output&)>;
  DemandedEmitter AddDemandedEmitter(absl::string_view name, NamedEmitterFunction function);
  // Demanding something again changes nothing.
  void Demand(DemandedEmitter emitter, absl::string_view name);

  // T must be copyable or movable and have ==.
  template <typename T>
  Query<T> AddQuery(absl::string_view name, std::function<T(Reader&, const Uuid&)> function);
  template <typename T>
  Query<T> AddNamedQuery(absl::string_view name, std::function<T(Reader&, absl::string_view)> function);

  // Values that come from outside the databases (a port number, a connection tracking zone), asked by name like a
  // query. A name never set has the default value. Setting an equal value changes nothing.
  template <typename T>
  Query<T> AddInput(absl::string_view name) {
    return AddNamedQuery<T>(name, [](Reader&, absl::string_view) { return T(); });
  }
  template <typename T>
  void Set(const Query<T>& input, absl::string_view name, T value) {
    SetAnswer(input.number, name, std::make_unique<AnswerOf<T>>(std::move(value)));
  }

  // Runs `look` once, now, with a Reader, so that somebody outside can ask what the functions ask. Remembers nothing of
  // it.
  void Inspect(const std::function<void(Reader&)>& look);

  // Brings the output up to date with the databases. Called with nothing changed, it does nothing.
  Changes Update();

  const Statistics& statistics() const;
  // True when some query asked itself, directly or not.
  bool cyclic() const;
  // Remembered nodes (rows read, index entries, queries, emitter runs): for tests and memory accounting.
  size_t node_count() const;

 private:
  friend class Reader;
  struct State;

  // A remembered answer of any type.
  struct Answer {
    virtual ~Answer() = default;
    virtual bool Equals(const Answer& other) const = 0;
  };
  template <typename T>
  struct AnswerOf final : Answer {
    explicit AnswerOf(T v) : value(std::move(v)) {}
    bool Equals(const Answer& other) const override { return value == static_cast<const AnswerOf&>(other).value; }
    T value;
  };
  using QueryFunction = std::function<std::unique_ptr<Answer>(Reader&, const Uuid&, absl::string_view)>;

  void AddEmitter(absl::string_view name, const google::protobuf::Descriptor* type, EmitterFunction function);
  int AddQuery(absl::string_view name, QueryFunction function, std::unique_ptr<Answer> when_cyclic);
  void SetAnswer(int query, absl::string_view name, std::unique_ptr<Answer> answer);
  const Answer& AskNode(uint32_t reader, int query, const Uuid& key, absl::string_view name);

  std::unique_ptr<State> state_;
};

template <typename T>
Query<T> Incremental::AddQuery(absl::string_view name, std::function<T(Reader&, const Uuid&)> function) {
  return {AddQuery(
      name,
      [f = std::move(function)](Reader& reader, const Uuid& key, absl::string_view) -> std::unique_ptr<Answer> {
        return std::make_unique<AnswerOf<T>>(f(reader, key));
      },
      std::make_unique<AnswerOf<T>>(T()))};
}

template <typename T>
Query<T> Incremental::AddNamedQuery(absl::string_view name, std::function<T(Reader&, absl::string_view)> function) {
  return {AddQuery(
      name,
      [f = std::move(function)](Reader& reader, const Uuid&, absl::string_view key) -> std::unique_ptr<Answer> {
        return std::make_unique<AnswerOf<T>>(f(reader, key));
      },
      std::make_unique<AnswerOf<T>>(T()))};
}

template <typename T>
const T& Reader::Ask(const Query<T>& query, const Uuid& key) {
  return static_cast<const Incremental::AnswerOf<T>&>(engine_.AskNode(node_, query.number, key, {})).value;
}

template <typename T>
const T& Reader::Ask(const Query<T>& query, absl::string_view key) {
  return static_cast<const Incremental::AnswerOf<T>&>(engine_.AskNode(node_, query.number, Uuid(), key)).value;
}

}  // namespace ovnlite

#endif  // OVNLITE_DB_INCREMENTAL_H_
