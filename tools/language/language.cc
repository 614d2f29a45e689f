#include "tools/language/language.h"

#include <algorithm>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lib/controller/extend_table.h"
#include "lib/schema/ovn_sb.rows.h"
#include "ovnlite/base/status.h"
#include "ovnlite/flow/match.h"
#include "ovnlite/flow/openflow_text.h"

namespace ovnlite::tools {
namespace {

absl::string_view View(const std::string& s) { return {s.data(), s.size()}; }

std::string FlowText(const ExprMatch& m) {
  Match match;
  for (const FieldTest& t : m.tests) match.Add(t.field, t.value, t.mask);
  std::string text = FormatMatch(match);
  if (m.conj_id != 0) text = absl::StrCat("conj_id=", m.conj_id, text.empty() ? "" : ",", text);
  if (m.conjunctions.empty()) return text;
  return absl::StrCat(text, ": ", absl::StrJoin(m.conjunctions, ", ", [](std::string* out, const ExprConjunction& c) {
                        absl::StrAppend(out, "conjunction(", c.id, ", ", c.clause, "/", c.clauses, ")");
                      }));
}

template <typename Table>
OptionTable OptionsOf(const Database& sb) {
  OptionTable table;
  for (const auto& [uuid, row] : sb.Rows<Table>()) {
    const std::optional<OptionType> type = FindOptionType(row.type());
    if (type.has_value()) table.Add({std::string(row.name()), static_cast<uint16_t>(row.code()), *type});
  }
  return table;
}

// From 1 in the order of appearance; 0 when there are no numbers left.
uint32_t NumberOf(const std::string& description, std::map<std::string, uint32_t>& numbers) {
  if (const auto found = numbers.find(description); found != numbers.end()) return found->second;
  if (numbers.size() == ExtendTable::kLast) return 0;
  return numbers.emplace(description, numbers.size() + 1).first->second;
}

}  // namespace

Language::Language() = default;

bool Language::Names::IsChassisResident(absl::string_view name) const { return resident.count(std::string(name)) > 0; }

bool Language::FindPort(absl::string_view name, uint32_t* key) const {
  const auto found = port_keys_.find(std::string(name));
  if (found == port_keys_.end()) return false;
  *key = found->second;
  return true;
}

// In OVN's tests a port's OpenFlow number is its key; elsewhere there are no tunnels to speak of.
uint32_t Language::TunnelPort(absl::string_view name) const {
  uint32_t key = 0;
  return symbols_ == &OvnTestSymbols() && FindPort(name, &key) ? key : 0;
}

// OVN's tests show the meters that actions make themselves, but not those that have a name in the database.
uint32_t Language::MeterId(const std::string& description) {
  if (symbols_ == &OvnTestSymbols() && !absl::StartsWith(description, "__string:")) return 0;
  return NumberOf(description, meters_);
}

uint32_t Language::GroupId(const std::string& description) {
  const uint32_t id = NumberOf(description, groups_);
  used_groups_[id] = description;
  return id;
}

std::unique_ptr<Language> Language::OfOvnTests() {
  std::unique_ptr<Language> language(new Language);
  language->symbols_ = &OvnTestSymbols();
  for (const auto& [name, key] : language->names_.ports) language->names_.resident.insert(name);
  // Actions know fewer ports than matches do.
  for (const char* name : {"eth0", "eth1", "LOCAL", "lsp1"}) {
    language->port_keys_[name] = language->names_.ports.at(name);
  }
  language->parse_.table = 10;
  language->parse_.tables = 24;
  EncodeContext& encode = language->encode_;
  encode.tables.output = table::kSaveInPort;
  encode.all_zero_snat = false;
  encode.symmetric_dp_hash = false;
  encode.datapath_key = 0xabcdef;
  encode.flow = Uuid(0xaaaaaaaaaaaaaaaa, 0xaaaaaaaaaaaaaaaa);
  return language;
}

std::unique_ptr<Language> Language::OfNothing(const LanguageOptions& options) {
  std::unique_ptr<Language> language(new Language);
  language->names_.ports.clear();
  language->names_.address_sets.clear();
  language->names_.port_groups.clear();
  language->parse_.pipeline = options.pipeline;
  language->parse_.table = options.table;
  language->encode_.pipeline = options.pipeline;
  language->encode_.tables = TablesOf(options.pipeline);
  return language;
}

absl::StatusOr<std::unique_ptr<Language>> Language::OfDatabase(const Database& sb, const LanguageOptions& options) {
  std::unique_ptr<Language> language = OfNothing(options);
  Names& names = language->names_;
  std::optional<Uuid> only;
  std::string known;
  for (const auto& [uuid, row] : sb.Rows<sb::Datapath_Binding>()) {
    const std::optional<absl::string_view> name = row.external_ids("name");
    const std::string text = name.has_value() ? std::string(*name) : uuid.ToString();
    absl::StrAppend(&known, known.empty() ? "" : ", ", text);
    if (text != options.datapath) continue;
    only = uuid;
    language->encode_.datapath_key = static_cast<uint32_t>(row.tunnel_key());
    language->encode_.is_switch = row.external_ids().contains("logical-switch");
    if (row.external_ids().contains("snat-ct-zone")) language->encode_.common_nat_zone_register = 12;
  }
  if (!options.datapath.empty() && !only.has_value()) {
    return absl::NotFoundError(
        absl::StrCat("there is no logical network \"", options.datapath, "\" (there are: ", known, ")"));
  }
  for (const auto& [uuid, row] : sb.Rows<sb::Port_Binding>()) {
    const std::string port(row.logical_port());
    const auto chassis = sb.Read<sb::Chassis>(row.chassis());
    if (options.chassis.empty() || (chassis && chassis.name() == options.chassis)) names.resident.insert(port);
    if (only.has_value() && row.datapath() != *only) continue;
    names.ports[port] = static_cast<uint32_t>(row.tunnel_key());
  }
  for (const auto& [uuid, row] : sb.Rows<sb::Multicast_Group>()) {
    if (only.has_value() && row.datapath() != *only) continue;
    names.ports.emplace(std::string(row.name()), static_cast<uint32_t>(row.tunnel_key()));
  }
  names.ports["none"] = 0;
  language->port_keys_ = names.ports;
  for (const auto& [uuid, row] : sb.Rows<sb::Address_Set>()) {
    const SetOf<absl::string_view> addresses = row.addresses();
    names.address_sets[std::string(row.name())] =
        ConstantSet::OfAddresses(std::vector<std::string>(addresses.begin(), addresses.end()));
  }
  // "<key>_<name>" holds the ports that a group has on the datapath of that key.
  std::map<std::string, std::vector<std::string>> groups;
  for (const auto& [uuid, row] : sb.Rows<sb::Port_Group>()) {
    const size_t underscore = row.name().find('_');
    if (underscore == absl::string_view::npos) continue;
    const bool here = row.name().substr(0, underscore) == std::to_string(language->encode_.datapath_key);
    std::vector<std::string>& ports = groups[std::string(row.name().substr(underscore + 1))];
    if (only.has_value() && !here) continue;
    for (const absl::string_view port : row.ports()) ports.emplace_back(port);
  }
  for (auto& [name, ports] : groups) {
    std::sort(ports.begin(), ports.end());
    names.port_groups[name] = ConstantSet::OfPorts(ports);
  }
  language->dhcp_options_ = OptionsOf<sb::DHCP_Options>(sb);
  language->dhcpv6_options_ = OptionsOf<sb::DHCPv6_Options>(sb);
  language->parse_.dhcp_options = &language->dhcp_options_;
  language->parse_.dhcpv6_options = &language->dhcpv6_options_;
  return language;
}

std::string Language::Expression(ExprStep step, const std::string& line) const {
  return ExprLine(step, View(line), world()) + "\n";
}

std::string Language::Flows(const std::string& line) const {
  const absl::StatusOr<ExprFlows> flows = ExprLineFlows(View(line), world());
  if (!flows.ok()) return absl::StrCat(flows.status().message(), "\n");
  if (flows->matches.empty()) return "(no flows)\n";
  std::vector<std::string> lines;
  for (const ExprMatch& match : flows->matches) lines.push_back(FlowText(match) + "\n");
  std::sort(lines.begin(), lines.end());
  return absl::StrJoin(lines, "");
}

std::string Language::Actions(const std::string& line) {
  ExprPool pool(symbols_ != nullptr ? *symbols_ : OvnSymbols());
  std::string out = line + "\n";
  absl::StatusOr<ParsedActions> parsed = ParseActions(pool, View(line), parse_);
  absl::StatusOr<const Expr*> prerequisites = nullptr;
  if (parsed.ok() && parsed->prerequisites != nullptr) prerequisites = Annotate(pool, parsed->prerequisites);
  for (const absl::Status& status : {parsed.status(), prerequisites.status()}) {
    if (!status.ok()) return absl::StrCat(out, "    ", status.message(), "\n");
  }
  const std::string formatted = FormatActions(parsed->actions);
  if (formatted != line) absl::StrAppend(&out, "    formats as ", formatted, "\n");
  used_groups_.clear();
  const OpList ops = EncodeActions(parsed->actions, encode_, *this);
  absl::StrAppend(&out, "    encodes as ", FormatOps(ops, OpDialect::kEncoded), "\n");
  for (const auto& [id, name] : used_groups_) {
    absl::StrAppend(&out, "    uses group: id(", id, "), name(", name, ")\n");
  }
  if (parsed->prerequisites != nullptr) {
    absl::StrAppend(&out, "    has prereqs ", ToString(parsed->prerequisites), "\n");
  }
  return out;
}

}  // namespace ovnlite::tools
