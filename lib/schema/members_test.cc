#include "ovnlite/schema/members.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

namespace ovnlite {
namespace {

std::vector<std::string> Texts(const MembersView& members) {
  std::vector<std::string> texts;
  for (auto it = members.begin(); !it.at_end(); it.Advance()) texts.push_back(it.key().ToAtom(members.key_type()).ToString());
  return texts;
}

TEST(MembersTest, AreInOrderOfTheirType) {
  Members numbers;
  for (int64_t n : {10, -1, 9, 10}) numbers.Insert(n);
  EXPECT_EQ(Texts(numbers), (std::vector<std::string>{"-1", "9", "10"}));
  Members words;
  for (const char* word : {"b", "", "a", "B", "\xc3\xa9"}) words.Insert(word);
  EXPECT_EQ(Texts(words), (std::vector<std::string>{"", "B", "a", "b", "\xc3\xa9"}));
  Members reals;
  for (double x : {0.5, -2.0, 1e9}) reals.Insert(AtomRef(Atom::Real(x)));
  EXPECT_EQ(Texts(reals), (std::vector<std::string>{"-2", "0.5", "1000000000"}));
}

TEST(MembersTest, SaysWhetherAnythingChanged) {
  Members set;
  EXPECT_TRUE(set.Insert("a"));
  EXPECT_FALSE(set.Insert("a"));
  EXPECT_FALSE(set.Erase("b"));
  EXPECT_TRUE(set.Erase("a"));
  EXPECT_TRUE(set.empty());
  Members map;
  EXPECT_TRUE(map.Set("k", "1"));
  EXPECT_FALSE(map.Set("k", "1"));
  EXPECT_TRUE(map.Set("k", "2"));
  EXPECT_EQ(map.FindValue("k")->text(), "2");
  EXPECT_EQ(map.FindValue("l"), nullptr);
  const Members shared = map;
  EXPECT_FALSE(map.Set("k", "2"));
  EXPECT_EQ(map.root(), shared.root()) << "nothing was copied";
}

TEST(MembersTest, TellsWhatStandsThereTwice) {
  std::optional<Atom> twice;
  const Members set = Members::Of(AtomType::kInteger, {Atom::Integer(3), Atom::Integer(1), Atom::Integer(3)}, &twice);
  EXPECT_EQ(set.size(), 2u);
  ASSERT_TRUE(twice.has_value());
  EXPECT_EQ(twice->integer(), 3);
  twice.reset();
  const Members map = Members::Of(AtomType::kString, AtomType::kInteger,
                                  {{Atom::String("a"), Atom::Integer(1)}, {Atom::String("a"), Atom::Integer(2)}}, &twice);
  EXPECT_EQ(map.size(), 1u);
  EXPECT_EQ(map.FindValue("a")->high, 2u);
  EXPECT_TRUE(twice.has_value());
}

// Against std::set, with an old version kept at each step: versions do not disturb one another, and their difference is
// the edits between them.
TEST(MembersTest, BehavesAsASetInAllItsVersions) {
  for (uint32_t seed = 1; seed <= 20; ++seed) {
    std::mt19937_64 random(seed);
    const int64_t range = seed % 2 == 0 ? 50 : 5000;
    Members set;
    std::set<int64_t> naive;
    std::vector<std::pair<Members, std::set<int64_t>>> versions;
    for (int step = 0; step < 3000; ++step) {
      const int64_t value = static_cast<int64_t>(random() % static_cast<uint64_t>(range));
      const bool growing = step < 1500;
      if (random() % 4 < (growing ? 3u : 1u)) {
        EXPECT_EQ(set.Insert(value), naive.insert(value).second);
      } else {
        EXPECT_EQ(set.Erase(value), naive.erase(value) > 0);
      }
      ASSERT_EQ(set.size(), naive.size());
      if (step % 97 == 0) versions.emplace_back(set, naive);
    }
    for (const auto& [version, expected] : versions) {
      std::vector<int64_t> values;
      for (auto it = version.begin(); !it.at_end(); it.Advance()) values.push_back(static_cast<int64_t>(it.key().high));
      EXPECT_EQ(values, std::vector<int64_t>(expected.begin(), expected.end()));
      std::vector<Atom> atoms;
      for (int64_t value : expected) atoms.push_back(Atom::Integer(value));
      EXPECT_TRUE(Members::Of(AtomType::kInteger, atoms) == version) << "equal by content, however they came to be";
    }
    for (size_t i = 1; i < versions.size(); ++i) {
      std::vector<int64_t> removed, added, expected_removed, expected_added;
      DiffMembers(
          versions[i - 1].first, versions[i].first,
          [&](const AtomBits& key, const AtomBits*) { removed.push_back(static_cast<int64_t>(key.high)); },
          [&](const AtomBits& key, const AtomBits*) { added.push_back(static_cast<int64_t>(key.high)); });
      const auto &before = versions[i - 1].second, &after = versions[i].second;
      std::set_difference(before.begin(), before.end(), after.begin(), after.end(), std::back_inserter(expected_removed));
      std::set_difference(after.begin(), after.end(), before.begin(), before.end(), std::back_inserter(expected_added));
      EXPECT_EQ(removed, expected_removed);
      EXPECT_EQ(added, expected_added);
    }
  }
}

TEST(MembersTest, BehavesAsAMap) {
  std::mt19937_64 random(7);
  Members map;
  std::map<std::string, std::string> naive;
  Members before = map;
  std::map<std::string, std::string> naive_before;
  for (int step = 0; step < 5000; ++step) {
    const std::string key = std::to_string(random() % 700), value = std::to_string(random() % 3);
    if (random() % 3 != 0) {
      map.Set(key, value);
      naive[key] = value;
    } else {
      EXPECT_EQ(map.Erase(key), naive.erase(key) > 0);
    }
    if (step % 500 != 0) continue;
    std::map<std::string, std::string> patched = naive_before;
    DiffMembers(
        before, map, [&](const AtomBits& k, const AtomBits*) { patched.erase(std::string(k.text())); },
        [&](const AtomBits& k, const AtomBits* v) { patched[std::string(k.text())] = std::string(v->text()); });
    EXPECT_EQ(patched, naive);
    before = map;
    naive_before = naive;
  }
  for (const auto& [key, value] : naive) EXPECT_EQ(map.FindValue(key)->text(), value);
}

// How many nodes two versions have of their own.
size_t OwnNodes(const MemberNode* node, const std::set<const MemberNode*>& others) {
  if (others.contains(node)) return 0;
  size_t own = 1;
  for (int i = 0; node->level > 0 && i < node->count; ++i) own += OwnNodes(node->children()[i], others);
  return own;
}
void Collect(const MemberNode* node, std::set<const MemberNode*>& nodes) {
  nodes.insert(node);
  for (int i = 0; node->level > 0 && i < node->count; ++i) Collect(node->children()[i], nodes);
}

TEST(MembersTest, OneMemberOfManyCostsAFewNodes) {
  for (const int64_t size : {100, 10'000, 100'000}) {
    Members set;
    for (int64_t i = 0; i < size; ++i) set.Insert(i * 7919 % 1'000'003);
    const Members before = set;
    set.Insert(int64_t{2'000'000});
    std::set<const MemberNode*> nodes;
    Collect(before.root(), nodes);
    EXPECT_LE(OwnNodes(set.root(), nodes), 5u) << size;
  }
}

TEST(MembersTest, ItsHashAndEqualityGoByContent) {
  Members a, b;
  for (int64_t i = 0; i < 1000; ++i) a.Insert(i);
  for (int64_t i = 999; i >= 0; --i) b.Insert(i);
  EXPECT_EQ(a.hash(), b.hash());
  EXPECT_TRUE(a == b);
  b.Erase(int64_t{5});
  EXPECT_FALSE(a == b);
  b.Insert(int64_t{5000});
  EXPECT_FALSE(a == b);
}

}  // namespace
}  // namespace ovnlite
