#!/bin/bash
# Random networks, made again by a real ovn-nbctl: it must accept every command, and show the same network in the end.
set -u
writer=$PWD/$1
for program in ovn-nbctl ovsdb-server ovsdb-tool ovsdb-client; do
  command -v $program >/dev/null || { echo "SKIPPED: there is no $program"; exit 0; }
done

folder=$(mktemp -d)
server=
trap '[ -n "$server" ] && kill "$server" 2>/dev/null; rm -rf "$folder"' EXIT
cd "$folder" || exit 1
export OVN_NB_DB="unix:$folder/nb.sock"  # For commands within commands.
commands=0
for seed in 1 2 3 4 5 6; do
  "$writer" $seed . || exit 1
  rm -f nb.db
  ovsdb-tool create nb.db schema || exit 1
  ovsdb-server --no-chdir --remote="punix:$folder/nb.sock" --unixctl="$folder/ctl" nb.db 2>server.log &
  server=$!
  # The socket is there before anybody listens at it.
  for _ in $(seq 600); do
    ovsdb-client list-dbs "unix:$folder/nb.sock" >out 2>&1 && break
    kill -0 $server 2>/dev/null || break
    sleep 0.1
  done
  grep -q OVN_Northbound out || { echo "seed $seed: ovsdb-server does not answer"; cat out server.log; exit 1; }
  while IFS= read -r line; do
    if ! eval "ovn-nbctl $line" >out 2>&1; then
      printf 'seed %s: ovn-nbctl %s\n' $seed "$line"
      cat out server.log
      exit 1
    fi
    commands=$((commands + 1))
  done <log
  # In ovn-nbctl's order, with UUIDs; here by name, without.
  ovn-nbctl show | sed -E 's/ [0-9a-f]{8}-[0-9a-f-]{27}//' | sort >real
  sort show >ours
  diff real ours || { echo "seed $seed: shown differently"; exit 1; }
  kill $server && wait $server
  server=
  rm -f nb.sock
done
echo "$commands commands accepted, every network shown alike"
