#include "lib/db/db_testutil.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "lib/db/json_row.h"
#include "ovnlite/schema/schema.h"

namespace ovnlite {
namespace {

using Json = nlohmann::json;

// Python's way of writing JSON, which people can read better.
std::string Spaced(const Json& json) {
  if (!json.is_array() && !json.is_object()) return json.dump();
  std::string text(1, json.is_array() ? '[' : '{');
  for (auto item = json.begin(); item != json.end(); ++item) {
    if (item != json.begin()) text += ", ";
    if (json.is_object()) text += Json(item.key()).dump() + ": ";
    text += Spaced(*item);
  }
  text.push_back(json.is_array() ? ']' : '}');
  return text;
}

void SortValue(Json& value) {
  if (value.is_array() && value.size() == 2 && (value[0] == "set" || value[0] == "map") && value[1].is_array()) {
    std::sort(value[1].begin(), value[1].end());
  }
}

std::string Join(const std::multimap<std::pair<std::string, std::string>, std::string>& lines) {
  std::string text;
  for (const auto& [key, line] : lines) text += line;
  return text;
}

}  // namespace

absl::StatusOr<std::string> CanonicalRows(const DatabaseSchema& schema, const std::string& lines) {
  std::multimap<std::pair<std::string, std::string>, std::string> sorted;
  for (const std::string& line : std::vector<std::string>(absl::StrSplit(lines, '\n', absl::SkipEmpty()))) {
    const Json json = Json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (!json.is_array() || json.size() != 2 || !json[1].is_object()) return absl::InvalidArgumentError(line);
    const std::string name = json[0];
    const TableSchema* table = schema.FindTable({name.data(), name.size()});
    if (table == nullptr) continue;
    Json row = {{"_uuid", json[1]["_uuid"]}};
    for (const ColumnSchema& column : table->columns()) {
      if (column.ephemeral()) continue;
      if (!json[1].contains(column.name())) return absl::InvalidArgumentError(absl::StrCat(line, ": ", column.name()));
      row[column.name()] = json[1][column.name()];
      SortValue(row[column.name()]);
    }
    const std::string uuid = row["_uuid"][1];
    sorted.insert({{name, uuid}, absl::StrCat("[", Json(name).dump(), ", ", Spaced(row), "]\n")});
  }
  return Join(sorted);
}

std::string CanonicalRows(const Database& database) {
  std::string lines;
  for (const auto& table : database.schema().tables()) {
    database.ForEach(*table, [&](const Uuid& uuid, const Row& row) {
      Json json = Json::parse(RowToJson(row));
      json["_uuid"] = {"uuid", uuid.ToString()};
      absl::StrAppend(&lines, Json({table->name(), json}).dump(), "\n");
    });
  }
  return *CanonicalRows(database.schema(), lines);
}

std::string SelectAll(const DatabaseSchema& schema) {
  std::string query = absl::StrCat("[\"", schema.name(), "\"");
  for (const auto& table : schema.tables()) {
    absl::StrAppend(&query, ",{\"op\":\"select\",\"table\":\"", table->name(), "\",\"where\":[]}");
  }
  return query + "]";
}

absl::StatusOr<std::string> LinesOfReply(const DatabaseSchema& schema, const std::string& reply) {
  const Json json = Json::parse(reply, nullptr, /*allow_exceptions=*/false);
  if (!json.is_array() || json.size() != schema.tables().size()) return absl::InvalidArgumentError(reply);
  std::string lines;
  for (size_t i = 0; i < json.size(); ++i) {
    if (!json[i].is_object() || !json[i].contains("rows")) return absl::InvalidArgumentError(reply);
    for (const Json& row : json[i]["rows"]) {
      absl::StrAppend(&lines, Json({schema.tables()[i]->name(), row}).dump(), "\n");
    }
  }
  return lines;
}

}  // namespace ovnlite
