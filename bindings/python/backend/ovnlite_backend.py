"""The build backend of the Python package (PEP 517): compiles the extension with CMake and packs a wheel.

It needs nothing but Python itself, cmake, ninja, a compiler, and the libraries that Debian has. OVNLITE_BUILD names a
folder to compile in, and to find what was compiled before; without it a temporary one is used.
"""

import base64
import hashlib
import os
import re
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
import zipfile

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..", ".."))
PACKAGE = os.path.join(ROOT, "bindings", "python", "package")


def _version():
    with open(os.path.join(ROOT, "include", "ovnlite", "version.h"), encoding="utf-8") as file:
        return re.search(r'^#define OVNLITE_VERSION "(.*)"$', file.read(), re.MULTILINE).group(1)


def _read(path):
    with open(path, "rb") as file:
        return file.read()


def _compile(folder):
    cmake = ["cmake", "-S", ROOT, "-B", folder, "-G", "Ninja", "-DOVNLITE_PYTHON=ON", f"-DPython_EXECUTABLE={sys.executable}"]
    subprocess.run(cmake, check=True)
    subprocess.run(["cmake", "--build", folder, "--target", "_ovnlite"], check=True)
    return _read(os.path.join(folder, "python", "ovnlite", "_ovnlite.so"))


def _extension():
    if os.environ.get("OVNLITE_BUILD"):
        return _compile(os.environ["OVNLITE_BUILD"])
    with tempfile.TemporaryDirectory() as folder:
        return _compile(folder)


def _tag():
    python = f"cp{sys.version_info.major}{sys.version_info.minor}"
    return f"{python}-{python}-{sysconfig.get_platform().replace('-', '_').replace('.', '_')}"


def _files():
    info = f"ovnlite-{_version()}.dist-info"
    package = {f"ovnlite/{name}": _read(os.path.join(PACKAGE, name)) for name in sorted(os.listdir(PACKAGE))
               if name.endswith((".py", ".pyi", ".typed"))}

    package["ovnlite/_ovnlite.so"] = _extension()
    package[f"{info}/METADATA"] = (
        f"Metadata-Version: 2.1\nName: ovnlite\nVersion: {_version()}\nSummary: OVN without its daemons\n"
        "License: Apache-2.0\nRequires-Python: >=3.11\n"
    ).encode()
    package[f"{info}/WHEEL"] = (
        f"Wheel-Version: 1.0\nGenerator: ovnlite_backend\nRoot-Is-Purelib: false\nTag: {_tag()}\n"
    ).encode()
    package[f"{info}/entry_points.txt"] = b"[pytest11]\novnlite = ovnlite.pytest_plugin\n"
    package[f"{info}/LICENSE"] = _read(os.path.join(ROOT, "LICENSE"))
    return info, package


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    info, package = _files()
    name = f"ovnlite-{_version()}-{_tag()}.whl"
    record = []
    with zipfile.ZipFile(os.path.join(wheel_directory, name), "w", zipfile.ZIP_DEFLATED) as wheel:
        for path, data in package.items():
            # The same bytes whenever the same is built.
            entry = zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0))
            entry.external_attr = (0o755 if path.endswith(".so") else 0o644) << 16
            wheel.writestr(entry, data, zipfile.ZIP_DEFLATED)
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            record.append(f"{path},sha256={digest},{len(data)}")
        record.append(f"{info}/RECORD,,")
        wheel.writestr(zipfile.ZipInfo(f"{info}/RECORD", (1980, 1, 1, 0, 0, 0)), "\n".join(record) + "\n")
    return name


def build_sdist(sdist_directory, config_settings=None):
    """What an installation is compiled from: sources, headers, schema, licence."""
    base = f"ovnlite-{_version()}"
    name = f"{base}.tar.gz"
    parts = ["CMakeLists.txt", "LICENSE", "README.md", "pyproject.toml", "bindings/python", "include", "lib", "third_party",
             "tools"]

    def keep(entry):
        return None if "/__pycache__" in entry.name or "/corpus/" in entry.name or "/testdata" in entry.name else entry

    with tarfile.open(os.path.join(sdist_directory, name), "w:gz", format=tarfile.PAX_FORMAT) as archive:
        for part in parts:
            archive.add(os.path.join(ROOT, part), f"{base}/{part}", filter=keep)
        info = f"Metadata-Version: 2.1\nName: ovnlite\nVersion: {_version()}\n".encode()
        with tempfile.NamedTemporaryFile() as file:
            file.write(info)
            file.flush()
            archive.add(file.name, f"{base}/PKG-INFO")
    return name
