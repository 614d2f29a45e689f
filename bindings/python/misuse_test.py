"""Wrong use, of every class and every callable: a TypeError in plain words, or an ovnlite.Error; never the process's end."""

import ast
import copy
import inspect
import os
import pickle
import tempfile
import unittest

import ovnlite
from ovnlite import _ovnlite

from sample_lab import MICROFLOW, make_lab

STUB = os.path.join(os.path.dirname(_ovnlite.__file__), "_ovnlite.pyi")
CLASSES = [c for c in vars(_ovnlite).values() if inspect.isclass(c) and not issubclass(c, Exception)]
KINDS = [ovnlite.Port, ovnlite.Transport]  # Of which there are no objects but those of their subclasses.
FRAME = bytes.fromhex("ffffffffffff00000000000a080600010800060400010000 0000000a0a00000a0000000000000a000001")

# Values that few parameters take, and numbers and texts that the others do not.
WRONG = [None, 5, -1, 1.5, float("nan"), True, "text", "", "\ud800", "nul\0", b"bytes", b"\xff\xfe", bytearray(3), [], [None], {},
         {1: 2}, {"a": None}, (), object(), object, int, len, 10**30, -(10**30), 1j, iter([]), ovnlite.FlowKey()]


def sample_objects():
    """An object of every class."""
    lab = make_lab()
    ping = lab.ping("VM-A", "VM-B")
    narrative = lab.explain("VM-A", "VM-B")
    journey = narrative.journeys[0]
    flow = next(f for j in narrative.journeys for s in j.steps for f in s.flows if f.changes)
    trace = lab.trace(MICROFLOW)
    odd = ovnlite.Database.northbound()
    with odd.transaction() as t:
        t.insert("Logical_Switch", name="without ports")
    transaction = lab.nb.transaction()
    transaction.__enter__()
    objects = [lab, ping, ping.replies[0], lab.send_udp("VM-A", "VM-B", 7), narrative, journey, journey.steps[0], flow,
               flow.changes[0], lab.diagnose("compute1")[0], trace, trace.root, ovnlite.Tracer(lab.sb), lab.nb,
               lab.sb.rows("Chassis")[0], transaction, ovnlite.FlowKey.extract(FRAME), ovnlite.Expr("ip4"),
               ovnlite.GeneveOption.ovn(1, 2), ovnlite.GeneveHeader(1), odd.check()[0]]
    objects += sample_controller()
    return {type(o): o for o in objects}


def sample_controller():
    """What a controller of one's own is made of; but for what needs a privilege."""
    nb, sb = ovnlite.Database.northbound(), ovnlite.Database.southbound()
    topology = ovnlite.Topology(nb)
    switch, router = topology.add_switch("LS1"), topology.add_router("LR1")
    port = topology.connect(router, "lr1-ls1", switch, "ls1-lr1", "00:00:00:00:ff:01", "10.0.0.1/24")
    northd = ovnlite.Northd(nb, sb)
    with nb.transaction() as t:
        acl = t.insert("ACL", direction="to-lport", priority=1, match="tcp", action="allow", label=7)
        balancer = t.insert("Load_Balancer", name="lb", vips={"10.0.0.9:53": "10.0.0.1"})
        t.update("Logical_Switch", switch.uuid, acls=[acl], load_balancer=[balancer])
    northd.update()
    wire, underlay = ovnlite.memory_ports("a", "b")
    return [topology, switch, switch.add_port("LSP1"), router, port, northd, northd.unsupported[0], northd.warnings[0], wire, wire.counters,
            ovnlite.PcapReplayPort("replay"), ovnlite.RawTunnel(underlay, local="192.0.2.1", mac="02:00:00:00:00:01"),
            ovnlite.UdpTunnel("127.0.0.1", port=0), ovnlite.Chassis(sb, "hv")]



def callables_in_stub():
    """[("Lab", "ping", ["host", "destination"], ["count", …])]; the class is None for functions."""
    with open(STUB, encoding="utf-8") as f:
        tree = ast.parse(f.read())
    found = []

    def add(cls, node):
        static = any(isinstance(d, ast.Name) and d.id == "staticmethod" for d in node.decorator_list)
        is_property = any(isinstance(d, ast.Name) and d.id == "property" for d in node.decorator_list)
        args = [a.arg for a in node.args.args]
        if not is_property:
            found.append((cls, node.name, args if static or cls is None else args[1:], [a.arg for a in node.args.kwonlyargs]))

    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            add(None, node)
        elif isinstance(node, ast.ClassDef) and not node.name.startswith("_") and not node.name.endswith(("Error", "Warning")):
            for member in node.body:
                if isinstance(member, ast.FunctionDef):
                    add(node.name, member)
    return found


# A right value for each parameter, by name.
RIGHT = {
    "host": "VM-A", "destination": "10.0.1.20", "port": 7, "payload": b"x", "packet": FRAME, "seconds": 0.001, "chassis": "compute1",
    "microflow": MICROFLOW, "datapath": "LS1", "name": "x", "encap_ip": "192.0.2.1", "router": "LR1", "switch": "LS1",
    "mac": "00:00:00:00:00:77", "networks": "10.9.0.1/24", "addresses": "10.0.0.77/24", "gateways": "", "path": "/nonexistent/x",
    "data": b"", "table": "Logical_Switch", "column": "name", "value": "x", "uuid": "00000000-0000-0000-0000-000000000001",
    "type": None, "traceback": None, "text": "ip4", "fields": {}, "field": "ip.ttl", "option_class": 1, "ingress": 1, "egress": 1, "vni": 1,
    "options": [], "protocol": 0x6558, "flags": 0, "form": "summary", "sb": None, "count": 1, "interval": 0.001, "timeout": 0.001,
    "size": 8, "ttl": 64, "ct": [], "lb_destination": None, "lb_port": 0, "select_id": None, "friendly_names": True, "openflow": False,
    "as_forwarded": False, "physical": False, "reply": False, "inport": "", "outport": "", "resident": [], "address_sets": {},
    "port_groups": {}, "nb": None, "parent": "LSP1", "tag": 5, "network_name": "physnet", "direction": "to-lport", "priority": 1,
    "match": "ip4", "action": "drop", "key": "k", "enabled": True, "peer": None, "prefix": "192.0.2.0/24", "nexthop": "10.0.0.77",
    "external_ip": "203.0.113.1", "logical_ip": "10.0.0.0/24", "router_port": "x", "switch_port": "y", "first": "a", "second": "b", "mtu": 1500,
    "queue": 10, "limit": 5, "device": "nonesuch0", "output_path": None, "offloads": True, "promiscuous": True, "up": True, "persistent": False,
    "rounds": 1, "paced": False, "local": "192.0.2.77", "checksum": True, "dscp": 0, "underlay": None, "prefix_length": 0, "gateway": None,
    "logical_port": "LSP1", "transport": None, "batches": 1, "output_port": "", "policy": "", "route_table": "", "ecmp": False,
    "seed": 1, "underlay_delay": 0.0, "underlay_loss": 0.0, "underlay_mtu": 0, "capture_limit": 10,
}


class MisuseTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.objects = sample_objects()
        # Some texts are good names of files.
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        before = os.getcwd()
        os.chdir(folder.name)
        cls.addClassCleanup(os.chdir, before)

    def check_error(self, error, what):
        """Of ours or a TypeError, in words that are not C++'s."""
        mine = (TypeError, ovnlite.Error, AttributeError) if "__getattr__" in what else (TypeError, ovnlite.Error)
        self.assertIsInstance(error, mine, what)
        message = str(error)
        for word in ("C++", "::", "pybind", "std", "Unable to cast", "compile in debug mode"):
            self.assertNotIn(word, message.split("Invoked with")[0], what)

    def attempt(self, what, f, *args, **kwargs):
        """Calls it, whatever comes of it."""
        try:
            return f(*args, **kwargs)
        except Exception as error:  # pylint: disable=broad-except
            self.check_error(error, f"{what}: {type(error).__name__}: {error}")
        return None

    def test_there_is_a_sample_of_every_class(self):
        without = KINDS + [ovnlite.TapPort, ovnlite.AfPacketPort]  # These need a privilege.
        self.assertEqual(sorted(c.__name__ for c in self.objects), sorted(c.__name__ for c in CLASSES if c not in without))

    def test_every_parameter_with_every_wrong_value(self):
        sb = ovnlite.Database.southbound()
        general = dict(RIGHT, sb=sb, nb=ovnlite.Database.northbound(), peer=self.objects[ovnlite.LogicalRouterPort])
        calls = 0
        for cls, name, args, keywords in callables_in_stub():
            if cls is None:
                f = getattr(ovnlite, name)
            elif name == "__init__":
                f = getattr(ovnlite, cls)
            else:
                f = getattr(self.objects[{"Port": ovnlite.MemoryPort}.get(cls, getattr(ovnlite, cls))], name)
            right = dict(general)
            if cls == "Topology":
                right.update(router=self.objects[ovnlite.LogicalRouter], switch=self.objects[ovnlite.LogicalSwitch])
            if cls == "TapPort":
                right["name"] = "longer than any name"  # Which root would be given.
            for parameter in args + keywords:
                for wrong in WRONG:
                    if (cls, parameter) == ("TapPort", "name") and isinstance(wrong, str):
                        continue
                    if "port" in args and cls == "Chassis":
                        right["port"] = ovnlite.memory_ports("a", "b")[0]
                    if "underlay" in args:
                        right["underlay"] = ovnlite.memory_ports("a", "b")[0]
                    values = [wrong if a == parameter else right[a] for a in args]
                    named = {parameter: wrong} if parameter in keywords else {}
                    self.attempt(f"{cls}.{name}({parameter}={wrong!a})", f, *values, **named)
                    calls += 1
            for count in range(0 if cls != "TapPort" else 1, len(args) + 2):
                self.attempt(f"{cls}.{name} of {count} × None", f, *[None] * count)
            self.attempt(f"{cls}.{name}(nonsense=1)", f, *[right[a] for a in args], nonsense=1)
        self.assertGreater(calls, 2_000)

    def test_wrong_types_are_type_errors(self):
        for f, args in (
            (ovnlite.Expr("ip4").matches, [None]),
            (ovnlite.describe, [None]),
            (ovnlite.Expr, [None]),
            (ovnlite.Tracer, [None]),
            (ovnlite.FlowKey, [None]),
            (ovnlite.FlowKey, [{1: 2}]),
            (ovnlite.GeneveHeader, [1, [None]]),
            (ovnlite.Database.load, [None]),
            (ovnlite.Database.parse, [None]),
            (self.objects[ovnlite.Lab].add_switch, [None]),
            (ovnlite.Topology, [None]),
            (ovnlite.Northd, [None, None]),
            (ovnlite.Chassis, [None, "hv"]),
            (ovnlite.Chassis, [ovnlite.Database.southbound(), 5]),
            (ovnlite.Port, []),
            (ovnlite.Transport, []),
            (ovnlite.MemoryPort, []),
            (ovnlite.RawTunnel, [None]),
            (ovnlite.UdpTunnel, [5]),
            (ovnlite.memory_ports, [None, "b"]),
            (ovnlite.register_chassis, [None, "hv", "192.0.2.1"]),
            (ovnlite.bind_port, [None, "LSP1", "hv"]),
            (self.objects[ovnlite.Chassis].add_port, ["LSP1", None]),
            (self.objects[ovnlite.Chassis].add_port, ["LSP1", self.objects[ovnlite.RawTunnel]]),
            (self.objects[ovnlite.Chassis].set_transport, [self.objects[ovnlite.MemoryPort]]),
            (self.objects[ovnlite.Chassis].set_transport, [None]),
            (self.objects[ovnlite.LogicalSwitchPort].set_addresses, [[5]]),
            (self.objects[ovnlite.LogicalSwitchPort].set_addresses, [None]),
            (self.objects[ovnlite.LogicalSwitch].add_acl, ["to-lport", "high", "ip4", "drop"]),
            (self.objects[ovnlite.LogicalRouterPort].set_peer, [self.objects[ovnlite.LogicalSwitchPort]]),
            (self.objects[ovnlite.MemoryPort].send, [None]),
            (self.objects[ovnlite.Lab].ping, ["VM-A", None]),
        ):
            with self.assertRaises(TypeError) as caught:
                f(*args)
            self.check_error(caught.exception, str(caught.exception))
        with self.assertRaisesRegex(TypeError, r"^Expr.matches\(\): a packet is a FlowKey, .*; NoneType is none of these$"):
            ovnlite.Expr("ip4").matches(None)

    def test_properties_of_something_else(self):
        for cls in CLASSES:
            for name, member in vars(cls).items():
                if not isinstance(member, property):
                    continue
                for wrong in WRONG:
                    with self.assertRaises(TypeError, msg=f"{cls.__name__}.{name}"):
                        member.fget(wrong)

    def test_methods_of_something_else(self):
        for cls in CLASSES:
            for name, member in vars(cls).items():
                if name.startswith("_pybind11") or not callable(member) or isinstance(member, staticmethod):
                    continue
                for wrong in (None, 5, object(), next(o for c, o in self.objects.items() if c is not cls)):
                    self.attempt(f"{cls.__name__}.{name}", member, wrong)
                self.attempt(f"{cls.__name__}.{name}", member)

    def test_objects_that_were_not_initialized(self):
        for cls in CLASSES:
            new = cls.__new__(cls)
            for name, member in vars(cls).items():
                what = f"{cls.__name__}.{name}"
                if isinstance(member, property):
                    with self.assertRaises(TypeError, msg=what):
                        member.fget(new)
                elif callable(member) and not isinstance(member, staticmethod) and name not in ("__init__", "__hash__"):
                    for count in range(12):
                        self.attempt(what, getattr(cls, name), new, *[None] * count)
            for name, f in (("__repr__", repr), ("__str__", str)):
                if name in vars(cls):
                    with self.assertRaises(TypeError, msg=cls.__name__):
                        f(new)
            del new
        with self.assertRaisesRegex(TypeError, "not initialized"):
            ovnlite.Lab.__new__(ovnlite.Lab).ping("a", "b")
        with self.assertRaisesRegex(TypeError, "not initialized"):
            ovnlite.Tracer(ovnlite.Database.__new__(ovnlite.Database))
        with self.assertRaisesRegex(TypeError, "not initialized"):
            ovnlite.Expr("ip4").matches(ovnlite.FlowKey.__new__(ovnlite.FlowKey))
        with self.assertRaisesRegex(TypeError, "not initialized"):
            self.objects[ovnlite.Chassis].add_port("LSP1", ovnlite.TapPort.__new__(ovnlite.TapPort))
        with self.assertRaisesRegex(TypeError, "not initialized"):
            self.objects[ovnlite.Chassis].set_transport(ovnlite.UdpTunnel.__new__(ovnlite.UdpTunnel))
        with self.assertRaisesRegex(TypeError, "not initialized"):
            ovnlite.GeneveHeader(1, [ovnlite.GeneveOption.__new__(ovnlite.GeneveOption)])

    def test_subclasses_whose_init_is_not_called_or_fails(self):
        kept = []

        class Early(ovnlite.Lab):
            def __init__(self):  # pylint: disable=super-init-not-called
                kept.append(self)
                self.add_switch("LS1")

        class Never(ovnlite.Lab):
            def __init__(self):  # pylint: disable=super-init-not-called
                kept.append(self)

        for cls in (Early, Never):
            with self.assertRaises(TypeError):
                cls()
        with self.assertRaises(ovnlite.OutOfRangeError):
            ovnlite.Lab(underlay_loss=2)
        for lab in kept:
            with self.assertRaises(TypeError):
                lab.ping("a", "b")

    def test_subclasses_that_are_right(self):
        class Mine(ovnlite.Lab):
            def __new__(cls, name):
                return super().__new__(cls)

            def __init__(self, name):
                super().__init__(seed=3)
                self.name = name

        mine = Mine("mine")
        mine.add_switch("LS1")
        self.assertEqual(mine.name, "mine")
        self.assertEqual(repr(mine), "<Lab of 0 chassis and 0 hosts>")
        mine.__init__("again")  # Changes nothing.
        self.assertEqual([r.name for r in mine.nb.rows("Logical_Switch")], ["LS1"])

    def test_bases_and_metaclasses(self):
        bases = {b for cls in CLASSES for b in cls.__mro__} - set(CLASSES) - {object}
        self.assertEqual(len(bases), 1)
        for base in bases:
            for make in (base, lambda b=base: b.__new__(b), type("Derived", (base,), {})):
                with self.assertRaises(TypeError):
                    make()
            with self.assertRaises(TypeError):
                object.__new__(base)
        for cls in CLASSES:
            with self.assertRaises(TypeError):
                object.__new__(cls)
            with self.assertRaises(TypeError):
                cls.__new__(int)
            type(cls)("Made", (), {})()

    def test_nothing_is_pickled_or_copied(self):
        for cls, value in self.objects.items():
            for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
                with self.assertRaisesRegex(TypeError, "cannot pickle", msg=cls.__name__):
                    pickle.dumps(value, protocol)
            for f in (copy.copy, copy.deepcopy):
                with self.assertRaisesRegex(TypeError, "cannot pickle", msg=cls.__name__):
                    f(value)
        error = pickle.loads(pickle.dumps(ovnlite.NotFoundError("x")))
        self.assertEqual((type(error), str(error)), (ovnlite.NotFoundError, "x"))

    def test_messages_in_any_bytes(self):
        for data in (b"\xff\xfe\xfd", b"OVSDB JSON \xff\xff\n", b"\x00" * 50, "\N{SNOWMAN}".encode() * 20):
            with self.assertRaises(ovnlite.Error):
                ovnlite.Database.parse(data)


if __name__ == "__main__":
    unittest.main()
