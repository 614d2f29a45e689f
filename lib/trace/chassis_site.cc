#include "lib/trace/chassis_site.h"

#include <algorithm>

namespace ovnlite {
namespace {

template <typename T>
Uuid FindByPrefix(const Database& sb, uint32_t prefix) {
  for (const auto& [uuid, row] : sb.Rows<T>()) {
    if (uuid.prefix() == prefix) return uuid;
  }
  return Uuid();
}

}  // namespace

ChassisSite::ChassisSite(Database& database, const std::string& name)
    : sb(database), chassis(name), controller(database, tables, {.chassis = name, .on_demand = true}) {
  controller.PlugAsBound();
  controller.Update();
}

std::vector<std::string> ChassisSite::Names(const Database& sb) {
  std::vector<std::string> names;
  for (const auto& [uuid, row] : sb.Rows<sb::Chassis>()) names.emplace_back(row.name());
  std::sort(names.begin(), names.end());
  return names;
}

std::string ChassisSite::NameOf(const Database& sb, sb::Port_Binding_View port) {
  if (!port.has_chassis()) return "";
  const auto row = sb.Read<sb::Chassis>(port.chassis());
  return row ? std::string(row->name()) : "";
}

uint32_t ChassisSite::PortNumber(const std::string& logical_port) const {
  const auto found = controller.ports().find(logical_port);
  return found == controller.ports().end() ? 0 : found->second;
}

uint32_t ChassisSite::TunnelNumber(const std::string& other) const {
  const auto found = controller.tunnels().find(other);
  return found == controller.tunnels().end() ? 0 : found->second;
}

std::string ChassisSite::PortOf(uint32_t number) const {
  for (const auto& [name, n] : controller.ports()) {
    if (n == number) return name;
  }
  return "";
}

std::optional<std::string> ChassisSite::TunnelTo(uint32_t number) const {
  for (const auto& [name, n] : controller.tunnels()) {
    if (n == number) return name;
  }
  return std::nullopt;
}

IpAddress ChassisSite::AddressOf(const std::string& other) const {
  return Controller::GeneveAddress(sb, other).value_or(IpAddress());
}

std::pair<std::string, Uuid> ChassisSite::RowOfCookie(const Database& sb, uint32_t cookie) {
  if (const Uuid uuid = FindByPrefix<sb::Port_Binding>(sb, cookie); !uuid.IsZero()) return {"Port_Binding", uuid};
  if (const Uuid uuid = FindByPrefix<sb::Multicast_Group>(sb, cookie); !uuid.IsZero()) return {"Multicast_Group", uuid};
  return {"", Uuid()};
}

}  // namespace ovnlite
