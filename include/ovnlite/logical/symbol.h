// File: symbol.h
// The names that OVN's language knows packets by (ovn-sb(5), Logical_Flow, "Symbols"): fields, parts of fields, and
// predicates, each with where its bits lie in a FlowKey. One table serves expressions, actions, traces and printing.
//
// Three things are worth knowing before reading further:
//   * A symbol may have prerequisites: `tcp.dst == 80` means `tcp.dst == 80 && tcp`. They are expressions in text,
//     expanded by Annotate() (expr_transform.h).
//   * Overlapping fields are parts of one parent: reg1 is xxreg0[64..95], vlan.pcp is vlan.tci[13..15]. After annotation
//     only parents are left, so that two tests of the same bits are seen to be that.
//   * The level of measurement says what may be asked. Nominal fields and predicates (eth.type, ip4) only: equal, and not
//     negated; Boolean predicates (vlan.present): equal or not; ordinal fields: everything.

#ifndef OVNLITE_LOGICAL_SYMBOL_H_
#define OVNLITE_LOGICAL_SYMBOL_H_

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ovnlite/packet/field.h"

namespace ovnlite {

enum class Level : uint8_t { kNominal, kBoolean, kOrdinal };
// "nominal", "Boolean", "ordinal", as in OVN's messages.
absl::string_view LevelName(Level level);

// Where an action may write a symbol.
enum WriteScope : uint8_t {
  kWriteNowhere = 0,
  kWriteAnywhere = 1,  // In an ordinary action.
  kWriteCtCommit = 2,  // Inside ct_commit { … }.
};

// Fields that OpenFlow has not: the controller writes them, nobody reads them.
enum class OvnField : uint8_t { kNone, kIcmp4FragMtu, kIcmp6FragMtu };

struct Symbol {
  absl::string_view name;
  int index = 0;  // Its place in the table.
  // In bits as OVN counts them; 0 for a string. A predicate is 1 bit wide.
  int width = 0;
  // The bits, for fields; the port's number for strings. Narrower than `width` for ct_state, whose upper bits are always
  // zero. width 0 for subfields, predicates and OvnFields.
  FieldRef field;
  Level level = Level::kOrdinal;
  // OVN keeps the alternatives of such a field apart instead of making a conjunctive match of them, because OpenFlow needs
  // it to be exact: eth.type, ip.proto, icmp6.type, icmp6.code.
  bool must_crossproduct = false;
  WriteScope write_scope = kWriteNowhere;
  OvnField ovn_field = OvnField::kNone;
  // What OpenFlow 1.5 calls the field (ovs-fields(7)): "OXM_OF_ETH_SRC", "NXM_NX_REG14".
  std::string openflow_name;
  // A subfield: these bits of the parent, from `parent_offset` on.
  const Symbol* parent = nullptr;
  int parent_offset = 0;
  std::string predicate;      // A predicate's expansion.
  std::string prerequisites;  // Empty: none.

  bool is_string() const { return width == 0; }
  bool is_predicate() const { return !predicate.empty(); }
  bool is_subfield() const { return parent != nullptr; }
};

// What there is to say about a field besides its name.
struct FieldSpec {
  FieldRef field;
  int width = 0;
  Level level = Level::kOrdinal;
  absl::string_view openflow_name = {};
  absl::string_view prerequisites = {};
  WriteScope write_scope = kWriteAnywhere;
  bool must_crossproduct = false;
};

// Symbols by name. They live as long as the table and never move; a table that is not added to may be shared by threads.
class SymbolTable {
 public:
  SymbolTable() = default;
  SymbolTable(const SymbolTable&) = delete;
  SymbolTable& operator=(const SymbolTable&) = delete;

  // nullptr when there is none.
  const Symbol* Find(absl::string_view name) const;
  // In the order they were added.
  const std::deque<Symbol>& symbols() const { return symbols_; }

  // All of these: AlreadyExists when the name is taken.
  absl::StatusOr<const Symbol*> AddField(absl::string_view name, const FieldSpec& spec);
  // A port's name, compared as the 32-bit number that `field` holds.
  absl::StatusOr<const Symbol*> AddString(absl::string_view name, const FieldSpec& spec);
  // `bits` is text such as "vlan.tci[13..15]"; InvalidArgument unless it names bits of an ordinal field of this table.
  absl::StatusOr<const Symbol*> AddSubfield(absl::string_view name, absl::string_view bits,
                                            absl::string_view prerequisites = "");
  // `expansion` must parse with the symbols there are so far; it decides the level.
  absl::StatusOr<const Symbol*> AddPredicate(absl::string_view name, absl::string_view expansion);
  absl::StatusOr<const Symbol*> AddOvnField(absl::string_view name, OvnField field, int width);

 private:
  absl::StatusOr<Symbol*> Add(absl::string_view name);

  std::deque<Symbol> symbols_;
  std::deque<std::string> names_;
  absl::flat_hash_map<absl::string_view, const Symbol*> by_name_;
};

// Adds the symbols of OVN 23.03. Fails only when `table` already has one of them.
absl::Status AddOvnSymbols(SymbolTable& table);
// A table of just those: built once, shared by everyone, never destroyed.
const SymbolTable& OvnSymbols();

// Part of a field, or all of it: what an assignment writes and a comparison reads.
struct SymbolBits {
  const Symbol* symbol = nullptr;
  int offset = 0;
  int width = 0;  // 0 for strings.

  friend bool operator==(const SymbolBits&, const SymbolBits&) = default;
};
// "reg0", "reg0[4]", "reg0[4..7]": as OVN writes it.
std::string FormatSymbolBits(const SymbolBits& bits);
// The bits in the parent, where the symbol is a subfield.
SymbolBits ResolveParent(SymbolBits bits);
// Where the bits lie in a FlowKey. width 0 when one FieldRef cannot say it (a run across the middle of a 128-bit field, or
// bits that no packet has).
FieldRef FieldRefOf(const SymbolBits& bits);

// A line per symbol, sorted by name, as OVN's own tests list them: "reg1 = xxreg0[64..95]", "ip4 = eth.type == 0x800",
// "eth.src = OXM_OF_ETH_SRC".
std::string DumpSymbols(const SymbolTable& table);

}  // namespace ovnlite

#endif  // OVNLITE_LOGICAL_SYMBOL_H_
