// Writes captures of the laboratory's packets (lab_frames.h), as tests/bench/beside_ovs_dpdk.sh wants them; with
// several files, as queues share them out among each other by flow.
//
//   lab_capture vm|vm6|geneve|geneve6 FLOWS BYTES FILE...

#include <cstdio>
#include <cstring>
#include <iostream>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/types/span.h"
#include "ovnlite/packet/flow_hash.h"
#include "tests/bench/lab_frames.h"

namespace ovnlite {
namespace {

// Classic pcap with microseconds, as the peer's captures are: libpcap's writer has nanoseconds.
bool Write(const std::string& path, const std::vector<std::vector<uint8_t>>& frames) {
  std::FILE* const file = std::fopen(path.c_str(), "wb");
  if (file == nullptr) return false;
  const auto words = [file](std::initializer_list<uint32_t> values) {
    for (const uint32_t value : values) std::fwrite(&value, sizeof value, 1, file);
  };
  words({0xa1b2c3d4, 4u << 16 | 2, 0, 0, 65'535, 1});
  uint32_t i = 0;
  for (const std::vector<uint8_t>& frame : frames) {
    const auto size = static_cast<uint32_t>(frame.size());
    words({1'700'000'000 + i / 1'000'000, i % 1'000'000, size, size});
    std::fwrite(frame.data(), 1, frame.size(), file);
    ++i;
  }
  const bool good = std::ferror(file) == 0;
  return std::fclose(file) == 0 && good;
}

int Run(int argc, char** argv) {
  const std::map<std::string, LabFrames> kinds = {{"vm", LabFrames::kVm},
                                                  {"vm6", LabFrames::kVm6},
                                                  {"geneve", LabFrames::kGeneve},
                                                  {"geneve6", LabFrames::kGeneve6}};
  uint32_t flows = 0, bytes = 0;
  if (argc < 5 || !kinds.contains(argv[1]) || !absl::SimpleAtoi(argv[2], &flows) ||
      !absl::SimpleAtoi(argv[3], &bytes)) {
    std::cerr << "usage: lab_capture vm|vm6|geneve|geneve6 FLOWS BYTES FILE...\n";
    return 1;
  }
  const absl::Span<char*> files(argv + 4, static_cast<size_t>(argc - 4));
  std::vector<std::vector<std::vector<uint8_t>>> queues(files.size());
  for (std::vector<uint8_t>& frame : MakeLabFrames(kinds.at(argv[1]), flows, bytes)) {
    queues[FlowHash(Packet(frame)) % queues.size()].push_back(std::move(frame));
  }
  for (size_t i = 0; i < queues.size(); ++i) {
    if (Write(files[i], queues[i])) continue;
    std::perror(files[i]);
    return 1;
  }
  return 0;
}

}  // namespace
}  // namespace ovnlite

int main(int argc, char** argv) { return ovnlite::Run(argc, argv); }
