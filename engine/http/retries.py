"""Which failed requests are sent once more. Mirrors StandardHttpRequestRetryHandler of HttpClient 4."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from .errors import NO_RESPONSE, SOCKET, Unreached, WireError

_IDEMPOTENT = frozenset((b"GET", b"HEAD", b"PUT", b"DELETE", b"OPTIONS", b"TRACE"))
_UNSENT = ("Connection reset by peer", "Broken pipe")
"""What Java says of a connection that took none of the request."""


class Retrying(Protocol):
    """Who decides on it."""

    def again(self, error: WireError, request: bytes, done: int) -> bool:
        """Tell whether a request is to be sent again that was sent `done` times and met `error`."""


class Retries(NamedTuple):
    """How often, and whether also one that went out whole and is not idempotent.

    JMeter's httpclient4.retrycount and httpclient4.request_sent_retry_enabled.
    """

    most: int
    sent_too: bool

    def again(self, error: WireError, request: bytes, done: int) -> bool:
        """Tell whether a request is to be sent again that was sent `done` times and met `error`."""
        if done > self.most or error.in_body or isinstance(error, Unreached):
            return False
        if error.kind != NO_RESPONSE and error.kind != SOCKET:
            return False
        method = request.partition(b" ")[0].upper()
        return self.sent_too or method in _IDEMPOTENT or error.text in _UNSENT
