"""A target that counts, servers behind ways that can be spoiled, and a controller whose figures have to agree."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import field as of
from pathlib import Path

from e2e.machines import Machines, Process, cleared
from e2e.running import PLAN, children, lines, target, until
from golden.harness import free_port
from wired.relay import Relay

LEASE_S = 8.0
"""pyjm.lease, 60 by default; the times of faults are scaled with it."""
SILENT_S = 1.0
"""pyjm.loss_timeout, 8 by default."""

ANY = 1_000_000_000
"""As many samples as there may be, where it is said that nothing is known of them."""

SWEEP = "from pyjm.engine.run.folder import sweep; sweep()"

_OUTCOME = re.compile(
    r"^(\S+): (\d+) samples received, (\d+)(?: and (?:at most (\d+)|an (unknown) number) more)? lost, (\d+) replayed$",
    re.MULTILINE,
)


@dataclass
class Spot:
    """A server and the way to it, or from it: one that has joined dials."""

    process: Process
    way: Relay
    name: str = ""

    @property
    def address(self) -> str:
        """Give it as -R takes it, and as it is called in what is said."""
        return self.name or self.way.address

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

    @property
    def lives(self) -> bool:
        """Tell whether it has not ended."""
        return self.process.running.poll() is None


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
        self.requested_before = 0
        self.ways: list[Relay] = []
        self.spots: list[Spot] = []
        self.silent_s = SILENT_S
        self.jtl = self.folder / "out.jtl"
        (self.folder / "plan.jmx").write_text(PLAN)

    # who takes part

    def server(self, name: str, *arguments: str, before: str = "", under: Sequence[str] = ()) -> Spot:
        """Start a server."""
        (spot,) = self.servers(name, arguments=arguments, before=before, under=under)
        return spot

    def servers(
        self,
        *names: str,
        arguments: Sequence[str] = (),
        before: str = "",
        environ: Mapping[str, str] | None = None,
        under: Sequence[str] = (),
    ) -> list[Spot]:
        """Start several."""
        order = ["-Jserver.rmi.port=0", *arguments]
        started = [self._start(name, order, before=before, environ=environ, under=under) for name in names]
        found = []
        for process in started:
            port = re.search(r":(\d+)\]\]", process.says(r"Created remote object: .*\]\]"))
            assert port is not None
            found.append(Spot(process, self._way(int(port[1]))))
        self.spots += found
        return found

    def joining(self, *names: str, arguments: Sequence[str] = ()) -> tuple[list[Spot], list[str]]:
        """Start servers that join; gives what the controller has to be told too."""
        port = int(free_port())
        found = []
        for name in names:
            way = self._way(port)
            way.lasting = True
            order = ["--join", way.address, f"-Djava.rmi.server.hostname={name}", *arguments]
            found.append(Spot(self._start(name, order, before=""), way, name))
        self.spots += found
        return found, [f"-Jpyjm.join_port={port}", f"-Jpyjm.expect_servers={len(names)}"]

    def _start(self, name: str, order: Sequence[str], **more: object) -> Process:
        times = [f"-Jpyjm.lease={LEASE_S}", f"-Jpyjm.loss_timeout={self.silent_s}", "-Jpyjm.workers=1", *order]
        process = Process("server", self.folder, "-j", f"{name}.log", *times, **more)  # type: ignore[arg-type]
        self.machines.started.append(process)
        return process

    def _way(self, port: int) -> Relay:
        self.ways.append(Relay(port))
        return self.ways[-1]

    def controller(
        self, spots: list[Spot], *arguments: str, duration_s: float = 4.0, before: str = "", under: Sequence[str] = ()
    ) -> Process:
        """Start the run."""
        self.jtl.unlink(missing_ok=True)
        hosts = ",".join(spot.address for spot in spots if not spot.name)
        named = ["-R", hosts] if hosts else ["-r"]
        times = [f"-Jpyjm.loss_timeout={self.silent_s}", f"-Jpyjm.run_folder={self.folder / 'runs'}"]
        given = [f"-Gport={self.port}", f"-Gduration={duration_s:g}", "-Jjmeterengine.nongui.port=0"]
        order = ["-n", "-t", "plan.jmx", "-l", str(self.jtl), *named, *times, *given, *arguments]
        process = Process("client", self.folder, *order, before=before, under=under)
        self.machines.started.append(process)
        return process

    def resumed(self, controller: Process) -> Process:
        """Have a run whose controller was killed taken up by another."""
        name = re.search(r"This run is (\S+): pyjm --resume", controller.text)
        assert name is not None
        process = Process("client", self.folder, "--resume", name[1], f"-Jpyjm.run_folder={self.folder / 'runs'}")
        self.machines.started.append(process)
        return process

    # how it goes

    def flows(self, controller: Process, rows: int = 20) -> None:
        """Wait until samples are written, of each server."""
        text = controller.says(r"Remote engines have been started:\[.*\]")
        assert until(lambda: lines(self.jtl) > rows), controller.text
        names = text.rpartition("Remote engines have been started:[")[2].partition("]")[0].split(", ")
        assert until(lambda: all(f",{name}-".encode() in self.jtl.read_bytes() for name in names)), "all have samples"

    def rows(self) -> list[bytes]:
        """Give the rows that are in the JTL; each has to be whole."""
        data = self.jtl.read_bytes()
        assert data.endswith(b"\n")
        rows = data.split(b"\n")[1:-1]
        commas = data.split(b"\n")[0].count(b",")
        assert all(row.count(b",") == commas for row in rows)
        return rows

    def rows_of(self, spot: Spot) -> int:
        """Count the rows of one server."""
        return self.jtl.read_bytes().count(f",{spot.address}-".encode())

    def requested(self) -> int:
        """Count the requests that the target has seen in this run."""
        return lines(self.requests) - self.requested_before

    def settled(self) -> int:
        """Count them when no more come."""
        seen = -1
        while seen != (seen := self.requested()):
            time.sleep(0.5)
        return seen

    def account(self, controller: Process) -> Account:
        """Read what the controller says, and hold it against the JTL and the target."""
        told = Account()
        for name, received, lost, at_most, unknown, replayed in _OUTCOME.findall(controller.text):
            told.received += int(received)
            told.lost += int(lost)
            told.at_most += ANY if unknown else int(at_most or 0)
            told.replayed += int(replayed)
            if at_most or unknown:
                told.unknown.append(name)
        rows = self.rows()
        assert len(rows) == told.received, controller.text
        missing = self.settled() - len(rows)
        assert told.lost <= missing <= told.lost + told.at_most, (missing, told, controller.text)
        assert "Traceback" not in controller.text
        return told

    def next_run(self) -> None:
        """Count from here on for another run of the same servers."""
        self.requested_before += self.settled()

    # what is left

    def end(self) -> None:
        """Have the servers end as they are told to; then nothing may be left of anybody."""
        living = [spot for spot in self.spots if spot.lives]
        for spot in living:
            spot.process.running.send_signal(signal.SIGTERM)
        for spot in living:
            assert spot.process.ends(30) == 0, spot.process.text
            assert "Traceback" not in spot.process.text
        for process in self.machines.started:
            assert until(lambda process=process: not process.family()), "a process is left"  # type: ignore[misc]
        if len(living) < len(self.spots):  # what was killed could not clean up: the next one does
            subprocess.run([sys.executable, "-c", SWEEP], env={**os.environ, "TMPDIR": str(self.temporary)}, check=True)
        assert list(self.temporary.glob("*")) == []

    @property
    def temporary(self) -> Path:
        """Tell where temporary files are."""
        return self.folder / "temporary"


@contextmanager
def field(folder: Path) -> Iterator[Field]:
    """Have a target and a place for servers; all of it is gone in the end."""
    with target(folder) as (port, requests), cleared(Machines(folder)) as machines:
        made = Field(machines, port, requests)
        try:
            yield made
            made.end()
        finally:
            for way in made.ways:
                way.close()
