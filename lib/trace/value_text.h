// File: value_text.h
// What an action did to the packet, with constants in place of fields: the lines of the minimal form.

#ifndef OVNLITE_LIB_TRACE_VALUE_TEXT_H_
#define OVNLITE_LIB_TRACE_VALUE_TEXT_H_

#include <string>
#include <vector>

#include "ovnlite/base/bytes.h"
#include "ovnlite/logical/action.h"
#include "ovnlite/packet/flow_key.h"

namespace ovnlite {

// Whether the bits are a register's, the flags' or a port's: of no account outside OVN.
bool IsRegister(const SymbolBits& bits);

// The bits' value in the form that suits the field: 10.0.0.1, 00:00:00:00:00:0a, 64; part of a field in hexadecimal.
std::string FormatFieldValue(const SymbolBits& bits, const FlowKey& key);
// In hexadecimal, but "0".
std::string FormatBits(u128 value);

// The value of the bits in a packet with this key.
u128 ValueOf(const SymbolBits& bits, const FlowKey& key);

// The lines for a kLoad, kLoadOvnField, kMove or kExchange about to be done to a packet with this key. None where only
// registers are written.
std::vector<std::string> ModifyLines(const Action& action, const FlowKey& key);

// The action as written, without the semicolon.
std::string WithoutSemicolon(const Action& action);

}  // namespace ovnlite

#endif  // OVNLITE_LIB_TRACE_VALUE_TEXT_H_
