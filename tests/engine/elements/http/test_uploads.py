"""Large files that an HTTP Request sends: on the wire and in the sample as small ones, but never read as a whole."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from http_site import Answers, Server, Site, arguments, headers, page, sampled

from pyjm.engine.compile.build import Build
from pyjm.engine.elements.config.auth_manager import AuthManager
from pyjm.engine.elements.samplers import http_files
from pyjm.engine.elements.samplers.http_files import HELD_MAX
from pyjm.engine.elements.samplers.http_request import HttpRequest
from pyjm.engine.http import expecting
from pyjm.engine.http.auth import Challenge, Credentials, digest
from pyjm.engine.http.body import Pieces, Stretch
from pyjm.engine.plan.tree import Node, Prop
from pyjm.engine.vu.result import SampleResult
from pyjm.engine.vu.user import User

OnSite = Callable[[Answers, Callable[[Site], Awaitable[None]]], None]
Users = Callable[..., User]
SIZE = 3 * HELD_MAX + 5
CONTENT = hashlib.shake_128(b"large").digest(SIZE)
IMPLEMENTATIONS = ["HttpClient4", "Java"]


@pytest.fixture
def large(tmp_path: Path) -> Path:
    path = tmp_path / "large.bin"
    path.write_bytes(CONTENT)
    return path


@pytest.fixture
def unread(monkeypatch: pytest.MonkeyPatch) -> None:
    """See that nobody reads a file as a whole."""

    def refused(path: Path) -> bytes:
        raise AssertionError(path)

    monkeypatch.setattr(Path, "read_bytes", refused)


def files(*written: tuple[Path, str, str]) -> Node:
    """Write files: path, parameter, type."""
    items: list[Prop] = [
        Node("HTTPFileArg", props={"File.path": str(path), "File.paramname": name, "File.mimetype": mime})
        for path, name, mime in written
    ]
    return Node("HTTPFileArgs", props={"HTTPFileArgs.files": items})


def body_of(asked: str) -> str:
    return asked.partition("\r\n\r\n")[2]


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS)
@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_a_file_is_the_body(on_site: OnSite, users: Users, large: Path, implementation: str, method: str) -> None:
    async def scenario(site: Site) -> None:
        sent: dict[str, Prop] = {"method": method, "implementation": implementation, "Files": files((large, "", "a/b"))}
        request, user = site.request({"path": "/", **sent}), users()
        found = [await sampled(request, user) for _ in range(2)]
        request.thread_finished(user)
        asked = site.server.asked
        for result, each in zip(found, asked, strict=True):
            assert body_of(each).encode("latin-1") == CONTENT
            assert f"Content-Length: {SIZE}\r\n" in each
            assert result.response_code == "200"
            assert result.sent_bytes == (0 if implementation == "Java" else len(each))
            assert "<actual file content, not shown here>" in result.sampler_data
            assert f"Content-Length: {SIZE}\n" in result.request_headers
            assert len(result.sampler_data) + len(result.request_headers) < 1000
        assert site.server.connections == 1

    on_site({}, scenario)


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS)
@pytest.mark.parametrize("browser_like", [False, True])
def test_parts_are_those_that_a_small_file_would_be_in(
    on_site: OnSite,
    users: Users,
    large: Path,
    monkeypatch: pytest.MonkeyPatch,
    implementation: str,
    browser_like: bool,
) -> None:
    small = large.with_name("small.txt")
    small.write_bytes(b"small")
    written = files((large, "one", "a/b"), (small, "two", "text/plain"), (large, "three", "c/d"))

    async def scenario(site: Site) -> None:
        props: dict[str, Prop] = {
            "path": "/",
            "method": "POST",
            "implementation": implementation,
            "BROWSER_COMPATIBLE_MULTIPART": browser_like,
            "Arguments": arguments(("x", "1 2"), ("y", "z")),
            "Files": written,
        }
        seen = []
        for held in (HELD_MAX, 1 << 30):
            monkeypatch.setattr(http_files, "HELD_MAX", held)
            request, user = site.request(props), users()
            result = await sampled(request, user)
            request.thread_finished(user)
            asked = site.server.asked[-1]
            found = re.search(r"boundary=(\S+)", asked)
            assert found is not None
            boundary = found[1]
            length = int(asked.partition("Content-Length: ")[2].partition("\r\n")[0])
            assert length == len(body_of(asked)) > 2 * SIZE
            assert result.sent_bytes == (0 if implementation == "Java" else len(asked))
            shown = (asked, result.sampler_data, result.request_headers)
            assert shown[1].count("<actual file content, not shown here>") == 3
            seen.append([re.sub(r"Length: \d+", "", each.replace(boundary, "BOUNDARY")) for each in shown])
        assert seen[0] == seen[1]

    on_site({}, scenario)


@pytest.mark.usefixtures("unread")
def test_up_to_the_limit_it_is_held_and_beyond_it_is_not(on_site: OnSite, users: Users, tmp_path: Path) -> None:
    at_limit, beyond = tmp_path / "at", tmp_path / "beyond"
    for path, size in ((at_limit, HELD_MAX), (beyond, HELD_MAX + 1)):
        with path.open("wb") as file:
            file.truncate(size)

    async def scenario(site: Site) -> None:
        user = users()
        for path in (beyond, at_limit):
            request = site.request({"path": "/", "method": "POST", "Files": files((path, "", ""))})
            if path is at_limit:
                with pytest.raises(AssertionError, match="at"):
                    await sampled(request, user)
            else:
                assert (await sampled(request, user)).response_code == "200"
        assert [body_of(each) for each in site.server.asked] == ["\0" * (HELD_MAX + 1)]

    on_site({}, scenario)


def test_a_redirect_that_keeps_the_body_keeps_it(on_site: OnSite, users: Users, large: Path) -> None:
    async def scenario(site: Site) -> None:
        props: dict[str, Prop] = {"path": "/from", "method": "POST", "follow_redirects": False, "auto_redirects": True}
        request, user = site.request({**props, "Files": files((large, "", "a/b"))}), users()
        result = await sampled(request, user)
        request.thread_finished(user)
        assert (result.response_code, result.url) == ("200", f"http://127.0.0.1:{site.port}/to")
        assert [each.partition(" HTTP")[0] for each in site.server.asked] == ["POST /from", "POST /to"]
        assert [body_of(each).encode("latin-1") == CONTENT for each in site.server.asked] == [True, True]

    on_site({"/from": page(b"", "307 On", "Location: /to")}, scenario)


def test_a_body_that_is_expected_waits(
    on_site: OnSite, users: Users, large: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(expecting, "WAIT_S", 0.05)

    async def scenario(site: Site) -> None:
        props: dict[str, Prop] = {"path": "/", "method": "PUT", "Files": files((large, "", "a/b"))}
        request, user = site.request(props, headers(("Expect", "100-continue"))), users()
        result = await sampled(request, user)
        request.thread_finished(user)
        assert (result.response_code, result.sent_bytes) == ("200", len(site.server.asked[0]))
        assert result.elapsed_ms >= 49
        assert body_of(site.server.asked[0]).encode("latin-1") == CONTENT

    on_site({}, scenario)


@pytest.mark.parametrize("quality", ["auth", "auth-int"])
def test_credentials_that_are_asked_for_come_with_it_once_more(
    build: Build, users: Users, large: Path, quality: str
) -> None:
    asks = f'WWW-Authenticate: Digest realm="r", nonce="n", qop="{quality}"'
    server = Server({"/x": page(b"who", "401 Who", asks)})

    async def main() -> SampleResult:
        listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
        async with listening:
            port = str(listening.sockets[0].getsockname()[1])
            line = {"url": "", "username": "me", "password": "pw"}
            written = Node("Authorization", props={f"Authorization.{key}": value for key, value in line.items()})
            build.configs = [AuthManager(Node("AuthManager", props={"AuthManager.auth_list": [written]}), build)]
            props: dict[str, Prop] = {"domain": "127.0.0.1", "port": port, "path": "/x", "method": "PUT"}
            named: dict[str, Prop] = {f"HTTPSampler.{key}": value for key, value in props.items()}
            named |= {"HTTPSampler.use_keepalive": True, "HTTPsampler.Files": files((large, "", "a/b"))}
            request = HttpRequest(Node("HTTPSamplerProxy", name="req", path="Plan > req", props=named), build)
            user = users()
            result = await sampled(request, user)
            request.thread_finished(user)
            return result

    result = asyncio.run(main())
    assert result.response_code == "401"
    assert [body_of(each).encode("latin-1") == CONTENT for each in server.asked] == [True, True]
    assert ["Authorization: Digest" in each for each in server.asked] == [False, True]
    assert f"qop={quality}" in server.asked[1]


def test_its_hash_is_that_of_its_bytes(large: Path) -> None:
    body = Pieces([b"a", Stretch(large, SIZE), b"b"])
    challenge = Challenge("digest", {"realm": "r", "nonce": "n", "qop": "auth-int"})
    me = Credentials("me", "pw")
    made = [
        digest(challenge, me, "PUT", "/x", each, client_nonce="c")
        for each in (body, b"a" + CONTENT + b"b", b"other")
    ]
    assert made[0] == made[1] != made[2]
