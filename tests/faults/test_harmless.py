"""Faults that pass: nothing is lost, nothing comes twice, and no policy sets anything off."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from e2e.machines import Process
from faults.acts import PASSING, POLICIES
from faults.field import Field, Spot
from faults.kept import Kept

SLOW_CONTROLLER = """
import time
import pyjm.client.collect as collect
real, ends = collect.Collector.add, []
def add(self, member, batch):
    ends.append(time.monotonic() + 6)
    if time.monotonic() < ends[0]:
        time.sleep(sum(count for count, _ in batch.rows.values()) / 36)
    real(self, member, batch)
collect.Collector.add = add
"""
"""A tenth of what two servers with four users each make in a second, for six seconds."""


def policed(field: Field, policy: str, *names: str, arguments: tuple[str, ...] = ()) -> tuple[list[Spot], list[str]]:
    """Start servers, and one more that stands by where the policy has a use for it."""
    spots = field.servers(*names, *(["spare"] if policy == "replace" else []), arguments=arguments)
    given = [f"-Jpyjm.on_loss={policy}"]
    if policy == "replace":
        given.append(f"-Jpyjm.standby_hosts={spots[-1].address}")
    return spots[: len(names)], given


def has_lost_nothing(field: Field, controller: Process) -> None:
    assert controller.ends(90) == 0, controller.text
    told = field.account(controller)
    assert (told.lost, told.unknown) == (0, [])
    assert len(field.rows()) == field.requested()
    assert " is lost" not in controller.text
    assert "takes the place" not in controller.text


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("fault", PASSING)
def test_nothing_is_lost(kept: Kept, fault: str, policy: str) -> None:
    with kept.run() as (field, (one, two, spare)):
        given = [f"-Jpyjm.on_loss={policy}"]
        if policy == "replace":
            given.append(f"-Jpyjm.standby_hosts={spare.address}")
        controller = field.controller([one, two], *given, duration_s=5)
        field.flows(controller)
        PASSING[fault](one, controller)
        has_lost_nothing(field, controller)


@pytest.mark.parametrize("memory", ["0", "64"], ids=["from disk", "from memory"])
@pytest.mark.parametrize("policy", POLICIES)
def test_a_controller_that_reads_ten_times_slower_loses_nothing(field: Field, policy: str, memory: str) -> None:
    spots, given = policed(field, policy, "one", "two", arguments=(f"-Jpyjm.spool_memory={memory}",))
    controller = field.controller(spots, *given, duration_s=5, before=SLOW_CONTROLLER)
    field.flows(controller)
    has_lost_nothing(field, controller)


def test_no_alarm_while_all_cores_are_busy(field: Field) -> None:
    field.silent_s = 8
    (one,) = field.servers("one")
    burning = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2 * (os.cpu_count() or 1))]
    try:
        controller = field.controller([one], duration_s=10)
        assert controller.ends(120) == 0, controller.text
    finally:
        for process in burning:
            process.kill()
            process.wait()
    assert "out of reach" not in controller.text
    assert field.account(controller).unknown == []
