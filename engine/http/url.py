"""URLs as Java and Apache HttpClient 4 read them: what JMeter asks for, and its words for what is none."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple
from urllib.parse import quote, unquote, unquote_to_bytes

from .errors import INDEX, MALFORMED_URL, PROTOCOL, URI_SYNTAX, WireError

_DEFAULT_PORTS = {"http": 80, "https": 443}
_PROTOCOLS = frozenset(("http", "https", "file", "ftp", "jar", "mailto", "jmod", "jrt"))
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*")
_JAVA_SPACE = "".join(map(chr, range(33)))


class Url(NamedTuple):
    """A URL in its parts, unescaped nowhere. `port` is -1 where none is written; `query` and `ref` are None if absent.

    `authority` is user, host and port as written.
    """

    protocol: str
    authority: str
    user: str | None
    host: str
    port: int
    path: str
    query: str | None = None
    ref: str | None = None

    @property
    def text(self) -> str:
        """The whole URL, as JMeter's URL column shows it."""
        slashes = f"//{self.authority}" if self.authority else ""
        query = "" if self.query is None else f"?{self.query}"
        ref = "" if self.ref is None else f"#{self.ref}"
        return f"{self.protocol}:{slashes}{self.path}{query}{ref}"

    @property
    def bare_host(self) -> str:
        """The host without the brackets of an IPv6 address: what to connect to."""
        return self.host[1:-1] if self.host.startswith("[") else self.host

    @property
    def real_port(self) -> int:
        """The port to connect to."""
        return self.port if self.port >= 0 else _DEFAULT_PORTS.get(self.protocol, -1)


def parse_url(spec: str, base: Url | None = None) -> Url:
    """Read a URL, relative to `base` if given, as java.net.URL does. Raises WireError for what that calls malformed."""
    text = spec.strip(_JAVA_SPACE)
    if text[:4].lower() == "url:":
        text = text[4:]
    protocol, rest = _protocol(text)
    same = base is not None and (protocol is None or (protocol == base.protocol and base.path.startswith("/")))
    if protocol is None and base is None:
        raise _malformed(f"no protocol: {spec}")
    if protocol is not None and protocol not in _PROTOCOLS:
        raise _malformed(f"unknown protocol: {protocol}")
    start = base if same and base is not None else Url(protocol or "", "", None, "", -1, "")
    rest, mark, ref = rest.partition("#")
    if same and not rest:
        return start._replace(ref=ref if mark else start.ref)
    return _resolve(rest, start)._replace(ref=ref if mark else None)


def _protocol(text: str) -> tuple[str | None, str]:
    if text.startswith("#"):
        return None, text
    head = text.partition("/")[0]
    if ":" in head:
        name, _, rest = text.partition(":")
        if _SCHEME.fullmatch(name):
            return name.lower(), rest
    return None, text


def _resolve(rest: str, start: Url) -> Url:
    """Put what follows the protocol over the parts it is relative to."""
    _, authority, user, host, port, path, query, _ = start
    rest, mark, asked = rest.partition("?")
    query_only = bool(mark) and not rest
    if mark:
        query = asked
    elif rest:
        query = None
    if rest.startswith("//") and not rest.startswith("////"):
        end = rest.find("/", 2)
        authority, rest = (rest[2:], "") if end < 0 else (rest[2:end], rest[end:])
        user, host, port = _authority(authority)
        if authority:
            path = ""
    if rest:
        if rest.startswith("/"):
            path = rest
        elif path:
            at = path.rfind("/")
            path = _without_dots(path[: at + 1] + ("/" if at < 0 and authority else "") + rest)
        else:
            path = ("/" if authority else "") + rest
    elif query_only and path:
        path = path[: max(path.rfind("/"), 0)] + "/"
    return Url(start.protocol, authority, user, host, port, path, query)


def _authority(authority: str) -> tuple[str | None, str, int]:
    user, mark, host = authority.rpartition("@")
    if "@" in user:
        return None, "", -1
    port = ""
    if host.startswith("["):
        inner, closed, after = host[1:].partition("]")
        if not closed or (after and not after.startswith(":")):
            raise _malformed(f"Invalid authority field: {authority}")
        host, port = f"[{inner}]", after[1:]
    elif ":" in host:
        host, _, port = host.partition(":")
    return (user if mark else None), host, _port(port) if port else -1


def _port(text: str) -> int:
    if re.fullmatch(r"[+-]?[0-9]{1,9}", text) is None:
        bad = next((at for at, char in enumerate(text) if not char.isdigit()), 0)
        raise _malformed(f'Error at index {bad} in: "{text}"')
    if int(text) < -1:
        raise _malformed(f"Invalid port number :{text}")
    return int(text)


def _without_dots(path: str) -> str:
    """Take "." and ".." out of a path that was put together; leading ".." stay, as in Java."""
    while "/./" in path:
        path = path.replace("/./", "/", 1)
    at = path.find("/../")
    while at >= 0:
        before = path.rfind("/", 0, at) if at > 0 else -1
        if before >= 0 and not path.startswith("/../", before):
            path = path[:before] + path[at + 3 :]
            at = path.find("/../")
        else:
            at = path.find("/../", at + 3)
    while path.endswith("/.."):
        at = path.find("/..")
        before = path.rfind("/", 0, at) if at > 0 else -1
        if before < 0:
            break
        path = path[: before + 1]
    if path.startswith("./") and len(path) > 2:
        path = path[2:]
    return path[:-1] if path.endswith("/.") else path


def _malformed(text: str) -> WireError:
    return WireError(MALFORMED_URL, text)


# What may stand in each part of a URI; beyond ASCII everything but blanks and controls may
_UNRESERVED = "A-Za-z0-9_\\-!.~'()*"
_BAD = {
    "path": re.compile(rf"[^{_UNRESERVED}:@&=+$,;/%\u00a1-\U0010ffff]"),
    "query": re.compile(rf"[^{_UNRESERVED}:@&=+$,;/?\[\]%\u00a1-\U0010ffff]"),
    "authority": re.compile(rf"[^{_UNRESERVED}:@&=+$,;\[\]%\u00a1-\U0010ffff]"),
    "fragment": re.compile(rf"[^{_UNRESERVED}:@&=+$,;/?\[\]%\u00a1-\U0010ffff]"),
}
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


def check_uri(url: Url) -> None:
    """Hold a URL against the syntax of URIs. Raises WireError with java.net.URISyntaxException's words."""
    text = url.text
    at = len(url.protocol) + 1
    if url.authority:
        at += 2
    for part, name in ((url.authority, "authority"), (url.path, "path"), (url.query, "query"), (url.ref, "fragment")):
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
    if not host or host.isspace() or any([char in _JAVA_SPACE for char in host]):
        raise WireError(PROTOCOL, f"URI does not specify a valid host name: {url.text}")


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


def collapse_dots(location: str) -> str:
    """Take "/.." out of a redirect's location as JMeter does before it looks at it as a URL."""
    location = location.strip(_JAVA_SPACE)
    if len(location) < 4 or "/.." not in location:
        return location
    scheme = location.find("://")
    begin = location.find("/", scheme + 3) if scheme >= 0 else 0
    marks = [at for at in (location.find("?"),) if at > 0] or [at for at in (location.find("#"),) if at > 0]
    end = marks[0] if marks else len(location)
    if begin < 0 or begin > end:
        raise WireError(INDEX, f"begin {begin}, end {end}, length {len(location)}")
    path = location[begin:end]
    words = [word for word in path.split("/") if word]
    at = 0
    while at < len(words) - 1:
        if words[at] != ".." and words[at + 1] == "..":
            del words[at : at + 2]
            at = max(at - 1, 0)
        else:
            at += 1
    collapsed = "/" * path.startswith("/") + "/".join(words)
    if words and path.endswith("/"):
        collapsed += "/"
    return location[:begin] + collapsed + location[end:]
