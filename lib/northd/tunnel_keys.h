// File: tunnel_keys.h
// The numbers that packets carry through tunnels for logical datapaths and ports (ovn-architecture(7), "Tunnel
// Encapsulations"): given out one after the other, kept as long as their owner lives, or asked for by
// options:requested-tnl-key. What there is no number for waits until one is free.

#ifndef OVNLITE_LIB_NORTHD_TUNNEL_KEYS_H_
#define OVNLITE_LIB_NORTHD_TUNNEL_KEYS_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/types/span.h"
#include "ovnlite/base/uuid.h"
#include "ovnlite/schema/atom.h"

namespace ovnlite {

// The last one that can be asked for.
inline constexpr int64_t kLastDatapathKey = 0xffffff, kLastPortKey = 32'767;

// The last ones that are given to those who do not ask.
struct TunnelKeyLimits {
  int64_t datapath = 0;
  int64_t port = 0;
  friend bool operator==(const TunnelKeyLimits&, const TunnelKeyLimits&) = default;
};
// Geneve and STT; keys from 16711681 on are for networks that several OVNs share.
inline constexpr TunnelKeyLimits kGeneveKeys = {16'711'680, kLastPortKey};
// VXLAN has 24 bits for both keys. One chassis with a VXLAN Encap is enough.
inline constexpr TunnelKeyLimits kVxlanKeys = {4'095, 2'047};

// Somebody wants a number. In the order in which they are given out: switches before routers and each by name, so that
// people find low numbers in a natural order.
struct TunnelKeyWish {
  bool is_router = false;
  SharedString name;
  Uuid owner;              // The Northbound row.
  uint32_t requested = 0;  // 0: any.
  uint32_t limit = 0;      // The last one that is given to those who do not ask.

  auto operator<=>(const TunnelKeyWish&) const = default;
  template <typename H>
  friend H AbslHashValue(H h, const TunnelKeyWish& w) {
    return H::combine(std::move(h), w.is_router, w.name, w.owner, w.requested, w.limit);
  }
  std::string ToString() const { return name.ToString(); }
};

// Which numbers are taken: as runs, of which there are few.
class TakenNumbers {
 public:
  bool Contains(uint32_t number) const;
  void Take(uint32_t number);
  void Release(uint32_t number);
  // The first that is free after `last`, and from 1 on again behind `limit`; 0: none is.
  uint32_t NextFree(uint32_t last, uint32_t limit) const;

 private:
  absl::btree_map<uint32_t, uint32_t> runs_;  // The last number of each by its first.
};

// One kind of numbers: those of datapaths, or those of ports, of which each datapath has its own.
class TunnelKeys {
 public:
  using Scope = Uuid;  // The datapath, by its Northbound UUID; zero for datapaths themselves.
  using Wishes = absl::Span<const std::pair<Scope, TunnelKeyWish>* const>;

  // `last`: the last number that can be asked for.
  explicit TunnelKeys(uint32_t last) : last_(last) {}

  // What has a number in the Southbound database already, by its name (a datapath: its owner's UUID as text). Before the
  // first Change(), which knows the owners.
  void Adopt(const Scope& scope, absl::string_view name, uint32_t key);

  // Brings the numbers up to date with wishes that came and went, and calls `set(owner, number)` for whoever has another
  // one now; 0: none. The outcome depends on the wishes and numbers of before, not on the order of `came` and `gone`.
  void Change(Wishes came, Wishes gone, absl::FunctionRef<void(const Uuid&, uint32_t)> set);

  // Those who wait: each of them, or by datapath; and those who asked for a number that they did not get. In order.
  void ForEachWaitingOne(absl::FunctionRef<void(const Scope&, const TunnelKeyWish&)> visit) const;
  void ForEachWaiting(absl::FunctionRef<void(const Scope&, const TunnelKeyWish& first, size_t count)> visit) const;
  void ForEachRefused(absl::FunctionRef<void(const TunnelKeyWish&, bool taken)> visit) const;

 private:
  struct Owner {
    TunnelKeyWish wish;
    uint32_t key = 0;
  };
  struct ScopeState {
    TakenNumbers taken;
    uint32_t last = 0;  // The one given out last.
    absl::flat_hash_map<Uuid, Owner> owners;
    absl::flat_hash_map<uint32_t, Uuid> requested;  // Numbers that their owners asked for.
    std::set<TunnelKeyWish> waiting;
    std::set<std::pair<uint32_t, TunnelKeyWish>> refused;  // By the number.
  };
  void ChangeScope(const Scope& scope, ScopeState& state, const std::vector<TunnelKeyWish>& came,
                   const std::vector<TunnelKeyWish>& gone, absl::FunctionRef<void(const Uuid&, uint32_t)> set);

  const uint32_t last_;
  std::map<Scope, ScopeState> scopes_;
  std::map<Scope, absl::flat_hash_map<std::string, uint32_t>> adopted_;
};

}  // namespace ovnlite

#endif  // OVNLITE_LIB_NORTHD_TUNNEL_KEYS_H_
