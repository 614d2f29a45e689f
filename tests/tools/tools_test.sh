#!/bin/bash
# The command-line tool as its users meet it: help for every subcommand, one clear line and exit status 1 for wrong input,
# and what each prints for the network of tests/hypervisor/testdata.
set -u
ovnlite=$1
data=$2
records=$3
odd=$4
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

# Exit status $1, nothing on standard error, and $2 in what is printed.
ends() {
  local expected_status=$1 expected=$2
  shift 2
  local out status
  out=$("$ovnlite" "$@" 2>"$scratch/stderr")
  status=$?
  [[ $status == "$expected_status" ]] || fail "ovnlite $*: exit status $status, not $expected_status"
  [[ -s $scratch/stderr ]] && fail "ovnlite $*: on standard error: $(head -c 300 "$scratch/stderr")"
  grep -qF -- "$expected" <<<"$out" || fail "ovnlite $*: \"$expected\" is not in its output"
}

# Exit status 3, done but not all of it: $1 in a line on standard error; 0 where that will do.
leaves_out() {
  local expected=$1
  shift
  "$ovnlite" "$@" >"$scratch/stdout" 2>"$scratch/stderr"
  [[ $? == 3 ]] || fail "ovnlite $*: the exit status is not 3"
  "$ovnlite" --partial-ok "$@" >/dev/null 2>&1 || fail "ovnlite --partial-ok $*: exit status $?"
  "$ovnlite" "$@" --partial-ok >/dev/null 2>&1 || fail "ovnlite $* --partial-ok: exit status $?"
  [[ -s $scratch/stdout ]] || fail "ovnlite $*: prints nothing"
  grep -qF -- "$expected" "$scratch/stderr" || fail "ovnlite $*: \"$expected\" is not in: $(head -c 600 "$scratch/stderr")"
}

prints "packets" --help
for command in check dump-flows packets replay show lflow-list trace lex expr actions lab; do
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
leaves_out "left out: outport == \"s00\" && ip4.src == <nil> && tcp: parsing expression failed (Syntax error at \`<' expecting constant.)" \
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

refuses "--nb is required" check
refuses "missing.db" check --nb "$scratch/missing.db"
refuses "it holds database OVN_Southbound, not OVN_Northbound" check --nb "$sb"
ends 3 'error: Logical_Router_Static_Route r 10.4.0.0/16: output_port "nope": there is no router port of this name' \
  check --nb "$odd/routes.nb.db"
ends 3 '"table": "Logical_Router_Static_Route", "row": "r 10.4.0.0/16"' check --nb "$odd/routes.nb.db" --json
for name in ports routers routes rules nat services; do
  "$ovnlite" check --nb "$odd/$name.nb.db" | cmp - "$odd/$name.findings" || fail "check finds something else in $name"
done
# Notes only.
warns "unknown column ACL.tier" check --nb "$records/newer_nb.db"
"$ovnlite" check --nb "$odd/routes.nb.db" >/dev/full 2>/dev/null
[[ $? == 1 ]] || fail "check whose output is lost does not fail"

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

# An option with an empty value is that, whatever follows: --ct= is no flags, as in ovn-trace; elsewhere it is an error.
tcp='inport == "ada" && eth.src == 02:00:00:00:10:0a && eth.type == 0x800 && ip.proto == 6'
prints "ingress(dp=" trace --sb "$sb" --ct= "$tcp"
[[ $("$ovnlite" trace --sb "$sb" --ct= "$tcp") == "$("$ovnlite" trace --sb "$sb" --ct=trk "$tcp")" ]] || fail "--ct= is not --ct=trk"
[[ $("$ovnlite" trace --sb "$sb" --ct '' "$tcp") == "$("$ovnlite" trace --sb "$sb" --ct=trk "$tcp")" ]] || fail "--ct '' is not --ct=trk"
prints "ingress(dp=" trace --sb "$sb" --ct= --ct=new "$tcp"
refuses "--lb-dst: the value is empty" trace --sb "$sb" --lb-dst= "$tcp"
refuses "--select-id: the value is empty" trace --sb "$sb" --select-id= "$tcp"
refuses "--sb: the value is empty" trace --sb= "$tcp"
refuses "--nb: the value is empty" trace --sb "$sb" --nb= "$tcp"
refuses "--summary takes no value" trace --sb "$sb" --summary= "$tcp"
refuses "--sb: the value is empty" show --sb=
refuses "--sb: the value is empty" show --sb ''
refuses "--nb: the value is empty" lflow-list --nb= core
refuses "--chassis: the value is empty" dump-flows --sb "$sb" --chassis=
refuses "--in: the value is empty" replay --sb "$sb" --chassis north --in= --out "$scratch/out"
refuses "--out: the value is empty" replay --sb "$sb" --chassis north --in "ada=$data/ada.pcap" --out=
refuses "--pcapng: the value is empty" lab --pcapng=
refuses "--sb: the value is empty" expr parse --sb=
refuses "--datapath: the value is empty" actions --datapath=
refuses "--encap-ip: the value is empty" chassis --sb "$sb" --name north --port ada=lo --encap-ip=

# What is printed arrives, or it is an error.
loses() {
  "$ovnlite" "$@" <"$scratch/lines" >/dev/full 2>"$scratch/stderr" && fail "ovnlite $* >/dev/full: exit status 0"
  grep -qx "ovnlite: cannot write to standard output: No space left on device" "$scratch/stderr" ||
    fail "ovnlite $* >/dev/full: $(head -c 300 "$scratch/stderr")"
  "$ovnlite" "$@" <"$scratch/lines" >&- 2>"$scratch/stderr" && fail "ovnlite $* >&-: exit status 0"
  grep -qx "ovnlite: cannot write to standard output: Bad file descriptor" "$scratch/stderr" ||
    fail "ovnlite $* >&-: $(head -c 300 "$scratch/stderr")"
}
echo 'ip4' >"$scratch/lines"
loses --help
loses trace --help
loses lab
loses lab --json --pcapng "$scratch/lab.pcapng"
[[ $(head -c 4 "$scratch/lab.pcapng" | od -An -tx1) == " 0a 0d 0d 0a" ]] || fail "lab wrote something else into its capture"
loses show --sb "$sb"
loses lflow-list --sb "$sb"
loses dump-flows --sb "$sb" --chassis north
loses packets --sb "$sb" "$data/office.steps"
loses replay --sb "$sb" --chassis north --in "ada=$data/ada.pcap" --out "$scratch/out"
loses trace --sb "$sb" "$arp"
loses trace --sb "$sb" --json "$arp"
loses lex
loses expr parse
loses actions
refuses "cannot read standard input: Is a directory" lex <"$scratch"
refuses "cannot read standard input: Is a directory" packets --sb "$sb" - <"$scratch"

# What is no regular file is neither read nor written, and nobody waits for it.
mkfifo "$scratch/fifo"
refuses_fifo() { refuses "$scratch/fifo: a FIFO, not a regular file" "$@"; }
refuses_fifo show --sb "$scratch/fifo"
refuses_fifo show --nb "$scratch/fifo"
refuses_fifo lflow-list --sb "$scratch/fifo"
refuses_fifo dump-flows --sb "$scratch/fifo" --chassis north
refuses_fifo packets --sb "$scratch/fifo" "$data/office.steps"
refuses_fifo packets --sb "$sb" "$scratch/fifo"
refuses_fifo replay --sb "$sb" --chassis north --in "ada=$scratch/fifo" --out "$scratch/out"
refuses_fifo trace --sb "$scratch/fifo" "$arp"
refuses_fifo trace --nb "$scratch/fifo" "$arp"
refuses_fifo expr parse --sb "$scratch/fifo" <"$scratch/lines"
refuses_fifo chassis --sb "$scratch/fifo" --name north --port ada=lo
"$ovnlite" lab --pcapng "$scratch/fifo" >/dev/null 2>"$scratch/stderr" && fail "lab --pcapng FIFO: exit status 0"
grep -q "fifo: a FIFO, not a regular file" "$scratch/stderr" || fail "lab --pcapng FIFO: $(cat "$scratch/stderr")"
mkdir "$scratch/taken" && mkfifo "$scratch/taken/tunnel.pcap"
refuses "taken/tunnel.pcap: a FIFO, not a regular file" replay --sb "$sb" --chassis north --in "ada=$data/ada.pcap" --out "$scratch/taken"

# A database whose end is damaged serves up to there, and says so; damage elsewhere is an error with its place.
size=$(stat -Lc %s "$sb")
head -c $((size - 20)) "$sb" >"$scratch/cut.db"
cat "$sb" >"$scratch/torn.db" && head -c 4096 /dev/zero >>"$scratch/torn.db"
whole() {  # the number of good records in torn.db and cut.db: all, all but one
  grep -ac '^OVSDB JSON ' "$1"
}
torn() {
  local out status
  out=$("$ovnlite" "$@" 2>"$scratch/stderr" <"$scratch/lines")
  status=$?
  [[ $status == 0 ]] || fail "ovnlite $*: exit status $status: $(head -c 300 "$scratch/stderr")"
  [[ -n $out ]] || fail "ovnlite $*: prints nothing"
  grep -q "^ovnlite: $scratch/torn.db: the end of the file is damaged, and left out behind $(whole "$sb") good records: record $(($(whole "$sb") + 1)) at byte $size: " "$scratch/stderr" ||
    fail "ovnlite $*: $(head -c 300 "$scratch/stderr")"
  [[ $(wc -l <"$scratch/stderr") == 1 ]] || fail "ovnlite $*: $(head -c 300 "$scratch/stderr")"
}
torn show --sb "$scratch/torn.db"
torn lflow-list --sb "$scratch/torn.db"
torn dump-flows --sb "$scratch/torn.db" --chassis north
torn packets --sb "$scratch/torn.db" "$data/office.steps"
torn replay --sb "$scratch/torn.db" --chassis north --in "ada=$data/ada.pcap" --out "$scratch/out"
torn trace --sb "$scratch/torn.db" "$arp"
torn expr parse --sb "$scratch/torn.db"
torn actions --sb "$scratch/torn.db"
"$ovnlite" show --sb "$scratch/torn.db" 2>/dev/null | cmp - <("$ovnlite" show --sb "$sb") || fail "a torn database is another one"
"$ovnlite" show --sb "$scratch/cut.db" >/dev/null 2>"$scratch/stderr" || fail "show of a cut database: exit status $?"
grep -q "the end of the file is damaged" "$scratch/stderr" || fail "show of a cut database says: $(cat "$scratch/stderr")"

history=$records/history_nb.db
bytes=($(grep -abo '^OVSDB JSON ' "$history" | cut -d: -f1))
{ head -c $((bytes[5] + 80)) "$history" && printf '\0' && tail -c +$((bytes[5] + 82)) "$history"; } >"$scratch/middle.db"
for arguments in "show --nb" "lflow-list --nb" "trace --nb" "expr parse --nb"; do
  more=()
  [[ $arguments == trace* ]] && more=("$arp")
  refuses "$scratch/middle.db: 5 good records, then: record 6 at byte ${bytes[5]}: " $arguments "$scratch/middle.db" "${more[@]}"
done
{ head -c 500 "$sb" && printf '\0' && tail -c +502 "$sb"; } >"$scratch/schema.db"
for arguments in "show --sb" "lflow-list --sb" "dump-flows --chassis north --sb" "actions --sb"; do
  refuses "$scratch/schema.db: record 1 at byte 0: " $arguments "$scratch/schema.db"
done
refuses "$scratch/schema.db: record 1 at byte 0: " trace --sb "$scratch/schema.db" "$arp"

# What is left out is said, and in the exit status.
leaves_out "whole_nb.db: Logical_Router LR1: nat is not compiled" lflow-list --nb "$records/whole_nb.db"
tea=02000000100202000000100108004500001c00000000400166c90a01000b0a01000c0800f7fd00010001
printf 'tea %s\ntea %s\n' "$tea" "$tea" >"$scratch/shop.steps"
leaves_out "2 packets were dropped at connection tracking, which ovnlite does not have" packets --sb "$data/shop_sb.db" "$scratch/shop.steps"

# A database of a newer OVN: what we cannot hold is left out, and said.
out=$("$ovnlite" show --sb "$records/wider_sb.db" 2>"$scratch/stderr") || fail "show of a newer database: exit status $?"
grep -q "Chassis hv1" <<<"$out" || fail "show of a newer database: $out"
grep -q 'unknown value of DHCPv6_Options.type ("domain"), written by schema version 20.99.0, left out with 2 rows' "$scratch/stderr" ||
  fail "show of a newer database says: $(cat "$scratch/stderr")"

((failures == 0)) && echo "all as expected"
exit $((failures > 0))
