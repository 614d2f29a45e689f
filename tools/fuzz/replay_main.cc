// File: replay_main.cc
// The main() of a fuzz target outside a fuzzing run: feeds it every file named on the command line, plus the empty input,
// plus every prefix of each file (a truncated input is the commonest hostile one), so that kept crashes stay fixed.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

int main(int argc, char** argv) {
  constexpr size_t kEveryPrefixUpTo = 512;  // Longer inputs are cut at 512 evenly spaced places.
  static const uint8_t nothing[1] = {0};
  LLVMFuzzerTestOneInput(nothing, 0);
  int inputs = 1;
  for (int i = 1; i < argc; ++i) {
    std::ifstream file(argv[i], std::ios::binary);
    if (!file) {
      std::fprintf(stderr, "cannot open %s\n", argv[i]);
      return 1;
    }
    const std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    const size_t step = bytes.size() / kEveryPrefixUpTo + 1;
    for (size_t n = 0; n < bytes.size(); n += step, ++inputs) {
      const std::string prefix = bytes.substr(0, n);  // Its own allocation, so that ASan sees a read past the end.
      LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(prefix.data()), prefix.size());
    }
    LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
    ++inputs;
  }
  std::printf("%d inputs from %d files\n", inputs, argc - 1);
  return 0;
}
