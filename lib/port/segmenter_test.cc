#include "lib/port/segmenter.h"

#include <gtest/gtest.h>

#include <vector>

#include "lib/port/coalescer.h"
#include "lib/port/offload_testutil.h"
#include "lib/wire/wire_testutil.h"
#include "ovnlite/wire/sctp.h"

namespace ovnlite {
namespace {

std::vector<Packet> Segments(const SuperFrame& super) {
  std::vector<Packet> packets;
  Segmenter segmenter;
  EXPECT_TRUE(segmenter.Begin(super.notes, super.frame));
  while (!segmenter.done()) {
    const size_t remaining = segmenter.remaining();
    packets.emplace_back();
    segmenter.Next(packets.back());
    EXPECT_EQ(segmenter.remaining(), remaining - 1);
  }
  return packets;
}

TEST(SegmenterTest, CutsTcpOverIpv4) {
  Random random(1);
  const SuperFrame super = MakeSuperFrame({.flags = kTcpAck | kTcpPsh | kTcpFin | kTcpCwr}, random);
  const std::vector<Packet> segments = Segments(super);
  ASSERT_EQ(segments.size(), 4u);  // 3 * 1448 + 656
  const Ipv4View whole_ip(absl::MakeConstSpan(super.frame).subspan(14));
  const TcpView whole(whole_ip.payload());
  Bytes payload;
  for (size_t i = 0; i < segments.size(); ++i) {
    const bool is_last = i == 3;
    EXPECT_EQ(segments[i].size(), 14 + 20 + 32 + (is_last ? 656u : 1'448u));
    const Ipv4View ip(segments[i].bytes().subspan(14));
    EXPECT_TRUE(ip.ChecksumIsValid());
    EXPECT_EQ(ip.total_length(), segments[i].size() - 14);
    EXPECT_EQ(ip.id(), static_cast<uint16_t>(whole_ip.id() + i));
    EXPECT_EQ(ip.tos(), 0x28);
    const TcpView tcp(ip.payload());
    EXPECT_EQ(Checksum(tcp.bytes(), PseudoHeaderSum(ip.source(), ip.destination(), kIpProtoTcp,
                                                    static_cast<uint32_t>(tcp.bytes().size()))),
              0);
    EXPECT_EQ(tcp.sequence(), whole.sequence() + static_cast<uint32_t>(i) * 1'448);
    EXPECT_EQ(tcp.flags(), kTcpAck | (i == 0 ? kTcpCwr : 0) | (is_last ? kTcpPsh | kTcpFin : 0));
    EXPECT_EQ(ToHex(tcp.options()), ToHex(whole.options()));
    payload.insert(payload.end(), tcp.payload().begin(), tcp.payload().end());
  }
  EXPECT_EQ(ToHex(payload), ToHex(whole.payload()));
}

TEST(SegmenterTest, CutsUdpOverIpv6BehindTags) {
  Random random(2);
  const SuperFrame super =
      MakeSuperFrame({.is_v6 = true, .is_udp = true, .vlan_tags = 2, .payload = 3'001, .gso_size = 1'000}, random);
  const std::vector<Packet> segments = Segments(super);
  ASSERT_EQ(segments.size(), 4u);
  for (size_t i = 0; i < segments.size(); ++i) {
    const size_t n = i == 3 ? 1 : 1'000;
    ASSERT_EQ(segments[i].size(), 22 + 40 + 8 + n);
    const Ipv6View ip(segments[i].bytes().subspan(22));
    EXPECT_EQ(ip.payload_length(), 8 + n);
    const UdpView udp(ip.payload());
    EXPECT_EQ(udp.length(), 8 + n);
    EXPECT_EQ(Checksum(udp.bytes(),
                       PseudoHeaderSum(ip.source(), ip.destination(), kIpProtoUdp, static_cast<uint32_t>(8 + n))),
              0);
    EXPECT_EQ(ToHex(segments[i].bytes().subspan(0, 22)), ToHex(absl::MakeConstSpan(super.frame).subspan(0, 22)));
    EXPECT_EQ(ToHex(udp.payload()), ToHex(absl::MakeConstSpan(super.frame).subspan(70 + i * 1'000, n)));
  }
}

TEST(SegmenterTest, RefusesNotesThatContradictTheFrame) {
  Random random(3);
  const SuperFrame good = MakeSuperFrame({}, random);
  Segmenter segmenter;
  const auto begins = [&](auto change) {
    SuperFrame bad = good;
    change(bad);
    return segmenter.Begin(bad.notes, bad.frame);
  };
  EXPECT_TRUE(begins([](SuperFrame&) {}));
  EXPECT_TRUE(begins([](SuperFrame& s) { s.notes.gso_type |= VnetHeader::kGsoEcn; }));
  EXPECT_FALSE(begins([](SuperFrame& s) { s.notes.gso_type = VnetHeader::kGsoTcp6; }));
  EXPECT_FALSE(begins([](SuperFrame& s) { s.notes.gso_type = VnetHeader::kGsoUdp; }));
  EXPECT_FALSE(begins([](SuperFrame& s) { s.notes.gso_type = 3; }));  // UDP fragmentation, which nobody offers.
  EXPECT_FALSE(begins([](SuperFrame& s) { s.notes.gso_size = 0; }));
  EXPECT_FALSE(begins([](SuperFrame& s) { s.notes.gso_size = 65'500; }));
  EXPECT_FALSE(begins([](SuperFrame& s) { s.notes.checksum_start = 35; }));
  EXPECT_FALSE(begins([](SuperFrame& s) { s.frame[14] = 0x44; }));
  EXPECT_FALSE(begins([](SuperFrame& s) { s.frame[20] = 0x20; }));  // A fragment.
  EXPECT_FALSE(begins([](SuperFrame& s) { s.frame[34 + 12] = 0x40; }));
  EXPECT_FALSE(begins([](SuperFrame& s) { s.frame.resize(34 + 32); }));  // Nothing to cut.
  EXPECT_TRUE(segmenter.done());
}

// What cutting yields, joining restores: frame and notes, whatever the shape.
TEST(OffloadLawTest, JoiningInvertsCutting) {
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Random random(seed);
    SuperFrameShape shape;
    shape.is_v6 = random.OneIn(2);
    shape.vlan_tags = static_cast<int>(random.Below(3));
    shape.timestamps = random.OneIn(2);
    shape.gso_size = static_cast<uint16_t>(1 + random.Below(1'448));
    shape.payload = shape.gso_size + 1 + random.Below(shape.gso_size * 31u);
    if (random.OneIn(3)) shape.flags = kTcpAck;
    const SuperFrame super = MakeSuperFrame(shape, random);
    const std::vector<Packet> segments = Segments(super);
    std::vector<const Packet*> packets;
    for (const Packet& packet : segments) packets.push_back(&packet);
    ASSERT_LE(packets.size(), static_cast<size_t>(kBatchSize));
    Coalescer coalescer;
    coalescer.Plan(packets);
    ASSERT_EQ(coalescer.runs(), 1);
    EXPECT_EQ(coalescer.packets(0), static_cast<int>(packets.size()));
    EXPECT_EQ(std::memcmp(&coalescer.notes(0), &super.notes, sizeof(VnetHeader)), 0);
    Bytes written;
    for (const iovec& piece : coalescer.pieces(0)) {
      const auto* const p = static_cast<const uint8_t*>(piece.iov_base);
      written.insert(written.end(), p, p + piece.iov_len);
    }
    EXPECT_EQ(ToHex(absl::MakeConstSpan(written).subspan(sizeof(VnetHeader))), ToHex(super.frame));
  }
}

// What joining writes, cutting gives back, for any batch: bit for bit and in order.
TEST(OffloadLawTest, CuttingInvertsJoining) {
  uint64_t joined = 0;
  for (uint64_t seed = 1; seed <= 500; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Random random(seed);
    std::vector<Packet> batch;
    while (batch.size() < kBatchSize) {
      SuperFrameShape shape;
      shape.is_v6 = random.OneIn(2);
      shape.payload = 100 + random.Below(900);
      shape.gso_size = static_cast<uint16_t>(1 + random.Below(300));
      for (Packet& packet : Segments(MakeSuperFrame(shape, random))) {
        if (batch.size() == kBatchSize) break;
        // Damage anywhere, repetition, loss.
        if (random.OneIn(10)) packet.data()[random.Below(packet.size())] ^= static_cast<uint8_t>(1 + random.Below(255));
        if (random.OneIn(20)) batch.push_back(packet.Clone());
        if (batch.size() < kBatchSize && !random.OneIn(20)) batch.push_back(std::move(packet));
      }
    }
    std::vector<const Packet*> packets;
    for (const Packet& packet : batch) packets.push_back(&packet);
    const std::vector<Packet> before = [&] {
      std::vector<Packet> copy;
      for (const Packet& packet : batch) copy.push_back(packet.Clone());
      return copy;
    }();
    Coalescer coalescer;
    coalescer.Plan(packets);
    size_t at = 0;
    for (int i = 0; i < coalescer.runs(); ++i) {
      Bytes written;
      for (const iovec& piece : coalescer.pieces(i)) {
        const auto* const p = static_cast<const uint8_t*>(piece.iov_base);
        written.insert(written.end(), p, p + piece.iov_len);
      }
      written.erase(written.begin(), written.begin() + sizeof(VnetHeader));
      if (coalescer.packets(i) == 1) {
        EXPECT_EQ(coalescer.notes(i).flags, 0);
        EXPECT_EQ(coalescer.notes(i).gso_type, 0);
        ASSERT_EQ(ToHex(written), ToHex(before[at++].bytes()));
        continue;
      }
      joined += static_cast<uint64_t>(coalescer.packets(i));
      size_t bytes = 0;
      for (const Packet& packet : Segments({coalescer.notes(i), written})) {
        bytes += packet.size();
        ASSERT_LT(at, before.size());
        ASSERT_EQ(ToHex(packet.bytes()), ToHex(before[at++].bytes()));
      }
      EXPECT_EQ(bytes, coalescer.bytes(i));
    }
    ASSERT_EQ(at, before.size());
  }
  EXPECT_GT(joined, 500u * kBatchSize / 3);
}

TEST(CoalescerTest, LeavesAloneWhenToldTo) {
  Random random(4);
  const std::vector<Packet> segments = Segments(MakeSuperFrame({}, random));
  std::vector<const Packet*> packets;
  for (const Packet& packet : segments) packets.push_back(&packet);
  Coalescer coalescer;
  coalescer.Plan(packets, false);
  EXPECT_EQ(coalescer.runs(), 4);
}

TEST(CompleteChecksumTest, FillsTcpUdpAndSctp) {
  Random random(5);
  for (const bool is_udp : {false, true}) {
    SuperFrame super = MakeSuperFrame({.is_udp = is_udp, .payload = 333}, random);
    EXPECT_TRUE(CompleteChecksum(super.notes, absl::MakeSpan(super.frame)));
    const Ipv4View ip(absl::MakeConstSpan(super.frame).subspan(14));
    EXPECT_EQ(Checksum(ip.payload(), PseudoHeaderSum(ip.source(), ip.destination(), ip.protocol(),
                                                     static_cast<uint32_t>(ip.payload().size()))),
              0);
  }
  // An INIT chunk of which every checksum byte is wrong.
  Bytes sctp = FromHex("0a0b0c0d 00000000 deadbeef 01000014 12345678 0000ffff 000a000a 9abcdef0");
  EXPECT_TRUE(CompleteChecksum({VnetHeader::kNeedsChecksum, 0, 0, 0, 0, 8}, absl::MakeSpan(sctp)));
  EXPECT_EQ(Load32(&sctp[8]), SctpChecksum(sctp));
  EXPECT_NE(ToHex(sctp).substr(16, 8), "deadbeef");
  // Places outside.
  EXPECT_FALSE(CompleteChecksum({VnetHeader::kNeedsChecksum, 0, 0, 0, 0xffff, 0xffff}, absl::MakeSpan(sctp)));
  EXPECT_FALSE(CompleteChecksum({VnetHeader::kNeedsChecksum, 0, 0, 0, 31, 0}, absl::MakeSpan(sctp)));
  EXPECT_FALSE(CompleteChecksum({VnetHeader::kNeedsChecksum, 0, 0, 0, 21, 8}, absl::MakeSpan(sctp)));
}

}  // namespace
}  // namespace ovnlite
