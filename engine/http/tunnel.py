"""Ways through a proxy to an https origin: CONNECT. Not hot: once per connection."""

from __future__ import annotations

from time import perf_counter_ns
from typing import TYPE_CHECKING

from . import errors
from .errors import TunnelLost, WireError
from .keeping import WHOLE
from .proxy import Login, TunnelRefused, shown
from .reading import Reading
from .request import END_OF_HEAD, field_lines, host_value, start_line
from .response import Response

if TYPE_CHECKING:
    from .connect import Origin
    from .line import Line


async def open_tunnel(line: Line, origin: Origin, login: Login | None) -> bool:
    """Ask a proxy for a way to an origin; false if it asks for credentials on a new connection.

    Raises TunnelRefused with what it says instead, TunnelLost for no answer.
    """
    assert origin.proxy is not None
    login = login or Login(origin.proxy)
    target = host_value("", origin.host, origin.port)
    while True:
        request = b"".join([
            start_line("CONNECT", target),
            field_lines([("Host", login.host or target)]),
            field_lines([("User-Agent", login.agent)] if login.agent else []),
            login.line("CONNECT", target),
            END_OF_HEAD,
        ])  # fmt: skip
        try:
            response, stays = await _ask(line, request, origin.authority)
        except WireError as error:
            raise TunnelLost(error.kind, error.text) from None
        again = login.again(response)
        if response.status < 300:
            return True
        if not again:
            raise TunnelRefused(shown(request, response))
        if not stays:
            return False


async def _ask(line: Line, request: bytes, authority: str) -> tuple[Response, bool]:
    """Send a CONNECT and read the answer; tell whether the connection may carry another one."""
    start_ns = perf_counter_ns()
    reading = Reading(False, WHOLE, authority)
    try:
        await line.send(request)
        while True:
            piece = await line.receive()
            now = perf_counter_ns()
            if not piece:
                reading.end(now)
                break
            if reading.feed(piece, now) or (reading.head is not None and reading.head.status < 300):
                break
    except OSError as error:
        raise errors.lost(error, authority) from None
    head = reading.head
    assert head is not None
    body_at_ns = reading.body_at_ns or (0 if reading.bodiless else now)
    response = Response(
        head,
        head.status,
        reading.kept.whole() if reading.kept is not None else b"",
        reading.body_bytes,
        reading.received,
        len(request),
        start_ns,
        start_ns,
        reading.first_ns,
        body_at_ns,
        now,
    )
    return response, bool(piece) and head.reuse and reading.clean
