#include "lib/node/learning_agent.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/controller/tables.h"
#include "lib/node/port_keys.h"
#include "lib/schema/ovn_sb.rows.h"
#include "ovnlite/flow/opcode.h"
#include "ovnlite/schema/schema.h"
#include "ovnlite/wire/ethernet.h"

namespace ovnlite {

bool LearningAgent::Takes(uint32_t code) const {
  return OpcodeInfo(code).asks_for_neighbor || code == opcode::kPutArp || code == opcode::kPutNd ||
         code == opcode::kPutFdb;
}

void LearningAgent::Take(PacketIn packet) {
  if (OpcodeInfo(packet.action().opcode).asks_for_neighbor) {
    const bool v6 = packet.key.Get64(field::kEthType) == kEthTypeIpv6;
    return Wait(std::move(packet), v6);
  }
  if (const std::optional<LearnedNeighbor> learned = ReadLearned(packet.action(), packet.key); learned.has_value()) {
    ++counters_.learned;
    learned_.push_back(*learned);
  }
}

// The next hop is in reg0 or xxreg0, where the routing stage put it.
void LearningAgent::Wait(PacketIn packet, bool v6) {
  const FlowKey key = packet.key;
  const IpAddress next_hop = v6 ? IpAddress(Ipv6Address(key.Get(XxregField(0)))) : IpAddress(Ipv4Address(key.reg(0)));
  ++counters_.waiting;
  counters_.waiting_dropped += waiting_.Add(static_cast<uint32_t>(key.Get64(field::kMetadata)),
                                            static_cast<uint32_t>(key.Get64(field::kLogicalOutPort)), next_hop,
                                            {std::move(packet.packet), key}, clock_.Now());
}

void LearningAgent::OnCommit(const Delta& delta) {
  for (const RowChange& change : delta.changes()) {
    if (change.deleted() || change.table->index() != TableTraits<sb::MAC_Binding>::kIndex) continue;
    const sb::MAC_Binding_View row(&change.after);
    const RowIds ports = sb_.Find(sb::columns::Port_Binding::logical_port, row.logical_port());
    const absl::StatusOr<IpAddress> ip = IpAddress::Parse(row.ip());
    const absl::StatusOr<MacAddress> mac = MacAddress::Parse(row.mac());
    const auto datapath = sb_.Read<sb::Datapath_Binding>(row.datapath());
    if (ports.empty() || !datapath || !ip.ok() || !mac.ok()) continue;
    const auto port = sb_.Read<sb::Port_Binding>(ports.front());
    const auto resolve = [&](sb::Port_Binding_View at) {
      resolved_.push_back(
          {static_cast<uint32_t>(datapath->tunnel_key()), static_cast<uint32_t>(at.tunnel_key()), *ip, *mac});
    };
    resolve(port);
    // What leaves through a gateway port waits at the port that stands for it.
    const auto stand_in = port->options("chassis-redirect-port");
    if (!stand_in.has_value()) continue;
    for (const Uuid& uuid : sb_.Find(sb::columns::Port_Binding::logical_port, *stand_in)) {
      resolve(sb_.Read<sb::Port_Binding>(uuid));
    }
  }
}

void LearningAgent::GoOn() {
  const std::vector<Resolved> resolved = std::exchange(resolved_, {});
  for (const Resolved& r : resolved) {
    for (WaitingPacket& waiting : waiting_.Take(r.datapath, r.port, r.ip)) {
      if (waiting.packet.size() >= EthernetLayout::kSize) r.mac.Store(waiting.packet.data());
      datapath_.Enter(std::move(waiting.packet), waiting.key, table::kOutputInit);
    }
  }
}

void LearningAgent::WriteFdb(Transaction& t, const LearnedNeighbor& n) const {
  const std::string mac = n.mac.ToString();
  namespace column = sb::columns::FDB;
  for (const Uuid& uuid : sb_.Find(column::mac, mac)) {
    const auto row = t.Read<sb::FDB>(uuid);
    if (row && row->dp_key() == n.datapath) return t.Set(column::port_key, uuid, int64_t{n.port});
  }
  const Uuid fresh = Uuid::FromName(absl::StrCat("FDB ", mac, " ", n.datapath));
  if (!t.Read<sb::FDB>(fresh)) t.InsertRow(SchemaOf<sb::FDB>(), fresh);
  t.Set(column::mac, fresh, mac);
  t.Set(column::dp_key, fresh, int64_t{n.datapath});
  t.Set(column::port_key, fresh, int64_t{n.port});
}

void LearningAgent::WriteMacBinding(Transaction& t, const LearnedNeighbor& n, const Uuid& datapath) const {
  namespace column = sb::columns::MAC_Binding;
  const auto binding = sb_.Read<sb::Port_Binding>(FindPortByKey(sb_, datapath, n.port));
  if (!binding) return;
  const absl::string_view port = binding->logical_port();
  const std::string ip = n.ip.ToString();
  const Uuid fresh = Uuid::FromName(absl::StrCat("MAC_Binding ", port, " ", ip));
  Uuid target = fresh;
  for (const Uuid& uuid : sb_.Find(column::ip, ip)) {
    if (sb_.Read<sb::MAC_Binding>(uuid)->logical_port() == port) target = uuid;
  }
  if (!t.Read<sb::MAC_Binding>(target)) {
    target = fresh;
    t.InsertRow(SchemaOf<sb::MAC_Binding>(), fresh);
  }
  t.Set(column::logical_port, target, port);
  t.Set(column::ip, target, ip);
  t.Set(column::mac, target, n.mac.ToString());
  t.Set(column::timestamp, target, static_cast<int64_t>(clock_.Now() / kMillisecond));
  t.Set(column::datapath, target, datapath);
}

void LearningAgent::WriteRows() {
  if (learned_.empty()) return;
  const std::vector<LearnedNeighbor> learned = std::exchange(learned_, {});
  Transaction t = sb_.Begin();
  for (const LearnedNeighbor& n : learned) {
    const Uuid datapath = FindDatapathByKey(sb_, n.datapath);
    if (datapath.IsZero()) continue;
    if (n.is_fdb) {
      WriteFdb(t, n);
    } else {
      WriteMacBinding(t, n, datapath);
    }
  }
  sb_.Commit(std::move(t)).IgnoreError();  // A conflict means that the rows are gone: nothing to remember then.
}

}  // namespace ovnlite
