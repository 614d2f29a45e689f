#include "ovnlite/packet/pcapng_writer.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/base/file_testutil.h"
#include "lib/base/shared_testutil.h"
#include "lib/wire/wire_testutil.h"
#include "ovnlite/packet/pcap_file.h"

namespace ovnlite {
namespace {

absl::Span<const uint8_t> Span(const std::string& s) {
  return absl::MakeConstSpan(reinterpret_cast<const uint8_t*>(s.data()), s.size());
}

// Written down from the draft: a section header, an interface, a packet of five bytes with a comment and a direction.
TEST(PcapngWriterTest, BytesAreThoseOfTheFormat) {
  std::string out;
  PcapngWriter writer = PcapngWriter::ToMemory(&out);
  EXPECT_EQ(ToHex(Span(out)), ToHex(FromHex("0a0d0d0a 2c000000 4d3c2b1a 0100 0000 ffffffffffffffff"
                                            "0400 0700 6f766e6c69746500 0000 0000 2c000000")));
  out.clear();
  EXPECT_EQ(writer.AddInterface("vm-a"), 0u);
  EXPECT_EQ(ToHex(Span(out)), ToHex(FromHex("01000000 28000000 0100 0000 00000000 0200 0400 766d2d61"
                                            "0900 0100 09000000 0000 0000 28000000")));
  out.clear();
  const Bytes frame = FromHex("0102030405");
  ASSERT_TRUE(
      writer.Write(0, 0x1'0000'0002, frame, {.comment = "hi", .direction = PcapngWriter::Direction::kOutbound}).ok());
  EXPECT_EQ(ToHex(Span(out)),
            ToHex(FromHex("06000000 3c000000 00000000 01000000 02000000 05000000 05000000"
                          "0102030405000000 0100 0200 68690000 0200 0400 02000000 0000 0000 3c000000")));
  out.clear();
  ASSERT_TRUE(writer.Write(0, 7, {}).ok());
  EXPECT_EQ(ToHex(Span(out)),
            ToHex(FromHex("06000000 20000000 00000000 00000000 07000000 00000000 00000000 20000000")));
}

TEST(PcapngWriterTest, LibpcapReadsItBack) {
  const std::string path = testing::TempDir() + "/written.pcapng";
  std::vector<std::pair<Instant, Bytes>> packets;
  Random random(3);
  {
    PcapngWriter writer = *PcapngWriter::Create(path);
    uint32_t interfaces = 0;
    for (int i = 0; i < 500; ++i) {
      if (i % 100 == 0) {
        EXPECT_EQ(writer.AddInterface(std::string(static_cast<size_t>(i), 'x')), interfaces++);
      }
      Bytes bytes(random.Below(2000));
      for (uint8_t& b : bytes) b = static_cast<uint8_t>(random.Next());
      const auto time = static_cast<Instant>(random.Below(4'000'000'000 * kSecond));
      const std::string comment(random.Below(50), 'c');
      ASSERT_TRUE(
          writer.Write(static_cast<uint32_t>(random.Below(interfaces)), time, bytes, {.comment = comment}).ok());
      packets.emplace_back(time, bytes);
    }
  }
  absl::StatusOr<PcapReader> reader = PcapReader::Open(path);
  ASSERT_TRUE(reader.ok()) << reader.status();
  CapturedFrame frame;
  for (const auto& [time, bytes] : packets) {
    ASSERT_TRUE(reader->Next(&frame)) << reader->status();
    EXPECT_EQ(frame.time, time);
    EXPECT_EQ(ToHex(frame.bytes), ToHex(bytes));
  }
  EXPECT_FALSE(reader->Next(&frame));
  EXPECT_TRUE(reader->status().ok()) << reader->status();
}

TEST(PcapngWriterTest, TextBecomesUtf8ThatFits) {
  const std::string replacement = "\xef\xbf\xbd";
  const auto comment_of = [](absl::string_view comment) {
    std::string out;
    PcapngWriter writer = PcapngWriter::ToMemory(&out);
    writer.AddInterface("x");
    out.clear();
    EXPECT_TRUE(writer.Write(0, 0, {}, {.comment = comment}).ok());
    const size_t length = static_cast<uint8_t>(out[30]) | static_cast<uint8_t>(out[31]) << 8;
    return out.substr(32, length);
  };
  EXPECT_EQ(comment_of("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\xa7"), "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\xa7");
  EXPECT_EQ(comment_of("a\xff"
                       "b"),
            "a" + replacement + "b");
  EXPECT_EQ(comment_of(absl::string_view("a\0b", 3)), "a" + replacement + "b");
  EXPECT_EQ(comment_of("\xc0\xaf"), replacement + replacement);                    // Overlong.
  EXPECT_EQ(comment_of("\xed\xa0\x80"), replacement + replacement + replacement);  // A surrogate.
  EXPECT_EQ(comment_of("\xe2\x82"), replacement + replacement);                    // Cut off.
  EXPECT_EQ(comment_of(std::string(70'000, 'x')).size(), 65'535u);
  std::string euros;
  for (int i = 0; i < 30'000; ++i) euros += "\xe2\x82\xac";
  EXPECT_EQ(comment_of(euros).size(), 65'535u);  // 21845 whole characters.
  EXPECT_EQ(comment_of("x" + euros).size(), 65'533u);
}

TEST(PcapngWriterTest, SaysWhatIsWrong) {
  std::string out;
  PcapngWriter writer = PcapngWriter::ToMemory(&out);
  EXPECT_TRUE(absl::StrContains(writer.Write(0, 0, {}).message(), "interface 0 was not announced; there are 0"));
  writer.AddInterface("x");
  const size_t size = out.size();
  EXPECT_EQ(writer.Write(0, -1, {}).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(writer.Write(0, 0, Bytes(262'145)).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(out.size(), size);  // Nothing of what was refused is in the file.
  EXPECT_EQ(PcapngWriter::Create("/nonexistent/x").status().message(),
            "cannot open /nonexistent/x: No such file or directory");
}

TEST(PcapngWriterTest, AFileThatCannotGrowIsReported) {
  const std::string path = testing::TempDir() + "/limited.pcapng";
  absl::StatusOr<PcapngWriter> writer = PcapngWriter::Create(path);
  ASSERT_TRUE(writer.ok()) << writer.status();
  const FileSizeLimit limit(50);
  writer->AddInterface("x");
  EXPECT_TRUE(writer->Write(0, 0, Bytes(100)).ok());  // Buffered.
  EXPECT_EQ(writer->Flush().message(), absl::StrCat("cannot write ", path, ": File too large"));
  EXPECT_FALSE(writer->Write(0, 0, Bytes(100)).ok());
}

TEST(PcapngWriterTest, WritesRegularFilesOnly) {
  const std::string fifo = MakeFifo(testing::TempDir() + "/fifo.pcapng");
  EXPECT_EQ(PcapngWriter::Create(fifo).status().message(), fifo + ": a FIFO, not a regular file");
  EXPECT_EQ(PcapngWriter::Create("/dev/null").status().message(), "/dev/null: a device, not a regular file");
}

TEST(PcapngWriterTest, AssignmentKeepsWhatTheOldOneHad) {
  const std::string first = testing::TempDir() + "/first.pcapng", second = testing::TempDir() + "/second.pcapng";
  PcapngWriter writer = *PcapngWriter::Create(first);
  writer.AddInterface("first");
  writer = *PcapngWriter::Create(second);
  EXPECT_TRUE(absl::StrContains(ReadFileOrDie(first), "first"));
  EXPECT_EQ(writer.AddInterface("second"), 0u);
  EXPECT_TRUE(writer.Flush().ok());
  EXPECT_TRUE(absl::StrContains(ReadFileOrDie(second), "second"));
}

}  // namespace
}  // namespace ovnlite
