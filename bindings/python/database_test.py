"""Databases: rows, transactions, files."""

import hashlib
import ipaddress
import os
import pathlib
import tempfile
import unittest
import uuid
import warnings

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
        self.assertEqual([r.uuid for r in self.nb.find("Logical_Switch_Port", "enabled", "true")], [self.port])
        for column, value in (("enabled", "1"), ("enabled", "false"), ("tag", "7"), ("tag", "seven"), ("options", "c"), ("options:c", "")):
            self.assertEqual(self.nb.find("Logical_Switch_Port", column, value), [], column)
        self.assertEqual([r.uuid for r in self.nb.find("Logical_Switch_Port", "options", "b")], [self.port])
        self.assertEqual(self.nb.find("Logical_Switch", "ports", "no uuid"), [])
        self.assertIsNone(self.nb.get("Logical_Switch", self.port))
        for table, column in (("Nonsense", "name"), ("Logical_Switch", "nonsense"), ("Logical_Switch", "name:key")):
            with self.assertRaises(ovnlite.Error):
                self.nb.find(table, column, "x")

    def test_transactions(self):
        with self.nb.transaction() as t:
            t.update("Logical_Switch_Port", self.port, name="other", enabled=None, tag=7)
        port = self.nb.get("Logical_Switch_Port", self.port)
        self.assertEqual((port.name, port.enabled, port.tag), ("other", None, 7))
        self.assertEqual(self.nb.find("Logical_Switch_Port", "tag", "7"), [port])
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
        for columns, message in (({"addresses": ["a", "b", "a"]}, 'column addresses: set contains "a" twice'),
                                 ({"tag": 5000}, "column tag: 5000 is not in the valid range 1 to 4095")):
            with self.assertRaisesRegex(ovnlite.InvalidArgumentError, message):
                with self.nb.transaction() as t:
                    t.update("Logical_Switch_Port", self.port, name="new", **columns)
        with self.assertRaisesRegex(ovnlite.InvalidArgumentError, "column networks: the set must not be empty"):
            with self.nb.transaction() as t:
                t.insert("Logical_Router_Port", name="LRP1", mac="00:00:00:00:00:01")
        self.assertEqual([r.name for r in self.nb.rows("Logical_Switch_Port")], ["LSP1"])
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
            self.assertEqual(again.warnings, [])
            with self.assertRaises(ovnlite.NotFoundError) as caught:
                ovnlite.Database.load(os.path.join(folder, "missing.db"))
            self.assertIn("missing.db", caught.exception.place)
            with self.assertRaises(ovnlite.InvalidArgumentError):
                ovnlite.Database.parse(b"something else")

    def saved(self):
        with tempfile.NamedTemporaryFile() as f:
            self.nb.save(f.name)
            with open(f.name, "rb") as again:
                return again.read()

    def test_a_damaged_end_is_left_out_and_said(self):
        data = self.saved()
        with self.assertWarnsRegex(ovnlite.LoadWarning, r"^Database.parse: the end of the file is damaged.*: record 2 at byte \d+: "):
            cut = ovnlite.Database.parse(data[:-5])
        self.assertEqual(cut.rows("Logical_Switch"), [])  # They were in that record.
        self.assertEqual(len(cut.warnings), 1)
        with self.assertWarns(ovnlite.LoadWarning):
            zeros = ovnlite.Database.parse(data + bytes(4096))
        self.assertEqual([r.to_dict() for r in zeros.rows("Logical_Switch")], [r.to_dict() for r in self.nb.rows("Logical_Switch")])
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "cut.db")
            with open(path, "wb") as f:
                f.write(data[:-5])
            with self.assertWarnsRegex(ovnlite.LoadWarning, r"^Database.load\('.*/cut.db'\): the end of the file is damaged"):
                ovnlite.Database.load(path)
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                with self.assertRaises(ovnlite.LoadWarning):
                    ovnlite.Database.load(path)

    def test_damage_elsewhere_is_an_error(self):
        data = self.saved()
        with self.assertRaisesRegex(ovnlite.DataLossError, "^record 1 at byte 0: ") as caught:
            ovnlite.Database.parse(data[:300] + b"\0" + data[301:])
        self.assertIsInstance(caught.exception, ValueError)
        schema = len(ovnlite_schema(data))
        with self.assertRaisesRegex(ovnlite.DataLossError, f"^record 2 at byte {schema}: "):
            ovnlite.Database.parse(data[:-9] + b"\0" + data[-8:] + data[schema:])
        with self.assertRaisesRegex(ovnlite.InvalidArgumentError, "the schema has no tables"):
            text = b'{"name":"OVN_Northbound","version":"7.0.0","tables":{}}\n'
            ovnlite.Database.parse(b"OVSDB JSON %d %s\n%s" % (len(text), hashlib.sha1(text).hexdigest().encode(), text))

    def test_any_bytes(self):
        """Spoiled files are databases or errors of ours, whatever bytes are in them."""
        data = self.saved()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ovnlite.LoadWarning)
            for at in list(range(0, 80)) + list(range(80, len(data), 97)):
                for spoiled in (data[:at] + b"\xff" + data[at + 1:], data[:at] + b"\xc3\x28" + data[at:]):
                    self.attempt_to_parse(spoiled)
            # With right lengths and sums, so that it is the words that are wrong.
            schema = ovnlite_schema(data)
            for text in (b"\xff", b'{"\xff":5}', b'{"Logical_Switch":{"\xff":{}}}', b'{"\xc3\x28":{"x":{}}}',
                         b'{"Logical_Switch":{"11111111-1111-1111-1111-111111111111":{"name":"\xff"}}}',
                         b'{"Logical_Switch":{"11111111-1111-1111-1111-111111111111":{"\xff":"x"}}}',
                         b'{"Logical_Switch":{"11111111-1111-1111-1111-111111111111":{"name":["\xff"]}}}'):
                record = b"OVSDB JSON %d %s\n%s" % (len(text), hashlib.sha1(text).hexdigest().encode(), text)
                self.attempt_to_parse(schema + record)
                self.attempt_to_parse(record)

    def attempt_to_parse(self, data):
        try:
            database = ovnlite.Database.parse(data)
            str(database.warnings)
        except ovnlite.Error as error:
            str(error)

    def test_paths(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "nb.db")
            for same in (path, os.fsencode(path), pathlib.Path(path)):
                self.nb.save(same)
                self.assertEqual(repr(ovnlite.Database.load(same)), repr(self.nb))
                os.remove(path)
            for name in (b"\xff.db", "\udcff.db", "é.db"):  # Names need not be UTF-8.
                path = os.path.join(os.fsencode(folder), os.fsencode(name))
                self.nb.save(path)
                self.assertEqual(repr(ovnlite.Database.load(path)), repr(self.nb))
                os.remove(path)
                with self.assertRaises(ovnlite.NotFoundError):
                    ovnlite.Database.load(path)
            for use in (ovnlite.Database.load, self.nb.save, ovnlite.Lab().write_pcapng):
                for wrong in ("\ud800", "a\0b", os.path.join(folder, "nb.db\0")):
                    with self.assertRaises(ovnlite.InvalidArgumentError, msg=f"{use.__name__} {wrong!a}"):
                        use(wrong)
                for wrong in (None, 5, 1.5, ["x"]):
                    with self.assertRaises(TypeError, msg=f"{use.__name__} {wrong!a}"):
                        use(wrong)
                fifo = os.path.join(folder, "fifo")
                os.mkfifo(fifo)
                for special in (fifo, "/dev/null", folder):
                    with self.assertRaisesRegex(ovnlite.InvalidArgumentError, "not a regular file"):
                        use(special)
                os.remove(fifo)
            self.assertEqual(os.listdir(folder), [])

    def test_new_rows_have_new_uuids(self):
        data = self.saved()
        uuids = {self.port, self.switch}
        databases = [self.nb, ovnlite.Database.parse(data), ovnlite.Database.parse(data)]
        for database in databases:
            inserted = []
            for _ in range(3):
                with database.transaction() as t:
                    inserted += [t.insert("Logical_Switch", name="x"), t.insert("Address_Set", name=f"as{len(inserted)}")]
            self.assertEqual(len(uuids | set(inserted)), len(uuids) + len(inserted))
        # Neither that of a row deleted in the same transaction.
        again = ovnlite.Database.parse(data)
        with again.transaction() as t:
            t.delete("Logical_Switch", self.switch)
            for _ in range(5):
                self.assertNotIn(t.insert("Logical_Switch", name="x"), uuids)
        self.assertEqual(len(again.rows("Logical_Switch")), 5)

    def test_names_are_exact(self):
        def insert(table, **columns):
            with self.nb.transaction() as t:
                t.insert(table, **columns)

        for call, message in (
            (lambda: insert("Logical_Switch", nam="x"), 'table Logical_Switch has no column "nam"; did you mean "name"?'),
            (lambda: insert("Logical_Switch", acl=[]), 'table Logical_Switch has no column "acl"; did you mean "acls"?'),
            (lambda: insert("Logical_Switch", NAME="x"), 'table Logical_Switch has no column "NAME"'),
            (lambda: insert("Logical_Switch", zzzz="x"), 'table Logical_Switch has no column "zzzz"'),
            (lambda: insert("logical_switch", name="x"), 'OVN_Northbound has no table "logical_switch"; did you mean "Logical_Switch"'),
            (lambda: insert("Logical_Swich"), 'OVN_Northbound has no table "Logical_Swich"; did you mean "Logical_Switch"'),
            (lambda: self.nb.rows("ACLs"), 'OVN_Northbound has no table "ACLs"; did you mean "ACL"?'),
            (lambda: self.nb.find("Logical_Switch", "nam", "x"), 'table Logical_Switch has no column "nam"; did you mean "name"?'),
            (lambda: self.nb.rows("Logical_Switch")[0]["nam"], 'table Logical_Switch has no column "nam"; did you mean "name"?'),
        ):
            with self.assertRaises(ovnlite.NotFoundError) as caught:
                call()
            self.assertTrue(str(caught.exception).startswith(message), str(caught.exception))
        with self.assertRaisesRegex(AttributeError, 'did you mean "name"'):
            self.nb.rows("Logical_Switch")[0].nam
        self.assertEqual(len(self.nb.rows("Logical_Switch")), 1)

    def test_uuids_and_text_are_not_anything(self):
        with self.nb.transaction() as t:
            acl = t.insert("ACL", direction="to-lport", priority=1, match="ip", action="drop")
            t.update("Logical_Switch", self.switch, acls=[uuid.UUID(acl)])
        self.assertEqual(self.nb.rows("Logical_Switch")[0].acls, [acl])
        for columns in ({"acls": [5]}, {"acls": [None]}, {"name": b"LS"}, {"name": b"four"}):
            with self.assertRaises(TypeError):
                with self.nb.transaction() as t:
                    t.update("Logical_Switch", self.switch, **columns)
        for columns in ({"name": "\ud800"}, {"external_ids": {"\ud800": ""}}, {"\ud800": 5}):
            with self.assertRaises(ovnlite.Error):
                with self.nb.transaction() as t:
                    t.update("Logical_Switch", self.switch, **columns)

    def test_a_row_is_inserted_as_a_whole_or_not(self):
        with self.nb.transaction() as t:
            with self.assertRaises(TypeError):
                t.insert("Logical_Switch", name="LS2", other_config=5)
            with self.assertRaises(TypeError):
                t.update("Logical_Switch", self.switch, name="other", other_config=5)
        self.assertEqual([r.name for r in self.nb.rows("Logical_Switch")], ["LS1"])

    def test_a_transaction_begun_again(self):
        t = self.nb.transaction()
        with t:
            t.insert("Logical_Switch", name="first")
            with t:  # What was there before is given up.
                t.insert("Logical_Switch", name="second")
            with self.assertRaises(ovnlite.FailedPreconditionError):
                t.insert("Logical_Switch", name="third")
        self.assertEqual(sorted(r.name for r in self.nb.rows("Logical_Switch")), ["LS1", "second"])


def ovnlite_schema(data):
    """The first record of a database file."""
    end = data.index(b"\n") + 1
    return data[:end + int(data[:end].split()[2])]


if __name__ == "__main__":
    unittest.main()
