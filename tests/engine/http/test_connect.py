"""Connecting: names, TCP, TLS, a proxy's tunnel, and JMeter's words for what fails there."""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from pyjm.engine.http import attempt, errors
from pyjm.engine.http.call import Call
from pyjm.engine.http.connect import Dialler, Origin
from pyjm.engine.http.dial import Dial
from pyjm.engine.http.errors import WireError
from pyjm.engine.http.names import Resolver, java_address
from pyjm.engine.http.proxy import Proxy, TunnelRefused
from pyjm.engine.http.request import request_bytes
from pyjm.engine.http.table import Table

GET = request_bytes("GET", "/", [("Host", "x")])
HELLO = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def answer_hello(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(HELLO)


async def exchange(port: int, scheme: str = "https", times: int = 1, **how: Any) -> list[int]:
    """Get from a server of our own; give the statuses."""
    table = Table(Dialler())
    try:
        call = Call(Origin(scheme, "127.0.0.1", port), GET, **how)
        return [(await table.exchange(call)).status for _ in range(times)]
    finally:
        table.close()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def failure(run: Callable[[Any], Any], origin: Origin, dialler: Dialler | None = None, **how: Any) -> WireError:
    with pytest.raises(WireError) as caught:
        run((dialler or Dialler()).open(origin, **how))
    assert caught.value.end_ns == caught.value.connect_end_ns > caught.value.start_ns > 0
    return caught.value


def resolver(*addresses: str) -> Resolver:
    async def lookup(host: str) -> list[str]:
        return list(addresses)

    return Resolver(lookup)


def test_a_refused_connection_names_host_port_and_all_addresses(run: Any) -> None:
    port = free_port()
    error = failure(run, Origin("http", "127.0.0.1", port))
    assert (error.kind, error.text) == (
        errors.REFUSED,
        f"Connect to 127.0.0.1:{port} [/127.0.0.1] failed: Connection refused",
    )
    error = failure(run, Origin("http", "a.b", port), Dialler(resolver("127.0.0.1", "127.0.0.2")))
    assert error.text == f"Connect to a.b:{port} [a.b/127.0.0.1, a.b/127.0.0.2] failed: Connection refused"


def test_an_unknown_name_is_javas_unknown_host(run: Any) -> None:
    error = failure(run, Origin("http", "no.such", 80), Dialler(resolver()))
    assert (error.kind, error.text) == (errors.UNKNOWN_HOST, "no.such: Name or service not known")


def test_a_port_beyond_all_ports_is_javas_illegal_argument(run: Any) -> None:
    error = failure(run, Origin("http", "127.0.0.1", 99_999))
    assert (error.kind, error.text) == (errors.ILLEGAL_ARGUMENT, "port out of range:99999")


def test_no_answer_to_connecting_ends_by_the_connect_timeout(run: Any) -> None:
    """A listener whose queue is full takes no further connection."""
    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for waiting in (first, second):
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
        port = full.getsockname()[1]
        error = failure(run, Origin("http", "a.b", port), Dialler(resolver("127.0.0.1")), timeout_s=0.05)
    assert (error.kind, error.text) == (
        errors.CONNECT_TIMEOUT,
        f"Connect to a.b:{port} [a.b/127.0.0.1] failed: Connect timed out",
    )


def test_a_name_is_looked_up_once_for_a_while(run: Any) -> None:
    asked = []

    async def lookup(host: str) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    async def work(names: Resolver) -> list[str]:
        return [(await names.addresses("a.b"))[0] for _ in range(3)]

    assert run(work(Resolver(lookup))) == ["127.0.0.1"] * 3
    assert asked == ["a.b"]
    run(work(Resolver(lookup, keep_s=0)))
    assert asked == ["a.b"] * 4


def test_those_who_ask_at_once_wait_for_one_answer(run: Any) -> None:
    asked: list[str] = []

    async def work() -> list[list[str]]:
        answer = asyncio.Event()

        async def lookup(host: str) -> list[str]:
            asked.append(host)
            await answer.wait()
            return ["127.0.0.1"]

        names = Resolver(lookup)
        asking = [asyncio.ensure_future(names.addresses("a.b")) for _ in range(5)]
        await asyncio.sleep(0)
        asking[1].cancel()
        answer.set()
        return await asyncio.gather(asking[0], *asking[2:])

    assert run(work()) == [["127.0.0.1"]] * 4
    assert asked == ["a.b"]


def test_who_waited_for_one_who_was_cut_asks_in_turn(run: Any) -> None:
    asked: list[str] = []

    async def work() -> list[str]:
        async def lookup(host: str) -> list[str]:
            asked.append(host)
            if len(asked) == 1:
                await asyncio.Event().wait()
            return ["127.0.0.1"]

        names = Resolver(lookup)
        first, second = (asyncio.ensure_future(names.addresses("a.b")) for _ in range(2))
        await asyncio.sleep(0)
        first.cancel()
        return await second

    assert run(work()) == ["127.0.0.1"]
    assert asked == ["a.b"] * 2


def test_the_first_address_that_answers_is_taken(run: Any, serving: Any) -> None:
    async def work() -> str:
        async with serving(answer_hello) as port:
            connection = await Dialler(resolver("127.0.0.9", "127.0.0.1")).open(Origin("http", "a.b", port))
            peer = connection.transport.get_extra_info("peername")[0]
            connection.close()
        return str(peer)

    assert run(work()) == "127.0.0.1"


def test_addresses_are_written_as_java_writes_them() -> None:
    assert java_address("::1") == "0:0:0:0:0:0:0:1"
    assert java_address("fe80::1%eth0") == "fe80:0:0:0:0:0:0:1%eth0"
    assert java_address("10.0.0.1") == "10.0.0.1"


def test_tls_trusts_everybody_and_is_kept_like_any_connection(run: Any, serving: Any, tls: ssl.SSLContext) -> None:
    async def work() -> list[int]:
        async with serving(answer_hello, tls) as port:
            return await exchange(port, times=3)

    assert run(work()) == [200, 200, 200]


async def close_at_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(5000)


async def alert(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(5000)
    writer.write(b"\x15\x03\x03\x00\x02\x02\x28")


async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(5000)
    writer.write(b"HTTP/1.1 400 Bad\r\n\r\n")


@pytest.mark.parametrize(
    ("serve", "kind", "text"),
    [
        (close_at_once, errors.HANDSHAKE, "Remote host terminated the handshake"),
        (alert, errors.HANDSHAKE, "Received fatal alert: handshake_failure"),
        (plain, errors.SSL, "Unsupported or unrecognized SSL message"),
    ],
)
def test_a_handshake_that_fails_says_so_in_javas_words(
    run: Any, serving: Any, serve: Any, kind: str, text: str
) -> None:
    async def work() -> None:
        async with serving(serve) as port:
            with pytest.raises(WireError) as caught:
                await exchange(port)
        assert (caught.value.kind, caught.value.text) == (kind, text)

    run(work())


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()


def test_a_handshake_without_end_ends_by_the_connect_timeout(run: Any, serving: Any) -> None:
    async def work() -> None:
        async with serving(silent) as port:
            with pytest.raises(WireError) as caught:
                await exchange(port, connect_s=0.05)
        assert caught.value.kind == errors.CONNECT_TIMEOUT
        assert caught.value.text.endswith("[/127.0.0.1] failed: Read timed out")

    run(work())


def test_https_goes_through_a_proxys_tunnel(run: Any, serving: Any, tls: ssl.SSLContext) -> None:
    asked = []

    async def proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append((await reader.readuntil(b"\r\n\r\n")).decode())
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await writer.start_tls(tls)
        await answer_hello(reader, writer)

    async def work() -> int:
        async with serving(proxy) as port:
            table = Table(Dialler())
            response = await table.exchange(Call(Origin("https", "far.away", 443, Proxy("127.0.0.1", port)), GET))
            table.close()
        return response.status

    assert run(work()) == 200
    assert asked == ["CONNECT far.away:443 HTTP/1.1\r\nHost: far.away:443\r\n\r\n"]


def test_a_proxy_that_refuses_the_tunnel_gives_its_answer(run: Any, serving: Any) -> None:
    async def proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")

    async def work() -> None:
        async with serving(proxy) as port:
            with pytest.raises(TunnelRefused) as caught:
                await Dialler().open(Origin("https", "far.away", 443, Proxy("127.0.0.1", port)))
        assert caught.value.response.status == 407

    run(work())


@pytest.mark.parametrize(
    ("number", "kind", "text"),
    [
        (errno.EADDRNOTAVAIL, errors.BIND, "Cannot assign requested address"),
        (errno.EACCES, errors.BIND, "Permission denied"),
        (errno.ENETUNREACH, errors.SOCKET, "Network is unreachable"),
        (errno.EHOSTUNREACH, errors.NO_ROUTE, "No route to host"),
        (errno.EINVAL, errors.SOCKET, "Invalid argument"),
    ],
)
def test_what_the_system_refuses_is_of_javas_kind(number: int, kind: str, text: str) -> None:
    error = Dial("a.b", 80, ["127.0.0.1"]).translated(OSError(number, "no"))
    assert (error.kind, error.text) == (kind, text)


@pytest.mark.parametrize(
    ("number", "says"),
    [
        (errno.EADDRNOTAVAIL, "no port of this machine is free for one more connection"),
        (errno.EMFILE, "no more files may be opened, and each connection is one"),
        (errno.ENFILE, "no more files may be opened on this machine, and each connection is one"),
    ],
)
def test_what_the_machine_lacks_is_said_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, number: int, says: str
) -> None:
    monkeypatch.setattr(attempt, "_told", set())
    for _ in range(2):
        Dial("a.b", 80, ["127.0.0.1"]).translated(OSError(number, "no"))
    assert [message.partition(":")[0] for message in caplog.messages] == [says]
