// File: scale_network.h
// Networks of any size, and edits of them, to count and to time what an edit costs. A network is a Northbound and a
// Southbound database; ports are bound to chassis, those of one switch to many.

#ifndef OVNLITE_TESTS_SCALE_SCALE_NETWORK_H_
#define OVNLITE_TESTS_SCALE_SCALE_NETWORK_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "ovnlite/base/uuid.h"
#include "ovnlite/db/database.h"
#include "ovnlite/schema/schema.h"

namespace ovnlite::scale {

enum class Shape : uint8_t {
  kRouted,  // One router, and 100 ports on each switch at it.
  kWide,    // One router, one switch with all ports.
  kLonely,  // A port on each switch, and no router.
};
const char* ShapeName(Shape shape);

// Each is one commit; those that come in pairs leave the network as it was.
enum class Edit : uint8_t {
  kAddress,  // Of a port.
  kPortAdd,
  kPortDelete,
  kSwitchAdd,  // With a port, and a router port if there is a router.
  kSwitchDelete,
  kRouteAdd,
  kRouteDelete,
  kMemberAdd,  // Of an address set that has as many addresses as there are ports.
  kMemberDelete,
  kPortGroupAdd,  // Of a port group with every tenth port.
  kPortGroupDelete,
};
const char* EditName(Edit edit);
// In an order in which they can be applied again and again.
absl::Span<const Edit> Edits();

class ScaleNetwork {
 public:
  // `ports` in all, those of each switch on ten chassis (of one wide switch, on all), of which there is one for every
  // 100 ports and ten at least. Beside them there is a switch that no edit touches, with kQuietPorts.
  ScaleNetwork(Shape shape, int ports);

  // Fills the Northbound database, in transactions of some thousand rows.
  absl::Status Build();
  // Adds the chassis, and binds ports to them; after the Southbound rows have been compiled.
  absl::Status Bind();
  absl::Status Apply(Edit edit);

  bool has_router() const { return shape_ != Shape::kLonely; }
  int ports() const { return ports_; }
  Database& nb() { return nb_; }
  Database& sb() { return sb_; }

  static constexpr int kQuietPorts = 100;
  static std::string QuietPortName(int number);
  static std::string QuietMac(int number);
  // The first ten are on the first chassis, the others on the second.
  static int ChassisOfQuiet(int number) { return number < 10 ? 0 : 1; }

  static std::string SwitchName(int number);
  static std::string PortName(int number);
  // Of a port's machine and of the router's port on its switch.
  std::string Mac(int port) const;
  std::string Ip(int port) const;
  static std::string RouterMac(int ls);
  std::string RouterIp(int ls) const;
  int SwitchOf(int port) const { return port / per_switch_; }
  int chassis_count() const;
  int ChassisOf(int port) const;
  static std::string ChassisName(int number);

 private:
  void AddSwitch(Transaction& t, int number);
  void AddPort(Transaction& t, int number, int ls);

  const Shape shape_;
  const int ports_;
  const int per_switch_;
  Database nb_{NorthboundSchema()};
  Database sb_{SouthboundSchema()};
  int address_ = 0;  // Edits of addresses so far.
};

}  // namespace ovnlite::scale

#endif  // OVNLITE_TESTS_SCALE_SCALE_NETWORK_H_
