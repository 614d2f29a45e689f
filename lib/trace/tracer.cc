#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "lib/schema/ovn_sb.pb.h"
#include "lib/trace/physical_walk.h"
#include "lib/trace/recorder.h"
#include "lib/trace/ties.h"
#include "lib/trace/world.h"
#include "ovnlite/base/status.h"
#include "ovnlite/controller/controller.h"
#include "ovnlite/flow/flow_tables.h"
#include "ovnlite/logical/microflow.h"
#include "ovnlite/trace/trace.h"

namespace ovnlite {
namespace {

// The names a microflow may use for ports, as seen from one datapath. What it finds wrong becomes a warning.
class MicroflowPorts final : public ExprResolver {
 public:
  MicroflowPorts(const TracedWorld& world, const TracedDatapath& datapath, std::vector<std::string>& warnings)
      : world_(world), datapath_(datapath), warnings_(warnings) {}

  bool FindPort(absl::string_view name, uint32_t* key) const override {
    if (name == "none") {
      *key = 0;
      return true;
    }
    if (const TracedPort* port = TracedWorld::FindPort(datapath_, name)) {
      *key = port->key;
      return true;
    }
    for (const auto& [group_key, group] : datapath_.groups) {
      if (group != name) continue;
      *key = group_key;
      return true;
    }
    const bool elsewhere = world_.DatapathOfPort(name) != nullptr;
    std::string warning =
        elsewhere ? absl::StrCat("port ", name, " is in wrong datapath") : absl::StrCat(name, ": unknown logical port");
    if (std::find(warnings_.begin(), warnings_.end(), warning) == warnings_.end()) {
      warnings_.push_back(std::move(warning));
    }
    return false;
  }
  bool IsChassisResident(absl::string_view) const override { return true; }

 private:
  const TracedWorld& world_;
  const TracedDatapath& datapath_;
  std::vector<std::string>& warnings_;
};

}  // namespace

struct Tracer::State {
  explicit State(Database& database) : sb(database), world(database), controller(database, tables, {}) {}

  // Every port that a packet can be sent to is plugged in here; patches and redirections need no port.
  void Plug() {
    uint32_t next = 1;
    std::vector<std::string> names;
    for (const auto& [uuid, port] : sb.Rows<sb::Port_Binding>()) {
      const std::string& type = port.type();
      if (type == "patch" || type == "l3gateway" || type == "chassisredirect") continue;
      names.push_back(port.has_parent_port() && !port.parent_port().empty() ? port.parent_port() : port.logical_port());
    }
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    for (const auto& [name, number] : std::map<std::string, uint32_t>(controller.ports())) {
      if (!std::binary_search(names.begin(), names.end(), name)) controller.Plug(name, 0);
      next = std::max(next, number + 1);
    }
    for (const std::string& name : names) {
      if (!controller.ports().contains(name)) controller.Plug(name, next++);
    }
  }

  // Lines of `ovs-ofctl dump-flows`, by cookie.
  std::vector<std::string> OpenFlowOf(const Uuid& uuid) {
    if (!dumped) {
      dump.clear();
      for (const std::string& line : controller.DumpFlows()) {
        const size_t at = line.find("cookie=0x");
        uint64_t cookie = 0;
        if (at == std::string::npos) continue;
        const size_t end = line.find_first_of(", ", at);
        if (absl::SimpleHexAtoi(line.substr(at + 9, end - at - 9), &cookie)) {
          const size_t from = line.find("table=");
          dump[static_cast<uint32_t>(cookie)].push_back(from == std::string::npos ? line : line.substr(from));
        }
      }
      dumped = true;
    }
    const auto found = dump.find(uuid.prefix());
    return found == dump.end() ? std::vector<std::string>() : found->second;
  }

  Database& sb;
  TracedWorld world;
  FlowTables tables;
  Controller controller;
  Ties ties;
  bool dumped = false;
  std::map<uint32_t, std::vector<std::string>> dump;
};

Tracer::Tracer(Database& sb) : state_(std::make_unique<State>(sb)) {}
Tracer::~Tracer() = default;

absl::StatusOr<Trace> Tracer::Run(absl::string_view datapath, absl::string_view microflow,
                                  const TraceOptions& options) {
  State& s = *state_;
  s.Plug();
  if (const Controller::Result changed = s.controller.Update(); changed.added + changed.removed != 0) {
    s.dumped = false;
    s.ties.Build(s.tables, s.sb.RowCount<sb::Logical_Flow>());
  }
  s.world.Refresh();
  const TracedDatapath* dp = nullptr;
  if (!datapath.empty()) {
    OVNLITE_ASSIGN_OR_RETURN(dp, s.world.FindDatapath(datapath));
  } else {
    const absl::StatusOr<std::string> inport = MicroflowInport(microflow, &s.world);
    if (!inport.ok()) return WithContext(inport.status(), "error parsing flow");
    dp = s.world.DatapathOfPort(*inport);
    if (dp == nullptr) return absl::NotFoundError(absl::StrCat("unknown port \"", *inport, "\""));
  }
  Trace trace;
  const MicroflowPorts ports(s.world, *dp, trace.warnings);
  absl::StatusOr<FlowKey> key = ParseMicroflow(microflow, ports, &s.world);
  if (!key.ok()) return WithContext(key.status(), "error parsing flow");
  trace.key = *key;
  trace.microflow = FormatMicroflow(*key);
  if (key->Get64(field::kLogicalInPort) == 0) {
    trace.warnings.push_back("microflow does not specify ingress port");
    return trace;
  }
  key->Set(field::kMetadata, dp->key);
  std::function<std::vector<std::string>(const Uuid&)> openflow;
  if (options.openflow) openflow = [&s](const Uuid& uuid) { return s.OpenFlowOf(uuid); };
  Recorder recorder(s.world, s.controller, s.tables, s.ties, options, openflow);
  recorder.Run(*key, trace.root);
  for (std::string& warning : recorder.TakeWarnings()) trace.warnings.push_back(std::move(warning));
  if (options.physical) trace.physical = WalkPhysicalPath(s.sb, s.world, *dp, *key, options);
  return trace;
}

std::string Trace::ToText(TraceForm form) const {
  return absl::StrCat("# ", microflow, "\n", FormatTraceTree(root, form));
}

}  // namespace ovnlite
