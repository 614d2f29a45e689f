"""A library that Debian installs: nothing to compile, only something to link."""

def system_library(name, libs, testonly = False):
    native.cc_library(
        name = name,
        linkopts = ["-Wl,--as-needed"] + ["-l" + lib for lib in libs] + ["-lpthread"],
        testonly = testonly,
    )
