#include "lib/node/port_keys.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "lib/schema/column_access.h"
#include "lib/schema/ovn_sb.pb.h"

namespace ovnlite {
namespace {

std::string KeyText(const Uuid& datapath, int64_t key) { return absl::StrCat(datapath.ToString(), " ", key); }

// A row of T, which has a datapath and a tunnel key on it.
template <typename T>
Uuid FindByKey(const Database& sb, const Uuid& datapath, uint32_t key) {
  const Index& index =
      sb.IndexBy(sb.TableOf(T::descriptor()), "@tunnel_key", {"datapath", "tunnel_key"},
                 [](const google::protobuf::Message& row, absl::FunctionRef<void(absl::string_view)> add) {
                   const auto& typed = static_cast<const T&>(row);
                   add(KeyText(FromProto(typed.datapath()), typed.tunnel_key()));
                 });
  const absl::Span<const Uuid> found = index.Find(KeyText(datapath, key));
  return found.empty() ? Uuid() : found[0];
}

}  // namespace

Uuid FindDatapathByKey(const Database& sb, uint32_t datapath) {
  const absl::Span<const Uuid> found = sb.IndexOn<sb::Datapath_Binding>("tunnel_key").Find(absl::StrCat(datapath));
  return found.empty() ? Uuid() : found[0];
}

Uuid FindPortByKey(const Database& sb, const Uuid& datapath, uint32_t port) {
  return FindByKey<sb::Port_Binding>(sb, datapath, port);
}

Uuid FindGroupByKey(const Database& sb, const Uuid& datapath, uint32_t group) {
  return FindByKey<sb::Multicast_Group>(sb, datapath, group);
}

}  // namespace ovnlite
