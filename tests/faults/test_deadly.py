"""Faults that do not pass: they are noticed in time, what went with them is told, and the policy is followed."""

from __future__ import annotations

import os
import re
import signal
import time

import pytest
from e2e.machines import Process
from e2e.running import until
from faults.acts import DEADLY, GONE_S, POLICIES, freeze
from faults.field import LEASE_S, Field
from faults.test_harmless import policed


def said_within(controller: Process, text: str, seconds: float) -> None:
    began = time.monotonic()
    controller.says(re.escape(text), seconds + 20)
    took = time.monotonic() - began
    assert took < seconds + busy(), f"{text} after {took:.1f} s"


def busy() -> float:
    """Give the seconds by which a machine may be late that has more to do than cores."""
    return 2.0 * os.getloadavg()[0] / (os.cpu_count() or 1)


def duration_s(policy: str) -> float:
    """Tell how long a test is to last that loses a server; one that is stopped does not last."""
    return 120 if policy == "stop" else LEASE_S + 7


def was_followed(controller: Process, policy: str, one: str, two: str) -> None:
    """Hold what is said against the policy: the second server is lost, the first is not."""
    assert f"{one} is lost" not in controller.text
    assert ("takes the place of" in controller.text) is (policy == "replace")
    ended = r"until \S+ took its place" if policy == "replace" else "to the end of the test"
    assert re.search(rf"{two}: 50 % of the load was missing for \d+\.\d s, {ended}", controller.text), controller.text
    assert ("pyjm.on_loss=stop: the test is stopped" in controller.text) is (policy == "stop")


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("fault", DEADLY)
def test_a_server_that_is_gone_is_told_and_the_policy_followed(field: Field, fault: str, policy: str) -> None:
    blow = DEADLY[fault]
    (one, two), given = policed(field, policy, "one", "two")
    controller = field.controller([one, two], *given, duration_s=duration_s(policy))
    field.flows(controller)
    blow.act(two, controller)
    said_within(controller, f"{two.address} {blow.first_word}", blow.within_s)
    said_within(controller, f"{two.address} is lost: ", GONE_S)
    assert controller.ends(120) == 1, controller.text
    if fault == "frozen for good":
        two.send(signal.SIGKILL)
    assert field.account(controller).unknown == [two.address]
    was_followed(controller, policy, one.address, two.address)


@pytest.mark.parametrize("policy", POLICIES)
def test_a_server_that_is_frozen_for_longer_than_its_lease_is_lost_and_drops_its_test(
    field: Field, policy: str
) -> None:
    (one, two), given = policed(field, policy, "one", "two")
    controller = field.controller([one, two], *given, duration_s=duration_s(policy))
    field.flows(controller)
    freeze(two, LEASE_S + 2)
    controller.says(re.escape(f"{two.address} is lost: "))
    two.process.says("its test is stopped and dropped", 20)
    assert controller.ends(120) == 1, controller.text
    assert field.account(controller).unknown == [two.address]
    was_followed(controller, policy, one.address, two.address)
    assert two.workers() == []


@pytest.mark.parametrize("policy", POLICIES)
def test_a_worker_that_is_killed_takes_an_exact_number_of_samples_along(field: Field, policy: str) -> None:
    (one,), given = policed(field, policy, "one", arguments=("-Jpyjm.workers=2",))
    controller = field.controller([one], "-Gusers=20", *given)
    field.flows(controller, 200)
    os.kill(one.workers()[0], signal.SIGKILL)
    assert controller.ends() == 1, controller.text
    told = field.account(controller)
    assert told.unknown == [one.address]
    assert 0 <= told.at_most <= 10, "as many as it had users"
    assert re.search(r"worker \d of 2 died", controller.text)
    assert " is lost" not in controller.text
    assert "takes the place of" not in controller.text, "the server is there"


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


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("later", [False, True], ids=["within its lease", "after its lease"])
def test_a_controller_that_is_killed_is_taken_up_with_nothing_lost(field: Field, later: bool, policy: str) -> None:
    action = "continue" if later else "stop"
    spots, given = policed(field, policy, "one", "two", arguments=(f"-Jpyjm.lease_action={action}",))
    controller = field.controller(spots, *given, duration_s=LEASE_S + 6 if later else 6)
    field.flows(controller)
    controller.running.kill()
    controller.running.wait()
    if later:
        for spot in spots:
            spot.process.says(r"its test runs on", 60)
    resumed = field.resumed(controller)
    assert resumed.ends(120) == 0, resumed.text
    told = field.account(resumed)
    assert (told.lost, told.unknown) == (0, [])
    assert len(field.rows()) == field.requested()
    assert int(re.findall(r"summary = +(\d+) in", resumed.text)[-1]) == len(field.rows())


@pytest.mark.parametrize("policy", POLICIES)
def test_a_run_that_was_taken_up_follows_its_policy(field: Field, policy: str) -> None:
    (one, two), given = policed(field, policy, "one", "two")
    controller = field.controller([one, two], *given, duration_s=duration_s(policy))
    field.flows(controller)
    controller.running.kill()
    controller.running.wait()
    resumed = field.resumed(controller)
    resumed.says("is taken up: ")
    rows = field.rows_of(two)
    assert until(lambda: field.rows_of(two) > rows + 50), "samples flow again"
    two.send(signal.SIGKILL)
    assert resumed.ends(120) == 1, resumed.text
    assert field.account(resumed).unknown == [two.address]
    was_followed(resumed, policy, one.address, two.address)


def test_a_server_that_dies_as_its_run_is_taken_up_is_lost_with_what_it_had_made(field: Field) -> None:
    one, two = field.servers("one", "two")
    controller = field.controller([one, two], duration_s=LEASE_S)
    field.flows(controller)
    controller.running.kill()
    controller.running.wait()
    resumed = field.resumed(controller)
    resumed.says("is taken up: ")
    two.send(signal.SIGKILL)
    assert resumed.ends(120) == 1, resumed.text
    assert field.account(resumed).unknown == [two.address]


@pytest.mark.parametrize("policy", POLICIES)
def test_another_version_is_told_before_anything_starts(field: Field, policy: str) -> None:
    spots, given = policed(field, policy, "one")
    other = "import pyjm.server.wire.contract as contract; contract.PROTOCOL = 99"
    controller = field.controller(spots, *given, before=other)
    assert controller.ends() == 1
    assert "speaks version 99 of the protocol" in controller.text
    assert field.requested() == 0
