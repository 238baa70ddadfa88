"""The start of many servers at one instant: the command goes to all at once, and none begins before the others."""

from __future__ import annotations

import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from time import perf_counter_ns

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from wired.rig import Server, job_of, serving, settings_of, trust_of

from pyjm.client.fleet import Fleet, Policy
from pyjm.client.remote import Remote

SERVERS = 50
TRIES = 4
"""All fifty share this machine with the controller, and with whatever else runs: the best of some starts tells."""


def noted(server: Server, reached: list[int]) -> None:
    """Note when the command to start reaches a server."""
    begin = server.engine.start

    def start(at_ns: int) -> None:
        reached.append(perf_counter_ns())
        begin(at_ns)

    server.engine.start = start  # type: ignore[method-assign]


def start_of(servers: list[Server], folder: Path) -> tuple[float, float]:
    """Run a test on all servers; gives the ms between the first and the last to begin: truly, and as was said."""
    settings = settings_of(folder)
    members = [Remote(server.address, settings, trust_of(settings)) for server in servers]
    fleet = Fleet(members, lambda _index, _batch: None, lambda _line: None, Policy())
    reached: list[int] = []
    try:
        assert fleet.configure([job_of()] * SERVERS) == []
        for server in servers:
            noted(server, reached)
        said_ms = fleet.start()
        for server in servers:
            server.engine.play(1, last=True)
        assert [outcome.received for outcome in fleet.wait()] == [1] * SERVERS
    finally:
        fleet.close()
    assert len(reached) == SERVERS
    begun = [server.engine.started_ns for server in servers]
    return (max(begun) - min(begun)) / 1e6, said_ms


def main() -> None:
    """Start a test on fifty servers a few times, and print what the best start was."""
    with ExitStack() as stack, tempfile.TemporaryDirectory() as folder:
        servers = [stack.enter_context(serving(Path(folder))) for _ in range(SERVERS)]
        starts = [start_of(servers, Path(folder)) for _ in range(TRIES)]
    begun_ms, said_ms = min(starts)
    print(f"{SERVERS} servers began within {begun_ms:.1f} ms of one another ({said_ms:.1f} ms by their own word)")  # noqa: T201


if __name__ == "__main__":
    main()
