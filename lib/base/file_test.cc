#include "lib/base/file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace ovnlite {
namespace {

namespace fs = std::filesystem;

// A folder with one of each kind of thing that a name can lead to.
class FileTest : public ::testing::Test {
 protected:
  FileTest() : folder_(absl::StrCat(::testing::TempDir(), "/file_test_", getpid())) {
    fs::remove_all(folder_);
    fs::create_directory(folder_);
    Fill(At("regular"));
    fs::create_symlink("regular", At("link"));
    fs::create_directory(At("folder"));
    EXPECT_EQ(mkfifo(At("fifo").c_str(), 0600), 0);
    fs::create_symlink("fifo", At("link_to_fifo"));
    fs::create_symlink("nothing", At("dangling"));
    sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = ""};
    // The name of a socket is short; folders of tests are not.
    const int here = open(folder_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
    std::snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/socket", here);
    socket_ = FileDescriptor(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    EXPECT_EQ(bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0) << std::strerror(errno);
    close(here);
  }
  ~FileTest() override { fs::remove_all(folder_); }

  std::string At(absl::string_view name) const { return absl::StrCat(folder_, "/", name); }
  static void Fill(const std::string& path) { std::ofstream(path) << "old and long"; }
  static std::string Contents(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }

  const std::string folder_;
  FileDescriptor socket_;
};

// Every way in, by name.
using Way = std::pair<const char*, absl::Status (*)(const std::string&)>;
constexpr Way kReaders[] = {
    {"OpenToRead", [](const std::string& path) { return OpenToRead(path).status(); }},
    {"OpenStreamToRead", [](const std::string& path) { return OpenStreamToRead(path).status(); }},
    {"ReadFile", [](const std::string& path) { return ReadFile(path).status(); }},
};
constexpr Way kWriters[] = {
    {"OpenToWrite", [](const std::string& path) { return OpenToWrite(path).status(); }},
    {"OpenStreamToWrite", [](const std::string& path) { return OpenStreamToWrite(path).status(); }},
    {"ReplaceFile", [](const std::string& path) { return ReplaceFile(path, "new"); }},
};

TEST_F(FileTest, OnlyRegularFilesAreOpened) {
  // FIFOs without a peer: whoever opens one waits for ever.
  const std::pair<std::string, std::string> things[] = {
      {At("folder"), "a folder, not a regular file"},     {At("fifo"), "a FIFO, not a regular file"},
      {At("link_to_fifo"), "a FIFO, not a regular file"}, {At("socket"), "a socket, not a regular file"},
      {"/dev/null", "a device, not a regular file"},
  };
  const auto ask = [&](const Way& way) {
    for (const auto& [path, why] : things) {
      const absl::Status status = way.second(path);
      EXPECT_EQ(status.message(), absl::StrCat(path, ": ", why)) << way.first;
      EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << way.first;
    }
    const absl::Status dangling = way.second(At("dangling"));
    EXPECT_EQ(dangling.message(), absl::StrCat(At("dangling"), ": a symbolic link to nothing")) << way.first;
    EXPECT_EQ(dangling.code(), absl::StatusCode::kNotFound) << way.first;
    const absl::Status cut = way.second(At("regular") + std::string("\0.bak", 5));
    EXPECT_EQ(cut.message(), absl::StrCat("a path with a NUL byte, behind \"", At("regular"), "\"")) << way.first;
    EXPECT_EQ(cut.code(), absl::StatusCode::kInvalidArgument) << way.first;
    EXPECT_FALSE(way.second("").ok()) << way.first;
    EXPECT_EQ(way.second(At("none/file")).code(), absl::StatusCode::kNotFound) << way.first;
    EXPECT_FALSE(way.second(At("regular/file")).ok()) << way.first;
  };
  for (const Way& way : kReaders) ask(way);
  for (const Way& way : kWriters) ask(way);
  // Nothing has become of them.
  EXPECT_TRUE(fs::is_fifo(At("fifo")) && fs::is_socket(At("socket")) && fs::is_directory(At("folder")));
  EXPECT_TRUE(fs::is_symlink(At("dangling")) && fs::is_symlink(At("link_to_fifo")) && !fs::exists(At("nothing")));
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
  EXPECT_EQ(Contents(At("regular")), "old and long");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), {}), 7);
}

TEST_F(FileTest, Reads) {
  for (const char* const name : {"regular", "link"}) {
    const absl::StatusOr<std::string> bytes = ReadFile(At(name));
    ASSERT_EQ(bytes.status(), absl::OkStatus());
    EXPECT_EQ(*bytes, "old and long");
  }
  const std::string large(200'000, 'x');
  ASSERT_EQ(ReplaceFile(At("large"), large), absl::OkStatus());
  EXPECT_TRUE(*ReadFile(At("large")) == large);
  const absl::Status missing = ReadFile(At("missing")).status();
  EXPECT_EQ(missing.code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(absl::StrContains(missing.message(), At("missing"))) << missing;
}

TEST_F(FileTest, WritesNewFilesOldOnesAndThroughLinks) {
  for (const char* const name : {"new", "regular", "link"}) {
    absl::StatusOr<FileDescriptor> file = OpenToWrite(At(name));
    ASSERT_EQ(file.status(), absl::OkStatus());
    ASSERT_EQ(write(file->get(), name, 3), 3);
    EXPECT_EQ(file->Close(), 0);
    EXPECT_EQ(Contents(At(name)), absl::string_view(name, 3));
  }
  EXPECT_EQ(Contents(At("regular")), "lin");
  EXPECT_TRUE(fs::is_symlink(At("link")));
}

TEST_F(FileTest, ReplacesNewFilesOldOnesAndBehindLinks) {
  ASSERT_EQ(chmod(At("regular").c_str(), 0604), 0);
  for (const char* const name : {"new", "regular", "link"}) {
    ASSERT_EQ(ReplaceFile(At(name), name), absl::OkStatus());
    EXPECT_EQ(Contents(At(name)), name);
  }
  EXPECT_EQ(Contents(At("regular")), "link");
  EXPECT_TRUE(fs::is_symlink(At("link")));
  const auto mode = [this](absl::string_view name) {
    return static_cast<unsigned>(fs::status(At(name)).permissions());
  };
  EXPECT_EQ(mode("regular"), 0604u);
  EXPECT_EQ(mode("new"), 0640u);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), {}), 8) << "nothing is left beside them";
}

}  // namespace
}  // namespace ovnlite
