// File: file_testutil.h
// What goes wrong with files, for tests that want to see it reported.

#ifndef OVNLITE_LIB_BASE_FILE_TESTUTIL_H_
#define OVNLITE_LIB_BASE_FILE_TESTUTIL_H_

#include <sys/resource.h>

#include <csignal>
#include <string>

namespace ovnlite {

// While it lives, a file that this process writes can have at most so many bytes: writing more fails with "File too
// large", as writing to a full disk fails with its own words.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(size_t bytes);
  ~FileSizeLimit();
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit before_;
  void (*handler_)(int);
};

// A FIFO that nobody else has opened, at this path, in the place of what was there. Returns the path.
std::string MakeFifo(const std::string& path);

}  // namespace ovnlite

#endif  // OVNLITE_LIB_BASE_FILE_TESTUTIL_H_
