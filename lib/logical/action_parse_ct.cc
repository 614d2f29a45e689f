// Connection tracking and load balancing: ct_next, ct_commit, ct_dnat, ct_lb …, select and fwd_group.
#include "absl/strings/str_cat.h"
#include "lib/logical/action_parser.h"

namespace ovnlite {
namespace {

constexpr uint64_t kMaxPort = 65535;

}  // namespace

void ActionParser::CtNext(ActionKind kind) {
  if (!CheckNotLast("ct_next")) return;
  Require("ip");
  Put(kind, TableBody{FollowingTable()});
}

void ActionParser::CtCommitNat(ActionKind kind) {
  if (!CheckNotLast("ct_commit_related")) return;
  Require("ip");
  Put(kind, TableBody{FollowingTable()});
}

void ActionParser::CtCommit(ActionKind kind) {
  if (lexer_.type() == TokenType::kLCurly) return NestedList(kind, "ip", kWriteCtCommit);
  Require("ip");
  if (!lexer_.Match(TokenType::kLParen)) return Put(kind, NestedBody{});
  CtCommitBody body;
  while (!lexer_.Match(TokenType::kRParen)) {
    if (!CtCommitArgument(body)) return;
    lexer_.Match(TokenType::kComma);
  }
  Put(ActionKind::kCtCommitV1, body);
}

bool ActionParser::CtCommitArgument(CtCommitBody& body) {
  const bool is_mark = lexer_.MatchId("ct_mark");
  if (!is_mark && !lexer_.MatchId("ct_label")) {
    lexer_.SyntaxError("");
    return false;
  }
  if (!lexer_.ForceMatch(TokenType::kAssign)) return false;
  const Token& token = lexer_.token();
  if (token.type != TokenType::kInteger && token.type != TokenType::kMaskedInteger) {
    lexer_.SyntaxError("expecting integer");
    return false;
  }
  const u128 mask = token.type == TokenType::kMaskedInteger ? token.mask : ~u128{0};
  if (is_mark) {
    body.mark = static_cast<uint32_t>(token.value);
    body.mark_mask = static_cast<uint32_t>(mask);
  } else {
    body.label = token.value;
    body.label_mask = mask;
  }
  lexer_.Next();
  return true;
}

void ActionParser::CtNat(ActionKind kind) {
  Require("ip");
  if (!CheckNotLast(ActionName(kind))) return;
  CtNatBody body;
  body.table = FollowingTable();
  if (lexer_.Match(TokenType::kLParen)) {
    const Token& token = lexer_.token();
    if (token.type != TokenType::kInteger ||
        (token.format != ConstantFormat::kIpv4 && token.format != ConstantFormat::kIpv6)) {
      return lexer_.SyntaxError("expecting IPv4 or IPv6 address");
    }
    body.address = token.format == ConstantFormat::kIpv4 ? IpAddress(Ipv4Address(static_cast<uint32_t>(token.value)))
                                                         : IpAddress(Ipv6Address(token.value));
    lexer_.Next();
    if (lexer_.Match(TokenType::kComma)) {
      uint64_t low, high = 0;
      if (!IsDecimal()) return lexer_.SyntaxError("expecting Integer for port range");
      PortOfRange(&low);
      if (low == 0) return lexer_.SyntaxError("range can't be 0");
      lexer_.Next();
      if (lexer_.Match(TokenType::kHyphen)) {
        if (!PortOfRange(&high)) return;
        if (high <= low) return lexer_.SyntaxError("range high should be greater than range low");
        lexer_.Next();
      }
      body.has_ports = true;
      body.port_low = static_cast<uint16_t>(low);
      body.port_high = static_cast<uint16_t>(high);
    }
    if (!lexer_.ForceMatch(TokenType::kRParen)) return;
  }
  Put(kind, std::move(body));
}

// The current token as a port, not passed over. OVN takes numbers of any kind and keeps their low 16 bits.
bool ActionParser::PortOfRange(uint64_t* port) {
  if (lexer_.type() != TokenType::kInteger) {
    lexer_.SyntaxError("expecting Integer for port range");
    return false;
  }
  *port = TokenValue() & kMaxPort;
  return true;
}

void ActionParser::CtLb(ActionKind kind) {
  if (!CheckNotLast("ct_lb")) return;
  Require("ip");
  CtLbBody body;
  body.table = FollowingTable();
  if (lexer_.Match(TokenType::kLParen) && !lexer_.Match(TokenType::kRParen)) {
    if (!lexer_.MatchId("backends")) return lexer_.SyntaxError("expecting backends");
    if (!lexer_.ForceMatch(TokenType::kAssign)) return;
    while (!lexer_.Match(TokenType::kSemicolon) && !lexer_.Match(TokenType::kRParen)) {
      if (!CtBackend(body)) return;
      lexer_.Match(TokenType::kComma);
    }
    // What ends each of these two, OVN does not look at.
    if (lexer_.MatchId("hash_fields")) {
      if (!lexer_.Match(TokenType::kAssign) || lexer_.type() != TokenType::kString) {
        return lexer_.SyntaxError("invalid hash_fields");
      }
      body.hash_fields = std::string(lexer_.token().text);
      lexer_.Next();
      lexer_.Next();
    }
    if (lexer_.MatchId("skip_snat")) {
      body.flag = CtLbBody::Flag::kSkipSnat;
      lexer_.Next();
    } else if (lexer_.MatchId("force_snat")) {
      body.flag = CtLbBody::Flag::kForceSnat;
      lexer_.Next();
    }
  }
  Put(kind, std::move(body));
}

// 10.0.0.1, 10.0.0.1:80, fd00::1, [fd00::1]:80.
bool ActionParser::CtBackend(CtLbBody& body) {
  CtLbBody::Backend backend;
  const bool bracketed = lexer_.Match(TokenType::kLSquare);
  const Token& token = lexer_.token();
  if (bracketed && (token.type != TokenType::kInteger || token.format != ConstantFormat::kIpv6)) {
    lexer_.SyntaxError("expecting IPv6 address");
    return false;
  }
  if (token.type != TokenType::kInteger ||
      (token.format != ConstantFormat::kIpv4 && token.format != ConstantFormat::kIpv6)) {
    lexer_.SyntaxError("expecting IP address");
    return false;
  }
  const bool is_v6 = token.format == ConstantFormat::kIpv6;
  backend.address =
      is_v6 ? IpAddress(Ipv6Address(token.value)) : IpAddress(Ipv4Address(static_cast<uint32_t>(token.value)));
  lexer_.Next();
  if (bracketed && !lexer_.Match(TokenType::kRSquare)) {
    lexer_.SyntaxError("no closing square bracket");
    return false;
  }
  if (lexer_.Match(TokenType::kColon)) {
    if (is_v6 && !bracketed) {
      lexer_.Error("IPv6 address needs square brackets if port is included");
      return false;
    }
    if (lexer_.type() != TokenType::kInteger || TokenValue() > kMaxPort) {
      lexer_.SyntaxError("expecting port number");
      return false;
    }
    backend.port = static_cast<uint16_t>(TokenValue());
    lexer_.Next();
  }
  body.backends.push_back(backend);
  return true;
}

void ActionParser::Select(ActionKind kind, const SymbolBits& dst) {
  if (!CheckResult(dst, dst.width)) return;
  // The ids are numbers of 16 bits.
  if (dst.width < 16) {
    return lexer_.Error(absl::StrCat("cannot use ", dst.width, "-bit field ", dst.symbol->name, "[", dst.offset, "..",
                                     dst.offset + dst.width - 1, "] for \"select\", which requires at least 16 bits."));
  }
  EnterArguments();
  if (!CheckNotLast("select")) return;
  SelectBody body;
  body.dst = dst;
  body.table = FollowingTable();
  while (!lexer_.Match(TokenType::kRParen)) {
    SelectBody::Choice choice;
    if (!IsDecimal() || TokenValue() > 65535) return lexer_.SyntaxError("expecting id");
    choice.id = static_cast<uint16_t>(TokenValue());
    lexer_.Next();
    if (lexer_.Match(TokenType::kAssign)) {
      if (!IsDecimal() || TokenValue() > 65535) return lexer_.SyntaxError("expecting weight");
      choice.weight = static_cast<uint16_t>(TokenValue());
      lexer_.Next();
      if (choice.weight == 0) return lexer_.SyntaxError("weight can't be 0");
    }
    body.choices.push_back(choice);
    lexer_.Match(TokenType::kComma);
  }
  if (body.choices.size() < 2) return lexer_.SyntaxError("expecting at least 2 group members");
  Put(kind, std::move(body));
}

void ActionParser::FwdGroup(ActionKind kind) {
  FwdGroupBody body;
  if (lexer_.Match(TokenType::kLParen)) {
    if (lexer_.MatchId("liveness")) {
      if (!lexer_.ForceMatch(TokenType::kAssign)) return;
      if (lexer_.MatchId("true") || lexer_.MatchString("true")) {
        body.liveness = true;
      } else if (!lexer_.MatchId("false") && !lexer_.MatchString("false")) {
        return lexer_.SyntaxError("expecting true or false");
      }
      if (!lexer_.ForceMatch(TokenType::kComma)) return;
    }
    if (!lexer_.MatchId("childports")) return;  // Without a word of its own: the semicolon will be missed.
    if (!lexer_.ForceMatch(TokenType::kAssign)) return;
    while (!lexer_.Match(TokenType::kRParen)) {
      if (lexer_.type() != TokenType::kString) return lexer_.SyntaxError("expecting logical switch port");
      body.ports.emplace_back(lexer_.token().text);
      lexer_.Next();
      lexer_.Match(TokenType::kComma);
    }
  }
  Put(kind, std::move(body));
}

}  // namespace ovnlite
