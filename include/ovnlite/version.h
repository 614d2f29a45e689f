// File: version.h
// The version of ovnlite: the one place that says it. CMake, pkg-config, the Python package and `ovnlite --version` read
// it from here. While it begins with 0, headers that docs/install.md does not call stable may change with any version.

#ifndef OVNLITE_VERSION_H_
#define OVNLITE_VERSION_H_

#define OVNLITE_VERSION_MAJOR 0
#define OVNLITE_VERSION_MINOR 1
#define OVNLITE_VERSION_PATCH 0
#define OVNLITE_VERSION "0.1.0"

// The OVN and the Open vSwitch whose tables, language and bytes are spoken.
#define OVNLITE_OVN_VERSION "23.03"
#define OVNLITE_OVS_VERSION "3.1"

#endif  // OVNLITE_VERSION_H_
