"""HTTP/2 over real sockets, on both kinds of loop: one connection for each server, answers as the plugin shows them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from http2_site import Answer, Http2Site, Server, server_context, serving

from pyjm.engine.http import errors
from pyjm.engine.http.body import Pieces, Stretch
from pyjm.engine.http.call import Call
from pyjm.engine.http.connect import Dialler, Origin, trusting_context
from pyjm.engine.http.errors import WireError
from pyjm.engine.http.http2_connection import Multiplexing
from pyjm.engine.http.http2_head import answered, asked
from pyjm.engine.http.http2_table import Http2Table
from pyjm.engine.http.keeping import Keeping
from pyjm.engine.http.request import request_bytes
from pyjm.engine.http.response import Response

BIG = 3_000_000


class Client:
    """One user's connections to a site."""

    def __init__(self, site: Http2Site, scheme: str = "http") -> None:
        self.site = site
        context = trusting_context()
        context.set_alpn_protocols(["h2", "http/1.1"])
        self.table = Http2Table(Dialler(kind=Multiplexing, context=context), prior_knowledge=True)
        self.origin = Origin(scheme, "127.0.0.1", site.port)

    async def get(self, path: str = "/", method: str = "GET", body: bytes = b"", **how: Any) -> Response:
        fields = [("Connection", "keep-alive"), ("X-One", "1"), ("Host", "shop:80")]
        if body:
            fields.append(("Content-Length", str(len(body))))
        how.setdefault("response_s", 10)
        request = request_bytes(method, path, fields, body)
        return await self.table.exchange(Call(self.origin, request, to_head=method == "HEAD", **how))

    @property
    def connection(self) -> Multiplexing:
        return self.table._shared[self.origin]


@pytest.fixture
def on(run: Callable[[Any], Any]) -> Callable[..., None]:
    """Run a scenario against a site in cleartext."""

    def held(site: Http2Site, scenario: Callable[[Client], Awaitable[None]]) -> None:
        async def main() -> None:
            async with serving(site):
                client = Client(site)
                try:
                    await scenario(client)
                finally:
                    client.table.close()

        run(main())

    return held


@pytest.fixture
def over_tls(run: Callable[[Any], Any], tmp_path: Path) -> Callable[..., None]:
    """Run a scenario against a site over TLS that takes these protocols."""

    def held(site: Http2Site, scenario: Callable[[Client], Awaitable[None]], *protocols: str) -> None:
        async def main() -> None:
            async with serving(site, server_context(tmp_path, *protocols)):
                client = Client(site, "https")
                try:
                    await scenario(client)
                finally:
                    client.table.close()

        run(main())

    return held


def test_an_answer_is_shown_and_counted_as_text(on: Callable[..., None]) -> None:
    async def scenario(client: Client) -> None:
        response = await client.get("/a?b=c")
        assert response.headers_text == "HTTP/2.0 200 OK\ncontent-type: text/html; charset=utf-8\n"
        assert (response.status, response.reason, response.body) == (200, "OK", b"page")
        assert response.header_bytes == len("HTTP/2.0 200 OK\r\ncontent-type: text/html; charset=utf-8\r\n\r\n")
        assert response.received_bytes == response.header_bytes + 4
        assert response.request == b"GET /a?b=c HTTP/2.0\r\nX-One: 1\r\nHost: shop:80\r\n\r\n"
        assert response.sent_bytes == len(response.request)
        assert response.start_ns < response.connect_end_ns < response.body_at_ns <= response.end_ns
        assert (await client.get()).connect_end_ns == 0

    site = Http2Site()
    on(site, scenario)
    names = [(":method", "GET"), (":authority", "shop:80"), (":scheme", "http"), (":path", "/a?b=c"), ("x-one", "1")]
    assert site.asked[0].fields == names
    assert site.connections == 1


@pytest.mark.parametrize(
    ("answer", "body", "text"),
    [
        (Answer("204", [], b""), b"", "HTTP/2.0 204 No Content\n"),
        (Answer("500", [], b"ow"), b"ow", "HTTP/2.0 500 Server Error\n"),
        (Answer("299", [], b""), b"", "HTTP/2.0 299 299\n"),
        (Answer("304", [("content-length", "10")], b""), b"", "HTTP/2.0 304 Not Modified\ncontent-length: 10\n"),
        (Answer(fields=[], trailers=[("x-sum", "1")]), b"page", "HTTP/2.0 200 OK\n"),
        (Answer(fields=[], interim=[[(":status", "103"), ("link", "x")]] * 3), b"page", "HTTP/2.0 200 OK\n"),
        (Answer(fields=[("x", "1"), ("x", "ü")]), b"page", "HTTP/2.0 200 OK\nx: 1\nx: Ã¼\n"),
    ],
)
def test_odd_answers(on: Callable[..., None], answer: Answer, body: bytes, text: str) -> None:
    async def scenario(client: Client) -> None:
        response = await client.get("/odd")
        assert (response.body, response.headers_text) == (body, text)
        assert response.received_bytes == response.header_bytes + len(body)
        assert response.body_at_ns  # the latency is that of the head

    on(Http2Site({"/odd": answer}), scenario)


def test_a_head_has_no_body_whatever_length_it_tells(on: Callable[..., None]) -> None:
    async def scenario(client: Client) -> None:
        response = await client.get("/", "HEAD")
        assert (response.status, response.body) == (200, b"")

    on(Http2Site({"/": Answer(fields=[("content-length", "4")])}), scenario)


def test_large_bodies_flow_both_ways(on: Callable[..., None]) -> None:
    site = Http2Site({"/down": Answer(body=b"x" * BIG)})

    async def scenario(client: Client) -> None:
        up, down = await asyncio.gather(client.get("/up", "POST", b"y" * BIG), client.get("/down"))
        assert (up.body, down.body_bytes) == (b"page", BIG)
        assert next(each for each in site.asked if each[":path"] == "/up").body == b"y" * BIG
        assert up.sent_bytes > BIG

    on(site, scenario)


@pytest.mark.parametrize("secure", [False, True])
def test_a_body_too_large_to_be_held_is_read_as_it_is_sent(
    on: Callable[..., None], over_tls: Callable[..., None], tmp_path: Path, secure: bool
) -> None:
    path = tmp_path / "large"
    path.write_bytes(bytes(range(256)) * 12_000)
    body = Pieces([b"begin", Stretch(path, 3_000_000), b"end"])
    head = request_bytes("PUT", "/up", [("Host", "shop:80"), ("Content-Length", str(len(body)))])
    site = Http2Site()

    async def scenario(client: Client) -> None:
        call = Call(client.origin, head, body=body)
        found = await asyncio.gather(*[client.table.exchange(call) for _ in range(3)])
        assert [each.sent_bytes for each in found] == [len(found[0].request or b"") + len(body)] * 3
        path.write_bytes(b"short")
        with pytest.raises(WireError, match="ended while it was sent: 5 of 3000000 bytes"):
            await client.table.exchange(call)
        assert (await client.get()).body == b"page"

    if secure:
        over_tls(site, scenario, "h2")
    else:
        on(site, scenario)
    content = (bytes(range(256)) * 12_000)[:3_000_000]
    assert [bytes(each.body) == b"begin" + content + b"end" for each in site.asked] == [True] * 3 + [False] * 2
    assert site.connections == 1


def test_of_a_body_only_what_is_wanted_is_kept(on: Callable[..., None]) -> None:
    async def scenario(client: Client) -> None:
        for keeping, kept in ((None, 0), (Keeping(10), 10), (Keeping(md5=True), 32)):
            response = await client.get("/down", keeping=keeping)
            assert (len(response.body), response.body_bytes) == (kept, BIG)

    on(Http2Site({"/down": Answer(body=b"x" * BIG)}), scenario)


def test_many_exchanges_share_one_connection(on: Callable[..., None]) -> None:
    site = Http2Site({"/held": Answer(held=True)})

    async def scenario(client: Client) -> None:
        tasks = [asyncio.create_task(client.get("/held")) for _ in range(20)]
        while site.together < 20:  # noqa: ASYNC110
            await asyncio.sleep(0)
        site.gate.set()
        answers = await asyncio.gather(*tasks)
        assert sum(1 for each in answers if each.connect_end_ns) == 1

    on(site, scenario)
    assert site.connections == 1


def test_no_more_at_once_than_the_server_takes(on: Callable[..., None]) -> None:
    site = Http2Site(most=2)

    async def scenario(client: Client) -> None:
        await client.get()
        await asyncio.gather(*[client.get() for _ in range(10)])

    on(site, scenario)
    assert (site.together, len(site.asked), site.connections) == (2, 11, 1)


async def refuse_first(server: Server, stream: int) -> None:
    if len(server.site.asked) == 1:
        server.http2.reset_stream(stream, 7)
    else:
        await server.send(stream, Answer())


async def refuse(server: Server, stream: int) -> None:
    server.http2.reset_stream(stream, 7)


async def go_away_first(server: Server, stream: int) -> None:
    if len(server.site.asked) == 1:
        server.http2.close_connection(0, last_stream_id=0)
    else:
        await server.send(stream, Answer())


@pytest.mark.parametrize(("how", "connections"), [(refuse_first, 1), (go_away_first, 2)])
def test_what_the_server_has_not_touched_is_sent_once_more(
    on: Callable[..., None], how: Callable[[Server, int], Awaitable[None]], connections: int
) -> None:
    site = Http2Site(odd={"/": how})

    async def scenario(client: Client) -> None:
        assert (await client.get()).status == 200

    on(site, scenario)
    assert (len(site.asked), site.connections) == (2, connections)


def test_what_is_refused_again_fails(on: Callable[..., None]) -> None:
    site = Http2Site(odd={"/": refuse})

    async def scenario(client: Client) -> None:
        with pytest.raises(WireError) as caught:
            await client.get()
        assert str(caught.value) == f"{errors.EXECUTION}: java.io.IOException: refused_stream_error"
        assert (await client.get("/x")).status == 200

    on(site, scenario)
    assert (len(site.asked), site.connections) == (3, 1)


def test_what_had_begun_is_finished_after_a_goaway_and_the_next_goes_elsewhere(on: Callable[..., None]) -> None:
    async def finish(server: Server, stream: int) -> None:
        goaway = bytes.fromhex("000008 07 00 00000000") + stream.to_bytes(4, "big") + bytes(4)
        server.http2.send_headers(stream, [(":status", "200")])
        server.http2.send_data(stream, b"to the end", end_stream=True)
        server.writer.write(goaway + server.http2.data_to_send())

    site = Http2Site(odd={"/": finish})

    async def scenario(client: Client) -> None:
        assert (await client.get()).body == b"to the end"
        assert (await client.get("/x")).body == b"page"

    on(site, scenario)
    assert site.connections == 2


def test_a_connection_that_ended_idle_is_replaced(on: Callable[..., None]) -> None:
    async def answer_and_close(server: Server, stream: int) -> None:
        await server.send(stream, Answer())
        server.writer.close()

    site = Http2Site(odd={"/": answer_and_close})

    async def scenario(client: Client) -> None:
        await client.get()
        while client.connection.ended is None:  # noqa: ASYNC110
            await asyncio.sleep(0)
        assert (await client.get("/x")).status == 200

    on(site, scenario)
    assert site.connections == 2


def test_a_silent_answer_times_out_and_leaves_the_others_alone(on: Callable[..., None]) -> None:
    site = Http2Site({"/held": Answer(held=True)})

    async def scenario(client: Client) -> None:
        await client.get("/x")
        other = asyncio.create_task(client.get("/held"))
        while len(site.asked) < 2:  # noqa: ASYNC110
            await asyncio.sleep(0)
        with pytest.raises(WireError) as caught:
            await client.get("/held", response_s=0.05)
        assert str(caught.value) == "java.net.SocketTimeoutException: Read timed out"
        site.gate.set()
        assert (await other).status == 200

    on(site, scenario)


def test_after_a_silent_connection_the_next_opens_its_own(on: Callable[..., None]) -> None:
    site = Http2Site({"/held": Answer(held=True)})

    async def scenario(client: Client) -> None:
        await client.get("/x")
        client.connection._heard_any_ns = 0
        with pytest.raises(WireError):
            await client.get("/held", response_s=0.05)
        assert (await client.get("/x")).connect_end_ns

    on(site, scenario)


def test_who_is_cut_gives_up_its_stream_alone(on: Callable[..., None]) -> None:
    site = Http2Site({"/held": Answer(held=True)})

    async def scenario(client: Client) -> None:
        task = asyncio.create_task(client.get("/held"))
        while not site.asked:  # noqa: ASYNC110
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (await client.get("/x")).status == 200

    on(site, scenario)
    assert site.connections == 1


def test_without_keep_alive_each_has_its_connection(on: Callable[..., None]) -> None:
    site = Http2Site()

    async def scenario(client: Client) -> None:
        for _ in range(3):
            assert (await client.get(keep_alive=False)).connect_end_ns

    on(site, scenario)
    assert site.connections == 3


def test_nobody_listens(run: Callable[[Any], Any]) -> None:
    async def main() -> None:
        site = Http2Site()
        async with serving(site):
            pass
        client = Client(site)
        failed = await asyncio.gather(*[client.get() for _ in range(3)], return_exceptions=True)
        assert [each.kind for each in failed if isinstance(each, WireError)] == [errors.REFUSED] * 3
        assert all(each.start_ns and each.end_ns for each in failed if isinstance(each, WireError))

    run(main())


def test_the_server_chooses_the_protocol(over_tls: Callable[..., None]) -> None:
    for protocols, version in ((("h2",), "HTTP/2.0"), (("http/1.1",), "HTTP/1.1"), ((), "HTTP/1.1")):
        site = Http2Site()

        async def scenario(client: Client, version: str = version) -> None:
            answers = await asyncio.gather(*[client.get() for _ in range(3)])
            assert {each.version for each in answers} == {version}
            assert {each.body for each in answers} == {b"page"}
            before = client.site.connections
            assert (await client.get()).connect_end_ns == 0
            assert client.site.connections == before

        over_tls(site, scenario, *protocols)
        assert site.connections == 1 or version == "HTTP/1.1"


def test_a_server_that_chooses_otherwise_later_is_followed(over_tls: Callable[..., None]) -> None:
    async def scenario(client: Client) -> None:
        client.table._plain.add(client.origin)
        for _ in range(2):
            response = await client.get()
            assert response.version == "HTTP/2.0"
            assert response.connect_end_ns  # nobody keeps such a connection
        assert client.table.kept == 0

    over_tls(Http2Site(), scenario, "h2")


def test_the_connect_time_is_that_of_tls_too(over_tls: Callable[..., None]) -> None:
    async def scenario(client: Client) -> None:
        response = await client.get()
        assert response.start_ns < response.connect_end_ns < response.first_byte_ns

    over_tls(Http2Site(), scenario, "h2")


def test_without_prior_knowledge_cleartext_is_http1(run: Callable[[Any], Any]) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"GET / HTTP/1.1\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
        await reader.read()
        writer.close()

    async def main() -> None:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        async with server:
            table = Http2Table(Dialler(kind=Multiplexing))
            origin = Origin("http", "127.0.0.1", server.sockets[0].getsockname()[1])
            call = Call(origin, request_bytes("GET", "/", [("Host", "x")]))
            assert (await table.exchange(call)).version == "HTTP/1.1"
            table.close()

    run(main())


def test_fields_of_the_connection_are_left_out() -> None:
    head = (
        b"GET / HTTP/1.1\r\nConnection: keep-alive, X-Hop\r\nX-Hop: 1\r\nTE: gzip\r\n:authority: other\r\n"
        b"Upgrade: h2c\r\n"
        b"Keep-Alive: 5\r\nTransfer-Encoding: chunked\r\nProxy-Connection: x\r\nA-B:  c \r\nHost: h\r\nhost: i"
    )
    made = asked(head, b"https")
    pseudo = [(b":method", b"GET"), (b":authority", b"h"), (b":scheme", b"https"), (b":path", b"/")]
    assert made.fields == [*pseudo, (b"a-b", b"c")]
    assert made.shown == b"GET / HTTP/2.0\r\nA-B:  c \r\nHost: h\r\nhost: i\r\n\r\n"
    assert asked(b"GET / HTTP/1.1\r\nTE: trailers", b"http").fields[-1] == (b"te", b"trailers")


def test_a_name_that_http2_cannot_carry_is_a_failed_sample() -> None:
    with pytest.raises(WireError) as caught:
        asked(b"GET / HTTP/1.1\r\nX Y: 1", b"http")
    assert caught.value.kind == errors.ILLEGAL_ARGUMENT


@pytest.mark.parametrize("status", [b"", b"abc", b"20", b"2000", b"099", b"-20"])
def test_a_status_that_is_none_is_no_answer(status: bytes) -> None:
    with pytest.raises(WireError):
        answered([(b":status", status)])


def test_what_looks_like_a_line_end_in_an_answer_adds_no_field() -> None:
    head = answered([(b":status", b"200"), (b"a", b"1\r\nset-cookie: x\r\n\r\n")])
    assert head.fields == [("a", "1  set-cookie: x")]
