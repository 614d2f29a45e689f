#include "ovnlite/flow/classifier.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>

#include "ovnlite/base/random.h"
#include "ovnlite/flow/flow_tables.h"

namespace ovnlite {
namespace {

// What a table does, without any cleverness.
const Flow* LinearSearch(const std::vector<const Flow*>& flows, const FlowKey& key) {
  const Flow* best = nullptr;
  for (const Flow* flow : flows) {
    if (flow->match.Matches(key) && (best == nullptr || Precedes(*flow, *best))) best = flow;
  }
  return best;
}

// Fields with few values, so that random flows and keys meet often.
const FieldRef kFields[] = {field::kEthDst,  field::kEthType,       field::kIp4Src, field::kIp4Dst, field::kIp6Dst,
                            field::kIpProto, field::kIpTtl,         field::kL4Src,  field::kL4Dst,  RegField(0),
                            RegField(1),     field::kLogicalInPort, field::kCtMark};

u128 SmallValue(Random& random, FieldRef f) {
  const u128 low = random.Below(4);
  return random.OneIn(2) ? low : low << (f.width - 2);
}

u128 SomeMask(Random& random, FieldRef f) {
  switch (random.Below(4)) {
    case 0:
      return LowMask(f.width);
    case 1:
      return LowMask(f.width) ^ LowMask(static_cast<int>(random.Below(f.width)));
    case 2:
      return MakeU128(random.Next(), random.Next()) & LowMask(f.width);
    default:
      return u128{1} << random.Below(f.width);
  }
}

Flow RandomFlow(Random& random, int max_tests) {
  Flow flow;
  flow.ops = std::make_shared<const OpList>();
  flow.priority = static_cast<uint16_t>(random.Below(6));
  flow.cookie = static_cast<uint32_t>(random.Next());
  for (int n = static_cast<int>(random.Below(max_tests + 1)); n > 0; --n) {
    const FieldRef f = kFields[random.Below(std::size(kFields))];
    if (random.OneIn(5)) {
      std::vector<ValueSet::Entry> entries;
      for (int i = static_cast<int>(random.Below(4)); i >= 0; --i)
        entries.push_back({SmallValue(random, f), SomeMask(random, f)});
      flow.match.AddSet({f, std::make_shared<const ValueSet>(f.width, entries)});
    } else {
      Match match = flow.match;
      if (match.Add(f, SmallValue(random, f), SomeMask(random, f))) flow.match = match;
    }
  }
  return flow;
}

FlowKey RandomKey(Random& random) {
  FlowKey key;
  for (FieldRef f : kFields) key.Set(f, SmallValue(random, f));
  return key;
}

class ClassifierLaw : public testing::TestWithParam<int> {};

// The two laws of the header: the answer is the linear search's, and it stays the same whatever the bits not looked at
// are.
TEST_P(ClassifierLaw, EqualsLinearSearchAndFlippingUnseenBitsChangesNothing) {
  const uint64_t seed = 1000 + GetParam();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  Random random(seed);
  for (int round = 0; round < 20; ++round) {
    std::deque<Flow> flows;
    std::vector<const Flow*> live;
    Classifier classifier;
    const int count = GetParam();
    for (int i = 0; i < count; ++i) {
      flows.push_back(RandomFlow(random, 3));
      live.push_back(&flows.back());
      classifier.Insert(&flows.back());
      if (random.OneIn(3)) {  // Removals on the way, so that shrinking is tried too.
        const size_t victim = random.Below(live.size());
        classifier.Remove(live[victim]);
        live.erase(live.begin() + static_cast<ptrdiff_t>(victim));
      }
    }
    ASSERT_EQ(classifier.size(), live.size());
    for (int probe = 0; probe < 50; ++probe) {
      const FlowKey key = RandomKey(random);
      FlowKey constant, looked_at;
      for (FieldRef f : kFields) {
        if (random.OneIn(4)) constant.Include(f);
      }
      const Flow* found = classifier.Lookup({key, constant, &looked_at});
      ASSERT_EQ(found, LinearSearch(live, key));
      for (int w = 0; w < kKeyWords; ++w) {
        ASSERT_EQ(looked_at.words[w] & constant.words[w], 0u) << "a constant bit of word " << w << " was charged";
      }
      for (FieldRef f : kFields) {  // One bit at a time, and several at once.
        for (int bit = 0; bit < f.width; ++bit) {
          FlowKey flipped = key;
          flipped.Set(f, key.Get(f) ^ u128{1} << bit);
          FlowKey free_bits;
          free_bits.Include(f, u128{1} << bit);
          bool unseen = true;
          for (int w = 0; w < kKeyWords; ++w)
            unseen &= (free_bits.words[w] & (looked_at.words[w] | constant.words[w])) == 0;
          if (!unseen) continue;
          ASSERT_EQ(LinearSearch(live, flipped), found) << "field word " << int{f.word} << " bit " << bit;
        }
      }
      for (int i = 0; i < 20; ++i) {
        FlowKey other = RandomKey(random);
        for (int w = 0; w < kKeyWords; ++w) {
          const uint64_t fixed = looked_at.words[w] | constant.words[w];
          other.words[w] = (other.words[w] & ~fixed) | (key.words[w] & fixed);
        }
        ASSERT_EQ(LinearSearch(live, other), found);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Sizes, ClassifierLaw, testing::Values(0, 1, 5, 12, 40, 300));

Flow Route(const char* address, int length, uint16_t priority) {
  Flow flow;
  flow.ops = std::make_shared<const OpList>();
  flow.priority = priority;
  uint32_t bits = 0;
  for (int i = 0, octet = 0; address[i] != 0; ++i) {
    octet = address[i] == '.' ? 0 : octet * 10 + (address[i] - '0');
    if (address[i + 1] == '.' || address[i + 1] == 0) bits = bits << 8 | static_cast<uint32_t>(octet);
  }
  flow.match.Add(field::kEthType, 0x800);
  flow.match.Add(field::kIp4Dst, bits, LowMask(32) ^ LowMask(32 - length));
  return flow;
}

// A packet that one /24 covers must not pin its last octet, however many routes there are elsewhere.
TEST(ClassifierTest, OneSlash24IsOneMegaflow) {
  std::deque<Flow> flows;
  Classifier classifier;
  flows.push_back(Route("10.1.2.0", 24, 74));
  flows.push_back(Route("192.168.7.9", 32, 98));
  for (int i = 0; i < 100; ++i) flows.push_back(Route(("172.16." + std::to_string(i) + ".0").c_str(), 24, 74));
  for (const Flow& flow : flows) classifier.Insert(&flow);
  FlowKey key, constant, looked_at;
  key.Set(field::kEthType, 0x800);
  key.Set(field::kIp4Dst, 0x0a010203);
  EXPECT_EQ(classifier.Lookup({key, constant, &looked_at}), &flows[0]);
  EXPECT_EQ(looked_at.Get64(field::kIp4Dst), 0xffffff00u);
  EXPECT_EQ(looked_at.Get64(field::kIp4Src), 0u);
}

TEST(ClassifierTest, PortsOfAnotherAddressAreNotPinned) {
  std::deque<Flow> flows;
  Classifier classifier;
  for (uint16_t port = 1; port <= 50; ++port) {
    Flow flow = Route("10.0.0.1", 32, 100);
    flow.match.Add(field::kIpProto, 6);
    flow.match.Add(field::kL4Dst, port);
    flows.push_back(flow);
  }
  for (const Flow& flow : flows) classifier.Insert(&flow);
  FlowKey key, constant, looked_at;
  key.Set(field::kEthType, 0x800);
  key.Set(field::kIpProto, 6);
  key.Set(field::kIp4Dst, 0x0a000002);
  key.Set(field::kL4Dst, 7);
  EXPECT_EQ(classifier.Lookup({key, constant, &looked_at}), nullptr);
  EXPECT_EQ(looked_at.Get64(field::kL4Dst), 0u);
}

// As the ones for neighbour discovery, which every IPv6 packet comes to.
TEST(ClassifierTest, TypesOfAnotherProtocolDoNotPinPorts) {
  for (const int others : {0, 50}) {  // Scanned, and in subtables.
    std::deque<Flow> flows;
    Classifier classifier;
    for (const uint64_t type : {133, 134, 135, 136}) {
      Flow flow;
      flow.ops = std::make_shared<const OpList>();
      flow.match.Add(field::kEthType, 0x86dd);
      flow.match.Add(field::kIpProto, 58);
      flow.match.Add(field::kL4Src, type);
      flows.push_back(flow);
    }
    for (int i = 0; i < others; ++i) flows.push_back(Route("10.0.0.1", 32, static_cast<uint16_t>(i)));
    for (const Flow& flow : flows) classifier.Insert(&flow);
    FlowKey key, constant, looked_at;
    key.Set(field::kEthType, 0x86dd);
    key.Set(field::kIpProto, 17);
    key.Set(field::kL4Src, 4711);
    EXPECT_EQ(classifier.Lookup({key, constant, &looked_at}), nullptr);
    EXPECT_EQ(looked_at.Get64(field::kL4Src), 0u) << others;
  }
}

TEST(ClassifierTest, PortsPinAPrefixOfOthers) {
  for (const uint16_t count : {1, 50}) {
    std::deque<Flow> flows;
    Classifier classifier;
    for (uint16_t port = 1; port <= count; ++port) {
      Flow flow;
      flow.ops = std::make_shared<const OpList>();
      flow.match.Add(field::kIpProto, 6);
      flow.match.Add(field::kL4Dst, port);
      flows.push_back(flow);
    }
    for (const Flow& flow : flows) classifier.Insert(&flow);
    FlowKey key, constant, looked_at;
    key.Set(field::kIpProto, 6);
    key.Set(field::kL4Dst, 0x4711);
    EXPECT_EQ(classifier.Lookup({key, constant, &looked_at}), nullptr);
    EXPECT_EQ(looked_at.Get64(field::kL4Dst), 0xc000u) << count;
  }
}

TEST(FlowTablesTest, PartsByMetadataAndChanges) {
  FlowTables tables;
  Flow everywhere;
  everywhere.table = 39;
  everywhere.priority = 150;
  everywhere.ops = std::make_shared<const OpList>();
  everywhere.match.Add(field::kFlags, 2, 3);
  Flow here = everywhere;
  here.match = Match();
  here.match.Add(field::kMetadata, 7);
  here.priority = 100;
  const uint64_t empty = tables.generation();
  const FlowId a = tables.Add(everywhere);
  const uint64_t with_a = tables.generation();
  EXPECT_TRUE(tables.ChangedSince(MakeTablePart(39, 7), empty)) << "what fits any metadata fits 7";
  const FlowId b = tables.Add(here);
  EXPECT_TRUE(tables.ChangedSince(MakeTablePart(39, 7), with_a));
  EXPECT_FALSE(tables.ChangedSince(MakeTablePart(39, 8), with_a));
  EXPECT_FALSE(tables.ChangedSince(MakeTablePart(40, 7), empty));
  const uint64_t with_both = tables.generation();
  EXPECT_FALSE(tables.ChangedSince(MakeTablePart(39, 7), with_both));
  FlowKey key;
  key.Set(field::kMetadata, 7);
  const FlowKey constant;
  EXPECT_EQ(tables.Lookup(39, {key, constant, nullptr}), &tables.Get(b));
  key.Set(field::kFlags, 2);
  EXPECT_EQ(tables.Lookup(39, {key, constant, nullptr}), &tables.Get(a));
  key.Set(field::kMetadata, 8);
  EXPECT_EQ(tables.Lookup(39, {key, constant, nullptr}), &tables.Get(a));
  EXPECT_EQ(tables.Lookup(40, {key, constant, nullptr}), nullptr);
  tables.Remove(a);
  EXPECT_EQ(tables.Lookup(39, {key, constant, nullptr}), nullptr);
  EXPECT_TRUE(tables.ChangedSince(MakeTablePart(39, 8), with_both)) << "a flow less is a change too";
  EXPECT_EQ(tables.size(), 1u);
}

}  // namespace
}  // namespace ovnlite
