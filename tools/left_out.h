// File: left_out.h
// What a command leaves out of what it was asked for. Each is said on standard error, a line each; a command that is
// done, but not with all of it, ends with exit status 3, or with 0 where --partial-ok says that this will do.

#ifndef OVNLITE_TOOLS_LEFT_OUT_H_
#define OVNLITE_TOOLS_LEFT_OUT_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ovnlite/db/database.h"

namespace ovnlite::tools {

inline constexpr int kExitPartial = 3;

// Says it, and remembers that something was left out.
void SayLeftOut(absl::string_view text);
void SayLeftOut(const std::vector<std::string>& texts);
// Only remembers it: it has been said.
void NoteLeftOut();
bool IsAnythingLeftOut();

// Which chassis cannot be reached, because they have no Geneve Encap.
void SayChassisWithoutGeneve(const Database& sb);

// What northd makes of a Northbound database, which was read from `path`. Says what is not compiled, and what northd
// itself warns of, which is no less than OVN does.
absl::StatusOr<std::unique_ptr<Database>> CompileNorthbound(Database& nb, const std::string& path);

}  // namespace ovnlite::tools

#endif  // OVNLITE_TOOLS_LEFT_OUT_H_
