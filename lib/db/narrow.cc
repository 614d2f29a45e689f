#include "lib/db/narrow.h"

#include <algorithm>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "lib/db/column_ops.h"
#include "ovnlite/base/utf8.h"
#include "ovnlite/schema/schema.h"

namespace ovnlite {
namespace {

std::string ShownText(absl::string_view text) {
  constexpr size_t kShown = 80;
  std::string shown;
  AppendJsonString(text.size() <= kShown ? text : absl::StrCat(text.substr(0, kShown), "..."), &shown);
  return shown;
}

bool IsLimited(const BaseType& base) {
  const BaseType any;
  return base.min_integer != any.min_integer || base.max_integer != any.max_integer ||
         base.max_length != any.max_length || !base.one_of.empty();
}

class Narrowing {
 public:
  Narrowing(const Database& wide, Database& ours, LeftOut* left_out)
      : wide_(wide), ours_(ours), left_out_(*left_out), transaction_(ours.Begin()) {}

  absl::Status Run() {
    for (const auto& table : ours_.schema().tables()) CopyTable(*table);
    while (!gone_.empty() && DropReferrers()) {
    }
    return ours_.Commit(std::move(transaction_)).status();
  }

 private:
  struct Copied {
    const TableSchema* table;
    Uuid uuid;
    Row* row;  // The transaction's. Null when it was left out again.
  };

  void CopyTable(const TableSchema& table) {
    std::vector<const ColumnSchema*> limited;
    for (const ColumnSchema& column : table.columns()) {
      if (IsLimited(column.key()) || IsLimited(column.value())) limited.push_back(&column);
    }
    const TableSchema& from = *wide_.schema().tables()[static_cast<size_t>(table.index())];
    wide_.ForEach(from, [&](const Uuid& uuid, const Row& row) {
      Copied copied = {&table, uuid, transaction_.Insert(table, uuid)};
      copied.row->CopyFrom(row);
      bool keep = true;
      for (const ColumnSchema* column : limited) keep = NarrowColumn(*column, *copied.row) && keep;
      if (!keep) Drop(copied);
      if (keep && !table.references().empty()) referrers_.push_back(copied);
    });
  }

  void Drop(Copied& copied) {
    transaction_.Delete(*copied.table, copied.uuid);
    gone_.emplace(copied.table, copied.uuid);
    copied.row = nullptr;
  }

  // Takes out of the column what it cannot hold. False when that leaves no row.
  bool NarrowColumn(const ColumnSchema& column, Row& row) {
    const ColumnAccess& access = column.access();
    switch (access.kind) {
      case ColumnKind::kInteger:
        return !access.Has(row) || MayHold(column, access.read_number(row));
      case ColumnKind::kString:
        return !access.Has(row) || MayHold(column, access.Get<std::string>(row));
      case ColumnKind::kStringSet:
        return NarrowSet(column, row);
      case ColumnKind::kStringToString:
        return NarrowMap<StringToString>(column, row);
      case ColumnKind::kStringToInteger:
        return NarrowMap<StringToInteger>(column, row);
      case ColumnKind::kStringToUuid:
        return NarrowMap<StringToUuid>(column, row);
      case ColumnKind::kBoolean:
      case ColumnKind::kUuid:
      case ColumnKind::kUuidSet:
        return true;
    }
    return true;
  }

  bool MayHold(const ColumnSchema& column, int64_t number) {
    if (CheckNumber(column.key(), number).ok()) return true;
    ++Note(column, absl::StrCat(number)).rows;
    return false;
  }
  bool MayHold(const ColumnSchema& column, const std::string& text) {
    if (CheckString(column.key(), text).ok()) return true;
    ++Note(column, ShownText(text)).rows;
    return false;
  }

  bool NarrowSet(const ColumnSchema& column, Row& row) {
    StringSet& set = column.access().Mutable<StringSet>(row);
    const auto is_bad = [&](const std::string& text) { return !CheckString(column.key(), text).ok(); };
    LeftOut::Values* values = nullptr;
    for (const std::string& text : set) {
      if (is_bad(text)) values = &Note(column, ShownText(text));
    }
    if (values == nullptr) return true;
    set.erase(std::remove_if(set.begin(), set.end(), is_bad), set.end());
    const bool enough = set.size() >= column.min_size();
    ++(enough ? values->shortened : values->rows);
    return enough;
  }

  template <typename Map>
  bool NarrowMap(const ColumnSchema& column, Row& row) {
    Map& map = column.access().Mutable<Map>(row);
    LeftOut::Values* values = nullptr;
    for (auto pair = map.begin(); pair != map.end();) {
      if (CheckString(column.key(), pair->first).ok() && CheckValue(column.value(), pair->second)) {
        ++pair;
        continue;
      }
      values = &Note(column, PairText(pair->first, pair->second));
      pair = map.erase(pair);
    }
    if (values != nullptr) ++values->shortened;
    return true;
  }

  static bool CheckValue(const BaseType& base, const std::string& text) { return CheckString(base, text).ok(); }
  static bool CheckValue(const BaseType& base, int64_t number) { return CheckNumber(base, number).ok(); }
  static bool CheckValue(const BaseType&, const ovsdb::Uuid&) { return true; }
  static std::string PairText(const std::string& key, const std::string& value) {
    return absl::StrCat(ShownText(key), "=", ShownText(value));
  }
  static std::string PairText(const std::string& key, int64_t value) {
    return absl::StrCat(ShownText(key), "=", value);
  }
  static std::string PairText(const std::string& key, const ovsdb::Uuid&) { return ShownText(key); }

  LeftOut::Values& Note(const ColumnSchema& column, std::string text) {
    LeftOut::Values& values = left_out_.by_column[absl::StrCat(column.table().name(), ".", column.name())];
    values.texts.insert(std::move(text));
    if (values.texts.size() > LeftOut::kMostTexts) values.texts.erase(std::prev(values.texts.end()));
    return values;
  }

  // Takes out references to rows that are gone, and rows that need one. Whether there were such rows.
  bool DropReferrers() {
    bool dropped = false;
    for (Copied& copied : referrers_) {
      if (copied.row == nullptr) continue;
      bool keep = true;
      for (const ColumnSchema* column : copied.table->references()) {
        keep = DropReferences(*column, *copied.row) && keep;
      }
      if (keep) continue;
      ++left_out_.in_need[copied.table->name()];
      Drop(copied);
      dropped = true;
    }
    return dropped;
  }

  // False when the column needs one that is gone.
  bool DropReferences(const ColumnSchema& column, Row& row) {
    const ColumnAccess& access = column.access();
    const BaseType& type = column.shape() == ColumnShape::kMap ? column.value() : column.key();
    const auto is_gone = [&](const ovsdb::Uuid& uuid) { return gone_.contains({type.ref_table, FromProto(uuid)}); };
    if (type.ref_table == nullptr) return true;
    switch (access.kind) {
      case ColumnKind::kUuid:
        if (!access.Has(row) || !is_gone(access.Get<ovsdb::Uuid>(row))) return true;
        access.clear(row);
        return column.min_size() == 0;
      case ColumnKind::kUuidSet: {
        if (const UuidSet& set = access.Get<UuidSet>(row); std::none_of(set.begin(), set.end(), is_gone)) return true;
        UuidSet& set = access.Mutable<UuidSet>(row);
        set.erase(std::remove_if(set.begin(), set.end(), is_gone), set.end());
        return set.size() >= column.min_size();
      }
      case ColumnKind::kStringToUuid: {
        StringToUuid& map = access.Mutable<StringToUuid>(row);
        for (auto pair = map.begin(); pair != map.end();)
          pair = is_gone(pair->second) ? map.erase(pair) : std::next(pair);
        return true;
      }
      default:
        return true;
    }
  }

  const Database& wide_;
  Database& ours_;
  LeftOut& left_out_;
  Transaction transaction_;
  std::vector<Copied> referrers_;  // Rows of tables that refer to others.
  absl::flat_hash_set<std::pair<const TableSchema*, Uuid>> gone_;
};

}  // namespace

absl::Status Narrow(const Database& wide, Database& ours, LeftOut* left_out) {
  return Narrowing(wide, ours, left_out).Run();
}

}  // namespace ovnlite
