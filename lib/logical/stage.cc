#include "ovnlite/logical/stage.h"

#include <iterator>

namespace ovnlite {
namespace {

constexpr StageInfo kStages[] = {
#define OVNLITE_STAGE_INFO(enumerator, type, pipeline, table, name) \
  {Stage::enumerator, DatapathType::type, Pipeline::pipeline, table, {name, sizeof(name) - 1}},
    OVNLITE_STAGES(OVNLITE_STAGE_INFO)
#undef OVNLITE_STAGE_INFO
};

// Where in kStages a pipeline begins, and how many stages it has.
struct Run {
  int first = 0;
  int count = 0;
};

constexpr Run FindRun(DatapathType type, Pipeline pipeline) {
  Run run;
  for (int i = 0; i < static_cast<int>(std::size(kStages)); ++i) {
    if (kStages[i].datapath_type != type || kStages[i].pipeline != pipeline) continue;
    if (run.count++ == 0) run.first = i;
  }
  return run;
}

constexpr Run kRuns[2][2] = {
    {FindRun(DatapathType::kSwitch, Pipeline::kIngress), FindRun(DatapathType::kSwitch, Pipeline::kEgress)},
    {FindRun(DatapathType::kRouter, Pipeline::kIngress), FindRun(DatapathType::kRouter, Pipeline::kEgress)}};

// The list is in order and has no gaps, so that a stage is found by counting.
constexpr bool IsInOrder() {
  for (int i = 0; i < static_cast<int>(std::size(kStages)); ++i) {
    const StageInfo& info = kStages[i];
    const Run run = kRuns[static_cast<int>(info.datapath_type)][static_cast<int>(info.pipeline)];
    if (static_cast<int>(info.stage) != i || i - run.first != info.table) return false;
  }
  return true;
}
static_assert(IsInOrder());

}  // namespace

absl::Span<const StageInfo> AllStages() { return kStages; }

const StageInfo& Info(Stage stage) { return kStages[static_cast<int>(stage)]; }

std::optional<Stage> FindStage(DatapathType type, Pipeline pipeline, int table) {
  const Run run = kRuns[static_cast<int>(type)][static_cast<int>(pipeline)];
  if (table < 0 || table >= run.count) return std::nullopt;
  return static_cast<Stage>(run.first + table);
}

std::optional<Stage> FindStage(absl::string_view name) {
  for (const StageInfo& info : kStages) {
    if (info.name == name) return info.stage;
  }
  return std::nullopt;
}

int StageCount(DatapathType type, Pipeline pipeline) {
  return kRuns[static_cast<int>(type)][static_cast<int>(pipeline)].count;
}

std::optional<Pipeline> FindPipeline(absl::string_view name) {
  for (const Pipeline pipeline : {Pipeline::kIngress, Pipeline::kEgress}) {
    if (PipelineName(pipeline) == name) return pipeline;
  }
  return std::nullopt;
}

}  // namespace ovnlite
