#include "tools/left_out.h"

#include <iostream>

#include "absl/strings/str_cat.h"
#include "ovnlite/base/status.h"
#include "ovnlite/controller/controller.h"
#include "ovnlite/northd/northd.h"
#include "ovnlite/schema/schema.h"

namespace ovnlite::tools {
namespace {

bool anything_left_out = false;

}  // namespace

void NoteLeftOut() { anything_left_out = true; }
bool IsAnythingLeftOut() { return anything_left_out; }

void SayLeftOut(absl::string_view text) {
  NoteLeftOut();
  std::cerr << "ovnlite: " << text << "\n";
}

void SayLeftOut(const std::vector<std::string>& texts) {
  for (const std::string& text : texts) SayLeftOut(text);
}

void SayChassisWithoutGeneve(const Database& sb) {
  for (const std::string& chassis : Controller::ChassisWithoutGeneve(sb)) {
    SayLeftOut(absl::StrCat("chassis ", chassis, " has no Geneve Encap: it cannot be reached"));
  }
}

absl::StatusOr<std::unique_ptr<Database>> CompileNorthbound(Database& nb, const std::string& path) {
  auto sb = std::make_unique<Database>(SouthboundSchema());
  Northd northd(nb, *sb);
  OVNLITE_RETURN_IF_ERROR(northd.Update());
  for (const Unsupported& u : northd.unsupported()) {
    SayLeftOut(absl::StrCat(path, ": ", u.table, " ", u.row, ": ", u.column, " is not compiled"));
  }
  for (const NorthdWarning& w : northd.warnings()) {
    std::cerr << "ovnlite: " << path << ": " << w.table << " " << w.row << ": " << w.message << "\n";
  }
  return sb;
}

}  // namespace ovnlite::tools
