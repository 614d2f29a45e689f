#include "tests/oracle/random_microflow.h"

#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lib/schema/ovn_sb.rows.h"
#include "ovnlite/base/ip.h"
#include "ovnlite/base/mac.h"

namespace ovnlite {
namespace {

struct Constants {
  std::set<std::string> macs, ip4, ip6, numbers;

  // Takes the addresses, and the numbers that could be ports, out of any text.
  void Harvest(absl::string_view text) {
    for (size_t at = 0; at < text.size();) {
      size_t end = at;
      while (end < text.size() && (absl::ascii_isxdigit(text[end]) || text[end] == ':' || text[end] == '.')) ++end;
      const std::string token(text.substr(at, end - at));
      at = end + 1;
      uint32_t number;
      if (token.size() < 2) continue;
      if (MacAddress::Parse(token).ok()) {
        macs.insert(token);
      } else if (Ipv4Address::Parse(token).ok()) {
        ip4.insert(token);
      } else if (Ipv6Address::Parse(token).ok()) {
        ip6.insert(token);
      } else if (absl::SimpleAtoi(token, &number) && number >= 20 && number < 65'536) {
        numbers.insert(token);
      }
    }
  }
};

}  // namespace

RandomMicroflows::RandomMicroflows(const Database& sb, uint64_t seed) : random_(seed) {
  Constants found;
  std::set<std::pair<std::string, std::string>> ports;
  for (const auto& [uuid, row] : sb.Rows<sb::Logical_Flow>()) {
    found.Harvest(row.match());
    found.Harvest(row.actions());
  }
  for (const auto& [uuid, row] : sb.Rows<sb::Port_Binding>()) {
    for (const absl::string_view mac : row.mac()) found.Harvest(mac);
    const auto name = sb.Read<sb::Datapath_Binding>(row.datapath()).external_ids("name");
    if (name.has_value()) ports.emplace(row.logical_port(), *name);
  }
  ports_.assign(ports.begin(), ports.end());
  found.macs.insert({"ff:ff:ff:ff:ff:ff", "33:33:00:00:00:02", "01:00:5e:01:02:03", "00:11:22:33:44:55"});
  found.ip4.insert({"8.8.8.8", "10.0.0.77", "224.0.0.1", "239.1.2.3"});
  found.ip6.insert({"2001:db8::1", "ff02::1", "fe80::1"});
  found.numbers.insert({"53", "67", "68", "80", "546", "547", "1000"});
  macs_.assign(found.macs.begin(), found.macs.end());
  ip4_.assign(found.ip4.begin(), found.ip4.end());
  ip6_.assign(found.ip6.begin(), found.ip6.end());
  numbers_.assign(found.numbers.begin(), found.numbers.end());
}

void RandomMicroflows::Transport(Strings& terms, bool ip6) {
  switch (random_.Below(10)) {
    case 0:
    case 1:
    case 2:
      terms.push_back(absl::StrCat("tcp.src == ", AnyOf(numbers_)));
      terms.push_back(absl::StrCat("tcp.dst == ", AnyOf(numbers_)));
      if (OneIn(2)) terms.push_back(absl::StrCat("tcp.flags == ", AnyOf({"2", "16", "4", "18"})));
      break;
    case 3:
    case 4:
      terms.push_back(absl::StrCat("udp.src == ", AnyOf(numbers_)));
      terms.push_back(absl::StrCat("udp.dst == ", AnyOf(numbers_)));
      break;
    case 5:
      terms.push_back(absl::StrCat("sctp.dst == ", AnyOf(numbers_)));
      break;
    case 6:
      terms.push_back(absl::StrCat("ip.proto == ", AnyOf({"2", "47", "50", "132"})));
      break;
    case 7:
      if (OneIn(2)) {
        terms.push_back(ip6 ? "udp.src == 546 && udp.dst == 547" : "udp.src == 68 && udp.dst == 67");
        break;
      }
      [[fallthrough]];
    default:
      if (ip6) {
        terms.push_back(
            absl::StrCat("icmp6.type == ", AnyOf({"128", "129", "1", "130", "131", "143"}), " && icmp6.code == 0"));
      } else {
        terms.push_back(absl::StrCat("icmp4.type == ", AnyOf({"8", "0", "3"}), " && icmp4.code == 0"));
      }
  }
}

std::vector<std::string> RandomMicroflows::Next() {
  const auto& [port, datapath] = ports_[random_.Below(ports_.size())];
  Strings terms = {absl::StrCat("inport == \"", port, "\""), absl::StrCat("eth.src == ", AnyOf(macs_)),
                   absl::StrCat("eth.dst == ", AnyOf(macs_))};
  const uint64_t kind = random_.Below(20);
  if (kind < 3) {
    terms.push_back(absl::StrCat("arp.op == ", 1 + random_.Below(2), " && arp.sha == ", AnyOf(macs_), " && arp.spa == ",
                                 AnyOf(ip4_), " && arp.tha == 00:00:00:00:00:00 && arp.tpa == ", AnyOf(ip4_)));
  } else if (kind < 12) {
    terms.push_back(absl::StrCat("ip4.src == ", AnyOf(ip4_), " && ip4.dst == ", AnyOf(ip4_)));
    terms.push_back(absl::StrCat("ip.ttl == ", AnyOf({"64", "64", "64", "2", "1", "0", "255"})));
    Transport(terms, false);
  } else if (kind < 19) {
    terms.push_back(absl::StrCat("ip6.src == ", AnyOf(ip6_), " && ip6.dst == ", AnyOf(ip6_)));
    switch (random_.Below(8)) {
      case 0:
      case 1:
        terms.push_back(absl::StrCat("icmp6.type == 135 && icmp6.code == 0 && ip.ttl == 255 && nd.target == ",
                                     AnyOf(ip6_), " && nd.sll == ", AnyOf(macs_)));
        break;
      case 2:
        terms.push_back(absl::StrCat("icmp6.type == 136 && icmp6.code == 0 && ip.ttl == 255 && nd.target == ",
                                     AnyOf(ip6_), " && nd.tll == ", AnyOf(macs_)));
        break;
      case 3:
        terms.push_back("icmp6.type == 133 && icmp6.code == 0 && ip.ttl == 255");
        break;
      default:
        terms.push_back(absl::StrCat("ip.ttl == ", AnyOf({"64", "64", "2", "1", "0", "255"})));
        Transport(terms, true);
    }
  } else {
    terms.push_back(absl::StrCat("eth.type == ", AnyOf({"0x1234", "0x88cc", "0x8100"})));
  }
  if (OneIn(12)) terms.push_back(absl::StrCat("vlan.vid == ", AnyOf({"5", "7", "8", "101"})));
  if (kind < 19 && kind >= 3 && OneIn(20)) terms.push_back("ip.ecn == 0");
  Strings arguments = {absl::StrCat("--select-id=", 1 + random_.Below(2))};
  for (uint64_t n = random_.Below(5); n > 0; --n) {
    arguments.push_back(
        absl::StrCat("--ct=", AnyOf({"new", "est", "rpl,est", "inv", "new,rel", "est,dnat", "trk", "rpl,rel"})));
  }
  // Without it ovn-trace takes the first backend.
  if (OneIn(2)) arguments.push_back(absl::StrCat("--lb-dst=", AnyOf(ip4_), OneIn(2) ? ":80" : ""));
  if (OneIn(10)) arguments.push_back("--no-friendly-names");
  if (!OneIn(6)) arguments.push_back(datapath);
  arguments.push_back(absl::StrJoin(terms, " && "));
  return arguments;
}

}  // namespace ovnlite
