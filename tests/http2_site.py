"""A target that speaks HTTP/2, and HTTP/1.1 where a client wants that: answers by path, and keeps what it was asked."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding
from h2 import events
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.exceptions import ProtocolError
from h2.settings import SettingCodes
from tls_site import made, pem

Fields = list[tuple[str, str]]


@dataclass
class Asked:
    """One request: on which connection and stream, its fields in their order, its body."""

    connection: int
    stream: int
    fields: Fields
    body: bytearray = field(default_factory=bytearray)

    def __getitem__(self, name: str) -> str:
        return dict(self.fields)[name]


@dataclass
class Answer:
    """What a path answers. `interim` come first; `held` waits until the site's `gate` is open."""

    status: str = "200"
    fields: Fields = field(default_factory=lambda: [("content-type", "text/html; charset=utf-8")])
    body: bytes = b"page"
    trailers: Fields = field(default_factory=list)
    interim: list[Fields] = field(default_factory=list)
    held: bool = False


@dataclass
class Http2Site:
    """Answers each path with what stands for it, else with a small page; unknown ones with 404.

    `most` is how many streams a client may open, None to say nothing of it. `odd` does something else for its paths.
    Over TLS it wants the certificate of one of `trusted`, if there are any, and keeps the names it was `shown`.
    """

    answers: dict[str, Answer] = field(default_factory=dict)
    most: int | None = None
    odd: dict[str, Callable[[Server, int], Awaitable[None]]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0
    together: int = 0
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    port: int = 0
    trusted: Sequence[str] = ()
    shown: list[str] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        self.connections += 1
        tls = writer.get_extra_info("ssl_object")
        if tls is not None and self.trusted:
            self.shown.append(tls.getpeercert()["subject"][0][0][1])
        try:
            if tls is not None and tls.selected_alpn_protocol() != "h2":
                await self.serve_http1(reader, writer)
            else:
                await Server(self, reader, writer, self.connections).run()
        except (ConnectionError, asyncio.IncompleteReadError, ProtocolError, ssl.SSLError):
            pass
        finally:
            writer.close()
            with contextlib.suppress(OSError, ssl.SSLError):
                await writer.wait_closed()

    async def serve_http1(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Speak HTTP/1.1: each path its body."""
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            path = head[0].split(" ")[1]
            fields = [(name, value) for line in head[1:] for name, colon, value in [line.partition(": ")] if colon]
            self.asked.append(Asked(self.connections, 0, [(":path", path), *fields]))
            body = self.answers.get(path, Answer()).body
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))


class Server:
    """The site's side of one connection."""

    def __init__(
        self, site: Http2Site, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int
    ) -> None:
        self.site = site
        self.reader = reader
        self.writer = writer
        self.number = number
        self.open: dict[int, Asked] = {}
        self.tasks: set[asyncio.Task[None]] = set()
        self.moved = asyncio.Event()
        self.http2 = H2Connection(H2Configuration(client_side=False, header_encoding="latin-1"))

    async def run(self) -> None:
        """Speak until the client is gone."""
        self.http2.initiate_connection()
        if self.site.most is not None:
            self.http2.update_settings({SettingCodes.MAX_CONCURRENT_STREAMS: self.site.most})
        await self.flush()
        try:
            while data := await self.reader.read(65_536):
                for event in self.http2.receive_data(data):
                    self.take(event)
                await self.flush()
        finally:
            for task in self.tasks:
                task.cancel()

    async def flush(self) -> None:
        """Send what is to be sent."""
        self.writer.write(self.http2.data_to_send())
        await self.writer.drain()

    def take(self, event: events.Event) -> None:
        """Take what the client does."""
        if isinstance(event, events.RequestReceived):
            self.open[event.stream_id] = asked = Asked(self.number, event.stream_id, list(event.headers))
            self.site.asked.append(asked)
            self.site.together = max(self.site.together, len(self.open))
        elif isinstance(event, events.DataReceived):
            self.open[event.stream_id].body += event.data
            self.http2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        elif isinstance(event, events.StreamEnded):
            task = asyncio.create_task(self.answer(event.stream_id))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)
        elif isinstance(event, (events.WindowUpdated, events.RemoteSettingsChanged)):
            self.moved.set()

    async def answer(self, stream: int) -> None:
        """Answer one request."""
        path = self.open[stream][":path"].partition("?")[0]
        with contextlib.suppress(ProtocolError, ConnectionError):
            if path in self.site.odd:
                await self.site.odd[path](self, stream)
                await self.flush()
            else:
                await self.send(stream, self.site.answers.get(path, Answer()))
        self.open.pop(stream, None)

    async def send(self, stream: int, answer: Answer) -> None:
        """Send an answer."""
        if answer.held:
            await self.site.gate.wait()
        for fields in answer.interim:
            self.http2.send_headers(stream, fields)
        body = b"" if self.open[stream][":method"] == "HEAD" else answer.body
        ends = not body and not answer.trailers
        self.http2.send_headers(stream, [(":status", answer.status), *answer.fields], end_stream=ends)
        view = memoryview(body)
        while view:
            self.moved.clear()
            room = min(self.http2.local_flow_control_window(stream), self.http2.max_outbound_frame_size)
            if room <= 0:
                await self.flush()
                await self.moved.wait()
                continue
            piece, view = view[:room], view[room:]
            self.http2.send_data(stream, bytes(piece), end_stream=not view and not answer.trailers)
            await self.flush()
        if answer.trailers:
            self.http2.send_headers(stream, answer.trailers, end_stream=True)
        await self.flush()


def server_context(folder: Path, *protocols: str, trusted: Sequence[str] = ()) -> ssl.SSLContext:
    """Make a server's TLS context that chooses of these protocols, and wants the certificate of one of `trusted`."""
    (folder / "target.pem").write_bytes(pem("target"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "target.pem")
    context.set_alpn_protocols(list(protocols))
    if trusted:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(cadata=b"".join(made(name, 2)[1].public_bytes(Encoding.DER) for name in trusted))
    return context


@contextlib.asynccontextmanager
async def serving(site: Http2Site, context: ssl.SSLContext | None = None) -> AsyncIterator[Http2Site]:
    """Serve on a free port of loopback; at the end every connection is seen to its end."""
    running: set[asyncio.Task[None]] = set()

    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        running.add(task)
        try:
            await site.serve(reader, writer)
        except asyncio.CancelledError:
            pass
        finally:
            running.discard(task)

    server = await asyncio.start_server(one, "127.0.0.1", 0, ssl=context)
    site.port = server.sockets[0].getsockname()[1]
    try:
        yield site
    finally:
        server.close()
        for task in list(running):
            task.cancel()
        if running:
            await asyncio.wait(running)
