// Any text: a packet that can be written down, or a message.
#include <cstdlib>

#include "ovnlite/logical/microflow.h"

namespace {

class NoPorts final : public ovnlite::ExprResolver {
 public:
  bool FindPort(absl::string_view name, uint32_t* key) const override {
    *key = 1;
    return name == "p";
  }
  bool IsChassisResident(absl::string_view) const override { return true; }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const absl::StatusOr<ovnlite::FlowKey> key = ovnlite::ParseMicroflow(text, NoPorts());
  if (key.ok() ? ovnlite::FormatMicroflow(*key).empty() : key.status().message().empty()) std::abort();
  const absl::StatusOr<std::string> inport = ovnlite::MicroflowInport(text);
  if (!inport.ok() && inport.status().message().empty()) std::abort();
  return 0;
}
