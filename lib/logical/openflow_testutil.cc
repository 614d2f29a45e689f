#include "lib/logical/openflow_testutil.h"

#include <algorithm>
#include <map>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "ovnlite/base/ip.h"
#include "ovnlite/base/mac.h"
#include "ovnlite/logical/token.h"

namespace ovnlite {
namespace {

struct Protocol {
  uint16_t eth_type;
  uint8_t ip_proto;
};
const std::map<std::string, Protocol> kProtocols = {
    {"ip", {0x800, 0}},     {"icmp", {0x800, 1}},     {"tcp", {0x800, 6}},     {"udp", {0x800, 17}},
    {"sctp", {0x800, 132}}, {"ipv6", {0x86dd, 0}},    {"icmp6", {0x86dd, 58}}, {"tcp6", {0x86dd, 6}},
    {"udp6", {0x86dd, 17}}, {"sctp6", {0x86dd, 132}}, {"arp", {0x806, 0}},     {"rarp", {0x8035, 0}},
    {"mpls", {0x8847, 0}},
};
constexpr FieldRef kType8{kWordIp, 16, 8}, kCode8{kWordIp, 0, 8}, kFrag2{kWordIp, 32, 2}, kFlags12{kWordL4, 48, 12};
const std::map<std::string, FieldRef> kFields = {
    {"pkt_mark", field::kPktMark},
    {"ct_mark", field::kCtMark},
    {"ct_label", field::kCtLabel},
    {"metadata", field::kMetadata},
    {"vlan_tci", field::kVlanTci},
    {"dl_src", field::kEthSrc},
    {"dl_dst", field::kEthDst},
    {"dl_type", field::kEthType},
    {"nw_src", field::kIp4Src},
    {"nw_dst", field::kIp4Dst},
    {"ipv6_src", field::kIp6Src},
    {"ipv6_dst", field::kIp6Dst},
    {"ipv6_label", field::kIp6Label},
    {"nw_proto", field::kIpProto},
    {"nw_ttl", field::kIpTtl},
    {"tp_src", field::kL4Src},
    {"tp_dst", field::kL4Dst},
    {"icmp_type", kType8},
    {"icmp_code", kCode8},
    {"arp_op", field::kArpOp},
    {"arp_spa", field::kArpSpa},
    {"arp_tpa", field::kArpTpa},
    {"arp_sha", field::kArpSha},
    {"arp_tha", field::kArpTha},
    {"nd_target", field::kNdTarget},
    {"nd_sll", field::kNdSll},
    {"nd_tll", field::kNdTll},
};
const std::map<std::string, MaskedValue> kFragments = {
    {"no", {0, 3}}, {"yes", {1, 1}}, {"first", {1, 3}}, {"later", {3, 3}}, {"not_later", {0, 2}}};
const std::vector<std::string> kCtNames = {"new", "est", "rel", "rpl", "inv", "trk", "snat", "dnat"};
const std::vector<std::string> kTcpFlagNames = {"fin", "syn", "rst", "psh", "ack", "urg", "ece", "cwr", "ns"};

struct Key {
  FlowKey value, mask;
  void Add(FieldRef f, u128 v, u128 m) {
    m &= LowMask(f.width);
    value.SetMasked(f, v, m);
    mask.Include(f, m);
  }
};

bool ReadNumber(const std::string& text, u128* value) {
  Token token;
  size_t begin;
  std::forward_list<std::string> texts;
  const size_t end = ReadToken({text.data(), text.size()}, 0, &begin, &token, &texts);
  if (token.type != TokenType::kInteger || end != text.size()) return false;
  *value = token.value;
  return true;
}

// "+new-est" or, where all is tested, "new|est".
bool AddFlags(const std::string& text, const std::vector<std::string>& names, FieldRef f, Key* key) {
  const auto bit = [&names](absl::string_view name) -> u128 {
    const auto at = std::find(names.begin(), names.end(), std::string(name));
    if (at != names.end()) return u128{1} << (at - names.begin());
    uint32_t number = 0;
    if (absl::ConsumePrefix(&name, "[") && absl::SimpleHexAtoi(name.substr(0, name.find(']')), &number)) return number;
    return 0;
  };
  if (text[0] != '+' && text[0] != '-') {
    u128 value = 0;
    for (const std::string& name : std::vector<std::string>(absl::StrSplit(text, '|'))) value |= bit(name);
    key->Add(f, value, LowMask(f.width));
    return true;
  }
  for (size_t at = 0; at < text.size();) {
    const size_t next = std::min(text.find_first_of("+-", at + 1), text.size());
    const u128 b = bit(text.substr(at + 1, next - at - 1));
    if (b == 0) return false;
    key->Add(f, text[at] == '+' ? b : 0, b);
    at = next;
  }
  return true;
}

bool AddField(const std::string& name, const std::string& text, Key* key) {
  const std::vector<std::string> parts = absl::StrSplit(text, '/');
  u128 value = 0, mask = ~u128{0};
  if (name == "nw_frag") {
    const auto found = kFragments.find(text);
    if (found == kFragments.end()) return false;
    key->Add(kFrag2, found->second.value, found->second.mask);
    return true;
  }
  if (name == "ct_state") return AddFlags(text, kCtNames, {kWordCt, 48, 8}, key);
  if (name == "tcp_flags") return AddFlags(text, kTcpFlagNames, kFlags12, key);
  if (!ReadNumber(parts[0], &value)) return false;
  if (name == "dl_vlan") return key->Add(field::kVlanTci, 0x1000 | value, 0x1fff), true;
  if (name == "dl_vlan_pcp") return key->Add(field::kVlanTci, 0x1000 | value << 13, 0xf000), true;
  uint32_t reg;
  FieldRef f;
  if (absl::StartsWith(name, "reg") && absl::SimpleAtoi(name.substr(3), &reg)) {
    f = RegField(static_cast<int>(reg));
  } else if (const auto found = kFields.find(name); found != kFields.end()) {
    f = found->second;
  } else {
    return false;
  }
  if (parts.size() == 2) {
    if (!ReadNumber(parts[1], &mask)) return false;
    const bool address = parts[0].find('.') != std::string::npos || parts[0].find(':') != std::string::npos;
    if (address && parts[1].find_first_not_of("0123456789") == std::string::npos) {
      mask = LowMask(f.width) ^ LowMask(f.width - static_cast<int>(mask));
    }
  }
  key->Add(f, value, mask);
  return true;
}

std::string Canonical(Key key, uint32_t conj_id, std::vector<std::string> conjunctions) {
  std::string out;
  // `nw_frag=later` may stand for one bit or for both, and so may `no`: only fragments can be later ones.
  const uint64_t frag = key.value.Get64(kFrag2), frag_mask = key.mask.Get64(kFrag2);
  if ((frag_mask == 2 && frag == 2) || (frag_mask == 1 && frag == 0)) key.Add(kFrag2, frag == 2 ? 3 : 0, 3);
  for (int w = 0; w < kKeyWords; ++w) {
    if (key.mask.words[w] != 0) absl::StrAppendFormat(&out, "w%d=%x/%x ", w, key.value.words[w], key.mask.words[w]);
  }
  if (conj_id != 0) absl::StrAppend(&out, "conj_id=", conj_id, " ");
  std::sort(conjunctions.begin(), conjunctions.end());
  return absl::StrCat(out, absl::StrJoin(conjunctions, " "));
}

}  // namespace

std::string CanonicalFlow(const ExprMatch& match) {
  Key key;
  for (const FieldTest& t : match.tests) key.Add(t.field, t.value, t.mask);
  std::vector<std::string> conjunctions;
  for (const ExprConjunction& c : match.conjunctions) {
    conjunctions.push_back(absl::StrCat("conjunction(", c.id, ",", c.clause + 1, "/", c.clauses, ")"));
  }
  return Canonical(key, match.conj_id, std::move(conjunctions));
}

absl::StatusOr<std::string> CanonicalFlow(absl::string_view line) {
  const std::vector<std::string> halves = absl::StrSplit(line, absl::MaxSplits(' ', 1));
  Key key;
  uint32_t conj_id = 0;
  if (halves[0] != "(all)") {
    for (const std::string& part : std::vector<std::string>(absl::StrSplit(halves[0], ','))) {
      const std::vector<std::string> pair = absl::StrSplit(part, absl::MaxSplits('=', 1));
      if (pair.size() == 1) {
        const auto protocol = kProtocols.find(part);
        if (protocol == kProtocols.end()) return absl::InvalidArgumentError(absl::StrCat("what is ", part, "?"));
        key.Add(field::kEthType, protocol->second.eth_type, 0xffff);
        if (protocol->second.ip_proto != 0) key.Add(field::kIpProto, protocol->second.ip_proto, 0xff);
      } else if (pair[0] == "conj_id") {
        if (!absl::SimpleAtoi(pair[1], &conj_id)) return absl::InvalidArgumentError(part);
      } else if (!AddField(pair[0], pair[1], &key)) {
        return absl::InvalidArgumentError(absl::StrCat("what is ", part, "?"));
      }
    }
  }
  std::vector<std::string> conjunctions;
  if (halves.size() == 2) {
    for (const std::string& c : std::vector<std::string>(absl::StrSplit(halves[1], absl::ByString("),")))) {
      conjunctions.push_back(absl::EndsWith(c, ")") ? c : c + ")");
    }
  }
  return Canonical(key, conj_id, std::move(conjunctions));
}

std::vector<RecordedFlows> ParseRecordedFlows(const std::string& text) {
  std::vector<RecordedFlows> recorded;
  int number = 0;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    if (line.empty() || line[0] == '#') continue;
    if (line[0] != ' ') {
      recorded.push_back({number, std::string(line), "", {}});
      continue;
    }
    absl::string_view flow = absl::StripLeadingAsciiWhitespace(line);
    if (recorded.empty() || flow == "(no flows)") continue;
    if (absl::ConsumePrefix(&flow, "ERROR ")) {
      recorded.back().error = std::string(flow);
    } else {
      recorded.back().flows.push_back(std::string(flow));
    }
  }
  return recorded;
}

}  // namespace ovnlite
