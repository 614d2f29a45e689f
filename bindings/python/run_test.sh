#!/bin/sh
# run_test.sh TEST.py [ARGUMENT…], with the package ovnlite importable. Debian's python3, whatever else is in PATH.
set -eu
PYTHONPATH="$PWD/bindings/python${PYTHONPATH:+:$PYTHONPATH}"
PYTHONDONTWRITEBYTECODE=1
export PYTHONPATH PYTHONDONTWRITEBYTECODE
exec /usr/bin/python3 "$@"
