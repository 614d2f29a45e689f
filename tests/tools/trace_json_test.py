"""What `ovnlite trace --json` prints is as docs/trace.schema.json has it, and names what drops packets."""

import json
import shlex
import subprocess
import sys

import jsonschema

OVNLITE, SCHEMA, TESTDATA = sys.argv[1:4]

with open(SCHEMA, encoding="utf-8") as file:
    schema = json.load(file)
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
failures = 0


def check(condition, message):
    global failures
    if not condition:
        failures += 1
        print("FAILED:", message)


def trace(sb, *arguments):
    command = [OVNLITE, "trace", "--sb", sb, "--json", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        check(False, f"{shlex.join(command)}: {done.stderr}")
        return None
    found = json.loads(done.stdout)
    for error in validator.iter_errors(found):
        check(False, f"{shlex.join(command)}: {error.json_path}: {error.message}")
    return found


def steps(found, kind, path="physical"):
    return [step for step in found[path] if step["kind"] == kind]


# The schema must be able to refuse.
for wrong in ({}, {"version": 2}, {"version": 1, "microflow": "", "warnings": [], "nodes": [], "reply": [],
                                   "physical": [{"kind": "drop"}]}):
    check(not validator.is_valid(wrong), f"the schema takes {wrong}")

# Every recorded microflow there is.
traces = 0
for case in ("lab", "nat_lb", "refusals", "groups", "peers", "answers"):
    with open(f"{TESTDATA}/{case}.traces", encoding="utf-8") as file:
        for line in file:
            if line.strip() and not line.startswith("#"):
                trace(f"{TESTDATA}/{case}/sb.db", "--reply", *shlex.split(line))
                traces += 1
check(traces >= 30, f"only {traces} traces")

LAB = f"{TESTDATA}/lab/sb.db"
PING = ("inport == \"LSP1\" && eth.src == {mac} && eth.dst == 00:00:00:00:ff:01 && ip4.src == 10.0.0.10 && "
        "ip4.dst == {to} && ip.ttl == {ttl} && icmp4.type == 8")

there = trace(LAB, "--reply", "LS1", PING.format(mac="00:00:00:00:00:0a", to="10.0.1.20", ttl=64))
check([s["port"] for s in steps(there, "deliver")] == ["LSP2"], "the ping is delivered")
check([s["to"] for s in steps(there, "tunnel")] == ["compute2"], "through the tunnel")
check([s["port"] for s in steps(there, "deliver", "reply")] == ["LSP1"], "and its answer back")
check([s["to"] for s in steps(there, "tunnel", "reply")] == ["compute1"], "through the other tunnel")

spoofed = trace(LAB, "LS1", PING.format(mac="00:00:00:00:00:0c", to="10.0.1.20", ttl=64))
cause = steps(spoofed, "drop")[0]["cause"]
check((cause["kind"], cause["table"], cause["name"], cause["stage"]) ==
      ("port_security", "Port_Binding", "LSP1", "ls_in_apply_port_sec"), f"port security: {cause}")

lost = trace(LAB, "LS1", PING.format(mac="00:00:00:00:00:0a", to="10.9.9.9", ttl=64))
cause = steps(lost, "drop")[0]["cause"]
check(cause["kind"] == "route" and cause["stage"] == "lr_in_ip_routing", f"no route: {cause}")

old = trace(LAB, "LS1", PING.format(mac="00:00:00:00:00:0a", to="10.0.1.20", ttl=1))
causes = [s["cause"] for s in steps(old, "respond") if "cause" in s]
check(len(causes) == 1 and causes[0]["answered"], f"TTL: {causes}")

# Rows of the Northbound database, as far as the Southbound one knows them, and with it at hand.
CAUSES, NAMED = f"{TESTDATA}/causes/sb.db", ["--nb", f"{TESTDATA}/causes/nb.db"]
WEB = ("inport == \"web1\" && eth.src == 00:00:00:00:01:01 && eth.dst == 00:00:00:00:ff:01 && ip4.src == 10.1.0.11 && "
       "ip4.dst == {to} && ip.ttl == 64 && {l4}")


def cause_of(kind, microflow, *arguments):
    found = trace(CAUSES, *arguments, microflow)
    causes = [s["cause"] for s in found["physical"] if s["kind"] == kind and "cause" in s]
    check(len(causes) == 1, f"{microflow}: {causes}")
    tree = json.dumps(found["nodes"])
    check(json.dumps(causes[0]) in tree, f"the tree has another cause than the path: {causes[0]}")
    return causes[0]


TELNET = WEB.format(to="10.2.0.11", l4="tcp.dst == 23")
cause = cause_of("drop", TELNET)
check((cause["kind"], cause["table"], len(cause["row"])) == ("acl", "ACL", 8) and "name" not in cause, f"ACL: {cause}")
cause = cause_of("drop", TELNET, *NAMED)
check((cause["table"], len(cause["row"])) == ("ACL", 36), f"ACL: {cause}")
check("from-lport 1001, inport == \"web1\" && tcp.dst == 23, drop" in cause["text"], f"ACL: {cause}")

SSH = WEB.format(to="10.2.0.11", l4="tcp.dst == 22")
for arguments in ([], NAMED):
    cause = cause_of("respond", SSH, *arguments)
    check((cause["kind"], cause["name"], cause["answered"]) == ("acl", "no-ssh", True), f"ACL with a name: {cause}")

cause = cause_of("drop", WEB.format(to="10.66.0.1", l4="udp"), *NAMED)
check((cause["kind"], cause["table"], cause["name"]) == ("route", "Logical_Router_Static_Route", "10.66.0.0/16"),
      f"route: {cause}")
cause = cause_of("drop", WEB.format(to="10.77.0.1", l4="udp"), *NAMED)
check(cause["kind"] == "route", f"no route comes before policies: {cause}")

sys.exit(failures > 0)
