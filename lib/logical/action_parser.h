// File: action_parser.h
// The parser of actions. One function per shape of action, named in the list of action_kind.h; each is entered behind
// the action's name and leaves errors in the lexer.

#ifndef OVNLITE_LIB_LOGICAL_ACTION_PARSER_H_
#define OVNLITE_LIB_LOGICAL_ACTION_PARSER_H_

#include <string>
#include <utility>

#include "ovnlite/logical/action_parse.h"
#include "ovnlite/logical/expr_parse.h"
#include "ovnlite/logical/expr_transform.h"
#include "ovnlite/logical/lexer.h"

namespace ovnlite {

class ActionParser {
 public:
  static constexpr int kDeepestNesting = 31;

  ActionParser(ExprPool& pool, Lexer& lexer, const ActionContext& context)
      : pool_(pool), lexer_(lexer), context_(context) {}

  // Actions up to `sentinel`, which is passed over.
  void ParseList(TokenType sentinel, ActionList& actions);
  const Expr* prerequisites() const { return prerequisites_; }

 private:
  // Where actions go and what they may write: outside all braces, or inside some.
  struct Scope {
    WriteScope write = kWriteAnywhere;
    int depth = 0;
  };

  void ParseOne(ActionList& actions);
  void ParseWithField(ActionList& actions);
  void ParseLoad(const SymbolBits& dst);
  void ParseTwoFields(ActionKind kind, const SymbolBits& dst);

  // The statements. `kind` tells those apart that share a function.
  void Simple(ActionKind kind) { Put(kind, NoBody{}); }
  void Next(ActionKind kind);
  void Stack(ActionKind kind);
  void DecTtl(ActionKind kind);
  void CtNext(ActionKind kind);
  void CtCommit(ActionKind kind);
  void CtCommitNat(ActionKind kind);
  void CtNat(ActionKind kind);
  void CtLb(ActionKind kind);
  void Nested(ActionKind kind);
  void GetBinding(ActionKind kind);
  void PutBinding(ActionKind kind);
  void PutFdb(ActionKind kind);
  void SetQueue(ActionKind kind);
  void SetMeter(ActionKind kind);
  void Log(ActionKind kind);
  void TriggerEvent(ActionKind kind);
  void BindVport(ActionKind kind);
  void HandleSvcCheck(ActionKind kind);
  void HandleBfdMsg(ActionKind kind);
  void FwdGroup(ActionKind kind);
  void CommitEcmpNh(ActionKind kind);
  void CommitLbAff(ActionKind kind);
  void Sample(ActionKind kind);

  // Those with a result, entered before the name.
  void LookupBinding(ActionKind kind, const SymbolBits& dst);
  void GetFdb(ActionKind kind, const SymbolBits& dst);
  void LookupFdb(ActionKind kind, const SymbolBits& dst);
  void PutDhcpOpts(ActionKind kind, const SymbolBits& dst);
  void PutDhcpv6Opts(ActionKind kind, const SymbolBits& dst);
  void PutNdRaOpts(ActionKind kind, const SymbolBits& dst);
  void DnsLookup(ActionKind kind, const SymbolBits& dst);
  void CheckPktLarger(ActionKind kind, const SymbolBits& dst);
  void Select(ActionKind kind, const SymbolBits& dst);
  void Check(ActionKind kind, const SymbolBits& dst);

  // Parts.
  void NestedList(ActionKind kind, absl::string_view prerequisite, WriteScope write);
  bool CtCommitArgument(CtCommitBody& body);
  bool PortOfRange(uint64_t* port);
  bool CtBackend(CtLbBody& body);
  bool ParseOptions(const OptionTable* table, absl::string_view family, std::vector<ActionOption>& options);
  bool ParseOption(const OptionTable* table, absl::string_view family, ActionOption& option);
  void CheckRaOptions(const OptionsBody& body);
  void CheckEventOptions(const OptionsBody& body);
  bool LogArgument(LogBody& body, bool& has_verdict);
  bool SampleArgument(SampleBody& body);
  bool TrueOrFalse(absl::string_view name, bool* value);
  bool AddressAndPort(absl::string_view name, IpAddress* address, uint16_t* port);
  bool ProtocolName(uint8_t* protocol);

  // A field, whose prerequisites become the actions'.
  bool Field(SymbolBits* bits);
  // A field of `width` bits (0: one that holds a port) that is only read.
  bool Operand(int width, SymbolBits* bits);
  // Whether `dst` may be written and is `width` bits wide; if not, the error is in the lexer.
  bool CheckResult(const SymbolBits& dst, int width);
  // Passes over the name and the parenthesis.
  void EnterArguments() {
    lexer_.Next();
    lexer_.Next();
  }
  void NoArguments(ActionKind kind);
  // Whether there is a table to go on to; if not, the error, with this name in it, is in the lexer.
  bool CheckNotLast(absl::string_view name);
  uint8_t FollowingTable() const { return static_cast<uint8_t>(context_.table + 1); }
  // "ip", "nd_ns": ANDed to the prerequisites as it stands.
  void Require(absl::string_view prerequisite);
  void Require(const Expr* e) {
    prerequisites_ = prerequisites_ == nullptr ? e : e == nullptr ? prerequisites_ : pool_.And(prerequisites_, e);
  }
  bool IsDecimal() const {
    return lexer_.type() == TokenType::kInteger && lexer_.token().format == ConstantFormat::kDecimal;
  }
  // The constant's 64 low bits, as OVN reads numbers.
  uint64_t TokenValue() const { return Low64(lexer_.token().value); }

  template <typename Body>
  void Put(ActionKind kind, Body body) {
    Action& action = out_->emplace_back();
    action.kind = kind;
    action.body = std::move(body);
  }

  ExprPool& pool_;
  Lexer& lexer_;
  const ActionContext& context_;
  Scope scope_;
  ActionList* out_ = nullptr;  // Of the innermost braces.
  const Expr* prerequisites_ = nullptr;
};

}  // namespace ovnlite

#endif  // OVNLITE_LIB_LOGICAL_ACTION_PARSER_H_
