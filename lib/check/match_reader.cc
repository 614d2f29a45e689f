#include "lib/check/match_reader.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "lib/check/owners.h"
#include "ovnlite/base/utf8.h"
#include "ovnlite/logical/expr_parse.h"

namespace ovnlite {
namespace {

// Enough for what people write; larger matches are not asked whether any packet is like that.
constexpr ClauseLimits kLimits = {.clauses = 64, .values = 1 << 16};

// Stands for an address set whose members do not matter: every field can be compared with it.
std::shared_ptr<const ConstantSet> AnySet() { return ConstantSet::OfAddresses({"0"}); }

}  // namespace

MatchReader::MatchReader(const Database& nb) : nb_(nb), pool_(OvnSymbols()) {}
MatchReader::~MatchReader() = default;

// An empty set is not wrong: it stands for whoever will be in it.
std::shared_ptr<const ConstantSet> MatchReader::FindAddressSet(absl::string_view name) const {
  const auto [place, is_new] = address_sets_.try_emplace(std::string(name));
  if (!is_new) return place->second;
  const RowIds rows = nb_.Find(nb::columns::Address_Set::name, name);
  if (!rows.empty()) {
    const auto members = nb_.Read<nb::Address_Set>(rows.front())->addresses();
    place->second = ConstantSet::OfAddresses(std::vector<std::string>(members.begin(), members.end()));
    if (place->second->size() == 0) place->second = AnySet();
    return place->second;
  }
  absl::string_view group = name;
  const bool of_group = absl::ConsumeSuffix(&group, "_ip4") || absl::ConsumeSuffix(&group, "_ip6");
  if (name == "svc_monitor_mac" || (of_group && !nb_.Find(nb::columns::Port_Group::name, group).empty())) {
    place->second = AnySet();
  }
  return place->second;
}

// A switch without ports in a group has not heard of the group.
std::shared_ptr<const ConstantSet> MatchReader::FindPortGroup(absl::string_view name) const {
  const auto [place, is_new] = groups_.try_emplace(std::string(name));
  Group& group = place->second;
  const RowIds rows = is_new ? nb_.Find(nb::columns::Port_Group::name, name) : RowIds();
  if (!rows.empty()) {
    std::vector<std::string> names;
    for (const Uuid& port : nb_.Read<nb::Port_Group>(rows.front())->ports()) {
      const auto row = nb_.Read<nb::Logical_Switch_Port>(port);
      if (!row) continue;
      names.emplace_back(row->name());
      for (const Uuid& lswitch : nb_.Find(nb::columns::Logical_Switch::ports, port)) group.switches.insert(lswitch);
    }
    if (!names.empty()) group.ports = ConstantSet::OfPorts(names);
    ports_of_groups_.insert(group.ports.get());
  }
  return lswitch_.IsZero() || group.switches.contains(lswitch_) ? group.ports : nullptr;
}

bool MatchReader::IsPort(absl::string_view name) const {
  if (SwitchPortNamed(nb_, name) || RouterPortNamed(nb_, name)) return true;
  if (absl::StartsWith(name, "_MC_")) return true;  // A multicast group.
  return absl::ConsumePrefix(&name, "cr-") && RouterPortNamed(nb_, name);
}

bool MatchReader::FindPort(absl::string_view name, uint32_t* key) const {
  if (!IsPort(name)) return false;
  *key = keys_.try_emplace(std::string(name), static_cast<uint32_t>(keys_.size() + 1)).first->second;
  return true;
}

void MatchReader::Look(const Expr* e, MatchFacts& facts) const {
  const auto name = [&](absl::string_view port) {
    if (!IsPort(port)) facts.unknown_ports.emplace_back(port);
  };
  switch (e->kind()) {
    case Expr::Kind::kAnd:
    case Expr::Kind::kOr:
      for (const Expr* child : e->children()) Look(child, facts);
      break;
    case Expr::Kind::kCondition:
      name(e->port());
      break;
    case Expr::Kind::kCompare:
    case Expr::Kind::kSet:
      if (!e->symbol()->is_string()) break;
      if (e->symbol()->name == "outport") facts.tests_outport = true;
      if (e->kind() == Expr::Kind::kCompare) {
        name(e->string());
      } else if (!ports_of_groups_.contains(&e->set())) {
        for (size_t i = 0; i < e->set().size(); ++i) name(e->string(i));
      }
      break;
    case Expr::Kind::kBoolean:
      break;
  }
}

MatchFacts MatchReader::Read(absl::string_view match, const Uuid& lswitch) {
  MatchFacts facts;
  // ^variables are known to hypervisors only, each its own.
  if (absl::StrContains(match, '^')) return facts;
  lswitch_ = lswitch;
  const absl::StatusOr<const Expr*> read = ParseExpr(pool_, match, this);
  if (!read.ok()) {
    facts.error = read.status();
    return facts;
  }
  Look(*read, facts);
  const absl::StatusOr<const Expr*> whole = Annotate(pool_, *read, AnnotateForm::kCompact);
  if (!whole.ok()) {
    facts.error = whole.status();
    return facts;
  }
  const absl::StatusOr<std::vector<Clause>> clauses = ToClauses(*whole, *this, kLimits, &cache_);
  facts.is_never = clauses.ok() && clauses->empty();
  return facts;
}

bool MatchReader::Check(absl::string_view match, const Uuid& lswitch, const RowReport& report, MatchFacts* facts) {
  const MatchFacts found = Read(match, lswitch);
  if (facts != nullptr) *facts = found;
  if (!found.error.ok()) {
    report.Error("match", match,
                 absl::StrCat(found.error.message(), " OVN hands it on, and no hypervisor has a flow of it"));
    return false;
  }
  for (const std::string& port : found.unknown_ports) {
    report.Warning("match", match,
                   absl::StrCat("there is no port ", QuoteJson(port),
                                ": no packet comes from it or goes to it, and it is on no chassis"));
  }
  if (found.is_never && found.unknown_ports.empty()) {
    report.Note("match", match, "no packet is like that");
  }
  return true;
}

}  // namespace ovnlite
