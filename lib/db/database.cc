#include "ovnlite/db/database.h"

#include <cstdlib>

#include "absl/strings/match.h"
#include "lib/db/commit.h"
#include "lib/db/store.h"
#include "lib/db/transaction.h"

namespace ovnlite {

using Listener = std::function<void(const Delta&)>;

struct Database::State {
  explicit State(const DatabaseSchema& schema) : store(schema) {}

  void Notify(const Delta& delta);

  Store store;
  // In the order of subscription; a Subscription owns its listener.
  std::vector<std::weak_ptr<Listener>> listeners;
  bool notifying = false;
};

// Those who subscribe meanwhile are not called for this delta.
void Database::State::Notify(const Delta& delta) {
  notifying = true;
  const size_t count = listeners.size();
  for (size_t i = 0; i < count; ++i) {
    if (const std::shared_ptr<Listener> listener = listeners[i].lock()) (*listener)(delta);
  }
  std::erase_if(listeners, [](const std::weak_ptr<Listener>& listener) { return listener.expired(); });
  notifying = false;
}

Database::Database(const DatabaseSchema& schema) : state_(std::make_unique<State>(schema)) {}
Database::~Database() = default;

const DatabaseSchema& Database::schema() const { return state_->store.schema; }

Transaction Database::Begin() const {
  auto state = std::make_unique<Transaction::State>();
  state->store = &state_->store;
  return Transaction(std::move(state));
}

absl::StatusOr<Delta> Database::Commit(Transaction transaction) {
  if (transaction.state_ == nullptr || transaction.state_->store != &state_->store) {
    return absl::FailedPreconditionError("the transaction belongs to another database or was committed before");
  }
  if (state_->notifying)
    return absl::FailedPreconditionError("a listener may not commit to the database it listens to");
  CommitRun run(state_->store, transaction.state_->edits, transaction.state_->dormant.get());
  if (absl::Status status = run.Check(); !status.ok()) return status;
  Delta delta;
  run.Apply(&delta.changes_, &delta.kept_);
  if (!delta.empty()) state_->Notify(delta);
  return delta;
}

const Row* Database::Get(const TableSchema& table, const Uuid& uuid) const {
  const StoredRow* stored = state_->store.Rows(table).Find(uuid);
  return stored != nullptr ? stored->message().get() : nullptr;
}

size_t Database::RowCount(const TableSchema& table) const { return state_->store.Rows(table).size(); }

void Database::ForEach(const TableSchema& table, const std::function<void(const Uuid&, const Row&)>& visit) const {
  for (const StoredRow* row : state_->store.Rows(table).Sorted()) visit(row->uuid, *row->message());
}

const Index& Database::IndexOn(const TableSchema& table, absl::string_view column) const {
  Store& store = state_->store;
  const size_t colon = column.find(':');
  const ColumnSchema* schema = table.FindColumn(column.substr(0, colon));
  std::optional<std::string> map_key;
  if (colon != absl::string_view::npos) map_key = std::string(column.substr(colon + 1));
  const bool is_function = absl::StartsWith(column, "@");
  for (const TextIndex* index : store.by_table[table.index()]) {
    if (is_function ? index->name() == column : index->column() == schema && index->map_key() == map_key) return *index;
  }
  if (schema == nullptr || (map_key.has_value() && schema->shape() != ColumnShape::kMap)) {
    std::abort();  // A mistake of the program: no such column.
  }
  return store.AddIndex(std::make_unique<TextIndex>(store.next_index(), *schema, std::move(map_key)));
}

const Index& Database::IndexBy(const TableSchema& table, absl::string_view name,
                               absl::Span<const absl::string_view> columns, KeyFunction keys) const {
  Store& store = state_->store;
  for (const TextIndex* index : store.by_table[table.index()]) {
    if (index->name() == name) return *index;
  }
  uint64_t bits = 0;
  for (absl::string_view column : columns) {
    const ColumnSchema* schema = table.FindColumn(column);
    if (schema == nullptr) std::abort();  // A mistake of the program: no such column.
    bits |= uint64_t{1} << schema->index();
  }
  return store.AddIndex(std::make_unique<TextIndex>(store.next_index(), table, name, bits, std::move(keys)));
}

std::vector<const Index*> Database::IndexesOf(const TableSchema& table) const {
  const std::vector<TextIndex*>& indexes = state_->store.by_table[table.index()];
  return {indexes.begin(), indexes.end()};
}

Database::Subscription Database::Subscribe(std::function<void(const Delta&)> listener) {
  auto shared = std::make_shared<Listener>(std::move(listener));
  state_->listeners.push_back(shared);
  Subscription subscription;
  subscription.keep_ = std::move(shared);
  return subscription;
}

const TableSchema& Database::TableOf(const google::protobuf::Descriptor* type) const {
  const TableSchema* table = schema().TableOf(type);
  if (table == nullptr) std::abort();  // A mistake of the program: a message of the other database.
  return *table;
}

}  // namespace ovnlite
