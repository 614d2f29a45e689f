// File: checks.h
// The checks, one per family of rows and file. Each goes once through its rows and adds what it finds, in any order.

#ifndef OVNLITE_LIB_CHECK_CHECKS_H_
#define OVNLITE_LIB_CHECK_CHECKS_H_

#include "lib/check/report.h"
#include "ovnlite/db/database.h"

namespace ovnlite {

void CheckSwitches(const Database& nb, Findings& findings);
void CheckSwitchPorts(const Database& nb, Findings& findings);
void CheckNestedPorts(const Database& nb, Findings& findings);
void CheckStations(const Database& nb, Findings& findings);
void CheckRouterPorts(const Database& nb, Findings& findings);
void CheckRouterNetworks(const Database& nb, Findings& findings);
void CheckRoutes(const Database& nb, Findings& findings);
void CheckPolicies(const Database& nb, Findings& findings);
void CheckAcls(const Database& nb, Findings& findings);
void CheckQos(const Database& nb, Findings& findings);
void CheckSets(const Database& nb, Findings& findings);
void CheckLoadBalancers(const Database& nb, Findings& findings);
void CheckNat(const Database& nb, Findings& findings);
void CheckDhcp(const Database& nb, Findings& findings);
void CheckDns(const Database& nb, Findings& findings);
void CheckForwardingGroups(const Database& nb, Findings& findings);
void CheckStaticMacBindings(const Database& nb, Findings& findings);
void CheckUnused(const Database& nb, Findings& findings);

}  // namespace ovnlite

#endif  // OVNLITE_LIB_CHECK_CHECKS_H_
