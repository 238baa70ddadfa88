"""Answers no server should give, as samples: JMeter's code and message, and nothing in the log."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from hostile_answers import HOSTILE
from http_site import Answers, Site, page, sampled

from pyjm.engine.vu.user import User

Run = Callable[[Answers, Callable[[Site], Awaitable[None]]], None]


def moved(to: str) -> bytes:
    return page(b"", "302 Found", f"Location: {to}")


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_answer_is_a_sample(
    name: str, on_site: Run, users: Callable[..., User], caplog: pytest.LogCaptureFixture
) -> None:
    case = HOSTILE[name]

    async def scenario(site: Site) -> None:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(case.raw)
            writer.close()

        async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            result = await sampled(site.request({"path": "/", "port": str(port), "response_timeout": "5000"}), users())
        if not case.kind:
            assert (result.success, result.body) == (True, case.text.encode("latin-1"))
        elif name != "only an interim answer":  # an end or a reset, as it comes
            assert (result.success, result.response_code, result.response_message) == (
                False,
                f"Non HTTP response code: {case.kind}",
                f"Non HTTP response message: {case.text.format(port=port)}",
            )

    on_site({}, scenario)
    assert not caplog.records


@pytest.mark.parametrize("mode", ["follow_redirects", "auto_redirects"])
@pytest.mark.parametrize("circle", [True, False])
def test_redirects_without_end_come_to_one(mode: str, circle: bool, on_site: Run, users: Callable[..., User]) -> None:
    answers = {f"/{at}": moved("/0" if circle else f"/{at + 1}") for at in range(10_000)}

    async def scenario(site: Site) -> None:
        request = site.request({"path": "/0", "follow_redirects": False, mode: True})
        result = await sampled(request, users())
        assert not result.success
        kind = "IOException" if mode == "follow_redirects" else "ClientProtocolException"
        assert result.response_code.endswith(kind)
        assert len(site.server.asked) <= 22

    on_site(answers, scenario)
