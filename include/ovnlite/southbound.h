// File: southbound.h
// Rows of the Southbound database, typed: sb::Port_Binding to write, sb::Port_Binding_View to read, and
// sb::columns::Port_Binding::logical_port for look-ups and single cells. They are generated from lib/schema/ovn_sb.proto,
// which has every table and column of ovn-sb(5).

#ifndef OVNLITE_SOUTHBOUND_H_
#define OVNLITE_SOUTHBOUND_H_

#include "lib/schema/ovn_sb.rows.h"    // IWYU pragma: export
#include "ovnlite/schema/typed_row.h"  // IWYU pragma: export

#endif  // OVNLITE_SOUTHBOUND_H_
