// QoS: its match, and whether it does anything.

#include <string>

#include "absl/strings/str_cat.h"
#include "lib/check/checks.h"
#include "lib/check/match_reader.h"
#include "lib/check/owners.h"

namespace ovnlite {

void CheckQos(const Database& nb, Findings& findings) {
  MatchReader reader(nb);
  for (const auto& [uuid, lswitch] : nb.Rows<nb::Logical_Switch>()) {
    const std::string name = NameOf<nb::Logical_Switch>(nb, uuid);
    for (const Uuid& rule : lswitch->qos_rules()) {
      const auto qos = nb.Read<nb::QoS>(rule);
      if (!qos) continue;
      const RowReport report(findings, "QoS", rule, absl::StrCat(name, " ", qos->direction(), " ", qos->priority()));
      MatchFacts facts;
      if (reader.Check(qos->match(), uuid, report, &facts) && facts.tests_outport && qos->direction() == "from-lport") {
        report.Warning("match", qos->match(),
                       "outport is not known yet where from-lport rules are: what is said about it never holds");
      }
      const bool limits = qos->bandwidth("rate").has_value();
      if (!limits && qos->bandwidth("burst").has_value()) {
        report.Error("bandwidth:burst", absl::StrCat(*qos->bandwidth("burst")),
                     "there is no rate beside it: OVN limits nothing");
      }
      if (!limits && qos->action().empty()) {
        report.Error("", "", "it has neither a DSCP in its action nor a rate in its bandwidth: OVN leaves it out");
      }
    }
  }
}

}  // namespace ovnlite
