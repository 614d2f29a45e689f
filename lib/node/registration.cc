#include "ovnlite/node/registration.h"

#include "absl/strings/str_cat.h"
#include "lib/schema/column_access.h"
#include "lib/schema/ovn_sb.rows.h"
#include "ovnlite/base/status.h"
#include "ovnlite/base/uuid.h"

namespace ovnlite {
namespace {

namespace binding = sb::columns::Port_Binding;

absl::StatusOr<Uuid> FindChassis(const Database& sb, absl::string_view name) {
  const RowIds found = sb.Find(sb::columns::Chassis::name, name);
  if (found.empty()) return absl::NotFoundError(absl::StrCat("there is no chassis \"", name, "\""));
  return found.front();
}

absl::StatusOr<Uuid> FindBinding(const Database& sb, absl::string_view logical_port) {
  const RowIds found = sb.Find(binding::logical_port, logical_port);
  if (found.empty()) return absl::NotFoundError(absl::StrCat("there is no logical port \"", logical_port, "\""));
  return found.front();
}

void Unbind(Transaction& t, const Uuid& port_binding) {
  t.Clear(binding::chassis, port_binding);
  t.Set(binding::up, port_binding, false);
}

}  // namespace

absl::Status RegisterChassis(Database& sb, Random& random, absl::string_view name, const IpAddress& encap_ip) {
  if (name.empty()) return absl::InvalidArgumentError("a chassis needs a name");
  if (!sb.Find(sb::columns::Chassis::name, name).empty()) {
    return absl::AlreadyExistsError("a chassis with this name already exists");
  }
  const std::string ip = encap_ip.ToString();
  for (const Uuid& uuid : sb.Find(sb::columns::Encap::ip, ip)) {
    return absl::AlreadyExistsError(
        absl::StrCat("chassis ", sb.Read<sb::Encap>(uuid)->chassis_name(), " has the address ", ip, " already"));
  }
  const Uuid encap_uuid = Uuid::Generate(random), chassis_uuid = Uuid::Generate(random),
             private_uuid = Uuid::Generate(random);
  Transaction t = sb.Begin();
  auto* encap = t.Insert<sb::Encap>(encap_uuid);
  encap->set_type("geneve");
  encap->set_ip(ip);
  encap->set_chassis_name(std::string(name));
  (*encap->mutable_options())["csum"] = "true";
  auto* chassis = t.Insert<sb::Chassis>(chassis_uuid);
  chassis->set_name(std::string(name));
  chassis->set_hostname(std::string(name));
  ToProto(encap_uuid, chassis->add_encaps());
  // What the rest of OVN asks a chassis for before it relies on it.
  for (const char* feature : {"ct-no-masked-label", "mac-binding-timestamp", "ovn-ct-lb-related", "port-up-notif"})
    (*chassis->mutable_other_config())[feature] = "true";
  (*chassis->mutable_other_config())["datapath-type"] = "ovnlite";
  (*chassis->mutable_other_config())["is-interconn"] = "false";
  auto* row = t.Insert<sb::Chassis_Private>(private_uuid);
  row->set_name(std::string(name));
  ToProto(chassis_uuid, row->mutable_chassis());
  return sb.Commit(std::move(t)).status();
}

absl::Status UnregisterChassis(Database& sb, absl::string_view name) {
  OVNLITE_ASSIGN_OR_RETURN(const Uuid chassis, FindChassis(sb, name));
  Transaction t = sb.Begin();
  for (const Uuid& port : sb.Find(binding::chassis, chassis)) Unbind(t, port);
  for (const Uuid& row : sb.Find(sb::columns::Chassis_Private::name, name)) t.Delete<sb::Chassis_Private>(row);
  t.Delete<sb::Chassis>(chassis);
  for (const Uuid& row : sb.Find(sb::columns::Encap::chassis_name, name)) t.Delete<sb::Encap>(row);
  return sb.Commit(std::move(t)).status();
}

void BindPort(Transaction& transaction, const Uuid& port_binding, const Uuid& chassis) {
  transaction.Set(binding::chassis, port_binding, chassis);
  transaction.Set(binding::up, port_binding, true);
}

absl::Status BindPort(Database& sb, absl::string_view logical_port, absl::string_view chassis) {
  OVNLITE_ASSIGN_OR_RETURN(const Uuid port_binding, FindBinding(sb, logical_port));
  OVNLITE_ASSIGN_OR_RETURN(const Uuid row, FindChassis(sb, chassis));
  Transaction t = sb.Begin();
  BindPort(t, port_binding, row);
  return sb.Commit(std::move(t)).status();
}

absl::Status UnbindPort(Database& sb, absl::string_view logical_port) {
  OVNLITE_ASSIGN_OR_RETURN(const Uuid port_binding, FindBinding(sb, logical_port));
  Transaction t = sb.Begin();
  Unbind(t, port_binding);
  return sb.Commit(std::move(t)).status();
}

}  // namespace ovnlite
