#include "lib/controller/network_testutil.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <regex>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace ovnlite {

Uuid TestNetwork::Id(const std::string& what) { return Uuid::FromName(what); }

ovsdb::Uuid TestNetwork::Ref(const std::string& what) {
  ovsdb::Uuid ref;
  ref.set_high(Id(what).high());
  ref.set_low(Id(what).low());
  return ref;
}

void TestNetwork::Commit(Transaction t) {
  const absl::StatusOr<Delta> delta = sb_.Commit(std::move(t));
  EXPECT_TRUE(delta.ok()) << delta.status();
}

void TestNetwork::Chassis(const std::string& name, const std::string& ip, const std::string& encap) {
  Transaction t = sb_.Begin();
  auto* tunnel = t.Insert<sb::Encap>(Id("encap " + name));
  tunnel->set_type(encap);
  tunnel->set_ip(ip);
  tunnel->set_chassis_name(name);
  auto* chassis = t.Insert<sb::Chassis>(Id("chassis " + name));
  chassis->set_name(name);
  *chassis->add_encaps() = Ref("encap " + name);
  Commit(std::move(t));
}

void TestNetwork::Datapath(const std::string& name, int key, const char* kind) {
  Insert<sb::Datapath_Binding>("datapath " + name, [&](auto& row) {
    row.set_tunnel_key(key);
    (*row.mutable_external_ids())[kind] = Id("datapath " + name).ToString();
    (*row.mutable_external_ids())["name"] = name;
  });
}
void TestNetwork::Switch(const std::string& name, int key) { Datapath(name, key, "logical-switch"); }
void TestNetwork::Router(const std::string& name, int key) { Datapath(name, key, "logical-router"); }

void TestNetwork::Port(const std::string& datapath, int key, const std::string& name, const EditPort& edit,
                       const std::string& chassis) {
  Insert<sb::Port_Binding>("port " + name, [&](auto& row) {
    row.set_logical_port(name);
    row.set_tunnel_key(key);
    *row.mutable_datapath() = Ref("datapath " + datapath);
    if (!chassis.empty()) *row.mutable_chassis() = Ref("chassis " + chassis);
    if (edit != nullptr) edit(row);
  });
}

void TestNetwork::Patch(const std::string& datapath, int key, const std::string& name, const std::string& peer) {
  Port(datapath, key, name, [&](auto& row) {
    row.set_type("patch");
    (*row.mutable_options())["peer"] = peer;
  });
}

void TestNetwork::Group(const std::string& datapath, int key, const std::string& name, const Lines& ports) {
  Insert<sb::Multicast_Group>("group " + datapath + " " + name, [&](auto& row) {
    row.set_name(name);
    row.set_tunnel_key(key);
    *row.mutable_datapath() = Ref("datapath " + datapath);
    for (const std::string& port : ports) *row.add_ports() = Ref("port " + port);
  });
}

void TestNetwork::Flow(int number, const std::string& datapath, const std::string& pipeline, int table, int priority,
                       const std::string& match, const std::string& actions) {
  Insert<sb::Logical_Flow>(absl::StrCat("flow ", number), [&](auto& row) {
    *row.mutable_logical_datapath() = Ref("datapath " + datapath);
    row.set_pipeline(pipeline);
    row.set_table_id(table);
    row.set_priority(priority);
    row.set_match(match);
    row.set_actions(actions);
  });
}

Lines FlowsIn(const Controller& controller, int table) {
  static const std::regex kZone("load:0x[0-9a-f]+->NXM_NX_REG1[123]\\[\\],");
  Lines lines;
  const std::string prefix = table == 0 ? "" : absl::StrCat("table=", table, ", ");
  for (const std::string& line : controller.DumpFlows()) {
    absl::string_view text = line;
    const size_t cookie = text.find("cookie=");
    text.remove_prefix(cookie == text.npos ? 1 : text.find(", ") + 2);
    if (!absl::ConsumePrefix(&text, prefix) || absl::StartsWith(text, "table=")) continue;
    lines.push_back(std::regex_replace(std::string(text), kZone, ""));
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

Lines TestNetwork::FlowsOn(const std::string& chassis, int table) {
  FlowTables tables;
  Controller controller(sb_, tables, {.chassis = chassis});
  controller.PlugAsBound();
  controller.Update();
  return FlowsIn(controller, table);
}

}  // namespace ovnlite
