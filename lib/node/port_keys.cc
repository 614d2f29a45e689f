#include "lib/node/port_keys.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "lib/schema/ovn_sb.rows.h"
#include "ovnlite/schema/typed_row.h"

namespace ovnlite {
namespace {

std::string KeyText(const Uuid& datapath, int64_t key) { return absl::StrCat(datapath.ToString(), " ", key); }

// A row of T, which has a datapath and a tunnel key on it.
template <typename T>
Uuid FindByKey(const Database& sb, ColumnMask columns, const Uuid& datapath, uint32_t key) {
  const Index& index = sb.IndexBy(sb.TableOf<T>(), "tunnel_key", columns,
                                  [](const Row& row, absl::FunctionRef<void(absl::string_view)> add) {
                                    const ViewOf<T> view(&row);
                                    add(KeyText(view->datapath(), view->tunnel_key()));
                                  });
  const std::string text = KeyText(datapath, key);
  const RowIds found = index.Find(AtomRef(absl::string_view(text)));
  return found.empty() ? Uuid() : found.front();
}

}  // namespace

Uuid FindDatapathByKey(const Database& sb, uint32_t datapath) {
  const RowIds found = sb.Find(sb::columns::Datapath_Binding::tunnel_key, int64_t{datapath});
  return found.empty() ? Uuid() : found.front();
}

Uuid FindPortByKey(const Database& sb, const Uuid& datapath, uint32_t port) {
  namespace column = sb::columns::Port_Binding;
  return FindByKey<sb::Port_Binding>(sb, ColumnsOf(column::datapath, column::tunnel_key), datapath, port);
}

Uuid FindGroupByKey(const Database& sb, const Uuid& datapath, uint32_t group) {
  namespace column = sb::columns::Multicast_Group;
  return FindByKey<sb::Multicast_Group>(sb, ColumnsOf(column::datapath, column::tunnel_key), datapath, group);
}

}  // namespace ovnlite
