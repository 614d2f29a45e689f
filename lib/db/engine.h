// File: engine.h
// The inside of Incremental: a graph of nodes. A node stands for something that can be read (a row, an index entry, an
// answer, the values under a key of a relation) or for a run of an emitter; it knows what it has read and who has read
// it.
//
// Order. A node's height is one more than that of the highest node it read. What a commit changes puts the readers into a
// queue, the lowest first, so that a function runs when everything it read before is settled. Before a function reads
// something that it had not read before, what stands lower than that in the queue is run first; and before it reads a
// relation, the stale emitters that feed the relation. What still was read too early is found by its version, and the
// reader runs again.

#ifndef OVNLITE_LIB_DB_ENGINE_H_
#define OVNLITE_LIB_DB_ENGINE_H_

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "lib/db/links.h"
#include "lib/db/table_watch.h"
#include "ovnlite/db/incremental.h"

namespace ovnlite::incremental {

class Engine {
 public:
  explicit Engine(const std::vector<Database*>& databases);
  ~Engine();

  int AddStore(std::unique_ptr<Store> store);
  int AddKind(std::unique_ptr<Kind> kind, const Feeds& feeds);
  Kind& KindOf(int number) { return *kinds_[static_cast<size_t>(number)]; }
  Store& StoreOf(int number) const { return *stores_[static_cast<size_t>(number)]; }
  TableWatch& WatchOf(const TableSchema& table);
  TableWatch& WatchOf(const DatabaseSchema& schema, size_t table);

  absl::Status Update();
  bool IsStale() const;
  void Inspect(absl::FunctionRef<void(Reader&)> look);
  void SetInput(Kind& kind, uint32_t slot, bool is_default, bool changed);
  void StartNode(Kind& kind, uint32_t slot);
  void EndNode(Kind& kind, uint32_t slot);

  // -- For Reader --
  // Notes that the node was read; returns the entry of the frame.
  uint32_t Record(Frame& frame, NodeId id);
  NodeId NodeFor(const Watched& watched);
  NodeId NodeForRow(TableWatch& watch, const Uuid& uuid);
  bool AskNode(Frame& frame, Kind& kind, uint32_t slot);
  void ReadRelation(Frame& frame, Store& relation, Watched watched);
  // False in a cycle.
  bool SettleRelation(Store& relation);

  // -- For stores --
  void Touched(Store& store);
  void Wake(NodeId id) { WakeReaders(id, ~uint32_t{0}); }

  const Incremental::Statistics& statistics() const { return statistics_; }
  std::vector<Incremental::FunctionStatistics> functions() const;
  size_t node_count() const { return nodes_.size() - free_nodes_.size(); }
  void WatchRuns(std::function<void(const Incremental::Run&)> watcher) { watcher_ = std::move(watcher); }

 private:
  struct Node {
    Owner* owner = nullptr;  // Null: free.
    uint32_t slot = 0;
    uint32_t version = 0;
    NodeId cause = kNoNode;  // What made it stale.
    uint16_t height = 0;
    bool is_function : 1 = false;  // The owner is a Kind.
    bool is_row : 1 = false;       // The owner is a TableWatch::RowOwner.
    bool queued : 1 = false;
    bool dirty : 1 = false;    // Of a function: to be run.
    bool running : 1 = false;
    bool pinned : 1 = false;   // An input that was set: kept although nobody reads it.
    bool doomed : 1 = false;   // To be removed when it has run.
    Links reads;  // By node.
    Links links;  // Of an emitter: its items. Of any other: who reads it.
  };
  struct Bucket {
    std::vector<NodeId> nodes;
    size_t next = 0;
  };
  struct MemberMove {
    MemberKindBase* kind;
    Uuid row;
    Atom member;
    bool came;
  };
  struct JoinMove {
    JoinKindBase* kind;
    Uuid row;
    Atom key;
    bool came;
  };

  Kind& KindOf(const Node& node) { return static_cast<Kind&>(*node.owner); }
  NodeId NewNode(Owner& owner, uint32_t slot, bool is_function);
  void RemoveNode(NodeId id);
  void Enqueue(NodeId id, NodeId cause);
  void WakeReaders(NodeId id, uint32_t columns);
  // Of the next node in the queue; no bound when there is none.
  size_t NextHeight();
  // Runs it, if it still has to; the queue must not be empty.
  void RunNext();
  void OnCommit(const Delta& delta);
  void Start();
  void FollowRows();
  void RunAllNew();
  void Run(NodeId id);
  void NoteKeys(const Frame& frame, std::vector<Link>& reads);
  void SetReads(NodeId id, std::vector<Link> reads);
  void ReplaceItems(Node& node, std::vector<Link>& items);
  // Runs and settles what stands lower than `height`.
  void SettleBelow(uint32_t height);
  void Fill(Store& relation);
  // Whether there was something to settle.
  bool SettleIfTouched(Store& relation);
  // What is running because the last one needs it.
  absl::Span<const NodeId> Chain() const;
  void Cycle(absl::Span<const NodeId> members, const std::string& what);
  void Collect();
  // Functions that wake each other in turn without asking each other would go on for ever.
  uint64_t RunsAllowed() const { return 1000 + 64 * static_cast<uint64_t>(node_count()); }
  bool MayRun() const { return first_ || runs_ < RunsAllowed(); }

  std::vector<Database*> databases_;
  std::vector<Database::Subscription> subscriptions_;
  std::vector<std::deque<TableWatch>> tables_;  // By database.
  std::vector<std::unique_ptr<Store>> stores_;
  std::vector<std::unique_ptr<Kind>> kinds_;
  std::vector<Kind*> single_kinds_;
  StableVector<Node> nodes_;
  std::vector<NodeId> free_nodes_;
  std::vector<Bucket> queue_;  // By height.
  size_t queued_ = 0;
  size_t lowest_ = 0;  // No bucket below has a node.
  std::vector<Store*> touched_stores_;
  uint32_t settle_bound_ = ~uint32_t{0};
  // Running, the outermost first. kNoNode stands where those behind it are not run because those before it need them.
  std::vector<NodeId> stack_;
  std::vector<NodeId> unread_;  // Perhaps without readers: looked at when an update ends.
  std::vector<std::shared_ptr<void>> old_answers_;
  std::vector<std::pair<TableWatch*, Uuid>> moved_rows_;  // Born or dead since the last update.
  std::vector<MemberMove> moved_members_;
  std::vector<JoinMove> moved_joins_;
  std::deque<Frame> frames_;  // By depth; reused.
  size_t depth_ = 0;
  bool started_ = false;
  bool first_ = true;  // Nothing can be stale that has been run: nothing had been run before.
  uint64_t runs_ = 0;  // In this update; with more than are allowed it does not settle.
  std::vector<NodeId> last_runs_;      // When few are left.
  absl::Status cycle_;
  std::vector<NodeId> cycle_nodes_;
  Incremental::Statistics statistics_;
  std::function<void(const Incremental::Run&)> watcher_;
};

}  // namespace ovnlite::incremental

#endif  // OVNLITE_LIB_DB_ENGINE_H_
