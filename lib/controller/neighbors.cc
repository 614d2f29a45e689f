// Side tables 66, 67 (MAC_Binding, Static_MAC_Binding), 71 and 72 (FDB).
#include "lib/controller/emit.h"
#include "ovnlite/base/ip.h"

namespace ovnlite {
namespace {

// A static binding gives way to a learned one, unless it is told not to.
constexpr uint16_t kStatic = 50, kLearned = 100, kOverriding = 150;

void EmitBinding(Reader& reader, const ControllerContext& context, absl::string_view logical_port,
                 absl::string_view ip_text, absl::string_view mac_text, uint16_t priority, uint32_t cookie,
                 Output& out) {
  const PortInfo& port = reader.Ask(context.port, FindPort(reader, logical_port));
  if (!port.exists || !reader.Ask(context.is_local, port.datapath)) return;
  const absl::StatusOr<IpAddress> ip = IpAddress::Parse(ip_text);
  const absl::StatusOr<MacAddress> mac = MacAddress::Parse(mac_text);
  if (!ip.ok() || !mac.ok()) return;  // A row that says nothing, as for OVN.
  const auto at = [&](uint8_t table) {
    FlowBuilder builder(table, priority, cookie);
    builder.Datapath(port.datapath_key);
    return ip->is_v6() ? builder.Match(XxregField(0), ip->bits()) : builder.Match(RegField(0), ip->bits());
  };
  context.Emit(out, at(table::kMacBinding)
                        .OutPort(port.key)
                        .Do({Op::SetField(OfField::kEthDst, mac->bits()), SetFlag(flag::kLookupMac, true)}));
  FlowBuilder lookup = at(table::kMacLookup);
  lookup.InPort(port.key).Match(field::kEthSrc, mac->bits());
  if (ip->is_v6()) {
    lookup.Match(field::kEthType, 0x86dd).Match(field::kIpProto, 58).Match(field::kL4Dst, 0);
  } else {
    lookup.Match(field::kEthType, 0x0806);
  }
  context.Emit(out, std::move(lookup).Do({SetFlag(flag::kLookupMac, true)}));
}

}  // namespace

void EmitFdbFlows(Reader& reader, const ControllerContext& context, const Uuid& row, Output& out) {
  const auto fdb = reader.Get<sb::FDB>(row);
  if (!fdb) return;
  const RowIds datapaths = reader.Find(sb::columns::Datapath_Binding::tunnel_key, fdb->dp_key());
  if (datapaths.empty() || !reader.Ask(context.is_local, datapaths.front())) return;
  const absl::StatusOr<MacAddress> mac = MacAddress::Parse(fdb->mac());
  if (!mac.ok()) return;
  const uint32_t datapath = static_cast<uint32_t>(fdb->dp_key()), port = static_cast<uint32_t>(fdb->port_key());
  context.Emit(out, FlowBuilder(table::kGetFdb, 100, row.prefix())
                        .Datapath(datapath)
                        .Match(field::kEthDst, mac->bits())
                        .Do({LoadOutPort(port)}));
  context.Emit(out, FlowBuilder(table::kLookupFdb, 100, row.prefix())
                        .Datapath(datapath)
                        .InPort(port)
                        .Match(field::kEthSrc, mac->bits())
                        .Do({SetFlag(flag::kLookupFdb, true)}));
}

void EmitMacBindingFlows(Reader& reader, const ControllerContext& context, const Uuid& row, Output& out) {
  const auto binding = reader.Get<sb::MAC_Binding>(row);
  if (!binding) return;
  EmitBinding(reader, context, binding->logical_port(), binding->ip(), binding->mac(), kLearned, row.prefix(), out);
}

void EmitStaticBindingFlows(Reader& reader, const ControllerContext& context, const Uuid& row, Output& out) {
  const auto binding = reader.Get<sb::Static_MAC_Binding>(row);
  if (!binding) return;
  const uint16_t priority = binding->override_dynamic_mac() ? kOverriding : kStatic;
  EmitBinding(reader, context, binding->logical_port(), binding->ip(), binding->mac(), priority, row.prefix(), out);
}

}  // namespace ovnlite
