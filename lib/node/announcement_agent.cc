#include "lib/node/announcement_agent.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "lib/node/port_keys.h"
#include "lib/schema/ovn_sb.rows.h"
#include "ovnlite/flow/opcode.h"
#include "ovnlite/schema/schema.h"

namespace ovnlite {
namespace {

constexpr char kActivated[] = "additional-chassis-activated";

}  // namespace

bool AnnouncementAgent::Takes(uint32_t code) const { return code == opcode::kActivatePort; }

void AnnouncementAgent::Take(PacketIn packet) {
  announced_.push_back({static_cast<uint32_t>(packet.key.Get64(field::kMetadata)),
                        static_cast<uint32_t>(packet.key.Get64(field::kLogicalInPort))});
}

void AnnouncementAgent::WriteRows() {
  if (announced_.empty()) return;
  const std::vector<LogicalPort> announced = std::exchange(announced_, {});
  Transaction t = sb_.Begin();
  for (const LogicalPort& at : announced) {
    const Uuid port = FindPortByKey(sb_, FindDatapathByKey(sb_, at.datapath), at.port);
    if (port.IsZero()) continue;
    std::string chassis_list(t.Read<sb::Port_Binding>(port)->options(kActivated).value_or(""));
    const std::vector<std::string> known = absl::StrSplit(chassis_list, ',', absl::SkipEmpty());
    if (std::find(known.begin(), known.end(), chassis_) != known.end()) continue;
    absl::StrAppend(&chassis_list, known.empty() ? "" : ",", chassis_);
    t.InsertPair(sb::columns::Port_Binding::options, port, kActivated, chassis_list);
  }
  sb_.Commit(std::move(t)).IgnoreError();  // A conflict means that the rows are gone.
}

}  // namespace ovnlite
