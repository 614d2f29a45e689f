#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "lib/schema/ovn_sb.pb.h"
#include "ovnlite/node/hypervisor.h"

namespace ovnlite {
namespace {

// The row of the port that has this key; zero when there is none.
Uuid FindPort(const Database& sb, const Uuid& datapath, uint32_t key) {
  for (const Uuid& uuid : sb.IndexOn<sb::Port_Binding>("datapath").Find(datapath.ToString())) {
    if (sb.Get<sb::Port_Binding>(uuid)->tunnel_key() == key) return uuid;
  }
  return Uuid();
}

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
  const auto* binding = sb.Get<sb::Port_Binding>(FindPort(sb, datapath, n.port));
  if (binding == nullptr) return;
  const std::string& port = binding->logical_port();
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

void WriteAnnounced(Database& sb, absl::string_view chassis, absl::Span<const LogicalPort> announced) {
  if (announced.empty()) return;
  constexpr char kActivated[] = "additional-chassis-activated";
  Transaction t = sb.Begin();
  for (const LogicalPort& at : announced) {
    const absl::Span<const Uuid> datapaths =
        sb.IndexOn<sb::Datapath_Binding>("tunnel_key").Find(absl::StrCat(at.datapath));
    const Uuid port = datapaths.empty() ? Uuid() : FindPort(sb, datapaths[0], at.port);
    if (port.IsZero()) continue;
    std::string& chassis_list = (*t.Update<sb::Port_Binding>(port)->mutable_options())[kActivated];
    const std::vector<std::string> known = absl::StrSplit(chassis_list, ',', absl::SkipEmpty());
    if (std::find(known.begin(), known.end(), chassis) != known.end()) continue;
    absl::StrAppend(&chassis_list, known.empty() ? "" : ",", chassis);
  }
  sb.Commit(std::move(t)).IgnoreError();  // A conflict means that the rows are gone.
}

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
