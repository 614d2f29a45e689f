// File: recent_strings.h
// Strings that came by lately, so that the same word is kept once: databases say "ls_in_acl" thousands of times.

#ifndef OVNLITE_SCHEMA_RECENT_STRINGS_H_
#define OVNLITE_SCHEMA_RECENT_STRINGS_H_

#include <array>

#include "absl/strings/string_view.h"
#include "ovnlite/base/hash.h"
#include "ovnlite/schema/atom.h"

namespace ovnlite {

class RecentStrings {
 public:
  // Strings of more bytes than `longest` are not remembered.
  explicit RecentStrings(size_t longest = 64) : longest_(longest) {}

  // A string with these characters: one handed out before, if it is short and not too long ago.
  SharedString Of(absl::string_view text) {
    if (text.size() > longest_) return SharedString(text);
    SharedString& recent = recent_[HashBytes(text) % recent_.size()];
    if (recent.view() != text) recent = SharedString(text);
    return recent;
  }

 private:
  const size_t longest_;
  std::array<SharedString, 1024> recent_;
};

}  // namespace ovnlite

#endif  // OVNLITE_SCHEMA_RECENT_STRINGS_H_
