#!/bin/bash
# A trace in a large network beside ovn-trace, on this machine, in turns: cold from a database file, cold with the
# database already in a running ovsdb-server, warm in a process that goes on tracing; time and memory.
#
#   ./bazelw build //tools:ovnlite //tests/bench:trace_benchmark
#   OVNLITE_SHARED=FOLDER tests/bench/beside_ovn_trace.sh [ROUNDS]                   100 switches of 100 ports, 200 VIPs
#   tests/bench/beside_ovn_trace.sh ROUNDS SB.db MICROFLOWS                          a network of your own
#
# FOLDER holds bench/northd_bench.sh, which has a real ovn-northd compile the network. MICROFLOWS is a file with one per
# line, "DATAPATH<tab>MICROFLOW"; the first is the one traced cold. The peer is Debian's ovn-central; without it our
# figures stand alone.
set -eu
here=$(cd "$(dirname "$0")/../.." && pwd)
ovnlite=${OVNLITE:-$here/bazel-bin/tools/ovnlite}
benchmark=${TRACE_BENCHMARK:-$here/bazel-bin/tests/bench/trace_benchmark}
rounds=${1:-5}
sb=${2:-}
microflows=${3:-}
work=$(mktemp -d)
trap 'for p in "$work"/*.pid; do [ -f "$p" ] && kill "$(cat "$p")" 2>/dev/null; done; rm -rf "$work"' EXIT
export OVN_RUNDIR=$work OVS_RUNDIR=$work

if [ -z "$sb" ]; then
  echo "compiling the network with ovn-northd (about two minutes) ..." >&2
  KEEP=$work "${OVNLITE_SHARED:?names the folder with bench/northd_bench.sh}/bench/northd_bench.sh" 100 100 10 200 >&2
  sb=$work/sb.db
fi
if [ -z "$microflows" ]; then
  microflows=$work/microflows
  for i in $(seq 0 49); do  # From a port of one switch to a port of the next.
    awk -v i="$i" 'BEGIN {
      j = (i * 7) % 100; to = i + 1; k = (i * 13) % 100
      printf "ls%d\tinport == \"p%d_%d\" && eth.src == 02:02:00:%02x:00:%02x && ", i, i, j, i, j
      printf "eth.dst == 02:01:00:%02x:00:01 && ip4.src == 10.0.%d.%d && ip4.dst == 10.0.%d.%d && ", i, i, j + 2, to, k + 2
      printf "ip.ttl == 64 && tcp.dst == 80\n" }'
  done > "$microflows"
fi
IFS=$'\t' read -r datapath microflow < "$microflows"

# Runs a command; prints milliseconds and, of a second run, kilobytes at most.
measure() {
  local TIMEFORMAT=%3R
  { time "$@" > "$work/out" 2> "$work/err"; } 2> "$work/time" || { cat "$work/err" >&2; exit 1; }
  /usr/bin/time -f %M -o "$work/memory" "$@" > /dev/null 2>&1
  awk '{printf "%.0f ", $1 * 1000}' "$work/time"
  tail -1 "$work/memory"
}
serve() {
  ovsdb-server --detach --no-chdir --pidfile="$work/server.pid" --log-file="$work/server.log" \
    --remote=punix:"$work/sb.sock" --unixctl="$work/server.ctl" "$work/served.db" 2> /dev/null
}
stop() { ovs-appctl -t "$work/server.ctl" exit; while [ -S "$work/sb.sock" ]; do sleep 0.01; done; }
from_file() {
  serve
  ovn-trace --db=unix:"$work/sb.sock" "$datapath" "$microflow"
  stop
}
export -f serve stop from_file
export work datapath microflow

if ! command -v ovn-trace > /dev/null || ! command -v ovsdb-server > /dev/null; then
  echo "no peer: install ovn-central"
  for _ in $(seq "$rounds"); do echo "ours  cold: $(measure "$ovnlite" trace --sb "$sb" "$datapath" "$microflow")"; done
  "$benchmark" "$sb" 100 < "$microflows"
  exit
fi
cp "$sb" "$work/served.db"
printf '%-44s %10s %10s %8s\n' "cold, ms (and kB)" ours peer ratio
for round in $(seq "$rounds"); do
  mine=$(measure "$ovnlite" trace --sb "$sb" "$datapath" "$microflow")
  mv "$work/out" "$work/mine"
  theirs=$(measure bash -c from_file)
  serve
  running=$(measure ovn-trace --db=unix:"$work/sb.sock" "$datapath" "$microflow")
  cmp "$work/mine" "$work/out" || { echo "the traces differ" >&2; exit 1; }
  stop
  report() {  # WHAT OURS PEER
    printf '%-44s %10s %10s %8s\n' "$1" "$2" "$3" "$(awk -v a="$2" -v b="$3" 'BEGIN {printf "1/%.1f", b / a}')"
  }
  report "from the database file" "${mine% *}" "${theirs% *}"
  report "  with the database in a running server" "${mine% *}" "${running% *}"
  report "  memory at most, without the server's" "${mine#* }" "${running#* }"
done

serve
ovn-trace --db=unix:"$work/sb.sock" --detach --no-chdir --pidfile="$work/trace.pid" --unixctl="$work/trace.ctl" 2> /dev/null
while read -r line; do
  start=$(date +%s%N)
  ovs-appctl -t "$work/trace.ctl" trace "${line%%$'\t'*}" "${line#*$'\t'}" > /dev/null
  end=$(date +%s%N)
  echo "$(((end - start) / 1000))"
done < "$microflows" | sort -n > "$work/warm"
theirs=$(awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}' "$work/warm")
ours=$("$benchmark" "$sb" 100 < "$microflows")
echo "$ours"
mine=$(echo "$ours" | sed -n 's/.*warm_us=\([0-9.]*\).*/\1/p')
report "warm, us, median of $(wc -l < "$microflows") microflows" "$mine" "$theirs"
stop
