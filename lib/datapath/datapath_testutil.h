// File: datapath_testutil.h
// What tests of the engine share: flows and packets in a line, a host that remembers.

#ifndef OVNLITE_LIB_DATAPATH_DATAPATH_TESTUTIL_H_
#define OVNLITE_LIB_DATAPATH_DATAPATH_TESTUTIL_H_

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "ovnlite/datapath/datapath.h"
#include "ovnlite/flow/flow.h"
#include "ovnlite/packet/flow_key.h"
#include "ovnlite/packet/packet.h"

namespace ovnlite {

class RecordingHost : public DatapathHost {
 public:
  Exit* ExitTo(uint32_t port, uint64_t tunnel) override;
  bool OnPacketIn(PacketIn packet) override;

  std::map<uint32_t, std::vector<std::string>> sent;  // Bytes, by port.
  std::set<uint32_t> tunnels;                         // Ports that are tunnels.
  std::set<uint32_t> no_exit;                         // Ports that lead nowhere.
  int asked = 0;                                      // For exits.
  bool takes = false;                                 // Packets for OVN's controller.
  std::vector<PacketIn> packet_ins;
  std::function<void()> on_packet_in;

 private:
  class PortExit;
  std::map<uint32_t, std::shared_ptr<Exit>> exits_;
};

Flow MakeFlow(uint8_t table, uint16_t priority, std::vector<std::pair<FieldRef, u128>> match, OpList ops);
// From 00:00:00:00:00:0a to 00:00:00:00:ff:01, TTL 64.
FlowKey UdpKey(uint32_t source, uint32_t destination, uint16_t sport, uint16_t dport);
Packet UdpPacket(uint32_t in_port, uint32_t destination = 0x0a000114, uint16_t sport = 5000, uint16_t dport = 53);
std::string BytesOf(const Packet& packet);

}  // namespace ovnlite

#endif  // OVNLITE_LIB_DATAPATH_DATAPATH_TESTUTIL_H_
