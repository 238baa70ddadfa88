"""Servers that dial the controller: found, named, taken, cut off and back, let go and back for the next run."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import monotonic

import pytest
from golden.harness import free_port
from wired.relay import FROM, TO, Relay, relayed
from wired.rig import Server, eventually, job_of, joining, nodes_of, settings_of, trust_of

from pyjm.client import muster
from pyjm.client.configuring import Policy
from pyjm.client.door import Door, Joined, free_name
from pyjm.client.expected import Expected, servers_of
from pyjm.client.fleet import Fleet
from pyjm.client.member import MemberError
from pyjm.client.muster import Muster
from pyjm.client.order import Order, Refused
from pyjm.client.remote import Remote
from pyjm.engine.results.batch import Batch
from pyjm.properties import Settings
from pyjm.server import joining as server_joining
from pyjm.server.wire.contract import Limits

SILENT_S = 0.5
QUICK = {"pyjm__loss_timeout": str(SILENT_S), "pyjm__lease": "20"}
PLAIN = {**QUICK, "server__rmi__ssl__disable": "true"}


@contextmanager
def door_of(settings: Settings, port: int = 0) -> Iterator[Door]:
    door = Door(port, trust_of(settings).context(), Limits(handshake_s=5))
    try:
        yield door
    finally:
        door.close()


class Run:
    """A run over servers that have joined; all that was made has to be there once and in order."""

    def __init__(self, settings: Settings, found: list[Joined]) -> None:
        self.lines: list[str] = []
        self.taken: dict[int, list[bytes]] = {index: [] for index in range(len(found))}
        self.members = [
            Remote(each.name, settings, trust_of(settings), say=self.lines.append, joined=each) for each in found
        ]
        self.fleet = Fleet(self.members, self.collect, self.lines.append, Policy())

    def __enter__(self) -> Run:
        self.fleet.configure([job_of() for _ in self.members])
        self.fleet.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.fleet.close()

    def collect(self, index: int, batch: Batch) -> None:
        self.taken[index] += [row for _, data in batch.rows.values() for row in data.splitlines()]

    def end(self, *servers: Server) -> None:
        for server in servers:
            server.engine.play(1, last=True)
        outcomes = self.fleet.wait()
        for index, server in enumerate(servers):
            made = [row for batch in server.engine.batches for row in batch.rows[0][1].splitlines()]
            assert self.taken[index] == made
            assert (outcomes[index].received, outcomes[index].lost, outcomes[index].reason) == (len(made), 0, "")


def test_two_servers_join_and_run_a_plan_and_then_another(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, **QUICK)
    with door_of(settings) as door, ExitStack() as stack:
        servers = [stack.enter_context(joining(tmp_path, door.number, node=name, **QUICK)) for name in ("s2", "s1")]
        for _ in range(2):
            found = door.wait(2, 20, [])
            assert [each.name for each in found] == ["s1", "s2"]
            with Run(settings, found) as run:
                for server in servers:
                    assert server.engine.job is not None
                    server.engine.play(5)
                run.end(*reversed(servers))
            assert eventually(lambda: all(server.engine.closed for server in servers))
        for server in servers:
            assert server.lines[0] == f"Joined the controller at 127.0.0.1:{door.number}"
            assert sum(line.startswith("Starting the test") for line in server.lines) == 2


def test_a_server_waits_for_a_controller_that_comes_later_and_says_so_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(server_joining, "SOONEST_S", 0.01)
    caplog.set_level("INFO", "pyjm.server")
    settings = settings_of(tmp_path, **PLAIN)
    with door_of(settings) as door:
        port = door.number
    tries: list[object] = []
    with joining(tmp_path, port, **PLAIN) as server:
        links = server.listener._links
        real = links.connect
        monkeypatch.setattr(links, "connect", lambda *a, **b: (tries.append(a), real(*a, **b))[1])
        assert eventually(lambda: len(tries) > 3)
        assert server.lines == [f"Waiting for the controller at 127.0.0.1:{port}"]
        assert sum("can't be joined yet" in record.message for record in caplog.records) == 1
        with door_of(settings, port) as door, Run(settings, door.wait(1, 20, [])) as run:
            server.engine.play(3)
            run.end(server)
        assert server.lines[1] == f"Joined the controller at 127.0.0.1:{port}"


@contextmanager
def one_that_runs(folder: Path, **given: str) -> Iterator[tuple[Server, Run, Relay]]:
    """Run a plan on a server that has joined over a way that can be spoiled."""
    settings = settings_of(folder, **PLAIN, **given)
    with (
        door_of(settings) as door,
        relayed(door.number) as relay,
        joining(folder, relay.port, **PLAIN) as server,
        Run(settings, door.wait(1, 20, [])) as run,
    ):
        yield server, run, relay


def cut(relay: Relay) -> None:
    relay.cut()


def silence(relay: Relay) -> None:
    relay.blocked = {TO, FROM}


@pytest.mark.parametrize("act", [cut, silence])
def test_a_way_that_is_cut_is_dialled_again_by_the_server(tmp_path: Path, act: Callable[[Relay], None]) -> None:
    with one_that_runs(tmp_path) as (server, run, relay):
        server.engine.play(10)
        assert eventually(lambda: len(run.taken[0]) == 10)
        act(relay)
        server.engine.play(10)
        if act is silence:
            assert eventually(lambda: any("is out of reach: " in line for line in run.lines))
            assert any("it is expected back for up to 20 s" in line for line in run.lines)
            relay.blocked = set()
            relay.cut()
        assert eventually(lambda: len(run.taken[0]) == 20, 20)
        assert run.members[0].cuts > 0
        run.end(server)


def test_a_data_link_alone_that_is_mute_is_opened_again(tmp_path: Path) -> None:
    with one_that_runs(tmp_path) as (server, run, relay):
        server.engine.play(1)
        assert eventually(lambda: len(run.taken[0]) == 1)
        data = run.members[0]._samples.link
        assert data is not None
        relay.muted.add(data.stream._sock.getpeername())
        server.engine.play(2)
        assert eventually(lambda: len(run.taken[0]) == 3, 10)
        run.end(server)


def test_a_further_link_is_dialled_by_the_server_too(tmp_path: Path) -> None:
    with one_that_runs(tmp_path) as (server, run, _):
        link = run.members[0].further("rows")
        assert isinstance(link.call("clock", 1), int)
        lease = server.host._lease
        assert lease is not None
        assert sorted(lease.links.values()) == ["control", "data", "rows"]
        link.close()
        run.end(server)


def test_a_server_that_is_gone_is_lost_when_its_time_is_over(tmp_path: Path) -> None:
    given = {**PLAIN, "pyjm__reconnect_timeout": "1.5"}
    settings = settings_of(tmp_path, **given)
    with door_of(settings) as door, joining(tmp_path, door.number, **given) as server:
        with Run(settings, door.wait(1, 20, [])) as run:
            server.listener.close()
            server.host.close()
            (outcome,) = run.fleet.wait()
        assert "s1 is lost: the connection was cut and did not come back within 1.5 s" in outcome.reason


def test_a_server_whose_process_has_ended_is_lost_at_once(tmp_path: Path) -> None:
    given = {**PLAIN, "pyjm__loss_timeout": "2", "pyjm__rejoin_timeout": "0.3"}
    settings = settings_of(tmp_path, **given)
    with door_of(settings) as door, joining(tmp_path, door.number, **given) as server:
        with Run(settings, door.wait(1, 20, [])) as run:
            server.listener.close()
            since = monotonic()
            (outcome,) = run.fleet.wait()
        assert monotonic() - since < 10, "its lease is longer"
        assert "the connection was cut, and it did not join again within 0.3 s" in outcome.reason
        assert "pyjm.rejoin_timeout" in outcome.reason


@pytest.mark.parametrize("ways", [{TO, FROM}, {TO}, {FROM}], ids=["both", "to", "from"])
def test_a_server_that_was_silent_before_its_connections_end_may_come_back(tmp_path: Path, ways: set[str]) -> None:
    with one_that_runs(tmp_path, pyjm__rejoin_timeout="0.3") as (server, run, relay):
        relay.blocked = ways
        assert eventually(lambda: any("is out of reach: " in line for line in run.lines))
        assert not eventually(lambda: run.members[0]._standing.lost != "", 2)
        relay.blocked = set()
        relay.cut()
        server.engine.play(10)
        assert eventually(lambda: len(run.taken[0]) == 10, 20)
        run.end(server)


def test_a_link_that_was_dialled_into_silence_holds_nothing_up(tmp_path: Path) -> None:
    with one_that_runs(tmp_path) as (server, run, relay):
        relay.blocked = {TO, FROM}
        dialled = len(relay.pairs)
        assert eventually(lambda: len(relay.pairs) > dialled), "the server dials again, nobody hears it"
        relay.blocked = set()
        server.engine.play(10)
        assert eventually(lambda: len(run.taken[0]) == 10, 15), "it waits for an answer no longer than for the way"
        run.end(server)


def test_a_controller_that_is_silent_is_left_and_dialled_again(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, **PLAIN)
    with door_of(settings) as door, joining(tmp_path, door.number, **PLAIN) as server:
        (found,) = door.wait(1, 20, [])
        link, _ = found.open("control")
        link.call("acquire")
        since = monotonic()
        assert eventually(lambda: (found.caller, "control") in door._links, 10), "it has dialled again"
        assert monotonic() - since >= SILENT_S
        assert server.host.is_held
        link.close()


def test_a_waiting_server_that_ends_is_not_counted(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, **PLAIN)
    with door_of(settings) as door:
        with joining(tmp_path, door.number, **PLAIN):
            assert len(door.wait(1, 20, [])) == 1
        assert door.wait(1, 0.3, []) == []


# who may


def test_a_stranger_is_refused_and_says_why(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "pyjm.server")
    settings = settings_of(tmp_path)
    with door_of(settings) as door, joining(tmp_path, door.number, name="stranger") as server:
        assert eventually(lambda: any("can't be joined yet" in record.message for record in caplog.records))
        assert door.wait(1, 0.3, []) == []
        assert server.lines == [f"Waiting for the controller at 127.0.0.1:{door.number}"]
    assert any("is not trusted here" in record.message for record in caplog.records)


def test_names_count_on_both_sides(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "pyjm.server")
    _, nodes = nodes_of(tmp_path, "ctl,127.0.0.1", "far", "s1", "s2,other")
    paths = {name: {"server__rmi__ssl__keystore__file": path} for name, path in nodes.items()}
    with door_of(settings_of(tmp_path, **paths["ctl"])) as door:
        with joining(tmp_path, door.number, node="other", **paths["s2"]), joining(tmp_path, door.number, **paths["s1"]):
            assert [each.name for each in door.wait(2, 20, [])] == ["other", "s1"]
        with joining(tmp_path, door.number, node="s1", **paths["s2"]):
            assert [each.name for each in door.wait(1, 20, [])] == ["s2"], "its certificate says who it is"
        with joining(tmp_path, door.number, **paths["s1"], pyjm__allowed_controllers="boss") as server:
            assert door.wait(1, 0.5, []) == []
            assert not server.host.is_held
        said = [each.name for each in caplog.records if "CN=ctl is none of its pyjm.allowed_contr" in each.message]
        assert sorted(said) == ["pyjm.client.remote", "pyjm.server"], "each side says it once"
    allowing = settings_of(tmp_path, **paths["ctl"], pyjm__allowed_servers="s1")
    with door_of(allowing) as door:
        with joining(tmp_path, door.number, **paths["s2"]):
            assert door.wait(1, 0.5, []) == []
        with joining(tmp_path, door.number, **paths["s1"]):
            assert [each.name for each in door.wait(1, 20, [])] == ["s1"]
    with door_of(settings_of(tmp_path, **paths["far"])) as door, joining(tmp_path, door.number, **paths["s1"]):
        assert eventually(lambda: "is not that of the host that was dialled (CN=far, for far)" in caplog.text)


def test_nobody_takes_the_place_of_another_without_its_certificate(tmp_path: Path) -> None:
    _, nodes = nodes_of(tmp_path, "ctl,127.0.0.1", "s1", "s2")
    paths = {name: {"server__rmi__ssl__keystore__file": path} for name, path in nodes.items()}
    with door_of(settings_of(tmp_path, **paths["ctl"])) as door, joining(tmp_path, door.number, **paths["s1"]) as one:
        (found,) = door.wait(1, 20, [])
        link, _ = found.open("control")
        with joining(tmp_path, door.number, **paths["s2"]) as two:
            two.host.id = one.host.id
            assert eventually(lambda: len(door.wait(1, 20, [])) == 1)
            assert door.wait(1, 1, [])[0].caller != found.caller
            assert isinstance(link.call("clock", 1), int), "the link of the first is not given up for it"
        link.close()


def test_who_knocks_and_says_nothing_keeps_nobody_out(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    with door_of(settings) as door, ExitStack() as stack:
        for _ in range(door._limits.strangers + 8):
            stack.enter_context(socket.create_connection(("127.0.0.1", door.number)))
        with joining(tmp_path, door.number):
            assert len(door.wait(1, 20, [])) == 1


# what is asked for


@pytest.mark.parametrize(
    ("given", "named", "words"),
    [
        ({"join_port": "abc"}, 0, "pyjm.join_port=abc can't be used"),
        ({"join_port": "70000"}, 0, "pyjm.join_port=70000 can't be used"),
        ({"join_port": "-1"}, 0, "pyjm.join_port=-1 can't be used"),
        ({"join_port": "4000"}, 0, "pyjm.expect_servers=0: servers are to join (pyjm.join_port=4000)"),
        ({"join_port": "4000", "expect_servers": "x"}, 0, "pyjm.expect_servers=x can't be used"),
        ({"join_port": "4000", "expect_servers": "2"}, 2, "those that are dialled (2) included"),
    ],
)
def test_what_can_t_be_meant_is_refused(tmp_path: Path, given: dict[str, str], named: int, words: str) -> None:
    settings = settings_of(tmp_path, **{f"pyjm__{key}": value for key, value in given.items()})
    with pytest.raises(MemberError) as caught:
        Expected.of(settings).joining(named)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def muster_of(folder: Path, port: int, lines: list[str], **given: str) -> Muster:
    more = {"pyjm__join_port": str(port), "pyjm__expect_servers": "3", "pyjm__expect_timeout": "1.5", **PLAIN, **given}
    return Muster(settings_of(folder, **more), lines.append)


def test_too_few_servers_are_a_refusal_that_names_those_that_came(tmp_path: Path) -> None:
    port = int(free_port())
    order = Order("plan.jmx", hosts=["10.0.0.1"])
    with joining(tmp_path, port, **PLAIN) as server, muster_of(tmp_path, port, lines := []) as muster:
        with pytest.raises(Refused) as caught:
            muster.gather(order)
        assert server.lines[-1].startswith("Joined the controller at ")
    assert lines == [f"Waiting for 2 servers to join on port {port}"]
    (text,) = caught.value.lines
    assert text.startswith(f"An error occurred: 1 of 2 servers joined on port {port} within 1.5 s: s1; ")


def test_a_run_that_may_continue_goes_on_with_those_that_came_beside_those_that_are_dialled(tmp_path: Path) -> None:
    port = int(free_port())
    order = Order("plan.jmx", hosts=["s1", "10.0.0.1"], standbys=["10.0.0.2"])
    given = {"client__continue_on_fail": "true", "pyjm__expect_servers": "4"}
    with joining(tmp_path, port, **PLAIN), muster_of(tmp_path, port, [], **given) as muster:
        complete = muster.gather(order)
        assert complete.hosts == ["s1", "10.0.0.1", "s1:2"]
        members = muster.members(complete, muster._settings)
        assert [member.name for member in members] == ["s1", "10.0.0.1", "s1:2", "10.0.0.2"]


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.create_server(("", 0)) as taken:
        port = taken.getsockname()[1]
        with muster_of(tmp_path, port, []) as muster, pytest.raises(Refused) as caught:
            muster.gather(Order("plan.jmx", hosts=[]))
    assert f"port {port}, for pyjm.join_port={port}, can't be used" in caught.value.lines[0]


def test_those_that_join_are_the_servers_of_r(tmp_path: Path) -> None:
    assert servers_of(settings_of(tmp_path, pyjm__join_port="4000", remote_hosts="10.0.0.1")) == ""
    assert servers_of(settings_of(tmp_path, remote_hosts="10.0.0.1")) == "10.0.0.1"


def test_servers_of_one_name_are_told_apart() -> None:
    assert free_name("s1", []) == "s1"
    assert free_name("s1", ["s1", "s1:2"]) == "s1:3"


def test_more_servers_than_there_may_be_open_files_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_of(tmp_path)
    order = Order("plan.jmx", None, [f"10.0.0.{host}" for host in range(100)])
    monkeypatch.setattr(muster, "raise_file_limit", lambda: 364)
    assert len(Muster(settings, lambda _: None).members(order, settings)) == 100
    monkeypatch.setattr(muster, "raise_file_limit", lambda: 363)
    with pytest.raises(Refused) as caught:
        Muster(settings, lambda _: None).members(order, settings)
    assert "100 servers take up to 364 open files here, and this process may have 363; " in caught.value.lines[0]
