// RFC 7047 section 3.2: a schema from JSON.

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "lib/base/json_reader.h"
#include "ovnlite/base/status.h"
#include "ovnlite/schema/schema.h"

namespace ovnlite {
namespace {

bool IsIdentifier(absl::string_view word) {
  const auto begins = [](char c) { return absl::ascii_isalpha(static_cast<unsigned char>(c)) || c == '_'; };
  return !word.empty() && begins(word[0]) &&
         std::all_of(word.begin(), word.end(),
                     [&](char c) { return begins(c) || absl::ascii_isdigit(static_cast<unsigned char>(c)); });
}

AtomType AtomTypeOf(absl::string_view name) {
  for (AtomType type :
       {AtomType::kInteger, AtomType::kReal, AtomType::kBoolean, AtomType::kString, AtomType::kUuid}) {
    if (AtomTypeName(type) == name) return type;
  }
  return AtomType::kNone;
}

}  // namespace

class SchemaReader {
 public:
  absl::StatusOr<std::unique_ptr<DatabaseSchema>> Read(absl::string_view text) {
    absl::string_view tables;
    JsonReader json(text);
    absl::string_view member;
    for (json.EnterObject(); json.NextMember(&member);) {
      if (member == "name") {
        schema_->name_ = std::string(json.ReadString());
      } else if (member == "version") {
        schema_->version_ = std::string(json.ReadString());
      } else if (member == "cksum") {
        schema_->cksum_ = std::string(json.ReadString());
      } else if (member == "tables") {
        tables = json.Skip();
      } else {
        json.Fail(absl::StrCat("a schema has no member \"", member, "\""));
      }
    }
    OVNLITE_RETURN_IF_ERROR(json.Finish());
    if (!IsIdentifier(schema_->name_)) return absl::InvalidArgumentError("the schema has no name");
    if (tables.empty()) return absl::InvalidArgumentError("the schema has no tables");
    OVNLITE_RETURN_IF_ERROR(ReadTables(tables));
    return std::move(schema_);
  }

 private:
  // Names first, since columns refer to tables that come later.
  absl::Status ReadTables(absl::string_view text) {
    std::vector<absl::string_view> bodies;
    JsonReader json(text);
    absl::string_view name;
    for (json.EnterObject(); json.NextMember(&name);) {
      if (!IsIdentifier(name)) json.Fail(absl::StrCat("\"", name, "\" is no name of a table"));
      TableSchema& table = *schema_->tables_.emplace_back(std::make_unique<TableSchema>());
      table.name_ = std::string(name);
      table.index_ = static_cast<int>(schema_->tables_.size()) - 1;
      if (!schema_->by_name_.emplace(table.name_, &table).second) json.Fail("the table is there twice");
      bodies.push_back(json.Skip());
    }
    OVNLITE_RETURN_IF_ERROR(json.Finish());
    bool any_root = false;
    for (size_t i = 0; i < bodies.size(); ++i) {
      TableSchema& table = *schema_->tables_[i];
      OVNLITE_RETURN_IF_ERROR(WithContext(ReadTable(bodies[i], table), absl::StrCat("table ", table.name())));
      any_root |= table.is_root_;
    }
    // Schemas from before there was garbage collection say nothing of roots: all tables are.
    for (const auto& table : schema_->tables_) table->is_root_ |= !any_root;
    return absl::OkStatus();
  }

  absl::Status ReadTable(absl::string_view text, TableSchema& table) {
    JsonReader json(text);
    absl::string_view member, columns, indexes;
    for (json.EnterObject(); json.NextMember(&member);) {
      if (member == "columns") {
        columns = json.Skip();
      } else if (member == "indexes") {
        indexes = json.Skip();
      } else if (member == "isRoot") {
        table.is_root_ = json.ReadBoolean();
      } else if (member == "maxRows") {
        const int64_t rows = json.ReadInteger();
        if (json.ok() && rows < 1) json.Fail("maxRows is at least 1");
        table.max_rows_ = static_cast<size_t>(rows);
      } else {
        json.Fail(absl::StrCat("a table has no member \"", member, "\""));
      }
    }
    OVNLITE_RETURN_IF_ERROR(json.Finish());
    if (columns.empty()) return absl::InvalidArgumentError("there are no columns");
    OVNLITE_RETURN_IF_ERROR(ReadColumns(columns, table));
    table.Finish();
    return indexes.empty() ? absl::OkStatus() : ReadIndexes(indexes, table);
  }

  absl::Status ReadColumns(absl::string_view text, TableSchema& table) {
    JsonReader json(text);
    absl::string_view name;
    std::vector<std::pair<std::string, absl::string_view>> bodies;
    for (json.EnterObject(); json.NextMember(&name);) {
      if (!IsIdentifier(name) || name[0] == '_') json.Fail(absl::StrCat("\"", name, "\" is no name of a column"));
      bodies.emplace_back(name, json.Skip());
    }
    OVNLITE_RETURN_IF_ERROR(json.Finish());
    std::sort(bodies.begin(), bodies.end());
    constexpr size_t kMostColumns = 4096;
    if (bodies.size() > kMostColumns) return absl::InvalidArgumentError("there are more than 4096 columns");
    table.columns_.resize(bodies.size());
    for (size_t i = 0; i < bodies.size(); ++i) {
      ColumnSchema& column = table.columns_[i];
      column.name_ = bodies[i].first;
      if (i > 0 && column.name_ == bodies[i - 1].first) {
        return absl::InvalidArgumentError(absl::StrCat("column ", column.name_, " is there twice"));
      }
      column.member_ = absl::StrCat("\"", column.name_, "\":");
      column.table_ = &table;
      column.index_ = static_cast<int>(i);
      OVNLITE_RETURN_IF_ERROR(WithContext(ReadColumn(bodies[i].second, column), absl::StrCat("column ", column.name_)));
    }
    return absl::OkStatus();
  }

  absl::Status ReadColumn(absl::string_view text, ColumnSchema& column) {
    JsonReader json(text);
    absl::string_view member;
    bool typed = false;
    for (json.EnterObject(); json.NextMember(&member);) {
      if (member == "type") {
        typed = true;
        ReadType(json, column);
      } else if (member == "ephemeral") {
        column.ephemeral_ = json.ReadBoolean();
      } else if (member == "mutable") {
        column.mutable_ = json.ReadBoolean();
      } else {
        json.Fail(absl::StrCat("a column has no member \"", member, "\""));
      }
    }
    OVNLITE_RETURN_IF_ERROR(json.Finish());
    return typed ? absl::OkStatus() : absl::InvalidArgumentError("there is no type");
  }

  void ReadType(JsonReader& json, ColumnSchema& column) {
    column.min_size_ = 1;
    column.max_size_ = 1;
    column.value_.type = AtomType::kNone;
    if (json.Peek() == JsonKind::kString) {
      ReadBaseType(json, column.key_);
    } else {
      bool keyed = false;
      absl::string_view member;
      for (json.EnterObject(); json.NextMember(&member);) {
        if (member == "key") {
          keyed = true;
          ReadBaseType(json, column.key_);
        } else if (member == "value") {
          ReadBaseType(json, column.value_);
        } else if (member == "min") {
          column.min_size_ = static_cast<int>(ReadSize(json, 0, 1));
        } else if (member == "max") {
          if (json.Peek() == JsonKind::kString) {
            if (json.ReadString() != "unlimited") json.Fail("max is a number or \"unlimited\"");
            column.max_size_ = ColumnSchema::kUnlimited;
          } else {
            column.max_size_ = static_cast<uint32_t>(ReadSize(json, 1, ColumnSchema::kUnlimited - 1));
          }
        } else {
          json.Fail(absl::StrCat("a type has no member \"", member, "\""));
        }
      }
      if (!keyed) json.Fail("a type has a key");
    }
    column.shape_ = column.value_.type != AtomType::kNone ? ColumnShape::kMap
                    : column.max_size_ > 1                ? ColumnShape::kSet
                    : column.min_size_ == 0               ? ColumnShape::kOptional
                                                          : ColumnShape::kScalar;
  }

  static int64_t ReadSize(JsonReader& json, int64_t least, int64_t most) {
    const int64_t size = json.ReadInteger();
    if (json.ok() && (size < least || size > most)) json.Fail(absl::StrCat("expected ", least, " to ", most));
    return size;
  }

  void ReadBaseType(JsonReader& json, BaseType& base) {
    if (json.Peek() == JsonKind::kString) return ReadAtomType(json, base);
    absl::string_view member, one_of;
    std::string ref_table;
    base.strong = true;
    base.type = AtomType::kNone;
    for (json.EnterObject(); json.NextMember(&member);) {
      if (member == "type") {
        ReadAtomType(json, base);
      } else if (member == "enum") {
        one_of = json.Skip();
      } else if (member == "minInteger") {
        base.min_integer = json.ReadInteger();
      } else if (member == "maxInteger") {
        base.max_integer = json.ReadInteger();
      } else if (member == "minReal") {
        base.min_real = json.ReadReal();
      } else if (member == "maxReal") {
        base.max_real = json.ReadReal();
      } else if (member == "minLength") {
        base.min_length = static_cast<uint32_t>(ReadSize(json, 0, ColumnSchema::kUnlimited));
      } else if (member == "maxLength") {
        base.max_length = static_cast<uint32_t>(ReadSize(json, 0, ColumnSchema::kUnlimited));
      } else if (member == "refTable") {
        ref_table = std::string(json.ReadString());
      } else if (member == "refType") {
        const absl::string_view type = json.ReadString();
        if (type != "strong" && type != "weak") json.Fail("refType is \"strong\" or \"weak\"");
        base.strong = type == "strong";
      } else {
        json.Fail(absl::StrCat("a type has no member \"", member, "\""));
      }
    }
    if (!json.ok()) return;
    if (base.type == AtomType::kNone) return json.Fail("a type has a type");
    if (base.min_integer > base.max_integer || base.min_real > base.max_real || base.min_length > base.max_length) {
      return json.Fail("a minimum is more than its maximum");
    }
    if (!ref_table.empty()) {
      base.ref_table = schema_->FindTable(ref_table);
      if (base.type != AtomType::kUuid) return json.Fail("only a UUID refers to a table");
      if (base.ref_table == nullptr) return json.Fail(absl::StrCat("there is no table ", ref_table));
      schema_->tables_[static_cast<size_t>(base.ref_table->index())]->is_referred_to_ = true;
    } else {
      base.strong = false;
    }
    if (!one_of.empty()) ReadEnum(json, one_of, base);
  }

  static void ReadAtomType(JsonReader& json, BaseType& base) {
    const absl::string_view name = json.ReadString();
    base.type = AtomTypeOf(name);
    if (base.type == AtomType::kNone) json.Fail(absl::StrCat("there is no type \"", name, "\""));
  }

  // ["set", [value, …]] or one value.
  void ReadEnum(JsonReader& outer, absl::string_view text, BaseType& base) {
    JsonReader json(text);
    const auto read = [&] {
      switch (base.type) {
        case AtomType::kInteger:
          base.one_of.push_back(Atom::Integer(json.ReadInteger()));
          return;
        case AtomType::kReal:
          base.one_of.push_back(Atom::Real(json.ReadReal()));
          return;
        case AtomType::kBoolean:
          base.one_of.push_back(Atom::Boolean(json.ReadBoolean()));
          return;
        case AtomType::kString:
          base.one_of.push_back(Atom::String(json.ReadString()));
          return;
        default:
          return json.Fail("UUIDs are not enumerated");
      }
    };
    if (json.Peek() != JsonKind::kArray) {
      read();
    } else {
      json.EnterArray();
      if (!json.NextElement() || json.ReadString() != "set" || !json.NextElement()) json.Fail("expected [\"set\",...]");
      for (json.EnterArray(); json.NextElement();) read();
      if (json.NextElement()) json.Fail("the array is too long");
    }
    if (const absl::Status status = json.Finish(); !status.ok()) return outer.Fail(absl::StrCat("enum: ", status.message()));
    std::sort(base.one_of.begin(), base.one_of.end());
    if (base.one_of.empty()) outer.Fail("an enum has values");
  }

  absl::Status ReadIndexes(absl::string_view text, TableSchema& table) {
    JsonReader json(text);
    for (json.EnterArray(); json.NextElement();) {
      std::vector<const ColumnSchema*>& group = table.unique_.emplace_back();
      for (json.EnterArray(); json.NextElement();) {
        const absl::string_view name = json.ReadString();
        group.push_back(table.FindColumn(name));
        if (group.back() == nullptr) json.Fail(absl::StrCat("an index on \"", name, "\", which is no column"));
      }
      if (group.empty()) json.Fail("an index has columns");
    }
    return json.Finish();
  }

  std::unique_ptr<DatabaseSchema> schema_{new DatabaseSchema()};
};

absl::StatusOr<std::unique_ptr<DatabaseSchema>> DatabaseSchema::Parse(absl::string_view json) {
  return SchemaReader().Read(json);
}

}  // namespace ovnlite
