#include "lib/db/column_ops.h"

#include <algorithm>

#include "absl/hash/hash.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "ovnlite/base/utf8.h"

namespace ovnlite {
namespace {

bool Less(const ovsdb::Uuid& a, const ovsdb::Uuid& b) { return FromProto(a) < FromProto(b); }
bool Same(const ovsdb::Uuid& a, const ovsdb::Uuid& b) { return a.high() == b.high() && a.low() == b.low(); }

std::string Shortened(absl::string_view text) {
  constexpr size_t kShown = 80;
  if (text.size() <= kShown) return absl::CHexEscape(text);
  return absl::StrCat(absl::CHexEscape(text.substr(0, kShown)), "...");
}

absl::Status CheckAtoms(const BaseType& key, const StringSet& set) {
  for (int i = 0; i < set.size(); ++i) {
    if (absl::Status status = CheckString(key, set[i]); !status.ok()) return status;
    if (i > 0 && set[i] == set[i - 1]) {
      return absl::InvalidArgumentError(absl::StrCat("ovsdb error: set contains \"", Shortened(set[i]), "\" twice"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckAtoms(const UuidSet& set) {
  for (int i = 1; i < set.size(); ++i) {
    if (Same(set[i], set[i - 1])) {
      return absl::InvalidArgumentError(
          absl::StrCat("ovsdb error: set contains ", FromProto(set[i]).ToString(), " twice"));
    }
  }
  return absl::OkStatus();
}

template <typename T>
bool SetsEqual(const T& a, const T& b) {
  if (a.size() != b.size()) return false;
  for (int i = 0; i < a.size(); ++i) {
    if constexpr (std::is_same_v<T, UuidSet>) {
      if (!Same(a[i], b[i])) return false;
    } else {
      if (a[i] != b[i]) return false;
    }
  }
  return true;
}

template <typename T>
bool MapsEqual(const T& a, const T& b) {
  if (a.size() != b.size()) return false;
  for (const auto& [key, value] : a) {
    const auto found = b.find(key);
    if (found == b.end()) return false;
    if constexpr (std::is_same_v<T, StringToUuid>) {
      if (!Same(found->second, value)) return false;
    } else {
      if (found->second != value) return false;
    }
  }
  return true;
}

}  // namespace

absl::Status CheckString(const BaseType& base, absl::string_view text) {
  const std::optional<size_t> characters = CountCharacters(text);
  if (!characters.has_value()) {
    return absl::InvalidArgumentError(
        absl::StrCat("constraint violation: \"", Shortened(text), "\" is not UTF-8 without NUL"));
  }
  if (*characters > base.max_length) {
    return absl::InvalidArgumentError(absl::StrCat("constraint violation: \"", Shortened(text), "\" has ", *characters,
                                                   " characters, more than the ", base.max_length, " allowed"));
  }
  if (!base.one_of.empty() && std::find(base.one_of.begin(), base.one_of.end(), text) == base.one_of.end()) {
    return absl::InvalidArgumentError(absl::StrCat("constraint violation: \"", Shortened(text),
                                                   "\" is not one of the allowed values (",
                                                   absl::StrJoin(base.one_of, ", "), ")"));
  }
  return absl::OkStatus();
}

absl::Status CheckNumber(const BaseType& base, int64_t number) {
  if (number >= base.min_integer && number <= base.max_integer) return absl::OkStatus();
  constexpr auto kNone = std::numeric_limits<int64_t>::max();
  return absl::InvalidArgumentError(absl::StrCat("constraint violation: ", number, " is not in the valid range ",
                                                 base.max_integer == kNone
                                                     ? absl::StrCat(base.min_integer, " or more")
                                                     : absl::StrCat(base.min_integer, " to ", base.max_integer)));
}

void SortColumn(const ColumnSchema& column, Row& row) {
  const ColumnAccess& access = column.access();
  if (access.kind == ColumnKind::kStringSet) {
    const StringSet& set = access.Get<StringSet>(row);
    if (std::is_sorted(set.begin(), set.end())) return;
    StringSet& mutable_set = access.Mutable<StringSet>(row);
    std::sort(mutable_set.pointer_begin(), mutable_set.pointer_end(),
              [](const std::string* a, const std::string* b) { return *a < *b; });
  } else if (access.kind == ColumnKind::kUuidSet) {
    const UuidSet& set = access.Get<UuidSet>(row);
    if (std::is_sorted(set.begin(), set.end(), Less)) return;
    UuidSet& mutable_set = access.Mutable<UuidSet>(row);
    std::sort(mutable_set.pointer_begin(), mutable_set.pointer_end(),
              [](const ovsdb::Uuid* a, const ovsdb::Uuid* b) { return Less(*a, *b); });
  }
}

absl::Status CheckColumn(const ColumnSchema& column, const Row& row) {
  const ColumnAccess& access = column.access();
  if (column.shape() == ColumnShape::kOptional && !access.Has(row)) return absl::OkStatus();
  if (column.shape() == ColumnShape::kSet && column.min_size() > 0 && ColumnSize(column, row) == 0) {
    return absl::InvalidArgumentError("constraint violation: the set must not be empty");
  }
  switch (access.kind) {
    case ColumnKind::kInteger:
      return CheckNumber(column.key(), access.read_number(row));
    case ColumnKind::kString:
      return CheckString(column.key(), access.Get<std::string>(row));
    case ColumnKind::kStringSet:
      return CheckAtoms(column.key(), access.Get<StringSet>(row));
    case ColumnKind::kUuidSet:
      return CheckAtoms(access.Get<UuidSet>(row));
    case ColumnKind::kStringToString:
      for (const auto& [key, value] : access.Get<StringToString>(row)) {
        if (absl::Status status = CheckString(column.key(), key); !status.ok()) return status;
        if (absl::Status status = CheckString(column.value(), value); !status.ok()) return status;
      }
      return absl::OkStatus();
    case ColumnKind::kStringToInteger:
      for (const auto& [key, value] : access.Get<StringToInteger>(row)) {
        if (absl::Status status = CheckString(column.key(), key); !status.ok()) return status;
        if (absl::Status status = CheckNumber(column.value(), value); !status.ok()) return status;
      }
      return absl::OkStatus();
    case ColumnKind::kStringToUuid:
      for (const auto& [key, value] : access.Get<StringToUuid>(row)) {
        if (absl::Status status = CheckString(column.key(), key); !status.ok()) return status;
      }
      return absl::OkStatus();
    case ColumnKind::kBoolean:
    case ColumnKind::kUuid:
      return absl::OkStatus();
  }
  return absl::OkStatus();
}

bool ColumnsEqual(const ColumnSchema& column, const Row& a, const Row& b) {
  const ColumnAccess& access = column.access();
  if (column.shape() == ColumnShape::kOptional) {
    if (access.Has(a) != access.Has(b)) return false;
    if (!access.Has(a)) return true;
  }
  switch (access.kind) {
    case ColumnKind::kInteger:
    case ColumnKind::kBoolean:
      return access.read_number(a) == access.read_number(b);
    case ColumnKind::kString:
      return access.Get<std::string>(a) == access.Get<std::string>(b);
    case ColumnKind::kUuid:
      return Same(access.Get<ovsdb::Uuid>(a), access.Get<ovsdb::Uuid>(b));
    case ColumnKind::kStringSet:
      return SetsEqual(access.Get<StringSet>(a), access.Get<StringSet>(b));
    case ColumnKind::kUuidSet:
      return SetsEqual(access.Get<UuidSet>(a), access.Get<UuidSet>(b));
    case ColumnKind::kStringToString:
      return MapsEqual(access.Get<StringToString>(a), access.Get<StringToString>(b));
    case ColumnKind::kStringToInteger:
      return MapsEqual(access.Get<StringToInteger>(a), access.Get<StringToInteger>(b));
    case ColumnKind::kStringToUuid:
      return MapsEqual(access.Get<StringToUuid>(a), access.Get<StringToUuid>(b));
  }
  return false;
}

size_t HashColumn(const ColumnSchema& column, const Row& row) {
  const ColumnAccess& access = column.access();
  if (column.shape() == ColumnShape::kOptional && !access.Has(row)) return 1;
  switch (access.kind) {
    case ColumnKind::kInteger:
    case ColumnKind::kBoolean:
      return absl::HashOf(access.read_number(row));
    case ColumnKind::kString:
      return absl::HashOf(access.Get<std::string>(row));
    case ColumnKind::kUuid:
      return absl::HashOf(FromProto(access.Get<ovsdb::Uuid>(row)));
    case ColumnKind::kStringSet:
    case ColumnKind::kUuidSet:
    case ColumnKind::kStringToString:
    case ColumnKind::kStringToInteger:
    case ColumnKind::kStringToUuid:
      break;
  }
  return ColumnSize(column, row);
}

size_t ColumnSize(const ColumnSchema& column, const Row& row) {
  const ColumnAccess& access = column.access();
  switch (access.kind) {
    case ColumnKind::kInteger:
    case ColumnKind::kBoolean:
    case ColumnKind::kString:
    case ColumnKind::kUuid:
      return column.shape() == ColumnShape::kScalar || access.Has(row) ? 1 : 0;
    case ColumnKind::kStringSet:
      return static_cast<size_t>(access.Get<StringSet>(row).size());
    case ColumnKind::kUuidSet:
      return static_cast<size_t>(access.Get<UuidSet>(row).size());
    case ColumnKind::kStringToString:
      return access.Get<StringToString>(row).size();
    case ColumnKind::kStringToInteger:
      return access.Get<StringToInteger>(row).size();
    case ColumnKind::kStringToUuid:
      return access.Get<StringToUuid>(row).size();
  }
  return 0;
}

bool IsDefault(const ColumnSchema& column, const Row& row) {
  const ColumnAccess& access = column.access();
  if (column.shape() != ColumnShape::kScalar && column.min_size() == 0) return ColumnSize(column, row) == 0;
  switch (access.kind) {
    case ColumnKind::kInteger:
    case ColumnKind::kBoolean:
      return access.read_number(row) == 0;
    case ColumnKind::kString:
      return access.Get<std::string>(row).empty();
    case ColumnKind::kUuid:
      return FromProto(access.Get<ovsdb::Uuid>(row)).IsZero();
    case ColumnKind::kStringSet:
      return ColumnSize(column, row) == 1 && access.Get<StringSet>(row)[0].empty();
    case ColumnKind::kUuidSet:
      return ColumnSize(column, row) == 1 && FromProto(access.Get<UuidSet>(row)[0]).IsZero();
    case ColumnKind::kStringToString:
    case ColumnKind::kStringToInteger:
    case ColumnKind::kStringToUuid:
      break;
  }
  return ColumnSize(column, row) == 0;
}

void SetDefault(const ColumnSchema& column, Row& row) {
  if (column.shape() != ColumnShape::kSet || column.min_size() == 0 || ColumnSize(column, row) > 0) return;
  if (column.access().kind == ColumnKind::kStringSet) column.access().Mutable<StringSet>(row).Add();
  if (column.access().kind == ColumnKind::kUuidSet) column.access().Mutable<UuidSet>(row).Add();
}

void CopyColumn(const ColumnSchema& column, const Row& from, Row& to) {
  const ColumnAccess& access = column.access();
  if (!access.Has(from)) return access.clear(to);
  switch (access.kind) {
    case ColumnKind::kInteger:
    case ColumnKind::kBoolean:
      return access.write_number(to, access.read_number(from));
    case ColumnKind::kString:
      access.Mutable<std::string>(to) = access.Get<std::string>(from);
      return;
    case ColumnKind::kUuid:
      access.Mutable<ovsdb::Uuid>(to) = access.Get<ovsdb::Uuid>(from);
      return;
    case ColumnKind::kStringSet:
      access.Mutable<StringSet>(to) = access.Get<StringSet>(from);
      return;
    case ColumnKind::kUuidSet:
      access.Mutable<UuidSet>(to) = access.Get<UuidSet>(from);
      return;
    case ColumnKind::kStringToString:
      access.Mutable<StringToString>(to) = access.Get<StringToString>(from);
      return;
    case ColumnKind::kStringToInteger:
      access.Mutable<StringToInteger>(to) = access.Get<StringToInteger>(from);
      return;
    case ColumnKind::kStringToUuid:
      access.Mutable<StringToUuid>(to) = access.Get<StringToUuid>(from);
      return;
  }
}

void ForEachReference(const ColumnSchema& column, const Row& row, bool strong,
                      absl::FunctionRef<void(const TableSchema&, const Uuid&)> visit) {
  const ColumnAccess& access = column.access();
  const BaseType& base = access.kind == ColumnKind::kStringToUuid ? column.value() : column.key();
  if (base.ref_table == nullptr || base.strong != strong) return;
  if (access.kind == ColumnKind::kUuid) {
    if (column.shape() == ColumnShape::kOptional && !access.Has(row)) return;
    visit(*base.ref_table, FromProto(access.Get<ovsdb::Uuid>(row)));
  } else if (access.kind == ColumnKind::kUuidSet) {
    for (const ovsdb::Uuid& uuid : access.Get<UuidSet>(row)) visit(*base.ref_table, FromProto(uuid));
  } else if (access.kind == ColumnKind::kStringToUuid) {
    for (const auto& [key, uuid] : access.Get<StringToUuid>(row)) visit(*base.ref_table, FromProto(uuid));
  }
}

void DiffReferences(const ColumnSchema& column, const Row* before, const Row* after, bool strong,
                    absl::FunctionRef<void(const TableSchema&, const Uuid&)> removed,
                    absl::FunctionRef<void(const TableSchema&, const Uuid&)> added) {
  if (before == nullptr || after == nullptr || column.access().kind != ColumnKind::kUuidSet) {
    if (before != nullptr) ForEachReference(column, *before, strong, removed);
    if (after != nullptr) ForEachReference(column, *after, strong, added);
    return;
  }
  const BaseType& base = column.key();
  if (base.ref_table == nullptr || base.strong != strong) return;
  const UuidSet& old_set = column.access().Get<UuidSet>(*before);
  const UuidSet& new_set = column.access().Get<UuidSet>(*after);
  auto old_uuid = old_set.begin();
  auto new_uuid = new_set.begin();
  while (old_uuid != old_set.end() || new_uuid != new_set.end()) {
    if (new_uuid == new_set.end() || (old_uuid != old_set.end() && Less(*old_uuid, *new_uuid))) {
      removed(*base.ref_table, FromProto(*old_uuid++));
    } else if (old_uuid == old_set.end() || Less(*new_uuid, *old_uuid)) {
      added(*base.ref_table, FromProto(*new_uuid++));
    } else {
      ++old_uuid;
      ++new_uuid;
    }
  }
}

int EraseReferences(const ColumnSchema& column, Row& row,
                    absl::FunctionRef<bool(const TableSchema&, const Uuid&)> gone) {
  const ColumnAccess& access = column.access();
  const BaseType& base = access.kind == ColumnKind::kStringToUuid ? column.value() : column.key();
  if (base.ref_table == nullptr || base.strong) return 0;
  int erased = 0;
  const auto is_gone = [&](const ovsdb::Uuid& uuid) {
    const bool yes = gone(*base.ref_table, FromProto(uuid));
    erased += yes ? 1 : 0;
    return yes;
  };
  if (access.kind == ColumnKind::kUuid) {
    if (column.shape() == ColumnShape::kOptional && !access.Has(row)) return 0;
    if (is_gone(access.Get<ovsdb::Uuid>(row))) access.clear(row);
  } else if (access.kind == ColumnKind::kUuidSet) {
    if (access.Get<UuidSet>(row).empty()) return 0;
    UuidSet& set = access.Mutable<UuidSet>(row);
    set.erase(std::remove_if(set.begin(), set.end(), is_gone), set.end());
  } else if (access.kind == ColumnKind::kStringToUuid) {
    if (access.Get<StringToUuid>(row).empty()) return 0;
    StringToUuid& map = access.Mutable<StringToUuid>(row);
    for (auto it = map.begin(); it != map.end();) it = is_gone(it->second) ? map.erase(it) : std::next(it);
  }
  return erased;
}

void ForEachText(const ColumnSchema& column, const Row& row, absl::FunctionRef<void(absl::string_view)> visit) {
  const ColumnAccess& access = column.access();
  if (column.shape() == ColumnShape::kOptional && !access.Has(row)) return;
  switch (access.kind) {
    case ColumnKind::kInteger:
      return visit(absl::AlphaNum(access.read_number(row)).Piece());
    case ColumnKind::kBoolean:
      return visit(access.read_number(row) != 0 ? "true" : "false");
    case ColumnKind::kString:
      return visit(access.Get<std::string>(row));
    case ColumnKind::kUuid:
      return visit(FromProto(access.Get<ovsdb::Uuid>(row)).ToString());
    case ColumnKind::kStringSet:
      for (const std::string& text : access.Get<StringSet>(row)) visit(text);
      return;
    case ColumnKind::kUuidSet:
      for (const ovsdb::Uuid& uuid : access.Get<UuidSet>(row)) visit(FromProto(uuid).ToString());
      return;
    case ColumnKind::kStringToString:
      for (const auto& [key, value] : access.Get<StringToString>(row)) visit(key);
      return;
    case ColumnKind::kStringToInteger:
      for (const auto& [key, value] : access.Get<StringToInteger>(row)) visit(key);
      return;
    case ColumnKind::kStringToUuid:
      for (const auto& [key, value] : access.Get<StringToUuid>(row)) visit(key);
      return;
  }
}

uint64_t ColumnsWithoutDefault(const TableSchema& table) {
  const std::unique_ptr<Row> row(table.default_row().New());
  for (const ColumnSchema* column : table.sets()) SetDefault(*column, *row);
  uint64_t columns = 0;
  for (const ColumnSchema& column : table.columns()) {
    bool good = CheckColumn(column, *row).ok();
    for (const bool strong : {true, false}) {
      ForEachReference(column, *row, strong, [&good](const TableSchema&, const Uuid&) { good = false; });
    }
    if (!good) columns |= uint64_t{1} << column.index();
  }
  return columns;
}

}  // namespace ovnlite
