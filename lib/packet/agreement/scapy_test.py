"""scapy reads our frames as we meant them, and would have written the same bytes.

Each line of 'frames scapy' is a frame and a Python expression about it. The expression must hold; and when scapy drops
every length and checksum and computes them anew, the bytes must come out unchanged.
"""
import logging
import subprocess
import sys

logging.getLogger("scapy").setLevel(logging.ERROR)
try:
    from scapy.all import *
    from scapy.contrib.geneve import GENEVE
    from scapy.contrib.igmp import IGMP
    from scapy.contrib.igmpv3 import *
except ImportError as error:
    print(f"SKIPPED: {error} (Debian package python3-scapy)")
    sys.exit(0)

COMPUTED = "chksum", "cksum", "len", "plen", "ihl", "dataofs", "optionlen"


def rebuilt(packet):
    """The packet's bytes with all computed fields computed by scapy."""
    packet = packet.copy()
    layer = packet
    while layer is not None and not isinstance(layer, NoPayload):
        if type(layer).__name__.endswith("error"): break  # A quoted datagram stays as it was.
        if isinstance(layer, IPv6ExtHdrFragment): break   # So does part of one.
        for field in COMPUTED:
            # Other headers call other things so; these are theirs.
            if field in layer.fields and not isinstance(layer, (IPv6ExtHdrHopByHop, IPv6ExtHdrDestOpt)) and (
                    not isinstance(layer, (ICMPv6NDOptSrcLLAddr, ICMPv6NDOptDstLLAddr, ICMPv6NDOptMTU, ICMPv6NDOptPrefixInfo))):
                delattr(layer, field)
        layer = layer.payload
    return raw(packet)


def main():
    lines = subprocess.run([sys.argv[1], "scapy"], check=True, capture_output=True, text=True).stdout.splitlines()
    failures = 0
    for line in lines:
        name, hexbytes, expression = line.split("\t")
        frame = bytes.fromhex(hexbytes)
        p = Ether(frame) if frame[12] * 256 + frame[13] >= 0x600 else Dot3(frame)
        try:
            holds = eval(expression)
        except Exception as error:
            holds = f"{type(error).__name__}: {error}"
        if holds is not True:
            failures += 1
            print(f"{name}: not so: {expression} ({holds})\n{hexbytes}\n{p.show(dump=True)}")
        again = rebuilt(p)
        if again != frame:
            failures += 1
            print(f"{name}: scapy writes\n{again.hex()}\nwe wrote\n{hexbytes}\n{p.show(dump=True)}")
    print(f"{len(lines)} frames, {failures} disagreements, scapy {conf.version}")
    return 1 if failures or len(lines) < 300 else 0


sys.exit(main())
