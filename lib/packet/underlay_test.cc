// Whole captures of real OVN's tunnels: every frame is received, and written again byte for byte.

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <string>

#include "absl/strings/match.h"
#include "lib/base/shared_testutil.h"
#include "lib/wire/wire_testutil.h"
#include "ovnlite/packet/extract.h"
#include "ovnlite/packet/mapped_capture.h"
#include "ovnlite/wire/geneve_tunnel.h"

namespace ovnlite {
namespace {

// Receives, checks that the inner frame has a key, and sends again.
void ExpectSameAgain(absl::Span<const uint8_t> frame) {
  SCOPED_TRACE(ToHex(frame));
  GeneveArrival arrival;
  const GeneveVerdict verdict = ReceiveGeneve(frame, {}, &arrival);
  ASSERT_EQ(verdict, GeneveVerdict::kDeliver) << GeneveVerdictText(verdict);
  ASSERT_TRUE(arrival.option.has_value());
  const auto inner = frame.subspan(arrival.inner_offset, arrival.inner_size);
  FlowKey key;
  EXPECT_NE(ExtractFlowKey(inner, key).l3, 0u);
  GeneveTunnel tunnel;
  tunnel.destination_mac = MacAddress::Load(&frame[0]);
  tunnel.source_mac = MacAddress::Load(&frame[6]);
  tunnel.source = arrival.source;
  tunnel.destination = arrival.destination;
  const GenevePath path(tunnel, arrival.vni, arrival.option);
  Bytes again(path.size() + inner.size(), 0xa5);
  std::copy(inner.begin(), inner.end(), again.begin() + static_cast<std::ptrdiff_t>(path.size()));
  path.Write(absl::MakeSpan(again), arrival.source_port);
  EXPECT_EQ(ToHex(again), ToHex(frame));
}

// Two hypervisors with the kernel's Geneve: ARP, ping, TCP, UDP, traceroute, 1300-byte pings.
TEST(UnderlayTest, TheLabsUnderlay) {
  absl::StatusOr<MappedCapture> capture = MappedCapture::Open("lib/packet/testdata/underlay.pcap");
  ASSERT_TRUE(capture.ok()) << capture.status();
  std::map<std::pair<uint32_t, uint32_t>, int> paths;  // (VNI, option)
  for (CapturedFrame frame; capture->Next(&frame);) {
    ExpectSameAgain(frame.bytes);
    GeneveArrival arrival;
    ReceiveGeneve(frame.bytes, {}, &arrival);
    ++paths[{arrival.vni, arrival.option->body}];
  }
  EXPECT_TRUE(capture->status().ok()) << capture->status();
  EXPECT_EQ(capture->count(), 41u);
  const std::map<std::pair<uint32_t, uint32_t>, int> want = {
      {{1, 0x0002'0001}, 26}, {{1, 0x0002'8004}, 1}, {{2, 0x0001'0002}, 14}};
  EXPECT_EQ(paths, want);
}

// The userspace datapath, in the recordings that are too many to keep here.
TEST(UnderlayTest, RecordedCases) {
  OVNLITE_SHARED_OR_SKIP(cases, "oracle/cases");
  int frames = 0;
  for (const char* name : {"acl", "lab", "nat_lb", "services"}) {
    std::ifstream steps(cases + "/" + name + ".packets/steps.txt");
    EXPECT_TRUE(steps.good()) << name;
    for (std::string line; std::getline(steps, line);) {
      const size_t at = line.find(".tunnel ");
      if (!absl::StartsWith(line, "  ") || at == line.npos) continue;
      ExpectSameAgain(FromHex(line.substr(at + 8)));
      ++frames;
    }
  }
  EXPECT_GT(frames, 10);
}

}  // namespace
}  // namespace ovnlite
