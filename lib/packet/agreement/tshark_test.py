"""tshark reads our pcapng without a warning, finds names, comments and nanoseconds, and every checksum right."""
import os
import shutil
import subprocess
import sys
import tempfile

if shutil.which("tshark") is None:
    print("SKIPPED: there is no tshark (Debian package tshark)")
    sys.exit(0)

CHECKSUMS = [x for name in ("ip", "udp", "tcp", "sctp") for x in ("-o", f"{name}.check_checksum:TRUE")]
CHECKSUMS[CHECKSUMS.index("sctp.check_checksum:TRUE")] = "sctp.checksum:TRUE"


def tshark(path, *arguments):
    # Reads nothing of the user's configuration.
    environment = dict(os.environ, HOME="/nonexistent", XDG_CONFIG_HOME="/nonexistent", LC_ALL="C.UTF-8")
    done = subprocess.run(["tshark", "-n", "-r", path, *arguments], capture_output=True, text=True, env=environment)
    said = [l for l in done.stderr.splitlines() if l and "could be dangerous" not in l]
    assert done.returncode == 0, done.stderr
    assert not said, "tshark says: " + "\n".join(said)
    return done.stdout.splitlines()


def main():
    frames = [l.split("\t") for l in subprocess.run([sys.argv[1], "scapy"], check=True, capture_output=True, text=True).stdout.splitlines()]
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "frames.pcapng")
        subprocess.run([sys.argv[1], "pcapng", path], check=True)
        fields = ["frame.interface_name", "frame.time_epoch", "frame.len", "frame.comment", "frame.packet_flags_direction"]
        got = tshark(path, "-T", "fields", "-E", "separator=/t", *[x for f in fields for x in ("-e", f)])
        assert len(got) == len(frames), f"{len(got)} packets of {len(frames)}"
        nanoseconds = 1_700_000_000_123_456_789
        for i, ((name, hexbytes, _), line) in enumerate(zip(frames, got)):
            interface, time, length, comment, direction = line.split("\t")
            assert interface == ("tunnel \u2192 hv2" if i % 2 else "vm-a"), line
            assert time == f"{nanoseconds // 10**9}.{nanoseconds % 10**9:09d}", line
            assert int(length) == len(hexbytes) // 2, line
            assert comment == ("" if i % 3 == 0 else f"{name} \u20ac"), line
            assert (int(direction, 0) if direction else 0) == i % 3, line
            nanoseconds += 1_000_000_001
        bad = tshark(path, *CHECKSUMS, "-Y", '_ws.malformed || _ws.expert.severity == "Error" || ip.checksum.status == "Bad" || '
                     'udp.checksum.status == "Bad" || tcp.checksum.status == "Bad" || sctp.checksum.status == "Bad" || '
                     'icmp.checksum.status == "Bad" || icmpv6.checksum.status == "Bad" || igmp.checksum.status == "Bad"')
        for line in bad: print("tshark finds fault with", line)
        # The filter can fail: the same frames have good checksums by the same names.
        good = tshark(path, *CHECKSUMS, "-Y", 'ip.checksum.status == "Good" || icmpv6.checksum.status == "Good" || '
                      'tcp.checksum.status == "Good" || udp.checksum.status == "Good" || sctp.checksum.status == "Good"')
    version = subprocess.run(["tshark", "--version"], capture_output=True, text=True).stdout.splitlines()[0]
    print(f"{len(frames)} packets, {len(good)} of them with checksums found good, {len(bad)} faults; {version}")
    return 1 if bad or len(good) < 250 else 0


sys.exit(main())
