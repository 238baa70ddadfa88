"""An engine whose users do nothing but read rows of data files, and a fleet of servers that have such engines."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter_ns
from typing import Any

from wired.rig import Server, serving

import pyjm.engine.elements
import pyjm.engine.functions
from pyjm.client import cli
from pyjm.client.muster import Muster
from pyjm.client.order import Order
from pyjm.client.session import Session
from pyjm.engine.compile.build import Build
from pyjm.engine.compile.program import Compiler
from pyjm.engine.compile.registry import discover
from pyjm.engine.plan.faults import Fault
from pyjm.engine.plan.jmx import read_plan
from pyjm.engine.run.engine import Health
from pyjm.engine.run.gather import Outgoing
from pyjm.engine.run.job import Job
from pyjm.engine.run.wishes import Granted, Wish, Wishes, used_rows
from pyjm.engine.shared.cells import Cells
from pyjm.engine.vu.inside import waitable
from pyjm.engine.vu.stops import Stop
from pyjm.engine.vu.user import OnError, User
from pyjm.properties import Settings

USERS = 3
"""Of each group and worker."""
TURN = 10
"""Rows after which a user lets others have their turn."""


class ReadingTest:
    """A test that nobody asks for anything."""

    properties: dict[str, str] = {}  # noqa: RUF012

    def stop(self) -> None: ...

    def stop_now(self) -> None: ...

    def stop_group(self, index: int, *, now: bool) -> None: ...


class ReadingGroup:
    """A thread group of it."""

    name = "users"
    threads = USERS
    on_error = OnError.CONTINUE
    same_user = True

    def __init__(self, index: int) -> None:
        self.index = index
        self.test = ReadingTest()
        self.variables: dict[str, Any] = {}

    def counts(self) -> tuple[int, int]:
        return 1, 1

    def stop(self, *, now: bool) -> None: ...


class Reader:
    """`Running`: workers in this process, whose users read until the end of their files, or for so many rows each.

    `read` are the values of `row` that came, with group and user; `pause_s` is how long users rest after a few rows.
    """

    workers = 2
    groups = 1
    most = 1 << 60

    def __init__(self, _wanted: int = 0) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="pyjm-reader-"))
        self.faults: list[Fault] = []
        self.compiling: Callable[[], object] = lambda: None
        self.read: list[tuple[int, int, str]] = []
        self.pause_s = 0.0
        self.wishes = Wishes()
        self.out = Outgoing(1)
        self.out.used = lambda: used_rows(self.folder)
        self.builds: list[Build] = []
        self.sets: list[list[Any]] = []
        self.users: list[User] = []
        self.began = threading.Event()
        self.place = (-1, -1)
        self.loop = asyncio.new_event_loop()
        self.thread: threading.Thread | None = None

    def prepare(self, job: Job) -> list[Fault]:
        discover(pyjm.engine.elements)
        discover(pyjm.engine.functions)
        cells = Cells()
        for worker in range(self.workers):
            build = job.build(cells, self.workers)
            if build.row_shares is not None:
                build.row_shares.worker, build.row_shares.folder = worker, self.folder
                build.row_shares.ask = lambda *said, worker=worker: self.wishes.add(worker, *said)  # type: ignore[misc]
            compiler = Compiler(build)
            compiler.compile(read_plan(job.plan, job.plan_name, job.included))
            made = compiler.elements.values()
            self.sets.append([each for each in made if each is not None and hasattr(each, "filename")])
            self.builds.append(build)
        return self.builds[0].faults

    def share(self, place: int, servers: int) -> None:
        self.place = place, servers
        for build in self.builds:
            assert build.row_shares is not None
            build.row_shares.place, build.row_shares.servers = place, servers

    def rows(self, after: int, granted: Sequence[Granted], wait_s: float) -> list[Wish]:
        for wish, first, end in self.wishes.grant(granted):
            shares = self.builds[wish.worker].row_shares
            assert shares is not None
            self.soon(shares.given, wish.key, first, end)
        return self.wishes.take(after, wait_s)

    def start(self, at_ns: int) -> None:
        self.thread = threading.Thread(target=self.live, daemon=True)
        self.thread.start()

    def live(self) -> None:
        """Run all users to their ends."""
        self.loop.run_until_complete(self.all_users())
        self.out.close()

    async def all_users(self) -> None:
        lives = []
        for worker in range(self.workers):
            for group in range(self.groups):
                for number in range(USERS):
                    user = User(ReadingGroup(group), number * self.workers + worker, "user", {})
                    self.users.append(user)
                    lives.append(waitable(self.one_user(user, self.sets[worker])))
        self.began.set()
        await asyncio.gather(*map(asyncio.ensure_future, lives))

    async def one_user(self, user: User, sets: Sequence[Any]) -> None:
        passes = 0
        while user.running and passes < self.most:
            try:
                for each in sets:
                    each.pass_start(user)
            except Stop:
                return
            self.read.append((user.group.index, user.number, user.vars["row"]))
            passes += 1
            if passes % TURN == 0:
                await asyncio.sleep(self.pause_s)

    def soon(self, do: Callable[..., object], *args: object) -> None:
        """Do something in the thread of the users, if that lives."""
        if not self.loop.is_closed():
            self.loop.call_soon_threadsafe(do, *args)

    def take(self, after: int, wait_s: float) -> list[bytes]:
        return self.out.take(after, wait_s)

    def stop(self, *, now: bool) -> None:
        for user in self.users:
            self.soon(user.end)

    def health(self) -> Health:
        return Health(workers=1, started_ns=perf_counter_ns())

    def close(self) -> None:
        self.wishes.close()
        if self.thread is not None and self.thread.is_alive():
            self.stop(now=True)
            self.thread.join(10)
        if not self.loop.is_running():
            self.loop.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def values(self) -> list[str]:
        """Give the rows that came."""
        return [row for _, _, row in self.read]


@dataclass
class Readers:
    """Servers with such engines, and what the controller says."""

    folder: Path
    servers: list[Server]
    lines: list[str] = field(default_factory=list)

    @property
    def engines(self) -> list[Reader]:
        """Give the latest engine of each server, as far as they have one."""
        return [server.engines[-1] for server in self.servers if server.engines]  # type: ignore[misc]

    def kill(self, index: int) -> None:
        """End a server as if its machine had died: its port refuses."""
        self.servers[index].listener.close()
        self.servers[index].host.close()

    def settings(self, **given: str) -> Settings:
        """Give the controller's properties; `__` stands for a dot."""
        usual = {"server__rmi__ssl__disable": "true", "jmeterengine__nongui__port": "0", "pyjm__loss_timeout": "1"}
        pairs = {key.replace("__", "."): value for key, value in {**usual, **given}.items()}
        return Settings.load([("J", f"{key}={value}") for key, value in pairs.items()], environ={}, cwd=self.folder)

    def run_and(self, meanwhile: Callable[[], None], **given: Any) -> int:
        """Run the plan while something happens, in a thread of its own; what that raises comes out here."""
        with ThreadPoolExecutor(1) as pool:
            happening = pool.submit(meanwhile)
            status = self.run(**given)
            happening.result()
        return status

    def run(self, *, standbys: int = 0, **given: str) -> int:
        """Run the plan; gives the exit status. The last servers stand by."""
        names = [server.address for server in self.servers]
        hosts, spare = names[: len(names) - standbys], names[len(names) - standbys :]
        if spare:
            given |= {"pyjm__on_loss": "replace", "pyjm__standby_hosts": ",".join(spare)}
        order = Order("plan.jmx", None, hosts, standbys=tuple(spare))
        settings = self.settings(**given)
        with Muster(settings, self.lines.append) as muster:
            crew, gather = cli.make_crew, muster.gather
            return Session(order, settings, self.lines.append, muster.members, crew, None, gather).run()

    def said(self, begins: str) -> str:
        """Find the line that begins so."""
        found = [line for line in self.lines if line.startswith(begins)]
        assert len(found) == 1, self.lines
        return found[0]


@contextmanager
def readers(folder: Path, count: int, make: Callable[[int], Reader] = Reader) -> Iterator[Readers]:
    """Run servers; the plan and its files lie in a folder."""
    with ExitStack() as stack:
        started = [
            stack.enter_context(serving(folder, make=make, server__rmi__ssl__disable="true")) for _ in range(count)
        ]
        yield Readers(folder, started)
