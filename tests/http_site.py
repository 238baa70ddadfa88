"""An HTTP Request with config elements in its scope, and a server on loopback that answers by its path."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from pyjm.engine.compile.build import Build
from pyjm.engine.elements.config.cookie_manager import CookieManager
from pyjm.engine.elements.config.header_manager import HeaderManager
from pyjm.engine.elements.samplers.http_request import HttpRequest
from pyjm.engine.plan.tree import Node, Prop
from pyjm.engine.vu.result import SampleResult
from pyjm.engine.vu.user import User

Answers = dict[str, bytes]


def arguments(*pairs: tuple[str, str], **more: Prop) -> Node:
    """Write arguments; more properties go into each."""
    items: list[Prop] = [
        Node(
            "HTTPArgument",
            props={"Argument.name": name, "Argument.value": value, "Argument.metadata": "=", **more},
        )
        for name, value in pairs
    ]
    return Node("Arguments", props={"Arguments.arguments": items})


def headers(*pairs: tuple[str, str]) -> Node:
    """Write a Header Manager."""
    items: list[Prop] = [Node("Header", props={"Header.name": n, "Header.value": v}) for n, v in pairs]
    return Node("HeaderManager", gui="HeaderPanel", props={"HeaderManager.headers": items})


def cookies(*written: tuple[str, str], **more: Prop) -> Node:
    """Write a Cookie Manager with cookies for 127.0.0.1."""
    items: list[Prop] = [
        Node("Cookie", name=n, props={"Cookie.value": v, "Cookie.domain": "127.0.0.1", "Cookie.path": "/"})
        for n, v in written
    ]
    return Node("CookieManager", gui="CookiePanel", props={"CookieManager.cookies": items, **more})


class Server:
    """Answers each path with the bytes that stand for it, else with a small page; keeps what it was asked."""

    def __init__(self, answers: Answers) -> None:
        self.answers = answers
        self.asked: list[str] = []
        self.connections = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                length = next((int(x[15:]) for x in head.split("\r\n") if x.lower().startswith("content-length")), 0)
                body = (await reader.readexactly(length)).decode("latin-1")
                self.asked.append(head + body)
                path = head.split(" ")[1].partition("?")[0]
                answer = self.answers.get(path, page())
                writer.write(answer)
                await writer.drain()
                if not answer:
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


def page(body: bytes = b"page", status: str = "200 OK", *fields: str) -> bytes:
    """Write an answer."""
    lines = [f"HTTP/1.1 {status}", "Content-Type: text/html; charset=utf-8", f"Content-Length: {len(body)}", *fields]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Site:
    """A running server and what is sampled from it."""

    def __init__(self, build: Build, server: Server, port: int) -> None:
        self.build = build
        self.server = server
        self.port = port

    def request(self, props: dict[str, Prop], *config: Node) -> HttpRequest:
        """Compile an HTTP Request to the server, with config elements in its scope, innermost first."""
        kinds: dict[str, type] = {"HeaderManager": HeaderManager, "CookieManager": CookieManager}
        self.build.configs = [kinds[node.kind](node, self.build) for node in config]
        plain: dict[str, Prop] = {
            "domain": "127.0.0.1",
            "port": str(self.port),
            "method": "GET",
            "use_keepalive": True,
            "follow_redirects": True,
        }
        # JMeter writes these two with a small s
        written = {
            f"HTTP{'s' if key in ('Arguments', 'Files') else 'S'}ampler.{key}": value
            for key, value in {**plain, **props}.items()
        }
        return HttpRequest(Node("HTTPSamplerProxy", name="req", path="Plan > req", props=written), self.build)


async def sampled(request: HttpRequest, user: User) -> SampleResult:
    """Take one sample."""
    result = await request.sample(user, SampleResult(request.label.get(user), user.name))
    assert result is not None
    return result


def run_site(build: Build, answers: Answers, scenario: Callable[[Site], Awaitable[None]]) -> None:
    """Run a scenario against a server with these answers."""

    async def main() -> None:
        server = Server(answers)
        listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
        async with listening:
            await asyncio.wait_for(scenario(Site(build, server, listening.sockets[0].getsockname()[1])), 20)

    asyncio.run(main())
