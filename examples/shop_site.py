"""A small shop on loopback: the target of the demo and of the plan shop.jmx beside it.

usage: shop_site.py [--port 8080] [--count-file counts.json]

Pages in HTML, an API in JSON, a login form with a hidden token and a session cookie, a cart, a checkout. It prints
one line, `listening on http://127.0.0.1:PORT`, and serves until it is interrupted. The count file says how many
requests it has answered.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import httptools
from shop import Answer, Request, Shop, page


class Connection(asyncio.Protocol):
    """One keep-alive connection of a visitor."""

    def __init__(self, shop: Shop, counts: dict[str, int]) -> None:
        self.shop = shop
        self.counts = counts
        self.parser = httptools.HttpRequestParser(self)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, chunk: bytes) -> None:
        try:
            self.parser.feed_data(chunk)
        except httptools.HttpParserError:
            self.transport.close()

    def on_message_begin(self) -> None:
        self.target, self.body, self.cookie, self.kind = b"", b"", "", ""

    def on_url(self, target: bytes) -> None:
        self.target += target

    def on_header(self, name: bytes, value: bytes) -> None:
        if name.lower() == b"cookie":
            self.cookie = value.decode("latin-1")
        elif name.lower() == b"content-type":
            self.kind = value.decode("latin-1")

    def on_body(self, chunk: bytes) -> None:
        self.body += chunk

    def on_message_complete(self) -> None:
        url = urlsplit(self.target.decode("latin-1"))
        form = dict(parse_qsl(url.query, keep_blank_values=True))
        if self.kind.startswith("application/x-www-form-urlencoded"):
            form |= parse_qsl(self.body.decode("latin-1"), keep_blank_values=True)
        key = dict(part.strip().partition("=")[::2] for part in self.cookie.split(";")).get("SHOPSESSION", "")
        method = self.parser.get_method().decode()
        request = Request(method, url.path, form, self.body, self.shop.sessions.get(key))
        try:
            answer = self.shop.answer(request)
        except (ValueError, KeyError, TypeError):
            answer = page("Bad request", "That can't be read.", 400)
        self.send(answer)

    def send(self, answer: Answer) -> None:
        """Count an answer and write it."""
        self.counts["requests"] += 1
        self.counts["redirects"] += answer.status == 302
        self.counts["errors"] += answer.status >= 400
        body = answer.body.encode()
        lines = [f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}", f"Content-Type: {answer.kind}"]
        lines += [*answer.headers, f"Content-Length: {len(body)}"]
        keep = self.parser.should_keep_alive()
        if not keep:
            lines.append("Connection: close")
        self.transport.write("\r\n".join([*lines, "", ""]).encode("latin-1") + body)
        if not keep:
            self.transport.close()


async def serve(port: int, count_file: Path | None) -> None:
    """Serve until interrupted, and keep the count file up to date."""
    counts = {"requests": 0, "redirects": 0, "errors": 0}
    shop, loop, stop = Shop(), asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):  # Windows has no signal handlers here; Ctrl-C still ends it
            loop.add_signal_handler(number, stop.set)
    server = await loop.create_server(lambda: Connection(shop, counts), "127.0.0.1", port, backlog=1024)
    sys.stdout.write(f"listening on http://127.0.0.1:{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    while not stop.is_set():
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(stop.wait(), 0.25)
        if count_file:
            write(count_file, counts)
    server.close()


def write(file: Path, counts: dict[str, int]) -> None:
    """Write the count file in one move, so that a reader never sees half of it."""
    new = file.with_name(file.name + ".new")
    new.write_text(json.dumps(counts) + "\n", encoding="utf-8")
    new.replace(file)


def main() -> int:
    """Read the options and serve."""
    parser = argparse.ArgumentParser(description="A small shop on loopback, to try a load test on.")
    parser.add_argument("--port", type=int, default=8080, help="0 takes a free one")
    parser.add_argument("--count-file", type=Path, help="where to write how many requests were answered")
    options = parser.parse_args()
    with suppress(ImportError):
        import uvloop

        uvloop.install()
    try:
        asyncio.run(serve(options.port, options.count_file))
    except KeyboardInterrupt:
        pass
    except OSError as error:
        sys.stderr.write(f"can't serve on port {options.port}: {error.strerror}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
