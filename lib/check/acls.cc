// ACL: what its match says, what of it counts in its direction and for its action, and ACLs that contradict each other.

#include <map>
#include <string>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "lib/check/checks.h"
#include "lib/check/match_reader.h"
#include "lib/check/owners.h"
#include "ovnlite/base/utf8.h"

namespace ovnlite {
namespace {

using AclView = ViewOf<nb::ACL>;

class OwnersAcls {
 public:
  // `lswitch` is zero for a port group.
  OwnersAcls(const Database& nb, MatchReader& reader, absl::string_view owner, const Uuid& lswitch, Findings& findings)
      : nb_(nb), reader_(reader), owner_(owner), lswitch_(lswitch), findings_(findings) {}

  void Check(const Uuid& uuid) {
    const AclView acl = nb_.Read<nb::ACL>(uuid);
    if (!acl) return;
    const RowReport report(findings_, "ACL", uuid, CalledBy(acl));
    MatchFacts facts;
    if (reader_.Check(acl->match(), lswitch_, report, &facts) && facts.tests_outport &&
        acl->direction() == "from-lport") {
      report.Warning("match", acl->match(),
                     "outport is not known yet where from-lport ACLs are: what is said about it never holds");
    }
    CheckWhatCounts(acl, report);
    const auto [place, is_first] = first_.try_emplace(
        {acl->direction(), acl->options("apply-after-lb").value_or("") == "true", acl->priority(), acl->match()},
        acl->action());
    if (!is_first && place->second != acl->action()) {
      report.Warning("action", acl->action(),
                     absl::StrCat("another ACL with the same match and priority has ", place->second,
                                  ": which of the two holds, OVN leaves open"));
    }
  }

 private:
  std::string CalledBy(const AclView& acl) const {
    if (acl->has_name() && !acl->name().empty()) return std::string(acl->name());
    return absl::StrCat(owner_, " ", acl->direction(), " ", acl->priority());
  }

  static void CheckWhatCounts(const AclView& acl, const RowReport& report) {
    const bool refuses = acl->action() == "drop" || acl->action() == "reject";
    if (acl->label() != 0 && refuses) {
      report.Error("label", absl::StrCat(acl->label()),
                   absl::StrCat("a connection that is ", acl->action(), acl->action() == "drop" ? "ped" : "ed",
                                " is not labelled: it counts for nothing"));
    }
    if (acl->options("apply-after-lb").value_or("") == "true" && acl->direction() == "to-lport") {
      report.Error("options:apply-after-lb", "true", "it counts for from-lport ACLs only");
    }
  }

  const Database& nb_;
  MatchReader& reader_;
  const absl::string_view owner_;
  const Uuid lswitch_;
  Findings& findings_;
  // By direction, whether behind load balancers, priority, match: the first one's action.
  std::map<std::tuple<absl::string_view, bool, int64_t, absl::string_view>, absl::string_view> first_;
};

}  // namespace

void CheckAcls(const Database& nb, Findings& findings) {
  MatchReader reader(nb);
  for (const auto& [uuid, lswitch] : nb.Rows<nb::Logical_Switch>()) {
    const std::string name = NameOf<nb::Logical_Switch>(nb, uuid);
    OwnersAcls acls(nb, reader, name, uuid, findings);
    for (const Uuid& acl : lswitch->acls()) acls.Check(acl);
  }
  for (const auto& [uuid, group] : nb.Rows<nb::Port_Group>()) {
    OwnersAcls acls(nb, reader, group->name(), Uuid(), findings);
    for (const Uuid& acl : group->acls()) acls.Check(acl);
  }
}

}  // namespace ovnlite
