#!/bin/bash
# Records the files of this folder anew, by a real ovsdb-server and ovn-nbctl (Debian packages openvswitch-common, ovn-common):
#   history_nb.db    a Northbound database's life in many records: differences, whole values, deletions
#   whole_nb.db      the same life, written by `ovsdb-server --disable-file-column-diff`
#   compacted_nb.db  history_nb.db compacted half-way through and again changed a little after its end
#   newer_nb.db      written with a schema that has a table and two columns more than ours
#   chassis_sb.db    a Southbound database with chassis, bindings and maps of references
#   wider_nb.db      written with a schema whose columns take more values than ours, and some other ones
#   wider_sb.db      likewise
#   *.rows.json      what ovsdb-tool says is in them: one array of select results per table, in the schema's order of names
# The UUIDs are different in every recording. usage: lib/db/testdata/record.sh [NAME...], as in "history_nb wider_sb"; all of
# them by default.
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

record_history_nb() {
  ovsdb-tool create "$work/history_nb.db" $schemas/ovn-nb.ovsschema
  serve "$work/history_nb.db"
  first_half
  second_half
  stop
}

record_whole_nb() {
  ovsdb-tool create "$work/whole_nb.db" $schemas/ovn-nb.ovsschema
  serve "$work/whole_nb.db" --disable-file-column-diff
  first_half
  second_half
  stop
}

record_compacted_nb() {
  ovsdb-tool create "$work/compacted_nb.db" $schemas/ovn-nb.ovsschema
  serve "$work/compacted_nb.db"
  first_half
  ovs-appctl -t "$work/ctl" ovsdb-server/compact
  second_half
  stop
}

record_newer_nb() {
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
}

record_chassis_sb() {
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
}

# change_schema SCHEMA VERSION < PYTHON: the schema as the program has changed it, in $work/changed.ovsschema. The program finds the
# columns of table T in columns["T"].
change_schema() {
  python3 -c '
import json, sys
schema = json.load(open(sys.argv[1]))
schema["version"] = sys.argv[2]
schema.pop("cksum", None)
columns = {name: table["columns"] for name, table in schema["tables"].items()}
exec(sys.stdin.read())
json.dump(schema, sys.stdout)' "$1" "$2" >"$work/changed.ovsschema"
}
# transact OPERATIONS, one or more, without the brackets.
transact() {
  ovsdb-client transact "unix:$work/db.sock" "[\"$database\",$1]" | { ! grep error; }
}

record_wider_nb() {
  change_schema $schemas/ovn-nb.ovsschema 7.9.9 <<'PYTHON'
columns["ACL"]["action"]["type"]["key"]["enum"][1].append("pass")
columns["QoS"]["action"]["type"]["key"]["enum"] = ["set", ["dscp", "mark"]]
columns["QoS"]["action"]["type"]["value"]["maxInteger"] = 4294967295
columns["Load_Balancer"]["selection_fields"]["type"]["key"]["enum"][1].append("vlan")
columns["Logical_Router_Static_Route"]["policy"]["type"]["key"]["enum"][1].append("both")
columns["Logical_Switch_Port"]["tag"]["type"]["max"] = 8
PYTHON
  ovsdb-tool create "$work/wider_nb.db" "$work/changed.ovsschema"
  serve "$work/wider_nb.db"
  database=OVN_Northbound
  transact '
    {"op":"insert","table":"ACL","uuid-name":"a1","row":{"priority":1,"direction":"to-lport","match":"ip","action":"allow"}},
    {"op":"insert","table":"ACL","uuid-name":"a2","row":{"priority":2,"direction":"to-lport","match":"ip","action":"pass"}},
    {"op":"insert","table":"ACL","uuid-name":"a3","row":{"priority":3,"direction":"to-lport","match":"ip","action":"pass"}},
    {"op":"insert","table":"ACL","uuid-name":"a4","row":{"priority":4,"direction":"to-lport","match":"ip","action":"drop"}},
    {"op":"insert","table":"QoS","uuid-name":"q1","row":{"priority":1,"direction":"to-lport","match":"ip",
      "action":["map",[["dscp",5],["mark",70000]]]}},
    {"op":"insert","table":"Logical_Switch","row":{"name":"LS1","acls":["set",[["named-uuid","a1"],["named-uuid","a2"],
      ["named-uuid","a3"],["named-uuid","a4"]]],"qos_rules":["named-uuid","q1"]}},
    {"op":"insert","table":"Load_Balancer","row":{"name":"lb","selection_fields":["set",["ip_src","vlan"]]}},
    {"op":"insert","table":"Logical_Router_Static_Route","uuid-name":"r1","row":{"ip_prefix":"10.0.0.0/8","nexthop":"1.1.1.1"}},
    {"op":"insert","table":"Logical_Router_Static_Route","uuid-name":"r2","row":{"ip_prefix":"11.0.0.0/8","nexthop":"1.1.1.1",
      "policy":"both"}},
    {"op":"insert","table":"Logical_Router","row":{"name":"LR1","static_routes":["set",[["named-uuid","r1"],["named-uuid","r2"]]]}}'
  # Values come and go: 2 becomes known, 4 unknown, 3 goes, 5 comes.
  transact '
    {"op":"update","table":"ACL","where":[["priority","==",2]],"row":{"action":"reject"}},
    {"op":"update","table":"ACL","where":[["priority","==",4]],"row":{"action":"pass"}}'
  a3=$(ovn-nbctl --db="unix:$work/db.sock" --bare --columns=_uuid find ACL priority=3)
  transact "
    {\"op\":\"mutate\",\"table\":\"Logical_Switch\",\"where\":[],\"mutations\":[[\"acls\",\"delete\",[\"uuid\",\"$a3\"]]]}"
  transact '
    {"op":"insert","table":"ACL","uuid-name":"a5","row":{"priority":5,"direction":"to-lport","match":"ip6","action":"allow"}},
    {"op":"mutate","table":"Logical_Switch","where":[],"mutations":[["acls","insert",["named-uuid","a5"]]]},
    {"op":"mutate","table":"Load_Balancer","where":[],"mutations":[["selection_fields","insert","ip_dst"]]},
    {"op":"mutate","table":"QoS","where":[],"mutations":[["action","delete",["map",[["dscp",5]]]],
      ["action","insert",["map",[["dscp",6]]]]]},
    {"op":"insert","table":"Logical_Switch_Port","uuid-name":"p","row":{"name":"p","tag":["set",[1,2]],"up":true}},
    {"op":"mutate","table":"Logical_Switch","where":[],"mutations":[["ports","insert",["named-uuid","p"]]]}'
  stop
}

record_wider_sb() {
  change_schema $schemas/ovn-sb.ovsschema 20.99.0 <<'PYTHON'
columns["DHCPv6_Options"]["type"]["type"]["key"]["enum"][1].append("domain")
columns["Encap"]["type"]["type"]["key"]["enum"][1].append("gue")
columns["Meter_Band"]["action"]["type"]["key"]["enum"] = ["set", ["drop", "remark"]]
columns["Logical_Flow"]["table_id"]["type"]["key"]["maxInteger"] = 64
columns["Chassis"]["transport_zones"]["type"] = {"key": "string", "value": "string", "min": 0, "max": "unlimited"}
PYTHON
  ovsdb-tool create "$work/wider_sb.db" "$work/changed.ovsschema"
  serve "$work/wider_sb.db"
  database=OVN_Southbound
  transact '
    {"op":"insert","table":"DHCPv6_Options","row":{"name":"dns_server","code":23,"type":"ipv6"}},
    {"op":"insert","table":"DHCPv6_Options","row":{"name":"domain_search","code":24,"type":"domain"}},
    {"op":"insert","table":"DHCPv6_Options","row":{"name":"fqdn","code":39,"type":"domain"}},
    {"op":"insert","table":"Encap","uuid-name":"e1","row":{"type":"geneve","ip":"192.168.56.11","chassis_name":"hv1"}},
    {"op":"insert","table":"Encap","uuid-name":"e2","row":{"type":"gue","ip":"192.168.56.11","chassis_name":"hv1"}},
    {"op":"insert","table":"Encap","uuid-name":"e3","row":{"type":"gue","ip":"192.168.56.12","chassis_name":"hv2"}},
    {"op":"insert","table":"Chassis","uuid-name":"c1","row":{"name":"hv1","hostname":"h","transport_zones":["map",[["a","b"]]],
      "encaps":["set",[["named-uuid","e1"],["named-uuid","e2"]]]}},
    {"op":"insert","table":"Chassis","uuid-name":"c2","row":{"name":"hv2","hostname":"h","encaps":["named-uuid","e3"]}},
    {"op":"insert","table":"Datapath_Binding","uuid-name":"dp","row":{"tunnel_key":1,"external_ids":["map",[["name","LS1"]]]}},
    {"op":"insert","table":"Port_Binding","row":{"datapath":["named-uuid","dp"],"logical_port":"p1","tunnel_key":1,
      "chassis":["named-uuid","c1"],"encap":["named-uuid","e2"]}},
    {"op":"insert","table":"Port_Binding","row":{"datapath":["named-uuid","dp"],"logical_port":"p2","tunnel_key":2,
      "chassis":["named-uuid","c2"]}},
    {"op":"insert","table":"Logical_Flow","row":{"logical_datapath":["named-uuid","dp"],"pipeline":"ingress","table_id":0,
      "priority":100,"match":"1","actions":"next;"}},
    {"op":"insert","table":"Logical_Flow","row":{"logical_datapath":["named-uuid","dp"],"pipeline":"ingress","table_id":50,
      "priority":100,"match":"1","actions":"next;"}},
    {"op":"insert","table":"Meter","row":{"name":"m1","unit":"kbps","bands":["set",[["named-uuid","b1"],["named-uuid","b2"]]]}},
    {"op":"insert","table":"Meter","row":{"name":"m2","unit":"kbps","bands":["named-uuid","b3"]}},
    {"op":"insert","table":"Meter_Band","uuid-name":"b1","row":{"action":"drop","rate":100,"burst_size":0}},
    {"op":"insert","table":"Meter_Band","uuid-name":"b2","row":{"action":"remark","rate":100,"burst_size":0}},
    {"op":"insert","table":"Meter_Band","uuid-name":"b3","row":{"action":"remark","rate":100,"burst_size":0}}'
  transact '
    {"op":"update","table":"DHCPv6_Options","where":[["name","==","fqdn"]],"row":{"type":"str"}},
    {"op":"insert","table":"DHCPv6_Options","row":{"name":"bootfile","code":59,"type":"domain"}}'
  stop
}

if [ $# -eq 0 ]; then set -- history_nb whole_nb compacted_nb newer_nb chassis_sb wider_nb wider_sb; fi
for name; do
  "record_$name"
  install -m 644 "$work/$name.db" "$here/"
  rows "$work/$name.db" >"$here/$name.rows.json"
done
ls -l "$here"
