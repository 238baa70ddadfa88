"""What one keep-alive GET costs this process: our exchange beside a bare loop of the same event loop and httptools.

usage: python tests/bench/bench_http_wire.py [requests per round] [--plain-loop]

CPU time of this process, kernel included, per request; the server is another process. Rounds take turns, the best of
each counts, and the ratio is of one run. "fresh heads": a server no two of whose heads are alike.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable

import httptools

from pyjm.engine.http.call import Call
from pyjm.engine.http.connect import Dialler, Origin
from pyjm.engine.http.request import request_bytes
from pyjm.engine.http.table import Table

User = Callable[[int, int], Awaitable[None]]

USERS = 32
ROUNDS = 10
BODY = b"x" * 512
HEAD = (
    b"HTTP/1.1 200 OK\r\nServer: bench\r\nDate: Fri, 20 Nov 2026 00:00:00 GMT\r\nContent-Type: text/html\r\n"
    b"Cache-Control: no-cache\r\nX-Request-Id: %08d\r\nContent-Length: 512\r\nConnection: keep-alive\r\n\r\n"
)
FIELDS = [("Connection", "keep-alive"), ("Host", "127.0.0.1"), ("User-Agent", "bench")]


class Server(asyncio.Protocol):
    """Answer each request without looking at it; to /fresh with a head of its own."""

    answered = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        if data.startswith(b"GET /fresh"):
            Server.answered += 1
        self.transport.write(HEAD % Server.answered + BODY)  # type: ignore[attr-defined]


async def serve() -> None:
    server = await asyncio.get_running_loop().create_server(Server, "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


class Bare(asyncio.Protocol):
    """The least a client can do: write, parse, wake the waiter with the body."""

    def __init__(self) -> None:
        self.body = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def get(self, request: bytes) -> asyncio.Future[bytes]:
        self.waiter: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self.parser = httptools.HttpResponseParser(self)
        self.transport.write(request)  # type: ignore[attr-defined]
        return self.waiter

    def data_received(self, data: bytes) -> None:
        self.parser.feed_data(data)

    def on_body(self, body: bytes) -> None:
        self.body = body

    def on_message_complete(self) -> None:
        self.waiter.set_result(self.body)


def bare(path: str) -> User:
    async def user(port: int, count: int) -> None:
        _, protocol = await asyncio.get_running_loop().create_connection(Bare, "127.0.0.1", port)
        request = request_bytes("GET", path, FIELDS)
        for _ in range(count):
            await protocol.get(request)
        protocol.transport.close()  # type: ignore[attr-defined]

    return user


def ours(path: str, timeout_s: float | None) -> User:
    async def user(port: int, count: int) -> None:
        table = Table(Dialler())
        origin = Origin("http", "127.0.0.1", port)
        request = request_bytes("GET", path, FIELDS)
        for _ in range(count):
            await table.exchange(Call(origin, request, response_s=timeout_s))
        table.close()

    return user


async def measure(user: User, port: int, count: int) -> float:
    """CPU microseconds per request."""
    began = time.process_time()
    await asyncio.gather(*[user(port, count // USERS) for _ in range(USERS)])
    return (time.process_time() - began) / (count // USERS * USERS) * 1e6


async def run(port: int, count: int) -> None:
    kinds = {
        "bare loop": bare("/"),
        "bare, fresh heads": bare("/fresh"),
        "ours": ours("/", None),
        "ours, timeout set": ours("/", 30.0),
        "ours, fresh heads": ours("/fresh", None),
    }
    best = dict.fromkeys(kinds, float("inf"))
    for _ in range(ROUNDS):
        for name, user in kinds.items():
            best[name] = min(best[name], await measure(user, port, count))
    for name, cost_us in best.items():
        sys.stdout.write(f"{name:20} {cost_us:6.2f} us CPU per GET   ratio {cost_us / best['bare loop']:.2f}\n")


def main() -> None:
    plain = "--plain-loop" in sys.argv
    loop_factory: Callable[[], asyncio.AbstractEventLoop] | None = None
    if not plain:
        import uvloop

        loop_factory = uvloop.new_event_loop
    numbers = [int(word) for word in sys.argv[1:] if word.isdigit()]
    with asyncio.Runner(loop_factory=loop_factory) as runner:
        if "--serve" in sys.argv:
            runner.run(serve())
            return
        command = [sys.executable, __file__, "--serve", *(["--plain-loop"] if plain else [])]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout is not None
            try:
                runner.run(run(int(server.stdout.readline()), numbers[0] if numbers else 40_000))
            finally:
                server.terminate()


if __name__ == "__main__":
    main()
