// Between OpenFlow ports and logical ports: tables 0, 37 to 41, 64 and 65.
#include "lib/controller/emit.h"
#include "lib/controller/moving_ports.h"

namespace ovnlite {
namespace {

constexpr int kLogicalRegisters = 10;  // reg0 … reg9 belong to the logical pipelines.
constexpr uint16_t kNoPort = 0xffff;   // OFPP_NONE

void ClearLogicalRegisters(OpList& ops) {
  for (int i = 0; i < kLogicalRegisters; ++i) ops.push_back(LoadReg(i, 0));
}

// Where a packet that arrives on a logical port stands: its zones, datapath and port.
void EnterLogicalPort(const Zones& zones, const PortInfo& port, OpList& ops) {
  LoadZones(zones, ops);
  ops.push_back(Op::SetField(OfField::kMetadata, port.datapath_key));
  ops.push_back(LoadReg(14, port.key));
}

}  // namespace

void EmitCommonFlows(const ControllerContext& context, Output& out) {
  const auto emit = [&](FlowBuilder builder, OpList ops) { context.Emit(out, std::move(builder).Do(std::move(ops))); };
  emit(FlowBuilder(table::kPhysicalToLogical, 0), {});
  emit(FlowBuilder(table::kOutputInit, 0), {Op::Resubmit(table::kRemoteOutput)});
  emit(FlowBuilder(table::kOutputTooBig, 10).Flag(flag::kAllowLoopback, true), {Op::Resubmit(table::kLocalOutput)});
  emit(FlowBuilder(table::kOutputTooBig, 0), {Op::Resubmit(table::kRemoteOutput)});
  // What came from a VXLAN gateway, or must stay here, does not go into a tunnel.
  emit(FlowBuilder(table::kRemoteOutput, 150).Flag(flag::kLocalOnly, true), {Op::Resubmit(table::kLocalOutput)});
  emit(FlowBuilder(table::kRemoteOutput, 150).Flag(flag::kFromVxlan, true).Flag(flag::kAllowLoopback, false),
       {Op::Resubmit(table::kLocalOutput)});
  emit(FlowBuilder(table::kRemoteOutput, 0), {Op::Resubmit(table::kLocalOutput)});
  emit(FlowBuilder(table::kLocalOutput, 0), {});
  OpList to_egress;
  ClearLogicalRegisters(to_egress);
  to_egress.push_back(Op::Resubmit(table::kEgress));
  emit(FlowBuilder(table::kCheckLoopback, 0), std::move(to_egress));
  emit(FlowBuilder(table::kSaveInPort, 0), {Op::Resubmit(table::kLogicalToPhysical)});
  emit(FlowBuilder(table::kLogicalToPhysical, 0), {});
}

// What a tunnel brings goes on at the local output, with the logical ports it names. These flows have no cookie.
void EmitTunnelFlows(Reader& reader, const ControllerContext& context, const Uuid& row, Output& out) {
  const auto chassis = reader.Get<sb::Chassis>(row);
  if (!chassis) return;
  const uint32_t number = reader.Ask(context.tunnel_number, chassis->name());
  if (number == 0) return;
  context.Emit(
      out, FlowBuilder(table::kPhysicalToLogical, 100)
               .Match(field::kInPort, number)
               .Do({Op::Move({OfField::kTunId, 0, 24}, {OfField::kMetadata, 0, 24}),
                    Op::Move({OfField::kTunMetadata0, 16, 15}, {OfReg(14), 0, 15}),
                    Op::Move({OfField::kTunMetadata0, 0, 16}, {OfReg(15), 0, 16}), Op::Resubmit(table::kLocalOutput)}));
}

namespace {

// The flows of one Port_Binding.
class PortFlows {
 public:
  PortFlows(Reader& reader, const ControllerContext& context, const Uuid& row, const PortInfo& port, Output& out)
      : reader_(reader),
        context_(context),
        port_(port),
        cookie_(row.prefix()),
        out_(out),
        zones_(ZonesOf(reader, context, port)) {}

  void Emit() {
    const bool here = context_.NumberOf(reader_, port_.name) != 0;
    if (port_.type == "patch" ||
        (port_.type == "l3gateway" && (context_.everywhere() || port_.chassis == context_.chassis))) {
      EmitPatch();
    } else if (port_.type == "chassisredirect") {
      EmitRedirect();
    } else if (port_.type == "localnet" || port_.type == "l2gateway") {
      here ? EmitLocalnet() : EmitRemote();
    } else if (!port_.parent.empty()) {
      const uint32_t number = context_.NumberOf(reader_, port_.parent);
      number != 0 ? EmitNested(number) : EmitRemote();
    } else if (here) {
      EmitPlugged();
    } else {
      EmitRemote();
    }
  }

 private:
  FlowBuilder At(uint8_t table, uint16_t priority) const { return FlowBuilder(table, priority, cookie_); }
  void Put(FlowBuilder builder, OpList ops) { context_.Emit(out_, std::move(builder).Do(std::move(ops))); }
  FlowBuilder ToPort(uint8_t table, uint16_t priority) const { return ToPort(table, priority, cookie_); }
  FlowBuilder ToPort(uint8_t table, uint16_t priority, uint32_t cookie) const {
    return FlowBuilder(table, priority, cookie).Datapath(port_.datapath_key).OutPort(port_.key);
  }

  static OpList OutputWithoutInPort() {
    const Subfield in_port = Subfield::Whole(OfField::kInPort);
    return {Op::Push(in_port), Op::Set(in_port, kNoPort), Op::Resubmit(table::kLogicalToPhysical), Op::Pop(in_port)};
  }

  // Delivery to a port that is here: its zones, no way back to where a packet came from unless that is allowed.
  void EmitLocal(bool nested) {
    OpList deliver;
    LoadZones(zones_, deliver);
    deliver.push_back(Op::Resubmit(table::kCheckLoopback));
    Put(ToPort(table::kLocalOutput, 100), std::move(deliver));
    Put(ToPort(table::kCheckLoopback, 100).Flag(flag::kAllowLoopback, false).InPort(port_.key), {});
    // OpenFlow never sends to the port a packet came by; clearing in_port allows it.
    if (nested) {
      Put(ToPort(table::kSaveInPort, 100), OutputWithoutInPort());
    } else {
      Put(ToPort(table::kSaveInPort, 100).Flag(flag::kAllowLoopback, true), OutputWithoutInPort());
    }
  }

  // Crossing a patch, or leaving a logical router: the packet starts over in the peer's datapath.
  void EmitPatch() {
    const PortInfo* peer = PeerOf(reader_, context_, port_);
    if (peer == nullptr) return;
    EmitLocal(false);
    OpList cross = {Op::Simple(OpKind::kCtClear), LoadReg(11, 0), LoadReg(12, 0), LoadReg(13, 0)};
    EnterLogicalPort(ZonesOf(reader_, context_, *peer), *peer, cross);
    cross.push_back(LoadReg(10, 0));
    cross.push_back(LoadOutPort(0));
    ClearLogicalRegisters(cross);
    cross.push_back(Op::Resubmit(table::kIngress));
    Put(ToPort(table::kLogicalToPhysical, 100), {Op::Clone(std::move(cross))});
  }

  // The part of a distributed gateway port that lives on one chassis.
  void EmitRedirect() {
    if (context_.everywhere() || port_.chassis == context_.chassis) {
      const PortInfo& distributed = reader_.Ask(context_.port, FindPort(reader_, port_.distributed_port));
      if (!distributed.exists) return;
      OpList ops = {LoadOutPort(distributed.key)};
      LoadZones(ZonesOf(reader_, context_, distributed), ops);
      ops.push_back(Op::Resubmit(table::kCheckLoopback));
      return Put(ToPort(table::kLocalOutput, 100), std::move(ops));
    }
    if (port_.bridged) return EmitBridgedRedirect();
    // With one gateway there is nothing to choose: it is reached like any port.
    if (port_.gateways.size() < 2) return EmitTunnels();
    std::vector<uint32_t> members;
    for (const std::string& gateway : port_.gateways) {
      const uint32_t tunnel = gateway == context_.chassis ? 0 : reader_.Ask(context_.tunnel_number, gateway);
      if (tunnel != 0) members.push_back(tunnel);
    }
    if (members.empty()) return;
    OpList ops;
    LoadTunnelMetadata(port_.datapath_key, port_.key, ops);
    ops.push_back(Op::Bundle(std::move(members)));
    Put(ToPort(table::kRemoteOutput, 100), std::move(ops));
  }

  // To the gateway chassis by way of the provider network behind the port, as if the gateway port itself sent it there.
  void EmitBridgedRedirect() {
    const PortInfo& distributed = reader_.Ask(context_.port, FindPort(reader_, port_.distributed_port));
    const PortInfo* peer = distributed.exists ? PeerOf(reader_, context_, distributed) : nullptr;
    if (peer == nullptr || !port_.bridged_mac.has_value()) return;
    const Uuid localnet = reader_.Ask(context_.localnet, peer->datapath);
    const PortInfo& through = reader_.Ask(context_.port, localnet);
    if (!through.exists || context_.NumberOf(reader_, through.name) == 0) return;
    Put(ToPort(table::kLocalOutput, 100),
        {Op::SetField(OfField::kEthSrc, *port_.bridged_mac), Op::SetField(OfField::kMetadata, peer->datapath_key),
         LoadOutPort(through.key), Op::Resubmit(table::kLogicalToPhysical)});
  }

  void EmitPlugged() {
    const uint32_t number = context_.NumberOf(reader_, port_.name);
    EmitLocal(false);
    if (port_.type.empty()) EmitTunnels();
    OpList enter;
    EnterLogicalPort(zones_, port_, enter);
    if (port_.type == "localport") {
      enter.push_back(SetFlag(flag::kLocalport, true));
      // Every chassis has the service itself.
      Put(At(table::kRemoteOutput, 150).Datapath(port_.datapath_key).InPort(port_.key),
          {Op::Resubmit(table::kLocalOutput)});
    }
    if (port_.quiet) EmitQuietPort(context_, port_, number, cookie_, enter, out_);
    const bool moves = port_.type.empty() && !port_.additional.empty() && !context_.everywhere();
    if (moves && !reader_.Ask(context_.localnet, port_.datapath).IsZero()) EmitPathMtu(context_, port_, out_);
    enter.push_back(Op::Resubmit(table::kIngress));
    Put(At(table::kPhysicalToLogical, 100).Match(field::kInPort, number), std::move(enter));
    Put(ToPort(table::kLogicalToPhysical, 100), {Op::Output(number)});
    // Containers may sit behind the port: a packet from one to another leaves where it came from. OVN gives this flow no
    // cookie, nor those about the path's MTU one that means anything.
    if (!reader_.Find(sb::columns::Port_Binding::parent_port, port_.name).empty()) {
      Put(ToPort(table::kSaveInPort, 100, /*cookie=*/0).Flag(flag::kNested, true), OutputWithoutInPort());
    }
  }

  void EmitNested(uint32_t number) {
    EmitLocal(true);
    EmitTunnels();
    OpList enter = {SetFlag(flag::kNested, true), Op::Simple(OpKind::kStripVlan)};
    EnterLogicalPort(zones_, port_, enter);
    enter.push_back(Op::Resubmit(table::kIngress));
    Put(At(table::kPhysicalToLogical, 150)
            .Match(field::kInPort, number)
            .Match(field::kVlanTci, 0x1000u | static_cast<unsigned>(port_.tag), 0x1fff),
        std::move(enter));
    Put(ToPort(table::kLogicalToPhysical, 100), {Op::Simple(OpKind::kSetVlanVid, static_cast<uint32_t>(port_.tag)),
                                                 Op::Output(number), Op::Simple(OpKind::kStripVlan)});
  }

  void EmitLocalnet() {
    const uint32_t number = context_.NumberOf(reader_, port_.name);
    EmitLocal(false);
    OpList enter;
    EnterLogicalPort(zones_, port_, enter);
    enter.push_back(Op::Resubmit(table::kIngress));
    OpList strip_and_enter = enter;
    strip_and_enter.insert(strip_and_enter.begin(), Op::Simple(OpKind::kStripVlan));
    if (port_.tag == 0 && port_.vlan_passthru) {
      Put(At(table::kPhysicalToLogical, 100).Match(field::kInPort, number).Match(field::kVlanTci, 0, 0x1000), enter);
      Put(At(table::kPhysicalToLogical, 100).Match(field::kInPort, number), std::move(enter));
      Put(ToPort(table::kLogicalToPhysical, 100), {Op::Output(number)});
    } else if (port_.tag == 0) {
      Put(At(table::kPhysicalToLogical, 100).Match(field::kInPort, number).Match(field::kVlanTci, 0, 0x1000),
          std::move(enter));
      // A tag of VLAN 0 is a priority tag: no VLAN.
      Put(At(table::kPhysicalToLogical, 100).Match(field::kInPort, number).Match(field::kVlanTci, 0x1000, 0x1fff),
          std::move(strip_and_enter));
      Put(ToPort(table::kLogicalToPhysical, 100), {Op::Output(number)});
    } else {
      Put(At(table::kPhysicalToLogical, 150)
              .Match(field::kInPort, number)
              .Match(field::kVlanTci, 0x1000u | static_cast<unsigned>(port_.tag), 0x1fff),
          std::move(strip_and_enter));
      Put(ToPort(table::kLogicalToPhysical, 100), {Op::Simple(OpKind::kSetVlanVid, static_cast<uint32_t>(port_.tag)),
                                                   Op::Output(number), Op::Simple(OpKind::kStripVlan)});
    }
    if (port_.type == "l2gateway") return;
    // What must stay on this hypervisor, and what a local-only service sends, never reaches the physical network.
    Put(ToPort(table::kCheckLoopback, 160).Flag(flag::kLocalOnly, true), {});
    Put(ToPort(table::kCheckLoopback, 160).Flag(flag::kLocalport, true), {});
  }

  // To every other chassis that has the port.
  void EmitTunnels() {
    if (context_.everywhere()) return;
    OpList ops = IntoTunnels(reader_, context_, port_);
    if (ops.empty()) return;
    ops.push_back(Op::Resubmit(table::kLocalOutput));
    Put(ToPort(table::kRemoteOutput, 100), std::move(ops));
  }

  void EmitRemote() {
    const Uuid localnet = reader_.Ask(context_.localnet, port_.datapath);
    if (!localnet.IsZero() && port_.additional.empty()) {
      // The physical network leads there too, and is the way OVN takes.
      const PortInfo& through = reader_.Ask(context_.port, localnet);
      if (context_.NumberOf(reader_, through.name) == 0) return;
      EmitForcedTunnels(reader_, context_, port_, cookie_, out_);
      return Put(ToPort(table::kLocalOutput, 100), {LoadOutPort(through.key), Op::Resubmit(table::kLocalOutput)});
    }
    if (port_.type != "localport" && port_.chassis != context_.chassis) EmitTunnels();
  }

  Reader& reader_;
  const ControllerContext& context_;
  const PortInfo& port_;
  uint32_t cookie_;
  Output& out_;
  Zones zones_;
};

}  // namespace

Zones ZonesOf(Reader& reader, const ControllerContext& context, const PortInfo& port) {
  const std::string datapath = port.datapath.ToString();
  return {reader.Ask(context.zone, port.name), reader.Ask(context.zone, datapath + "_dnat"),
          reader.Ask(context.zone, datapath + "_snat")};
}

void EmitPortFlows(Reader& reader, const ControllerContext& context, const Uuid& row, Output& out) {
  const PortInfo& port = reader.Ask(context.port, row);
  if (port.exists && reader.Ask(context.is_local, port.datapath)) PortFlows(reader, context, row, port, out).Emit();
}

}  // namespace ovnlite
