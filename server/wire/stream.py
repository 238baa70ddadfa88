"""The bytes of a link: frames with a deadline and a size limit, over TLS or plain TCP."""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Callable
from typing import Any, TypeVar

from cryptography import x509
from OpenSSL import SSL
from rpyc.core import channel, stream

from pyjm.server.wire.contract import Limits
from pyjm.server.wire.trouble import LinkDown, Trouble, explain_tls

A = TypeVar("A")
T = TypeVar("T")

_CHUNK = 256 << 10
_RECORD = 16 << 10
"""What OpenSSL gives at once at the most: room for more would be made and thrown away with each read."""
_HEAR_OUT_S = 1.0
_AWAKE = (("TCP_KEEPIDLE", 15), ("TCP_KEEPINTVL", 5), ("TCP_KEEPCNT", 3))


class Stream(stream.Stream):  # type: ignore[misc]  # rpyc has no types
    """One connection, used by one thread at a time; only `abort` may come beside it.

    The socket never blocks: every wait has a deadline, and a peer that stalls ends this link and nothing else.
    All that goes wrong is a LinkDown. Closes the socket where it can't even begin.
    """

    MAX_IO_CHUNK = _CHUNK

    def __init__(self, sock: socket.socket, tls: SSL.Context | None, limits: Limits, *, server_side: bool) -> None:
        self.limits = limits
        self.max_message = limits.max_message
        self._sock = sock
        self._tls: SSL.Connection | None = None
        self._server_side = server_side
        self._ended = False
        self._deadline = float("inf")
        try:
            sock.setblocking(False)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        except OSError as error:  # the peer has gone already
            sock.close()
            raise LinkDown(Trouble.CLOSED, error.strerror or "") from error
        if tls is not None:
            self._tls = SSL.Connection(tls, sock)
            if server_side:
                self._tls.set_accept_state()
            else:
                self._tls.set_connect_state()

    def expect(self, host: str) -> None:
        """Tell the check of certificates, before the handshake, which host was dialled."""
        if self._tls is not None:
            self._tls.set_app_data(host)

    def keep_awake(self) -> None:
        """Have the system find out that a connection is dead on which nothing is said, and keep it known in between."""
        for name, value in _AWAKE:
            if hasattr(socket, name):
                self._sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)

    def has_ended(self) -> bool:
        """Tell whether a connection has ended on which the other side says nothing unasked."""
        try:
            return self._ended or self._wait(0.0, write=False)
        except LinkDown:
            return True

    def certificate(self) -> x509.Certificate | None:
        """Give what the other side has shown, None without TLS."""
        return self._tls.get_peer_certificate(as_cryptography=True) if self._tls is not None else None

    def handshake(self) -> None:
        """Do the TLS handshake, where there is TLS."""
        if self._tls is not None:
            self._deadline = time.monotonic() + self.limits.handshake_s
            try:
                self._persist(SSL.Connection.do_handshake, self._tls, Trouble.SLOW_HANDSHAKE, write=False)
            except LinkDown:
                if self._server_side:
                    self._hear_out()
                raise

    def _hear_out(self) -> None:
        """Swallow what a refused peer has sent already: closing on unread bytes would destroy the alert to it."""
        try:
            self._sock.shutdown(socket.SHUT_WR)
            until = time.monotonic() + _HEAR_OUT_S
            swallowed = 0
            while swallowed < _CHUNK and self._wait(until - time.monotonic(), write=False):
                data = self._sock.recv(_CHUNK)
                if not data:
                    return
                swallowed += len(data)
        except (OSError, LinkDown):
            pass

    @property
    def closed(self) -> bool:
        """Tell whether this side has let go."""
        return self._ended

    def fileno(self) -> int:
        """Give the socket's number, for rpyc."""
        return self._sock.fileno()

    def close(self) -> None:
        """Let go, with TLS's farewell where it can be said at once."""
        if self._ended:
            return
        self._ended = True
        if self._tls is not None:
            try:
                self._tls.shutdown()
            except (SSL.Error, OSError):
                pass
        self.abort()
        self._sock.close()

    def abort(self) -> None:
        """Cut the connection; the thread that uses it wakes up. From any thread."""
        try:
            self._sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def poll(self, timeout: Any) -> bool:
        """Wait until there is something to read; `timeout` is rpyc's own kind."""
        if self._ended:
            raise LinkDown(Trouble.CLOSED)
        return self.pending() or self._wait(timeout.timeleft(), write=False)

    def begin_frame(self, size: int = 0) -> None:
        """Set the deadline of the frame that comes or goes: what `size` bytes take on a poor link."""
        self._deadline = time.monotonic() + self.limits.frame_s + size / self.limits.bytes_per_s

    def read(self, count: int) -> bytes:
        """Read exactly `count` bytes before the frame's deadline."""
        parts = []
        while count > 0:
            data = self._persist(self._receive, count, Trouble.STALLED, write=False)
            if not data:
                raise LinkDown(Trouble.CLOSED)
            parts.append(data)
            count -= len(data)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def write(self, data: bytes) -> None:
        """Write all of it before the frame's deadline."""
        view = memoryview(data)
        while view:
            view = view[self._persist(self._send, view[:_CHUNK], Trouble.STALLED, write=True) :]

    def receive(self, count: int) -> bytes | None:
        """Read at most `count` bytes of what is there already, None where nothing is; raises LinkDown."""
        try:
            data = self._receive(count)
        except (BlockingIOError, SSL.WantReadError, SSL.WantWriteError):
            return None
        except (SSL.Error, OSError) as error:
            raise self._explained(error) from error
        if not data:
            raise LinkDown(Trouble.CLOSED)
        return data

    def pending(self) -> bool:
        """Tell whether TLS has bytes that the socket does not show any more."""
        return self._tls is not None and self._tls.pending() > 0

    def late_s(self) -> float:
        """Tell by how many seconds the deadline of the present frame has passed; less than 0: it has not."""
        return time.monotonic() - self._deadline

    def _receive(self, count: int) -> bytes:
        return self._sock.recv(min(_CHUNK, count)) if self._tls is None else self._tls.recv(min(_RECORD, count))

    def _send(self, data: memoryview) -> int:
        return self._sock.send(data) if self._tls is None else self._tls.send(data)

    def _persist(self, action: Callable[[A], T], argument: A, late: Trouble, *, write: bool) -> T:
        """Do it, waiting for the socket as often as it takes up to the deadline; `write`: what plain TCP waits for."""
        while True:
            if self._ended:
                raise LinkDown(Trouble.CLOSED)
            try:
                return action(argument)
            except BlockingIOError:
                wants_write = write
            except SSL.WantReadError:
                wants_write = False
            except SSL.WantWriteError:
                wants_write = True
            except (SSL.Error, OSError) as error:
                raise self._explained(error) from error
            if not self._wait(self._deadline - time.monotonic(), write=wants_write):
                raise LinkDown(late)

    def _explained(self, error: Exception) -> LinkDown:
        if isinstance(error, SSL.Error):
            assert self._tls is not None
            return explain_tls(error, self._tls.get_app_data())
        if isinstance(error, ConnectionResetError):
            return LinkDown(Trouble.RESET)
        return LinkDown(Trouble.CLOSED, getattr(error, "strerror", None) or "")

    def _wait(self, seconds: float | None, *, write: bool) -> bool:
        """Wait for the socket; a negative time is none, no time is for ever."""
        if seconds is not None:
            seconds = max(seconds, 0.0)
        try:
            if not hasattr(select, "poll"):  # Windows
                fds = [self._sock]
                ready = select.select([] if write else fds, fds if write else [], fds if write else [], seconds)
                return any(ready)
            poller = select.poll()
            poller.register(self._sock, select.POLLOUT if write else select.POLLIN)
            return bool(poller.poll(None if seconds is None else seconds * 1000))
        except (OSError, ValueError) as error:  # closed beside us
            raise LinkDown(Trouble.CLOSED) from error


class Frames(channel.Channel):  # type: ignore[misc]  # rpyc has no types
    """rpyc's frames, never compressed by rpyc, and none read whose size is over the limit."""

    __slots__ = ()

    def __init__(self, stream: Stream) -> None:
        super().__init__(stream, compress=False)

    def recv(self) -> bytes:
        """Read one frame."""
        link: Stream = self.stream
        link.begin_frame()
        size = frame_size(link.read(self.FRAME_HEADER.size), link.max_message)
        link.begin_frame(size)
        data = link.read(size + 1)
        return data[:-1]

    def send(self, data: bytes) -> None:
        """Write one frame."""
        link: Stream = self.stream
        link.begin_frame(len(data))
        link.write(b"".join((self.FRAME_HEADER.pack(len(data), 0), data, self.FLUSHER)))


def frame_size(header: bytes, most: int) -> int:
    """Read how many bytes a frame has; raises LinkDown for one that may not be."""
    size, compressed = Frames.FRAME_HEADER.unpack(header)
    if size > most:
        raise LinkDown(Trouble.OVERSIZED, f"{size} bytes")
    if compressed:  # rpyc would unpack it whatever it grows to
        raise LinkDown(Trouble.MALFORMED, "a compressed frame")
    return int(size)


class Pieces:
    """Puts frames together as their bytes come, for who has others to serve meanwhile. `is_begun` in mid-frame."""

    def __init__(self, stream: Stream) -> None:
        self.is_begun = False
        self._stream = stream
        self._parts: list[bytes] = []
        self._missing: int = Frames.FRAME_HEADER.size
        self._in_body = False

    def read(self) -> bytes | bool:
        """Read on: gives a frame that is whole now, True where more may be there, False where nothing is."""
        data = self._stream.receive(self._missing)
        if data is None:
            return False
        if not self.is_begun:
            self.is_begun = True
            self._stream.begin_frame()
        self._parts.append(data)
        self._missing -= len(data)
        if self._missing:
            return True
        whole = self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)
        self._parts = []
        if not self._in_body:
            size = frame_size(whole, self._stream.max_message)
            self._stream.begin_frame(size)
            self._missing, self._in_body = size + 1, True
            return True
        self._missing, self._in_body, self.is_begun = Frames.FRAME_HEADER.size, False, False
        return whole[:-1]
