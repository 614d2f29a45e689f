// File: lexer.h
// The tokens of OVN's language: what match expressions, actions and address sets are written in (ovn-sb(5),
// Logical_Flow).
//
// The lexer is total: any bytes give tokens, and what is not a token gives an error token with OVN's words for it. It
// never copies: a token's text is a view of the input, or, where escapes had to be decoded, of a buffer that the lexer
// owns. About 10 ns per token; nothing is allocated but by strings with escapes and by errors.
//
// The parsers above share its error discipline, which is OVN's: the first error stays, later ones are ignored, so that
// a parser may go on after a failure without spoiling the message.

#ifndef OVNLITE_LOGICAL_LEXER_H_
#define OVNLITE_LOGICAL_LEXER_H_

#include <cstddef>
#include <cstdint>
#include <forward_list>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "ovnlite/logical/token.h"

namespace ovnlite {

class Lexer {
 public:
  // Reads the first token. `input` must outlive the lexer, and the lexer every token taken from it.
  explicit Lexer(absl::string_view input) : input_(input) { Next(); }
  Lexer(const Lexer&) = delete;
  Lexer& operator=(const Lexer&) = delete;

  const Token& token() const { return token_; }
  TokenType type() const { return token_.type; }
  // Goes to the next token and returns its type. Stays at the end.
  TokenType Next();
  // The type of the token after this one.
  TokenType Lookahead();

  // If the current token is of the given type, or is the given identifier or string, goes past it and returns true.
  bool Match(TokenType type) {
    if (token_.type != type) return false;
    Next();
    return true;
  }
  bool MatchId(absl::string_view id);
  bool MatchString(absl::string_view string);
  // A decimal constant that fits an int.
  bool IsInt() const;
  bool MatchInt(int* value);

  // The same, but anything else is an error: "Syntax error at `x' expecting `)'."
  bool ForceMatch(TokenType type);
  bool ForceEnd();
  bool ForceInt(int* value);
  bool ForceString(std::string* value);

  // Records an error at the current token: `message` as it is, or "Syntax error at `TOKEN' `expectation`." Where the
  // current token is an error itself, its own message is recorded instead: no parser can make sense of one.
  void Error(absl::string_view message);
  void SyntaxError(absl::string_view expectation);

  bool failed() const { return failed_; }
  // Of the first error: InvalidArgument with OVN's message, and its place for ErrorPlaceOf().
  absl::Status status() const;

  absl::string_view input() const { return input_; }
  // Where the current token begins and ends in the input.
  size_t begin() const { return begin_; }
  size_t end() const { return end_; }

 private:
  void Record(std::string message);

  absl::string_view input_;
  size_t begin_ = 0;
  size_t end_ = 0;
  Token token_;
  std::forward_list<std::string> texts_;  // Decoded strings and messages of error tokens, which tokens point to.
  bool failed_ = false;
  std::string error_;
  size_t error_begin_ = 0;
  size_t error_end_ = 0;
};

// Where in a text the parsers of this room found a fault.
struct ErrorPlace {
  size_t offset = 0;
  size_t length = 0;
};
// An InvalidArgument error that carries its place; the message itself does not mention it, because OVN's does not.
absl::Status ErrorAt(absl::string_view message, ErrorPlace place);
// The place that an error carries; the beginning for an error of another kind.
ErrorPlace ErrorPlaceOf(const absl::Status& status);
// For people: the message, and under it the line of `text` with a caret at the fault.
//     Syntax error at `=' expecting relational operator.
//     ip4.src = 1.2.3.4
//             ^
std::string ExplainError(const absl::Status& status, absl::string_view text);

// What a chassis knows by ^name: its row of Chassis_Template_Var.
class TemplateVariables {
 public:
  virtual ~TemplateVariables() = default;
  // nullptr for a variable that is not set.
  virtual const std::string* FindTemplateVariable(absl::string_view name) const = 0;
};

// Replaces every ^name in `text` by its value, or by the bare name where there is none, before anything else is read,
// as ovn-controller does with matches and actions. As there, the other tokens come out in normal form and close
// together. Text without a `^' comes back as it is.
std::string ExpandTemplates(absl::string_view text, const TemplateVariables& variables);

}  // namespace ovnlite

#endif  // OVNLITE_LOGICAL_LEXER_H_
