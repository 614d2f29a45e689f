// Any bytes through the JSON reader, against nlohmann's parser: what one takes the other takes, and they agree on where
// a value ends and on every string and integer in it. They may differ where ours follows OVSDB: it allows no NUL in
// strings, numbers only as 64-bit integers, and 1000 levels.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "lib/base/json_reader.h"
#include "ovnlite/base/utf8.h"

namespace {

using ovnlite::JsonKind;
using ovnlite::JsonReader;
using Json = nlohmann::json;

void Expect(bool holds) {
  if (!holds) std::abort();
}

// Reads a value together with what it should be.
void Compare(JsonReader& reader, const Json& json) {
  absl::string_view name;
  switch (reader.Peek()) {
    case JsonKind::kObject: {
      Expect(json.is_object());
      // A name may stand there twice: nlohmann keeps the last value.
      for (reader.EnterObject(); reader.NextMember(&name);) {
        Expect(json.contains(std::string(name)));
        reader.Skip();
      }
      return;
    }
    case JsonKind::kArray: {
      Expect(json.is_array());
      size_t i = 0;
      for (reader.EnterArray(); reader.NextElement(); ++i) {
        Expect(i < json.size());
        Compare(reader, json[i]);
      }
      Expect(!reader.ok() || i == json.size());
      return;
    }
    case JsonKind::kString: {
      Expect(json.is_string());
      const std::string text(reader.ReadString());
      Expect(!reader.ok() || text == json.get<std::string>());
      std::string quoted;
      ovnlite::AppendJsonString({text.data(), text.size()}, &quoted);
      JsonReader again(quoted);
      Expect(!reader.ok() || (std::string(again.ReadString()) == text && again.Finish().ok()));
      return;
    }
    case JsonKind::kNumber: {
      Expect(json.is_number());
      const int64_t number = reader.ReadInteger();
      if (reader.ok() && json.is_number_integer()) Expect(json.get<int64_t>() == number);
      return;
    }
    case JsonKind::kTrue:
    case JsonKind::kFalse: {
      const bool value = reader.ReadBoolean();
      Expect(!reader.ok() || (json.is_boolean() && json.get<bool>() == value));
      return;
    }
    case JsonKind::kNull:
      reader.ReadNull();
      return Expect(!reader.ok() || json.is_null());
    case JsonKind::kNothing:
      reader.Skip();
      return Expect(!reader.ok());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  JsonReader skipper(text);
  const absl::string_view skipped = skipper.Skip();
  const bool good = skipper.Finish().ok();
  Expect(skipper.offset() <= size && skipped.size() <= size);
  Expect(good || !skipper.status().message().empty());
  const Json json = Json::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) {
    // nlohmann refuses strings that are not UTF-8, which the database checks by itself, and numbers beyond a double.
    bool plain = true;
    for (const char c : text) plain = plain && static_cast<unsigned char>(c) < 0x80 && c != 'e' && c != 'E';
    Expect(!plain || !good || size > 300);
    return 0;
  }
  if (!good) return 0;
  JsonReader reader(text);
  Compare(reader, json);
  return 0;
}
