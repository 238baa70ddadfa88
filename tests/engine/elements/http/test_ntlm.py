"""Logins by NTLM, to servers and to proxies, against a gate that checks them."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from http_site import sampled
from support.live_ntlm import LiveNtlm

from pyjm.engine.compile.build import Build
from pyjm.engine.elements.config.auth_manager import AuthManager
from pyjm.engine.elements.samplers.http_request import HttpRequest
from pyjm.engine.http import ntlm
from pyjm.engine.http.auth import Credentials
from pyjm.engine.http.ntlm import Handshake, offered
from pyjm.engine.plan.tree import Node, Prop
from pyjm.engine.vu.result import SampleResult
from pyjm.engine.vu.user import User

Users = Callable[..., User]


def asked(build: Build, live: LiveNtlm, user: User, password: str, times: int, **more: str) -> list[SampleResult]:
    """Ask a gate some times as somebody of the domain dom."""

    async def main() -> list[SampleResult]:
        server = await asyncio.start_server(live.serve, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            proxy = live.status == "407"
            line = {"url": "", "username": "me", "password": password, "domain": "dom"}
            written = Node("Authorization", props={f"Authorization.{key}": value for key, value in line.items()})
            manager = AuthManager(Node("AuthManager", props={"AuthManager.auth_list": [written]}), build)
            build.configs = [] if proxy else [manager]
            props: dict[str, Prop] = {"domain": "127.0.0.1", "port": str(port), "path": "/x", "method": "GET", **more}
            if proxy:
                props |= {"domain": "far.away", "proxyHost": "127.0.0.1", "proxyPort": str(port)}
                props |= {"proxyUser": "me", "proxyPass": password}
            named: dict[str, Prop] = {f"HTTPSampler.{key}": value for key, value in props.items()}
            request = HttpRequest(
                Node(
                    "HTTPSamplerProxy",
                    name="req",
                    path="Plan > req",
                    props={**named, "HTTPSampler.use_keepalive": True},
                ),
                build,
            )
            found = [await sampled(request, user) for _ in range(times)]
            request.thread_finished(user)
            await live.over.wait()
            await asyncio.sleep(0)
            return found

    return asyncio.run(main())


def test_a_user_logs_in_once_to_a_connection(
    build: Build, users: Users, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = LiveNtlm(tmp_path, monkeypatch)
    first, second = asked(build, live, users(), "secret", 2)
    assert (first.response_code, first.text, second.text) == ("200", "hello", "hello")
    assert live.shown == ["Basic", "NTLM", "NTLM", "Basic"]
    assert live.users == ["DOM\\me"]


def test_a_wrong_password_ends_with_401(
    build: Build, users: Users, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = LiveNtlm(tmp_path, monkeypatch)
    [found] = asked(build, live, users(), "wrong", 1)
    assert (found.response_code, live.users) == ("401", [])
    assert live.shown == ["Basic", "NTLM", "NTLM"]


def test_a_user_logs_in_to_a_proxy(build: Build, users: Users, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    live = LiveNtlm(tmp_path, monkeypatch, proxy=True)
    build.properties["http.proxyDomain"] = "dom"
    found = asked(build, live, users(), "secret", 2)
    assert [each.text for each in found] == ["hello", "hello"]
    assert (live.shown, live.users) == (["", "NTLM", "NTLM", ""], ["DOM\\me"])


def test_a_proxy_that_does_not_know_a_user_says_407(
    build: Build, users: Users, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = LiveNtlm(tmp_path, monkeypatch, proxy=True)
    build.properties["http.proxyDomain"] = "dom"
    assert [each.response_code for each in asked(build, live, users(), "wrong", 2)] == ["407", "407"]
    assert live.shown == ["", "NTLM", "NTLM", ""]


def test_without_the_extra_the_refusal_stands_and_the_log_names_it_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "spnego", None)
    monkeypatch.setattr(ntlm, "_said", set())
    assert [Handshake(Credentials("me", "pw")).reply(["NTLM"]) for _ in range(2)] == [None, None]
    assert caplog.messages == ["a server asks for NTLM, for which pyjm needs its extra: pip install 'pyjm[ntlm]'"]


@pytest.mark.parametrize(
    ("fields", "token"),
    [
        (["NTLM"], ""),
        (["Negotiate", "ntlm"], ""),
        (["NTLM abc=="], "abc=="),
        (["Basic realm=x, NTLM"], ""),
        (["Basic"], None),
    ],
)
def test_a_challenge_is_found_among_others(fields: list[str], token: str | None) -> None:
    assert offered(fields) == token


def test_a_challenge_that_is_none_ends_the_login(caplog: pytest.LogCaptureFixture) -> None:
    handshake = Handshake(Credentials("me", "pw"))
    assert handshake.reply(["NTLM"]) is not None
    assert handshake.reply(["NTLM bm9uc2Vuc2U="]) is None
