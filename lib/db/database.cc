#include "ovnlite/db/database.h"

#include <cstdlib>

#include "lib/db/commit.h"
#include "lib/db/store.h"
#include "lib/db/transaction.h"

namespace ovnlite {

using Listener = std::function<void(const Delta&)>;

struct Database::State {
  explicit State(const DatabaseSchema& schema) : store(schema) {}

  void Notify(const Delta& delta);

  Store store;
  CommitAuthority* authority = nullptr;
  // In the order of subscription; a Subscription owns its listener.
  std::vector<std::weak_ptr<Listener>> listeners;
  size_t most_listeners = 16;  // With more, those that went away are forgotten.
  bool notifying = false;
};

// Those who subscribe meanwhile are not called for this delta.
void Database::State::Notify(const Delta& delta) {
  notifying = true;
  const size_t count = listeners.size();
  for (size_t i = 0; i < count; ++i) {
    if (const std::shared_ptr<Listener> listener = listeners[i].lock()) (*listener)(delta);
  }
  notifying = false;
}

Database::Database(const DatabaseSchema& schema) : state_(std::make_unique<State>(schema)) {}
Database::~Database() = default;

const DatabaseSchema& Database::schema() const { return state_->store.schema(); }

Transaction Database::Begin() const {
  auto state = std::make_unique<TransactionState>();
  state->store = &state_->store;
  return Transaction(std::move(state));
}

absl::StatusOr<Delta> Database::Commit(Transaction transaction) {
  if (transaction.state_ == nullptr || transaction.state_->store != &state_->store) {
    return absl::FailedPreconditionError("the transaction belongs to another database or was committed before");
  }
  if (state_->notifying)
    return absl::FailedPreconditionError("a listener may not commit to the database it listens to");
  CommitRun run(*transaction.state_);
  if (absl::Status status = run.Check(); !status.ok()) return status;
  Delta delta;
  delta.changes_ = run.Apply();
  if (!delta.empty()) state_->Notify(delta);
  return delta;
}

void Database::Submit(Transaction transaction, CommitDone done) {
  if (state_->authority != nullptr) return state_->authority->Submit(std::move(transaction), std::move(done));
  done(Commit(std::move(transaction)).status());
}

void Database::SetAuthority(CommitAuthority* authority) { state_->authority = authority; }

const Row* Database::Find(const TableSchema& table, const Uuid& uuid) const {
  const StoredRow* stored = state_->store.Rows(table).Find(uuid);
  return stored != nullptr ? &stored->row : nullptr;
}

const google::protobuf::Message* Database::Get(const TableSchema& table, const Uuid& uuid) const {
  const StoredRow* stored = state_->store.Rows(table).Find(uuid);
  return stored != nullptr ? &stored->AsMessage() : nullptr;
}

size_t Database::RowCount(const TableSchema& table) const { return state_->store.Rows(table).size(); }

void Database::ForEach(const TableSchema& table, const std::function<void(const Uuid&, const Row&)>& visit) const {
  for (const StoredRow* row : state_->store.Rows(table).Sorted()) visit(row->uuid, row->row);
}

const Index& Database::IndexOn(const ColumnSchema& column) const { return state_->store.IndexOn(column); }

const Index& Database::IndexOn(const ColumnSchema& map, absl::string_view key) const {
  return state_->store.IndexOn(map, key);
}

const Index& Database::IndexBy(const TableSchema& table, absl::string_view name, ColumnMask columns,
                               KeyFunction keys) const {
  return state_->store.IndexBy(table, name, columns, std::move(keys));
}

const Index* Database::FindIndex(const TableSchema& table, absl::string_view name) const {
  return state_->store.FindIndex(table, name);
}

std::vector<const Index*> Database::IndexesOf(const TableSchema& table) const {
  const std::vector<ColumnIndex*>& indexes = state_->store.IndexesOf(table);
  return {indexes.begin(), indexes.end()};
}

Database::Subscription Database::Subscribe(std::function<void(const Delta&)> listener) {
  auto shared = std::make_shared<Listener>(std::move(listener));
  if (!state_->notifying && state_->listeners.size() >= state_->most_listeners) {
    std::erase_if(state_->listeners, [](const std::weak_ptr<Listener>& old) { return old.expired(); });
    state_->most_listeners = 16 + 2 * state_->listeners.size();
  }
  state_->listeners.push_back(shared);
  Subscription subscription;
  subscription.keep_ = std::move(shared);
  return subscription;
}

void Database::CheckSchema(const DatabaseSchema& schema) const {
  if (&schema != &state_->store.schema()) std::abort();  // A mistake of the program: a message of another database.
}

}  // namespace ovnlite
