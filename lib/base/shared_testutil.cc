#include "lib/base/shared_testutil.h"

#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"

namespace ovnlite {

std::optional<std::string> SharedPath(absl::string_view relative) {
  const char* root = std::getenv("OVNLITE_SHARED");
  if (root == nullptr || *root == '\0') return std::nullopt;
  std::string path = absl::StrCat(root, "/", relative);
  if (access(path.c_str(), R_OK) != 0) return std::nullopt;
  return path;
}

std::string ReadFileOrDie(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.good()) << "cannot read " << path;
  return std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

}  // namespace ovnlite
