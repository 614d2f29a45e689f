#include "ovnlite/datapath/translate.h"

#include <algorithm>

#include "ovnlite/base/hash.h"
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

bool IsIp(uint64_t eth_type) { return eth_type == 0x0800 || eth_type == 0x86dd; }

class Machine {
 public:
  Machine(const FlowTables& tables, const FlowKey& key, const TranslateOptions& options)
      : tables_(tables), options_(options) {
    state_.key = key;
    state_.constant = InitialConstants();
    frames_.reserve(64);
    if (options.reusable) {
      program_.consulted.reserve(64);
      program_.flows.reserve(64);
    }
    program_.mask.Include(field::kInPort);
    program_.mask.Include(field::kRecircId);
    program_.mask.Include(field::kIpFrag);
  }

  void EnterTable(uint8_t table) {
    const Flow* const from = frames_.empty() ? nullptr : frames_.back().flow;
    if (options_.amend) options_.amend(table, state_.key);
    if (options_.prepare) options_.prepare(table, state_.key);
    const uint32_t metadata = static_cast<uint32_t>(state_.key.Get64(field::kMetadata));
    if (options_.reusable) program_.consulted.push_back(MakeTablePart(table, metadata));
    FlowKey* const looked_at = options_.reusable ? &program_.mask : nullptr;
    const TieOrder* const ties = options_.ties ? &options_.ties : nullptr;
    const Flow* flow = IsPortless() ? LookupFragment(table, looked_at, ties)
                                    : tables_.Lookup(table, {state_.key, state_.constant, looked_at, ties});
    if (options_.observer != nullptr) options_.observer->OnLookup(table, flow, state_.key);
    if (flow == nullptr) return Drop(DropReason::kNoFlow);
    if (options_.reusable) program_.flows.push_back(flow->id);
    if (flow->ops->empty()) return Drop(DropReason::kByFlow);
    Enter({flow->ops.get(), 0, flow, nullptr, nullptr, from != nullptr && table <= from->table});
  }

  bool IsPortless() const { return state_.key.Get64(field::kIpFrag) != 0 && !options_.match_first_fragments_ports; }

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
      if (options_.observer != nullptr) options_.observer->OnOp(op, top.flow, state_.key);
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
    for (int w = kPacketWords; w < kKeyWords; ++w) program_.mask.words[w] = 0;
    return std::move(program_);
  }

 private:
  void Leave() {
    const std::shared_ptr<const SavedState> restore = std::move(frames_.back().restore);
    depth_ -= frames_.back().deepens;
    frames_.pop_back();
    if (restore != nullptr) state_ = *restore;
    if (options_.observer != nullptr) options_.observer->OnReturn(state_.key);
  }

  void Drop(DropReason reason) {
    if (program_.drop == DropReason::kNone) program_.drop = reason;
    if (options_.observer != nullptr) options_.observer->OnDrop(reason, state_.key);
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
      program_.mask.words[w] |= wanted.words[w] & ~state_.constant.words[w];
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
      if (!type_is(0x86dd) || !proto_is(58)) return false;
      LookAt(field::kL4Src, ~u128{0});
      const uint64_t type = state_.key.Get64(field::kL4Src);
      return type == 135 || type == 136;
    };
    switch (f) {
      case OfField::kIpSrc:
      case OfField::kIpDst:
        return type_is(0x0800);
      case OfField::kIpv6Src:
      case OfField::kIpv6Dst:
        return type_is(0x86dd);
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
        return type_is(0x0806) || type_is(0x8035);
      case OfField::kTcpSrc:
      case OfField::kTcpDst:
        return proto_is(6);
      case OfField::kUdpSrc:
      case OfField::kUdpDst:
        return proto_is(17);
      case OfField::kSctpSrc:
      case OfField::kSctpDst:
        return proto_is(132);
      case OfField::kIcmpType:
      case OfField::kIcmpCode:
        return type_is(0x0800) && proto_is(1);
      case OfField::kIcmpv6Type:
      case OfField::kIcmpv6Code:
        return type_is(0x86dd) && proto_is(58);
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
    if (options_.observer != nullptr) options_.observer->OnEffect(program_.effects.back(), state_.key);
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
    if (options_.choose_bucket) {
      const int chosen = options_.choose_bucket(group, state_.key);
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
        if (ttl <= 1 && !options_.keep_expired) return Stop(DropReason::kTtl);
        if (ttl == 0) {
          if (options_.observer != nullptr) options_.observer->OnDrop(DropReason::kTtl, state_.key);
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
  const TranslateOptions& options_;
  SavedState state_;
  std::vector<Frame> frames_;
  int depth_ = 0;  // Of frames_, those that deepen.
  uint32_t queue_ = 0;
  Program program_;
};

}  // namespace

Program Translator::Run(const FlowKey& key, uint8_t table, const TranslateOptions& options) const {
  Machine machine(tables_, key, options);
  machine.EnterTable(table);
  return machine.Run();
}

Program Translator::RunOps(const FlowKey& key, SharedOps ops, const TranslateOptions& options) const {
  Machine machine(tables_, key, options);
  const OpList* list = ops.get();
  machine.Enter({list, 0, nullptr, nullptr, std::move(ops)});
  return machine.Run();
}

Program Translator::Resume(const FlowKey& key, const Continuation& rest, const TranslateOptions& options) const {
  Machine machine(tables_, key, options);
  machine.EnterAll(rest);
  return machine.Run();
}

}  // namespace ovnlite
