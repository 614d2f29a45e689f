// File: registration.h
// What the controller of a hypervisor writes into the Southbound database about itself and about its VMs, for programs
// that run one of their own (ovn-controller(8); ovn-sb(5), "Chassis" and "Port_Binding"):
//
//   RegisterChassis(sb, random, "compute1", *IpAddress::Parse("192.168.56.11"));
//   BindPort(sb, "LSP1", "compute1");       // A VM's interface has appeared here.
//   UnbindPort(sb, "LSP1");                 // It is gone.
//   UnregisterChassis(sb, "compute1");

#ifndef OVNLITE_NODE_REGISTRATION_H_
#define OVNLITE_NODE_REGISTRATION_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "ovnlite/base/ip.h"
#include "ovnlite/base/random.h"
#include "ovnlite/base/uuid.h"
#include "ovnlite/db/database.h"

namespace ovnlite {

// Rows in Chassis, Encap (Geneve, with checksums) and Chassis_Private; `random` makes their UUIDs. InvalidArgument for
// an empty name, AlreadyExists when the name or the address is taken.
absl::Status RegisterChassis(Database& sb, Random& random, absl::string_view name, const IpAddress& encap_ip);
// Deletes them; ports that were bound there are bound nowhere and no longer up. NotFound when there is no such chassis.
absl::Status UnregisterChassis(Database& sb, absl::string_view name);

// The logical port is on this chassis now, and up; wherever it was before. NotFound for a port or chassis that is not
// in the database: northd makes a port's row.
absl::Status BindPort(Database& sb, absl::string_view logical_port, absl::string_view chassis);
// It is on none. NotFound as above.
absl::Status UnbindPort(Database& sb, absl::string_view logical_port);

// BindPort() as a part of a transaction, by rows of Port_Binding and Chassis.
void BindPort(Transaction& transaction, const Uuid& port_binding, const Uuid& chassis);

}  // namespace ovnlite

#endif  // OVNLITE_NODE_REGISTRATION_H_
