"""Tests in Python against the package, run by Debian's own interpreter and its unittest."""

def python_test(name, src, data = [], args = [], size = "small", **kwargs):
    """A test of `src` with the package ovnlite importable.

    Args:
      name: of the test.
      src: the Python file; unittest.main() is its end.
      data: files it reads.
      args: given to it.
      size: of the test, as Bazel has it.
      **kwargs: passed to sh_test.
    """
    native.sh_test(
        name = name,
        size = size,
        srcs = ["//bindings/python:run_test.sh"],
        args = ["$(location %s)" % src] + args,
        data = data + [src, "//bindings/python:ovnlite"],
        **kwargs
    )
