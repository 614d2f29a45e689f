// File: unsupported.h
// Finds what the Northbound database asks for and this compiler does not do, so that nobody takes silence for a yes.

#ifndef OVNLITE_LIB_NORTHD_UNSUPPORTED_H_
#define OVNLITE_LIB_NORTHD_UNSUPPORTED_H_

#include <vector>

#include "ovnlite/db/database.h"
#include "ovnlite/northd/northd.h"

namespace ovnlite {

std::vector<Unsupported> FindUnsupported(const Database& nb);

}  // namespace ovnlite

#endif  // OVNLITE_LIB_NORTHD_UNSUPPORTED_H_
