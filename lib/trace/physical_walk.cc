#include "lib/trace/physical_walk.h"

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "lib/schema/ovn_sb.pb.h"
#include "lib/trace/answer.h"
#include "lib/trace/chassis_site.h"
#include "lib/trace/replacements.h"
#include "ovnlite/datapath/responder.h"
#include "ovnlite/datapath/translate.h"
#include "ovnlite/packet/compose.h"
#include "ovnlite/packet/describe.h"
#include "ovnlite/packet/extract.h"
#include "ovnlite/wire/geneve_tunnel.h"

namespace ovnlite {
namespace {

constexpr uint8_t kIngress = 8, kEgress = 42, kCheckLoopback = 41, kSideTables = 66, kNoTable = 0xff;
constexpr size_t kMaxSteps = 20'000;
constexpr size_t kMaxDrops = 1'000;
constexpr size_t kMaxAnswers = 32;
constexpr int kMaxTunnels = 64, kMaxDepth = 64;

class Walk final : public Observer {
 public:
  Walk(Database& sb, TracedWorld& world, DropCauses& causes, const TraceOptions& options)
      : sb_(sb), world_(world), causes_(causes), options_(options) {}

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

  // Observer:
  void OnLookup(uint8_t table, const Flow* flow, const FlowKey& key) override {
    table_ = table;
    if (table < kSideTables) last_ = {table, flow, key};
    const TracedFlow* traced = flow == nullptr ? nullptr : world_.Flow(site_->controller.LogicalFlowOf(*flow), false);
    if (table == kIngress || (table == kEgress && (traced != nullptr || flow == nullptr))) BeginPipeline(table, key);
    if (traced == nullptr || traced->is_trivial) return;
    PhysicalStep& step =
        Note(PhysicalKind::kFlow, absl::StrCat(traced->stage, ": ", traced->match, ", priority ", traced->priority));
    step.row_table = "Logical_Flow";
    step.row = traced->uuid;
  }
  void OnEffect(const Effect& effect, const FlowKey& key) override;
  void OnDrop(DropReason reason, const FlowKey&) override {
    if (table_ < kSideTables && drops_.size() < kMaxDrops) drops_.push_back({reason, last_});
  }

 private:
  struct Arrival {
    std::string at;
    std::string from;
    Packet packet;
    uint64_t tunnel = 0;
  };
  struct Last {
    uint8_t table = 0;
    const Flow* flow = nullptr;
    FlowKey key;
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
    tunnels_ = 0;
    std::vector<Delivery> deliveries = std::move(deliveries_);
    for (Delivery& delivery : deliveries) {
      const TracedPort* port = world_.PortNamed(delivery.port);
      if (port == nullptr) continue;
      const auto* row = sb_.Get<sb::Port_Binding>(port->uuid);
      FlowKey key;
      ExtractFlowKey(delivery.packet, key);
      const std::optional<FlowKey> answer = AnswerTo(key, {row->mac().begin(), row->mac().end()});
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

  const TracedPort* OutPortOf(const FlowKey& key) const {
    const TracedDatapath* datapath = world_.Datapath(static_cast<uint32_t>(key.Get64(field::kMetadata)));
    if (datapath == nullptr) return nullptr;
    const auto port = datapath->ports.find(static_cast<uint32_t>(key.Get64(field::kLogicalOutPort)));
    return port == datapath->ports.end() ? nullptr : &port->second;
  }

  ChassisSite* SiteOf(const std::string& chassis) {
    std::unique_ptr<ChassisSite>& site = sites_[chassis];
    if (site == nullptr) site = std::make_unique<ChassisSite>(sb_, chassis);
    return site.get();
  }

  // Where a packet of this port comes in: where the port (or the VM around it) is bound, or for a physical network
  // every chassis.
  std::vector<std::string> EntriesOf(const TracedPort& port) const {
    const auto* row = sb_.Get<sb::Port_Binding>(port.uuid);
    if (row == nullptr) return {};
    if (port.type == "localnet") return ChassisSite::Names(sb_);
    if (port.type == "patch" || port.type == "l3gateway" || port.type == "chassisredirect") return {};
    std::string chassis = ChassisSite::NameOf(sb_, *row);
    if (chassis.empty() && !row->parent_port().empty()) {
      const TracedPort* parent = world_.PortNamed(row->parent_port());
      if (parent != nullptr) chassis = ChassisSite::NameOf(sb_, *sb_.Get<sb::Port_Binding>(parent->uuid));
    }
    if (chassis.empty()) return {};
    return {chassis};
  }

  void Enter(const std::string& chassis, const TracedPort& port, const FlowKey& described) {
    site_ = SiteOf(chassis);
    const auto* row = sb_.Get<sb::Port_Binding>(port.uuid);
    const std::string& plugged = row->parent_port().empty() ? port.name : row->parent_port();
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
    RunTable(std::move(packet), 0);
  }

  void Arrive(Arrival& arrival) {
    site_ = SiteOf(arrival.at);
    arrival.packet.in_port = site_->TunnelNumber(arrival.from);
    arrival.packet.tunnel = arrival.tunnel;
    Note(PhysicalKind::kEnter,
         absl::StrCat("from the tunnel of ", arrival.from, ": ", Describe(arrival.packet.bytes())));
    RunTable(std::move(arrival.packet), 0);
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
         table == kIngress ? absl::StrFormat("ingress(dp=\"%s\", inport=\"%s\")", dp, inport)
                           : absl::StrFormat("egress(dp=\"%s\", inport=\"%s\", outport=\"%s\")", dp, inport, outport));
  }

  TranslateOptions Translation() {
    TranslateOptions options;
    options.observer = this;
    options.choose_bucket = [this](const GroupOp& group, const FlowKey&) { return ChooseBucket(group); };
    options.prepare = [site = site_](uint8_t table, const FlowKey& key) { site->controller.Prepare(table, key); };
    return options;
  }

  // A bucket that leads where the user wants, or whichever the hash takes.
  int ChooseBucket(const GroupOp& group) const {
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

  // Runs the packet from a table on, with the pipeline's words of `state`.
  void RunTable(Packet packet, uint8_t table, const FlowKey* state = nullptr) {
    FlowKey key;
    if (state != nullptr) key = *state;
    const PacketLayout layout = ExtractFlowKey(packet, key);
    key.Set(field::kInPort, packet.in_port);
    key.words[kWordTunnel] = packet.tunnel;
    key.Set(field::kFrameLength, packet.size());
    Follow(std::move(packet), layout, [&](const Translator& t) { return t.Run(key, table, Translation()); });
  }

  template <typename F>
  void Follow(Packet packet, const PacketLayout& layout, F run) {
    if (depth_ >= kMaxDepth || path_.size() + 1 >= kMaxSteps) {
      Note(PhysicalKind::kNote, "the packet multiplies without end: not followed further");
      return;
    }
    ++depth_;
    const size_t drops = drops_.size();
    const Current before = std::exchange(current_, {&packet, &layout});
    const Translator translator(site_->tables);
    const Program program = run(translator);
    // Copies that came to nothing matter only when all did.
    if (program.effects.empty()) {
      if (drops_.size() == drops) drops_.push_back({program.drop, last_});
      for (size_t i = drops; i < drops_.size(); ++i) Drop(drops_[i].first, drops_[i].second);
    }
    drops_.resize(drops);
    current_ = before;
    --depth_;
  }

  void Drop(DropReason reason, const Last& last);
  std::string WhyUnreachable(const FlowKey& key) const;
  void Output(const Effect& effect, Packet packet);
  void Track(const Effect& effect, Packet packet, FlowKey key);
  void Respond(const Effect& effect, Packet packet, FlowKey key);
  void Resume(const Effect& effect, Packet packet, FlowKey key);
  uint16_t NextCtState() {
    if (replying_) return kCtTrk | kCtEst | kCtRpl;
    return ct_used_ < options_.ct_states.size() ? options_.ct_states[ct_used_++] : uint16_t{kCtTrk | kCtEst};
  }

  struct Current {
    const Packet* packet = nullptr;
    const PacketLayout* layout = nullptr;
  };

  Database& sb_;
  TracedWorld& world_;
  DropCauses& causes_;
  const TraceOptions& options_;
  PhysicalPath path_;
  std::map<std::string, std::unique_ptr<ChassisSite>> sites_;
  ChassisSite* site_ = nullptr;
  std::deque<Arrival> arrivals_;
  Current current_;
  Last last_;          // In tables other than the side tables.
  uint8_t table_ = 0;  // The one asked last of all.
  std::vector<std::pair<DropReason, Last>> drops_;
  std::vector<Delivery> deliveries_;
  std::vector<Replacement> replacements_;
  bool replying_ = false;
  size_t ct_used_ = 0;
  int depth_ = 0;
  int tunnels_ = 0;
};

void Walk::OnEffect(const Effect& effect, const FlowKey& key) {
  if (current_.packet == nullptr) return;
  Packet packet = current_.packet->Clone();
  effect.rewrite.Apply(packet, *current_.layout);
  switch (effect.kind) {
    case Effect::Kind::kOutput:
      return Output(effect, std::move(packet));
    case Effect::Kind::kTrack:
      return Track(effect, std::move(packet), key);
    case Effect::Kind::kRespond:
      return Respond(effect, std::move(packet), key);
    default:
      return;
  }
}

void Walk::Output(const Effect& effect, Packet packet) {
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
      deliveries_.push_back({site_->chassis, port, std::move(packet)});
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
      tunnel.source.ToString(), tunnel.destination.ToString(), GeneveSourcePort(InnerFlowHash(frame)),
      tunnel.destination_port, vni, OvnGeneveOption::kClass, OvnGeneveOption::kType, option.ingress_port(),
      option.egress_port());
  step.geneve.assign(outer.geneve().begin(), outer.geneve().end());
  step.frame = frame;
  if (++tunnels_ > kMaxTunnels) return;
  arrivals_.push_back({*far, site_->chassis, std::move(packet), effect.tunnel});
}

// Connection tracking as the options of the trace have it; on the way back it undoes what was done on the way there.
void Walk::Track(const Effect& effect, Packet packet, FlowKey key) {
  const CtOp& ct = effect.op->ct();
  if (ct.recirc_table == kNoTable) return;
  ZoneName zone = ZoneName::Of(site_->chassis, ct, key, last_.table >= kEgress);
  uint64_t state = key.Get64(field::kCtState);
  FlowKey written;
  if (ct.nat == CtOp::Nat::kSrc || ct.nat == CtOp::Nat::kDst) {
    const bool is_dst = ct.nat == CtOp::Nat::kDst;
    if (const absl::StatusOr<IpAddress> address = IpAddress::Parse(ct.nat_address); address.ok()) {
      Replacement made(std::move(zone), key, is_dst, address->is_v6());
      made.after = address->bits();
      made.port_after = ct.nat_port_low;
      key.Set(made.address, made.after);
      written.Include(made.address);
      if (made.port_after != 0) {
        key.Set(made.port, made.port_after);
        written.Include(made.port);
      }
      state |= is_dst ? kCtDnat : kCtSnat;
      if (!replying_) replacements_.push_back(std::move(made));
    }
    if (!(state & kCtTrk)) state |= NextCtState();
  } else {
    state = NextCtState();
    for (const Replacement& made : replacements_) {
      if (!replying_ || ct.nat != CtOp::Nat::kPlain || !made.IsUndoneIn(zone, key)) continue;
      made.Undo(key, written);
      state |= made.is_dst() ? kCtDnat : kCtSnat;
    }
  }
  // What a commit marks the connection with, the packet finds behind it.
  for (const Op& op : ct.exec) {
    if (op.kind != OpKind::kSet || op.dst.field != OfField::kCtMark) continue;
    key.SetMasked(field::kCtMark, op.value << op.dst.low, LowMask(op.dst.bits) << op.dst.low);
  }
  FlowKey unused;
  Rewrite(key, written).Apply(packet, ExtractFlowKey(packet, unused));
  key.Set(field::kCtState, state);
  RunTable(std::move(packet), ct.recirc_table, &key);
}

void Walk::Resume(const Effect& effect, Packet packet, FlowKey key) {
  if (effect.rest == nullptr) return;
  const PacketLayout layout = ExtractFlowKey(packet, key);
  Follow(std::move(packet), layout, [&](const Translator& t) { return t.Resume(key, *effect.rest, Translation()); });
}

void Walk::Respond(const Effect& effect, Packet packet, FlowKey key) {
  const ControllerOp& op = effect.op->controller();
  if (op.has_nested) {
    absl::StatusOr<Packet> reply = BuildReply(op, packet, key);
    if (!reply.ok()) {
      Note(PhysicalKind::kNote, absl::StrCat("no answer: ", reply.status().message()));
      return;
    }
    PhysicalStep& step = Note(PhysicalKind::kRespond, absl::StrCat("the chassis makes: ", Describe(reply->bytes())));
    const TracedFlow* flow =
        last_.flow == nullptr ? nullptr : world_.Flow(site_->controller.LogicalFlowOf(*last_.flow), false);
    if (flow != nullptr && flow->ending == TracedFlow::Ending::kAnswers) {
      step.cause = causes_.Of(*flow, last_.key);
      step.row_table = "Logical_Flow";
      step.row = flow->uuid;
    }
    const PacketLayout layout = ExtractFlowKey(*reply, key);
    for (int w = kWordCt; w < kWordEthDst; ++w) key.words[w] = 0;
    for (int w = kWordCtOrigV4; w < kPacketWords; ++w) key.words[w] = 0;
    key.words[kWordTunnel] = 0;
    key.Set(field::kPktMark, 0);
    key.Set(field::kInPort, 0xfffffffd);  // OFPP_CONTROLLER
    auto ops = std::make_shared<const OpList>(op.nested);
    return Follow(*std::move(reply), layout, [&](const Translator& t) { return t.RunOps(key, ops, Translation()); });
  }
  if (const absl::StatusOr<LearnedNeighbor> learned = ReadLearned(op, key); learned.ok()) {
    Note(PhysicalKind::kNote,
         learned->is_fdb ? absl::StrCat("learns that ", learned->mac.ToString(), " is behind port ", learned->port)
                         : absl::StrCat("learns that ", learned->ip.ToString(), " is at ", learned->mac.ToString()));
    return;
  }
  if (effect.rest == nullptr) return;
  if (const absl::Status answered = AnswerInPlace(op, packet, key); !absl::IsUnimplemented(answered)) {
    if (answered.ok() && op.opcode == opcode::kPutNdRaOpts) {
      Note(PhysicalKind::kRespond, absl::StrCat("the chassis makes: ", Describe(packet.bytes())));
    }
    return Resume(effect, std::move(packet), key);
  }
  // A server's answer is taken as ovn-trace takes it: there is one of DHCP, none of DNS.
  const bool v4 = op.opcode == opcode::kPutDhcpOpts;
  if ((v4 || op.opcode == opcode::kPutDhcpv6Opts) && SetResult(op, true, key)) {
    Note(PhysicalKind::kRespond, absl::StrCat("the chassis answers: ", v4 ? "put_dhcp_opts" : "put_dhcpv6_opts"));
  }
  Resume(effect, std::move(packet), key);
}

// What is known to be in the way to the port that a packet is for; empty where nothing is.
std::string Walk::WhyUnreachable(const FlowKey& key) const {
  const TracedPort* port = OutPortOf(key);
  const auto* row = port == nullptr ? nullptr : sb_.Get<sb::Port_Binding>(port->uuid);
  if (row == nullptr) return "";
  const std::string far = ChassisSite::NameOf(sb_, *row);
  for (const std::string& chassis : {site_->chassis, far}) {
    if (!chassis.empty() && !Controller::GeneveAddress(sb_, chassis).has_value()) {
      return absl::StrCat(": chassis ", chassis, " has no Geneve Encap");
    }
  }
  return "";
}

void Walk::Drop(DropReason reason, const Last& last) {
  const Flow* flow = last.flow;
  const TracedFlow* traced = flow == nullptr ? nullptr : world_.Flow(site_->controller.LogicalFlowOf(*flow), false);
  const auto write = [&](DropCause cause) -> PhysicalStep& {
    PhysicalStep& step = Note(PhysicalKind::kDrop, cause.text);
    step.cause = std::move(cause);
    return step;
  };
  if (reason == DropReason::kTtl) {
    write(DropCauses::Other(DropKind::kTtl, "dropped: its time to live is over"));
    return;
  }
  if (reason == DropReason::kTooDeep || reason == DropReason::kTooLong) {
    write(DropCauses::Other(DropKind::kLoop, "dropped: the flows loop"));
    return;
  }
  if (traced != nullptr) {
    PhysicalStep& step = write(causes_.Of(*traced, last.key));
    step.row_table = "Logical_Flow";
    step.row = traced->uuid;
    return;
  }
  const std::string in_table = absl::StrCat("dropped in OpenFlow table ", last.table, ": ");
  if (last.table == kCheckLoopback) {
    write(DropCauses::Other(
        DropKind::kReturn,
        absl::StrCat(in_table, "the packet would leave by the port it came from, or must not leave by it")));
  } else if (last.table > kCheckLoopback - 5 && last.table < kCheckLoopback) {
    DropCause cause = DropCauses::Other(DropKind::kUnreachable, "");
    std::string port = absl::StrCat(last.key.Get64(field::kLogicalOutPort));
    if (const TracedPort* known = OutPortOf(last.key); known != nullptr) {
      cause.table = "Port_Binding";
      cause.row = known->uuid.ToString();
      cause.name = known->name;
      port = absl::StrCat("\"", known->name, "\"");
    }
    cause.text = absl::StrCat(in_table, "no way to port ", port, " from here", WhyUnreachable(last.key));
    write(std::move(cause));
  } else if (flow == nullptr && IsStage(last.table)) {
    write(DropCauses::NoFlow(""));
  } else {
    write(DropCauses::Other(DropKind::kTables,
                            absl::StrCat(in_table, last.table == 0   ? "nothing is expected from this OpenFlow port"
                                                   : flow == nullptr ? "no flow matches"
                                                                     : "the flow tables end here")));
  }
  if (flow == nullptr || flow->cookie == 0) return;
  const auto [row_table, row] = site_->RowOfCookie(flow->cookie);
  path_.back().row_table = row_table;
  path_.back().row = row;
}

}  // namespace

PhysicalWalk WalkPhysicalPath(Database& sb, TracedWorld& world, DropCauses& causes, const TracedDatapath& datapath,
                              const FlowKey& key, const TraceOptions& options) {
  return Walk(sb, world, causes, options).Run(datapath, key);
}

}  // namespace ovnlite
