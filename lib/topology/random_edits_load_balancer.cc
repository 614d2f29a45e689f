// Load balancers: rows of their own, which switches name, or groups that switches name.

#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lib/schema/ovn_nb.rows.h"
#include "lib/topology/random_edits.h"

namespace ovnlite {
namespace {

namespace column = nb::columns::Load_Balancer;

// How a command says a UUID that only the database knows.
std::string UuidOf(absl::string_view table, absl::string_view name) {
  return absl::StrCat("$(ovn-nbctl --bare --columns=_uuid find ", table, " name=", name, ")");
}

// Puts a member into a set, or takes it out if it is there: the word of ovn-nbctl for it.
template <typename Column>
absl::string_view Toggle(Transaction& t, Column set, const Uuid& row, const Uuid& member, bool is_there) {
  if (is_there) {
    t.EraseMember(set, row, member);
    return "remove";
  }
  t.InsertMember(set, row, member);
  return "add";
}

}  // namespace

std::pair<std::string, std::string> RandomEdits::RandomVip() {
  const bool v6 = options_.ipv6 && Chance(30), with_port = Chance(60);
  const auto endpoint = [&](const std::string& ip, int port) {
    if (!with_port) return ip;
    return v6 ? absl::StrCat("[", ip, "]:", port) : absl::StrCat(ip, ":", port);
  };
  const auto address = [&](size_t host) {
    return v6 ? absl::StrCat("fd99::", host + 1) : absl::StrCat("10.99.0.", host + 1);
  };
  std::vector<std::string> backends;
  for (size_t n = Pick(4); n > 0; --n) backends.push_back(endpoint(address(100 + Pick(20)), 8080));
  if (Chance(10)) backends.push_back("nobody");
  return {endpoint(address(Pick(8)), 80), absl::StrJoin(backends, ",")};
}

bool RandomEdits::AddLoadBalancer() {
  Database& nb = topology_.nb();
  if (nb.RowCount<nb::Load_Balancer>() >= 6) return false;
  static constexpr absl::string_view kProtocols[] = {"tcp", "udp", "sctp"};
  const absl::string_view protocol = kProtocols[Pick(std::size(kProtocols))];
  const std::string name = NewName("lb");
  const auto [vip, backends] = RandomVip();
  Transaction t = nb.Begin();
  const Uuid uuid = topology_.NewUuid();
  auto* row = t.Insert<nb::Load_Balancer>(uuid);
  row->set_name(name);
  row->set_protocol(std::string(protocol));
  (*row->mutable_vips())[vip] = backends;
  std::string command = absl::StrCat("create load_balancer name=", name, " protocol=", protocol, " 'vips={\"", vip,
                                     "\"=\"", backends, "\"}'");
  if (Chance(30)) {
    row->add_selection_fields("ip_src");
    row->add_selection_fields("tp_dst");
    command += " selection_fields=ip_src,tp_dst";
  }
  return Did(nb.Commit(std::move(t)).status(), command);
}

bool RandomEdits::EditVips() {
  Database& nb = topology_.nb();
  const auto& balancers = nb.Rows<nb::Load_Balancer>();
  if (balancers.empty()) return false;
  const auto& [uuid, row] = balancers[Pick(balancers.size())];
  const std::string name(row->name());
  if (Chance(20)) {
    return Did(topology_.Edit<nb::Load_Balancer>(uuid, [](nb::Load_Balancer& lb) { lb.clear_vips(); }),
               absl::StrCat("clear load_balancer ", name, " vips"));
  }
  const auto vip = RandomVip();
  return Did(topology_.Edit<nb::Load_Balancer>(
                 uuid, [&vip](nb::Load_Balancer& lb) { (*lb.mutable_vips())[vip.first] = vip.second; }),
             absl::StrCat("set load_balancer ", name, " 'vips:\"", vip.first, "\"=\"", vip.second, "\"'"));
}

bool RandomEdits::DeleteLoadBalancer() {
  Database& nb = topology_.nb();
  const auto& balancers = nb.Rows<nb::Load_Balancer>();
  if (balancers.empty()) return false;
  const auto& [uuid, row] = balancers[Pick(balancers.size())];
  const std::string command = absl::StrCat("lb-del ", row->name());
  Transaction t = nb.Begin();
  t.Delete<nb::Load_Balancer>(uuid);
  return Did(nb.Commit(std::move(t)).status(), command);
}

bool RandomEdits::AttachLoadBalancer() {
  Database& nb = topology_.nb();
  const auto& balancers = nb.Rows<nb::Load_Balancer>();
  const auto& switches = nb.Rows<nb::Logical_Switch>();
  if (balancers.empty() || switches.empty()) return false;
  const auto& [lb, lb_row] = balancers[Pick(balancers.size())];
  const auto& [ls, ls_row] = switches[Pick(switches.size())];
  const std::string names = absl::StrCat(ls_row->name(), " ", lb_row->name());
  const bool is_there = ls_row->load_balancer().contains(lb);
  Transaction t = nb.Begin();
  Toggle(t, nb::columns::Logical_Switch::load_balancer, ls, lb, is_there);
  return Did(nb.Commit(std::move(t)).status(), absl::StrCat(is_there ? "ls-lb-del " : "ls-lb-add ", names));
}

bool RandomEdits::EditLoadBalancerGroup() {
  Database& nb = topology_.nb();
  const auto& groups = nb.Rows<nb::Load_Balancer_Group>();
  const auto& balancers = nb.Rows<nb::Load_Balancer>();
  const auto& switches = nb.Rows<nb::Logical_Switch>();
  Transaction t = nb.Begin();
  if (groups.empty()) {
    const std::string name = NewName("lbg");
    t.Insert<nb::Load_Balancer_Group>(topology_.NewUuid())->set_name(name);
    return Did(nb.Commit(std::move(t)).status(), absl::StrCat("create load_balancer_group name=", name));
  }
  const auto& [group, row] = groups[Pick(groups.size())];
  const std::string name(row->name());
  std::string command;
  if (Chance(50)) {
    if (balancers.empty()) return false;
    const auto& [lb, lb_row] = balancers[Pick(balancers.size())];
    const absl::string_view word =
        Toggle(t, nb::columns::Load_Balancer_Group::load_balancer, group, lb, row->load_balancer().contains(lb));
    command =
        absl::StrCat(word, " load_balancer_group ", name, " load_balancer ", UuidOf("load_balancer", lb_row->name()));
  } else {
    if (switches.empty()) return false;
    const auto& [ls, ls_row] = switches[Pick(switches.size())];
    const absl::string_view word = Toggle(t, nb::columns::Logical_Switch::load_balancer_group, ls, group,
                                          ls_row->load_balancer_group().contains(group));
    command = absl::StrCat(word, " logical_switch ", ls_row->name(), " load_balancer_group ",
                           UuidOf("load_balancer_group", name));
  }
  return Did(nb.Commit(std::move(t)).status(), command);
}

}  // namespace ovnlite
