#include "lib/northd/context.h"

#include "absl/strings/str_format.h"

namespace ovnlite {

Context::Context(Incremental& engine)
    : flows(engine.AddCollection<LogicalFlow>("flows")),
      rows(engine.AddCollection<RowItem>("rows")),
      members(engine.AddCollection<MemberItem>("members")),
      reports(engine.AddCollection<RowItem>("reports")),
      unsupported(engine.AddCollection<Unsupported>("unsupported")),
      warnings(engine.AddCollection<NorthdWarning>("warnings")),
      datapath_wishes(engine.AddRelation<Uuid, TunnelKeyWish>("datapath_wishes")),
      port_wishes(engine.AddRelation<Uuid, TunnelKeyWish>("port_wishes")),
      datapath_key(engine.AddInput<Uuid, uint32_t>("datapath_key")),
      port_key(engine.AddInput<Uuid, uint32_t>("port_key")),
      router_ports_of_switch(engine.AddRelation<Uuid, Uuid>("router_ports_of_switch")),
      machines_of_switch(engine.AddRelation<Uuid, Uuid>("machines_of_switch")),
      unknown_of_switch(engine.AddRelation<Uuid, Uuid>("unknown_of_switch")),
      acls_of_switch(engine.AddRelation<Uuid, bool>("acls_of_switch")) {}

uint32_t Context::DatapathKey(Reader& reader, const Uuid& datapath) const {
  reader.Settle(datapath_wishes);
  return reader.Ask(datapath_key, datapath);
}

uint32_t Context::PortKey(Reader& reader, const Uuid& port) const {
  reader.Settle(port_wishes);
  return reader.Ask(port_key, port);
}

std::string Quoted(absl::string_view name) {
  std::string quoted = "\"";
  quoted.reserve(name.size() + 2);
  for (char c : name) {
    switch (c) {
      case '"':
        quoted += "\\\"";
        break;
      case '\\':
        quoted += "\\\\";
        break;
      case '\b':
        quoted += "\\b";
        break;
      case '\f':
        quoted += "\\f";
        break;
      case '\n':
        quoted += "\\n";
        break;
      case '\r':
        quoted += "\\r";
        break;
      case '\t':
        quoted += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < ' ') {
          absl::StrAppendFormat(&quoted, "\\u%04x", static_cast<unsigned>(c));
        } else {
          quoted += c;
        }
    }
  }
  return quoted + "\"";
}

}  // namespace ovnlite
