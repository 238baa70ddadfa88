"""The start of several servers at one instant: `tests/bench/bench_start.py` measures how nearly at one."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from wired.rig import Server, job_of, serving, settings_of, trust_of

from pyjm.client.fleet import Fleet, Policy
from pyjm.client.remote import Remote

SERVERS = 5


def noted(server: Server, told_ns: list[int]) -> None:
    """Note when a server is told to begin, by its own clock, which is that of all here."""
    begin = server.engine.start

    def start(at_ns: int) -> None:
        told_ns.append(at_ns)
        begin(at_ns)

    server.engine.start = start  # type: ignore[method-assign]


def test_all_servers_are_told_once_to_begin_and_do(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    told_ns: list[int] = []
    with ExitStack() as stack:
        servers = [stack.enter_context(serving(tmp_path)) for _ in range(SERVERS)]
        members = [Remote(server.address, settings, trust_of(settings)) for server in servers]
        fleet = Fleet(members, lambda _index, _batch: None, lambda _line: None, Policy())
        stack.callback(fleet.close)
        assert fleet.configure([job_of()] * SERVERS) == []
        for server in servers:
            noted(server, told_ns)
        fleet.start()
        for server in servers:
            server.engine.play(1, last=True)
        assert [outcome.received for outcome in fleet.wait()] == [1] * SERVERS
    assert len(told_ns) == SERVERS
    assert all(server.engine.started_ns > 0 for server in servers)
