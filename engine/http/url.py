"""URLs as java.net.URL reads them, which is how JMeter does, and its words for what is none."""

from __future__ import annotations

import re
from typing import NamedTuple

from .errors import INDEX, MALFORMED_URL, WireError

_DEFAULT_PORTS = {"http": 80, "https": 443}
_PROTOCOLS = frozenset(("http", "https", "file", "ftp", "jar", "mailto", "jmod", "jrt"))
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*")
JAVA_SPACE = "".join(map(chr, range(33)))


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
    def default_port(self) -> int:
        """The port that the protocol means where none is told, -1 for none."""
        return _DEFAULT_PORTS.get(self.protocol, -1)


def parse_url(spec: str, base: Url | None = None) -> Url:
    """Read a URL, relative to `base` if given, as java.net.URL does. Raises WireError for what that calls malformed."""
    text = spec.strip(JAVA_SPACE)
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


def collapse_dots(location: str) -> str:
    """Take "/.." out of a redirect's location as JMeter does before it looks at it as a URL."""
    location = location.strip(JAVA_SPACE)
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
