#include "ovnlite/port/tap_port.h"

#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "lib/port/coalescer.h"
#include "lib/port/net_device.h"
#include "lib/port/segmenter.h"
#include "lib/port/vnet_header.h"
#include "ovnlite/base/status.h"

namespace ovnlite {
namespace {

constexpr char kTunDevice[] = "/dev/net/tun";
// Names that Debian 12's headers do not know yet (Linux 6.2): UDP datagrams joined.
constexpr unsigned kTunUso4 = 0x20;
constexpr unsigned kTunUso6 = 0x40;
constexpr size_t kTagSize = 4;

class TapPort final : public Port {
 public:
  TapPort(const TapPortOptions& options, OwnedFd tun, NetDevice device, const Clock* clock)
      : Port(device.name(), options.number, options.mtu, clock),
        tun_(std::move(tun)),
        device_(std::move(device)),
        offloads_(options.offloads) {
    if (const absl::StatusOr<uint64_t> drops = device_.GetSendDrops(); drops.ok()) drops_seen_ = *drops;
    Refresh();
  }

  int fd() const override { return tun_.get(); }
  Instant next_deadline() const override { return segmenter_.done() ? kNever : 0; }
  bool link_up() const override { return up_ && tun_.ok(); }

  void Refresh() override {
    if (!tun_.ok()) return;
    if (const absl::StatusOr<NetDevice::Link> link = device_.GetLink(); link.ok()) {
      up_ = link->up;
      set_mtu(link->mtu);
    }
    if (const absl::StatusOr<uint64_t> drops = device_.GetSendDrops(); drops.ok() && *drops > drops_seen_) {
      CountDrop(PortDrop::kRxOverrun, *drops - drops_seen_);
      drops_seen_ = *drops;
    }
  }

  void Close() override {
    Refresh();
    CountDrop(PortDrop::kRxClosed, segmenter_.remaining());
    segmenter_.Stop();
    tun_.Close();
  }

 private:
  int DoReceive(absl::Span<Packet> storage) override {
    if (!tun_.ok()) return 0;
    size_t n = 0;
    while (n < storage.size()) {
      if (!segmenter_.done()) {
        segmenter_.Next(storage[n++]);
        continue;
      }
      const Outcome outcome = offloads_ ? ReadWithNotes(storage[n]) : Read(storage[n]);
      if (outcome == Outcome::kNothing) break;
      if (outcome == Outcome::kFrame) ++n;
    }
    return static_cast<int>(n);
  }

  enum class Outcome { kNothing, kFrame, kOther };

  // What a read(2) that failed with errno leads to.
  Outcome Failed() {
    if (errno == EBADFD) Break(absl::NotFoundError(absl::StrCat(name(), " was removed")));
    if (errno != EAGAIN && errno != EINTR) up_ = false;
    return Outcome::kNothing;
  }

  Outcome Read(Packet& packet) {
    const size_t room = mtu() + kMinFrame + kTagSize;
    packet.Reserve(room + 1);  // The kernel cuts what does not fit without saying so.
    const ssize_t size = read(tun_.get(), packet.data(), room + 1);
    if (size < 0) return Failed();
    if (static_cast<size_t>(size) > room) {
      CountDrop(PortDrop::kRxTooLong);
      return Outcome::kOther;
    }
    packet.Resize(static_cast<size_t>(size));
    return Outcome::kFrame;
  }

  // A frame of usual size goes straight into the packet, and only what is larger into the buffer behind it.
  Outcome ReadWithNotes(Packet& packet) {
    const size_t room = mtu() + kMinFrame + kTagSize;
    packet.Reserve(room);
    VnetHeader notes;
    const iovec pieces[3] = {
        {&notes, sizeof notes}, {packet.data(), room}, {super_frame_.data() + room, super_frame_.size() - room}};
    const ssize_t got = readv(tun_.get(), pieces, 3);
    if (got < 0) return Failed();
    if (static_cast<size_t>(got) < sizeof notes) return Outcome::kOther;
    const size_t size = static_cast<size_t>(got) - sizeof notes;
    if (notes.gso_type == VnetHeader::kGsoNone) {
      if (size > room) {
        CountDrop(PortDrop::kRxTooLong);
        return Outcome::kOther;
      }
      packet.Resize(size);
      if ((notes.flags & VnetHeader::kNeedsChecksum) && !CompleteChecksum(notes, packet.mutable_bytes())) {
        CountDrop(PortDrop::kRxMalformed);
        return Outcome::kOther;
      }
      return Outcome::kFrame;
    }
    std::memcpy(super_frame_.data(), packet.data(), std::min(size, room));
    if (!segmenter_.Begin(notes, absl::MakeConstSpan(super_frame_.data(), size))) CountDrop(PortDrop::kRxMalformed);
    return Outcome::kOther;
  }

  void DoSend(const PacketBatch& batch) override {
    if (!tun_.ok()) {
      CountDrop(PortDrop::kTxClosed, static_cast<uint64_t>(batch.size()));
      return;
    }
    std::array<const Packet*, kBatchSize> packets;
    size_t n = 0;
    for (const Packet* packet : batch) {
      if (Admit(*packet)) packets[n++] = packet;
    }
    coalescer_.Plan(absl::MakeConstSpan(packets.data(), n), offloads_);
    for (int i = 0; i < coalescer_.runs(); ++i) {
      // Without offloads the kernel expects no notes.
      const absl::Span<const iovec> pieces = coalescer_.pieces(i).subspan(offloads_ ? 0 : 1);
      if (writev(tun_.get(), pieces.data(), static_cast<int>(pieces.size())) >= 0) {
        CountSent(coalescer_.packets(i), coalescer_.bytes(i));
        continue;
      }
      const int error = errno;
      const auto count = static_cast<uint64_t>(coalescer_.packets(i));
      if (error == EAGAIN || error == ENOBUFS || error == ENOMEM) {
        CountDrop(PortDrop::kTxQueueFull, count);
      } else if (error == EIO || error == EBADFD) {  // The interface is down, or gone.
        up_ = false;
        if (error == EBADFD) Break(absl::NotFoundError(absl::StrCat(name(), " was removed")));
        CountDrop(PortDrop::kTxLinkDown, count);
      } else {
        CountDrop(PortDrop::kTxError, count);
      }
    }
  }

  OwnedFd tun_;
  const NetDevice device_;
  const bool offloads_;
  bool up_ = false;
  uint64_t drops_seen_ = 0;
  Segmenter segmenter_;
  Coalescer coalescer_;
  // A super-frame, kept while it is cut. Its first part is read into a packet and then copied here.
  std::array<uint8_t, 2 * 65'536 + 64> super_frame_;
};

absl::Status SetOffloads(int tun, const std::string& name) {
  const unsigned basic = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN;
  if (ioctl(tun, TUNSETOFFLOAD, basic | kTunUso4 | kTunUso6) == 0 || ioctl(tun, TUNSETOFFLOAD, basic) == 0) {
    return absl::OkStatus();
  }
  return ErrnoStatus(errno, "set offloads on", name);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Port>> OpenTapPort(const TapPortOptions& options, const Clock* clock) {
  if (options.name.size() >= IFNAMSIZ || options.name.find('\0') != std::string::npos) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", absl::CEscape(options.name), "\" is no interface name: at most 15 bytes, none of them NUL"));
  }
  if (options.mtu > Port::kMaxMtu) return absl::InvalidArgumentError(absl::StrCat("MTU ", options.mtu, " > 65535"));
  OwnedFd tun(open(kTunDevice, O_RDWR | O_NONBLOCK | O_CLOEXEC));
  if (!tun.ok()) return ErrnoStatus(errno, "open", kTunDevice);
  ifreq request;
  std::memset(&request, 0, sizeof request);
  options.name.copy(request.ifr_name, IFNAMSIZ - 1);
  request.ifr_flags = static_cast<int16_t>(IFF_TAP | IFF_NO_PI | (options.offloads ? IFF_VNET_HDR : 0) |
                                           (options.queue ? IFF_MULTI_QUEUE : 0));
  if (ioctl(tun.get(), TUNSETIFF, &request) != 0) {
    return ErrnoStatus(errno, "create TAP interface", options.name.empty() ? "tap%d" : options.name);
  }
  const std::string name = request.ifr_name;
  if (options.offloads) OVNLITE_RETURN_IF_ERROR(SetOffloads(tun.get(), name));
  absl::StatusOr<NetDevice> device = NetDevice::Open(name);
  if (!device.ok()) return device.status();
  if (options.mac.has_value()) OVNLITE_RETURN_IF_ERROR(device->SetMac(*options.mac));
  OVNLITE_RETURN_IF_ERROR(device->SetMtu(options.mtu));
  if (options.up) OVNLITE_RETURN_IF_ERROR(device->SetUp());
  if (options.persistent && ioctl(tun.get(), TUNSETPERSIST, 1) != 0) {
    return ErrnoStatus(errno, "keep TAP interface", name);
  }
  return std::make_unique<TapPort>(options, std::move(tun), *std::move(device), clock);
}

}  // namespace ovnlite
