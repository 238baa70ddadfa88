"""Real processes: controllers and servers that run, are told to end, and are killed."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from e2e.machines import SMALL, Machines, cleared
from wired.rig import eventually

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="signals and process groups of POSIX")

@pytest.fixture
def machines(tmp_path: Path) -> Iterator[Machines]:
    with cleared(Machines(tmp_path)) as found:
        yield found


def test_a_plan_runs_on_two_servers_and_they_end_when_told(machines: Machines) -> None:
    (first, one), (second, two) = machines.server("one"), machines.server("two")
    controller = machines.controller([one, two], 5, "-X")
    assert controller.ends() == 0, controller.text
    for line in (
        f"Configuring remote engine: {one}",
        f"Configuring remote engine: {two}",
        f"Remote engines have been started:[{one}, {two}]",
        f"{one}: 20 samples received, 0 lost, 0 replayed",
        f"{two}: 20 samples received, 0 lost, 0 replayed",
        "... end of run",
    ):
        assert line in controller.text.splitlines(), controller.text
    names = [row.split(",")[5] for row in machines.rows()]
    assert len(names) == 40
    assert {name.rsplit("-", 1)[0] for name in names} == {f"{one}-users 1", f"{two}-users 1"}
    for server, address in ((first, one), (second, two)):
        assert server.ends() == 0
        assert f"Starting the test on host {address} @ " in server.text
        assert f"Finished the test on host {address} @ " in server.text
        assert server.family() == []


def test_a_server_that_is_killed_is_noticed_in_seconds_and_the_run_ends_by_itself(machines: Machines) -> None:
    (_, one), (second, two) = machines.server("one", *SMALL), machines.server("two", *SMALL)
    controller = machines.controller([one, two], 250)
    controller.says("Remote engines have been started")
    second.says("Starting the test")
    assert eventually(lambda: len(second.family()) > 1)
    killed = time.monotonic()
    second.kill()
    controller.says(re.escape(f"{two} is lost: "), 10)
    assert time.monotonic() - killed < 10
    assert controller.ends() == 1
    assert f"{one}: 1000 samples received, 0 lost, 0 replayed" in controller.text
    received = re.search(re.escape(two) + r": (\d+) samples received, 0 and at most \d+ more lost", controller.text)
    assert received is not None, controller.text
    assert len(machines.rows()) == 1000 + int(received[1])
    assert eventually(lambda: second.family() == []), "its workers load the target no longer"


def test_servers_stop_by_themselves_when_their_controller_is_killed(machines: Machines) -> None:
    servers = [machines.server(name, "-Jpyjm.lease=4", *SMALL) for name in ("one", "two")]
    controller = machines.controller([address for _, address in servers], 100_000)
    controller.says("Remote engines have been started")
    controller.kill()
    for server, address in servers:
        server.says(f"was not heard of for 4 s(.|\n)*Finished the test on host {re.escape(address)}", 30)
        assert eventually(lambda server=server: len(server.family()) == 1)  # type: ignore[misc]
    again = machines.controller([address for _, address in servers], 1)
    assert again.ends() == 0, again.text


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_server_that_is_told_to_end_ends_its_load_first(machines: Machines, number: signal.Signals) -> None:
    server, address = machines.server("one", *SMALL)
    controller = machines.controller([address], 100_000)
    controller.says("Remote engines have been started")
    server.says("Starting the test")
    server.running.send_signal(number)
    assert server.ends() == 0
    assert server.family() == []
    assert controller.ends() == 1
    assert f"{address} is lost: " in controller.text


def test_a_second_controller_is_told_before_anything_starts(machines: Machines) -> None:
    server, address = machines.server("one", *SMALL)
    first = machines.controller([address], 100_000)
    first.says("Remote engines have been started")
    second = machines.controller([address], 1)
    assert second.ends() == 1
    assert re.search(r"Engine is busy - please try later \(held by \S+ \(process \d+\) at ", second.text), second.text
    first.running.send_signal(signal.SIGINT)
    assert first.ends() == 128 + signal.SIGINT
    assert len(server.family()) == 1
