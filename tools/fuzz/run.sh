#!/bin/bash
# Fuzz every target for SECONDS each (default 60) under ASan and UBSan, keeping new inputs beside the old ones' copies.
# usage: tools/fuzz/run.sh [SECONDS [TARGET...]]      e.g. tools/fuzz/run.sh 60 //lib/wire:geneve_fuzz
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."
seconds=${1:-60}
shift || true
if [ $# -gt 0 ]; then targets=("$@"); else mapfile -t targets < <(./bazelw query 'filter("_fuzz$", //...)' 2>/dev/null | sort); fi
./bazelw build --config=fuzz "${targets[@]}"
failed=0
for target in "${targets[@]}"; do
  path=${target#//}
  binary=bazel-bin/${path/:/\/}
  room=${path%%:*}
  name=${path##*:}
  kept=$room/corpus/${name%_fuzz}
  work=$(mktemp -d)
  mkdir -p "$kept"
  echo "== $target for $seconds s"
  if ! "$binary" -max_total_time="$seconds" -print_final_stats=1 -artifact_prefix="$work/" "$work" "$kept" >"$work.log" 2>&1; then
    failed=1
    tail -n 40 "$work.log"
    echo "crash inputs in $work: keep them in $kept"
  else
    grep -E 'stat::(number_of_executed_units|average_exec_per_sec|peak_rss_mb)' "$work.log"
    rm -rf "$work"
  fi
done
exit $failed
