"""The data link of one server: asked for its batches, and opened again after a cut."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial

from pyjm.client.board import Alarm, Board, opened
from pyjm.client.line import Line
from pyjm.client.member import Answer, MemberError
from pyjm.engine.run.engine import Health, WorkerHealth
from pyjm.server.wire.contract import BadMessage, Plain, Refused, unpack_batches, unpack_map
from pyjm.server.wire.link import Link
from pyjm.server.wire.trouble import FOR_GOOD, LinkDown, Trouble

log = logging.getLogger("pyjm.client.remote")

AGAIN_S = 0.25


class Standing:
    """Whether a server is lost, and why; `gone`: lost, or let go. Who waits for it hears of that."""

    def __init__(self) -> None:
        self.lost = ""
        self.gone = threading.Event()
        self.hurry = Alarm()

    def renew(self) -> None:
        """Begin anew."""
        self.lost = ""
        self.gone.clear()
        self.hurry.reset()


class Samples:
    """The link over which one server's samples come. `open` opens it, once more if so told.

    A link that is cut, or on which nothing comes, is opened again and goes on after the last batch that arrived, until
    the heartbeat takes the server for lost. `explain` makes one line of what is in the way; `is_away` tells whether
    the server is out of reach as a whole, when it is for the heart to dial.
    """

    def __init__(
        self,
        name: str,
        board: Board,
        standing: Standing,
        open_link: Callable[..., Link],
        explain: Callable[[Exception], MemberError],
        is_away: Callable[[], bool],
        most: int,
    ) -> None:
        self.link: Link | None = None
        self.health: Health | None = None
        self.trouble = ""
        self.cuts = 0
        self.silent_s = self.away_s = 0.0
        self._name = name
        self._board = board
        self._standing = standing
        self._open_link = open_link
        self._explain = explain
        self._is_away = is_away
        self._most = most
        self._line: Line | None = None
        self._asked: Future[Answer] | None = None

    def open(self, *, again: bool = False) -> Link:
        """Open the link; raises what opening a link may raise."""
        self.link = self._open_link(again=again)
        return self.link

    def ask(self, after: int, wait_s: float, rest_s: float) -> Future[Answer]:
        """Ask for batches after a number, after a rest; what is lost of the link meanwhile is mended."""
        self._asked = self._board.begin(self._take(after, wait_s, rest_s))
        return self._asked

    async def _take(self, after: int, wait_s: float, rest_s: float) -> Answer:
        if rest_s:
            await self._standing.hurry.within(rest_s)
        while True:
            if self._standing.lost:
                raise MemberError(f"{self._name} is lost: {self._standing.lost}")
            try:
                line = self._line = self._line or Line(self.link or await opened(self.open), self._board)
                # an answer begins after the wait at the latest; once it has begun, its frame has its own deadline
                patience_s = wait_s + self.silent_s
                packed, health = await line.call("take", after, float(wait_s), self._most, timeout_s=patience_s)
                self._note(health)
                return partial(self._unpacked, packed)
            except Refused as error:
                raise self._explain(error) from error
            except (OSError, LinkDown) as error:
                log.info("%s: the data link was cut (%s), it is opened again", self._name, error)
                await self._mend(error)
            except (BadMessage, TypeError, ValueError) as error:
                raise MemberError(f"{self._name} answers what is no answer: {error}") from error

    def _unpacked(self, packed: object) -> list[bytes]:
        try:
            return unpack_batches(packed)
        except (BadMessage, ValueError) as error:
            raise MemberError(f"{self._name} answers what is no answer: {error}") from error

    def _note(self, health: object) -> None:
        self.health = read_health(health)
        self.trouble = str(unpack_map(health).get("trouble", ""))

    async def _mend(self, error: Exception) -> None:
        """Open the link again; gives up when the heartbeat does, or after as long."""
        self.link = self._line = None
        standing = self._standing
        until = time.monotonic() + self.away_s
        while not standing.gone.is_set():
            await standing.hurry.within(AGAIN_S)
            if self._is_away():  # it is for the heart to dial, and to say when that is enough
                until = time.monotonic() + self.away_s
                continue
            try:
                self._line = Line(await opened(partial(self.open, again=True)), self._board)
                self.cuts += 1
                return
            except (Refused, BadMessage) as refusal:
                raise self._explain(refusal) from refusal
            except (OSError, LinkDown) as again:
                if isinstance(again, LinkDown) and again.trouble in FOR_GOOD and not standing.lost:
                    why = self._explain(again)
                    standing.lost = f"the connection for samples was cut and can't be opened again: {why}"
                    raise self._explain(again) from error
                if not self._is_away() and time.monotonic() > until:
                    standing.lost = f"the connection for samples was cut and did not come back within {self.away_s:g} s"
                    raise self._explain(again) from error
        raise MemberError(f"{self._name} is lost: {standing.lost or 'it was let go'}")

    def abort(self) -> None:
        """Cut the link; who waits for an answer hears of it."""
        link = self.link
        if link is not None:
            link.abort()

    def call(self, name: str, timeout_s: float) -> Plain:
        """Call the server over the link that is there; raises Refused, LinkDown, BadMessage."""
        link, line, asked = self.link, self._line, self._asked
        if link is None or (asked is not None and not asked.done()):  # it is cut, or waits for an answer
            raise LinkDown(Trouble.CLOSED)
        ask = link.call if line is None else line.ask
        answer: Plain = ask(name, timeout_s=timeout_s)
        return answer

    def let_go(self) -> Link | None:
        """Ask for nothing any more; gives the link, which is still to be closed."""
        link, self.link = self.link, None
        line, self._line = self._line, None
        asked, self._asked = self._asked, None
        if asked is not None:
            asked.cancel()
        if line is not None:
            self._board.run(line.end())
        return link


def read_health(data: object) -> Health:
    """Read how an engine is; a server may know of more than this side does."""
    values = unpack_map(data)
    values["each"] = tuple(
        WorkerHealth(*(number + 0 for number in figures[: len(WorkerHealth._fields)]))
        for figures in values.get("each", ())
    )
    return Health(**{key: value for key, value in values.items() if key in Health.__dataclass_fields__})
