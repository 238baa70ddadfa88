"""Hot path: a connection that speaks HTTP/2, many exchanges at a time, or HTTP/1.1 where the server wants no other.

The protocol is the library h2's; here are its bytes, its limits, and what they mean for an exchange.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from time import perf_counter_ns
from typing import TYPE_CHECKING, Any

from h2 import events
from h2.connection import ConnectionState, H2Connection
from h2.errors import ErrorCodes
from h2.exceptions import ProtocolError

from .connection import Connection
from .errors import WireError, lost, no_response, read_timeout
from .head import Head
from .http2_engine import HEAD_MAX, TABLE_MAX, Frames, new_engine
from .http2_head import answered, asked
from .http2_stream import Stream, broken, gone, reset, sent_away
from .reading import INTERIM_MAX

if TYPE_CHECKING:
    from .call import Call

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
        "http2",
        "shared",
        "_busy",
        "_early",
        "_frames",
        "_fresh",
        "_heard_any_ns",
        "_most",
        "_queue",
        "_streams",
    )

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
        self._frames = Frames(engine)
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
        body = memoryview(request)[cut + 4 :]
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
        for stream in [*self._streams.values(), *self._queue]:
            if stream.waiter is waiter:
                self._drop_stream(stream, gone(), perf_counter_ns())
                break

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
        data = engine.data_to_send()
        if data and self.ended is None:
            self.transport.write(data)

    def _start(self, engine: H2Connection) -> None:
        """Begin the exchanges there is room for."""
        while self._queue and len(self._streams) < self._most:
            stream = self._queue.popleft()
            if stream.waiter.done():
                continue
            try:
                number = engine.get_next_available_stream_id()
                engine.send_headers(number, stream.asked.fields, end_stream=not stream.body)
            except ProtocolError:  # no number is left
                self.expires_ns = 0
                stream.fail(sent_away(), perf_counter_ns())
                continue
            stream.number = number
            self._streams[number] = stream
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
            room = min(engine.local_flow_control_window(stream.number), engine.max_outbound_frame_size)
            if room <= 0:
                return
            piece, stream.body = stream.body[:room], stream.body[room:]
            engine.send_data(stream.number, bytes(piece), end_stream=not stream.body)
            stream.heard_ns = perf_counter_ns()
            self._gets_on()
            self._flush(engine)

    def _received_frames(self, engine: H2Connection, frames: Frames, data: bytes, now: int) -> None:
        self._heard_any_ns = now
        try:
            for event in frames.feed(data):
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
        self._flush(engine)  # h2 has a GOAWAY ready that names the fault
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
        try:
            engine.reset_stream(stream.number, ErrorCodes.CANCEL)
        except ProtocolError:
            pass  # the server has ended it meanwhile
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

    def _head(self, event: events.ResponseReceived, now: int) -> None:
        stream = self._streams.get(event.stream_id)
        if stream is None:
            return
        self._gets_on()
        stream.heard_ns = now
        try:
            head: Head = answered(event.headers)
        except WireError as error:
            self._drop_stream(stream, error, now)
        else:
            stream.begins(head, now)

    def _interim(self, event: events.InformationalResponseReceived, now: int) -> None:
        stream = self._streams.get(event.stream_id)
        if stream is not None:
            stream.heard_ns = now
            if self._frames is not None and self._frames.idle > INTERIM_MAX:
                raise broken(ErrorCodes.ENHANCE_YOUR_CALM, f"more than {INTERIM_MAX:,} interim answers")

    def _data(self, event: events.DataReceived, now: int) -> None:
        engine = self.http2
        assert engine is not None
        if event.flow_controlled_length:
            engine.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        stream = self._streams.get(event.stream_id)
        if stream is None or not event.data:
            return
        self._gets_on()
        stream.heard_ns = now
        try:
            stream.takes(event.data)
        except WireError as error:
            self._drop_stream(stream, error, now)

    def _end(self, event: events.StreamEnded, now: int) -> None:
        stream = self._streams.get(event.stream_id)
        engine = self.http2
        if stream is None or engine is None:
            return
        self._gets_on()
        if stream.body:  # answered before the whole request was sent
            engine.reset_stream(stream.number, ErrorCodes.CANCEL)
        stream.finish(now)
        self._flush(engine)
        self._over(event.stream_id)

    def _reset(self, event: events.StreamReset, now: int) -> None:
        stream = self._streams.get(event.stream_id)
        if stream is not None:
            stream.fail(reset(event.error_code or 0), now)
            self._over(event.stream_id)

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
        self._send_all(engine)

    def _window(self, event: events.WindowUpdated, now: int) -> None:
        engine = self.http2
        assert engine is not None
        stream = self._streams.get(event.stream_id or 0)
        if stream is not None:
            if stream.body:
                self._send(engine, stream)
        elif not event.stream_id:
            self._send_all(engine)


_TAKERS: dict[type[events.Event], Callable[[Multiplexing, Any, int], None]] = {
    events.ResponseReceived: Multiplexing._head,
    events.InformationalResponseReceived: Multiplexing._interim,
    events.DataReceived: Multiplexing._data,
    events.StreamEnded: Multiplexing._end,
    events.StreamReset: Multiplexing._reset,
    events.ConnectionTerminated: Multiplexing._goaway,
    events.RemoteSettingsChanged: Multiplexing._settings,
    events.WindowUpdated: Multiplexing._window,
}
