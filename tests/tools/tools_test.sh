#!/bin/bash
# The command-line tool as its users meet it: help for every subcommand, one clear line and exit status 1 for wrong input,
# and what each prints for the network of tests/hypervisor/testdata.
set -u
ovnlite=$1
data=$2
scratch=${TEST_TMPDIR:-$(mktemp -d)}
failures=0

fail() {
  echo "FAILED: $*"
  failures=$((failures + 1))
}

# Exit status 1, nothing on standard output, and exactly one line on standard error that contains $1.
refuses() {
  local expected=$1
  shift
  local out status lines
  out=$("$ovnlite" "$@" 2>"$scratch/stderr")
  status=$?
  lines=$(wc -l <"$scratch/stderr")
  [[ $status == 1 ]] || fail "ovnlite $*: exit status $status, not 1"
  [[ -z $out ]] || fail "ovnlite $*: prints on standard output: ${out:0:100}"
  [[ $lines == 1 ]] || fail "ovnlite $*: $lines lines on standard error: $(head -c 300 "$scratch/stderr")"
  grep -qF -- "$expected" "$scratch/stderr" || fail "ovnlite $*: \"$expected\" is not in: $(head -c 300 "$scratch/stderr")"
}

# Exit status 0, nothing on standard error, and $1 in what is printed.
prints() {
  local expected=$1
  shift
  local out
  out=$("$ovnlite" "$@" 2>"$scratch/stderr") || fail "ovnlite $*: exit status $?: $(head -c 300 "$scratch/stderr")"
  [[ -s $scratch/stderr ]] && fail "ovnlite $*: on standard error: $(head -c 300 "$scratch/stderr")"
  grep -qF -- "$expected" <<<"$out" || fail "ovnlite $*: \"$expected\" is not in its output"
}

# The same, but with $1 in a line on standard error.
warns() {
  local expected=$1
  shift
  "$ovnlite" "$@" >"$scratch/stdout" 2>"$scratch/stderr" || fail "ovnlite $*: exit status $?"
  [[ -s $scratch/stdout ]] || fail "ovnlite $*: prints nothing"
  grep -qF -- "$expected" "$scratch/stderr" || fail "ovnlite $*: \"$expected\" is not in: $(head -c 600 "$scratch/stderr")"
}

prints "packets" --help
for command in dump-flows packets replay show lflow-list trace lex expr actions lab; do
  prints "Usage: ovnlite $command" "$command" --help
done

sb=$data/office_sb.db
echo "this is no database" >"$scratch/broken.db"

refuses "subcommand is required"
refuses "--sb is required" dump-flows
refuses "--chassis is required" dump-flows --sb "$sb"
refuses "missing.db" dump-flows --sb "$scratch/missing.db" --chassis north
refuses "broken.db" dump-flows --sb "$scratch/broken.db" --chassis north
refuses "there is no chassis \"west\"" dump-flows --sb "$sb" --chassis west
prints "table=8" dump-flows --sb "$sb" --chassis north
warns "left out: outport == \"s00\" && ip4.src == <nil> && tcp: parsing expression failed (Syntax error at \`<' expecting constant.)" \
  dump-flows --sb "$data/odds_sb.db" --chassis hv1

refuses "steps is required" packets --sb "$sb"
refuses "missing.steps" packets --sb "$sb" "$scratch/missing.steps"
echo "ada 0123456" >"$scratch/odd.steps"
refuses "line 1" packets --sb "$sb" "$scratch/odd.steps"
echo "nobody 00" >"$scratch/nobody.steps"
refuses "nobody" packets --sb "$sb" "$scratch/nobody.steps"
echo "sleep long" >"$scratch/sleep.steps"
refuses "not a number of seconds" packets --sb "$sb" "$scratch/sleep.steps"
prints "  ada 02000000100a" packets --sb "$sb" "$data/office.steps"

refuses "give --nb FILE or --sb FILE" show
refuses "excludes" show --sb "$sb" --nb "$sb"
refuses "it holds database OVN_Southbound, not OVN_Northbound" show --nb "$sb"
prints "Chassis north" show --sb "$sb"
prints "route-table: blue" show --nb "$data/names_nb.db"
prints 'Port_Binding "portà"' show --sb "$data/names_sb.db"

refuses "give --nb FILE or --sb FILE" lflow-list
refuses "there is no datapath \"attic\"" lflow-list --sb "$sb" attic
refuses "it holds database OVN_Southbound" lflow-list --nb "$sb"
prints "Datapath: \"core\"" lflow-list --sb "$sb" core
"$ovnlite" lflow-list --sb "$sb" | cmp - "$data/office.lflows" || fail "lflow-list differs from ovn-sbctl's"

refuses "--in is required" replay --sb "$sb" --chassis north --out "$scratch/out"
refuses "it should be PORT=FILE" replay --sb "$sb" --chassis north --in ada --out "$scratch/out"
refuses "missing.pcap" replay --sb "$sb" --chassis north --in "ada=$scratch/missing.pcap" --out "$scratch/out"
refuses "broken.db" replay --sb "$sb" --chassis north --in "ada=$scratch/broken.db" --out "$scratch/out"
refuses "has no port \"bob\"" replay --sb "$sb" --chassis north --in "bob=$data/ada.pcap" --out "$scratch/out"
refuses "there is no chassis \"west\"" replay --sb "$sb" --chassis west --in "ada=$data/ada.pcap" --out "$scratch/out"
refuses "there is no --in for this port" replay --sb "$sb" --chassis north --in "ada=$data/ada.pcap" --sender host=02:00:00:00:00:01 --out "$scratch/out"
refuses "--sender ada=here" replay --sb "$sb" --chassis north --in "ada=$data/ada.pcap" --sender ada=here --out "$scratch/out"
refuses "$scratch/broken.db/out" replay --sb "$sb" --chassis north --in "ada=$data/ada.pcap" --out "$scratch/broken.db/out"
prints "tunnel.pcap: 2 frame(s)" replay --sb "$sb" --chassis north --in "ada=$data/ada.pcap" --out "$scratch/out"
[[ -s $scratch/out/ada.pcap && -s $scratch/out/tunnel.pcap ]] || fail "replay wrote no captures"

# One input per line, one result per line.
filters() {
  local input=$1 expected=$2
  shift 2
  local out
  out=$(printf '%s\n' "$input" | "$ovnlite" "$@" 2>&1) || fail "ovnlite $*: exit status $?"
  [[ $out == "$expected" ]] || fail "ovnlite $* of '$input': '$out', not '$expected'"
}
filters 'ip4.src==10.0.0.1&&tcp // to' 'ip4.src == 10.0.0.1 && tcp' lex
filters 'ip4.src == 10.0.0.1 && tcp' 'ip4.src == 0xa000001 && tcp' expr parse
filters 'ip4.src ==' 'Syntax error at end of input expecting constant.' expr parse
filters 'tcp' 'ip.proto == 0x6 && (eth.type == 0x800 || eth.type == 0x86dd)' expr annotate
filters 'next;' $'next;\n    encodes as resubmit(,9)' actions
filters 'nonsense;' $'nonsense;\n    Syntax error at `nonsense\' expecting action.' actions
refuses "nonsense" expr nonsense

refuses "--sb or --nb is required" trace 'inport == "ada"'
refuses "missing.db" trace --sb "$scratch/missing.db" 'inport == "ada"'
refuses "broken.db" trace --nb "$scratch/broken.db" 'inport == "ada"'
refuses "unknown port \"nobody\"" trace --sb "$sb" 'inport == "nobody"'
refuses "error parsing flow" trace --sb "$sb" 'inport == "ada" && ip4 && ip6'
refuses "unknown connection tracking state flag" trace --sb "$sb" --ct=odd 'inport == "ada"'
refuses "bad address" trace --sb "$sb" --lb-dst=300.0.0.1 'inport == "ada"'
refuses "bad select-id" trace --sb "$sb" --select-id=0 'inport == "ada"'
arp='inport == "ada" && eth.src == 00:00:00:00:00:77 && eth.dst == ff:ff:ff:ff:ff:ff && eth.type == 0x1234'
prints "ingress(dp=" trace --sb "$sb" "$arp"
prints "# Minimal trace." trace --sb "$sb" --all "$arp"
prints "port security of \"ada\"" trace --sb "$sb" --physical "$arp"
prints "nobody answers" trace --sb "$sb" --reply "$arp"
prints "\"version\": 1" trace --sb "$sb" --json "$arp"

((failures == 0)) && echo "all as expected"
exit $((failures > 0))
