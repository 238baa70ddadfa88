"""Proxies on the wire: what they are asked, what they are told about the user, and what is remembered of that."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from typing import Any

import pytest
from support.live_proxy import BASIC, DIGEST, LiveProxy

from pyjm.engine.http.call import Call
from pyjm.engine.http.connect import Dialler, Origin
from pyjm.engine.http.errors import NO_RESPONSE, REFUSED, UNSUPPORTED_SCHEME, TunnelLost, WireError
from pyjm.engine.http.proxy import Login, Proxy, ProxyTable, RunProxy
from pyjm.engine.http.request import request_bytes
from pyjm.engine.http.response import Response

Serve = Any
HELLO = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
ME = "Basic bWU6cHc="


async def answer_hello(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(HELLO)
    except asyncio.IncompleteReadError:
        writer.close()


@pytest.fixture
def through(run: Any, serving: Serve, tls: ssl.SSLContext) -> Callable[..., tuple[LiveProxy, list[Response]]]:
    """Send requests through a live proxy to a live server: the proxy, and the answers."""

    async def work(
        scheme: str, times: int, asks: str, user: str, forget_after: int, **how: Any
    ) -> tuple[LiveProxy, list[Response]]:
        async with serving(answer_hello, context=tls if scheme == "https" else None) as port:
            live = LiveProxy(port, asks, **how)
            async with serving(live.serve) as proxy_port:
                proxy = Proxy("127.0.0.1", proxy_port, "http", user, "pw", "agent")
                login = Login(proxy, "far.away")
                table = ProxyTable(Dialler(), login=login)
                origin = Origin(scheme, "far.away", 443 if scheme == "https" else 80, proxy)
                answers = []
                for at in range(times):
                    if at == forget_after:
                        login.forget()
                    target = "/x" if scheme == "https" else "http://far.away/x"
                    request = request_bytes("GET", target, [("Host", "far.away")])
                    answers.append(await table.exchange(Call(origin, request)))
                table.close()
        return live, answers

    def done(
        scheme: str = "http", times: int = 1, asks: str = "", user: str = "", forget_after: int = -1, **how: Any
    ) -> tuple[LiveProxy, list[Response]]:
        found: tuple[LiveProxy, list[Response]] = run(work(scheme, times, asks, user, forget_after, **how))
        return found

    return done


def statuses(answers: list[Response]) -> list[int]:
    return [answer.status for answer in answers]


def test_requests_go_by_their_whole_url_over_one_connection(through: Any) -> None:
    live, answers = through(times=3)
    assert statuses(answers) == [200, 200, 200]
    assert live.asked == ["GET http://far.away/x HTTP/1.1\r\nHost: far.away\r\n\r\n"] * 3
    assert live.connections == 1


@pytest.mark.parametrize("closes", [False, True])
def test_credentials_are_shown_after_a_407_and_with_each_request_from_then_on(through: Any, closes: bool) -> None:
    live, answers = through(times=2, asks=BASIC, user="me", closes=closes)
    assert statuses(answers) == [200, 200]
    assert live.shown == ["", ME, ME]
    assert live.connections == (2 if closes else 1)


def test_an_answer_says_which_request_it_answers(through: Any) -> None:
    live, [answer] = through(asks=BASIC, user="me")
    assert answer.request is not None
    assert answer.request.decode() == live.asked[-1]
    assert answer.sent_bytes == len(answer.request)
    assert answer.connect_end_ns > answer.start_ns


def test_without_credentials_the_407_is_the_answer(through: Any) -> None:
    live, answers = through(times=2, asks=BASIC)
    assert [(answer.status, answer.body) for answer in answers] == [(407, b"who")] * 2
    assert live.shown == ["", ""]


def test_credentials_that_do_not_help_are_shown_once(through: Any) -> None:
    live, answers = through(times=3, asks=BASIC, user="me", never=True)
    assert (statuses(answers), live.shown) == ([407, 407, 407], ["", ME, "", ""])


def test_the_strongest_scheme_that_can_be_answered_is_taken(through: Any) -> None:
    live, _ = through(asks='Basic realm="r", Digest realm="r", nonce="n", algorithm=other', user="me")
    assert live.shown == ["", ME]
    live, _ = through(asks=f"{DIGEST}, {BASIC}", user="me")
    assert live.shown[1].startswith("Digest ")


def test_an_unknown_scheme_is_not_answered(through: Any) -> None:
    live, answers = through(times=2, asks="Unknown", user="me")
    assert (statuses(answers), live.shown) == ([407, 407], ["", ""])


def test_digest_counts_its_answers(through: Any) -> None:
    live, answers = through(times=2, asks=DIGEST, user="me")
    assert statuses(answers) == [200, 200]
    assert [shown.partition("nc=")[2][:8] for shown in live.shown] == ["", "00000001", "00000002"]
    assert 'uri="http://far.away/x"' in live.shown[1]
    assert live.shown[1].partition("cnonce=")[2] == live.shown[2].partition("cnonce=")[2]


def test_what_is_forgotten_is_asked_for_again(through: Any) -> None:
    live, _ = through(times=2, asks=BASIC, user="me", forget_after=1)
    assert live.shown == ["", ME, "", ME]


def test_https_goes_through_a_tunnel_that_is_kept(through: Any) -> None:
    live, answers = through("https", times=2)
    assert [answer.body for answer in answers] == [b"hello", b"hello"]
    assert live.asked == ["CONNECT far.away:443 HTTP/1.1\r\nHost: far.away\r\nUser-Agent: agent\r\n\r\n"]


@pytest.mark.parametrize("closes", [False, True])
@pytest.mark.parametrize("asks", [BASIC, DIGEST])
def test_a_tunnel_is_opened_with_credentials(through: Any, asks: str, closes: bool) -> None:
    live, [answer] = through("https", asks=asks, user="me", closes=closes)
    assert answer.status == 200
    assert live.shown[0] == ""
    assert (ME if asks == BASIC else 'uri="far.away:443"') in live.shown[1]
    assert live.connections == (2 if closes else 1)


def test_a_refused_tunnel_gives_the_proxys_answer(through: Any) -> None:
    refusal = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 6\r\n\r\nno way"
    live, [answer] = through("https", refuses=refusal)
    assert (answer.status, answer.reason, answer.body) == (502, "Bad Gateway", b"no way")
    assert (answer.received_bytes, answer.sent_bytes) == (len(refusal), len(live.asked[0]))
    assert answer.request.decode() == live.asked[0]


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("closes", [False, True])
def test_a_proxy_reached_by_tls_carries_tls(
    run: Any, serving: Any, tls: ssl.SSLContext, scheme: str, closes: bool
) -> None:
    async def work() -> None:
        async with serving(answer_hello, context=tls if scheme == "https" else None) as port:
            live = LiveProxy(port, BASIC, closes=closes)
            async with serving(live.serve, context=tls) as proxy_port:
                proxy = Proxy("127.0.0.1", proxy_port, "https", "me", "pw")
                table = ProxyTable(Dialler(), login=Login(proxy, "far.away"))
                origin = Origin(scheme, "far.away", 443, proxy)
                target = "/x" if scheme == "https" else "http://far.away/x"
                request = request_bytes("GET", target, [("Host", "far.away")])
                answers = [await table.exchange(Call(origin, request)) for _ in range(2)]
                table.close()
        assert [answer.body for answer in answers] == [b"hello", b"hello"]
        assert live.shown[:2] == ["", ME]
        assert answers[0].connect_end_ns > answers[0].start_ns

    run(work())


def test_a_proxy_reached_by_tls_that_hangs_up_is_said(run: Any, serving: Any, tls: ssl.SSLContext) -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")

    async def work() -> None:
        async with serving(hang_up, context=tls) as port:
            await Dialler().open(Origin("https", "far.away", 443, Proxy("127.0.0.1", port, "https")))

    with pytest.raises(TunnelLost, match="failed to respond"):
        run(work())


def test_a_proxy_that_hangs_up_is_named_by_the_server_behind_it(run: Any, serving: Any) -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.close()

    async def work() -> None:
        async with serving(hang_up) as port:
            await Dialler().open(Origin("https", "far.away", 443, Proxy("127.0.0.1", port)))

    with pytest.raises(TunnelLost) as caught:
        run(work())
    assert (caught.value.kind, caught.value.text) == (NO_RESPONSE, "far.away:443 failed to respond")


@pytest.mark.parametrize(
    ("proxy", "kind", "text"),
    [
        (Proxy("127.0.0.1", 1), REFUSED, "Connect to 127.0.0.1:1 [/127.0.0.1] failed: Connection refused"),
        (Proxy("127.0.0.1", 1, "socks"), UNSUPPORTED_SCHEME, "socks protocol is not supported"),
        (Proxy("127.0.0.1", 1, ""), UNSUPPORTED_SCHEME, " protocol is not supported"),
    ],
)
def test_a_proxy_that_cannot_be_reached_is_what_fails(run: Any, proxy: Proxy, kind: str, text: str) -> None:
    with pytest.raises(WireError) as caught:
        run(Dialler().open(Origin("http", "far.away", 80, proxy)))
    assert (caught.value.kind, caught.value.text) == (kind, text)


@pytest.mark.parametrize(
    ("host", "direct"),
    [
        ("localhost", True),
        ("LOCALHOST", False),
        ("a.localhost", False),
        ("www.test", True),
        ("test", False),
        ("10.0.0.1", False),
    ],
)
def test_hosts_are_left_out_by_name_or_by_end(host: str, direct: bool) -> None:
    proxy = Proxy("proxy", 3128)
    assert RunProxy(proxy, "localhost|*.test||10.*").of(host) is (None if direct else proxy)


def test_a_list_of_no_hosts_leaves_none_out() -> None:
    proxy = Proxy("proxy", 3128)
    assert RunProxy(proxy).of("any") is proxy
    assert RunProxy(proxy, "*").of("any") is None
