"""Hot path: one connection, one exchange at a time.

Most answers come whole in one piece and take the short road in `data_came`; everything else is `_Reading`'s.
Own parsing instead of a parser library: JMeter's verdicts on odd answers, its messages and byte counts depend on
HttpClient's reading, which is laxer than any strict parser, and a head seen before needs no parsing at all.
"""

from __future__ import annotations

import asyncio
from time import perf_counter_ns
from typing import TYPE_CHECKING, cast

from .answer import Answer, Promised
from .errors import WireError, idle_end, lost, no_response, read_timeout
from .head import Head, head_of
from .keeping import WHOLE, Keeping
from .reading import Reading, kept_of
from .response import Response, answered
from .sending import Sending

if TYPE_CHECKING:
    from .body import Pieces
    from .call import Call

NEVER = 1 << 62
_LARGE_REQUEST = 1 << 16


class Connection:
    """Carry exchanges over one transport, one after the other.

    After an exchange the connection goes `home`, to those that wait for another, if it may; `expires_ns` is until when
    another may begin: as the last answer's Keep-Alive said, else for `idles_ns` (0 for no limit), but never after
    `lives_until_ns`. `ended` is why it is gone, None while it lives: a kept connection may end while it is idle.
    """

    __slots__ = (
        # the connection's
        "authority",
        "transport",
        "connect_end_ns",
        "expires_ns",
        "idles_ns",
        "idle_since_ns",
        "lives_until_ns",
        "home",
        "ended",
        "_loop",
        "_timer",
        "_due_ns",
        # the exchange's
        "_answer",
        "_reading",
        "_keeping",
        "_to_head",
        "_keep",
        "_start_ns",
        "_sent",
        "_sending",
        "_timeout_s",
        "_heard_ns",
        # the last head that came in one piece
        "_last_head",
    )

    def __init__(self, loop: asyncio.AbstractEventLoop, authority: str) -> None:
        self.authority = authority
        self.transport: asyncio.Transport = _NO_TRANSPORT
        self.connect_end_ns = 0
        self.expires_ns = NEVER
        self.idles_ns = 0
        self.lives_until_ns = NEVER
        self.idle_since_ns = 0
        self.home: list[Connection] = []
        self.ended: WireError | None = None
        self._loop = loop
        self._timer: asyncio.TimerHandle | None = None
        self._due_ns = NEVER
        self._answer: Answer | None = None
        self._reading: Reading | None = None
        self._keeping: Keeping | None = WHOLE
        self._to_head = False
        self._keep = True
        self._start_ns = 0
        self._sent = 0
        self._sending: Sending | None = None
        self._timeout_s = 0.0
        self._heard_ns = 0
        self._last_head: Head | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the transport; called by the loop."""
        self.transport = cast("asyncio.Transport", transport)

    def begin(self, call: Call, start_ns: int) -> asyncio.Future[Response]:
        """Send a request; the future brings the `Response` or raises `WireError`."""
        promised = Promised(self._loop.create_future())
        self.send(call, start_ns, promised)
        return promised.future

    def send(self, call: Call, start_ns: int, answer: Answer) -> None:
        """Send a request; `answer` takes the `Response` or a `WireError`."""
        request = call.request
        timeout_s = call.response_s
        self._answer = answer
        self._keeping = call.keeping
        self._to_head = call.to_head
        self._start_ns = start_ns
        self._sent = len(request)
        self._keep = call.keep_alive
        self._timeout_s = timeout_s
        if timeout_s:
            self._heard_ns = now = perf_counter_ns()
            if now + timeout_s * 1e9 < self._due_ns:
                self._watch(now, timeout_s)
        self.transport.write(request)
        if call.body is not None:
            self._follow_with(call.body)

    def read_by(self, reading: Reading) -> None:
        """Have the answer to the request that was begun put together by `reading`."""
        self._reading = reading

    def send_rest(self, reading: Reading, rest: bytes | Pieces) -> None:
        """Send what a request held back, if `reading` still waits for its answer."""
        if self._reading is not reading:
            return
        if not isinstance(rest, bytes):
            self._follow_with(rest)
            return
        self._sent += len(rest)
        if rest:
            self.transport.write(rest)

    def _follow_with(self, body: Pieces) -> None:
        """Send a large body behind what was written, as there is room for it."""
        self._sent += len(body)
        self._sending = Sending(self, self._loop, body)

    def all_sent(self) -> None:
        """Wait for the answer alone: the last of a large body was written."""
        self._sending = None
        self._heard_ns = perf_counter_ns()

    def unsendable(self, error: WireError) -> None:
        """Fail, as the rest of a large body is not to be had."""
        self._fail(error, perf_counter_ns())

    def listen(self, timeout_s: float) -> None:
        """Wait from now on for no longer than that in silence; 0 for ever."""
        self._timeout_s = timeout_s
        if timeout_s and self._answer is not None:
            self._heard_ns = now = perf_counter_ns()
            self._watch(now, timeout_s)

    def data_received(self, data: bytes) -> None:
        """Take bytes from the loop."""
        self.data_came(data, perf_counter_ns())

    def data_came(self, data: bytes, now: int) -> None:
        """Take bytes that came at an instant."""
        if now < self._start_ns:  # before it was asked for
            now = self._start_ns
        if self._reading is None and self._answer is not None:
            head = self._last_head
            if head is None or not data.startswith(head.raw):  # mostly the server says the same again
                cut = data.find(b"\r\n\r\n") + 4
                try:
                    head = self._last_head = head_of(data[:cut]) if cut != 3 else None
                except WireError as error:
                    self._fail(error, now)
                    return
            if head is not None and head.status >= 200 and self._came_whole(head, data, now):
                return
        self._received(data, now)

    def _came_whole(self, head: Head, data: bytes, now: int) -> bool:
        """Finish with an answer if it came in one piece; tell whether it did."""
        cut = len(head.raw)
        if self._to_head or head.bodiless:
            length, body_at = 0, 0
        else:
            length, body_at = head.length, now
        if cut + length != len(data) or length < 0:
            return False
        keeping = self._keeping
        if keeping is None:
            body = b""
        else:
            body = data[cut:] if keeping is WHOLE else kept_of(data[cut:], head, keeping)
        sent, start_ns, connect_end_ns = self._sent, self._start_ns, self.connect_end_ns
        self._finish(answered(head, body, length, len(data), sent, start_ns, connect_end_ns, body_at, now))
        return True

    def _received(self, data: bytes, now: int) -> None:
        """Take the long road: an answer in pieces, chunks, interim answers, or something odd."""
        if self._answer is None:  # nobody asked: whatever it is, no answer of ours may begin with it
            self.close()
            return
        self._heard_ns = now
        reading = self._reading
        if reading is None:
            self._reading = reading = Reading(self._to_head, self._keeping, self.authority)
        try:
            done = reading.feed(data, now)
        except WireError as error:
            self._fail(error, now)
            return
        if done:
            self._complete(reading, now)

    def _complete(self, reading: Reading, now: int) -> None:
        head = reading.head
        assert head is not None
        body = reading.kept.whole() if reading.kept is not None else b""
        body_at = reading.body_at_ns
        if not body_at and not reading.bodiless:
            body_at = now
        response = Response(
            head,
            head.status,
            body,
            reading.body_bytes,
            reading.received,
            self._sent,
            self._start_ns,
            self.connect_end_ns,
            reading.first_ns,
            body_at,
            now,
        )
        self._finish(response, clean=reading.clean)

    def _finish(self, response: Response, clean: bool = True) -> None:
        head = response.head
        self._reading = None
        self.connect_end_ns = 0
        answer, self._answer = self._answer, None
        alive = head.reuse_head if self._to_head else head.reuse
        if alive and self._sent >= _LARGE_REQUEST and self._still_sends():
            alive = False  # answered before the whole request was sent
        if alive and clean and self._keep:
            self.home.append(self)
            self.idle_since_ns = end_ns = response.end_ns
            if head.keep_alive_s:
                self.expires_ns = min(self.lives_until_ns, end_ns + head.keep_alive_s * 1_000_000_000)
            elif self.idles_ns:
                self.expires_ns = min(self.lives_until_ns, end_ns + self.idles_ns)
            else:
                self.expires_ns = self.lives_until_ns
        else:
            self.close()
        if answer is not None:
            answer.came(response)

    def _fail(self, error: WireError, now: int) -> None:
        answer, reading = self._answer, self._reading
        error.start_ns = self._start_ns
        error.connect_end_ns = self.connect_end_ns
        error.end_ns = now
        if reading is not None:
            error.first_byte_ns = reading.first_ns
            error.body_at_ns = reading.body_at_ns
            error.in_body = reading.head is not None
        self.close()
        self._answer = self._reading = None
        if answer is not None:
            answer.failed(error)

    def _still_sends(self) -> bool:
        return self._sending is not None or self.transport.get_write_buffer_size() > 0

    def pause_writing(self) -> None:
        """Take the loop's word that more is to be sent than the other side takes; a sending sees that by itself."""

    def resume_writing(self) -> None:
        """Take the loop's word that there is room again."""
        if self._sending is not None:
            self._sending.has_room()

    def eof_received(self) -> None:
        """Take the other side's end of sending; called by the loop, which then closes the transport."""
        self._ended(None)

    def connection_lost(self, error: Exception | None) -> None:
        """Take the connection's end; called by the loop."""
        self._ended(error)

    def _ended(self, error: Exception | None) -> None:
        if self._answer is None:
            if self.ended is None:
                self._drop(idle_end(error, self.authority))
            return
        now = perf_counter_ns()
        reading = self._reading
        if error is not None or reading is None:
            self._fail(lost(error, self.authority), now)
            return
        try:
            reading.end(now)
        except WireError as failure:
            if not self._cut_short(reading, now):
                self._fail(failure, now)
        else:
            self._complete(reading, now)
            self._drop(no_response(self.authority))

    def _cut_short(self, reading: Reading, now: int) -> bool:
        """Take an answer that ended too early for good; tell whether it was."""
        return False

    def close(self) -> None:
        """Close for good; an exchange under way gets no answer any more."""
        self.expires_ns = 0
        self._drop(no_response(self.authority))

    def cut(self) -> None:
        """Close for good, and forget who asked: that one waits no more."""
        self.close()
        self._answer = None

    def _drop(self, why: WireError) -> None:
        if self.ended is not None:
            return
        self.ended = why
        if self._sending is not None:
            self._sending.end()
            self._sending = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._answer is None and not self.transport.get_write_buffer_size():
            self.transport.close()
        else:
            self.transport.abort()

    def _watch(self, now: int, wait_s: float) -> None:
        """See to it that the silence is looked at in time. One timer serves all exchanges until it fires in vain."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_later(wait_s, self._look)
        self._due_ns = now + int(wait_s * 1e9)

    def _look(self) -> None:
        self._timer = None
        self._due_ns = NEVER
        if self._answer is None or not self._timeout_s:
            return
        now = perf_counter_ns()
        if self._still_sends():
            self._heard_ns = now  # still sending: no read is waiting yet
        left_s = self._timeout_s - (now - self._heard_ns) / 1e9
        if left_s > 0:
            self._watch(now, max(left_s, 0.001))  # some loops count whole milliseconds
        else:
            self._fail(read_timeout(), now)


class _NoTransport(asyncio.Transport):
    """Stand in until the loop hands over the real one."""

    def abort(self) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""

    def get_write_buffer_size(self) -> int:
        """Hold nothing."""
        return 0


_NO_TRANSPORT = _NoTransport()
