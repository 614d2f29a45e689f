#include "ovnlite/logical/lexer.h"

#include <climits>

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "ovnlite/base/status.h"

namespace ovnlite {
namespace {

// The payload of a Status in which ErrorAt() keeps the place, as "offset length".
constexpr absl::string_view kPlaceUrl = "ovnlite/error-place";

absl::string_view View(const std::string& s) { return {s.data(), s.size()}; }

}  // namespace

TokenType Lexer::Next() {
  end_ = ReadToken(input_, end_, &begin_, &token_, &texts_);
  return token_.type;
}

TokenType Lexer::Lookahead() {
  if (end_ < input_.size() && input_[end_] == '(') return TokenType::kLParen;
  Token next;
  size_t begin;
  std::forward_list<std::string> texts;
  ReadToken(input_, end_, &begin, &next, &texts);
  return next.type;
}

bool Lexer::MatchId(absl::string_view id) {
  if (token_.type != TokenType::kId || token_.text != id) return false;
  Next();
  return true;
}

bool Lexer::MatchString(absl::string_view string) {
  if (token_.type != TokenType::kString || token_.text != string) return false;
  Next();
  return true;
}

bool Lexer::IsInt() const {
  return token_.type == TokenType::kInteger && token_.format == ConstantFormat::kDecimal && token_.value <= INT_MAX;
}

bool Lexer::MatchInt(int* value) {
  if (!IsInt()) return false;
  *value = static_cast<int>(token_.value);
  Next();
  return true;
}

bool Lexer::ForceMatch(TokenType type) {
  if (type == TokenType::kEnd) return ForceEnd();
  if (Match(type)) return true;
  Token wanted;
  wanted.type = type;
  SyntaxError(absl::StrCat("expecting `", FormatToken(wanted), "'"));
  return false;
}

bool Lexer::ForceEnd() {
  if (token_.type == TokenType::kEnd) return true;
  SyntaxError("expecting end of input");
  return false;
}

bool Lexer::ForceInt(int* value) {
  if (MatchInt(value)) return true;
  SyntaxError("expecting small integer");
  return false;
}

bool Lexer::ForceString(std::string* value) {
  if (token_.type == TokenType::kString) {
    value->assign(token_.text.data(), token_.text.size());
    Next();
    return true;
  }
  SyntaxError("expecting string");
  return false;
}

void Lexer::Record(std::string message) {
  if (failed_) return;
  failed_ = true;
  error_ = std::move(message);
  error_begin_ = begin_;
  error_end_ = end_;
}

void Lexer::Error(absl::string_view message) {
  if (failed_) return;
  Record(std::string(token_.type == TokenType::kError ? token_.text : message));
}

void Lexer::SyntaxError(absl::string_view expectation) {
  if (failed_) return;
  if (token_.type == TokenType::kError) return Record(std::string(token_.text));
  const absl::string_view blank = expectation.empty() ? "" : " ";
  Record(token_.type == TokenType::kEnd
             ? absl::StrCat("Syntax error at end of input", blank, expectation, ".")
             : absl::StrCat("Syntax error at `", token_.source, "'", blank, expectation, "."));
}

absl::Status Lexer::status() const {
  return failed_ ? ErrorAt(error_, {error_begin_, error_end_ - error_begin_}) : absl::OkStatus();
}

absl::Status ErrorAt(absl::string_view message, ErrorPlace place) {
  absl::Status status = absl::InvalidArgumentError(message);
  status.SetPayload(kPlaceUrl, absl::Cord(absl::StrCat(place.offset, " ", place.length)));
  return status;
}

ErrorPlace ErrorPlaceOf(const absl::Status& status) {
  const auto payload = status.GetPayload(kPlaceUrl);
  ErrorPlace place;
  if (!payload.has_value()) return place;
  const std::string text(*payload);
  const std::pair<std::string, std::string> parts = absl::StrSplit(View(text), ' ');
  if (!absl::SimpleAtoi(parts.first, &place.offset) || !absl::SimpleAtoi(parts.second, &place.length)) return {};
  return place;
}

std::string ExplainError(const absl::Status& status, absl::string_view text) {
  if (status.ok()) return "";
  const ErrorPlace place = ErrorPlaceOf(status);
  return absl::StrCat(status.message(), "\n", QuoteWithCaret(text, place.offset, place.length));
}

std::string ExpandTemplates(absl::string_view text, const TemplateVariables& variables) {
  if (text.find('^') == text.npos) return std::string(text);
  std::string expanded;
  Lexer lexer(text);
  for (; lexer.type() != TokenType::kEnd; lexer.Next()) {
    if (lexer.type() != TokenType::kTemplate) {
      AppendToken(expanded, lexer.token());
    } else if (const std::string* value = variables.FindTemplateVariable(lexer.token().text)) {
      expanded += *value;
    } else {
      absl::StrAppend(&expanded, lexer.token().text);
    }
  }
  return expanded;
}

}  // namespace ovnlite
