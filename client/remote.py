"""A server as a member of the fleet: its two links, its files, its clock."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from time import perf_counter_ns
from typing import Any

from pyjm.client.address import parse_address
from pyjm.client.dial import LIMITS, Dialer
from pyjm.client.files import Shipment, named_files, shipments
from pyjm.client.heart import Heart
from pyjm.client.member import MemberError, Progress
from pyjm.client.trust import Trust
from pyjm.engine.plan.faults import Fault
from pyjm.engine.run.engine import Health
from pyjm.engine.run.job import Job
from pyjm.properties import Settings
from pyjm.server.wire.contract import (
    CONTROL,
    DATA,
    PIECE,
    TAKE_AT_MOST,
    THREADS,
    BadMessage,
    Code,
    Limits,
    Plain,
    Refused,
    pack,
    unpack,
    unpack_batches,
    unpack_map,
)
from pyjm.server.wire.link import Link
from pyjm.server.wire.trouble import LinkDown

log = logging.getLogger("pyjm.client.remote")

CLOCK_ROUNDS = 8
CLOCK_GOOD_NS = 2_000_000
CLOCK_SLOW_NS = 500_000_000
COMPILE_S = 180.0
RELEASE_S = 30.0
_AGAIN_S = 0.25

_DOWN = (OSError, LinkDown, Refused, BadMessage)


class Remote:
    """One pyjm-server; implements `member.Member`.

    The control link carries what must be answered at once (heartbeat, stop), the data link what takes its time (files,
    compiling, batches). A data link that is cut is opened again and goes on after the last batch that arrived, for as
    long as the control link finds the server alive.
    """

    def __init__(self, name: str, settings: Settings, trust: Trust | None = None, limits: Limits = LIMITS) -> None:
        self.name = name
        self.cuts = 0
        self._settings = settings
        self._trust = Trust(settings) if trust is None else trust
        self._limits = limits
        self._loss_timeout_s = settings.decimal("pyjm.loss_timeout")
        self._token = ""
        self._data_port = 0
        self._lost = ""
        self._offset_ns = 0
        self._health: Health | None = None
        self._heart: Heart | None = None
        self._data: Link | None = None
        self._threads: Link | None = None
        self._server_id = ""
        self._gone = threading.Event()

    # before the test

    @property
    def warnings(self) -> Sequence[str]:
        """Tell what the user should know about the keys; raises MemberError where they are of no use."""
        return self._trust.warnings()

    def configure(self, job: Job) -> list[Fault]:
        """Connect, take the server's lease, ship the plan and its files, have it compiled."""
        self.close()
        self._gone.clear()
        self._lost = ""
        address = parse_address(self.name, self._settings.whole("server.rmi.port"))
        self._dialer = Dialer(self.name, address, self._trust.context(), self._limits)
        try:
            self._take_lease()
            data = self._open_data()
            threads = self._received(THREADS)
            self._threads = self._attached(threads) if threads is not None else None
            faults = unpack(data.call("configure", pack(self._order(job, data)), timeout_s=COMPILE_S))
            return [Fault(**fault) for fault in faults]
        except _DOWN as error:
            raise self._failure(error) from error
        except TypeError as error:
            raise MemberError(f"{self.name} answers what is no answer: {error}") from error

    def _failure(self, error: Exception) -> MemberError:
        if not self._lost and isinstance(error, Refused) and error.code == Code.LEASE:
            self._lost = error.text
        if not self._lost and isinstance(error, LinkDown) and self._heart is not None:
            self._lost = f"the connection was cut: {error}"
        return MemberError(f"{self.name} is lost: {self._lost}") if self._lost else self._dialer.explain(error)

    def _take_lease(self) -> None:
        link, about = self._dialer.open(CONTROL)
        try:
            lease = unpack_map(link.call("acquire", timeout_s=RELEASE_S))
            self._token, lease_s = str(lease["token"]), float(lease["lease_s"])
            self._data_port = int(about.get("data_port", 0))
            self._server_id = str(about.get("id"))
            self._offset_ns = measure_offset_ns(link)
        except (*_DOWN, KeyError, TypeError):
            link.close()
            raise
        log.info("%s: %s cores, %s", self.name, about.get("cores"), about.get("product"))
        self._heart = Heart(link, lease_s, self._loss_timeout_s, self._open_control, self._dialer.explain, self._lose)

    def _open_control(self) -> Link:
        quick = replace(self._limits, connect_s=min(self._limits.connect_s, self._loss_timeout_s))
        link, _ = replace(self._dialer, limits=quick).open(CONTROL)
        return self._attached(link)

    def _open_data(self) -> Link:
        self._data = self._attached(self._received(DATA) or self._dialer.open(DATA, self._data_port)[0])
        return self._data

    def _received(self, kind: str) -> Link | None:
        """Have the server dial, where client.rmi.localport says that it is to."""
        receiver = self._trust.receiver()
        if receiver is None or self._heart is None:
            return None
        host = self._settings.system.get("java.rmi.server.hostname", "")
        self._heart.call("dial", host, receiver.port(kind))
        return receiver.take(self._server_id, kind, self._limits.handshake_s)

    def _attached(self, link: Link) -> Link:
        try:
            link.call("attach", self._token)
        except (LinkDown, Refused, BadMessage):
            link.close()
            raise
        return link

    def _order(self, job: Job, data: Link) -> dict[str, Any]:
        """Ship what the server lacks, and write down the rest of the job."""
        plan = Shipment.of_bytes(job.plan)
        files = shipments(job)
        by_sha = {shipment.sha: shipment for shipment in [plan, *files.values()]}
        wanted = pack([[sha, shipment.size] for sha, shipment in by_sha.items()])
        for sha in unpack(data.call("missing", wanted)):
            self._ship(by_sha[sha], data)
        told = job.to_plain()
        del told["plan"], told["files"]
        return {
            "name": self.name,
            "base": relative_base(job.base),
            "plan": plan.sha,
            "files": [[name, shipment.sha] for name, shipment in files.items()],
            "expected": [name for name in named_files(job) if name not in files],
            "epoch_ns": time.time_ns() - perf_counter_ns() - self._offset_ns,
            "job": {**told, "base": "", "system": {}},
        }

    def _ship(self, shipment: Shipment, data: Link) -> None:
        log.info("%s: shipping %s, %d bytes", self.name, shipment.name or "the plan", shipment.size)
        offset = 0
        for piece in shipment.pieces(PIECE):
            data.call("upload", shipment.sha, offset, piece, timeout_s=self._patience_s(PIECE))
            offset += len(piece)

    def _patience_s(self, size: int) -> float:
        """Tell how long a call may take that moves so many bytes; that the server is gone, the heartbeat finds out."""
        return self._limits.frame_s + size / self._limits.bytes_per_s

    # the test

    def offset_ns(self) -> int:
        """Tell how far the server's clock is ahead."""
        return self._offset_ns

    def start_at(self, at_ns: int) -> None:
        """Begin at an instant of this process's clock."""
        self._ask("start_at", at_ns + self._offset_ns)

    def started_ns(self) -> int:
        """Tell when it really began, in this process's clock; 0 while it has not."""
        try:
            said = self._threads.call("health") if self._threads is not None else self._ask("health")
        except (LinkDown, Refused, BadMessage) as error:
            raise self._failure(error) from error
        started_ns = read_health(said).started_ns
        return started_ns - self._offset_ns if started_ns else 0

    def take(self, after: int, wait_s: float) -> list[bytes]:
        """Give batches after a number; a cut of the link is mended here."""
        while True:
            if self._lost:
                raise MemberError(f"{self.name} is lost: {self._lost}")
            try:
                data = self._data or self._open_data()
                patience_s = wait_s + self._patience_s(TAKE_AT_MOST)
                packed, health = data.call("take", after, float(wait_s), timeout_s=patience_s)
                self._health = read_health(health)
                return unpack_batches(packed)
            except Refused as error:
                raise self._failure(error) from error
            except (OSError, LinkDown) as error:
                log.info("%s: the data link was cut (%s), it is opened again", self.name, error)
                self._mend(error)
            except (BadMessage, TypeError, ValueError) as error:
                raise MemberError(f"{self.name} answers what is no answer: {error}") from error

    def _mend(self, error: Exception) -> None:
        """Open the data link again; gives up when the heartbeat does, or after as long."""
        self._data = None
        until = time.monotonic() + self._loss_timeout_s
        while not self._gone.wait(_AGAIN_S):
            try:
                self._open_data()
                self.cuts += 1
                return
            except (Refused, BadMessage) as refusal:
                raise self._failure(refusal) from refusal
            except (OSError, LinkDown) as again:
                if time.monotonic() > until:
                    raise self._failure(again) from error
        raise MemberError(f"{self.name} is lost: {self._lost or 'it was let go'}")

    def stop(self, *, now: bool) -> None:
        """End the test there; does not wait for it."""
        self._ask("stop" if now else "shutdown")

    def health(self) -> Health | None:
        """Tell the latest health that came with `take`."""
        return self._health

    def progress(self) -> Progress:
        """Tell how far it was at the last heartbeat."""
        return self._heart.progress if self._heart is not None else Progress()

    def _ask(self, name: str, *args: Plain) -> Plain:
        """Call over the control link."""
        if self._lost or self._heart is None:
            raise MemberError(f"{self.name} is lost: {self._lost or 'it was not configured'}")
        try:
            return self._heart.call(name, *args)
        except (LinkDown, Refused, BadMessage) as error:
            raise self._failure(error) from error

    def _lose(self, reason: str) -> None:
        """Note that the server is gone; who waits for its batches wakes up."""
        self._lost = reason
        self._gone.set()
        data = self._data
        if data is not None:
            data.abort()

    # after the test

    def exit(self) -> None:
        """End the server's process."""
        self._ask("exit")

    def close(self) -> None:
        """Let go of the server."""
        heart, self._heart = self._heart, None
        links = [link for link in (self._data, self._threads) if link is not None]
        self._data = self._threads = None
        self._gone.set()
        if heart is not None:
            heart.stop()
            if not self._lost:
                try:
                    heart.call("release", timeout_s=RELEASE_S)
                except (LinkDown, Refused, BadMessage) as error:
                    log.info("%s could not be let go: %s", self.name, error)
            heart.close()
        for link in links:
            link.abort()
            link.close()


def measure_offset_ns(link: Link) -> int:
    """Tell how far the server's clock is ahead: of several rounds the quickest tells best, as in NTP.

    The error is half a round at most. While rounds are slow, as when a machine is busy, more of them are tried.
    """
    best_ns, offset_ns = 1 << 62, 0
    until_ns = perf_counter_ns() + CLOCK_SLOW_NS
    rounds = 0
    while rounds < CLOCK_ROUNDS or (best_ns > CLOCK_GOOD_NS and perf_counter_ns() < until_ns):
        rounds += 1
        sent_ns = perf_counter_ns()
        theirs_ns = link.call("clock", sent_ns)
        back_ns = perf_counter_ns()
        if back_ns - sent_ns < best_ns and isinstance(theirs_ns, int):
            best_ns, offset_ns = back_ns - sent_ns, theirs_ns - (sent_ns + back_ns) // 2
    return offset_ns


def read_health(data: object) -> Health:
    """Read how an engine is; a server may know of more than this side does."""
    values = unpack_map(data)
    return Health(**{key: value for key, value in values.items() if key in Health.__dataclass_fields__})


def relative_base(base: str) -> str:
    """Give the plan's folder as JMeter sends it: below the present one, or `.`."""
    relative = os.path.relpath(base)
    inside = not Path(relative).is_absolute() and not relative.startswith("..")
    return Path(relative).as_posix() if inside else "."
