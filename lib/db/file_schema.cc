#include "lib/db/file_schema.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "lib/db/json_reader.h"

namespace ovnlite {
namespace {

constexpr int64_t kUnlimited = std::numeric_limits<int64_t>::max();

// A <type>, without what it refers to.
struct Type {
  std::optional<BaseType> key, value;  // None for atomic types that we do not have.
  bool is_map = false;
  int64_t min = 1, max = 1;
};

std::optional<AtomType> AtomNamed(absl::string_view name) {
  if (name == "integer") return AtomType::kInteger;
  if (name == "boolean") return AtomType::kBoolean;
  if (name == "string") return AtomType::kString;
  if (name == "uuid") return AtomType::kUuid;
  return std::nullopt;
}

// The strings that an "enum" allows: a value, or ["set",[value,...]]. Values of other types are passed over.
std::vector<std::string> ReadEnum(JsonReader& json) {
  std::vector<std::string> one_of;
  const auto read = [&] {
    if (json.Peek() == JsonKind::kString) {
      one_of.emplace_back(json.ReadString());
    } else {
      json.Skip();
    }
  };
  if (json.Peek() != JsonKind::kArray) {
    read();
    return one_of;
  }
  json.EnterArray();
  if (json.NextElement()) json.ReadString();  // "set"
  if (json.NextElement()) {
    for (json.EnterArray(); json.NextElement();) read();
  }
  if (json.NextElement()) json.Fail("the array is too long");
  return one_of;
}

std::optional<BaseType> ReadBaseType(JsonReader& json) {
  BaseType base;
  std::optional<AtomType> atom;
  if (json.Peek() == JsonKind::kString) {
    atom = AtomNamed(json.ReadString());
  } else {
    absl::string_view member;
    for (json.EnterObject(); json.NextMember(&member);) {
      if (member == "type") {
        atom = AtomNamed(json.ReadString());
      } else if (member == "enum") {
        base.one_of = ReadEnum(json);
      } else if (member == "minInteger") {
        base.min_integer = json.ReadInteger();
      } else if (member == "maxInteger") {
        base.max_integer = json.ReadInteger();
      } else if (member == "maxLength") {
        base.max_length = static_cast<uint32_t>(std::clamp<int64_t>(json.ReadInteger(), 0, base.max_length));
      } else {
        json.Skip();
      }
    }
  }
  if (!atom.has_value()) return std::nullopt;
  base.type = *atom;
  return base;
}

Type ReadType(JsonReader& json) {
  Type type;
  if (json.Peek() == JsonKind::kString) {
    type.key = ReadBaseType(json);
    return type;
  }
  absl::string_view member;
  for (json.EnterObject(); json.NextMember(&member);) {
    if (member == "key") {
      type.key = ReadBaseType(json);
    } else if (member == "value") {
      type.value = ReadBaseType(json);
      type.is_map = true;
    } else if (member == "min") {
      type.min = json.ReadInteger();
    } else if (member == "max" && json.Peek() == JsonKind::kString) {
      json.Skip();  // "unlimited"
      type.max = kUnlimited;
    } else if (member == "max") {
      type.max = json.ReadInteger();
    } else {
      json.Skip();
    }
  }
  return type;
}

bool IsWider(const BaseType& theirs, const BaseType& ours) {
  if (theirs.min_integer < ours.min_integer || theirs.max_integer > ours.max_integer) return true;
  if (theirs.max_length > ours.max_length) return true;
  if (ours.one_of.empty()) return false;
  return theirs.one_of.empty() || std::any_of(theirs.one_of.begin(), theirs.one_of.end(), [&](const std::string& text) {
           return std::find(ours.one_of.begin(), ours.one_of.end(), text) == ours.one_of.end();
         });
}

enum class Fit { kFits, kWider, kOther };

Fit Compare(const Type& theirs, const ColumnSchema& ours) {
  const bool is_map = ours.shape() == ColumnShape::kMap;
  if (!theirs.key.has_value() || theirs.key->type != ours.key().type || theirs.is_map != is_map) return Fit::kOther;
  if (is_map && (!theirs.value.has_value() || theirs.value->type != ours.value().type)) return Fit::kOther;
  const bool single = ours.shape() == ColumnShape::kScalar || ours.shape() == ColumnShape::kOptional;
  if (theirs.min < ours.min_size() || (single && theirs.max > 1)) return Fit::kOther;
  const bool wider = IsWider(*theirs.key, ours.key()) || (is_map && IsWider(*theirs.value, ours.value()));
  return wider ? Fit::kWider : Fit::kFits;
}

}  // namespace

absl::StatusOr<FileSchema> ReadFileSchema(absl::string_view text) {
  FileSchema file;
  JsonReader json(text);
  std::string name;
  absl::string_view tables, member;
  for (json.EnterObject(); json.NextMember(&member);) {
    if (member == "name") {
      name = std::string(json.ReadString());
    } else if (member == "version") {
      file.version = std::string(json.ReadString());
    } else if (member == "tables") {
      tables = json.Skip();
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
                                                   NorthboundSchema().name(), " and ", SouthboundSchema().name(),
                                                   " can be loaded"));
  }
  if (tables.empty()) return absl::InvalidArgumentError("the schema has no tables");

  bool wider = false, any = false;
  absl::flat_hash_set<const ColumnSchema*> others;
  JsonReader inner(tables);
  absl::string_view table_name, column_name;
  for (inner.EnterObject(); inner.NextMember(&table_name); any = true) {
    const TableSchema* table = file.ours->FindTable(table_name);
    for (inner.EnterObject(); inner.NextMember(&member);) {
      if (table == nullptr || member != "columns") {
        inner.Skip();
        continue;
      }
      for (inner.EnterObject(); inner.NextMember(&column_name);) {
        const ColumnSchema* column = table->FindColumn(column_name);
        for (inner.EnterObject(); inner.NextMember(&member);) {
          if (column == nullptr || member != "type") {
            inner.Skip();
            continue;
          }
          const Fit fit = Compare(ReadType(inner), *column);
          wider |= fit != Fit::kFits;
          if (fit == Fit::kOther) others.insert(column);
        }
      }
    }
  }
  if (!inner.ok()) return absl::DataLossError(absl::StrCat("the schema's tables: ", inner.status().message()));
  if (!any) return absl::InvalidArgumentError("the schema has no tables");
  if (wider) {
    file.wide = file.ours->Widened([&others](const ColumnSchema& column) { return !others.contains(&column); });
  }
  return file;
}

}  // namespace ovnlite
