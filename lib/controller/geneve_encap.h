// File: geneve_encap.h
// Where tunnels to a chassis end, by its Encap rows.

#ifndef OVNLITE_LIB_CONTROLLER_GENEVE_ENCAP_H_
#define OVNLITE_LIB_CONTROLLER_GENEVE_ENCAP_H_

#include <optional>

#include "lib/schema/ovn_sb.rows.h"
#include "ovnlite/base/ip.h"
#include "ovnlite/db/database.h"

namespace ovnlite {

struct GeneveEncap {
  IpAddress ip;
  bool checksum = true;  // Of the outer UDP header: options:csum.
};
// The first of the chassis' Encaps that is Geneve and has an address.
std::optional<GeneveEncap> FindGeneveEncap(const Database& sb, sb::Chassis_View chassis);

}  // namespace ovnlite

#endif  // OVNLITE_LIB_CONTROLLER_GENEVE_ENCAP_H_
