#include "lib/trace/drop_reading.h"

#include <tuple>

#include "absl/strings/str_cat.h"
#include "lib/controller/tables.h"
#include "lib/schema/ovn_sb.rows.h"
#include "lib/trace/chassis_site.h"
#include "ovnlite/controller/controller.h"

namespace ovnlite {
namespace {

const TracedPort* OutPortOf(const TracedWorld& world, const FlowKey& key) {
  const TracedDatapath* datapath = world.Datapath(static_cast<uint32_t>(key.Get64(field::kMetadata)));
  if (datapath == nullptr) return nullptr;
  const auto port = datapath->ports.find(static_cast<uint32_t>(key.Get64(field::kLogicalOutPort)));
  return port == datapath->ports.end() ? nullptr : &port->second;
}

// What is known to be in the way to a port; empty where nothing is.
std::string WhyUnreachable(const Database& sb, const std::string& from, const TracedPort* port) {
  if (port == nullptr) return "";
  const auto row = sb.Read<sb::Port_Binding>(port->uuid);
  if (!row) return "";
  for (const std::string& chassis : {from, ChassisSite::NameOf(sb, row)}) {
    if (!chassis.empty() && !Controller::GeneveAddress(sb, chassis).has_value()) {
      return absl::StrCat(": chassis ", chassis, " has no Geneve Encap");
    }
  }
  return "";
}

DropCause Unreachable(const Database& sb, const TracedWorld& world, const std::string& chassis,
                      const std::string& in_table, const FlowKey& key) {
  DropCause cause = DropCauses::Other(DropKind::kUnreachable, "");
  std::string name = absl::StrCat(key.Get64(field::kLogicalOutPort));
  const TracedPort* const port = OutPortOf(world, key);
  if (port != nullptr) {
    cause.table = "Port_Binding";
    cause.row = port->uuid.ToString();
    cause.name = port->name;
    name = absl::StrCat("\"", port->name, "\"");
  }
  cause.text = absl::StrCat(in_table, "no way to port ", name, " from here", WhyUnreachable(sb, chassis, port));
  return cause;
}

// Where no logical flow decides.
DropCause InOtherTables(const Database& sb, const TracedWorld& world, const std::string& chassis,
                        const LastLookup& last) {
  const std::string in_table = absl::StrCat("dropped in OpenFlow table ", last.table, ": ");
  if (last.table == table::kCheckLoopback) {
    return DropCauses::Other(
        DropKind::kReturn,
        absl::StrCat(in_table, "the packet would leave by the port it came from, or must not leave by it"));
  }
  if (last.table >= table::kOutputInit && last.table < table::kCheckLoopback) {
    return Unreachable(sb, world, chassis, in_table, last.key);
  }
  if (last.flow == nullptr && table::IsStage(last.table)) return DropCauses::NoFlow("");
  return DropCauses::Other(DropKind::kTables,
                           absl::StrCat(in_table, last.table == 0        ? "nothing is expected from this OpenFlow port"
                                                  : last.flow == nullptr ? "no flow matches"
                                                                         : "the flow tables end here"));
}

}  // namespace

DropReading ReadDrop(const Database& sb, TracedWorld& world, DropCauses& causes, const std::string& chassis,
                     DropReason reason, const LastLookup& last) {
  if (reason == DropReason::kTtl) {
    return {DropCauses::Other(DropKind::kTtl, "dropped: its time to live is over"), "", Uuid()};
  }
  if (reason == DropReason::kTooDeep || reason == DropReason::kTooLong) {
    return {DropCauses::Other(DropKind::kLoop, "dropped: the flows loop"), "", Uuid()};
  }
  const TracedFlow* const traced = last.flow == nullptr ? nullptr : world.Flow(last.flow->source, false);
  if (traced != nullptr) return {causes.Of(*traced, last.key), "Logical_Flow", traced->uuid};
  DropReading reading{InOtherTables(sb, world, chassis, last), "", Uuid()};
  if (last.flow != nullptr && last.flow->cookie != 0) {
    std::tie(reading.row_table, reading.row) = ChassisSite::RowOfCookie(sb, last.flow->cookie);
  }
  return reading;
}

}  // namespace ovnlite
