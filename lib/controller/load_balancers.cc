// Side tables 68 and 70, for load balancers whose client and backend are the same machine: was this packet sent by a
// backend to itself (68; its answers are learned into 69), and under which address must it seem to come (70)?
#include <algorithm>
#include <optional>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "lib/controller/emit.h"
#include "ovnlite/base/ip.h"

namespace ovnlite {
namespace {

constexpr uint8_t kTcp = 6, kUdp = 17, kSctp = 132;
constexpr int kNatted = 1;  // Bit of ct_mark: the destination was translated by a load balancer.

// "192.0.2.1", "192.0.2.1:80", "2001:db8::1", "[2001:db8::1]:80".
struct Endpoint {
  IpAddress ip;
  uint16_t port = 0;  // 0: any.
};

bool Parse(absl::string_view text, Endpoint* endpoint) {
  absl::string_view address = text, port;
  const size_t colon = text.rfind(':');
  if (text.size() > 1 && text[0] == '[') {
    const size_t bracket = text.find(']');
    if (bracket == text.npos) return false;
    address = text.substr(1, bracket - 1);
    if (bracket + 1 < text.size()) {
      if (text[bracket + 1] != ':') return false;
      port = text.substr(bracket + 2);
    }
  } else if (colon != text.npos && text.find(':') == colon) {
    address = text.substr(0, colon);
    port = text.substr(colon + 1);
  }
  const absl::StatusOr<IpAddress> ip = IpAddress::Parse(address);
  uint32_t number = 0;
  if (!ip.ok() || (!port.empty() && (!absl::SimpleAtoi(port, &number) || number > 65535))) return false;
  *endpoint = {*ip, static_cast<uint16_t>(number)};
  return true;
}

LearnOp::Spec Same(OfField field) { return {Subfield::Whole(field), true, Subfield::Whole(field), 0}; }
LearnOp::Spec Fixed(OfField field, u128 value) { return {Subfield::Whole(field), false, {}, value}; }

class LoadBalancerFlows {
 public:
  LoadBalancerFlows(const ControllerContext& context, sb::Load_Balancer_View row, std::vector<uint32_t> datapaths,
                    uint32_t cookie, Output& out)
      : context_(context), row_(row), datapaths_(std::move(datapaths)), cookie_(cookie), out_(out) {
    if (row->protocol() == "udp") proto_ = kUdp;
    if (row->protocol() == "sctp") proto_ = kSctp;
  }

  void Emit() {
    for (const auto& [vip_text, backends] : row_->vips()) {
      Endpoint vip;
      if (!Parse(vip_text, &vip)) continue;
      const std::optional<IpAddress> own = SnatAddress(vip.ip);
      const IpAddress snat = own.value_or(vip.ip);
      for (const absl::string_view backend_text : absl::StrSplit(backends, ',', absl::SkipEmpty())) {
        Endpoint backend;
        if (Parse(backend_text, &backend) && backend.ip.is_v6() == vip.ip.is_v6()) EmitHairpin(vip, backend, snat);
      }
      // An address of its own is used on the balancer's datapaths only.
      if (own.has_value()) {
        for (const uint32_t datapath : datapaths_) EmitSnat(vip, snat, datapath);
      } else {
        EmitSnat(vip, snat, 0);
      }
    }
  }

 private:
  // The address that a backend sees its own packets come from, if it is not the VIP.
  std::optional<IpAddress> SnatAddress(const IpAddress& vip) const {
    const std::optional<absl::string_view> option = row_->options("hairpin_snat_ip");
    for (const absl::string_view word : absl::StrSplit(option.value_or(""), ' ', absl::SkipEmpty())) {
      const absl::StatusOr<IpAddress> ip = IpAddress::Parse(word);
      if (ip.ok() && ip->is_v6() == vip.is_v6()) return *ip;
    }
    return std::nullopt;
  }

  // The stages before have left the connection's first destination in reg1 (xxreg1) and reg2.
  void MatchVip(const Endpoint& vip, FlowBuilder& flow) const {
    flow.Match(field::kEthType, vip.ip.is_v6() ? 0x86dd : 0x0800);
    flow.Match(vip.ip.is_v6() ? XxregField(1) : RegField(1), vip.ip.bits());
    if (vip.port != 0) flow.Match(field::kIpProto, proto_).Match(RegField(2), vip.port, 0xffff);
  }

  void EmitHairpin(const Endpoint& vip, const Endpoint& backend, const IpAddress& snat) {
    const bool v6 = vip.ip.is_v6();
    FlowBuilder flow(table::kCheckHairpin, 100, cookie_);
    MatchVip(vip, flow);
    flow.Match(field::kCtMark, u128{1} << kNatted, u128{1} << kNatted);
    flow.Match(v6 ? field::kIp6Src : field::kIp4Src, backend.ip.bits());
    flow.Match(v6 ? field::kIp6Dst : field::kIp4Dst, backend.ip.bits());
    if (vip.port != 0) flow.Match(field::kL4Dst, backend.port);

    LearnOp answers;
    answers.table = table::kCheckHairpinReply;
    answers.delete_learned = true;
    answers.cookie = cookie_;
    answers.matches = {Same(OfField::kMetadata), Fixed(OfField::kEthType, v6 ? 0x86dd : 0x0800),
                       Same(v6 ? OfField::kIpv6Src : OfField::kIpSrc),
                       Fixed(v6 ? OfField::kIpv6Dst : OfField::kIpDst, snat.bits())};
    if (vip.port == 0) {
      answers.matches.push_back(Same(OfField::kIpProto));
    } else {
      answers.matches.push_back(Fixed(OfField::kIpProto, proto_));
      const OfField src = proto_ == kTcp ? OfField::kTcpSrc : proto_ == kUdp ? OfField::kUdpSrc : OfField::kSctpSrc;
      const OfField dst = proto_ == kTcp ? OfField::kTcpDst : proto_ == kUdp ? OfField::kUdpDst : OfField::kSctpDst;
      answers.matches.push_back({Subfield::Whole(src), true, Subfield::Whole(dst), 0});
    }
    answers.sets = {{{OfReg(10), flag::kHairpin, 1}, false, {}, 1}};
    context_.Emit(out_, flow.Do({SetFlag(flag::kHairpin, true), Op::Learn(std::move(answers))}));
  }

  // `datapath`: a key, or 0 for all.
  void EmitSnat(const Endpoint& vip, const IpAddress& snat, uint32_t datapath) {
    const int priority = (vip.port != 0 ? 100 : 90) + (datapath != 0 ? 100 : 0);
    FlowBuilder flow(table::kSnatForVip, static_cast<uint16_t>(priority), cookie_);
    if (datapath != 0) flow.Datapath(datapath);
    MatchVip(vip, flow);
    CtOp ct;
    ct.commit = true;
    ct.nat = CtOp::Nat::kSrc;
    ct.zone_field = {OfReg(12), 0, 16};
    ct.nat_address = snat.ToString();
    context_.Emit(out_, flow.Do({Op::Ct(std::move(ct))}));
  }

  const ControllerContext& context_;
  sb::Load_Balancer_View row_;
  std::vector<uint32_t> datapaths_;  // Keys of those that are local.
  uint32_t cookie_;
  uint8_t proto_ = kTcp;
  Output& out_;
};

// Keys of the local datapaths that use it.
std::vector<uint32_t> LocalDatapaths(Reader& reader, const ControllerContext& context, sb::Load_Balancer_View row) {
  std::vector<uint32_t> keys;
  const auto look_at = [&](const Uuid& datapath) {
    if (reader.Ask(context.is_local, datapath)) keys.push_back(reader.Ask(context.datapath_key, datapath));
  };
  for (const Uuid& datapath : row->datapaths()) look_at(datapath);
  if (row->has_datapath_group()) {
    const auto group = reader.Get<sb::Logical_DP_Group>(row->datapath_group());
    if (group) {
      for (const Uuid& datapath : group->datapaths()) look_at(datapath);
    }
  }
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  return keys;
}

}  // namespace

void EmitLoadBalancerFlows(Reader& reader, const ControllerContext& context, const Uuid& row, Output& out) {
  const auto balancer = reader.Get<sb::Load_Balancer>(row);
  if (!balancer) return;
  std::vector<uint32_t> datapaths = LocalDatapaths(reader, context, balancer);
  if (!datapaths.empty()) LoadBalancerFlows(context, balancer, std::move(datapaths), row.prefix(), out).Emit();
}

}  // namespace ovnlite
