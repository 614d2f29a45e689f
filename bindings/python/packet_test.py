"""Packets, keys, Geneve headers: bytes in every dress, and back."""

import ipaddress
import unittest

import ovnlite

PING = bytes.fromhex(
    "00000000ff0100000000000a08004500003000010000400165af0a00000a0a00011408004349000100017878787878787878787878787878787878787878"
)
TUNNELLED = bytes.fromhex(
    "aabbcc000002aabbcc00000108004500006a000040004011491bc0a8380bc0a8380c86c217c100567ea902406558000001000102800100020001"
    "00000000000b00000000ff02080045000030000100003f0166af0a00000a0a00011408004349000100017878787878787878787878787878787878787878"
)


class Bytes:
    """As Scapy's packets are."""

    def __bytes__(self):
        return PING


class PacketTest(unittest.TestCase):
    def test_describe_takes_packets_in_every_dress(self):
        text = ovnlite.describe(PING)
        self.assertIn("10.0.0.10 > 10.0.1.20: ICMP echo request, id 1, seq 1", text)
        for packet in (bytearray(PING), memoryview(PING), PING.hex(), PING.hex(":"), PING.hex(" ").upper(), Bytes()):
            self.assertEqual(ovnlite.describe(packet), text)
        self.assertIn("Geneve vni 0x1", ovnlite.describe(TUNNELLED))
        self.assertTrue(ovnlite.describe(b""))  # Any bytes have a text.

    def test_what_is_no_packet(self):
        for wrong in (5, None, 1.5, ["00"], object()):
            with self.assertRaises(TypeError):
                ovnlite.describe(wrong)
        for wrong in ("0", "00 zz"):
            with self.assertRaises(ovnlite.InvalidArgumentError):
                ovnlite.describe(wrong)

    def test_key(self):
        key = ovnlite.FlowKey.extract(PING)
        self.assertEqual(key["eth.type"], 0x800)
        self.assertEqual(key["eth.src"], 0x0A)
        self.assertEqual(key["ip4.dst"], int(ipaddress.ip_address("10.0.1.20")))
        self.assertEqual(key["ip.ttl"], 64)
        self.assertEqual(key["icmp4.type"], 8)
        self.assertEqual(key.fields()["ip.proto"], 1)
        self.assertNotIn("arp.spa", key.fields())
        self.assertIn("'ip4.dst': '10.0.1.20'", repr(key))
        self.assertEqual(ovnlite.FlowKey(key.fields()), key)
        with self.assertRaises(ovnlite.NotFoundError) as caught:
            key["ip.nonsense"]
        self.assertIn("ip.nonsense", str(caught.exception))

    def test_repr_of_a_key_makes_it_again(self):
        for packet in (PING, TUNNELLED):
            key = ovnlite.FlowKey.extract(packet)
            self.assertEqual(eval(repr(key), {"FlowKey": ovnlite.FlowKey}), key)

    def test_key_made_of_values_in_every_dress(self):
        for address in ("10.0.1.20", ipaddress.ip_address("10.0.1.20"), b"\x0a\x00\x01\x14", 0x0A000114):
            key = ovnlite.FlowKey({"eth.type": 0x800, "ip4.dst": address, "ip.ttl": 64})
            self.assertEqual(key["ip4.dst"], 0x0A000114)
        v6 = ovnlite.FlowKey({"eth.type": 0x86DD, "ip6.src": "fd00::1"})
        self.assertEqual(v6["ip6.src"], int(ipaddress.ip_address("fd00::1")))
        v6["eth.dst"] = "00:00:00:00:ff:01"
        self.assertEqual(v6["eth.dst"], 0xFF01)
        for field, value in (("ip.ttl", 256), ("ip4.dst", -1), ("ip4.dst", 1 << 32)):
            with self.assertRaises(ovnlite.OutOfRangeError):
                ovnlite.FlowKey({field: value})
        with self.assertRaises(ovnlite.InvalidArgumentError):
            ovnlite.FlowKey({"ip4.dst": "10.0.1"})
        with self.assertRaises(TypeError):
            ovnlite.FlowKey({"ip4.dst": "fd00::1"})

    def test_compose_is_the_way_back(self):
        key = ovnlite.FlowKey.extract(PING)
        self.assertEqual(ovnlite.FlowKey.extract(key.compose()), key)
        self.assertEqual(ovnlite.FlowKey.extract(key.compose(b"more")), key)

    def test_geneve(self):
        outer = TUNNELLED[14 + 20 + 8:]
        header = ovnlite.GeneveHeader.parse(outer)
        self.assertEqual(header.vni, 1)
        self.assertEqual(header.protocol, 0x6558)
        self.assertTrue(header.critical)
        self.assertFalse(header.control)
        self.assertEqual([(o.ingress, o.egress) for o in header.options], [(2, 1)])
        self.assertEqual(header.options[0].option_class, 0x0102)
        self.assertEqual(header.emit(), outer[:len(header)])
        self.assertIn("ICMP echo request", ovnlite.describe(outer[len(header):]))
        self.assertEqual(ovnlite.GeneveHeader(1, [ovnlite.GeneveOption.ovn(ingress=2, egress=1)]), header)
        self.assertEqual(repr(header), "GeneveHeader(vni=0x1, options=[GeneveOption.ovn(ingress=2, egress=1)])")
        self.assertIn("ingress 2, egress 1", str(header))

    def test_geneve_with_other_options(self):
        option = ovnlite.GeneveOption(0xFFFF, 0x01, b"abcd")
        header = ovnlite.GeneveHeader(0xABCDEF, [option, ovnlite.GeneveOption.ovn(1, 0x8000)])
        again = ovnlite.GeneveHeader.parse(bytes(header))
        self.assertEqual(again, header)
        self.assertEqual(again.options[0].data, b"abcd")
        self.assertIsNone(again.options[0].ingress)
        self.assertEqual(again.options[1].egress, 0x8000)
        self.assertFalse(ovnlite.GeneveHeader(1, [option]).critical)

    def test_geneve_that_is_wrong(self):
        for wrong in (b"", b"\x00" * 7, b"\x40" + b"\x00" * 7, b"\x3f" + b"\x00" * 7, "0240655800000100 01028001 0002"):
            with self.assertRaises(ovnlite.Error) as caught:
                ovnlite.GeneveHeader.parse(wrong)
            self.assertIsInstance(caught.exception, ValueError)
        with self.assertRaises(ovnlite.InvalidArgumentError):
            ovnlite.GeneveOption(1, 1, b"abc")
        with self.assertRaises(ovnlite.OutOfRangeError):
            ovnlite.GeneveHeader(1 << 24)
        with self.assertRaises(ovnlite.OutOfRangeError):
            ovnlite.GeneveHeader(1, [ovnlite.GeneveOption(1, 1, bytes(124))] * 2)

    def test_scapy(self):
        try:
            from scapy.layers.inet import ICMP, IP
            from scapy.layers.l2 import Ether
        except ImportError:
            print("SKIPPED: Scapy is not installed (Debian package python3-scapy)")
            return
        packet = Ether(src="00:00:00:00:00:0a", dst="00:00:00:00:ff:01") / IP(src="10.0.0.10", dst="10.0.1.20") / ICMP()
        self.assertIn("ICMP echo request", ovnlite.describe(packet))


class ErrorTest(unittest.TestCase):
    def test_tree(self):
        self.assertTrue(issubclass(ovnlite.NotFoundError, ovnlite.Error))
        self.assertTrue(issubclass(ovnlite.NotFoundError, LookupError))
        self.assertTrue(issubclass(ovnlite.InvalidArgumentError, ValueError))
        self.assertEqual(ovnlite.DataLossError.code, "DATA_LOSS")
        self.assertEqual(ovnlite.Error.__module__, "ovnlite")

    def test_code_and_place(self):
        with self.assertRaises(ovnlite.Error) as caught:
            ovnlite.GeneveHeader.parse(b"")
        self.assertEqual(caught.exception.code, "OUT_OF_RANGE")
        self.assertEqual(caught.exception.place, "GeneveHeader.parse")


if __name__ == "__main__":
    unittest.main()
