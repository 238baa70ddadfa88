"""Hot path: what one exchange brought back."""

from __future__ import annotations

from .head import Head


class Response:
    """One answer, with its times and sizes; everything else about its head is worked out when asked for.

    Instants are of `perf_counter_ns`:
    `start_ns` when the exchange began (before connecting), `connect_end_ns` when TCP and TLS stood (0 on a connection
    used before), `first_byte_ns` when the first byte of the answer came, `body_at_ns` when the first byte of the body
    came, which is where JMeter's Latency ends (an empty body: the end; an answer that has none by definition, as to
    HEAD or 204 and 304: 0, and JMeter's Latency is 0), `end_ns` when the last byte came.

    `body` is what is kept of it: without chunk frames, still compressed, empty if it was not wanted; `body_bytes` is
    its size on the wire.
    `received_bytes` is JMeter's `bytes`: all that came, chunk frames and interim answers included; `sent_bytes`
    JMeter's `sentBytes`: the whole request. `request` is what was answered, where that is another one than was asked
    for: with credentials for a proxy, or a CONNECT that was refused.
    """

    __slots__ = (
        "head",
        "status",
        "body",
        "body_bytes",
        "received_bytes",
        "sent_bytes",
        "start_ns",
        "connect_end_ns",
        "first_byte_ns",
        "body_at_ns",
        "end_ns",
        "request",
    )

    def __init__(
        self,
        head: Head,
        status: int,
        body: bytes,
        body_bytes: int,
        received_bytes: int,
        sent_bytes: int,
        start_ns: int,
        connect_end_ns: int,
        first_byte_ns: int,
        body_at_ns: int,
        end_ns: int,
    ) -> None:
        self.head = head
        self.status = status
        self.body = body
        self.body_bytes = body_bytes
        self.received_bytes = received_bytes
        self.sent_bytes = sent_bytes
        self.start_ns = start_ns
        self.connect_end_ns = connect_end_ns
        self.first_byte_ns = first_byte_ns
        self.body_at_ns = body_at_ns
        self.end_ns = end_ns
        self.request: bytes | None = None

    def after(self, first: Response | None) -> Response:
        """Count the times from the begin of an earlier answer of the same exchange."""
        if first is not None:
            self.start_ns = first.start_ns
            self.connect_end_ns = self.connect_end_ns or first.connect_end_ns
        return self

    @property
    def reason(self) -> str:
        """The reason phrase, possibly empty: the sample's response message."""
        return self.head.reason

    @property
    def version(self) -> str:
        """The protocol's version as in the status line: HTTP/1.1."""
        major, minor = self.head.version
        return f"HTTP/{major}.{minor}"

    @property
    def head_bytes(self) -> int:
        """The size of the head exactly as received, its empty line included."""
        return len(self.head.raw)

    @property
    def header_bytes(self) -> int:
        """The size JMeter gives as that of the headers: its own rendering of them with line ends of two bytes."""
        text = self.head.text
        return len(text) + text.count("\n") + 2

    @property
    def headers(self) -> list[tuple[str, str]]:
        """All header fields in order. The list is shared: do not change it."""
        return self.head.fields

    @property
    def headers_text(self) -> str:
        """Status line and fields, one a line: the sample's response headers, in the order received."""
        return self.head.text

    def header(self, name: str) -> str | None:
        """Give the last field of that name in any case, as JMeter does for Content-Type and Location."""
        return self.head.last_of(name.lower())

    def all_of(self, name: str) -> list[str]:
        """Give the values of all fields of that name in any case, in order."""
        name = name.lower()
        return [value for field, value in self.head.fields if field.lower() == name]

    def __repr__(self) -> str:
        return f"<Response {self.status} {self.body_bytes} bytes>"


def answered(
    head: Head,
    body: bytes,
    body_bytes: int,
    received_bytes: int,
    sent_bytes: int,
    start_ns: int,
    connect_end_ns: int,
    body_at_ns: int,
    end_ns: int,
) -> Response:
    """Make the response that came in one piece, without the cost of `Response` with as many arguments."""
    response = Response.__new__(Response)
    response.head = head
    response.status = head.status
    response.body = body
    response.body_bytes = body_bytes
    response.received_bytes = received_bytes
    response.sent_bytes = sent_bytes
    response.start_ns = start_ns
    response.connect_end_ns = connect_end_ns
    response.first_byte_ns = end_ns
    response.body_at_ns = body_at_ns
    response.end_ns = end_ns
    response.request = None
    return response
