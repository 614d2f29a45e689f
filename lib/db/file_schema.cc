#include "lib/db/file_schema.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "lib/base/json_reader.h"

namespace ovnlite {
namespace {

bool IsWider(const BaseType& theirs, const BaseType& ours) {
  if (theirs.min_integer < ours.min_integer || theirs.max_integer > ours.max_integer) return true;
  if (theirs.min_real < ours.min_real || theirs.max_real > ours.max_real) return true;
  if (theirs.min_length < ours.min_length || theirs.max_length > ours.max_length) return true;
  if (ours.one_of.empty()) return false;
  return theirs.one_of.empty() || !std::includes(ours.one_of.begin(), ours.one_of.end(), theirs.one_of.begin(),
                                                 theirs.one_of.end());
}

bool MayHoldMore(const ColumnSchema& theirs, const ColumnSchema& ours) {
  return !HasSameTypes(theirs, ours) || IsWider(theirs.key(), ours.key()) ||
         (ours.shape() == ColumnShape::kMap && IsWider(theirs.value(), ours.value()));
}

}  // namespace

bool HasSameTypes(const ColumnSchema& theirs, const ColumnSchema& ours) {
  const bool is_map = ours.shape() == ColumnShape::kMap;
  return theirs.key().type == ours.key().type && (theirs.shape() == ColumnShape::kMap) == is_map &&
         (!is_map || theirs.value().type == ours.value().type) && theirs.min_size() >= ours.min_size() &&
         theirs.max_size() <= ours.max_size();
}

absl::StatusOr<FileSchema> ReadFileSchema(absl::string_view text) {
  // The name first: what else is wrong with the schema of another program is of no interest.
  FileSchema file;
  JsonReader json(text);
  std::string name;
  bool any = false;
  absl::string_view member;
  for (json.EnterObject(); json.NextMember(&member);) {
    if (member == "name") {
      name = std::string(json.ReadString());
    } else if (member == "tables" && json.Peek() == JsonKind::kObject) {
      absl::string_view table;
      for (json.EnterObject(); json.NextMember(&table); json.Skip()) any = true;
    } else {
      json.Skip();
    }
  }
  if (absl::Status status = json.Finish(); !status.ok()) return absl::DataLossError(status.message());
  for (const DatabaseSchema* known : {&NorthboundSchema(), &SouthboundSchema()}) {
    if (name == known->name()) file.ours = known;
  }
  if (file.ours == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat("the database is \"", absl::CHexEscape(name), "\"; only ",
                                                   NorthboundSchema().name(),
                                                   " and ", SouthboundSchema().name(), " can be loaded"));
  }
  if (!any) return absl::InvalidArgumentError("the schema has no tables");
  absl::StatusOr<std::unique_ptr<DatabaseSchema>> theirs = DatabaseSchema::Parse(text);
  if (!theirs.ok()) return absl::DataLossError(absl::StrCat("the schema: ", theirs.status().message()));
  file.version = (*theirs)->version();
  bool more = false;
  for (const auto& table : file.ours->tables()) {
    const TableSchema* their_table = (*theirs)->FindTable(table->name());
    for (const ColumnSchema& column : table->columns()) {
      const ColumnSchema* their_column = their_table == nullptr ? nullptr : their_table->FindColumn(column.name());
      more = more || (their_column != nullptr && MayHoldMore(*their_column, column));
    }
  }
  if (more) file.theirs = *std::move(theirs);
  return file;
}

}  // namespace ovnlite
