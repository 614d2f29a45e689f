// File: stage.h
// The one list of the stages of OVN 23.03's logical pipelines. The enum, the names, the numbers and the look-ups all come
// from it, and code elsewhere speaks of stages by name: numbers change with every release of OVN, names hardly ever.
//
// A logical switch's or router's packet goes through its ingress stages by number, then through its egress stages. A
// Logical_Flow row says where it belongs by pipeline and table_id, and by name in external_ids:stage-name.

#ifndef OVNLITE_LOGICAL_STAGE_H_
#define OVNLITE_LOGICAL_STAGE_H_

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace ovnlite {

enum class DatapathType : uint8_t { kSwitch, kRouter };
enum class Pipeline : uint8_t { kIngress, kEgress };

// X(enumerator, datapath type, pipeline, table, name)
#define OVNLITE_STAGES(X)                                              \
  X(kLsInCheckPortSec, kSwitch, kIngress, 0, "ls_in_check_port_sec")   \
  X(kLsInApplyPortSec, kSwitch, kIngress, 1, "ls_in_apply_port_sec")   \
  X(kLsInLookupFdb, kSwitch, kIngress, 2, "ls_in_lookup_fdb")          \
  X(kLsInPutFdb, kSwitch, kIngress, 3, "ls_in_put_fdb")                \
  X(kLsInPreAcl, kSwitch, kIngress, 4, "ls_in_pre_acl")                \
  X(kLsInPreLb, kSwitch, kIngress, 5, "ls_in_pre_lb")                  \
  X(kLsInPreStateful, kSwitch, kIngress, 6, "ls_in_pre_stateful")      \
  X(kLsInAclHint, kSwitch, kIngress, 7, "ls_in_acl_hint")              \
  X(kLsInAcl, kSwitch, kIngress, 8, "ls_in_acl")                       \
  X(kLsInQosMark, kSwitch, kIngress, 9, "ls_in_qos_mark")              \
  X(kLsInQosMeter, kSwitch, kIngress, 10, "ls_in_qos_meter")           \
  X(kLsInLbAffCheck, kSwitch, kIngress, 11, "ls_in_lb_aff_check")      \
  X(kLsInLb, kSwitch, kIngress, 12, "ls_in_lb")                        \
  X(kLsInLbAffLearn, kSwitch, kIngress, 13, "ls_in_lb_aff_learn")      \
  X(kLsInPreHairpin, kSwitch, kIngress, 14, "ls_in_pre_hairpin")       \
  X(kLsInNatHairpin, kSwitch, kIngress, 15, "ls_in_nat_hairpin")       \
  X(kLsInHairpin, kSwitch, kIngress, 16, "ls_in_hairpin")              \
  X(kLsInAclAfterLb, kSwitch, kIngress, 17, "ls_in_acl_after_lb")      \
  X(kLsInStateful, kSwitch, kIngress, 18, "ls_in_stateful")            \
  X(kLsInArpRsp, kSwitch, kIngress, 19, "ls_in_arp_rsp")               \
  X(kLsInDhcpOptions, kSwitch, kIngress, 20, "ls_in_dhcp_options")     \
  X(kLsInDhcpResponse, kSwitch, kIngress, 21, "ls_in_dhcp_response")   \
  X(kLsInDnsLookup, kSwitch, kIngress, 22, "ls_in_dns_lookup")         \
  X(kLsInDnsResponse, kSwitch, kIngress, 23, "ls_in_dns_response")     \
  X(kLsInExternalPort, kSwitch, kIngress, 24, "ls_in_external_port")   \
  X(kLsInL2Lkup, kSwitch, kIngress, 25, "ls_in_l2_lkup")               \
  X(kLsInL2Unknown, kSwitch, kIngress, 26, "ls_in_l2_unknown")         \
  X(kLsOutPreAcl, kSwitch, kEgress, 0, "ls_out_pre_acl")               \
  X(kLsOutPreLb, kSwitch, kEgress, 1, "ls_out_pre_lb")                 \
  X(kLsOutPreStateful, kSwitch, kEgress, 2, "ls_out_pre_stateful")     \
  X(kLsOutAclHint, kSwitch, kEgress, 3, "ls_out_acl_hint")             \
  X(kLsOutAcl, kSwitch, kEgress, 4, "ls_out_acl")                      \
  X(kLsOutQosMark, kSwitch, kEgress, 5, "ls_out_qos_mark")             \
  X(kLsOutQosMeter, kSwitch, kEgress, 6, "ls_out_qos_meter")           \
  X(kLsOutStateful, kSwitch, kEgress, 7, "ls_out_stateful")            \
  X(kLsOutCheckPortSec, kSwitch, kEgress, 8, "ls_out_check_port_sec")  \
  X(kLsOutApplyPortSec, kSwitch, kEgress, 9, "ls_out_apply_port_sec")  \
  X(kLrInAdmission, kRouter, kIngress, 0, "lr_in_admission")           \
  X(kLrInLookupNeighbor, kRouter, kIngress, 1, "lr_in_lookup_neighbor") \
  X(kLrInLearnNeighbor, kRouter, kIngress, 2, "lr_in_learn_neighbor")  \
  X(kLrInIpInput, kRouter, kIngress, 3, "lr_in_ip_input")              \
  X(kLrInUnsnat, kRouter, kIngress, 4, "lr_in_unsnat")                 \
  X(kLrInDefrag, kRouter, kIngress, 5, "lr_in_defrag")                 \
  X(kLrInLbAffCheck, kRouter, kIngress, 6, "lr_in_lb_aff_check")       \
  X(kLrInDnat, kRouter, kIngress, 7, "lr_in_dnat")                     \
  X(kLrInLbAffLearn, kRouter, kIngress, 8, "lr_in_lb_aff_learn")       \
  X(kLrInEcmpStateful, kRouter, kIngress, 9, "lr_in_ecmp_stateful")    \
  X(kLrInNdRaOptions, kRouter, kIngress, 10, "lr_in_nd_ra_options")    \
  X(kLrInNdRaResponse, kRouter, kIngress, 11, "lr_in_nd_ra_response")  \
  X(kLrInIpRoutingPre, kRouter, kIngress, 12, "lr_in_ip_routing_pre")  \
  X(kLrInIpRouting, kRouter, kIngress, 13, "lr_in_ip_routing")         \
  X(kLrInIpRoutingEcmp, kRouter, kIngress, 14, "lr_in_ip_routing_ecmp") \
  X(kLrInPolicy, kRouter, kIngress, 15, "lr_in_policy")                \
  X(kLrInPolicyEcmp, kRouter, kIngress, 16, "lr_in_policy_ecmp")       \
  X(kLrInArpResolve, kRouter, kIngress, 17, "lr_in_arp_resolve")       \
  X(kLrInChkPktLen, kRouter, kIngress, 18, "lr_in_chk_pkt_len")        \
  X(kLrInLargerPkts, kRouter, kIngress, 19, "lr_in_larger_pkts")       \
  X(kLrInGwRedirect, kRouter, kIngress, 20, "lr_in_gw_redirect")       \
  X(kLrInArpRequest, kRouter, kIngress, 21, "lr_in_arp_request")       \
  X(kLrOutChkDnatLocal, kRouter, kEgress, 0, "lr_out_chk_dnat_local")  \
  X(kLrOutUndnat, kRouter, kEgress, 1, "lr_out_undnat")                \
  X(kLrOutPostUndnat, kRouter, kEgress, 2, "lr_out_post_undnat")       \
  X(kLrOutSnat, kRouter, kEgress, 3, "lr_out_snat")                    \
  X(kLrOutPostSnat, kRouter, kEgress, 4, "lr_out_post_snat")           \
  X(kLrOutEgrLoop, kRouter, kEgress, 5, "lr_out_egr_loop")             \
  X(kLrOutDelivery, kRouter, kEgress, 6, "lr_out_delivery")

enum class Stage : uint8_t {
#define OVNLITE_STAGE_ENUMERATOR(enumerator, type, pipeline, table, name) enumerator,
  OVNLITE_STAGES(OVNLITE_STAGE_ENUMERATOR)
#undef OVNLITE_STAGE_ENUMERATOR
};

struct StageInfo {
  Stage stage;
  DatapathType datapath_type;
  Pipeline pipeline;
  uint8_t table;  // table_id in the Southbound database.
  absl::string_view name;
};

// All stages, in the order of the enum: by datapath type, pipeline, table.
absl::Span<const StageInfo> AllStages();
const StageInfo& Info(Stage stage);
// Nothing where there is no such stage.
std::optional<Stage> FindStage(DatapathType type, Pipeline pipeline, int table);
std::optional<Stage> FindStage(absl::string_view name);
// How many stages a pipeline has.
int StageCount(DatapathType type, Pipeline pipeline);

inline absl::string_view StageName(Stage stage) { return Info(stage).name; }
// "ingress", "egress": Logical_Flow.pipeline.
constexpr absl::string_view PipelineName(Pipeline pipeline) {
  return pipeline == Pipeline::kIngress ? absl::string_view("ingress", 7) : absl::string_view("egress", 6);
}
std::optional<Pipeline> FindPipeline(absl::string_view name);

}  // namespace ovnlite

#endif  // OVNLITE_LOGICAL_STAGE_H_
