"""Hand the rows of data files to servers that wish for them, block by block, and tell each which share is its own."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import wait
from functools import partial

from pyjm.client.board import opened
from pyjm.client.line import Line
from pyjm.client.links import DOWN
from pyjm.client.member import Member, MemberError
from pyjm.client.remote import Remote
from pyjm.engine.results.batch import Used
from pyjm.server.wire.contract import ROWS, BadMessage, Refused, pack, unpack

from .rows_book import Book
from .rows_log import RowsLog
from .rows_used import Account

log = logging.getLogger("pyjm.client.rows")

WAIT_S = 5.0
LATE_S = 2 * WAIT_S
_AGAIN_S = 0.25


class Hand:
    """Hands rows to one server, over a link of its own; works in the thread of all links.

    The answer to each call are the wishes that came since, which the next call fulfils. After a cut the last call is
    made once more: what the server has got already it passes over.
    """

    def __init__(self, index: int, member: Remote, book: Book, say: Callable[[str], None]) -> None:
        self.failed = False
        self._index = index
        self._member = member
        self._book = book
        self._say = say
        self._line: Line | None = None
        self._running = member.board.begin(self._run())

    def end(self) -> None:
        """Hand out nothing more; does not wait."""
        self._running.cancel()

    def join(self) -> None:
        """Wait for its end."""
        wait([self._running], WAIT_S)

    async def _run(self) -> None:
        after = 0
        granted: list[tuple[int, int, int]] = []
        try:
            while True:
                try:
                    line = self._line = self._line or await self._opened()
                    wishes = await line.call("rows", after, pack(granted), WAIT_S, timeout_s=LATE_S)
                    for number, *wish in unpack(wishes):
                        if number > after:
                            granted.append((number, *self._grant(*wish)))
                    granted = [given for given in granted if given[0] > after]
                    after = max((given[0] for given in granted), default=after)
                except (Refused, BadMessage, TypeError, ValueError) as error:
                    self._give_up(error)
                    return
                except DOWN as error:
                    log.info("%s: the link for rows was cut (%s)", self._member.name, error)
                    await self._drop()
                    await asyncio.sleep(_AGAIN_S)
        finally:
            await self._drop()

    async def _opened(self) -> Line:
        return Line(await opened(partial(self._member.further, ROWS)), self._member.board)

    def _give_up(self, error: Exception) -> None:
        """End the test of a server that can't be handed rows: its users would wait for ever."""
        self.failed = True
        text = f"{self._member.name} can't be handed rows of data files: {error}; its test is stopped"
        log.error("%s", text)
        self._say(text)
        threading.Thread(target=self._stop, name="no rows", daemon=True).start()

    def _stop(self) -> None:
        try:
            self._member.stop(now=False)
        except MemberError as gone:
            log.info("%s", gone)

    async def _drop(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            await line.end()

    def _grant(self, worker: int, key: str, want: int, rows: int, recycle: bool, used: int) -> tuple[int, int]:
        first, end = self._book.grant((self._index, worker), key, want, rows, recycle, used)
        there = self._book.files[key].rows
        if there != rows:
            text = f"{self._member.name}: {key} has {rows} rows there and {there} elsewhere: it is handed none of them"
            log.error("%s", text)
            self._say(text)
        return first, end


class Handing:
    """All of it for one run. `files` are those whose rows are divided, with their policies."""

    def __init__(self, files: Mapping[str, str], waits: bool, say: Callable[[str], None], notes: RowsLog) -> None:
        self.account = Account(files)
        self.book = Book(notes.write)
        self._notes = notes
        self._waits = waits
        self._say = say
        self._hands: dict[int, Hand] = {}
        self._workers: dict[int, int] = {}

    # what the fleet tells

    def deal(self, indexes: Sequence[int], weights: Sequence[int] = ()) -> None:
        """Give a share to each of those who begin the test, by their weights where the load is divided."""
        for place, index in enumerate(indexes):
            self._place(index, place, len(indexes), weights)

    def tell(self, index: int, member: Member) -> None:
        """Tell a server which share is its own. Raises MemberError."""
        if isinstance(member, Remote):
            self._know_workers(index, member)
            member.share(self.account.places[index], self.account.servers)

    def replace(self, index: int, member: Member, lost: int) -> None:
        """Give one that stands by the share of one that is lost. Raises MemberError."""
        self._place(index, self.account.places.get(lost, 0), self.account.servers, self.account.weights)
        self.tell(index, member)

    def _place(self, index: int, place: int, servers: int, weights: Sequence[int]) -> None:
        self.know_place(index, place, servers, weights)
        self._notes.write(["place", index, place, servers, list(weights)])

    def _know_workers(self, index: int, member: Remote) -> None:
        self._workers[index] = member.workers
        self.book.askers = max(self.account.servers, sum(self._workers.values()))

    def attend(self, index: int, member: Member) -> None:
        """Begin to hand rows to a server that runs its test."""
        if self._waits and isinstance(member, Remote):
            self._know_workers(index, member)
            self._hands[index] = Hand(index, member, self.book, self._say)

    def leave(self, index: int, *, lost: bool) -> None:
        """Note that a server has ended its test, or is lost."""
        if lost:
            self.account.lost.add(index)
        if index in self._hands:
            self._hands[index].end()

    def used(self, index: int, used: Sequence[Used]) -> None:
        """Take which rows a server has used."""
        self._notes.write(["used", index, used])
        self.account.add(index, used)

    # for whoever takes a run up

    def know_place(self, index: int, place: int, servers: int, weights: Sequence[int] = ()) -> None:
        """Know which share a server has."""
        self.account.servers, self.account.weights = servers, weights
        self.account.places[index] = place

    def know_all(self) -> None:
        """Take what was noted before this process took the run up."""
        for kind, *values in self._notes.read():
            if kind == "place":
                self.know_place(*values)
            elif kind == "handed":
                self.book.know(*values)
            elif kind == "used":
                self.account.add(*values)

    # the end

    @property
    def failed(self) -> bool:
        """Tell whether a test had to be stopped because no rows could be handed to it."""
        return any(hand.failed for hand in self._hands.values())

    def say_all(self) -> None:
        """Say what became of the rows of each file."""
        for line in self.account.lines(self.book.files):
            log.info("%s", line)
            self._say(line)

    def close(self) -> None:
        """End all."""
        for hand in self._hands.values():
            hand.end()
        for hand in self._hands.values():
            hand.join()
        self._notes.remove()
