#include "lib/db/transaction.h"

#include <cstdlib>

#include "absl/strings/str_cat.h"

namespace ovnlite {

Transaction::Transaction(std::unique_ptr<State> state) : state_(std::move(state)) {}
Transaction::Transaction(Transaction&&) noexcept = default;
Transaction& Transaction::operator=(Transaction&&) noexcept = default;
Transaction::~Transaction() = default;

Row* Transaction::Insert(const TableSchema& table, Uuid uuid) {
  EditSet& edits = state_->edits;
  if (edits.Find(table, uuid) != nullptr && edits.error.ok()) {
    edits.error =
        absl::AlreadyExistsError(absl::StrCat("duplicate uuid: ", table.name(), " row ", uuid.ToString(),
                                              " was inserted, changed or deleted in this transaction before"));
  }
  // After a mistake, something for the caller to write to.
  Edit& edit = edits.error.ok() ? edits.Add(table, uuid) : edits.spoiled.emplace_back();
  edit.table = &table;
  edit.uuid = uuid;
  edit.after.reset(table.default_row().New());
  return edit.after.get();
}

Row* Transaction::Update(const TableSchema& table, Uuid uuid) {
  if (Edit* edit = state_->edits.Find(table, uuid)) {
    edit->given = ~uint64_t{0};
    return edit->after.get();
  }
  const StoredRow* stored = state_->store->Rows(table).Find(uuid);
  if (stored == nullptr) return nullptr;
  Edit& edit = state_->edits.Add(table, uuid);
  edit.before = stored->message();
  edit.after.reset(edit.before->New());
  edit.after->CopyFrom(*edit.before);
  return edit.after.get();
}

void Transaction::Delete(const TableSchema& table, Uuid uuid) {
  if (Edit* edit = state_->edits.Find(table, uuid)) {
    edit->after.reset();
    return;
  }
  const StoredRow* stored = state_->store->Rows(table).Find(uuid);
  if (stored != nullptr) state_->edits.Add(table, uuid).before = stored->message();
}

const Row* Transaction::Get(const TableSchema& table, Uuid uuid) const {
  if (const Edit* edit = state_->edits.Find(table, uuid)) return edit->after.get();
  const StoredRow* stored = state_->store->Rows(table).Find(uuid);
  return stored != nullptr ? stored->message().get() : nullptr;
}

const TableSchema& Transaction::TableOf(const google::protobuf::Descriptor* type) const {
  const TableSchema* table = state_->store->schema.TableOf(type);
  if (table == nullptr) std::abort();  // A mistake of the program: a message of the other database.
  return *table;
}

}  // namespace ovnlite
