#include "lib/trace/value_text.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "ovnlite/base/ip.h"
#include "ovnlite/base/mac.h"

namespace ovnlite {
namespace {

// Fields that people write in decimal. All others of no form of their own are written in hexadecimal.
bool IsDecimal(FieldRef f) {
  for (FieldRef decimal :
       {field::kIpProto, field::kIpTtl, field::kIpDscp, field::kIpEcn, field::kL4Src, field::kL4Dst, field::kArpOp}) {
    if (f == decimal) return true;
  }
  return false;
}

bool IsMac(FieldRef f) {
  return f == field::kEthSrc || f == field::kEthDst || f == field::kArpSha || f == field::kArpTha;
}
bool IsIpv4(FieldRef f) { return f == field::kIp4Src || f == field::kIp4Dst; }
bool IsIpv6(FieldRef f) { return f == field::kIp6Src || f == field::kIp6Dst || f == field::kNdTarget; }

}  // namespace

bool IsRegister(const SymbolBits& bits) {
  const SymbolBits whole = ResolveParent(bits);
  return whole.symbol != nullptr && whole.symbol->field.width != 0 && whole.symbol->field.word >= kWordRegs;
}

u128 ValueOf(const SymbolBits& bits, const FlowKey& key) {
  const SymbolBits whole = ResolveParent(bits);
  if (whole.symbol == nullptr || whole.symbol->field.width == 0) return 0;
  const u128 value = key.Get(whole.symbol->field);
  if (whole.symbol->is_string()) return value;
  return value >> whole.offset & LowMask(whole.width);
}

std::string FormatBits(u128 value) {
  if (value == 0) return "0";
  if (High64(value) == 0) return absl::StrFormat("%#x", Low64(value));
  return absl::StrFormat("%#x%016x", High64(value), Low64(value));
}

std::string FormatFieldValue(const SymbolBits& bits, const FlowKey& key) {
  const u128 value = ValueOf(bits, key);
  const SymbolBits whole = ResolveParent(bits);
  if (whole.symbol == nullptr) return "";
  const FieldRef f = whole.symbol->field;
  if (whole.offset != 0 || whole.width != whole.symbol->width) return FormatBits(value);
  if (IsMac(f)) return MacAddress(Low64(value)).ToString();
  if (IsIpv4(f)) return Ipv4Address(static_cast<uint32_t>(Low64(value))).ToString();
  if (IsIpv6(f)) return Ipv6Address(value).ToString();
  if (IsDecimal(f)) return absl::StrCat(Low64(value));
  return FormatBits(value);
}

std::string WithoutSemicolon(const Action& action) {
  std::string text = FormatAction(action);
  if (absl::EndsWith(text, ";")) text.pop_back();
  return text;
}

std::vector<std::string> ModifyLines(const Action& action, const FlowKey& key) {
  std::vector<std::string> lines;
  const auto assign = [&](const SymbolBits& dst, const SymbolBits& src) {
    if (!IsRegister(dst)) lines.push_back(absl::StrCat(FormatSymbolBits(dst), " = ", FormatFieldValue(src, key), ";"));
  };
  switch (action.kind) {
    case ActionKind::kLoad:
    case ActionKind::kLoadOvnField:
      if (!IsRegister(action.as<LoadBody>().dst)) lines.push_back(FormatAction(action));
      break;
    case ActionKind::kMove:
      assign(action.as<MoveBody>().dst, action.as<MoveBody>().src);
      break;
    case ActionKind::kExchange:
      assign(action.as<MoveBody>().dst, action.as<MoveBody>().src);
      assign(action.as<MoveBody>().src, action.as<MoveBody>().dst);
      break;
    default:
      break;
  }
  for (std::string& line : lines) line.pop_back();  // Nodes of this kind get their semicolon when they are written.
  return lines;
}

}  // namespace ovnlite
