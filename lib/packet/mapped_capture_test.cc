#include "ovnlite/packet/mapped_capture.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/base/shared_testutil.h"
#include "lib/wire/wire_testutil.h"

namespace ovnlite {
namespace {

const char kUnderlay[] = "lib/packet/testdata/underlay.pcap";

Bytes BytesOf(const std::string& s) { return Bytes(s.begin(), s.end()); }

// The same capture as a machine of the other byte order writes it.
Bytes Swapped(const Bytes& capture) {
  Bytes out = capture;
  const auto swap = [&out](size_t at, size_t n) {
    std::reverse(out.begin() + static_cast<std::ptrdiff_t>(at), out.begin() + static_cast<std::ptrdiff_t>(at + n));
  };
  for (const auto& [at, n] : {std::pair<size_t, size_t>{0, 4}, {4, 2}, {6, 2}, {8, 4}, {12, 4}, {16, 4}, {20, 4}})
    swap(at, n);
  for (size_t at = 24; at + 16 <= capture.size();) {
    const size_t size = capture[at + 8] | capture[at + 9] << 8 | capture[at + 10] << 16;
    for (size_t field = 0; field < 16; field += 4) swap(at + field, 4);
    at += 16 + size;
  }
  return out;
}

TEST(MappedCaptureTest, GivesWhatLibpcapGives) {
  absl::StatusOr<MappedCapture> mapped = MappedCapture::Open(kUnderlay);
  ASSERT_TRUE(mapped.ok()) << mapped.status();
  for (int pass = 0; pass < 2; ++pass) {
    absl::StatusOr<PcapReader> reader = PcapReader::Open(kUnderlay);
    ASSERT_TRUE(reader.ok());
    CapturedFrame want, got;
    while (reader->Next(&want)) {
      ASSERT_TRUE(mapped->Next(&got));
      EXPECT_EQ(got.time, want.time);
      EXPECT_EQ(got.original_size, want.original_size);
      EXPECT_EQ(ToHex(got.bytes), ToHex(want.bytes));
    }
    EXPECT_FALSE(mapped->Next(&got));
    EXPECT_TRUE(mapped->status().ok()) << mapped->status();
    EXPECT_EQ(mapped->count(), 41u);
    mapped->Rewind();
  }
}

TEST(MappedCaptureTest, ReadsAllFourFormats) {
  const Bytes little_micro = BytesOf(ReadFileOrDie(kUnderlay));
  Bytes little_nano = little_micro;
  std::copy_n(FromHex("4d3cb2a1").begin(), 4, little_nano.begin());
  absl::StatusOr<MappedCapture> reference = MappedCapture::FromBytes(little_micro);
  ASSERT_TRUE(reference.ok());
  CapturedFrame want, got;
  reference->Next(&want);
  for (const Bytes& bytes : {little_micro, little_nano, Swapped(little_micro), Swapped(little_nano)}) {
    absl::StatusOr<MappedCapture> capture = MappedCapture::FromBytes(bytes);
    ASSERT_TRUE(capture.ok()) << capture.status();
    ASSERT_TRUE(capture->Next(&got));
    EXPECT_EQ(ToHex(got.bytes), ToHex(want.bytes));
    const bool nano = bytes[0] == 0x4d || bytes[3] == 0x4d;
    EXPECT_EQ(got.time / kSecond, want.time / kSecond);
    EXPECT_EQ(got.time % kSecond, nano ? want.time % kSecond / 1000 : want.time % kSecond);
    while (capture->Next(&got)) {
    }
    EXPECT_EQ(capture->count(), 41u);
    EXPECT_TRUE(capture->status().ok());
    // libpcap says the same.
    absl::StatusOr<PcapReader> reader = PcapReader::FromBytes(bytes);
    ASSERT_TRUE(reader.ok());
    capture->Rewind();
    CapturedFrame other;
    while (capture->Next(&got)) {
      ASSERT_TRUE(reader->Next(&other));
      EXPECT_EQ(got.time, other.time);
    }
  }
}

TEST(MappedCaptureTest, SaysWhyAFileCannotBeRead) {
  EXPECT_EQ(MappedCapture::Open("/nonexistent.pcap").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(MappedCapture::Open("/dev/null").status().message(), "/dev/null: a device, not a regular file");
  const std::string empty = testing::TempDir() + "/empty.pcap";
  std::ofstream(empty).flush();
  EXPECT_EQ(MappedCapture::Open(empty).status().message(), empty + ": empty");
  const Bytes good = BytesOf(ReadFileOrDie(kUnderlay));
  const auto reason = [&good](size_t at, uint8_t value) {
    Bytes bad = good;
    bad[at] = value;
    return std::string(MappedCapture::FromBytes(bad).status().message());
  };
  EXPECT_EQ(reason(0, 0), "capture in memory: unknown file format 0xa1b2c300");
  EXPECT_EQ(reason(4, 3), "capture in memory: version 0x00040003 of the format is not 2.4");
  EXPECT_EQ(reason(20, 101), "capture in memory: packets are of link type 101, not Ethernet");
  EXPECT_EQ(MappedCapture::FromBytes(Prefix(good, 23)).status().message(),
            "capture in memory: a capture begins with 24 bytes, this file has 23");
  EXPECT_EQ(
      MappedCapture::FromBytes(FromHex("0a0d0d0a000000000000000000000000000000000000000000000000")).status().message(),
      "capture in memory: is a pcapng file, which cannot be mapped");
}

TEST(MappedCaptureTest, DamageLeavesTheValidPrefix) {
  const Bytes whole = Prefix(BytesOf(ReadFileOrDie(kUnderlay)), 600);
  for (size_t n = 24; n < whole.size(); ++n) {
    const Bytes cut = Prefix(whole, n);
    absl::StatusOr<MappedCapture> mapped = MappedCapture::FromBytes(cut);
    absl::StatusOr<PcapReader> reader = PcapReader::FromBytes(cut);
    ASSERT_TRUE(mapped.ok() && reader.ok());
    CapturedFrame frame;
    while (mapped->Next(&frame)) {
    }
    while (reader->Next(&frame)) {
    }
    EXPECT_EQ(mapped->count(), reader->count()) << n;
    EXPECT_EQ(mapped->status().ok(), reader->status().ok()) << n << " " << mapped->status() << reader->status();
    EXPECT_FALSE(mapped->Next(&frame));
  }
  Bytes bad = whole;
  bad[24 + 11] = 0x7f;  // The first packet's length.
  absl::StatusOr<MappedCapture> mapped = MappedCapture::FromBytes(bad, "x.pcap");
  CapturedFrame frame;
  EXPECT_FALSE(mapped->Next(&frame));
  EXPECT_EQ(mapped->status().message(), "x.pcap: after packet 0, at byte 24: record length 2130706588 is above 262144");
  EXPECT_EQ(mapped->status().code(), absl::StatusCode::kDataLoss);
  const Bytes cut = Prefix(whole, 24 + 16 + 100);
  mapped = MappedCapture::FromBytes(cut, "x.pcap");
  EXPECT_FALSE(mapped->Next(&frame));
  EXPECT_EQ(mapped->status().message(), "x.pcap: after packet 0, at byte 24: truncated packet, 100 of 156 bytes");
}

TEST(MappedCaptureTest, MovesWithItsMapping) {
  MappedCapture first = *MappedCapture::Open(kUnderlay);
  CapturedFrame frame;
  first.Next(&frame);
  MappedCapture second = std::move(first);
  EXPECT_EQ(frame.bytes[0], 0x7a);  // Still mapped.
  while (second.Next(&frame)) {
  }
  EXPECT_EQ(second.count(), 41u);
}

}  // namespace
}  // namespace ovnlite
