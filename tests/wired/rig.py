"""A server of the tests: real links and TLS over loopback, around an engine that plays what a test tells it to."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from time import perf_counter_ns
from typing import Any

from OpenSSL import SSL

from pyjm.client.trust import Trust
from pyjm.engine.plan.faults import Fault
from pyjm.engine.results.batch import Batch
from pyjm.engine.results.tally import Tally
from pyjm.engine.run.engine import Health
from pyjm.engine.run.job import Job
from pyjm.keystore.authority import Authority, NodeRequest
from pyjm.keystore.context import allowed_names, server_context
from pyjm.keystore.generate import KeyRequest, make_keystore
from pyjm.keystore.name import parse_name
from pyjm.properties import Settings
from pyjm.server.host import Host
from pyjm.server.joining import Joiner
from pyjm.server.links import Links
from pyjm.server.listen import Listener
from pyjm.server.wire.address import Address
from pyjm.server.wire.contract import MAX_REPLY, PROTOCOL, Limits, pack
from pyjm.server.wire.link import Link, connect
from pyjm.server.wire.port import open_port

PLAN = b"""<?xml version="1.0" encoding="UTF-8"?>
<jmeterTestPlan version="1.2" properties="5.0" jmeter="5.5"><hashTree>
<TestPlan guiclass="TestPlanGui" testclass="TestPlan" testname="Test Plan" enabled="true"/>
<hashTree>%s</hashTree></hashTree></jmeterTestPlan>
"""


def csv_plan(filename: str) -> bytes:
    """Write a plan that reads a file."""
    element = (
        '<CSVDataSet guiclass="TestBeanGUI" testclass="CSVDataSet" testname="users" enabled="true">'
        f'<stringProp name="filename">{filename}</stringProp></CSVDataSet><hashTree/>'
    )
    return PLAN % element.encode()


def batch_of(number: int, samples: int = 1, *, last: bool = False) -> Batch:
    """Make a batch of so many samples, the number in each row."""
    tally = Tally()
    tally.count = samples
    rows = {0: (samples, b"".join(b"%d,%d\n" % (number, row) for row in range(samples)))}
    return Batch(number, rows, {"a": tally}, (1, 1, 0), [], last)


class Player:
    """An engine that hands on what `play` gives it; `Running`."""

    def __init__(self, workers: int = 0) -> None:
        self.faults: list[Fault] = []
        self.job: Job | None = None
        self.stops: list[bool] = []
        self.epochs: list[int] = []
        self.users = 0
        self.started_ns = 0
        self.closed = False
        self.seen: dict[str, bytes] = {}
        self.compiling: Callable[[], object] = lambda: None
        self.changed = threading.Condition()
        self.batches: list[Batch] = []

    def prepare(self, job: Job) -> list[Fault]:
        self.job = job
        self.compiling()
        self.seen = {name: Path(path).read_bytes() for name, path in job.files.items()}
        return self.faults

    def start(self, at_ns: int) -> None:
        self.started_ns = max(at_ns, perf_counter_ns())

    def play(self, samples: int = 1, *, last: bool = False) -> None:
        """Have one more batch ready."""
        with self.changed:
            self.batches.append(batch_of(len(self.batches) + 1, samples, last=last))
            self.changed.notify_all()

    def take(self, after: int, wait_s: float) -> list[bytes]:
        with self.changed:
            self.changed.wait_for(lambda: len(self.batches) > after or self.closed, wait_s)
            return [batch.to_bytes() for batch in self.batches[after:]]

    def stop(self, *, now: bool) -> None:
        self.stops.append(now)
        self.play(0, last=True)

    def set_epoch(self, epoch_ns: int) -> None:
        self.epochs.append(epoch_ns)

    def health(self) -> Health:
        return Health(workers=1, started_ns=self.started_ns, users=self.users)

    def close(self) -> None:
        with self.changed:
            self.closed = True
            self.changed.notify_all()


@cache
def keystore(name: str = "us") -> bytes:
    """Make a keystore; the same name gives the same key."""
    return make_keystore(KeyRequest(parse_name(f"CN={name}")))


def settings_of(folder: Path, name: str = "us", **given: str) -> Settings:
    """Make properties with a keystore of that name in them; `__` stands for a dot."""
    path = folder / f"{name}.jks"
    if not path.exists():
        path.write_bytes(keystore(name))
    pairs = {"server.rmi.ssl.keystore.file": str(path)}
    pairs.update({key.replace("__", "."): value for key, value in given.items()})
    return Settings.load([("J", f"{key}={value}") for key, value in pairs.items()], environ={}, cwd=folder)


def nodes_of(folder: Path, *nodes: str) -> tuple[Authority, dict[str, str]]:
    """Make an authority and nodes as `--node` takes them; gives their keystores by name."""
    authority = Authority(folder / "rmi_ca", "changeit")
    requests = [NodeRequest.parse(node) for node in nodes]
    return authority, {request.name: str(authority.issue(request, 30)) for request in requests}


_TRUSTS: dict[tuple[object, ...], Trust] = {}
_SERVER_CONTEXTS: dict[tuple[object, ...], SSL.Context | None] = {}
_TELLING = ("pyjm.allowed_servers", "pyjm.crl_file", "pyjm.check_names", "pyjm.tls_minimum")


def _key_of(settings: Settings) -> tuple[object, ...]:
    path = Path(settings.text("server.rmi.ssl.keystore.file"))
    files = [one.read_bytes() if one.exists() else b"" for one in (path, path.with_suffix(".crl"))]
    return (*files, settings.flag("server.rmi.ssl.disable"), *map(settings.text, _TELLING))


def trust_of(settings: Settings) -> Trust:
    """Give what a controller with these properties dials with; opening a keystore is slow, so one for each key."""
    return _TRUSTS.setdefault(_key_of(settings), Trust(settings))


def context_of(settings: Settings) -> SSL.Context | None:
    """Give what a server with these properties listens with."""
    key = _key_of(settings)
    if key not in _SERVER_CONTEXTS:
        _SERVER_CONTEXTS[key] = server_context(settings)
    return _SERVER_CONTEXTS[key]


@dataclass
class Server:
    """A running server: what it said, its engines in the order in which tests came."""

    settings: Settings
    host: Host
    listener: Listener | Joiner
    port: int
    lines: list[str]
    engines: list[Player] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)

    @property
    def address(self) -> str:
        """Give it as -R takes it."""
        return f"127.0.0.1:{self.port}"

    @property
    def engine(self) -> Player:
        """Give the engine of the latest test."""
        return self.engines[-1]

    def link(self, settings: Settings | None = None) -> Link:
        """Dial it, without a word."""
        limits = Limits(connect_s=5, handshake_s=5, frame_s=5, max_message=MAX_REPLY)
        link = Link(connect("127.0.0.1", self.port, trust_of(settings or self.settings).context(), limits))
        self.links.append(link)
        return link

    def greeted(self, kind: str = "control", settings: Settings | None = None) -> Link:
        """Dial it and say hello."""
        link = self.link(settings)
        link.call("hello", PROTOCOL, pack({"who": "tester", "link": kind}))
        return link


@contextmanager
def serving(
    folder: Path,
    *,
    limits: Limits | None = None,
    extra_port: bool = False,
    address: str = "127.0.0.1",
    faults: list[Fault] | None = None,
    compiling: Callable[[], object] = lambda: None,
    about: Mapping[str, object] | None = None,
    make: Callable[[int], Any] = Player,
    **given: str,
) -> Iterator[Server]:
    """Run a server with these properties set; `about` is what it says of itself and its machine.

    `make` makes its engines.
    """
    settings = settings_of(folder, **given)
    lines: list[str] = []
    engines: list[Player] = []

    def engine(workers: int) -> Any:
        made = make(workers)
        engines.append(made)
        if isinstance(made, Player):
            made.faults = list(faults or [])
            made.compiling = compiling
        return made

    host = Host(settings, engine, lines.append, settings.decimal("pyjm.lease"))
    ports = [open_port(0, address) for _ in range(2 if extra_port else 1)]
    data_port = ports[1].getsockname()[1] if extra_port else 0
    said = {"product": "pyjm under test", "data_port": data_port, **(about or {})}
    port = ports[0].getsockname()[1]
    allowed = allowed_names(settings, "pyjm.allowed_controllers")
    listener = Listener(host, ports, context_of(settings), said, limits or Limits(), allowed)
    server = Server(settings, host, listener, port, lines, engines)
    try:
        yield server
    finally:
        for link in server.links:
            link.close()
        listener.close()
        host.close()


@contextmanager
def joining(folder: Path, port: int, *, node: str = "s1", name: str = "us", **given: str) -> Iterator[Server]:
    """Run a server that joins the controller at a port of this machine; `name` is that of its keystore."""
    settings = settings_of(folder, name, **given)
    lines: list[str] = []
    engines: list[Player] = []

    def engine(workers: int) -> Player:
        engines.append(Player(workers))
        return engines[-1]

    host = Host(settings, engine, lines.append, settings.decimal("pyjm.lease"))
    allowed = allowed_names(settings, "pyjm.allowed_controllers")
    links = Links(host, context_of(settings), {"product": "pyjm under test"}, Limits(), allowed)
    silent_s = settings.decimal("pyjm.loss_timeout")
    joiner = Joiner(links, Address("127.0.0.1", port), node, silent_s, lines.append)
    try:
        yield Server(settings, host, joiner, 0, lines, engines)
    finally:
        joiner.close()
        host.close()


def eventually(fact: Callable[[], bool], seconds: float = 30.0) -> bool:
    """Wait for what another thread brings about."""
    waiting = threading.Event()
    until = perf_counter_ns() + int(seconds * 1e9)
    while not fact():
        if perf_counter_ns() > until:
            return False
        waiting.wait(0.01)
    return True


def job_of(plan: bytes = PLAN % b"", base: Path = Path("/"), **properties: str) -> Job:
    """Make a job as a controller would."""
    return Job(plan=plan, plan_name="plan.jmx", base=str(base), properties=properties)
