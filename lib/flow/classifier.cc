#include "ovnlite/flow/classifier.h"

#include <algorithm>
#include <array>
#include <bit>
#include <map>

#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"
#include "ovnlite/base/hash.h"

namespace ovnlite {
namespace {

constexpr bool IsPipelineWord(int word) { return word >= kWordMetadata || word == kWordInPort; }

// The parts of words that hold IP addresses, where a prefix is a natural thing to look at.
constexpr uint64_t AddressBits(int word) {
  return word == kWordIpv4 || (word >= kWordIpv6Src && word < kWordIpv6Dst + 2) ? ~uint64_t{0} : 0;
}

// The L4 ports within kWordIp.
constexpr uint64_t kL4Bits = 0xffffffff;

uint64_t Prefix(int bits) { return bits <= 0 ? 0 : ~uint64_t{0} << (64 - bits); }

// The fields of a word that may fail a test for themselves, the ones that tell most packets apart first. Words that are
// not here hold one field.
struct WordFields {
  uint8_t word;
  std::array<uint64_t, 6> fields;
};
constexpr uint64_t Bits(FieldRef f) { return static_cast<uint64_t>(LowMask(f.width)) << f.shift; }
constexpr WordFields kFieldsOfWords[] = {
    {kWordTunnel, {Bits(field::kTunId), Bits(field::kTunMetadata0)}},
    {kWordCt, {Bits(field::kCtState), Bits(field::kCtZone), Bits(field::kCtMark)}},
    {kWordEthDst, {Bits(field::kEthType), Bits(field::kEthDst)}},
    {kWordEthSrc, {Bits(field::kVlanTci), Bits(field::kEthSrc)}},
    {kWordIpv4, {Bits(field::kIp4Src), Bits(field::kIp4Dst)}},
    {kWordIp,
     {Bits(field::kIpProto), Bits(field::kIpFrag), Bits(field::kIpTtl), Bits(field::kIpTos), Bits(field::kL4Dst),
      Bits(field::kL4Src)}},
    {kWordL4, {Bits(field::kArpOp) | Bits(field::kIp6Label), Bits(field::kTcpFlags), Bits(field::kFrameLength)}},
};

// Of the bits in which a word differs from a test, those of one field.
uint64_t FieldOf(int word, uint64_t differing) {
  for (const WordFields& each : kFieldsOfWords) {
    if (each.word != word) continue;
    for (const uint64_t bits : each.fields) {
      if (differing & bits) return bits;
    }
  }
  return ~uint64_t{0};
}

// The parts of a word where a prefix is a natural thing to look at: addresses, ports.
constexpr uint64_t PrefixBits(int word) { return word == kWordIp ? kL4Bits : AddressBits(word); }

// Charges what proves that a word of the key differs from a test: a constant bit if one differs, else the tested part
// of one field that does, and of an address or a port only the bits down to the first differing one.
void ChargeMismatch(const LookupContext& c, const WordTest& test) {
  if (c.looked_at == nullptr) return;
  const uint64_t differing = (c.key.words[test.word] ^ test.value) & test.mask;
  const uint64_t constant = c.constant.words[test.word];
  if (differing & constant) return;
  const uint64_t field = FieldOf(test.word, differing);
  uint64_t charged = test.mask & field;
  if (field & PrefixBits(test.word)) charged &= Prefix(std::countl_zero(differing & field) + 1);
  c.looked_at->words[test.word] |= charged & ~constant;
}

void Charge(const LookupContext& c, int word, uint64_t mask) {
  if (c.looked_at != nullptr) c.looked_at->words[word] |= mask & ~c.constant.words[word];
}

void Charge(const LookupContext& c, FieldRef field, u128 mask) {
  if (c.looked_at == nullptr) return;
  FlowKey bits;
  bits.Include(field, mask);
  for (int w = field.word; w <= field.word + (field.width > 64); ++w) {
    c.looked_at->words[w] |= bits.words[w] & ~c.constant.words[w];
  }
}

bool Preferred(const Flow* a, const Flow* b) { return Precedes(*a, *b); }

// Checks a flow's set tests. All of them charge what decided them; the first that fails ends it.
bool SetsHold(const LookupContext& c, const Match& match) {
  for (const SetTest& test : match.sets()) {
    const u128 value = c.key.Get(test.field);
    if (c.looked_at != nullptr) Charge(c, test.field, test.set->DecidingBits(value));
    if (!test.set->Contains(value)) return false;
  }
  return true;
}

void ChargeMatch(const LookupContext& c, const Match& match) {
  for (const WordTest& t : match.words()) Charge(c, t.word, t.mask);
}

}  // namespace

// Flows that test the same bits.
class Classifier::Subtable {
 public:
  explicit Subtable(const Match& match) {
    // Pipeline words first: they are checked for nothing. L4 ports last.
    for (const WordTest& t : match.words()) {
      if (IsPipelineWord(t.word)) masks_.push_back({t.word, t.mask});
    }
    pipeline_words_ = masks_.size();
    for (const WordTest& t : match.words()) {
      if (!IsPipelineWord(t.word)) masks_.push_back({t.word, t.mask});
    }
    for (size_t i = pipeline_words_; i < masks_.size(); ++i) {
      const WordMask& m = masks_[i];
      if (m.word == kWordIpv4) {
        AddPrefixes(m.word, m.mask & ~uint64_t{0xffffffff});
        AddPrefixes(m.word, m.mask & 0xffffffff);
      } else if (AddressBits(m.word)) {
        AddPrefixes(m.word, m.mask);
      }
      if (m.word == kWordIp && (m.mask & kL4Bits) != 0) {
        has_l4_ = true;
        for (const FieldRef port : {field::kL4Src, field::kL4Dst}) AddPrefixes(m.word, m.mask & Bits(port));
      }
    }
    has_l4_ = has_l4_ && masks_.size() > 1;
    has_pipeline_ = pipeline_words_ > 0 && pipeline_words_ < masks_.size();
  }

  bool Fits(const Match& match) const {
    if (match.words().size() != masks_.size()) return false;
    return std::all_of(masks_.begin(), masks_.end(),
                       [&match](const WordMask& m) { return match.word(m.word).mask == m.mask; });
  }

  void Insert(const Flow* flow) {
    const FlowKey key = KeyOf(*flow);
    const uint64_t hash = Hash(key, masks_.size(), ~uint64_t{0});
    NoteInFilter(hash);
    auto& bucket = buckets_[hash];
    bucket.insert(std::upper_bound(bucket.begin(), bucket.end(), flow, Preferred), flow);
    if (has_pipeline_) ++pipeline_[Hash(key, pipeline_words_, ~uint64_t{0})];
    if (has_l4_) ++without_l4_[Hash(key, masks_.size(), ~kL4Bits)];
    for (PrefixList& list : prefixes_) ++list.values[key.words[list.word] & list.mask];
    ++priorities_[flow->priority];
    ++size_;
  }

  void Remove(const Flow* flow) {
    const FlowKey key = KeyOf(*flow);
    const auto found = buckets_.find(Hash(key, masks_.size(), ~uint64_t{0}));
    auto& bucket = found->second;
    bucket.erase(std::find(bucket.begin(), bucket.end(), flow));
    if (bucket.empty()) {
      buckets_.erase(found);
      if (buckets_.size() <= kFilterBits / 2) MakeFilter();
    }
    if (has_pipeline_) Drop(pipeline_, Hash(key, pipeline_words_, ~uint64_t{0}));
    if (has_l4_) Drop(without_l4_, Hash(key, masks_.size(), ~kL4Bits));
    for (PrefixList& list : prefixes_) Drop(list.values, key.words[list.word] & list.mask);
    Drop(priorities_, flow->priority);
    --size_;
  }

  void AppendTo(std::vector<const Flow*>& all) const {
    for (const auto& [hash, bucket] : buckets_)
      all.insert(all.end(), bucket.begin(), bucket.end());  // Sorted by the caller.
  }

  size_t size() const { return size_; }
  int max_priority() const { return priorities_.rbegin()->first; }

  const Flow* Lookup(const LookupContext& c) const {
    if (c.looked_at != nullptr && RuledOutCheaply(c)) return nullptr;
    const uint64_t hash = Hash(c.key, masks_.size(), ~uint64_t{0});
    if (!MayHave(hash)) return nullptr;
    const auto found = buckets_.find(hash);
    if (found == buckets_.end()) return nullptr;
    const Flow* best = nullptr;
    for (const Flow* flow : found->second) {
      if (best != nullptr && flow->priority < best->priority) break;
      const auto& words = flow->match.words();
      const bool equal = std::all_of(words.begin(), words.end(),
                                     [&c](const WordTest& t) { return (c.key.words[t.word] & t.mask) == t.value; });
      if (!equal || !SetsHold(c, flow->match)) continue;
      if (c.ties == nullptr) return flow;
      if (best == nullptr || c.Prefers(*flow, *best)) best = flow;
    }
    return best;
  }

 private:
  // The distinct values of an address or a port of the mask, in order: what rules the subtable out by a prefix.
  struct PrefixList {
    uint8_t word;
    uint64_t mask;
    absl::btree_map<uint64_t, uint32_t> values;  // Value to number of flows.
  };

  // Only contiguous runs of a field have neighbours that bound the distance to every other value.
  void AddPrefixes(uint8_t word, uint64_t mask) {
    if (mask == 0) return;
    const int zeros = std::countl_zero(mask);
    const bool starts_a_field =
        zeros == 0 || (word == kWordIpv4 && zeros == 32) || (word == kWordIp && (zeros == 32 || zeros == 48));
    const uint64_t run = mask << zeros;
    if (starts_a_field && run == Prefix(std::popcount(mask))) prefixes_.push_back({word, mask, {}});
  }

  // Whether a part of the mask shows that no flow matches; charges that part, or all of the mask.
  bool RuledOutCheaply(const LookupContext& c) const {
    for (size_t i = 0; i < pipeline_words_; ++i) Charge(c, masks_[i].word, masks_[i].mask);
    if (has_pipeline_ && !pipeline_.contains(Hash(c.key, pipeline_words_, ~uint64_t{0}))) return true;
    for (const PrefixList& list : prefixes_) {
      if (list.word != kWordIp && RuledOut(c, list)) return true;
    }
    const bool by_l4 = has_l4_ && !without_l4_.contains(Hash(c.key, masks_.size(), ~kL4Bits));
    if (!by_l4) {
      for (const PrefixList& list : prefixes_) {
        if (list.word == kWordIp && RuledOut(c, list)) return true;
      }
    }
    for (const WordMask& m : masks_) Charge(c, m.word, by_l4 && m.word == kWordIp ? m.mask & ~kL4Bits : m.mask);
    return by_l4;
  }

  static bool RuledOut(const LookupContext& c, const PrefixList& list) {
    const uint64_t value = c.key.words[list.word] & list.mask;
    const auto next = list.values.lower_bound(value);
    if (next != list.values.end() && next->first == value) return false;
    // No stored value agrees with this one further than its neighbours in order do.
    int common = 0;
    if (next != list.values.end()) common = std::max(common, std::countl_zero(next->first ^ value));
    if (next != list.values.begin()) common = std::max(common, std::countl_zero(std::prev(next)->first ^ value));
    Charge(c, list.word, list.mask & Prefix(common + 1));
    return true;
  }

  // Hash of the first `n` words; the mask of kWordIp is narrowed to `ip_bits`.
  uint64_t Hash(const FlowKey& key, size_t n, uint64_t ip_bits) const {
    uint64_t h = n;
    for (size_t i = 0; i < n; ++i) {
      const uint64_t mask = masks_[i].word == kWordIp ? masks_[i].mask & ip_bits : masks_[i].mask;
      h = HashMix(h, key.words[masks_[i].word] & mask);
    }
    return h;
  }

  // One bit for some of the hashes there are: most subtables are small, and most lookups find nothing in them.
  static constexpr size_t kFilterBits = 256;
  void NoteInFilter(uint64_t hash) { filter_[hash % kFilterBits / 64] |= uint64_t{1} << hash % 64; }
  bool MayHave(uint64_t hash) const { return filter_[hash % kFilterBits / 64] >> hash % 64 & 1; }
  void MakeFilter() {
    filter_ = {};
    for (const auto& [hash, bucket] : buckets_) NoteInFilter(hash);
  }

  static FlowKey KeyOf(const Flow& flow) {
    FlowKey key;
    for (const WordTest& t : flow.match.words()) key.words[t.word] = t.value;
    return key;
  }

  template <typename M, typename K>
  static void Drop(M& counts, K key) {
    const auto found = counts.find(key);
    if (--found->second == 0) counts.erase(found);
  }

  struct WordMask {
    uint8_t word;
    uint64_t mask;
  };

  // What most lookups look at and no more comes first.
  size_t pipeline_words_ = 0;
  bool has_pipeline_ = false;
  bool has_l4_ = false;
  size_t size_ = 0;
  std::array<uint64_t, kFilterBits / 64> filter_{};
  absl::InlinedVector<WordMask, 6> masks_;
  absl::flat_hash_map<uint64_t, absl::InlinedVector<const Flow*, 1>> buckets_;
  absl::flat_hash_map<uint64_t, uint32_t> pipeline_;
  absl::flat_hash_map<uint64_t, uint32_t> without_l4_;
  std::vector<PrefixList> prefixes_;
  std::map<int, uint32_t> priorities_;
};

Classifier::Classifier() = default;
Classifier::~Classifier() = default;
Classifier::Classifier(Classifier&&) noexcept = default;
Classifier& Classifier::operator=(Classifier&&) noexcept = default;

void Classifier::Insert(const Flow* flow) {
  ++size_;
  if (!subtables_.empty()) {
    InsertIntoSubtable(flow);
    return;
  }
  few_.insert(std::upper_bound(few_.begin(), few_.end(), flow, Preferred), flow);
  if (few_.size() > kScanLimit) {
    for (const Flow* each : few_) InsertIntoSubtable(each);
    few_.clear();
  }
  PackFew();
}

void Classifier::PackFew() {
  few_words_.clear();
  few_ends_.clear();
  for (const Flow* flow : few_) {
    few_words_.insert(few_words_.end(), flow->match.words().begin(), flow->match.words().end());
    few_ends_.push_back(static_cast<uint32_t>(few_words_.size()));
  }
}

void Classifier::Remove(const Flow* flow) {
  --size_;
  if (subtables_.empty()) {
    few_.erase(std::find(few_.begin(), few_.end(), flow));
    PackFew();
    return;
  }
  const auto fitting = SubtableOf(*flow);
  fitting->subtable->Remove(flow);
  if (fitting->subtable->size() == 0) {
    subtables_.erase(fitting);
  } else {
    Rank(*fitting);
  }
  if (size_ <= kScanLimit / 2) {  // Not at kScanLimit: an edit back and forth should not rebuild each time.
    few_ = flows();
    subtables_.clear();
    PackFew();
  }
}

std::vector<const Flow*> Classifier::flows() const {
  std::vector<const Flow*> all = few_;
  for (const Ranked& ranked : subtables_) ranked.subtable->AppendTo(all);
  if (!subtables_.empty()) std::sort(all.begin(), all.end(), Preferred);
  return all;
}

std::vector<Classifier::Ranked>::iterator Classifier::SubtableOf(const Flow& flow) {
  return std::find_if(subtables_.begin(), subtables_.end(),
                      [&flow](const Ranked& ranked) { return ranked.subtable->Fits(flow.match); });
}

void Classifier::InsertIntoSubtable(const Flow* flow) {
  auto fitting = SubtableOf(*flow);
  if (fitting == subtables_.end()) {
    fitting = subtables_.insert(subtables_.end(), Ranked{-1, std::make_unique<Subtable>(flow->match)});
  }
  fitting->subtable->Insert(flow);
  Rank(*fitting);
}

void Classifier::Rank(Ranked& changed) {
  if (changed.max_priority == changed.subtable->max_priority()) return;
  changed.max_priority = changed.subtable->max_priority();
  std::stable_sort(subtables_.begin(), subtables_.end(),
                   [](const Ranked& a, const Ranked& b) { return a.max_priority > b.max_priority; });
}

const Flow* Classifier::Scan(const LookupContext& c) const {
  const WordTest* test = few_words_.data();
  const Flow* best = nullptr;
  for (size_t i = 0; i < few_.size(); ++i) {
    if (best != nullptr && few_[i]->priority < best->priority) break;
    const WordTest* const end = few_words_.data() + few_ends_[i];
    const WordTest* failed = nullptr;
    for (; test != end; ++test) {
      const uint64_t differing = (c.key.words[test->word] ^ test->value) & test->mask;
      if (differing == 0) continue;
      if (failed == nullptr) failed = test;
      if (differing & c.constant.words[test->word]) {
        failed = test;
        break;  // A failure that costs nothing.
      }
    }
    test = end;
    if (failed != nullptr) {
      ChargeMismatch(c, *failed);
      continue;
    }
    const Flow* flow = few_[i];
    if (!SetsHold(c, flow->match)) continue;
    ChargeMatch(c, flow->match);
    if (c.ties == nullptr) return flow;
    if (best == nullptr || c.Prefers(*flow, *best)) best = flow;
  }
  return best;
}

const Flow* Classifier::Lookup(const LookupContext& c) const {
  if (subtables_.empty()) return Scan(c);
  const Flow* best = nullptr;
  for (const Ranked& ranked : subtables_) {
    if (best != nullptr && ranked.max_priority < best->priority) break;
    const Flow* found = ranked.subtable->Lookup(c);
    if (found != nullptr && (best == nullptr || c.Prefers(*found, *best))) best = found;
  }
  return best;
}

}  // namespace ovnlite
