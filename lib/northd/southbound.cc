#include "lib/northd/southbound.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/northd/context.h"
#include "lib/schema/ovn_nb.pb.h"
#include "lib/schema/ovn_sb.pb.h"
#include "ovnlite/base/status.h"
#include "ovnlite/base/utf8.h"

namespace ovnlite {
namespace {

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
  keyless_.clear();
  refusals_.clear();
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

TunnelKeyLimits Southbound::Limits() const {
  for (const auto& [uuid, encap] : sb_.Rows<sb::Encap>()) {
    if (encap.type() == "vxlan") return kVxlanKeys;
  }
  return kGeneveKeys;
}

void Southbound::Refuse(const RowName& name, int64_t key, bool taken) {
  refusals_[name] =
      absl::StrCat("tunnel key ", key, " is asked for and ", taken ? "another has it" : "is out of range");
}

void Southbound::WriteDatapaths(Transaction& t) {
  std::vector<RowName> dirty = DirtyRows(RowKind::kDatapath);
  if (dirty.empty()) return;
  for (const auto& [nb_uuid, keyless] : keyless_) {
    if (keyless.datapath) dirty.push_back({RowKind::kDatapath, nb_uuid.ToString()});
  }
  std::sort(dirty.begin(), dirty.end());
  dirty.erase(std::unique(dirty.begin(), dirty.end()), dirty.end());
  const int64_t last_key = Limits().datapath;
  // Switches before routers and each by name, so that people find low numbers in a natural order.
  std::vector<std::tuple<bool, std::string, Uuid>> missing;
  for (const RowName& name : dirty) {
    refusals_.erase(name);
    const Uuid nb_uuid = Uuid::Parse(name.second).value_or(Uuid());
    const std::string* bytes = Wanted(name);
    const auto found = datapaths_.find(nb_uuid);
    if (bytes == nullptr) {
      keyless_.erase(nb_uuid);
      if (found == datapaths_.end()) continue;
      DeleteDependents(t, found->second);
      t.Delete<sb::Datapath_Binding>(found->second.row);
      last_port_key_.erase(found->second.row);
      datapaths_.erase(found);
      continue;
    }
    auto wish = Parse<sb::Datapath_Binding>(*bytes);
    if (wish.tunnel_key() > kLastDatapathKey) Refuse(name, wish.tunnel_key(), false);
    if (found == datapaths_.end() || (wish.tunnel_key() != 0 && wish.tunnel_key() != found->second.key)) {
      missing.push_back({wish.external_ids().contains("logical-router"), wish.external_ids().at("name"), nb_uuid});
    }
  }
  std::sort(missing.begin(), missing.end());
  std::set<int64_t> taken;
  for (const auto& [uuid, binding] : datapaths_) taken.insert(binding.key);
  bool full = false;
  for (const bool requested : {true, false}) {
    for (const auto& [is_router, datapath_name, nb_uuid] : missing) {
      const RowName name(RowKind::kDatapath, nb_uuid.ToString());
      const int64_t wish = Parse<sb::Datapath_Binding>(*Wanted(name)).tunnel_key();
      const auto found = datapaths_.find(nb_uuid);
      if (requested) {
        if (wish == 0 || wish > kLastDatapathKey) continue;
        if (taken.contains(wish)) {
          Refuse(name, wish, true);
          continue;
        }
      } else if (found != datapaths_.end()) {
        continue;  // It has what it asked for, or keeps what it had.
      }
      const int64_t key = requested ? wish : full ? 0 : NextKey(&last_datapath_key_, last_key, taken);
      full = key == 0;
      if (full || keyless_.contains(nb_uuid)) keyless_[nb_uuid].datapath = full;
      if (full) continue;
      datapaths_[nb_uuid].key = key;
      taken.insert(key);
      DirtyRowsOf(RowKind::kPortGroup, nb_uuid);
    }
  }
  for (const RowName& name : dirty) {
    const auto found = datapaths_.find(Uuid::Parse(name.second).value_or(Uuid()));
    if (found == datapaths_.end()) continue;
    auto* row = Upsert<sb::Datapath_Binding>(t, &found->second.row, found->first);
    row->set_tunnel_key(found->second.key);
    *row->mutable_external_ids() = Parse<sb::Datapath_Binding>(*Wanted(name)).external_ids();
  }
}

void Southbound::WritePorts(Transaction& t) {
  std::vector<RowName> dirty = DirtyRows(RowKind::kPort);
  if (dirty.empty()) return;
  for (auto& [nb_uuid, keyless] : keyless_) {
    for (const std::string& port : keyless.ports) dirty.push_back({RowKind::kPort, port});
    keyless.ports.clear();
  }
  std::sort(dirty.begin(), dirty.end());
  dirty.erase(std::unique(dirty.begin(), dirty.end()), dirty.end());
  const int64_t last_key = Limits().port;
  struct Wish {
    Uuid nb_datapath;
    sb::Port_Binding row;
  };
  std::map<std::string, Wish> wishes;
  for (const RowName& name : dirty) {
    refusals_.erase(name);
    const auto found = ports_.find(name.second);
    const std::string* bytes = Wanted(name);
    sb::Port_Binding wish = bytes == nullptr ? sb::Port_Binding() : Parse<sb::Port_Binding>(*bytes);
    const Uuid nb_datapath = FromProto(wish.datapath());
    const auto datapath = datapaths_.find(nb_datapath);
    if (bytes == nullptr || datapath == datapaths_.end()) {
      if (found == ports_.end()) continue;
      t.Delete<sb::Port_Binding>(found->second.row);
      ports_.erase(found);
      continue;
    }
    if (wish.tunnel_key() > kLastPortKey) Refuse(name, wish.tunnel_key(), false);
    *wish.mutable_datapath() = ToProto(datapath->second.row);
    const bool moved = found != ports_.end() && found->second.datapath != datapath->second.row;
    if (found == ports_.end() || moved) DirtyRowsOf(RowKind::kMulticastGroup, nb_datapath);
    if (moved) found->second.key = 0;
    wishes.emplace(name.second, Wish{nb_datapath, std::move(wish)});
  }
  std::set<Uuid> full;
  std::map<Uuid, std::set<int64_t>> taken;
  for (const auto& [name, binding] : ports_) taken[binding.datapath].insert(binding.key);
  for (const bool requested : {true, false}) {
    for (const auto& [name, wish] : wishes) {
      const int64_t wanted = wish.row.tunnel_key();
      Binding& binding = ports_[name];
      binding.datapath = FromProto(wish.row.datapath());
      std::set<int64_t>& keys = taken[binding.datapath];
      if (requested) {
        if (wanted == 0 || wanted > kLastPortKey || wanted == binding.key) continue;
        if (keys.contains(wanted)) {
          Refuse({RowKind::kPort, name}, wanted, true);
          continue;
        }
      } else if (binding.key != 0) {
        continue;
      }
      if (requested) {
        binding.key = wanted;
      } else if (!full.contains(binding.datapath)) {
        binding.key = NextKey(&last_port_key_[binding.datapath], last_key, keys);
      }
      if (binding.key == 0) full.insert(binding.datapath);
      keys.insert(binding.key);
    }
  }
  for (auto& [name, wish] : wishes) {
    Binding& binding = ports_[name];
    if (binding.key == 0) {
      keyless_[wish.nb_datapath].ports.insert(name);
      if (!binding.row.IsZero()) t.Delete<sb::Port_Binding>(binding.row);
      ports_.erase(name);
      continue;
    }
    const bool is_new = binding.row.IsZero();
    auto* row = Upsert<sb::Port_Binding>(t, &binding.row, Uuid::FromName(absl::StrCat("Port_Binding/", name)));
    sb::Port_Binding& fresh = wish.row;
    fresh.set_tunnel_key(binding.key);
    // Written by chassis: they stay as they are.
    if (row->has_chassis()) *fresh.mutable_chassis() = row->chassis();
    *fresh.mutable_additional_chassis() = row->additional_chassis();
    if (row->has_encap()) *fresh.mutable_encap() = row->encap();
    *fresh.mutable_additional_encap() = row->additional_encap();
    if (row->has_virtual_parent()) fresh.set_virtual_parent(row->virtual_parent());
    if (row->has_up()) fresh.set_up(row->up());
    if (is_new) fresh.set_up(false);
    row->Swap(&fresh);
  }
}

void Southbound::WriteGroups(Transaction& t) {
  for (const RowName& name : DirtyRows(RowKind::kMulticastGroup)) {
    const std::string* bytes = Wanted(name);
    sb::Multicast_Group wish = bytes == nullptr ? sb::Multicast_Group() : Parse<sb::Multicast_Group>(*bytes);
    const auto datapath = datapaths_.find(FromProto(wish.datapath()));
    if (bytes == nullptr || datapath == datapaths_.end()) {
      if (const auto found = rows_.find(name); found != rows_.end()) {
        t.Delete<sb::Multicast_Group>(found->second);
        rows_.erase(found);
      }
      continue;
    }
    *wish.mutable_datapath() = ToProto(datapath->second.row);
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
    const auto datapath = datapaths_.find(DatapathOfKey(it->first.second));
    if (datapath == datapaths_.end()) continue;
    auto wish = Parse<sb::Port_Group>(*it->second.begin());
    wish.set_name(absl::StrCat(datapath->second.key, "_", wish.name()));
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
    const auto datapath = datapaths_.find(item.datapath);
    if (datapath == datapaths_.end()) continue;
    datapaths.push_back(datapath->second.row);
    if (origin == nullptr ||
        std::tie(item.datapath, item.hint, item.line) < std::tie(origin->datapath, origin->hint, origin->line)) {
      origin = &item;
    }
  }
  if (origin == nullptr) {
    if (!state.row.IsZero()) t.Delete<sb::Logical_Flow>(state.row);
    state.row = Uuid();
    return;
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

std::vector<NorthdWarning> Southbound::warnings() const {
  std::vector<NorthdWarning> all;
  const auto add_for_datapath = [&](const Uuid& uuid, std::string message) {
    if (const auto* lswitch = nb_.Get<nb::Logical_Switch>(uuid)) {
      all.push_back({"Logical_Switch", lswitch->name(), std::move(message)});
    } else if (const auto* router = nb_.Get<nb::Logical_Router>(uuid)) {
      all.push_back({"Logical_Router", router->name(), std::move(message)});
    }
  };
  for (const auto& [uuid, keyless] : keyless_) {
    if (keyless.datapath) add_for_datapath(uuid, "left out: all tunnel keys of datapaths are taken");
    if (keyless.ports.empty()) continue;
    add_for_datapath(uuid, absl::StrCat("all tunnel keys of its ports are taken; left out: ", keyless.ports.size(),
                                        " of its ports, ", QuoteJson(*keyless.ports.begin()),
                                        keyless.ports.size() > 1 ? " and others" : ""));
  }
  for (const auto& [name, message] : refusals_) {
    if (name.first == RowKind::kDatapath) {
      add_for_datapath(Uuid::Parse(name.second).value_or(Uuid()), message);
    } else {
      const bool of_switch = !nb_.IndexOn<nb::Logical_Switch_Port>("name").Find(name.second).empty();
      all.push_back({of_switch ? "Logical_Switch_Port" : "Logical_Router_Port", name.second, message});
    }
  }
  return all;
}

absl::Status Southbound::WriteNorthbound() {
  Transaction t = nb_.Begin();
  for (const RowName& name : DirtyRows(RowKind::kPortUp)) {
    const std::string* bytes = Wanted(name);
    auto* row =
        bytes == nullptr ? nullptr : t.Update<nb::Logical_Switch_Port>(Uuid::Parse(name.second).value_or(Uuid()));
    if (row == nullptr || !ports_.contains(row->name())) continue;
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
  std::erase_if(keyless_, [](const auto& entry) { return entry.second == Keyless(); });
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
