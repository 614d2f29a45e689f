// File: file.h
// Files by name, for every room that reads or writes one. What a name leads to must be a regular file, behind symbolic
// links or not: a folder, a FIFO, a socket or a device is an error, found without opening it, so that nothing waits for
// a peer and no device notices.
//
// Errors: NotFound, PermissionDenied and the like, as absl::ErrnoToStatus() has them; InvalidArgument for a name with a
// NUL byte, which the system would cut there, and for what is not a regular file. All name the path.

#ifndef OVNLITE_LIB_BASE_FILE_H_
#define OVNLITE_LIB_BASE_FILE_H_

#include <unistd.h>

#include <cstdio>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace ovnlite {

// An open file of the operating system, closed at its end; -1 for none.
class FileDescriptor {
 public:
  explicit FileDescriptor(int fd = -1) : fd_(fd) {}
  ~FileDescriptor() { Close(); }
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(other.Release()) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    Close();
    fd_ = other.Release();
    return *this;
  }
  int get() const { return fd_; }
  int Release() { return std::exchange(fd_, -1); }
  // Now, for who wants to know whether everything written arrived: 0, or errno.
  int Close();

 private:
  int fd_;
};

// A regular file to read from its beginning.
absl::StatusOr<FileDescriptor> OpenToRead(const std::string& path);
// A regular file to write, empty: a new one (mode 0666 less the umask), or one that was there. Behind a symbolic link
// it must exist.
absl::StatusOr<FileDescriptor> OpenToWrite(const std::string& path);
// OpenToRead() and OpenToWrite() for C's streams, which the caller closes.
absl::StatusOr<std::FILE*> OpenStreamToRead(const std::string& path);
absl::StatusOr<std::FILE*> OpenStreamToWrite(const std::string& path);

// All of a regular file.
absl::StatusOr<std::string> ReadFile(const std::string& path);

// Puts a file with these bytes in the place of `path`: writes a temporary file beside it, flushes that to disk, and
// renames it. Whatever happens, `path` is the old file or the new one. An old file's mode is kept, and it may stand
// behind a symbolic link, which stays; a new one has mode 0640.
absl::Status ReplaceFile(const std::string& path, absl::string_view bytes);

}  // namespace ovnlite

#endif  // OVNLITE_LIB_BASE_FILE_H_
