#include "lib/trace/physical_walk.h"

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "lib/controller/tables.h"
#include "lib/schema/ovn_sb.rows.h"
#include "lib/trace/answer.h"
#include "lib/trace/assumed_connections.h"
#include "lib/trace/chassis_site.h"
#include "lib/trace/drop_reading.h"
#include "lib/trace/walker.h"
#include "ovnlite/datapath/responder.h"
#include "ovnlite/packet/compose.h"
#include "ovnlite/packet/describe.h"
#include "ovnlite/packet/extract.h"
#include "ovnlite/packet/flow_hash.h"
#include "ovnlite/wire/geneve_tunnel.h"

namespace ovnlite {
namespace {

constexpr size_t kMaxSteps = 20'000;
constexpr size_t kMaxAnswers = 32;
constexpr int kMaxTunnels = 64;

class Walk final : public WalkWatcher {
 public:
  Walk(Database& sb, TracedWorld& world, DropCauses& causes, const TraceOptions& options)
      : sb_(sb),
        world_(world),
        causes_(causes),
        options_(options),
        connections_(options),
        walker_(this, &connections_) {}

  PhysicalWalk Run(const TracedDatapath& datapath, const FlowKey& key) {
    const auto port = datapath.ports.find(static_cast<uint32_t>(key.Get64(field::kLogicalInPort)));
    if (port == datapath.ports.end()) {
      Note(PhysicalKind::kNote, "packets do not come in by a multicast group");
      return {std::move(path_), {}};
    }
    const std::vector<std::string> chassis = EntriesOf(port->second);
    for (const std::string& name : chassis) Enter(name, port->second, key);
    if (chassis.empty()) {
      Note(PhysicalKind::kNote, absl::StrCat("port \"", port->second.name, "\"",
                                             port->second.type.empty() ? "" : " of type " + port->second.type,
                                             " has no place on any chassis that packets could come in by"));
    }
    Arrivals();
    PhysicalWalk walk{std::exchange(path_, {}), {}};
    if (options_.reply) walk.back = AnswerAll();
    return walk;
  }

  // WalkWatcher:
  void BeforeLookup(uint8_t table, FlowKey& key) override { site_->controller.Prepare(table, key); }
  void OnLookup(uint8_t table, const Flow* flow, const FlowKey& key) override {
    const TracedFlow* traced = TracedFlowOf(flow);
    const bool enters = table == table::kIngress || (table == table::kEgress && (traced != nullptr || flow == nullptr));
    if (enters) BeginPipeline(table, key);
    if (traced == nullptr || traced->is_trivial) return;
    PhysicalStep& step =
        Note(PhysicalKind::kFlow, absl::StrCat(traced->stage, ": ", traced->match, ", priority ", traced->priority));
    step.row_table = "Logical_Flow";
    step.row = traced->uuid;
  }
  int ChooseBucket(const GroupOp& group, const FlowKey& key) override;
  void OnEffect(const Effect&, const FlowKey&) override {
    connections_.SetPlace(site_->chassis, walker_.last().table >= table::kEgress);
  }
  void OnFollowed(const Effect& effect, const Onward& onward, const Packet& packet, const FlowKey& key) override;
  bool OnPacketIn(PacketIn& packet) override;
  void OnDropped(DropReason reason, const LastLookup& last, int depth) override;
  void OnEndless() override { Note(PhysicalKind::kNote, "the packet multiplies without end: not followed further"); }

 private:
  struct Arrival {
    std::string at;
    std::string from;
    Packet packet;
    uint64_t tunnel = 0;
  };

  // Where a packet left, for a host that may answer.
  struct Delivery {
    std::string chassis, port;
    Packet packet;
  };
  void Arrivals() {
    while (!arrivals_.empty()) {
      Arrival next = std::move(arrivals_.front());
      arrivals_.pop_front();
      Arrive(next);
    }
  }

  PhysicalPath AnswerAll() {
    replying_ = true;
    connections_.TurnRound();
    tunnels_ = 0;
    std::vector<Delivery> deliveries = std::move(deliveries_);
    for (Delivery& delivery : deliveries) {
      const TracedPort* port = world_.PortNamed(delivery.port);
      if (port == nullptr) continue;
      const auto row = sb_.Read<sb::Port_Binding>(port->uuid);
      FlowKey key;
      ExtractFlowKey(delivery.packet, key);
      const auto addresses = row->mac();
      const std::optional<FlowKey> answer = AnswerTo(key, {addresses.begin(), addresses.end()});
      if (!answer.has_value()) continue;
      Enter(delivery.chassis, *port, *answer);
      Arrivals();
    }
    return std::move(path_);
  }

  PhysicalStep& Note(PhysicalKind kind, std::string text) {
    if (path_.size() >= kMaxSteps) path_.pop_back();
    PhysicalStep step;
    step.kind = kind;
    step.text = std::move(text);
    if (site_ != nullptr) step.chassis = site_->chassis;
    path_.push_back(std::move(step));
    return path_.back();
  }

  ChassisSite* SiteOf(const std::string& chassis) {
    std::unique_ptr<ChassisSite>& site = sites_[chassis];
    if (site == nullptr) site = std::make_unique<ChassisSite>(sb_, chassis);
    return site.get();
  }

  // Where a packet of this port comes in: where the port (or the VM around it) is bound, or for a physical network
  // every chassis.
  std::vector<std::string> EntriesOf(const TracedPort& port) const {
    const auto row = sb_.Read<sb::Port_Binding>(port.uuid);
    if (!row) return {};
    if (port.type == "localnet") return ChassisSite::Names(sb_);
    if (port.type == "patch" || port.type == "l3gateway" || port.type == "chassisredirect") return {};
    std::string chassis = ChassisSite::NameOf(sb_, row);
    if (chassis.empty() && !row->parent_port().empty()) {
      const TracedPort* parent = world_.PortNamed(row->parent_port());
      if (parent != nullptr) chassis = ChassisSite::NameOf(sb_, sb_.Read<sb::Port_Binding>(parent->uuid));
    }
    if (chassis.empty()) return {};
    return {chassis};
  }

  void Enter(const std::string& chassis, const TracedPort& port, const FlowKey& described) {
    site_ = SiteOf(chassis);
    const auto row = sb_.Read<sb::Port_Binding>(port.uuid);
    const std::string plugged = row->parent_port().empty() ? port.name : std::string(row->parent_port());
    FlowKey key;
    for (int w = kWordEthDst; w < kWordCtOrigV4; ++w) key.words[w] = described.words[w];
    if (row->has_tag() && (port.type == "localnet" || plugged != port.name)) {
      key.Set(field::kVlanTci, 0x1000u | static_cast<unsigned>(row->tag()));
    }
    Packet packet = ComposePacket(key);
    packet.in_port = site_->PortNumber(plugged);
    PhysicalStep& step =
        Note(PhysicalKind::kEnter, absl::StrCat("from port \"", port.name, "\": ", Describe(packet.bytes())));
    step.port = port.name;
    walker_.Arrive(site_->tables, std::move(packet));
  }

  void Arrive(Arrival& arrival) {
    site_ = SiteOf(arrival.at);
    arrival.packet.in_port = site_->TunnelNumber(arrival.from);
    arrival.packet.tunnel = arrival.tunnel;
    Note(PhysicalKind::kEnter,
         absl::StrCat("from the tunnel of ", arrival.from, ": ", Describe(arrival.packet.bytes())));
    walker_.Arrive(site_->tables, std::move(arrival.packet));
  }

  void BeginPipeline(uint8_t table, const FlowKey& key) {
    const TracedDatapath* datapath = world_.Datapath(static_cast<uint32_t>(key.Get64(field::kMetadata)));
    if (datapath == nullptr) return;
    const auto name = [&](FieldRef f) {
      const uint32_t k = static_cast<uint32_t>(key.Get64(f));
      const auto port = datapath->ports.find(k);
      if (port != datapath->ports.end()) return options_.friendly_names ? port->second.friendly : port->second.name;
      const auto group = datapath->groups.find(k);
      return group == datapath->groups.end() ? std::string() : group->second;
    };
    const std::string inport = name(field::kLogicalInPort), outport = name(field::kLogicalOutPort);
    const std::string& dp = options_.friendly_names ? datapath->friendly : datapath->name;
    Note(PhysicalKind::kPipeline,
         table == table::kIngress
             ? absl::StrFormat("ingress(dp=\"%s\", inport=\"%s\")", dp, inport)
             : absl::StrFormat("egress(dp=\"%s\", inport=\"%s\", outport=\"%s\")", dp, inport, outport));
  }

  const TracedFlow* TracedFlowOf(const Flow* flow) {
    return flow == nullptr ? nullptr : world_.Flow(flow->source, false);
  }

  void Output(const Effect& effect, const Packet& packet);
  void Answered(const Packet& reply);

  Database& sb_;
  TracedWorld& world_;
  DropCauses& causes_;
  const TraceOptions& options_;
  PhysicalPath path_;
  std::map<std::string, std::unique_ptr<ChassisSite>> sites_;
  ChassisSite* site_ = nullptr;
  std::deque<Arrival> arrivals_;
  std::vector<Delivery> deliveries_;
  bool replying_ = false;
  AssumedConnections connections_;
  Walker walker_;
  int tunnels_ = 0;
};

// A bucket that leads where the user wants, or whichever the hash takes.
int Walk::ChooseBucket(const GroupOp& group, const FlowKey&) {
  for (size_t i = 0; i < group.buckets.size(); ++i) {
    for (const Op& op : group.buckets[i].ops) {
      const bool chosen_backend = op.kind == OpKind::kCt && options_.lb_destination.has_value() &&
                                  op.ct().nat_address == options_.lb_destination->ToString();
      const bool chosen_member = op.kind == OpKind::kSet && options_.select_id.has_value() && op.dst.bits == 16 &&
                                 op.value == *options_.select_id;
      if (chosen_backend || chosen_member) return static_cast<int>(i);
    }
  }
  return -1;
}

void Walk::OnFollowed(const Effect& effect, const Onward& onward, const Packet& packet, const FlowKey&) {
  if (effect.kind == Effect::Kind::kOutput) return Output(effect, packet);
  if (effect.kind != Effect::Kind::kRespond) return;
  const ControllerOpcode& opcode = OpcodeInfo(effect.op->controller().opcode);
  if (opcode.kind == ControllerOpcode::Kind::kReply) {
    if (onward.is_answer) return Answered(packet);
    Note(PhysicalKind::kNote, absl::StrCat("no answer: ", onward.why.message()));
  } else if (opcode.number == opcode::kPutNdRaOpts && onward.why.ok()) {
    Note(PhysicalKind::kRespond, absl::StrCat("the chassis makes: ", Describe(packet.bytes())));
  }
}

void Walk::Output(const Effect& effect, const Packet& packet) {
  const std::vector<uint8_t> frame(packet.bytes().begin(), packet.bytes().end());
  const std::optional<std::string> far = site_->TunnelTo(effect.port);
  if (!far.has_value()) {
    const std::string port = site_->PortOf(effect.port);
    const TracedPort* traced = world_.PortNamed(port);
    const bool provider = traced != nullptr && traced->type == "localnet";
    PhysicalStep& step =
        Note(provider ? PhysicalKind::kProvider : PhysicalKind::kDeliver,
             absl::StrCat(provider ? "to the provider network by \"" : "to port \"", port, "\": ", Describe(frame)));
    step.port = port;
    step.frame = frame;
    if (options_.reply && !replying_ && deliveries_.size() < kMaxAnswers) {
      deliveries_.push_back({site_->chassis, port, packet.Clone()});
    }
    return;
  }
  const uint32_t vni = static_cast<uint32_t>(effect.tunnel >> 32);
  const OvnGeneveOption option{static_cast<uint32_t>(effect.tunnel)};
  GeneveTunnel tunnel;
  tunnel.source = site_->AddressOf(site_->chassis);
  tunnel.destination = site_->AddressOf(*far);
  const GenevePath outer(tunnel, vni, option);
  PhysicalStep& step = Note(PhysicalKind::kTunnel, absl::StrCat("into the tunnel to ", *far, ": ", Describe(frame)));
  step.to = *far;
  step.headers = absl::StrFormat(
      "%s > %s, UDP %u > %u, Geneve VNI %u, option class 0x%04x type 0x%02x: ingress port %u, egress port %u",
      tunnel.source.ToString(), tunnel.destination.ToString(), GeneveSourcePort(FlowHash(packet)),
      tunnel.destination_port, vni, OvnGeneveOption::kClass, OvnGeneveOption::kType, option.ingress_port(),
      option.egress_port());
  step.geneve.assign(outer.geneve().begin(), outer.geneve().end());
  step.frame = frame;
  if (++tunnels_ > kMaxTunnels) return;
  arrivals_.push_back({*far, site_->chassis, packet.Clone(), effect.tunnel});
}

void Walk::Answered(const Packet& reply) {
  PhysicalStep& step = Note(PhysicalKind::kRespond, absl::StrCat("the chassis makes: ", Describe(reply.bytes())));
  const TracedFlow* flow = TracedFlowOf(walker_.last().flow);
  if (flow == nullptr || flow->ending != TracedFlow::Ending::kAnswers) return;
  step.cause = causes_.Of(*flow, walker_.last().key);
  step.row_table = "Logical_Flow";
  step.row = flow->uuid;
}

bool Walk::OnPacketIn(PacketIn& packet) {
  const ControllerOp& op = packet.action();
  if (const std::optional<LearnedNeighbor> learned = ReadLearned(op, packet.key); learned.has_value()) {
    Note(PhysicalKind::kNote,
         learned->is_fdb ? absl::StrCat("learns that ", learned->mac.ToString(), " is behind port ", learned->port)
                         : absl::StrCat("learns that ", learned->ip.ToString(), " is at ", learned->mac.ToString()));
    return false;
  }
  if (packet.rest == nullptr) return false;
  // A server's answer is taken as ovn-trace takes it: there is one of DHCP, none of DNS.
  const bool is_dhcp = op.opcode == opcode::kPutDhcpOpts || op.opcode == opcode::kPutDhcpv6Opts;
  if (is_dhcp && SetResult(op, true, packet.key)) {
    Note(PhysicalKind::kRespond, absl::StrCat("the chassis answers: ", OpcodeInfo(op.opcode).action));
  }
  return true;
}

void Walk::OnDropped(DropReason reason, const LastLookup& last, int) {
  DropReading reading = ReadDrop(sb_, world_, causes_, site_->chassis, reason, last);
  PhysicalStep& step = Note(PhysicalKind::kDrop, reading.cause.text);
  step.cause = std::move(reading.cause);
  step.row_table = std::move(reading.row_table);
  step.row = reading.row;
}

}  // namespace

PhysicalWalk WalkPhysicalPath(Database& sb, TracedWorld& world, DropCauses& causes, const TracedDatapath& datapath,
                              const FlowKey& key, const TraceOptions& options) {
  return Walk(sb, world, causes, options).Run(datapath, key);
}

}  // namespace ovnlite
