#!/bin/bash
# What a real ovn-northd 23.03 (Debian's ovn-central, whose services need not run) makes of NAME.nb, a list of ovn-nbctl
# command lines ("sb …": of ovn-sbctl): NAME.nb.db and NAME.sb.db, the databases, compacted.
#   lib/northd/testdata/record.sh odd_routes
set -eu
cd "$(dirname "$0")"
for name; do
  run=$(mktemp -d)
  export OVN_RUNDIR=$run OVS_RUNDIR=$run
  trap 'kill $(cat "$run"/*.pid) 2>/dev/null || true; sleep 0.3; rm -rf "$run"' EXIT
  for d in nb sb; do
    ovsdb-tool create "$run/$d.db" /usr/share/ovn/ovn-$d.ovsschema
    ovsdb-server --detach --no-chdir --pidfile="$run/$d.pid" --log-file="$run/$d.log" --remote="punix:$run/$d.sock" \
      --unixctl="$run/$d.ctl" "$run/$d.db" 2>/dev/null
  done
  ovn-northd --detach --no-chdir --pidfile="$run/northd.pid" --log-file="$run/northd.log" --unixctl="$run/northd.ctl" \
    --ovnnb-db="unix:$run/nb.sock" --ovnsb-db="unix:$run/sb.sock" 2>/dev/null
  OVN_NB_DAEMON=$(ovn-nbctl --db="unix:$run/nb.sock" --pidfile="$run/nbctl.pid" --detach)
  export OVN_NB_DAEMON
  nb() { ovn-nbctl --timeout=60 "$@"; }
  sb() { ovn-sbctl --db="unix:$run/sb.sock" --timeout=60 "$@"; }
  nb init
  while IFS= read -r line || [ -n "$line" ]; do
    case "$line" in
      '' | '#'*) ;;
      'sb '*) nb --wait=sb sync && eval "sb ${line#sb }" >/dev/null ;;
      *) eval "nb -- $line" >/dev/null ;;
    esac
  done <"$name.nb"
  # What ovn-controller 23.03 tells of itself; without it northd keeps to flows that older hypervisors understand.
  for c in $(sb --bare --columns=name list chassis); do
    sb set chassis "$c" other_config:port-up-notif=true other_config:ct-no-masked-label=true \
      other_config:mac-binding-timestamp=true other_config:ovn-ct-lb-related=true
  done
  nb --wait=sb sync
  for d in nb sb; do
    ovs-appctl -t "$run/$d.ctl" ovsdb-server/compact
    cp "$run/$d.db" "$name.$d.db"
    chmod a+r "$name.$d.db"
  done
  kill $(cat "$run"/*.pid) && sleep 0.3 && rm -rf "$run"
done
trap - EXIT
