"""A controller of one's own on asyncio's loop: it keeps the Northbound database, compiles it, and runs two hypervisors, while
it edits the network and traffic goes on. The wires are in memory; on a real machine a TapPort and a UdpTunnel take their places.
PYTHONPATH=bazel-bin/bindings/python"""
import asyncio
import sys

import ovnlite


class Controller:
    def __init__(self):
        self.nb, self.sb = ovnlite.Database.northbound(), ovnlite.Database.southbound()
        self.northd = ovnlite.Northd(self.nb, self.sb)
        self.nodes = []
        self.timer = None

    def add_node(self, name, ip, mac, uplink):
        """A hypervisor with its end of the underlay."""
        chassis = ovnlite.Chassis(self.sb, name)
        chassis.set_transport(ovnlite.RawTunnel(uplink, local=ip, mac=mac))
        ovnlite.register_chassis(self.sb, name, ip)
        asyncio.get_running_loop().add_reader(chassis.fileno(), self.process)  # What the operating system's ports have.
        self.nodes.append(chassis)
        return chassis

    def plug(self, chassis, logical_port):
        """The VM's end of a new wire."""
        wire, vm = ovnlite.memory_ports("vif", "vm")
        ovnlite.bind_port(self.sb, logical_port, chassis.name)
        chassis.add_port(logical_port, wire)
        return vm

    def process(self):
        """After an edit, when packets wait, and when the time has come. Costs what has changed, and what waits."""
        self.northd.update()
        for chassis in self.nodes:
            chassis.process()
        if self.timer is not None:
            self.timer.cancel()
        due = [chassis.next_deadline for chassis in self.nodes]  # 0 where a wire in memory has frames.
        due = min((seconds for seconds in due if seconds is not None), default=None)
        self.timer = None if due is None else asyncio.get_running_loop().call_later(due, self.process)


async def main():
    controller = Controller()
    network = ovnlite.Topology(controller.nb).add_switch("LS1")
    a, b = network.add_port("LSP1"), network.add_port("LSP2")
    a.set_addresses("00:00:00:00:00:0a 10.0.0.10")
    b.set_addresses("00:00:00:00:00:0b 10.0.0.11")
    controller.northd.update()
    uplinks = ovnlite.memory_ports("uplink1", "uplink2")
    compute1 = controller.add_node("compute1", "192.168.56.11", "02:00:00:00:00:01", uplinks[0])
    compute2 = controller.add_node("compute2", "192.168.56.12", "02:00:00:00:00:02", uplinks[1])
    sender, receiver = controller.plug(compute1, "LSP1"), controller.plug(compute2, "LSP2")

    frame = ovnlite.FlowKey({"eth.src": "00:00:00:00:00:0a", "eth.dst": "00:00:00:00:00:0b", "eth.type": 0x800}).compose()
    arrived = []
    for enabled in (True, False, True):
        b.set_enabled(enabled)
        for _ in range(100):
            sender.send(frame)
            controller.process()
            await asyncio.sleep(0.001)
        arrived.append(len(receiver.receive()))
    print(f"arrived, of a hundred each: {arrived[0]}, while the port was disabled {arrived[1]}, then {arrived[2]}")
    return 0 if arrived[0] > 50 and arrived[1] == 0 and arrived[2] > 50 else 1


sys.exit(asyncio.run(main()))
