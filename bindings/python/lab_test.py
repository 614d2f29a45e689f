"""The lab: two hypervisors, a distributed router, experiments; traces; nothing held up meanwhile."""

import datetime
import ipaddress
import os
import tempfile
import time
import unittest

import ovnlite

from sample_lab import MICROFLOW, make_lab


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

    def test_check(self):
        lab = make_lab()
        self.assertEqual(lab.check(), [])
        with lab.nb.transaction() as t:
            port = lab.nb.find("Logical_Switch_Port", "name", "LSP1")[0]
            t.update("Logical_Switch_Port", port.uuid, addresses=["10.0.0.10"], options={"router-port": "lr9"})
        findings = lab.check()
        self.assertEqual([(f.severity, f.table, f.row, f.column, f.key, f.value) for f in findings], [
            ("error", "Logical_Switch_Port", "LSP1", "addresses", "", "10.0.0.10"),
            ("error", "Logical_Switch_Port", "LSP1", "options", "router-port", "lr9"),
        ])
        self.assertEqual(findings[0].uuid, port.uuid)
        self.assertEqual(
            str(findings[0]),
            'error: Logical_Switch_Port LSP1: addresses "10.0.0.10": no MAC address stands in front: it counts for nothing',
        )
        self.assertEqual(repr(findings[0]), "<Finding " + str(findings[0]) + ">")
        self.assertEqual(lab.nb.check(), findings)
        with self.assertRaises(ovnlite.FailedPreconditionError) as caught:
            lab.sb.check()
        self.assertEqual(caught.exception.place, "Database.check")

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

    def test_a_loss_has_a_reason(self):
        lab = make_lab()
        unrouted = lab.ping("VM-A", "172.16.0.1")
        self.assertFalse(unrouted)
        self.assertIn("on compute1: dropped by the lack of a route (lr_in_ip_routing: ", unrouted.reason)
        self.assertIn("0 of 1 answered; on compute1: dropped by", repr(unrouted))
        self.assertEqual(unrouted.replies[0].reason, unrouted.reason)
        self.assertEqual(lab.ping("VM-A", "VM-B").reason, "")
        self.assertIn("nobody answered the ARP request for 10.0.1.99", lab.send_udp("VM-A", "10.0.1.99", 7).reason)

    def test_what_meets_a_missing_part_raises(self):
        lab = make_lab()
        with lab.nb.transaction() as t:
            acl = t.insert(
                "ACL", direction="to-lport", priority=1000, match='outport == "LSP2" && icmp4', action="allow-related"
            )
            t.update("Logical_Switch", lab.nb.find("Logical_Switch", "name", "LS2")[0].uuid, acls=[acl])
        with self.assertRaisesRegex(ovnlite.UnimplementedError, "it met connection tracking, which ovnlite does not have"):
            lab.ping("VM-A", "VM-B")
        with self.assertRaises(ovnlite.UnimplementedError):
            bool(lab.explain("VM-A", "VM-B").ping)

    def test_loss(self):
        lost = make_lab(underlay_loss=1.0).ping("VM-A", "VM-B")
        self.assertFalse(lost)
        self.assertEqual(lost.reason, "lost on the underlay between compute1 and compute2")
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
        # An error of building belongs to the call that made it.
        with self.assertRaises(ovnlite.NotFoundError) as caught:
            lab.ping("VM-A", "10.0.0.1")
        self.assertEqual(str(caught.exception), 'there is no host "VM-A"')

    def test_addresses_of_no_station(self):
        lab = make_lab()
        for address in ("0.0.0.0", "224.0.0.1", "239.255.255.255", "255.255.255.255", "::", "ff02::1", b"\x00" * 4):
            with self.assertRaisesRegex(ovnlite.InvalidArgumentError, "^AddChassis compute3: encap_ip: .* is not the address of one"):
                lab.add_chassis("compute3", address)
            with self.assertRaisesRegex(ovnlite.InvalidArgumentError, "addresses: .* is not the address of one"):
                lab.add_host("VM-C", "LS1", "LSP3", "compute1", "00:00:00:00:00:0c", address)
        with self.assertRaisesRegex(ovnlite.InvalidArgumentError, "mac: 01:00:5e:00:00:01 is not the address of one"):
            lab.add_host("VM-C", "LS1", "LSP3", "compute1", "01:00:5e:00:00:01", "10.0.0.12/24")
        with self.assertRaisesRegex(ovnlite.InvalidArgumentError, "gateways: 224.0.0.1 is not the address of one"):
            lab.add_host("VM-C", "LS1", "LSP3", "compute1", "00:00:00:00:00:0c", "10.0.0.12/0", "224.0.0.1")
        with self.assertRaisesRegex(ovnlite.InvalidArgumentError, "networks: 224.0.0.1/24 is not the address of one"):
            lab.connect("LR1", "LS2", "00:00:00:00:ff:03", "224.0.0.1/24")
        with self.assertRaisesRegex(ovnlite.InvalidArgumentError, "mac: ff:ff:ff:ff:ff:ff is not the address of one"):
            lab.connect("LR1", "LS2", "ff:ff:ff:ff:ff:ff", "10.0.5.1/24")
        lab.add_chassis("compute3", "127.0.0.1")  # Chassis on one machine.
        self.assertEqual(len(lab.sb.rows("Chassis")), 3)
        self.assertEqual(len(lab.nb.rows("Logical_Switch_Port")), 4)

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

    def test_each_inserted_row_has_a_uuid_of_its_own(self):
        lab = make_lab()
        for _ in range(3):
            with lab.nb.transaction() as t:
                t.insert("Logical_Switch", name="more")
            lab.sync()
        lab.add_switch("LS3")
        with lab.nb.transaction() as t:
            t.insert("Logical_Switch", name="more")
        lab.sync()
        self.assertEqual(len(lab.nb.rows("Logical_Switch")), 7)

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


if __name__ == "__main__":
    unittest.main()
