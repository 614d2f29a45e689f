#include "lib/db/json_row.h"

#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "lib/schema/constraints.h"
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
  if (Uuid uuid; tag == Tag::kNone && PassUuid(json, &uuid)) return uuid;
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

// `tag` when it was read already.
Atom ReadAtom(JsonReader& json, AtomType type, const JsonRowContext& context, Tag tag) {
  if (type == AtomType::kUuid) return Atom::Of(ReadUuid(json, context.names, tag));
  if (tag != Tag::kNone) {
    json.Fail(absl::StrCat("expected ", type == AtomType::kBoolean ? "true or false"
                                        : type == AtomType::kInteger ? "an integer"
                                        : type == AtomType::kReal    ? "a number"
                                                                     : "a string"));
    return Atom();
  }
  switch (type) {
    case AtomType::kInteger:
      return Atom::Integer(json.ReadInteger());
    case AtomType::kReal:
      return Atom::Real(json.ReadReal());
    case AtomType::kBoolean:
      return Atom::Boolean(json.ReadBoolean());
    default: {
      const absl::string_view text = json.ReadString();
      return Atom::String(context.strings != nullptr ? context.strings->Of(text) : SharedString(text));
    }
  }
}

Datum ReadMap(JsonReader& json, const ColumnSchema& column, const JsonRowContext& context) {
  std::vector<std::pair<Atom, Atom>> pairs;
  ForEachPair(json, [&] {
    Atom key = ReadAtom(json, column.key().type, context, Tag::kNone);
    if (NeedElement(json)) {
      pairs.emplace_back(std::move(key), ReadAtom(json, column.value().type, context, Tag::kNone));
    }
  });
  std::optional<Atom> twice;
  Datum map = Members::Of(column.key().type, column.value().type, std::move(pairs), &twice);
  if (twice.has_value()) json.Fail(absl::StrCat("the map contains the key \"", twice->ToString(), "\" twice"));
  return map;
}

Datum ReadSet(JsonReader& json, const ColumnSchema& column, const JsonRowContext& context) {
  std::vector<Atom> atoms;
  ForEachElement(json, [&](Tag tag) { atoms.push_back(ReadAtom(json, column.key().type, context, tag)); });
  std::optional<Atom> twice;
  Datum set = Members::Of(column.key().type, std::move(atoms), &twice);
  if (twice.has_value()) json.Fail(TwiceError(*twice).message());
  return set;
}

// The column that comes next, if it is one of those that did before; null otherwise.
const ColumnSchema* PassExpected(JsonReader& json, const ColumnSchema* last, const ColumnSchema* other) {
  for (const ColumnSchema* column : {last, other}) {
    if (column != nullptr && json.PassMember(column->member())) return column;
  }
  return nullptr;
}

// -- Writing --

void AppendAtom(const AtomRef& atom, std::string* out) {
  switch (atom.type) {
    case AtomType::kString:
      return AppendJsonString(atom.text, out);
    case AtomType::kUuid:
      absl::StrAppend(out, "[\"uuid\",\"", Uuid(atom.high, atom.low).ToString(), "\"]");
      return;
    case AtomType::kReal:
      // The shortest of these that reads back as the same number, as ovsdb-server writes it.
      for (const int digits : {15, 16, 17}) {
        const std::string text = absl::StrFormat("%.*g", digits, std::bit_cast<double>(atom.high));
        double back = 0;
        if (digits < 17 && (!absl::SimpleAtod(text, &back) || back != std::bit_cast<double>(atom.high))) continue;
        absl::StrAppend(out, text);
        return;
      }
      return;
    case AtomType::kBoolean:
      *out += atom.high != 0 ? "true" : "false";
      return;
    default:
      absl::StrAppend(out, static_cast<int64_t>(atom.high));
  }
}

}  // namespace

Datum ReadColumn(JsonReader& json, const ColumnSchema& column, const JsonRowContext& context) {
  if (column.shape() == ColumnShape::kMap) return ReadMap(json, column, context);
  if (column.shape() == ColumnShape::kSet) return ReadSet(json, column, context);
  if (json.Peek() != JsonKind::kArray) return ReadAtom(json, column.key().type, context, Tag::kNone);
  Datum value;
  const size_t count =
      ForEachElement(json, [&](Tag tag) { value = ReadAtom(json, column.key().type, context, tag); });
  if (count > 1) json.Fail("expected one value, not a set of several");
  if (count == 0 && column.min_size() > 0) json.Fail("expected a value, not an empty set");
  return value;
}

Datum ReadColumnDiff(JsonReader& json, const ColumnSchema& column, const Row& row, const JsonRowContext& context) {
  const bool composite = column.shape() == ColumnShape::kSet || column.shape() == ColumnShape::kMap;
  Datum diff = ReadColumn(json, column, context);
  if (!composite || !json.ok()) return diff;
  Members result(row.MembersOf(column.index()));
  diff.ForEach([&](const AtomRef& key, const AtomRef* value) {
    if (value == nullptr) {
      if (!result.Insert(key)) result.Erase(key);
    } else if (!result.Set(key, *value)) {
      result.Erase(key);
    }
  });
  return result;
}

std::string AtColumn(const TableSchema& table, const Uuid& uuid, const ColumnSchema& column) {
  return absl::StrCat(table.name(), " row ", uuid.ToString(), " column ", column.name());
}

absl::Status ReadRow(JsonReader& json, Row& row, const JsonRowContext& context) {
  const TableSchema& table = row.table();
  absl::string_view name;
  for (json.EnterObject(); json.NextMember(&name);) {
    const ColumnSchema* column = table.FindColumn(name);
    if (column == nullptr) {
      json.Fail(absl::StrCat("table ", table.name(), " has no column \"", name, "\""));
      break;
    }
    row.Set(*column, ReadColumn(json, *column, context));
    json.AddContext(absl::StrCat("table ", table.name(), " column ", column->name()));
  }
  return json.status();
}

class NewRowReader {
 public:
  static Row Read(JsonReader& json, const Uuid& uuid, RowBuilder& row, RowShape& shape,
                  absl::FunctionRef<void(absl::string_view)> unknown, const JsonRowContext& context) {
    const TableSchema& table = row.table();
    json.EnterObject();
    for (size_t last = 0;;) {
      RowShape::Next& next = shape.next_[last];
      const ColumnSchema* column = PassExpected(json, next.last, next.other);
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
      last = static_cast<size_t>(column->index()) + 1;
      row.Set(*column, ReadColumn(json, *column, context));
      if (!json.ok()) {
        json.AddContext(AtColumn(table, uuid, *column));
        break;
      }
    }
    for (const ColumnSchema* column : table.sets()) {
      if (column->min_size() > 0 && !row.Has(*column)) row.Set(*column, DefaultOf(*column));
    }
    return row.Build();
  }
};

Row ReadNewRow(JsonReader& json, const Uuid& uuid, RowBuilder& row, RowShape& shape,
               absl::FunctionRef<void(absl::string_view)> unknown, const JsonRowContext& context) {
  return NewRowReader::Read(json, uuid, row, shape, unknown, context);
}

void AppendColumn(const ColumnSchema& column, const Row& row, std::string* out) {
  const Datum value = row.Get(column);
  if (column.shape() != ColumnShape::kMap && value.size() == 1) {
    value.ForEach([out](const AtomRef& atom, const AtomRef*) { AppendAtom(atom, out); });
    return;
  }
  *out += column.shape() == ColumnShape::kMap ? "[\"map\",[" : "[\"set\",[";
  bool first = true;
  value.ForEach([&](const AtomRef& key, const AtomRef* second) {
    if (!first) *out += ',';
    first = false;
    if (second != nullptr) *out += '[';
    AppendAtom(key, out);
    if (second == nullptr) return;
    *out += ',';
    AppendAtom(*second, out);
    *out += ']';
  });
  *out += "]]";
}

std::string RowToJson(const Row& row, bool defaults) {
  std::string json = "{";
  for (const ColumnSchema& column : row.table().columns()) {
    if (!defaults && IsDefault(column, row)) continue;
    absl::StrAppend(&json, json.size() > 1 ? ",\"" : "\"", column.name(), "\":");
    AppendColumn(column, row, &json);
  }
  return json + "}";
}

}  // namespace ovnlite
