// File: json_reader.h
// Reads JSON (RFC 8259) from memory by asking for what comes next, without building a tree: strings without escapes are
// handed out where they lie. Any bytes give values or one error, which sticks: from then on every question is answered
// with "nothing", so that callers need to look at status() only once, at the end.
//
//   JsonReader json("{\"a\":[1,2]}");
//   for (json.EnterObject(); json.NextMember(&name);) {
//     for (json.EnterArray(); json.NextElement();) sum += json.ReadInteger();
//   }
//   return json.Finish();
//
// Cost: one pass, about 1 ns per byte; nesting is limited to kMaxDepth.

#ifndef OVNLITE_LIB_BASE_JSON_READER_H_
#define OVNLITE_LIB_BASE_JSON_READER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace ovnlite {

enum class JsonKind : uint8_t { kObject, kArray, kString, kNumber, kTrue, kFalse, kNull, kNothing };

class JsonReader {
 public:
  static constexpr size_t kMaxDepth = 1000;

  // `text` must outlive the reader.
  explicit JsonReader(absl::string_view text) : text_(text) {}
  JsonReader(const JsonReader&) = delete;
  JsonReader& operator=(const JsonReader&) = delete;

  // What the next value is; kNothing at an error or the end.
  JsonKind Peek();

  // Goes into the object that comes next; then NextMember() gives one name after the other, after each of which the
  // caller reads or skips the value, and false when it has left the object. False too at an error.
  bool EnterObject() { return Enter('{'); }
  // The name stays valid until the next NextMember().
  bool NextMember(absl::string_view* name);
  // Goes to the value of the next member if the text goes on with just `member`: "\"name\":". Otherwise nothing is
  // done: NextMember() tells what comes next. For who knows what to expect: it is faster.
  bool PassMember(absl::string_view member) {
    if (failed_) return false;
    const char c = SkipSpace();
    const size_t begin = first_ ? at_ : at_ + 1;
    if ((!first_ && c != ',') || text_.substr(begin, member.size()) != member) return false;
    at_ = begin + member.size();
    first_ = false;
    return true;
  }
  // The same for arrays.
  bool EnterArray() { return Enter('['); }
  bool NextElement() { return Next(']'); }

  // The values that come next; "", 0 or false at an error, e.g. when the value is of another kind. The string stays
  // valid until the next ReadString().
  absl::string_view ReadString();
  // Whether the last name or string is known to hold nothing but ASCII characters.
  bool is_ascii() const { return ascii_; }
  // Numbers with a fraction or exponent are taken when they are whole, as OVS does.
  int64_t ReadInteger();
  // Any number, within a double's range.
  double ReadReal();
  bool ReadBoolean();
  void ReadNull();
  // Passes over the value that comes next, and returns its text.
  absl::string_view Skip();

  // The text that comes next, `length` bytes or less at the end; nothing at an error. Pass() goes behind it, when the
  // caller has seen that it is one value.
  absl::string_view Ahead(size_t length) {
    SkipSpace();
    return failed_ ? "" : text_.substr(at_, length);
  }
  void Pass(absl::string_view value) { at_ += value.size(); }

  // Where the reader is, in bytes from the beginning of the text.
  size_t offset() const { return at_; }
  bool ok() const { return !failed_; }
  // InvalidArgument with offset and reason, or OK.
  const absl::Status& status() const { return status_; }
  // The same, and an error if anything but white space follows.
  absl::Status Finish();
  // Makes the reader fail here for the caller's reason, if it has not failed before.
  void Fail(absl::string_view reason);
  // If the reader has failed, puts "context: " before the reason.
  void AddContext(absl::string_view context);

 private:
  // The first character that is no white space, or NUL at the end.
  char SkipSpace() {
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c > ' ' || (c != ' ' && c != '\n' && c != '\t' && c != '\r')) return c;
    }
    return '\0';
  }
  bool Enter(char bracket) {
    if (SkipSpace() != bracket || depth_ == kMaxDepth || failed_) return CannotEnter(bracket);
    ++at_;
    nesting_[depth_++] = bracket;
    first_ = true;
    return true;
  }
  bool CannotEnter(char bracket);
  // Goes to the next item of the innermost object or array; false when there is none.
  bool Next(char close) {
    if (failed_) return false;
    const char c = SkipSpace();
    if (c == ',' && !first_) {
      ++at_;
      return true;
    }
    if (c == close) {
      ++at_;
      --depth_;
      first_ = false;
      return false;
    }
    if (first_) {
      first_ = false;
      return true;
    }
    return NoNext(close);
  }
  bool NoNext(char close);
  // Passes over characters that stand for themselves, as far as there are any.
  void PassPlain();
  absl::string_view ReadQuoted(std::string* buffer);
  bool AppendEscape(std::string* buffer);
  bool ReadHex4(uint32_t* value);
  absl::string_view ReadNumber();
  bool Expect(absl::string_view word);

  const absl::string_view text_;
  size_t at_ = 0;
  bool first_ = false;   // Just entered an object or array.
  bool failed_ = false;  // As status_ says.
  bool ascii_ = false;
  size_t depth_ = 0;
  std::array<char, kMaxDepth> nesting_;  // The open brackets, depth_ of them.
  std::string name_buffer_, string_buffer_;
  absl::Status status_;
};

}  // namespace ovnlite

#endif  // OVNLITE_LIB_BASE_JSON_READER_H_
