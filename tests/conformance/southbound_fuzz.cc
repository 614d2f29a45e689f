// Any Southbound database through the controller: records of a log file, one per line behind an 'S', or a small network
// whose logical flows are grown from bytes (inputs that begin with 'g'). Nothing crashes, and what one controller makes
// of the same database another makes too.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "lib/db/log_record.h"
#include "lib/logical/language_gen_testutil.h"
#include "lib/schema/column_access.h"
#include "lib/schema/ovn_sb.rows.h"
#include "ovnlite/controller/controller.h"
#include "ovnlite/db/log_file.h"
#include "ovnlite/schema/schema.h"

namespace {

using namespace ovnlite;

std::vector<std::string> Flows(Database& sb, const std::string& chassis) {
  FlowTables tables;
  Controller controller(sb, tables, {.chassis = chassis});
  controller.PlugAsBound();
  controller.Update();
  return controller.DumpFlows();
}

void Grow(const uint8_t* data, size_t size, Database* sb) {
  LanguageGrower grower(data, size);
  Transaction t = sb->Begin();
  const Uuid chassis(1, 1), encap(1, 2), sw(1, 3), router(1, 4);
  t.Insert<sb::Chassis>(chassis)->set_name("hv1");
  auto* e = t.Insert<sb::Encap>(encap);
  e->set_type("geneve");
  e->set_ip("192.168.0.1");
  e->set_chassis_name("hv1");
  ToProto(encap, t.Update<sb::Chassis>(chassis)->add_encaps());
  for (const Uuid& uuid : {sw, router}) {
    auto* datapath = t.Insert<sb::Datapath_Binding>(uuid);
    datapath->set_tunnel_key(static_cast<int64_t>(uuid.low()));
    (*datapath->mutable_external_ids())[uuid == sw ? "logical-switch" : "logical-router"] = uuid.ToString();
  }
  const char* const names[] = {"lsp1", "lsp2", "eth0", "eth1", "rt"};
  for (uint64_t i = 0; i < 5; ++i) {
    auto* port = t.Insert<sb::Port_Binding>(Uuid(2, i));
    port->set_logical_port(names[i]);
    port->set_tunnel_key(static_cast<int64_t>(i + 1));
    ToProto(i == 4 ? router : sw, port->mutable_datapath());
    ToProto(chassis, port->mutable_chassis());
  }
  auto* group = t.Insert<sb::Port_Group>(Uuid(3, 1));
  group->set_name("3_pg1");
  group->add_ports("lsp1");
  group->add_ports("lsp2");
  auto* set = t.Insert<sb::Address_Set>(Uuid(3, 2));
  set->set_name("set1");
  for (const char* address : {"10.0.0.1", "10.0.0.2", "nonsense", "10.1.0.0/16"}) set->add_addresses(address);
  for (uint64_t i = 0; i < 12 && !grower.exhausted(); ++i) {
    auto* flow = t.Insert<sb::Logical_Flow>(Uuid(i << 32, 9));
    ToProto(i % 4 == 3 ? router : sw, flow->mutable_logical_datapath());
    flow->set_pipeline(i % 3 == 2 ? "egress" : "ingress");
    flow->set_table_id(static_cast<int64_t>(i % 7));
    flow->set_priority(static_cast<int64_t>(100 - i));
    flow->set_match(grower.Match(2));
    flow->set_actions(grower.Actions(2));
  }
  if (!sb->Commit(std::move(t)).ok()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0 || size > 20000) return 0;
  if (data[0] == 'g') {
    Database sb(SouthboundSchema());
    Grow(data + 1, size - 1, &sb);
    if (Flows(sb, "hv1") != Flows(sb, "hv1")) std::abort();
    Flows(sb, "");
    return 0;
  }
  static const std::string& empty = *new std::string(FormatLog(Database(SouthboundSchema())));
  std::string file = empty;
  const absl::string_view records(reinterpret_cast<const char*>(data) + 1, size - 1);
  for (const absl::string_view record : absl::StrSplit(records, '\n', absl::SkipEmpty())) {
    AppendLogRecord(std::string(record), &file);
  }
  const absl::StatusOr<LoadedLog> log = ParseLog(file);
  if (log.ok()) Flows(*log->database, "hv1");
  return 0;
}
