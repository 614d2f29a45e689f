#include "ovnlite/packet/pcap_file.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/base/file_testutil.h"
#include "lib/base/shared_testutil.h"
#include "lib/wire/wire_testutil.h"

namespace ovnlite {
namespace {

const char kUnderlay[] = "lib/packet/testdata/underlay.pcap";  // Geneve between the two hypervisors of OVN's lab.

std::string TempFile(absl::string_view name) { return testing::TempDir() + "/" + std::string(name); }

TEST(PcapReaderTest, ReadsARealCapture) {
  absl::StatusOr<PcapReader> reader = PcapReader::Open(kUnderlay);
  ASSERT_TRUE(reader.ok()) << reader.status();
  CapturedFrame frame;
  ASSERT_TRUE(reader->Next(&frame));
  EXPECT_EQ(frame.bytes.size(), 156u);
  EXPECT_EQ(frame.original_size, 156u);
  EXPECT_EQ(frame.time % 1000, 0);  // The file has microseconds.
  EXPECT_EQ(ToHex(frame.bytes.subspan(0, 14)), "7a02b1260c44966fa315784a0800");
  const Instant first = frame.time;
  while (reader->Next(&frame)) EXPECT_GE(frame.time, first);
  EXPECT_TRUE(reader->status().ok()) << reader->status();
  EXPECT_EQ(reader->count(), 41u);
  EXPECT_FALSE(reader->Next(&frame));
}

TEST(PcapReaderTest, SaysWhyAFileCannotBeRead) {
  EXPECT_EQ(PcapReader::Open("/nonexistent/x.pcap").status().code(), absl::StatusCode::kNotFound);
  const std::string fifo = MakeFifo(TempFile("fifo.pcap"));
  EXPECT_EQ(PcapReader::Open(fifo).status().message(), fifo + ": a FIFO, not a regular file");
  const std::string text = TempFile("text.pcap");
  std::ofstream(text) << "this is not a capture file at all";
  const absl::Status status = PcapReader::Open(text).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(), text + ": unknown file format");
  std::string raw_ip = ReadFileOrDie(kUnderlay);
  raw_ip[20] = 101;
  const absl::Status link =
      PcapReader::FromBytes(absl::MakeConstSpan(reinterpret_cast<const uint8_t*>(raw_ip.data()), raw_ip.size()))
          .status();
  EXPECT_EQ(link.message(), "capture in memory: packets are of link type 12 (Raw IP), not Ethernet");
  EXPECT_EQ(PcapReader::FromBytes({}).status().message(), "capture in memory: empty");
}

// Every truncation gives the packets that are whole, and an error unless it falls between packets.
TEST(PcapReaderTest, DamageLeavesTheValidPrefix) {
  const std::string whole = ReadFileOrDie(kUnderlay);
  std::vector<size_t> ends = {24};
  for (size_t at = 24; at < 1000;) {
    at += 16 + static_cast<uint8_t>(whole[at + 8]) + 256 * static_cast<uint8_t>(whole[at + 9]);
    ends.push_back(at);
  }
  for (size_t n = 24; n < ends.back(); ++n) {
    const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(n));
    absl::StatusOr<PcapReader> reader = PcapReader::FromBytes(cut);
    ASSERT_TRUE(reader.ok()) << reader.status();
    CapturedFrame frame;
    while (reader->Next(&frame)) {
    }
    const auto after = std::upper_bound(ends.begin(), ends.end(), n);
    EXPECT_EQ(reader->count(), static_cast<uint64_t>(after - ends.begin() - 1)) << n;
    EXPECT_EQ(reader->status().ok(), *(after - 1) == n) << n << " " << reader->status();
    if (!reader->status().ok()) {
      EXPECT_EQ(reader->status().code(), absl::StatusCode::kDataLoss);
      EXPECT_TRUE(absl::StartsWith(reader->status().message(),
                                   absl::StrCat("capture in memory: after packet ", reader->count(), ": truncated")))
          << reader->status();
    }
  }
}

TEST(PcapWriterTest, RoundTripsWithNanoseconds) {
  const std::string path = TempFile("written.pcap");
  std::vector<std::pair<Instant, Bytes>> packets;
  Random random(1);
  for (int i = 0; i < 100; ++i) {
    Bytes bytes(random.Below(2000));
    for (uint8_t& b : bytes) b = static_cast<uint8_t>(random.Next());
    packets.emplace_back(static_cast<Instant>(random.Below(0xffff'ffff) * kSecond + random.Below(kSecond)), bytes);
  }
  {
    absl::StatusOr<PcapWriter> writer = PcapWriter::Create(path);
    ASSERT_TRUE(writer.ok()) << writer.status();
    for (const auto& [time, bytes] : packets) ASSERT_TRUE(writer->Write(time, bytes).ok());
    EXPECT_FALSE(writer->Write(-1, {}).ok());
    EXPECT_FALSE(writer->Write(0, Bytes(262'145)).ok());
    EXPECT_TRUE(writer->Flush().ok());
  }
  absl::StatusOr<PcapReader> reader = PcapReader::Open(path);
  ASSERT_TRUE(reader.ok()) << reader.status();
  CapturedFrame frame;
  for (const auto& [time, bytes] : packets) {
    ASSERT_TRUE(reader->Next(&frame));
    EXPECT_EQ(frame.time, time);
    EXPECT_EQ(ToHex(frame.bytes), ToHex(bytes));
  }
  EXPECT_FALSE(reader->Next(&frame));
  EXPECT_TRUE(reader->status().ok()) << reader->status();
}

TEST(PcapWriterTest, SaysWhyAFileCannotBeWritten) {
  const absl::Status status = PcapWriter::Create("/nonexistent/x.pcap").status();
  EXPECT_EQ(status.message(), "cannot open /nonexistent/x.pcap: No such file or directory");
  const std::string fifo = MakeFifo(TempFile("fifo.pcap"));
  EXPECT_EQ(PcapWriter::Create(fifo).status().message(), fifo + ": a FIFO, not a regular file");
  EXPECT_EQ(PcapWriter::Create("/dev/null").status().message(), "/dev/null: a device, not a regular file");
}

TEST(PcapWriterTest, AFileThatCannotGrowIsReported) {
  const std::string path = TempFile("limited.pcap");
  absl::StatusOr<PcapWriter> writer = PcapWriter::Create(path);
  ASSERT_TRUE(writer.ok()) << writer.status();
  const FileSizeLimit limit(50);
  EXPECT_TRUE(writer->Write(0, Bytes(100)).ok());  // Buffered.
  EXPECT_EQ(writer->Flush().message(), absl::StrCat("cannot write ", path, ": File too large"));
}

}  // namespace
}  // namespace ovnlite
