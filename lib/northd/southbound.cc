#include "lib/northd/southbound.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/northd/context.h"
#include "lib/schema/ovn_nb.pb.h"
#include "lib/schema/ovn_sb.pb.h"
#include "ovnlite/base/status.h"

namespace ovnlite {
namespace {

constexpr int64_t kMaxDatapathKey = 0xffffff;
constexpr int64_t kMaxPortKey = 32767;

template <typename Row>
Row Parse(const std::string& bytes) {
  Row row;
  row.ParseFromString(bytes);
  return row;
}

// A row to fill: the one there is, or a new one. Sets `uuid` to the row's.
template <typename Row>
Row* Upsert(Transaction& t, Uuid* uuid, const Uuid& fresh) {
  if (!uuid->IsZero()) {
    if (Row* row = t.Update<Row>(*uuid)) return row;
  }
  *uuid = fresh;
  Row* existing = t.Update<Row>(fresh);
  return existing != nullptr ? existing : t.Insert<Row>(fresh);
}

Uuid DatapathOfKey(const std::string& key) { return Uuid::Parse(key.substr(0, key.find('/'))).value_or(Uuid()); }

// The next number after `last` that `taken` does not have; 0 when none is left.
int64_t NextKey(int64_t* last, int64_t max, const std::set<int64_t>& taken) {
  for (int64_t tries = 0; tries < max; ++tries) {
    *last = *last >= max ? 1 : *last + 1;
    if (!taken.contains(*last)) return *last;
  }
  return 0;
}

}  // namespace

void Southbound::Count(uint32_t item, bool added) {
  if (const auto* row = std::get_if<RowItem>(&store_.Get(item))) {
    const RowName name(row->kind, row->key);
    if (added) {
      wanted_[name].insert(row->bytes);
    } else {
      const auto found = wanted_.find(name);
      found->second.erase(row->bytes);
      if (found->second.empty()) wanted_.erase(found);
    }
    dirty_rows_.insert(name);
    return;
  }
  const auto& flow = std::get<FlowItem>(store_.Get(item));
  std::vector<uint32_t>& items = flows_[flow.text].items;
  if (added) {
    items.push_back(item);
  } else {
    items.erase(std::find(items.begin(), items.end(), item));
  }
  dirty_flows_.insert(flow.text);
}

const std::string* Southbound::Wanted(const RowName& name) const {
  const auto found = wanted_.find(name);
  return found == wanted_.end() ? nullptr : &*found->second.begin();
}

std::vector<Southbound::RowName> Southbound::DirtyRows(RowKind kind) const {
  std::vector<RowName> names;
  for (auto it = dirty_rows_.lower_bound({kind, ""}); it != dirty_rows_.end() && it->first == kind; ++it) {
    names.push_back(*it);
  }
  return names;
}

void Southbound::DirtyRowsOf(RowKind kind, const Uuid& datapath) {
  const std::string prefix = datapath.ToString() + "/";
  for (auto it = wanted_.lower_bound({kind, prefix}); it != wanted_.end() && it->first.first == kind; ++it) {
    if (it->first.second.compare(0, prefix.size(), prefix) != 0) break;
    dirty_rows_.insert(it->first);
  }
}

void Southbound::Adopt() {
  datapaths_.clear();
  ports_.clear();
  rows_.clear();
  last_port_key_.clear();
  last_datapath_key_ = 0;
  for (const auto& [name, rows] : wanted_) dirty_rows_.insert(name);
  for (const auto& [uuid, row] : sb_.Rows<sb::Datapath_Binding>()) {
    absl::string_view owner = Lookup(row.external_ids(), "logical-switch");
    if (owner.empty()) owner = Lookup(row.external_ids(), "logical-router");
    // A datapath without an owner stands under its own UUID: nobody wants that.
    const Uuid nb_uuid = Uuid::Parse(owner).value_or(uuid);
    const bool first = datapaths_.try_emplace(nb_uuid, Binding{uuid, row.tunnel_key(), Uuid()}).second;
    if (!first) datapaths_.try_emplace(uuid, Binding{uuid, row.tunnel_key(), Uuid()});
    dirty_rows_.insert({RowKind::kDatapath, (first ? nb_uuid : uuid).ToString()});
    last_datapath_key_ = std::max(last_datapath_key_, row.tunnel_key());
  }
  for (const auto& [uuid, row] : sb_.Rows<sb::Port_Binding>()) {
    const Uuid datapath = FromProto(row.datapath());
    ports_[row.logical_port()] = {uuid, row.tunnel_key(), datapath};
    dirty_rows_.insert({RowKind::kPort, row.logical_port()});
    int64_t& last = last_port_key_[datapath];
    last = std::max(last, row.tunnel_key());
  }
  std::map<Uuid, Uuid> nb_of;
  for (const auto& [nb_uuid, binding] : datapaths_) nb_of[binding.row] = nb_uuid;
  const auto adopt = [this](RowKind kind, std::string key, const Uuid& uuid) {
    // A second row of one name stands under its UUID, where nobody wants it.
    RowName name(kind, std::move(key));
    if (!rows_.try_emplace(name, uuid).second) rows_[name = RowName(kind, uuid.ToString())] = uuid;
    dirty_rows_.insert(name);
  };
  for (const auto& [uuid, row] : sb_.Rows<sb::Multicast_Group>()) {
    adopt(RowKind::kMulticastGroup, absl::StrCat(nb_of[FromProto(row.datapath())].ToString(), "/", row.name()), uuid);
  }
  for (const auto& [uuid, row] : sb_.Rows<sb::Address_Set>()) adopt(RowKind::kAddressSet, row.name(), uuid);
  for (const auto& [uuid, row] : sb_.Rows<sb::Port_Group>()) adopt(RowKind::kPortGroup, row.name(), uuid);
  AdoptFlows();
  adopted_ = true;
}

void Southbound::AdoptFlows() {
  stale_flows_.clear();
  for (auto& [text, state] : flows_) {
    state.row = Uuid();
    dirty_flows_.insert(text);
  }
  for (const auto& [uuid, row] : sb_.Rows<sb::Logical_Flow>()) {
    // The stage's name tells switch from router, which the row itself does not.
    const std::optional<Stage> stage = FindStage(Lookup(row.external_ids(), "stage-name"));
    if (!stage.has_value()) {
      stale_flows_.insert(uuid);
      continue;
    }
    LogicalFlowText text{*stage, static_cast<uint16_t>(row.priority()), row.match(), row.actions(),
                         std::string(Lookup(row.tags(), "in_out_port"))};
    FlowState& state = flows_[text];
    if (state.row.IsZero()) {
      state.row = uuid;
      dirty_flows_.insert(std::move(text));
    } else {
      stale_flows_.insert(uuid);
    }
  }
}

void Southbound::DeleteDependents(Transaction& t, const Binding& datapath) {
  const std::string uuid = datapath.row.ToString();
  for (const Uuid& row : sb_.IndexOn<sb::MAC_Binding>("datapath").Find(uuid)) t.Delete<sb::MAC_Binding>(row);
  for (const Uuid& row : sb_.IndexOn<sb::Static_MAC_Binding>("datapath").Find(uuid))
    t.Delete<sb::Static_MAC_Binding>(row);
  for (const Uuid& row : sb_.IndexOn<sb::FDB>("dp_key").Find(absl::StrCat(datapath.key))) t.Delete<sb::FDB>(row);
}

void Southbound::WriteDatapaths(Transaction& t) {
  // Switches before routers and each by name, so that people find low numbers in a natural order.
  std::vector<std::tuple<bool, std::string, Uuid>> missing;
  const std::vector<RowName> dirty = DirtyRows(RowKind::kDatapath);
  for (const RowName& name : dirty) {
    const Uuid nb_uuid = Uuid::Parse(name.second).value_or(Uuid());
    const std::string* bytes = Wanted(name);
    const auto found = datapaths_.find(nb_uuid);
    if (bytes == nullptr) {
      if (found == datapaths_.end()) continue;
      DeleteDependents(t, found->second);
      t.Delete<sb::Datapath_Binding>(found->second.row);
      last_port_key_.erase(found->second.row);
      datapaths_.erase(found);
      continue;
    }
    auto wish = Parse<sb::Datapath_Binding>(*bytes);
    if (found == datapaths_.end() || (wish.tunnel_key() != 0 && wish.tunnel_key() != found->second.key)) {
      missing.push_back({wish.external_ids().contains("logical-router"), wish.external_ids().at("name"), nb_uuid});
    }
  }
  std::sort(missing.begin(), missing.end());
  std::set<int64_t> taken;
  for (const auto& [uuid, binding] : datapaths_) taken.insert(binding.key);
  for (const bool requested : {true, false}) {
    for (const auto& [is_router, name, nb_uuid] : missing) {
      const auto wish = Parse<sb::Datapath_Binding>(*Wanted({RowKind::kDatapath, nb_uuid.ToString()}));
      if ((wish.tunnel_key() != 0 && !taken.contains(wish.tunnel_key())) != requested) continue;
      Binding& binding = datapaths_[nb_uuid];
      if (!requested && binding.key != 0) continue;  // Somebody else has the number: it keeps its own.
      binding.key = requested ? wish.tunnel_key() : NextKey(&last_datapath_key_, kMaxDatapathKey, taken);
      taken.insert(binding.key);
      DirtyRowsOf(RowKind::kPortGroup, nb_uuid);
    }
  }
  for (const RowName& name : dirty) {
    const std::string* bytes = Wanted(name);
    if (bytes == nullptr) continue;
    const Uuid nb_uuid = Uuid::Parse(name.second).value_or(Uuid());
    Binding& binding = datapaths_[nb_uuid];
    auto* row = Upsert<sb::Datapath_Binding>(t, &binding.row, nb_uuid);
    row->set_tunnel_key(binding.key);
    *row->mutable_external_ids() = Parse<sb::Datapath_Binding>(*bytes).external_ids();
  }
}

void Southbound::WritePorts(Transaction& t) {
  const std::vector<RowName> dirty = DirtyRows(RowKind::kPort);
  std::map<std::string, sb::Port_Binding> wishes;
  for (const RowName& name : dirty) {
    const auto found = ports_.find(name.second);
    if (const std::string* bytes = Wanted(name)) {
      sb::Port_Binding wish = Parse<sb::Port_Binding>(*bytes);
      const Uuid nb_datapath = FromProto(wish.datapath());
      const Uuid datapath = datapaths_[nb_datapath].row;
      *wish.mutable_datapath() = ToProto(datapath);
      if (found == ports_.end() || found->second.datapath != datapath)
        DirtyRowsOf(RowKind::kMulticastGroup, nb_datapath);
      if (found != ports_.end() && found->second.datapath != datapath) found->second.key = 0;
      wishes.emplace(name.second, std::move(wish));
    } else if (found != ports_.end()) {
      t.Delete<sb::Port_Binding>(found->second.row);
      ports_.erase(found);
    }
  }
  std::map<Uuid, std::set<int64_t>> taken;
  for (const auto& [name, binding] : ports_) taken[binding.datapath].insert(binding.key);
  for (const bool requested : {true, false}) {
    for (const auto& [name, wish] : wishes) {
      Binding& binding = ports_[name];
      binding.datapath = FromProto(wish.datapath());
      std::set<int64_t>& keys = taken[binding.datapath];
      if (requested ? wish.tunnel_key() == 0 || keys.contains(wish.tunnel_key()) : binding.key != 0) continue;
      binding.key = requested ? wish.tunnel_key() : NextKey(&last_port_key_[binding.datapath], kMaxPortKey, keys);
      keys.insert(binding.key);
    }
  }
  for (auto& [name, wish] : wishes) {
    Binding& binding = ports_[name];
    const bool is_new = binding.row.IsZero();
    auto* row = Upsert<sb::Port_Binding>(t, &binding.row, Uuid::FromName(absl::StrCat("Port_Binding/", name)));
    wish.set_tunnel_key(binding.key);
    // Written by chassis: they stay as they are.
    if (row->has_chassis()) *wish.mutable_chassis() = row->chassis();
    *wish.mutable_additional_chassis() = row->additional_chassis();
    if (row->has_encap()) *wish.mutable_encap() = row->encap();
    *wish.mutable_additional_encap() = row->additional_encap();
    if (row->has_virtual_parent()) wish.set_virtual_parent(row->virtual_parent());
    if (row->has_up()) wish.set_up(row->up());
    if (is_new) wish.set_up(false);
    row->Swap(&wish);
  }
}

void Southbound::WriteGroups(Transaction& t) {
  for (const RowName& name : DirtyRows(RowKind::kMulticastGroup)) {
    const std::string* bytes = Wanted(name);
    if (bytes == nullptr) {
      if (const auto found = rows_.find(name); found != rows_.end()) {
        t.Delete<sb::Multicast_Group>(found->second);
        rows_.erase(found);
      }
      continue;
    }
    sb::Multicast_Group wish = Parse<sb::Multicast_Group>(*bytes);
    *wish.mutable_datapath() = ToProto(datapaths_[FromProto(wish.datapath())].row);
    google::protobuf::RepeatedPtrField<ovsdb::Uuid> members;
    members.Swap(wish.mutable_ports());
    for (const ovsdb::Uuid& member : members) {
      const auto* port = nb_.Get<nb::Logical_Switch_Port>(FromProto(member));
      if (port == nullptr) continue;
      if (const auto found = ports_.find(port->name()); found != ports_.end())
        *wish.add_ports() = ToProto(found->second.row);
    }
    Upsert<sb::Multicast_Group>(t, &rows_[name], Uuid::FromName(absl::StrCat("Multicast_Group/", name.second)))
        ->Swap(&wish);
  }
}

void Southbound::WriteSets(Transaction& t) {
  for (const RowName& name : DirtyRows(RowKind::kAddressSet)) {
    if (const std::string* bytes = Wanted(name)) {
      auto wish = Parse<sb::Address_Set>(*bytes);
      Upsert<sb::Address_Set>(t, &rows_[name], Uuid::FromName(absl::StrCat("Address_Set/", name.second)))->Swap(&wish);
    } else if (const auto found = rows_.find(name); found != rows_.end()) {
      t.Delete<sb::Address_Set>(found->second);
      rows_.erase(found);
    }
  }
}

// Rows are called after the datapath's key, which the compiler's items do not know: rows_ has them by that name.
void Southbound::WritePortGroups(Transaction& t) {
  const std::vector<RowName> dirty = DirtyRows(RowKind::kPortGroup);
  if (dirty.empty()) return;
  std::map<std::string, sb::Port_Group> wanted;
  for (auto it = wanted_.lower_bound({RowKind::kPortGroup, ""});
       it != wanted_.end() && it->first.first == RowKind::kPortGroup; ++it) {
    auto wish = Parse<sb::Port_Group>(*it->second.begin());
    wish.set_name(absl::StrCat(datapaths_[DatapathOfKey(it->first.second)].key, "_", wish.name()));
    wanted.emplace(wish.name(), std::move(wish));
  }
  for (auto it = rows_.lower_bound({RowKind::kPortGroup, ""});
       it != rows_.end() && it->first.first == RowKind::kPortGroup;) {
    if (wanted.contains(it->first.second)) {
      ++it;
    } else {
      t.Delete<sb::Port_Group>(it->second);
      it = rows_.erase(it);
    }
  }
  for (auto& [name, wish] : wanted) {
    Uuid& uuid = rows_[{RowKind::kPortGroup, name}];
    Upsert<sb::Port_Group>(t, &uuid, Uuid::FromName(absl::StrCat("Port_Group/", name)))->Swap(&wish);
  }
}

void Southbound::WriteGlobal(Transaction& t) {
  const std::string* bytes = Wanted({RowKind::kGlobal, ""});
  if (DirtyRows(RowKind::kGlobal).empty() || bytes == nullptr) return;
  const auto wish = Parse<sb::SB_Global>(*bytes);
  const auto rows = sb_.Rows<sb::SB_Global>();
  Uuid uuid = rows.empty() ? Uuid() : rows[0].uuid;
  auto* row = Upsert<sb::SB_Global>(t, &uuid, Uuid::FromName("SB_Global"));
  row->set_nb_cfg(wish.nb_cfg());
  row->set_ipsec(wish.ipsec());
  *row->mutable_options() = wish.options();
}

Uuid Southbound::GroupOf(Transaction& t, const std::vector<Uuid>& datapaths) {
  std::string name = "Logical_DP_Group";
  for (const Uuid& datapath : datapaths) absl::StrAppend(&name, "/", datapath.ToString());
  const Uuid uuid = Uuid::FromName(name);
  if (t.Get<sb::Logical_DP_Group>(uuid) == nullptr) {
    auto* group = t.Insert<sb::Logical_DP_Group>(uuid);
    for (const Uuid& datapath : datapaths) *group->add_datapaths() = ToProto(datapath);
  }
  return uuid;
}

void Southbound::WriteFlow(Transaction& t, const LogicalFlowText& text, FlowState& state) {
  std::vector<Uuid> datapaths;
  const FlowItem* origin = nullptr;  // The one whose hint the row carries.
  for (uint32_t number : state.items) {
    const auto& item = std::get<FlowItem>(store_.Get(number));
    datapaths.push_back(datapaths_[item.datapath].row);
    if (origin == nullptr ||
        std::tie(item.datapath, item.hint, item.line) < std::tie(origin->datapath, origin->hint, origin->line)) {
      origin = &item;
    }
  }
  std::sort(datapaths.begin(), datapaths.end());
  datapaths.erase(std::unique(datapaths.begin(), datapaths.end()), datapaths.end());
  const StageInfo& stage = Info(text.stage);
  const Uuid fresh = Uuid::FromName(absl::StrCat("Logical_Flow/", stage.name, "/", text.priority, "/", text.port, "/",
                                                 text.match, "/", text.actions));
  auto* row = Upsert<sb::Logical_Flow>(t, &state.row, fresh);
  row->clear_logical_datapath();
  row->clear_logical_dp_group();
  *(datapaths.size() == 1 ? row->mutable_logical_datapath() : row->mutable_logical_dp_group()) =
      ToProto(datapaths.size() == 1 ? datapaths[0] : GroupOf(t, datapaths));
  row->set_pipeline(std::string(PipelineName(stage.pipeline)));
  row->set_table_id(stage.table);
  row->set_priority(text.priority);
  row->set_match(text.match);
  row->set_actions(text.actions);
  row->clear_tags();
  if (!text.port.empty()) (*row->mutable_tags())["in_out_port"] = text.port;
  auto& ids = *row->mutable_external_ids();
  ids.clear();
  ids["stage-name"] = std::string(stage.name);
  absl::string_view file = origin->source;
  file.remove_prefix(file.rfind('/') + 1);
  ids["source"] = absl::StrCat(file, ":", origin->line);
  if (origin->hint != 0) ids["stage-hint"] = absl::StrCat(absl::Hex(origin->hint, absl::kZeroPad8));
}

void Southbound::WriteFlows(Transaction& t) {
  for (const Uuid& uuid : stale_flows_) t.Delete<sb::Logical_Flow>(uuid);
  for (const LogicalFlowText& text : dirty_flows_) {
    const auto found = flows_.find(text);
    if (found->second.items.empty()) {
      if (!found->second.row.IsZero()) t.Delete<sb::Logical_Flow>(found->second.row);
      flows_.erase(found);
    } else {
      WriteFlow(t, text, found->second);
    }
  }
}

absl::Status Southbound::WriteNorthbound() {
  Transaction t = nb_.Begin();
  for (const RowName& name : DirtyRows(RowKind::kPortUp)) {
    const std::string* bytes = Wanted(name);
    auto* row =
        bytes == nullptr ? nullptr : t.Update<nb::Logical_Switch_Port>(Uuid::Parse(name.second).value_or(Uuid()));
    if (row == nullptr) continue;
    const auto wish = Parse<nb::Logical_Switch_Port>(*bytes);
    row->set_up(wish.up());
    if (wish.has_tag()) row->set_tag(wish.tag());
  }
  if (!DirtyRows(RowKind::kGlobal).empty()) {
    for (const auto& [uuid, global] : nb_.Rows<nb::NB_Global>()) {
      if (global.sb_cfg() != global.nb_cfg()) t.Update<nb::NB_Global>(uuid)->set_sb_cfg(global.nb_cfg());
    }
  }
  return nb_.Commit(std::move(t)).status();
}

absl::Status Southbound::Write() {
  if (!adopted_) Adopt();
  Transaction t = sb_.Begin();
  WriteDatapaths(t);
  WritePorts(t);
  WriteGroups(t);
  WriteSets(t);
  WritePortGroups(t);
  WriteGlobal(t);
  WriteFlows(t);
  absl::Status written = sb_.Commit(std::move(t)).status();
  if (written.ok()) written = WriteNorthbound();
  if (!written.ok()) {
    adopted_ = false;  // What was noted does not hold: look again.
    return written;
  }
  stale_flows_.clear();
  dirty_rows_.clear();
  dirty_flows_.clear();
  return absl::OkStatus();
}

}  // namespace ovnlite
