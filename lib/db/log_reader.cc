// Replaying a log into a database: every record is a transaction, checked like any other.

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lib/db/file_bytes.h"
#include "lib/db/file_schema.h"
#include "lib/db/json_reader.h"
#include "lib/db/json_row.h"
#include "lib/db/log_record.h"
#include "lib/db/narrow.h"
#include "lib/db/store.h"
#include "lib/db/transaction.h"
#include "ovnlite/base/status.h"
#include "ovnlite/db/log_file.h"
#include "ovnlite/schema/schema.h"

namespace ovnlite {
namespace {

// Called with the number of bytes from the beginning of the file that will not be read again.
using Release = std::function<void(size_t)>;

class LogReplay {
 public:
  // `keep` holds the bytes, for rows that stay dormant; null: none does.
  LogReplay(absl::string_view bytes, const LoadOptions& options, std::shared_ptr<const void> keep, Release release)
      : bytes_(bytes), options_(options), keep_(std::move(keep)), release_(std::move(release)) {}

  absl::StatusOr<LoadedLog> Run();

 private:
  // A difference that was read before it was known whether it is one: "_is_diff" may stand behind the tables.
  struct Undecided {
    Uuid uuid;
    const ColumnSchema* column;
    std::string json;
  };
  // One transaction record on its way into the database.
  struct Record {
    absl::string_view json;
    size_t offset;  // In the file.
    Transaction transaction;
    std::optional<bool> is_diff;
    std::vector<Undecided> undecided;
  };

  absl::Status Replay(absl::string_view json, size_t offset, bool dormant);
  void ReadTable(JsonReader& json, const TableSchema& table, Record& record);
  // False when the row must be awake.
  bool ReadDormantRow(JsonReader& json, const TableSchema& table, const Uuid& uuid, Record& record);
  // `shape`: of rows of this table.
  void ReadChangedRow(JsonReader& json, const TableSchema& table, const Uuid& uuid, RowShape& shape, Record& record);
  absl::Status Decide(Record& record);
  absl::Status NarrowDatabase();
  void MakeWarnings();

  void NoteUnknownColumn(const TableSchema& table, absl::string_view name) {
    ++unknown_[absl::StrCat("column ", table.name(), ".", absl::CHexEscape(name))];
  }

  const absl::string_view bytes_;
  const LoadOptions& options_;
  const std::shared_ptr<const void> keep_;
  const Release release_;
  FileSchema file_;
  LoadedLog log_;
  LeftOut left_out_;
  // What the file has and the schema does not -> how many rows have it.
  absl::flat_hash_map<std::string, size_t> unknown_;
};

absl::StatusOr<LoadedLog> LogReplay::Run() {
  if (bytes_.empty()) return absl::InvalidArgumentError("the file is empty");
  while (log_.good_bytes < bytes_.size()) {
    absl::StatusOr<LogRecord> record = ReadLogRecord(bytes_.substr(log_.good_bytes));
    absl::Status status = record.status();
    const auto place = [this] { return absl::StrCat("record ", log_.records + 1, " at byte ", log_.good_bytes); };
    if (log_.records == 0) {
      if (absl::IsDataLoss(status)) return WithContext(status, place());
      if (!status.ok()) return status;
      absl::StatusOr<FileSchema> file = ReadFileSchema(record->json);
      if (!file.ok()) return WithContext(file.status(), place());
      file_ = *std::move(file);
      log_.version = file_.version;
      log_.database = std::make_unique<Database>(file_.wide != nullptr ? *file_.wide : *file_.ours);
      if (options_.prepare != nullptr && file_.wide == nullptr) options_.prepare(*log_.database);
    } else if (status.ok()) {
      const auto offset = static_cast<size_t>(record->json.data() - bytes_.data());
      const auto unknown = unknown_;
      const bool dormant = keep_ != nullptr && file_.wide == nullptr;
      status = Replay(record->json, offset, dormant);
      if (!status.ok() && dormant) {
        // Dormant rows do not know what is wrong with them.
        unknown_ = unknown;
        status = Replay(record->json, offset, false);
      }
    }
    if (!status.ok()) {
      status = absl::DataLossError(absl::StrCat(place(), ": ", status.message()));
      log_.damaged_end = !record.ok() && !HoldsLogRecord(bytes_.substr(log_.good_bytes + 1));
      if (log_.damaged_end) {
        log_.warnings.push_back(
            absl::StrCat("the end of the file is damaged, and left out behind ", log_.records,
                         log_.records == 1 ? " good record: " : " good records: ", status.message()));
      } else {
        log_.error = status;
      }
      break;
    }
    ++log_.records;
    log_.good_bytes += record->size;
  }
  if (file_.wide != nullptr) OVNLITE_RETURN_IF_ERROR(NarrowDatabase());
  MakeWarnings();
  return std::move(log_);
}

// What was read, in a database of our schema.
absl::Status LogReplay::NarrowDatabase() {
  auto ours = std::make_unique<Database>(*file_.ours);
  if (options_.prepare != nullptr) options_.prepare(*ours);
  if (absl::Status status = Narrow(*log_.database, *ours, &left_out_); !status.ok()) {
    return absl::DataLossError(absl::StrCat("without what schema version ", log_.version, " has and ",
                                            file_.ours->version(), " has not: ", status.message()));
  }
  log_.database = std::move(ours);
  return absl::OkStatus();
}

absl::Status LogReplay::Replay(absl::string_view text, size_t offset, bool dormant) {
  Record record{text, offset, log_.database->Begin(), std::nullopt, {}};
  if (dormant) TransactionAccess::StateOf(record.transaction).dormant = std::make_unique<DormantInserts>(keep_, text);
  JsonReader json(text);
  absl::string_view member;
  for (json.EnterObject(); json.NextMember(&member);) {
    if (const TableSchema* table = log_.database->schema().FindTable(member)) {
      ReadTable(json, *table, record);
    } else if (member == "_is_diff") {
      record.is_diff = json.ReadBoolean();
    } else if (absl::StartsWith(member, "_")) {
      json.Skip();  // _date, _comment
    } else {
      const std::string name(member);  // `member` is used for the rows.
      size_t rows = 0;
      for (json.EnterObject(); json.NextMember(&member); json.Skip()) ++rows;
      if (rows > 0) unknown_[absl::StrCat("table ", absl::CHexEscape(name))] += rows;
    }
  }
  OVNLITE_RETURN_IF_ERROR(json.Finish());
  OVNLITE_RETURN_IF_ERROR(Decide(record));
  return log_.database->Commit(std::move(record.transaction)).status();
}

void LogReplay::ReadTable(JsonReader& json, const TableSchema& table, Record& record) {
  constexpr size_t kReleaseStep = 1 << 20;
  size_t next_release = json.offset() + kReleaseStep;
  const bool may_sleep =
      TransactionAccess::StateOf(record.transaction).dormant != nullptr && DormantInserts::MaySleep(table);
  RowShape shape;
  absl::string_view name;
  for (json.EnterObject(); json.NextMember(&name);) {
    const absl::StatusOr<Uuid> uuid = Uuid::Parse(name);
    if (!uuid.ok()) return json.Fail(absl::StrCat("table ", table.name(), ": ", uuid.status().message()));
    if (json.Peek() == JsonKind::kNull) {
      json.ReadNull();
      if (record.transaction.Get(table, *uuid) == nullptr) {
        return json.Fail(absl::StrCat(table.name(), " row ", uuid->ToString(), " is deleted but does not exist"));
      }
      record.transaction.Delete(table, *uuid);
    } else if (!may_sleep || !ReadDormantRow(json, table, *uuid, record)) {
      ReadChangedRow(json, table, *uuid, shape, record);
    }
    if (keep_ == nullptr && json.offset() >= next_release) {
      release_(record.offset + json.offset());
      next_release = json.offset() + kReleaseStep;
    }
  }
}

bool LogReplay::ReadDormantRow(JsonReader& json, const TableSchema& table, const Uuid& uuid, Record& record) {
  auto& transaction = TransactionAccess::StateOf(record.transaction);
  if (transaction.edits.Find(table, uuid) != nullptr || transaction.store->Rows(table).Find(uuid) != nullptr)
    return false;
  transaction.dormant->Add(table, transaction.store->by_table[table.index()], uuid, json,
                           [&](absl::string_view name) { NoteUnknownColumn(table, name); });
  return true;
}

void LogReplay::ReadChangedRow(JsonReader& json, const TableSchema& table, const Uuid& uuid, RowShape& shape,
                               Record& record) {
  Row* row = record.transaction.Update(table, uuid);
  if (row == nullptr) {
    row = record.transaction.Insert(table, uuid);
    const uint64_t given = ReadNewRow(
        json, table, uuid, *row, [&](absl::string_view name) { NoteUnknownColumn(table, name); }, 0, &shape);
    if (Edit* edit = TransactionAccess::StateOf(record.transaction).edits.Find(table, uuid)) edit->given = given;
    return;
  }
  absl::string_view name;
  for (json.EnterObject(); json.NextMember(&name);) {
    const ColumnSchema* column = table.FindColumn(name);
    if (column == nullptr) {
      NoteUnknownColumn(table, name);
      json.Skip();
      continue;
    }
    const bool composite = column->shape() == ColumnShape::kSet || column->shape() == ColumnShape::kMap;
    if (!composite || record.is_diff == false) {
      ReadColumn(json, *column, *row);
    } else if (record.is_diff == true) {
      ReadColumnDiff(json, *column, *row);
    } else {
      record.undecided.push_back({uuid, column, std::string(json.Skip())});
    }
    if (!json.ok()) return json.AddContext(AtColumn(table, uuid, *column));
  }
}

absl::Status LogReplay::Decide(Record& record) {
  for (const Undecided& undecided : record.undecided) {
    Row* row = record.transaction.Update(undecided.column->table(), undecided.uuid);
    if (row == nullptr) continue;  // The record changes and deletes it.
    JsonReader json(undecided.json);
    if (record.is_diff == true) {
      ReadColumnDiff(json, *undecided.column, *row);
    } else {
      ReadColumn(json, *undecided.column, *row);
    }
    json.AddContext(AtColumn(undecided.column->table(), undecided.uuid, *undecided.column));
    OVNLITE_RETURN_IF_ERROR(json.status());
  }
  return absl::OkStatus();
}

void LogReplay::MakeWarnings() {
  std::vector<std::string> warnings;
  const auto rows = [](size_t n) { return absl::StrCat(n, n == 1 ? " row" : " rows"); };
  const std::string written = absl::StrCat(", written by schema version ", log_.version, ", left out");
  for (const auto& [what, count] : unknown_) {
    warnings.push_back(absl::StrCat("unknown ", what, written, " in ", rows(count)));
  }
  for (const auto& [column, values] : left_out_.by_column) {
    const std::string what = absl::StrCat("unknown value of ", column, " (", absl::StrJoin(values.texts, ", "),
                                          values.texts.size() == LeftOut::kMostTexts ? ", ..." : "", ")", written);
    if (values.rows > 0) warnings.push_back(absl::StrCat(what, " with ", rows(values.rows)));
    if (values.shortened > 0) warnings.push_back(absl::StrCat(what, " in ", rows(values.shortened)));
  }
  for (const auto& [table, count] : left_out_.in_need) {
    warnings.push_back(absl::StrCat("table ", table, ": ", rows(count), " left out that need", count == 1 ? "s" : "",
                                    " a row that was left out"));
  }
  std::sort(warnings.begin(), warnings.end());
  log_.warnings.insert(log_.warnings.end(), warnings.begin(), warnings.end());
}

}  // namespace

absl::StatusOr<LoadedLog> LoadLog(const std::string& path, const LoadOptions& options) {
  absl::StatusOr<FileBytes> read = options.dormant ? FileBytes::Map(path) : FileBytes::Read(path);
  OVNLITE_RETURN_IF_ERROR(read.status());
  const auto file = std::make_shared<FileBytes>(*std::move(read));
  std::shared_ptr<const void> keep;
  if (options.dormant) keep = file;
  absl::StatusOr<LoadedLog> log =
      LogReplay(file->bytes(), options, std::move(keep), [&file](size_t end) { file->Release(end); }).Run();
  if (!log.ok()) return WithContext(log.status(), path);
  return log;
}

absl::StatusOr<LoadedLog> ParseLog(absl::string_view bytes, const LoadOptions& options) {
  std::shared_ptr<const std::string> copy;
  if (options.dormant) {
    copy = std::make_shared<const std::string>(bytes);
    bytes = *copy;
  }
  return LogReplay(bytes, options, copy, [](size_t) {}).Run();
}

}  // namespace ovnlite
