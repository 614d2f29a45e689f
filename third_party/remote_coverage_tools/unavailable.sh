#!/bin/sh
echo "coverage is not available with Debian's bazel-bootstrap" >&2
exit 1
