"""HTTP Requests by HTTP/2: the samples are those of HTTP/1.1; the plugins' samplers, and what of them is refused."""

from __future__ import annotations

import asyncio
import gzip
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from http2_site import Answer, Http2Site, Server, server_context, serving
from http_site import arguments, cookies, headers, sampled
from support.live_proxy import LiveProxy
from tls_site import PASSWORD, jks

from pyjm.engine.compile.absent import fault_of
from pyjm.engine.compile.build import Build
from pyjm.engine.elements.config.auth_manager import AuthManager
from pyjm.engine.elements.config.cache_manager import CacheManager
from pyjm.engine.elements.config.config_defaults import ConfigDefaults
from pyjm.engine.elements.config.cookie_manager import CookieManager
from pyjm.engine.elements.config.header_manager import HeaderManager
from pyjm.engine.elements.config.keystore_config import KeystoreConfig
from pyjm.engine.elements.samplers.http2_sampler import Http2Request, Http2Sampler, OkuboSampler
from pyjm.engine.elements.samplers.http_request import HttpRequest
from pyjm.engine.elements.samplers.http_version import Version
from pyjm.engine.plan.tree import Node, Prop
from pyjm.engine.vu.result import SampleResult

KINDS: dict[str, type] = {
    "HeaderManager": HeaderManager,
    "CookieManager": CookieManager,
    "CacheManager": CacheManager,
    "AuthManager": AuthManager,
    "ConfigTestElement": ConfigDefaults,
}
Scenario = Callable[[Callable[..., Awaitable[SampleResult]]], Awaitable[None]]


@pytest.fixture
def sampling(build: Build, users: Callable[..., Any], tmp_path: Path) -> Callable[..., None]:
    """Run a scenario over TLS: `await take({property: value}, config element, …)` gives the sample of one user."""

    def held(site: Http2Site, scenario: Scenario, *protocols: str) -> None:
        user = users()

        async def main() -> None:
            context = server_context(tmp_path, *(protocols or ("h2",)), trusted=site.trusted)
            async with asyncio.timeout(20), serving(site, context):
                made: list[HttpRequest] = []
                configs: dict[Node, Any] = {}

                async def take(props: dict[str, Prop], *config: Node) -> SampleResult:
                    for node in config:
                        configs.setdefault(node, KINDS[node.kind](node, build))
                    build.configs = [configs[node] for node in config]
                    made.append(request(site, props, build))
                    for finish in build.finish:
                        finish()
                    build.finish.clear()
                    return await sampled(made[-1], user)

                try:
                    await scenario(take)
                finally:
                    for each in made:
                        each.thread_finished(user)
                    others = asyncio.all_tasks() - {asyncio.current_task()}
                    if others:
                        await asyncio.wait(others)  # the servers see the end

        asyncio.run(main())

    return held


def request(site: Http2Site, props: dict[str, Prop], build: Build) -> HttpRequest:
    plain: dict[str, Prop] = {
        "domain": "127.0.0.1",
        "port": str(site.port),
        "protocol": "https",
        "method": "GET",
        "use_keepalive": True,
        "follow_redirects": True,
        "implementation": "HTTP2",
    }
    written = {
        f"HTTP{'s' if key in ('Arguments', 'Files') else 'S'}ampler.{key}": value
        for key, value in {**plain, **props}.items()
    }
    return HttpRequest(Node("HTTPSamplerProxy", name="req", path="Plan > req", props=written), build)


def test_a_sample_is_as_by_http1_but_for_its_version(sampling: Callable[..., None]) -> None:
    site = Http2Site()

    async def scenario(take: Callable[..., Awaitable[SampleResult]]) -> None:
        first = await take({"path": "/a"}, headers(("X-One", "1"), ("Connection", "x"), (":path", "/b")))
        assert (first.response_code, first.response_message, first.success, first.text) == ("200", "OK", True, "page")
        assert first.response_headers == "HTTP/2.0 200 OK\ncontent-type: text/html; charset=utf-8\n"
        assert first.sent is not None
        agent = next(line for line in first.sent.head_text.splitlines() if line.startswith("User-Agent"))
        assert first.sent.head_text == f"X-One: 1\nHost: 127.0.0.1:{site.port}\n{agent}\n"
        assert first.header_bytes == 59
        assert first.body_bytes == 4
        assert first.sent_bytes == len(f"GET /a HTTP/2.0\r\nX-One: 1\r\nHost: 127.0.0.1:{site.port}\r\n{agent}\r\n\r\n")
        assert (await take({"path": "/b"})).connect_ms == 0

    sampling(site, scenario)
    assert site.connections == 1
    assert site.asked[0].fields[:5] == [
        (":method", "GET"),
        (":authority", f"127.0.0.1:{site.port}"),
        (":scheme", "https"),
        (":path", "/a"),
        ("x-one", "1"),
    ]


def test_bodies_redirects_cookies_packing(sampling: Callable[..., None]) -> None:
    site = Http2Site(
        {
            "/r": Answer("302", [("location", "/end"), ("set-cookie", "b=2; Path=/")], b"moved"),
            "/gz": Answer(fields=[("content-encoding", "gzip")], body=gzip.compress(b"hello")),
        }
    )

    async def scenario(take: Callable[..., Awaitable[SampleResult]]) -> None:
        posted = await take({"method": "POST", "Arguments": arguments(("a", "b c"))})
        assert posted.success
        assert site.asked[0].body == b"a=b+c"
        assert dict(site.asked[0].fields)["content-length"] == "5"
        moved = await take({"path": "/r"}, cookies(("a", "1")))
        assert [each.response_code for each in moved.sub_results or ()] == ["302", "200"]
        assert site.asked[-1][":path"] == "/end"
        assert site.asked[-1]["cookie"] == "a=1; b=2"
        assert (await take({"path": "/gz"})).text == "hello"
        assert (await take({"method": "HEAD"})).text == ""

    sampling(site, scenario)
    assert site.connections == 1


def test_credentials_and_validators(sampling: Callable[..., None]) -> None:
    async def locked(server: Server, stream: int) -> None:
        shown = dict(server.open[stream].fields).get("authorization")
        asking = Answer("401", [("www-authenticate", 'Digest realm="r", nonce="n", qop="auth"')], b"who")
        await server.send(stream, Answer() if shown else asking)

    site = Http2Site({"/kept": Answer(fields=[("etag", '"1"')])}, odd={"/locked": locked})
    login: dict[str, Prop] = {"Authorization.url": "https://127.0.0.1", "Authorization.username": "u"}
    login |= {"Authorization.password": "p", "Authorization.mechanism": "DIGEST"}
    auth = Node("AuthManager", gui="AuthPanel", props={"AuthManager.auth_list": [Node("Authorization", props=login)]})
    cache = Node("CacheManager", gui="CacheManagerGui", props={"useExpires": False})

    async def scenario(take: Callable[..., Awaitable[SampleResult]]) -> None:
        login["Authorization.url"] = f"https://127.0.0.1:{site.port}/"
        assert (await take({"path": "/locked"}, auth)).response_code == "200"
        assert site.asked[-1]["authorization"].startswith("Digest ")
        for _ in range(2):
            await take({"path": "/kept"}, cache)
        assert site.asked[-1]["if-none-match"] == '"1"'

    sampling(site, scenario)


def test_files_of_a_page_come_together_over_one_connection(sampling: Callable[..., None]) -> None:
    page = b"".join(b'<img src="/i%d">' % at for at in range(12))
    site = Http2Site({"/": Answer(body=page), **{f"/i{at}": Answer(held=True) for at in range(12)}})

    async def scenario(take: Callable[..., Awaitable[SampleResult]]) -> None:
        task = asyncio.ensure_future(
            take({"path": "/", "image_parser": True, "concurrentDwn": True, "concurrentPool": "12"})
        )
        while site.together < 12:  # noqa: ASYNC110
            await asyncio.sleep(0)
        site.gate.set()
        result = await task
        assert result.success
        assert len(result.sub_results or ()) == 13

    sampling(site, scenario)
    assert site.connections == 1


def test_a_failure_names_what_was_sent_and_the_servers_reason(sampling: Callable[..., None]) -> None:
    async def reset(server: Server, stream: int) -> None:
        server.http2.reset_stream(stream, 2)

    async def scenario(take: Callable[..., Awaitable[SampleResult]]) -> None:
        result = await take({"path": "/reset"})
        assert result.response_code == "Non HTTP response code: java.util.concurrent.ExecutionException"
        assert result.response_message == "Non HTTP response message: java.io.IOException: internal_error"
        assert result.sent is not None
        assert "Connection" not in result.sent.head_text
        assert not result.success

    sampling(Http2Site(odd={"/reset": reset}), scenario)


def test_a_server_may_choose_http1(sampling: Callable[..., None]) -> None:
    async def scenario(take: Callable[..., Awaitable[SampleResult]]) -> None:
        result = await take({"path": "/a"})
        assert result.response_headers.startswith("HTTP/1.1 200 OK\n")
        assert result.sent is not None
        assert result.sent.head_text.startswith("Connection: keep-alive\n")

    sampling(Http2Site(), scenario, "http/1.1")


def test_through_a_proxy_by_a_tunnel(sampling: Callable[..., None]) -> None:
    site = Http2Site()

    async def scenario(take: Callable[..., Awaitable[SampleResult]]) -> None:
        proxy = LiveProxy(site.port)
        server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
        async with server:
            port = str(server.sockets[0].getsockname()[1])
            for _ in range(2):
                result = await take({"proxyHost": "127.0.0.1", "proxyPort": port})
                assert result.response_headers.startswith("HTTP/2.0 200 OK\n")
            refusing = LiveProxy(site.port, refuses=b"HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno")
            other = await asyncio.start_server(refusing.serve, "127.0.0.1", 0)
            async with other:
                port = str(other.sockets[0].getsockname()[1])
                result = await take({"proxyHost": "127.0.0.1", "proxyPort": port})
                assert result.response_code == "403"

    sampling(site, scenario)
    assert site.connections == 1


def test_the_property_speaks_http2_for_all(sampling: Callable[..., None], build: Build) -> None:
    build.properties["pyjm.http.version"] = "2"

    async def scenario(take: Callable[..., Awaitable[SampleResult]]) -> None:
        assert (await take({"implementation": ""})).response_headers.startswith("HTTP/2.0")

    sampling(Http2Site(), scenario)


def test_another_value_of_the_property_is_a_fault_said_once(build: Build) -> None:
    build.properties["pyjm.http.version"] = "3"
    for _ in range(2):
        request(Http2Site(), {"implementation": ""}, build)
    assert [fault.problem for fault in build.faults] == ["the property pyjm.http.version=3 names no version of HTTP"]


def test_certificates_are_shown_by_turns_and_http2_is_spoken(
    sampling: Callable[..., None], build: Build, tmp_path: Path
) -> None:
    names = ("alice", "bob")
    (tmp_path / "keys.jks").write_bytes(jks(*names))
    build.system = {"javax.net.ssl.keyStore": str(tmp_path / "keys.jks"), "javax.net.ssl.keyStorePassword": PASSWORD}
    props: dict[str, Prop] = {"startIndex": "0", "endIndex": "-1", "preload": "True", "clientCertAliasVarName": ""}
    KeystoreConfig(Node("KeystoreConfig", name="ks", path="Plan > ks", props=props), build)
    site = Http2Site(trusted=names)

    async def scenario(take: Callable[..., Awaitable[SampleResult]]) -> None:
        for _ in range(2):
            assert (await take({"use_keepalive": False})).response_headers.startswith("HTTP/2.0")

    sampling(site, scenario)
    assert len(site.shown) == 2
    assert set(site.shown) <= set(names)


def test_in_cleartext_it_is_prior_knowledge(build: Build, users: Callable[..., Any]) -> None:
    async def main() -> None:
        site = Http2Site()
        async with serving(site):
            sampler = request(site, {"protocol": "http"}, build)
            user = users()
            result = await sampled(sampler, user)
            assert result.response_headers.startswith("HTTP/2.0 200 OK\n")
            assert site.asked[0][":scheme"] == "http"
            sampler.thread_finished(user)

    asyncio.run(main())


def sampler_of(cls: type[HttpRequest], build: Build, **props: Prop) -> HttpRequest:
    return cls(Node(cls.__name__, name="s", path="Plan > s", props=dict(props)), build)


VERSIONS: list[tuple[dict[str, Prop], Version, str]] = [
    ({}, Version.HTTP2_TLS, ""),
    ({"HTTP2Sampler.profile": "legacy"}, Version.HTTP1, ""),
    ({"HTTP2Sampler.enableHttp2": False}, Version.HTTP1, ""),
    ({"HTTP2Sampler.alpnEnabled": False}, Version.HTTP1, ""),
    ({"HTTP2Sampler.http2PriorKnowledge": True}, Version.HTTP2, ""),
    ({"HTTP2Sampler.http1_upgrade": True, "HTTPSampler.protocol": "https"}, Version.HTTP2_TLS, ""),
    ({"HTTP2Sampler.http1_upgrade": True}, Version.HTTP2_TLS, "an upgrade from HTTP/1.1"),
    ({"HTTP2Sampler.enableHttp1": False}, Version.HTTP2_TLS, "HTTP/1.1 is spoken with servers that choose it"),
    ({"HTTP2Sampler.enableHttp1": False, "HTTP2Sampler.enableHttp2": False}, Version.HTTP1, "HTTP/3"),
]


@pytest.mark.parametrize(("props", "version", "fault"), VERSIONS)
def test_what_the_plugin_is_told_to_speak(build: Build, props: dict[str, Prop], version: Version, fault: str) -> None:
    sampler = sampler_of(Http2Sampler, build, **props)
    assert sampler.version(Node("", props=props), Build({}, build.cells, build.base)) is version
    assert [each.problem.startswith(fault) for each in build.faults] == [True] * bool(fault)


@pytest.mark.parametrize("begin", ["blazemeter.http", "HTTP2Sampler", "httpJettyClient"])
def test_the_plugins_properties_hold_for_all_its_samplers(build: Build, begin: str) -> None:
    build.properties[f"{begin}.enableHttp2"] = "false"
    sampler = sampler_of(Http2Sampler, build)
    assert sampler.version(Node(""), build) is Version.HTTP1


def test_the_samplers_of_plugins(build: Build, users: Callable[..., Any], tmp_path: Path) -> None:
    async def main() -> None:
        site = Http2Site()
        user = users()
        async with serving(site, server_context(tmp_path, "h2")):
            port = str(site.port)
            plugin = sampler_of(
                Http2Sampler,
                build,
                **{
                    "HTTPSampler.domain": "127.0.0.1",
                    "HTTPSampler.port": port,
                    "HTTPSampler.protocol": "https",
                    "HTTPSampler.path": "/plugin",
                    "HTTPSampler.method": "GET",
                },
            )
            old = sampler_of(
                Http2Request,
                build,
                **{
                    "HTTP2Request.domain": "127.0.0.1",
                    "HTTPSampler.port": port,
                    "HTTP2Request.path": "/old",
                    "HTTP2Sampler.method": "POST",
                    "HTTP2Request.Arguments": arguments(("a", "b")),
                    "HTTP2Request.sync_request": False,
                },
            )
            first = sampler_of(
                OkuboSampler,
                build,
                **{
                    "HTTP2Sampler.domain": "127.0.0.1",
                    "HTTP2Sampler.port": port,
                    "HTTP2Sampler.path": "/first",
                    "HTTP2Sampler.method": "POST",
                },
            )
            for finish in build.finish:
                finish()
            for sampler in (plugin, old, first):
                result = await sampled(sampler, user)
                assert result.response_headers.startswith("HTTP/2.0 200 OK\n"), result.text
                sampler.thread_finished(user)
        asked = [(each[":method"], each[":path"], bytes(each.body)) for each in site.asked]
        assert asked == [("GET", "/plugin", b""), ("POST", "/old", b"a=b"), ("GET", "/first", b"")]
        assert "user-agent" not in dict(site.asked[0].fields)

    asyncio.run(main())
    assert [fault.fatal for fault in build.faults] == [False, False]


def test_the_plugins_defaults_complete_its_old_sampler(build: Build) -> None:
    gui = "com.blazemeter.jmeter.http2.sampler.gui.Http2DefaultsGui"
    props: dict[str, Prop] = {"HTTP2Request.domain": "shop", "HTTP2Request.protocol": "http"}
    build.configs = [ConfigDefaults(Node("ConfigTestElement", gui=gui, props=props), build)]
    sampler = sampler_of(Http2Request, build, **{"HTTP2Request.domain": "", "HTTP2Request.path": "/x"})
    assert (sampler.sampling.recipe.domain.constant, sampler.sampling.recipe.protocol.constant) == ("shop", "http")


def test_the_plugins_controller_is_refused_with_its_reason() -> None:
    assert "Parallel Controller" in fault_of("com.blazemeter.jmeter.http2.control.HTTP2Controller")


def test_the_library_is_loaded_where_it_is_asked_for() -> None:
    said = (
        "import sys; import pyjm.engine.elements; from pyjm.engine.compile.registry import discover\n"
        "discover(pyjm.engine.elements); sys.exit('h2' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", said], check=False).returncode == 0


def test_who_is_unknown_stays_refused(build: Build) -> None:
    request(Http2Site(), {"implementation": "http3"}, build)
    assert [fault.problem for fault in build.faults] == ["no HTTP implementation http3"]
