// File: settlement.h
// Inputs that are made of what the emitters found: which datapaths are local, and numbers for connection tracking zones,
// OpenFlow groups and meters. Emitters say what they need as items and read the answer as an input; between two runs of
// the engine this turns the one into the other. So emitters stay pure, and a number does not depend on the order in which
// they run.

#ifndef OVNLITE_LIB_CONTROLLER_SETTLEMENT_H_
#define OVNLITE_LIB_CONTROLLER_SETTLEMENT_H_

#include <map>
#include <string>

#include "absl/status/status.h"
#include "lib/controller/context.h"
#include "lib/controller/ct_zones.h"
#include "lib/controller/extend_table.h"
#include "lib/controller/local_datapaths.h"
#include "ovnlite/db/incremental.h"

namespace ovnlite {

class Settlement {
 public:
  // References must outlive this. Without zones nobody is given any.
  Settlement(Incremental& engine, const ControllerContext& context, bool with_zones);

  // Runs the engine until nothing that it finds changes an input. Errors: as Incremental::Update().
  absl::Status Update();

  void RestoreZones(const std::map<std::string, uint32_t>& zones) { zones_.Restore(zones); }
  const std::map<std::string, uint32_t>& zones() const { return zones_.zones(); }

 private:
  // Each is true when an input has changed.
  bool SettleLocality();
  bool SettleZones();
  bool SettleNumbers(const Collection<std::string>& wishes, ExtendTable& table, const Query<std::string, uint32_t>& id);

  Incremental& engine_;
  const ControllerContext& context_;
  const bool with_zones_;
  LocalDatapaths local_;
  CtZones zones_;
  ExtendTable groups_, meters_;
};

}  // namespace ovnlite

#endif  // OVNLITE_LIB_CONTROLLER_SETTLEMENT_H_
