#include "lib/trace/world.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/schema/ovn_sb.rows.h"
#include "ovnlite/logical/stage.h"
#include "ovnlite/schema/schema.h"

namespace ovnlite {
namespace {

namespace columns = sb::columns;

std::string Text(std::optional<absl::string_view> value) { return std::string(value.value_or("")); }

bool IsUuid(absl::string_view text) { return text.size() == 36 && Uuid::Parse(text).ok(); }

// Whether `part` is the beginning of the UUID `whole`, and long enough to mean it.
bool IsPartOf(absl::string_view part, absl::string_view whole) {
  return part.size() >= 4 && part.size() <= whole.size() && absl::StartsWithIgnoreCase(whole, part) && IsUuid(whole);
}

TracedPort PortOf(const Uuid& uuid, sb::Port_Binding_View row) {
  TracedPort port;
  port.uuid = uuid;
  port.key = static_cast<uint32_t>(row.tunnel_key());
  port.name = std::string(row.logical_port());
  const std::string name = Text(row.external_ids("name"));
  port.friendly = ShortenUuid(name.empty() ? port.name : name);
  port.type = std::string(row.type());
  port.peer = Text(row.options("peer"));
  port.distributed_port = Text(row.options("distributed-port"));
  return port;
}

}  // namespace

std::string ShortenUuid(absl::string_view name) {
  return IsUuid(name) ? std::string(name.substr(0, 6)) : std::string(name);
}

TracedWorld::TracedWorld(Database& sb)
    : sb_(sb), subscription_(sb.Subscribe([this](const Delta&) { changed_ = true; })) {}

void TracedWorld::Refresh() {
  if (!changed_) return;
  changed_ = false;
  datapaths_.clear();
  friendly_.clear();
  flows_.clear();
  pool_.Clear();
  for (const auto& [uuid, row] : sb_.Rows<sb::Datapath_Binding>()) {
    TracedDatapath datapath;
    datapath.uuid = uuid;
    datapath.uuid_text = uuid.ToString();
    datapath.key = static_cast<uint32_t>(row.tunnel_key());
    datapath.is_switch = !row.external_ids("logical-router").has_value();
    datapath.name = Text(row.external_ids(datapath.is_switch ? "logical-switch" : "logical-router"));
    if (datapath.name.empty()) datapath.name = datapath.uuid_text;
    datapath.given_name = Text(row.external_ids("name"));
    datapath.other_name = Text(row.external_ids("name2"));
    const std::string& best = !datapath.other_name.empty()   ? datapath.other_name
                              : !datapath.given_name.empty() ? datapath.given_name
                                                             : datapath.name;
    datapath.friendly = ShortenUuid(best);
    datapaths_.push_back({std::move(datapath), false});
  }
  std::sort(datapaths_.begin(), datapaths_.end(),
            [](const Entry& a, const Entry& b) { return a.datapath.key < b.datapath.key; });
}

TracedWorld::Entry* TracedWorld::FindEntry(uint32_t key) const {
  const auto at = std::lower_bound(datapaths_.begin(), datapaths_.end(), key,
                                   [](const Entry& e, uint32_t k) { return e.datapath.key < k; });
  return at == datapaths_.end() || at->datapath.key != key ? nullptr : &*at;
}

const TracedDatapath* TracedWorld::Complete(Entry& entry) const {
  TracedDatapath& datapath = entry.datapath;
  if (std::exchange(entry.complete, true)) return &datapath;
  for (const Uuid& port_uuid : sb_.Find(columns::Port_Binding::datapath, datapath.uuid)) {
    TracedPort port = PortOf(port_uuid, sb_.Read<sb::Port_Binding>(port_uuid));
    if (port.type == "l3gateway") datapath.is_gateway = true;
    TracedPort& kept = datapath.ports[port.key];
    kept = std::move(port);
    datapath.ports_by_name.emplace(kept.name, &kept);
  }
  for (const Uuid& group_uuid : sb_.Find(columns::Multicast_Group::datapath, datapath.uuid)) {
    const auto group = sb_.Read<sb::Multicast_Group>(group_uuid);
    datapath.groups[static_cast<uint32_t>(group->tunnel_key())] = std::string(group->name());
  }
  return &datapath;
}

const TracedDatapath* TracedWorld::Datapath(uint32_t key) const {
  Entry* const found = FindEntry(key);
  return found == nullptr ? nullptr : Complete(*found);
}

absl::StatusOr<const TracedDatapath*> TracedWorld::FindDatapath(absl::string_view name) const {
  Entry* found = nullptr;
  bool many = false;
  for (Entry& entry : datapaths_) {
    const TracedDatapath& datapath = entry.datapath;
    if (datapath.uuid_text == name || datapath.name == name) return Complete(entry);
    if (datapath.given_name == name || datapath.other_name == name || datapath.friendly == name ||
        IsPartOf(name, datapath.uuid_text) || IsPartOf(name, datapath.name)) {
      many = many || found != nullptr;
      found = &entry;
    }
  }
  if (many) return absl::InvalidArgumentError(absl::StrCat("name \"", name, "\" matches multiple datapaths"));
  if (found == nullptr) return absl::NotFoundError(absl::StrCat("unknown datapath \"", name, "\""));
  return Complete(*found);
}

const TracedPort* TracedWorld::FindPort(const TracedDatapath& datapath, absl::string_view name) {
  if (const auto named = datapath.ports_by_name.find(name); named != datapath.ports_by_name.end()) return named->second;
  for (const auto& [key, port] : datapath.ports) {
    if (port.friendly == name || IsPartOf(name, port.name)) return &port;
  }
  return nullptr;
}

const TracedPort* TracedWorld::PortNamed(absl::string_view name) const {
  const RowIds rows = sb_.Find(columns::Port_Binding::logical_port, name);
  if (rows.empty()) return nullptr;
  const auto port = sb_.Read<sb::Port_Binding>(rows.front());
  const auto binding = sb_.Read<sb::Datapath_Binding>(port->datapath());
  const TracedDatapath* datapath = binding ? Datapath(static_cast<uint32_t>(binding->tunnel_key())) : nullptr;
  if (datapath == nullptr) return nullptr;
  const auto found = datapath->ports.find(static_cast<uint32_t>(port->tunnel_key()));
  return found == datapath->ports.end() ? nullptr : &found->second;
}

const TracedDatapath* TracedWorld::DatapathOfPort(absl::string_view name) const {
  const RowIds rows = sb_.Find(columns::Port_Binding::logical_port, name);
  if (!rows.empty()) {
    const Uuid uuid = sb_.Read<sb::Port_Binding>(rows.front())->datapath();
    if (const auto binding = sb_.Read<sb::Datapath_Binding>(uuid)) {
      return Datapath(static_cast<uint32_t>(binding->tunnel_key()));
    }
  }
  for (Entry& entry : datapaths_) {
    if (FindPort(*Complete(entry), name) != nullptr) return &entry.datapath;
  }
  return nullptr;
}

const TracedFlow* TracedWorld::Flow(const Uuid& uuid, bool friendly) {
  if (const auto found = flows_.find({uuid, friendly}); found != flows_.end()) return &found->second;
  const auto row = sb_.Read<sb::Logical_Flow>(uuid);
  if (!row) return nullptr;
  std::function<std::string(std::string)> shorten;
  if (friendly) shorten = [this](std::string text) { return MakeFriendly(std::move(text)); };
  return &flows_.try_emplace({uuid, friendly}, MakeTracedFlow(pool_, uuid, row, shorten)).first->second;
}

std::string TracedWorld::StageName(const TracedDatapath& datapath, Pipeline pipeline, int table,
                                   const Uuid& some_flow) const {
  if (const auto row = sb_.Read<sb::Logical_Flow>(some_flow)) {
    if (std::string name = Text(row->external_ids("stage-name")); !name.empty()) return name;
  }
  const auto is_in = [&](sb::Logical_Flow_View row) {
    if (row.has_logical_datapath()) return row.logical_datapath() == datapath.uuid;
    if (!row.has_logical_dp_group()) return false;
    const auto group = sb_.Read<sb::Logical_DP_Group>(row.logical_dp_group());
    return group && group->datapaths().contains(datapath.uuid);
  };
  const auto name_of = [&](sb::Logical_Flow_View row) {
    if (row.table_id() != table || row.pipeline() != PipelineName(pipeline) || !is_in(row)) return std::string();
    return Text(row.external_ids("stage-name"));
  };
  std::string name;
  sb_.ForEach(sb_.TableOf<sb::Logical_Flow>(), [&](const Uuid&, const Row& row) {
    if (name.empty()) name = name_of(sb::Logical_Flow_View(&row));
  });
  return name;
}

const std::string& TracedWorld::FriendlyPort(const std::string& name) const {
  const auto [at, added] = friendly_.try_emplace(name, name);
  if (!added) return at->second;
  const RowIds rows = sb_.Find(columns::Port_Binding::logical_port, name);
  if (!rows.empty()) at->second = PortOf(rows.front(), sb_.Read<sb::Port_Binding>(rows.front())).friendly;
  return at->second;
}

std::string TracedWorld::MakeFriendly(std::string text) const {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const size_t open = text.find('"', at);
    const size_t close = open == std::string::npos ? open : text.find('"', open + 1);
    if (close == std::string::npos) return out + text.substr(at);
    out += text.substr(at, open + 1 - at);
    out += FriendlyPort(text.substr(open + 1, close - open - 1));
    out += '"';
    at = close + 1;
  }
  return out;
}

std::shared_ptr<const ConstantSet> TracedWorld::FindAddressSet(absl::string_view name) const {
  const RowIds found = sb_.Find(columns::Address_Set::name, name);
  if (found.empty()) return nullptr;
  const auto addresses = sb_.Read<sb::Address_Set>(found.front())->addresses();
  return ConstantSet::OfAddresses(std::vector<std::string>(addresses.begin(), addresses.end()));
}

std::shared_ptr<const ConstantSet> TracedWorld::FindPortGroup(absl::string_view name) const {
  // In the Southbound database a group exists once per datapath, as "<key>_<name>"; a microflow means any of them.
  for (const Entry& entry : datapaths_) {
    const RowIds found = sb_.Find(columns::Port_Group::name, absl::StrCat(entry.datapath.key, "_", name));
    if (found.empty()) continue;
    const auto ports = sb_.Read<sb::Port_Group>(found.front())->ports();
    return ConstantSet::OfPorts(std::vector<std::string>(ports.begin(), ports.end()));
  }
  return nullptr;
}

}  // namespace ovnlite
