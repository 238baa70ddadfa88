"""A link that is served by the board: calls are sent, and answers taken as their bytes come."""

from __future__ import annotations

import asyncio
from typing import Any

from pyjm.client.board import Board
from pyjm.server.wire.contract import Plain
from pyjm.server.wire.link import Link, read_answer
from pyjm.server.wire.stream import Pieces
from pyjm.server.wire.trouble import LinkDown, Trouble

_READS = 16
"""How often one link is read before others have their turn."""


class Line:
    """One link on the board. Belongs to the board's thread, but for `ask` and `abort`.

    From here on nobody else reads the link or sends on it; the calls on it are those of the test, of some bytes.
    """

    def __init__(self, link: Link, board: Board) -> None:
        self.link = link
        self._board = board
        self._pieces = Pieces(link.stream)
        self._turn = asyncio.Lock()
        self._answer: asyncio.Future[Any] | None = None
        self._down: LinkDown | None = None
        self._number = -1

    def _plug(self) -> None:
        if self.link.closed:
            raise self._end(LinkDown(Trouble.CLOSED))
        self._number = self.link.fileno()
        self._board.loop.add_reader(self._number, self._read)

    async def call(self, name: str, *args: Plain, timeout_s: float = 10.0) -> Any:
        """Call the other side, one call at a time; raises Refused, LinkDown, BadMessage.

        The answer has to begin within `timeout_s`; once it has begun, the deadline is that of its frame.
        """
        async with self._turn:
            if self._down is not None:
                raise LinkDown(self._down.trouble, self._down.detail)
            if self._number < 0:
                self._plug()
            answer = self._answer = self._board.loop.create_future()
            late = self._board.loop.call_later(timeout_s, self._late, name, timeout_s)
            try:
                self.link.begin(name, args, self._answered)
                return read_answer(await answer)
            except (LinkDown, asyncio.CancelledError) as error:  # what is answered later belongs to nobody
                self._end(error if isinstance(error, LinkDown) else LinkDown(Trouble.CLOSED))
                raise
            finally:
                late.cancel()
                self._answer = None

    def ask(self, name: str, *args: Plain, timeout_s: float = 10.0) -> Any:
        """Call the other side and wait; from any thread but the board's. Raises as `call` does."""
        return self._board.run(self.call(name, *args, timeout_s=timeout_s))

    def _answered(self, _: bool, value: Any) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(value)

    def _late(self, name: str, timeout_s: float) -> None:
        """Give an answer up that has not begun in time, or whose frame is late."""
        if not self._pieces.is_begun:
            self._end(LinkDown(Trouble.NO_ANSWER, f"to {name} for {timeout_s:g} s"))
        elif (late_s := self.link.stream.late_s()) >= 0:
            self._end(LinkDown(Trouble.STALLED))
        elif self._answer is not None and not self._answer.done():
            self._board.loop.call_later(0.05 - late_s, self._late, name, timeout_s)

    def _read(self) -> None:
        """Take what is there."""
        try:
            for _ in range(_READS):
                frame = self._pieces.read()
                if frame is False:
                    return
                if isinstance(frame, bytes):
                    self.link.arrived(frame)
                    if not self.link.stream.pending():
                        return
        except LinkDown as down:
            self._end(down)
        else:
            if self.link.stream.pending():  # the socket does not show it any more
                self._board.loop.call_soon(self._read_on)

    def _read_on(self) -> None:
        if self._down is None:
            self._read()

    def _end(self, down: LinkDown) -> LinkDown:
        """Let go of the link; who waits for an answer hears why."""
        if self._down is None:
            self._down = down
            if self._number >= 0:
                self._board.loop.remove_reader(self._number)
            self.link.close()
            if self._answer is not None and not self._answer.done():
                self._answer.set_exception(down)
        return down

    def abort(self) -> None:
        """Cut the link, from any thread; who waits for an answer hears of it."""
        self.link.abort()

    async def end(self) -> None:
        """Let go of the link."""
        self._end(LinkDown(Trouble.CLOSED))
