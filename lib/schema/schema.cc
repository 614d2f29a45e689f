#include "ovnlite/schema/schema.h"

#include <algorithm>
#include <bit>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "lib/schema/column_access.h"
#include "lib/schema/ovn_nb.pb.h"
#include "lib/schema/ovn_sb.pb.h"

namespace ovnlite {
namespace {

using google::protobuf::FieldDescriptor;

AtomType AtomOf(const FieldDescriptor& field) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT64:
      return AtomType::kInteger;
    case FieldDescriptor::CPPTYPE_BOOL:
      return AtomType::kBoolean;
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return AtomType::kUuid;
    default:
      return AtomType::kString;
  }
}

ColumnShape ShapeOf(const FieldDescriptor& field) {
  if (field.is_map()) return ColumnShape::kMap;
  if (field.is_repeated()) return ColumnShape::kSet;
  return field.has_optional_keyword() ? ColumnShape::kOptional : ColumnShape::kScalar;
}

BaseType MakeBaseType(const DatabaseSchema& schema, const FieldDescriptor& field, const ovsdb::BaseType& options) {
  BaseType base;
  base.type = AtomOf(field);
  if (options.range().has_min()) base.min_integer = options.range().min();
  if (options.range().has_max()) base.max_integer = options.range().max();
  if (options.max_length() != 0) base.max_length = options.max_length();
  for (const std::string& value : options.one_of()) base.one_of.push_back(Atom::String(value));
  std::sort(base.one_of.begin(), base.one_of.end());
  base.strong = !options.strong().empty();
  base.ref_table = schema.FindTable(base.strong ? options.strong() : options.weak());
  return base;
}

// Whether `text` is the beginning of `name`, where case, '-' and '_' do not count.
bool Begins(absl::string_view name, absl::string_view text) {
  if (text.empty() || text.size() > name.size()) return false;
  const auto fold = [](char c) { return c == '-' ? '_' : absl::ascii_tolower(c); };
  for (size_t i = 0; i < text.size(); ++i) {
    if (fold(text[i]) != fold(name[i])) return false;
  }
  return true;
}

// The items whose name `text` begins; only the one it equals if there is such a one.
template <typename Items, typename NameOf>
std::vector<std::string> MatchNames(const Items& items, absl::string_view text, NameOf name_of) {
  std::vector<std::string> found;
  for (const auto& item : items) {
    const std::string& name = name_of(item);
    if (!Begins(name, text)) continue;
    if (name.size() == text.size()) return {name};
    found.push_back(name);
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace

size_t TableSchema::BucketOf(absl::string_view name) const {
  if (name.empty()) return 0;
  return (name.size() * 37 + static_cast<uint8_t>(name.front()) * 5u + static_cast<uint8_t>(name.back()) * 11u) &
         (by_name_.size() - 1);
}

void TableSchema::Finish() {
  by_name_.assign(std::bit_ceil(std::max<size_t>(2 * columns_.size() + 2, 128)), 0);
  for (const ColumnSchema& column : columns_) {
    size_t bucket = BucketOf(column.name());
    while (by_name_[bucket] != 0) bucket = (bucket + 1) & (by_name_.size() - 1);
    by_name_[bucket] = static_cast<uint16_t>(column.index() + 1);
    if (column.shape() == ColumnShape::kSet) sets_.push_back(&column);
    if (column.HasReference()) references_.push_back(&column);
  }
}

const ColumnSchema* TableSchema::FindColumn(absl::string_view name) const {
  for (size_t bucket = BucketOf(name); by_name_[bucket] != 0; bucket = (bucket + 1) & (by_name_.size() - 1)) {
    const ColumnSchema& column = columns_[by_name_[bucket] - 1u];
    if (column.name() == name) return &column;
  }
  return nullptr;
}

absl::StatusOr<const ColumnSchema*> TableSchema::MatchColumn(absl::string_view name) const {
  const std::vector<std::string> found =
      MatchNames(columns_, name, [](const ColumnSchema& c) -> const std::string& { return c.name(); });
  if (found.size() == 1) return FindColumn(found[0]);
  if (found.empty()) {
    return absl::NotFoundError(absl::StrCat(name_, " does not contain a column whose name matches \"", name, "\""));
  }
  return absl::InvalidArgumentError(absl::StrCat(name_, " contains more than one column whose name matches \"", name,
                                                 "\": ", absl::StrJoin(found, ", ")));
}

DatabaseSchema::DatabaseSchema(const google::protobuf::FileDescriptor& file, absl::Span<const TableAccess> access)
    : file_(&file) {
  const ovsdb::Database& options = file.options().GetExtension(ovsdb::database);
  name_ = options.name();
  version_ = options.version();
  cksum_ = options.cksum();
  for (int t = 0; t < file.message_type_count(); ++t) {
    TableSchema& table = *tables_.emplace_back(std::make_unique<TableSchema>());
    const ovsdb::Table& table_options = file.message_type(t)->options().GetExtension(ovsdb::table);
    table.descriptor_ = file.message_type(t);
    table.name_ = table.descriptor_->name();
    table.index_ = t;
    table.is_root_ = table_options.root();
    if (table_options.max_rows() != 0) table.max_rows_ = table_options.max_rows();
    table.default_row_ = &access[t].default_row();
    by_name_.emplace(table.name_, &table);
  }
  for (const auto& table : tables_) {
    table->columns_.resize(table->descriptor_->field_count());
    for (ColumnSchema& column : table->columns_) {
      column.index_ = static_cast<int>(&column - table->columns_.data());
      const FieldDescriptor& field = *table->descriptor_->field(column.index_);
      const ovsdb::Column& column_options = field.options().GetExtension(ovsdb::column);
      column.name_ = field.name();
      column.member_ = absl::StrCat("\"", column.name_, "\":");
      column.table_ = table.get();
      column.shape_ = ShapeOf(field);
      const bool map = column.shape_ == ColumnShape::kMap;
      column.key_ = MakeBaseType(*this, map ? *field.message_type()->map_key() : field, column_options.key());
      if (map) column.value_ = MakeBaseType(*this, *field.message_type()->map_value(), column_options.value());
      column.min_size_ = column.shape_ == ColumnShape::kScalar ? 1 : static_cast<int>(column_options.min());
      column.max_size_ = column.shape_ == ColumnShape::kSet || map ? ColumnSchema::kUnlimited : 1;
      column.ephemeral_ = column_options.ephemeral();
      column.access_ = &access[table->index_].columns[column.index_];
      for (const TableSchema* target : {column.key_.ref_table, column.value_.ref_table}) {
        if (target != nullptr) tables_[static_cast<size_t>(target->index_)]->is_referred_to_ = true;
      }
    }
    table->Finish();
    for (const std::string& names : table->descriptor_->options().GetExtension(ovsdb::table).unique()) {
      std::vector<const ColumnSchema*>& unique = table->unique_.emplace_back();
      for (absl::string_view name : absl::StrSplit(names, ' ')) unique.push_back(table->FindColumn(name));
    }
  }
}

const TableSchema* DatabaseSchema::FindTable(absl::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : found->second;
}

absl::StatusOr<const TableSchema*> DatabaseSchema::MatchTable(absl::string_view name) const {
  const std::vector<std::string> found =
      MatchNames(tables_, name, [](const std::unique_ptr<TableSchema>& t) -> const std::string& { return t->name(); });
  if (found.size() == 1) return FindTable(found[0]);
  if (found.empty()) return absl::NotFoundError(absl::StrCat("unknown table \"", name, "\""));
  return absl::InvalidArgumentError(
      absl::StrCat("\"", name, "\" matches multiple table names: ", absl::StrJoin(found, ", ")));
}

const TableSchema* DatabaseSchema::TableOf(const google::protobuf::Descriptor* type) const {
  if (file_ == nullptr || type->file() != file_ || type->containing_type() != nullptr) return nullptr;
  return tables_[type->index()].get();
}

const DatabaseSchema& NorthboundSchema() {
  static const DatabaseSchema* const schema =
      new DatabaseSchema(*nb::NB_Global::descriptor()->file(), NorthboundAccess());
  return *schema;
}

const DatabaseSchema& SouthboundSchema() {
  static const DatabaseSchema* const schema =
      new DatabaseSchema(*sb::SB_Global::descriptor()->file(), SouthboundAccess());
  return *schema;
}

}  // namespace ovnlite
