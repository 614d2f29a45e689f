#include "ovnlite/flow/op.h"

namespace ovnlite {
namespace {

Op Of(OpKind kind) {
  Op op;
  op.kind = kind;
  return op;
}

bool Equal(const LearnOp::Spec& a, const LearnOp::Spec& b) {
  return a.dst == b.dst && a.from_field == b.from_field && a.src == b.src && a.value == b.value;
}

bool Equal(const CtOp& a, const CtOp& b) {
  return a.commit == b.commit && a.force == b.force && a.nat == b.nat && a.recirc_table == b.recirc_table &&
         a.zone_is_field == b.zone_is_field && a.zone_field == b.zone_field && a.zone == b.zone &&
         a.nat_address == b.nat_address && a.nat_port_low == b.nat_port_low && a.nat_port_high == b.nat_port_high &&
         a.nat_random == b.nat_random && a.exec == b.exec;
}
bool Equal(const ControllerOp& a, const ControllerOp& b) {
  return a.opcode == b.opcode && a.pause == b.pause && a.payload == b.payload && a.has_nested == b.has_nested &&
         a.nested == b.nested && a.meter == b.meter;
}
bool Equal(const GroupOp& a, const GroupOp& b) {
  if (a.dp_hash != b.dp_hash || a.symmetric != b.symmetric || a.hash_fields != b.hash_fields ||
      a.buckets.size() != b.buckets.size()) {
    return false;
  }
  for (size_t i = 0; i < a.buckets.size(); ++i) {
    const GroupOp::Bucket &x = a.buckets[i], &y = b.buckets[i];
    if (x.weight != y.weight || x.watch_port != y.watch_port || x.ops != y.ops) return false;
  }
  return true;
}
bool Equal(const LearnOp& a, const LearnOp& b) {
  const auto same = [](const std::vector<LearnOp::Spec>& x, const std::vector<LearnOp::Spec>& y) {
    if (x.size() != y.size()) return false;
    for (size_t i = 0; i < x.size(); ++i) {
      if (!Equal(x[i], y[i])) return false;
    }
    return true;
  };
  return a.table == b.table && a.idle_timeout == b.idle_timeout && a.hard_timeout == b.hard_timeout &&
         a.priority == b.priority && a.delete_learned == b.delete_learned && a.cookie == b.cookie &&
         same(a.matches, b.matches) && same(a.sets, b.sets);
}
bool Equal(const SampleOp& a, const SampleOp& b) {
  return a.probability == b.probability && a.collector_set == b.collector_set && a.domain == b.domain &&
         a.point == b.point;
}
bool Equal(const OpList& a, const OpList& b) { return a == b; }
bool Equal(const std::vector<uint32_t>& a, const std::vector<uint32_t>& b) { return a == b; }

}  // namespace

Op Op::SetMasked(Subfield dst, u128 value, u128 mask) {
  Op op = Of(OpKind::kSet);
  op.dst = dst;
  op.value = value & mask;
  op.mask = mask;
  return op;
}

Op Op::Move(Subfield src, Subfield dst) {
  Op op = Of(OpKind::kMove);
  op.src = src;
  op.dst = dst;
  return op;
}

Op Op::Push(Subfield src) {
  Op op = Of(OpKind::kPush);
  op.src = src;
  return op;
}

Op Op::Pop(Subfield dst) {
  Op op = Of(OpKind::kPop);
  op.dst = dst;
  return op;
}

Op Op::Resubmit(uint8_t table) {
  Op op = Of(OpKind::kResubmit);
  op.table = table;
  return op;
}

Op Op::Output(uint32_t port) { return Simple(OpKind::kOutput, port); }

Op Op::Clone(OpList ops) {
  Op op = Of(OpKind::kClone);
  op.detail = std::make_shared<const OpList>(std::move(ops));
  return op;
}

Op Op::Ct(CtOp ct) {
  Op op = Of(OpKind::kCt);
  op.detail = std::make_shared<const CtOp>(std::move(ct));
  return op;
}

Op Op::Controller(ControllerOp controller) {
  Op op = Of(OpKind::kController);
  op.detail = std::make_shared<const ControllerOp>(std::move(controller));
  return op;
}

Op Op::Group(uint32_t id, GroupOp group) {
  Op op = Simple(OpKind::kGroup, id);
  op.detail = std::make_shared<const GroupOp>(std::move(group));
  return op;
}

Op Op::Learn(LearnOp learn) {
  Op op = Of(OpKind::kLearn);
  op.detail = std::make_shared<const LearnOp>(std::move(learn));
  return op;
}

Op Op::Sample(SampleOp sample) {
  Op op = Of(OpKind::kSample);
  op.detail = std::make_shared<const SampleOp>(std::move(sample));
  return op;
}

Op Op::Bundle(std::vector<uint32_t> ports) {
  Op op = Of(OpKind::kBundle);
  op.detail = std::make_shared<const std::vector<uint32_t>>(std::move(ports));
  return op;
}

Op Op::Simple(OpKind kind, uint32_t number) {
  Op op = Of(kind);
  op.number = number;
  return op;
}

bool operator==(const Op& a, const Op& b) {
  if (a.kind != b.kind || a.table != b.table || a.action != b.action || a.dst != b.dst || a.src != b.src ||
      a.number != b.number || a.value != b.value || a.mask != b.mask || a.detail.index() != b.detail.index()) {
    return false;
  }
  return std::visit(
      [&b](const auto& mine) {
        using T = std::decay_t<decltype(mine)>;
        if constexpr (std::is_same_v<T, std::monostate>) {
          return true;
        } else {
          const T& other = std::get<T>(b.detail);
          return mine == other || Equal(*mine, *other);
        }
      },
      a.detail);
}

}  // namespace ovnlite
