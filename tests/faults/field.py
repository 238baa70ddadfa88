"""A target that counts, servers behind ways that can be spoiled, and a controller whose figures have to agree."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import field as of
from pathlib import Path

from e2e.machines import Machines, Process, cleared
from e2e.running import PLAN, children, lines, target, until
from wired.relay import Relay

LEASE_S = 8.0
SILENT_S = 1.0

_OUTCOME = re.compile(
    r"^(\S+): (\d+) samples received, (\d+)(?: and at most (\d+) more)? lost, (\d+) replayed$", re.MULTILINE
)


@dataclass
class Spot:
    """A server and the way to it."""

    process: Process
    way: Relay

    @property
    def address(self) -> str:
        """Give it as -R takes it."""
        return self.way.address

    def workers(self) -> list[int]:
        """Find its worker processes."""
        return children(self.process.running.pid)

    def everybody(self) -> list[int]:
        """Find all its processes: the machine."""
        return [self.process.running.pid, *self.workers()]

    def send(self, number: signal.Signals, *, parent_alone: bool = False) -> None:
        """Send a signal to all its processes, or to the one that talks to the controller."""
        for pid in [self.process.running.pid] if parent_alone else self.everybody():
            os.kill(pid, number)


@dataclass
class Account:
    """What the controller says at the end: of all servers together."""

    received: int = 0
    lost: int = 0
    at_most: int = 0
    replayed: int = 0
    unknown: list[str] = of(default_factory=list)


class Field:
    """All that one test starts; times are short, and the same for all."""

    def __init__(self, machines: Machines, port: str, requests: Path) -> None:
        self.machines = machines
        self.folder = machines.folder
        self.port = port
        self.requests = requests
        self.ways: list[Relay] = []
        self.jtl = self.folder / "out.jtl"
        (self.folder / "plan.jmx").write_text(PLAN)

    def server(self, name: str, *arguments: str, before: str = "") -> Spot:
        """Start a server."""
        times = [f"-Jpyjm.lease={LEASE_S}", "-Jpyjm.workers=1", *arguments]
        process = Process("server", self.folder, "-Jserver.rmi.port=0", "-j", f"{name}.log", *times, before=before)
        self.machines.started.append(process)
        port = re.search(r":(\d+)\]\]", process.says(r"Created remote object: .*\]\]"))
        assert port is not None
        way = Relay(int(port[1]))
        self.ways.append(way)
        return Spot(process, way)

    def servers(self, *names: str) -> list[Spot]:
        """Start several."""
        return [self.server(name) for name in names]

    def controller(self, spots: list[Spot], *arguments: str, duration_s: float = 4.0, before: str = "") -> Process:
        """Start the run, and wait until samples flow from all."""
        hosts = ",".join(spot.address for spot in spots)
        times = [f"-Jpyjm.loss_timeout={SILENT_S}", f"-Jpyjm.run_folder={self.folder / 'runs'}"]
        given = [f"-Gport={self.port}", f"-Gduration={duration_s:g}", "-Jjmeterengine.nongui.port=0"]
        order = ["-n", "-t", "plan.jmx", "-l", "out.jtl", "-R", hosts, *times, *given, *arguments]
        process = Process("client", self.folder, *order, before=before)
        self.machines.started.append(process)
        return process

    def flows(self, controller: Process, rows: int = 20) -> None:
        """Wait until samples are written."""
        controller.says("Remote engines have been started")
        assert until(lambda: lines(self.jtl) > rows), controller.text
        names = set(re.findall(r"127\.0\.0\.1:\d+", controller.text.rpartition("Remote engines have been started:")[2]))
        assert until(lambda: all(name.encode() in self.jtl.read_bytes() for name in names)), "all have samples"

    def rows(self) -> list[bytes]:
        """Give the rows that are in the JTL; each has to be whole."""
        data = self.jtl.read_bytes()
        assert data.endswith(b"\n")
        rows = data.split(b"\n")[1:-1]
        commas = data.split(b"\n")[0].count(b",")
        assert all(row.count(b",") == commas for row in rows)
        return rows

    def requested(self) -> int:
        """Count the requests that the target has seen."""
        return lines(self.requests)

    def settled(self) -> int:
        """Count them when no more come."""
        seen = -1
        while seen != (seen := self.requested()):
            time.sleep(0.5)
        return seen

    def account(self, controller: Process) -> Account:
        """Read what the controller says, and hold it against the JTL and the target."""
        told = Account()
        for name, received, lost, at_most, replayed in _OUTCOME.findall(controller.text):
            told.received += int(received)
            told.lost += int(lost)
            told.at_most += int(at_most or 0)
            told.replayed += int(replayed)
            if at_most:
                told.unknown.append(name)
        rows = self.rows()
        assert len(rows) == told.received, controller.text
        missing = self.settled() - len(rows)
        assert told.lost <= missing <= told.lost + told.at_most, (missing, told, controller.text)
        assert "Traceback" not in controller.text
        return told


@contextmanager
def field(folder: Path) -> Iterator[Field]:
    """Have a target and a place for servers; all of it is gone in the end."""
    with target(folder) as (port, requests), cleared(Machines(folder)) as machines:
        made = Field(machines, port, requests)
        try:
            yield made
        finally:
            for way in made.ways:
                way.close()
