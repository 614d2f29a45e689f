// File: net_device.h
// A network interface of the kernel: what ports ask and tell it. The sockets inside belong to the network namespace in
// which Open() was called, so that the interface is found again wherever the caller's thread goes later.

#ifndef OVNLITE_LIB_PORT_NET_DEVICE_H_
#define OVNLITE_LIB_PORT_NET_DEVICE_H_

#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ovnlite/base/mac.h"

namespace ovnlite {

// A file descriptor that closes itself.
class OwnedFd {
 public:
  explicit OwnedFd(int fd = -1) : fd_(fd) {}
  OwnedFd(OwnedFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  OwnedFd& operator=(OwnedFd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~OwnedFd() { Close(); }

  int get() const { return fd_; }
  bool ok() const { return fd_ >= 0; }
  void Close();

 private:
  int fd_;
};

// "cannot open veth0: No such device" with the code that fits errno `error`.
absl::Status ErrnoStatus(int error, absl::string_view doing, absl::string_view what);

class NetDevice {
 public:
  struct Link {
    bool up = false;  // Administratively, and with a carrier.
    size_t mtu = 0;
  };

  // Of the calling thread's network namespace. NotFound where there is no such interface.
  static absl::StatusOr<NetDevice> Open(const std::string& name);

  const std::string& name() const { return name_; }
  int index() const { return index_; }

  absl::StatusOr<Link> GetLink() const;
  absl::StatusOr<MacAddress> GetMac() const;
  absl::Status SetMtu(size_t mtu) const;
  absl::Status SetMac(MacAddress mac) const;
  absl::Status SetUp() const;
  // Frames that the kernel wanted to send by the interface and dropped, since it exists (tx_dropped).
  absl::StatusOr<uint64_t> GetSendDrops() const;

 private:
  NetDevice(std::string name, OwnedFd control, OwnedFd netlink)
      : name_(std::move(name)), control_(std::move(control)), netlink_(std::move(netlink)) {}
  absl::Status Request(unsigned long code, void* request, absl::string_view doing) const;  // NOLINT: ioctl's type

  std::string name_;
  OwnedFd control_;
  OwnedFd netlink_;
  int index_ = 0;
};

}  // namespace ovnlite

#endif  // OVNLITE_LIB_PORT_NET_DEVICE_H_
