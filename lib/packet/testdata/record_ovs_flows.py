#!/usr/bin/python3
"""Records how a real Open vSwitch reads frames: the source of ovs_flows.txt.

usage: record_ovs_flows.py COUNT [PCAP...] > ovs_flows.txt

Starts ovs-vswitchd on its dummy datapath (no privileges beyond a writable /tmp; Debian: openvswitch-switch, python3-scapy),
asks 'ofproto/trace' about each frame, and writes "HEX FLOW" lines: hand-made frames for every rule, the frames of the given
captures, and COUNT mutations of both. The same arguments give the same frames.
"""
import json, os, random, shutil, signal, socket, subprocess, sys, tempfile
from scapy.all import *


class Switch:
    def __init__(self):
        self.dir = d = tempfile.mkdtemp()
        env = dict(os.environ, OVS_RUNDIR=d, OVS_LOGDIR=d, OVS_DBDIR=d)
        run = lambda *a: subprocess.run(a, check=True, env=env, capture_output=True)
        run("ovsdb-tool", "create", f"{d}/conf.db", "/usr/share/openvswitch/vswitch.ovsschema")
        run("ovsdb-server", "--detach", "--no-chdir", f"--pidfile={d}/db.pid", f"--log-file={d}/db.log",
            f"--remote=punix:{d}/db.sock", f"--unixctl={d}/db.ctl", f"{d}/conf.db")
        run("ovs-vsctl", f"--db=unix:{d}/db.sock", "--no-wait", "init")
        run("ovs-vswitchd", "--detach", "--no-chdir", f"--pidfile={d}/v.pid", f"--log-file={d}/v.log",
            "--enable-dummy=system", "--disable-system", f"--unixctl={d}/v.ctl", f"unix:{d}/db.sock")
        run("ovs-vsctl", f"--db=unix:{d}/db.sock", "add-br", "br0", "--", "set", "bridge", "br0", "datapath_type=dummy",
            "fail_mode=secure", "--", "add-port", "br0", "p1", "--", "set", "interface", "p1", "type=dummy", "ofport_request=1")
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(f"{d}/v.ctl")
        self.decoder, self.buffer = json.JSONDecoder(), ""

    def close(self):
        for name in "v", "db":
            os.kill(int(open(f"{self.dir}/{name}.pid").read()), signal.SIGTERM)
        shutil.rmtree(self.dir, ignore_errors=True)

    def flow(self, frame):
        request = {"method": "ofproto/trace", "params": ["br0", "in_port=1", frame.hex()], "id": 0}
        self.socket.sendall(json.dumps(request).encode())
        while True:
            self.buffer = self.buffer.lstrip()
            try:
                reply, used = self.decoder.raw_decode(self.buffer)
                break
            except ValueError:
                more = self.socket.recv(1 << 16)
                if not more: raise EOFError("ovs-vswitchd is gone")
                self.buffer += more.decode()
        self.buffer = self.buffer[used:]
        for line in (reply["result"] or "").splitlines():
            if line.startswith("Flow: "): return line[6:]
        raise RuntimeError(reply)


def hand_made():
    eth = Ether(src="00:00:00:00:00:0a", dst="00:00:00:00:ff:01")
    ip = IP(src="10.0.0.10", dst="10.0.1.20")
    ip6 = IPv6(src="fd00::1", dst="fd00::2")
    v4 = lambda proto, data, **k: eth / IP(src="10.0.0.10", dst="10.0.1.20", proto=proto, **k) / data
    v6 = lambda nh, data: eth / IPv6(src="fd00::1", dst="fd00::2", nh=nh) / data
    udp = bytes(UDP(sport=1, dport=2))
    tagged = Ether(src="00:00:00:00:00:0a", dst="00:00:00:00:ff:01", type=0x8100)
    yield from (eth / Dot1Q(vlan=7) / Dot1Q(vlan=8) / ip / UDP(), eth / Dot1AD(vlan=7, prio=3) / Dot1Q(vlan=8) / ip / UDP())
    yield from (eth / Dot1Q(vlan=0) / ip / UDP(), eth / Dot1Q(vlan=4095, prio=7, id=1) / ip6 / TCP(), eth / Dot1AD(vlan=5) / ARP())
    yield from (tagged, tagged / b"\0\7\x08", tagged / b"\0\7\x08\0", tagged / b"\0\7\x08\0\x45", tagged / b"\0\7\0\x10\xaa\xaa\3\0\0\0\x86\xdd")
    for llc in "424203000000000000", "424203", "aaaa030000000800", "aaaa0300000c0800", "aaaa030000000500", "aaab030000000800", "aaaa0300000806":
        yield bytes.fromhex("0180c20000000000000000010026" + llc) + bytes(ip / UDP(sport=1, dport=2))
    yield bytes.fromhex("0180c20000000000000000010007aaaa030000000806") + bytes(ARP(psrc="1.2.3.4"))
    frame = bytearray(bytes(eth / ip / UDP(sport=1, dport=2) / b"hello"))
    def poke(f, *pairs):
        f = bytearray(bytes(f))
        for i, v in pairs: f[i] = v
        return bytes(f)
    for at, value in (14, 0x65), (14, 0x44), (14, 0x46), (14, 0x4f), (24, 0), (17, 34), (17, 33), (17, 19), (17, 20), (17, 27), (17, 28), (20, 0x80), (20, 0x40), (20, 0x20), (20, 0x60), (21, 1), (15, 0xff), (22, 0):
        yield poke(frame, (at, value))
    yield bytes(frame) + bytes(300)
    yield v4(17, udp, frag=10); yield v4(17, udp, flags="MF"); yield v4(6, bytes(TCP()), frag=1, flags="MF")
    yield v4(17, udp, options=[IPOption_Router_Alert()])
    tcp = eth / ip / TCP(flags="SAEC", sport=5, dport=6)
    yield tcp; yield poke(tcp, (46, 0x40)); yield poke(tcp, (46, 0x60)); yield poke(tcp, (46, 0x5f)); yield poke(tcp, (47, 0))
    yield eth / ip / TCP(flags="S", options=[("MSS", 1460)])
    for proto, need in (6, 20), (17, 8), (132, 12), (1, 8), (2, 8), (136, 8), (47, 8), (50, 8), (51, 8), (0, 8), (255, 0):
        for n in (0, 1, need - 1, need, need + 1):
            if n >= 0:
                yield v4(proto, bytes(range(0x50, 0x50 + n)))
                if proto not in (0, 51): yield v6(proto, bytes(range(0x50, 0x50 + n)))
    arp = eth / ARP(op=1, psrc="1.2.3.4", pdst="5.6.7.8", hwsrc="00:00:00:00:00:01", hwdst="00:00:00:00:00:02")
    yield arp; yield bytes(arp)[:-1]; yield bytes(arp) + bytes(20)
    for at, value in (20, 1), (21, 2), (21, 255), (14, 1), (15, 6), (16, 1), (17, 1), (18, 7), (19, 6): yield poke(arp, (at, value))
    yield poke(arp, (12, 0x80), (13, 0x35)); yield poke(arp, (12, 0x80), (13, 0x35), (21, 3))
    plain6 = eth / ip6 / UDP(sport=1, dport=2)
    for at, value in (14, 0x40), (14, 0x6a), (15, 0xbc), (19, 9), (19, 8), (19, 7), (19, 0), (21, 0): yield poke(plain6, (at, value))
    yield bytes(plain6)[:53]; yield bytes(plain6)[:54]; yield bytes(plain6) + bytes(100)
    for nh in 0, 43, 44, 50, 51, 59, 60, 135, 139, 140, 253:
        for first in (17, 6, 58, nh):
            for length in 0, 1, 9, 255:
                yield v6(nh, bytes([first, length, 0, 0, 0, 0, 0, 0]) + udp + udp)
        yield v6(nh, bytes([17, 0, 0, 0, 0, 0, 0]))
    for offset in 0, 1, 2, 4, 6, 8, 9, 0x100, 0xfff8:
        fragment = bytes([60, 0, offset >> 8, offset & 255, 0, 0, 0, 9])
        yield v6(44, fragment + bytes([17, 0] + [0] * 6) + udp)
        yield v6(0, bytes([44, 0] + [0] * 6) + fragment + bytes([17, 0] + [0] * 6) + udp)
    option = lambda kind, mac, units=1: bytes([kind, units]) + bytes.fromhex(mac)
    a, b, zero = "0000000000a1", "0000000000b2", "000000000000"
    for kind in 133, 134, 135, 136, 137:
        for code in 0, 1:
            for options in (b"", option(1, a), option(2, b), option(1, a) + option(2, b), option(2, b) + option(1, a), option(1, a) + option(1, b),
                            option(2, a) + option(2, b), option(1, zero) + option(1, b), option(1, zero), option(14, a) + option(1, b), option(1, a, 2) + option(2, b),
                            option(1, a, 0), option(1, a) + option(2, b, 0), option(1, a) + option(2, b, 3), option(1, a) + bytes([2, 1, 0])):
                yield v6(58, bytes([kind, code, 0, 0, 0xe0, 0, 0, 0]) + bytes.fromhex("fd0000000000000000000000000000ff") + options)
    for n in 0, 4, 7, 8, 15, 23: yield v6(58, (bytes([135]) + bytes(22))[:n])
    yield v6(58, bytes([128, 0, 0, 0, 1, 2, 3, 4])); yield v6(58, bytes([255, 255, 0, 0, 1, 2, 3, 4]))
    yield eth / Dot1Q(vlan=1) / ip6 / ICMPv6ND_NS(tgt="fd00::9") / ICMPv6NDOptSrcLLAddr(lladdr="00:00:00:00:00:05")
    for kind in 0x8847, 0x8848, 0x88cc, 0x600, 0x5ff, 0, 0x894f, 0x9100, 0xffff: yield Ether(src="00:00:00:00:00:0a", dst="00:00:00:00:ff:01", type=kind) / bytes(40)


def mutate(rng, frame):
    frame = bytearray(frame)
    for _ in range(rng.randrange(4)):
        kind = rng.randrange(4)
        if kind == 0 and len(frame) > 14: del frame[rng.randrange(14, len(frame)):]
        elif kind == 1 and len(frame) > 12: frame[rng.choice([12, 13, 14, 16, 17, 18, 19, 20, 21, 23]) % len(frame)] = rng.choice([0, 1, 2, 6, 8, 17, 44, 58, 60, 255, rng.randrange(256)])
        else: frame[rng.randrange(len(frame))] = rng.randrange(256)
    return bytes(frame)


def main():
    rng = random.Random(1)
    frames = [bytes(f) for f in hand_made()]
    for path in sys.argv[2:]: frames += [bytes(f)[:160] for f in rdpcap(path)]
    frames += [mutate(rng, rng.choice(frames)) for _ in range(int(sys.argv[1]))]
    switch = Switch()
    print("# How Open vSwitch 3.1 reads frames, one 'HEX FLOW' line each; written by record_ovs_flows.py.")
    seen = set()
    try:
        for frame in frames:
            if len(frame) >= 14 and frame not in seen: print(frame.hex(), switch.flow(frame))
            seen.add(frame)
    finally:
        switch.close()


main()
