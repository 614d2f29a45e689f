// Random networks, compiled by us and by a real ovn-northd: the same logical flows, datapaths, ports, groups and sets.
// Needs Debian's ovn-central (not its running services: it starts its own, in a folder of its own); skips aloud
// without.
//
// OVNLITE_SEEDS=FROM-TO runs others than the few seeds of every test run.

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "lib/northd/northd_testutil.h"
#include "lib/schema/column_access.h"
#include "lib/schema/ovn_nb.rows.h"
#include "ovnlite/base/random.h"
#include "ovnlite/db/log_file.h"
#include "ovnlite/northd/northd.h"
#include "ovnlite/schema/schema.h"
#include "ovnlite/topology/random_topology.h"
#include "tests/oracle/real_central.h"
#include "tests/oracle/seeds.h"

namespace ovnlite {
namespace {

TEST(NorthdDifferentialTest, EqualsARealOvnNorthd) {
  if (const std::string missing = RealCentral::Missing(); !missing.empty()) {
    GTEST_SKIP() << missing << " is missing: install Debian's ovn-central to compare with a real ovn-northd";
  }
  const auto [from, to] = SeedsToTry({1, 3});
  RealCentral real;
  for (uint64_t seed = from; seed <= to; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    Database nb(NorthboundSchema());
    Transaction t = nb.Begin();
    t.Insert<nb::NB_Global>(Uuid(0, 1));
    ASSERT_TRUE(nb.Commit(std::move(t)).ok());
    RandomTopologyOptions options;
    options.acls = true;
    options.load_balancers = true;
    options.localnet = true;
    options.address_sets = true;
    RandomTopology topology(nb, seed, options);
    ASSERT_TRUE(topology.Build().ok());
    Database sb(SouthboundSchema());
    Northd northd(nb, sb);
    ASSERT_TRUE(northd.Update().ok());
    EXPECT_TRUE(northd.unsupported().empty());

    absl::StatusOr<LoadedLog> expected = real.Compile(nb);
    ASSERT_TRUE(expected.ok()) << expected.status();
    const std::string difference = Difference(FlowLines(*expected->database), FlowLines(sb)) +
                                   Difference(RowLines(*expected->database), RowLines(sb));
    EXPECT_EQ(difference, "") << difference << topology.log();
  }
  std::cout << "seeds " << from << " to " << to << ": no difference\n";
}

// Texts that are addresses, networks and next hops, or nearly.
class OddTexts {
 public:
  explicit OddTexts(uint64_t seed) : random_(seed) {}

  std::string Address() {
    if (random_.OneIn(12))
      return OneOf({"unknown", "router", "dynamic", "dynamic 10.0.0.9", "02:00:00:00:00:09 dynamic"});
    std::string text = Mac();
    for (uint64_t n = random_.Below(4); n > 0; --n) text += Separator() + Ip();
    return Spoilt(std::move(text));
  }
  std::string Mac() {
    return OneOf({"02:00:00:00:00:0a", "2:0:0:0:0:b", "02:00:00:00:00:0C", "02:00:00:00:00", " 02:00:00:00:00:0d",
                  "0x2:0:0:0:0:e"});
  }
  std::string Ip() { return Spoilt(random_.OneIn(3) ? Ipv6() : Ipv4()); }
  std::string NextHop() {
    return random_.OneIn(6) ? OneOf({"", "discard", "10.1.0.9/32", "fd00::9/128"}) : random_.OneIn(2) ? Ip() : Ipv4();
  }

  // Of a load balancer: an address, perhaps with a port.
  std::string Endpoint(bool with_port) {
    const std::string port = with_port ? OneOf({":80", ":80", ":80", ":+80", ":080", ": 80", ":0", ":", ":65536", ":x"}) : "";
    std::string text;
    if (random_.OneIn(3)) {
      text = absl::StrCat(OneOf({"fd00::", "FD00:0::", "::ffff:10.0.0."}), random_.Below(10));
      if (!port.empty() || random_.OneIn(2)) text = absl::StrCat("[", text, "]");
    } else {
      text = absl::StrCat("10.0.", random_.Below(3), ".", random_.Below(260));
    }
    text += port;
    return random_.OneIn(2) ? text : Spoilt(std::move(text));
  }
  std::pair<std::string, std::string> Vip() {
    const bool with_port = random_.OneIn(2);
    std::pair<std::string, std::string> vip = {Endpoint(with_port), ""};
    for (uint64_t n = random_.Below(3); n > 0; --n) {
      absl::StrAppend(&vip.second, vip.second.empty() ? "" : ",", Endpoint(with_port));
    }
    return vip;
  }

 private:
  std::string OneOf(std::vector<const char*> texts) { return texts[random_.Below(texts.size())]; }
  std::string Separator() { return OneOf({" ", " ", " ", "  ", ",", ", ", ";", "\t", "\r", "/", ""}); }
  std::string Length() {
    return OneOf({"",    "",     "/24", "/8", "/0",           "/32",          "/33",     "/64", "/128",   "/129",
                  "/-1", "/ 16", "/+8", "/x", "/255.255.0.0", "/255.0.255.0", "/ffff::", "/",   "/24/24", "/0x8"});
  }
  std::string Ipv4() {
    const std::string last = OneOf({"1", "2", "255", "256", "007", "+3", "-1", " 4", "0"});
    return absl::StrCat(OneOf({"10", "010", "0", "224", "300"}), ".", random_.Below(3), ".0.", last, Length());
  }
  std::string Ipv6() {
    return absl::StrCat(OneOf({"fd00::", "FD00:0::", "fe80::", "::", "fd00::1:", "fd00::10.0.0."}), random_.Below(10),
                        Length());
  }
  std::string Spoilt(std::string text) {
    constexpr absl::string_view kAny = "0:./ ,xg-+f";
    if (random_.OneIn(6) && !text.empty()) text[random_.Below(text.size())] = kAny[random_.Below(kAny.size())];
    return text;
  }

  Random random_;
};

TEST(NorthdDifferentialTest, HalfOfWhatIsWrongCountsAsInARealOvnNorthd) {
  if (const std::string missing = RealCentral::Missing(); !missing.empty()) {
    GTEST_SKIP() << missing << " is missing: install Debian's ovn-central to compare with a real ovn-northd";
  }
  const auto [from, to] = SeedsToTry({1, 2});
  RealCentral real;
  for (uint64_t seed = from; seed <= to; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    OddTexts texts(seed);
    Database nb(NorthboundSchema());
    Transaction t = nb.Begin();
    t.Insert<nb::NB_Global>(Uuid(0, 1));
    auto* ls = t.Insert<nb::Logical_Switch>(Uuid(0, 2));
    ls->set_name("s");
    auto* lr = t.Insert<nb::Logical_Router>(Uuid(0, 3));
    lr->set_name("r");
    auto* lb = t.Insert<nb::Load_Balancer>(Uuid(0, 4));
    lb->set_name("lb");
    *ls->add_load_balancer() = ToProto(Uuid(0, 4));
    std::string all;
    for (uint64_t i = 0; i < 60; ++i) {
      auto* port = t.Insert<nb::Logical_Switch_Port>(Uuid(1, i));
      port->set_name(absl::StrCat("p", i));
      port->add_addresses(texts.Address());
      *ls->add_ports() = ToProto(Uuid(1, i));
      const auto vip = texts.Vip();
      (*lb->mutable_vips())[vip.first] = vip.second;
      auto* side = t.Insert<nb::Logical_Router_Port>(Uuid(2, i));
      side->set_name(absl::StrCat("r", i));
      side->set_mac(i % 5 == 0 ? texts.Mac() : absl::StrCat("02:00:00:01:00:", absl::Hex(i, absl::kZeroPad2)));
      std::set<std::string> networks = {texts.Ip(), texts.Ip()};
      for (const std::string& network : networks) side->add_networks(network);
      *lr->add_ports() = ToProto(Uuid(2, i));
      if (i % 10 == 0) {  // The switch is behind some of them.
        auto* up = t.Insert<nb::Logical_Switch_Port>(Uuid(3, i));
        up->set_name(absl::StrCat("s-r", i));
        up->set_type("router");
        up->add_addresses("router");
        (*up->mutable_options())["router-port"] = side->name();
        *ls->add_ports() = ToProto(Uuid(3, i));
      }
      auto* route = t.Insert<nb::Logical_Router_Static_Route>(Uuid(4, i));
      route->set_ip_prefix(texts.Ip());
      route->set_nexthop(texts.NextHop());
      if (i % 3 == 0) route->set_output_port(absl::StrCat("r", i));
      if (i % 7 == 0) route->set_policy("src-ip");
      *lr->add_static_routes() = ToProto(Uuid(4, i));
      absl::StrAppend(&all, port->addresses(0), " | ", absl::StrJoin(networks, " & "), " | ", route->ip_prefix(), " > ",
                      route->nexthop(), " | ", vip.first, " = ", vip.second, "\n");
    }
    const auto committed = nb.Commit(std::move(t));
    ASSERT_TRUE(committed.ok()) << committed.status();
    Database sb(SouthboundSchema());
    Northd northd(nb, sb);
    ASSERT_TRUE(northd.Update().ok());
    EXPECT_GT(northd.warnings().size(), 20u);
    absl::StatusOr<LoadedLog> expected = real.Compile(nb);
    ASSERT_TRUE(expected.ok()) << expected.status();
    const std::string difference = Difference(FlowLines(*expected->database), FlowLines(sb)) +
                                   Difference(RowLines(*expected->database), RowLines(sb));
    EXPECT_EQ(difference, "") << difference << all;
  }
}

}  // namespace
}  // namespace ovnlite
