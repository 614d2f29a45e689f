#include "ovnlite/logical/token.h"

#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "lib/logical/constant_token.h"
#include "lib/logical/json_string.h"

namespace ovnlite {
namespace {

// What a byte can begin.
enum Class : uint8_t { kOther, kBlank, kDigit, kHexLetter, kLetter, kSymbol };

constexpr std::array<uint8_t, 256> MakeClasses() {
  std::array<uint8_t, 256> classes{};
  for (int c = 0; c < 256; ++c) {
    if (c == ' ' || (c >= '\t' && c <= '\r')) classes[c] = kBlank;
    if (c >= '0' && c <= '9') classes[c] = kDigit;
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_') classes[c] = kLetter;
    if ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')) classes[c] = kHexLetter;
  }
  for (const char c :
       {'(', ')', '{', '}', '[', ']', '=', '!', '<', '>', '&', '|', '.', ',', ';', ':', '-', '/', '"', '$', '@', '^'}) {
    classes[static_cast<uint8_t>(c)] = kSymbol;
  }
  return classes;
}
constexpr std::array<uint8_t, 256> kClasses = MakeClasses();

Class ClassOf(char c) { return static_cast<Class>(kClasses[static_cast<uint8_t>(c)]); }
// What an identifier may begin with behind a sigil; '.' too, which a bare one may only go on with.
bool IsNameStart(char c) { return ClassOf(c) == kLetter || ClassOf(c) == kHexLetter || c == '.'; }
bool IsNamePart(char c) { return IsNameStart(c) || ClassOf(c) == kDigit; }

// Reads one token.
class Reader {
 public:
  Reader(absl::string_view input, size_t at, Token* token, std::forward_list<std::string>* texts)
      : input_(input), at_(at), token_(token), texts_(texts) {}

  size_t Read(size_t* begin) {
    *token_ = Token();
    *begin = at_;
    if (SkipBlanks(begin)) ReadHere();
    token_->source = input_.substr(*begin, at_ - *begin);
    return at_;
  }

 private:
  char At(size_t i) const { return i < input_.size() ? input_[i] : '\0'; }

  // Goes to the next token and sets `begin`. False when a comment has no end, which is a token in itself.
  bool SkipBlanks(size_t* begin) {
    for (;;) {
      while (at_ < input_.size() && ClassOf(input_[at_]) == kBlank) ++at_;
      *begin = at_;
      if (At(at_) != '/') return true;
      if (At(at_ + 1) == '/') {
        at_ = std::min(input_.find('\n', at_), input_.size());
      } else if (At(at_ + 1) == '*') {
        const size_t line_end = std::min(input_.find('\n', at_), input_.size());
        const size_t close = input_.substr(0, line_end).find("*/", at_ + 2);
        if (close == input_.npos) {
          at_ = line_end;
          Fail("`/*' without matching `*/'.");
          return false;
        }
        at_ = close + 2;
      } else {
        return true;
      }
    }
  }

  void ReadHere() {
    if (at_ >= input_.size()) return;  // kEnd.
    const char c = input_[at_];
    switch (ClassOf(c)) {
      case kHexLetter: {
        // "fe80::1" and "fe:…" are addresses, "feed" is a name.
        size_t i = at_;
        while (HexDigit(At(i)) >= 0) ++i;
        if (At(i) == ':') return Number();
        return Name(TokenType::kId);
      }
      case kLetter:
        return Name(TokenType::kId);
      case kDigit:
        return Number();
      case kSymbol:
        return Symbol(c);
      default:
        break;
    }
    ++at_;
    if (absl::ascii_isprint(static_cast<unsigned char>(c))) {
      Fail(absl::StrCat("Invalid character `", absl::string_view(&c, 1), "' in input."));
    } else {
      // OVN prints a signed byte in decimal after "0x".
      Fail(absl::StrCat("Invalid byte 0x", static_cast<int>(static_cast<signed char>(c)), " in input."));
    }
  }

  void Symbol(char c) {
    using T = TokenType;
    const char next = At(at_ + 1);
    switch (c) {
      case '(':
        return Take(T::kLParen, 1);
      case ')':
        return Take(T::kRParen, 1);
      case '{':
        return Take(T::kLCurly, 1);
      case '}':
        return Take(T::kRCurly, 1);
      case '[':
        return Take(T::kLSquare, 1);
      case ']':
        return Take(T::kRSquare, 1);
      case ',':
        return Take(T::kComma, 1);
      case ';':
        return Take(T::kSemicolon, 1);
      case '=':
        return next == '=' ? Take(T::kEq, 2) : Take(T::kAssign, 1);
      case '!':
        return next == '=' ? Take(T::kNe, 2) : Take(T::kNot, 1);
      case '>':
        return next == '=' ? Take(T::kGe, 2) : Take(T::kGt, 1);
      case '<':
        if (next == '-' && At(at_ + 2) == '>') return Take(T::kExchange, 3);
        return next == '=' ? Take(T::kLe, 2) : Take(T::kLt, 1);
      case ':':
        return next == ':' ? Number() : Take(T::kColon, 1);
      case '&':
        return Doubled(c, T::kAnd, "`&' is only valid as part of `&&'.");
      case '|':
        return Doubled(c, T::kOr, "`|' is only valid as part of `||'.");
      case '-':
        return next == '-' ? Take(T::kDecrement, 2) : Take(T::kHyphen, 1);
      case '.':
        return Doubled(c, T::kEllipsis, "`.' is only valid as part of `..' or a number.");
      case '/':
        return Doubled('\0', T::kError, "`/' is only valid as part of `//' or `/*'.");
      case '"':
        return String();
      case '$':
        return Sigil(T::kAddressSet, "`$' must be followed by a valid identifier.");
      case '@':
        return Sigil(T::kPortGroup, "`@' must be followed by a valid identifier.");
      default:
        return Sigil(T::kTemplate, "`^' must be followed by a valid identifier.");
    }
  }

  void Take(TokenType type, size_t length) {
    token_->type = type;
    at_ += length;
  }

  void Doubled(char c, TokenType type, absl::string_view otherwise) {
    if (c != '\0' && At(at_ + 1) == c) return Take(type, 2);
    ++at_;
    token_->type = TokenType::kError;
    token_->text = otherwise;  // A literal.
  }

  void Sigil(TokenType type, absl::string_view otherwise) {
    ++at_;
    if (IsNameStart(At(at_))) return Name(type);
    token_->type = TokenType::kError;
    token_->text = otherwise;
  }

  void Name(TokenType type) {
    const size_t first = at_;
    while (at_ < input_.size() && IsNamePart(input_[at_])) ++at_;
    token_->type = type;
    token_->text = input_.substr(first, at_ - first);
  }

  void Number() {
    std::string error;
    at_ = ReadConstant(input_, at_, token_, &error);
    if (!error.empty()) Fail(std::move(error));
  }

  void String() {
    const size_t first = ++at_;
    bool escaped = false;
    for (;; ++at_) {
      if (at_ >= input_.size()) return Fail("Input ends inside quoted string.");
      if (input_[at_] == '"') break;
      if (input_[at_] != '\\') continue;
      escaped = true;
      if (++at_ >= input_.size()) return Fail("Input ends inside quoted string.");
    }
    const absl::string_view quoted = input_.substr(first, at_ - first);
    ++at_;
    token_->type = TokenType::kString;
    if (!escaped) {
      token_->text = quoted;
      return;
    }
    std::string decoded, error;
    if (!UnescapeJsonString(quoted, &decoded, &error)) return Fail(std::move(error));
    texts_->push_front(std::move(decoded));
    token_->text = texts_->front();
  }

  void Fail(std::string message) {
    texts_->push_front(std::move(message));
    *token_ = Token();
    token_->type = TokenType::kError;
    token_->text = texts_->front();
  }

  absl::string_view input_;
  size_t at_;
  Token* token_;
  std::forward_list<std::string>* texts_;
};

}  // namespace

size_t ReadToken(absl::string_view input, size_t at, size_t* begin, Token* token,
                 std::forward_list<std::string>* texts) {
  return Reader(input, at, token, texts).Read(begin);
}

}  // namespace ovnlite
