"""Hot path: TLS over a connected way, spoken by ourselves from memory to memory.

Not the event loop's: this one takes a session to resume and gives the next one, tells whether the server asked for a
certificate, and costs less, as it reads no further than there is something to read.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from contextlib import suppress
from time import perf_counter_ns
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from .sessions import Sessions, Start
    from .stamped import Taker

RECORD_MAX = 16_384
"""The most bytes that one record of TLS carries."""

AT_ONCE = 1 << 14
"""How many bytes of records are opened at once, or one record: TLS keeps as much room, however long its answers are."""

_CHANGE_CIPHER, _HANDSHAKE, _ENCRYPTED = 20, 22, 23
_CERTIFICATE = 11
_HEAD, _TAG = 5, 17
_SEALED_MAX = RECORD_MAX + 2048
_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_WHOLE_NAME = re.compile(rf"(?:{_LABEL}\.)+{_LABEL}").fullmatch


class Secured(asyncio.Transport, asyncio.Protocol):
    """Be a protocol to the way below, and the transport of the protocol above. Make one per connection.

    `asked` tells whether the server asked for a certificate, once the handshake is over or has failed.
    """

    __slots__ = (
        "asked",
        "tls",
        "start",
        "_above",
        "_below",
        "_fresh",
        "_full",
        "_incoming",
        "_outgoing",
        "_partial",
        "_sessions",
        "_shaken",
        "_stuck",
        "_unsent",
        "_why",
    )

    def __init__(self, above: asyncio.BaseProtocol, start: Start, host: str, sessions: Sessions | None) -> None:
        """Begin as `start` says; `host` is the server's name. Raises ValueError for a name that is none."""
        self.asked = False
        self.start = start
        self._above = cast("Taker", above)
        self._below = cast("asyncio.Transport", None)
        self._sessions = sessions
        self._fresh = True
        self._full = self._stuck = False
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._partial = b""
        self._unsent = b""
        self._why: Exception | None = None
        self._shaken: asyncio.Future[None] | None = asyncio.get_running_loop().create_future()
        name = host if start.context.check_hostname else server_name(host)
        self.tls = start.context.wrap_bio(self._incoming, self._outgoing, server_hostname=name, session=start.session)

    async def shaken(self) -> None:
        """Wait for the end of the handshake. Raises OSError (ssl.SSLError among them)."""
        if self._shaken is not None:
            try:
                await self._shaken
            except asyncio.CancelledError:
                self.abort()
                raise

    # what the way below calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the way below, and begin the handshake."""
        self._below = cast("asyncio.Transport", transport)
        self._shake()

    def data_received(self, data: bytes) -> None:
        """Take bytes of the way below."""
        self.data_came(data, perf_counter_ns())

    def data_came(self, data: bytes, now: int) -> None:
        """Take bytes of the way below that came at an instant; hand on what was in them."""
        if self._partial:
            data, self._partial = self._partial + data, b""
        end = whole_records(data, 0)
        if end == len(data):
            data = self._opened(data)
        else:
            data = self._opened_in_turn(data, end)
        if data:
            self._above.data_came(data, now)
        if self._why is not None:
            self._finish(self._why)
        elif self._outgoing.pending or self._unsent:
            self._go_on()

    def _opened_in_turn(self, sealed: bytes, end: int) -> bytes:
        """Give what is in more records than are opened at once, the first up to `end`; keep a part of one."""
        view, pieces, at = memoryview(sealed), [], 0
        while end > at:
            pieces.append(self._opened(view[at:end]))
            at, end = end, whole_records(sealed, end)
        self._partial = sealed[at:]
        return b"".join(pieces)

    def _opened(self, sealed: bytes | memoryview) -> bytes:
        """Give what is in some bytes, and what was left of those before; know why nothing more is to come."""
        incoming = self._incoming
        incoming.write(sealed)
        if self._shaken is not None:
            self._shake()
        if self._shaken is not None or self._why is not None or not incoming.pending:
            return b""
        try:
            data = self.tls.read(RECORD_MAX)
            if data and incoming.pending:
                data = self._gathered(data)
        except ssl.SSLWantReadError:
            self._spare()
            return b""
        except ssl.SSLError as error:
            self._why = error
            return b""
        if self._fresh:
            self._fresh = False
            self._spare()
            if self._sessions is not None:
                self._sessions.add(self)
        if not data:
            self._why = _END
        return data

    def _spare(self) -> None:
        """Have TLS let go of the room for a record to be sent, which a session's ticket makes it take: 16 kB."""
        if not self._unsent:
            with suppress(ssl.SSLError):
                self.tls.write(b"")

    def _gathered(self, first: bytes) -> bytes:
        """Read on after a first record; what goes wrong there comes after what was right."""
        pieces = [first]
        incoming, read = self._incoming, self.tls.read
        try:
            while incoming.pending:
                piece = read(RECORD_MAX)
                if not piece:
                    self._why = _END
                    break
                pieces.append(piece)
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLError as error:
            self._why = error
        return b"".join(pieces)

    def eof_received(self) -> None:
        """Take the end of the way below: without a word of TLS it is an end all the same, as in Java."""
        if self._shaken is None:
            self._above.eof_received()

    def connection_lost(self, error: Exception | None) -> None:
        """Take the loss of the way below."""
        if self._shaken is not None:
            self._fail(error or ConnectionAbortedError())
            return
        if self._sessions is not None:
            self._sessions.left(self)
        above, self._above = self._above, _NOBODY
        above.connection_lost(None if self._why is _END else self._why or error)

    def pause_writing(self) -> None:
        """Take the word of the way below that much is unsent."""
        self._full = True
        self._above.pause_writing()

    def resume_writing(self) -> None:
        """Take the word of the way below that it has room again."""
        self._full = False
        if not self._stuck:
            self._above.resume_writing()

    def _tell(self, stuck: bool) -> None:
        """Say above whether TLS takes what is to be sent."""
        if stuck == self._stuck:
            return
        self._stuck = stuck
        if stuck:
            self._above.pause_writing()
        elif not self._full:
            self._above.resume_writing()

    # the handshake

    def _shake(self) -> None:
        try:
            self.tls.do_handshake()
        except ssl.SSLWantReadError:
            self._send_flight()
            return
        except OSError as error:
            self._send_flight()
            self._fail(error)
            self._below.close()
            return
        self._send_flight()
        shaken, self._shaken = self._shaken, None
        if self._sessions is not None and self.tls.version() != "TLSv1.3":  # there the session comes later
            self._fresh = False
            self._sessions.add(self)
        self._above.connection_made(self)
        if shaken is not None and not shaken.done():
            shaken.set_result(None)

    def _send_flight(self) -> None:
        flight = self._outgoing.read()
        if flight:
            self.asked = self.asked or answers_request(flight, self.tls.cipher())
            self._below.write(flight)

    def _fail(self, error: Exception) -> None:
        if self._shaken is not None and not self._shaken.done():
            self._shaken.set_exception(error)

    # what the protocol above calls

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Send bytes to the other side."""
        if self._unsent:
            self._unsent += data
            return
        try:
            sent = self.tls.write(data)
            if sent < len(data):
                self._unsent = bytes(data[sent:])
                self._go_on()
                return
        except ssl.SSLWantReadError:  # in the midst of another handshake
            self._unsent = bytes(data)
            self._tell(stuck=True)
        self._below.write(self._outgoing.read())

    def _go_on(self) -> None:
        """Send what is left, and what TLS has to say by itself."""
        rest = memoryview(self._unsent)
        try:
            while rest:
                rest = rest[self.tls.write(rest) :]
        except ssl.SSLWantReadError:
            pass
        self._unsent = bytes(rest)
        self._below.write(self._outgoing.read())
        self._tell(stuck=bool(rest))

    def _finish(self, why: Exception) -> None:
        if why is _END:
            self._above.eof_received()
        self.close()

    def close(self) -> None:
        """Say the end and close, after what was written."""
        try:
            self.tls.unwrap()
        except OSError:
            pass  # the other side's end is not waited for
        last = self._outgoing.read()
        if last and not self._below.is_closing():
            self._below.write(last)
        self._below.close()

    def abort(self) -> None:
        """Close at once."""
        if self._below is not None:
            self._below.abort()

    def is_closing(self) -> bool:
        """Tell whether it is being closed."""
        return self._below.is_closing()

    def get_write_buffer_size(self) -> int:
        """Give how many bytes wait to be sent."""
        return self._below.get_write_buffer_size() + len(self._unsent)

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Give what is known of the connection, the object of TLS under `ssl_object`."""
        return self.tls if name == "ssl_object" else self._below.get_extra_info(name, default)


def server_name(host: str) -> str | None:
    """Give the name that a server is told it is meant by (SNI): as Java, none without a dot or with odd letters."""
    name = host.removesuffix(".")
    return name if not name.isascii() or _WHOLE_NAME(name) else None


def whole_records(sealed: bytes, at: int) -> int:
    """Tell where the records end that begin at a place and are to be opened at once; that place if none is whole.

    To read a part of one would be in vain, and that is dear. What is no record of TLS is left to TLS to judge.
    """
    length, begun = len(sealed), at
    while length - at >= _HEAD:
        size = _HEAD + (sealed[at + 3] << 8 | sealed[at + 4])
        if size > _SEALED_MAX or not _CHANGE_CIPHER <= sealed[at] <= _ENCRYPTED:
            return length
        end = at + size
        if end > length or (end - begun > AT_ONCE and at > begun):
            break
        at = end
    return at


def answers_request(flight: bytes, cipher: tuple[str, str, int] | None) -> bool:
    """Tell whether what a client says in a handshake answers a request for a certificate, be it with none.

    Before TLS 1.3 that is plain to see. There it is encrypted: without one, the client's only record is its last word,
    whose length is that of the cipher's hash.
    """
    at, changed, encrypted = 0, False, 0
    while at + _HEAD < len(flight):
        kind, length = flight[at], int.from_bytes(flight[at + 3 : at + 5], "big")
        if kind == _HANDSHAKE and not changed and flight[at + _HEAD] == _CERTIFICATE:
            return True
        changed = changed or kind == _CHANGE_CIPHER
        if kind == _ENCRYPTED:
            encrypted += _HEAD + length
        at += _HEAD + length
    last_word = 4 + (48 if cipher is not None and cipher[0].endswith("SHA384") else 32)
    return encrypted > _HEAD + last_word + _TAG


_END = ConnectionAbortedError("the other side said the end")
_NOBODY: Any = asyncio.Protocol()
