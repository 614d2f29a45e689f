// File: shared_testutil.h
// Where tests find recordings of real OVN that are too large or too many to keep in this repository. The folder is named by
// the environment variable OVNLITE_SHARED (./bazelw sets it where such a folder lies beside the project).
// A test that needs a recording says so aloud when it is not there:
//
//   OVNLITE_SHARED_OR_SKIP(path, "lab/nb.db");   // path: std::string

#ifndef OVNLITE_LIB_BASE_SHARED_TESTUTIL_H_
#define OVNLITE_LIB_BASE_SHARED_TESTUTIL_H_

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace ovnlite {

// The path of a recording, or nothing when there is none.
std::optional<std::string> SharedPath(absl::string_view relative);

// The contents of a file; fails the test when it cannot be read.
std::string ReadFileOrDie(const std::string& path);

}  // namespace ovnlite

#define OVNLITE_SHARED_OR_SKIP(variable, relative)                                                                       \
  const std::optional<std::string> variable##_found = ::ovnlite::SharedPath(relative);                                   \
  if (!variable##_found.has_value())                                                                                     \
    GTEST_SKIP() << "no recording " << (relative) << ": set OVNLITE_SHARED to the folder that holds it to run this test"; \
  const std::string variable = *variable##_found

#endif  // OVNLITE_LIB_BASE_SHARED_TESTUTIL_H_
