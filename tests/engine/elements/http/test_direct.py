"""Samples that are made without a coroutine are those that one makes: whatever the answer, and when they are cut."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from http_site import Site, page

from pyjm.engine.elements.samplers.http_request import HttpRequest
from pyjm.engine.vu.drive import Drive, Ready
from pyjm.engine.vu.result import SampleResult
from pyjm.engine.vu.step import Scope, Step
from pyjm.engine.vu.user import User

Users = Callable[..., User]
OnSite = Callable[..., None]

MOVED = b"HTTP/1.1 302 Found\r\nLocation: /there\r\nContent-Length: 0\r\n\r\n"
TIMES = 3


class Rows:
    """Keeps the samples that are handed out."""

    once = False

    def __init__(self) -> None:
        self.results: list[SampleResult] = []

    def add(self, _: User, result: SampleResult) -> None:
        self.results.append(result)


class Loop:
    """A main controller that gives one step so many times."""

    def __init__(self, step: Step, times: int = TIMES) -> None:
        self.step = step
        self.left = times

    def cursor(self, _: User) -> Any:
        return self

    def next(self) -> Step | None:
        self.left -= 1
        return self.step if self.left >= 0 else None

    def is_done(self) -> bool:
        return self.left < 0


def step_of(request: HttpRequest, rows: Rows) -> Step:
    return Step(request, [], [], [], Scope([], [rows]), [])


def life_of(user: User, step: Step, *, driven: bool) -> asyncio.Task[None]:
    drive = user.drive = Drive(Ready()) if driven else None
    running = user.run(Loop(step))  # type: ignore[arg-type]

    async def live() -> None:
        await (running if drive is None else drive.run(running))

    return asyncio.get_running_loop().create_task(live())


def shown(result: SampleResult) -> tuple[Any, ...]:
    below = [shown(sub) for sub in result.sub_results or ()]
    return result.label, result.response_code, result.response_message, result.success, result.bytes, result.url, below


@pytest.mark.parametrize(
    "answer", [page(), MOVED, page(status="500 Oops"), page(status="401 No"), page(b"x" * 5000), b"?\r\n\r\n", b""]
)
def test_it_makes_the_samples_of_the_coroutine(on_site: OnSite, users: Users, answer: bytes) -> None:
    async def scenario(site: Site) -> None:
        made: list[list[tuple[Any, ...]]] = []
        for driven in (False, True):
            rows = Rows()
            request = site.request({"path": "/", "response_timeout": "300"})
            await asyncio.wait_for(life_of(users(), step_of(request, rows), driven=driven), 10)
            made.append([shown(result) for result in rows.results])
        assert len(made[1]) == TIMES
        assert made[0] == made[1]

    on_site({"/": answer}, scenario)


def test_one_without_a_coroutine_is_made_where_a_connection_is_kept(
    on_site: OnSite, users: Users, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario(site: Site) -> None:
        rows = Rows()
        step = step_of(site.request({"path": "/"}), rows)
        assert step.direct is not None
        user = users()
        await asyncio.wait_for(life_of(user, step, driven=True), 10)
        assert [result.response_code for result in rows.results] == ["200"] * TIMES
        assert site.server.connections == 1
        assert [result.connect_ms > 0 or result is rows.results[0] for result in rows.results] == [True, False, False]
        assert user.sampling is False

    on_site({}, scenario)


@pytest.mark.parametrize("before", [0, 1])
def test_a_stop_cuts_the_sample_that_waits(on_site: OnSite, users: Users, before: int) -> None:
    async def scenario(site: Site) -> None:
        came, held = asyncio.Event(), asyncio.Event()
        serve_page = page()

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            for number in range(before + 1):
                await reader.readuntil(b"\r\n\r\n")
                if number == before:
                    came.set()
                    await held.wait()
                writer.write(serve_page)
            writer.close()

        async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
            rows, user = Rows(), users()
            request = site.request({"path": "/", "port": str(server.sockets[0].getsockname()[1])})
            task = life_of(user, step_of(request, rows), driven=True)
            await asyncio.wait_for(came.wait(), 10)
            assert user.sampling
            user.end()
            task.cancel()
            await asyncio.wait_for(asyncio.wait([task]), 10)
            held.set()
        codes = [result.response_code for result in rows.results]
        assert codes == ["200"] * before + ["Non HTTP response code: java.net.SocketException"]
        assert rows.results[-1].response_message == "Non HTTP response message: Socket closed"

    on_site({}, scenario)
