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
#include "lib/base/json_reader.h"
#include "lib/db/file_bytes.h"
#include "lib/db/file_schema.h"
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
  LogReplay(absl::string_view bytes, Release release) : bytes_(bytes), release_(std::move(release)) {}

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
    size_t offset;  // In the file.
    Transaction transaction;
    std::optional<bool> is_diff;
    std::vector<Undecided> undecided;
  };

  absl::Status Replay(absl::string_view json, size_t offset);
  void ReadTable(JsonReader& json, const TableSchema& table, Record& record);
  void ReadChangedRow(JsonReader& json, const TableSchema& table, const Uuid& uuid, Record& record);
  absl::Status Decide(Record& record);
  absl::Status NarrowDatabase();
  void MakeWarnings();

  void NoteUnknownColumn(const TableSchema& table, absl::string_view name) {
    ++unknown_[absl::StrCat("column ", table.name(), ".", absl::CHexEscape(name))];
  }

  const absl::string_view bytes_;
  const Release release_;
  FileSchema file_;
  LoadedLog log_;
  RecentStrings strings_;
  const JsonRowContext context_{nullptr, &strings_};
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
      log_.database = std::make_unique<Database>(file_.theirs != nullptr ? *file_.theirs : *file_.ours);
    } else if (status.ok()) {
      status = Replay(record->json, static_cast<size_t>(record->json.data() - bytes_.data()));
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
  if (file_.theirs != nullptr) OVNLITE_RETURN_IF_ERROR(NarrowDatabase());
  MakeWarnings();
  return std::move(log_);
}

// What was read, in a database of our schema.
absl::Status LogReplay::NarrowDatabase() {
  auto ours = std::make_unique<Database>(*file_.ours);
  if (absl::Status status = Narrow(*log_.database, *ours, &left_out_); !status.ok()) {
    return absl::DataLossError(absl::StrCat("without what schema version ", log_.version, " has and ",
                                            file_.ours->version(), " has not: ", status.message()));
  }
  log_.database = std::move(ours);
  return absl::OkStatus();
}

absl::Status LogReplay::Replay(absl::string_view text, size_t offset) {
  Record record{offset, log_.database->Begin(), std::nullopt, {}};
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
  TransactionState& transaction = TransactionAccess::StateOf(record.transaction);
  RowBuilder builder(table);
  RowShape shape(table);
  absl::string_view name;
  for (json.EnterObject(); json.NextMember(&name);) {
    const absl::StatusOr<Uuid> uuid = Uuid::Parse(name);
    if (!uuid.ok()) return json.Fail(absl::StrCat("table ", table.name(), ": ", uuid.status().message()));
    if (json.Peek() == JsonKind::kNull) {
      json.ReadNull();
      if (!record.transaction.Get(table, *uuid)) {
        return json.Fail(absl::StrCat(table.name(), " row ", uuid->ToString(), " is deleted but does not exist"));
      }
      record.transaction.Delete(table, *uuid);
    } else if (transaction.EditOf(table, *uuid) != nullptr) {
      ReadChangedRow(json, table, *uuid, record);
    } else {
      Row row = ReadNewRow(
          json, *uuid, builder, shape, [&](absl::string_view column) { NoteUnknownColumn(table, column); }, context_);
      record.transaction.InsertRow(table, *uuid, std::move(row));
    }
    if (json.offset() >= next_release) {
      release_(record.offset + json.offset());
      next_release = json.offset() + kReleaseStep;
    }
  }
}

void LogReplay::ReadChangedRow(JsonReader& json, const TableSchema& table, const Uuid& uuid, Record& record) {
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
      record.transaction.Set(*column, uuid, ReadColumn(json, *column, context_));
    } else if (record.is_diff == true) {
      record.transaction.Set(*column, uuid,
                             ReadColumnDiff(json, *column, record.transaction.Get(table, uuid), context_));
    } else {
      record.undecided.push_back({uuid, column, std::string(json.Skip())});
    }
    if (!json.ok()) return json.AddContext(AtColumn(table, uuid, *column));
  }
}

absl::Status LogReplay::Decide(Record& record) {
  for (const Undecided& undecided : record.undecided) {
    const ColumnSchema& column = *undecided.column;
    const Row row = record.transaction.Get(column.table(), undecided.uuid);
    if (!row) continue;  // The record changes and deletes it.
    JsonReader json(undecided.json);
    record.transaction.Set(column, undecided.uuid,
                           record.is_diff == true ? ReadColumnDiff(json, column, row, context_)
                                                  : ReadColumn(json, column, context_));
    json.AddContext(AtColumn(column.table(), undecided.uuid, column));
    OVNLITE_RETURN_IF_ERROR(json.status());
  }
  return absl::OkStatus();
}

void LogReplay::MakeWarnings() {
  std::vector<std::string> warnings;
  const auto rows = [](size_t n) { return absl::StrCat(n, n == 1 ? " row" : " rows"); };
  const std::string written = absl::StrCat(", written by schema version ", log_.version, ", left out");
  for (const auto& [what, count] : left_out_.unknown) unknown_[what] += count;
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

absl::StatusOr<LoadedLog> LoadLog(const std::string& path) {
  OVNLITE_ASSIGN_OR_RETURN(FileBytes file, FileBytes::Read(path));
  absl::StatusOr<LoadedLog> log = LogReplay(file.bytes(), [&file](size_t end) { file.Release(end); }).Run();
  if (!log.ok()) return WithContext(log.status(), path);
  return log;
}

absl::StatusOr<LoadedLog> ParseLog(absl::string_view bytes) { return LogReplay(bytes, [](size_t) {}).Run(); }

}  // namespace ovnlite
