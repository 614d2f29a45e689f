#include "lib/lab/lab_chassis.h"

#include "absl/strings/str_cat.h"
#include "lib/schema/column_access.h"
#include "lib/schema/ovn_sb.rows.h"
#include "ovnlite/base/uuid.h"

namespace ovnlite {

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

}  // namespace ovnlite
