// File: northd.h
// What ovn-northd does: turns the Northbound database into the Southbound one (ovn-northd(8)). Datapaths, port
// bindings, multicast groups, address sets, port groups and, above all, logical flows follow every edit; a port claimed
// by a chassis is reported back as up.
//
//   Northd northd(nb, sb);
//   OVNLITE_RETURN_IF_ERROR(northd.Update());     // after commits to either database
//
// Update() costs what changed (docs/architecture.md, "Recorded reads"), and the result does not depend on the way
// there: after any edits the Southbound database holds what a fresh compilation of the same Northbound would hold, but
// for the numbers of datapaths and ports, which stay as they were once given, as in OVN.

#ifndef OVNLITE_NORTHD_NORTHD_H_
#define OVNLITE_NORTHD_NORTHD_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "ovnlite/base/random.h"
#include "ovnlite/db/compile_statistics.h"
#include "ovnlite/db/database.h"

namespace ovnlite {

// Something in the Northbound database that this version does not compile, and that would change what packets do.
struct Unsupported {
  std::string table;
  std::string row;     // Its name, or its UUID.
  std::string column;  // "column" or "column:key".
  friend auto operator<=>(const Unsupported&, const Unsupported&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const Unsupported& u) {
    return H::combine(std::move(h), u.table, u.row, u.column);
  }
};

// Something in the Northbound database that is left out because it makes no sense, or because there is no room for it.
// ovn-northd leaves the same out, with a warning in its log.
struct NorthdWarning {
  std::string table;
  std::string row;  // Its name, or its UUID.
  std::string message;
  friend auto operator<=>(const NorthdWarning&, const NorthdWarning&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const NorthdWarning& w) {
    return H::combine(std::move(h), w.table, w.row, w.message);
  }
};

struct NorthdOptions {
  // New rows' UUIDs are drawn from here; null: an own generator with a fixed seed.
  Random* random = nullptr;
};

class Northd {
 public:
  using Options = NorthdOptions;

  // Both databases must outlive the compiler.
  Northd(Database& nb, Database& sb, Options options = {});
  ~Northd();
  Northd(const Northd&) = delete;
  Northd& operator=(const Northd&) = delete;

  // Brings the Southbound database up to date, and then what the Northbound is told (`up`, `sb_cfg`), in one transaction
  // each. Does nothing when nothing changed. An error is that of a commit, and the next Update() tries again; it means a
  // defect, a Southbound database that somebody else fills, or one that cannot be reached.
  absl::Status Update();
  // Whether a transaction is on its way to a database that decides elsewhere (Database::SetAuthority()). What changes
  // meanwhile is not lost; call Update() when it is decided.
  bool is_pending() const;

  // By table, row, column; empty when everything is compiled.
  std::vector<Unsupported> unsupported() const;

  // By table, row, message. As of the last Update().
  std::vector<NorthdWarning> warnings() const;

  const CompileStatistics& statistics() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ovnlite

#endif  // OVNLITE_NORTHD_NORTHD_H_
