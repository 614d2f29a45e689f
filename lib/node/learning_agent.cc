#include "lib/node/learning_agent.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/controller/tables.h"
#include "lib/node/port_keys.h"
#include "lib/schema/column_access.h"
#include "lib/schema/ovn_sb.pb.h"
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
    if (change.after == nullptr || change.table->name() != "MAC_Binding") continue;
    const auto& row = static_cast<const sb::MAC_Binding&>(*change.after);
    const absl::Span<const Uuid> ports = sb_.IndexOn<sb::Port_Binding>("logical_port").Find(row.logical_port());
    const absl::StatusOr<IpAddress> ip = IpAddress::Parse(row.ip());
    const absl::StatusOr<MacAddress> mac = MacAddress::Parse(row.mac());
    const auto* datapath = sb_.Get<sb::Datapath_Binding>(FromProto(row.datapath()));
    if (ports.empty() || datapath == nullptr || !ip.ok() || !mac.ok()) continue;
    const auto& port = *sb_.Get<sb::Port_Binding>(ports[0]);
    const auto resolve = [&](const sb::Port_Binding& at) {
      resolved_.push_back(
          {static_cast<uint32_t>(datapath->tunnel_key()), static_cast<uint32_t>(at.tunnel_key()), *ip, *mac});
    };
    resolve(port);
    // What leaves through a gateway port waits at the port that stands for it.
    const auto stand_in = port.options().find("chassis-redirect-port");
    if (stand_in == port.options().end()) continue;
    for (const Uuid& uuid : sb_.IndexOn<sb::Port_Binding>("logical_port").Find(stand_in->second)) {
      resolve(*sb_.Get<sb::Port_Binding>(uuid));
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
  for (const Uuid& uuid : sb_.IndexOn<sb::FDB>("mac").Find(mac)) {
    const auto* row = t.Get<sb::FDB>(uuid);
    if (row == nullptr || row->dp_key() != n.datapath) continue;
    t.Update<sb::FDB>(uuid)->set_port_key(n.port);
    return;
  }
  const Uuid fresh = Uuid::FromName(absl::StrCat("FDB ", mac, " ", n.datapath));
  auto* row = t.Get<sb::FDB>(fresh) != nullptr ? t.Update<sb::FDB>(fresh) : t.Insert<sb::FDB>(fresh);
  row->set_mac(mac);
  row->set_dp_key(n.datapath);
  row->set_port_key(n.port);
}

void LearningAgent::WriteMacBinding(Transaction& t, const LearnedNeighbor& n, const Uuid& datapath) const {
  const auto* binding = sb_.Get<sb::Port_Binding>(FindPortByKey(sb_, datapath, n.port));
  if (binding == nullptr) return;
  const std::string& port = binding->logical_port();
  const std::string ip = n.ip.ToString();
  const Uuid fresh = Uuid::FromName(absl::StrCat("MAC_Binding ", port, " ", ip));
  Uuid target = fresh;
  for (const Uuid& uuid : sb_.IndexOn<sb::MAC_Binding>("ip").Find(ip)) {
    if (sb_.Get<sb::MAC_Binding>(uuid)->logical_port() == port) target = uuid;
  }
  auto* row =
      t.Get<sb::MAC_Binding>(target) != nullptr ? t.Update<sb::MAC_Binding>(target) : t.Insert<sb::MAC_Binding>(fresh);
  row->set_logical_port(port);
  row->set_ip(ip);
  row->set_mac(n.mac.ToString());
  row->set_timestamp(clock_.Now() / kMillisecond);
  ToProto(datapath, row->mutable_datapath());
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
