#include "tests/scale/scale_network.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "lib/schema/column_access.h"
#include "lib/schema/ovn_nb.rows.h"
#include "lib/schema/ovn_sb.rows.h"
#include "ovnlite/node/registration.h"
#include "ovnlite/base/random.h"
#include "ovnlite/base/status.h"

namespace ovnlite::scale {
namespace {

namespace columns = nb::columns;

enum Kind : uint64_t { kSwitch = 1, kPort, kRouterPort, kToRouter, kRouter, kRoute, kSet, kGroup, kQuiet };
Uuid Id(Kind kind, int number) { return Uuid(kind << 32, static_cast<uint64_t>(number) + 1); }

// Switches have a /24 each, or one has a /12: room for all ports of a million.
std::string Address(bool wide, int ls, int host) {
  const uint32_t bits = wide ? (10u << 24) + static_cast<uint32_t>(host)
                             : (10u << 24) + (static_cast<uint32_t>(ls) << 8) + static_cast<uint32_t>(host);
  return absl::StrFormat("%d.%d.%d.%d", bits >> 24, bits >> 16 & 0xff, bits >> 8 & 0xff, bits & 0xff);
}

}  // namespace

const char* ShapeName(Shape shape) {
  switch (shape) {
    case Shape::kRouted:
      return "routed";
    case Shape::kWide:
      return "wide";
    case Shape::kLonely:
      return "lonely";
  }
  return "?";
}

const char* EditName(Edit edit) {
  switch (edit) {
    case Edit::kAddress:
      return "address";
    case Edit::kPortAdd:
      return "port+";
    case Edit::kPortDelete:
      return "port-";
    case Edit::kSwitchAdd:
      return "switch+";
    case Edit::kSwitchDelete:
      return "switch-";
    case Edit::kRouteAdd:
      return "route+";
    case Edit::kRouteDelete:
      return "route-";
    case Edit::kMemberAdd:
      return "set member+";
    case Edit::kMemberDelete:
      return "set member-";
    case Edit::kPortGroupAdd:
      return "group member+";
    case Edit::kPortGroupDelete:
      return "group member-";
  }
  return "?";
}

absl::Span<const Edit> Edits() {
  static constexpr Edit kAll[] = {Edit::kAddress,      Edit::kPortAdd,      Edit::kPortDelete,     Edit::kSwitchAdd,
                                  Edit::kSwitchDelete, Edit::kRouteAdd,     Edit::kRouteDelete,    Edit::kMemberAdd,
                                  Edit::kMemberDelete, Edit::kPortGroupAdd, Edit::kPortGroupDelete};
  return kAll;
}

ScaleNetwork::ScaleNetwork(Shape shape, int ports)
    : shape_(shape),
      ports_(ports),
      per_switch_(shape == Shape::kRouted ? 100
                  : shape == Shape::kWide ? std::max(ports, 1)
                                          : 1) {}

std::string ScaleNetwork::SwitchName(int number) { return absl::StrCat("ls", number); }
std::string ScaleNetwork::PortName(int number) { return absl::StrCat("lsp", number); }
std::string ScaleNetwork::ChassisName(int number) { return absl::StrCat("hv", number); }
int ScaleNetwork::chassis_count() const { return std::max(10, ports_ / 100); }
int ScaleNetwork::ChassisOf(int port) const {
  return (shape_ == Shape::kRouted ? SwitchOf(port) * 10 + port % 10 : port) % chassis_count();
}
std::string ScaleNetwork::QuietPortName(int number) { return absl::StrCat("quiet", number); }
std::string ScaleNetwork::QuietMac(int number) { return absl::StrFormat("0c:00:00:00:00:%02x", number); }

std::string ScaleNetwork::Mac(int port) const {
  return absl::StrFormat("0a:00:%02x:%02x:%02x:%02x", port >> 24 & 0xff, port >> 16 & 0xff, port >> 8 & 0xff,
                         port & 0xff);
}
std::string ScaleNetwork::Ip(int port) const {
  return Address(shape_ == Shape::kWide, SwitchOf(port), shape_ == Shape::kWide ? port + 10 : port % per_switch_ + 10);
}
std::string ScaleNetwork::RouterMac(int ls) {
  return absl::StrFormat("0e:00:00:%02x:%02x:%02x", ls >> 16 & 0xff, ls >> 8 & 0xff, ls & 0xff);
}
std::string ScaleNetwork::RouterIp(int ls) const { return Address(shape_ == Shape::kWide, ls, 1); }

void ScaleNetwork::AddSwitch(Transaction& t, int number) {
  t.Insert<nb::Logical_Switch>(Id(kSwitch, number))->set_name(SwitchName(number));
  if (!has_router()) return;
  const Uuid inside = Id(kRouterPort, number), outside = Id(kToRouter, number);
  auto* lrp = t.Insert<nb::Logical_Router_Port>(inside);
  lrp->set_name(absl::StrCat("lrp", number));
  lrp->set_mac(RouterMac(number));
  lrp->add_networks(absl::StrCat(RouterIp(number), shape_ == Shape::kWide ? "/12" : "/24"));
  auto* lsp = t.Insert<nb::Logical_Switch_Port>(outside);
  lsp->set_name(absl::StrCat("to-lr", number));
  lsp->set_type("router");
  lsp->add_addresses("router");
  (*lsp->mutable_options())["router-port"] = lrp->name();
  t.InsertMember(columns::Logical_Router::ports, Id(kRouter, 0), inside);
  t.InsertMember(columns::Logical_Switch::ports, Id(kSwitch, number), outside);
}

void ScaleNetwork::AddPort(Transaction& t, int number, int ls) {
  const Uuid port = Id(kPort, number);
  auto* lsp = t.Insert<nb::Logical_Switch_Port>(port);
  lsp->set_name(PortName(number));
  lsp->add_addresses(absl::StrCat(Mac(number), " ", Ip(number)));
  lsp->add_port_security(lsp->addresses(0));
  t.InsertMember(columns::Logical_Switch::ports, Id(kSwitch, ls), port);
}

absl::Status ScaleNetwork::Build() {
  constexpr int kRows = 5'000;
  Transaction t = nb_.Begin();
  if (has_router()) t.Insert<nb::Logical_Router>(Id(kRouter, 0))->set_name("lr");
  t.Insert<nb::Address_Set>(Id(kSet, 0))->set_name("as");
  t.Insert<nb::Port_Group>(Id(kGroup, 0))->set_name("pg");
  t.Insert<nb::Logical_Switch>(Id(kQuiet, 0))->set_name("quiet");
  for (int number = 0; number < kQuietPorts; ++number) {
    auto* lsp = t.Insert<nb::Logical_Switch_Port>(Id(kQuiet, number + 1));
    lsp->set_name(QuietPortName(number));
    lsp->add_addresses(QuietMac(number));
    t.InsertMember(columns::Logical_Switch::ports, Id(kQuiet, 0), Id(kQuiet, number + 1));
  }
  int rows = 0;
  for (int port = 0; port < ports_; ++port) {
    if (rows >= kRows) {
      OVNLITE_RETURN_IF_ERROR(nb_.Commit(std::move(t)).status());
      t = nb_.Begin();
      rows = 0;
    }
    if (port % per_switch_ == 0) {
      AddSwitch(t, SwitchOf(port));
      rows += 3;
    }
    AddPort(t, port, SwitchOf(port));
    t.InsertMember(columns::Address_Set::addresses, Id(kSet, 0), Ip(port));
    if (port % 10 == 0) t.InsertMember(columns::Port_Group::ports, Id(kGroup, 0), Id(kPort, port));
    ++rows;
  }
  return nb_.Commit(std::move(t)).status();
}

absl::Status ScaleNetwork::Bind() {
  Random random(1);
  std::vector<Uuid> chassis;
  for (int c = 0; c < chassis_count(); ++c) {
    const absl::StatusOr<IpAddress> ip = IpAddress::Parse(absl::StrFormat("192.168.%d.%d", c / 200, c % 200 + 1));
    OVNLITE_RETURN_IF_ERROR(RegisterChassis(sb_, random, ChassisName(c), *ip));
    chassis.push_back(sb_.Find(sb::columns::Chassis::name, ChassisName(c)).front());
  }
  Transaction t = sb_.Begin();
  const auto bind = [&](const std::string& name, int where) {
    const RowIds rows = sb_.Find(sb::columns::Port_Binding::logical_port, name);
    if (rows.empty()) return absl::NotFoundError(absl::StrCat("no Port_Binding for ", name));
    BindPort(t, rows.front(), chassis[static_cast<size_t>(where)]);
    return absl::OkStatus();
  };
  for (int port = 0; port < ports_; ++port) OVNLITE_RETURN_IF_ERROR(bind(PortName(port), ChassisOf(port)));
  for (int number = 0; number < kQuietPorts; ++number) {
    OVNLITE_RETURN_IF_ERROR(bind(QuietPortName(number), ChassisOfQuiet(number)));
  }
  return sb_.Commit(std::move(t)).status();
}

absl::Status ScaleNetwork::Apply(Edit edit) {
  // Behind what Build() made.
  const int port = ports_, ls = ports_ / per_switch_ + 1, on = ports_ / per_switch_ / 2;
  Transaction t = nb_.Begin();
  switch (edit) {
    case Edit::kAddress: {
      // Of a machine in the middle; the last octet stays, the MAC address comes and goes.
      const int which = ports_ / 2;
      auto* lsp = t.Update<nb::Logical_Switch_Port>(Id(kPort, which));
      lsp->set_addresses(0, absl::StrCat(Mac(++address_ % 2 == 0 ? which : ports_ + 7), " ", Ip(which)));
      break;
    }
    case Edit::kPortAdd:
      AddPort(t, port, on);
      break;
    case Edit::kPortDelete:
      t.EraseMember(columns::Logical_Switch::ports, Id(kSwitch, on), Id(kPort, port));
      break;
    case Edit::kSwitchAdd:
      AddSwitch(t, ls);
      AddPort(t, port + 1, ls);
      break;
    case Edit::kSwitchDelete:
      t.Delete<nb::Logical_Switch>(Id(kSwitch, ls));
      if (has_router()) t.EraseMember(columns::Logical_Router::ports, Id(kRouter, 0), Id(kRouterPort, ls));
      break;
    case Edit::kRouteAdd: {
      if (!has_router()) return absl::OkStatus();
      auto* route = t.Insert<nb::Logical_Router_Static_Route>(Id(kRoute, 0));
      route->set_ip_prefix("172.16.0.0/24");
      route->set_nexthop(Ip(ports_ / 2));
      t.InsertMember(columns::Logical_Router::static_routes, Id(kRouter, 0), Id(kRoute, 0));
      break;
    }
    case Edit::kRouteDelete:
      if (!has_router()) return absl::OkStatus();
      t.EraseMember(columns::Logical_Router::static_routes, Id(kRouter, 0), Id(kRoute, 0));
      break;
    case Edit::kMemberAdd:
      t.InsertMember(columns::Address_Set::addresses, Id(kSet, 0), "203.0.113.7");
      break;
    case Edit::kMemberDelete:
      t.EraseMember(columns::Address_Set::addresses, Id(kSet, 0), "203.0.113.7");
      break;
    case Edit::kPortGroupAdd:
      t.InsertMember(columns::Port_Group::ports, Id(kGroup, 0), Id(kPort, ports_ / 2 + 1));
      break;
    case Edit::kPortGroupDelete:
      t.EraseMember(columns::Port_Group::ports, Id(kGroup, 0), Id(kPort, ports_ / 2 + 1));
      break;
  }
  return nb_.Commit(std::move(t)).status();
}

}  // namespace ovnlite::scale
