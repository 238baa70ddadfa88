"""What of a URL goes on the wire: the syntax JMeter demands of it, and Apache HttpClient 4's request line."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote, unquote, unquote_to_bytes

from .errors import PROTOCOL, URI_SYNTAX, WireError
from .url import JAVA_SPACE, Url

# What may stand in each part of a URI; beyond ASCII everything but blanks and controls may
_UNRESERVED = "A-Za-z0-9_\\-!.~'()*"
_BAD = {
    "path": re.compile(rf"[^{_UNRESERVED}:@&=+$,;/%\u00a1-\U0010ffff]"),
    "query": re.compile(rf"[^{_UNRESERVED}:@&=+$,;/?\[\]%\u00a1-\U0010ffff]"),
    "authority": re.compile(rf"[^{_UNRESERVED}:@&=+$,;\[\]%\u00a1-\U0010ffff]"),
    "fragment": re.compile(rf"[^{_UNRESERVED}:@&=+$,;/?\[\]%\u00a1-\U0010ffff]"),
}
_IPV6 = re.compile(r"\[[0-9A-Fa-f]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(?:%[\w.~-]+)?\]")
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


def check_uri(url: Url) -> None:
    """Hold a URL against the syntax of URIs. Raises WireError with java.net.URISyntaxException's words."""
    text = url.text
    at = len(url.protocol) + 1
    if url.authority:
        _check_authority(url, text, at + 2)
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


def check_host(url: Url) -> None:
    """See that a URL names a host. Raises WireError with HttpClient's words if it does not."""
    host = unquote(url.host)
    if not host or not set(host).isdisjoint(JAVA_SPACE):
        raise WireError(PROTOCOL, f"URI does not specify a valid host name: {url.text}")


def _check_authority(url: Url, text: str, at: int) -> None:
    """Java blames the first character of an authority, whichever is the illegal one."""
    if url.host.startswith("["):
        if _IPV6.fullmatch(url.host) is None:
            at += len(url.authority.rpartition("@")[0]) + ("@" in url.authority) + 1
            raise WireError(URI_SYNTAX, f"Malformed IPv6 address at index {at}: {text}")
    elif _BAD["authority"].search(url.authority):
        raise WireError(URI_SYNTAX, f"Illegal character in authority at index {at}: {text}")


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
    """Give what stands in the request line: path and query in ASCII, with the path's empty segments left out."""
    path = url.path or "/"
    if "//" in path:
        segments = path.split("/")
        kept = [segment for segment in segments[1:-1] if segment] + [segments[-1]]
        path = "/" + "/".join([_segment(segment) for segment in kept])
    query = "" if url.query is None else f"?{url.query}"
    return _ascii(path + query)


def _segment(segment: str) -> str:
    """One segment unescaped and escaped anew, which is what HttpClient does to a path it has to change."""
    raw = b"".join([bytes((ord(char) & 0xFF,)) if ord(char) > 127 else char.encode() for char in segment])
    return quote(unquote_to_bytes(raw).decode("utf-8", "replace"), safe=";:@&=+,$!*'()~")


def _ascii(text: str) -> str:
    if text.isascii():
        return text
    normal = unicodedata.normalize("NFC", text)
    return "".join([char if char < "\x80" else quote(char) for char in normal])
