"""Servers that join: a dead one is lost as fast as one that is dialled, and a way that comes back costs nothing."""

from __future__ import annotations

import re
import signal

import pytest
from faults.acts import DEAD_S, DEADLY, GONE_S, PASSING, POLICIES, cut
from faults.field import LEASE_S, Field, Spot
from faults.test_deadly import duration_s, said_within, was_followed
from faults.test_harmless import has_lost_nothing

NO_REJOIN = ", and it did not join again within 3 s (pyjm.rejoin_timeout)"

QUICK = ("cut for 1 s", "silent both ways", "silent to the server", "silent to the controller", "frozen machine",
         "frozen parent", "frozen controller", "100 ms each way, 5 % lost, cut")  # fmt: skip


def policed(field: Field, policy: str) -> tuple[list[Spot], list[str]]:
    """Start two servers that join, and one more that is dialled, where the policy has a use for it."""
    field.silent_s = 2.0
    spots, given = field.joining("one", "two")
    given.append(f"-Jpyjm.on_loss={policy}")
    if policy == "replace":
        given.append(f"-Jpyjm.standby_hosts={field.server('spare').address}")
    return spots, given


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("fault", [*DEADLY])
def test_one_that_is_gone_is_told_and_the_policy_followed(field: Field, fault: str, policy: str) -> None:
    blow = DEADLY[fault]
    (one, two), given = policed(field, policy)
    controller = field.controller([one, two], *given, duration_s=duration_s(policy))
    field.flows(controller)
    blow.act(two, controller)
    if fault in ("killed machine", "killed parent", "cut for good"):
        said_within(controller, f"two is lost: the connection was cut{NO_REJOIN}", DEAD_S)
    else:
        said_within(controller, f"two {blow.first_word}", blow.within_s + 1)
        said_within(controller, "two is lost: ", GONE_S)
    assert controller.ends(120) == 1, controller.text
    if fault == "frozen for good":
        two.send(signal.SIGKILL)
    assert field.account(controller).unknown == ["two"]
    was_followed(controller, policy, "one", "two")


@pytest.mark.parametrize("fault", QUICK)
def test_nothing_is_lost(field: Field, fault: str) -> None:
    spots, given = policed(field, "continue")
    controller = field.controller(spots, *given, duration_s=5)
    field.flows(controller)
    PASSING[fault](spots[0], controller)
    has_lost_nothing(field, controller)


@pytest.mark.parametrize("policy", POLICIES)
def test_a_way_that_ends_connections_for_long_costs_nothing_where_that_is_said(field: Field, policy: str) -> None:
    spots, given = policed(field, policy)
    controller = field.controller(spots, "-Jpyjm.rejoin_timeout=60", *given, duration_s=5)
    field.flows(controller)
    cut(40)(spots[0], controller)
    has_lost_nothing(field, controller)
    assert re.search(r"one is back after \d s", controller.text)


def test_a_controller_that_is_killed_is_taken_up_with_nothing_lost(field: Field) -> None:
    spots, given = policed(field, "continue")
    controller = field.controller(spots, *given, duration_s=LEASE_S)
    field.flows(controller)
    controller.running.kill()
    controller.running.wait()
    has_lost_nothing(field, field.resumed(controller))
