// Any frame for any opcode: an answer that is a valid packet, or a reason. The first byte chooses the opcode, the
// second how many bytes of argument stand before the frame.
#include <algorithm>
#include <cstdlib>
#include <string>

#include "lib/datapath/responder_testutil.h"
#include "ovnlite/datapath/responder.h"
#include "ovnlite/packet/extract.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ovnlite;
  if (size < 2) return 0;
  ControllerOp op;
  op.opcode = data[0] % 26;
  const size_t argument = std::min<size_t>(data[1] % 8, size - 2);
  op.payload.assign(reinterpret_cast<const char*>(data + 2), argument);
  const absl::Span<const uint8_t> frame(data + 2 + argument, size - 2 - argument);
  if (frame.size() > Packet::kMaxSize) return 0;
  Packet packet(frame);
  FlowKey key;
  ExtractFlowKey(packet, key);
  const absl::StatusOr<Packet> reply = BuildReply(op, packet);
  if (reply.ok() ? !ReplyFault(*reply).empty() : reply.status().message().empty()) std::abort();
  if (!std::equal(frame.begin(), frame.end(), packet.bytes().begin())) std::abort();
  (void)ReadLearned(op, key);
  const absl::Status put = AnswerInPlace(op, packet, key);
  if (op.opcode != opcode::kPutNdRaOpts && packet.size() != frame.size()) std::abort();
  if (!put.ok() && !std::equal(frame.begin(), frame.end(), packet.bytes().begin())) std::abort();
  return 0;
}
