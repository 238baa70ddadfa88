"""Hot path: where a request of the implementation Java goes: HttpURLConnection sends URLs as they are written."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING

from pyjm.engine.http.connect import Origin
from pyjm.engine.http.errors import MALFORMED_URL, WireError
from pyjm.engine.http.request import field_lines

from .http_target import Target

if TYPE_CHECKING:
    from pyjm.engine.http.url import Url

    from .http_way import Way

_BREAKS = re.compile(r"[\x00-\x20\x7f]")
_NO_IPV6 = 1238


class JavaTarget(Target):
    """A URL ready to be asked for, whatever stands in its path."""

    __slots__ = ()

    def __init__(self, url: Url, way: Way | None = None) -> None:
        self._url = url
        self.text = url.text
        if way is not None:
            way.check_proxy()
        host, port = url.host, url.port
        if host.startswith("[") and not is_ipv6(host[1:-1]):
            error = WireError(MALFORMED_URL, "Unrecognized IPv6 address format")
            error.trace_bytes = _NO_IPV6
            raise error
        line = (url.path or "/") + ("" if url.query is None else f"?{url.query}")
        if _BREAKS.search(line):
            raise WireError(MALFORMED_URL, "Illegal character in URL")
        self.origin = Origin(url.protocol, host.strip("[]"), port if port >= 0 else url.default_port)
        self.host_field = host if port in (-1, url.default_port) else f"{host}:{port}"
        self.line = line
        self.path = url.path
        self.odd = ""
        self.host_lines = field_lines((("Host", self.host_field),))
        if way is not None:
            self._take(way, url)


def is_ipv6(text: str) -> bool:
    """Tell whether a host in brackets is an address."""
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return True
