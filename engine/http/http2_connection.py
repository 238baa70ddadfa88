"""Hot path: a connection that speaks HTTP/2, many exchanges at a time, or HTTP/1.1 where the server wants no other.

What concerns the connection is the library h2's; the frames of exchanges, which are most, go past it (http2_incoming,
http2_outgoing): it costs six times as much. Here is what all of them mean for an exchange.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from time import perf_counter_ns
from typing import TYPE_CHECKING, Any

from h2 import events
from h2.connection import ConnectionState, H2Connection
from h2.errors import ErrorCodes
from h2.exceptions import ProtocolError
from h2.settings import SettingCodes

from .body import Source
from .connection import Connection
from .errors import WireError, lost, no_response, read_timeout
from .http2_engine import HEAD_MAX, SMALL, TABLE_MAX, Frames, new_engine
from .http2_head import asked
from .http2_incoming import OF_STREAMS, WINDOW_MAX, WINDOW_UPDATE, Incoming, odd, widen
from .http2_outgoing import Outgoing
from .http2_stream import Broken, Stream, broken, gone, reset, sent_away
from .reading import INTERIM_MAX

if TYPE_CHECKING:
    from .call import Call
    from .head import Head

PROTOCOL = "h2"
"""HTTP/2's name in ALPN."""

STREAMS_FIRST = 100
"""How many exchanges at a time before the server has said how many it takes."""


class Multiplexing(Connection):
    """Carry exchanges over one transport: all at once if it is HTTP/2, else as a Connection does.

    Over TLS the server chooses (ALPN); else `speak_http2` is called ahead of the first exchange, or not. `usable` tells
    whether it takes another exchange; one that is not `shared` takes but one by HTTP/2, as nobody would find it again.
    """

    __slots__ = (
        "http2", "shared", "_busy", "_early", "_frames", "_fresh", "_heard_any_ns", "_incoming", "_most",
        "_outgoing", "_queue", "_streams",
    )  # fmt: skip

    def __init__(self, loop: asyncio.AbstractEventLoop, authority: str) -> None:
        super().__init__(loop, authority)
        self.http2: H2Connection | None = None
        self.shared = False
        self._busy = False
        self._early = b""
        self._frames: Frames | None = None
        self._fresh = True
        self._heard_any_ns = 0
        self._most = STREAMS_FIRST
        self._incoming = Incoming(self)
        self._outgoing: Outgoing
        self._queue: deque[Stream] = deque()
        self._streams: dict[int, Stream] = {}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the transport; called by the loop, with TLS once its handshake is over."""
        super().connection_made(transport)
        tls = transport.get_extra_info("ssl_object")
        if tls is not None and tls.selected_alpn_protocol() == PROTOCOL:
            self.speak_http2()

    def speak_http2(self) -> None:
        """Begin with HTTP/2."""
        self.http2 = engine = new_engine()
        self._frames = Frames()
        self._outgoing = Outgoing(engine)
        self._flush(engine)
        self._replay()

    def usable(self, now: int) -> bool:
        """Tell whether another exchange may begin here."""
        return self.ended is None and now < self.expires_ns

    def retire(self) -> None:
        """Take no further exchange; close when the last one is over."""
        self.expires_ns = 0
        if not self._streams and not self._queue:
            self.close()

    def begin(self, call: Call, start_ns: int) -> asyncio.Future[Any]:
        """Send a request of HTTP/1.1, as such or as one of HTTP/2. As `Connection.begin`, but may raise WireError."""
        engine = self.http2
        if engine is None:
            waiter = super().begin(call, start_ns)
            self._replay()
            return waiter
        request, timeout_s = call.request, call.response_s
        cut = request.find(b"\r\n\r\n")
        tls = self.transport.get_extra_info("ssl_object") is not None
        made = asked(request[:cut], b"https" if tls else b"http")
        body = memoryview(request)[cut + 4 :] if call.body is None else Source(call.body)
        stream = Stream(self._loop.create_future(), made, body, call.keeping, timeout_s, start_ns)
        stream.connect_end_ns, self.connect_end_ns = self.connect_end_ns, 0
        if not (call.keep_alive and self.shared):
            self.expires_ns = 0
        if timeout_s:
            stream.heard_ns = perf_counter_ns()
            stream.timer = self._loop.call_later(timeout_s, self._look_at, stream)
        self._queue.append(stream)
        self._start(engine)
        return stream.waiter

    def give_up(self, waiter: asyncio.Future[Any]) -> None:
        """End an exchange that nobody waits for any more."""
        if self.http2 is None:
            self.close()
            return
        for stream in [each for each in (*self._streams.values(), *self._queue) if each.waiter is waiter]:
            self._drop_stream(stream, gone(), perf_counter_ns())

    def data_came(self, data: bytes, now: int) -> None:
        """Take bytes that came at an instant."""
        if self.http2 is not None and self._frames is not None:
            self._received_frames(self.http2, self._frames, data, now)
        elif self._fresh:
            self._early += data
            if len(self._early) > HEAD_MAX:
                self.close()
        else:
            super().data_came(data, now)

    def pause_writing(self) -> None:
        """Send no more until the transport has room; called by the loop."""
        self._busy = True

    def resume_writing(self) -> None:
        """Go on sending; called by the loop."""
        self._busy = False
        super().resume_writing()
        if self.http2 is not None:
            self._send_all(self.http2)

    def close(self) -> None:
        """Close for good; exchanges under way get no answer any more."""
        if self.http2 is not None and self.ended is None:
            self._part(self.http2)
            self._fail_all(gone())
        super().close()

    def _replay(self) -> None:
        """Take what came before it was clear what is spoken."""
        self._fresh = False
        early, self._early = self._early, b""
        if early:
            self.data_came(early, perf_counter_ns())

    def _part(self, engine: H2Connection) -> None:
        """Say goodbye."""
        try:
            engine.close_connection()
        except ProtocolError:
            return
        self._flush(engine)

    def _flush(self, engine: H2Connection) -> None:
        data = self._outgoing.fetch()
        if data and self.ended is None:
            self.transport.write(data)

    def _start(self, engine: H2Connection) -> None:
        """Begin the exchanges there is room for."""
        while self._queue and len(self._streams) < self._most:
            stream = self._queue.popleft()
            if stream.waiter.done():
                continue
            if self._outgoing.is_used_up:
                self.expires_ns = 0
                stream.fail(sent_away(), perf_counter_ns())
                continue
            self._outgoing.begin(stream)
            self._streams[stream.number] = stream
            if stream.body:
                self._send(engine, stream)
        self._flush(engine)

    def _send_all(self, engine: H2Connection) -> None:
        for stream in list(self._streams.values()):
            if stream.body:
                self._send(engine, stream)
        self._flush(engine)

    def _send(self, engine: H2Connection, stream: Stream) -> None:
        """Send as much of a body as the server and the transport take."""
        while stream.body and not self._busy:
            try:
                if not self._outgoing.go_on(stream):
                    return
            except WireError as error:
                self._drop_stream(stream, error, perf_counter_ns())
                return
            stream.heard_ns = perf_counter_ns()
            self._gets_on()
            self._flush(engine)

    def _received_frames(self, engine: H2Connection, frames: Frames, data: bytes, now: int) -> None:
        self._heard_any_ns = now
        incoming = self._incoming
        try:
            for frame in frames.feed(data):
                kind, number = frame[3], int.from_bytes(frame[5:9], "big") & WINDOW_MAX
                if kind in OF_STREAMS or (kind == WINDOW_UPDATE and number):
                    incoming.take(kind, frame[4], number, frame[9:], now)
                elif incoming.in_head:
                    raise odd("a frame within a head")
                else:
                    for event in engine.receive_data(frame):
                        take = _TAKERS.get(type(event))
                        if take is not None:
                            take(self, event, now)
                if self.ended is not None:
                    return
        except ProtocolError as error:
            self._broken(broken(error.error_code, str(error) or type(error).__name__), now)
        except WireError as error:
            self._broken(error, now)
        else:
            self._start(engine)

    def _gets_on(self) -> None:
        """See that the present frame brought something."""
        if self._frames is not None:
            self._frames.idle = 0

    def _broken(self, error: WireError, now: int) -> None:
        """End a connection on which something came that is no HTTP/2."""
        engine = self.http2
        assert engine is not None
        if isinstance(error, Broken):  # else h2 has a GOAWAY ready that names the fault
            with suppress(ProtocolError):
                engine.close_connection(error.number)
        self._flush(engine)
        self._fail_all(error, now)
        super().close()

    def _fail_all(self, error: WireError, now: int = 0) -> None:
        now = now or perf_counter_ns()
        self.expires_ns = 0
        streams = [*self._streams.values(), *self._queue]
        self._streams.clear()
        self._queue.clear()
        for stream in streams:
            stream.fail(error, now)

    def _ended(self, error: Exception | None) -> None:
        if self.http2 is None:
            super()._ended(error)
            return
        now = perf_counter_ns()
        streams = [*self._streams.values(), *self._queue]
        self._streams.clear()
        self._queue.clear()
        for stream in streams:
            stream.fail(gone() if error is None else lost(error, self.authority), now)
        self._drop(no_response(self.authority))

    def _over(self, number: int) -> None:
        """Forget an exchange that is over."""
        self._streams.pop(number, None)
        if not self.expires_ns:
            self.retire()

    def _drop_stream(self, stream: Stream, error: WireError, now: int) -> None:
        """End one exchange; the others go on."""
        engine = self.http2
        assert engine is not None
        stream.fail(error, now)
        if stream.number not in self._streams:
            return
        self._outgoing.give_up(stream)
        self._flush(engine)
        self._over(stream.number)

    def _look_at(self, stream: Stream) -> None:
        """See whether an exchange has been silent for too long."""
        stream.timer = None
        if stream.waiter.done():
            return
        now = perf_counter_ns()
        left_s = stream.timeout_s - (now - stream.heard_ns) / 1e9
        if left_s > 0:
            stream.timer = self._loop.call_later(max(left_s, 0.001), self._look_at, stream)
            return
        if self._heard_any_ns < stream.heard_ns:  # nothing at all came meanwhile: the next one had better not wait here
            self.expires_ns = 0
        self._drop_stream(stream, read_timeout(), now)

    # what came for one exchange: see Incoming

    @property
    def next_number(self) -> int:
        """The number of the next exchange."""
        return self._outgoing.next_number

    def stream_of(self, number: int) -> Stream | None:
        """Give an exchange that is open."""
        return self._streams.get(number)

    def took(self, stream: Stream | None, size: int) -> None:
        """Count bytes of bodies, so that the server may send more."""
        self._outgoing.took(stream, size)

    def head_came(self, stream: Stream, head: Head | None, now: int) -> None:
        """Take a head, None for an interim one."""
        stream.heard_ns = now
        if head is not None:
            self._gets_on()
            stream.begins(head, now)
        elif self._frames is not None and self._frames.idle > INTERIM_MAX:
            raise broken(ErrorCodes.ENHANCE_YOUR_CALM, f"more than {INTERIM_MAX:,} interim answers")

    def head_failed(self, stream: Stream, error: WireError, now: int) -> None:
        """Take a head that is none of an answer."""
        self._gets_on()
        self._drop_stream(stream, error, now)

    def piece_came(self, stream: Stream, data: bytes, now: int) -> None:
        """Take a piece of a body."""
        self._gets_on()
        stream.heard_ns = now
        try:
            stream.takes(data)
        except WireError as error:
            self._drop_stream(stream, error, now)

    def end_came(self, stream: Stream, now: int) -> None:
        """Take the end of an answer."""
        self._gets_on()
        if stream.body:  # answered before the whole request was sent
            self._outgoing.give_up(stream)
        stream.finish(now)
        self._over(stream.number)

    def reset_came(self, stream: Stream, code: int, now: int) -> None:
        """Take the server's word that it gives an exchange up."""
        stream.fail(reset(code), now)
        self._over(stream.number)

    def window_came(self, stream: Stream) -> None:
        """Send on."""
        if stream.body and self.http2 is not None:
            self._send(self.http2, stream)

    def _goaway(self, event: events.ConnectionTerminated, now: int) -> None:
        """Take the server's word that it wants no more: what it has begun it may still finish."""
        engine = self.http2
        assert engine is not None
        engine.state_machine.state = ConnectionState.CLIENT_OPEN  # h2 takes nothing more otherwise
        last = event.last_stream_id or 0
        late = [stream for stream in self._streams.values() if stream.number > last]
        for stream in late:
            del self._streams[stream.number]
        for stream in [*late, *self._queue]:
            stream.fail(sent_away(), now)
        self._queue.clear()
        self.retire()

    def _settings(self, event: events.RemoteSettingsChanged, now: int) -> None:
        engine = self.http2
        assert engine is not None
        if engine.encoder.header_table_size > TABLE_MAX:
            engine.encoder.header_table_size = TABLE_MAX
        self._most = engine.remote_settings.max_concurrent_streams
        changed = event.changed_settings.get(SettingCodes.INITIAL_WINDOW_SIZE)
        if changed is not None:
            before = SMALL if changed.original_value is None else changed.original_value
            for stream in self._streams.values():
                widen(stream, changed.new_value - before)
        self._send_all(engine)

    def _window(self, event: events.WindowUpdated, now: int) -> None:
        engine = self.http2
        assert engine is not None
        self._send_all(engine)


_TAKERS: dict[type[events.Event], Callable[[Multiplexing, Any, int], None]] = {
    events.ConnectionTerminated: Multiplexing._goaway,
    events.RemoteSettingsChanged: Multiplexing._settings,
    events.WindowUpdated: Multiplexing._window,
}
