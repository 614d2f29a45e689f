"""The rooms of ovnlite, from the top of the hill to the bottom: a room may use only rooms above it in this list.

`room()` makes a room out of its folder, so that a room's BUILD file says only what is particular to it:
  foo.cc, foo.h (private)      the library //lib/<room>, with the public headers of include/ovnlite/<room>/
  foo_test.cc                  the test //lib/<room>:foo_test
  foo_benchmark.cc             the binary //lib/<room>:foo_benchmark (run with -c opt)
  foo_fuzz.cc                  the test //lib/<room>:foo_fuzz, which replays corpus/foo/; with --config=fuzz a libFuzzer binary
"""

ROOMS = [
    "base",
    "wire",
    "packet",
    "schema",
    "db",
    "topology",
    "logical",
    "northd",
    "check",
    "flow",
    "controller",
    "datapath",
    "port",
    "trace",
    "node",
    "lab",
]

# What may use every room.
_USERS_OF_ROOMS = ["//", "//bindings", "//examples", "//tests", "//tools"]

def _below(room):
    return [
        "//lib/%s:__subpackages__" % lower
        for lower in ROOMS[ROOMS.index(room) + 1:]
    ] + ["//:__pkg__" if place == "//" else place + ":__subpackages__" for place in _USERS_OF_ROOMS] + ["//lib/%s:__subpackages__" % room]

def room(name, uses = [], deps = [], test_deps = [], test_data = [], external_tests = [], **kwargs):
    """Declares the room `name`.

    Args:
      name: the room, which is also its folder.
      uses: the rooms above that it includes.
      deps: other libraries it links.
      test_deps: what its tests and benchmarks need besides.
      test_data: files its tests read.
      external_tests: tests that look at what is installed, and so are run each time.
      **kwargs: passed to cc_library.
    """
    for other in uses:
        if ROOMS.index(other) >= ROOMS.index(name):
            fail("room %s may not use %s, which is not above it" % (name, other))
    aside = ["*_test.cc", "*_benchmark.cc", "*_fuzz.cc"]
    native.cc_library(
        name = name,
        srcs = native.glob(["*.cc", "*.h"], exclude = aside + ["*_testutil.h", "*_testutil.cc"]),
        hdrs = ["//include/ovnlite/%s:headers" % name],
        visibility = _below(name),
        deps = ["//lib/" + other for other in uses] + deps + ["//third_party:absl"],
        **kwargs
    )
    if native.glob(["*_testutil.h"]):
        native.cc_library(
            name = "testutil",
            testonly = True,
            srcs = native.glob(["*_testutil.cc"]),
            hdrs = native.glob(["*_testutil.h"]),
            visibility = _below(name),
            deps = [":" + name, "//third_party:gtest"] + test_deps,
        )
        test_deps = test_deps + [":testutil"]
    for test in native.glob(["*_test.cc"]):
        native.cc_test(
            name = test[:-len(".cc")],
            size = "small",
            srcs = [test],
            data = test_data,
            tags = ["external"] if test[:-len(".cc")] in external_tests else [],
            deps = [":" + name, "//third_party:gtest_main"] + test_deps,
        )
    for benchmark in native.glob(["*_benchmark.cc"]):
        native.cc_binary(
            name = benchmark[:-len(".cc")],
            testonly = True,
            srcs = [benchmark],
            deps = [":" + name, "//third_party:benchmark_main"] + test_deps,
        )
    for fuzzer in native.glob(["*_fuzz.cc"]):
        fuzz_test(fuzzer[:-len(".cc")], [":" + name] + test_deps)

def fuzz_test(name, deps):
    """A libFuzzer target `name`.cc over corpus/`name without _fuzz`/; without --config=fuzz a test that replays the corpus."""
    corpus = native.glob(["corpus/%s/**" % name[:-len("_fuzz")]])
    native.cc_test(
        name = name,
        srcs = [name + ".cc"],
        args = ["$(locations %s)" % f for f in corpus],
        data = corpus,
        linkopts = select({
            "//tools/fuzz:libfuzzer": ["-fsanitize=fuzzer"],
            "//conditions:default": [],
        }),
        linkstatic = True,
        deps = deps + select({
            "//tools/fuzz:libfuzzer": [],
            "//conditions:default": ["//tools/fuzz:replay_main"],
        }),
    )
