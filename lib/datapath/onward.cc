#include "ovnlite/datapath/onward.h"

#include <utility>

#include "ovnlite/datapath/responder.h"
#include "ovnlite/flow/openflow_field.h"
#include "ovnlite/packet/extract.h"

namespace ovnlite {
namespace {

constexpr uint8_t kNoTable = 0xff;             // Of CtOp: nothing is behind it.
constexpr uint32_t kController = 0xffff'fffd;  // OFPP_CONTROLLER

// Where an answer starts from: with the metadata and registers of its question, and from nowhere in particular, so that
// it may leave by the port the question came in by. Connection, tunnel and mark do not carry over.
FlowKey AnswerKey(const FlowKey& question) {
  FlowKey key(PacketKey(), question.pipeline());
  key.Set(field::kPktMark, 0);
  key.Set(field::kInPort, kController);
  return key;
}

void ReadAnew(const Packet& packet, FlowKey& key) {
  ExtractFlowKey(packet, key);
  key.Set(field::kFrameLength, packet.size());
}

Onward Track(const CtOp& ct, Packet& packet, FlowKey& key, ConnectionTracker* tracker) {
  if (tracker == nullptr) return {.why = absl::UnavailableError("there is no connection tracker")};
  const uint16_t zone =
      ct.zone_is_field ? static_cast<uint16_t>(key.Get(Info(ct.zone_field.field).ref) >> ct.zone_field.low) : ct.zone;
  if (!tracker->Track(ct, zone, packet, key) || ct.recirc_table == kNoTable) return {};
  return {.kind = Onward::Kind::kGoesOn, .where = {.table = ct.recirc_table}};
}

Onward Reply(const Effect& effect, const ControllerOpcode& opcode, Packet& packet, FlowKey& key) {
  const ControllerOp& op = effect.op->controller();
  absl::StatusOr<Packet> reply = BuildReply(op, packet);
  if (!reply.ok()) return {.why = reply.status()};
  Onward onward{.kind = Onward::Kind::kGoesOn, .where = {.ops = SharedOps(effect.op, &op.nested)}, .is_answer = true};
  const FlowKey answer_key = AnswerKey(key);
  if (opcode.asks_for_neighbor) onward.asked = PacketIn{effect.op, std::move(packet), key};
  packet = *std::move(reply);
  key = answer_key;
  ReadAnew(packet, key);
  return onward;
}

}  // namespace

Onward Follow(const Effect& effect, Packet& packet, FlowKey& key, ConnectionTracker* tracker) {
  switch (effect.kind) {
    case Effect::Kind::kOutput:
      return {.kind = Onward::Kind::kSent};
    case Effect::Kind::kTrack: {
      Onward onward = Track(effect.op->ct(), packet, key, tracker);
      if (onward.kind == Onward::Kind::kGoesOn) onward.where.stack = effect.state->stack;
      return onward;
    }
    case Effect::Kind::kRespond:
      break;
    default:
      return {.why = absl::UnimplementedError("meters, learned flows and samples are not kept")};
  }
  const ControllerOpcode& opcode = OpcodeInfo(effect.op->controller().opcode);
  switch (opcode.kind) {
    case ControllerOpcode::Kind::kReply:
      return Reply(effect, opcode, packet, key);
    case ControllerOpcode::Kind::kInPlace: {
      if (effect.rest == nullptr) return {.why = absl::InvalidArgumentError("the packet has nowhere to go on")};
      Onward onward{.kind = Onward::Kind::kGoesOn, .where = {.rest = effect.rest}};
      onward.why = AnswerInPlace(effect.op->controller(), packet, key);
      ReadAnew(packet, key);
      return onward;
    }
    case ControllerOpcode::Kind::kElsewhere:
      break;
  }
  return {.kind = Onward::Kind::kHandedOver};
}

}  // namespace ovnlite
