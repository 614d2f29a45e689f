#include "lib/db/json_row.h"

#include <algorithm>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "ovnlite/base/hash.h"
#include "ovnlite/base/utf8.h"

namespace ovnlite {
namespace {

// -- Reading --

enum class Tag { kNone, kSet, kMap, kUuid, kNamedUuid, kOther };

// Goes into an array and reads the word it begins with.
Tag ReadTag(JsonReader& json) {
  if (!json.EnterArray() || !json.NextElement()) {
    json.Fail("expected [\"set\",...], [\"map\",...] or [\"uuid\",...]");
    return Tag::kOther;
  }
  const absl::string_view word = json.ReadString();
  return word == "uuid"         ? Tag::kUuid
         : word == "set"        ? Tag::kSet
         : word == "map"        ? Tag::kMap
         : word == "named-uuid" ? Tag::kNamedUuid
                                : Tag::kOther;
}

// In an array: goes to the element that must come now.
bool NeedElement(JsonReader& json) {
  if (json.NextElement()) return true;
  json.Fail("the array is too short");
  return false;
}

void LeaveArray(JsonReader& json) {
  if (json.NextElement()) json.Fail("the array is too long");
}

// Takes a UUID that is written as ovsdb-server writes it. False when it is not, or another value.
bool PassUuid(JsonReader& json, Uuid* uuid) {
  constexpr absl::string_view kBefore = "[\"uuid\",\"", kAfter = "\"]";
  constexpr size_t kDigits = 36;
  const absl::string_view text = json.Ahead(kBefore.size() + kDigits + kAfter.size());
  if (!absl::StartsWith(text, kBefore) || !absl::EndsWith(text, kAfter)) return false;
  const absl::StatusOr<Uuid> parsed = Uuid::Parse(text.substr(kBefore.size(), kDigits));
  if (!parsed.ok()) return false;
  *uuid = *parsed;
  json.Pass(text);
  return true;
}

// `tag` when it was read already.
Uuid ReadUuid(JsonReader& json, const UuidNames* names, Tag tag) {
  if (tag == Tag::kNone) tag = ReadTag(json);
  if (tag != Tag::kUuid && (tag != Tag::kNamedUuid || names == nullptr)) {
    json.Fail(names == nullptr ? "expected [\"uuid\",...]" : "expected [\"uuid\",...] or [\"named-uuid\",...]");
  }
  if (!NeedElement(json)) return Uuid();
  const absl::string_view text = json.ReadString();
  Uuid uuid;
  if (!json.ok()) return uuid;
  if (tag == Tag::kUuid) {
    if (const absl::StatusOr<Uuid> parsed = Uuid::Parse(text); parsed.ok()) {
      uuid = *parsed;
    } else {
      json.Fail(parsed.status().message());
    }
  } else if (const auto found = names->find(text); found != names->end()) {
    uuid = found->second;
  } else {
    json.Fail(absl::StrCat("no row is named \"", text, "\""));
  }
  LeaveArray(json);
  return uuid;
}

// Calls `element` for every value; with the tag of an array that was begun already, or kNone. Returns how many there
// were.
template <typename Element>
size_t ForEachElement(JsonReader& json, Element element) {
  Tag tag = Tag::kNone;
  if (json.Peek() == JsonKind::kArray) tag = ReadTag(json);
  if (tag != Tag::kSet) {
    element(tag);
    return 1;
  }
  size_t elements = 0;
  if (!NeedElement(json)) return 0;
  for (json.EnterArray(); json.NextElement(); ++elements) element(Tag::kNone);
  LeaveArray(json);
  return elements;
}

// Calls `pair` for every pair, which reads the key, calls NeedElement() and reads the value.
template <typename Pair>
void ForEachPair(JsonReader& json, Pair pair) {
  if (ReadTag(json) != Tag::kMap) return json.Fail("expected [\"map\",...]");
  if (!NeedElement(json)) return;
  for (json.EnterArray(); json.NextElement();) {
    if (!json.EnterArray() || !NeedElement(json)) return;
    pair();
    LeaveArray(json);
  }
  LeaveArray(json);
}

template <typename Map, typename ReadValue>
void ReadMap(JsonReader& json, Map& map, ReadValue read_value) {
  ForEachPair(json, [&] {
    const absl::string_view key = json.ReadString();
    // Protobuf's maps take only std::string as a key.
    auto [entry, fresh] = map.insert({std::string(key), {}});
    if (!fresh) json.Fail(absl::StrCat("the map contains the key \"", key, "\" twice"));
    if (NeedElement(json)) read_value(entry->second);
  });
}

void RefuseTag(JsonReader& json, Tag tag, absl::string_view expected) {
  if (tag != Tag::kNone) json.Fail(absl::StrCat("expected ", expected));
}

void CheckCount(JsonReader& json, const ColumnSchema& column, size_t count) {
  if (count > 1) json.Fail("expected one value, not a set of several");
  if (count == 0 && column.min_size() > 0) json.Fail("expected a value, not an empty set");
}

// -- Holding values to their types without keeping them --

absl::string_view PassString(JsonReader& json, const BaseType& type) {
  const absl::string_view text = json.ReadString();
  const bool plain = json.is_ascii() && type.one_of.empty() && text.size() <= type.max_length;
  if (!plain && !CheckString(type, text).ok()) json.Fail("not a string of its column's type");
  return text;
}

// Whether a key stands there twice is told by hashes, of a few keys.
void PassStringMap(JsonReader& json, const ColumnSchema& column) {
  constexpr size_t kMostKeys = 16;
  uint64_t keys[kMostKeys];
  size_t count = 0;
  ForEachPair(json, [&] {
    const uint64_t hash = HashBytes(PassString(json, column.key()));
    if (count == kMostKeys || std::find(keys, keys + count, hash) != keys + count) return json.Fail("a key of the map");
    keys[count++] = hash;
    if (NeedElement(json)) PassString(json, column.value());
  });
}

void PassColumn(JsonReader& json, const ColumnSchema& column) {
  switch (column.access().kind) {
    case ColumnKind::kInteger:
      return CheckCount(json, column, ForEachElement(json, [&](Tag tag) {
                          RefuseTag(json, tag, "an integer");
                          if (!CheckNumber(column.key(), json.ReadInteger()).ok()) json.Fail("out of range");
                        }));
    case ColumnKind::kString:
      return CheckCount(json, column, ForEachElement(json, [&](Tag tag) {
                          RefuseTag(json, tag, "a string");
                          PassString(json, column.key());
                        }));
    case ColumnKind::kStringToString:
      return PassStringMap(json, column);
    default:
      return json.Fail("a column that must be read");
  }
}

// The column that comes next, if it is one of those that did before; null otherwise.
const ColumnSchema* PassExpected(JsonReader& json, const RowShape::Next& next) {
  for (const ColumnSchema* column : {next.last, next.other}) {
    if (column != nullptr && json.PassMember(column->member())) return column;
  }
  return nullptr;
}

// -- Writing --

void AppendUuid(const ovsdb::Uuid& uuid, std::string* out) {
  absl::StrAppend(out, "[\"uuid\",\"", FromProto(uuid).ToString(), "\"]");
}

void AppendAtom(const std::string& text, std::string* out) { AppendJsonString(text, out); }
void AppendAtom(const ovsdb::Uuid& uuid, std::string* out) { AppendUuid(uuid, out); }
void AppendAtom(int64_t number, std::string* out) { absl::StrAppend(out, number); }

template <typename Set>
void AppendSet(const Set& set, std::string* out) {
  if (set.size() == 1) return AppendAtom(set[0], out);
  *out += "[\"set\",[";
  for (int i = 0; i < set.size(); ++i) {
    if (i > 0) *out += ',';
    AppendAtom(set[i], out);
  }
  *out += "]]";
}

template <typename Map>
void AppendMap(const Map& map, std::string* out) {
  std::vector<const typename Map::value_type*> pairs;
  pairs.reserve(map.size());
  for (const auto& pair : map) pairs.push_back(&pair);
  std::sort(pairs.begin(), pairs.end(), [](const auto* a, const auto* b) { return a->first < b->first; });
  *out += "[\"map\",[";
  for (const auto* pair : pairs) {
    *out += pair == pairs.front() ? "[" : ",[";
    AppendAtom(pair->first, out);
    *out += ',';
    AppendAtom(pair->second, out);
    *out += ']';
  }
  *out += "]]";
}

// -- Differences --

template <typename Map, typename Same>
void ApplyMapDiff(const Map& diff, Map& map, Same same) {
  for (const auto& [key, value] : diff) {
    const auto found = map.find(key);
    if (found != map.end() && same(found->second, value)) {
      map.erase(found);
    } else {
      map[key] = value;
    }
  }
}

// Both sorted.
template <typename Set, typename Less>
void ApplySetDiff(const Set& diff, Set& set, Less less) {
  Set result;
  auto have = set.begin();
  auto change = diff.begin();
  while (have != set.end() || change != diff.end()) {
    if (change == diff.end() || (have != set.end() && less(*have, *change))) {
      *result.Add() = std::move(*have++);
    } else if (have == set.end() || less(*change, *have)) {
      *result.Add() = *change++;
    } else {
      ++have;
      ++change;
    }
  }
  set = std::move(result);
}

}  // namespace

void ReadColumn(JsonReader& json, const ColumnSchema& column, Row& row, const UuidNames* names) {
  const ColumnAccess& access = column.access();
  access.clear(row);
  size_t count = 0;
  switch (access.kind) {
    case ColumnKind::kInteger:
      count = ForEachElement(json, [&](Tag tag) {
        RefuseTag(json, tag, "an integer");
        access.write_number(row, json.ReadInteger());
      });
      break;
    case ColumnKind::kBoolean:
      count = ForEachElement(json, [&](Tag tag) {
        RefuseTag(json, tag, "true or false");
        access.write_number(row, json.ReadBoolean() ? 1 : 0);
      });
      break;
    case ColumnKind::kString:
      count = ForEachElement(json, [&](Tag tag) {
        RefuseTag(json, tag, "a string");
        const absl::string_view text = json.ReadString();
        access.Mutable<std::string>(row).assign(text.data(), text.size());
      });
      break;
    case ColumnKind::kUuid:
      if (Uuid uuid; PassUuid(json, &uuid)) return ToProto(uuid, &access.Mutable<ovsdb::Uuid>(row));
      count = ForEachElement(json,
                             [&](Tag tag) { ToProto(ReadUuid(json, names, tag), &access.Mutable<ovsdb::Uuid>(row)); });
      break;
    case ColumnKind::kStringSet: {
      StringSet& set = access.Mutable<StringSet>(row);
      ForEachElement(json, [&](Tag tag) {
        RefuseTag(json, tag, "a string");
        const absl::string_view text = json.ReadString();
        set.Add()->assign(text.data(), text.size());
      });
      return;
    }
    case ColumnKind::kUuidSet: {
      UuidSet& set = access.Mutable<UuidSet>(row);
      if (Uuid uuid; PassUuid(json, &uuid)) return ToProto(uuid, set.Add());
      ForEachElement(json, [&](Tag tag) {
        Uuid uuid;
        if (tag != Tag::kNone || !PassUuid(json, &uuid)) uuid = ReadUuid(json, names, tag);
        ToProto(uuid, set.Add());
      });
      return;
    }
    case ColumnKind::kStringToString:
      return ReadMap(json, access.Mutable<StringToString>(row), [&](std::string& value) {
        const absl::string_view text = json.ReadString();
        value.assign(text.data(), text.size());
      });
    case ColumnKind::kStringToInteger:
      return ReadMap(json, access.Mutable<StringToInteger>(row), [&](int64_t& value) { value = json.ReadInteger(); });
    case ColumnKind::kStringToUuid:
      return ReadMap(json, access.Mutable<StringToUuid>(row),
                     [&](ovsdb::Uuid& value) { ToProto(ReadUuid(json, names, Tag::kNone), &value); });
  }
  CheckCount(json, column, count);
}

void ReadColumnDiff(JsonReader& json, const ColumnSchema& column, Row& row) {
  if (column.shape() != ColumnShape::kSet && column.shape() != ColumnShape::kMap) return ReadColumn(json, column, row);
  const ColumnAccess& access = column.access();
  const std::unique_ptr<Row> diff(row.New());
  ReadColumn(json, column, *diff);
  SortColumn(column, *diff);
  if (!json.ok()) return;
  const auto same = [](const ovsdb::Uuid& a, const ovsdb::Uuid& b) { return FromProto(a) == FromProto(b); };
  switch (access.kind) {
    case ColumnKind::kStringSet:
      return ApplySetDiff(access.Get<StringSet>(*diff), access.Mutable<StringSet>(row), std::less<std::string>());
    case ColumnKind::kUuidSet:
      return ApplySetDiff(access.Get<UuidSet>(*diff), access.Mutable<UuidSet>(row),
                          [](const ovsdb::Uuid& a, const ovsdb::Uuid& b) { return FromProto(a) < FromProto(b); });
    case ColumnKind::kStringToString:
      return ApplyMapDiff(access.Get<StringToString>(*diff), access.Mutable<StringToString>(row), std::equal_to<>());
    case ColumnKind::kStringToInteger:
      return ApplyMapDiff(access.Get<StringToInteger>(*diff), access.Mutable<StringToInteger>(row), std::equal_to<>());
    case ColumnKind::kStringToUuid:
      return ApplyMapDiff(access.Get<StringToUuid>(*diff), access.Mutable<StringToUuid>(row), same);
    default:
      return;
  }
}

bool MayPass(const ColumnSchema& column) {
  const ColumnKind kind = column.access().kind;
  return kind == ColumnKind::kInteger || kind == ColumnKind::kString || kind == ColumnKind::kStringToString;
}

std::string AtColumn(const TableSchema& table, const Uuid& uuid, const ColumnSchema& column) {
  return absl::StrCat(table.name(), " row ", uuid.ToString(), " column ", column.name());
}

absl::Status ReadRow(JsonReader& json, const TableSchema& table, Row& row, const UuidNames* names) {
  absl::string_view name;
  for (json.EnterObject(); json.NextMember(&name);) {
    const ColumnSchema* column = table.FindColumn(name);
    if (column == nullptr) {
      json.Fail(absl::StrCat("table ", table.name(), " has no column \"", name, "\""));
      break;
    }
    ReadColumn(json, *column, row, names);
    json.AddContext(absl::StrCat("table ", table.name(), " column ", column->name()));
  }
  return json.status();
}

uint64_t ReadNewRow(JsonReader& json, const TableSchema& table, const Uuid& uuid, Row& row,
                    absl::FunctionRef<void(absl::string_view)> unknown, uint64_t unread, RowShape* shape) {
  RowShape none;
  if (shape == nullptr) shape = &none;
  uint64_t read = 0;
  json.EnterObject();
  for (size_t last = RowShape::kBegin;;) {
    RowShape::Next& next = shape->next[last];
    const ColumnSchema* column = PassExpected(json, next);
    if (column == nullptr) {
      absl::string_view name;
      if (!json.NextMember(&name)) break;
      column = table.FindColumn(name);
      if (column == nullptr) {
        unknown(name);
        json.Skip();
        continue;
      }
      next = {column, next.last};
    }
    last = static_cast<size_t>(column->index());
    const uint64_t bit = uint64_t{1} << column->index();
    read |= bit;
    if ((unread & bit) != 0) {
      PassColumn(json, *column);
    } else {
      ReadColumn(json, *column, row);
    }
    if (!json.ok()) {
      json.AddContext(AtColumn(table, uuid, *column));
      break;
    }
  }
  for (const ColumnSchema* column : table.sets()) SetDefault(*column, row);
  return read;
}

void AppendColumn(const ColumnSchema& column, const Row& row, std::string* out) {
  const ColumnAccess& access = column.access();
  if (column.shape() == ColumnShape::kOptional && !access.Has(row)) {
    *out += "[\"set\",[]]";
    return;
  }
  switch (access.kind) {
    case ColumnKind::kInteger:
      return AppendAtom(access.read_number(row), out);
    case ColumnKind::kBoolean:
      *out += access.read_number(row) != 0 ? "true" : "false";
      return;
    case ColumnKind::kString:
      return AppendAtom(access.Get<std::string>(row), out);
    case ColumnKind::kUuid:
      return AppendAtom(access.Get<ovsdb::Uuid>(row), out);
    case ColumnKind::kStringSet:
      return AppendSet(access.Get<StringSet>(row), out);
    case ColumnKind::kUuidSet:
      return AppendSet(access.Get<UuidSet>(row), out);
    case ColumnKind::kStringToString:
      return AppendMap(access.Get<StringToString>(row), out);
    case ColumnKind::kStringToInteger:
      return AppendMap(access.Get<StringToInteger>(row), out);
    case ColumnKind::kStringToUuid:
      return AppendMap(access.Get<StringToUuid>(row), out);
  }
}

std::string RowToJson(const TableSchema& table, const Row& row, bool defaults) {
  std::string json = "{";
  for (const ColumnSchema& column : table.columns()) {
    if (!defaults && IsDefault(column, row)) continue;
    absl::StrAppend(&json, json.size() > 1 ? ",\"" : "\"", column.name(), "\":");
    AppendColumn(column, row, &json);
  }
  return json + "}";
}

}  // namespace ovnlite
