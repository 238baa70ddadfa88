"""A connection without a network: bytes in, bytes out, nothing waits."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from support.large_bodies import MB, pattern

from pyjm.engine.http.body import Pieces, Stretch
from pyjm.engine.http.call import Call
from pyjm.engine.http.connect import Origin
from pyjm.engine.http.connection import Connection
from pyjm.engine.http.keeping import WHOLE, Keeping
from pyjm.engine.http.response import Response

ORIGIN = Origin("http", "host", 80)


class FakeTransport(asyncio.Transport):
    """Keep what is written; `unsent` is what the other side has not taken yet."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.unsent = 0
        self.closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written += bytes(data)

    def get_write_buffer_size(self) -> int:
        return self.unsent

    def close(self) -> None:
        self.closed = True

    def abort(self) -> None:
        self.closed = True


class Wire:
    """One connection and its fake transport, with exchanges driven by hand."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.transport = FakeTransport()
        self.connection = Connection(loop, "host:80")
        self.connection.connection_made(self.transport)

    def begin(
        self,
        request: bytes = b"GET / HTTP/1.1\r\n\r\n",
        keeping: Keeping | None = WHOLE,
        to_head: bool = False,
        keep: bool = True,
        timeout_s: float = 0.0,
    ) -> asyncio.Future[Response]:
        return self.connection.begin(Call(ORIGIN, request, keeping, to_head, keep, response_s=timeout_s), 1)

    def answer(
        self,
        pieces: Iterable[bytes],
        end: Callable[[Connection], None] | None = None,
        to_head: bool = False,
        keeping: Keeping | None = WHOLE,
    ) -> Response:
        """Feed an answer and give its response, or raise what the exchange raises."""
        future = self.begin(to_head=to_head, keeping=keeping)
        for piece in pieces:
            if not future.done():
                self.connection.data_received(piece)
        if end is not None and not future.done():
            end(self.connection)
        assert future.done(), "the answer is not complete"
        return future.result()


@pytest.fixture(scope="session")
def idle_loop() -> Iterator[asyncio.AbstractEventLoop]:
    """A loop that is never run: futures only keep their result."""
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


@pytest.fixture
def wire(idle_loop: asyncio.AbstractEventLoop) -> Wire:
    return Wire(idle_loop)


@pytest.fixture(scope="session")
def make_wire(idle_loop: asyncio.AbstractEventLoop) -> Callable[[], Wire]:
    return lambda: Wire(idle_loop)


Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """The loops that everything over real sockets is held on."""
    found = {"asyncio": asyncio.new_event_loop}
    with contextlib.suppress(ImportError):
        import uvloop

        found["uvloop"] = uvloop.new_event_loop
    return found


@pytest.fixture(params=loop_factories())
def run(request: pytest.FixtureRequest) -> Iterator[Callable[[Any], Any]]:
    """Run a coroutine on a loop of each kind."""
    with asyncio.Runner(loop_factory=loop_factories()[request.param]) as runner:
        yield lambda work: runner.run(asyncio.wait_for(work, 20))


@contextlib.asynccontextmanager
async def _serving(serve: Serve, context: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """Serve on a free port of loopback; at the end every connection is seen to its end."""
    running: set[asyncio.Task[Any]] = set()

    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        running.add(task)
        try:
            await serve(reader, writer)
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
            running.discard(task)

    server = await asyncio.start_server(one, "127.0.0.1", 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        if running:
            await asyncio.wait(running)


@pytest.fixture
def serving() -> Callable[..., contextlib.AbstractAsyncContextManager[int]]:
    return _serving


@pytest.fixture(scope="session")
def tls(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """A server's context with a certificate nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "nobody")])
    today = datetime.datetime.now(datetime.UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(today).not_valid_after(today + datetime.timedelta(days=1))
    folder: Path = tmp_path_factory.mktemp("tls")
    pem = made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "both.pem").write_bytes(pem + private)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "both.pem")
    return context


@pytest.fixture
def two(tmp_path: Path) -> Pieces:
    """Two large files with bytes around them."""
    for at, size in ((1, 3 * MB + 7), (2, 2 * MB)):
        (tmp_path / str(at)).write_bytes(pattern(size, at))
    first, second = Stretch(tmp_path / "1", 3 * MB + 7), Stretch(tmp_path / "2", 2 * MB)
    return Pieces([b"begin", first, b"", b"between", second, b"end"])


@pytest.fixture
def sparse(tmp_path: Path) -> Path:
    """A file of 50 MB that takes no room."""
    path = tmp_path / "sparse"
    with path.open("wb") as file:
        file.truncate(50 * MB)
    return path
