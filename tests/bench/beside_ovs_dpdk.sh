#!/bin/bash
# Our cost of a packet beside OVN and OVS-DPDK, on this machine, in turns: encap, decap and drop of the two-hypervisor
# laboratory, fed from the same capture.
#
#   ./bazelw build //tests/bench:lab_benchmark && sudo OVNLITE_SHARED=FOLDER tests/bench/beside_ovs_dpdk.sh [ROUNDS]
#
# FOLDER holds bench/ovs_dpdk_bench.sh and bench/mkpcap.py. The peer needs root, Debian's openvswitch-switch-dpdk and
# 1024 huge pages (sysctl vm.nr_hugepages=1024), and a quiet machine; without the peer our figures stand alone.
set -eu
here=$(cd "$(dirname "$0")/../.." && pwd)
ours=${LAB_BENCHMARK:-$here/bazel-bin/tests/bench/lab_benchmark}
rounds=${1:-3}
bench=${OVNLITE_SHARED:?names the folder with bench/mkpcap.py}/bench
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

peer=yes
[ "$(id -u)" = 0 ] || { echo "no peer: it needs root"; peer=; }
[ -x /usr/lib/openvswitch-switch-dpdk/ovs-vswitchd-dpdk ] || { echo "no peer: install openvswitch-switch-dpdk"; peer=; }
[ "$(cat /proc/sys/vm/nr_hugepages)" -ge 1024 ] || { echo "no peer: sysctl vm.nr_hugepages=1024"; peer=; }

capture() {  # MODE FLOWS SIZE
  local kind=vm
  [ "$1" = decap ] && kind=geneve
  [ -f "$work/$kind-$2-$3.pcap" ] || python3 "$bench/mkpcap.py" $kind "$2" "$3" "$work/$kind-$2-$3.pcap" >&2
  echo "$work/$kind-$2-$3.pcap"
}

printf '%-6s %7s %5s  %10s %10s %8s\n' mode flows bytes ours/ns peer/ns ratio
for case in "drop 1000 64" "encap 1000 64" "encap 100000 64" "encap 1000 1400" "decap 1000 64" "decap 100000 64"; do
  set -- $case
  file=$(capture "$1" "$2" "$3")
  for round in $(seq "$rounds"); do
    mine=$("$ours" "$1" "$file" 2 | sed -n 's/.*ns\/packet=\([0-9.]*\).*/\1/p')
    theirs=-
    ratio=-
    if [ -n "$peer" ]; then
      # Cycles per packet at the processor's constant rate: nanoseconds.
      mhz=$(sed -n 's/^cpu MHz[^0-9]*\([0-9.]*\)/\1/p' /proc/cpuinfo | head -1)
      theirs=$("$bench/ovs_dpdk_bench.sh" "$1" "$2" "$3" 5 2>/dev/null |
        sed -n 's/.*avg processing cycles per packet: *\([0-9.]*\).*/\1/p' | head -1 |
        awk -v mhz="$mhz" '{printf "%.1f", $1 * 1000 / mhz}')
      [ -n "$theirs" ] && ratio=$(awk -v a="$mine" -v b="$theirs" 'BEGIN {printf "%.2f", a / b}') || theirs=failed
    fi
    printf '%-6s %7s %5s  %10s %10s %8s\n' "$1" "$2" "$3" "$mine" "$theirs" "$ratio"
  done
done
