#!/bin/bash
# Our cost of a packet through what a Chassis runs, beside the limit of this machine and beside OVN with OVS-DPDK, in turns:
# encap and decap of the two-hypervisor laboratory, fed from the same capture, after what is sent was found equal.
#
#   ./bazelw build //tests/bench:chassis_benchmark //tests/bench:limit //tests/bench:lab_capture
#   sudo OVNLITE_SHARED=FOLDER tests/bench/beside_ovs_dpdk.sh [ROUNDS]
#
# FOLDER holds bench/ovs_dpdk_bench.sh, which makes the same capture for the peer and measures it. The peer needs root,
# Debian's openvswitch-switch-dpdk, librte-net-null23, librte-net-pcap23 and librte-mempool-ring23, and 1,024 huge pages
# (sysctl vm.nr_hugepages=1024); without it, or where it has no such mode (IPv6), the limit stands alone. A machine that does
# nothing else gives figures worth writing down.
set -eu
here=$(cd "$(dirname "$0")/../.." && pwd)
bin=${BENCH_BIN:-$here/bazel-bin/tests/bench}
rounds=${1:-5}
seconds=${SECONDS_EACH:-2}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

peer=${OVNLITE_SHARED:+$OVNLITE_SHARED/bench/ovs_dpdk_bench.sh}
no_peer() { echo "no peer: $1"; peer=; }
[ -n "$peer" ] || no_peer "OVNLITE_SHARED names the folder with bench/ovs_dpdk_bench.sh"
[ "$(id -u)" = 0 ] || no_peer "it needs root"
[ -x /usr/lib/openvswitch-switch-dpdk/ovs-vswitchd-dpdk ] || no_peer "install openvswitch-switch-dpdk"
[ "$(cat /proc/sys/vm/nr_hugepages)" -ge 1024 ] || no_peer "sysctl vm.nr_hugepages=1024"
# Cycles at the processor's constant rate are nanoseconds.
mhz=$(sed -n 's/^cpu MHz[^0-9]*\([0-9.]*\)/\1/p' /proc/cpuinfo | head -1)

nanoseconds() { sed -n 's/.*ns\/packet=\([0-9.]*\).*/\1/p'; }
median() { sort -n | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'; }
divide() { awk -v a="$1" -v b="$2" 'BEGIN {if (b > 0) printf "%.2f", a / b; else print "-"}'; }

printf '%-7s %7s %5s  %8s %8s %8s  %6s (%s)  %6s (%s)\n' \
  mode flows bytes limit/ns ours/ns peer/ns "/limit" "from-to" "/peer" "from-to"
while read -r mode flows bytes kind; do
  file=$work/$kind-$flows-$bytes.pcap
  [ -f "$file" ] || "$bin/lab_capture" "$kind" "$flows" "$bytes" "$file"
  "$bin/limit" "$mode" "$file" --output "$work/limit.pcap"
  "$bin/chassis_benchmark" "$mode" "$file" --output "$work/ours.pcap"
  cmp "$work/limit.pcap" "$work/ours.pcap" || { echo "$mode $flows $bytes: what is sent differs" >&2; exit 1; }
  : > "$work/limits"; : > "$work/ours"; : > "$work/peers"; : > "$work/by_limit"; : > "$work/by_peer"
  for _ in $(seq "$rounds"); do
    limit=$("$bin/limit" "$mode" "$file" "$seconds" | nanoseconds)
    ours=$("$bin/chassis_benchmark" "$mode" "$file" "$seconds" | nanoseconds)
    echo "$limit" >> "$work/limits"
    echo "$ours" >> "$work/ours"
    divide "$ours" "$limit" >> "$work/by_limit"; echo >> "$work/by_limit"
    case $mode in *6) continue ;; esac
    [ -n "$peer" ] || continue
    theirs=$("$peer" "$mode" "$flows" "$bytes" 5 2>/dev/null |
      sed -n 's/.*avg processing cycles per packet: *\([0-9.]*\).*/\1/p' | head -1 |
      awk -v mhz="$mhz" '{printf "%.1f", $1 * 1000 / mhz}')
    [ -n "$theirs" ] || continue
    echo "$theirs" >> "$work/peers"
    divide "$ours" "$theirs" >> "$work/by_peer"; echo >> "$work/by_peer"
  done
  summary() { grep . "$1" | sort -n | awk '{v[NR] = $1} END {if (NR) printf "%6s (%s-%s)", v[int((NR + 1) / 2)], v[1], v[NR]; else printf "%6s", "-"}'; }
  printf '%-7s %7s %5s  %8s %8s %8s  %s  %s\n' "$mode" "$flows" "$bytes" "$(median < "$work/limits")" \
    "$(median < "$work/ours")" "$(median < "$work/peers")" "$(summary "$work/by_limit")" "$(summary "$work/by_peer")"
done <<'CASES'
encap 1000 64 vm
encap 100000 64 vm
encap 1000 1400 vm
decap 1000 64 geneve
decap 100000 64 geneve
decap 1000 1400 geneve
encap6 1000 84 vm6
encap6 100000 84 vm6
decap6 1000 84 geneve6
decap6 100000 84 geneve6
CASES
