// File: sb_columns.cc
// The functions that reach every column of the Southbound database.

#include "lib/schema/column_macros.h"
#include "lib/schema/ovn_sb.pb.h"

namespace ovnlite {

using Row = google::protobuf::Message;

namespace sb {
namespace {

#include "lib/schema/ovn_sb.columns.inc"

constexpr TableAccess kTables[] = {
#include "lib/schema/ovn_sb.tables.inc"
};

}  // namespace
}  // namespace sb

absl::Span<const TableAccess> SouthboundAccess() { return sb::kTables; }

}  // namespace ovnlite
