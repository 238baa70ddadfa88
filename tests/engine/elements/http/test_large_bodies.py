"""Large packed bodies are unpacked beside the event loop."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Awaitable, Callable

import pytest
from http_site import Answers, Site, page, sampled

from pyjm.engine.elements.samplers import http_result
from pyjm.engine.vu.user import User

OnSite = Callable[[Answers, Callable[[Site], Awaitable[None]]], None]
Users = Callable[..., User]
PACKED = "Content-Encoding: gzip"
LARGE = bytes(range(256)) * 4096


@pytest.fixture
def threads(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether each body was unpacked by the thread of the loop."""
    found: list[bool] = []
    decode = http_result.decode_body

    def watched(*how: object) -> bytes:
        found.append(threading.current_thread() is threading.main_thread())
        return decode(*how)  # type: ignore[arg-type]

    monkeypatch.setattr(http_result, "decode_body", watched)
    return found


@pytest.mark.parametrize(
    ("path", "props", "apart"),
    [
        ("/large", {}, [False]),
        ("/small", {}, [True]),
        ("/on", {"follow_redirects": True}, [False]),
        ("/broken", {}, [False, True]),
    ],
)
def test_only_large_bodies_go_to_a_thread(
    on_site: OnSite, users: Users, threads: list[bool], path: str, props: dict[str, bool], apart: list[bool]
) -> None:
    answers = {
        "/large": page(gzip.compress(LARGE), "200 OK", PACKED),
        "/small": page(gzip.compress(b"small" * 200), "200 OK", PACKED),
        "/on": page(b"", "302 Found", "Location: /large"),
        "/broken": page(gzip.compress(LARGE)[:-500] + b"x" * 492 + gzip.compress(LARGE)[-8:], "200 OK", PACKED),
    }

    async def scenario(site: Site) -> None:
        request, user = site.request({"path": path, **props}), users()
        request.keep_body = True
        result = await sampled(request, user)
        if path == "/broken":
            assert result.response_code == "Non HTTP response code: java.io.EOFException"
        else:
            assert (result.sub_results[-1] if result.sub_results else result).body in (LARGE, b"small" * 200)
        assert threads == apart
        request.thread_finished(user)

    on_site(answers, scenario)
