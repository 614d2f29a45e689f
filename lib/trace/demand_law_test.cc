// The law of flow tables on demand: a packet that goes through tables filled as it comes to them meets the same flows,
// and has the same effects, as one that goes through tables which hold everything. Each failure prints its seed.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <regex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "lib/schema/ovn_sb.rows.h"
#include "lib/trace/chassis_site.h"
#include "ovnlite/base/random.h"
#include "ovnlite/controller/controller.h"
#include "ovnlite/datapath/translate.h"
#include "ovnlite/db/log_file.h"
#include "ovnlite/flow/openflow_text.h"
#include "ovnlite/packet/field.h"
#include "ovnlite/wire/ethernet.h"
#include "ovnlite/wire/ip_proto.h"

namespace ovnlite {
namespace {

constexpr int kPackets = 400;
// OpenFlow table 0 is where packets come in; 8 is the first of the logical ones.
constexpr uint8_t kPhysicalTable = 0, kLogicalTable = 8;

// What the two may differ in: numbers of groups and meters, which count up as they are used; and zones of connection
// tracking, which tables on demand have none of.
std::string OpsText(const OpList& ops) {
  static const std::regex kNumber("(group:|meter:|meter_id=)[0-9]+");
  static const std::regex kZone("load:0x[0-9a-f]+->NXM_NX_REG1[123]\\[[0-9.]*\\],?");
  return std::regex_replace(std::regex_replace(FormatOps(ops, OpDialect::kDumpFlows), kNumber, "$1N"), kZone, "");
}

std::string KeyText(FlowKey key) {
  for (int zone = 11; zone <= 13; ++zone) key.Set(RegField(zone), 0);
  std::string text;
  for (const uint64_t word : key.words) absl::StrAppend(&text, absl::Hex(word), " ");
  return text;
}

// Everything that happens, as lines.
class Recording final : public Observer {
 public:
  explicit Recording(Controller* on_demand) : on_demand_(on_demand) {}

  const std::vector<std::string>& lines() const { return lines_; }
  int flows() const { return flows_; }

  void BeforeLookup(uint8_t table, FlowKey& key) override {
    if (on_demand_ != nullptr) on_demand_->Prepare(table, key);
  }
  void OnLookup(uint8_t table, const Flow* flow, const FlowKey& key) override {
    std::string text = absl::StrCat("table ", table, " key ", KeyText(key));
    if (flow != nullptr) {
      ++flows_;
      absl::StrAppend(&text, "priority ", flow->priority, " cookie ", flow->cookie);
      for (const WordTest& w : flow->match.words()) absl::StrAppend(&text, " ", w.word, ":", w.value, "/", w.mask);
      absl::StrAppend(&text, " ", OpsText(*flow->ops));
    }
    lines_.push_back(std::move(text));
  }
  void OnEffect(const Effect& effect, const FlowKey& key) override {
    lines_.push_back(absl::StrCat("effect ", effect.kind, " port ", effect.port, " tunnel ", effect.tunnel, " rest ",
                                  effect.rest != nullptr, " key ", KeyText(key)));
  }
  void OnDrop(DropReason reason, const FlowKey& key) override {
    lines_.push_back(absl::StrCat("drop ", reason, " key ", KeyText(key)));
  }

 private:
  Controller* const on_demand_;
  std::vector<std::string> lines_;
  int flows_ = 0;
};

// Packets of addresses that a database speaks of.
class Packets {
 public:
  Packets(const Database& sb, uint64_t seed) : random_(seed) {
    for (const auto& [uuid, row] : sb.Rows<sb::Port_Binding>()) {
      for (const absl::string_view mac : row.mac()) AddWords(mac);
      for (const absl::string_view nat : row.nat_addresses()) AddWords(nat);
    }
    for (const auto& [uuid, row] : sb.Rows<sb::MAC_Binding>()) AddWords(absl::StrCat(row.mac(), " ", row.ip()));
    macs_.insert({0, 0xffff'ffff'ffff, 0x0100'5e00'0001, 0x3333'0000'0001, 0x0a});
    v4_.insert({0, 0xe000'0001, 0xffff'ffff, 0x0808'0808});
    v6_.insert({0, u128{0xff02} << 112 | 1, u128{0xfe80} << 112 | 0x0a});
  }

  // Has everything but a place.
  FlowKey Next() {
    FlowKey key;
    key.Set(field::kEthSrc, Any(macs_));
    key.Set(field::kEthDst, Any(macs_));
    if (random_.Below(8) == 0) key.Set(field::kVlanTci, 0x1000 | random_.Below(3));
    switch (random_.Below(4)) {
      case 0:
        key.Set(field::kEthType, kEthTypeArp);
        key.Set(field::kArpOp, 1 + random_.Below(2));
        key.Set(field::kArpSpa, Any(v4_));
        key.Set(field::kArpTpa, Any(v4_));
        key.Set(field::kArpSha, random_.Below(2) == 0 ? key.Get(field::kEthSrc) : Any(macs_));
        key.Set(field::kArpTha, Any(macs_));
        return key;
      case 1:
        key.Set(field::kEthType, kEthTypeIpv6);
        key.Set(field::kIp6Src, Any(v6_));
        key.Set(field::kIp6Dst, Any(v6_));
        SetL4(key, kIpProtoIcmpv6);
        if (key.Get64(field::kIpProto) == kIpProtoIcmpv6 && random_.Below(2) == 0) {
          key.Set(field::kL4Src, 133 + random_.Below(4));
          key.Set(field::kNdTarget, Any(v6_));
          key.Set(field::kIpTtl, 255);
        }
        return key;
      default:
        key.Set(field::kEthType, kEthTypeIpv4);
        key.Set(field::kIp4Src, Any(v4_));
        key.Set(field::kIp4Dst, Any(v4_));
        SetL4(key, kIpProtoIcmp);
        return key;
    }
  }
  uint64_t Below(uint64_t n) { return random_.Below(n); }

 private:
  void AddWords(absl::string_view text) {
    for (const absl::string_view word : absl::StrSplit(text, absl::ByAnyChar(" /"), absl::SkipEmpty())) {
      if (const auto mac = MacAddress::Parse(word); mac.ok()) macs_.insert(mac->bits());
      if (const auto v4 = Ipv4Address::Parse(word); v4.ok()) v4_.insert(v4->bits());
      if (const auto v6 = Ipv6Address::Parse(word); v6.ok()) v6_.insert(v6->bits());
    }
  }
  template <typename T>
  T Any(const std::set<T>& values) {
    return *std::next(values.begin(), static_cast<std::ptrdiff_t>(random_.Below(values.size())));
  }
  void SetL4(FlowKey& key, uint8_t icmp) {
    static constexpr uint8_t kProtos[] = {kIpProtoTcp, kIpProtoUdp, kIpProtoSctp};
    const uint64_t which = random_.Below(4);
    key.Set(field::kIpProto, which == 3 ? icmp : kProtos[which]);
    key.Set(field::kIpTtl, random_.Below(6) == 0 ? random_.Below(3) : 64);
    static constexpr uint16_t kPorts[] = {0, 8, 22, 53, 67, 68, 80, 443, 546, 547, 4000};
    key.Set(field::kL4Src, which == 3 ? random_.Below(2) * 8 : kPorts[random_.Below(std::size(kPorts))]);
    key.Set(field::kL4Dst, which == 3 ? 0 : kPorts[random_.Below(std::size(kPorts))]);
  }

  Random random_;
  std::set<uint64_t> macs_, v4_;
  std::set<u128> v6_;
};

class DemandLaw : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    absl::StatusOr<LoadedLog> log = LoadLog(absl::StrCat("lib/trace/testdata/", GetParam(), "/sb.db"));
    ASSERT_TRUE(log.ok()) << log.status();
    sb_ = std::move(log->database);
  }

  // Both tables are those of `chassis`; packets begin in `table`, with what `place` sets, and meet `at_least` flows
  // each on average.
  template <typename F>
  void Check(const std::string& chassis, uint8_t table, int at_least, F place) {
    FlowTables all, needed;
    Controller eager(*sb_, all, {.chassis = chassis}), on_demand(*sb_, needed, {.chassis = chassis, .on_demand = true});
    for (Controller* controller : {&eager, &on_demand}) {
      controller->PlugAsBound();
      controller->Update();
    }
    constexpr uint64_t kSeed = 1;
    SCOPED_TRACE(testing::Message() << "chassis \"" << chassis << "\", seed " << kSeed);
    Packets packets(*sb_, kSeed);
    int flows = 0;
    for (int i = 0; i < kPackets; ++i) {
      FlowKey key = packets.Next();
      place(key, packets, eager);
      Recording expected(nullptr), seen(&on_demand);
      Translator(all).Run(key, table, &expected);
      Translator(needed).Run(key, table, &seen);
      ASSERT_EQ(seen.lines(), expected.lines()) << "packet " << i;
      flows += expected.flows();
    }
    EXPECT_GE(flows, at_least * kPackets) << "packets come far";
    EXPECT_LE(needed.size(), all.size());
  }

  std::unique_ptr<Database> sb_;
};

TEST_P(DemandLaw, OnTheImaginaryHypervisor) {
  std::vector<std::pair<uint64_t, uint64_t>> places;  // Datapath and port, by their keys.
  for (const auto& [uuid, row] : sb_->Rows<sb::Port_Binding>()) {
    const auto* const datapath = sb_->Get<sb::Datapath_Binding>(row.datapath());
    places.emplace_back(datapath->tunnel_key(), row.tunnel_key());
  }
  std::sort(places.begin(), places.end());
  ASSERT_FALSE(places.empty());
  Check("", kLogicalTable, 5, [&](FlowKey& key, Packets& packets, const Controller&) {
    const auto& [datapath, port] = places[packets.Below(places.size())];
    key.Set(field::kMetadata, datapath);
    key.Set(RegField(14), port);
  });
}

TEST_P(DemandLaw, OnEveryChassis) {
  const std::vector<std::string> chassis = ChassisSite::Names(*sb_);
  for (const std::string& name : chassis) {
    Check(name, kPhysicalTable, 1, [](FlowKey& key, Packets& packets, const Controller& controller) {
      const auto& tunnels = controller.tunnels();
      const uint64_t port = packets.Below(tunnels.size() + controller.ports().size()) + 1;
      key.Set(field::kInPort, port);
      // Numbers of tunnels come first.
      if (port <= tunnels.size())
        key.words[kWordTunnel] = packets.Below(4) << 32 | packets.Below(4) << 16 | packets.Below(4);
    });
  }
}

INSTANTIATE_TEST_SUITE_P(Networks, DemandLaw,
                         testing::Values("answers", "causes", "groups", "lab", "nat_lb", "peers", "refusals"),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace ovnlite
