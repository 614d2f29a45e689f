#!/bin/bash
# Runs a test written in Python with Debian's own Python, which is the one that Debian's scapy is installed for.
set -euo pipefail
if [ ! -x /usr/bin/python3 ]; then
  echo "SKIPPED: there is no /usr/bin/python3"
  exit 0
fi
exec /usr/bin/python3 "$@"
