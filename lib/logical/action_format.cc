// OVN's normal text of actions: how ovn-trace prints them, spaces included.
#include "absl/strings/str_cat.h"
#include "ovnlite/logical/action.h"
#include "ovnlite/logical/token.h"

namespace ovnlite {
namespace {

void AppendBits(std::string& out, const SymbolBits& bits) { out += FormatSymbolBits(bits); }

void AppendInteger(std::string& out, const Constant& c) {
  if (c.masked) {
    AppendMasked(out, c.format, c.value, c.mask);
  } else {
    AppendConstant(out, c.format, c.value);
  }
}

// Names are written between quotes as they are; OVN does not escape them.
void AppendRaw(std::string& out, absl::string_view name) { absl::StrAppend(&out, "\"", name, "\""); }

void AppendOption(std::string& out, const ActionOption& option) {
  absl::StrAppend(&out, option.def.name, " = ");
  const bool curlies = option.in_curlies || option.size() != 1;
  if (curlies) out += '{';
  for (size_t i = 0; i < option.size(); ++i) {
    if (i > 0) out += ", ";
    if (option.is_string) {
      AppendQuoted(out, option.strings[i]);
    } else {
      AppendInteger(out, option.integers[i]);
    }
  }
  if (curlies) out += '}';
}

absl::string_view ProtocolName(uint8_t protocol) { return protocol == 6 ? "tcp" : protocol == 17 ? "udp" : "sctp"; }

// "10.0.0.1:80", "[fd00::1]:80", "[fd00::1]".
void AppendTarget(std::string& out, const IpAddress& address, uint16_t port) {
  absl::StrAppend(&out, "\"", address.is_v6() ? "[" : "", address.ToString(), address.is_v6() ? "]" : "");
  if (port != 0) absl::StrAppend(&out, ":", port);
  out += '"';
}

// Each writes all but the semicolon.
struct Formatter {
  std::string& out;
  const Action& action;

  absl::string_view name() const { return ActionName(action.kind); }
  void Result(const SymbolBits& dst) const {
    AppendBits(out, dst);
    absl::StrAppend(&out, " = ", name(), "(");
  }

  void operator()(NoBody) const {
    absl::StrAppend(&out, name(),
                    action.kind == ActionKind::kDecTtl         ? "--"
                    : action.kind == ActionKind::kHandleBfdMsg ? "()"
                                                               : "");
  }
  void operator()(const NextBody& body) const {
    out += "next";
    if (body.form == NextBody::Form::kTable) absl::StrAppend(&out, "(", body.table, ")");
    if (body.form == NextBody::Form::kPipeline) {
      absl::StrAppend(&out, "(pipeline=", PipelineName(body.pipeline), ", table=", body.table, ")");
    }
  }
  void operator()(const TableBody&) const { absl::StrAppend(&out, name()); }
  void operator()(const LoadBody& body) const {
    AppendBits(out, body.dst);
    out += " = ";
    if (action.kind == ActionKind::kLoadOvnField) {
      absl::StrAppend(&out, static_cast<uint16_t>(body.value.integer.value));  // Of icmp6.frag_mtu, too.
    } else if (body.value.is_string) {
      AppendQuoted(out, body.value.string);
    } else {
      AppendInteger(out, body.value.integer);
    }
  }
  void operator()(const MoveBody& body) const {
    AppendBits(out, body.dst);
    out += action.kind == ActionKind::kExchange ? " <-> " : " = ";
    AppendBits(out, body.src);
  }
  void operator()(const BitsBody& body) const {
    if (FormOf(action.kind) == ActionForm::kResult) {
      Result(body.bits);
    } else {
      absl::StrAppend(&out, name(), "(");
      AppendBits(out, body.bits);
    }
    out += ')';
  }
  void operator()(const CtCommitBody& body) const {
    out += "ct_commit";
    if (body.mark_mask == 0 && body.label_mask == 0) return;
    out += '(';
    if (body.mark_mask != 0) {
      out += "ct_mark=";
      AppendHex(out, body.mark);
      if (body.mark_mask != 0xffffffff) {
        out += '/';
        AppendHex(out, body.mark_mask);
      }
      if (body.label_mask != 0) out += ", ";
    }
    if (body.label_mask != 0) {
      out += "ct_label=";
      AppendHex(out, body.label);
      if (body.label_mask != ~u128{0}) {
        out += '/';
        AppendHex(out, body.label_mask);
      }
    }
    out += ')';
  }
  void operator()(const NestedBody& body) const {
    absl::StrAppend(&out, name());
    if (body.actions.empty() && action.kind == ActionKind::kCtCommit) return;
    absl::StrAppend(&out, " { ", FormatActions(body.actions), " }");
  }
  void operator()(const CtNatBody& body) const {
    absl::StrAppend(&out, name());
    if (!body.address.has_value()) return;
    absl::StrAppend(&out, "(", body.address->ToString());
    if (body.has_ports) {
      absl::StrAppend(&out, ",", body.port_low);
      if (body.port_high != 0) absl::StrAppend(&out, "-", body.port_high);
    }
    out += ')';
  }
  void operator()(const CtLbBody& body) const {
    absl::StrAppend(&out, name());
    if (body.backends.empty()) return;
    out += "(backends=";
    for (size_t i = 0; i < body.backends.size(); ++i) {
      const CtLbBody::Backend& b = body.backends[i];
      if (i > 0) out += ',';
      const bool brackets = b.address.is_v6() && b.port != 0;
      absl::StrAppend(&out, brackets ? "[" : "", b.address.ToString(), brackets ? "]" : "");
      if (b.port != 0) absl::StrAppend(&out, ":", b.port);
    }
    if (body.hash_fields.has_value()) absl::StrAppend(&out, "; hash_fields=\"", *body.hash_fields, "\"");
    if (body.flag == CtLbBody::Flag::kSkipSnat) out += "; skip_snat";
    if (body.flag == CtLbBody::Flag::kForceSnat) out += "; force_snat";
    out += ')';
  }
  void operator()(const SelectBody& body) const {
    Result(body.dst);
    for (size_t i = 0; i < body.choices.size(); ++i) {
      absl::StrAppend(&out, i > 0 ? ", " : "", body.choices[i].id, "=", body.choices[i].weight);
    }
    out += ')';
  }
  void operator()(const BindingBody& body) const {
    if (body.dst.symbol != nullptr) {
      Result(body.dst);
    } else {
      absl::StrAppend(&out, name(), "(");
    }
    absl::string_view separator;
    for (const SymbolBits* bits : {&body.port, &body.ip, &body.mac}) {
      if (bits->symbol == nullptr) continue;
      absl::StrAppend(&out, separator);
      AppendBits(out, *bits);
      separator = ", ";
    }
    out += ')';
  }
  void operator()(const OptionsBody& body) const {
    if (action.kind == ActionKind::kTriggerEvent) {
      out += "trigger_event(event = \"empty_lb_backends\"";
    } else {
      Result(body.dst);
    }
    for (size_t i = 0; i < body.options.size(); ++i) {
      if (i > 0 || action.kind == ActionKind::kTriggerEvent) out += ", ";
      AppendOption(out, body.options[i]);
    }
    out += ')';
  }
  void operator()(const SetQueueBody& body) const { absl::StrAppend(&out, "set_queue(", body.queue, ")"); }
  void operator()(const SetMeterBody& body) const {
    absl::StrAppend(&out, "set_meter(", body.rate);
    if (body.burst != 0) absl::StrAppend(&out, ", ", body.burst);
    out += ')';
  }
  void operator()(const LogBody& body) const {
    out += "log(";
    if (body.name.has_value()) {
      out += "name=";
      AppendRaw(out, *body.name);
      out += ", ";
    }
    absl::StrAppend(&out, "verdict=", VerdictName(body.verdict), ", severity=", SeverityName(body.severity));
    if (body.meter.has_value()) {
      out += ", meter=";
      AppendRaw(out, *body.meter);
    }
    out += ')';
  }
  void operator()(const BindVportBody& body) const {
    out += "bind_vport(";
    AppendRaw(out, body.vport);
    out += ", ";
    AppendBits(out, body.parent);
    out += ')';
  }
  void operator()(const CheckPktLargerBody& body) const {
    Result(body.dst);
    absl::StrAppend(&out, body.length, ")");
  }
  void operator()(const FwdGroupBody& body) const {
    absl::StrAppend(&out, "fwd_group(", body.liveness ? "liveness=\"true\", " : "");
    for (size_t i = 0; i < body.ports.size(); ++i) {
      absl::StrAppend(&out, i > 0 ? ", " : "childports=");
      AppendRaw(out, body.ports[i]);
    }
    out += ')';
  }
  void operator()(const CommitEcmpNhBody& body) const {
    absl::StrAppend(&out, "commit_ecmp_nh(ipv6 = ", body.ipv6 ? "true" : "false",
                    ", proto = ", ProtocolName(body.protocol), ")");
  }
  void operator()(const CommitLbAffBody& body) const {
    out += "commit_lb_aff(vip = ";
    AppendTarget(out, body.vip, body.vip_port);
    out += ", backend = ";
    AppendTarget(out, body.backend, body.backend_port);
    if (body.protocol != 0) absl::StrAppend(&out, ", proto = ", ProtocolName(body.protocol));
    absl::StrAppend(&out, ", timeout = ", body.timeout, ")");
  }
  void operator()(const SampleBody& body) const {
    absl::StrAppend(&out, "sample(probability=", body.probability, ",collector_set=", body.collector_set,
                    ",obs_domain=", body.domain, ",obs_point=");
    if (body.point_is_cookie) {
      out += "$cookie)";
    } else {
      absl::StrAppend(&out, body.point, ")");
    }
  }
};

void AppendAction(std::string& out, const Action& action) {
  std::visit(Formatter{out, action}, action.body);
  out += ';';
}

}  // namespace

absl::string_view VerdictName(LogBody::Verdict verdict) {
  switch (verdict) {
    case LogBody::Verdict::kAllow:
      return "allow";
    case LogBody::Verdict::kDrop:
      return "drop";
    case LogBody::Verdict::kReject:
      return "reject";
  }
  return "";
}

absl::string_view SeverityName(LogBody::Severity severity) {
  switch (severity) {
    case LogBody::Severity::kAlert:
      return "alert";
    case LogBody::Severity::kWarning:
      return "warning";
    case LogBody::Severity::kNotice:
      return "notice";
    case LogBody::Severity::kInfo:
      return "info";
    case LogBody::Severity::kDebug:
      return "debug";
  }
  return "";
}

std::string FormatAction(const Action& action) {
  std::string out;
  AppendAction(out, action);
  return out;
}

std::string FormatActions(absl::Span<const Action> actions) {
  if (actions.empty()) return "drop;";
  std::string out;
  for (const Action& action : actions) {
    if (!out.empty()) out += ' ';
    AppendAction(out, action);
  }
  return out;
}

}  // namespace ovnlite
