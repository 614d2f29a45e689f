// File: column_list.cc
// Reads what `protoc --descriptor_set_out` says about ovn_nb.proto or ovn_sb.proto and writes, in the macros of
// column_macros.h, one line per column and one line per table; and a header with the view of each table's rows
// (ovnlite/schema/row_view.h).
//
//   column_list DESCRIPTOR_SET PROTO COLUMNS_INC TABLES_INC ROWS_H

#include <google/protobuf/descriptor.pb.h>

#include <fstream>
#include <iostream>
#include <string>

namespace {

using google::protobuf::DescriptorProto;
using google::protobuf::FieldDescriptorProto;

// INTEGER, BOOLEAN, STRING or UUID; empty when OVSDB has no such type here.
std::string AtomOf(const FieldDescriptorProto& field) {
  switch (field.type()) {
    case FieldDescriptorProto::TYPE_INT64:
      return "INTEGER";
    case FieldDescriptorProto::TYPE_BOOL:
      return "BOOLEAN";
    case FieldDescriptorProto::TYPE_STRING:
      return "STRING";
    case FieldDescriptorProto::TYPE_MESSAGE:
      return field.type_name() == ".ovnlite.ovsdb.Uuid" ? "UUID" : "";
    default:
      return "";
  }
}

const DescriptorProto* MapEntryOf(const DescriptorProto& table, const FieldDescriptorProto& field) {
  for (const DescriptorProto& entry : table.nested_type()) {
    const size_t end = field.type_name().rfind('.');
    if (end != std::string::npos && field.type_name().substr(end + 1) == entry.name()) return &entry;
  }
  return nullptr;
}

std::string MacroOf(const DescriptorProto& table, const FieldDescriptorProto& field) {
  if (const DescriptorProto* entry = MapEntryOf(table, field)) {
    return "MAP_" + AtomOf(entry->field(0)) + "_" + AtomOf(entry->field(1));
  }
  if (field.label() == FieldDescriptorProto::LABEL_REPEATED) return "SET_" + AtomOf(field);
  return (field.proto3_optional() ? "OPTIONAL_" : "SCALAR_") + AtomOf(field);
}

// The C++ type of an atom in views.
std::string TypeOf(const FieldDescriptorProto& field) {
  const std::string atom = AtomOf(field);
  return atom == "INTEGER" ? "int64_t" : atom == "BOOLEAN" ? "bool" : atom == "STRING" ? "absl::string_view" : "Uuid";
}

// Accessors of one column.
void WriteAccessors(const DescriptorProto& table, const FieldDescriptorProto& field, int index, std::ostream& out) {
  const std::string n = std::to_string(index), name = field.name(), type = TypeOf(field);
  if (const DescriptorProto* entry = MapEntryOf(table, field)) {
    const std::string key = TypeOf(entry->field(0)), value = TypeOf(entry->field(1));
    out << "  MapOf<" << key << ", " << value << "> " << name << "() const { return MapOf<" << key << ", " << value
        << ">(NotedMembers(" << n << ")); }\n"
        << "  std::optional<" << value << "> " << name << "(absl::string_view key) const { return ValueUnder<" << value
        << ">(" << n << ", key); }\n";
  } else if (field.label() == FieldDescriptorProto::LABEL_REPEATED) {
    out << "  SetOf<" << type << "> " << name << "() const { return SetOf<" << type << ">(NotedMembers(" << n
        << ")); }\n";
  } else {
    if (field.proto3_optional()) {
      out << "  bool has_" << name << "() const { return Noted(" << n << ").Has(" << n << "); }\n";
    }
    out << "  " << type << " " << name << "() const { return Scalar<" << type << ">(" << n << "); }\n";
  }
}

void WriteColumnName(const std::string& space, const DescriptorProto& table, const FieldDescriptorProto& field, int index,
                     std::ostream& out) {
  const std::string message = "::ovnlite::" + space + "::" + table.name();
  out << "inline constexpr ";
  if (const DescriptorProto* entry = MapEntryOf(table, field)) {
    out << "MapColumn<" << message << ", " << TypeOf(entry->field(0)) << ", " << TypeOf(entry->field(1));
  } else {
    out << (field.label() == FieldDescriptorProto::LABEL_REPEATED ? "SetColumn<" : "ScalarColumn<")
        << message << ", " << TypeOf(field);
  }
  out << "> " << field.name() << "{" << index << "};\n";
}

// `space`: "nb" or "sb".
void WriteRows(const google::protobuf::FileDescriptorProto& file, std::ostream& out) {
  const std::string package = file.package();
  const std::string space = package.substr(package.rfind('.') + 1);
  const std::string guard = "OVNLITE_LIB_SCHEMA_OVN_" + std::string(space == "nb" ? "NB" : "SB") + "_ROWS_H_";
  const std::string schema = space == "nb" ? "NorthboundSchema" : "SouthboundSchema";
  out << "// Views of rows and names of columns; see ovnlite/schema/row_view.h. Generated from " << file.name() << ".\n\n"
      << "#ifndef " << guard << "\n#define " << guard << "\n\n#include \"lib/schema/ovn_" << space
      << ".pb.h\"\n#include \"ovnlite/schema/row_view.h\"\n\nnamespace ovnlite {\nnamespace " << space << " {\n";
  for (const DescriptorProto& table : file.message_type()) {
    out << "\nclass " << table.name() << "_View : public RowView {\n public:\n  using RowView::RowView;\n"
        << "  const " << table.name() << "_View* operator->() const { return this; }\n";
    for (int i = 0; i < table.field_size(); ++i) WriteAccessors(table, table.field(i), i, out);
    out << "};\n";
  }
  for (const DescriptorProto& table : file.message_type()) {
    out << "\nnamespace columns::" << table.name() << " {\n";
    for (int i = 0; i < table.field_size(); ++i) WriteColumnName(space, table, table.field(i), i, out);
    out << "}  // namespace columns::" << table.name() << "\n";
  }
  out << "\n}  // namespace " << space << "\n";
  for (int i = 0; i < file.message_type_size(); ++i) {
    const std::string name = space + "::" + file.message_type(i).name();
    out << "\ntemplate <>\nstruct TableTraits<" << name << "> {\n  using View = " << name << "_View;\n"
        << "  static constexpr auto kSchema = &" << schema << ";\n  static constexpr size_t kIndex = " << i << ";\n};\n";
  }
  out << "\n}  // namespace ovnlite\n\n#endif  // " << guard << "\n";
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) return 2;
  std::ifstream in(argv[1], std::ios::binary);
  google::protobuf::FileDescriptorSet set;
  if (!set.ParseFromIstream(&in)) {
    std::cerr << "cannot read " << argv[1] << "\n";
    return 1;
  }
  std::ofstream columns(argv[3]), tables(argv[4]), rows(argv[5]);
  for (const google::protobuf::FileDescriptorProto& file : set.file()) {
    if (file.name() != argv[2]) continue;
    for (const DescriptorProto& table : file.message_type()) {
      columns << "TABLE_BEGIN(" << table.name() << ")\n";
      for (const FieldDescriptorProto& field : table.field()) {
        columns << "  " << MacroOf(table, field) << "(" << table.name() << ", " << field.name() << ")\n";
      }
      columns << "TABLE_END(" << table.name() << ")\n";
      tables << "TABLE(" << table.name() << ")\n";
    }
    WriteRows(file, rows);
  }
  columns.close();
  tables.close();
  rows.close();
  return columns.fail() || tables.fail() || rows.fail() ? 1 : 0;
}
