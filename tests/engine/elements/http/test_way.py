"""The way of an HTTP Request: the proxies of plan and run, and the address it comes from."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from http_site import Site, headers, page, sampled
from support.live_proxy import BASIC, LiveProxy

from pyjm.engine.compile.build import Build
from pyjm.engine.elements.samplers.http_connections import connections_of
from pyjm.engine.elements.samplers.http_request import HttpRequest
from pyjm.engine.elements.samplers.http_way import (
    login_name,
    run_proxy,
    run_socks,
    source_address,
    source_addresses,
    whole,
    written_address,
)
from pyjm.engine.http import names
from pyjm.engine.plan.tree import Node, Prop
from pyjm.engine.vu.user import User

Users = Callable[..., User]
OnSite = Callable[..., None]
ME = "Basic bWU6cHc="


async def beside(site: Site, scenario: Callable[[LiveProxy, int], Awaitable[None]], asks: str = "") -> None:
    """Run a scenario with a live proxy before the site."""
    live = LiveProxy(site.port, asks)
    async with await asyncio.start_server(live.serve, "127.0.0.1", 0) as listening:
        await scenario(live, listening.sockets[0].getsockname()[1])


def by(port: int, **more: Prop) -> dict[str, Prop]:
    return {"domain": "Far.away", "port": "", "proxyHost": "127.0.0.1", "proxyPort": str(port), **more}


def test_a_request_through_a_proxy_is_made_once(on_site: OnSite, users: Users) -> None:
    async def scenario(site: Site) -> None:
        async def proxied(live: LiveProxy, port: int) -> None:
            site.build.properties["pyjm.http.user_agent"] = "agent"
            request, user = site.request(by(port, path="/x")), users()
            first, second = await sampled(request, user), await sampled(request, user)
            head = "GET http://far.away/x HTTP/1.1\r\nConnection: keep-alive\r\nHost: Far.away\r\n"
            assert live.asked == [head + "Proxy-Connection: Keep-Alive\r\nUser-Agent: agent\r\n\r\n"] * 2
            assert (live.connections, request.sampling.recipe.ready is not None) == (1, True)
            assert [each.url for each in (first, second)] == ["http://Far.away/x"] * 2
            request.thread_finished(user)

        await beside(site, proxied)

    on_site({}, scenario)


def test_the_plans_own_fields_come_before_those_for_a_proxy(on_site: OnSite, users: Users) -> None:
    async def scenario(site: Site) -> None:
        async def proxied(live: LiveProxy, port: int) -> None:
            site.build.properties["pyjm.http.user_agent"] = "agent"
            request = site.request(by(port, path="/x"), headers(("proxy-connection", "mine"), ("Host", "other")))
            user = users()
            await sampled(request, user)
            lines = live.asked[0].split("\r\n")[1:-2]
            assert lines == ["Connection: keep-alive", "proxy-connection: mine", "Host: other", "User-Agent: agent"]
            request.thread_finished(user)

        await beside(site, proxied)

    on_site({}, scenario)


def test_credentials_are_seen_in_the_sample_and_remembered_for_the_user(on_site: OnSite, users: Users) -> None:
    async def scenario(site: Site) -> None:
        async def proxied(live: LiveProxy, port: int) -> None:
            request = site.request(by(port, path="/${v}", proxyUser="me", proxyPass="${w}"))
            user = users(v="a", w="pw")
            for _ in range(2):
                result = await sampled(request, user)
                assert (result.response_code, result.text) == ("200", "page")
                assert f"\nProxy-Authorization: {ME}\n" in result.request_headers
                assert result.sent_bytes == len(live.asked[-1])
            assert live.shown == ["", ME, ME]
            user.vars["w"] = "other"
            await sampled(request, user)
            assert live.shown[3] == ""
            request.thread_finished(user)

        await beside(site, proxied, BASIC)

    on_site({}, scenario)


def test_a_user_that_is_new_forgets_the_first_proxy(on_site: OnSite, users: Users) -> None:
    async def scenario(site: Site) -> None:
        async def proxied(live: LiveProxy, port: int) -> None:
            near = site.request(by(port, path="/x", proxyUser="me", proxyPass="pw"))
            far = site.request(by(port, path="/x", domain="far", proxyUser="me", proxyPass="pw"))
            user = users()
            user.same_user = False
            for iteration in range(2):
                user.iteration = iteration
                await sampled(near, user)
                await sampled(far, user)
            assert live.shown == ["", ME, "", ME, "", ME, ME]
            near.thread_finished(user)

        await beside(site, proxied, BASIC)

    on_site({}, scenario)


def test_the_runs_proxy_leaves_hosts_out_and_gives_way_to_the_plans(on_site: OnSite, users: Users) -> None:
    async def scenario(site: Site) -> None:
        async def proxied(live: LiveProxy, port: int) -> None:
            hosts = "127.0.0.1|*.near"
            told = {"http.proxyHost": "127.0.0.1", "http.proxyPort": "1", "http.nonProxyHosts": hosts}
            site.build.system.update(told)
            user = users()
            direct = await sampled(site.request({"path": "/x"}), user)
            assert (direct.response_code, live.asked) == ("200", [])
            refused = site.request({"path": "/x", "domain": "far.away"})
            assert "Connect to 127.0.0.1:1 " in (await sampled(refused, user)).response_message
            planned = await sampled(site.request(by(port, path="/x")), user)
            assert (planned.response_code, len(live.asked)) == ("200", 1)
            refused.thread_finished(user)

        await beside(site, proxied)

    on_site({}, scenario)


def test_a_request_comes_from_the_address_that_the_plan_names(on_site: OnSite, users: Users) -> None:
    async def scenario(site: Site) -> None:
        seen: list[Any] = []

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            seen.append(writer.get_extra_info("peername")[0])
            await site.server.serve(reader, writer)

        async with await asyncio.start_server(serve, "127.0.0.1", 0) as listening:
            port = str(listening.sockets[0].getsockname()[1])
            request, user = site.request({"port": port, "ipSource": "${place}"}), users(place="127.0.0.2")
            await sampled(request, user)
            await sampled(request, user)
            user.vars["place"] = "127.0.0.3"
            await sampled(request, user)
            assert seen == ["127.0.0.2", "127.0.0.3"]
            user.vars["place"] = "no.such.invalid"
            result = await sampled(request, user)
            assert result.response_code == "Non HTTP response code: java.net.UnknownHostException"
            assert (result.url, result.request_headers) == (f"http://127.0.0.1:{port}/", "")
            request.thread_finished(user)

    on_site({}, scenario)


def test_the_system_properties_name_a_socks_proxy(build: Build) -> None:
    assert run_socks(build) is None
    build.system.update({"socksProxyHost": "proxy", "java.net.socks.username": "me"})
    found = run_socks(build)
    assert found is not None
    assert (found[:5], found.serves("127.0.0.1")) == (("proxy", 1080, 5, "me", ""), False)
    more = {
        "socksProxyPort": "99",
        "socksProxyVersion": "4",
        "socksNonProxyHosts": "*.x",
    }
    build.system.update({**more, "java.net.socks.password": "p"})
    found = run_socks(build)
    assert found is not None
    assert (found[:5], found.serves("a.x"), found.serves("localhost")) == (("proxy", 99, 4, "me", "p"), False, False)
    build.system.update({"socksProxyPort": "none", "socksNonProxyHosts": ""})
    found = run_socks(build)
    assert found is not None
    assert (found.port, found.serves("localhost")) == (1080, True)
    build.system["java.net.socks.password"] = "p" * 256
    run_socks(build)
    assert [fault.fatal for fault in build.faults] == [True]


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("127.0.0.2", "127.0.0.2"),
        ("::1", "::1"),
        ("[::1]", "::1"),
        ("127.3", "127.0.0.3"),
        ("2130706434", "127.0.0.2"),
        ("localhost", ""),
        ("127.0.0.256", ""),
    ],
)
def test_addresses_are_read_as_java_reads_them(name: str, address: str) -> None:
    assert written_address(name) == address


@pytest.mark.parametrize(
    ("source", "kind", "why"),
    [
        ("x", 4, "Index 4 out of bounds for length 4"),
        ("x", -1, "Index -1 out of bounds for length 4"),
        ("no such", 1, "Cannot find interface no such"),
        (" 127.0.0.2", 0, " 127.0.0.2: Name or service not known"),
        ("0x7f.2", 0, "0x7f.2"),
    ],
)
def test_a_source_that_is_none_says_why(source: str, kind: int, why: str) -> None:
    address, wrong = source_address(source, kind)
    assert (address, wrong and wrong[1]) == ("", why)


@pytest.mark.parametrize(("text", "number"), [("8080", 8080), ("-3", -3), (" 1", 0), ("1_0", 0), ("", 0), ("abc", 0)])
def test_what_is_no_number_is_0(text: str, number: int) -> None:
    assert whole(text) == number


def test_a_domain_comes_before_the_users_name() -> None:
    assert [login_name(*each) for each in (("me", ""), ("me", "home"), ("", "home"))] == ["me", "HOME\\me", ""]


def test_a_port_that_is_none_is_said(build: Build) -> None:
    build.system.update({"http.proxyHost": "h", "http.proxyPort": "abc"})
    assert run_proxy(build, None) is None
    assert [fault.problem for fault in build.faults] == ["the system property http.proxyPort: abc is no port"]


def test_users_leave_from_the_addresses_of_the_run_by_turns(build: Build, users: Callable[..., User]) -> None:
    build.properties["pyjm.http.source_addresses"] = "127.0.0.2-127.0.0.3, 127.0.0.7"
    seen: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(writer.get_extra_info("peername")[0])
        writer.write(page())
        writer.close()

    async def main() -> None:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            props: dict[str, Prop] = {"HTTPSampler.domain": "127.0.0.1", "HTTPSampler.port": str(port)}
            props["HTTPSampler.method"] = "GET"
            request = HttpRequest(Node("HTTPSamplerProxy", name="req", path="Plan > req", props=props), build)
            for finish in build.finish:
                finish()
            for number in range(4):
                user = users(number)
                await sampled(request, user)
                request.thread_finished(user)
            await asyncio.sleep(0)

    asyncio.run(main())
    assert seen == ["127.0.0.2", "127.0.0.3", "127.0.0.7", "127.0.0.2"]
    assert build.faults == []


@pytest.mark.parametrize(
    ("own", "listed", "leaving", "faults"),
    [
        ("127.0.0.5", "", ["127.0.0.5"], []),
        ("127.0.0.5", "127.0.0.6", ["127.0.0.6"], []),
        ("no.such.host.invalid", "", [], [False]),
    ],
)
def test_all_users_leave_from_the_address_that_jmeters_property_names(
    build: Build, own: str, listed: str, leaving: list[str], faults: list[bool]
) -> None:
    build.properties.update({"httpclient.localaddress": own, "pyjm.http.source_addresses": listed})
    assert source_addresses(build) == leaving
    assert [fault.fatal for fault in build.faults] == faults


@pytest.mark.parametrize("key", ["httpclient.socket.http.cps", "httpclient.socket.https.cps"])
def test_connections_that_are_to_be_slow_are_refused(build: Build, key: str) -> None:
    build.properties[key] = "1000"
    connections_of(build)
    assert [(fault.problem, fault.fatal) for fault in build.faults] == [
        (f"the property {key}: connections are not slowed down", True)
    ]


@pytest.mark.parametrize("listed", ["here", "127.0.0.3-127.0.0.2", "127.0.0.1-::2", "192.0.2.77"])
def test_addresses_of_the_run_that_are_none_of_this_machine_are_faults(build: Build, listed: str) -> None:
    build.properties["pyjm.http.source_addresses"] = listed
    source_addresses(build)
    assert [fault.fatal for fault in build.faults] == [True]


def test_a_source_that_is_a_name_is_looked_up_once_in_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def lookup(host: str, *rest: object, **more: object) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.4", 0))]

    monkeypatch.setattr(names, "_local", {})
    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    assert [source_address("here.test", 0) for _ in range(3)] == [("127.0.0.4", None)] * 3
    assert asked == ["here.test"]
