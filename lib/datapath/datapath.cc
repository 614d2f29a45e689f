#include "ovnlite/datapath/datapath.h"

#include <algorithm>
#include <array>
#include <deque>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/strings/str_cat.h"
#include "lib/datapath/megaflow_cache.h"
#include "lib/datapath/outbox.h"
#include "lib/datapath/recirculation.h"
#include "ovnlite/datapath/translate.h"
#include "ovnlite/packet/extract.h"
#include "ovnlite/packet/flow_hash.h"

namespace ovnlite {
namespace {

// Where in a batch something comes from; what comes of answers leaves behind everything else.
using Cause = Outbox::Cause;
constexpr Cause kAnswer = ~Cause{0};

// Copies at most before what has gathered is sent.
constexpr size_t kMaxCopies = 1'024;
// What a translation costs, in megaflows looked at.
constexpr int64_t kTranslationWork = 16;

// Packets that go through the tables together.
struct Pass {
  int n = 0;
  std::array<Packet*, kBatchSize> packets;
  std::array<PacketKey, kBatchSize> keys{};
  std::array<PacketLayout, kBatchSize> layouts;
  std::array<Cause, kBatchSize> causes;
  std::array<int, kBatchSize> generations;
};

// A packet for the next pass.
struct Again {
  Packet* packet;
  PacketKey key;
  PacketLayout layout;
  Cause cause;
  int generation;
};

// A packet on its way through the slow path: an answer, one that had paused, one from a waiting room.
struct Job {
  Packet packet;
  FlowKey key;
  Resumption where;
  int generation = 0;
};

}  // namespace

struct Datapath::State {
  State(const FlowTables& t, const Clock& c, DatapathHost& h, ConnectionTracker* ct, const Options& o)
      : tables(t), translator(t), clock(c), host(h), tracker(ct), options(o) {
    for (int i = 0; i < kBatchSize; ++i) {
      arrivals.causes[static_cast<size_t>(i)] = static_cast<Cause>(i);
      arrivals.generations[static_cast<size_t>(i)] = 0;
    }
  }

  const FlowTables& tables;
  const Translator translator;
  const Clock& clock;
  DatapathHost& host;
  ConnectionTracker* const tracker;
  const Options options;
  DatapathCounters counters;
  MegaflowCache cache;
  Recirculation recirculation;
  std::vector<uint32_t> released;  // Ids of programs that are no more; given back when no packet can have them.
  Outbox outbox;
  uint64_t exits_generation = 1;
  Pass arrivals;             // Words of the connection stay zero.
  Pass later;                // The same for packets that come again.
  std::vector<Again> again;  // They are waiting for that.
  std::deque<Packet> kept;   // Copies for `again`.
  size_t used_kept = 0;
  std::deque<Job> jobs;
  Program uncached;  // Of a packet for which the cache had no place.
  bool running = false;
  Instant now = 0;
  // What flows had handled in programs that are no more.
  absl::btree_map<FlowId, FlowStatistics> statistics;
  FlowId statistics_checked = 0;  // Up to here, in this round.
  // Going through the megaflows.
  bool in_round = false;
  Instant round_began = 0;
  uint64_t round_generation = 0;    // Of the flow tables, when it began.
  uint64_t checked_generation = 0;  // That all megaflows are of, at least.

  // -- Programs -----------------------------------------------------------------------------------------------------

  // Takes over a program that is going to be run.
  void Adopt(Program& program) {
    for (Effect& effect : program.effects) {
      if (effect.kind != Effect::Kind::kTrack || effect.op->ct().recirc_table == 0xff) continue;
      effect.recirculation =
          recirculation.Acquire({effect.op->ct().recirc_table, effect.state->key.pipeline(), effect.state->stack});
    }
  }
  void Release(const Program& program) {
    for (const Effect& effect : program.effects) {
      if (effect.recirculation != 0) released.push_back(effect.recirculation);
    }
  }

  // The program for a packet with this key; nothing when the place that it would go on from is gone.
  bool Translate(const PacketKey& key, Program& program) {
    const auto id = static_cast<uint32_t>(key.Get64(field::kRecircId));
    if (id == 0) {
      program = translator.Run(FlowKey(key), options.first_table);
    } else {
      const RecirculationPlace* const place = recirculation.Find(id);
      if (place == nullptr) return false;
      program = translator.Run(FlowKey(key, place->pipeline), {.table = place->table, .stack = place->stack});
    }
    Adopt(program);
    return true;
  }

  void Remove(Megaflow* megaflow) {
    Credit(*megaflow);
    Release(megaflow->detail->program);
    cache.Remove(megaflow);
  }

  // Whether a megaflow holds for the tables as they are. It is translated again where it depends on what has changed;
  // the masked key stands for all packets of it. It stays if that looks at nothing more, whatever it comes to;
  // otherwise it is removed, and the next packet brings what is right.
  bool Recheck(Megaflow* megaflow) {
    const Program& program = megaflow->detail->program;
    const uint64_t since = std::exchange(megaflow->checked, tables.generation());
    const bool touched = std::any_of(program.consulted.begin(), program.consulted.end(),
                                     [&](TablePart part) { return tables.ChangedSince(part, since); });
    if (!touched) return true;
    ++counters.revalidations;
    Program anew;
    bool fits = Translate(MegaflowCache::KeyOf(*megaflow), anew);
    for (size_t w = 0; fits && w < kPacketWords; ++w) fits = (anew.mask.words[w] & ~program.mask.words[w]) == 0;
    if (!fits) {
      Release(anew);
      Remove(megaflow);
      return false;
    }
    anew.mask = program.mask;
    Credit(*megaflow);
    Release(program);
    cache.Replace(megaflow, std::move(anew));
    return true;
  }

  // The megaflow of packet `i`, right as the tables are now; null when it goes without one, by `uncached`, or when
  // there is no program for it at all.
  Megaflow* Find(const Pass& pass, int i, Megaflow* found) {
    if (found != nullptr && found->checked == tables.generation() && !found->removed) {
      ++counters.cache_hits;
      return found;
    }
    return FindAnew(pass.keys[static_cast<size_t>(i)], found);
  }

  Megaflow* FindAnew(const PacketKey& key, Megaflow* found) {
    // An earlier packet of this batch may have brought one.
    if (found == nullptr || found->removed) cache.Lookup(&key, 1, &found);
    while (found != nullptr && found->checked != tables.generation() && !Recheck(found)) cache.Lookup(&key, 1, &found);
    if (found != nullptr) {
      ++counters.cache_hits;
      return found;
    }
    ++counters.translations;
    Program program;
    if (!Translate(key, program)) {
      uncached = Program();
      return nullptr;
    }
    if (cache.size() < options.max_megaflows) {
      if (cache.size() == 0) checked_generation = tables.generation();
      return cache.Insert(key, std::move(program), now, tables.generation());
    }
    ++counters.uncached;
    uncached = std::move(program);
    return nullptr;
  }

  // -- Leaving ------------------------------------------------------------------------------------------------------

  Exit* ExitOf(Effect& effect) {
    if (effect.exit_generation != exits_generation) {
      effect.exit = host.ExitTo(effect.port, effect.tunnel);
      effect.exit_generation = exits_generation;
    }
    return effect.exit;
  }

  // Sends packets, which are the effect's to change.
  void Send(const Effect& effect, Exit* exit, Packet* const* packets, PacketLayout* layouts, const Cause* causes,
            const PacketKey* const* keys, int n) {
    effect.rewrite.Apply(packets, layouts, n);
    if (exit->spreads_flows()) {
      for (int i = 0; i < n; ++i) {
        packets[i]->tunnel = effect.tunnel;
        packets[i]->flow_hash = FlowHash(*keys[i]);
      }
    }
    outbox.Put(exit, packets, causes, n);
  }

  // Takes packets through effects that all send. The last one may have the packets themselves.
  void SendThrough(Effect* effects, size_t count, Packet* const* packets, PacketLayout* layouts, const Cause* causes,
                   const PacketKey* const* keys, int n) {
    for (size_t e = 0; e < count; ++e) {
      Exit* const exit = ExitOf(effects[e]);
      if (exit == nullptr) {
        counters.no_exit += static_cast<uint64_t>(n);
      } else if (e + 1 == count) {
        Send(effects[e], exit, packets, layouts, causes, keys, n);
      } else {
        Packet* copies[kBatchSize];
        PacketLayout copied[kBatchSize];
        for (int i = 0; i < n; ++i) copies[i] = &outbox.Copy(*packets[i]);
        std::copy_n(layouts, n, copied);
        Send(effects[e], exit, copies, copied, causes, keys, n);
      }
    }
  }

  void Flush() { counters.transmitted += outbox.Flush(); }

  // -- Running a batch ------------------------------------------------------------------------------------------------

  // Packets begin to end - 1 of a pass, whose megaflows only send: by megaflow.
  void SendRun(Pass& pass, Megaflow* const* found, int begin, int end) {
    const bool one = std::all_of(found + begin, found + end, [&](const Megaflow* m) { return m == found[begin]; });
    const PacketKey* keys[kBatchSize];
    if (one) {
      for (int i = begin; i < end; ++i) keys[i] = &pass.keys[static_cast<size_t>(i)];
      return SendGroup(*found[begin], &pass.packets[begin], &pass.layouts[begin], &pass.causes[begin], keys + begin,
                       end - begin);
    }
    // Sorted by group, in order of first appearance: packets of one group stay in order.
    Megaflow* groups[kBatchSize];
    int sizes[kBatchSize] = {};
    int group_count = 0;
    for (int i = begin; i < end; ++i) {
      Megaflow& m = *found[i];
      if (m.group >= group_count || groups[m.group] != &m) {
        m.group = static_cast<uint8_t>(group_count);
        groups[group_count++] = &m;
      }
      ++sizes[m.group];
    }
    int at[kBatchSize];
    for (int g = 0, sum = 0; g < group_count; sum += sizes[g++]) at[g] = sum;
    Packet* packets[kBatchSize];
    PacketLayout layouts[kBatchSize];
    Cause causes[kBatchSize];
    for (int i = begin; i < end; ++i) {
      const int to = at[found[i]->group]++;
      const auto from = static_cast<size_t>(i);
      packets[to] = pass.packets[from];
      layouts[to] = pass.layouts[from];
      causes[to] = pass.causes[from];
      keys[to] = &pass.keys[from];
    }
    for (int g = 0, first = 0; g < group_count; first += sizes[g++]) {
      SendGroup(*groups[g], packets + first, layouts + first, causes + first, keys + first, sizes[g]);
    }
  }

  void SendGroup(Megaflow& megaflow, Packet* const* packets, PacketLayout* layouts, const Cause* causes,
                 const PacketKey* const* keys, int n) {
    Count(megaflow, packets, n);
    if (megaflow.effect_count == 0) counters.dropped += static_cast<uint64_t>(n);
    SendThrough(megaflow.effects, megaflow.effect_count, packets, layouts, causes, keys, n);
  }

  void Count(Megaflow& megaflow, Packet* const* packets, int n) {
    uint64_t bytes = 0;
    for (int i = 0; i < n; ++i) bytes += packets[i]->size();
    megaflow.packets += static_cast<uint64_t>(n);
    megaflow.bytes += bytes;
    megaflow.used = now;
  }

  // One packet through effects of any kind. What they call may edit the flow tables, and may not go on with this
  // packet.
  void RunOne(Effect* effects, size_t count, Packet& packet, const PacketLayout& layout, const PacketKey& key,
              Cause cause, int generation) {
    if (count == 0) ++counters.dropped;
    for (size_t e = 0; e < count; ++e) {
      Effect& effect = effects[e];
      const bool is_last = e + 1 == count;
      if (effect.kind != Effect::Kind::kOutput) {
        Special(effect, packet, is_last, layout, key, cause, generation);
        continue;
      }
      Exit* const exit = ExitOf(effect);
      if (exit == nullptr) {
        ++counters.no_exit;
        continue;
      }
      Packet* const sent = is_last ? &packet : &outbox.Copy(packet);
      PacketLayout at = layout;
      const PacketKey* const keys = &key;
      Send(effect, exit, &sent, &at, &cause, &keys, 1);
    }
    if (outbox.copies() > kMaxCopies) Flush();
  }

  // Packets of this hypervisor's own, that live until everything is finished.
  Packet& Kept() {
    if (used_kept == kept.size()) kept.emplace_back();
    return kept[used_kept++];
  }
  Packet& Keep(const Packet& packet) {
    Packet& copy = Kept();
    copy.CopyFrom(packet);
    return copy;
  }

  void Special(const Effect& effect, Packet& arrived, bool is_last, const PacketLayout& layout,
               const PacketKey& arrived_key, Cause cause, int generation) {
    Packet& packet = is_last ? arrived : Keep(arrived);
    effect.rewrite.Apply(packet, layout);
    PacketLayout new_layout;
    FlowKey key = effect.KeyOf(packet, arrived_key, &new_layout);
    Onward onward = Follow(effect, packet, key, tracker);
    if (effect.kind == Effect::Kind::kTrack && tracker == nullptr) ++counters.no_tracker;
    if (effect.kind == Effect::Kind::kRespond && !onward.why.ok()) ++counters.invalid_for_reply;
    if (effect.kind != Effect::Kind::kTrack && effect.kind != Effect::Kind::kRespond) ++counters.unanswered;
    counters.replies += onward.is_answer;
    if (onward.asked.has_value()) {
      ++counters.handed_over;
      onward.asked->generation = generation;
      host.OnPacketIn(*std::move(onward.asked));
    }
    switch (onward.kind) {
      case Onward::Kind::kEnds:
      case Onward::Kind::kSent:
        return;
      case Onward::Kind::kHandedOver:
        ++counters.handed_over;
        if (!host.OnPacketIn({effect.op, std::move(packet), key, effect.rest, generation})) ++counters.unanswered;
        return;
      case Onward::Kind::kGoesOn:
        break;
    }
    if (generation >= kMaxGenerations) {
      ++counters.loops;
    } else if (onward.where.table >= 0) {
      again.push_back({&packet, key.packet(), new_layout, cause, generation + 1});
      again.back().key.Set(field::kRecircId, effect.recirculation);
    } else {
      jobs.push_back({std::move(packet), key, std::move(onward.where), generation + 1});
    }
  }

  void RunPass(Pass& pass) {
    Megaflow* found[kBatchSize];
    cache.Lookup(pass.keys.data(), pass.n, found);
    for (int i = 0; i < pass.n; ++i) {
      if (found[i] != nullptr) __builtin_prefetch(found[i]->effects);
    }
    for (int begin = 0; begin < pass.n;) {
      // As many as only send go together; the others, which may do anything, by themselves.
      int end = begin;
      for (; end < pass.n; ++end) {
        found[end] = Find(pass, end, found[end]);
        if (found[end] == nullptr || !found[end]->only_sends) break;
      }
      if (end > begin) SendRun(pass, found, begin, end);
      begin = end;
      if (begin == pass.n) return;
      RunAlone(pass, begin, found[begin]);
      ++begin;
    }
  }

  void RunAlone(Pass& pass, int i, Megaflow* megaflow) {
    const auto at = static_cast<size_t>(i);
    Packet& packet = *pass.packets[at];
    if (megaflow != nullptr) {
      Count(*megaflow, &pass.packets[at], 1);
      return RunOne(megaflow->effects, megaflow->effect_count, packet, pass.layouts[at], pass.keys[at], pass.causes[at],
                    pass.generations[at]);
    }
    Program program = std::move(uncached);
    Credit(program, 1, packet.size());
    RunOne(program.effects.data(), program.effects.size(), packet, pass.layouts[at], pass.keys[at], pass.causes[at],
           pass.generations[at]);
    Release(program);
  }

  void RunJob() {
    Job job = std::move(jobs.front());
    jobs.pop_front();
    const PacketLayout layout = ExtractFlowKey(job.packet, job.key);
    job.key.Set(field::kFrameLength, job.packet.size());
    ++counters.translations;
    ++counters.uncached;
    Program program = translator.Run(job.key, job.where);
    Adopt(program);
    Credit(program, 1, job.packet.size());
    Packet& packet = Kept() = std::move(job.packet);
    RunOne(program.effects.data(), program.effects.size(), packet, layout, job.key.packet(), kAnswer, job.generation);
    Release(program);
  }

  // What is left to do of the packets that came.
  void Finish() {
    while (!again.empty() || !jobs.empty()) {
      if (again.empty()) {
        RunJob();
        continue;
      }
      // The oldest first, as many as make a pass.
      const size_t n = std::min<size_t>(again.size(), kBatchSize);
      for (size_t i = 0; i < n; ++i) {
        const Again& item = again[i];
        later.packets[i] = item.packet;
        later.keys[i] = item.key;
        later.layouts[i] = item.layout;
        later.causes[i] = item.cause;
        later.generations[i] = item.generation;
      }
      again.erase(again.begin(), again.begin() + static_cast<std::ptrdiff_t>(n));
      later.n = static_cast<int>(n);
      counters.recirculated += n;
      RunPass(later);
    }
    Flush();
    used_kept = 0;
    if (kept.size() > kMaxCopies) kept.resize(kMaxCopies);
    cache.Reclaim();
    for (const uint32_t id : released) recirculation.Release(id);
    released.clear();
    running = false;
  }

  void Process(const PacketBatch& batch) {
    if (batch.empty()) return;
    running = true;
    now = std::max(now, batch[0]->time != 0 ? batch[0]->time : clock.Now());
    const int n = batch.size();
    arrivals.n = n;
    for (int i = 0; i < n; ++i) {
      const auto at = static_cast<size_t>(i);
      Packet* const packet = batch[i];
      PacketKey& key = arrivals.keys[at];
      arrivals.packets[at] = packet;
      key.words[kWordInPort] = uint64_t{packet->in_port} << field::kInPort.shift;
      key.words[kWordTunnel] = packet->tunnel;
      arrivals.layouts[at] = ExtractFlowKey(*packet, key);
      key.words[kWordL4] |= packet->size();  // kFrameLength, which extraction leaves 0.
    }
    counters.received += static_cast<uint64_t>(n);
    RunPass(arrivals);
    Finish();
  }

  void Add(Job job) {
    if (job.generation > kMaxGenerations) {
      ++counters.loops;
      return;
    }
    jobs.push_back(std::move(job));
    if (running) return;
    running = true;
    now = std::max(now, clock.Now());
    Finish();
  }

  // -- Keeping house ------------------------------------------------------------------------------------------------

  void Credit(const Program& program, uint64_t packets, uint64_t bytes) {
    if (packets == 0) return;
    for (FlowId flow : program.flows) {
      if (tables.Find(flow) == nullptr) continue;
      FlowStatistics& s = statistics[flow];
      s.packets += packets;
      s.bytes += bytes;
    }
  }
  void Credit(Megaflow& megaflow) {
    MegaflowDetail& detail = *megaflow.detail;
    Credit(detail.program, megaflow.packets - detail.credited_packets, megaflow.bytes - detail.credited_bytes);
    detail.credited_packets = megaflow.packets;
    detail.credited_bytes = megaflow.bytes;
  }

  // A part of a round through the megaflows: drops those that nobody uses, brings the others up to the tables.
  void Work(int64_t work) {
    if (!in_round) {
      in_round = true;
      round_began = now;
      round_generation = tables.generation();
    }
    const bool ended = cache.Sweep(work, [this](Megaflow* megaflow) -> int64_t {
      if (megaflow->removed) return 1;
      if (now - megaflow->used >= options.megaflow_idle) {
        Remove(megaflow);
        return 1;
      }
      if (megaflow->checked == tables.generation()) return 1;
      const uint64_t before = counters.revalidations;
      Recheck(megaflow);
      return counters.revalidations == before ? 1 : kTranslationWork;
    });
    if (!running) {
      cache.Reclaim();
      for (const uint32_t id : released) recirculation.Release(id);
      released.clear();
    }
    if (!ended) return;
    in_round = false;
    checked_generation = round_generation;
  }

  // Forgets what removed flows had handled.
  void SweepStatistics(int64_t work) {
    auto at = statistics.upper_bound(statistics_checked);
    for (; work > 0 && at != statistics.end(); --work) {
      statistics_checked = at->first;
      at = tables.Find(at->first) == nullptr ? statistics.erase(at) : std::next(at);
    }
    if (at == statistics.end()) statistics_checked = 0;
  }
};

std::vector<std::string> MissingParts(const DatapathCounters& counters) {
  std::vector<std::string> missing;
  const auto add = [&missing](uint64_t count, absl::string_view part) {
    if (count == 0) return;
    missing.push_back(absl::StrCat(count, count == 1 ? " packet was" : " packets were", " dropped at ", part,
                                   ", which ovnlite does not have"));
  };
  add(counters.no_tracker, "connection tracking");
  add(counters.unanswered, "an action of OVN's controller or of Open vSwitch");
  return missing;
}

Datapath::Datapath(const FlowTables& tables, const Clock& clock, DatapathHost& host, ConnectionTracker* tracker,
                   const Options& options)
    : state_(std::make_unique<State>(tables, clock, host, tracker, options)) {}

Datapath::~Datapath() = default;

void Datapath::Process(const PacketBatch& batch) { state_->Process(batch); }

void Datapath::Process(Packet& packet) {
  PacketBatch batch;
  batch.Add(&packet);
  state_->Process(batch);
}

void Datapath::Resume(PacketIn packet) {
  state_->Add({std::move(packet.packet), packet.key, {.rest = std::move(packet.rest)}, packet.generation + 1});
}

void Datapath::Enter(Packet packet, const FlowKey& key, uint8_t table) {
  state_->Add({std::move(packet), key, {.table = table}, 0});
}

void Datapath::ForgetExits() { ++state_->exits_generation; }

bool Datapath::Revalidate(int64_t work) {
  State& s = *state_;
  if (s.cache.size() == 0) s.checked_generation = s.tables.generation();
  if (s.checked_generation != s.tables.generation()) s.Work(work);
  return s.checked_generation == s.tables.generation();
}

void Datapath::Tick(int64_t work) {
  State& s = *state_;
  s.now = std::max(s.now, s.clock.Now());
  s.Work(work);
  s.SweepStatistics(work);
}

Instant Datapath::next_deadline() const {
  const State& s = *state_;
  if (s.cache.size() == 0) return kNever;
  return s.in_round ? s.now : s.round_began + kSecond;
}

const DatapathCounters& Datapath::counters() const { return state_->counters; }

Datapath::FlowStatistics Datapath::StatisticsOf(FlowId flow) const {
  const auto found = state_->statistics.find(flow);
  FlowStatistics all = found == state_->statistics.end() ? FlowStatistics() : found->second;
  state_->cache.ForEach([&](const Megaflow& megaflow) {
    const MegaflowDetail& detail = *megaflow.detail;
    const auto times = std::count(detail.program.flows.begin(), detail.program.flows.end(), flow);
    all.packets += static_cast<uint64_t>(times) * (megaflow.packets - detail.credited_packets);
    all.bytes += static_cast<uint64_t>(times) * (megaflow.bytes - detail.credited_bytes);
  });
  return all;
}

size_t Datapath::megaflow_count() const { return state_->cache.size(); }
size_t Datapath::subtable_count() const { return state_->cache.subtable_count(); }
size_t Datapath::recirculation_count() const { return state_->recirculation.size(); }

}  // namespace ovnlite
