// File: expr_testutil.h
// Case files of one line per case, and the world that the cases live in (ovn_test_world.h).

#ifndef OVNLITE_LIB_LOGICAL_EXPR_TESTUTIL_H_
#define OVNLITE_LIB_LOGICAL_EXPR_TESTUTIL_H_

#include <string>
#include <vector>

#include "lib/logical/ovn_test_world.h"
#include "ovnlite/logical/expr_parse.h"
#include "ovnlite/logical/expr_transform.h"

namespace ovnlite {

inline const SymbolTable& TestSymbols() { return OvnTestSymbols(); }
using TestWorld = OvnTestWorld;

// A line of a case file, "input => output" or just "input" for what comes back as it is. Lines that begin with # are
// comments.
struct TextCase {
  int line;
  std::string input;
  std::string output;
};
std::vector<TextCase> ParseTextCases(const std::string& text);
// The file testdata/`name` of this room.
std::string TestData(const std::string& name);

}  // namespace ovnlite

#endif  // OVNLITE_LIB_LOGICAL_EXPR_TESTUTIL_H_
