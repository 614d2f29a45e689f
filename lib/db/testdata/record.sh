#!/bin/bash
# Records the files of this folder anew, by a real ovsdb-server and ovn-nbctl (Debian packages openvswitch-common, ovn-common):
#   history_nb.db    a Northbound database's life in many records: differences, whole values, deletions
#   whole_nb.db      the same life, written by `ovsdb-server --disable-file-column-diff`
#   compacted_nb.db  history_nb.db compacted half-way through and again changed a little after its end
#   newer_nb.db      written with a schema that has a table and two columns more than ours
#   chassis_sb.db    a Southbound database with chassis, bindings and maps of references
#   *.rows.json      what ovsdb-tool says is in them: one array of select results per table, in the schema's order of names
# The UUIDs are different in every recording. usage: lib/db/testdata/record.sh
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
schemas=/usr/share/ovn
work=$(mktemp -d)
server=
trap 'rm -rf "$work"; [ -z "$server" ] || kill "$server" 2>/dev/null' EXIT
export OVN_RUNDIR=$work OVS_RUNDIR=$work

# serve DB [OPTION...]: starts a server and leaves its process id in $server.
serve() {
  ovsdb-server --no-chdir --remote=punix:"$work/db.sock" --unixctl="$work/ctl" "${@:2}" "$1" >/dev/null 2>&1 &
  server=$!
  until ovsdb-client list-dbs "unix:$work/db.sock" >/dev/null 2>&1; do sleep 0.05; done
}
stop() {
  ovs-appctl -t "$work/ctl" exit
  wait "$server"
  server=
}
nbctl() { ovn-nbctl --db="unix:$work/db.sock" "$@" >/dev/null; }
sbctl() { ovn-sbctl --db="unix:$work/db.sock" "$@" >/dev/null; }

# rows DB: all rows of all tables.
rows() {
  local name=OVN_Northbound select
  case $1 in *_sb.db) name=OVN_Southbound ;; esac
  select=$(python3 - "$1" <<'PYTHON'
import json, sys
with open(sys.argv[1], 'rb') as f:
    schema = json.loads(f.read(int(f.readline().split()[2])))
print(' '.join(sorted(schema['tables'])))
PYTHON
  )
  local query="[\"$name\"" table
  for table in $select; do query+=",{\"op\":\"select\",\"table\":\"$table\",\"where\":[]}"; done
  ovsdb-tool query "$1" "$query]" | python3 -c '
import json, sys
names = sys.argv[1].split()
for name, result in zip(names, json.load(sys.stdin)):
    for row in sorted(result["rows"], key=lambda r: r["_uuid"][1]):
        row.pop("_version", None)
        print(json.dumps([name, row], sort_keys=True))' "$select"
}

first_half() {
  nbctl init
  nbctl ls-add LS1 -- ls-add LS2 -- lsp-add LS1 vm-a -- lsp-add LS2 vm-b
  nbctl lsp-set-addresses vm-a "00:00:00:00:00:01 10.0.0.10" "00:00:00:00:00:02 10.0.0.11"
  nbctl set NB_Global . external_ids:comment='"\"quotes\" é"' -- lsp-set-port-security vm-a "00:00:00:00:00:01 10.0.0.10"
  nbctl lr-add LR1 -- lrp-add LR1 lrp1 00:00:00:00:ff:01 10.0.0.1/24 fd00::1/64
  nbctl lsp-add LS1 to-lr1 -- lsp-set-type to-lr1 router -- lsp-set-options to-lr1 router-port=lrp1
  nbctl acl-add LS1 to-lport 1001 'outport == "vm-a" && ip4' allow-related
  nbctl --name=named acl-add LS1 from-lport 1002 'ip6' drop
  nbctl pg-add PG1 vm-a vm-b
  nbctl create Address_Set name=as1 addresses=10.0.0.9,10.0.0.1,10.0.0.5
  nbctl add Address_Set as1 addresses 10.0.0.7 10.0.0.3
  nbctl remove Address_Set as1 addresses 10.0.0.5
}
second_half() {
  nbctl set Logical_Switch LS1 other_config:subnet=10.0.0.0/24 other_config:mcast_snoop=true external_ids:a=b
  nbctl set Logical_Switch LS1 other_config:mcast_snoop=false external_ids:c='"é \" \\ end"'
  nbctl remove Logical_Switch LS1 other_config subnet -- set Logical_Switch LS1 other_config:new=1
  nbctl set Logical_Switch_Port vm-b tag_request=7 enabled=false up=false
  nbctl set Logical_Switch_Port vm-b tag_request=9 -- clear Logical_Switch_Port vm-b enabled
  nbctl lb-add lb0 10.0.0.100:80 10.0.0.10:80,10.0.0.11:80 -- ls-lb-add LS1 lb0
  nbctl lb-add lb0 10.0.0.100:81 10.0.0.10:81
  nbctl lb-del lb0 10.0.0.100:80
  nbctl lr-route-add LR1 192.168.0.0/16 10.0.0.254 -- lr-nat-add LR1 snat 172.16.0.1 10.0.0.0/24
  nbctl lr-route-del LR1 192.168.0.0/16
  nbctl acl-del LS1 from-lport 1002 ip6
  nbctl ls-del LS2  # Port vm-b goes with it, and leaves the group.
  nbctl --id=@d create DHCP_Options cidr=10.0.0.0/24 options='"lease_time"="3600" "router"="10.0.0.1"' -- \
    set Logical_Switch_Port vm-a dhcpv4_options=@d
  nbctl set-connection ptcp:6641 -- set-ssl a.pem b.pem c.pem
  nbctl lsp-del to-lr1 -- lsp-add LS1 vm-c -- lsp-add LS1 vm-d -- lsp-del vm-c
  nbctl sync
}

ovsdb-tool create "$work/history_nb.db" $schemas/ovn-nb.ovsschema
serve "$work/history_nb.db"
first_half
second_half
stop

ovsdb-tool create "$work/whole_nb.db" $schemas/ovn-nb.ovsschema
serve "$work/whole_nb.db" --disable-file-column-diff
first_half
second_half
stop

ovsdb-tool create "$work/compacted_nb.db" $schemas/ovn-nb.ovsschema
serve "$work/compacted_nb.db"
first_half
ovs-appctl -t "$work/ctl" ovsdb-server/compact
second_half
stop

python3 - $schemas/ovn-nb.ovsschema >"$work/newer.ovsschema" <<'PYTHON'
import json, sys
schema = json.load(open(sys.argv[1]))
schema['version'] = '7.9.9'
schema.pop('cksum', None)
schema['tables']['Novelty'] = {'columns': {'name': {'type': 'string'}}, 'isRoot': True}
schema['tables']['Logical_Switch']['columns']['novel'] = {'type': {'key': 'integer', 'min': 0, 'max': 'unlimited'}}
schema['tables']['ACL']['columns']['tier'] = {'type': {'key': {'type': 'integer', 'minInteger': 0, 'maxInteger': 3}}}
json.dump(schema, sys.stdout)
PYTHON
ovsdb-tool create "$work/newer_nb.db" "$work/newer.ovsschema"
serve "$work/newer_nb.db"
ovsdb-client transact "unix:$work/db.sock" '["OVN_Northbound",
  {"op":"insert","table":"Novelty","row":{"name":"one"}},{"op":"insert","table":"Novelty","row":{"name":"two"}},
  {"op":"insert","table":"ACL","uuid-name":"acl","row":{"priority":1,"direction":"to-lport","match":"ip","action":"drop","tier":2}},
  {"op":"insert","table":"Logical_Switch","row":{"name":"LS1","novel":["set",[1,2]],"acls":["named-uuid","acl"]}},
  {"op":"insert","table":"Logical_Switch","row":{"name":"LS2","novel":3}}]' | tee "$work/reply" | { ! grep error; }
stop

ovsdb-tool create "$work/chassis_sb.db" $schemas/ovn-sb.ovsschema
serve "$work/chassis_sb.db"
sbctl init
sbctl chassis-add hv1 geneve,vxlan 192.168.56.11
sbctl chassis-add hv2 geneve 192.168.56.12
ovsdb-client transact "unix:$work/db.sock" '["OVN_Southbound",
  {"op":"insert","table":"Datapath_Binding","uuid-name":"dp","row":{"tunnel_key":1,"external_ids":["map",[["name","LS1"]]]}},
  {"op":"insert","table":"Port_Binding","uuid-name":"a","row":{"datapath":["named-uuid","dp"],"logical_port":"vm-a","tunnel_key":1,
    "mac":["set",["00:00:00:00:00:01 10.0.0.10","unknown"]]}},
  {"op":"insert","table":"Port_Binding","uuid-name":"b","row":{"datapath":["named-uuid","dp"],"logical_port":"vm-b","tunnel_key":2}},
  {"op":"insert","table":"Multicast_Group","row":{"datapath":["named-uuid","dp"],"name":"_MC_flood","tunnel_key":32768,
    "ports":["set",[["named-uuid","a"],["named-uuid","b"]]]}},
  {"op":"insert","table":"Logical_Flow","row":{"logical_datapath":["named-uuid","dp"],"pipeline":"ingress","table_id":0,
    "priority":100,"match":"vlan.present","actions":"drop;"}},
  {"op":"insert","table":"IP_Multicast","row":{"datapath":["named-uuid","dp"],"enabled":true,"querier":["set",[]]}},
  {"op":"insert","table":"RBAC_Permission","uuid-name":"r","row":{"table":"Chassis","authorization":"name","update":["set",["a","b"]]}},
  {"op":"insert","table":"RBAC_Role","row":{"name":"ovn-controller","permissions":["map",[["Chassis",["named-uuid","r"]]]]}},
  {"op":"insert","table":"Meter","row":{"name":"m","unit":"kbps","bands":["named-uuid","band"]}},
  {"op":"insert","table":"Meter_Band","uuid-name":"band","row":{"action":"drop","rate":100,"burst_size":0}}]' | tee "$work/reply" | { ! grep error; }
sbctl lsp-bind vm-a hv1 -- lsp-bind vm-b hv2
sbctl lsp-unbind vm-b
sbctl set Port_Binding vm-a up=true -- set Chassis hv1 external_ids:x=y
sbctl set Encap "$(ovn-sbctl --db="unix:$work/db.sock" --bare --columns=_uuid find Encap type=vxlan)" options:csum=false
sbctl --all destroy Multicast_Group
sbctl chassis-del hv2
stop

for db in "$work"/*_nb.db "$work"/*_sb.db; do
  install -m 644 "$db" "$here/"
  rows "$db" >"$here/$(basename "${db%.db}").rows.json"
done
ls -l "$here"
