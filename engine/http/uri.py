"""What of a URL goes on the wire: the syntax JMeter demands of it, and Apache HttpClient 4's request line."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote, unquote, unquote_to_bytes

from .errors import PROTOCOL, URI_SYNTAX, WireError
from .url import JAVA_SPACE, Url

_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-!.~'()*")
_BELOW = "".join(map(chr, range(0xA1)))
"""What may stand in a URI only in places; beyond it everything but blanks and controls may, and these are escaped."""


def _others(allowed: str) -> re.Pattern[str]:
    """Compile what finds a character that may not stand in a part of a URI."""
    return re.compile(f"[{re.escape(''.join([each for each in _BELOW if each not in _UNRESERVED | set(allowed)]))}]")


_BAD = {
    "path": _others(":@&=+$,;/%"),
    "query": _others(":@&=+$,;/?[]%"),
    "authority": _others(":@&=+$,;[]%"),
    "user info": _others(":&=+$,;%"),
    "fragment": _others(":@&=+$,;/?[]%"),
}
_IPV6 = re.compile(r"\[[0-9A-Fa-f]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(?:%[\w.~-]+)?\]")
_SERVER = re.compile(rf"[A-Za-z0-9.\-]*[A-Za-z0-9.]|{_IPV6.pattern}")
_HOST_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.\-]*[A-Za-z0-9.])?")
_TOO_SHORT = re.compile("[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{1,4}){0,6}")
_AUTHORITY_END = re.compile("[?#]")
_DELIMITERS = re.compile(r"[\x00-\x1f\x7f:/?#\[\]@]")
_DIGITS = re.compile("[0-9]+")
_INT_MAX = (1 << 31) - 1
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


def check_uri(url: Url) -> None:
    """Hold a URL against the syntax of URIs. Raises WireError with java.net.URISyntaxException's words."""
    text = url.text
    at = len(url.protocol) + 1
    if len(text) == at:
        raise WireError(URI_SYNTAX, f"Expected scheme-specific part at index {at}: {text}")
    if url.authority:
        _check_authority(_AUTHORITY_END.split(url.authority)[0], text, at + 2)
        at += 2 + len(url.authority)
    for part, name in ((url.path, "path"), (url.query, "query"), (url.ref, "fragment")):
        if name in ("query", "fragment"):
            if part is None:
                continue
            at += 1
        assert part is not None
        bad, escape = _BAD[name].search(part), _BAD_ESCAPE.search(part)
        if escape is not None and (bad is None or escape.start() < bad.start()):
            raise WireError(URI_SYNTAX, f"Malformed escape pair at index {at + escape.start()}: {text}")
        if bad is not None:
            raise WireError(URI_SYNTAX, f"Illegal character in {name} at index {at + bad.start()}: {text}")
        at += len(part)
    delimiter = None if url.host.startswith("[") else _DELIMITERS.search(url.host)
    if delimiter is not None:
        raise WireError(URI_SYNTAX, f"Illegal character found in host: '{delimiter[0]}': {url.authority}")


def server_of(url: Url) -> tuple[str, int]:
    """Give host and port to ask, the port -1 where none is told. Raises WireError with HttpClient's words for no host.

    Where Java's URI finds no server in the authority, HttpClient takes it apart by itself, unescaped.
    """
    if _SERVER.fullmatch(url.host) and url.port <= _INT_MAX:
        return url.host, url.port
    user, sign, server = unquote(url.authority).partition("@")
    host, _, told = (server if sign else user).partition(":")
    digits = _DIGITS.match(told)
    port = int(digits[0]) if digits else -1
    if not host or not set(host).isdisjoint(JAVA_SPACE):
        raise WireError(PROTOCOL, f"URI does not specify a valid host name: {url.text}")
    return host, port if port <= _INT_MAX else -1


def _check_authority(authority: str, text: str, at: int) -> None:
    """Hold an authority against what is a server's or, else, any name that somebody may have registered."""
    bad = _BAD["authority"].search(authority)
    escape = None if "]" in authority else _BAD_ESCAPE.search(authority)
    if bad is not None or escape is not None:  # Java blames the first character, whichever is the illegal one
        raise WireError(URI_SYNTAX, f"Illegal character in authority at index {at}: {text}")
    if "[" not in authority and "]" not in authority:
        return
    user, sign, server = authority.partition("@")
    problem = _BAD["user info"].search(user) if sign else None
    if problem is not None:
        raise WireError(URI_SYNTAX, f"Illegal character in user info at index {at + problem.start()}: {text}")
    at += len(user) + 1 if sign else 0
    server = server if sign else authority
    host, closed, after = server.partition("]")
    if not server.startswith("["):
        name = _HOST_NAME.match(server)
        problem_at, what = (at + name.end(), "Illegal character in") if name else (at, "Expected")
        raise WireError(URI_SYNTAX, f"{what} hostname at index {problem_at}: {text}")
    if not closed or len(host) == 1:
        raise WireError(URI_SYNTAX, f"Expected closing bracket for IPv6 address at index {at + len(host)}: {text}")
    if _IPV6.fullmatch(host + "]") is None:
        what = "IPv6 address too short" if _TOO_SHORT.fullmatch(host[1:]) else "Malformed IPv6 address"
        raise WireError(URI_SYNTAX, f"{what} at index {at + 1}: {text}")
    at += len(host) + 1
    if after and not after.startswith(":"):
        raise WireError(URI_SYNTAX, f"Expected port number at index {at}: {text}")


def sane_url(url: Url) -> Url:
    """Give a URL that is a URI: itself, or with its path, query and ref escaped once more, percent signs included."""
    try:
        check_uri(url)
    except WireError:
        escaped = [
            None if part is None else _BAD[name].sub(_escape, part.replace("%", "%25"))
            for name, part in (("path", url.path), ("query", url.query), ("fragment", url.ref))
        ]
        url = url._replace(path=escaped[0] or "", query=escaped[1], ref=escaped[2])
        check_uri(url)
    return url


def _escape(found: re.Match[str]) -> str:
    return quote(found[0], safe="")


def request_target(url: Url) -> str:
    """Give what stands in the request line: what is asked for, in ASCII."""
    return _ascii(asked_for(url))


def asked_for(url: Url) -> str:
    """Give path and query with the path's empty segments left out."""
    path = url.path or "/"
    if "//" in path:
        segments = path.split("/")
        kept = [segment for segment in segments[1:-1] if segment] + [segments[-1]]
        path = "/" + "/".join([_segment(segment) for segment in kept])
    query = "" if url.query is None else f"?{url.query}"
    return path + query


def _segment(segment: str) -> str:
    """One segment unescaped and escaped anew, which is what HttpClient does to a path it has to change."""
    raw = b"".join([bytes((ord(char) & 0xFF,)) if ord(char) > 127 else char.encode() for char in segment])
    return quote(unquote_to_bytes(raw).decode("utf-8", "replace"), safe=";:@&=+,$!*'()~")


def _ascii(text: str) -> str:
    if text.isascii():
        return text
    normal = unicodedata.normalize("NFC", text)
    return "".join([char if char < "\x80" else quote(char) for char in normal])
