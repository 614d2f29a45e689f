#!/bin/bash
# Strangers who depend on ovnlite, each by another road: a CMake project on an installation (static and shared), g++ with
# pkg-config, and a Python program in a virtual environment without an index. Each pings through a laboratory. Says how long
# every road takes. Debian's cmake, ninja-build, pkg-config, python3-venv and pybind11-dev are needed; ccache is used where it is.
#
#   tests/consumers/run.sh [FOLDER]      FOLDER keeps what was built, for the next time
#
# OVNLITE_BUILD_TYPE is CMake's: Release, or for who is in a hurry Plain, which optimises nothing.
set -eu
here=$(cd "$(dirname "$0")/../.." && pwd)
work=${1:-$(mktemp -d)}
[ $# -gt 0 ] || trap 'rm -rf "$work"' EXIT
mkdir -p "$work"
road() {
  local name=$1 begin=$SECONDS
  shift
  "$@" >"$work/log" 2>&1 || { tail -40 "$work/log" >&2; echo "FAILED: $name" >&2; exit 1; }
  printf '%-58s %4d s\n' "$name" $((SECONDS - begin))
}

build() {
  cmake -S "$here" -B "$work/build" -G Ninja -DCMAKE_INSTALL_PREFIX="$work/prefix" -DOVNLITE_PYTHON=ON \
    -DCMAKE_BUILD_TYPE="${OVNLITE_BUILD_TYPE:-Release}"
  cmake --build "$work/build"
  cmake --install "$work/build"
}
cmake_project() {
  cmake -S "$here/tests/consumers/cmake" -B "$work/consumer" -G Ninja -DCMAKE_PREFIX_PATH="$work/prefix"
  cmake --build "$work/consumer"
  "$work/consumer/ping_ovnlite" && "$work/consumer/ping_ovnlite_shared"
}
alone() { cmake --build "$work/consumer" --target alone; }
pkg_config() {
  local flags
  export PKG_CONFIG_PATH=$work/prefix/lib/pkgconfig:$work/prefix/lib/$(gcc -print-multiarch)/pkgconfig
  flags=$(pkg-config --cflags --libs ovnlite)
  # The shared library.
  g++ -std=c++20 "$here/tests/consumers/ping.cc" $flags -o "$work/ping_pkg_config"
  LD_LIBRARY_PATH=$(pkg-config --variable=libdir ovnlite) "$work/ping_pkg_config"
}
exports() {
  local library
  library=$(echo "$work"/prefix/lib/*/libovnlite.so)
  objdump -p "$library" | grep -q 'SONAME *libovnlite.so.0$' || { echo "no SONAME"; return 1; }
  # Nothing but what is in our namespace.
  local others
  others=$(nm -DC --defined-only "$library" | awk '{$1 = $2 = ""; print}' | grep -v 'ovnlite::' | head -5)
  [ -z "$others" ] || { echo "it shows: $others"; return 1; }
}
python_wheel() {
  rm -rf "$work/venv"
  /usr/bin/python3 -m venv "$work/venv"
  # As for everybody else, but with what was compiled above.
  OVNLITE_BUILD="$work/build" "$work/venv/bin/pip" install --no-index "$here"
  cd "$work"
  "$work/venv/bin/python" - "$(sed -n 's/^#define OVNLITE_VERSION "\(.*\)"$/\1/p' "$here/include/ovnlite/version.h")" <<'P'
import sys, importlib.metadata, ovnlite
lab = ovnlite.Lab()
lab.add_chassis("hv", "192.0.2.1")
lab.add_switch("net")
for i, name in enumerate(("a", "b"), 1):
    lab.add_host(name, "net", name, "hv", f"02:00:00:00:00:0{i}", f"10.0.0.{i}/24")
ping = lab.ping("a", "b")
print(ovnlite.__version__, ping)
assert ping, ping
assert ovnlite.__version__ == importlib.metadata.version("ovnlite") == sys.argv[1]
assert [e.name for e in importlib.metadata.entry_points(group="pytest11")].count("ovnlite") == 1
P
}

road "the library, the tool and the extension, compiled and installed" build
road "a CMake project, static and shared" cmake_project
road "every public header by itself" alone
road "g++ with pkg-config" pkg_config
road "what libovnlite.so shows" exports
road "a virtual environment, without an index" python_wheel
road "ovnlite --version" "$work/prefix/bin/ovnlite" --version
