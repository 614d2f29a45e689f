"""The lab that tests of the package use: two hypervisors, a distributed router, a host on each."""

import ipaddress

import ovnlite

MICROFLOW = ('inport == "LSP1" && eth.src == 00:00:00:00:00:0a && eth.dst == 00:00:00:00:ff:01 && ip4.src == 10.0.0.10 && '
             "ip4.dst == 10.0.1.20 && ip.ttl == 64 && icmp4.type == 8")


def make_lab(**options):
    lab = ovnlite.Lab(**options)
    lab.add_chassis("compute1", "192.168.56.11")
    lab.add_chassis("compute2", ipaddress.ip_address("192.168.56.12"))
    lab.add_switch("LS1")
    lab.add_switch("LS2")
    lab.add_router("LR1")
    lab.connect("LR1", "LS1", "00:00:00:00:ff:01", "10.0.0.1/24")
    lab.connect("LR1", "LS2", b"\x00\x00\x00\x00\xff\x02", [ipaddress.ip_interface("10.0.1.1/24")])
    lab.add_host("VM-A", "LS1", "LSP1", "compute1", "00:00:00:00:00:0a", "10.0.0.10/24", "10.0.0.1")
    lab.add_host("VM-B", "LS2", "LSP2", "compute2", "00:00:00:00:00:0b", ipaddress.ip_interface("10.0.1.20/24"),
                 ipaddress.ip_address("10.0.1.1"))
    return lab
