"""Hot path: where one request goes: its URL as JMeter makes it of the sampler's parts, and what follows from that."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pyjm.engine.http.connect import Origin
from pyjm.engine.http.errors import MALFORMED_URL, WireError
from pyjm.engine.http.proxy import CONNECTION
from pyjm.engine.http.request import field_lines
from pyjm.engine.http.uri import asked_for, check_uri, request_target, server_of
from pyjm.engine.http.url import Url, parse_url

if TYPE_CHECKING:
    from .http_way import Way

_PROTOCOLS = frozenset(("http", "https", "ftp", "file", "jar", "mailto", "jmod", "jrt"))
_BAD_HOST = re.compile(r"[\x00-\x1f\x7f/]")
_PLAIN_FILE = re.compile(r"(?:/[A-Za-z0-9_\-!.~'()*:@&=+$,;]+)*/?(?:\?[A-Za-z0-9_\-!.~'()*:@&=+$,;/?\[\]]*)?").fullmatch
_KNOWN_MAX = 1024
_INTS = 1 << 31


class Target:
    """A URL ready to be asked for. `odd` names connections that are not just the origin's, empty for those that are.

    `line` is what stands in the request line; `path` the URL's own, without the query; `host_lines` the fields that
    follow from where it goes.
    """

    __slots__ = ("_url", "host_field", "host_lines", "line", "odd", "origin", "path", "text")

    def __init__(self, url: Url, way: Way | None = None) -> None:
        """Look at a URL. Raises WireError for one that can't be asked for; its text is the sample's URL then."""
        self._url: Url | None = url
        self.text = url.text
        if way is not None:
            way.check_proxy()
        check_uri(url)
        host, port = server_of(url)
        self.origin = Origin(url.protocol, host.strip("[]"), port if port >= 0 else url.default_port)
        self.host_field = host if port < 0 else f"{host}:{port}"
        self.line = request_target(url)
        self.path = url.path
        default = port >= 0 and port == url.default_port
        other = host != url.host or port != url.port
        self.odd = f"{url.protocol}://{url.authority}" if url.user is not None or default or other else ""
        self.host_lines = field_lines((("Host", self.host_field),))
        if way is not None:
            self._take(way, url)

    def _take(self, way: Way, url: Url) -> None:
        """Go another way than straight to the server."""
        way.check_source()
        proxy = way.proxy_for(url.host)
        self.origin = self.origin._replace(proxy=proxy, source=way.source)
        if proxy is not None:
            self.odd = f"{url.protocol}://{url.authority} {proxy}"
            if url.protocol == "http":
                self.line = f"http://{self.host_field.lower()}{self.line}"
                self.host_lines = field_lines((("Host", self.host_field), CONNECTION))

    @property
    def asked(self) -> str:
        """The URL as the request names it, which is the sample's where HttpClient follows redirects by itself."""
        return f"{self.origin.scheme}://{self.host_field}{asked_for(self.url)}"

    @property
    def url(self) -> Url:
        """The URL in its parts."""
        url = self._url
        if url is None:
            url = self._url = parse_url(self.text)
        return url


class MalformedUrl(WireError):
    """Parts that make no URL; `by_default_port` says that they name no port: Java comes there by one more call."""

    def __init__(self, text: str, *, by_default_port: bool) -> None:
        super().__init__(MALFORMED_URL, text)
        self.by_default_port = by_default_port


def url_of_parts(protocol: str, host: str, port: int, file: str) -> Url:
    """Make a URL as `new URL(protocol, host, port, file)` does. Raises WireError for what that calls malformed."""
    protocol = protocol.lower()
    if ":" in host and not host.startswith("["):
        host = f"[{host}]"
    problem = ""
    if port < -1:
        problem = f"Invalid port number :{port}"
    elif protocol not in _PROTOCOLS:
        problem = f"unknown protocol: {protocol}"
    elif found := _BAD_HOST.search(host):
        shown = f"control char (code={ord(found[0])})" if found[0] != "/" else "'/'"
        problem = f"Illegal character found in host: {shown}"
    if problem:
        raise MalformedUrl(problem, by_default_port=port == -1)
    file, mark, ref = file.partition("#")
    path, question, query = file.partition("?")
    authority = host if port == -1 else f"{host}:{port}"
    return Url(protocol, authority, None, host, port, path, query if question else None, ref if mark else None)


def port_of(protocol: str, text: str) -> int:
    """Read a port as JMeter does: -1 for that of the protocol, as for none and for what is no number."""
    try:
        port = int(text) if text.isascii() and "_" not in text else 0
    except ValueError:
        return -1
    if port == 0 or not -_INTS <= port < _INTS or (protocol.lower(), port) in (("http", 80), ("https", 443)):
        return -1
    return port


class Targets:
    """The targets under one protocol, host and port, by path and query; a plain one costs a match and a joining."""

    __slots__ = ("before", "host", "kind", "known", "port", "prefix", "protocol", "root", "way")

    def __init__(
        self, protocol: str, host: str, port: int, way: Way | None = None, kind: type[Target] = Target
    ) -> None:
        self.way = way
        self.kind = kind
        self.before = ""
        self.protocol = protocol
        self.host = host
        self.port = port
        self.known: dict[str, Target] = {}
        self.root: Target | None = None
        self.prefix = ""

    def of(self, file: str) -> Target:
        """Give the target of a path and query. Raises WireError with `url` set to its text where it is none."""
        if _PLAIN_FILE(file) and file:
            root = self.root
            if root is None:
                root = target_of(url_of_parts(self.protocol, self.host, self.port, file), self.way, self.kind)
                self.root = root
                self.before = root.line.removesuffix(file)
                self.prefix = f"{root.url.protocol}://{root.url.authority}"
            target = self.kind.__new__(self.kind)
            target._url = None
            target.origin = root.origin
            target.host_field = root.host_field
            target.host_lines = root.host_lines
            target.odd = root.odd
            target.line = self.before + file
            target.path = file.partition("?")[0]
            target.text = self.prefix + file
            return target
        target = self.known.get(file) or target_of(
            url_of_parts(self.protocol, self.host, self.port, file), self.way, self.kind
        )
        if len(self.known) >= _KNOWN_MAX:
            self.known.clear()
        self.known[file] = target
        return target


class RefusedUrl(WireError):
    """A URL that can be written but not asked for; `url` is its text."""

    def __init__(self, error: WireError, url: str) -> None:
        super().__init__(error.kind, error.text)
        self.trace_bytes = error.trace_bytes
        self.url = url


def target_of(url: Url, way: Way | None = None, kind: type[Target] = Target) -> Target:
    """Look at a URL, to be asked for by some way. Raises RefusedUrl for one that can't be asked for."""
    try:
        return kind(url, way)
    except WireError as error:
        raise RefusedUrl(error, url.text) from None


def target_of_text(text: str, way: Way | None = None, kind: type[Target] = Target) -> Target:
    """Read a whole URL. Raises WireError for what is none, RefusedUrl for one that can't be asked for."""
    return target_of(parse_url(text), way, kind)
