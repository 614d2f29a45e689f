// DNS: names that nobody is asked for, and records without addresses.

#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/check/checks.h"
#include "lib/check/owners.h"
#include "ovnlite/base/utf8.h"
#include "ovnlite/logical/lport_addresses.h"

namespace ovnlite {
namespace {

// Addresses one behind the other, as behind a port's MAC address; what is not read is left in `rest`.
bool HasAddresses(absl::string_view text, std::string* rest) {
  const std::string as_of_port = absl::StrCat("00:00:00:00:00:01 ", text);
  absl::string_view behind;
  const auto read = ReadLportAddresses(as_of_port, &behind);
  *rest = std::string(absl::StripAsciiWhitespace(behind));
  return read.has_value() && !(read->v4.empty() && read->v6.empty());
}

void CheckRecord(absl::string_view name, absl::string_view value, const RowReport& report) {
  const std::string column = absl::StrCat("records:", name);
  if (std::any_of(name.begin(), name.end(), absl::ascii_isupper)) {
    report.Error(column, value, "names are looked up in small letters: nobody gets this answer");
  }
  // There the value is a name.
  if (absl::EndsWithIgnoreCase(name, ".in-addr.arpa") || absl::EndsWithIgnoreCase(name, ".ip6.arpa")) return;
  std::string rest;
  if (!HasAddresses(value, &rest)) {
    report.Error(column, value, "it does not begin with an address: OVN does not answer for the name");
  } else if (!rest.empty()) {
    report.Error(column, value,
                 absl::StrCat(QuoteJson(rest),
                              " is no address: what stands in front of it is answered, it and the rest are not"));
  }
}

}  // namespace

void CheckDns(const Database& nb, Findings& findings) {
  for (const auto& [uuid, dns] : nb.Rows<nb::DNS>()) {
    const Uuid lswitch = FirstOwner(nb, nb::columns::Logical_Switch::dns_records, uuid);
    const RowReport report(findings, "DNS", uuid, lswitch.IsZero() ? "" : NameOf<nb::Logical_Switch>(nb, lswitch));
    for (const auto& [name, value] : dns->records()) CheckRecord(name, value, report);
  }
}

}  // namespace ovnlite
