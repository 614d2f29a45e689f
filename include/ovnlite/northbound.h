// File: northbound.h
// Rows of the Northbound database, typed: nb::Logical_Switch to write, nb::Logical_Switch_View to read, and
// nb::columns::Logical_Switch::name for look-ups and single cells. They are generated from lib/schema/ovn_nb.proto, which
// has every table and column of ovn-nb(5).

#ifndef OVNLITE_NORTHBOUND_H_
#define OVNLITE_NORTHBOUND_H_

#include "lib/schema/ovn_nb.rows.h"    // IWYU pragma: export
#include "ovnlite/schema/typed_row.h"  // IWYU pragma: export

#endif  // OVNLITE_NORTHBOUND_H_
