"""Lend this server's engine to one controller at a time, and take it back from one that is gone."""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path, PurePosixPath
from time import perf_counter_ns
from typing import Any

from cryptography import x509

from pyjm.engine.plan.faults import Fault
from pyjm.engine.plan.files import resolved
from pyjm.engine.run.engine import Running
from pyjm.engine.run.job import Job
from pyjm.engine.vu.clock import to_wall_ms, wall_ms
from pyjm.engine.vu.dates import date_format
from pyjm.properties import Settings
from pyjm.server.lease import CONTINUE, STOP, Cuttable, Lease
from pyjm.server.machine import describe_machine
from pyjm.server.preflight import UNKNOWN_USERS, Planned, spoilers
from pyjm.server.run import Room, Run
from pyjm.server.spool import IN_MEMORY, ON_DISK
from pyjm.server.store import Store
from pyjm.server.wire.contract import CONTROL, BadMessage, Code, Refused, in_one_line

log = logging.getLogger("pyjm.server")

CONTROLLER = "controller"
"""Whose clock the times of samples are, where an order says so; else this machine's."""

_DROP_S = 20.0
_LONG_DATE = date_format("yyyy MMM d HH:mm:ss z")


class Host:
    """The one engine of this server and who has it. All methods may be called from any thread.

    A lease lives as long as its holder is heard of once in `lease_s`. When it runs out the load stops, the run is
    dropped, and the next controller is taken.
    """

    def __init__(
        self, settings: Settings, make_engine: Callable[[int], Running], say: Callable[[str], None], lease_s: float
    ) -> None:
        self.lease_s = lease_s
        self.leaving = threading.Event()
        self.exit_asked = False
        self.last_name = ""
        self.describe = describe_machine
        self.wall_ns = time.time_ns
        self.on_run: Callable[[Run], None] = lambda run: None
        self.certificate: x509.Certificate | None = None
        self.id = secrets.token_hex(8)
        self._settings = settings
        self._make_engine = make_engine
        self._say = say
        self._store = Store()
        self._changed = threading.Condition()
        self._lease: Lease | None = None
        self._dropping = False
        self._closed = False
        self._sent: Mapping[str, str] = {}
        self._no_scripts = settings.flag("pyjm.no_scripts")  # once: a controller may send properties, but not this one
        self._exit_after_test = settings.flag("server.exitaftertest")
        self._lease_action = settings.text("pyjm.lease_action", STOP)
        in_memory = settings.whole("pyjm.spool_memory", IN_MEMORY >> 20) << 20
        self._room = Room(in_memory, settings.whole("pyjm.spool", ON_DISK >> 20) << 20)
        self._watch = threading.Thread(target=self._watch_lease, name="lease", daemon=True)
        self._watch.start()

    @property
    def workers(self) -> int:
        """Tell how many workers a test has here; 0: as many as there are cores."""
        return worker_count(self._settings)

    @property
    def stops(self) -> bool:
        """Tell whether a test ends with its lease."""
        return self._lease_action != CONTINUE

    # the lease

    def acquire(self, who: str, link: Cuttable, fingerprint: bytes = b"") -> Lease:
        """Give the engine to a controller; one that has it already is named in the refusal."""
        with self._changed:
            self._changed.wait_for(lambda: not self._dropping, _DROP_S)
            if self._closed or self.leaving.is_set():
                raise Refused(Code.BUSY, "the server is about to end")
            if self._lease is not None or self._dropping:
                raise Refused(Code.BUSY, self._busy_text())
            self._lease = Lease(who, secrets.token_hex(32), datetime.now(), self._new_deadline(), {link: CONTROL})
            self._lease.fingerprint = fingerprint
            self._changed.notify_all()
            log.info("Remote client host: %s", who)
            return self._lease

    def attach(self, token: str, link: Cuttable, kind: str, fingerprint: bytes = b"") -> Lease:
        """Add a link to a lease that is known by its token; it takes the place of an older one of its kind.

        A token that was stolen opens nothing without the certificate that took the lease.
        """
        with self._changed:
            lease = self._lease
            known = lease is not None and secrets.compare_digest(lease.token.encode(), token.encode())
            if lease is None or not known or not secrets.compare_digest(lease.fingerprint, fingerprint):
                raise Refused(Code.LEASE, "the test of this controller is no longer on this server")
            stale = lease.join(link, kind)
            self._heard(lease)
        for other in stale:
            other.abort()
        return lease

    def detach(self, lease: Lease, link: Cuttable) -> None:
        """Note that a link is gone; the lease waits for its holder to come back."""
        with self._changed:
            lease.links.pop(link, None)

    def renew(self, lease: Lease) -> None:
        """Note that the holder was heard of; refused where it is no longer the holder."""
        with self._changed:
            if self._lease is not lease:
                raise Refused(Code.LEASE, "the test of this controller is no longer on this server")
            self._heard(lease)

    @property
    def is_held(self) -> bool:
        """Tell whether a controller has this server."""
        return self._lease is not None

    def _heard(self, lease: Lease) -> None:
        """Note that the holder was heard of."""
        lease.deadline = self._new_deadline()
        if lease.deserted:
            lease.deserted = False
            self._tell(f"{lease.who} is heard of again")
            self._changed.notify_all()

    def release(self, lease: Lease, link: Cuttable | None = None) -> None:
        """End a lease and what is left of its test; the link over which that was said stays."""
        with self._changed:
            if self._lease is not lease:
                return
            self._lease = None
            self._dropping = True
            if link is not None:
                lease.links.pop(link, None)
            links = list(lease.links)
        try:
            for other in links:
                other.abort()
            if lease.run is not None:
                lease.run.close()
        finally:
            with self._changed:
                self._dropping = False
                self._changed.notify_all()
        if self._exit_after_test and lease.run is not None and lease.run.started:
            self.leaving.set()

    def _new_deadline(self) -> float:
        return time.monotonic() + self.lease_s

    def _busy_text(self) -> str:
        lease = self._lease
        if lease is not None and lease.deserted:
            return f"Engine is busy - please try later (the test of {lease.who}, which is gone, runs on)"
        holder = f"held by {lease.who} since {lease.since:%Y-%m-%d %H:%M:%S}" if lease else "its last test is ending"
        return f"Engine is busy - please try later ({holder})"

    def _watch_lease(self) -> None:
        while not self._closed:
            with self._changed:
                lease = self._lease
                left = lease.deadline - time.monotonic() if lease is not None and not lease.deserted else None
                if lease is not None and lease.at_work:
                    left = self.lease_s
                if left is None or left > 0:
                    self._changed.wait(left)
                    continue
                assert lease is not None
                lease.deserted = not self.stops and lease.run is not None and lease.run.started
            gone = f"{lease.who} was not heard of for {self.lease_s:g} s"
            if lease.deserted:
                self._tell(f"{gone}: its test runs on, and what it makes is kept (pyjm.lease_action=continue)")
            else:
                self._tell(f"{gone}: its test is stopped and dropped")
                self.release(lease)

    def _tell(self, text: str) -> None:
        log.warning("%s", text)
        self._say(text)

    # the run

    def store(self) -> Store:
        """Give the files that controllers ship."""
        return self._store

    def configure(self, lease: Lease, order: Mapping[str, Any]) -> list[Fault]:
        """Make a run of what the holder orders; gives all faults of its plan."""
        with self._changed:
            lease.at_work += 1
        try:
            return [*(faults := self._configure(lease, order)), *self._spoilers(lease, order, faults)]
        finally:
            with self._changed:
                lease.at_work -= 1
                lease.deadline = self._new_deadline()

    def _configure(self, lease: Lease, order: Mapping[str, Any]) -> list[Fault]:
        if lease.run is not None:
            lease.run.close()
            lease.run = None
        name = self.last_name = in_one_line(str(order.get("name", "")))
        log.info("Creating JMeter engine on host %s base '%s'", name, in_one_line(str(order.get("base"))))
        engine = self._make_engine(0)
        try:
            run = Run(engine, name, self._test_ended, self._tell, self._room)
        except OSError:  # no room for its folder
            engine.close()
            raise
        lease.run = run
        self.on_run(run)
        job = self._make_job(order, run)
        log.info("Applying properties %s", sorted(self._sent))
        return run.prepare(job)

    def _spoilers(self, lease: Lease, order: Mapping[str, Any], faults: list[Fault]) -> list[Fault]:
        """Find what would spoil a test that could start."""
        if lease.run is None or any(fault.fatal for fault in faults):
            return []
        its_own = order.get("clock") != CONTROLLER
        health, epoch_ns, expected = lease.run.health(), order.get("epoch_ns"), order.get("expected")
        planned = Planned(
            users=0 if health.users >= UNKNOWN_USERS else health.users,
            workers=health.workers,
            expected=list(map(str, expected)) if isinstance(expected, list) else (),
            ahead_ns=self.wall_ns() - perf_counter_ns() - epoch_ns if its_own and isinstance(epoch_ns, int) else 0,
            find=lambda name: resolved(name, Path.cwd() / str(order["base"])),
        )
        said = " ".join(fault.problem for fault in faults)
        found = spoilers(self.describe(), planned, self.certificate)
        return [fault for fault in found if fault.path != "files" or fault.problem.split(",")[0] not in said]

    def _make_job(self, order: Mapping[str, Any], run: Run) -> Job:
        """Turn an order into a job: this server's properties under the controller's, the files where they are here."""
        try:
            job = Job.from_plain({**order["job"], "plan": self._store.read(str(order["plan"]))})
            base = Path.cwd() / inner_path(str(order["base"]))
            shipped = [(str(name), str(sha)) for name, sha in order["files"]]
            sent = {str(key): str(value) for key, value in job.properties.items()}
            job.plan_name = in_one_line(str(job.plan_name))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise BadMessage(f"an order of another form: {error!r}") from error
        if order.get("clock") == CONTROLLER and is_epoch(order.get("epoch_ns")):
            job.epoch_ns = order["epoch_ns"]
        self._settings.take_globals(sent, self._sent)
        self._sent = sent
        job.properties = dict(self._settings.jmeter)
        job.system = dict(self._settings.system)
        job.base = str(base)
        job.host_prefix = f"{run.name}-"
        job.no_scripts = self._no_scripts
        job.workers = worker_count(self._settings)
        files = run.folder / "files"
        job.files = {name: str(self._store.put(sha, name, files, at)) for at, (name, sha) in enumerate(shipped)}
        return job

    def start(self, lease: Lease, at_ns: int) -> None:
        """Begin the test at an instant."""
        run = running(lease)
        if run.started:  # whoever takes a test up makes sure
            return
        at_ms = to_wall_ms(at_ns) if at_ns else wall_ms()
        self._say(f"Starting the test on host {run.name} @ {_long(at_ms)}")
        log.info("Running test")
        run.start(at_ns)

    def _test_ended(self, run: Run) -> None:
        asked = " - exit requested." if self._exit_after_test else ""
        log.info("Test has ended on host %s", run.name)
        self._say(f"Finished the test on host {run.name} @ {_long(wall_ms())}{asked}")

    def leave(self) -> None:
        """Have the process end, because the holder asks for it."""
        self.exit_asked = True
        self.leaving.set()

    def close(self) -> None:
        """Stop whatever runs and remove what is kept."""
        with self._changed:
            self._closed = True
            lease = self._lease
            self._changed.notify_all()
        if lease is not None:
            self.release(lease)
        with self._changed:
            self._changed.wait_for(lambda: not self._dropping, _DROP_S)
        self._store.close()


def inner_path(text: str) -> PurePosixPath:
    """Read the name of a folder below the present one; raises ValueError for one that leads out of it."""
    path = PurePosixPath(text.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in text or "\0" in text:
        raise ValueError(f"a folder outside the server's: {in_one_line(text)!r}")
    return path


def is_epoch(value: object) -> bool:
    """Tell what can be a wall time in nanoseconds at which a clock was 0."""
    return isinstance(value, int) and -1 << 62 < value < 1 << 62


def running(lease: Lease) -> Run:
    """Give the run of a lease; refused where nothing is configured."""
    if lease.run is None:
        raise Refused(Code.STATE, "no test is configured")
    return lease.run


def worker_count(settings: Settings) -> int:
    """Read pyjm.workers; 0 stands for auto."""
    text = settings.text("pyjm.workers")
    return int(text) if text.isdecimal() else 0


def _long(at_ms: int) -> str:
    return f"{_LONG_DATE(at_ms)} ({at_ms})"
