// File: items.h
// What emitters of the compiler find out: logical flows, and rows and members of rows that some table should have. The
// incremental engine collects them; flow_writer.h and row_writer.h bring the databases to what they say.

#ifndef OVNLITE_LIB_NORTHD_ITEMS_H_
#define OVNLITE_LIB_NORTHD_ITEMS_H_

#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "ovnlite/base/uuid.h"
#include "ovnlite/logical/stage.h"
#include "ovnlite/schema/row.h"

namespace ovnlite {

// The text of a logical flow: what makes it one row of Logical_Flow, whatever networks have it.
struct FlowText {
  Stage stage = Stage::kLsInCheckPortSec;
  uint16_t priority = 0;
  SharedString match;
  SharedString actions;
  SharedString port;  // tags:in_out_port: chassis that do not have this port need not have the flow; or empty.

  auto operator<=>(const FlowText&) const = default;
  template <typename H>
  friend H AbslHashValue(H h, const FlowText& t) {
    return H::combine(std::move(h), t.stage, t.priority, t.match, t.actions, t.port);
  }
};

// A text in one logical network, or in several at once.
struct LogicalFlow {
  FlowText text;
  Uuid network;           // Of the Logical_Switch or Logical_Router; zero for several.
  Members networks;       // These.
  uint32_t hint = 0;      // First digits of the Northbound row it comes from; 0: none.
  const char* file = "";  // Where in the compiler: a literal or otherwise immortal.
  int line = 0;

  bool operator==(const LogicalFlow& o) const {
    return network == o.network && hint == o.hint && line == o.line && text == o.text && networks == o.networks &&
           absl::string_view(file) == o.file;
  }
  template <typename H>
  friend H AbslHashValue(H h, const LogicalFlow& f) {
    return H::combine(std::move(h), f.text, f.network, f.networks.hash(), f.hint, f.line);
  }
};

// What a row is called within its table: names, or UUIDs as text, whatever makes it this one.
struct RowName {
  const TableSchema* table = nullptr;
  SharedString key;

  friend bool operator==(const RowName&, const RowName&) = default;
  friend bool operator<(const RowName& a, const RowName& b) {
    return a.table != b.table ? a.table->index() < b.table->index() : a.key < b.key;
  }
  template <typename H>
  friend H AbslHashValue(H h, const RowName& n) {
    return H::combine(std::move(h), n.table, n.key);
  }
};

// The UUID that a row of this name has when it is the compiler that makes it: the same whatever came before. References
// to other rows are made with it. A name that is a UUID stands for itself: a Datapath_Binding has the UUID of its
// Logical_Switch or Logical_Router.
inline Uuid RowId(const TableSchema& table, absl::string_view key) {
  constexpr size_t kUuidLength = 36;
  if (key.size() == kUuidLength) {
    if (const absl::StatusOr<Uuid> uuid = Uuid::Parse(key); uuid.ok()) return *uuid;
  }
  return Uuid::FromName(absl::StrCat(table.name(), "/", key));
}

// A row that there should be, with the columns that the compiler writes.
struct RowItem {
  RowName name;
  Row row;

  bool operator==(const RowItem& o) const { return name == o.name && row == o.row; }
  template <typename H>
  friend H AbslHashValue(H h, const RowItem& i) {
    return H::combine(std::move(h), i.name, i.row.Hash());
  }
};

// A member that a set of a row should have, if there is the row.
struct MemberItem {
  RowName name;
  int column = 0;
  Atom member;

  bool operator==(const MemberItem&) const = default;
  template <typename H>
  friend H AbslHashValue(H h, const MemberItem& i) {
    return H::combine(std::move(h), i.name, i.column, i.member);
  }
};

}  // namespace ovnlite

#endif  // OVNLITE_LIB_NORTHD_ITEMS_H_
