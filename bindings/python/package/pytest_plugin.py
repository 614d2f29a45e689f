"""Laboratories in tests of network logic, for pytest.

    TOPOLOGY = {
        "chassis": {"compute1": "192.168.56.11", "compute2": "192.168.56.12"},
        "switches": ["LS1", "LS2"],
        "routers": ["LR1"],
        "connect": [("LR1", "LS1", "00:00:00:00:ff:01", "10.0.0.1/24"), ...],
        "hosts": {"VM-A": ("LS1", "LSP1", "compute1", "00:00:00:00:00:0a", "10.0.0.10/24", "10.0.0.1"), ...},
    }

    def test_web_reaches_data(lab, reachable):
        assert reachable("VM-A", "VM-B")

TOPOLOGY may be a function too, which builds on the lab that it is given. Every test has a lab of its own. A probe that
fails shows why; with --ovnlite-artifacts=DIR the reason, the way of the packet hop by hop and a capture for Wireshark
are left there for every test that fails.
"""

import os
import re
from typing import Any, Callable, Dict, Iterator, List, Optional, Tuple, Union

import pytest

import ovnlite

_Topology = Union[Dict[str, Any], Callable[[ovnlite.Lab], object]]


def build(lab: ovnlite.Lab, topology: _Topology) -> None:
    """Builds what TOPOLOGY says: a dictionary as above, or a function."""
    if callable(topology):
        topology(lab)
        return
    known = {"chassis", "switches", "routers", "connect", "hosts"}
    for key in topology:
        if key not in known:
            raise ValueError(f"TOPOLOGY has {key!r}, which is none of {', '.join(sorted(known))}")
    for name, address in topology.get("chassis", {}).items():
        lab.add_chassis(name, address)
    for name in topology.get("switches", []):
        lab.add_switch(name)
    for name in topology.get("routers", []):
        lab.add_router(name)
    for arguments in topology.get("connect", []):
        lab.connect(*arguments)
    for name, arguments in topology.get("hosts", {}).items():
        lab.add_host(name, *arguments)


class Reached:
    """Whether a probe was answered; false with a reason where it was not."""

    def __init__(self, source: str, destination: str, how: str, answered: bool, reason: str) -> None:
        self.source = source
        self.destination = destination
        self.how = how
        self.answered = answered
        self.reason = reason

    def __bool__(self) -> bool:
        return self.answered

    def __repr__(self) -> str:
        if self.answered:
            return f"<{self.source} reaches {self.destination} by {self.how}>"
        return f"<{self.source} does not reach {self.destination} by {self.how}: {self.reason}>"


class Reachable:
    """Probes between hosts of one lab; remembers those that failed."""

    def __init__(self, lab: ovnlite.Lab) -> None:
        self.lab = lab
        self.failed: List[Reached] = []

    def __call__(self, source: str, destination: str, *, udp: Optional[int] = None) -> Reached:
        """Pings; with `udp`, sends a datagram to that port, to which hosts answer, if only that nobody listens."""
        if udp is None:
            ping = self.lab.ping(source, destination)
            reached = Reached(source, destination, "ping", bool(ping), ping.reason)
        else:
            answer = self.lab.send_udp(source, destination, udp, b"ovnlite")
            refused_there = answer.refused and (answer.icmp_type, answer.icmp_code) in ((3, 3), (1, 4))
            reached = Reached(source, destination, f"UDP port {udp}", bool(answer) or refused_there, answer.reason)
        if not reached:
            self.failed.append(reached)
        return reached


class Reachability(Dict[Tuple[str, str], bool]):
    """Who reaches whom, by ping: a dictionary by (source, destination), to compare with the one that should be. A test
    that fails names the pairs that differ, with the reasons."""

    def __init__(self, lab: ovnlite.Lab) -> None:
        super().__init__()
        self.reasons: Dict[Tuple[str, str], str] = {}
        for source in lab.hosts:
            for destination in lab.hosts:
                if source == destination:
                    continue
                ping = lab.ping(source, destination)
                self[source, destination] = bool(ping)
                self.reasons[source, destination] = ping.reason

    def __str__(self) -> str:
        names = sorted({source for source, _ in self})
        width = max((len(name) for name in names), default=0)
        lines = [" " * width + "  " + " ".join(names)]
        for source in names:
            cells = [
                ("-" if source == to else "x" if self[source, to] else ".").center(len(to)) for to in names
            ]
            lines.append(f"{source:{width}}  " + " ".join(cells).rstrip())
        return "\n".join(lines)


def reachability(lab: ovnlite.Lab) -> Reachability:
    """Pings from every host to every other."""
    return Reachability(lab)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.getgroup("ovnlite").addoption(
        "--ovnlite-artifacts",
        metavar="DIR",
        help="for tests that fail with a lab: leave reasons, the packet's way and a capture in DIR",
    )


def pytest_assertrepr_compare(op: str, left: object, right: object) -> Optional[List[str]]:
    if op != "==":
        return None
    if isinstance(right, Reachability) and not isinstance(left, Reachability):
        left, right = right, left
    if not isinstance(left, Reachability) or not isinstance(right, dict):
        return None
    lines = ["who reaches whom is not as it should be:"]
    for pair in sorted(set(left) | set(right)):
        is_now, should = left.get(pair), right.get(pair)
        if is_now == should:
            continue
        source, destination = pair
        if is_now is None:
            lines.append(f"  {source} -> {destination}: there is no such pair in the lab")
        elif should is None:
            lines.append(f"  {source} -> {destination}: not expected either way, {'reached' if is_now else 'not reached'}")
        else:
            said = "reached, and should not be" if is_now else f"not reached: {left.reasons[pair]}"
            lines.append(f"  {source} -> {destination}: {said}")
    return lines


@pytest.fixture
def lab(request: pytest.FixtureRequest) -> Iterator[ovnlite.Lab]:
    """A laboratory: empty, or built by the module's TOPOLOGY."""
    made = ovnlite.Lab()
    topology = getattr(request.module, "TOPOLOGY", None)
    if topology is not None:
        build(made, topology)
    yield made


@pytest.fixture
def reachable(lab: ovnlite.Lab) -> Reachable:
    """reachable("VM-A", "VM-B") and reachable("VM-A", "VM-B", udp=53): true, or false with a reason."""
    return Reachable(lab)


def _write(folder: str, name: str, text: str) -> None:
    with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
        file.write(text)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    parent = item.config.getoption("--ovnlite-artifacts")
    made = getattr(item, "funcargs", {}).get("lab")
    if parent is None or report.when != "call" or not report.failed or not isinstance(made, ovnlite.Lab):
        return
    folder = os.path.join(parent, re.sub(r"[^A-Za-z0-9._-]+", "_", item.nodeid))
    os.makedirs(folder, exist_ok=True)
    made.write_pcapng(os.path.join(folder, "capture.pcapng"))
    probes = item.funcargs.get("reachable")  # type: ignore[attr-defined]
    failed = probes.failed if isinstance(probes, Reachable) else []
    _write(folder, "reason.txt", "".join(f"{probe!r}\n" for probe in failed) or f"{report.longreprtext}\n")
    told = []
    for probe in failed:
        try:
            told.append(str(made.explain(probe.source, probe.destination)))
        except ovnlite.Error as error:
            told.append(f"{probe.source} to {probe.destination}: {error}\n")
    if told:
        _write(folder, "trace.txt", "\n".join(told))
    report.sections.append(("ovnlite", f"artifacts: {folder}"))
