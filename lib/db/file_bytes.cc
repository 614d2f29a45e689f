#include "lib/db/file_bytes.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/base/file.h"
#include "ovnlite/base/status.h"

namespace ovnlite {
namespace {

constexpr size_t kPage = 4096;

absl::Status Failed(absl::string_view what, const std::string& path) {
  return absl::ErrnoToStatus(errno, absl::StrCat(what, " ", path));
}

}  // namespace

absl::StatusOr<FileBytes> FileBytes::Read(const std::string& path) {
  OVNLITE_ASSIGN_OR_RETURN(const FileDescriptor file, OpenToRead(path));
  struct stat info;
  if (fstat(file.get(), &info) != 0) return Failed("cannot open", path);
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

}  // namespace ovnlite
