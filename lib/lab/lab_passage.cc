#include "lib/lab/lab_passage.h"

#include <deque>
#include <map>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lib/schema/ovn_sb.pb.h"
#include "ovnlite/datapath/responder.h"
#include "ovnlite/datapath/translate.h"
#include "ovnlite/packet/extract.h"
#include "ovnlite/wire/ip_proto.h"

namespace ovnlite {
namespace {

// OVN 23.03's OpenFlow tables (ovn-architecture(7)).
constexpr uint8_t kIngressTable = 8, kOutputTable = 37, kLocalOutputTable = 40, kEgressTable = 42, kSaveInPort = 64,
                  kSideTables = 66;
constexpr int kMaxAnswers = 8;

const sb::Datapath_Binding* FindDatapath(const Database& sb, uint32_t key, Uuid* uuid) {
  const absl::Span<const Uuid> found = sb.IndexOn<sb::Datapath_Binding>("tunnel_key").Find(absl::StrCat(key));
  if (found.empty()) return nullptr;
  *uuid = found[0];
  return sb.Get<sb::Datapath_Binding>(found[0]);
}

bool IsLogicalTable(uint8_t table) {
  return (table >= kIngressTable && table < kOutputTable) || (table >= kEgressTable && table < kSaveInPort);
}

std::string MacText(uint64_t bits) { return MacAddress(bits).ToString(); }
std::string IpText(uint64_t bits) { return Ipv4Address(static_cast<uint32_t>(bits)).ToString(); }

// The header fields that differ, in OVN's words.
std::vector<FieldChange> Compare(const FlowKey& a, const FlowKey& b) {
  std::vector<FieldChange> changes;
  const auto number = [&](const char* name, FieldRef f) {
    if (a.Get64(f) != b.Get64(f)) changes.push_back({name, absl::StrCat(a.Get64(f)), absl::StrCat(b.Get64(f))});
  };
  const auto text = [&](const char* name, FieldRef f, std::string (*format)(uint64_t)) {
    if (a.Get64(f) != b.Get64(f)) changes.push_back({name, format(a.Get64(f)), format(b.Get64(f))});
  };
  const auto ip6 = [&](const char* name, FieldRef f) {
    if (a.Get(f) == b.Get(f)) return;
    changes.push_back({name, Ipv6Address(a.Get(f)).ToString(), Ipv6Address(b.Get(f)).ToString()});
  };
  text("eth.src", field::kEthSrc, MacText);
  text("eth.dst", field::kEthDst, MacText);
  number("vlan.tci", field::kVlanTci);
  const uint64_t type = a.Get64(field::kEthType);
  if (type == 0x0806) {
    number("arp.op", field::kArpOp);
    text("arp.spa", field::kArpSpa, IpText);
    text("arp.tpa", field::kArpTpa, IpText);
    text("arp.sha", field::kArpSha, MacText);
    text("arp.tha", field::kArpTha, MacText);
    return changes;
  }
  if (type == 0x0800) {
    text("ip4.src", field::kIp4Src, IpText);
    text("ip4.dst", field::kIp4Dst, IpText);
  } else {
    ip6("ip6.src", field::kIp6Src);
    ip6("ip6.dst", field::kIp6Dst);
    ip6("nd.target", field::kNdTarget);
    text("nd.sll", field::kNdSll, MacText);
  }
  number("ip.ttl", field::kIpTtl);
  number("ip.dscp", field::kIpDscp);
  const uint64_t proto = a.Get64(field::kIpProto);
  const bool icmp = proto == kIpProtoIcmp || proto == kIpProtoIcmpv6;
  const std::string l4 = proto == kIpProtoTcp ? "tcp" : proto == kIpProtoSctp ? "sctp" : icmp ? "icmp" : "udp";
  number(absl::StrCat(l4, icmp ? ".type" : ".src").c_str(), field::kL4Src);
  number(absl::StrCat(l4, icmp ? ".code" : ".dst").c_str(), field::kL4Dst);
  return changes;
}

// The action that answers, for those whose answer goes on as a packet.
absl::string_view ResponderName(uint32_t code) {
  switch (code) {
    case opcode::kArp:
      return "arp";
    case opcode::kNdNs:
      return "nd_ns";
    case opcode::kNdNa:
      return "nd_na";
    case opcode::kNdNaRouter:
      return "nd_na_router";
    case opcode::kIcmp:
      return "icmp4";
    case opcode::kIcmp4Error:
      return "icmp4_error";
    case opcode::kIcmp6Error:
      return "icmp6_error";
    case opcode::kTcpReset:
      return "tcp_reset";
    case opcode::kSctpAbort:
      return "sctp_abort";
    case opcode::kReject:
      return "reject";
    default:
      return "";
  }
}

// Builds the passage while the translator runs.
class Watcher final : public Observer {
 public:
  Watcher(const Controller& controller, const Database& sb, Passage& passage)
      : controller_(controller), sb_(sb), passage_(passage) {
    for (const auto& [name, number] : controller.ports()) ports_[number] = name;
    for (const auto& [name, number] : controller.tunnels()) tunnels_[number] = name;
  }

  void OnLookup(uint8_t table, const Flow* flow, const FlowKey& key) override {
    // That a side table knows nothing ends no packet.
    if (table < kSideTables) no_flow_ = flow == nullptr;
    const uint32_t datapath = static_cast<uint32_t>(key.Get64(field::kMetadata));
    const bool boundary = table == kIngressTable || table == kOutputTable || table == kLocalOutputTable ||
                          table == kEgressTable || table == kSaveInPort;
    if (!boundary && !IsLogicalTable(table)) return;
    Finish(key);
    if (table == kIngressTable || (boundary && (passage_.legs.empty() || datapath != datapath_))) {
      Enter(datapath, key, table != kIngressTable);
    }
    if (IsLogicalTable(table)) {
      pending_ = flow;
      pending_key_ = key;
      last_ = flow;
    }
  }

  void OnEffect(const Effect& effect, const FlowKey& key) override {
    Finish(key);
    if (effect.kind == Effect::Kind::kOutput) Output(effect);
    if (effect.kind == Effect::Kind::kTrack) End(PassageEnd::Kind::kUntraced, "connection tracking");
    if (effect.kind == Effect::Kind::kRespond) Respond(effect);
  }

  // Called when nothing came of the packet.
  void Dropped(DropReason reason) {
    std::string why = reason == DropReason::kTtl ? "its TTL ran out" : no_flow_ ? "no flow matched" : "by flow";
    if (last_ != nullptr && !passage_.legs.empty()) {
      FlowTaken taken = Describe(*last_);
      if (!taken.stage.empty()) absl::StrAppend(&why, " in ", taken.stage);
      passage_.legs.back().flows.push_back(std::move(taken));
    }
    End(PassageEnd::Kind::kDropped, why);
  }

  std::vector<Effect> TakeResponses() { return std::move(responses_); }
  void End(PassageEnd::Kind kind, absl::string_view name, uint64_t tunnel = 0) {
    passage_.ends.push_back({kind, std::string(name), tunnel, passage_.legs.empty() ? 0 : passage_.legs.size() - 1});
  }

 private:
  void Enter(uint32_t datapath, const FlowKey& key, bool egress_only) {
    datapath_ = datapath;
    PassageLeg leg;
    leg.datapath = DatapathName(sb_, datapath);
    Uuid uuid;
    const auto* row = FindDatapath(sb_, datapath, &uuid);
    leg.router = row != nullptr && row->external_ids().contains("logical-router");
    leg.egress_only = egress_only;
    leg.inport = PortName(sb_, datapath, static_cast<uint32_t>(key.Get64(field::kLogicalInPort)));
    leg.key = key;
    leg.frame = passage_.frames.size() - 1;
    passage_.legs.push_back(std::move(leg));
  }

  // The packet as it is now: what the flow before changed, and where the leg stands.
  void Finish(const FlowKey& key) {
    if (passage_.legs.empty()) return;
    PassageLeg& leg = passage_.legs.back();
    const bool same_leg = key.Get64(field::kMetadata) == datapath_;
    if (pending_ != nullptr) {
      std::vector<FieldChange> changes = Compare(pending_key_, key);
      const uint32_t before = static_cast<uint32_t>(pending_key_.Get64(field::kLogicalOutPort)),
                     after = static_cast<uint32_t>(key.Get64(field::kLogicalOutPort));
      if (same_leg && before != after) {
        leg.outport = PortName(sb_, datapath_, after);
        changes.push_back({"outport", before == 0 ? "" : PortName(sb_, datapath_, before), leg.outport});
      }
      if (!changes.empty()) {
        FlowTaken taken = Describe(*pending_);
        taken.changes = std::move(changes);
        leg.flows.push_back(std::move(taken));
      }
      pending_ = nullptr;
    }
    if (same_leg) {
      leg.key = key;
      leg.frame = passage_.frames.size() - 1;
      if (const uint64_t out = key.Get64(field::kLogicalOutPort); out != 0)
        leg.outport = PortName(sb_, datapath_, static_cast<uint32_t>(out));
    }
  }

  FlowTaken Describe(const Flow& flow) const {
    FlowTaken taken;
    const auto* row = sb_.Get<sb::Logical_Flow>(controller_.LogicalFlowOf(flow));
    if (row == nullptr) return taken;
    const auto stage = row->external_ids().find("stage-name");
    if (stage != row->external_ids().end()) taken.stage = stage->second;
    taken.match = row->match();
    taken.actions = row->actions();
    return taken;
  }

  void Respond(const Effect& effect) {
    responses_.push_back(effect);
    const absl::string_view name = ResponderName(effect.op->controller().opcode);
    if (name.empty() || last_ == nullptr || passage_.legs.empty()) return;
    FlowTaken taken = Describe(*last_);
    taken.changes.push_back({"answered by", "", std::string(name)});
    passage_.legs.back().flows.push_back(std::move(taken));
  }

  void Output(const Effect& effect) {
    if (const auto tunnel = tunnels_.find(effect.port); tunnel != tunnels_.end()) {
      return End(PassageEnd::Kind::kTunnel, tunnel->second, effect.tunnel);
    }
    const auto port = ports_.find(effect.port);
    if (port == ports_.end()) return;
    const absl::Span<const Uuid> found = sb_.IndexOn<sb::Port_Binding>("logical_port").Find(port->second);
    const bool localnet = !found.empty() && sb_.Get<sb::Port_Binding>(found[0])->type() == "localnet";
    End(localnet ? PassageEnd::Kind::kProvider : PassageEnd::Kind::kPort, port->second);
  }

  const Controller& controller_;
  const Database& sb_;
  Passage& passage_;
  std::map<uint32_t, std::string> ports_, tunnels_;
  uint32_t datapath_ = 0;
  const Flow* pending_ = nullptr;
  FlowKey pending_key_;
  const Flow* last_ = nullptr;
  bool no_flow_ = false;  // The table asked last had none for the packet.
  std::vector<Effect> responses_;
};

}  // namespace

std::string DatapathName(const Database& sb, uint32_t key) {
  Uuid uuid;
  const auto* row = FindDatapath(sb, key, &uuid);
  if (row == nullptr) return "?";
  const auto name = row->external_ids().find("name");
  return name == row->external_ids().end() ? "?" : name->second;
}

std::string PortName(const Database& sb, uint32_t datapath_key, uint32_t port_key) {
  Uuid datapath;
  if (port_key == 0 || FindDatapath(sb, datapath_key, &datapath) == nullptr) return "?";
  for (const Uuid& uuid : sb.IndexOn<sb::Port_Binding>("datapath").Find(datapath.ToString())) {
    const auto* port = sb.Get<sb::Port_Binding>(uuid);
    if (port->tunnel_key() == port_key) return port->logical_port();
  }
  for (const Uuid& uuid : sb.IndexOn<sb::Multicast_Group>("datapath").Find(datapath.ToString())) {
    const auto* group = sb.Get<sb::Multicast_Group>(uuid);
    if (group->tunnel_key() == port_key) return group->name();
  }
  return "?";
}

std::vector<uint8_t> Passage::PacketOf(const PassageLeg& leg) const {
  const Frame& frame = frames[leg.frame];
  FlowKey written, scratch;
  for (size_t i = 0; i < kPacketWords; ++i) written.words[i] = frame.key.words[i] ^ leg.key.words[i];
  Packet packet(absl::MakeConstSpan(frame.bytes));
  const PacketLayout layout = ExtractFlowKey(packet, scratch);
  Rewrite(leg.key, written).Apply(packet, layout);
  return {packet.bytes().begin(), packet.bytes().end()};
}

Passage FollowPassage(const Fabric& fabric, const Database& sb, const PassageStart& start,
                      absl::Span<const uint8_t> frame) {
  Passage passage;
  passage.chassis = start.chassis;
  const Controller* controller = fabric.controller(start.chassis);
  const FlowTables* tables = fabric.tables(start.chassis);
  if (controller == nullptr || tables == nullptr) {
    passage.ends.push_back({PassageEnd::Kind::kDropped, absl::StrCat("there is no chassis ", start.chassis), 0, 0});
    return passage;
  }
  const std::map<std::string, uint32_t>& numbers = start.tunnel.empty() ? controller->ports() : controller->tunnels();
  const auto number = numbers.find(start.tunnel.empty() ? start.port : start.tunnel);
  if (number == numbers.end()) {
    passage.ends.push_back(
        {PassageEnd::Kind::kDropped, absl::StrCat(start.port, " is not on chassis ", start.chassis), 0, 0});
    return passage;
  }
  FlowKey key;
  key.Set(field::kInPort, number->second);
  key.words[kWordTunnel] = start.metadata;
  ExtractFlowKey(frame, key);
  key.Set(field::kFrameLength, frame.size());
  passage.frames.push_back({{frame.begin(), frame.end()}, key});

  Watcher watcher(*controller, sb, passage);
  const Translator translator(*tables);
  TranslateOptions options;
  options.observer = &watcher;
  if (const Program program = translator.Run(key, 0, options); program.effects.empty()) watcher.Dropped(program.drop);
  // What waits for a responder, and which of the frames it is about.
  std::deque<std::pair<size_t, Effect>> waiting;
  const auto collect = [&] {
    for (Effect& effect : watcher.TakeResponses()) waiting.emplace_back(passage.frames.size() - 1, std::move(effect));
  };
  collect();
  for (int answers = 0; answers < kMaxAnswers && !waiting.empty(); ++answers) {
    const auto [at_frame, effect] = std::move(waiting.front());
    waiting.pop_front();
    const Passage::Frame& asked = passage.frames[at_frame];
    Packet packet(absl::MakeConstSpan(asked.bytes));
    FlowKey scratch;
    effect.rewrite.Apply(packet, ExtractFlowKey(packet, scratch));
    const FlowKey at = effect.KeyOf(packet, asked.key);
    const ControllerOp& op = effect.op->controller();
    if (absl::StatusOr<LearnedNeighbor> learned = ReadLearned(op, at); learned.ok()) {
      watcher.End(PassageEnd::Kind::kLearned, learned->is_fdb ? learned->mac.ToString() : learned->ip.ToString());
      continue;
    }
    absl::StatusOr<Packet> reply = BuildReply(op, packet, at);
    if (!reply.ok()) {
      watcher.End(PassageEnd::Kind::kUntraced, "a responder");
      continue;
    }
    // As the datapath lets an answer go on: registers and metadata stay, its port is the controller's.
    FlowKey next;
    for (size_t i = kWordMetadata; i < kKeyWords; ++i) next.words[i] = at.words[i];
    next.Set(field::kPktMark, 0);
    next.Set(field::kInPort, 0xfffffffd);
    ExtractFlowKey(*reply, next);
    next.Set(field::kFrameLength, reply->size());
    passage.frames.push_back({{reply->bytes().begin(), reply->bytes().end()}, next});
    translator.RunOps(next, SharedOps(effect.op, &op.nested), options);
    collect();
  }
  return passage;
}

std::string Passage::ToString() const {
  std::vector<std::string> words;
  for (const PassageLeg& leg : legs) words.push_back(leg.datapath);
  std::vector<std::string> out;
  for (const PassageEnd& end : ends) {
    switch (end.kind) {
      case PassageEnd::Kind::kPort:
        out.push_back(end.name);
        break;
      case PassageEnd::Kind::kProvider:
        out.push_back(absl::StrCat("provider network by ", end.name));
        break;
      case PassageEnd::Kind::kTunnel:
        out.push_back(absl::StrCat("Geneve to ", end.name));
        break;
      case PassageEnd::Kind::kLearned:
        out.push_back(absl::StrCat("learned ", end.name));
        break;
      case PassageEnd::Kind::kUntraced:
        out.push_back(end.name);
        break;
      case PassageEnd::Kind::kDropped:
        out.push_back(absl::StrCat("dropped, ", end.name));
        break;
    }
  }
  if (out.empty()) out.push_back("nowhere");
  words.push_back(absl::StrJoin(out, " and "));
  return absl::StrJoin(words, " > ");
}

}  // namespace ovnlite
