#include "tools/lab_real_checks.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "ovnlite/base/random.h"
#include "ovnlite/base/status.h"

namespace ovnlite::tools {
namespace {

// How long a busy machine may take for what is at once on others. Nothing waits longer than it must.
constexpr int kPatienceSeconds = 20;
constexpr Nanoseconds kLookAgain = 5 * kMillisecond;
constexpr int kLooks = static_cast<int>(kPatienceSeconds * kSecond / kLookAgain);

constexpr int kTcpPort = 5001;
constexpr int kUdpPort = 5002;
constexpr int kClosedPort = 5003;
constexpr int kIcmpHeaders = 28;  // IPv4 and ICMP, beside ping's payload.

std::string Noise(size_t bytes, uint64_t seed) {
  Random random(seed);
  std::string noise(bytes, '\0');
  for (char& c : noise) c = static_cast<char>(random.Next());
  return noise;
}

// The line of `text` that has `word`, without spaces around it; empty when none does.
std::string LineWith(absl::string_view text, absl::string_view word) {
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    if (absl::StrContains(line, word)) return std::string(absl::StripAsciiWhitespace(line));
  }
  return "";
}

// A failed check: what went wrong, and how to see it again.
absl::Status Failed(absl::string_view what, const std::vector<std::string>& command) {
  return absl::UnknownError(absl::StrCat(what, "  ($ ", CommandLine(command), ")"));
}

// Which of ping's first `count` requests had no answer, or more than one; empty when each had its own.
std::string NotAnswered(absl::string_view said, int count) {
  // "64 bytes from 10.0.1.20: icmp_seq=1 ttl=63 time=0.062 ms"; of an ICMP error: "From 10.0.0.1 icmp_seq=1 Time to …"
  constexpr absl::string_view kNumber = "icmp_seq=";
  std::vector<int> answers(count + 1, 0);
  for (absl::string_view line : absl::StrSplit(said, '\n')) {
    const size_t at = line.find(kNumber);
    if (at == absl::string_view::npos || !absl::StrContains(line, " bytes from ")) continue;
    const absl::string_view number = line.substr(at + kNumber.size());
    int sequence = 0;
    if (absl::SimpleAtoi(number.substr(0, number.find(' ')), &sequence) && sequence >= 1 && sequence <= count) {
      ++answers[sequence];
    }
  }
  for (int sequence = 1; sequence <= count; ++sequence) {
    if (answers[sequence] != 1) return absl::StrCat("request ", sequence, " had ", answers[sequence], " answers");
  }
  return "";
}

// How many frames a capture in pcap's classic format has, as far as it is written.
int CountFrames(absl::string_view pcap) {
  constexpr size_t kFileHeader = 24, kFrameHeader = 16, kCapturedLength = 8;
  int frames = 0;
  for (size_t at = kFileHeader; at + kFrameHeader <= pcap.size(); ++frames) {
    uint32_t length = 0;
    std::memcpy(&length, pcap.data() + at + kCapturedLength, sizeof length);  // In this machine's order: it is its own.
    at += kFrameHeader + length;
    if (at > pcap.size()) break;
  }
  return frames;
}

// Until a socket of a program's namespace has this port: `table` is "tcp" or "udp" (proc(5), /proc/net/tcp).
absl::Status WaitForSocket(Processes& processes, Child& server, absl::string_view table, int port) {
  // "00000000:1389 00000000:0000 0A": a connection of before, to that port of another machine, is none.
  const std::string wanted = absl::StrFormat(":%04X 00000000:0000 ", port);
  const std::string path = absl::StrCat("/proc/", server.pid(), "/net/", table);
  for (int i = 0; i < kLooks; ++i) {
    if (!server.running()) return absl::UnknownError(absl::StrCat("the server ended at once: ", server.errors()));
    if (absl::StrContains(ReadTextFile(path), wanted)) return absl::OkStatus();
    OVNLITE_RETURN_IF_ERROR(processes.Sleep(kLookAgain));
  }
  return absl::DeadlineExceededError(absl::StrCat("the server did not open ", table, " port ", port));
}

}  // namespace

absl::StatusOr<Finding> LabChecks::Ping(const std::string& from, const std::string& to,
                                        const std::vector<std::string>& more, int count) const {
  // Without -w, ping(8) waits no longer than two round trips for its last answers: less than a machine with other
  // things to do may take. With it, it goes on asking until `count` answers came: these must be to the first `count`.
  std::vector<std::string> command = {"ping", "-n", "-c", absl::StrCat(count), "-w", absl::StrCat(kPatienceSeconds)};
  command.insert(command.end(), more.begin(), more.end());
  command.push_back(to);
  command = network.In(from, command);
  OVNLITE_ASSIGN_OR_RETURN(const Outcome outcome, processes.Run(command, {.timeout = 30 * kSecond}));
  const std::string lost = NotAnswered(outcome.out, count);
  if (!lost.empty()) {
    const std::string summary = LineWith(outcome.out, "packets transmitted");
    return Failed(absl::StrCat(lost, ": ", summary.empty() ? outcome.LastWords() : summary), command);
  }
  // "rtt min/avg/max/mdev = 0.116/0.190/1.028/0.060 ms, pipe 2"
  const std::vector<std::string> sides = absl::StrSplit(LineWith(outcome.out, "min/avg/max"), " = ");
  const std::vector<std::string> times = absl::StrSplit(sides.back(), absl::ByAnyChar("/ "));
  Finding finding = {absl::StrCat(count, " of ", count, " answered"), CommandLine(command)};
  if (times.size() >= 3) {
    absl::StrAppend(&finding.detail, count == 1 ? absl::StrCat(" after ", times[0], " ms")
                                                : absl::StrCat(", after ", times[0], " to ", times[2], " ms, ",
                                                               times[1], " ms on average"));
  }
  return finding;
}

absl::StatusOr<Finding> LabChecks::Mtu(const std::string& from, const std::string& to) const {
  const int payload = kVmMtu - kIcmpHeaders;
  OVNLITE_ASSIGN_OR_RETURN(Finding finding, Ping(from, to, {"-M", "do", "-s", absl::StrCat(payload)}, 1));
  const std::vector<std::string> command =
      network.In(from, {"ping", "-n", "-c", "1", "-W", "1", "-M", "do", "-s", absl::StrCat(payload + 1), to});
  OVNLITE_ASSIGN_OR_RETURN(const Outcome longer, processes.Run(command));
  if (longer.ok() || !absl::StrContains(longer.err + longer.out, absl::StrCat("mtu=", kVmMtu))) {
    return Failed(absl::StrCat("a packet of ", kVmMtu + 1, " bytes was not refused: ", longer.LastWords()), command);
  }
  finding.detail =
      absl::StrCat(kVmMtu, " bytes pass unfragmented, ", kVmMtu + 1, " are refused: Geneve takes 58 of ", kUnderlayMtu);
  return finding;
}

absl::StatusOr<Finding> LabChecks::Traceroute(const std::string& from, const std::vector<std::string>& hops) const {
  const std::vector<std::string> command =
      network.In(from, {"traceroute", "-n", "-q", "1", "-w", "5", "-m", absl::StrCat(hops.size() + 2), hops.back()});
  OVNLITE_ASSIGN_OR_RETURN(const Outcome outcome, processes.Run(command, {.timeout = 20 * kSecond}));
  // " 1  10.0.0.1  0.268 ms"
  std::vector<std::string> found;
  for (absl::string_view line : absl::StrSplit(outcome.out, '\n', absl::SkipWhitespace())) {
    const std::vector<std::string> words = absl::StrSplit(line, ' ', absl::SkipEmpty());
    int hop = 0;
    if (words.size() >= 2 && absl::SimpleAtoi(words[0], &hop)) found.push_back(words[1]);
  }
  if (found != hops) return Failed(absl::StrCat("went by ", absl::StrJoin(found, ", ")), command);
  return Finding{absl::StrJoin(found, ", then "), CommandLine(command)};
}

absl::StatusOr<Finding> LabChecks::Tcp(const std::string& from, const std::string& to, const std::string& address,
                                       size_t bytes) const {
  MemoryFile data(Noise(bytes, bytes));
  OVNLITE_ASSIGN_OR_RETURN(const Outcome sent, processes.Run({"sha256sum"}, {.input = &data}));
  OVNLITE_ASSIGN_OR_RETURN(const auto server, processes.Start(network.In(
                                                  to, {"sh", "-c", absl::StrCat("nc -l ", kTcpPort, " | sha256sum")})));
  OVNLITE_RETURN_IF_ERROR(WaitForSocket(processes, *server, "tcp", kTcpPort));
  const std::vector<std::string> command = network.In(from, {"nc", "-N", "-w", "20", address, absl::StrCat(kTcpPort)});
  OVNLITE_ASSIGN_OR_RETURN(const Outcome client, processes.Run(command, {.timeout = 60 * kSecond, .input = &data}));
  if (!client.ok()) return Failed(client.LastWords(), command);
  OVNLITE_ASSIGN_OR_RETURN(const Outcome arrived, processes.Wait(*server, {.timeout = client.took + 10 * kSecond}));
  if (!arrived.ok()) return Failed(absl::StrCat("the receiver: ", arrived.LastWords()), command);
  if (arrived.out != sent.out) {
    return Failed(absl::StrCat("what arrived is not what was sent: SHA-256 ", arrived.out.substr(0, 64), ", not ",
                               sent.out.substr(0, 64)),
                  command);
  }
  const double seconds = static_cast<double>(client.took) / kSecond;
  return Finding{absl::StrFormat("%d bytes arrived with the SHA-256 they left with, in %.2f s (%.0f Mbit/s)", bytes,
                                 seconds, static_cast<double>(bytes) * 8 / seconds / 1e6),
                 CommandLine(command)};
}

absl::StatusOr<Finding> LabChecks::Udp(const std::string& from, const std::string& to, const std::string& address,
                                       const std::vector<size_t>& sizes) const {
  const std::vector<std::string> command = network.In(from, {"nc", "-n", "-u", address, absl::StrCat(kUdpPort)});
  for (const size_t size : sizes) {
    const std::string question = Noise(size, size);
    const std::string answer = Noise(size, size + 1);
    MemoryFile question_file(question);
    MemoryFile answer_file(answer);
    OVNLITE_ASSIGN_OR_RETURN(
        const auto server,
        processes.Start(network.In(to, {"nc", "-n", "-u", "-l", absl::StrCat(kUdpPort)}), {.input = &answer_file}));
    OVNLITE_RETURN_IF_ERROR(WaitForSocket(processes, *server, "udp", kUdpPort));
    OVNLITE_ASSIGN_OR_RETURN(const auto client, processes.Start(command, {.input = &question_file}));
    for (int i = 0; i < kLooks && client->output().size() < size; ++i) {
      OVNLITE_RETURN_IF_ERROR(processes.Sleep(kLookAgain));
    }
    const size_t there = server->output().size();
    const size_t back = client->output().size();
    if (server->output() != question || client->output() != answer) {
      return Failed(absl::StrCat("a datagram of ", size, " bytes: ", there, " bytes arrived, ", back,
                                 " bytes of the answer came back"),
                    command);
    }
  }
  return Finding{absl::StrCat("datagrams of ", absl::StrJoin(sizes, " and "), " bytes there, and as long ones back"),
                 CommandLine(command)};
}

absl::StatusOr<Finding> LabChecks::Refused(const std::string& from, const std::string& address) const {
  const std::vector<std::string> command =
      network.In(from, {"nc", "-n", "-v", "-z", "-w", "5", address, absl::StrCat(kClosedPort)});
  OVNLITE_ASSIGN_OR_RETURN(const Outcome outcome, processes.Run(command));
  if (outcome.ok() || !absl::StrContains(outcome.err, "refused")) return Failed(outcome.LastWords(), command);
  return Finding{"connection refused, as it should be", CommandLine(command)};
}

absl::StatusOr<std::unique_ptr<Child>> LabChecks::StartCapture() const {
  // To standard output, so that it needs no file that it may write to once it has dropped its privileges; in immediate
  // mode, so that it has seen everything when it is stopped.
  const std::vector<std::string> command = network.In(
      "underlay", {"tcpdump", "-i", "br0", "-n", "--immediate-mode", "-U", "-w", "-", "udp", "port", "6081"});
  OVNLITE_ASSIGN_OR_RETURN(auto capture, processes.Start(command));
  for (int i = 0; i < kLooks && capture->running(); ++i) {
    if (absl::StrContains(capture->errors(), "listening on")) return capture;
    OVNLITE_RETURN_IF_ERROR(processes.Sleep(kLookAgain));
  }
  return absl::UnknownError(absl::StrCat("tcpdump does not start: ", capture->Stop().LastWords()));
}

absl::StatusOr<Finding> LabChecks::Geneve(Child& capture, const std::string& one, const std::string& other,
                                          int expected) const {
  // On a busy machine tcpdump comes after the packets: wait until it has nothing new for a while. Fewer frames than
  // pings are no loss: datagrams that wait together travel as one (UDP_SEGMENT), and only the receiver cuts them up.
  constexpr int kQuiet = static_cast<int>(500 * kMillisecond / kLookAgain);
  for (int i = 0, quiet = 0, before = 0; i < kLooks && quiet < kQuiet && before < 2 * expected; ++i) {
    OVNLITE_RETURN_IF_ERROR(processes.Sleep(kLookAgain));
    const int now = CountFrames(capture.output());
    quiet = now == before ? quiet + 1 : 0;
    before = now;
  }
  const Outcome stopped = capture.Stop();
  MemoryFile file(stopped.out);
  OVNLITE_ASSIGN_OR_RETURN(
      const Outcome read, processes.Run({"tcpdump", "-n", "-v", "-r", "-"}, {.timeout = 30 * kSecond, .input = &file}));
  // A frame begins a line; its further lines are indented.
  const std::vector<std::string> lines = absl::StrSplit(read.out, '\n', absl::SkipWhitespace());
  int there = 0;
  int back = 0;
  std::vector<std::string> first_there;
  std::vector<std::string> first_back;
  for (size_t i = 0; i + 2 < lines.size(); ++i) {
    const std::string& line = lines[i];
    if (!absl::StrContains(line, "Geneve") || !absl::StrContains(line, "OVN) (0x102)")) continue;
    const bool outward =
        absl::StrContains(line, absl::StrCat(one, ".")) && absl::StrContains(line, absl::StrCat("> ", other, ".6081"));
    const bool inward =
        absl::StrContains(line, absl::StrCat(other, ".")) && absl::StrContains(line, absl::StrCat("> ", one, ".6081"));
    if (!outward && !inward) continue;
    std::vector<std::string>& first = outward ? first_there : first_back;
    if (first.empty() && absl::StrContains(lines[i + 2], "ICMP echo")) {
      for (size_t j = i; j < i + 3; ++j) first.emplace_back(absl::StripAsciiWhitespace(lines[j]));
    }
    ++(outward ? there : back);
  }
  const std::string command =
      CommandLine(network.In("underlay", {"tcpdump", "-i", "br0", "-n", "-v", "udp port 6081"}));
  if (first_there.empty() || first_back.empty()) {
    return absl::UnknownError(absl::StrCat("tcpdump saw ", there, " Geneve packets from ", one, " and ", back, " from ",
                                           other,
                                           ", and pings not both ways: ", LineWith(stopped.err, "dropped by kernel")));
  }
  Finding finding = {absl::StrCat(there, " packets from ", one, " and ", back, " from ", other,
                                  ", with OVN's option and the VMs' packets inside"),
                     command, first_there};
  finding.lines.insert(finding.lines.end(), first_back.begin(), first_back.end());
  return finding;
}

}  // namespace ovnlite::tools
