"""SOCKS proxies on the wire: what they are asked, and Java's words for their refusals."""

from __future__ import annotations

import asyncio
import ssl
from typing import Any

import pytest
from support.live_socks import LiveSocks

from pyjm.engine.http import errors
from pyjm.engine.http.call import Call
from pyjm.engine.http.connect import Dialler, Origin
from pyjm.engine.http.errors import Unreached, WireError
from pyjm.engine.http.proxy import Proxy
from pyjm.engine.http.request import request_bytes
from pyjm.engine.http.socks import ALWAYS_WITHOUT, Socks, patterns
from pyjm.engine.http.table import Table

GET = request_bytes("GET", "/", [("Host", "x")])
Serve = Any


async def answer_hello(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
    except asyncio.IncompleteReadError:
        writer.close()


async def through(
    serving: Serve, live: LiveSocks, context: ssl.SSLContext | None = None, version: int = 5, **how: Any
) -> bytes:
    """Get from a server through a SOCKS proxy: the body."""
    scheme = "http" if context is None else "https"
    async with serving(answer_hello, context=context) as port, serving(live.serve) as proxy_port:
        table = Table(Dialler(socks=Socks("127.0.0.1", proxy_port, version, "me", "pw")))
        try:
            response = await table.exchange(Call(Origin(scheme, "127.0.0.1", port), GET, **how))
        finally:
            table.close()
        live.asked[:] = [asked.replace(f":{port}", "") for asked in live.asked]
        return response.body


@pytest.mark.parametrize(
    ("version", "password", "asked"),
    [(5, "", "5 127.0.0.1"), (5, "pw", "5 127.0.0.1 me:pw"), (4, "", "4 127.0.0.1 me")],
)
@pytest.mark.parametrize("secure", [False, True])
def test_a_server_is_reached_through_a_proxy(
    run: Any, serving: Serve, tls: ssl.SSLContext, version: int, password: str, asked: str, secure: bool
) -> None:
    live = LiveSocks(password)
    assert run(through(serving, live, tls if secure else None, version)) == b"hello"
    assert live.asked == [asked]


@pytest.mark.parametrize(
    ("live", "version", "text"),
    [
        (LiveSocks("other"), 5, "SOCKS : authentication failed"),
        (LiveSocks(answers=1), 5, "SOCKS server general failure"),
        (LiveSocks(answers=2), 5, "SOCKS: Connection not allowed by ruleset"),
        (LiveSocks(answers=5), 5, "SOCKS: Connection refused"),
        (LiveSocks(answers=8), 5, "SOCKS: address type not supported"),
        (LiveSocks(answers=b""), 5, "Malformed reply from SOCKS server"),
        (LiveSocks(answers=b"\5\0\0\7"), 5, "Reply from SOCKS server contains wrong code"),
        (LiveSocks(answers=1), 4, "SOCKS request rejected"),
        (LiveSocks(answers=2), 4, "SOCKS server couldn't reach destination"),
        (LiveSocks(answers=9), 4, "Reply from SOCKS server contains bad status"),
        (LiveSocks(answers=b"\5" + bytes(7)), 4, "Reply from SOCKS server has bad version"),
        (LiveSocks(answers=b"\0Z\0"), 4, "Malformed reply from SOCKS server"),
    ],
)
def test_a_refusal_is_javas(run: Any, serving: Serve, live: LiveSocks, version: int, text: str) -> None:
    with pytest.raises(Unreached) as caught:
        run(through(serving, live, version=version))
    assert (caught.value.kind, caught.value.text, caught.value.socks) == (errors.SOCKET, text, version)
    assert caught.value.end_ns == caught.value.connect_end_ns > caught.value.start_ns > 0


def test_version_4_is_tried_on_who_does_not_know_5(run: Any, serving: Serve) -> None:
    heard = []

    async def old(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(4)
        writer.write(b"\4\0")
        heard.append(await reader.readuntil(b"me\0"))

    async def main() -> None:
        async with serving(old) as port:
            await Dialler(socks=Socks("127.0.0.1", port, user="me")).open(Origin("http", "127.0.0.9", 80))

    with pytest.raises(WireError, match="Malformed reply"):
        run(main())
    assert heard == [b"\4\1\0\x50\x7f\0\0\x09me\0"]


def test_version_4_knows_no_long_addresses(run: Any, serving: Serve) -> None:
    async def main() -> None:
        async with serving(LiveSocks().serve) as port:
            await Dialler(socks=Socks("127.0.0.1", port, 4)).open(Origin("http", "::1", 80))

    with pytest.raises(WireError, match="SOCKS V4 requires IPv4 only addresses"):
        run(main())


@pytest.mark.parametrize(("host", "why"), [("127.0.0.1", "Connection refused"), ("no.such.invalid", "no.such.invalid")])
def test_a_proxy_that_is_not_there_is_said(run: Any, host: str, why: str) -> None:
    with pytest.raises(WireError) as caught:
        run(Dialler(socks=Socks(host, 1)).open(Origin("http", "127.0.0.1", 80)))
    assert (caught.value.kind, caught.value.text) == (errors.SOCKET, f"Can't connect to SOCKS proxy:{why}")


def test_a_silent_proxy_is_a_connect_timeout(run: Any, serving: Serve) -> None:
    over = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await over.wait()

    async def main() -> None:
        async with serving(silent) as port:
            try:
                await Dialler(socks=Socks("127.0.0.1", port)).open(Origin("http", "127.0.0.1", 80), 0.05)
            finally:
                over.set()

    with pytest.raises(WireError) as caught:
        run(main())
    text = "Connect to 127.0.0.1:80 [/127.0.0.1] failed: Connect timed out"
    assert (caught.value.kind, caught.value.text) == (errors.CONNECT_TIMEOUT, text)


def test_an_http_proxy_is_reached_through_a_socks_proxy(run: Any, serving: Serve) -> None:
    live = LiveSocks()

    async def main() -> None:
        async with serving(answer_hello) as port, serving(live.serve) as socks_port:
            proxy = Proxy("localhost", port)
            dialler = Dialler(socks=Socks("127.0.0.1", socks_port))
            (await dialler.open(Origin("http", "far.away", 80, proxy))).close()
            assert live.asked == [f"5 127.0.0.1:{port}"]

    run(main())


@pytest.mark.parametrize(
    ("listed", "without", "through"),
    [
        (ALWAYS_WITHOUT, ["localhost", "LOCALHOST", "127.0.0.9", "::1", "0.0.0.0"], ["10.0.0.1", "a.localhost"]),
        ("*.my.org|10.*|*mid*", ["a.my.org", "10.1.2.3", "amidst"], ["my.org", "110.1.2.3", "mi"]),
        ("a.b||", ["a.b"], ["axb", ""]),
        ("*", ["all"], []),
        ("", [], ["127.0.0.1", "localhost"]),
    ],
)
def test_hosts_of_a_list_are_reached_straight(listed: str, without: list[str], through: list[str]) -> None:
    socks = Socks("proxy", without=patterns(listed))
    assert [host for host in without if socks.serves(host)] == []
    assert [host for host in through if not socks.serves(host)] == []
