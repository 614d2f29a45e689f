// File: nb_columns.cc
// The functions that reach every column of the Northbound database.

#include "lib/schema/column_macros.h"
#include "lib/schema/ovn_nb.pb.h"

namespace ovnlite {

using Row = google::protobuf::Message;

namespace nb {
namespace {

#include "lib/schema/ovn_nb.columns.inc"

constexpr TableAccess kTables[] = {
#include "lib/schema/ovn_nb.tables.inc"
};

}  // namespace
}  // namespace nb

absl::Span<const TableAccess> NorthboundAccess() { return nb::kTables; }

}  // namespace ovnlite
