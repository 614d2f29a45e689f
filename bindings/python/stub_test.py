"""The stub says what the module has, and nothing else; with mypy at hand, its stubtest agrees."""

import ast
import importlib.util
import inspect
import os
import subprocess
import sys
import unittest

import ovnlite
from ovnlite import _ovnlite

STUB = os.path.join(os.path.dirname(_ovnlite.__file__), "_ovnlite.pyi")


def names_in_stub():
    """{"Lab": {"ping", …}, "describe": None, …}"""
    with open(STUB, encoding="utf-8") as f:
        tree = ast.parse(f.read())
    names = {}
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            members = {n.name for n in node.body if isinstance(n, ast.FunctionDef)}
            members |= {n.target.id for n in node.body if isinstance(n, ast.AnnAssign)}
            names[node.name] = members
        elif isinstance(node, ast.FunctionDef):
            names[node.name] = None
    return names


# What every class has, or pybind11 gives it.
ORDINARY = {"__doc__", "__module__", "__init__", "__new__", "__repr__", "__str__", "__eq__", "__hash__", "__weakref__"}


def names_in_module():
    names = {}
    for name, value in vars(_ovnlite).items():
        if name.startswith("_"):
            continue
        if inspect.isclass(value):
            names[name] = {m for m in vars(value) if m not in ORDINARY and not m.startswith("_pybind11")}
        else:
            names[name] = None
    return names


class StubTest(unittest.TestCase):
    def test_same_names(self):
        stub = names_in_stub()
        module = names_in_module()
        self.assertEqual(sorted(stub), sorted(module))
        for name, members in module.items():
            if members is None or issubclass(getattr(_ovnlite, name), Exception):
                continue
            self.assertEqual(sorted(stub[name] - ORDINARY), sorted(members), name)

    def test_same_bases_of_errors(self):
        with open(STUB, encoding="utf-8") as f:
            tree = ast.parse(f.read())
        seen = 0
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and node.name.endswith("Error"):
                bases = [b.id for b in node.bases]
                self.assertEqual([b.__name__ for b in getattr(ovnlite, node.name).__bases__], bases, node.name)
                seen += 1
        self.assertEqual(seen, 16)

    def test_package_offers_everything(self):
        for name in names_in_module():
            self.assertIn(name, ovnlite.__all__)
            self.assertIs(getattr(ovnlite, name), getattr(_ovnlite, name))
        self.assertTrue(os.path.exists(os.path.join(os.path.dirname(ovnlite.__file__), "py.typed")))

    def test_everything_says_what_it_is(self):
        for name, members in names_in_module().items():
            value = getattr(_ovnlite, name)
            self.assertTrue(value.__doc__, name)

    def test_stubtest_of_mypy(self):
        if importlib.util.find_spec("mypy") is None:
            print("SKIPPED: mypy is not installed (Debian package mypy)")
            return
        # Classes have pybind11's metaclass, and operators pybind11's names of parameters.
        allowed = os.path.join(os.environ.get("TEST_TMPDIR", "/tmp"), "stubtest_allowed")
        with open(allowed, "w", encoding="utf-8") as f:
            f.write(r"ovnlite\._ovnlite\.[A-Za-z]+" "\n")
            f.write(r"ovnlite\._ovnlite\..*\.__(init|eq|hash|new|getitem|setitem|getattr|enter|exit|bool|len|iter|bytes)__" "\n")
        done = subprocess.run(
            [sys.executable, "-m", "mypy.stubtest", "ovnlite._ovnlite", "--allowlist", allowed,
             "--ignore-unused-allowlist", "--ignore-missing-stub", "--ignore-positional-only"],
            capture_output=True, text=True, cwd=os.environ.get("TEST_TMPDIR"), check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
