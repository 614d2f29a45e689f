#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "lib/schema/ovn_sb.rows.h"
#include "lib/trace/drop_causes.h"
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

// Expressions of microflows are kept up to this much memory.
constexpr size_t kMaxPoolBytes = 1 << 20;

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
  explicit State(Database& database)
      : sb(database), world(database), causes(world), controller(database, tables, {.on_demand = true}) {}

  // Lines of `ovs-ofctl dump-flows`, without what is different on every hypervisor.
  std::vector<std::string> OpenFlowOf(const Uuid& uuid, std::vector<std::string>& warnings) const {
    absl::Status left_out;
    std::vector<std::string> lines = controller.DumpFlowsOf(uuid, &left_out);
    if (!left_out.ok()) warnings.push_back(absl::StrCat("logical flow ", uuid.ToString(), ": ", left_out.message()));
    for (std::string& line : lines) {
      if (const size_t from = line.find("table="); from != std::string::npos) line.erase(0, from);
    }
    return lines;
  }

  Database& sb;
  TracedWorld world;
  DropCauses causes;
  FlowTables tables;
  Controller controller;
  ExprPool microflows;
};

Tracer::Tracer(Database& sb) : state_(std::make_unique<State>(sb)) {}
Tracer::~Tracer() = default;

void Tracer::UseNorthbound(const Database* nb) { state_->causes.UseNorthbound(nb); }

std::vector<std::string> Tracer::CheckFlows() const {
  FlowTables tables;
  Controller all(state_->sb, tables, {});
  all.Update();
  std::vector<std::string> warnings;
  for (const FlowError& error : all.errors()) warnings.push_back(error.ToString());
  return warnings;
}

absl::StatusOr<Trace> Tracer::Run(absl::string_view datapath, absl::string_view microflow,
                                  const TraceOptions& options) {
  State& s = *state_;
  s.controller.Update();
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
  if (s.microflows.bytes() > kMaxPoolBytes) s.microflows.Clear();
  absl::StatusOr<FlowKey> key = ParseMicroflow(s.microflows, microflow, ports, &s.world);
  if (!key.ok()) return WithContext(key.status(), "error parsing flow");
  trace.key = *key;
  trace.microflow = FormatMicroflow(*key);
  if (key->Get64(field::kLogicalInPort) == 0) {
    trace.warnings.push_back("microflow does not specify ingress port");
    return trace;
  }
  key->Set(field::kMetadata, dp->key);
  std::function<std::vector<std::string>(const Uuid&)> openflow;
  if (options.openflow) {
    openflow = [&](const Uuid& uuid) {
      const size_t said = trace.warnings.size();
      std::vector<std::string> lines = s.OpenFlowOf(uuid, trace.warnings);
      trace.is_partial = trace.is_partial || trace.warnings.size() > said;
      return lines;
    };
  }
  Recorder recorder(s.world, s.causes, s.controller, s.tables, TiesAsInOvnTrace(s.sb.RowCount<sb::Logical_Flow>()),
                    options, openflow);
  recorder.Run(*key, trace.root);
  trace.is_partial = trace.is_partial || recorder.has_met_unreadable();
  for (std::string& warning : recorder.TakeWarnings()) trace.warnings.push_back(std::move(warning));
  if (options.physical || options.reply) {
    for (const std::string& chassis : Controller::ChassisWithoutGeneve(s.sb)) {
      trace.warnings.push_back(absl::StrCat("chassis ", chassis, " has no Geneve Encap: it cannot be reached"));
      trace.is_partial = true;
    }
    PhysicalWalk walk = WalkPhysicalPath(s.sb, s.world, s.causes, *dp, *key, options);
    trace.physical = std::move(walk.there);
    trace.reply = std::move(walk.back);
  }
  return trace;
}

std::string Trace::ToText(TraceForm form) const {
  return absl::StrCat("# ", microflow, "\n", FormatTraceTree(root, form));
}

}  // namespace ovnlite
