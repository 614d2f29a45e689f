#include "ovnlite/topology/random_topology.h"

#include <gtest/gtest.h>

#include <set>

#include "absl/strings/str_split.h"
#include "lib/schema/ovn_nb.rows.h"
#include "ovnlite/db/log_file.h"
#include "ovnlite/schema/schema.h"
#include "ovnlite/topology/port_address.h"

namespace ovnlite {
namespace {

RandomTopologyOptions Everything() {
  return {.acls = true, .load_balancers = true, .localnet = true, .address_sets = true};
}

// Laws every random network keeps, beyond what the database itself enforces at each commit.
void CheckNetwork(const Database& nb) {
  std::set<std::string> macs;
  for (const auto& [uuid, port] : nb.Rows<nb::Logical_Router_Port>()) {
    EXPECT_TRUE(macs.insert(std::string(port.mac())).second) << port.mac();
    for (const absl::string_view network : port.networks()) EXPECT_TRUE(IpPrefix::Parse(network).ok()) << network;
  }
  for (const auto& [uuid, ls] : nb.Rows<nb::Logical_Switch>()) {
    std::set<IpAddress> ips;
    for (const Uuid& ref : ls.ports()) {
      const auto port = nb.Read<nb::Logical_Switch_Port>(ref);
      ASSERT_TRUE(port);
      for (const absl::string_view text : port->addresses()) {
        const absl::StatusOr<PortAddress> address = ParsePortAddress(text);
        ASSERT_TRUE(address.ok()) << text;
        EXPECT_TRUE(!address->has_mac || macs.insert(address->mac.ToString()).second) << text;
        for (const IpPrefix& ip : address->ips) EXPECT_TRUE(ips.insert(ip.address()).second) << text;
      }
      for (const absl::string_view text : port->port_security()) EXPECT_TRUE(ParsePortSecurity(text).ok()) << text;
    }
  }
}

TEST(RandomTopologyTest, EveryEditIsCommitted) {
  std::set<std::string> commands;
  size_t routes = 0, joined = 0, secured = 0;
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    Database nb(NorthboundSchema());
    RandomTopology random(nb, seed, seed % 2 == 0 ? Everything() : RandomTopologyOptions());
    const absl::Status built = random.Build();
    ASSERT_TRUE(built.ok()) << built << "\n" << random.log();
    for (int i = 0; i < 60; ++i) {
      const absl::Status status = random.Edit();
      ASSERT_TRUE(status.ok()) << status << "\n" << random.log();
    }
    CheckNetwork(nb);
    for (absl::string_view line : absl::StrSplit(random.log(), '\n', absl::SkipEmpty())) {
      for (absl::string_view word : absl::StrSplit(line, ' ')) {
        if (word[0] == '-') continue;
        commands.insert(std::string(word));
        break;
      }
    }
    routes += nb.RowCount<nb::Logical_Router_Static_Route>();
    for (const auto& [uuid, port] : nb.Rows<nb::Logical_Router_Port>()) joined += port.has_peer();
    for (const auto& [uuid, port] : nb.Rows<nb::Logical_Switch_Port>()) secured += !port.port_security().empty();
  }
  // That nothing of what the header promises is missing.
  for (const char* command : {"ls-add",
                              "ls-del",
                              "lr-add",
                              "lr-del",
                              "lsp-add",
                              "lsp-del",
                              "lsp-set-addresses",
                              "lsp-set-port-security",
                              "lsp-set-enabled",
                              "lrp-add",
                              "lrp-del",
                              "lrp-set-enabled",
                              "lr-route-add",
                              "lr-route-del",
                              "acl-add",
                              "acl-del",
                              "lb-del",
                              "ls-lb-add",
                              "ls-lb-del",
                              "remove",
                              "add",
                              "pg-add",
                              "pg-set-ports",
                              "create",
                              "set"}) {
    EXPECT_TRUE(commands.contains(command)) << command;
  }
  EXPECT_GT(routes, 20u);
  EXPECT_GT(joined, 20u);
  EXPECT_GT(secured, 100u);
}

TEST(RandomTopologyTest, TheSeedDecidesEverything) {
  std::set<std::string> different;
  for (const uint64_t seed : {1, 2, 3, 1, 2, 3}) {
    Database nb(NorthboundSchema());
    RandomTopology random(nb, seed, Everything());
    ASSERT_TRUE(random.Build().ok());
    different.insert(FormatLog(nb));
  }
  EXPECT_EQ(different.size(), 3u);
}

TEST(RandomTopologyTest, BoundsAreKept) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    Database nb(NorthboundSchema());
    RandomTopology random(nb, seed, {.switches = 1, .routers = 0, .ports_per_switch = 1, .edits = 50});
    ASSERT_TRUE(random.Build().ok());
    EXPECT_LE(nb.RowCount<nb::Logical_Switch>(), 1u);
    EXPECT_EQ(nb.RowCount<nb::Logical_Router>(), 0u);
    EXPECT_LE(nb.RowCount<nb::Logical_Switch_Port>(), 2u);
  }
}

}  // namespace
}  // namespace ovnlite
