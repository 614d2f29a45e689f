"""A controller of one's own on asyncio's loop: it keeps the Northbound database, compiles it, and runs two hypervisors, while
it edits the network and traffic goes on. The wires are in memory; on a real machine a TapPort and a UdpTunnel take their places.
PYTHONPATH=bazel-bin/bindings/python"""
import asyncio
import sys

import ovnlite


class Node:
    """A hypervisor with its end of the underlay, and the VM's end of its only port."""

    def __init__(self, sb, name, ip, mac, uplink):
        self.chassis = ovnlite.Chassis(sb, name)
        self.chassis.set_transport(ovnlite.RawTunnel(uplink, local=ip, mac=mac))
        ovnlite.register_chassis(sb, name, ip)
        self.arrived, self.vm, self.timer = 0, None, None
        asyncio.get_running_loop().add_reader(self.chassis.fileno(), self.process)

    def plug(self, sb, logical_port):
        wire, self.vm = ovnlite.memory_ports("vif", "vm")
        ovnlite.bind_port(sb, logical_port, self.chassis.name)
        self.chassis.add_port(logical_port, wire)
        asyncio.get_running_loop().add_reader(self.vm.fileno(), self.receive)

    def process(self):
        self.chassis.process()
        if self.timer is not None:
            self.timer.cancel()
        due = self.chassis.next_deadline
        self.timer = None if due is None else asyncio.get_running_loop().call_later(due, self.process)

    def receive(self):
        self.arrived += len(self.vm.receive())


async def main():
    nb, sb = ovnlite.Database.northbound(), ovnlite.Database.southbound()
    northd = ovnlite.Northd(nb, sb)
    network = ovnlite.Topology(nb).add_switch("LS1")
    a, b = network.add_port("LSP1"), network.add_port("LSP2")
    a.set_addresses("00:00:00:00:00:0a 10.0.0.10")
    b.set_addresses("00:00:00:00:00:0b 10.0.0.11")
    northd.update()

    uplinks = ovnlite.memory_ports("uplink1", "uplink2")
    nodes = [Node(sb, "compute1", "192.168.56.11", "02:00:00:00:00:01", uplinks[0]),
             Node(sb, "compute2", "192.168.56.12", "02:00:00:00:00:02", uplinks[1])]
    nodes[0].plug(sb, "LSP1")
    nodes[1].plug(sb, "LSP2")

    def follow():
        """After every edit. Costs what has changed."""
        northd.update()
        for node in nodes:
            node.process()

    frame = ovnlite.FlowKey({"eth.src": "00:00:00:00:00:0a", "eth.dst": "00:00:00:00:00:0b", "eth.type": 0x800}).compose()
    arrived = []
    for enabled in (True, False, True):
        b.set_enabled(enabled)
        follow()
        before = nodes[1].arrived
        for _ in range(100):
            nodes[0].vm.send(frame)
            await asyncio.sleep(0.001)
        await asyncio.sleep(0.05)  # For those on their way.
        arrived.append(nodes[1].arrived - before)
    print(f"arrived, of a hundred each: {arrived[0]}, while the port was disabled {arrived[1]}, then {arrived[2]}")
    return 0 if arrived[0] > 50 and arrived[1] == 0 and arrived[2] > 50 else 1


sys.exit(asyncio.run(main()))
