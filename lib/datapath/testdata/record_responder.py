#!/usr/bin/python3
"""Records how a real ovn-controller answers packets: the source of responder.txt.

usage: record_responder.py COUNT > responder.txt

Starts ovs-vswitchd on its dummy datapath and ovn-controller (no privileges beyond a writable /tmp; Debian: ovn-host,
ovn-common, openvswitch-switch, python3-scapy), puts itself between them on the OpenFlow connection, hands the
controller packets as the switch would, and reads what it sends back. No logical network is needed: an answer is a
function of the packet and the action's opcode.

Writes 'OPCODE[:ARGUMENT] FRAME ANSWER' lines in hex, '-' for no answer: hand-made frames with every opcode, and COUNT
mutations of them. The same COUNT gives the same lines. Of a packet that is cut short, ovn-controller's answer may quote
whatever lies behind the packet in its memory: each packet is asked about twice, with different bytes behind it, and left
out when the answers differ. Where ovn-controller stops for a packet, so does the recording.
"""
import os, queue, random, shutil, signal, socket, struct, subprocess, sys, tempfile, threading, time
from scapy.all import *

OPCODES = {"arp": 0, "nd_na": 3, "nd_ns": 9, "icmp": 10, "tcp_reset": 11, "nd_na_router": 12, "icmp4_error": 14,
           "icmp6_error": 20, "reject": 22, "sctp_abort": 24}
PUT_FRAG_MTU = {13: b"\x05\x78", 21: b"\x00\x01\x02\x03"}
PACKET_OUT, ECHO_REQUEST, ECHO_REPLY, EXPERIMENTER = 13, 2, 3, 4
SET_PACKET_IN_FORMAT, RESUME, PACKET_IN2 = 16, 28, 30
XID = 0x7e577e57


def message(kind, body, xid=0): return struct.pack(">BBHI", 6, kind, 8 + len(body), xid) + body


def read(s, n):
    b = b""
    while len(b) < n:
        more = s.recv(n - len(b))
        if not more: raise EOFError
        b += more
    return b


class Connection:
    """One OpenFlow connection of ovn-controller, passed through but for the questions and their answers."""

    def __init__(self, controller, path):
        self.controller, self.switch = controller, socket.socket(socket.AF_UNIX)
        self.switch.connect(path)
        self.lock, self.answers, self.takes_packets = threading.Lock(), queue.Queue(), threading.Event()
        for way in (self.switch, self.controller), (self.controller, self.switch):
            threading.Thread(target=self.pass_on, args=way, daemon=True).start()

    def pass_on(self, source, sink):
        try:
            while True:
                header = read(source, 8)
                whole = header + read(source, struct.unpack(">H", header[2:4])[0] - 8)
                if source is self.controller and self.is_ours(whole): continue
                with self.lock: sink.sendall(whole)
        except (EOFError, OSError):
            self.answers.put(None)

    def is_ours(self, m):
        kind, xid, what = m[1], m[4:8], m[8:16]
        if kind == EXPERIMENTER and what == struct.pack(">II", 0x2320, SET_PACKET_IN_FORMAT): self.takes_packets.set()
        ours = (kind == PACKET_OUT or kind == ECHO_REPLY and xid == struct.pack(">I", XID) or
                kind == EXPERIMENTER and what == struct.pack(">II", 0x2320, RESUME))
        if ours: self.answers.put(m)
        return ours

    def ask(self, m):
        with self.lock: self.controller.sendall(m + message(ECHO_REQUEST, b"", XID))
        answers = []
        while True:
            m = self.answers.get(timeout=20)
            if m is None: raise EOFError("ovn-controller is gone")
            if m[1] == ECHO_REPLY: return answers
            answers.append(m)


class Hypervisor:
    def __init__(self):
        self.dir = d = tempfile.mkdtemp()
        self.env, self.pids = {**os.environ, **{f"{x}_{y}DIR": d for x in ("OVS", "OVN") for y in ("RUN", "LOG", "DB")}}, []
        self.run("ovsdb-tool", "create", f"{d}/conf.db", "/usr/share/openvswitch/vswitch.ovsschema")
        self.run("ovsdb-tool", "create", f"{d}/sb.db", "/usr/share/ovn/ovn-sb.ovsschema")
        self.start("ovsdb-server", f"--remote=punix:{d}/db.sock", f"--unixctl={d}/db.ctl", f"{d}/conf.db", f"{d}/sb.db")
        self.run("ovn-sbctl", f"--db=unix:{d}/db.sock", "init")
        vsctl = "ovs-vsctl", f"--db=unix:{d}/db.sock"
        self.run(*vsctl, "--no-wait", "init")
        self.start("ovs-vswitchd", "--enable-dummy=system", "--disable-system", f"--unixctl={d}/v.ctl", f"unix:{d}/db.sock")
        self.run(*vsctl, "add-br", "br-int", "--", "set", "bridge", "br-int", "datapath_type=dummy", "fail_mode=secure",
                 "--", "set", "open", ".", "external-ids:system-id=hv", "external-ids:ovn-encap-type=geneve",
                 "external-ids:ovn-encap-ip=10.0.0.1", f"external-ids:ovn-remote=unix:{d}/db.sock")
        os.rename(f"{d}/br-int.mgmt", f"{d}/switch")
        listener, self.connections = socket.socket(socket.AF_UNIX), []
        listener.bind(f"{d}/br-int.mgmt")
        listener.listen()
        threading.Thread(target=self.accept, args=(listener,), daemon=True).start()
        self.start("ovn-controller", f"unix:{d}/db.sock")
        for _ in range(100):
            time.sleep(.1)
            for c in self.connections:
                if c.takes_packets.is_set():
                    self.pinctrl = c
                    return
        raise RuntimeError("ovn-controller asks for no packets")

    def accept(self, listener):
        while True: self.connections.append(Connection(listener.accept()[0], f"{self.dir}/switch"))

    def run(self, *a): subprocess.run(a, check=True, env=self.env, capture_output=True)

    def start(self, program, *a):
        pid = f"{self.dir}/{program}.pid"
        self.run(program, "--detach", "--no-chdir", f"--pidfile={pid}", f"--log-file={self.dir}/{program}.log", *a)
        self.pids.append(int(open(pid).read()))

    def close(self):
        for pid in reversed(self.pids):
            try: os.kill(pid, signal.SIGTERM)
            except ProcessLookupError: pass
        time.sleep(.5)
        shutil.rmtree(self.dir, ignore_errors=True)

    def ask_once(self, opcode, frame, argument, behind):
        padding = lambda n: bytes([behind]) * (-n % 8)
        def prop(kind, data): return struct.pack(">HH", kind, 4 + len(data)) + data + padding(4 + len(data))
        body = prop(0, frame) + prop(behind * 0x101, bytes([behind]) * 1500)  # The second means nothing to ovn-controller.
        body += prop(3, b"\x2e") + prop(5, b"\x01") + prop(6, bytes.fromhex("8000040800000000000000" + "02"))
        body += prop(7, struct.pack(">II", opcode, 0) + argument)
        if argument: body += prop(8, b"\xff\0\0\0")  # The rest of the pipeline, which comes back as it is.
        answers = self.pinctrl.ask(message(EXPERIMENTER, struct.pack(">II", 0x2320, PACKET_IN2) + body))
        assert len(answers) <= 1, answers
        for m in answers:
            if m[1] == EXPERIMENTER: return m[20:16 + struct.unpack(">H", m[18:20])[0]]
            actions, match = struct.unpack(">H", m[12:14])[0], struct.unpack(">H", m[18:20])[0]
            return m[16 + (match + 7) // 8 * 8 + actions:]
        return None

    def ask(self, opcode, frame, argument=b""):
        """The answer, None for none; False where it depends on what lies behind the packet."""
        one, other = (self.ask_once(opcode, frame, argument, behind) for behind in (0x11, 0x66))
        return one if one == other else False


def hand_made():
    e = Ether(src="00:00:00:00:00:0a", dst="00:00:00:00:ff:01")
    v, digits = Dot1Q(vlan=7, prio=3), b"0123456789" * 140
    def ip(**k): return IP(src="10.0.0.10", dst="10.0.1.20", **{"id": 77, "tos": 0x2e, "ttl": 5, **k})
    def ip6(**k): return IPv6(src="fd00::10", dst="fd01::20", **{"tc": 0x2e, "hlim": 5, "fl": 0x12345, **k})
    u, t = UDP(sport=5000, dport=53), TCP(sport=4000, dport=80, flags="S", seq=1000, ack=5000)
    def sctp(*chunks, tag=0x11223344):
        p = SCTP(sport=4000, dport=80, tag=tag)
        for c in chunks: p = p / c
        return p
    for i in ip, ip6:
        yield e/i()/u/b"hello"
        yield e/v/i()/u/b"hello"
        yield e/Dot1AD(vlan=9, prio=1, id=1)/i()/u/b"hello"
        yield e/Dot1AD(vlan=9, prio=1)/v/i()/u/b"hello"
        yield e/v/Dot1Q(vlan=8)/v/i()/u/b"hello"
        yield raw(e/i()/u/b"hello") + b"padding"
        for f in "S", "SA", "A", "PA", "FA", "R", "RA", "", "SEC":
            yield e/i()/TCP(sport=4000, dport=80, flags=f, seq=0xffffffff, ack=77)/b"payload"
        yield e/i()/TCP(sport=4000, dport=80, flags="S", seq=5, options=[("MSS", 1460), ("SAckOK", b""), ("WScale", 7)])
        yield e/v/i()/t
        yield e/Dot1AD(vlan=9)/v/i()/t
        yield e/i()/sctp(SCTPChunkInit(init_tag=0x01020304), tag=0)
        yield e/i()/sctp(SCTPChunkInit(init_tag=0x01020304))
        yield e/i()/sctp(SCTPChunkInitAck(init_tag=0x01020304))
        yield e/i()/sctp(SCTPChunkData(data=b"hello"))
        yield e/v/i()/sctp(SCTPChunkAbort())
        yield e/v/i()/sctp(SCTPChunkCookieEcho(cookie=b"abcd"), SCTPChunkAbort())
        yield e/i()/GRE()/b"gre"
        yield e/i()/b""
        for n in (526, 527) if i is ip else (1170, 1171): yield e/i()/u/digits[:n - 20]
        yield e/i()/TCP(sport=4000, dport=80, flags="PA", seq=1)/digits
        yield e/v/i()/u/digits
        for proto in 1, 58:
            for kind in 0, 1, 2, 3, 4, 5, 11, 12, 127, 128, 129, 135: yield e/i(**{"nh" if i is ip6 else "proto": proto})/bytes([kind] + 7 * [0])
    yield e/ip()/ICMP(id=7, seq=1)/b"ping"
    yield e/v/ip()/ICMP(type=3, code=3)/ip()/u
    yield e/ip()/ICMP(type=3, code=4, nexthopmtu=9)/ip()/u
    yield e/ip()/ICMP(type=3, code=4, chksum=0x1234)/ip()/u
    yield e/ip(frag=4)/ICMP(type=3, code=4)/ip()/u
    yield e/ip(flags="DF")/u
    yield e/ip(flags="MF")/u/b"12345678"
    yield e/ip(frag=10)/u/b"12345678"
    yield e/ip(flags="MF")/t/b"12345678"
    yield e/ip(frag=10)/t/b"12345678"
    yield e/ip(frag=10)/sctp(SCTPChunkData(data=b"hello"))
    yield e/ip(options=[IPOption_Router_Alert()])/u/b"x"
    yield e/ip(options=[IPOption_Router_Alert()])/t
    yield e/ip(options=[IPOption_Router_Alert()])/sctp(SCTPChunkData())
    yield Ether(src="00:00:00:00:00:0a", dst="ff:ff:ff:ff:ff:ff")/IP(src="10.0.0.10", dst="255.255.255.255")/u
    yield Ether(src="00:00:00:00:00:0a", dst="01:00:5e:01:02:03")/IP(src="10.0.0.10", dst="239.1.2.3")/u
    yield Ether(src="00:00:00:00:00:0a", dst="33:33:00:00:00:fb")/IPv6(src="fe80::1", dst="ff02::fb")/u
    yield e/ip6()/ICMPv6EchoRequest(id=7, seq=1, data=b"ping")
    yield e/v/ip6()/ICMPv6PacketTooBig(mtu=9)/ip6()/u
    yield e/ip6()/ICMPv6PacketTooBig(cksum=0x1234)/ip6()/u
    yield e/ip6()/IPv6ExtHdrHopByHop()/u/b"x"
    yield e/ip6()/IPv6ExtHdrHopByHop()/t
    yield e/ip6()/IPv6ExtHdrDestOpt()/IPv6ExtHdrFragment(offset=0, m=1, id=4)/t
    yield e/ip6()/IPv6ExtHdrFragment(offset=0, m=1, id=4)/u/b"x"
    yield e/ip6()/IPv6ExtHdrFragment(offset=9, m=1, id=4)/u/b"x"
    yield e/ip6()/IPv6ExtHdrFragment(offset=9, m=0, id=4)/t
    yield e/ip6()/IPv6ExtHdrHopByHop()/sctp(SCTPChunkData(data=b"hello"))
    n = Ether(src="00:00:00:00:00:0a", dst="33:33:ff:00:00:01")
    sll = ICMPv6NDOptSrcLLAddr(lladdr="00:00:00:00:00:0a")
    yield n/IPv6(src="fd00::10", dst="ff02::1:ff00:1", hlim=255)/ICMPv6ND_NS(tgt="fd00::1")/sll
    yield n/IPv6(src="fd00::10", dst="ff02::1:ff00:1", hlim=255)/ICMPv6ND_NS(tgt="fd00::1")
    yield n/IPv6(src="::", dst="ff02::1:ff00:1", hlim=255)/ICMPv6ND_NS(tgt="fd00::1")
    yield n/v/IPv6(src="fd00::10", dst="ff02::1:ff00:1", hlim=255, tc=5, fl=8)/ICMPv6ND_NS(tgt="fd00::1")/sll
    yield e/IPv6(src="fd00::10", dst="fd00::1", hlim=255)/ICMPv6ND_NS(tgt="fd00::1")/ICMPv6NDOptSrcLLAddr(lladdr="00:00:00:00:00:0c")
    yield e/IPv6(src="fd00::10", dst="fd00::1", hlim=64)/ICMPv6ND_NS(tgt="fd00::1")/sll/sll
    yield e/IPv6(src="fd00::10", dst="fd00::1", hlim=255)/ICMPv6ND_NA(tgt="fd00::1")/ICMPv6NDOptDstLLAddr(lladdr="00:00:00:00:00:0c")
    yield e/IPv6(src="fe80::10", dst="ff02::2", hlim=255)/ICMPv6ND_RS()/sll
    yield e/IP(src="10.0.0.10", dst="10.0.1.20", len=10)/u
    yield e/IP(src="10.0.0.10", dst="10.0.1.20", ihl=4)/u
    yield e/IP(src="10.0.0.10", dst="10.0.1.20", ihl=15)/u
    yield e/IP(src="10.0.0.10", dst="10.0.1.20", version=6)/u
    yield e/IPv6(src="fd00::10", dst="fd01::20", plen=4)/u
    yield e/IPv6(src="fd00::10", dst="fd01::20", version=4)/u
    yield e/ip(len=1000)/u/digits[:700]
    yield e/ARP(hwsrc="00:00:00:00:00:0a", psrc="10.0.0.10", pdst="10.0.0.1")
    yield e/b"\0\0\0\0"
    yield Dot3(src="00:00:00:00:00:0a", dst="00:00:00:00:ff:01")/LLC()/SNAP(code=0x800)/ip()/u/b"snap"


def mutate(random, frame):
    b = bytearray(frame)
    for _ in range(random.randrange(1, 4)):
        at, what = random.randrange(min(len(b), 90)), random.randrange(6)
        if what < 3: b[at] = random.randrange(256)
        elif what == 3: b[at] ^= 1 << random.randrange(8)
        elif what == 4 and random.random() < .5: b = b[:random.randrange(1, len(b) + 1)]
        elif what == 4: b += bytes(random.randrange(20))
        else: b[at] = random.choice([0, 1, 4, 6, 17, 44, 58, 132, 255])
    return bytes(b)


def main():
    chance, frames = random.Random(1), [raw(f) for f in hand_made()]
    short = [f for f in frames if len(f) < 400]
    quoting = "icmp", "reject", "tcp_reset"  # What is asked about long frames, to keep the recording short.
    cases = [(f, code) for f in frames for name, code in OPCODES.items() if f in short or name in quoting]
    cases += [(mutate(chance, chance.choice(short)), chance.choice(list(OPCODES.values()))) for _ in range(int(sys.argv[1]))]
    print("# What ovn-controller 23.03 answers, one 'OPCODE[:ARGUMENT] FRAME ANSWER' line each; written by record_responder.py.")
    hv = Hypervisor()
    try:
        for frame, opcode in cases:
            answer = hv.ask(opcode, frame)
            if answer is not False: print(opcode, frame.hex(), answer.hex() if answer else "-", flush=True)
        for frame in short:
            for opcode, argument in PUT_FRAG_MTU.items():
                answer = hv.ask(opcode, frame, argument)
                if answer is not False: print(f"{opcode}:{argument.hex()}", frame.hex(), answer.hex())
    finally:
        hv.close()


main()
