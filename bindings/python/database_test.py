"""Databases: rows, transactions, files."""

import ipaddress
import os
import tempfile
import unittest
import uuid

import ovnlite


class DatabaseTest(unittest.TestCase):
    def setUp(self):
        self.nb = ovnlite.Database.northbound()
        with self.nb.transaction() as t:
            self.port = t.insert("Logical_Switch_Port", name="LSP1", addresses=["00:00:00:00:00:0a 10.0.0.10"], enabled=True,
                                 options={"b": "2", "a": "1"})
            self.switch = t.insert("Logical_Switch", name="LS1", ports=[self.port])

    def test_rows(self):
        self.assertEqual(self.nb.name, "OVN_Northbound")
        self.assertEqual(self.nb.version, "7.0.0")
        self.assertIn("Logical_Router_Port", self.nb.tables)
        self.assertEqual(repr(self.nb), "<OVN_Northbound database, 2 rows>")
        (switch,) = self.nb.rows("Logical_Switch")
        self.assertEqual(switch.name, "LS1")
        self.assertEqual(switch["ports"], [self.port])
        self.assertEqual(switch.uuid, self.switch)
        self.assertEqual(str(uuid.UUID(switch.uuid)), switch.uuid)
        self.assertEqual(repr(switch), f"<Logical_Switch {self.switch[:8]} name='LS1'>")
        port = self.nb.get("Logical_Switch_Port", self.port)
        self.assertEqual(port.addresses, ["00:00:00:00:00:0a 10.0.0.10"])
        self.assertIs(port.enabled, True)
        self.assertIsNone(port.up)
        self.assertEqual(list(port.options.items()), [("a", "1"), ("b", "2")])
        self.assertEqual(dict(port), port.to_dict())
        self.assertEqual(len(port), len(port.keys()))
        self.assertEqual(port, self.nb.rows("Logical_Switch_Port")[0])
        with self.assertRaises(AttributeError):
            port.nonsense
        with self.assertRaises(ovnlite.NotFoundError):
            port["nonsense"]

    def test_find(self):
        self.assertEqual([r.uuid for r in self.nb.find("Logical_Switch_Port", "name", "LSP1")], [self.port])
        self.assertEqual([r.uuid for r in self.nb.find("Logical_Switch", "ports", self.port)], [self.switch])
        self.assertEqual([r.uuid for r in self.nb.find("Logical_Switch_Port", "options:a", "1")], [self.port])
        self.assertEqual(self.nb.find("Logical_Switch_Port", "options:a", "2"), [])
        self.assertIsNone(self.nb.get("Logical_Switch", self.port))
        for table, column in (("Nonsense", "name"), ("Logical_Switch", "nonsense"), ("Logical_Switch", "name:key")):
            with self.assertRaises(ovnlite.Error):
                self.nb.find(table, column, "x")

    def test_transactions(self):
        with self.nb.transaction() as t:
            t.update("Logical_Switch_Port", self.port, name="other", enabled=None, tag=7)
        port = self.nb.get("Logical_Switch_Port", self.port)
        self.assertEqual((port.name, port.enabled, port.tag), ("other", None, 7))
        with self.nb.transaction() as t:
            t.delete("Logical_Switch", self.switch)
        self.assertEqual(self.nb.rows("Logical_Switch_Port"), [])  # Nobody needs it any more.

    def test_all_or_nothing(self):
        with self.assertRaises(ZeroDivisionError):
            with self.nb.transaction() as t:
                t.insert("Logical_Switch", name="LS2")
                1 / 0
        with self.assertRaises(ovnlite.FailedPreconditionError) as caught:
            with self.nb.transaction() as t:
                t.insert("Logical_Switch", name="LS3")
                t.insert("Logical_Switch", name="LS4", ports=["00000000-0000-0000-0000-000000000001"])
        self.assertIn("referential integrity", str(caught.exception))
        self.assertEqual([r.name for r in self.nb.rows("Logical_Switch")], ["LS1"])
        with self.assertRaises(ovnlite.FailedPreconditionError):
            self.nb.transaction().insert("Logical_Switch", name="LS5")

    def test_values_of_the_wrong_type(self):
        for columns in ({"name": 5}, {"tag": "7"}, {"enabled": 1}, {"options": ["a"]}, {"options": {"a": 1}}):
            with self.assertRaises(TypeError):
                with self.nb.transaction() as t:
                    t.update("Logical_Switch_Port", self.port, **columns)
        for columns in ({"tag": 5000}, {"tag": 1 << 70}, {"dhcpv4_options": "no uuid"}):
            with self.assertRaises(ovnlite.Error):
                with self.nb.transaction() as t:
                    t.update("Logical_Switch_Port", self.port, **columns)

    def test_addresses_of_ipaddress(self):
        with self.nb.transaction() as t:
            t.insert("Address_Set", name="as1", addresses=[ipaddress.ip_address("10.0.0.1"), "10.0.0.2"])
        self.assertEqual(self.nb.rows("Address_Set")[0].addresses, ["10.0.0.1", "10.0.0.2"])

    def test_files(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "nb.db")
            self.nb.save(path)
            again = ovnlite.Database.load(path)
            self.assertEqual([r.to_dict() for t in again.tables for r in again.rows(t)],
                             [r.to_dict() for t in self.nb.tables for r in self.nb.rows(t)])
            with open(path, "rb") as f:
                data = f.read()
            self.assertEqual(repr(ovnlite.Database.parse(data)), repr(again))
            # A damaged end is left out; the rows were in that record.
            self.assertEqual(ovnlite.Database.parse(data[:-5]).rows("Logical_Switch"), [])
            with self.assertRaises(ovnlite.NotFoundError) as caught:
                ovnlite.Database.load(os.path.join(folder, "missing.db"))
            self.assertIn("missing.db", caught.exception.place)
            with self.assertRaises(ovnlite.InvalidArgumentError):
                ovnlite.Database.parse(b"something else")


if __name__ == "__main__":
    unittest.main()
