// File: southbound.h
// Brings the Southbound database from what it holds to what the compiler's items say it should hold. Rows that are
// there already are found again by what they mean (a datapath by its Northbound UUID, a port by its name, a flow by its
// text) and keep their UUIDs and keys; columns that chassis write are left alone. New rows' UUIDs follow from what the
// rows mean, so that they do not depend on the order of edits.

#ifndef OVNLITE_LIB_NORTHD_SOUTHBOUND_H_
#define OVNLITE_LIB_NORTHD_SOUTHBOUND_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "lib/northd/item.h"
#include "lib/northd/keyless.h"
#include "lib/northd/tunnel_keys.h"
#include "ovnlite/base/uuid.h"
#include "ovnlite/db/database.h"
#include "ovnlite/northd/northd.h"

namespace ovnlite {

class Southbound {
 public:
  // References must outlive it.
  Southbound(Database& nb, Database& sb, const ItemStore& store) : nb_(nb), sb_(sb), store_(store) {}

  // Takes note of items that came and went.
  void Add(uint32_t item) { Count(item, true); }
  void Remove(uint32_t item) { Count(item, false); }

  // Writes what has changed since the last call, in one transaction per database. After an error everything is looked
  // at again next time.
  absl::Status Write();

  // What the last Write() found no tunnel key for, by Northbound datapath: it is left out, and tried again each time.
  // Those who make the items must leave out what depends on it.
  const std::map<Uuid, Keyless>& keyless() const { return keyless_; }
  // That, and keys that were asked for and not given, in words.
  std::vector<NorthdWarning> warnings() const;

 private:
  // All items for one row of Logical_Flow.
  struct FlowState {
    std::vector<uint32_t> items;
    Uuid row;  // Zero: not written.
  };
  using RowName = std::pair<RowKind, std::string>;
  struct Binding {
    Uuid row;
    int64_t key = 0;
    Uuid datapath;  // For ports: the Southbound datapath.
  };

  void Count(uint32_t item, bool added);
  // The wanted row, or null. Of several under one name the smallest is taken, whatever came first.
  const std::string* Wanted(const RowName& name) const;

  // Notes that a row asked for a key that it cannot have.
  void Refuse(const RowName& name, int64_t key, bool taken);

  TunnelKeyLimits Limits() const;
  void Adopt();
  void AdoptFlows();
  void WriteDatapaths(Transaction& t);
  void WritePorts(Transaction& t);
  void DeleteDependents(Transaction& t, const Binding& datapath);
  void WriteGroups(Transaction& t);
  void WriteSets(Transaction& t);
  void WritePortGroups(Transaction& t);
  void WriteGlobal(Transaction& t);
  void WriteFlows(Transaction& t);
  void WriteFlow(Transaction& t, const LogicalFlowText& text, FlowState& state);
  // The group of several datapaths, made if need be.
  Uuid GroupOf(Transaction& t, const std::vector<Uuid>& datapaths);
  absl::Status WriteNorthbound();
  // Everything dirty of a kind, and of a datapath (by its Northbound UUID) that got a new row, key or ports.
  std::vector<RowName> DirtyRows(RowKind kind) const;
  void DirtyRowsOf(RowKind kind, const Uuid& datapath);

  Database& nb_;
  Database& sb_;
  const ItemStore& store_;
  bool adopted_ = false;

  std::map<RowName, std::set<std::string>> wanted_;  // Serialized rows.
  std::set<RowName> dirty_rows_;
  absl::flat_hash_map<LogicalFlowText, FlowState> flows_;
  std::set<LogicalFlowText> dirty_flows_;
  std::set<Uuid> stale_flows_;  // Rows that nobody can want.

  std::map<Uuid, Keyless> keyless_;          // By Northbound UUID of the datapath.
  std::map<RowName, std::string> refusals_;  // Words for keys that were asked for in vain.
  std::map<Uuid, Binding> datapaths_;        // By Northbound UUID.
  std::map<std::string, Binding> ports_;     // By name.
  std::map<RowName, Uuid> rows_;             // Multicast groups, sets, port groups.
  std::map<Uuid, int64_t> last_port_key_;    // By Southbound datapath.
  int64_t last_datapath_key_ = 0;
};

}  // namespace ovnlite

#endif  // OVNLITE_LIB_NORTHD_SOUTHBOUND_H_
