#include "tests/scale/scale_packets.h"

#include "ovnlite/packet/compose.h"
#include "ovnlite/packet/field.h"
#include "ovnlite/wire/ethernet.h"
#include "ovnlite/wire/ip_proto.h"

namespace ovnlite::scale {

size_t MakeMegaflows(const ScaleNetwork& network, Hypervisor& hv, size_t wanted) {
  const auto mac = [](const std::string& text) { return MacAddress::Parse(text)->bits(); };
  const auto ip = [](const std::string& text) { return Ipv4Address::Parse(text)->bits(); };
  for (int to = 1; to < network.ports() && hv.datapath().megaflow_count() < wanted; ++to) {
    const bool here = network.SwitchOf(to) == network.SwitchOf(0);
    if (!here && !network.has_router()) break;
    FlowKey key;
    key.Set(field::kEthSrc, mac(network.Mac(0)));
    key.Set(field::kEthDst, mac(here ? network.Mac(to) : ScaleNetwork::RouterMac(0)));
    key.Set(field::kEthType, kEthTypeIpv4);
    key.Set(field::kIp4Src, ip(network.Ip(0)));
    key.Set(field::kIp4Dst, ip(network.Ip(to)));
    key.Set(field::kIpProto, kIpProtoUdp);
    key.Set(field::kIpTtl, 64);
    Packet packet = ComposePacket(key);
    PacketBatch batch;
    batch.Add(&packet);
    hv.ReceivePort(ScaleNetwork::PortName(0), batch);
  }
  return hv.datapath().megaflow_count();
}

}  // namespace ovnlite::scale
