"""How many bytes JMeter counts for a sample that failed before an answer came.

JMeter takes its own text about the error for the body, a stack trace, and its length for the sample's size. So that
`bytes` is the same for the same failure, the length is told here: what JMeter 5.5 on Java 17 adds to class and message.
"""

from __future__ import annotations

from pyjm.engine.http import errors
from pyjm.engine.http.errors import FILE_NOT_FOUND, UNSUPPORTED_SCHEME, TunnelLost, Unreached, WireError
from pyjm.engine.http.socks import MALFORMED

from ..config.dns_cache_manager import UnknownName, Unresolved
from .http_escapes import UNSUPPORTED_ENCODING
from .http_target import MalformedUrl, RefusedUrl

FOLLOWING = 491
"""What is added when the request was one of a chain of redirects."""

EMBEDDED, POOLED = 497, 121
"""What is added for a file of a page: for each page in a page, or for one of several files at once."""

PARSE = "org.apache.http.ParseException"
ILLEGAL_STATE = "java.lang.IllegalStateException"

_LOCATION = 448
_TWICE = ("Error at index", "Invalid authority field")
_ADDED: dict[str, tuple[tuple[str, int], ...]] = {
    errors.NO_RESPONSE: (("", 1994),),
    errors.SOCKET_TIMEOUT: (("", 2630),),
    errors.REFUSED: (("", 2433),),
    errors.CONNECT_TIMEOUT: (("", 2365),),
    errors.SOCKET: (
        ("Connection reset by peer", 2418),
        ("Connection reset", 2557),
        ("Socket closed", 2628),
        ("", 2243),
    ),
    errors.BIND: (("", 2234),),
    errors.INDEX_OUT: (("", 934),),
    errors.UNKNOWN_HOST: (("Cannot find interface", 934), ("Interface ", 934), ("", 2423)),
    errors.URI_SYNTAX: (
        ("Malformed escape pair", 1181),
        ("Malformed IPv6", 1200),
        ("Illegal character in authority", 1071),
        ("Illegal character in user info", 1192),
        ("Illegal character found in host", 783),
        ("IPv6 address too short", 1200),
        ("Expected closing bracket", 1195),
        ("Expected scheme-specific part", 1003),
        ("", 1067),
    ),
    errors.MALFORMED_URL: (("Error at index", 1128), ("Invalid authority field", 979), ("", 746)),
    errors.ILLEGAL_ARGUMENT: (
        ("URLDecoder", 1171),
        ("Unexpected method", 831),
        ("LRUMap", 1805),
        ("Initial capacity", 1991),
        ("No enum constant", 1166),
        ("Missing location", 735),
        ("Host name may not", 941),
        ("MIME type", 1062),
        ("", 1931),
    ),
    errors.IO: (("Exceeded maximum", 1047),),
    errors.PROTOCOL: (("URI does not specify", 1014), ("", 1590)),
    UNSUPPORTED_ENCODING: (("", 1109),),
    errors.UNSUPPORTED_CHARSET: (("", 1144),),
    errors.ILLEGAL_CHARSET: (("", 1340),),
    UNSUPPORTED_SCHEME: (("", 1776),),
    FILE_NOT_FOUND: (("", 2051),),
    PARSE: (("", 1008),),
    ILLEGAL_STATE: (("", 1183),),
    errors.CLOSED: (
        ("Connection is closed", 1871),
        ("Premature end of Content-Length", 1193),
        ("Premature end of chunk", 1356),
    ),
    errors.TRUNCATED_CHUNK: (("", 1181),),
    errors.BAD_CHUNK: (("Negative", 1267), ("Invalid footer", 1736), ("", 1356)),
    errors.ZIP: (("Not in GZIP", 1583), ("Corrupt GZIP", 1470), ("invalid", 1389)),
    errors.INDEX: (("", 949),),
    errors.END_OF_FILE: (("", 1554),),
    errors.NUMBER_FORMAT: (("", 1684),),
}


_SECURE = 134
"""What is added where TLS was to follow a connection that did not come to stand."""

_UNREACHED = 2243


class TooManyRedirects(WireError):
    """HttpClient has followed more redirects than it may."""

    def __init__(self, most: int) -> None:
        super().__init__(errors.PROTOCOL, "null")
        self.trace_bytes = 1266 + len(str(most))


class NoSuchFile(WireError):
    """A file that can't be read, asked for by its URL."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(FILE_NOT_FOUND, f"{path} ({why})")


def error_bytes(error: WireError, below: int = 0) -> int:
    """Tell how many bytes JMeter counts for a failure; `below` is what is added where it happened."""
    own = len(str(error).encode("utf-8", "replace"))
    refused = isinstance(error, RefusedUrl)
    if error.kind == errors.UNKNOWN_HOST and " " not in error.text and not refused:
        own -= 259  # the name alone: Java remembered that there is none
    if isinstance(error, NoSuchFile):
        return own + 1200
    if isinstance(error, Unresolved):
        return own + (1776 if error.kind == errors.NULL_POINTER else 2617 if " host:" in error.text else 2076)
    if isinstance(error, UnknownName):
        return own + 2617
    if isinstance(error, MalformedUrl) and error.by_default_port:
        own += 48
    if isinstance(error, TunnelLost):
        own += 186
    elif refused and error.kind == errors.UNKNOWN_HOST and "nterface " not in error.text:
        return own + below + source_bytes(error.text)
    if isinstance(error, Unreached):
        return own + below + unreached_bytes(error)
    if error.kind == errors.MALFORMED_URL and error.text.startswith(_TWICE):
        own += len(error.text)  # of the cause, too
    known = _ADDED.get(error.kind, (("", 0),))
    added = error.trace_bytes or next((size for begin, size in known if error.text.startswith(begin)), 0)
    return own + added + (below if added else 0)


def unreached_bytes(error: Unreached) -> int:
    """Tell what is added for a connection that did not come to stand."""
    own = _SECURE if error.secure else 0
    if error.socks and error.kind == errors.CONNECT_TIMEOUT:
        return own + 2292
    if error.socks:
        return own + (2017 if error.socks == 5 else 2092) + (80 if error.text == MALFORMED else 0)
    if error.kind in (errors.REFUSED, errors.CONNECT_TIMEOUT):
        return own + _ADDED[error.kind][0][1]
    return own + _UNREACHED


def location_bytes(error: WireError) -> int:
    """Tell how many bytes JMeter counts for a location that it can't follow, of an answer without a body."""
    return error_bytes(error, _LOCATION + (48 if error.text.startswith("unknown protocol") else 0))


def source_bytes(text: str) -> int:
    """Tell what is added for a source address that is none: by the system's word, by Java's, or as remembered."""
    if text.endswith(": Name or service not known"):
        return 1552
    return 1399 if "0x" in text.lower() else 1293
