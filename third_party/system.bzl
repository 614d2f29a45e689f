"""A library that Debian installs: nothing to compile, only something to link."""

def system_library(name, libs, testonly = False, as_needed = True):
    """Declares //third_party:`name`.

    Args:
      name: how our targets call it.
      libs: what the linker is told, without -l.
      testonly: as in Bazel.
      as_needed: leave out what a binary does not use itself. False for a library that only our own libraries use: the
        linker does not look into those when they are shared objects, as they are in tests.
    """
    native.cc_library(
        name = name,
        linkopts = ["-Wl,--as-needed" if as_needed else "-Wl,--no-as-needed"] +
                   ["-l" + lib for lib in libs] + ["-Wl,--as-needed", "-lpthread"],
        testonly = testonly,
    )
