#include "ovnlite/datapath/translate.h"

#include <algorithm>

#include "ovnlite/base/hash.h"
#include "ovnlite/wire/ethernet.h"
#include "ovnlite/wire/icmpv6.h"
#include "ovnlite/wire/ip_proto.h"
#include "ovnlite/wire/vlan.h"

namespace ovnlite {
namespace {

using Frame = Continuation::Frame;

constexpr uint64_t kVlanPresent = 0x1000;  // Of a key's TCI: there is a tag.

// Bits that are not read off the packet, so that they cannot differ between packets of one path: everything the
// pipeline computes. in_port and recirc_id are pinned by every megaflow anyway.
FlowKey InitialConstants() {
  FlowKey constant;
  for (int w = kWordMetadata; w < kKeyWords; ++w) constant.words[w] = ~uint64_t{0};
  return constant;
}

bool IsIp(uint64_t eth_type) { return eth_type == kEthTypeIpv4 || eth_type == kEthTypeIpv6; }

class Machine {
 public:
  Machine(const FlowTables& tables, const FlowKey& key, Observer* observer) : tables_(tables), observer_(observer) {
    state_.key = key;
    state_.constant = InitialConstants();
    frames_.reserve(64);
    if (is_reusable()) {
      program_.consulted.reserve(64);
      program_.flows.reserve(64);
    }
    looked_at_.Include(field::kInPort);
    looked_at_.Include(field::kRecircId);
    looked_at_.Include(field::kIpFrag);
  }

  void Restore(FieldStack stack) { state_.stack = std::move(stack); }

  void EnterTable(uint8_t table) {
    const Flow* const from = frames_.empty() ? nullptr : frames_.back().flow;
    if (observer_ != nullptr) observer_->BeforeLookup(table, state_.key);
    const uint32_t metadata = static_cast<uint32_t>(state_.key.Get64(field::kMetadata));
    if (is_reusable()) program_.consulted.push_back(MakeTablePart(table, metadata));
    FlowKey* const looked_at = is_reusable() ? &looked_at_ : nullptr;
    const TieOrder* const ties = observer_ != nullptr ? observer_->ties() : nullptr;
    const Flow* flow = IsPortless() ? LookupFragment(table, looked_at, ties)
                                    : tables_.Lookup(table, {state_.key, state_.constant, looked_at, ties});
    if (observer_ != nullptr) observer_->OnLookup(table, flow, state_.key);
    if (flow == nullptr) return Drop(DropReason::kNoFlow);
    if (is_reusable()) program_.flows.push_back(flow->id);
    if (flow->ops->empty()) return Drop(DropReason::kByFlow);
    Enter({flow->ops.get(), 0, flow, nullptr, nullptr, from != nullptr && table <= from->table});
  }

  bool IsPortless() const {
    if (state_.key.Get64(field::kIpFrag) == 0) return false;
    return observer_ == nullptr || !observer_->matches_first_fragments_ports();
  }

  // Ports, type and code count as 0 in every fragment.
  const Flow* LookupFragment(uint8_t table, FlowKey* looked_at, const TieOrder* ties) const {
    FlowKey key = state_.key, constant = state_.constant;
    for (const FieldRef& port : {field::kL4Src, field::kL4Dst}) {
      key.Set(port, 0);
      constant.Include(port);
    }
    return tables_.Lookup(table, {key, constant, looked_at, ties});
  }

  // Runs a list on a copy of the state. The list is part of the running frame's, and kept by what keeps that.
  void EnterCopy(const OpList& ops, bool deepens) {
    const Frame& top = frames_.back();
    Enter({&ops, 0, top.flow, std::make_shared<const SavedState>(state_), top.owner, deepens});
  }

  void Enter(Frame frame) {
    if (frame.deepens && ++depth_ > Translator::kMaxDepth) return Stop(DropReason::kTooDeep);
    frames_.push_back(std::move(frame));
  }
  void EnterAll(const Continuation& rest) {
    frames_ = rest.frames;
    for (const Frame& frame : frames_) depth_ += frame.deepens;
  }

  Program Run() {
    for (int steps = 0; !frames_.empty(); ++steps) {
      if (steps >= Translator::kMaxSteps) {
        Stop(DropReason::kTooLong);
        break;
      }
      Frame& top = frames_.back();
      if (top.next == top.ops->size()) {
        Leave();
        continue;
      }
      // Step() may move or drop frames; the list itself stays with its flow, or with whoever called.
      const Op& op = (*top.ops)[top.next++];
      if (observer_ != nullptr) observer_->OnOp(op, top.flow, state_.key);
      Step(op);
    }
    std::sort(program_.consulted.begin(), program_.consulted.end());
    program_.consulted.erase(std::unique(program_.consulted.begin(), program_.consulted.end()),
                             program_.consulted.end());
    if (!program_.effects.empty()) {
      program_.drop = DropReason::kNone;
    } else if (program_.drop == DropReason::kNone) {
      program_.drop = DropReason::kByFlow;
    }
    // What is not kept from the packet cannot be looked at: only packet words make a mask.
    program_.mask = looked_at_.packet();
    return std::move(program_);
  }

 private:
  bool is_reusable() const { return observer_ == nullptr; }

  void Leave() {
    const std::shared_ptr<const SavedState> restore = std::move(frames_.back().restore);
    depth_ -= frames_.back().deepens;
    frames_.pop_back();
    if (restore != nullptr) state_ = *restore;
    if (observer_ != nullptr) observer_->OnReturn(state_.key);
  }

  void Drop(DropReason reason) {
    if (program_.drop == DropReason::kNone) program_.drop = reason;
    if (observer_ != nullptr) observer_->OnDrop(reason, state_.key);
  }

  // Ends processing altogether.
  void Stop(DropReason reason) {
    Drop(reason);
    frames_.clear();
  }

  void LookAt(FieldRef f, u128 bits) {
    FlowKey wanted;
    wanted.Include(f, bits);
    for (int w = f.word; w <= f.word + (f.width > 64); ++w) {
      looked_at_.words[w] |= wanted.words[w] & ~state_.constant.words[w];
    }
  }

  u128 Read(Subfield s) {
    const FieldRef whole = Info(s.field).ref;
    LookAt(whole, LowMask(s.bits) << s.low);
    return state_.key.Get(whole) >> s.low & LowMask(s.bits);
  }

  // Whether the packet has the field. What decides it is looked at.
  bool Has(OfField f) {
    const auto type_is = [this](uint64_t type) {
      LookAt(field::kEthType, ~u128{0});
      return state_.key.Get64(field::kEthType) == type;
    };
    const auto ip = [this] {
      LookAt(field::kEthType, ~u128{0});
      return IsIp(state_.key.Get64(field::kEthType));
    };
    const auto proto_is = [&](uint64_t proto) {
      if (!ip()) return false;
      LookAt(field::kIpProto, ~u128{0});
      LookAt(field::kIpFrag, kFragLater);
      return state_.key.Get64(field::kIpProto) == proto && !(state_.key.Get64(field::kIpFrag) & kFragLater);
    };
    const auto nd = [&] {
      if (!type_is(kEthTypeIpv6) || !proto_is(kIpProtoIcmpv6)) return false;
      LookAt(field::kL4Src, ~u128{0});
      const uint64_t type = state_.key.Get64(field::kL4Src);
      return type == kNdNeighborSolicit || type == kNdNeighborAdvert;
    };
    switch (f) {
      case OfField::kIpSrc:
      case OfField::kIpDst:
        return type_is(kEthTypeIpv4);
      case OfField::kIpv6Src:
      case OfField::kIpv6Dst:
        return type_is(kEthTypeIpv6);
      case OfField::kIpProto:
      case OfField::kIpTtl:
      case OfField::kIpDscp:
      case OfField::kIpEcn:
        return ip();
      case OfField::kArpOp:
      case OfField::kArpSpa:
      case OfField::kArpTpa:
      case OfField::kArpSha:
      case OfField::kArpTha:
        return type_is(kEthTypeArp) || type_is(kEthTypeRarp);
      case OfField::kTcpSrc:
      case OfField::kTcpDst:
        return proto_is(kIpProtoTcp);
      case OfField::kUdpSrc:
      case OfField::kUdpDst:
        return proto_is(kIpProtoUdp);
      case OfField::kSctpSrc:
      case OfField::kSctpDst:
        return proto_is(kIpProtoSctp);
      case OfField::kIcmpType:
      case OfField::kIcmpCode:
        return type_is(kEthTypeIpv4) && proto_is(kIpProtoIcmp);
      case OfField::kIcmpv6Type:
      case OfField::kIcmpv6Code:
        return type_is(kEthTypeIpv6) && proto_is(kIpProtoIcmpv6);
      case OfField::kNdTarget:
      case OfField::kNdSll:
      case OfField::kNdTll:
        return nd();
      default:
        return true;
    }
  }

  bool IsTagged() const { return state_.key.Get64(field::kVlanTci) & kVlanPresent; }

  void Write(Subfield s, u128 value, u128 mask) {
    if (!Has(s.field)) return;
    const FieldRef whole = Info(s.field).ref;
    if (s.field == OfField::kVlanTci) LookAt(whole, kVlanPresent);
    // Which checksums cover an address, its protocol says.
    const bool is_address = s.field == OfField::kIpSrc || s.field == OfField::kIpDst || s.field == OfField::kIpv6Src ||
                            s.field == OfField::kIpv6Dst;
    if (is_address) LookAt(field::kIpProto, ~u128{0});
    const bool was_tagged = IsTagged();
    state_.key.SetMasked(whole, value << s.low, mask << s.low);
    state_.constant.Include(whole, mask << s.low);
    if (whole.word < kPacketWords) state_.written.Include(whole, mask << s.low);
    if (s.field == OfField::kVlanTci) {  // A tag is pushed, changed or popped as a whole.
      LookAt(field::kVlanTci, ~u128{0});
      state_.constant.Include(field::kVlanTci);
      state_.written.Include(field::kVlanTci);
      if (!IsTagged()) state_.key.Set(field::kVlanTci, 0);
      state_.growth += (IsTagged() - was_tagged) * int{VlanLayout::kSize};
    }
  }

  Effect& AddEffect(Effect::Kind kind, const Op* op) {
    Effect effect;
    effect.kind = kind;
    effect.queue = queue_;
    if (kind == Effect::Kind::kOutput || kind == Effect::Kind::kRespond || kind == Effect::Kind::kTrack) {
      effect.rewrite = Rewrite(state_.key, state_.written);
    }
    if (op != nullptr) {
      effect.op = std::make_shared<const Op>(*op);
      effect.state = std::make_shared<const SavedState>(state_);
    }
    program_.effects.push_back(std::move(effect));
    return program_.effects.back();
  }

  void Announce() {
    if (observer_ != nullptr) observer_->OnEffect(program_.effects.back(), state_.key);
  }

  void Send(uint32_t port) {
    Effect& effect = AddEffect(Effect::Kind::kOutput, nullptr);
    effect.port = port;
    effect.tunnel = state_.key.words[kWordTunnel];
    Announce();
  }

  // A paused packet and the rest of what was to be done with it.
  void Pause(Effect& effect) {
    auto rest = std::make_shared<Continuation>();
    rest->frames = std::move(frames_);
    frames_.clear();
    for (Frame& frame : rest->frames) {
      if (frame.owner == nullptr && frame.flow != nullptr) frame.owner = frame.flow->ops;
    }
    effect.rest = std::move(rest);
  }

  int ChooseBucket(const GroupOp& group) {
    if (observer_ != nullptr) {
      const int chosen = observer_->ChooseBucket(group, state_.key);
      if (chosen >= 0) return std::min<int>(chosen, static_cast<int>(group.buckets.size()) - 1);
    }
    uint64_t h = 0;
    for (FieldRef f : {field::kIp4Src, field::kIp4Dst, field::kIp6Src, field::kIp6Dst, field::kIpProto, field::kL4Src,
                       field::kL4Dst}) {
      LookAt(f, ~u128{0});
      const u128 v = state_.key.Get(f);
      h = HashMix(HashMix(h, High64(v)), Low64(v));
    }
    uint64_t total = 0;
    for (const GroupOp::Bucket& bucket : group.buckets) total += bucket.weight;
    uint64_t at = total == 0 ? 0 : h % total;
    for (size_t i = 0; i < group.buckets.size(); ++i) {
      if (at < group.buckets[i].weight) return static_cast<int>(i);
      at -= group.buckets[i].weight;
    }
    return -1;
  }

  void Step(const Op& op) {
    switch (op.kind) {
      case OpKind::kSet:
        return Write(op.dst, op.value, op.mask);
      case OpKind::kMove:
        if (Has(op.src.field)) Write(op.dst, Read(op.src), LowMask(op.dst.bits));
        return;
      case OpKind::kPush:
        return state_.stack.push_back({Read(op.src), op.src.bits});
      case OpKind::kPop:
        if (state_.stack.empty()) return;
        Write(op.dst, state_.stack.back().first & LowMask(op.dst.bits), LowMask(op.dst.bits));
        return state_.stack.pop_back();
      case OpKind::kResubmit:
        return EnterTable(op.table);
      case OpKind::kOutput: {
        // OpenFlow does not send a packet back where it came from unless told so (ovs-actions(7), "output").
        if (op.number == state_.key.Get64(field::kInPort)) return;
        return Send(op.number);
      }
      case OpKind::kBundle:
        for (uint32_t port : op.members()) {
          if (port != state_.key.Get64(field::kInPort)) return Send(port);
        }
        return;
      case OpKind::kSetVlanVid: {
        // A new tag has priority 0.
        const uint64_t tci = state_.key.Get64(field::kVlanTci);
        LookAt(field::kVlanTci, ~u128{0});
        return Write(Subfield::Whole(OfField::kVlanTci), (tci & 0xe000) | kVlanPresent | op.number, 0xffff);
      }
      case OpKind::kStripVlan:
        return Write(Subfield::Whole(OfField::kVlanTci), 0, 0xffff);
      case OpKind::kDecTtl: {
        if (!Has(OfField::kIpTtl)) return;
        const u128 ttl = Read(Subfield::Whole(OfField::kIpTtl));
        if (ttl <= 1 && (observer_ == nullptr || !observer_->keeps_expired())) return Stop(DropReason::kTtl);
        if (ttl == 0) {
          if (observer_ != nullptr) observer_->OnDrop(DropReason::kTtl, state_.key);
          return;
        }
        return Write(Subfield::Whole(OfField::kIpTtl), ttl - 1, 0xff);
      }
      case OpKind::kSetTtl:
        return Write(Subfield::Whole(OfField::kIpTtl), op.number, 0xff);
      case OpKind::kCtClear:
        for (int w : {+kWordCt, +kWordCtLabel, kWordCtLabel + 1, +kWordCtOrigV4, +kWordCtOrigTp, +kWordCtOrigSrc6,
                      kWordCtOrigSrc6 + 1, +kWordCtOrigDst6, kWordCtOrigDst6 + 1}) {
          state_.key.words[w] = 0;
          state_.constant.words[w] = ~uint64_t{0};
        }
        return;
      case OpKind::kCt: {
        const CtOp& ct = op.ct();
        if (ct.zone_is_field) Read(ct.zone_field);
        AddEffect(Effect::Kind::kTrack, &op);
        return Announce();
      }
      case OpKind::kClone:
        return EnterCopy(op.nested(), false);
      case OpKind::kGroup: {
        // A bucket works on its own copy of the packet (ovs-actions(7), "group").
        const GroupOp& group = op.group();
        const int bucket = group.buckets.empty() ? -1 : ChooseBucket(group);
        if (bucket >= 0) EnterCopy(group.buckets[static_cast<size_t>(bucket)].ops, true);
        return;
      }
      case OpKind::kController: {
        Effect& effect = AddEffect(Effect::Kind::kRespond, &op);
        if (op.controller().pause) {
          Pause(effect);
        }
        return Announce();
      }
      case OpKind::kMeter:
        AddEffect(Effect::Kind::kMeter, &op);
        return Announce();
      case OpKind::kSetQueue:
        queue_ = op.number;
        return;
      case OpKind::kCheckPktLarger: {
        // As it stands, without the tag that it came with or with the one that it got.
        const int64_t most = int64_t{op.number} - state_.growth;
        if (most < 0) return Write(op.dst, 1, 1);
        const uint64_t length = state_.key.Get64(field::kFrameLength);
        const ValueSet larger(32, LargerThan(static_cast<uint32_t>(most)));
        LookAt(field::kFrameLength, larger.DecidingBits(length));
        return Write(op.dst, length > static_cast<uint64_t>(most), 1);
      }
      case OpKind::kLearn:
        AddEffect(Effect::Kind::kLearn, &op);
        return Announce();
      case OpKind::kSample:
        AddEffect(Effect::Kind::kSample, &op);
        return Announce();
    }
  }

  // n + 1 … 2^32 - 1 as prefixes.
  static std::vector<ValueSet::Entry> LargerThan(uint32_t n) {
    std::vector<ValueSet::Entry> entries;
    for (uint64_t first = uint64_t{n} + 1; first <= 0xffffffff;) {
      const uint64_t size = first == 0 ? uint64_t{1} << 32 : first & -first;
      entries.push_back({first, ~(size - 1) & 0xffffffff});
      first += size;
    }
    return entries;
  }

  const FlowTables& tables_;
  Observer* const observer_;
  SavedState state_;
  FlowKey looked_at_;
  std::vector<Frame> frames_;
  int depth_ = 0;  // Of frames_, those that deepen.
  uint32_t queue_ = 0;
  Program program_;
};

}  // namespace

Program Translator::Run(const FlowKey& key, uint8_t table, Observer* observer) const {
  Machine machine(tables_, key, observer);
  machine.EnterTable(table);
  return machine.Run();
}

Program Translator::Run(const FlowKey& key, const Resumption& where, Observer* observer) const {
  Machine machine(tables_, key, observer);
  if (where.rest != nullptr) {
    machine.EnterAll(*where.rest);
  } else if (where.ops != nullptr) {
    machine.Enter({where.ops.get(), 0, nullptr, nullptr, where.ops});
  } else {
    machine.Restore(where.stack);
    machine.EnterTable(static_cast<uint8_t>(where.table));
  }
  return machine.Run();
}

}  // namespace ovnlite
