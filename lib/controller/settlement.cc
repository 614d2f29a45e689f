#include "lib/controller/settlement.h"

#include <algorithm>
#include <vector>

#include "ovnlite/base/status.h"

namespace ovnlite {
namespace {

// In order, and without the pointers.
std::vector<ZoneWish> Sorted(const std::vector<const ZoneWish*>& wishes) {
  std::vector<ZoneWish> sorted;
  for (const ZoneWish* wish : wishes) sorted.push_back(*wish);
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

// The owners of zones: ports and datapaths each in the order of ovn-controller's own tables, a datapath with one for DNAT
// and one for SNAT.
std::vector<std::string> OwnersOf(const std::vector<const ZoneWish*>& wishes) {
  const std::vector<ZoneWish> sorted = Sorted(wishes);
  const auto datapaths = std::find_if(sorted.begin(), sorted.end(), [](const ZoneWish& w) { return w.datapath_key != 0; });
  const std::vector<ZoneWish> ports(sorted.begin(), datapaths), others(datapaths, sorted.end());
  std::vector<uint32_t> hashes;
  std::vector<std::string> owners;
  for (const ZoneWish& port : ports) hashes.push_back(OvsStringHash(port.owner));
  for (const size_t i : OvsTableOrder(hashes)) owners.push_back(ports[i].owner);
  hashes.clear();
  for (const ZoneWish& datapath : others) hashes.push_back(datapath.datapath_key);
  for (const size_t i : OvsTableOrder(hashes)) {
    owners.push_back(others[i].owner + "_dnat");
    owners.push_back(others[i].owner + "_snat");
  }
  return owners;
}

}  // namespace

Settlement::Settlement(Incremental& engine, const ControllerContext& context, bool with_zones)
    : engine_(engine), context_(context), with_zones_(with_zones) {}

absl::Status Settlement::Update() {
  do {
    // Who needs a number is known once it is known what is local.
    do {
      OVNLITE_RETURN_IF_ERROR(engine_.Update());
    } while (SettleLocality());
    const bool zones = SettleZones();
    const bool groups = SettleNumbers(context_.groups, groups_, context_.group_id);
    const bool meters = SettleNumbers(context_.meters, meters_, context_.meter_id);
    if (!zones && !groups && !meters) return absl::OkStatus();
  } while (true);
}

bool Settlement::SettleLocality() {
  const auto seeds = engine_.TakeChanges(context_.seeds);
  const auto patches = engine_.TakeChanges(context_.patches);
  if (context_.everywhere() || (seeds.empty() && patches.empty())) return false;
  for (const Uuid* datapath : seeds.added) local_.AddSeed(*datapath);
  for (const Patch* patch : patches.added) local_.AddPatch(patch->first, patch->second);
  for (const Uuid* datapath : seeds.removed) local_.RemoveSeed(*datapath);
  for (const Patch* patch : patches.removed) local_.RemovePatch(patch->first, patch->second);
  bool changed = false;
  local_.Settle([&](const Uuid& datapath, bool is_local) {
    changed = true;
    engine_.Set(context_.is_reached, datapath, is_local);
    is_local ? engine_.Demand(context_.local_datapath, datapath) : engine_.LetGo(context_.local_datapath, datapath);
  });
  return changed;
}

bool Settlement::SettleZones() {
  const auto wishes = engine_.TakeChanges(context_.zones);
  if (!with_zones_ || (wishes.empty() && !zones_.has_restored())) return false;
  bool changed = false;
  zones_.Change(OwnersOf(wishes.removed), OwnersOf(wishes.added), [&](const std::string& owner, uint32_t zone) {
    changed = true;
    engine_.Set(context_.zone, owner, zone);
  });
  return changed;
}

bool Settlement::SettleNumbers(const Collection<std::string>& wishes, ExtendTable& table,
                               const Query<std::string, uint32_t>& id) {
  const auto changes = engine_.TakeChanges(wishes);
  if (changes.empty()) return false;
  bool changed = false;
  table.Change(changes.added, changes.removed, [&](const std::string& description, uint32_t number) {
    changed = true;
    engine_.Set(id, description, number);
  });
  return changed;
}

}  // namespace ovnlite
