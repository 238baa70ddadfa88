"""The DNS Cache Manager with servers of the plan's own, held against live ones."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from support.live_dns import LiveDns, answering

from pyjm.engine.compile.build import Build
from pyjm.engine.elements.config import dns_servers
from pyjm.engine.elements.config.dns_cache_manager import DnsCacheManager
from pyjm.engine.elements.config.dns_servers import DnsServers, NoSuchName, OddName
from pyjm.engine.http.errors import WireError
from pyjm.engine.plan.tree import Node, Prop
from pyjm.engine.vu.user import User

Users = Callable[..., User]
RECORDS = {
    "one.test.": ["A 127.0.0.1"],
    "two.test.": ["A 127.0.0.9", "A 127.0.0.1"],
    "link.test.": ["CNAME one.test."],
    "lost.test.": ["CNAME nothing.test."],
    "ring.test.": ["CNAME gnir.test."],
    "gnir.test.": ["CNAME ring.test."],
    "six.test.": ["AAAA ::1"],
}


def manager(
    build: Build, *servers: str, clears: bool = False, hosts: tuple[tuple[str, str], ...] = ()
) -> DnsCacheManager:
    """Compile a manager with servers and hosts."""
    written: list[Prop] = [
        Node("StaticHost", props={"StaticHost.Name": name, "StaticHost.Address": address}) for name, address in hosts
    ]
    props: dict[str, Prop] = {
        "DNSCacheManager.servers": list(servers),
        "DNSCacheManager.hosts": written,
        "DNSCacheManager.isCustomResolver": True,
        "DNSCacheManager.clearEachIteration": clears,
    }
    return DnsCacheManager(Node("DNSCacheManager", path="Plan > dns", props=props), build)


def test_servers_are_asked_in_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        first, second = LiveDns(RECORDS), LiveDns(RECORDS)
        async with answering(first) as port, answering(second, "127.0.0.2", port):
            servers = DnsServers(["127.0.0.1", "127.0.0.2"], port)
            assert await servers.addresses("one.test") == ["127.0.0.1"]
            assert await servers.addresses("two.test") == ["127.0.0.9", "127.0.0.1"]
            assert await servers.addresses("link.test") == ["127.0.0.1"]
        assert (first.asked, second.asked) == (["one.test.", "link.test."], ["two.test.", "one.test."])

    asyncio.run(main())


@pytest.mark.parametrize("name", ["none.test", "lost.test", "ring.test", "six.test", "127.0.0.1"])
def test_a_name_without_an_address_is_unknown(name: str) -> None:
    async def main() -> None:
        async with answering(LiveDns(RECORDS, fails=name == "none.test")) as port:
            with pytest.raises(NoSuchName):
                await DnsServers(["127.0.0.1"], port).addresses(name)

    asyncio.run(main())


def test_the_next_server_is_asked_where_one_is_silent_or_gone() -> None:
    async def main() -> None:
        silent, live = LiveDns(RECORDS, silent=True), LiveDns(RECORDS)
        async with answering(silent) as port, answering(live, "127.0.0.2", port):
            servers = DnsServers(["127.0.0.3", "127.0.0.1", "127.0.0.2"], port, wait_s=0.05)
            assert await servers.addresses("one.test") == ["127.0.0.1"]
            with pytest.raises(NoSuchName):
                await DnsServers(["127.0.0.1"], port, wait_s=0.01).addresses("one.test")
        assert silent.asked == ["one.test."] * 4

    asyncio.run(main())


def test_a_text_that_is_no_name_is_said() -> None:
    with pytest.raises(OddName):
        asyncio.run(DnsServers(["127.0.0.1"]).addresses("a..b"))


def test_a_manager_remembers_for_each_user_and_forgets_if_it_is_to(
    monkeypatch: pytest.MonkeyPatch, build: Build, users: Users
) -> None:
    async def main(clears: bool) -> list[str]:
        live = LiveDns(RECORDS)
        async with answering(live) as port:
            monkeypatch.setattr(dns_servers.DnsServers.__init__, "__defaults__", (port, 1.0))
            found = manager(build, "127.0.0.1", clears=clears)
            for user in (users(0), users(1)):
                for _ in range(2):
                    found.iteration_start(user)
                    assert await found.resolver(user).addresses("one.test") == ["127.0.0.1"]
                    assert await found.resolver(user).addresses("one.test") == ["127.0.0.1"]
        return live.asked

    assert asyncio.run(main(False)) == ["one.test."] * 2
    assert asyncio.run(main(True)) == ["one.test."] * 4
    assert build.faults == []


def test_addresses_of_the_plan_are_asked_for_as_well(
    monkeypatch: pytest.MonkeyPatch, build: Build, users: Users
) -> None:
    async def main() -> list[str]:
        live = LiveDns(RECORDS)
        async with answering(live) as port:
            monkeypatch.setattr(dns_servers.DnsServers.__init__, "__defaults__", (port, 1.0))
            hosts = (("st.test", "none.invalid, 127.0.0.5,two.test"), ("bad.test", "none.invalid"))
            resolver = manager(build, "127.0.0.1", hosts=hosts).resolver(users())
            assert await resolver.addresses("st.test") == ["127.0.0.5", "127.0.0.9", "127.0.0.1"]
            for _ in range(2):
                with pytest.raises(WireError, match="Connection is closed"):
                    await resolver.addresses("bad.test")
            with pytest.raises(WireError, match="Failed to resolve host name"):
                await resolver.addresses("127.0.0.1")
        return live.asked

    literal = "127.0.0.5."
    assert asyncio.run(main()) == ["none.invalid.", literal, "two.test.", "none.invalid.", "127.0.0.1."]


def test_a_server_that_is_not_known_knows_nothing(build: Build, users: Users) -> None:
    resolver = manager(build, "no.such.invalid").resolver(users())
    with pytest.raises(WireError, match="failed to initialize resolver"):
        asyncio.run(resolver.addresses("one.test"))
