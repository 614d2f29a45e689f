#include "ovnlite/datapath/datapath.h"

#include <algorithm>
#include <array>
#include <deque>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/container/node_hash_map.h"
#include "lib/datapath/waiting_room.h"
#include "ovnlite/base/hash.h"
#include "ovnlite/datapath/megaflow_cache.h"
#include "ovnlite/datapath/translate.h"
#include "ovnlite/wire/ethernet.h"
#include "ovnlite/wire/ip_proto.h"

namespace ovnlite {
namespace {

// Answers to answers: a responder's packet may meet another responder. OVN has no use for more than a few.
constexpr int kMaxGenerations = 8;

// Prepared outer headers per tunnel; one is needed for each pair of logical ports that talk.
constexpr size_t kMaxPaths = 65'536;

// InnerFlowHash() from the key instead of from the frame: what tells flows apart, for the outer source port.
uint64_t TunnelEntropy(const FlowKey& key) {
  const uint64_t ip = key.words[kWordIp];
  const uint8_t proto = static_cast<uint8_t>(ip >> 56);
  const bool has_ports = proto == kIpProtoTcp || proto == kIpProtoUdp || proto == kIpProtoSctp;
  const bool fragment = (ip >> 32 & 0xff) != 0;
  const uint64_t l4 = uint64_t{proto} << 32 | (has_ports && !fragment ? ip & 0xffff'ffff : 0);
  const uint16_t type = static_cast<uint16_t>(key.Get64(field::kEthType));
  if (type == kEthTypeIpv4) {
    const uint64_t words[2] = {key.words[kWordIpv4], l4};
    return HashWords(words, 2, 0);
  }
  if (type == kEthTypeIpv6) {
    const uint64_t words[5] = {key.words[kWordIpv6Src], key.words[kWordIpv6Src + 1], key.words[kWordIpv6Dst],
                               key.words[kWordIpv6Dst + 1], l4};
    return HashWords(words, 5, 0);
  }
  const uint64_t source = key.Get64(field::kEthSrc);
  const uint64_t words[2] = {key.Get64(field::kEthDst) << 16 | source >> 32, source << 16 | type};
  return HashWords(words, 2, 0);
}

// The Geneve option OVN puts on a packet from the body in a key's tunnel word.
OvnGeneveOption OptionOf(uint64_t tunnel) { return {static_cast<uint32_t>(tunnel)}; }

// Where an answer starts from: with the metadata and registers of its question, and from nowhere in particular, so that
// it may leave by the port the question came in by. Connection, tunnel and mark do not carry over.
FlowKey AnswerKey(const FlowKey& question) {
  constexpr uint32_t kController = 0xfffffffd;  // OFPP_CONTROLLER
  FlowKey key;
  for (int w = kWordMetadata; w < kKeyWords; ++w) key.words[w] = question.words[w];
  key.Set(field::kPktMark, 0);
  key.Set(field::kInPort, kController);
  return key;
}

// A packet on its way through the slow path: from an answer, a connection tracker or a waiting room.
struct Job {
  Packet packet;
  FlowKey key;
  int generation = 0;
  // One of: operations to run, a table to enter, a pause to end.
  SharedOps ops;
  int table = -1;
  std::shared_ptr<const Continuation> rest;
};

}  // namespace

struct Datapath::State {
  struct Tunnel {
    GeneveTunnel tunnel;
    TunnelMode mode;
    absl::node_hash_map<uint64_t, GenevePath> paths;  // By tunnel word: as many as there are logical port pairs in use.
  };
  // The way out that the last packets took, so that the next ones need not look for it.
  struct Exit {
    uint32_t port = ~uint32_t{0};
    uint64_t tunnel = 0;
    const GenevePath* path = nullptr;  // Null: no tunnel, or one whose transport writes the headers.
    bool is_tunnel = false;
  };
  // What leaves by one port while a batch is processed.
  struct Queue {
    uint32_t port;
    PacketBatch batch;
  };

  State(const FlowTables& t, const Clock& c, DatapathHost& h, ConnectionTracker* ct, const Options& o)
      : tables(t),
        translator(t),
        clock(c),
        host(h),
        tracker(ct),
        options(o),
        waiting(o.waiting_per_neighbor, o.waiting_neighbors, o.waiting_time) {}

  const FlowTables& tables;
  Translator translator;
  const Clock& clock;
  DatapathHost& host;
  ConnectionTracker* tracker;
  Options options;
  DatapathCounters counters;
  MegaflowCache cache;
  absl::flat_hash_map<uint32_t, Tunnel> tunnels;
  std::array<Exit, 16> exits;              // By a few bits of port and tunnel word. Emptied when tunnels change.
  std::array<FlowKey, kBatchSize> keys{};  // Of the batch being processed; registers stay zero.
  WaitingRoom waiting;
  absl::flat_hash_map<FlowId, FlowStatistics> statistics;

  std::vector<Queue> queues;  // Reused from batch to batch.
  size_t open_queues = 0;
  std::deque<Packet> spare;  // Copies made during a batch; reused.
  size_t used_spares = 0;
  std::deque<Job> jobs;
  Instant now = 0;

  // -- Leaving ------------------------------------------------------------------------------------------------------

  Packet& Copy(const Packet& packet) {
    if (used_spares == spare.size()) spare.emplace_back();
    Packet& copy = spare[used_spares++];
    copy.Assign(packet.bytes());
    copy.in_port = packet.in_port;
    copy.time = packet.time;
    return copy;
  }

  Packet& Adopt(Packet packet) {
    if (used_spares == spare.size()) spare.emplace_back();
    return spare[used_spares++] = std::move(packet);
  }

  void FlushQueue(Queue& queue) {
    counters.transmitted += static_cast<uint64_t>(queue.batch.size());
    host.Transmit(queue.port, queue.batch);
    queue.batch.clear();
  }

  void Send(uint32_t port, Packet* packet) {
    for (size_t i = 0; i < open_queues; ++i) {
      if (queues[i].port != port) continue;
      if (queues[i].batch.full()) FlushQueue(queues[i]);
      return queues[i].batch.Add(packet);
    }
    if (open_queues == queues.size()) queues.emplace_back();
    queues[open_queues].port = port;
    queues[open_queues].batch.clear();
    queues[open_queues++].batch.Add(packet);
  }

  void Flush() {
    for (size_t i = 0; i < open_queues; ++i) FlushQueue(queues[i]);
    open_queues = 0;
    used_spares = 0;
  }

  const Exit& ExitOf(uint32_t port, uint64_t tunnel_word) {
    Exit& exit = exits[(port ^ tunnel_word ^ tunnel_word >> 32) % exits.size()];
    if (exit.port == port && exit.tunnel == tunnel_word) return exit;
    exit = {port, tunnel_word, nullptr, false};
    const auto found = tunnels.find(port);
    if (found == tunnels.end()) return exit;
    Tunnel& tunnel = found->second;
    exit.is_tunnel = true;
    if (tunnel.mode == TunnelMode::kMetadata) return exit;
    if (tunnel.paths.size() > kMaxPaths) {
      tunnel.paths.clear();
      const Exit self = exit;
      exits.fill(Exit());
      exit = self;
    }
    const auto [path, added] = tunnel.paths.try_emplace(tunnel_word);
    if (added)
      path->second = GenevePath(tunnel.tunnel, static_cast<uint32_t>(tunnel_word >> 32), OptionOf(tunnel_word));
    exit.path = &path->second;
    return exit;
  }

  // `key` is the packet's on arrival.
  void Output(const Effect& effect, Packet* packet, const PacketLayout& layout, const FlowKey& key) {
    effect.rewrite.Apply(*packet, layout);
    const Exit& exit = ExitOf(effect.port, effect.tunnel);
    if (exit.is_tunnel) packet->tunnel = effect.tunnel;
    if (exit.path != nullptr) {
      const GenevePath& outer = *exit.path;
      if (packet->size() > outer.max_inner_size()) {
        ++counters.too_large;
        return;
      }
      packet->Prepend(outer.size());
      outer.Write(packet->mutable_bytes(), GeneveSourcePort(TunnelEntropy(key)));
    }
    Send(effect.port, packet);
  }

  // -- Running a program --------------------------------------------------------------------------------------------

  void Execute(const Program& program, Packet& packet, const PacketLayout& layout, const FlowKey& key, int generation) {
    const size_t n = program.effects.size();
    if (n == 0) {
      ++counters.dropped;
      return;
    }
    for (size_t i = 0; i < n; ++i) {
      const Effect& effect = program.effects[i];
      if (effect.kind == Effect::Kind::kOutput) {
        // The last effect may have the packet itself.
        Output(effect, i + 1 == n ? &packet : &Copy(packet), layout, key);
      } else {
        Special(effect, packet, layout, key, generation);
      }
    }
  }

  void Special(const Effect& effect, const Packet& packet, const PacketLayout& layout, const FlowKey& key,
               int generation) {
    switch (effect.kind) {
      case Effect::Kind::kRespond:
        return Respond(effect, packet, layout, key, generation);
      case Effect::Kind::kTrack:
        return Track(effect, packet, layout, key, generation);
      default:
        ++counters.unanswered;
        return;
    }
  }

  void AddJob(Job job) {
    if (job.generation > kMaxGenerations) {
      ++counters.loops;
      return;
    }
    jobs.push_back(std::move(job));
  }

  void Respond(const Effect& effect, const Packet& arrived, const PacketLayout& layout, const FlowKey& arrived_key,
               int generation) {
    Packet packet = arrived.Clone();
    effect.rewrite.Apply(packet, layout);
    const FlowKey key = effect.KeyOf(packet, arrived_key);
    const ControllerOp& op = effect.op->controller();
    if (absl::StatusOr<LearnedNeighbor> learned = ReadLearned(op, key); learned.ok()) {
      ++counters.learned;
      return host.OnLearned(*learned);
    }
    if (op.opcode == opcode::kActivatePort) {
      return host.OnAnnounced({static_cast<uint32_t>(key.Get64(field::kMetadata)), key.reg(14)});
    }
    Job job;
    job.generation = generation + 1;
    job.key = key;
    if (const absl::Status answered = AnswerInPlace(op, packet, job.key); !absl::IsUnimplemented(answered)) {
      if (!answered.ok()) ++counters.invalid_for_reply;
      job.packet = std::move(packet);
      job.rest = effect.rest;
      return AddJob(std::move(job));
    }
    absl::StatusOr<Packet> reply = BuildReply(op, packet, key);
    if (!reply.ok()) {
      ++(absl::IsUnimplemented(reply.status()) ? counters.unanswered : counters.invalid_for_reply);
      return;
    }
    ++counters.replies;
    if (op.opcode == opcode::kArp || op.opcode == opcode::kNdNs) Wait(op.opcode == opcode::kNdNs, packet, key);
    job.packet = *std::move(reply);
    job.key = AnswerKey(key);
    job.ops = SharedOps(effect.op, &op.nested);
    AddJob(std::move(job));
  }

  // The next hop is in reg0 or xxreg0, where the routing stage put it.
  void Wait(bool v6, const Packet& packet, const FlowKey& key) {
    const IpAddress next_hop = v6 ? IpAddress(Ipv6Address(key.Get(XxregField(0)))) : IpAddress(Ipv4Address(key.reg(0)));
    ++counters.waiting;
    counters.waiting_dropped += waiting.Add(static_cast<uint32_t>(key.Get64(field::kMetadata)), key.reg(15), next_hop,
                                            {packet.Clone(), key}, now);
  }

  void Track(const Effect& effect, const Packet& arrived, const PacketLayout& layout, const FlowKey& arrived_key,
             int generation) {
    if (tracker == nullptr) {
      ++counters.no_tracker;
      return;
    }
    Packet packet = arrived.Clone();
    effect.rewrite.Apply(packet, layout);
    FlowKey key = effect.KeyOf(packet, arrived_key);
    const CtOp& ct = effect.op->ct();
    const uint16_t zone =
        ct.zone_is_field ? static_cast<uint16_t>(key.Get(Info(ct.zone_field.field).ref) >> ct.zone_field.low) : ct.zone;
    if (!tracker->Track(ct, zone, packet, key) || ct.recirc_table == 0xff) return;
    Job job;
    job.packet = std::move(packet);
    job.key = key;
    job.table = ct.recirc_table;
    job.generation = generation + 1;
    AddJob(std::move(job));
  }

  void RunJobs() {
    while (!jobs.empty()) {
      Job job = std::move(jobs.front());
      jobs.pop_front();
      const PacketLayout layout = ExtractFlowKey(job.packet, job.key);
      job.key.Set(field::kFrameLength, job.packet.size());
      ++counters.translations;
      ++counters.uncached;
      const Program program = job.ops != nullptr    ? translator.RunOps(job.key, job.ops)
                              : job.rest != nullptr ? translator.Resume(job.key, *job.rest)
                                                    : translator.Run(job.key, static_cast<uint8_t>(job.table));
      Credit(program, 1, job.packet.size());
      Execute(program, Adopt(std::move(job.packet)), layout, job.key, job.generation);
    }
  }

  // -- Arriving -----------------------------------------------------------------------------------------------------

  // A megaflow for a packet that has none; null when the cache is full, with the program in `uncached`.
  Megaflow* Translate(const FlowKey& key, Program& uncached) {
    ++counters.translations;
    Program program = translator.Run(key, options.first_table);
    if (cache.size() < options.max_megaflows) return cache.Insert(key, std::move(program), now);
    ++counters.uncached;
    uncached = std::move(program);
    return nullptr;
  }

  void Process(const PacketBatch& batch) {
    now = clock.Now();
    const int n = batch.size();
    PacketLayout layouts[kBatchSize];
    Megaflow* found[kBatchSize];
    for (int i = 0; i < n; ++i) {
      const Packet& packet = *batch[i];
      keys[i].Set(field::kInPort, packet.in_port);
      keys[i].words[kWordTunnel] = packet.tunnel;
      layouts[i] = ExtractFlowKey(packet, keys[i]);
      keys[i].Set(field::kFrameLength, packet.size());
    }
    counters.received += static_cast<uint64_t>(n);
    cache.Lookup(keys.data(), n, found);
    for (int i = 0; i < n; ++i) {
      Packet& packet = *batch[i];
      Program uncached;
      if (found[i] != nullptr) {
        ++counters.cache_hits;
      } else {
        cache.Lookup(&keys[i], 1, &found[i]);  // An earlier packet of this batch may have brought it.
        if (found[i] == nullptr) found[i] = Translate(keys[i], uncached);
      }
      if (found[i] == nullptr) {
        Credit(uncached, 1, packet.size());
        Execute(uncached, packet, layouts[i], keys[i], 0);
        continue;
      }
      Megaflow& megaflow = *found[i];
      ++megaflow.packets;
      megaflow.bytes += packet.size();
      megaflow.used = now;
      Execute(megaflow.program, packet, layouts[i], keys[i], 0);
    }
    RunJobs();
    Flush();
  }

  // -- Keeping house ------------------------------------------------------------------------------------------------

  void Credit(const Program& program, uint64_t packets, uint64_t bytes) {
    if (packets == 0) return;
    for (FlowId flow : program.flows) {
      FlowStatistics& s = statistics[flow];
      s.packets += packets;
      s.bytes += bytes;
    }
  }
  void Credit(Megaflow& megaflow) {
    Credit(megaflow.program, megaflow.packets - megaflow.reported_packets, megaflow.bytes - megaflow.reported_bytes);
    megaflow.reported_packets = megaflow.packets;
    megaflow.reported_bytes = megaflow.bytes;
  }
};

Datapath::Datapath(const FlowTables& tables, const Clock& clock, DatapathHost& host, ConnectionTracker* tracker,
                   const Options& options)
    : state_(std::make_unique<State>(tables, clock, host, tracker, options)) {}

Datapath::~Datapath() = default;

void Datapath::AddTunnel(uint32_t port, const GeneveTunnel& tunnel, TunnelMode mode) {
  state_->tunnels.insert_or_assign(port, State::Tunnel{tunnel, mode, {}});
  state_->exits.fill({});
}

void Datapath::RemoveTunnel(uint32_t port) {
  state_->tunnels.erase(port);
  state_->exits.fill({});
}

void Datapath::Process(const PacketBatch& batch) { state_->Process(batch); }

void Datapath::Process(Packet& packet) {
  PacketBatch batch;
  batch.Add(&packet);
  state_->Process(batch);
}

void Datapath::ResolveNeighbor(uint32_t datapath, uint32_t port, const IpAddress& ip, MacAddress mac) {
  State& s = *state_;
  s.now = s.clock.Now();
  for (WaitingPacket& waiting : s.waiting.Take(datapath, port, ip)) {
    if (waiting.packet.size() >= 6) mac.Store(waiting.packet.data());
    Job job;
    job.packet = std::move(waiting.packet);
    job.key = waiting.key;
    job.table = s.options.resume_table;
    s.AddJob(std::move(job));
  }
  s.RunJobs();
  s.Flush();
}

void Datapath::Revalidate(absl::Span<const TablePart> changed) {
  if (changed.empty()) return;
  State& s = *state_;
  const absl::flat_hash_set<TablePart> parts(changed.begin(), changed.end());
  bool whole_table[256] = {};
  for (TablePart part : changed) {
    if (static_cast<uint32_t>(part) == kAnyMetadata) whole_table[part >> 32] = true;
  }
  const auto touched = [&](const Megaflow& megaflow) {
    return std::any_of(megaflow.program.consulted.begin(), megaflow.program.consulted.end(),
                       [&](TablePart part) { return whole_table[part >> 32] || parts.contains(part); });
  };
  s.cache.Sweep([&](Megaflow& megaflow) {
    if (!touched(megaflow)) return true;
    s.Credit(megaflow);
    // The masked key stands for all packets of the megaflow. It stays if a translation looks at nothing more and comes
    // to the same end; otherwise the next packet brings what is right.
    Program again = s.translator.Run(megaflow.key, s.options.first_table);
    for (int w = 0; w < kPacketWords; ++w) {
      if (again.mask.words[w] & ~megaflow.program.mask.words[w]) return false;
    }
    again.mask = megaflow.program.mask;
    megaflow.program = std::move(again);
    return true;
  });
}

void Datapath::Tick() {
  State& s = *state_;
  s.now = s.clock.Now();
  s.cache.Sweep([&](Megaflow& megaflow) {
    s.Credit(megaflow);
    return s.now - megaflow.used < s.options.megaflow_idle;
  });
  absl::erase_if(s.statistics, [&s](const auto& entry) { return s.tables.Find(entry.first) == nullptr; });
  s.counters.waiting_dropped += s.waiting.Expire(s.now);
}

Instant Datapath::next_deadline() const {
  const Instant waiting = state_->waiting.next_deadline();
  return state_->cache.size() == 0 ? waiting : std::min(waiting, state_->now + kSecond);
}

const DatapathCounters& Datapath::counters() const { return state_->counters; }

Datapath::FlowStatistics Datapath::StatisticsOf(FlowId flow) const {
  const auto found = state_->statistics.find(flow);
  return found == state_->statistics.end() ? FlowStatistics() : found->second;
}

size_t Datapath::megaflow_count() const { return state_->cache.size(); }
size_t Datapath::subtable_count() const { return state_->cache.subtable_count(); }

}  // namespace ovnlite
