"""Faults that do not pass: they are noticed in time, what went with them is told, and the policy is followed."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Callable

import pytest
from e2e.machines import Process
from faults.field import LEASE_S, SILENT_S, Field, Spot
from wired.relay import FROM, TO

Fault = Callable[[Spot], None]


def kill_machine(spot: Spot) -> None:
    spot.send(signal.SIGKILL)


def kill_parent(spot: Spot) -> None:
    spot.send(signal.SIGKILL, parent_alone=True)


def freeze(spot: Spot) -> None:
    spot.send(signal.SIGSTOP)


def unplug(spot: Spot) -> None:
    spot.way.blocked = {TO, FROM}


def cut(spot: Spot) -> None:
    spot.way.down = True
    spot.way.cut()


DEAD_S = 5.0
GONE_S = LEASE_S + 5

FAULTS: dict[str, tuple[Fault, str, float]] = {
    "killed machine": (kill_machine, "is lost", DEAD_S),
    "killed parent": (kill_parent, "is lost", DEAD_S),
    "frozen for good": (freeze, "is out of reach", SILENT_S + 3),
    "unplugged for good": (unplug, "is out of reach", SILENT_S + 3),
    "cut for good": (cut, "is out of reach", SILENT_S + 3),
}
"""What is done, what is said of it first, and within how many seconds."""


def said_within(controller: Process, text: str, seconds: float) -> None:
    began = time.monotonic()
    controller.says(re.escape(text), seconds + 20)
    took = time.monotonic() - began
    assert took < seconds + busy(), f"{text} after {took:.1f} s"


def busy() -> float:
    """Give the seconds by which a machine may be late that has more to do than cores."""
    return 2.0 * os.getloadavg()[0] / (os.cpu_count() or 1)


@pytest.mark.parametrize("policy", ["continue", "stop", "replace"])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_server_that_is_gone_is_told_and_the_policy_followed(field: Field, fault: str, policy: str) -> None:
    act, first_word, within_s = FAULTS[fault]
    one, two = field.servers("one", "two")
    given = [f"-Jpyjm.on_loss={policy}"]
    three = field.server("three") if policy == "replace" else None
    if three is not None:
        given.append(f"-Jpyjm.standby_hosts={three.address}")
    controller = field.controller([one, two], *given, duration_s=120 if policy == "stop" else LEASE_S + 12)
    field.flows(controller)
    act(two)
    said_within(controller, f"{two.address} {first_word}", within_s)
    said_within(controller, f"{two.address} is lost: ", GONE_S)
    assert controller.ends(120) == 1, controller.text
    if fault == "frozen for good":
        two.send(signal.SIGKILL)
    told = field.account(controller)
    assert told.unknown == [two.address]
    assert f"{one.address} is lost" not in controller.text
    ended = f"until {three.address} took its place" if three is not None else "to the end of the test"
    assert re.search(rf"{two.address}: 50 % of the load was missing for \d+\.\d s, {ended}", controller.text)
    assert ("pyjm.on_loss=stop: the test is stopped" in controller.text) is (policy == "stop")


def test_a_worker_that_is_killed_takes_an_exact_number_of_samples_along(field: Field) -> None:
    one = field.server("one", "-Jpyjm.workers=2")
    controller = field.controller([one], "-Gusers=20")
    field.flows(controller, 200)
    os.kill(one.workers()[0], signal.SIGKILL)
    assert controller.ends() == 1, controller.text
    told = field.account(controller)
    assert told.unknown == [one.address]
    assert 0 <= told.at_most <= 10, "as many as it had users"
    assert re.search(r"worker \d of 2 died", controller.text)


def test_a_controller_that_is_killed_leaves_whole_rows_and_no_load(field: Field) -> None:
    spots = field.servers("one", "two")
    controller = field.controller(spots, duration_s=120)
    field.flows(controller)
    controller.running.kill()
    controller.running.wait()
    assert len(field.rows()) <= field.requested()
    for spot in spots:
        spot.process.says(r"was not heard of for 8 s: its test is stopped and dropped", 60)
    assert field.settled()


@pytest.mark.parametrize("later", [False, True], ids=["within its lease", "after its lease"])
def test_a_controller_that_is_killed_is_taken_up_with_nothing_lost(field: Field, later: bool) -> None:
    action = "continue" if later else "stop"
    spots = [field.server(name, f"-Jpyjm.lease_action={action}") for name in ("one", "two")]
    controller = field.controller(spots, duration_s=LEASE_S + 8 if later else 6)
    field.flows(controller)
    name = re.search(r"This run is (\S+): pyjm --resume", controller.text)
    assert name is not None
    controller.running.kill()
    controller.running.wait()
    if later:
        for spot in spots:
            spot.process.says(r"its test runs on", 60)
    runs = f"-Jpyjm.run_folder={field.folder / 'runs'}"
    resumed = Process("client", field.folder, "--resume", name[1], runs)
    field.machines.started.append(resumed)
    assert resumed.ends(120) == 0, resumed.text
    told = field.account(resumed)
    assert (told.lost, told.unknown) == (0, [])
    assert len(field.rows()) == field.requested()
    total = re.search(r"summary = +(\d+) in", resumed.text)
    assert total is not None
    assert int(total[1]) == len(field.rows())


def limit_files(size: int) -> str:
    return f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({size}, {size}))"


def test_a_disk_of_the_controller_that_is_full_ends_the_test_and_leaves_whole_rows(field: Field) -> None:
    (one,) = field.servers("one")
    controller = field.controller([one], "-Gusers=20", duration_s=120, before=limit_files(30_000))
    assert controller.ends(120) == 1, controller.text
    assert "out.jtl can't be written: File too large; the test is stopped" in controller.text
    left_out = re.search(r"out\.jtl: (\d+) rows came that are not in it", controller.text)
    received = re.search(r": (\d+) samples received, 0 lost", controller.text)
    assert left_out is not None
    assert received is not None
    assert len(field.rows()) + int(left_out[1]) == int(received[1])


def test_a_disk_of_a_server_that_is_full_ends_its_test_with_nothing_lost(field: Field) -> None:
    one = field.server("one", "-Jpyjm.spool_memory=0", before=limit_files(200_000))
    controller = field.controller([one], "-Gusers=20", "-Jpyjm.loss_timeout=8", duration_s=120)
    field.flows(controller)
    one.way.blocked = {TO, FROM}
    one.process.says("can't be written to .*File too large; the test is stopped there, nothing is lost", 60)
    one.way.blocked = set()
    one.way.cut()
    assert controller.ends(120) == 1, controller.text
    assert "File too large; the test is stopped there, nothing is lost" in controller.text
    received = re.search(r": (\d+) samples received, 0 lost", controller.text)
    assert received is not None
    assert len(field.rows()) == int(received[1])
    assert field.settled() - len(field.rows()) <= 20, "requests that the stop cut off"


def test_another_version_is_told_before_anything_starts(field: Field) -> None:
    (one,) = field.servers("one")
    other = "import pyjm.server.wire.contract as contract; contract.PROTOCOL = 99"
    controller = field.controller([one], before=other)
    assert controller.ends() == 1
    assert "speaks version 99 of the protocol" in controller.text
    assert field.requested() == 0
