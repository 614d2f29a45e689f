// File: file_bytes.h
// Whole files in memory.

#ifndef OVNLITE_LIB_DB_FILE_BYTES_H_
#define OVNLITE_LIB_DB_FILE_BYTES_H_

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace ovnlite {

// A file's contents.
class FileBytes {
 public:
  // A copy, read at once.
  static absl::StatusOr<FileBytes> Read(const std::string& path);
  FileBytes(FileBytes&& other) noexcept;
  FileBytes& operator=(FileBytes&&) = delete;
  ~FileBytes();

  absl::string_view bytes() const { return absl::string_view(data_, size_); }
  // Gives the memory of the first `end` bytes back; they must not be read any more.
  void Release(size_t end);

 private:
  FileBytes(char* data, size_t capacity) : data_(data), capacity_(capacity) {}

  char* data_;
  size_t capacity_;
  size_t size_ = 0;
  size_t released_ = 0;
};

}  // namespace ovnlite

#endif  // OVNLITE_LIB_DB_FILE_BYTES_H_
