#include "lib/db/transaction.h"

#include "absl/strings/str_cat.h"
#include "lib/schema/column_access.h"
#include "lib/schema/constraints.h"
#include "lib/schema/message.h"

namespace ovnlite {

std::string RowName(const TableSchema& table, const Uuid& uuid) {
  return absl::StrCat(table.name(), " row ", uuid.ToString());
}

absl::Status AtColumn(const absl::Status& status, const Edit& edit, const ColumnSchema& column) {
  const absl::string_view message = status.message();
  const size_t colon = message.find(": ");
  return absl::Status(status.code(), absl::StrCat(message.substr(0, colon + 2), RowName(*edit.table, edit.uuid),
                                                  " column ", column.name(), ": ", message.substr(colon + 2)));
}

Transaction::Transaction(std::unique_ptr<TransactionState> state) : state_(std::move(state)) {}
Transaction::Transaction(Transaction&&) noexcept = default;
Transaction& Transaction::operator=(Transaction&&) noexcept = default;
Transaction::~Transaction() = default;

Edit* TransactionState::EditOf(const TableSchema& table, const Uuid& uuid) {
  if (Edit* edit = edits.Find(table, uuid)) return edit->after ? edit : nullptr;
  const StoredRow* stored = store->Rows(table).Find(uuid);
  if (stored == nullptr) return nullptr;
  Edit& edit = edits.Add(table, uuid);
  edit.before = stored->row;
  edit.after = stored->row;
  return &edit;
}

absl::Status TransactionState::TakeMessage(Edit& edit) {
  if (edit.message == nullptr) return absl::OkStatus();
  absl::Status status;
  for (const ColumnSchema& column : edit.table->columns()) {
    if (ColumnIs(column, *edit.message, edit.after)) continue;
    std::optional<Atom> twice;
    edit.after.Set(column, ReadColumn(column, *edit.message, &twice));
    edit.set |= MaskOf(column);
    if (twice.has_value() && status.ok()) status = AtColumn(TwiceError(*twice), edit, column);
  }
  return status;
}

Edit* TransactionState::EditColumn(const ColumnSchema& column, const Uuid& row) {
  Edit* edit = EditOf(column.table(), row);
  if (edit == nullptr) {
    edits.Fail(absl::NotFoundError(absl::StrCat(RowName(column.table(), row), " does not exist, and its column ",
                                                column.name(), " was to be changed")));
    return nullptr;
  }
  edits.Fail(TakeMessage(*edit));
  return edit;
}

namespace {

// What a message handed out earlier shows of a column that was changed beside it.
void ShowInMessage(Edit& edit, const ColumnSchema& column) {
  if (edit.message == nullptr) return;
  column.access().clear(*edit.message);
  Row only(*edit.table);
  only.Set(column, edit.after.Get(column));
  FillMessage(only, *edit.message);
}

// `how`: the mask that says in which way the column may differ.
template <typename Change>
void ChangeColumn(TransactionState& state, const ColumnSchema& column, const Uuid& row, ColumnMask Edit::*how,
                  Change change) {
  Edit* const edit = state.EditColumn(column, row);
  if (edit == nullptr) return;
  edit->*how |= MaskOf(column);
  change(edit->after);
  ShowInMessage(*edit, column);
}

}  // namespace

void Transaction::InsertRow(const TableSchema& table, const Uuid& uuid, Row row) {
  EditSet& edits = state_->edits;
  if (edits.Find(table, uuid) != nullptr) {
    return edits.Fail(absl::AlreadyExistsError(absl::StrCat(
        "duplicate uuid: ", RowName(table, uuid), " was inserted, changed or deleted in this transaction before")));
  }
  edits.Add(table, uuid).after = std::move(row);
}

void Transaction::InsertRow(const TableSchema& table, const Uuid& uuid) {
  Row row(table);
  for (const ColumnSchema* column : table.sets()) {
    if (column->min_size() > 0) row.Set(*column, DefaultOf(*column));
  }
  InsertRow(table, uuid, std::move(row));
}

void Transaction::Set(const ColumnSchema& column, const Uuid& row, Datum value) {
  ChangeColumn(*state_, column, row, &Edit::set, [&](Row& after) { after.Set(column, std::move(value)); });
}

void Transaction::InsertMember(const ColumnSchema& column, const Uuid& row, const AtomRef& member) {
  ChangeColumn(*state_, column, row, &Edit::mutated, [&](Row& after) { after.Insert(column, member); });
}

void Transaction::InsertPair(const ColumnSchema& column, const Uuid& row, const AtomRef& key, const AtomRef& value) {
  ChangeColumn(*state_, column, row, &Edit::mutated, [&](Row& after) { after.Insert(column, key, value); });
}

void Transaction::EraseMember(const ColumnSchema& column, const Uuid& row, const AtomRef& member) {
  ChangeColumn(*state_, column, row, &Edit::mutated, [&](Row& after) { after.Erase(column, member); });
}

google::protobuf::Message* Transaction::Insert(const TableSchema& table, const Uuid& uuid) {
  EditSet& edits = state_->edits;
  InsertRow(table, uuid);
  // After a mistake, something for the caller to write to.
  Edit* edit = edits.Find(table, uuid);
  if (!edits.error.ok() || edit == nullptr || edit->message != nullptr) edit = &edits.ignored.emplace_back();
  edit->message.reset(table.default_row().New());
  return edit->message.get();
}

google::protobuf::Message* Transaction::Update(const TableSchema& table, const Uuid& uuid) {
  Edit* edit = state_->EditOf(table, uuid);
  if (edit == nullptr) return nullptr;
  if (edit->message == nullptr) {
    edit->message.reset(table.default_row().New());
    FillMessage(edit->after, *edit->message);
  }
  return edit->message.get();
}

void Transaction::Delete(const TableSchema& table, const Uuid& uuid) {
  Edit* edit = state_->EditOf(table, uuid);
  if (edit == nullptr) return;
  edit->after = Row();
  edit->message.reset();
}

const Row* Transaction::Look(const TableSchema& table, const Uuid& uuid) const {
  if (Edit* edit = state_->edits.Find(table, uuid)) {
    state_->edits.Fail(state_->TakeMessage(*edit));
    return edit->after ? &edit->after : nullptr;
  }
  const StoredRow* stored = state_->store->Rows(table).Find(uuid);
  return stored != nullptr ? &stored->row : nullptr;
}

Row Transaction::Get(const TableSchema& table, const Uuid& uuid) const {
  const Row* row = Look(table, uuid);
  return row != nullptr ? *row : Row();
}

}  // namespace ovnlite
