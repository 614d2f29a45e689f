#!/bin/bash
# Every test that docs/geneve.md names exists.
# usage: geneve_doc_test.sh DOCUMENT TEST_SOURCE...
set -euo pipefail
document=$1
shift
suites='GeneveTest|GeneveOptionTest|OvnGeneveOptionTest|GenevePathTest|FlowHashTest|ReceiveGeneveTest|EcnTest'
named=$(grep -oE "\`($suites)\.[A-Za-z0-9_]+\`" "$document" | tr -d '`' | sort -u)
defined=$(grep -hoE "TEST\(($suites), [A-Za-z0-9_]+\)" "$@" | sed -E 's/TEST\((.*), (.*)\)/\1.\2/' | sort -u)
missing=$(comm -23 <(echo "$named") <(echo "$defined"))
if [ -n "$missing" ]; then
  echo "named in $document, but there is no such test:"
  echo "$missing"
  exit 1
fi
count=$(echo "$named" | wc -l)
if [ "$count" -lt 30 ]; then
  echo "only $count tests found in $document: is it the right file?"
  exit 1
fi
rows=$(grep -cE '^\| [2-6](\.|[^.])' "$document")
echo "$count tests named in $rows rows, all of them exist"
