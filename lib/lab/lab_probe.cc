#include <cstdlib>
#include <iostream>

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

// Ends the program: an answer was asked for that nobody has.
[[noreturn]] void NotTried(absl::string_view what, const absl::Status& why) {
  std::cerr << "ovnlite: whether " << what << " was answered is not known, as it was not tried: " << why.message()
            << std::endl;
  std::abort();
}

}  // namespace

const char* OutcomeName(Outcome outcome) {
  switch (outcome) {
    case Outcome::kAnswered:
      return "answered";
    case Outcome::kLost:
      return "lost";
    case Outcome::kNotTried:
      break;
  }
  return "not tried";
}

std::string PingReply::ToString() const {
  switch (kind) {
    case Kind::kEcho:
      return absl::StrCat(from.ToString(), ": seq ", sequence, ", ttl ", ttl, ", ", Milliseconds(round_trip));
    case Kind::kError:
      return absl::StrCat(from.ToString(), ": seq ", sequence, ", ", IcmpError(from.is_v6(), type, code));
    case Kind::kLost:
      break;
  }
  return absl::StrCat("seq ", sequence, ", no answer", reason.empty() ? "" : ": ", reason);
}

Outcome PingResult::outcome() const {
  if (!status.ok()) return Outcome::kNotTried;
  return received() == static_cast<int>(replies.size()) ? Outcome::kAnswered : Outcome::kLost;
}

bool PingResult::answered() const {
  if (!status.ok()) NotTried(absl::StrCat("the ping from ", host), status);
  return outcome() == Outcome::kAnswered;
}

int PingResult::received() const {
  int n = 0;
  for (const PingReply& reply : replies) n += reply.kind == PingReply::Kind::kEcho;
  return n;
}

std::string PingResult::reason() const {
  if (!status.ok()) return std::string(status.message());
  for (const PingReply& reply : replies) {
    if (reply.kind == PingReply::Kind::kLost) return reply.reason;
    if (reply.kind == PingReply::Kind::kError) return reply.ToString();
  }
  return "";
}

std::string PingResult::ToString() const {
  if (!status.ok()) return absl::StrCat("ping from ", host, " not tried: ", std::string(status.message()), "\n");
  std::string out = absl::StrCat(host, " pings ", destination.ToString(), "\n");
  for (const PingReply& reply : replies) absl::StrAppend(&out, "  ", reply.ToString(), "\n");
  const int sent = static_cast<int>(replies.size());
  absl::StrAppend(&out, sent, " sent, ", received(), " answered\n");
  return out;
}

Outcome UdpResult::outcome() const {
  if (!status.ok()) return Outcome::kNotTried;
  return replied ? Outcome::kAnswered : Outcome::kLost;
}

bool UdpResult::answered() const {
  if (!status.ok()) NotTried("the datagram", status);
  return replied;
}

std::string UdpResult::reason() const {
  if (!status.ok()) return std::string(status.message());
  return replied ? "" : refused ? ToString() : loss;
}

std::string UdpResult::ToString() const {
  if (!status.ok()) return absl::StrCat("not tried: ", std::string(status.message()));
  if (replied) return absl::StrCat("answer from ", from.ToString(), ": ", payload.size(), " bytes");
  if (refused) return absl::StrCat(from.ToString(), ": ", IcmpError(from.is_v6(), type, code));
  return absl::StrCat("no answer", loss.empty() ? "" : ": ", loss);
}

std::ostream& operator<<(std::ostream& out, const PingResult& result) { return out << result.ToString(); }
std::ostream& operator<<(std::ostream& out, const UdpResult& result) { return out << result.ToString(); }

}  // namespace ovnlite
