"""OVN without its daemons: build logical networks, run packets through them, trace them.

    import ovnlite

    lab = ovnlite.Lab()
    lab.add_chassis("compute1", "192.168.56.11")
    ...
    assert lab.ping("VM-A", "10.0.1.20")

Addresses may be text, bytes, or objects of `ipaddress`; packets bytes, hexadecimal text, or whatever has `__bytes__`
(Scapy's packets). Every error is an `ovnlite.Error`, and a built-in exception of its kind too. docs/python.md tells more.
"""

from ovnlite import _ovnlite
from ovnlite._ovnlite import *  # noqa: F401,F403

__version__: str = _ovnlite.__version__
__all__ = [name for name in dir(_ovnlite) if not name.startswith("_")]
