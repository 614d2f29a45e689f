// File: recirculation.h
// Where packets go on that leave the flow tables for a while and come back with another key, as from connection
// tracking: the table, and what the pipeline had computed and pushed until then. Each such place has an id, which is
// part of the key of what comes back (field::kRecircId), so that it is looked up in the megaflow cache like anything
// else; places that are equal have one id. 0 is the beginning.

#ifndef OVNLITE_LIB_DATAPATH_RECIRCULATION_H_
#define OVNLITE_LIB_DATAPATH_RECIRCULATION_H_

#include <cstdint>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "ovnlite/datapath/program.h"
#include "ovnlite/packet/flow_key.h"

namespace ovnlite {

struct RecirculationPlace {
  uint8_t table = 0;
  PipelineWords pipeline;
  FieldStack stack;

  friend bool operator==(const RecirculationPlace&, const RecirculationPlace&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const RecirculationPlace& p) {
    h = H::combine(std::move(h), p.table, p.pipeline.words, p.stack.size());
    for (const auto& [value, width] : p.stack) h = H::combine(std::move(h), High64(value), Low64(value), width);
    return h;
  }
};

class Recirculation {
 public:
  // The id of a place, counted: Release() as often.
  uint32_t Acquire(const RecirculationPlace& place) {
    const auto [at, is_new] = ids_.try_emplace(place, 0);
    if (is_new) {
      do {
        ++last_;
      } while (last_ == 0 || places_.contains(last_));
      at->second = last_;
      places_[last_] = {place, 0};
    }
    ++places_.at(at->second).users;
    return at->second;
  }
  void Release(uint32_t id) {
    const auto found = places_.find(id);
    if (found == places_.end() || --found->second.users > 0) return;
    ids_.erase(found->second.place);
    places_.erase(found);
  }
  // Null for an id that nobody holds.
  const RecirculationPlace* Find(uint32_t id) const {
    const auto found = places_.find(id);
    return found == places_.end() ? nullptr : &found->second.place;
  }
  size_t size() const { return places_.size(); }

 private:
  struct Held {
    RecirculationPlace place;
    uint64_t users = 0;
  };

  absl::flat_hash_map<RecirculationPlace, uint32_t> ids_;
  absl::flat_hash_map<uint32_t, Held> places_;
  uint32_t last_ = 0;
};

}  // namespace ovnlite

#endif  // OVNLITE_LIB_DATAPATH_RECIRCULATION_H_
