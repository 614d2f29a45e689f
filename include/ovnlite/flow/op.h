// File: op.h
// What a flow does, as a short list of primitive operations on a FlowKey: OpenFlow's actions as OVN uses them
// (ovs-actions(7)), in the form that is executed and printed. OVN's own actions (get_arp, icmp4, ct_lb …) are compiled
// into these by the controller.
//
// An OpList is immutable and shared by every flow that does the same. Each Op notes which of the logical flow's actions
// it came from, so that an observer can name it.

#ifndef OVNLITE_FLOW_OP_H_
#define OVNLITE_FLOW_OP_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "ovnlite/base/bytes.h"
#include "ovnlite/flow/openflow_field.h"

namespace ovnlite {

struct Op;
using OpList = std::vector<Op>;
using SharedOps = std::shared_ptr<const OpList>;

enum class OpKind : uint8_t {
  kSet,             // dst = value, in the bits of mask.
  kMove,            // dst = src, of equal width.
  kPush,            // Pushes src's value on the packet's stack.
  kPop,             // Pops into dst.
  kResubmit,        // Looks up `table` and runs what it finds, then goes on here.
  kOutput,          // Sends to OpenFlow port `number`.
  kDecTtl,          // ip.ttl--; ends the packet's processing when it is 0 or 1 already.
  kSetTtl,          // ip.ttl = `number`: what OVN's own flows, not logical ones, write where these would kSet the field.
  kCtClear,         // Forgets the connection state.
  kCt,              // Connection tracking: see CtOp.
  kClone,           // Runs `nested` on a copy of packet and key.
  kGroup,           // Select group `number`: see GroupOp.
  kController,      // Hands the packet to a responder: see ControllerOp.
  kMeter,           // Meter `number`.
  kSetQueue,        // Egress queue `number`.
  kCheckPktLarger,  // dst (1 bit) = frame longer than `number` bytes.
  kLearn,           // Adds a flow: see LearnOp.
  kSample,          // IPFIX sample: see SampleOp.
  kSetVlanVid,      // VLAN `number`: changes the tag, or pushes one.
  kStripVlan,       // Pops the tag, if there is one.
  kBundle,          // Sends to the first port of `members` that is up (active-backup).
};

// ct(…), ovs-actions(7).
struct CtOp {
  enum class Nat : uint8_t { kNone, kPlain, kSrc, kDst };  // kPlain: `nat` alone, apply what the connection says.
  bool commit = false;
  bool force = false;
  Nat nat = Nat::kNone;
  uint8_t recirc_table = 0xff;  // 0xff: do not recirculate.
  bool zone_is_field = true;
  Subfield zone_field;         // The low 16 bits of one of the zone registers,
  uint16_t zone = 0;           // or a number.
  std::string nat_address;     // Text form of the new address, empty for "any" (nat(src) alone).
  uint16_t nat_port_low = 0;   // 0: keep.
  uint16_t nat_port_high = 0;  // 0: one port only.
  bool nat_random = false;
  OpList exec;  // kSet and kMove on ct_mark and ct_label.
};

// A packet handed to ovn-controller in OVN and to a responder here. `opcode` is OVN's ACTION_OPCODE_* number, the
// first 4 bytes of the userdata; `payload` are the bytes after it and its 4 bytes of padding.
struct ControllerOp {
  uint32_t opcode = 0;
  bool pause = false;  // The packet waits and goes on where it was (DHCP, DNS …).
  std::string payload;
  bool has_nested = false;
  OpList nested;       // What is done to the answer, for arp{}, icmp4{} ….
  uint32_t meter = 0;  // 0: none.
};

// A select group (ct_lb, select, fwd_group): one bucket is taken by a hash of the packet.
struct GroupOp {
  struct Bucket {
    uint16_t weight = 100;
    uint32_t watch_port = 0;  // The bucket is taken only while this OpenFlow port is up; 0: always.
    OpList ops;
  };
  // dp_hash: by the 5-tuple, in the datapath's own way. Otherwise by the fields of `hash_fields`, in OpenFlow's names
  // ("eth_src,ip_dst").
  bool dp_hash = true;
  bool symmetric = false;  // With dp_hash: the same for both directions of a connection.
  std::string hash_fields;
  std::vector<Bucket> buckets;
};

// learn(…), for commit_ecmp_nh and commit_lb_aff. The flow made matches `matches` and runs `sets`.
struct LearnOp {
  uint8_t table = 0;
  uint16_t idle_timeout = 0;  // Seconds; 0 never.
  uint16_t hard_timeout = 0;
  uint16_t priority = 0x8000;  // OpenFlow's default.
  bool delete_learned = false;
  uint32_t cookie = 0;  // Of the learned flows: the same as the flow's that learns them, as OVN does.
  // dst[] == src[] of the packet, or dst[] == value; and for `sets` the same as an assignment.
  struct Spec {
    Subfield dst;
    bool from_field = false;
    Subfield src;
    u128 value = 0;
  };
  std::vector<Spec> matches;
  std::vector<Spec> sets;
};

struct SampleOp {
  uint16_t probability = 0;
  uint32_t collector_set = 0;
  uint32_t domain = 0;
  uint32_t point = 0;
};

struct Op {
  OpKind kind = OpKind::kSet;
  uint8_t table = 0;    // kResubmit
  uint16_t action = 0;  // 1 + number of the logical action it came from, in order of appearance; 0: none.
  Subfield dst;
  Subfield src;
  uint32_t number = 0;  // kOutput, kGroup, kMeter, kSetQueue, kCheckPktLarger, kSetVlanVid, kSetTtl
  u128 value = 0;       // kSet: the value of dst, shifted down to bit 0.
  u128 mask = 0;        // kSet: which of dst's bits; LowMask(dst.bits) unless there are holes.
  // kClone, kCt, kController, kGroup, kLearn, kSample, kBundle.
  std::variant<std::monostate, SharedOps, std::shared_ptr<const CtOp>, std::shared_ptr<const ControllerOp>,
               std::shared_ptr<const GroupOp>, std::shared_ptr<const LearnOp>, std::shared_ptr<const SampleOp>,
               std::shared_ptr<const std::vector<uint32_t>>>
      detail;

  const OpList& nested() const { return *std::get<SharedOps>(detail); }
  const CtOp& ct() const { return *std::get<std::shared_ptr<const CtOp>>(detail); }
  const ControllerOp& controller() const { return *std::get<std::shared_ptr<const ControllerOp>>(detail); }
  const GroupOp& group() const { return *std::get<std::shared_ptr<const GroupOp>>(detail); }
  const LearnOp& learn() const { return *std::get<std::shared_ptr<const LearnOp>>(detail); }
  const SampleOp& sample() const { return *std::get<std::shared_ptr<const SampleOp>>(detail); }

  const std::vector<uint32_t>& members() const {
    return *std::get<std::shared_ptr<const std::vector<uint32_t>>>(detail);
  }

  static Op Set(Subfield dst, u128 value) { return SetMasked(dst, value, LowMask(dst.bits)); }
  static Op SetMasked(Subfield dst, u128 value, u128 mask);
  static Op SetField(OfField field, u128 value) { return Set(Subfield::Whole(field), value); }
  static Op Move(Subfield src, Subfield dst);
  static Op Push(Subfield src);
  static Op Pop(Subfield dst);
  static Op Resubmit(uint8_t table);
  static Op Output(uint32_t port);
  static Op Clone(OpList ops);
  static Op Ct(CtOp ct);
  static Op Controller(ControllerOp controller);
  static Op Group(uint32_t id, GroupOp group);
  static Op Learn(LearnOp learn);
  static Op Sample(SampleOp sample);
  static Op Bundle(std::vector<uint32_t> ports);
  // The kinds that are nothing but a kind and a number.
  static Op Simple(OpKind kind, uint32_t number = 0);
};

// Same operations, details compared by content; `action` notes are part of it.
bool operator==(const Op& a, const Op& b);

}  // namespace ovnlite

#endif  // OVNLITE_FLOW_OP_H_
