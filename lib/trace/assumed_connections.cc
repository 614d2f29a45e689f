#include "lib/trace/assumed_connections.h"

#include <utility>

#include "ovnlite/base/ip.h"
#include "ovnlite/datapath/rewrite.h"
#include "ovnlite/packet/extract.h"

namespace ovnlite {
namespace {

constexpr uint8_t kNoTable = 0xff;  // Of CtOp: nothing is behind it.

}  // namespace

uint16_t AssumedConnections::NextState() {
  if (replying_) return kCtTrk | kCtEst | kCtRpl;
  return used_ < options_.ct_states.size() ? options_.ct_states[used_++] : uint16_t{kCtTrk | kCtEst};
}

// A new translation, which the answer will undo.
void AssumedConnections::Translate(const CtOp& ct, const ZoneName& zone, FlowKey& key, FlowKey& written,
                                   uint64_t& state) {
  const bool is_dst = ct.nat == CtOp::Nat::kDst;
  const absl::StatusOr<IpAddress> address = IpAddress::Parse(ct.nat_address);
  if (!address.ok()) return;
  Replacement made(zone, key, is_dst, address->is_v6());
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

bool AssumedConnections::Track(const CtOp& ct, uint16_t, Packet& packet, FlowKey& key) {
  if (ct.recirc_table == kNoTable) return true;
  const ZoneName zone = ZoneName::Of(chassis_, ct, key, is_egress_);
  uint64_t state = key.Get64(field::kCtState);
  FlowKey written;
  if (ct.nat == CtOp::Nat::kSrc || ct.nat == CtOp::Nat::kDst) {
    Translate(ct, zone, key, written, state);
    if (!(state & kCtTrk)) state |= NextState();
  } else {
    state = NextState();
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
  PacketKey unused;
  Rewrite(key, written).Apply(packet, ExtractFlowKey(packet, unused));
  key.Set(field::kCtState, state);
  return true;
}

}  // namespace ovnlite
