#include "lib/db/file_bytes.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <utility>

#include "absl/strings/str_cat.h"

namespace ovnlite {
namespace {

constexpr size_t kPage = 4096;

class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  ~FileDescriptor() {
    if (fd_ >= 0) close(fd_);
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  int get() const { return fd_; }
  int Release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

absl::Status Failed(absl::string_view what, const std::string& path) {
  return absl::ErrnoToStatus(errno, absl::StrCat(what, " ", path));
}

absl::Status OpenRegular(const FileDescriptor& file, const std::string& path, struct stat* info) {
  if (file.get() < 0 || fstat(file.get(), info) != 0) return Failed("cannot open", path);
  if (!S_ISREG(info->st_mode)) return absl::InvalidArgumentError(absl::StrCat(path, " is not a regular file"));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<FileBytes> FileBytes::Read(const std::string& path) {
  const FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat info;
  if (absl::Status status = OpenRegular(file, path, &info); !status.ok()) return status;
  const size_t capacity = std::max<size_t>(static_cast<size_t>(info.st_size), 1);
  void* memory = mmap(nullptr, capacity, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return Failed("no memory for", path);
  madvise(memory, capacity, MADV_HUGEPAGE);  // Where that is allowed, there are fewer page faults.
  FileBytes bytes(static_cast<char*>(memory), capacity);
  // A file that grows meanwhile is read as far as it was; one that shrinks, as far as it is.
  while (bytes.size_ < static_cast<size_t>(info.st_size)) {
    const ssize_t n = read(file.get(), bytes.data_ + bytes.size_, static_cast<size_t>(info.st_size) - bytes.size_);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return Failed("cannot read", path);
    if (n == 0) break;
    bytes.size_ += static_cast<size_t>(n);
  }
  return bytes;
}

FileBytes::FileBytes(FileBytes&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      capacity_(other.capacity_),
      size_(std::exchange(other.size_, 0)),
      released_(other.released_) {}

FileBytes::~FileBytes() {
  if (data_ != nullptr) munmap(data_, capacity_);
}

void FileBytes::Release(size_t end) {
  end -= end % kPage;
  if (end <= released_) return;
  madvise(data_ + released_, end - released_, MADV_DONTNEED);
  released_ = end;
}

absl::Status ReplaceFile(const std::string& path, absl::string_view bytes) {
  // In place of the file a symbolic link points to, not of the link.
  std::string target = path;
  if (char* real = realpath(path.c_str(), nullptr); real != nullptr) {
    target = real;
    free(real);
  }
  std::string temporary = target + ".XXXXXX";
  FileDescriptor file(mkostemp(temporary.data(), O_CLOEXEC));
  if (file.get() < 0) return Failed("cannot create a file beside", path);
  const auto give_up = [&](absl::string_view what) {
    const absl::Status status = Failed(what, temporary);
    unlink(temporary.c_str());
    return status;
  };
  struct stat old;
  const mode_t mode = stat(target.c_str(), &old) == 0 ? old.st_mode & 07777 : 0640;
  if (fchmod(file.get(), mode) != 0) return give_up("cannot set the mode of");
  while (!bytes.empty()) {
    const ssize_t n = write(file.get(), bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return give_up("cannot write");
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  if (fsync(file.get()) != 0) return give_up("cannot flush");
  if (close(file.Release()) != 0) return give_up("cannot close");
  if (rename(temporary.c_str(), target.c_str()) != 0) return give_up("cannot put in place");
  // The new name reaches the disk with its folder.
  const size_t slash = target.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : target.substr(0, std::max<size_t>(slash, 1));
  const FileDescriptor directory(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.get() >= 0) fsync(directory.get());
  return absl::OkStatus();
}

}  // namespace ovnlite
