"""Hot path: an answer, or a failure, as a sample."""

from __future__ import annotations

from asyncio import to_thread
from typing import TYPE_CHECKING
from urllib.parse import quote

from pyjm.engine.charsets.charset import known_charset
from pyjm.engine.http.decode import charset_of, decode_body, is_binary
from pyjm.engine.http.errors import ILLEGAL_ARGUMENT, WireError
from pyjm.engine.http.redirect import is_redirect
from pyjm.engine.vu.charset import Fallback
from pyjm.engine.vu.clock import to_wall_ms

from .http_error_size import error_bytes

if TYPE_CHECKING:
    from pyjm.engine.http.keeping import Keeping
    from pyjm.engine.http.response import Response
    from pyjm.engine.vu.result import SampleResult

    from .http_making import Made

_ASCII = "".join(map(chr, range(128)))
_META = '<meta http-equiv="content-type" content="'
_META_WITHIN = 2000
_UNPACKED = ("gzip", "x-gzip", "deflate", "br")
_MOVED = ("content-length:", "content-encoding:", "content-md5:")


class HeadFacts:
    """What a head says about its sample: answers of one server mostly repeat, so it is worked out once."""

    __slots__ = (
        "charset",
        "code",
        "content_encoding",
        "content_type",
        "cookies",
        "data_type",
        "header_bytes",
        "location",
        "message",
        "status",
        "success",
        "text",
    )

    def __init__(self, response: Response) -> None:
        self.status = response.status
        self.code = str(response.status)
        self.message = response.reason
        self.success = 200 <= response.status <= 399
        self.text = shown_fields(response)
        self.header_bytes = response.header_bytes
        self.location = response.header("location")
        self.cookies = response.all_of("set-cookie")
        self.content_encoding = response.header("content-encoding")
        content_type = response.header("content-type")
        self.content_type = content_type or ""
        self.charset = charset_of(content_type)
        self.data_type = "" if content_type is None else "bin" if is_binary(content_type) else "text"

    def redirects(self, method: str) -> bool:
        """Tell whether JMeter takes the answer for a redirect."""
        return is_redirect(self.status, method)


def shown_fields(response: Response) -> str:
    """Give the fields of an answer as the sample shows them: of a packed one, JMeter has some at the end."""
    text = response.headers_text
    packing = (response.header("content-encoding") or "").partition(",")[0].strip().lower()
    if packing not in _UNPACKED or response.header("content-length") == "0" or response.head.version >= (2, 0):
        return text
    lines = text.splitlines(keepends=True)
    moved = [line for name in _MOVED for line in lines if line.lower().startswith(name)]
    return "".join([line for line in lines if line not in moved] + moved)


def facts_of(response: Response) -> HeadFacts:
    """Give what an answer's head says."""
    head = response.head
    facts: HeadFacts | None = head.facts
    if facts is None:
        facts = head.facts = HeadFacts(response)
    return facts


APART = 1 << 16
"""From so many packed bytes on, about 2 ms of work, a body is unpacked in a thread, where others do not wait for it."""

UNPACKED_APART = 1 << 19


class Unpacked(bytes):
    """A body that is unpacked already."""

    __slots__ = ()


async def unpack_apart(response: Response, keeping: Keeping | None, encoding: str | None) -> None:
    """Unpack a large body in a thread. What is broken stays as it is: who reads it will say so."""
    body = response.body
    if encoding is None or keeping is None:
        return
    # the last four bytes of gzip are its unpacked size
    if len(body) < APART and (body[:2] != b"\x1f\x8b" or int.from_bytes(body[-4:], "little") < UNPACKED_APART):
        return
    try:
        response.body = await to_thread(lambda: Unpacked(decode_body(body, encoding, keeping)))
    except WireError:
        pass


class Filler:
    """Fills results. `default_charset` is the property sampleresult.default.encoding."""

    __slots__ = ("default_charset",)

    def __init__(self, default_charset: str) -> None:
        self.default_charset = Fallback(default_charset if known_charset(default_charset) else "ISO-8859-1")

    def packing(self, response: Response) -> str | None:
        """Tell how a body is packed."""
        return facts_of(response).content_encoding

    def answer(self, result: SampleResult, response: Response, keeping: Keeping | None) -> HeadFacts:
        """Fill a result from an answer. Raises WireError for a body that can't be unpacked."""
        facts = facts_of(response)
        if response.connect_end_ns:
            result.connect_ms = to_wall_ms(response.connect_end_ns) - result.start_ms
        take_head(result, response, facts)
        result.body_bytes = response.received_bytes - facts.header_bytes
        result.sent_bytes = response.sent_bytes
        result.encoding = facts.charset or self.default_charset
        if keeping is not None:
            packed = facts.content_encoding
            body = response.body
            result.body = body if packed is None or type(body) is Unpacked else unpacked(result, body, packed, keeping)
            if facts.charset is None or not known_charset(facts.charset):
                self.guess_charset(result, facts)
        return facts

    def guess_charset(self, result: SampleResult, facts: HeadFacts) -> None:
        """Find the charset where the head names none, or one that does not exist."""
        if facts.charset is not None:
            result.encoding = Fallback("UTF-8", facts.charset)
            return
        found = None
        if facts.content_type.startswith("text/html"):
            found = meta_charset(result.body)
        if found:
            result.encoding = found if known_charset(found) else Fallback("UTF-8", found)

    def failure(self, result: SampleResult, error: WireError, below: int = 0) -> None:
        """Fill a result from a failure; what an answer has already filled stays."""
        if error.connect_end_ns:
            result.connect_ms = to_wall_ms(error.connect_end_ns) - result.start_ms
        if error.body_at_ns:
            result.latency_ms = to_wall_ms(error.body_at_ns) - result.start_ms
        if not result.end_ms:
            result.end() if not error.end_ns else result.end_at(error.end_ns)
        if not result.header_bytes:
            result.body_bytes = error_bytes(error, below)
        fail(result, error)


def take_head(result: SampleResult, response: Response, facts: HeadFacts) -> None:
    """Fill in when an answer came, and what its head says."""
    start_ms = result.start_ms
    if response.body_at_ns:
        result.latency_ms = to_wall_ms(response.body_at_ns) - start_ms
    result.end_ms = end_ms = to_wall_ms(response.end_ns)
    result.elapsed_ms = end_ms - start_ms
    result.response_code = facts.code
    result.response_message = facts.message
    result.success = facts.success
    result.data_type = facts.data_type
    result.content_type = facts.content_type
    result.response_headers = facts.text
    result.header_bytes = facts.header_bytes


def unpacked(result: SampleResult, body: bytes, encoding: str, keeping: Keeping) -> bytes:
    """Unpack a body. Raises WireError where it can't be: JMeter has counted no bytes then."""
    try:
        return decode_body(body, encoding, keeping)
    except WireError:
        result.header_bytes = result.sent_bytes = 0
        raise


def fail(result: SampleResult, error: WireError) -> None:
    """Make a result that of a failure, leaving times and sizes."""
    result.data_type = "text"
    result.body = str(error).encode("utf-8", "replace")
    named = result.named_encoding
    result.encoding = named if known_charset(named) else Fallback("UTF-8", named)
    result.response_code = error.code
    result.response_message = error.message
    result.success = False


def missing_location(result: SampleResult, made: Made) -> WireError:
    """Say that a redirect names no place to go to: JMeter falls over that before it has counted bytes."""
    result.header_bytes = result.sent_bytes = 0
    url = quote(made.target.text, safe=_ASCII)
    return WireError(ILLEGAL_ARGUMENT, f"Missing location header in redirect for {made.method} {url} HTTP/1.1")


def meta_charset(body: bytes) -> str | None:
    """Give the charset of the meta tag that JMeter looks for in a page: an http-equiv in just one spelling."""
    begin = body[:_META_WITHIN].decode("latin-1")
    at = begin.lower().find(_META)
    if at < 0:
        return None
    at += len(_META)
    end = begin.find('"', at)
    return charset_of(begin[at:end]) if end >= 0 else None
