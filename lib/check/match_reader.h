// File: match_reader.h
// Reads matches as hypervisors do, with the address sets, port groups and ports of a Northbound database: what cannot
// be read, and what can be read and makes no sense.

#ifndef OVNLITE_LIB_CHECK_MATCH_READER_H_
#define OVNLITE_LIB_CHECK_MATCH_READER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "lib/check/report.h"
#include "ovnlite/base/uuid.h"
#include "ovnlite/db/database.h"
#include "ovnlite/logical/clauses.h"
#include "ovnlite/logical/expr.h"
#include "ovnlite/logical/expr_transform.h"

namespace ovnlite {

// What there is to say about a match.
struct MatchFacts {
  absl::Status error;                      // In OVN's words.
  std::vector<std::string> unknown_ports;  // Names that no port has.
  bool tests_outport = false;
  bool is_never = false;  // No packet is like that.
};

class MatchReader : ConstantSets, ExprResolver {
 public:
  // The database must stay as it is.
  explicit MatchReader(const Database& nb);
  ~MatchReader() override;

  // Of a rule of this switch; zero: of a router, or of no one switch.
  MatchFacts Read(absl::string_view match, const Uuid& lswitch);

  // The same for a column `match`, and reports what is wrong. False: it cannot be read.
  bool Check(absl::string_view match, const Uuid& lswitch, const RowReport& report, MatchFacts* facts = nullptr);

 private:
  std::shared_ptr<const ConstantSet> FindAddressSet(absl::string_view name) const override;
  std::shared_ptr<const ConstantSet> FindPortGroup(absl::string_view name) const override;
  bool FindPort(absl::string_view name, uint32_t* key) const override;
  bool IsChassisResident(absl::string_view) const override { return true; }

  bool IsPort(absl::string_view name) const;
  void Look(const Expr* e, MatchFacts& facts) const;

  const Database& nb_;
  ExprPool pool_;
  ClauseCache cache_;
  Uuid lswitch_;  // While reading.
  mutable absl::flat_hash_map<std::string, std::shared_ptr<const ConstantSet>> address_sets_;
  struct Group {
    std::shared_ptr<const ConstantSet> ports;
    absl::flat_hash_set<Uuid> switches;
  };
  mutable absl::flat_hash_map<std::string, Group> groups_;
  mutable absl::flat_hash_set<const ConstantSet*> ports_of_groups_;
  mutable absl::flat_hash_map<std::string, uint32_t> keys_;
};

}  // namespace ovnlite

#endif  // OVNLITE_LIB_CHECK_MATCH_READER_H_
