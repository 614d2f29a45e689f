#!/bin/sh
# The example runs, says what it should, and writes files that other programs read.
set -eu
example=$1
out=$("$example")
for words in \
    '1 sent, 1 answered' \
    'VM-A -> LS1 -> LR1 -> Geneve encapsulation -> underlay -> Geneve decapsulation -> LS2 -> VM-B' \
    'VM-B -> LS2 -> LR1 -> Geneve encapsulation -> underlay -> Geneve decapsulation -> LS1 -> VM-A' \
    'ip.ttl           64 -> 63' \
    '192.168.56.11 > 192.168.56.12' \
    'remote_ip="192.168.56.12"' \
    'switch (LS1)'; do
  printf '%s\n' "$out" | grep -qF -- "$words" || { printf 'not in the output: %s\n%s\n' "$words" "$out"; exit 1; }
done
[ "$out" = "$("$example")" ] || { echo 'two runs differ'; exit 1; }
if "$example" --nonsense >/dev/null 2>&1; then echo 'a wrong option is accepted'; exit 1; fi

"$example" --trace | grep -qF 'ingress(dp="LR1", inport="lr1-ls1")'

if command -v python3 >/dev/null; then
  "$example" --json | python3 -c '
import json, sys
all = json.load(sys.stdin)
steps = [j["steps"] for j in all["narrative"]["journeys"] if j["title"] == "VM-A to VM-B: ICMP echo request"][0]
assert [s["component"] for s in steps] == ["LS1", "LR1", "OVS / Geneve", "underlay", "OVS / Geneve", "LS2"], steps
assert len(all["diagnostics"]) == 4
'
else
  echo 'skipped: the JSON, there is no python3'
fi

if command -v tshark >/dev/null; then
  file=$(mktemp)
  "$example" --pcapng "$file" >/dev/null 2>&1
  # Ten frames, two of them tunnelled, all checksums right; frame 4 is the request on the underlay.
  read_it() { tshark -r "$file" -o ip.check_checksum:TRUE -o udp.check_checksum:TRUE "$@" 2>/dev/null; }
  [ "$(read_it | wc -l)" = 10 ]
  [ "$(read_it -Y geneve | wc -l)" = 2 ]
  [ "$(read_it -Y '_ws.malformed || ip.checksum.status == "Bad" || udp.checksum.status == "Bad"' | wc -l)" = 0 ]
  read_it -Y 'frame.number == 4' -T fields -e frame.interface_name -e frame.comment -e ip.src |
    grep -q 'compute1.underlay.*VNI .* (LS2), port .* (ls2-lr1) to port .* (LSP2).*192.168.56.11,10.0.0.10'
  rm -f "$file"
else
  echo 'skipped: the capture file, there is no tshark'
fi
echo ok
