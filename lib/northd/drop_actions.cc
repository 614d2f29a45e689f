#include "lib/northd/drop_actions.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "lib/northd/options.h"

namespace ovnlite {

std::string DropActions(absl::string_view domain, absl::string_view collector_set) {
  constexpr uint32_t kLastDomain = 254;
  const uint32_t set = ReadUint(collector_set, 0), id = ReadUint(domain, 0);
  if (set == 0 || id > kLastDomain) return kDrop;
  // OVN writes numbers of more than 31 bits with a sign.
  return absl::StrCat("sample(probability=65535,collector_set=", static_cast<int32_t>(set), ",obs_domain=", id,
                      ",obs_point=$cookie); /* drop */");
}

}  // namespace ovnlite
