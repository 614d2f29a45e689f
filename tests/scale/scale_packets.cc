#include "tests/scale/scale_packets.h"

#include <algorithm>

#include "ovnlite/packet/compose.h"
#include "ovnlite/packet/field.h"
#include "ovnlite/wire/ethernet.h"
#include "ovnlite/wire/ip_proto.h"

namespace ovnlite::scale {
namespace {

void Send(Hypervisor& hv, const std::string& port, const std::string& from_mac, const std::string& to_mac,
          const std::string& from, const std::string& to) {
  FlowKey key;
  key.Set(field::kEthSrc, MacAddress::Parse(from_mac)->bits());
  key.Set(field::kEthDst, MacAddress::Parse(to_mac)->bits());
  key.Set(field::kEthType, kEthTypeIpv4);
  key.Set(field::kIp4Src, Ipv4Address::Parse(from)->bits());
  key.Set(field::kIp4Dst, Ipv4Address::Parse(to)->bits());
  key.Set(field::kIpProto, kIpProtoUdp);
  key.Set(field::kIpTtl, 64);
  Packet packet = ComposePacket(key);
  PacketBatch batch;
  batch.Add(&packet);
  hv.ReceivePort(port, batch);
}

}  // namespace

size_t MakeMegaflows(const ScaleNetwork& network, Hypervisor& hv) {
  for (int from = 0; from < ScaleNetwork::kQuietPorts && ScaleNetwork::ChassisOfQuiet(from) == 0; ++from) {
    for (int to = 0; to < ScaleNetwork::kQuietPorts; ++to) {
      if (to == from) continue;
      Send(hv, ScaleNetwork::QuietPortName(from), ScaleNetwork::QuietMac(from), ScaleNetwork::QuietMac(to), "10.0.0.1",
           "10.0.0.2");
    }
  }
  for (int to = network.ports() - 10; to < network.ports(); ++to) {
    const bool here = network.SwitchOf(to) == network.SwitchOf(0);
    if (!here && !network.has_router()) break;
    Send(hv, ScaleNetwork::PortName(0), network.Mac(0), here ? network.Mac(to) : ScaleNetwork::RouterMac(0),
         network.Ip(0), network.Ip(to));
  }
  return hv.datapath().megaflow_count();
}

}  // namespace ovnlite::scale
