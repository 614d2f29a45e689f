// File: encode_field.h
// From the symbols of OVN's language to OpenFlow's fields.

#ifndef OVNLITE_LIB_CONTROLLER_ENCODE_FIELD_H_
#define OVNLITE_LIB_CONTROLLER_ENCODE_FIELD_H_

#include "ovnlite/flow/openflow_field.h"
#include "ovnlite/logical/symbol.h"

namespace ovnlite {

// The field that a symbol's bits lie in, and where: reg1[3] is NXM_NX_XXREG0[67]. kNone for what OpenFlow does not have
// (icmp4.frag_mtu).
Subfield SubfieldOf(const SymbolBits& bits);

}  // namespace ovnlite

#endif  // OVNLITE_LIB_CONTROLLER_ENCODE_FIELD_H_
