// File: keyless.h
// What there was no tunnel key for: a datapath, or ports of one that has one. OVN leaves such things out.

#ifndef OVNLITE_LIB_NORTHD_KEYLESS_H_
#define OVNLITE_LIB_NORTHD_KEYLESS_H_

#include <set>
#include <string>

namespace ovnlite {

struct Keyless {
  bool datapath = false;        // It itself, and so all its ports.
  std::set<std::string> ports;  // Names.
  friend bool operator==(const Keyless&, const Keyless&) = default;
};

}  // namespace ovnlite

#endif  // OVNLITE_LIB_NORTHD_KEYLESS_H_
