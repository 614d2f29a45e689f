"""The pytest plugin, run on tests that pass and on tests that fail."""

import os
import subprocess
import sys
import tempfile
import textwrap
import unittest

TOPOLOGY = '''
TOPOLOGY = {
    "chassis": {"compute1": "192.168.56.11", "compute2": "192.168.56.12"},
    "switches": ["LS1", "LS2"],
    "routers": ["LR1"],
    "connect": [
        ("LR1", "LS1", "00:00:00:00:ff:01", "10.0.0.1/24"),
        ("LR1", "LS2", "00:00:00:00:ff:02", "10.0.1.1/24"),
    ],
    "hosts": {
        "VM-A": ("LS1", "LSP1", "compute1", "00:00:00:00:00:0a", "10.0.0.10/24", "10.0.0.1"),
        "VM-B": ("LS2", "LSP2", "compute2", "00:00:00:00:00:0b", "10.0.1.20/24", "10.0.1.1"),
    },
}


def block(lab):
    with lab.nb.transaction() as t:
        acl = t.insert("ACL", direction="to-lport", priority=1000, match='outport == "LSP2" && ip4', action="drop",
                       name="nobody")
        t.update("Logical_Switch", lab.nb.find("Logical_Switch", "name", "LS2")[0].uuid, acls=[acl])
'''


class PluginTest(unittest.TestCase):
    def run_pytest(self, tests, *options, topology=TOPOLOGY):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "test_network.py")
            with open(path, "w", encoding="utf-8") as file:
                file.write("from ovnlite.pytest_plugin import reachability\n" + topology + textwrap.dedent(tests))
            command = [sys.executable, "-m", "pytest", "-p", "ovnlite.pytest_plugin", "-p", "no:cacheprovider", "-q"]
            done = subprocess.run(command + list(options) + [path], capture_output=True, text=True, cwd=folder, check=False)
            return done.returncode, done.stdout + done.stderr

    def test_what_is_reached_passes(self):
        code, text = self.run_pytest(
            """
            def test_ping(lab, reachable):
                assert reachable("VM-A", "VM-B")
                assert reachable("VM-A", "VM-B", udp=7)
                assert reachable("VM-A", "VM-B", udp=9)
                block(lab)
                assert not reachable("VM-A", "VM-B")
                assert not reachable("VM-A", "VM-B", udp=7)

            def test_matrix(lab):
                assert reachability(lab) == {("VM-A", "VM-B"): True, ("VM-B", "VM-A"): True}
                assert str(reachability(lab)) == "      VM-A VM-B\\nVM-A   -    x\\nVM-B   x    -"
            """
        )
        self.assertEqual(code, 0, text)
        self.assertIn("2 passed", text)

    def test_a_failure_shows_the_reason_and_leaves_artifacts(self):
        with tempfile.TemporaryDirectory() as artifacts:
            code, text = self.run_pytest(
                """
                def test_ping(lab, reachable):
                    block(lab)
                    assert reachable("VM-A", "VM-B")
                """,
                f"--ovnlite-artifacts={artifacts}",
            )
            self.assertEqual(code, 1, text)
            self.assertIn('dropped by ACL "nobody"', text)
            (folder,) = os.listdir(artifacts)
            files = {}
            for name in os.listdir(os.path.join(artifacts, folder)):
                with open(os.path.join(artifacts, folder, name), "rb") as file:
                    files[name] = file.read()
            self.assertEqual(sorted(files), ["capture.pcapng", "reason.txt", "trace.txt"])
            self.assertIn(b'VM-A does not reach VM-B by ping: on compute2: dropped by ACL "nobody"', files["reason.txt"])
            self.assertIn(b'dropped by ACL "nobody"', files["trace.txt"].replace(b"\n", b" ").replace(b"  ", b" "))
            self.assertEqual(files["capture.pcapng"][:4], b"\x0a\x0d\x0d\x0a")

    def test_a_matrix_that_differs_says_where_and_why(self):
        code, text = self.run_pytest(
            """
            def test_matrix(lab):
                block(lab)
                assert reachability(lab) == {("VM-A", "VM-B"): True, ("VM-B", "VM-A"): False}
            """
        )
        self.assertEqual(code, 1, text)
        self.assertIn("VM-A -> VM-B: not reached: on compute2: dropped by ACL", text)
        self.assertNotIn("VM-B -> VM-A", text)

    def test_a_misspelt_host_does_not_pass_as_unreachable(self):
        code, text = self.run_pytest(
            """
            def test_ping(lab, reachable):
                assert not reachable("VM-A", "VM-C")
            """
        )
        self.assertEqual(code, 1, text)
        self.assertIn("neither a host nor an address", text)

    def test_a_topology_may_be_a_function_and_is_checked(self):
        code, text = self.run_pytest(
            "def test_ping(lab, reachable): assert lab.hosts == ['a']",
            topology="""
def TOPOLOGY(lab):
    lab.add_chassis("hv", "192.0.2.1")
    lab.add_switch("s")
    lab.add_host("a", "s", "a", "hv", "02:00:00:00:00:01", "10.0.0.1/24")
""",
        )
        self.assertEqual(code, 0, text)
        code, text = self.run_pytest("def test_ping(lab): pass", topology='TOPOLOGY = {"swiches": []}\n')
        self.assertEqual(code, 1, text)
        self.assertIn("'swiches', which is none of", text)


if __name__ == "__main__":
    unittest.main()
