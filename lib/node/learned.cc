#include "absl/strings/str_cat.h"
#include "lib/schema/ovn_sb.pb.h"
#include "ovnlite/node/hypervisor.h"

namespace ovnlite {
namespace {

void WriteFdb(const Database& sb, Transaction& t, const LearnedNeighbor& n) {
  const std::string mac = n.mac.ToString();
  for (const Uuid& uuid : sb.IndexOn<sb::FDB>("mac").Find(mac)) {
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

void WriteMacBinding(const Database& sb, Transaction& t, const LearnedNeighbor& n, const Uuid& datapath, Instant now) {
  std::string port;
  for (const Uuid& uuid : sb.IndexOn<sb::Port_Binding>("datapath").Find(datapath.ToString())) {
    const auto* row = sb.Get<sb::Port_Binding>(uuid);
    if (row->tunnel_key() == n.port) port = row->logical_port();
  }
  if (port.empty()) return;
  const std::string ip = n.ip.ToString();
  const Uuid fresh = Uuid::FromName(absl::StrCat("MAC_Binding ", port, " ", ip));
  Uuid target = fresh;
  for (const Uuid& uuid : sb.IndexOn<sb::MAC_Binding>("ip").Find(ip)) {
    if (sb.Get<sb::MAC_Binding>(uuid)->logical_port() == port) target = uuid;
  }
  auto* row =
      t.Get<sb::MAC_Binding>(target) != nullptr ? t.Update<sb::MAC_Binding>(target) : t.Insert<sb::MAC_Binding>(fresh);
  row->set_logical_port(port);
  row->set_ip(ip);
  row->set_mac(n.mac.ToString());
  row->set_timestamp(now / kMillisecond);
  row->mutable_datapath()->set_high(datapath.high());
  row->mutable_datapath()->set_low(datapath.low());
}

}  // namespace

void WriteLearned(Database& sb, absl::Span<const LearnedNeighbor> learned, Instant now) {
  if (learned.empty()) return;
  Transaction t = sb.Begin();
  for (const LearnedNeighbor& n : learned) {
    const absl::Span<const Uuid> datapaths =
        sb.IndexOn<sb::Datapath_Binding>("tunnel_key").Find(absl::StrCat(n.datapath));
    if (datapaths.empty()) continue;
    if (n.is_fdb) {
      WriteFdb(sb, t, n);
    } else {
      WriteMacBinding(sb, t, n, datapaths[0], now);
    }
  }
  sb.Commit(std::move(t)).IgnoreError();  // A conflict means that the rows are gone: nothing to remember then.
}

}  // namespace ovnlite
