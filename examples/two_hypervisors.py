"""Two hypervisors, one distributed router, a ping across: built, run, traced, captured.  PYTHONPATH=bazel-bin/bindings/python"""
import sys

import ovnlite

lab = ovnlite.Lab()
lab.add_chassis("compute1", "192.168.56.11")
lab.add_chassis("compute2", "192.168.56.12")
lab.add_switch("LS1")
lab.add_switch("LS2")
lab.add_router("LR1")
lab.connect("LR1", "LS1", "00:00:00:00:ff:01", "10.0.0.1/24")
lab.connect("LR1", "LS2", "00:00:00:00:ff:02", "10.0.1.1/24")
lab.add_host("VM-A", "LS1", "LSP1", "compute1", "00:00:00:00:00:0a", "10.0.0.10/24", "10.0.0.1")
lab.add_host("VM-B", "LS2", "LSP2", "compute2", "00:00:00:00:00:0b", "10.0.1.20/24", "10.0.1.1")

ping = lab.ping("VM-A", "10.0.1.20", count=3)
print(ping)
print(lab.trace('inport == "LSP1" && eth.src == 00:00:00:00:00:0a && eth.dst == 00:00:00:00:ff:01 && ip.ttl == 64 && '
                "ip4.src == 10.0.0.10 && ip4.dst == 10.0.1.20 && icmp4.type == 8").text("summary"))
if len(sys.argv) > 1:
    lab.write_pcapng(sys.argv[1])  # For Wireshark: VMs and underlay in one window.
sys.exit(0 if ping else 1)
