#include "tools/standard_streams.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <streambuf>

#include "absl/strings/str_cat.h"

namespace ovnlite::tools {
namespace {

// Standard output, in large pieces. What cannot be written is lost, and the first reason kept.
class OutputBuffer final : public std::streambuf {
 public:
  OutputBuffer() { setp(buffer_.data(), buffer_.data() + buffer_.size()); }
  int error() const { return error_; }

 private:
  int overflow(int c) override {
    if (sync() != 0) return traits_type::eof();
    if (c == traits_type::eof()) return 0;
    return sputc(static_cast<char>(c));
  }
  int sync() override {
    for (const char* at = pbase(); at < pptr() && error_ == 0;) {
      const ssize_t n = write(STDOUT_FILENO, at, static_cast<size_t>(pptr() - at));
      if (n >= 0) {
        at += n;
      } else if (errno == EAGAIN) {  // Somebody made it so; we wait all the same.
        pollfd room = {STDOUT_FILENO, POLLOUT, 0};
        poll(&room, 1, -1);
      } else if (errno != EINTR) {
        error_ = errno;
      }
    }
    setp(buffer_.data(), buffer_.data() + buffer_.size());
    return error_ == 0 ? 0 : -1;
  }

  std::array<char, 65'536> buffer_;
  int error_ = 0;
};

OutputBuffer& Output() {
  static OutputBuffer* const output = new OutputBuffer;  // As long as std::cout.
  return *output;
}

absl::Status Lost(int error) {
  return absl::DataLossError(absl::StrCat("cannot write to standard output: ", std::strerror(error)));
}

}  // namespace

void HoldStandardStreams() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF) continue;
    // The lowest free number, which is this one. In the direction in which it is no use.
    open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
  }
  std::cout.rdbuf(&Output());
}

absl::Status InputStatus() {
  if (std::ferror(stdin) == 0) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("cannot read standard input: ", std::strerror(errno)));
}

absl::Status FlushOutput() {
  std::cout.flush();
  return Output().error() == 0 ? absl::OkStatus() : Lost(Output().error());
}

absl::Status CloseOutput() {
  if (absl::Status status = FlushOutput(); !status.ok()) return status;
  return close(STDOUT_FILENO) == 0 ? absl::OkStatus() : Lost(errno);
}

}  // namespace ovnlite::tools
