#!/bin/sh
# The Southbound database of a real OVN, traced.
set -eu
example=$1 database=$2
ping='inport == "LSP1" && eth.src == 00:00:00:00:00:0a && eth.dst == 00:00:00:00:ff:01 && ip4.src == 10.0.0.10 && ip4.dst == 10.0.1.20 && ip.ttl == 64 && icmp4.type == 8'
out=$("$example" "$database" "$ping")
for words in 'ingress(dp="LS1", inport="LSP1")' 'ip.ttl--;' 'output to "LSP2"' 'compute2'; do
  printf '%s\n' "$out" | grep -qF -- "$words" || { printf 'not in the output: %s\n%s\n' "$words" "$out"; exit 1; }
done
if "$example" "$database" 'nonsense' 2>/dev/null; then echo 'nonsense is traced'; exit 1; fi
if "$example" /nonexistent "$ping" 2>/dev/null; then echo 'a missing file is traced'; exit 1; fi
echo ok
