#include "lib/db/narrow.h"

#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "lib/db/file_schema.h"
#include "lib/db/references.h"
#include "lib/schema/constraints.h"
#include "ovnlite/base/utf8.h"
#include "ovnlite/schema/schema.h"

namespace ovnlite {
namespace {

std::string ShownText(const AtomRef& atom) {
  constexpr size_t kShown = 80;
  if (atom.type != AtomType::kString) return atom.ToAtom().ToString();
  return QuoteJson(atom.text.size() <= kShown ? std::string(atom.text) : absl::StrCat(atom.text.substr(0, kShown), "..."));
}

class Narrowing {
 public:
  Narrowing(const Database& theirs, Database& ours, LeftOut* left_out)
      : theirs_(theirs), ours_(ours), left_out_(*left_out), transaction_(ours.Begin()) {}

  absl::Status Run() {
    for (const auto& table : theirs_.schema().tables()) CopyTable(*table);
    while (!gone_.empty() && DropReferrers()) {
    }
    return ours_.Commit(std::move(transaction_)).status();
  }

 private:
  struct Copied {
    const TableSchema* table;
    Uuid uuid;
  };

  void CopyTable(const TableSchema& from) {
    const TableSchema* table = ours_.schema().FindTable(from.name());
    if (table == nullptr) {
      if (const size_t rows = theirs_.RowCount(from); rows > 0) left_out_.unknown[absl::StrCat("table ", from.name())] = rows;
      return;
    }
    std::vector<std::pair<const ColumnSchema*, const ColumnSchema*>> columns;  // Theirs, and ours or null.
    for (const ColumnSchema& column : from.columns()) {
      const ColumnSchema* known = table->FindColumn(column.name());
      columns.emplace_back(&column, known != nullptr && HasSameTypes(column, *known) ? known : nullptr);
    }
    theirs_.ForEach(from, [&](const Uuid& uuid, const Row& row) {
      transaction_.InsertRow(*table, uuid);
      bool keep = true;
      for (const auto& [their_column, column] : columns) {
        const bool may_be_none = column != nullptr && column->shape() == ColumnShape::kOptional;
        const bool is_some = their_column->shape() == ColumnShape::kScalar && may_be_none;
        if (!row.Has(*their_column) && !is_some) continue;
        if (column == nullptr) {
          ++left_out_.unknown[absl::StrCat("column ", table->name(), ".", their_column->name())];
        } else {
          keep = Copy(*column, uuid, row.Get(*their_column)) && keep;
        }
      }
      if (!keep) {
        Drop(*table, uuid);
      } else if (!table->references().empty()) {
        referrers_.push_back({table, uuid});
      }
    });
  }

  void Drop(const TableSchema& table, const Uuid& uuid) {
    transaction_.Delete(table, uuid);
    gone_.emplace(&table, uuid);
  }

  // What our column can hold of the value. False when that leaves no row.
  bool Copy(const ColumnSchema& column, const Uuid& uuid, Datum value) {
    std::vector<Atom> bad;  // Members or keys.
    LeftOut::Values* values = nullptr;
    value.ForEach([&](const AtomRef& key, const AtomRef* second) {
      if (CheckAtom(column.key(), key).ok() && (second == nullptr || CheckAtom(column.value(), *second).ok())) return;
      bad.push_back(key.ToAtom());
      values = &Note(column, second == nullptr ? ShownText(key) : absl::StrCat(ShownText(key), "=", ShownText(*second)));
    });
    const bool single = value.is_atom();
    for (const Atom& atom : bad) {
      if (!single) value.mutable_members().Erase(atom);
    }
    if (values != nullptr) {
      const bool enough = !single && value.members().size() >= static_cast<size_t>(column.min_size());
      ++(enough ? values->shortened : values->rows);
      if (!enough) return false;
    }
    const bool composite = column.shape() == ColumnShape::kSet || column.shape() == ColumnShape::kMap;
    if (composite && single) value = Members::Of(column.key().type, {value.atom()});
    if (!composite && !value.is_atom() && value.size() == 1) value = value.members().begin().key().ToAtom(column.key().type);
    transaction_.Set(column, uuid, std::move(value));
    return true;
  }

  LeftOut::Values& Note(const ColumnSchema& column, std::string text) {
    LeftOut::Values& values = left_out_.by_column[absl::StrCat(column.table().name(), ".", column.name())];
    values.texts.insert(std::move(text));
    if (values.texts.size() > LeftOut::kMostTexts) values.texts.erase(std::prev(values.texts.end()));
    return values;
  }

  // Takes out references to rows that are gone, and rows that need one. Whether there were such rows.
  bool DropReferrers() {
    std::vector<Copied> kept;
    for (const Copied& copied : referrers_) {
      bool keep = true;
      for (const ColumnSchema* column : copied.table->references()) {
        keep = DropReferences(*column, copied.uuid) && keep;
      }
      if (keep) {
        kept.push_back(copied);
      } else {
        ++left_out_.in_need[copied.table->name()];
        Drop(*copied.table, copied.uuid);
      }
    }
    const bool dropped = kept.size() < referrers_.size();
    referrers_ = std::move(kept);
    return dropped;
  }

  // False when the column needs one that is gone.
  bool DropReferences(const ColumnSchema& column, const Uuid& uuid) {
    Row row = transaction_.Get(column.table(), uuid);
    std::vector<Uuid> gone;
    for (const bool strong : {true, false}) {
      ForEachReference(column, row, strong, [&](const TableSchema& target, const Uuid& to) {
        if (gone_.contains({&target, to})) gone.push_back(to);
      });
    }
    if (gone.empty()) return true;
    for (const Uuid& to : gone) EraseReference(column, row, to);
    transaction_.Set(column, uuid, row.Get(column));
    return row.Has(column) || column.min_size() == 0;
  }

  const Database& theirs_;
  Database& ours_;
  LeftOut& left_out_;
  Transaction transaction_;
  std::vector<Copied> referrers_;  // Rows of tables that refer to others.
  absl::flat_hash_set<std::pair<const TableSchema*, Uuid>> gone_;
};

}  // namespace

absl::Status Narrow(const Database& theirs, Database& ours, LeftOut* left_out) {
  return Narrowing(theirs, ours, left_out).Run();
}

}  // namespace ovnlite
