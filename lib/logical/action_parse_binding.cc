// What OVN learns: neighbours (ARP, ND), MAC addresses, virtual ports, next hops and load balancer affinity.
#include "absl/strings/str_cat.h"
#include "lib/logical/action_parser.h"
#include "lib/logical/address_and_port.h"

namespace ovnlite {
namespace {

int AddressWidth(ActionKind kind) {
  switch (kind) {
    case ActionKind::kGetNd:
    case ActionKind::kPutNd:
    case ActionKind::kLookupNd:
    case ActionKind::kLookupNdIp:
      return 128;
    default:
      return 32;
  }
}

}  // namespace

void ActionParser::GetBinding(ActionKind kind) {
  BindingBody body;
  if (lexer_.ForceMatch(TokenType::kLParen) && Operand(0, &body.port) && lexer_.ForceMatch(TokenType::kComma) &&
      Operand(AddressWidth(kind), &body.ip) && lexer_.ForceMatch(TokenType::kRParen)) {
    Put(kind, body);
  }
}

void ActionParser::PutBinding(ActionKind kind) {
  BindingBody body;
  if (lexer_.ForceMatch(TokenType::kLParen) && Operand(0, &body.port) && lexer_.ForceMatch(TokenType::kComma) &&
      Operand(AddressWidth(kind), &body.ip) && lexer_.ForceMatch(TokenType::kComma) && Operand(48, &body.mac) &&
      lexer_.ForceMatch(TokenType::kRParen)) {
    Put(kind, body);
  }
}

void ActionParser::LookupBinding(ActionKind kind, const SymbolBits& dst) {
  if (!CheckResult(dst, 1)) return;
  EnterArguments();
  BindingBody body;
  body.dst = dst;
  if (!Operand(0, &body.port) || !lexer_.ForceMatch(TokenType::kComma) || !Operand(AddressWidth(kind), &body.ip))
    return;
  if (kind == ActionKind::kLookupArp || kind == ActionKind::kLookupNd) {
    if (!lexer_.ForceMatch(TokenType::kComma) || !Operand(48, &body.mac)) return;
  }
  if (lexer_.ForceMatch(TokenType::kRParen)) Put(kind, body);
}

void ActionParser::GetFdb(ActionKind kind, const SymbolBits& dst) {
  EnterArguments();
  BindingBody body;
  body.dst = dst;
  if (!CheckResult(dst, dst.symbol->is_string() ? 0 : 32)) return;
  if (Operand(48, &body.mac) && lexer_.ForceMatch(TokenType::kRParen)) Put(kind, body);
}

void ActionParser::PutFdb(ActionKind kind) {
  BindingBody body;
  if (lexer_.ForceMatch(TokenType::kLParen) && Operand(0, &body.port) && lexer_.ForceMatch(TokenType::kComma) &&
      Operand(48, &body.mac) && lexer_.ForceMatch(TokenType::kRParen)) {
    Put(kind, body);
  }
}

void ActionParser::LookupFdb(ActionKind kind, const SymbolBits& dst) {
  if (!CheckResult(dst, 1)) return;
  EnterArguments();
  BindingBody body;
  body.dst = dst;
  if (Operand(0, &body.port) && lexer_.ForceMatch(TokenType::kComma) && Operand(48, &body.mac) &&
      lexer_.ForceMatch(TokenType::kRParen)) {
    Put(kind, body);
  }
}

void ActionParser::BindVport(ActionKind kind) {
  if (!lexer_.ForceMatch(TokenType::kLParen)) return;
  if (lexer_.type() != TokenType::kString) return lexer_.SyntaxError("expecting port name string");
  BindVportBody body;
  body.vport = std::string(lexer_.token().text);
  lexer_.Next();
  if (lexer_.ForceMatch(TokenType::kComma) && Operand(0, &body.parent) && lexer_.ForceMatch(TokenType::kRParen)) {
    Put(kind, std::move(body));
  }
}

void ActionParser::HandleSvcCheck(ActionKind kind) {
  BitsBody body;
  if (lexer_.ForceMatch(TokenType::kLParen) && Operand(0, &body.bits) && lexer_.ForceMatch(TokenType::kRParen)) {
    Put(kind, body);
  }
}

void ActionParser::CommitEcmpNh(ActionKind kind) {
  CommitEcmpNhBody body;
  if (!lexer_.ForceMatch(TokenType::kLParen) || !TrueOrFalse("ipv6", &body.ipv6) ||
      !lexer_.ForceMatch(TokenType::kComma)) {
    return;
  }
  if (!lexer_.MatchId("proto")) return lexer_.SyntaxError("invalid parameter");
  if (lexer_.ForceMatch(TokenType::kAssign) && ProtocolName(&body.protocol) && lexer_.ForceMatch(TokenType::kRParen)) {
    Put(kind, body);
  }
}

void ActionParser::CommitLbAff(ActionKind kind) {
  CommitLbAffBody body;
  if (!lexer_.ForceMatch(TokenType::kLParen) || !AddressAndPort("vip", &body.vip, &body.vip_port)) return;
  lexer_.Next();
  if (!lexer_.ForceMatch(TokenType::kComma) || !AddressAndPort("backend", &body.backend, &body.backend_port)) return;
  if (body.vip.is_v6() != body.backend.is_v6()) return lexer_.SyntaxError("invalid protocol family");
  lexer_.Next();
  if (!lexer_.ForceMatch(TokenType::kComma)) return;
  if (body.vip_port != 0) {
    if (!lexer_.MatchId("proto")) return lexer_.SyntaxError("invalid parameter");
    if (!lexer_.ForceMatch(TokenType::kAssign) || !ProtocolName(&body.protocol) ||
        !lexer_.ForceMatch(TokenType::kComma)) {
      return;
    }
  }
  if (!lexer_.MatchId("timeout")) return lexer_.SyntaxError("invalid parameter");
  if (!lexer_.ForceMatch(TokenType::kAssign)) return;
  if (!IsDecimal() || TokenValue() > 65535) return lexer_.SyntaxError("expecting affinity timeout");
  body.timeout = static_cast<uint16_t>(TokenValue());
  lexer_.Next();
  if (lexer_.ForceMatch(TokenType::kRParen)) Put(kind, body);
}

// name = "10.0.0.1:80", up to the string, which stays the current token.
bool ActionParser::AddressAndPort(absl::string_view name, IpAddress* address, uint16_t* port) {
  if (!lexer_.MatchId(name)) {
    lexer_.SyntaxError("invalid parameter");
    return false;
  }
  if (!lexer_.ForceMatch(TokenType::kAssign)) return false;
  if (lexer_.type() == TokenType::kString && ParseAddressAndPort(lexer_.token().text, address, port)) return true;
  lexer_.SyntaxError("invalid parameter");
  return false;
}

// name = true, name = "false".
bool ActionParser::TrueOrFalse(absl::string_view name, bool* value) {
  if (!lexer_.MatchId(name)) {
    lexer_.SyntaxError("invalid parameter");
    return false;
  }
  if (!lexer_.ForceMatch(TokenType::kAssign)) return false;
  *value = lexer_.MatchId("true") || lexer_.MatchString("true");
  if (*value || lexer_.MatchId("false") || lexer_.MatchString("false")) return true;
  lexer_.SyntaxError("expecting true or false");
  return false;
}

bool ActionParser::ProtocolName(uint8_t* protocol) {
  *protocol = lexer_.MatchId("tcp") ? 6 : lexer_.MatchId("udp") ? 17 : lexer_.MatchId("sctp") ? 132 : 0;
  if (*protocol == 0) lexer_.SyntaxError("invalid protocol");
  return *protocol != 0;
}

}  // namespace ovnlite
