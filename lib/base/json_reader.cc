#include "lib/base/json_reader.h"

#include <bit>
#include <cmath>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "ovnlite/base/status.h"
#include "ovnlite/base/utf8.h"

namespace ovnlite {
namespace {

struct Plain {
  size_t length;
  bool ascii;  // False, too, for some that have other characters close behind.
};

// The part of [p, p + n) that holds neither '"' nor '\\' nor a control character.
Plain FindPlain(const char* p, size_t n) {
  size_t i = 0;
  int high = 0;
#if defined(__SSE2__)
  const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\'), space = _mm_set1_epi8(0x20);
  for (; i + 16 <= n; i += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p + i));
    const __m128i control = _mm_xor_si128(_mm_cmpeq_epi8(_mm_max_epu8(bytes, space), bytes), _mm_set1_epi8(-1));
    const __m128i stop =
        _mm_or_si128(control, _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash)));
    high |= _mm_movemask_epi8(bytes);
    if (const int stops = _mm_movemask_epi8(stop); stops != 0) {
      return {i + static_cast<size_t>(std::countr_zero(static_cast<unsigned>(stops))), high == 0};
    }
  }
#endif
  for (; i < n && p[i] != '"' && p[i] != '\\' && static_cast<unsigned char>(p[i]) >= 0x20; ++i) {
    high |= p[i] & 0x80;
  }
  return {i, high == 0};
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

void JsonReader::Fail(absl::string_view reason) {
  if (failed_) return;
  failed_ = true;
  status_ = absl::InvalidArgumentError(absl::StrCat("byte ", at_, ": ", reason));
}

void JsonReader::AddContext(absl::string_view context) {
  if (!ok()) status_ = WithContext(status_, context);
}

JsonKind JsonReader::Peek() {
  if (!ok()) return JsonKind::kNothing;
  switch (SkipSpace()) {
    case '{':
      return JsonKind::kObject;
    case '[':
      return JsonKind::kArray;
    case '"':
      return JsonKind::kString;
    case 't':
      return JsonKind::kTrue;
    case 'f':
      return JsonKind::kFalse;
    case 'n':
      return JsonKind::kNull;
    case '-':
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9':
      return JsonKind::kNumber;
    default:
      return JsonKind::kNothing;
  }
}

bool JsonReader::CannotEnter(char bracket) {
  if (SkipSpace() != bracket) {
    Fail(bracket == '{' ? "expected an object" : "expected an array");
  } else {
    Fail("nested too deeply");
  }
  return false;
}

bool JsonReader::NoNext(char close) {
  Fail(at_ < text_.size() ? absl::StrCat("expected ',' or '", std::string(1, close), "'") : "the text ends too early");
  return false;
}

bool JsonReader::NextMember(absl::string_view* name) {
  if (!Next('}')) return false;
  if (SkipSpace() != '"') {
    Fail("expected the name of a member");
    return false;
  }
  *name = ReadQuoted(&name_buffer_);
  if (!ok()) return false;
  if (SkipSpace() != ':') {
    Fail("expected ':'");
    return false;
  }
  ++at_;
  return true;
}

absl::string_view JsonReader::ReadString() {
  if (!ok()) return "";
  if (SkipSpace() != '"') {
    Fail("expected a string");
    return "";
  }
  return ReadQuoted(&string_buffer_);
}

void JsonReader::PassPlain() {
  const Plain plain = FindPlain(text_.data() + at_, text_.size() - at_);
  at_ += plain.length;
  ascii_ = ascii_ && plain.ascii;
}

absl::string_view JsonReader::ReadQuoted(std::string* buffer) {
  ++at_;
  const size_t begin = at_;
  ascii_ = true;
  PassPlain();
  if (at_ < text_.size() && text_[at_] == '"') return text_.substr(begin, at_++ - begin);
  buffer->assign(text_.data() + begin, at_ - begin);
  while (at_ < text_.size()) {
    if (text_[at_] == '"') {
      ++at_;
      return *buffer;
    }
    if (text_[at_] != '\\') {
      Fail("control character in a string");
      return "";
    }
    if (!AppendEscape(buffer)) return "";
    const size_t plain = at_;
    PassPlain();
    buffer->append(text_.data() + plain, at_ - plain);
  }
  Fail("the text ends within a string");
  return "";
}

bool JsonReader::ReadHex4(uint32_t* value) {
  *value = 0;
  for (int i = 0; i < 4; ++i) {
    const char c = at_ < text_.size() ? text_[at_] : '\0';
    const int digit = IsDigit(c)             ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (digit < 0) {
      Fail("expected four hexadecimal digits");
      return false;
    }
    *value = *value << 4 | static_cast<uint32_t>(digit);
    ++at_;
  }
  return true;
}

// At a backslash.
bool JsonReader::AppendEscape(std::string* buffer) {
  const char c = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
  constexpr absl::string_view kLetters = "\"\\/bfnrt", kCharacters = "\"\\/\b\f\n\r\t";
  if (const size_t i = kLetters.find(c); c != '\0' && i != absl::string_view::npos) {
    at_ += 2;
    buffer->push_back(kCharacters[i]);
    return true;
  }
  if (c != 'u') {
    Fail("unknown escape in a string");
    return false;
  }
  at_ += 2;
  ascii_ = false;  // It may be; nobody writes such ones so.
  uint32_t code, low;
  if (!ReadHex4(&code)) return false;
  if (code >= 0xd800 && code < 0xdc00 && text_.substr(at_, 2) == "\\u") {
    at_ += 2;
    if (!ReadHex4(&low)) return false;
    if (low >= 0xdc00 && low < 0xe000) {
      AppendUtf8(0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00), buffer);
      return true;
    }
  }
  if (code == 0 || (code >= 0xd800 && code < 0xe000)) {
    Fail(code == 0 ? "a string may not contain NUL" : "half of a surrogate pair");
    return false;
  }
  AppendUtf8(code, buffer);
  return true;
}

absl::string_view JsonReader::ReadNumber() {
  if (Peek() != JsonKind::kNumber) {
    Fail("expected a number");
    return "";
  }
  const size_t begin = at_;
  const auto here = [this] { return at_ < text_.size() ? text_[at_] : '\0'; };
  const auto digits = [&] {
    const size_t first = at_;
    while (IsDigit(here())) ++at_;
    return at_ - first;
  };
  if (here() == '-') ++at_;
  const bool leading_zero = here() == '0';
  const size_t whole = digits();
  bool good = whole > 0 && (whole == 1 || !leading_zero);
  if (good && here() == '.') {
    ++at_;
    good = digits() > 0;
  }
  if (good && (here() == 'e' || here() == 'E')) {
    ++at_;
    if (here() == '+' || here() == '-') ++at_;
    good = digits() > 0;
  }
  if (!good) Fail("malformed number");
  return good ? text_.substr(begin, at_ - begin) : "";
}

double JsonReader::ReadReal() {
  const absl::string_view number = ReadNumber();
  double value = 0;
  if (!ok() || (absl::SimpleAtod(number, &value) && std::isfinite(value))) return value;
  at_ -= number.size();
  Fail("the number is too large");
  return 0;
}

int64_t JsonReader::ReadInteger() {
  const absl::string_view number = ReadNumber();
  constexpr size_t kFewDigits = 18;
  if (number.size() <= kFewDigits && !number.empty() && IsDigit(number[0]) && IsDigit(number.back())) {
    int64_t few = 0;
    size_t i = 0;
    for (; i < number.size() && IsDigit(number[i]); ++i) few = few * 10 + (number[i] - '0');
    if (i == number.size()) return few;
  }
  int64_t value = 0;
  double approximate = 0;
  if (!ok() || absl::SimpleAtoi(number, &value)) return value;
  // Whole numbers that a double holds exactly.
  if (number.find_first_of(".eE") != absl::string_view::npos && absl::SimpleAtod(number, &approximate) &&
      std::nearbyint(approximate) == approximate && std::fabs(approximate) <= 9007199254740992.0) {
    return static_cast<int64_t>(approximate);
  }
  at_ -= number.size();
  Fail("the number is not an integer of 64 bits");
  return 0;
}

bool JsonReader::Expect(absl::string_view word) {
  if (!ok()) return false;
  if (text_.substr(at_, word.size()) != word) {
    Fail(absl::StrCat("expected \"", word, "\""));
    return false;
  }
  at_ += word.size();
  return true;
}

bool JsonReader::ReadBoolean() {
  switch (Peek()) {
    case JsonKind::kTrue:
      return Expect("true");
    case JsonKind::kFalse:
      Expect("false");
      return false;
    default:
      Fail("expected true or false");
      return false;
  }
}

void JsonReader::ReadNull() {
  if (Peek() != JsonKind::kNull) return Fail("expected null");
  Expect("null");
}

absl::string_view JsonReader::Skip() {
  const JsonKind first_kind = Peek();
  const size_t begin = at_, outside = depth_;
  for (JsonKind kind = first_kind; ok(); kind = Peek()) {
    switch (kind) {
      case JsonKind::kObject:
        EnterObject();
        break;
      case JsonKind::kArray:
        EnterArray();
        break;
      case JsonKind::kString:
        ReadString();
        break;
      case JsonKind::kNumber:
        ReadNumber();
        break;
      case JsonKind::kTrue:
      case JsonKind::kFalse:
        ReadBoolean();
        break;
      case JsonKind::kNull:
        ReadNull();
        break;
      case JsonKind::kNothing:
        Fail(at_ < text_.size() ? "expected a value" : "the text ends too early");
        break;
    }
    absl::string_view name;
    while (ok() && depth_ > outside && !(nesting_[depth_ - 1] == '{' ? NextMember(&name) : NextElement())) {
    }
    if (depth_ == outside) break;
  }
  return ok() ? text_.substr(begin, at_ - begin) : "";
}

absl::Status JsonReader::Finish() {
  if (ok()) {
    SkipSpace();
    if (at_ < text_.size()) Fail("text after the end of the value");
  }
  return status_;
}

}  // namespace ovnlite
