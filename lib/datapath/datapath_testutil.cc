#include "lib/datapath/datapath_testutil.h"

#include <gtest/gtest.h>

#include "ovnlite/packet/compose.h"
#include "ovnlite/wire/ethernet.h"
#include "ovnlite/wire/ip_proto.h"

namespace ovnlite {

class RecordingHost::PortExit final : public Exit {
 public:
  PortExit(RecordingHost* host, uint32_t port) : host_(*host), port_(port) {}
  void Send(const PacketBatch& batch) override {
    for (const Packet* packet : batch) host_.sent[port_].push_back(BytesOf(*packet));
  }
  bool spreads_flows() const override { return host_.tunnels.contains(port_); }

 private:
  RecordingHost& host_;
  const uint32_t port_;
};

Exit* RecordingHost::ExitTo(uint32_t port, uint64_t) {
  ++asked;
  if (no_exit.contains(port)) return nullptr;
  std::shared_ptr<Exit>& exit = exits_[port];
  if (exit == nullptr) exit = std::make_shared<PortExit>(this, port);
  return exit.get();
}

bool RecordingHost::OnPacketIn(PacketIn packet) {
  if (on_packet_in) on_packet_in();
  if (!takes) return false;
  packet_ins.push_back(std::move(packet));
  return true;
}

Flow MakeFlow(uint8_t table, uint16_t priority, std::vector<std::pair<FieldRef, u128>> match, OpList ops) {
  Flow flow;
  flow.table = table;
  flow.priority = priority;
  for (const auto& [f, v] : match) EXPECT_TRUE(flow.match.Add(f, v));
  flow.ops = std::make_shared<const OpList>(std::move(ops));
  return flow;
}

FlowKey UdpKey(uint32_t source, uint32_t destination, uint16_t sport, uint16_t dport) {
  FlowKey key;
  key.Set(field::kEthDst, 0x0000'0000'ff01);
  key.Set(field::kEthSrc, 0x0a);
  key.Set(field::kEthType, kEthTypeIpv4);
  key.Set(field::kIp4Src, source);
  key.Set(field::kIp4Dst, destination);
  key.Set(field::kIpProto, kIpProtoUdp);
  key.Set(field::kIpTtl, 64);
  key.Set(field::kL4Src, sport);
  key.Set(field::kL4Dst, dport);
  return key;
}

Packet UdpPacket(uint32_t in_port, uint32_t destination, uint16_t sport, uint16_t dport) {
  Packet packet = ComposePacket(UdpKey(0x0a00000a, destination, sport, dport));
  packet.in_port = in_port;
  return packet;
}

std::string BytesOf(const Packet& packet) {
  return std::string(reinterpret_cast<const char*>(packet.bytes().data()), packet.size());
}

}  // namespace ovnlite
