#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "ovnlite/lab/probe.h"

namespace ovnlite {
namespace {

std::string Milliseconds(Nanoseconds time) { return absl::StrFormat("%.1f ms", static_cast<double>(time) / 1e6); }

// RFC 792, RFC 1812, RFC 4443: the errors OVN and hosts send.
std::string IcmpError(bool v6, uint8_t type, uint8_t code) {
  if (type == (v6 ? 3 : 11)) return "time exceeded";
  if (!v6 && type == 3 && code == 4) return "fragmentation needed";
  if (v6 && type == 2) return "packet too big";
  if (type == (v6 ? 1 : 3)) {
    if (code == (v6 ? 4 : 3)) return "port unreachable";
    if (code == (v6 ? 3 : 1)) return "host unreachable";
    if (code == 0) return v6 ? "no route" : "network unreachable";
    if (!v6 && code == 2) return "protocol unreachable";
    if (code == (v6 ? 1 : 13)) return "prohibited";
  }
  return absl::StrCat("ICMP error ", type, " code ", code);
}

}  // namespace

std::string PingReply::ToString() const {
  switch (kind) {
    case Kind::kEcho:
      return absl::StrCat(from.ToString(), ": seq ", sequence, ", ttl ", ttl, ", ", Milliseconds(round_trip));
    case Kind::kError:
      return absl::StrCat(from.ToString(), ": seq ", sequence, ", ", IcmpError(from.is_v6(), type, code));
    case Kind::kLost:
      break;
  }
  return absl::StrCat("seq ", sequence, ", no answer");
}

int PingResult::received() const {
  int n = 0;
  for (const PingReply& reply : replies) n += reply.kind == PingReply::Kind::kEcho;
  return n;
}

std::string PingResult::ToString() const {
  if (!status.ok()) return absl::StrCat("ping from ", host, ": ", std::string(status.message()), "\n");
  std::string out = absl::StrCat(host, " pings ", destination.ToString(), "\n");
  for (const PingReply& reply : replies) absl::StrAppend(&out, "  ", reply.ToString(), "\n");
  const int sent = static_cast<int>(replies.size());
  absl::StrAppend(&out, sent, " sent, ", received(), " answered\n");
  return out;
}

std::string UdpResult::ToString() const {
  if (!status.ok()) return std::string(status.message());
  if (answered) return absl::StrCat("answer from ", from.ToString(), ": ", payload.size(), " bytes");
  if (refused) return absl::StrCat(from.ToString(), ": ", IcmpError(from.is_v6(), type, code));
  return "no answer";
}

}  // namespace ovnlite
