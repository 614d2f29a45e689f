// What a laboratory of many hosts costs: building it, the first ping, another ping, an edit and the ping behind it.
//
//   lab_scale_benchmark HOSTS...          (10 10000)
//
// Hosts are on switches of 100 (of half as many as there are, if these are fewer) behind one router, each on a chassis.

#include <algorithm>
#include <chrono>
#include <iostream>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "ovnlite/base/status.h"
#include "ovnlite/lab/lab.h"

namespace ovnlite {
namespace {

int per_switch = 100;

double Now() {
  return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now().time_since_epoch()).count();
}
double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

std::string Ip(int host) {
  return absl::StrFormat("10.%d.%d.%d", host / per_switch / 256, host / per_switch % 256, host % per_switch + 10);
}
std::string Mac(int first, int number) {
  return absl::StrFormat("%02x:00:00:%02x:%02x:%02x", first, number >> 16, number >> 8 & 0xff, number & 0xff);
}
std::string Host(int number) { return absl::StrCat("vm", number); }

absl::Status AddHost(Lab& lab, int host) {
  const int group = host / per_switch;
  const std::string ls = absl::StrCat("ls", group), chassis = absl::StrCat("hv", group);
  const std::string gateway = absl::StrFormat("10.%d.%d.1", group / 256, group % 256);
  if (host % per_switch == 0) {
    OVNLITE_RETURN_IF_ERROR(lab.AddChassis(chassis, absl::StrFormat("192.168.%d.%d", group / 200, group % 200 + 1)));
    OVNLITE_RETURN_IF_ERROR(lab.AddSwitch(ls));
    OVNLITE_RETURN_IF_ERROR(lab.Connect("lr", ls, Mac(0x0e, group), gateway + "/24"));
  }
  return lab.AddHost(Host(host), ls, absl::StrCat("lsp", host), chassis, Mac(0x0a, host), Ip(host) + "/24", gateway);
}

absl::Status Run(int hosts) {
  per_switch = std::min(100, (hosts + 1) / 2);
  constexpr int kPings = 50, kEdits = 20;
  double start = Now();
  Lab lab;
  OVNLITE_RETURN_IF_ERROR(lab.AddRouter("lr"));
  for (int host = 0; host < hosts; ++host) OVNLITE_RETURN_IF_ERROR(AddHost(lab, host));
  const double added = Now() - start;
  start = Now();
  OVNLITE_RETURN_IF_ERROR(lab.Sync());
  const double synced = Now() - start;
  const std::string from = Host(0), to = Host(hosts - 1);
  const auto ping = [&] {
    const double begin = Now();
    const bool ok = lab.Ping(from, to).answered();
    return ok ? Now() - begin : -1;
  };
  const double first = ping();
  if (first < 0) return absl::InternalError("the first ping is lost");
  std::vector<double> pings, edits;
  for (int i = 0; i < kPings; ++i) pings.push_back(ping());
  for (int i = 0; i < kEdits; ++i) {
    start = Now();
    OVNLITE_RETURN_IF_ERROR(lab.MoveHost(from, i % 2 == 0 ? "hv1" : "hv0"));
    OVNLITE_RETURN_IF_ERROR(lab.Sync());
    edits.push_back(Now() - start);
  }
  std::cout << absl::StrFormat(
      "%d hosts: adding %.0f ms, first Sync %.0f ms; ping %.0f us first, %.1f us again; a host moved %.0f us\n", hosts,
      added / 1e3, synced / 1e3, first, Median(pings), Median(edits));
  return absl::OkStatus();
}

}  // namespace
}  // namespace ovnlite

int main(int argc, char** argv) {
  std::vector<int> sizes;
  for (int i = 1; i < argc; ++i) {
    int hosts = 0;
    if (!absl::SimpleAtoi(argv[i], &hosts) || hosts < 2 || hosts > 1'000'000) {
      std::cerr << "usage: lab_scale_benchmark HOSTS...\n";
      return 2;
    }
    sizes.push_back(hosts);
  }
  if (sizes.empty()) sizes = {10, 10'000};
  for (const int hosts : sizes) {
    const absl::Status status = ovnlite::Run(hosts);
    if (status.ok()) continue;
    std::cerr << hosts << " hosts: " << status << "\n";
    return 1;
  }
  return 0;
}
