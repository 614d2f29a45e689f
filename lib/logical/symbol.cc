#include "ovnlite/logical/symbol.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "lib/logical/expr_parser.h"
#include "ovnlite/logical/lexer.h"

namespace ovnlite {

absl::string_view LevelName(Level level) {
  switch (level) {
    case Level::kNominal:
      return "nominal";
    case Level::kBoolean:
      return "Boolean";
    case Level::kOrdinal:
      return "ordinal";
  }
  return "";
}

const Symbol* SymbolTable::Find(absl::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : found->second;
}

absl::StatusOr<Symbol*> SymbolTable::Add(absl::string_view name) {
  if (Find(name) != nullptr) return absl::AlreadyExistsError(absl::StrCat("symbol ", name, " is there already"));
  const std::string& kept = names_.emplace_back(name);
  Symbol& symbol = symbols_.emplace_back();
  symbol.name = kept;
  symbol.index = static_cast<int>(symbols_.size()) - 1;
  by_name_.emplace(symbol.name, &symbol);
  return &symbol;
}

absl::StatusOr<const Symbol*> SymbolTable::AddField(absl::string_view name, const FieldSpec& spec) {
  absl::StatusOr<Symbol*> symbol = Add(name);
  if (!symbol.ok()) return symbol.status();
  (*symbol)->width = spec.width != 0 ? spec.width : spec.field.width;
  (*symbol)->field = spec.field;
  (*symbol)->level = spec.level;
  (*symbol)->must_crossproduct = spec.must_crossproduct;
  (*symbol)->write_scope = spec.write_scope;
  (*symbol)->openflow_name = std::string(spec.openflow_name);
  (*symbol)->prerequisites = std::string(spec.prerequisites);
  return *symbol;
}

absl::StatusOr<const Symbol*> SymbolTable::AddString(absl::string_view name, const FieldSpec& spec) {
  absl::StatusOr<Symbol*> symbol = Add(name);
  if (!symbol.ok()) return symbol.status();
  (*symbol)->field = spec.field;
  (*symbol)->level = Level::kNominal;
  (*symbol)->write_scope = spec.write_scope;
  (*symbol)->openflow_name = std::string(spec.openflow_name);
  (*symbol)->prerequisites = std::string(spec.prerequisites);
  return *symbol;
}

absl::StatusOr<const Symbol*> SymbolTable::AddSubfield(absl::string_view name, absl::string_view bits,
                                                       absl::string_view prerequisites) {
  Lexer lexer(bits);
  SymbolBits place;
  if (ParseSymbolBits(lexer, *this, &place)) lexer.ForceEnd();
  if (lexer.failed()) {
    const absl::Status fault = lexer.status();
    return ErrorAt(absl::StrCat(bits, ": error parsing ", name, " subfield (", fault.message(), ")"), ErrorPlaceOf(fault));
  }
  if (place.symbol->level != Level::kOrdinal) {
    return absl::InvalidArgumentError(absl::StrCat("can't define ", name, " as subfield of ",
                                                   LevelName(place.symbol->level), " field ", place.symbol->name));
  }
  absl::StatusOr<Symbol*> symbol = Add(name);
  if (!symbol.ok()) return symbol.status();
  (*symbol)->width = place.width;
  (*symbol)->level = Level::kOrdinal;
  (*symbol)->write_scope = place.symbol->write_scope;
  (*symbol)->parent = place.symbol;
  (*symbol)->parent_offset = place.offset;
  (*symbol)->prerequisites = std::string(prerequisites);
  return *symbol;
}

absl::StatusOr<const Symbol*> SymbolTable::AddPredicate(absl::string_view name, absl::string_view expansion) {
  const absl::StatusOr<Level> level = LevelOfPredicate(*this, expansion);
  if (!level.ok()) {
    return ErrorAt(absl::StrCat(expansion, ": error parsing ", name, " expansion (", level.status().message(), ")"),
                   ErrorPlaceOf(level.status()));
  }
  absl::StatusOr<Symbol*> symbol = Add(name);
  if (!symbol.ok()) return symbol.status();
  (*symbol)->width = 1;
  (*symbol)->level = *level;
  (*symbol)->predicate = std::string(expansion);
  return *symbol;
}

absl::StatusOr<const Symbol*> SymbolTable::AddOvnField(absl::string_view name, OvnField field, int width) {
  absl::StatusOr<Symbol*> symbol = Add(name);
  if (!symbol.ok()) return symbol.status();
  (*symbol)->width = width;
  (*symbol)->level = Level::kNominal;
  (*symbol)->write_scope = kWriteAnywhere;
  (*symbol)->ovn_field = field;
  return *symbol;
}

std::string FormatSymbolBits(const SymbolBits& bits) {
  if (bits.symbol->is_string() || bits.width == bits.symbol->width) return std::string(bits.symbol->name);
  if (bits.width == 1) return absl::StrCat(bits.symbol->name, "[", bits.offset, "]");
  return absl::StrCat(bits.symbol->name, "[", bits.offset, "..", bits.offset + bits.width - 1, "]");
}

SymbolBits ResolveParent(SymbolBits bits) {
  while (bits.symbol->parent != nullptr) {
    bits.offset += bits.symbol->parent_offset;
    bits.symbol = bits.symbol->parent;
  }
  return bits;
}

FieldRef FieldRefOf(const SymbolBits& bits) {
  const SymbolBits own = ResolveParent(bits);
  const FieldRef field = own.symbol->field;
  if (own.symbol->is_string()) return field;
  if (field.width == 0 || own.width == 0 || own.offset + own.width > field.width) return {};
  if (own.width == field.width) return field;
  const uint8_t width = static_cast<uint8_t>(own.width);
  if (field.width <= 64) return {field.word, static_cast<uint8_t>(field.shift + own.offset), width};
  if (own.offset >= 64) return {field.word, static_cast<uint8_t>(own.offset - 64), width};
  if (own.offset + own.width > 64) return {};
  return {static_cast<uint8_t>(field.word + 1), static_cast<uint8_t>(own.offset), width};
}

std::string DumpSymbols(const SymbolTable& table) {
  std::vector<const Symbol*> sorted;
  for (const Symbol& symbol : table.symbols()) sorted.push_back(&symbol);
  std::sort(sorted.begin(), sorted.end(), [](const Symbol* a, const Symbol* b) { return a->name < b->name; });
  std::string out;
  for (const Symbol* symbol : sorted) {
    const std::string meaning = symbol->is_subfield()
                                    ? FormatSymbolBits({symbol->parent, symbol->parent_offset, symbol->width})
                                : symbol->is_predicate()                  ? symbol->predicate
                                : symbol->ovn_field != OvnField::kNone ? std::string(symbol->name)
                                                                       : symbol->openflow_name;
    absl::StrAppend(&out, symbol->name, " = ", meaning, "\n");
  }
  return out;
}

}  // namespace ovnlite
