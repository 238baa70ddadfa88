"""A server as a member of the fleet: what is asked of it over its links, and what becomes of it when they are cut."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import replace
from math import inf
from typing import Any

from pyjm.client.address import parse_address
from pyjm.client.board import Board, opened
from pyjm.client.clocks import CONTROLLER, GOOD_NS
from pyjm.client.dial import LIMITS, Dialer
from pyjm.client.door import Joined
from pyjm.client.heart import LEASE_GONE, Heart, Patience
from pyjm.client.links import DOWN, Grant, Opener
from pyjm.client.member import Answer, MemberError, Progress
from pyjm.client.pace import most_at_once, rest_s
from pyjm.client.parting import let_go
from pyjm.client.samples import AGAIN_S, Samples, Standing, read_health
from pyjm.client.shipping import ship
from pyjm.client.trust import Trust
from pyjm.engine.plan.faults import Fault
from pyjm.engine.run.engine import Health
from pyjm.engine.run.job import Job
from pyjm.properties import Settings
from pyjm.server.wire.contract import (
    CONTROL,
    BadMessage,
    Code,
    Limits,
    Plain,
    Refused,
    pack,
    unpack,
)
from pyjm.server.wire.link import Link
from pyjm.server.wire.trouble import LinkDown

log = logging.getLogger("pyjm.client.remote")

COMPILE_S = 180.0
_DROP_S = 1.0
"""How long a server may take to end a test whose lease is over."""


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
        self._settings = settings
        self._trust = Trust(settings) if trust is None else trust
        self._limits = limits
        self._say = say
        self._joined = joined
        self._members = members
        self._silent_s = settings.decimal("pyjm.loss_timeout")
        self._away_s = settings.decimal("pyjm.reconnect_timeout")
        self._runs_on_s = 0.0
        self._stop_asked = ""
        self._heart: Heart | None = None
        self._threads: Link | None = None
        self._board = Board() if board is None else board
        self._on_board = False
        self._standing = Standing()
        self._samples = Samples(
            name, self._board, self._standing, self._open_data, self._failure, self._is_away, most_at_once(members)
        )

    # before the test

    @property
    def cuts(self) -> int:
        """Tell how often the way of its samples was cut and mended."""
        return self._samples.cuts

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
            data = self._samples.open()
            self._threads = self._opener.threads(self._call)
            return self._order(job, data)
        except DOWN as error:
            raise self._failure(error) from error

    def reconfigure(self, job: Job) -> list[Fault]:
        """Have another job compiled in place of the one that the server has, under the same lease."""
        try:
            return self._order(job, self._samples.link or self._samples.open())
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
            heart = self._watch(self._opener.resume(grant))
            heart.renew()  # where it is lost at once, it is known what it had made
            if self._settings.text("pyjm.clock") == CONTROLLER:
                self._opener.timekeeper.epoch_ns()  # about what it was told; from here on it is corrected
        except DOWN as error:
            raise self._failure(error) from error

    def _begin(self) -> None:
        self.close()
        self._board.enter()
        self._on_board = True
        self._standing.renew()
        self._stop_asked = self._samples.trouble = ""
        self._dialer = self._joined or self._by_name()
        receiver = self._trust.receiver() if self._joined is None else None
        callback_host = self._settings.system.get("java.rmi.server.hostname", "")
        self._opener = Opener(self._dialer, self._silent_s, receiver, callback_host, self._say)

    def _by_name(self) -> Dialer:
        address = parse_address(self.name, self._settings.whole("server.rmi.port"))
        return Dialer(self.name, address, self._trust.context(), self._limits)

    def _watch(self, control: Link) -> Heart:
        lease_s = self._opener.grant.lease_s
        self._runs_on_s = lease_s + _DROP_S if self._opener.grant.stops else inf
        self._away_s = min(self._settings.decimal("pyjm.reconnect_timeout"), lease_s)
        self._samples.silent_s, self._samples.away_s = self._silent_s, self._away_s
        left_s = self._settings.decimal("pyjm.rejoin_timeout") if self._joined is not None else inf
        patience = Patience(self._silent_s, self._away_s, self._members, left_s)
        self._heart = Heart(control, lease_s, patience, self, self._board, self._on_beat)
        return self._heart

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
        standing = self._standing
        if not standing.lost and isinstance(error, Refused) and error.code == Code.LEASE:
            standing.lost = error.text if self._heart is None else LEASE_GONE
        return MemberError(f"{self.name} is lost: {standing.lost}") if standing.lost else self._dialer.explain(error)

    def _open_data(self, *, again: bool = False) -> Link:
        return self._opener.data(self._call, again=again)

    def grant(self) -> Grant:
        """Give what another process needs to take this server up."""
        return self._opener.grant

    # the test

    @property
    def board(self) -> Board:
        """Give what serves its links."""
        return self._board

    @property
    def workers(self) -> int:
        """Tell how many worker processes it may have."""
        return self._opener.workers

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

    def doubt_ns(self) -> int:
        """Tell how wrong `offset_ns` may be."""
        return self._opener.timekeeper.doubt_ns()

    def settle(self) -> None:
        """Measure the server's clock once more, where that was done amid much else."""
        if self._heart is None or self.doubt_ns() <= GOOD_NS:
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
        return self._samples.ask(after, wait_s, rest_s)

    def take(self, after: int, wait_s: float) -> list[bytes]:
        """Ask for batches, and wait for them; raises MemberError."""
        return self.ask(after, wait_s).result()()

    def _is_away(self) -> bool:
        return self._heart is not None and self._heart.away

    def stop(self, *, now: bool) -> None:
        """End the test there; does not wait for it. A server that is out of reach hears of it when it is back."""
        self._stop_asked = "stop" if now else self._stop_asked or "shutdown"
        self._board.soon(self._standing.hurry.wake)
        self._ask("stop" if now else "shutdown")

    def health(self) -> Health | None:
        """Tell the latest health that came with `take`."""
        return self._samples.health

    def progress(self) -> Progress:
        """Tell how far it was at the last heartbeat; before the first, that it had made nothing when it was reached."""
        heart, at_ns = self._heart, 0
        progress = heart.progress if heart is not None else Progress()
        if heart is not None:  # it may begin, and be lost, between two of them
            at_ns = progress.at_ns or heart.since_ns
        trouble = self._samples.trouble or progress.trouble
        return replace(progress, at_ns=at_ns, trouble=trouble, runs_on_s=self._runs_on_s)

    def _call(self, name: str, *args: Plain) -> Plain:
        assert self._heart is not None
        return self._heart.call(name, *args)

    def _ask(self, name: str, *args: Plain) -> Plain:
        """Call over the control link; while that is cut, until it is mended or has been for too long."""
        until = time.monotonic() + self._silent_s
        while True:
            if self._standing.lost or self._heart is None:
                raise MemberError(f"{self.name} is lost: {self._standing.lost or 'it was not configured'}")
            try:
                return self._heart.call(name, *args)
            except LinkDown as down:
                if time.monotonic() > until:
                    raise MemberError(f"{self.name} is out of reach: {down}") from down
                self._standing.gone.wait(AGAIN_S)
            except (Refused, BadMessage) as error:
                raise self._failure(error) from error

    # what the heart tells

    async def reopen(self) -> Link:
        """Open the control link again."""
        return await opened(self._opener.control)

    def explain(self, error: Exception) -> Exception:
        """Say in one line why a link could not be opened."""
        return self._dialer.explain(error)

    def may_live(self) -> bool:
        """Tell whether the data link lives, or somebody knocks."""
        if self._samples.link is not None and not self._samples.link.closed:
            return True
        return self._joined is not None and self._joined.is_knocked

    def on_away(self, reason: str) -> None:
        """Say that the server is out of reach; who waits on the data link dials as well."""
        text = f"{self.name} is out of reach: {reason}; it is {self._dialer.returns} for up to {self._away_s:g} s"
        log.warning("%s", text)
        self._say(text)
        self._samples.abort()

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
        self._standing.lost = reason
        if dead:
            self._runs_on_s = 0.0
        self._standing.gone.set()
        self._standing.hurry.ring()
        self._samples.abort()

    # after the test

    def exit(self) -> None:
        """End the server's process."""
        self._ask("exit")

    def close(self) -> None:
        """Let go of the server."""
        heart, self._heart = self._heart, None
        self._standing.gone.set()
        threads, self._threads = self._threads, None
        if heart is not None:
            heart.stop()
            if self.clock():
                log.info("%s: %s", self.name, self.clock())
            if not self._standing.lost:
                further = [threads.call] if threads is not None else []
                let_go(self.name, [heart.call, self._samples.call, *further, self._opener.call])
            heart.close()
        links = [link for link in (self._samples.let_go(), threads) if link is not None]
        for link in links:
            link.abort()
            link.close()
        if self._on_board:
            self._on_board = False
            self._board.leave()
