// File: column_list.cc
// Reads what `protoc --descriptor_set_out` says about ovn_nb.proto or ovn_sb.proto and writes, in the macros of
// column_macros.h, one line per column and one line per table.
//
//   column_list DESCRIPTOR_SET PROTO COLUMNS_INC TABLES_INC

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

std::string MacroOf(const DescriptorProto& table, const FieldDescriptorProto& field) {
  for (const DescriptorProto& entry : table.nested_type()) {
    const size_t end = field.type_name().rfind('.');
    if (end != std::string::npos && field.type_name().substr(end + 1) == entry.name()) {
      return "MAP_" + AtomOf(entry.field(0)) + "_" + AtomOf(entry.field(1));
    }
  }
  if (field.label() == FieldDescriptorProto::LABEL_REPEATED) return "SET_" + AtomOf(field);
  return (field.proto3_optional() ? "OPTIONAL_" : "SCALAR_") + AtomOf(field);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  std::ifstream in(argv[1], std::ios::binary);
  google::protobuf::FileDescriptorSet set;
  if (!set.ParseFromIstream(&in)) {
    std::cerr << "cannot read " << argv[1] << "\n";
    return 1;
  }
  std::ofstream columns(argv[3]), tables(argv[4]);
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
  }
  columns.close();
  tables.close();
  return columns.fail() || tables.fail() ? 1 : 0;
}
