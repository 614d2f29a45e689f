#include "lib/base/file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "ovnlite/base/status.h"

namespace ovnlite {
namespace {

absl::Status Failed(int error, absl::string_view what, const std::string& path) {
  return absl::ErrnoToStatus(error, absl::StrCat(what, " ", path));
}

const char* KindName(mode_t mode) {
  switch (mode & S_IFMT) {
    case S_IFDIR:
      return "folder";
    case S_IFIFO:
      return "FIFO";
    case S_IFSOCK:
      return "socket";
    default:
      return "device";
  }
}

absl::Status CheckRegular(const struct stat& info, const std::string& path) {
  if (S_ISREG(info.st_mode)) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(path, ": a ", KindName(info.st_mode), ", not a regular file"));
}

// What the name leads to; *there says whether there is anything.
absl::Status Look(const std::string& path, struct stat* info, bool* there) {
  if (const size_t nul = path.find('\0'); nul != std::string::npos) {
    return absl::InvalidArgumentError(
        absl::StrCat("a path with a NUL byte, behind \"", absl::string_view(path).substr(0, nul), "\""));
  }
  *there = stat(path.c_str(), info) == 0;
  if (*there) return CheckRegular(*info, path);
  if (errno != ENOENT) return Failed(errno, "cannot open", path);
  if (lstat(path.c_str(), info) == 0) {
    return absl::NotFoundError(absl::StrCat(path, ": a symbolic link to nothing"));
  }
  return absl::OkStatus();
}

// Opens what was looked at. It may be another file by now, which therefore must not make us wait, nor become our
// terminal.
absl::StatusOr<FileDescriptor> Open(const std::string& path, int flags) {
  FileDescriptor file(open(path.c_str(), flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0666));
  if (file.get() < 0) return Failed(errno, "cannot open", path);
  struct stat info;
  if (fstat(file.get(), &info) != 0) return Failed(errno, "cannot open", path);
  OVNLITE_RETURN_IF_ERROR(CheckRegular(info, path));
  return file;
}

absl::StatusOr<std::FILE*> Stream(absl::StatusOr<FileDescriptor> file, const char* mode, const std::string& path) {
  OVNLITE_RETURN_IF_ERROR(file.status());
  std::FILE* const stream = fdopen(file->get(), mode);
  if (stream == nullptr) return Failed(errno, "cannot open", path);
  file->Release();
  return stream;
}

// 0, or errno.
int WriteAll(const FileDescriptor& file, absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = write(file.get(), bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno;
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return 0;
}

}  // namespace

int FileDescriptor::Close() { return fd_ < 0 || close(Release()) == 0 ? 0 : errno; }

absl::StatusOr<FileDescriptor> OpenToRead(const std::string& path) {
  struct stat info;
  bool there;
  OVNLITE_RETURN_IF_ERROR(Look(path, &info, &there));
  return Open(path, O_RDONLY);
}

absl::StatusOr<FileDescriptor> OpenToWrite(const std::string& path) {
  struct stat info;
  bool there;
  OVNLITE_RETURN_IF_ERROR(Look(path, &info, &there));
  if (!there) return Open(path, O_WRONLY | O_CREAT | O_EXCL);
  OVNLITE_ASSIGN_OR_RETURN(FileDescriptor file, Open(path, O_WRONLY));
  if (ftruncate(file.get(), 0) != 0) return Failed(errno, "cannot empty", path);
  return file;
}

absl::StatusOr<std::FILE*> OpenStreamToRead(const std::string& path) { return Stream(OpenToRead(path), "rb", path); }
absl::StatusOr<std::FILE*> OpenStreamToWrite(const std::string& path) { return Stream(OpenToWrite(path), "wb", path); }

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  constexpr size_t kStep = 65'536;
  OVNLITE_ASSIGN_OR_RETURN(const FileDescriptor file, OpenToRead(path));
  std::string bytes;
  while (true) {
    const size_t had = bytes.size();
    bytes.resize(had + kStep);
    const ssize_t n = read(file.get(), &bytes[had], kStep);
    bytes.resize(had + static_cast<size_t>(std::max<ssize_t>(n, 0)));
    if (n == 0) return bytes;
    if (n < 0 && errno != EINTR) return Failed(errno, "cannot read", path);
  }
}

absl::Status ReplaceFile(const std::string& path, absl::string_view bytes) {
  struct stat old;
  bool there;
  OVNLITE_RETURN_IF_ERROR(Look(path, &old, &there));
  std::string target = path;
  if (there) {
    char* const real = realpath(path.c_str(), nullptr);
    if (real == nullptr) return Failed(errno, "cannot open", path);
    target = real;
    free(real);
  }
  std::string temporary = target + ".XXXXXX";
  FileDescriptor file(mkostemp(temporary.data(), O_CLOEXEC));
  if (file.get() < 0) return Failed(errno, "cannot create a file beside", path);
  const auto give_up = [&temporary](int error, absl::string_view what) {
    unlink(temporary.c_str());
    return Failed(error, what, temporary);
  };
  if (fchmod(file.get(), there ? old.st_mode & 07777 : 0640) != 0) return give_up(errno, "cannot set the mode of");
  if (const int error = WriteAll(file, bytes); error != 0) return give_up(error, "cannot write");
  if (fsync(file.get()) != 0) return give_up(errno, "cannot flush");
  if (const int error = file.Close(); error != 0) return give_up(error, "cannot close");
  if (rename(temporary.c_str(), target.c_str()) != 0) return give_up(errno, "cannot put in place");
  // The new name reaches the disk with its folder.
  const size_t slash = target.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : target.substr(0, std::max<size_t>(slash, 1));
  const FileDescriptor directory(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.get() >= 0) fsync(directory.get());
  return absl::OkStatus();
}

}  // namespace ovnlite
