#include "lib/lab/lab_passage.h"

#include <map>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lib/controller/tables.h"
#include "lib/node/port_keys.h"
#include "lib/schema/ovn_sb.rows.h"
#include "lib/trace/drop_reading.h"
#include "lib/trace/walker.h"
#include "ovnlite/datapath/responder.h"
#include "ovnlite/packet/extract.h"
#include "ovnlite/wire/ethernet.h"
#include "ovnlite/wire/ip_proto.h"

namespace ovnlite {
namespace {

sb::Datapath_Binding_View FindDatapath(const Database& sb, uint32_t key) {
  return sb.Read<sb::Datapath_Binding>(FindDatapathByKey(sb, key));
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
  if (type == kEthTypeArp) {
    number("arp.op", field::kArpOp);
    text("arp.spa", field::kArpSpa, IpText);
    text("arp.tpa", field::kArpTpa, IpText);
    text("arp.sha", field::kArpSha, MacText);
    text("arp.tha", field::kArpTha, MacText);
    return changes;
  }
  if (type == kEthTypeIpv4) {
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

// Builds the passage while the packet is taken through.
class Watcher final : public WalkWatcher {
 public:
  // What a dropped packet met, in words.
  using DropReader = absl::FunctionRef<std::string(DropReason, const LastLookup&)>;

  Watcher(const Hypervisor& hypervisor, const Database& sb, DropReader read_drop, Passage& passage)
      : hypervisor_(hypervisor), sb_(sb), read_drop_(read_drop), passage_(passage) {}

  void OnLookup(uint8_t table, const Flow* flow, const FlowKey& key) override {
    const uint32_t datapath = static_cast<uint32_t>(key.Get64(field::kMetadata));
    const bool boundary = table == table::kIngress || table == table::kOutputInit || table == table::kLocalOutput ||
                          table == table::kEgress || table == table::kSaveInPort;
    if (!boundary && !table::IsStage(table)) return;
    Finish(key);
    if (table == table::kIngress || (boundary && (passage_.legs.empty() || datapath != datapath_))) {
      Enter(datapath, key, table != table::kIngress);
    }
    if (table::IsStage(table)) {
      pending_ = flow;
      pending_key_ = key;
      last_ = flow;
    }
  }

  void OnEffect(const Effect&, const FlowKey& key) override { Finish(key); }

  void OnFollowed(const Effect& effect, const Onward& onward, const Packet& packet, const FlowKey& key) override {
    switch (effect.kind) {
      case Effect::Kind::kOutput:
        return Output(effect);
      case Effect::Kind::kTrack:
        return End(PassageEnd::Kind::kMissing, "connection tracking");
      case Effect::Kind::kRespond:
        return Answered(effect, onward, packet, key);
      default:
        return;
    }
  }

  bool OnPacketIn(PacketIn& packet) override {
    const std::optional<LearnedNeighbor> learned = ReadLearned(packet.action(), packet.key);
    if (learned.has_value()) {
      End(PassageEnd::Kind::kLearned, learned->is_fdb ? learned->mac.ToString() : learned->ip.ToString());
    } else if (const uint32_t opcode = packet.action().opcode; !hypervisor_.Takes(opcode)) {
      const absl::string_view action = OpcodeInfo(opcode).action;
      End(PassageEnd::Kind::kMissing,
          action.empty() ? absl::StrCat("controller opcode ", opcode) : std::string(action));
    }
    return false;
  }

  void OnEndless() override { End(PassageEnd::Kind::kUntraced, "more answers than are told"); }

  // That an answer comes to nothing is not told, nor what became of more than one copy.
  void OnDropped(DropReason reason, const LastLookup& last, int depth) override {
    if (depth > 0 || std::exchange(dropped_, true)) return;
    if (last_ != nullptr && !passage_.legs.empty()) passage_.legs.back().flows.push_back(Describe(*last_));
    End(PassageEnd::Kind::kDropped, read_drop_(reason, last));
  }

  void End(PassageEnd::Kind kind, absl::string_view name, uint64_t tunnel = 0) {
    passage_.ends.push_back({kind, std::string(name), tunnel, passage_.legs.empty() ? 0 : passage_.legs.size() - 1});
  }

 private:
  void Enter(uint32_t datapath, const FlowKey& key, bool egress_only) {
    datapath_ = datapath;
    PassageLeg leg;
    leg.datapath = DatapathName(sb_, datapath);
    const auto row = FindDatapath(sb_, datapath);
    leg.router = row && row->external_ids("logical-router").has_value();
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
    const auto row = sb_.Read<sb::Logical_Flow>(flow.source);
    if (!row) return taken;
    taken.stage = std::string(row->external_ids("stage-name").value_or(""));
    taken.match = std::string(row->match());
    taken.actions = std::string(row->actions());
    return taken;
  }

  // The packet was answered, or goes on as something else.
  void Answered(const Effect& effect, const Onward& onward, const Packet& packet, const FlowKey& key) {
    const ControllerOpcode& opcode = OpcodeInfo(effect.op->controller().opcode);
    if (opcode.kind == ControllerOpcode::Kind::kElsewhere) return;
    if (opcode.kind == ControllerOpcode::Kind::kReply && last_ != nullptr && !passage_.legs.empty()) {
      FlowTaken taken = Describe(*last_);
      taken.changes.push_back({"answered by", "", std::string(opcode.action)});
      passage_.legs.back().flows.push_back(std::move(taken));
    }
    if (onward.kind != Onward::Kind::kGoesOn) {
      return End(PassageEnd::Kind::kDropped, absl::StrCat("dropped: no answer: ", onward.why.message()));
    }
    passage_.frames.push_back({{packet.bytes().begin(), packet.bytes().end()}, key});
  }

  void Output(const Effect& effect) {
    const Hypervisor::Role* const role = hypervisor_.RoleOf(effect.port);
    if (role == nullptr) return;
    switch (role->outlet) {
      case Outlet::kPort:
        return End(PassageEnd::Kind::kPort, role->name);
      case Outlet::kProvider:
        return End(PassageEnd::Kind::kProvider, role->name);
      case Outlet::kTunnel:
        return End(PassageEnd::Kind::kTunnel, role->name, effect.tunnel);
    }
  }

  const Hypervisor& hypervisor_;
  const Database& sb_;
  const DropReader read_drop_;
  Passage& passage_;
  uint32_t datapath_ = 0;
  const Flow* pending_ = nullptr;
  FlowKey pending_key_;
  const Flow* last_ = nullptr;
  bool dropped_ = false;
};

}  // namespace

std::string DatapathName(const Database& sb, uint32_t key) {
  const auto row = FindDatapath(sb, key);
  return row ? std::string(row->external_ids("name").value_or("?")) : "?";
}

std::string PortName(const Database& sb, uint32_t datapath_key, uint32_t port_key) {
  const Uuid datapath = FindDatapathByKey(sb, datapath_key);
  if (const auto port = sb.Read<sb::Port_Binding>(FindPortByKey(sb, datapath, port_key))) {
    return std::string(port->logical_port());
  }
  if (const auto group = sb.Read<sb::Multicast_Group>(FindGroupByKey(sb, datapath, port_key))) {
    return std::string(group->name());
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

PassageFollower::PassageFollower(const Fabric& fabric, Database& sb, Database& nb)
    : fabric_(fabric), sb_(sb), nb_(nb), world_(sb), causes_(world_), nb_changes_(nb.Subscribe([this](const Delta&) {
        causes_are_old_ = true;
      })) {}

Passage PassageFollower::Follow(const PassageStart& start, absl::Span<const uint8_t> frame) {
  Passage passage;
  passage.chassis = start.chassis;
  const auto nowhere = [&](std::string why) {
    passage.ends.push_back({PassageEnd::Kind::kDropped, absl::StrCat("dropped: ", why), 0, 0});
    return passage;
  };
  const Hypervisor* const hypervisor = fabric_.hypervisor(start.chassis);
  if (hypervisor == nullptr) return nowhere(absl::StrCat("there is no chassis ", start.chassis));
  const Controller& controller = hypervisor->controller();
  const std::map<std::string, uint32_t>& numbers = start.tunnel.empty() ? controller.ports() : controller.tunnels();
  const auto number = numbers.find(start.tunnel.empty() ? start.port : start.tunnel);
  if (number == numbers.end()) {
    return nowhere(start.tunnel.empty()
                       ? absl::StrCat(start.port, " is not on chassis ", start.chassis)
                       : absl::StrCat("chassis ", start.chassis, " knows no tunnel to ", start.tunnel));
  }
  Packet packet(frame);
  packet.in_port = number->second;
  packet.tunnel = start.metadata;
  FlowKey key;
  ExtractFlowKey(packet, key);
  key.Set(field::kInPort, packet.in_port);
  key.words[kWordTunnel] = packet.tunnel;
  key.Set(field::kFrameLength, packet.size());
  passage.frames.push_back({{frame.begin(), frame.end()}, key});
  const auto read_drop = [&](DropReason reason, const LastLookup& last) {
    world_.Refresh();
    if (std::exchange(causes_are_old_, false)) causes_.UseNorthbound(&nb_);
    return ReadDrop(sb_, world_, causes_, start.chassis, reason, last).cause.text;
  };
  Watcher watcher(*hypervisor, sb_, read_drop, passage);
  Walker(&watcher, /*tracker=*/nullptr).Arrive(hypervisor->tables(), std::move(packet));
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
      case PassageEnd::Kind::kMissing:
        out.push_back(absl::StrCat("lost, it met ", end.name));
        break;
      case PassageEnd::Kind::kUntraced:
      case PassageEnd::Kind::kDropped:
        out.push_back(end.name);
        break;
    }
  }
  if (out.empty()) out.push_back("nowhere");
  words.push_back(absl::StrJoin(out, " and "));
  return absl::StrJoin(words, " > ");
}

}  // namespace ovnlite
