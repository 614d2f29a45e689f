// File: lab_chassis.h
// What an ovn-controller writes about its hypervisor when it starts.

#ifndef OVNLITE_LIB_LAB_LAB_CHASSIS_H_
#define OVNLITE_LIB_LAB_LAB_CHASSIS_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "ovnlite/base/ip.h"
#include "ovnlite/base/random.h"
#include "ovnlite/db/database.h"

namespace ovnlite {

// Rows in Chassis, Encap (Geneve) and Chassis_Private. AlreadyExists when the name or the address is taken.
absl::Status RegisterChassis(Database& sb, Random& random, absl::string_view name, const IpAddress& encap_ip);

}  // namespace ovnlite

#endif  // OVNLITE_LIB_LAB_LAB_CHASSIS_H_
