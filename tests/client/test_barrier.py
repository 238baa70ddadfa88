"""The start of many servers at one instant: the command goes to all at once, and none begins before the others."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from time import perf_counter_ns

from wired.rig import Server, job_of, serving, settings_of, trust_of

from pyjm.client.fleet import Fleet, Policy
from pyjm.client.remote import Remote

SERVERS = 50


def test_fifty_servers_begin_within_20_ms_of_one_another(tmp_path: Path) -> None:
    reached: list[int] = []

    def note(server: Server) -> None:
        begin = server.engine.start

        def start(at_ns: int) -> None:
            reached.append(perf_counter_ns())
            begin(at_ns)

        server.engine.start = start  # type: ignore[method-assign]

    with ExitStack() as stack:
        servers = [stack.enter_context(serving(tmp_path)) for _ in range(SERVERS)]
        settings = settings_of(tmp_path)
        members = [Remote(server.address, settings, trust_of(settings)) for server in servers]
        fleet = Fleet(members, lambda _index, _batch: None, lambda _line: None, Policy())
        try:
            assert fleet.configure([job_of()] * SERVERS) == []
            for server in servers:
                note(server)
            skew_ms = fleet.start()
            assert len(reached) == SERVERS
            begun = [server.engine.started_ns for server in servers]
            assert max(reached) < min(begun), "the command is there before the start"
            assert (max(begun) - min(begun)) / 1e6 < 20
            assert skew_ms < 20
            for server in servers:
                server.engine.play(1, last=True)
            assert [outcome.received for outcome in fleet.wait()] == [1] * SERVERS
        finally:
            fleet.close()
