#include "lib/schema/message.h"

#include <algorithm>

#include "lib/schema/column_access.h"

namespace ovnlite {
namespace {

using Message = google::protobuf::Message;

Atom AtomOf(const std::string& text) { return Atom::String(text); }
Atom AtomOf(int64_t number) { return Atom::Integer(number); }
Atom AtomOf(const ovsdb::Uuid& uuid) { return Atom::Of(FromProto(uuid)); }

template <typename Set>
Datum ReadSet(AtomType type, const Set& set, std::optional<Atom>* twice) {
  std::vector<Atom> atoms;
  atoms.reserve(static_cast<size_t>(set.size()));
  for (const auto& value : set) atoms.push_back(AtomOf(value));
  return Members::Of(type, std::move(atoms), twice);
}

template <typename Map>
Datum ReadMap(const ColumnSchema& column, const Map& map) {
  std::vector<std::pair<Atom, Atom>> pairs;
  pairs.reserve(map.size());
  for (const auto& [key, value] : map) pairs.emplace_back(AtomOf(key), AtomOf(value));
  return Members::Of(column.key().type, column.value().type, std::move(pairs));
}

// Sets that are sorted, as most are, are compared in place.
template <typename Set, typename Same>
bool SetIs(const Set& set, MembersView members, Same same) {
  if (static_cast<size_t>(set.size()) != members.size()) return false;
  auto it = members.begin();
  for (const auto& value : set) {
    if (!same(it.key(), value)) return false;
    it.Advance();
  }
  return true;
}

}  // namespace

void FillMessage(const Row& row, Message& message) {
  row.ForEachSet([&](const ColumnSchema& column) {
    const ColumnAccess& access = column.access();
    const int at = column.index();
    switch (access.kind) {
      case ColumnKind::kInteger:
      case ColumnKind::kBoolean:
        return access.write_number(message, row.Integer(at));
      case ColumnKind::kString: {
        const absl::string_view text = row.Text(at);
        access.Mutable<std::string>(message).assign(text.data(), text.size());
        return;
      }
      case ColumnKind::kUuid:
        return ToProto(row.Reference(at), &access.Mutable<ovsdb::Uuid>(message));
      case ColumnKind::kStringSet: {
        auto& set = access.Mutable<StringSet>(message);
        set.Reserve(static_cast<int>(row.MembersOf(at).size()));
        for (auto it = row.MembersOf(at).begin(); !it.at_end(); it.Advance()) {
          const absl::string_view text = it.key().text();
          set.Add()->assign(text.data(), text.size());
        }
        return;
      }
      case ColumnKind::kUuidSet: {
        auto& set = access.Mutable<UuidSet>(message);
        set.Reserve(static_cast<int>(row.MembersOf(at).size()));
        for (auto it = row.MembersOf(at).begin(); !it.at_end(); it.Advance()) ToProto(it.key().uuid(), set.Add());
        return;
      }
      case ColumnKind::kStringToString: {
        auto& map = access.Mutable<StringToString>(message);
        for (auto it = row.MembersOf(at).begin(); !it.at_end(); it.Advance()) {
          map[std::string(it.key().text())] = std::string(it.value().text());
        }
        return;
      }
      case ColumnKind::kStringToInteger: {
        auto& map = access.Mutable<StringToInteger>(message);
        for (auto it = row.MembersOf(at).begin(); !it.at_end(); it.Advance()) {
          map[std::string(it.key().text())] = static_cast<int64_t>(it.value().high);
        }
        return;
      }
      case ColumnKind::kStringToUuid: {
        auto& map = access.Mutable<StringToUuid>(message);
        for (auto it = row.MembersOf(at).begin(); !it.at_end(); it.Advance()) {
          ToProto(it.value().uuid(), &map[std::string(it.key().text())]);
        }
        return;
      }
    }
  });
}

Datum ReadColumn(const ColumnSchema& column, const Message& message, std::optional<Atom>* twice) {
  const ColumnAccess& access = column.access();
  if (column.shape() == ColumnShape::kOptional && !access.Has(message)) return Datum();
  switch (access.kind) {
    case ColumnKind::kInteger:
      return Atom::Integer(access.read_number(message));
    case ColumnKind::kBoolean:
      return Atom::Boolean(access.read_number(message) != 0);
    case ColumnKind::kString:
      return AtomOf(access.Get<std::string>(message));
    case ColumnKind::kUuid:
      return AtomOf(access.Get<ovsdb::Uuid>(message));
    case ColumnKind::kStringSet:
      return ReadSet(AtomType::kString, access.Get<StringSet>(message), twice);
    case ColumnKind::kUuidSet:
      return ReadSet(AtomType::kUuid, access.Get<UuidSet>(message), twice);
    case ColumnKind::kStringToString:
      return ReadMap(column, access.Get<StringToString>(message));
    case ColumnKind::kStringToInteger:
      return ReadMap(column, access.Get<StringToInteger>(message));
    case ColumnKind::kStringToUuid:
      return ReadMap(column, access.Get<StringToUuid>(message));
  }
  return Datum();
}

bool ColumnIs(const ColumnSchema& column, const Message& message, const Row& row) {
  const ColumnAccess& access = column.access();
  const int at = column.index();
  if (column.shape() == ColumnShape::kOptional && access.Has(message) != row.Has(at)) return false;
  switch (access.kind) {
    case ColumnKind::kInteger:
    case ColumnKind::kBoolean:
      return access.read_number(message) == row.Integer(at);
    case ColumnKind::kString:
      return access.Get<std::string>(message) == row.Text(at);
    case ColumnKind::kUuid:
      return FromProto(access.Get<ovsdb::Uuid>(message)) == row.Reference(at);
    case ColumnKind::kStringSet:
      return SetIs(access.Get<StringSet>(message), row.MembersOf(at),
                   [](const AtomBits& a, const std::string& b) { return a.text() == b; });
    case ColumnKind::kUuidSet:
      return SetIs(access.Get<UuidSet>(message), row.MembersOf(at),
                   [](const AtomBits& a, const ovsdb::Uuid& b) { return a.high == b.high() && a.low == b.low(); });
    default:
      return ReadColumn(column, message) == row.Get(column);
  }
}

Row RowFrom(const TableSchema& table, const Message& message) {
  Row row(table);
  for (const ColumnSchema& column : table.columns()) row.Set(column, ReadColumn(column, message));
  return row;
}

}  // namespace ovnlite
