"""A server as a member of the fleet: what is asked of it over its links, and what becomes of it when they are cut."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import replace
from functools import partial
from math import inf
from typing import Any

from pyjm.client.address import parse_address
from pyjm.client.board import Alarm, Board, opened
from pyjm.client.clocks import CONTROLLER
from pyjm.client.dial import LIMITS, Dialer
from pyjm.client.door import Joined
from pyjm.client.heart import Heart, Patience
from pyjm.client.line import Line
from pyjm.client.links import DOWN, RELEASE_S, Grant, Opener
from pyjm.client.member import Answer, MemberError, Progress
from pyjm.client.pace import rest_s
from pyjm.client.shipping import ship
from pyjm.client.trust import Trust
from pyjm.engine.plan.faults import Fault
from pyjm.engine.run.engine import Health, WorkerHealth
from pyjm.engine.run.job import Job
from pyjm.properties import Settings
from pyjm.server.wire.contract import (
    CONTROL,
    TAKE_AT_MOST,
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

COMPILE_S = 180.0
_AGAIN_S = 0.25
_DROP_S = 1.0
"""How long a server may take to end a test whose lease is over."""
ON_THE_WAY = 64 << 20
"""Bytes of batches that all servers together may have handed over and the controller has not written yet."""
LEAST_ANSWER = 128 << 10
"""Bytes of batches that each server may hand over at once, however many there are."""


class Remote:
    """One pyjm-server; implements `member.Member`, and `heart.Watcher`. One that has `joined` dials, not we; it is one
    of so many `members`.

    The control link carries what must be answered at once (heartbeat, stop), the data link what takes its time (files,
    compiling, batches). A data link that is cut, or on which nothing comes, is opened again and goes on after the last
    batch that arrived, until the heartbeat takes the server for lost.
    """

    def __init__(
        self,
        name: str,
        settings: Settings,
        trust: Trust | None = None,
        limits: Limits = LIMITS,
        say: Callable[[str], None] = lambda text: None,
        joined: Joined | None = None,
        members: int = 1,
        board: Board | None = None,
    ) -> None:
        self.name = name
        self.cuts = 0
        self._settings = settings
        self._trust = Trust(settings) if trust is None else trust
        self._limits = limits
        self._say = say
        self._joined = joined
        self._members = members
        self._at_most = min(max(ON_THE_WAY // max(1, members), LEAST_ANSWER), TAKE_AT_MOST)
        self._silent_s = settings.decimal("pyjm.loss_timeout")
        self._away_s = settings.decimal("pyjm.reconnect_timeout")
        self._runs_on_s = 0.0
        self._lost = ""
        self._trouble = ""
        self._stop_asked = ""
        self._health: Health | None = None
        self._heart: Heart | None = None
        self._data: Link | None = None
        self._line: Line | None = None
        self._threads: Link | None = None
        self._gone = threading.Event()
        self._hurry = Alarm()
        self._board = Board() if board is None else board
        self._on_board = False
        self._asked: Future[Answer] | None = None

    # before the test

    @property
    def warnings(self) -> Sequence[str]:
        """Tell what the user should know about the keys; raises MemberError where they are of no use."""
        return self._trust.warnings()

    def look(self) -> Mapping[str, Any]:
        """Tell what the server says of itself; it stays free."""
        if self._joined is not None:
            return self._joined.about
        dialer = self._by_name()
        try:
            link, about = dialer.open(CONTROL)
        except DOWN as error:
            raise dialer.explain(error) from error
        link.close()
        return about

    def configure(self, job: Job) -> list[Fault]:
        """Connect, take the server's lease, ship the plan and its files, have it compiled."""
        self._begin()
        try:
            self._watch(self._opener.acquire())
            data = self._open_data()
            self._threads = self._opener.threads(self._call)
            return self._order(job, data)
        except DOWN as error:
            raise self._failure(error) from error

    def reconfigure(self, job: Job) -> list[Fault]:
        """Have another job compiled in place of the one that the server has, under the same lease."""
        try:
            return self._order(job, self._data or self._open_data())
        except DOWN as error:
            raise self._failure(error) from error

    def _order(self, job: Job, data: Link) -> list[Fault]:
        job = replace(job, hand_over_s=rest_s(self._members))
        order = ship(self.name, job, data, self._limits, self._opener.offset_ns)
        if self._settings.text("pyjm.clock") == CONTROLLER:
            order |= {"clock": CONTROLLER, "epoch_ns": self._opener.timekeeper.epoch_ns()}
        try:
            faults = unpack(data.call("configure", pack(order), timeout_s=COMPILE_S))
            return [Fault(**fault) for fault in faults]
        except TypeError as error:
            raise MemberError(f"{self.name} answers what is no answer: {error}") from error

    def resume(self, grant: Grant) -> None:
        """Connect to a server whose lease another process took, and which runs its test."""
        self._begin()
        if self._joined is not None:
            self._joined.expect(self._away_s)
        try:
            self._watch(self._opener.resume(grant))
            if self._settings.text("pyjm.clock") == CONTROLLER:
                self._opener.timekeeper.epoch_ns()  # about what it was told; from here on it is corrected
        except DOWN as error:
            raise self._failure(error) from error

    def _begin(self) -> None:
        self.close()
        self._board.enter()
        self._on_board = True
        self._gone.clear()
        self._hurry.reset()
        self._lost = self._trouble = self._stop_asked = ""
        self._dialer = self._joined or self._by_name()
        receiver = self._trust.receiver() if self._joined is None else None
        callback_host = self._settings.system.get("java.rmi.server.hostname", "")
        self._opener = Opener(self._dialer, self._silent_s, receiver, callback_host, self._say)

    def _by_name(self) -> Dialer:
        address = parse_address(self.name, self._settings.whole("server.rmi.port"))
        return Dialer(self.name, address, self._trust.context(), self._limits)

    def _watch(self, control: Link) -> None:
        lease_s = self._opener.grant.lease_s
        self._runs_on_s = lease_s + _DROP_S if self._opener.grant.stops else inf
        self._away_s = min(self._settings.decimal("pyjm.reconnect_timeout"), lease_s)
        patience = Patience(self._silent_s, self._away_s, self._members)
        self._heart = Heart(control, lease_s, patience, self, self._board, self._on_beat)

    async def _on_beat(self, state: dict[str, Any], sent_ns: int, back_ns: int) -> None:
        keeper = self._opener.timekeeper
        keeper.beat(state, sent_ns, back_ns)
        epoch_ns = keeper.correction()
        if epoch_ns is not None:
            try:
                assert self._heart is not None
                await self._heart.calling("epoch", epoch_ns)
                keeper.corrected(epoch_ns)
            except Refused:  # nothing is compiled there yet: the next beat tries again
                pass

    def _failure(self, error: Exception) -> MemberError:
        if not self._lost and isinstance(error, Refused) and error.code == Code.LEASE:
            self._lost = error.text
        return MemberError(f"{self.name} is lost: {self._lost}") if self._lost else self._dialer.explain(error)

    def _open_data(self, *, again: bool = False) -> Link:
        self._data = self._opener.data(self._call, again=again)
        return self._data

    def grant(self) -> Grant:
        """Give what another process needs to take this server up."""
        return self._opener.grant

    # the test

    def share(self, place: int, servers: int) -> None:
        """Tell which rows of divided data files are this server's."""
        self._ask("share", place, servers)

    def further(self, kind: str) -> Link:
        """Open one more link; raises what opening a link may raise."""
        return self._opener.further(kind, self._call)

    def offset_ns(self) -> int:
        """Tell how far the server's clock is ahead."""
        return self._opener.timekeeper.offset_ns(self._opener.offset_ns)

    def clock(self) -> str:
        """Say how the server's wall clock stands beside this machine's, and how quickly that changes."""
        return self._opener.timekeeper.text()

    def settle(self) -> None:
        """Measure the server's clock once more, where that was done amid much else."""
        if self._heart is None or self._opener.timekeeper.is_good():
            return
        try:
            self._board.run(self._heart.measure(self._opener.timekeeper))
        except (LinkDown, Refused, BadMessage) as error:
            log.info("%s: its clock could not be measured once more: %s", self.name, error)

    def start_at(self, at_ns: int) -> None:
        """Begin at an instant of this process's clock."""
        self._ask("start_at", at_ns + self.offset_ns())

    def started_ns(self) -> int:
        """Tell when it really began, in this process's clock; 0 while it has not."""
        try:
            said = self._threads.call("health") if self._threads is not None else self._ask("health")
        except (LinkDown, Refused, BadMessage) as error:
            raise self._failure(error) from error
        started_ns = read_health(said).started_ns
        return started_ns - self.offset_ns() if started_ns else 0

    def ask(self, after: int, wait_s: float, rest_s: float = 0.0) -> Future[Answer]:
        """Ask for batches after a number; a cut of the link is mended here."""
        self._asked = self._board.begin(self._take(after, wait_s, rest_s))
        return self._asked

    def take(self, after: int, wait_s: float) -> list[bytes]:
        """Ask for batches, and wait for them; raises MemberError."""
        return self.ask(after, wait_s).result()()

    async def _take(self, after: int, wait_s: float, rest_s: float) -> Answer:
        if rest_s:
            await self._hurry.within(rest_s)
        while True:
            if self._lost:
                raise MemberError(f"{self.name} is lost: {self._lost}")
            try:
                line = self._line = self._line or Line(self._data or await opened(self._open_data), self._board)
                # an answer begins after the wait at the latest; once it has begun, its frame has its own deadline
                answer = await line.call("take", after, float(wait_s), self._at_most, timeout_s=wait_s + self._silent_s)
                packed, health = answer
                self._note(health)
                return partial(self._unpacked, packed)
            except Refused as error:
                raise self._failure(error) from error
            except (OSError, LinkDown) as error:
                log.info("%s: the data link was cut (%s), it is opened again", self.name, error)
                await self._mend(error)
            except (BadMessage, TypeError, ValueError) as error:
                raise MemberError(f"{self.name} answers what is no answer: {error}") from error

    def _unpacked(self, packed: object) -> list[bytes]:
        try:
            return unpack_batches(packed)
        except (BadMessage, ValueError) as error:
            raise MemberError(f"{self.name} answers what is no answer: {error}") from error

    def _note(self, health: object) -> None:
        self._health = read_health(health)
        self._trouble = str(unpack_map(health).get("trouble", ""))

    async def _mend(self, error: Exception) -> None:
        """Open the data link again; gives up when the heartbeat does, or after as long."""
        self._data = self._line = None
        until = time.monotonic() + self._away_s
        while not self._gone.is_set():
            await self._hurry.within(_AGAIN_S)
            if self._is_away():  # it is for the heart to dial, and to say when that is enough
                until = time.monotonic() + self._away_s
                continue
            try:
                self._line = Line(await opened(partial(self._open_data, again=True)), self._board)
                self.cuts += 1
                return
            except (Refused, BadMessage) as refusal:
                raise self._failure(refusal) from refusal
            except (OSError, LinkDown) as again:
                if not self._is_away() and time.monotonic() > until:
                    self._lost = f"the connection for samples was cut and did not come back within {self._away_s:g} s"
                    raise self._failure(again) from error
        raise MemberError(f"{self.name} is lost: {self._lost or 'it was let go'}")

    def _is_away(self) -> bool:
        return self._heart is not None and self._heart.away

    def stop(self, *, now: bool) -> None:
        """End the test there; does not wait for it. A server that is out of reach hears of it when it is back."""
        self._stop_asked = "stop" if now else self._stop_asked or "shutdown"
        self._ask("stop" if now else "shutdown")

    def health(self) -> Health | None:
        """Tell the latest health that came with `take`."""
        return self._health

    def progress(self) -> Progress:
        """Tell how far it was at the last heartbeat."""
        progress = self._heart.progress if self._heart is not None else Progress()
        return replace(progress, trouble=self._trouble or progress.trouble, runs_on_s=self._runs_on_s)

    def _call(self, name: str, *args: Plain) -> Plain:
        assert self._heart is not None
        return self._heart.call(name, *args)

    def _ask(self, name: str, *args: Plain) -> Plain:
        """Call over the control link; while that is cut, until it is mended or has been for too long."""
        until = time.monotonic() + self._silent_s
        while True:
            if self._lost or self._heart is None:
                raise MemberError(f"{self.name} is lost: {self._lost or 'it was not configured'}")
            try:
                return self._heart.call(name, *args)
            except LinkDown as down:
                if time.monotonic() > until:
                    raise MemberError(f"{self.name} is out of reach: {down}") from down
                self._gone.wait(_AGAIN_S)
            except (Refused, BadMessage) as error:
                raise self._failure(error) from error

    # what the heart tells

    async def reopen(self) -> Link:
        """Open the control link again."""
        return await opened(self._opener.control)

    def explain(self, error: Exception) -> Exception:
        """Say in one line why a link could not be opened."""
        return self._dialer.explain(error)

    def on_away(self, reason: str) -> None:
        """Say that the server is out of reach; who waits on the data link dials as well."""
        text = f"{self.name} is out of reach: {reason}; it is {self._dialer.returns} for up to {self._away_s:g} s"
        log.warning("%s", text)
        self._say(text)
        self._abort_data()

    async def on_back(self, away_s: float) -> None:
        """Say that the server is back, and have it stopped where that was asked for in the meantime."""
        if away_s:
            text = f"{self.name} is back after {away_s:.0f} s: what it has kept comes now"
            log.warning("%s", text)
            self._say(text)
        if self._stop_asked:
            try:
                assert self._heart is not None
                await self._heart.calling(self._stop_asked)
            except (LinkDown, Refused, BadMessage) as error:
                log.info("%s could not be stopped: %s", self.name, error)

    def on_loss(self, reason: str, *, dead: bool) -> None:
        """Note that the server is gone; who waits for its batches wakes up."""
        self._lost = reason
        if dead:
            self._runs_on_s = 0.0
        self._gone.set()
        self._hurry.ring()
        self._abort_data()

    def _abort_data(self) -> None:
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
        line, self._line = self._line, None
        asked, self._asked = self._asked, None
        if asked is not None:
            asked.cancel()
        if line is not None:
            self._board.run(line.end())
        if heart is not None:
            heart.stop()
            if self.clock():
                log.info("%s: %s", self.name, self.clock())
            if not self._lost:
                try:
                    heart.call("release", timeout_s=RELEASE_S)
                except (LinkDown, Refused, BadMessage) as error:
                    log.info("%s could not be let go: %s", self.name, error)
            heart.close()
        for link in links:
            link.abort()
            link.close()
        if self._on_board:
            self._on_board = False
            self._board.leave()


def read_health(data: object) -> Health:
    """Read how an engine is; a server may know of more than this side does."""
    values = unpack_map(data)
    values["each"] = tuple(
        WorkerHealth(*(number + 0 for number in figures[: len(WorkerHealth._fields)]))
        for figures in values.get("each", ())
    )
    return Health(**{key: value for key, value in values.items() if key in Health.__dataclass_fields__})
