// RFC 7047 section 3.2: a schema as JSON. What is at its default is left out, as ovsdb-server does. Names and
// enumerated values in a schema are plain words, so that nothing needs escaping.

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "ovnlite/schema/schema.h"

namespace ovnlite {
namespace {

std::string Quoted(absl::string_view word) { return absl::StrCat("\"", word, "\""); }

absl::string_view AtomName(AtomType type) {
  switch (type) {
    case AtomType::kInteger:
      return "integer";
    case AtomType::kBoolean:
      return "boolean";
    case AtomType::kString:
      return "string";
    case AtomType::kUuid:
      return "uuid";
  }
  return "";
}

std::string BaseTypeJson(const BaseType& base) {
  const BaseType any;
  std::string more;
  if (base.min_integer != any.min_integer) absl::StrAppend(&more, ",\"minInteger\":", base.min_integer);
  if (base.max_integer != any.max_integer) absl::StrAppend(&more, ",\"maxInteger\":", base.max_integer);
  if (base.max_length != any.max_length) absl::StrAppend(&more, ",\"maxLength\":", base.max_length);
  if (!base.one_of.empty()) {
    absl::StrAppend(
        &more, ",\"enum\":[\"set\",[",
        absl::StrJoin(base.one_of, ",", [](std::string* out, absl::string_view s) { absl::StrAppend(out, Quoted(s)); }),
        "]]");
  }
  if (base.ref_table != nullptr) {
    absl::StrAppend(&more, ",\"refTable\":", Quoted(base.ref_table->name()));
    if (!base.strong) absl::StrAppend(&more, ",\"refType\":\"weak\"");
  }
  if (more.empty()) return Quoted(AtomName(base.type));
  return absl::StrCat("{\"type\":", Quoted(AtomName(base.type)), more, "}");
}

std::string ColumnJson(const ColumnSchema& column) {
  std::string more;
  if (column.shape() == ColumnShape::kMap) absl::StrAppend(&more, ",\"value\":", BaseTypeJson(column.value()));
  if (column.min_size() != 1) absl::StrAppend(&more, ",\"min\":", column.min_size());
  if (column.shape() == ColumnShape::kSet || column.shape() == ColumnShape::kMap) {
    absl::StrAppend(&more, ",\"max\":\"unlimited\"");
  }
  std::string key = BaseTypeJson(column.key());
  const bool plain = more.empty() && key[0] == '"';
  return absl::StrCat(Quoted(column.name()), ":{\"type\":", plain ? key : absl::StrCat("{\"key\":", key, more, "}"),
                      column.ephemeral() ? ",\"ephemeral\":true}" : "}");
}

std::string TableJson(const TableSchema& table) {
  std::string json = absl::StrCat(Quoted(table.name()), ":{\"columns\":{");
  for (const ColumnSchema& column : table.columns()) {
    absl::StrAppend(&json, column.index() == 0 ? "" : ",", ColumnJson(column));
  }
  json += '}';
  if (!table.unique().empty()) {
    absl::StrAppend(&json, ",\"indexes\":[",
                    absl::StrJoin(table.unique(), ",",
                                  [](std::string* out, const auto& columns) {
                                    absl::StrAppend(out, "[",
                                                    absl::StrJoin(columns, ",",
                                                                  [](std::string* o, const ColumnSchema* c) {
                                                                    absl::StrAppend(o, Quoted(c->name()));
                                                                  }),
                                                    "]");
                                  }),
                    "]");
  }
  if (table.is_root()) absl::StrAppend(&json, ",\"isRoot\":true");
  if (table.max_rows() != TableSchema().max_rows()) absl::StrAppend(&json, ",\"maxRows\":", table.max_rows());
  return json + "}";
}

}  // namespace

std::string DatabaseSchema::ToJson() const {
  std::string json = absl::StrCat("{\"name\":", Quoted(name_), ",\"version\":", Quoted(version_),
                                  ",\"cksum\":", Quoted(cksum_), ",\"tables\":{");
  for (const auto& table : tables_) absl::StrAppend(&json, table->index() == 0 ? "" : ",", TableJson(*table));
  return json + "}}";
}

}  // namespace ovnlite
