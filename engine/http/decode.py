"""Take a body out of its Content-Encoding, as JMeter shows it to assertions and extractors; and tell its charset."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from functools import lru_cache

from .errors import END_OF_FILE, INDEX, IO, ZIP, WireError
from .keeping import BODY_MAX, WHOLE, Keeping, Kept, too_long

_PIECE = 1 << 20
_HEAD, _MAGIC, _TRAILER = 1657, 1738, 1704
"""What Java's stack trace adds where the head of gzip ends too early, its first two bytes, or what follows the data."""
_ONE, _DEFLATE = 1444, 1472
"""The same for deflate: after the first byte, or later."""

_BROTLI, _SHORT_BROTLI, _NO_BROTLI = 1512, 1436, 1650
"""The same for Brotli: in the data, at their end, after the first byte."""
_NOTHING = Keeping(most=1)
_HEAD_LEAST = 10


def decode_body(body: bytes, encoding: str | None, keeping: Keeping = WHOLE, limit: int = BODY_MAX) -> bytes:
    """Unpack a body by the value of its Content-Encoding; one that is not known leaves the body as it is.

    Several encodings in a list are undone first to last, as HttpClient does against the rule; `keeping` is for what
    comes of it. Raises WireError with Java's words for data that is broken or, unpacked, longer than `limit`: JMeter
    fails the sample then, though the answer has come whole.
    """
    if not body:
        return body
    steps = _steps(encoding)
    ended: EndsEarly | None = None  # what comes out may be whole all the same, if it is packed itself
    for at, unpack in enumerate(steps, 1):
        last = at == len(steps)
        kept = Kept(keeping if last else WHOLE, limit)
        try:
            unpack(body, kept, limit)
        except EndsEarly as early:
            ended = ended or early
            if last and ended.packing not in keeping.relaxed:
                raise ended from None
        body = kept.whole()
        if not body:
            break
    return body


def is_packed(encoding: str | None) -> bool:
    """Tell whether `decode_body` makes something else of a body of that Content-Encoding."""
    return encoding is not None and bool(_steps(encoding))


class EndsEarly(WireError):
    """A packed body ends before its packing does, within the data or behind it; `packing` is gzip or deflate."""

    def __init__(self, packing: str, behind: bool = False) -> None:
        super().__init__(END_OF_FILE, "null" if behind else "Unexpected end of ZLIB input stream")
        self.packing = packing
        self.trace_bytes = _TRAILER if behind else 0 if packing == "gzip" else _DEFLATE


@lru_cache(256)
def _steps(encoding: str | None) -> tuple[Callable[[bytes, Kept, int], None], ...]:
    steps: list[Callable[[bytes, Kept, int], None]] = []
    for name in (encoding or "").lower().split(","):
        name = name.strip()
        if name in ("gzip", "x-gzip"):
            steps.append(_gunzip)
        elif name == "deflate":
            steps.append(_inflate)
        elif name == "br":
            steps.append(_unbrotli)
        elif name != "identity":
            break
    return tuple(steps)


def _gunzip(body: bytes, kept: Kept, limit: int) -> None:
    """All members in turn; what follows the last and is no member is passed over, as Java does."""
    if len(body) >= 2 and body[:2] != b"\x1f\x8b":
        raise WireError(ZIP, "Not in GZIP format")
    if not _data_at(body):
        error = WireError(END_OF_FILE, "null")
        error.trace_bytes = _HEAD if len(body) > 1 else _MAGIC
        raise error
    first = True
    while at := _data_at(body):
        unpacker = zlib.decompressobj(31)
        try:
            _unpack(unpacker, body, kept, limit)
        except zlib.error as error:
            if not first:
                return
            if "incorrect data" in str(error) or "incorrect length" in str(error):
                raise WireError(ZIP, "Corrupt GZIP trailer") from None
            raise _corrupt(error) from None
        if not unpacker.eof:
            data = zlib.decompressobj(-15)
            _unpack(data, body[at:], Kept(_NOTHING), limit)
            raise EndsEarly("gzip", behind=data.eof)
        first = False
        body = unpacker.unused_data


def begins_gzip(body: bytes) -> bool:
    """Tell whether a body begins with a whole head of gzip."""
    return _data_at(body) > 0


def _data_at(body: bytes) -> int:
    """Find where the packed data of gzip begins, 0 where its head is none or not whole."""
    if len(body) < _HEAD_LEAST or body[:2] != b"\x1f\x8b":
        return 0
    flags, at = body[3], _HEAD_LEAST
    if flags & 4:
        at += 2 + int.from_bytes(body[at : at + 2], "little")
    for named in (8, 16):
        if flags & named:
            at = body.find(b"\0", at) + 1
            if not at:
                return 0
    if flags & 2:
        at += 2
    return at if at <= len(body) else 0


def _inflate(body: bytes, kept: Kept, limit: int) -> None:
    """With zlib's header or, as some servers send it, without."""
    if len(body) == 1:
        error = WireError(ZIP, "Unexpected end of stream")
        error.trace_bytes = _ONE
        raise error
    wrapped = len(body) >= 2 and body[0] & 0x0F == 8 and (body[0] << 8 | body[1]) % 31 == 0
    unpacker = zlib.decompressobj(15 if wrapped else -15)
    try:
        _unpack(unpacker, body, kept, limit)
    except zlib.error as error:
        raise _corrupt(error) from None
    if not unpacker.eof:
        raise EndsEarly("deflate")


def _unbrotli(body: bytes, kept: Kept, limit: int) -> None:
    import brotli  # type: ignore[import-untyped]  # most runs need it not

    whole = body
    unpacker = brotli.Decompressor()
    try:
        while not unpacker.is_finished():
            piece = unpacker.process(body, output_buffer_limit=_PIECE)
            kept.add(piece)
            if kept.size > limit:
                raise too_long(limit)
            body = b""
            if not piece and unpacker.can_accept_more_data() and not unpacker.is_finished():
                raise _no_brotli(_SHORT_BROTLI if len(whole) > 1 else _NO_BROTLI)
    except brotli.error:
        raise _no_brotli(_BROTLI) from None


def _no_brotli(trace_bytes: int) -> WireError:
    error = WireError(IO, "Brotli stream decoding failed")
    error.trace_bytes = trace_bytes
    return error


def _unpack(unpacker: zlib._Decompress, body: bytes, kept: Kept, limit: int) -> None:
    while not unpacker.eof:
        piece = unpacker.decompress(body, _PIECE)
        kept.add(piece)
        if kept.size > limit:
            raise too_long(limit)
        body = unpacker.unconsumed_tail
        if not (piece or body):
            return


def _corrupt(error: zlib.error) -> WireError:
    text = str(error)
    return WireError(ZIP, text.rpartition(": ")[2] if ": " in text else text)


def charset_of(content_type: str | None) -> str | None:
    """Give the charset a Content-Type names, as it stands there, known or not; None if it names none.

    The sample's encoding. Where it is None JMeter looks for `meta_charset_of` in HTML, and falls back on the property
    sampleresult.default.encoding. Raises WireError for a lone quote.
    """
    if not content_type:
        return None
    at = content_type.lower().find("charset=")
    if at < 0:
        return None
    name = content_type[at + 8 :].partition(";")[0]
    if name[:1] in ("'", '"'):
        if len(name) == 1:
            raise WireError(INDEX, "begin 1, end 0, length 1")
        return name[1:-1]
    return name


def meta_charset_of(body: bytes) -> str | None:
    """Give the charset that an HTML page's own content-type meta tag names.

    As JMeter: only in the first 2,000 bytes, and only a tag written just so, in any case of letters.
    """
    start = body[:2000]
    at = start.lower().find(_META)
    if at < 0:
        return None
    at += len(_META)
    end = start.find(b'"', at)
    return charset_of(start[at:end].decode("latin-1")) if end >= 0 else None


_META = b'<meta http-equiv="content-type" content="'
_BINARY = ("image/", "audio/", "video/")
_TEXT = ("audio/x-mpegurl", "audio/mpegurl", "video/f4m", "image/svg+xml")


def is_binary(content_type: str) -> bool:
    """Tell whether JMeter calls a content of that type `bin` in its dataType column, and not `text`."""
    return content_type.startswith(_BINARY) and not content_type.startswith(_TEXT)
