"""Keep a server's lease alive, notice within seconds that the server is out of reach, and dial it until it is back."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import CancelledError
from dataclasses import dataclass
from math import inf
from time import perf_counter_ns
from typing import Any, Protocol

from pyjm.client.board import Alarm, Board
from pyjm.client.clocks import Timekeeper
from pyjm.client.line import Line
from pyjm.client.member import Progress
from pyjm.server.wire.contract import BadMessage, Code, Plain, Refused, unpack_map
from pyjm.server.wire.link import Link
from pyjm.server.wire.trouble import FOR_GOOD, LinkDown, Trouble

log = logging.getLogger("pyjm.client.remote")

BEAT_S = 1.0
BEATS_PER_S = 250
"""How often all servers of a controller are asked together, as far as that is often enough for each."""
DEAD_S = 1.5
"""How long a port must refuse to be dialled: nobody listens there, the server has ended."""
_AGAIN_S = 0.25
_ROUNDS = 4


_SUDDEN = 0.75
"""By when a connection has to end, as a part of the time that a server may be silent, to be no end of a silence."""

LEASE_GONE = "its lease ran out: it was out of reach for too long, or was started anew"
"""Why a server is lost that knows our lease no more, whichever link finds out first."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a server may be silent until that is said, and out of reach until it is lost.

    Where there are many `members`, each gets a beat less often. `left_s`: how long one that dials us may take to dial
    again when its connections have ended.
    """

    silent_s: float
    away_s: float
    members: int = 1
    left_s: float = inf


class Watcher(Protocol):
    """Who is told how a server is; in the board's thread."""

    async def reopen(self) -> Link:
        """Open the control link again; raises OSError, LinkDown, Refused, BadMessage."""

    def explain(self, error: Exception) -> Exception:
        """Say in one line why that did not work."""

    def may_live(self) -> bool:
        """Tell whether another link to it lives, or somebody is about to open one: its process may too, then."""

    def on_away(self, reason: str) -> None:
        """Note that it is out of reach; not every cut that mends itself at once is."""

    async def on_back(self, away_s: float) -> None:
        """Note that a new link took the place of one that was cut."""

    def on_loss(self, reason: str, *, dead: bool) -> None:
        """Note that it is lost, once; `dead`: its process has ended, and nothing runs there any more."""


async def _ignore(state: dict[str, Any], sent_ns: int, back_ns: int) -> None:
    """Take no notice of a beat."""


class Heart:
    """The control link of one server: a beat a second, and the calls that must be answered in milliseconds.

    It beats in the board's thread, with those of all servers.

    A link that is cut, or on which nothing is answered, is opened again until the server is taken for lost: its port
    refuses everybody, it has another test or none, or the time that one may be out of reach is over. `on_beat` is told
    of each beat: what was answered, when it was asked and when that came.
    """

    def __init__(
        self,
        link: Link,
        lease_s: float,
        patience: Patience,
        watcher: Watcher,
        board: Board,
        on_beat: Callable[[dict[str, Any], int, int], Awaitable[None]] = _ignore,
    ) -> None:
        self.progress = Progress()
        self.since_ns = perf_counter_ns()
        self._board = board
        self._line = Line(link, board)
        self._patience = patience
        self._beat_s = min(max(BEAT_S, patience.members / BEATS_PER_S), lease_s / 4, patience.silent_s / 2)
        self._watcher = watcher
        self._on_beat = on_beat
        self._heard = time.monotonic()
        self._said = False
        self._ending = Alarm()
        self._beating = board.begin(self._beat())

    @property
    def away(self) -> bool:
        """Tell whether the server is out of reach."""
        return self._said

    def call(self, name: str, *args: Plain, timeout_s: float | None = None) -> Plain:
        """Call the server, from any thread but the board's; raises LinkDown, Refused, BadMessage."""
        return self._board.run(self.calling(name, *args, timeout_s=timeout_s))

    async def calling(self, name: str, *args: Plain, timeout_s: float | None = None) -> Plain:
        """Call the server, in the board's thread; raises LinkDown, Refused, BadMessage."""
        answer: Plain = await self._line.call(name, *args, timeout_s=timeout_s or self._patience.silent_s)
        return answer

    async def measure(self, keeper: Timekeeper) -> None:
        """Measure the server's clock in some rounds; raises LinkDown, Refused, BadMessage."""
        for _ in range(_ROUNDS):
            sent_ns = perf_counter_ns()
            theirs_ns = await self.calling("clock", sent_ns)
            if isinstance(theirs_ns, int):
                keeper.clock.add(sent_ns, theirs_ns, perf_counter_ns())

    def renew(self) -> None:
        """Have the server say how it is, from any thread but the board's; raises LinkDown, Refused, BadMessage."""
        self._board.run(self._renew())

    async def _renew(self) -> None:
        sent_ns = perf_counter_ns()
        answer = await self.calling("renew")
        try:
            state = unpack_map(answer)
            await self._on_beat(state, sent_ns, perf_counter_ns())
            self.progress = progressed(self.progress, state)
        except (KeyError, TypeError, ValueError) as error:
            raise BadMessage(str(error)) from error
        self._heard = time.monotonic()

    def stop(self) -> None:
        """Stop beating; the link stays open."""
        self._board.soon(self._ending.ring)
        try:
            self._beating.result()
        except CancelledError:
            pass

    def close(self) -> None:
        """Stop beating and let go of the link."""
        self._beating.cancel()
        self._board.run(self._line.end())

    async def _beat(self) -> None:
        while not await self._ending.within(self._beat_s):
            try:
                await self._renew()
            except LinkDown as down:
                if self._ending.is_on or not await self._mend(down):
                    return
            except Refused as refusal:
                self._refuse(refusal)
                return
            except BadMessage as error:
                self._lose(f"it answers what is no answer ({error})")
                return

    async def _mend(self, down: LinkDown) -> bool:
        """Dial until the server is back or lost; tells which."""
        reason = "the connection was cut"
        if down.trouble is Trouble.NO_ANSWER:
            reason = f"it did not answer for {self._patience.silent_s:g} s"
            self._away(reason)
        log.info("the control link was cut (%s), it is opened again", down)
        refused_since = 0.0
        why: Exception = down
        left_since = time.monotonic() if self._is_sudden(down) else inf
        while not self._ending.is_on:
            try:
                self._line = Line(await self._watcher.reopen(), self._board)
                await self._return()
                return True
            except ConnectionRefusedError as error:
                why = error
                refused_since = refused_since or time.monotonic()
                if time.monotonic() - refused_since > DEAD_S:
                    self._lose(f"{reason} and did not come back: {self._watcher.explain(error)}", dead=True)
                    return False
            except (LinkDown, OSError) as error:  # the way to it is bad
                why, refused_since = error, 0.0
                if left_since < inf and not (isinstance(error, LinkDown) and error.trouble is Trouble.NO_ANSWER):
                    left_since = time.monotonic()  # it was there again
            except Refused as refusal:
                self._refuse(refusal)
                return False
            except BadMessage as error:
                self._lose(f"{reason} and did not come back: {self._watcher.explain(error)}")
                return False
            await self._wait(reason, why, left_since)
        return False

    def _is_sudden(self, down: LinkDown) -> bool:
        """Tell whether a connection has ended while in use: a process that ends does that, a bad way does not."""
        silent_s = time.monotonic() - self._heard
        return down.trouble in (Trouble.CLOSED, Trouble.RESET) and silent_s < _SUDDEN * self._patience.silent_s

    async def _wait(self, reason: str, why: Exception, left_since: float) -> None:
        """Pause before the next attempt; says what is due by now."""
        away_s, left_s = time.monotonic() - self._heard, self._patience.left_s
        if isinstance(why, LinkDown) and why.trouble in FOR_GOOD:
            self._lose(f"{reason} and can't be opened again: {self._watcher.explain(why)}")
        elif time.monotonic() - left_since > left_s and not self._watcher.may_live():
            self._lose(f"{reason}, and it did not join again within {left_s:g} s (pyjm.rejoin_timeout)")
        elif away_s > self._patience.away_s:
            more = "" if isinstance(why, LinkDown) else f" ({self._watcher.explain(why)})"
            self._lose(f"{reason} and did not come back within {self._patience.away_s:g} s{more}")
        elif away_s > self._patience.silent_s:
            self._away(reason)
        await self._ending.within(_AGAIN_S)

    def _away(self, reason: str) -> None:
        if not self._said:
            self._said = True
            self._watcher.on_away(reason)

    async def _return(self) -> None:
        away_s = time.monotonic() - self._heard if self._said else 0.0
        self._said = False
        await self._watcher.on_back(away_s)

    def _refuse(self, refusal: Refused) -> None:
        if refusal.code == Code.LEASE:
            self._lose(LEASE_GONE)
        else:
            self._lose(refusal.text)

    def _lose(self, reason: str, *, dead: bool = False) -> None:
        if not self._ending.is_on:  # one that is let go is not lost
            self._ending.ring()
            self._watcher.on_loss(reason, dead=dead)


def progressed(before: Progress, state: dict[str, Any]) -> Progress:
    """Note how far a server is now."""
    made, now_ns = int(state["made"]), perf_counter_ns()
    seconds = (now_ns - before.at_ns) / 1e9
    quick = (made - before.made) / seconds if before.at_ns and seconds > 0 else 0.0
    active = int(state.get("active", 0))
    return Progress(made, bool(state["ended"]), now_ns, max(before.per_s, quick), active, str(state.get("trouble", "")))
