"""Hot path: an answer, or a failure, as a sample of JMeter's implementation Java."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyjm.engine.charsets.charset import known_charset
from pyjm.engine.http import errors
from pyjm.engine.http.decode import begins_gzip
from pyjm.engine.http.errors import WireError

from .http_result import Filler, HeadFacts, Unpacked, take_head, unpacked

if TYPE_CHECKING:
    from pyjm.engine.http.head import Head
    from pyjm.engine.http.keeping import Keeping
    from pyjm.engine.http.response import Response
    from pyjm.engine.vu.result import SampleResult

_KNOWN_MAX = 1024
_FAILED = 400
_CHUNKS = {
    errors.TRUNCATED_CHUNK: ("Premature EOF", 1693),
    errors.CLOSED: ("Premature EOF", 1791),
    errors.BAD_CHUNK: ("Bogus chunk size", 1881),
}
"""What Java says of broken chunks, and what its stack trace adds."""
_ADDED = {
    errors.JAVA_PROTOCOL: (("Invalid HTTP", 1022), ("cannot write", 1125), ("Server redirected", 2729)),
    errors.SOCKET_TIMEOUT: (("Read timed out", 3447),),
    errors.ZIP: (("Not in GZIP", 1063),),
}


class JavaFacts(HeadFacts):
    """What a head says about its sample, in Java's reading."""

    __slots__ = ()

    def __init__(self, response: Response) -> None:
        super().__init__(response)
        head = response.head
        status = head.raw.partition(b"\n")[0].rstrip(b"\r").decode("latin-1")
        fields = "".join([f"{name}: {value}\n" for name, value in head.fields])
        self.text = f"{status}\n{fields}"
        self.header_bytes = len(self.text) + self.text.count("\n") + 2
        self.message = self.message or status


_known: dict[Head, JavaFacts] = {}


def facts_of(response: Response) -> JavaFacts:
    """Give what an answer's head says."""
    facts = _known.get(response.head)
    if facts is None:
        if len(_known) >= _KNOWN_MAX:
            _known.clear()
        facts = _known[response.head] = JavaFacts(response)
    return facts


class JavaFiller(Filler):
    """Fills results as HTTPJavaImpl does: no time of connecting, no bytes sent, the body without chunks' sizes."""

    __slots__ = ()

    def packing(self, response: Response) -> str | None:
        """Tell how a body is packed: Java's JMeter unpacks gzip alone, and in small letters."""
        told = response.header("content-encoding")
        return told if told == "gzip" else None

    def answer(self, result: SampleResult, response: Response, keeping: Keeping | None) -> HeadFacts:
        facts = facts_of(response)
        take_head(result, response, facts)
        result.body_bytes = response.body_bytes
        result.encoding = facts.charset or self.default_charset
        if keeping is not None:
            packed = self.packing(response)
            body = response.body
            if packed is not None and facts.status < _FAILED and type(body) is not Unpacked and not begins_gzip(body):
                body, packed, result.body_bytes = b"", None, 0  # JMeter takes it for an answer without a body
            result.body = body if packed is None or type(body) is Unpacked else unpacked(result, body, packed, keeping)
            if facts.status >= _FAILED:
                result.body_bytes = len(result.body)
            if facts.charset is None or not known_charset(facts.charset):
                self.guess_charset(result, facts)
        return facts

    def failure(self, result: SampleResult, error: WireError, below: int = 0) -> None:
        super().failure(result, in_java(error), below)


def in_java(error: WireError) -> WireError:
    """Say a failure in the words of java.net."""
    kind, text, added = error.kind, error.text, error.trace_bytes
    if kind == errors.NO_RESPONSE:
        kind, text, added = errors.SOCKET, "Unexpected end of file from server", 3027
    elif kind == errors.REFUSED:
        kind, text, added = errors.CONNECT, "Connection refused", 1895
    elif kind == errors.CONNECT_TIMEOUT:
        kind, text, added = errors.SOCKET_TIMEOUT, "Connect timed out", 1990
    elif kind in _CHUNKS:
        text, added = _CHUNKS[kind]
        kind = errors.IO
    elif kind == errors.UNKNOWN_HOST and not text.startswith(("Cannot find", "Interface")):
        text, added = text.partition(":")[0], 1999
    else:
        added = next((size for begin, size in _ADDED.get(kind, ()) if text.startswith(begin)), added)
    if (kind, text, added) == (error.kind, error.text, error.trace_bytes):
        return error
    said = WireError(kind, text)
    said.trace_bytes = added
    said.start_ns, said.end_ns, said.body_at_ns = error.start_ns, error.end_ns, error.body_at_ns
    said.request = error.request
    return said
