// A database as a log of two records: the schema, and one transaction with every row.

#include "absl/strings/str_cat.h"
#include "lib/base/file.h"
#include "lib/db/json_row.h"
#include "lib/db/log_record.h"
#include "lib/schema/constraints.h"
#include "ovnlite/db/log_file.h"
#include "ovnlite/schema/schema.h"

namespace ovnlite {
namespace {

void AppendRow(const Row& row, std::string* out) {
  *out += '{';
  bool first = true;
  for (const ColumnSchema& column : row.table().columns()) {
    if (column.ephemeral() || IsDefault(column, row)) continue;
    absl::StrAppend(out, first ? "\"" : ",\"", column.name(), "\":");
    AppendColumn(column, row, out);
    first = false;
  }
  *out += '}';
}

}  // namespace

std::string FormatLog(const Database& database) {
  std::string log;
  AppendLogRecord(database.schema().ToJson(), &log);
  std::string json;
  for (const auto& table : database.schema().tables()) {
    if (database.RowCount(*table) == 0) continue;
    absl::StrAppend(&json, json.empty() ? "{\"" : ",\"", table->name(), "\":{");
    bool first = true;
    database.ForEach(*table, [&](const Uuid& uuid, const Row& row) {
      absl::StrAppend(&json, first ? "\"" : ",\"", uuid.ToString(), "\":");
      AppendRow(row, &json);
      first = false;
    });
    json += '}';
  }
  if (!json.empty()) AppendLogRecord(std::move(json) + "}", &log);
  return log;
}

absl::Status SaveLog(const Database& database, const std::string& path) {
  return ReplaceFile(path, FormatLog(database));
}

}  // namespace ovnlite
