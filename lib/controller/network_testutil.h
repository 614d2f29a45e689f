// File: network_testutil.h
// Small Southbound databases made by hand, and the flows that a controller makes of them, as text.
//
//   TestNetwork net;
//   net.Chassis("hv1", "192.0.2.1");
//   net.Switch("s", 1);
//   net.Port("s", 1, "vm", [](auto& row) { row.add_mac("02:00:00:00:00:01"); }, "hv1");
//   EXPECT_EQ(net.FlowsOn("hv1", 65), Lines{…});

#ifndef OVNLITE_LIB_CONTROLLER_NETWORK_TESTUTIL_H_
#define OVNLITE_LIB_CONTROLLER_NETWORK_TESTUTIL_H_

#include <functional>
#include <string>
#include <vector>

#include "lib/schema/ovn_sb.rows.h"
#include "ovnlite/controller/controller.h"
#include "ovnlite/db/database.h"
#include "ovnlite/schema/schema.h"

namespace ovnlite {

using Lines = std::vector<std::string>;

class TestNetwork {
 public:
  using EditPort = std::function<void(sb::Port_Binding&)>;

  // With one Encap. Rows are called after what they are ("chassis hv1"), and so are their UUIDs (Id()).
  void Chassis(const std::string& name, const std::string& ip, const std::string& encap = "geneve");
  void Switch(const std::string& name, int key);
  void Router(const std::string& name, int key);
  // Bound on `chassis`, unless that is empty.
  void Port(const std::string& datapath, int key, const std::string& name, const EditPort& edit = nullptr,
            const std::string& chassis = "");
  void Patch(const std::string& datapath, int key, const std::string& name, const std::string& peer);
  void Group(const std::string& datapath, int key, const std::string& name, const Lines& ports);
  // A logical flow, by a number that makes it this one.
  void Flow(int number, const std::string& datapath, const std::string& pipeline, int table, int priority,
            const std::string& match, const std::string& actions);

  static Uuid Id(const std::string& what);
  static ovsdb::Uuid Ref(const std::string& what);
  template <typename T>
  void Insert(const std::string& what, const std::function<void(T&)>& fill) {
    Transaction t = sb_.Begin();
    fill(*t.Insert<T>(Id(what)));
    Commit(std::move(t));
  }
  template <typename T>
  void Update(const std::string& what, const std::function<void(T&)>& fill) {
    Transaction t = sb_.Begin();
    fill(*t.Update<T>(Id(what)));
    Commit(std::move(t));
  }
  void Commit(Transaction t);
  Database& sb() { return sb_; }

  // The flows of one table of a chassis where everything is plugged in that the database says is there, numbered as by
  // Controller::PlugAsBound(): "priority=100,… actions=…", sorted, without table, cookie, and the loading of connection
  // tracking zones.
  Lines FlowsOn(const std::string& chassis, int table);

 private:
  void Datapath(const std::string& name, int key, const char* kind);

  Database sb_{SouthboundSchema()};
};

// The same of a controller that is there already.
Lines FlowsIn(const Controller& controller, int table);

}  // namespace ovnlite

#endif  // OVNLITE_LIB_CONTROLLER_NETWORK_TESTUTIL_H_
