"""The lab: two hypervisors, a distributed router, experiments; traces; nothing held up meanwhile."""

import datetime
import ipaddress
import os
import tempfile
import threading
import time
import unittest

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


class LabTest(unittest.TestCase):
    def test_ping(self):
        lab = make_lab()
        for destination in ("10.0.1.20", "VM-B", ipaddress.ip_address("10.0.1.20"), b"\x0a\x00\x01\x14"):
            result = lab.ping("VM-A", destination, count=3, interval=0.2)
            self.assertTrue(result)
            self.assertEqual((result.sent, result.received, result.host), (3, 3, "VM-A"))
            self.assertEqual(result.destination, ipaddress.ip_address("10.0.1.20"))
        reply = result.replies[0]
        self.assertEqual((reply.kind, reply.sender, reply.ttl), ("echo", ipaddress.ip_address("10.0.1.20"), 63))
        self.assertGreater(reply.round_trip, 0)
        self.assertEqual(repr(result), "<PingResult VM-A to 10.0.1.20: 3 of 3 answered>")
        self.assertIn("10.0.1.20", str(result))
        self.assertEqual(lab.neighbors("VM-A"), {ipaddress.ip_address("10.0.0.1"): "00:00:00:00:ff:01"})

    def test_ping_that_fails(self):
        lab = make_lab()
        self.assertFalse(lab.ping("VM-A", "10.0.1.99", timeout=datetime.timedelta(seconds=0.5)))
        expired = lab.ping("VM-A", "10.0.1.20", ttl=1)
        self.assertFalse(expired)
        self.assertEqual((expired.replies[0].kind, expired.replies[0].icmp_type), ("error", 11))
        self.assertEqual(expired.replies[0].sender, ipaddress.ip_address("10.0.0.1"))
        with self.assertRaises(ovnlite.NotFoundError) as caught:
            lab.ping("VM-Z", "10.0.1.20")
        self.assertEqual(caught.exception.place, "Lab.ping")
        with self.assertRaises(ovnlite.Error):
            lab.ping("VM-A", "not an address")
        with self.assertRaises(TypeError):
            lab.ping("VM-A", 5.5)
        with self.assertRaises(ovnlite.OutOfRangeError):
            lab.ping("VM-A", "VM-B", count=0)
        with self.assertRaises(ovnlite.OutOfRangeError):
            lab.ping("VM-A", "VM-B", timeout=-1)

    def test_loss(self):
        self.assertFalse(make_lab(underlay_loss=1.0).ping("VM-A", "VM-B"))
        with self.assertRaises(ovnlite.OutOfRangeError):
            ovnlite.Lab(underlay_loss=2)

    def test_udp(self):
        lab = make_lab()
        echo = lab.send_udp("VM-A", "VM-B", 7, b"hello")
        self.assertTrue(echo)
        self.assertEqual((echo.payload, echo.sender), (b"hello", ipaddress.ip_address("10.0.1.20")))
        refused = lab.send_udp("VM-A", "VM-B", 9, b"hello")
        self.assertFalse(refused)
        self.assertEqual((refused.refused, refused.icmp_type, refused.icmp_code), (True, 3, 3))

    def test_building_wrongly(self):
        lab = ovnlite.Lab()
        lab.add_switch("LS1")
        with self.assertRaises(ovnlite.AlreadyExistsError) as caught:
            lab.add_switch("LS1")
        self.assertEqual(caught.exception.place, "Lab.add_switch")

    def test_same_seed_same_bytes(self):
        captures = []
        for _ in range(2):
            lab = make_lab(seed=7, underlay_loss=0.5)
            lab.ping("VM-A", "VM-B", count=20)
            captures.append(lab.pcapng())
        self.assertEqual(captures[0], captures[1])
        self.assertGreater(len(captures[0]), 1000)

    def test_capture(self):
        lab = make_lab()
        lab.ping("VM-A", "VM-B")
        data = lab.pcapng()
        self.assertEqual(data[:4], b"\x0a\x0d\x0d\x0a")  # A section header block of pcapng.
        self.assertIn(b"compute1.underlay", data)
        self.assertIn((6081).to_bytes(2, "big"), data)
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "lab.pcapng")
            lab.write_pcapng(path)
            with open(path, "rb") as f:
                self.assertEqual(f.read(), data)
            with self.assertRaises(ovnlite.Error):
                lab.write_pcapng(os.path.join(folder, "missing", "lab.pcapng"))

    def test_frames(self):
        lab = make_lab()
        arp = ovnlite.FlowKey({"eth.src": "00:00:00:00:00:0a", "eth.dst": "ff:ff:ff:ff:ff:ff", "eth.type": 0x806,
                               "arp.op": 1, "arp.sha": "00:00:00:00:00:0a", "arp.spa": "10.0.0.10", "arp.tpa": "10.0.0.1"})
        before = len(lab.pcapng())
        lab.send_frame("VM-A", arp.compose())
        lab.run(1)
        self.assertGreater(len(lab.pcapng()), before)
        with self.assertRaises(ovnlite.NotFoundError):
            lab.send_frame("VM-Z", arp.compose())

    def test_explain(self):
        lab = make_lab()
        narrative = lab.explain("VM-A", "VM-B")
        self.assertTrue(narrative.ping)
        journey = next(j for j in narrative.journeys if not j.minor)
        self.assertIn("LR1", journey.path)
        self.assertIn("Geneve", journey.path)
        self.assertGreaterEqual(len(journey.steps), 6)
        self.assertIn("LS1", str(narrative))
        self.assertTrue(narrative.to_json().lstrip().startswith("{"))
        diagnostics = lab.diagnose("compute1")
        self.assertIn("Geneve", str([str(d) for d in diagnostics]))
        with self.assertRaises(ovnlite.NotFoundError):
            lab.diagnose("compute9")

    def test_migration(self):
        lab = make_lab()
        self.assertTrue(lab.ping("VM-A", "VM-B"))
        lab.move_host("VM-B", "compute1")
        self.assertTrue(lab.ping("VM-A", "VM-B"))

    def test_databases_of_the_lab(self):
        lab = make_lab()
        lab.sync()
        sb = lab.sb
        binding = sb.find("Port_Binding", "logical_port", "LSP1")[0]
        self.assertEqual(sb.get("Chassis", binding.chassis).name, "compute1")
        self.assertEqual(sorted(r.name for r in lab.nb.rows("Logical_Switch")), ["LS1", "LS2"])
        with lab.nb.transaction() as t:
            switch = lab.nb.find("Logical_Switch", "name", "LS2")[0]
            acl = t.insert("ACL", direction="to-lport", priority=1000, match="icmp4", action="drop")
            t.update("Logical_Switch", switch.uuid, acls=[acl])
        del lab
        self.assertEqual(len(sb.rows("Chassis")), 2)  # It keeps its lab.

    def test_with(self):
        with make_lab() as lab:
            self.assertTrue(lab.ping("VM-A", "VM-B"))
            self.assertEqual(repr(lab), "<Lab of 2 chassis and 2 hosts>")

    def test_virtual_time(self):
        lab = make_lab()
        began = time.monotonic()
        before = lab.now
        lab.run(datetime.timedelta(hours=1))
        self.assertAlmostEqual(lab.now - before, 3600)
        self.assertLess(time.monotonic() - began, 60)


class TraceTest(unittest.TestCase):
    def test_trace(self):
        lab = make_lab()
        trace = lab.trace(MICROFLOW)
        self.assertEqual(trace.outputs, ["LSP2"])
        self.assertIn('output to "LSP2"', str(trace))
        self.assertTrue(str(trace).startswith("# icmp,"))
        self.assertLess(len(trace.text("minimal")), len(trace.text("detailed")))
        self.assertIn("LSP2", repr(trace))
        self.assertEqual(trace.key["ip.ttl"], 64)
        self.assertEqual(trace.warnings, [])
        self.assertTrue(trace.to_json().startswith("{"))
        node = trace.root.children[0]
        self.assertEqual((node.kind, node.pipeline, node.port), ("pipeline", "ingress", "LSP1"))
        flow = node.children[0].logical_flow
        self.assertEqual(lab.sb.get("Logical_Flow", flow).pipeline, "ingress")
        with self.assertRaises(ovnlite.InvalidArgumentError):
            trace.text("nonsense")

    def test_trace_follows_edits(self):
        lab = make_lab()
        self.assertEqual(lab.trace(MICROFLOW).outputs, ["LSP2"])
        with lab.nb.transaction() as t:
            lsp1 = lab.nb.find("Logical_Switch_Port", "name", "LSP1")[0]
            t.update("Logical_Switch_Port", lsp1.uuid, port_security=["00:00:00:00:00:0c"])
        self.assertEqual(lab.trace(MICROFLOW).outputs, [])

    def test_physical(self):
        lab = make_lab()
        self.assertEqual(lab.trace(MICROFLOW).physical(), "")
        self.assertIn("compute2", lab.trace(MICROFLOW, physical=True).physical())

    def test_tracer_of_a_database(self):
        lab = make_lab()
        lab.sync()
        tracer = ovnlite.Tracer(lab.sb)
        del lab
        self.assertEqual(tracer.run(MICROFLOW, "LS1").outputs, ["LSP2"])
        with self.assertRaises(ovnlite.Error) as caught:
            tracer.run("ip4 &&")
        self.assertIn("ip4 &&", caught.exception.place)
        with self.assertRaises(ovnlite.Error):
            tracer.run(MICROFLOW, ct=["nonsense"])
        with self.assertRaises(ovnlite.InvalidArgumentError):
            ovnlite.Tracer(ovnlite.Database.northbound())


class ThreadTest(unittest.TestCase):
    def test_python_goes_on_while_a_lab_runs(self):
        lab = make_lab()
        lab.ping("VM-A", "VM-B")
        running = threading.Event()
        done = threading.Event()

        def work():
            running.set()
            lab.ping("VM-A", "VM-B", count=3_000, interval=0.001)
            done.set()

        thread = threading.Thread(target=work)
        thread.start()
        running.wait()
        turns = 0
        while not done.is_set():
            turns += 1
            time.sleep(0.001)
        thread.join()
        # With the GIL held there would be one or two.
        self.assertGreater(turns, 10)

    def test_one_lab_from_many_threads(self):
        lab = make_lab()
        results = []

        def work():
            for _ in range(5):
                results.append(bool(lab.ping("VM-A", "VM-B")))
                results.append(lab.trace(MICROFLOW).outputs == ["LSP2"])
                results.append(len(lab.sb.rows("Port_Binding")) == 6)

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(results, [True] * 60)


if __name__ == "__main__":
    unittest.main()
