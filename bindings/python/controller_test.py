"""A controller put together in Python: the network by handles, northd, chassis with wires; who owns what, and what ends when."""

import gc
import ipaddress
import os
import select
import tempfile
import threading
import time
import unittest

import ovnlite

from sample_lab import make_lab

A, B = "00:00:00:00:00:0a", "00:00:00:00:00:0b"
FRAME = ovnlite.FlowKey({"eth.src": A, "eth.dst": B, "eth.type": 0x800}).compose(b"hello")


def make_network():
    nb, sb = ovnlite.Database.northbound(), ovnlite.Database.southbound()
    switch = ovnlite.Topology(nb).add_switch("LS1")
    switch.add_port("LSP1").set_addresses(f"{A} 10.0.0.10")
    switch.add_port("LSP2").set_addresses([f"{B} 10.0.0.11"])
    northd = ovnlite.Northd(nb, sb)
    northd.update()
    return nb, sb, northd


def make_chassis(sb, name="hv", ports=("LSP1", "LSP2")):
    """One chassis with these ports, and the VMs' ends of their wires."""
    ovnlite.register_chassis(sb, name, "192.0.2.1")
    chassis = ovnlite.Chassis(sb, name)
    vms = []
    for port in ports:
        wire, vm = ovnlite.memory_ports("vif-" + port, "vm-" + port)
        ovnlite.bind_port(sb, port, name)
        chassis.add_port(port, wire)
        vms.append(vm)
    chassis.process()
    return chassis, vms


class TopologyTest(unittest.TestCase):
    def test_a_network(self):
        nb = ovnlite.Database.northbound()
        topology = ovnlite.Topology(nb)
        ls1, lr1 = topology.add_switch("LS1"), topology.add_router("LR1")
        port = topology.connect(lr1, "lr1-ls1", ls1, "ls1-lr1", "00:00:00:00:ff:01", ipaddress.ip_interface("10.0.0.1/24"))
        self.assertEqual((port.name, port.mac, port.networks, port.router), ("lr1-ls1", "00:00:00:00:ff:01", ["10.0.0.1/24"], lr1))
        lsp = ls1.add_port("LSP1")
        lsp.set_addresses([f"{A} 10.0.0.10", "unknown"])
        lsp.set_port_security(f"{A} 10.0.0.10")
        lsp.set_enabled(False)
        lsp.set_option("qos", "1")
        self.assertEqual((lsp.addresses, lsp.port_security, lsp.type), ([f"{A} 10.0.0.10", "unknown"], [f"{A} 10.0.0.10"], ""))
        row = nb.get("Logical_Switch_Port", lsp.uuid)
        self.assertEqual((row.name, row.enabled, row.options), ("LSP1", False, {"qos": "1"}))
        self.assertEqual([p.name for p in ls1.ports], ["LSP1", "ls1-lr1"])
        self.assertEqual((lsp.switch, topology.find_switch("LS1"), topology.find_switch(ls1.uuid)), (ls1, ls1, ls1))
        self.assertEqual(len({ls1, topology.find_switch("LS1"), lr1}), 2)
        self.assertNotEqual(ls1, ovnlite.Topology(ovnlite.Database.northbound()).add_switch("LS1"))
        self.assertEqual((topology.switches, topology.routers), ([ls1], [lr1]))
        ls1.add_acl("to-lport", 1000, 'outport == "LSP1"', "drop")
        ls1.set_other_config("mcast_snoop", "true")
        ls1.add_nested_port("inner", "LSP1", 5)
        self.assertEqual(ls1.add_localnet_port("ln", "physnet").type, "localnet")
        lr1.add_static_route(ipaddress.ip_network("192.0.2.0/24"), "10.0.0.77")
        lr1.add_static_route("198.51.100.0/24", ipaddress.ip_address("10.0.0.78"), output_port="lr1-ls1")
        self.assertEqual(len(nb.rows("Logical_Router_Static_Route")), 2)
        lr1.delete_static_routes("192.0.2.0/24")
        self.assertEqual([r.ip_prefix for r in nb.rows("Logical_Router_Static_Route")], ["198.51.100.0/24"])
        lr1.add_nat("snat", "203.0.113.1", "10.0.0.0/24")
        port.set_networks(["10.0.0.1/24", "fd00::1/64"])
        self.assertEqual(port.networks, ["10.0.0.1/24", "fd00::1/64"])
        port.set_gateway_chassis("gw", 20)
        other = topology.add_router("LR2").add_port("lr2-lr1", "00:00:00:00:ff:02", "10.1.0.2/24")
        lr1.add_port("lr1-lr2", "00:00:00:00:ff:03", "10.1.0.1/24").set_peer(other)
        self.assertEqual(repr(topology), "<Topology of 1 switches and 2 routers>")
        self.assertEqual([repr(h) for h in (ls1, lsp, lr1, port)],
                         ["<LogicalSwitch 'LS1'>", "<LogicalSwitchPort 'LSP1'>", "<LogicalRouter 'LR1'>", "<LogicalRouterPort 'lr1-ls1'>"])

    def test_errors(self):
        topology = ovnlite.Topology(ovnlite.Database.northbound())
        ls1 = topology.add_switch("LS1")
        with self.assertRaises(ovnlite.AlreadyExistsError) as caught:
            topology.add_switch("LS1")
        self.assertEqual(caught.exception.place, "Topology.add_switch")
        with self.assertRaises(ovnlite.NotFoundError):
            topology.find_router("LR9")
        with self.assertRaises(ovnlite.InvalidArgumentError):
            ls1.add_port("LSP1").set_addresses("nonsense")
        with self.assertRaises(TypeError):
            ls1.add_port("LSP2").set_addresses(5)
        with self.assertRaises(TypeError):
            ls1.add_port(None)
        with self.assertRaises(ovnlite.InvalidArgumentError):
            ovnlite.Topology(ovnlite.Database.southbound())
        elsewhere = ovnlite.Topology(ovnlite.Database.northbound())
        with self.assertRaisesRegex(ovnlite.InvalidArgumentError, "another topology"):
            topology.connect(elsewhere.add_router("LR1"), "a", ls1, "b", "00:00:00:00:ff:01", "10.0.0.1/24")
        port = ls1.add_port("LSP3")
        ls1.delete()
        self.assertEqual((ls1.name, repr(port)), ("", "<LogicalSwitchPort that was deleted>"))
        with self.assertRaises(ovnlite.NotFoundError):
            port.set_enabled(True)

    def test_of_a_lab(self):
        lab = make_lab()
        port = lab.topology.find_switch_port("LSP2")
        self.assertTrue(lab.ping("VM-A", "VM-B"))
        port.set_enabled(False)
        self.assertFalse(lab.ping("VM-A", "VM-B"))
        del lab
        gc.collect()
        port.set_enabled(True)  # It keeps what it is of.
        self.assertEqual(port.name, "LSP2")


class NorthdTest(unittest.TestCase):
    def test_update(self):
        nb, sb, northd = make_network()
        self.assertEqual(sorted(r.logical_port for r in sb.rows("Port_Binding")), ["LSP1", "LSP2"])
        ovnlite.Topology(nb).find_switch_port("LSP1").delete()
        northd.update()
        self.assertEqual([r.logical_port for r in sb.rows("Port_Binding")], ["LSP2"])
        self.assertEqual((northd.unsupported, northd.warnings, repr(northd)), ([], [], "<Northd, 0 unsupported, 0 warnings>"))

    def test_what_it_says(self):
        nb, _, northd = make_network()
        with nb.transaction() as t:
            acl = t.insert("ACL", name="loud", direction="to-lport", priority=1, match="tcp", action="allow", label=7)
            balancer = t.insert("Load_Balancer", name="lb", vips={"10.0.0.9:53": "10.0.0.1"}, protocol="udp")
            t.update("Logical_Switch", nb.find("Logical_Switch", "name", "LS1")[0].uuid, acls=[acl], load_balancer=[balancer])
        northd.update()
        self.assertEqual([(u.table, u.row, u.column) for u in northd.unsupported], [("ACL", "loud", "label")])
        self.assertEqual(repr(northd.unsupported), "[<ACL 'loud' label>]")
        self.assertEqual([(w.table, w.row, w.message) for w in northd.warnings],
                         [("Load_Balancer", "lb", 'left out: backend "10.0.0.1" has no port, as its VIP has')])
        self.assertIn("<Load_Balancer 'lb': left out: ", repr(northd.warnings))
        self.assertEqual(repr(northd), "<Northd, 1 unsupported, 1 warnings>")

    def test_databases_of_the_wrong_kind(self):
        nb, sb = ovnlite.Database.northbound(), ovnlite.Database.southbound()
        for args in ((sb, nb), (nb, nb), (sb, sb)):
            with self.assertRaises(ovnlite.InvalidArgumentError):
                ovnlite.Northd(*args)
        for call in (lambda: ovnlite.Chassis(nb, "x"), lambda: ovnlite.register_chassis(nb, "x", "192.0.2.1"),
                     lambda: ovnlite.bind_port(nb, "x", "y"), lambda: ovnlite.unbind_port(nb, "x"),
                     lambda: ovnlite.unregister_chassis(nb, "x")):
            with self.assertRaisesRegex(ovnlite.InvalidArgumentError, "it takes a Southbound database"):
                call()

    def test_many_threads(self):
        nb, sb, northd = make_network()
        chassis, _ = make_chassis(sb)
        other = ovnlite.Northd(nb, ovnlite.Database.southbound())  # Another pair of locks, one of them shared.
        port = ovnlite.Topology(nb).find_switch_port("LSP1")
        failures = []

        def work(call):
            try:
                for i in range(100):
                    call(i)
            except Exception as error:  # pylint: disable=broad-except
                failures.append(repr(error))

        calls = [lambda i: northd.update(), lambda i: other.update(), lambda i: port.set_enabled(i % 2 == 0), lambda i: chassis.process(),
                 lambda i: sb.rows("Logical_Flow"), lambda i: ovnlite.Northd(nb, ovnlite.Database.southbound())]
        threads = [threading.Thread(target=work, args=(call,)) for call in calls]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])


class RegistrationTest(unittest.TestCase):
    def test_rows(self):
        _, sb, _ = make_network()
        ovnlite.register_chassis(sb, "hv", ipaddress.ip_address("192.0.2.1"))
        self.assertEqual([r.name for r in sb.rows("Chassis")], ["hv"])
        self.assertEqual([(r.ip, r.type) for r in sb.rows("Encap")], [("192.0.2.1", "geneve")])
        with self.assertRaises(ovnlite.AlreadyExistsError):
            ovnlite.register_chassis(sb, "hv", "192.0.2.2")
        ovnlite.bind_port(sb, "LSP1", "hv")
        binding = sb.find("Port_Binding", "logical_port", "LSP1")[0]
        self.assertEqual((binding.chassis, binding.up), (sb.rows("Chassis")[0].uuid, True))
        ovnlite.unbind_port(sb, "LSP1")
        self.assertIsNone(sb.find("Port_Binding", "logical_port", "LSP1")[0].chassis)
        for call in (lambda: ovnlite.bind_port(sb, "LSP9", "hv"), lambda: ovnlite.bind_port(sb, "LSP1", "hv9"),
                     lambda: ovnlite.unbind_port(sb, "LSP9"), lambda: ovnlite.unregister_chassis(sb, "hv9")):
            with self.assertRaises(ovnlite.NotFoundError):
                call()
        ovnlite.unregister_chassis(sb, "hv")
        self.assertEqual(sb.rows("Chassis"), [])


class PortTest(unittest.TestCase):
    def test_a_wire(self):
        a, b = ovnlite.memory_ports("a", "b", queue=3)
        self.assertEqual((a.name, a.mtu, a.link_up, a.receive()), ("a", 1500, True, []))
        self.assertTrue(a.send(FRAME))
        self.assertTrue(a.send(FRAME.hex()))
        self.assertEqual((b.fileno(), b.next_deadline), (-1, 0))
        self.assertEqual(b.receive(limit=1), [FRAME])
        self.assertEqual(b.receive(), [FRAME])
        self.assertIsNone(b.next_deadline)
        self.assertEqual([a.send(FRAME) for _ in range(4)], [True, True, True, False])
        self.assertFalse(a.send(b"short"))
        self.assertEqual((a.counters.tx_packets, sum(a.counters.dropped.values()), b.counters.rx_packets), (5, 2, 2))
        self.assertIn("tx 5 packets", str(a.counters))
        self.assertEqual(repr(b), "<MemoryPort 'b': " + str(b.counters) + ">")
        a.close()
        a.close()
        self.assertFalse(b.link_up)
        self.assertEqual((a.fileno(), len(b.receive())), (-1, 3))
        for wrong in ({"mtu": 5}, {"mtu": 70_000}, {"queue": 0}, {"queue": 10**9}):
            with self.assertRaises(ovnlite.OutOfRangeError):
                ovnlite.memory_ports("a", "b", **wrong)
        with self.assertRaises(ovnlite.OutOfRangeError):
            b.send(bytes(100_000))
        with self.assertRaises(ovnlite.OutOfRangeError):
            b.receive(0)

    def test_captures(self):
        with tempfile.TemporaryDirectory() as folder:
            path, again = os.path.join(folder, "a.pcap"), os.path.join(folder, "b.pcap")
            writer = ovnlite.PcapReplayPort("w", output_path=path)
            self.assertTrue(writer.send(FRAME))
            writer.close()
            del writer
            port = ovnlite.PcapReplayPort("r", path, again, rounds=3)
            self.assertEqual((port.next_deadline, port.fileno()), (0, -1))
            self.assertEqual(port.receive(), [FRAME] * 3)
            self.assertIsNone(port.next_deadline)
            self.assertEqual(len(ovnlite.PcapReplayPort("r", path, rounds=0).receive(limit=50)), 50)
            with self.assertRaises(ovnlite.Error):
                ovnlite.PcapReplayPort("r", os.path.join(folder, "missing"))

    def test_interfaces_that_there_are_not(self):
        with self.assertRaises(ovnlite.Error):
            ovnlite.TapPort("a name that is too long")
        with self.assertRaises(ovnlite.Error):
            ovnlite.AfPacketPort("nonesuch0")
        with self.assertRaises(ovnlite.Error):
            ovnlite.UdpTunnel("192.0.2.77")
        with self.assertRaises(TypeError):
            ovnlite.Port()

    def test_a_port_is_given_once(self):
        _, sb, _ = make_network()
        chassis = ovnlite.Chassis(sb, "hv")
        a, b = ovnlite.memory_ports("a", "b")
        self.assertGreater(chassis.add_port("LSP1", a), 0)
        self.assertEqual(repr(a), "<MemoryPort 'a' of chassis hv>")
        self.assertEqual(a.name, "a")
        for call in (lambda: a.send(FRAME), a.receive, a.close, a.fileno, a.refresh, lambda: a.mtu, lambda: a.counters, lambda: a.link_up,
                     lambda: a.next_deadline, lambda: chassis.add_port("LSP2", a),
                     lambda: ovnlite.RawTunnel(a, local="192.0.2.1", mac="02:00:00:00:00:01")):
            with self.assertRaisesRegex(ovnlite.FailedPreconditionError, "the port belongs to chassis hv now"):
                call()
        # What is refused stays with the caller.
        with self.assertRaises(ovnlite.AlreadyExistsError):
            chassis.add_port("LSP1", b)
        self.assertTrue(b.link_up)
        tunnel = ovnlite.RawTunnel(b, local="192.0.2.1", mac="02:00:00:00:00:01")
        with self.assertRaisesRegex(ovnlite.FailedPreconditionError, "belongs to the transport of 192.0.2.1 now"):
            b.send(FRAME)
        chassis.set_transport(tunnel)
        with self.assertRaisesRegex(ovnlite.FailedPreconditionError, "the transport belongs to chassis hv now"):
            chassis.set_transport(tunnel)
        chassis.remove_port("LSP1")
        with self.assertRaises(ovnlite.NotFoundError):
            chassis.remove_port("LSP1")
        chassis.process()

    def test_one_port_for_many_threads(self):
        _, sb, _ = make_network()
        for _ in range(20):
            a, _ = ovnlite.memory_ports("a", "b")
            taken = []

            def work(name, port=a, taken=taken):
                try:
                    ovnlite.Chassis(sb, name).add_port("LSP1", port)
                    taken.append(name)
                except ovnlite.FailedPreconditionError:
                    pass

            threads = [threading.Thread(target=work, args=(f"hv{i}",)) for i in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self.assertEqual(len(taken), 1)


class ChassisTest(unittest.TestCase):
    def test_frames(self):
        nb, sb, northd = make_network()
        chassis, (vm1, vm2) = make_chassis(sb)
        self.assertEqual((chassis.name, repr(chassis)), ("hv", "<Chassis 'hv' with 2 ports>"))
        self.assertIsNone(chassis.next_deadline)
        vm1.send(FRAME)
        self.assertEqual(chassis.next_deadline, 0)
        self.assertEqual(chassis.process(), 1)
        self.assertEqual(vm2.receive(), [FRAME])
        ports = chassis.ports
        self.assertEqual((sorted(ports), ports["LSP1"].rx_packets, ports["LSP2"].tx_packets), (["LSP1", "LSP2"], 1, 1))
        self.assertEqual((chassis.undelivered, chassis.tunnels, chassis.left_out()), (0, None, []))
        flows = chassis.dump_flows()
        self.assertTrue(any("table=65" in f and "actions=" in f for f in flows), flows[:3])
        ovnlite.Topology(nb).find_switch_port("LSP2").set_enabled(False)
        northd.update()
        self.assertEqual(chassis.next_deadline, 0)
        vm1.send(FRAME)
        chassis.process()
        self.assertEqual(vm2.receive(), [])
        due = chassis.next_deadline
        self.assertTrue(due is None or due > 0, due)
        chassis.refresh()
        for wrong in (0, -1, 10**7):
            with self.assertRaises(ovnlite.OutOfRangeError):
                chassis.process(wrong)
        with self.assertRaises(ovnlite.InvalidArgumentError):
            ovnlite.Chassis(sb, "")

    def test_tunnels(self):
        for kind in ("raw", "udp"):
            nb, sb, northd = make_network()
            ends, net = ovnlite.memory_ports("u1", "u2"), int.from_bytes(os.urandom(1), "big")
            chassis, vms = [], []
            for i, port in enumerate(("LSP1", "LSP2")):
                ip = f"127.{i + 51}.{net}.1"  # Of nobody else on this machine.
                if kind == "raw":
                    transport = ovnlite.RawTunnel(ends[i], local=ip, mac=f"02:00:00:00:00:0{i + 1}")
                else:
                    transport = ovnlite.UdpTunnel(ip)
                self.assertEqual(repr(transport), f"<Transport of {ip}>")
                ovnlite.register_chassis(sb, f"hv{i}", ip)
                chassis.append(ovnlite.Chassis(sb, f"hv{i}"))
                chassis[i].set_transport(transport)
                wire, vm = ovnlite.memory_ports("vif", "vm")
                ovnlite.bind_port(sb, port, f"hv{i}")
                chassis[i].add_port(port, wire)
                vms.append(vm)
            northd.update()
            for c in chassis:
                c.process()
            self.assertEqual(select.select([chassis[1].fileno()], [], [], 0)[0], [])
            vms[0].send(FRAME)
            if kind == "udp":
                chassis[0].process()
                self.assertEqual(select.select([chassis[1].fileno()], [], [], 10)[0], [chassis[1].fileno()])
            got, until = [], time.monotonic() + 10
            while not got and time.monotonic() < until:
                for c in chassis:
                    c.process()
                got = vms[1].receive()
            self.assertEqual(got, [FRAME], kind)
            self.assertEqual((chassis[0].tunnels.tx_packets, chassis[1].tunnels.rx_packets), (1, 1), kind)
            del nb

    def test_any_order_of_ends(self):
        def parts():
            nb, sb, northd = make_network()
            chassis, vms = make_chassis(sb)
            vms[0].send(FRAME)
            return {"nb": nb, "sb": sb, "northd": northd, "chassis": chassis, "vm1": vms[0], "vm2": vms[1]}

        names = list(parts())
        for first in names:
            for second in names:
                things = parts()
                things.pop(first, None)
                things.pop(second, None)
                gc.collect()
                if "northd" in things:
                    things["northd"].update()
                if "chassis" in things:
                    things["chassis"].process()
                if "vm2" in things:
                    things["vm2"].receive()
                while things:
                    things.popitem()

    def test_dropped_while_others_work(self):
        _, sb, _ = make_network()
        chassis, (vm1, vm2) = make_chassis(sb)
        held = [chassis]
        del chassis
        going = threading.Event()

        def work():
            mine = held.pop()
            going.set()
            for _ in range(2_000):
                mine.process()

        thread = threading.Thread(target=work)
        thread.start()
        going.wait()
        got = 0
        while thread.is_alive() or got == 0:
            vm1.send(FRAME)
            got += len(vm2.receive())
            sb.rows("Port_Binding")
            if not thread.is_alive():
                break
        thread.join()
        del vm1
        self.assertFalse(vm2.link_up)  # The chassis has ended.

    def test_forked(self):
        _, sb, _ = make_network()
        wire, _ = ovnlite.memory_ports("a", "b")
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                ovnlite.Chassis(sb, "hv").add_port("LSP1", wire)
            except ovnlite.FailedPreconditionError as error:
                mine, _ = ovnlite.memory_ports("a", "b")
                ovnlite.Chassis(sb, "hv").add_port("LSP1", mine)
                status = 7 if "forked since" in str(error) else 2
            finally:
                os._exit(status)
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 7)


class NamesTest(unittest.TestCase):
    def test_misspelt_names_have_suggestions(self):
        nb = ovnlite.Database.northbound()
        with nb.transaction() as t:
            uuid = t.insert("Logical_Switch", name="LS1")
        for call, said in (
            (lambda t: t.insert("Logical_Switch", nam="x"), 'table Logical_Switch has no column "nam"; did you mean "name"?'),
            (lambda t: t.update("Logical_Switch", uuid, nam="x"), 'table Logical_Switch has no column "nam"; did you mean "name"?'),
            (lambda t: t.insert("Logical_Swich", name="x"), 'has no table "Logical_Swich"; did you mean "Logical_Switch"'),
            (lambda t: t.delete("Logical_Swich", uuid), 'has no table "Logical_Swich"; did you mean "Logical_Switch"'),
            (lambda t: nb.find("Logical_Switch", "nam", "x"), 'table Logical_Switch has no column "nam"; did you mean "name"?'),
        ):
            with self.assertRaises(ovnlite.NotFoundError) as caught:
                with nb.transaction() as t:
                    call(t)
            self.assertIn(said, str(caught.exception))
        self.assertEqual([r.name for r in nb.rows("Logical_Switch")], ["LS1"])


if __name__ == "__main__":
    unittest.main()
