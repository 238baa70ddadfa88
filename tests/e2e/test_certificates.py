"""Two servers, each with a keystore of its own, load a target that wants certificates, over TLS on all sides."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from e2e.test_servers import Machines
from fuzz.writing import arguments, debug, element, flag, group, plan, text
from tls_site import PASSWORD, jks, serving

OF_ONE, OF_TWO = ("alice", "bob"), ("carol", "dave")


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[Machines]:
    found = Machines(tmp_path)
    yield found
    for process in found.started:
        process.clear()


def written(port: int, variable: str) -> str:
    """Write a plan of two users that ask who they are taken for, on a new connection each time."""
    keys = text("startIndex", 0) + text("endIndex", -1) + text("preload", "True")
    config = element("KeystoreConfig", "keys", keys + text("clientCertAliasVarName", variable))
    who = element(
        "RegexExtractor",
        "who",
        text("RegexExtractor.refname", "who")
        + text("RegexExtractor.regex", r"(\w+) TLS")
        + text("RegexExtractor.template", "$1$")
        + text("RegexExtractor.match_number", 1),
    )
    asked = element(
        "HTTPSamplerProxy",
        "ask",
        arguments("HTTPsampler.Arguments", ())
        + text("HTTPSampler.domain", "127.0.0.1")
        + text("HTTPSampler.port", port)
        + text("HTTPSampler.protocol", "https")
        + text("HTTPSampler.path", "/")
        + text("HTTPSampler.method", "GET")
        + flag("HTTPSampler.use_keepalive", False),
        who,
    )
    users = group("users", config + asked + debug("shown ${who}") + asked + debug("shown ${who}"), threads=2)
    return plan(users.replace(text("ThreadGroup.ramp_time", 1), text("ThreadGroup.ramp_time", 0)), ())


def shown(machines: Machines, variable: str) -> dict[str, list[str]]:
    """Run it on two servers; give what each server's users showed."""
    machines.folder.joinpath("one.jks").write_bytes(jks(*OF_ONE))
    machines.folder.joinpath("two.jks").write_bytes(jks(*OF_TWO))
    hosts = [
        machines.server(name, f"-Djavax.net.ssl.keyStore={name}.jks", f"-Djavax.net.ssl.keyStorePassword={PASSWORD}")[1]
        for name in ("one", "two")
    ]

    async def main() -> None:
        newest = ssl.TLSVersion.TLSv1_3
        async with serving(machines.folder, (*OF_ONE, *OF_TWO), must=True, newest=newest) as port:
            (machines.folder / "plan.jmx").write_text(written(port, variable))
            controller = machines.controller(hosts, 1)
            assert await asyncio.to_thread(controller.ends) == 0, controller.text

    asyncio.run(main())
    rows = [row.split(",") for row in machines.rows()]
    assert {row[2] for row in rows if row[2] != "ask"} <= {f"shown {name}" for name in (*OF_ONE, *OF_TWO)}, rows
    return {host: [row[2].split()[1] for row in rows if host in row[5] and row[2] != "ask"] for host in hosts}


def test_users_of_each_server_show_the_keys_of_its_own_keystore_by_turns(machines: Machines) -> None:
    one, two = shown(machines, "").values()
    assert (sorted(one), sorted(two)) == (["alice", "alice", "bob", "bob"], ["carol", "carol", "dave", "dave"])
