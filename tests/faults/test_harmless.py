"""Faults that pass: nothing is lost, nothing comes twice, and no policy sets anything off."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable

import pytest
from e2e.machines import Process
from faults.field import SILENT_S, Field, Spot
from wired.relay import FROM, TO

POLICIES = ["continue", "stop", "replace"]

Fault = Callable[[Spot, Process], None]


def cut(seconds: float) -> Fault:
    def act(spot: Spot, _: Process) -> None:
        spot.way.down = True
        spot.way.cut()
        time.sleep(seconds)
        spot.way.down = False

    return act


def half_open(*ways: str) -> Fault:
    def act(spot: Spot, _: Process) -> None:
        spot.way.blocked = set(ways)
        time.sleep(2.5 * SILENT_S)
        spot.way.blocked = set()

    return act


def freeze_machine(spot: Spot, _: Process) -> None:
    spot.send(signal.SIGSTOP)
    time.sleep(2.5 * SILENT_S)
    spot.send(signal.SIGCONT)


def freeze_parent(spot: Spot, _: Process) -> None:
    spot.send(signal.SIGSTOP, parent_alone=True)
    time.sleep(2.5 * SILENT_S)
    spot.send(signal.SIGCONT, parent_alone=True)


def freeze_worker(spot: Spot, _: Process) -> None:
    (worker,) = spot.workers()
    process = spot.process.running
    for number in (signal.SIGSTOP, signal.SIGCONT):
        assert process.poll() is None
        import os

        os.kill(worker, number)
        time.sleep(1.5 * SILENT_S)


def freeze_controller(_: Spot, controller: Process) -> None:
    controller.running.send_signal(signal.SIGSTOP)
    time.sleep(2.5 * SILENT_S)
    controller.running.send_signal(signal.SIGCONT)


def slow(spot: Spot, _: Process) -> None:
    spot.way.bytes_per_s = 10_000  # the samples are twice as many


def delayed(spot: Spot, _: Process) -> None:
    spot.way.delay_s = 0.1


FAULTS: dict[str, Fault] = {
    "cut for a moment": cut(0.1),
    "cut": cut(1.5 * SILENT_S),
    "cut for long": cut(5 * SILENT_S),
    "silent both ways": half_open(TO, FROM),
    "silent to the server": half_open(TO),
    "silent to the controller": half_open(FROM),
    "frozen machine": freeze_machine,
    "frozen parent": freeze_parent,
    "frozen worker": freeze_worker,
    "frozen controller": freeze_controller,
    "slow way": slow,
    "100 ms each way": delayed,
}


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("fault", FAULTS)
def test_nothing_is_lost(field: Field, fault: str, policy: str) -> None:
    one, two = field.servers("one", "two")
    given = [f"-Jpyjm.on_loss={policy}"]
    spots = [one, two]
    if policy == "replace":
        three = field.server("three")
        given.append(f"-Jpyjm.standby_hosts={three.address}")
        spots.append(three)
    controller = field.controller([one, two], *given, duration_s=6)
    field.flows(controller)
    FAULTS[fault](one, controller)
    assert controller.ends(90) == 0, controller.text
    told = field.account(controller)
    assert (told.lost, told.unknown) == (0, [])
    assert len(field.rows()) == field.requested()
    assert " is lost" not in controller.text
    assert "takes the place" not in controller.text


def test_no_alarm_while_all_cores_are_busy(field: Field) -> None:
    import os
    import subprocess
    import sys

    (one,) = field.servers("one")
    burning = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2 * (os.cpu_count() or 1))]
    try:
        controller = field.controller([one], "-Jpyjm.loss_timeout=8", duration_s=10)
        assert controller.ends(120) == 0, controller.text
    finally:
        for process in burning:
            process.kill()
            process.wait()
    assert "out of reach" not in controller.text
    assert field.account(controller).unknown == []
