#include "ovnlite/port/udp_tunnel.h"

#include <netinet/udp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lib/port/udp_socket.h"
#include "ovnlite/base/status.h"
#include "ovnlite/packet/flow_hash.h"

namespace ovnlite {
namespace {

constexpr size_t kGeneveSize = GeneveLayout::kSize + OvnGeneveOption::kSize;
// Most datagrams the kernel cuts one into, and most bytes of it with its headers (udp(7)).
constexpr int kMaxSegments = 64;
constexpr size_t kMaxJoined = 65'535 - 48;
// A datagram of any size. The rest keeps buffers from meeting in the same cache sets.
constexpr size_t kReceiveBuffer = 65'536 + 4'096 + 192;
constexpr int kMaxSourcePorts = 64;

struct alignas(cmsghdr) ControlBuffer {
  std::array<uint8_t, 2 * CMSG_SPACE(sizeof(int))> bytes;
};

// Appends one integer-like control message.
template <typename T>
void AddControl(msghdr* message, int level, int type, T value) {
  auto* const c = reinterpret_cast<cmsghdr*>(static_cast<uint8_t*>(message->msg_control) + message->msg_controllen);
  c->cmsg_level = level;
  c->cmsg_type = type;
  c->cmsg_len = CMSG_LEN(sizeof value);
  std::memcpy(CMSG_DATA(c), &value, sizeof value);
  message->msg_controllen += CMSG_SPACE(sizeof value);
}

class UdpTunnel final : public TunnelTransport {
 public:
  UdpTunnel(const TunnelOptions& options, bool offloads, OwnedFd receiver, std::vector<OwnedFd> senders,
            const Clock* clock)
      : TunnelTransport(options, clock),
        // The kernel does not cut up datagrams without checksum.
        joins_(offloads && options.checksum),
        receiver_(std::move(receiver)),
        senders_(std::move(senders)),
        buffers_(new uint8_t[kReceiveBuffer * kBatchSize]) {
    for (int i = 0; i < kBatchSize; ++i) {
      pieces_in_[i] = {buffers_.get() + kReceiveBuffer * static_cast<size_t>(i), kReceiveBuffer};
    }
  }

  int fd() const override { return receiver_.get(); }
  Instant next_deadline() const override { return message_ < messages_ ? 0 : kNever; }

  void Refresh() override {
    if (!receiver_.ok()) return;
    // A 32-bit counter.
    const auto drops = static_cast<uint32_t>(SocketDrops(receiver_.get()));
    CountDrop(TunnelDrop::kRxOverrun, static_cast<uint32_t>(drops - drops_seen_));
    drops_seen_ = drops;
  }

  void Close() override {
    Refresh();
    receiver_.Close();
    senders_.clear();
    plain_senders_.clear();
    messages_ = message_ = 0;
  }

 private:
  void OnRemoteAdded(const Remote&) override {}
  void OnRemoteRemoved(const Remote&) override {}

  // -- Sending --------------------------------------------------------------------------------------------------------

  // To one remote with one VNI and option: where to, and what goes in front of the inner frame.
  class Path final : public Exit {
   public:
    Path(UdpTunnel* owner, const Remote& remote, uint64_t tunnel)
        : owner_(*owner), to(SocketAddress::Of(remote.ip, owner->options_.port)), checksum(remote.checksum) {
      uint8_t body[OvnGeneveOption::kSize];
      GeneveHeader header;
      header.vni = VniOf(tunnel);
      if (const std::optional<OvnGeneveOption> option = OptionOf(tunnel); option.has_value()) {
        option->Emit(body);
        header.flags = GeneveLayout::kCriticalFlag;
        header.options = body;
      }
      header.Emit(geneve.data());
      geneve_size = header.size();
    }

    void Send(const PacketBatch& inner) override { owner_.SendBatch(*this, inner); }
    bool spreads_flows() const override { return true; }

   private:
    UdpTunnel& owner_;

   public:
    SocketAddress to;
    const bool checksum;
    std::array<uint8_t, kGeneveSize> geneve = {};
    size_t geneve_size = 0;
  };

  std::unique_ptr<Exit> MakeExit(const Remote& remote, uint64_t tunnel) override {
    if (!remote.checksum && options_.checksum && plain_senders_.empty()) OpenPlainSenders();
    return std::make_unique<Path>(this, remote, tunnel);
  }

  // Sockets for remotes that want no checksum. Where there are none to be had, they get one all the same.
  void OpenPlainSenders() {
    TunnelOptions plain = options_;
    plain.checksum = false;
    for (size_t i = 0; i < senders_.size(); ++i) {
      absl::StatusOr<OwnedFd> sender = OpenSendingSocket(plain);
      if (!sender.ok()) return plain_senders_.clear();
      plain_senders_.push_back(*std::move(sender));
    }
  }

  // One datagram to the kernel, for one packet or several.
  struct Outgoing {
    uint8_t ecn;
    int packets;
    size_t size;   // Of the first packet's datagram; only the last may be smaller.
    size_t bytes;  // Of all datagrams.
    ControlBuffer control;
  };

  void SendBatch(Path& path, const PacketBatch& inner) {
    if (senders_.empty()) {
      CountDrop(TunnelDrop::kTxClosed, static_cast<uint64_t>(inner.size()));
      return;
    }
    const bool plain = !path.checksum && !plain_senders_.empty();
    const std::vector<OwnedFd>& senders = plain ? plain_senders_ : senders_;
    std::array<uint8_t, kBatchSize> socket_of;
    uint64_t sockets = 0;  // Those that have something to send, as bits.
    for (int i = 0; i < inner.size(); ++i) {
      socket_of[i] = static_cast<uint8_t>((FlowHash(*inner[i]) >> 32) * senders.size() >> 32);
      sockets |= uint64_t{1} << socket_of[i];
    }
    for (; sockets != 0; sockets &= sockets - 1) {
      const auto socket = static_cast<uint8_t>(__builtin_ctzll(sockets));
      std::array<const Packet*, kBatchSize> packets;
      size_t n = 0;
      for (int i = 0; i < inner.size(); ++i) {
        if (socket_of[i] == socket) packets[n++] = inner[i];
      }
      // The kernel does not cut up datagrams without checksum.
      SendFrom(senders[socket].get(), path, absl::MakeConstSpan(packets.data(), n), joins_ && !plain);
    }
  }

  void SendFrom(int fd, Path& path, absl::Span<const Packet* const> packets, bool join) {
    int n = 0;
    size_t pieces = 0;
    std::array<size_t, kBatchSize + 1> first_packet;  // Of each message.
    for (size_t i = 0; i < packets.size(); ++n) {
      first_packet[n] = i;
      Outgoing& out = outgoing_[n];
      msghdr& message = messages_out_[n].msg_hdr;
      out.ecn = OuterEcn(*packets[i]);
      out.packets = 0;
      out.bytes = 0;
      out.size = path.geneve_size + packets[i]->size();
      message = {};
      message.msg_name = path.to.get();
      message.msg_namelen = path.to.size;
      message.msg_iov = &pieces_out_[pieces];
      bool full = true;  // The last datagram is as long as the first.
      do {
        const Packet& packet = *packets[i++];
        pieces_out_[pieces++] = {path.geneve.data(), path.geneve_size};
        pieces_out_[pieces++] = {const_cast<uint8_t*>(packet.data()), packet.size()};
        const size_t size = path.geneve_size + packet.size();
        ++out.packets;
        out.bytes += size;
        full = size == out.size;
      } while (join && full && i < packets.size() && Joins(out, path.geneve_size + packets[i]->size(), *packets[i]));
      message.msg_iovlen = static_cast<size_t>(&pieces_out_[pieces] - message.msg_iov);
      message.msg_control = out.control.bytes.data();
      if (out.packets > 1) AddControl(&message, IPPROTO_UDP, UDP_SEGMENT, static_cast<uint16_t>(out.size));
      if (out.ecn != 0) {
        const int tos = options_.dscp << 2 | out.ecn;
        AddControl(&message, options_.local.is_v6() ? IPPROTO_IPV6 : IPPROTO_IP,
                   options_.local.is_v6() ? IPV6_TCLASS : IP_TOS, tos);
      }
      if (message.msg_controllen == 0) message.msg_control = nullptr;
    }
    first_packet[n] = packets.size();

    for (int i = 0; i < n;) {
      const int sent = sendmmsg(fd, &messages_out_[i], static_cast<unsigned>(n - i), MSG_DONTWAIT);
      if (sent <= 0) {
        const int error = errno;
        if (outgoing_[i].packets > 1 && (error == EINVAL || error == EIO || error == EMSGSIZE)) {
          // Too long, or the kernel or the interface cannot cut datagrams up. Which packets go, they tell one by one.
          if (error == EIO || (error == EINVAL && ++refusals_ == kMaxRefusals)) joins_ = false;
          SendFrom(fd, path, packets.subspan(first_packet[i]), false);
          return;
        }
        i = DropFrom(i, n, error);
        continue;
      }
      for (const int end = i + sent; i < end; ++i) {
        const auto count = static_cast<uint64_t>(outgoing_[i].packets);
        if (count > 1) refusals_ = 0;
        CountSent(count, outgoing_[i].bytes - count * path.geneve_size);
      }
    }
  }

  // Whether a datagram of this size may be another part of `out`.
  bool Joins(const Outgoing& out, size_t size, const Packet& next) const {
    return size <= out.size && out.packets < kMaxSegments && out.bytes + size <= kMaxJoined &&
           OuterEcn(next) == out.ecn;
  }

  // Message i of n could not be sent. Returns the message to go on with.
  int DropFrom(int i, int n, int error) {
    TunnelDrop reason = TunnelDrop::kTxError;
    int end = i + 1;
    switch (error) {
      case EMSGSIZE:
        reason = TunnelDrop::kTxTooLong;
        break;
      case EAGAIN:
      case ENOBUFS:
      case ENOMEM:
        reason = TunnelDrop::kTxQueueFull;
        end = n;  // The others would fare the same.
        break;
      case ENETDOWN:
      case ENETUNREACH:
      case EHOSTUNREACH:
      case EADDRNOTAVAIL:
        reason = TunnelDrop::kTxLinkDown;
        end = n;
        break;
      default:
        break;
    }
    for (; i < end; ++i) CountDrop(reason, static_cast<uint64_t>(outgoing_[i].packets));
    return end;
  }

  // -- Receiving ------------------------------------------------------------------------------------------------------

  int DoReceive(absl::Span<Packet> storage) override {
    if (!receiver_.ok() || storage.empty()) return 0;
    size_t n = 0;
    while (n < storage.size()) {
      if (message_ == messages_ && !Read()) break;
      n += TakeDatagram(storage[n]);
    }
    return static_cast<int>(n);
  }

  // Fetches messages from the kernel. False when there are none.
  bool Read() {
    for (int i = 0; i < kBatchSize; ++i) {
      msghdr& message = messages_in_[i].msg_hdr;
      message = {};
      message.msg_name = from_[i].get();
      message.msg_namelen = sizeof from_[i].storage;
      message.msg_iov = &pieces_in_[i];
      message.msg_iovlen = 1;
      message.msg_control = control_in_[i].bytes.data();
      message.msg_controllen = sizeof control_in_[i].bytes;
    }
    const int got = recvmmsg(receiver_.get(), messages_in_.data(), kBatchSize, MSG_DONTWAIT, nullptr);
    message_ = messages_ = 0;
    if (got <= 0) return false;
    messages_ = got;
    now_ = clock_->Now();
    Open();
    return true;
  }

  // Looks at message_: where it is from, and how it is cut.
  void Open() {
    at_ = 0;
    segment_ = messages_in_[message_].msg_len;
    arrival_.source = from_[message_].ip();
    arrival_.tos = 0;
    msghdr* const message = &messages_in_[message_].msg_hdr;
    for (cmsghdr* c = CMSG_FIRSTHDR(message); c != nullptr; c = CMSG_NXTHDR(message, c)) {
      int value = 0;
      if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_TOS) {
        arrival_.tos = *CMSG_DATA(c);
        continue;
      }
      std::memcpy(&value, CMSG_DATA(c), std::min<size_t>(sizeof value, c->cmsg_len - CMSG_LEN(0)));
      if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_TCLASS) arrival_.tos = static_cast<uint8_t>(value);
      if (c->cmsg_level == IPPROTO_UDP && c->cmsg_type == UDP_GRO && value > 0) segment_ = static_cast<size_t>(value);
    }
  }

  // Puts the next datagram's inner frame into `packet` and returns 1, or counts why not and returns 0.
  size_t TakeDatagram(Packet& packet) {
    const size_t length = messages_in_[message_].msg_len;
    const size_t n = std::min(segment_, length - at_);
    const auto* const p = static_cast<const uint8_t*>(pieces_in_[message_].iov_base) + at_;
    size_t taken = 0;
    if (const GeneveVerdict verdict = ReceiveGenevePayload(absl::MakeConstSpan(p, n), &arrival_);
        verdict != GeneveVerdict::kDeliver) {
      CountRefused(verdict);
    } else {
      packet.Reserve(std::max<size_t>(arrival_.inner_size, kUsualFrame));
      packet.Resize(arrival_.inner_size);
      std::memcpy(packet.data(), p + arrival_.inner_offset, arrival_.inner_size);
      taken = Deliver(arrival_, now_, packet) ? 1 : 0;
    }
    at_ += n;
    if (at_ >= length && ++message_ < messages_) Open();
    return taken;
  }

  // So that a packet's buffer need not grow by small steps.
  static constexpr size_t kUsualFrame = 1'536;

  // So often in a row the kernel may refuse to cut before it is not asked any more.
  static constexpr int kMaxRefusals = 100;

  bool joins_;
  int refusals_ = 0;
  OwnedFd receiver_;
  std::vector<OwnedFd> senders_;
  std::vector<OwnedFd> plain_senders_;  // Without checksum, where senders_ have one and a remote wants none.
  uint32_t drops_seen_ = 0;

  std::array<Outgoing, kBatchSize> outgoing_;
  std::array<mmsghdr, kBatchSize> messages_out_;
  std::array<iovec, 2 * kBatchSize> pieces_out_;

  const std::unique_ptr<uint8_t[]> buffers_;  // Touched only as far as datagrams reach.
  std::array<mmsghdr, kBatchSize> messages_in_;
  std::array<iovec, kBatchSize> pieces_in_;
  std::array<SocketAddress, kBatchSize> from_;
  std::array<ControlBuffer, kBatchSize> control_in_;
  int messages_ = 0;  // Read from the kernel, of which message_ is the one being taken apart, from at_ on.
  int message_ = 0;
  size_t at_ = 0;
  size_t segment_ = 0;
  GeneveArrival arrival_;
  Instant now_ = 0;
};

}  // namespace

absl::StatusOr<std::unique_ptr<TunnelTransport>> OpenUdpTunnel(const TunnelOptions& options,
                                                               const UdpTunnelOptions& udp, const Clock* clock) {
  if (udp.source_ports < 1 || udp.source_ports > kMaxSourcePorts) {
    return absl::InvalidArgumentError(absl::StrCat(udp.source_ports, " source ports: not between 1 and 64"));
  }
  if (options.dscp > 63) return absl::InvalidArgumentError(absl::StrCat("DSCP ", options.dscp, " is above 63"));
  OVNLITE_ASSIGN_OR_RETURN(OwnedFd receiver, OpenReceivingSocket(options, udp.offloads, udp.queue));
  std::vector<OwnedFd> senders;
  for (int i = 0; i < udp.source_ports; ++i) {
    OVNLITE_ASSIGN_OR_RETURN(OwnedFd sender, OpenSendingSocket(options));
    senders.push_back(std::move(sender));
  }
  return std::make_unique<UdpTunnel>(options, udp.offloads, std::move(receiver), std::move(senders), clock);
}

}  // namespace ovnlite
