"""One link: rpyc's connection with all of rpyc's reach taken out but the call of a named method with plain values."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Callable
from typing import Any

from OpenSSL import SSL
from rpyc.core import brine, consts, protocol, service

from pyjm.server.wire.contract import CALLS, BadMessage, Code, Limits, Plain, Refused
from pyjm.server.wire.stream import Frames, Stream
from pyjm.server.wire.trouble import LinkDown, Trouble

_MALFORMED = (
    ArithmeticError, AttributeError, LookupError, MemoryError, RecursionError, TypeError, ValueError, struct.error,
)  # fmt: skip

_HANDSHAKES = threading.BoundedSemaphore(32)
"""Handshakes at once: each is work for both sides, and of too many none would be done in time."""
_TURN_S = 2.0

CONFIG = {
    "allow_safe_attrs": False,
    "allow_exposed_attrs": False,
    "allow_public_attrs": False,
    "allow_getattr": False,
    "allow_pickle": False,
    "include_local_traceback": False,
    "include_local_version": False,
    "propagate_KeyboardInterrupt_locally": False,
    "bind_threads": False,
}


def check_call(name: object, args: tuple[Plain, ...]) -> None:
    """Refuse what is not in the list of calls, or is called with values of other types."""
    kinds = CALLS.get(name) if isinstance(name, str) else None
    if kinds is None:
        raise Refused(Code.CALL, "there is no such call")
    if tuple(map(type, args)) != kinds:
        raise Refused(Code.CALL, f"{name} is called with other values than it takes")


class Mute(service.Service):  # type: ignore[misc]  # rpyc has no types
    """What a controller offers to a server on a link: nothing. `ended` is called when the link is no more."""

    def __init__(self, ended: Callable[[], None] = lambda: None) -> None:
        self._ended = ended

    def on_disconnect(self, conn: Any) -> None:
        """Note that the link is no more."""
        self._ended()

    def _rpyc_getattr(self, name: str) -> Any:
        raise Refused(Code.CALL, f"a controller has no {name}")


class Link(protocol.Connection):  # type: ignore[misc]  # rpyc has no types
    """One connection with rpyc's framing, numbering and values.

    Of rpyc's twenty kinds of request one is left: call the method of this name. No object is ever passed by
    reference, so there is nothing to look into, to keep alive or to delete; errors travel as values, never as
    exceptions. A message of any other kind ends the link. One request is served at a time.
    """

    def __init__(self, stream: Stream, root: service.Service | None = None) -> None:
        self._closed = True  # what rpyc's own beginning sets too; named here for the type checker
        super().__init__(Mute() if root is None else root, Frames(stream), CONFIG)
        self.stream = stream
        self.idle_s: float | None = stream.limits.idle_s
        self.held_idle_s: float | None = None
        self._turn = threading.Lock()

    def limit_to(self, size: int) -> None:
        """Read no larger messages than this, until `lift`."""
        self.stream.max_message = min(size, self.stream.limits.max_message)

    def lift(self) -> None:
        """Let the other side idle, up to `held_idle_s`, and send all that the contract has: it holds a lease."""
        self.idle_s = self.held_idle_s
        self.stream.max_message = self.stream.limits.max_message

    @classmethod
    def _request_handlers(cls) -> dict[int, Any]:
        return {consts.HANDLE_CALLATTR: cls._handle_named}

    def _handle_named(self, name: str, args: tuple[Plain, ...]) -> tuple[Plain, ...]:
        """Answer one call: (True, result), or (False, code, text)."""
        try:
            check_call(name, args)
            return (True, self._local_root._rpyc_getattr(name)(*args))
        except Refused as refusal:
            return (False, refusal.code, refusal.text)
        except BadMessage as error:
            return (False, Code.CALL, str(error))

    def _box(self, obj: Plain) -> tuple[int, Plain]:
        if not brine.dumpable(obj):
            raise TypeError(f"{type(obj).__name__} does not travel")
        return consts.LABEL_VALUE, obj

    def _unbox(self, package: Any) -> Any:
        label, value = package
        if label != consts.LABEL_VALUE:
            raise ValueError("only values travel")
        return value

    def _dispatch(self, data: bytes) -> None:
        """Take one message; whatever is not exactly a call or its answer ends the link."""
        try:
            seq, handler, values = self._understand(data)
        except _MALFORMED as error:
            self._recvlock.release()
            self.close()
            raise LinkDown(Trouble.MALFORMED, str(error)) from error
        if handler is None:
            self._seq_request_callback(consts.MSG_REPLY, seq, False, values)
            self._recvlock.release()
        else:
            self._recvlock.release()
            self._send(consts.MSG_REPLY, seq, self._box(handler(self, *values)))

    def _understand(self, data: bytes) -> tuple[int, Any, Any]:
        """Take a message apart: its number, the handler of a request (None: it is an answer), and its values."""
        kind = data[0]
        seq, args = brine.load(data[1:])
        if type(seq) is not int or kind not in (consts.MSG_REQUEST, consts.MSG_REPLY):
            raise ValueError("another kind of message")
        if kind == consts.MSG_REPLY:
            return seq, None, self._unbox(args)
        handler, package = args
        name, values = self._unbox(package)
        if type(values) is not tuple:
            raise TypeError("arguments that are no list")
        return seq, self._HANDLERS[handler], (name, values)

    def serve_until_idle(self) -> None:
        """Serve the other side, one request at a time, until the link ends or idles too long; raises LinkDown then."""
        while not self.closed:
            if not self.serve(self.idle_s):
                raise LinkDown(Trouble.NO_ANSWER, f"nothing was said for {self.idle_s:g} s")

    def call(self, name: str, *args: Plain, timeout_s: float = 10.0) -> Any:
        """Call the other side, from any thread, one call at a time; raises Refused, LinkDown, BadMessage.

        The answer has to begin within `timeout_s`; once it has begun, the deadline is that of its frame.
        """
        with self._turn:
            if self.closed:
                raise LinkDown(Trouble.CLOSED)
            try:
                pending = self.async_request(consts.HANDLE_CALLATTR, name, args)
                arrived: list[Any] = []
                pending.add_callback(arrived.append)
                until = time.monotonic() + timeout_s
                while not arrived:
                    if not self.serve(max(0.0, until - time.monotonic())):  # it may still come: this link is of no use
                        raise LinkDown(Trouble.NO_ANSWER, f"to {name} for {timeout_s:g} s")
                answer = pending.value
            except EOFError:
                self.close()
                raise
        return read_answer(answer)

    # for who serves many links (client.line)

    def begin(self, name: str, args: tuple[Plain, ...], answered: Callable[[bool, Any], None]) -> None:
        """Send a call, and return; `answered` gets False and the answer. Raises LinkDown."""
        self._async_request(consts.HANDLE_CALLATTR, (name, args), answered)

    def arrived(self, frame: bytes) -> None:
        """Take a message that has come; raises LinkDown."""
        self._recvlock.acquire()
        self._dispatch(frame)

    def close(self) -> None:
        """Let go of the connection; rpyc's own farewell would wait for an answer."""
        if not self._closed:
            self._closed = True
            self._cleanup()

    def abort(self) -> None:
        """Cut the connection from another thread; the one that uses it closes it."""
        self.stream.abort()


def read_answer(answer: object) -> Any:
    """Give what a call came to; raises Refused, BadMessage."""
    if not isinstance(answer, tuple) or not answer:
        raise BadMessage("an answer of another form")
    if answer[0] is True and len(answer) == 2:
        return answer[1]
    raise Refused(*map(str, answer[1:3])) if len(answer) == 3 else BadMessage("an answer of another form")


def connect(host: str, port: int, tls: SSL.Context | None, limits: Limits, *, expected: str = "") -> Stream:
    """Dial the other side, handshake included; raises OSError where it can't be reached, LinkDown where it refuses.

    `expected` is the host whose certificate it has to be, where certificates are signed by an authority.
    """
    try:
        sock = socket.create_connection((host, port), limits.connect_s)
    except UnicodeError as error:  # a name that no resolver would take
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known") from error
    stream = Stream(sock, tls, limits, server_side=False)
    stream.expect(expected)
    in_turn = _HANDSHAKES.acquire(timeout=_TURN_S)  # who stalls in one holds up nobody for longer
    try:
        stream.handshake()
    except LinkDown:
        stream.close()
        raise
    finally:
        if in_turn:
            _HANDSHAKES.release()
    return stream
