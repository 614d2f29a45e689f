// RFC 7047 section 3.2: a schema as JSON. What is at its default is left out, as ovsdb-server does.

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "ovnlite/base/utf8.h"
#include "ovnlite/schema/schema.h"

namespace ovnlite {
namespace {

std::string Quoted(absl::string_view word) {
  std::string quoted;
  AppendJsonString(word, &quoted);
  return quoted;
}

std::string AtomJson(const Atom& atom) {
  return atom.type() == AtomType::kString ? Quoted(atom.text()) : atom.ToString();
}

std::string BaseTypeJson(const BaseType& base) {
  const BaseType any;
  std::string more;
  if (base.min_integer != any.min_integer) absl::StrAppend(&more, ",\"minInteger\":", base.min_integer);
  if (base.max_integer != any.max_integer) absl::StrAppend(&more, ",\"maxInteger\":", base.max_integer);
  if (base.min_real != any.min_real) absl::StrAppend(&more, ",\"minReal\":", Atom::Real(base.min_real).ToString());
  if (base.max_real != any.max_real) absl::StrAppend(&more, ",\"maxReal\":", Atom::Real(base.max_real).ToString());
  if (base.min_length != any.min_length) absl::StrAppend(&more, ",\"minLength\":", base.min_length);
  if (base.max_length != any.max_length) absl::StrAppend(&more, ",\"maxLength\":", base.max_length);
  if (!base.one_of.empty()) {
    absl::StrAppend(
        &more, ",\"enum\":[\"set\",[",
        absl::StrJoin(base.one_of, ",", [](std::string* out, const Atom& a) { absl::StrAppend(out, AtomJson(a)); }),
        "]]");
  }
  if (base.ref_table != nullptr) {
    absl::StrAppend(&more, ",\"refTable\":", Quoted(base.ref_table->name()));
    if (!base.strong) absl::StrAppend(&more, ",\"refType\":\"weak\"");
  }
  if (more.empty()) return Quoted(AtomTypeName(base.type));
  return absl::StrCat("{\"type\":", Quoted(AtomTypeName(base.type)), more, "}");
}

std::string ColumnJson(const ColumnSchema& column) {
  std::string more;
  if (column.shape() == ColumnShape::kMap) absl::StrAppend(&more, ",\"value\":", BaseTypeJson(column.value()));
  if (column.min_size() != 1) absl::StrAppend(&more, ",\"min\":", column.min_size());
  if (column.max_size() == ColumnSchema::kUnlimited) {
    absl::StrAppend(&more, ",\"max\":\"unlimited\"");
  } else if (column.max_size() != 1) {
    absl::StrAppend(&more, ",\"max\":", column.max_size());
  }
  std::string key = BaseTypeJson(column.key());
  const bool plain = more.empty() && key[0] == '"';
  return absl::StrCat(Quoted(column.name()), ":{\"type\":", plain ? key : absl::StrCat("{\"key\":", key, more, "}"),
                      column.is_mutable() ? "" : ",\"mutable\":false",
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
  std::string json = absl::StrCat("{\"name\":", Quoted(name_), ",\"version\":", Quoted(version_));
  if (!cksum_.empty()) absl::StrAppend(&json, ",\"cksum\":", Quoted(cksum_));
  json += ",\"tables\":{";
  for (const auto& table : tables_) absl::StrAppend(&json, table->index() == 0 ? "" : ",", TableJson(*table));
  return json + "}}";
}

}  // namespace ovnlite
