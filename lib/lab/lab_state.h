// File: lab_state.h
// What a Lab is made of.

#ifndef OVNLITE_LIB_LAB_LAB_STATE_H_
#define OVNLITE_LIB_LAB_LAB_STATE_H_

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "lib/lab/lab_arguments.h"
#include "lib/lab/lab_recorder.h"
#include "ovnlite/lab/lab.h"
#include "ovnlite/northd/northd.h"
#include "ovnlite/topology/topology.h"

namespace ovnlite {

struct Lab::State {
  struct Host {
    SimHost sim;
    std::string port;
    std::string chassis;
    size_t place;  // Among all hosts.
  };

  explicit State(const Options& options);

  // -- Building (lab.cc) ----------------------------------------------------------------------------------------------
  const absl::Status& Built(absl::Status status, absl::string_view what);
  absl::Status AddChassis(absl::string_view name, absl::string_view encap_ip);
  absl::Status Connect(absl::string_view router, absl::string_view logical_switch, absl::string_view mac,
                       absl::string_view networks);
  absl::Status AddHost(absl::string_view host, absl::string_view logical_switch, absl::string_view port,
                       absl::string_view chassis, absl::string_view mac, absl::string_view addresses,
                       absl::string_view gateways);
  absl::Status CheckChassis(absl::string_view name) const;
  // Whether a logical switch port still exists.
  std::function<bool(const std::string&)> PortIsThere();
  absl::Status Sync();
  absl::Status Bind();
  void OnSouthbound(const Delta& delta);

  // -- Traffic (lab_traffic.cc) ---------------------------------------------------------------------------------------
  Host* Find(absl::string_view host);
  Host* FindByPort(const std::string& port);
  absl::StatusOr<IpAddress> Resolve(absl::string_view destination) const;
  // Why an experiment cannot begin: edits that cannot be taken up, or no such host.
  absl::Status Ready(absl::string_view host);
  void Inject(Host& host, absl::Span<const uint8_t> frame);
  // Hands over what hosts have to say, until they are silent. False when nobody said anything.
  bool Flush();
  // Lets frames move and time pass until `done` or `deadline`.
  void RunUntil(Instant deadline, const std::function<bool()>& done = nullptr);
  PingReply PingOnce(Host& host, const IpAddress& destination, uint16_t id, uint16_t sequence,
                     const PingOptions& options, absl::Status& status);

  Options options;
  Random random;
  ManualClock clock;
  Database nb, sb;
  Topology topology;
  Northd northd;
  Fabric fabric;
  LabRecorder recorder;
  std::map<std::string, std::unique_ptr<Host>> hosts;
  StationAddresses stations;
  std::map<std::string, Host*> by_port;
  std::vector<Host*> order;                        // As they were added: the order in which they speak.
  std::set<size_t> speaking;                       // Places of hosts that may have something to say.
  std::set<size_t> unbound;                        // Of hosts whose ports may not be bound where the hosts are.
  absl::Status no_error, first_error, last_error;  // Of building.
  Database::Subscription nb_changes, sb_changes;
  bool changed = true;
  uint16_t next_id = 0;
};

}  // namespace ovnlite

#endif  // OVNLITE_LIB_LAB_LAB_STATE_H_
