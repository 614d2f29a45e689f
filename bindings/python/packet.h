// File: packet.h
// What of packets the other parts of the module need: the FlowKey that Python sees.

#ifndef OVNLITE_BINDINGS_PYTHON_PACKET_H_
#define OVNLITE_BINDINGS_PYTHON_PACKET_H_

#include "absl/strings/string_view.h"
#include "ovnlite/logical/symbol.h"
#include "ovnlite/packet/flow_key.h"

namespace ovnlite::python {

// The bits of a symbol of OVN's language in a FlowKey, subfields included; predicates have none. Raises NotFoundError.
// "inport" and "outport" are ports' numbers.
FieldRef FieldNamed(absl::string_view symbol);

}  // namespace ovnlite::python

#endif  // OVNLITE_BINDINGS_PYTHON_PACKET_H_
