// Actions with lists of options: DHCP, router advertisements, events, logging, sampling; and those with a number or
// nothing.
#include "absl/strings/str_cat.h"
#include "lib/logical/action_parser.h"
#include "lib/logical/address_and_port.h"
#include "ovnlite/base/uuid.h"

namespace ovnlite {
namespace {

constexpr int kLastQueue = 61440;
constexpr size_t kLongestLogName = 63;

}  // namespace

void ActionParser::PutDhcpOpts(ActionKind kind, const SymbolBits& dst) {
  EnterArguments();
  if (!CheckResult(dst, 1)) return;
  OptionsBody body{dst, {}};
  if (!ParseOptions(context_.dhcp_options, "DHCPv4", body.options)) return;
  bool offers = false;
  for (const ActionOption& option : body.options) offers |= option.def.code == option_code::kDhcpOfferIp;
  if (!offers) return lexer_.Error("put_dhcp_opts requires offerip to be specified.");
  Put(kind, std::move(body));
}

void ActionParser::PutDhcpv6Opts(ActionKind kind, const SymbolBits& dst) {
  EnterArguments();
  if (!CheckResult(dst, 1)) return;
  OptionsBody body{dst, {}};
  if (ParseOptions(context_.dhcpv6_options, "DHCPv6", body.options)) Put(kind, std::move(body));
}

void ActionParser::PutNdRaOpts(ActionKind kind, const SymbolBits& dst) {
  EnterArguments();
  if (!CheckResult(dst, 1)) return;
  OptionsBody body{dst, {}};
  if (!ParseOptions(&NdRaOptions(), "IPv6 ND RA", body.options)) return;
  CheckRaOptions(body);
  Require("ip6");
  Put(kind, std::move(body));
}

// Options up to the closing parenthesis, which is passed over.
bool ActionParser::ParseOptions(const OptionTable* table, absl::string_view family,
                                std::vector<ActionOption>& options) {
  while (!lexer_.Match(TokenType::kRParen)) {
    if (!ParseOption(table, family, options.emplace_back())) return false;
    lexer_.Match(TokenType::kComma);
  }
  return true;
}

bool ActionParser::ParseOption(const OptionTable* table, absl::string_view family, ActionOption& option) {
  if (lexer_.type() != TokenType::kId) {
    lexer_.SyntaxError("");
    return false;
  }
  const OptionDef* def = table != nullptr ? table->Find(lexer_.token().text) : nullptr;
  if (def == nullptr) {
    lexer_.SyntaxError(absl::StrCat("expecting ", family, " option name"));
    return false;
  }
  option.def = *def;
  lexer_.Next();
  ParsedConstants constants;
  if (!lexer_.ForceMatch(TokenType::kAssign) || !ParseConstants(lexer_, nullptr, &constants)) return false;
  option.in_curlies = constants.in_curlies;
  option.is_string = constants.is_string;
  option.integers.assign(constants.integers.begin(), constants.integers.end());
  for (absl::string_view s : constants.strings) option.strings.emplace_back(s);
  if (def->type == OptionType::kHostId) return true;
  const bool wants_string = def->type == OptionType::kString || def->type == OptionType::kDomains;
  if (wants_string == option.is_string) return true;
  lexer_.Error(
      absl::StrCat(family, " option ", def->name, " requires ", wants_string ? "string" : "numeric", " value."));
  return false;
}

void ActionParser::CheckRaOptions(const OptionsBody& body) {
  bool has_prefix = false, has_slla = false, is_stateful = false;
  for (const ActionOption& option : body.options) {
    const bool single = option.size() == 1;
    const absl::string_view text = single && option.is_string ? absl::string_view(option.strings[0]) : "";
    const Constant number = single && !option.is_string ? option.integers[0] : Constant{};
    const auto is = [&](ConstantFormat format) { return single && number.format == format; };
    bool ok = true;
    switch (option.def.code) {
      case option_code::kRaAddressMode:
        ok = text == "slaac" || text == "dhcpv6_stateful" || text == "dhcpv6_stateless";
        is_stateful |= text == "dhcpv6_stateful";
        break;
      case option_code::kRaRouterPreference:
        ok = text == "MEDIUM" || text == "HIGH" || text == "LOW";
        break;
      case option_code::kRaSlla:
        ok = is(ConstantFormat::kEthernet);
        has_slla = true;
        break;
      case option_code::kRaPrefix:
        ok = is(ConstantFormat::kIpv6) && number.masked;
        has_prefix = true;
        break;
      case option_code::kRaMtu:
        ok = is(ConstantFormat::kDecimal);
        break;
      case option_code::kRaRdnss:
        ok = is(ConstantFormat::kIpv6);
        break;
      default:
        ok = single;
    }
    if (!ok) return lexer_.Error(absl::StrCat("Invalid value for \"", option.def.name, "\" option"));
  }
  if (!has_slla) return lexer_.Error("slla option not present");
  if (!is_stateful && !has_prefix) {
    lexer_.Error("prefix option needs to be set when address mode is slaac/dhcpv6_stateless.");
  }
}

void ActionParser::TriggerEvent(ActionKind kind) {
  if (!lexer_.ForceMatch(TokenType::kLParen)) return;
  if (!lexer_.MatchId("event")) return lexer_.SyntaxError("Expecting 'event' option");
  if (!lexer_.ForceMatch(TokenType::kAssign)) return;
  if (lexer_.type() != TokenType::kString) return lexer_.SyntaxError("Expecting string");
  if (!lexer_.MatchString("empty_lb_backends")) return lexer_.SyntaxError("Unknown event '-1'");
  lexer_.Match(TokenType::kComma);
  OptionsBody body;
  if (!ParseOptions(&EmptyLbBackendsOptions(), "empty_lb_backends", body.options)) return;
  CheckEventOptions(body);
  Put(kind, std::move(body));
}

void ActionParser::CheckEventOptions(const OptionsBody& body) {
  for (const ActionOption& option : body.options) {
    if (option.size() != 1) return lexer_.Error(absl::StrCat("Invalid value for \"", option.def.name, "\" option"));
    const absl::string_view text = option.strings[0];
    IpAddress address;
    uint16_t port;
    if (option.def.code == option_code::kEventVip) {
      if (ParseAddressAndPort(text, &address, &port)) continue;
      return lexer_.Error(absl::StrCat("Invalid load balancer VIP '", text, "'"));
    } else if (option.def.code == option_code::kEventProtocol) {
      if (text == "tcp" || text == "udp" || text == "sctp") continue;
      return lexer_.Error(absl::StrCat("Load balancer protocol '", text, "' is not 'tcp', 'udp', or 'sctp'"));
    } else if (!Uuid::Parse(text).ok()) {
      return lexer_.Error(absl::StrCat("Load balancer '", text, "' is not a UUID"));
    }
  }
}

void ActionParser::Log(ActionKind kind) {
  LogBody body;
  bool has_verdict = false;
  if (lexer_.Match(TokenType::kLParen)) {
    while (!lexer_.Match(TokenType::kRParen)) {
      if (!LogArgument(body, has_verdict)) return;
      lexer_.Match(TokenType::kComma);
    }
  }
  if (!has_verdict) return lexer_.SyntaxError("expecting verdict");
  Put(kind, std::move(body));
}

bool ActionParser::LogArgument(LogBody& body, bool& has_verdict) {
  const auto fail = [this](absl::string_view expectation) {
    lexer_.SyntaxError(expectation);
    return false;
  };
  if (lexer_.MatchId("verdict")) {
    if (!lexer_.ForceMatch(TokenType::kAssign)) return false;
    using V = LogBody::Verdict;
    if (lexer_.MatchId("drop")) {
      body.verdict = V::kDrop;
    } else if (lexer_.MatchId("reject")) {
      body.verdict = V::kReject;
    } else if (lexer_.MatchId("allow")) {
      body.verdict = V::kAllow;
    } else {
      return fail("unknown verdict");
    }
    has_verdict = true;
    return true;
  }
  if (lexer_.MatchId("severity")) {
    if (!lexer_.ForceMatch(TokenType::kAssign)) return false;
    if (lexer_.type() != TokenType::kId) return fail("expecting severity");
    using S = LogBody::Severity;
    for (const S severity : {S::kAlert, S::kWarning, S::kNotice, S::kInfo, S::kDebug}) {
      if (!lexer_.MatchId(SeverityName(severity))) continue;
      body.severity = severity;
      return true;
    }
    return fail("unknown severity");
  }
  const bool is_name = lexer_.MatchId("name");
  if (!is_name && !lexer_.MatchId("meter")) return fail("");
  if (!lexer_.ForceMatch(TokenType::kAssign)) return false;
  if (lexer_.type() != TokenType::kString) return fail("expecting string");
  std::string text(lexer_.token().text);
  if (is_name && text.size() > kLongestLogName) return fail("name must be shorter than 64 characters");
  lexer_.Next();
  if (is_name) {
    body.name = std::move(text);
  } else {
    body.meter = std::move(text);
  }
  return true;
}

void ActionParser::Sample(ActionKind kind) {
  SampleBody body;
  if (lexer_.Match(TokenType::kLParen)) {
    while (!lexer_.Match(TokenType::kRParen)) {
      if (!SampleArgument(body)) return;
      lexer_.Match(TokenType::kComma);
    }
  }
  if (body.probability == 0) return lexer_.Error("probability must be greater than zero");
  Put(kind, body);
}

bool ActionParser::SampleArgument(SampleBody& body) {
  const auto fail = [this](absl::string_view expectation) {
    lexer_.SyntaxError(expectation);
    return false;
  };
  if (lexer_.MatchId("probability")) {
    if (!lexer_.ForceMatch(TokenType::kAssign)) return false;
    if (!IsDecimal()) return true;
    if (TokenValue() > 65535) return fail("expecting probability");
    body.probability = static_cast<uint16_t>(TokenValue());
  } else if (lexer_.MatchId("obs_point")) {
    if (!lexer_.ForceMatch(TokenType::kAssign)) return false;
    if (lexer_.token().type == TokenType::kAddressSet && lexer_.token().text == "cookie") {
      body.point_is_cookie = true;
    } else if (IsDecimal()) {
      body.point = static_cast<uint32_t>(TokenValue());
    } else {
      return fail("malformed sample observation_point_id");
    }
  } else if (lexer_.MatchId("obs_domain")) {
    if (!lexer_.ForceMatch(TokenType::kAssign)) return false;
    if (IsDecimal()) {
      if (TokenValue() > 255) return fail("obs_domain must be 8-bit long");
      body.domain = static_cast<uint8_t>(TokenValue());
    }
  } else if (lexer_.MatchId("collector_set")) {
    if (!lexer_.ForceMatch(TokenType::kAssign)) return false;
    if (IsDecimal()) body.collector_set = static_cast<uint32_t>(TokenValue());
  } else {
    return fail("unknown argument");
  }
  lexer_.Next();
  return true;
}

void ActionParser::DnsLookup(ActionKind kind, const SymbolBits& dst) {
  EnterArguments();
  if (!lexer_.Match(TokenType::kRParen)) return lexer_.Error("dns_lookup doesn't take any parameters");
  if (!CheckResult(dst, 1)) return;
  Put(kind, BitsBody{dst});
  Require("udp");
}

void ActionParser::Check(ActionKind kind, const SymbolBits& dst) {
  EnterArguments();
  if (!lexer_.Match(TokenType::kRParen)) {
    return lexer_.Error(absl::StrCat(ActionName(kind), " doesn't take any parameters"));
  }
  if (CheckResult(dst, 1)) Put(kind, BitsBody{dst});
}

void ActionParser::CheckPktLarger(ActionKind kind, const SymbolBits& dst) {
  if (!CheckResult(dst, 1)) return;
  EnterArguments();
  int length;
  if (!lexer_.MatchInt(&length)) return;  // What else is there is where the semicolon should be.
  if (lexer_.ForceMatch(TokenType::kRParen)) {
    Put(kind, CheckPktLargerBody{dst, static_cast<uint16_t>(length)});
  }
}

void ActionParser::SetQueue(ActionKind kind) {
  int queue;
  if (!lexer_.ForceMatch(TokenType::kLParen) || !lexer_.MatchInt(&queue) || !lexer_.ForceMatch(TokenType::kRParen)) {
    return;
  }
  if (queue > kLastQueue) {
    return lexer_.Error(
        absl::StrCat("Queue ID ", queue, " for set_queue is not in valid range 0 to ", kLastQueue, "."));
  }
  Put(kind, SetQueueBody{static_cast<uint16_t>(queue)});
}

// What is no number counts as 0, whatever it is.
void ActionParser::SetMeter(ActionKind kind) {
  if (!lexer_.ForceMatch(TokenType::kLParen)) return;
  SetMeterBody body;
  if (IsDecimal()) body.rate = static_cast<int64_t>(TokenValue());
  lexer_.Next();
  if (lexer_.Match(TokenType::kComma)) {
    if (IsDecimal()) body.burst = static_cast<int64_t>(TokenValue());
    lexer_.Next();
  }
  if (!lexer_.ForceMatch(TokenType::kRParen)) return;
  if (body.rate == 0) return lexer_.Error("Rate 0 for set_meter is not in valid.");
  Put(kind, body);
}

void ActionParser::HandleBfdMsg(ActionKind kind) {
  if (lexer_.ForceMatch(TokenType::kLParen) && lexer_.ForceMatch(TokenType::kRParen)) Put(kind, NoBody{});
}

}  // namespace ovnlite
