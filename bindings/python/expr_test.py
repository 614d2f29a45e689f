"""Matches of OVN's language."""

import unittest

import ovnlite

WEB = ovnlite.FlowKey({"eth.type": 0x800, "ip4.src": "10.0.0.10", "ip4.dst": "10.0.1.20", "ip.proto": 6, "ip.ttl": 64,
                       "tcp.src": 40000, "tcp.dst": 80})


class ExprTest(unittest.TestCase):
    def test_matches(self):
        for text, expected in (
            ("ip4", True),
            ("tcp.dst == 80", True),
            ("tcp.dst == {80, 443} && ip4.src == 10.0.0.0/24", True),
            ("udp.dst == 80", False),
            ("ip6 || arp", False),
            ("!(ip4.dst == 10.0.1.0/24)", False),
            ("1", True),
        ):
            self.assertIs(ovnlite.Expr(text).matches(WEB), expected, text)
            self.assertIs(ovnlite.Expr(text).matches(WEB.compose()), expected, text)

    def test_ports(self):
        e = ovnlite.Expr('inport == "LSP1" && outport == {"LSP3", "LSP4"}')
        self.assertTrue(e.matches(WEB, inport="LSP1", outport="LSP3"))
        self.assertFalse(e.matches(WEB, inport="LSP1", outport="LSP2"))
        self.assertFalse(e.matches(WEB, inport="LSP2"))
        self.assertFalse(e.matches(WEB))
        resident = ovnlite.Expr('is_chassis_resident("gw")')
        self.assertTrue(resident.matches(WEB, resident=["gw"]))
        self.assertFalse(resident.matches(WEB))

    def test_sets(self):
        e = ovnlite.Expr("inport == @web && ip4.src == $clients", address_sets={"clients": ["10.0.0.0/24", "192.0.2.1"]},
                         port_groups={"web": ["LSP1", "LSP7"]})
        self.assertTrue(e.matches(WEB, inport="LSP7"))
        self.assertFalse(e.matches(WEB, inport="LSP2"))
        with self.assertRaises(ovnlite.InvalidArgumentError):
            ovnlite.Expr("ip4.src == $nobody")

    def test_steps(self):
        e = ovnlite.Expr("tcp.dst   ==   80 && ip4")
        self.assertEqual(e.text, "tcp.dst   ==   80 && ip4")
        self.assertEqual(str(e), "tcp.dst == 0x50 && ip4")  # As OVN writes it.
        self.assertEqual(repr(e), "Expr('tcp.dst   ==   80 && ip4')")
        self.assertIn("ip.proto == 0x6", e.annotated.replace("== 6", "== 0x6"))
        self.assertIn("eth.type == 0x800", e.normalized)
        self.assertEqual(e, ovnlite.Expr("tcp.dst == 80 && ip4"))
        self.assertEqual(len({e, ovnlite.Expr("tcp.dst == 80 && ip4")}), 1)
        self.assertNotEqual(e, ovnlite.Expr("ip4"))

    def test_errors_show_where(self):
        with self.assertRaises(ValueError) as caught:
            ovnlite.Expr("ip4.src == 10.0.0.1 && nonsense")
        self.assertIn("nonsense", str(caught.exception))
        self.assertIn("^", str(caught.exception))
        self.assertEqual(caught.exception.place, "Expr('ip4.src == 10.0.0.1 && nonsense')")
        with self.assertRaises(TypeError):
            ovnlite.Expr(5)


if __name__ == "__main__":
    unittest.main()
