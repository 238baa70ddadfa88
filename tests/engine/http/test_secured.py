"""TLS of our own: what it hands on, what it resumes, and how it ends."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from pyjm.engine.http.call import Call
from pyjm.engine.http.connect import Dialler, Origin, trusting_context
from pyjm.engine.http.errors import WireError
from pyjm.engine.http.secured import RECORD_MAX, Secured, answers_request, server_name, whole_records
from pyjm.engine.http.sessions import Sessions, Start
from pyjm.engine.http.table import Table

BODY = b"0123456789" * 10_000
GET = b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"
VERSIONS = pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])


def of(version: ssl.TLSVersion) -> ssl.SSLContext:
    context = trusting_context()
    context.maximum_version = version
    return context


def answering(seen: list[bool], body: bytes = b"ok", heard: list[bytes] | None = None) -> Callable[..., Any]:
    """Note of each connection whether it was resumed, and answer each request with a body."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(writer.get_extra_info("ssl_object").session_reused)
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            length = head.partition(b"Content-Length: ")[2].partition(b"\r\n")[0]
            got = await reader.readexactly(int(length or b"0"))
            if heard is not None:
                heard.append(got)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

    return serve


async def asked(port: int, sessions: Sessions, times: int, keep_alive: bool = False, host: str = "127.0.0.1") -> None:
    table = Table(Dialler(), sessions)
    for _ in range(times):
        await table.exchange(Call(Origin("https", host, port), GET, keep_alive=keep_alive))
    table.close()


@VERSIONS
def test_a_user_resumes_its_sessions_until_it_is_a_new_one(
    run: Any, serving: Any, tls: ssl.SSLContext, version: ssl.TLSVersion
) -> None:
    seen: list[bool] = []

    async def work() -> None:
        sessions = Sessions(of(version))
        async with serving(answering(seen), tls) as port:
            await asked(port, sessions, 3)
            sessions.forget()
            await asked(port, sessions, 2)
            await asked(port, Sessions(sessions.context), 1)

    run(work())
    assert seen == [False, True, True, False, True, False]


@VERSIONS
def test_users_that_share_sessions_resume_one_anothers_and_forget_nothing(
    run: Any, serving: Any, tls: ssl.SSLContext, version: ssl.TLSVersion
) -> None:
    seen: list[bool] = []

    async def work() -> None:
        context, last = of(version), {}  # type: ignore[var-annotated]
        async with serving(answering(seen), tls) as port:
            first = Sessions(context, last)
            await asked(port, first, 1)
            first.forget()
            await asked(port, Sessions(context, last), 1)

    run(work())
    assert seen == [False, True]


def test_a_server_is_known_by_its_name_and_port(run: Any, serving: Any, tls: ssl.SSLContext) -> None:
    seen: list[bool] = []

    async def work() -> None:
        sessions = Sessions(trusting_context())
        async with serving(answering(seen), tls) as port:
            await asked(port, sessions, 1)
            await asked(port, sessions, 2, host="localhost")

    run(work())
    assert seen == [False, False, True]


@pytest.mark.parametrize(("version", "second"), [(ssl.TLSVersion.TLSv1_2, True), (ssl.TLSVersion.TLSv1_3, False)])
def test_a_session_of_tls_1_3_is_good_for_one_handshake(
    run: Any, serving: Any, tls: ssl.SSLContext, version: ssl.TLSVersion, second: bool
) -> None:
    async def work() -> None:
        sessions = Sessions(of(version))
        async with serving(answering([]), tls) as port:
            table = Table(Dialler(), sessions)
            await table.exchange(Call(Origin("https", "127.0.0.1", port), GET))
            starts = [sessions.start(("127.0.0.1", port)) for _ in range(2)]
            assert [start.session is not None for start in starts] == [True, second]
            table.close()

    run(work())


def test_a_server_without_sessions_leaves_none(run: Any, serving: Any, tls: ssl.SSLContext) -> None:
    seen: list[bool] = []
    tls.num_tickets = 0
    try:

        async def work() -> None:
            sessions = Sessions(of(ssl.TLSVersion.TLSv1_3))
            async with serving(answering(seen), tls) as port:
                await asked(port, sessions, 2)
                assert sessions.start(("127.0.0.1", port)).session is None

        run(work())
    finally:
        tls.num_tickets = 2
    assert seen == [False, False]


@VERSIONS
def test_bodies_of_many_records_come_and_go_whole(
    run: Any, serving: Any, tls: ssl.SSLContext, version: ssl.TLSVersion
) -> None:
    body, heard = bytes(range(256)) * 4000, []  # type: ignore[var-annotated]

    async def work() -> None:
        async with serving(answering([], body, heard), tls) as port:
            table = Table(Dialler(), Sessions(of(version)))
            request = b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n" % len(body) + body
            for _ in range(2):
                assert (await table.exchange(Call(Origin("https", "127.0.0.1", port), request))).body == body
            table.close()

    run(work())
    assert heard == [body, body]


def test_the_end_without_a_word_of_tls_is_the_end_of_a_body(run: Any, serving: Any, tls: ssl.SSLContext) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n\r\nall of it")
        await writer.drain()
        below = writer.get_extra_info("socket")
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        below.shutdown(1)

    async def work() -> bytes:
        async with serving(serve, tls) as port:
            response = await Table(Dialler()).exchange(Call(Origin("https", "127.0.0.1", port), GET))
        return bytes(response.body)

    assert run(work()) == b"all of it"


def test_a_server_that_wants_a_certificate_says_so_after_the_handshake(
    run: Any, serving: Any, tls: ssl.SSLContext
) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard, said = ssl.MemoryBIO(), ssl.MemoryBIO()
        engine = tls.wrap_bio(heard, said, server_side=True)
        while True:
            heard.write(await reader.read(5000))
            try:
                engine.do_handshake()
            except ssl.SSLWantReadError:
                writer.write(said.read())
            except ssl.SSLError:
                writer.write(said.read())
                break

    async def work() -> None:
        async with serving(serve) as port:
            with pytest.raises(WireError) as caught:
                await Table(Dialler()).exchange(Call(Origin("https", "127.0.0.1", port), GET))
        assert caught.value.text == "Received fatal alert: certificate_required"

    tls.verify_mode = ssl.CERT_REQUIRED
    try:
        run(work())
    finally:
        tls.verify_mode = ssl.CERT_NONE


@pytest.mark.parametrize(
    ("host", "told"),
    [
        ("shop.example", "shop.example"),
        ("shop.example.", "shop.example"),
        ("UPPER.example", "UPPER.example"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("localhost", None),
        ("a_b.example", None),
        ("-a.example", None),
        ("", None),
        ("127.0.0.1", "127.0.0.1"),  # of an address nothing is told, as OpenSSL knows by itself
    ],
)
def test_servers_are_told_their_names_as_java_does(host: str, told: str | None) -> None:
    assert server_name(host) == told


def record(kind: int, body: bytes) -> bytes:
    return bytes([kind, 3, 3]) + len(body).to_bytes(2, "big") + body


@pytest.mark.parametrize(
    ("flight", "cipher", "asked"),
    [
        (record(22, b"\x01hello"), None, False),
        (record(22, b"\x10key") + record(20, b"\x01") + record(22, b"\x0bsecret"), None, False),
        (record(22, b"\x0b\0\0\x03\0\0\0") + record(22, b"\x10key"), None, True),
        (record(20, b"\x01") + record(23, bytes(4 + 32 + 17)), "TLS_AES_128_GCM_SHA256", False),
        (record(20, b"\x01") + record(23, bytes(4 + 48 + 17)), "TLS_AES_256_GCM_SHA384", False),
        (record(23, bytes(8 + 17)) + record(23, bytes(4 + 32 + 17)), "TLS_AES_128_GCM_SHA256", True),
        (record(23, bytes(8 + 17)) + record(23, bytes(4 + 48 + 17)), "TLS_AES_256_GCM_SHA384", True),
        (record(23, bytes(8 + 4 + 48 + 17)), "TLS_AES_256_GCM_SHA384", True),
        (b"\x16\x03", None, False),
    ],
)
def test_what_a_client_says_tells_whether_it_was_asked(flight: bytes, cipher: str | None, asked: bool) -> None:
    assert answers_request(flight, (cipher, "", 0) if cipher else None) is asked


def record(size: int, kind: int = 23) -> bytes:
    return bytes((kind, 3, 3)) + size.to_bytes(2, "big") + b"x" * size


@pytest.mark.parametrize(
    ("sealed", "at", "end"),
    [
        (b"", 0, 0),
        (record(100), 0, 105),
        (record(100)[:4], 0, 0),
        (record(100)[:-1], 0, 0),
        (record(100) + record(100)[:-1], 0, 105),
        (record(100) + record(100), 105, 210),
        (record(RECORD_MAX) + record(5), 0, RECORD_MAX + 5),
        (record(1000) * 50, 0, 16 * 1005),
        (b"HTTP/1.1 400 Bad Request", 0, 24),
        (record(100) + b"HTTP/1.1 400", 0, 117),
        (record(RECORD_MAX + 3000)[:100], 0, 100),
    ],
)
def test_records_are_opened_whole_and_not_too_many_at_once(sealed: bytes, at: int, end: int) -> None:
    assert whole_records(sealed, at) == end


class Above(asyncio.Protocol):
    """Keeps what it is handed."""

    came, made = b"", False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.made = True

    def data_came(self, data: bytes, now: int) -> None:
        self.came += data


class Below(asyncio.Transport):
    """Keeps what is written until it is taken."""

    written = b""

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written += data

    def taken(self) -> bytes:
        written, self.written = self.written, b""
        return written


class Stubborn:
    """Stands for TLS in the midst of another handshake: takes nothing until it is `willing`."""

    willing = False

    def write(self, data: bytes | memoryview) -> int:
        if not self.willing:
            raise ssl.SSLWantReadError
        return len(data)

    def read(self, most: int) -> bytes:
        raise ssl.SSLWantReadError


def test_what_is_above_hears_when_there_is_no_room_and_when_there_is_again() -> None:
    told: list[str] = []

    class Told(Above):
        """Keeps what it is told about room."""

        def pause_writing(self) -> None:
            told.append("pause")

        def resume_writing(self) -> None:
            told.append("resume")

    async def work() -> None:
        secured = Secured(Told(), Start(("host", 443), trusting_context()), "host", None)
        secured.connection_made(Below())
        secured._shaken = None
        secured.pause_writing()
        secured.resume_writing()
        assert told == ["pause", "resume"]
        tls = Stubborn()
        secured.tls = tls  # type: ignore[assignment]
        secured.write(b"held")
        secured.write(b" up")
        secured.resume_writing()  # that the way below has room helps nothing
        secured.data_came(record(20), 1)
        assert told == ["pause", "resume", "pause"]
        tls.willing = True
        secured.data_came(record(20), 2)
        assert told == ["pause", "resume", "pause", "resume"]

    asyncio.run(work())


def test_an_answer_that_comes_byte_by_byte_under_tls_is_put_together(tls: ssl.SSLContext) -> None:
    context = trusting_context()
    coming, going = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = tls.wrap_bio(coming, going, server_side=True)
    above = Above()
    below = Below()

    async def work() -> bytes:
        secured = Secured(above, Start(("host", 443), context), "host", None)
        secured.connection_made(below)
        while not above.made:
            coming.write(below.taken())
            with suppress(ssl.SSLWantReadError):
                server.do_handshake()
            secured.data_came(going.read(), 1)
        coming.write(below.taken())
        server.do_handshake()
        server.write(BODY[:100])
        server.write(BODY[100:])
        for byte in going.read():
            secured.data_came(bytes((byte,)), 2)
        server.write(BODY)
        secured.data_came(going.read(), 3)
        return above.came

    assert asyncio.run(work()) == BODY + BODY
