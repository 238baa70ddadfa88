"""What the crowds of several workers decide together: who deals with an arrival, and how many users there are."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from pyjm.engine.compile.build import Build
from pyjm.engine.compile.java_numbers import LONG, as_int, double, long, wrapped
from pyjm.engine.elements.groups.arrivals_thread_group import (
    ArrivalsThreadGroup,
    FreeFormArrivalsThreadGroup,
    Parked,
    Pool,
)
from pyjm.engine.elements.groups.concurrency_thread_group import ConcurrencyThreadGroup, Level
from pyjm.engine.elements.groups.thread_group import DividedShare, Share
from pyjm.engine.elements.groups.virtual_user import seconds
from pyjm.engine.plan.tree import Node
from pyjm.engine.shared.cells import Cells
from pyjm.engine.shared.division import Dividing, Division
from pyjm.engine.vu.user import User


@dataclass
class Outside:
    """The worker around a start, and what it was asked for."""

    index: int
    released: list[int] = field(default_factory=list)

    def begun(self, index: int) -> None:
        """Nobody waits for it."""

    def release(self, worker: int, index: int) -> None:
        self.released.append(worker)


class Start:
    """One start of a group in one of two workers, at an instant that the test sets."""

    index = 0
    name = "g"
    halt = False
    test = None
    same_user = False
    on_error = None
    counts = None

    def __init__(self, worker: int) -> None:
        self.share = Share(worker, 2)
        self.outside = Outside(worker)
        self.variables: dict[str, Any] = {}
        self.users: dict[User, Any] = {}
        self.now_s = 0.0


def pools(build: Build, **props: Any) -> list[Pool]:
    group = ArrivalsThreadGroup(Node("a", props={"TargetLevel": "1", **props}), build)
    return [Pool(group, Start(worker)) for worker in range(2)]  # type: ignore[arg-type]


def wait_for_work(pool: Pool) -> None:
    assert isinstance(pool.park(None), Parked)  # type: ignore[arg-type]


def test_users_are_numbered_over_all_workers(build: Build) -> None:
    a, b = pools(build)
    made = [pool.serve(0) for pool in (a, b, b, a)]
    assert [arrival.number for arrival in made if arrival] == [0, 1, 2, 3]


def test_an_arrival_takes_who_waits_here_then_who_waits_elsewhere_then_a_new_user(build: Build) -> None:
    a, b = pools(build)
    assert a.serve(0)
    assert b.serve(0)
    wait_for_work(a)
    wait_for_work(b)
    assert [a.serve(0), a.serve(0)] == [None, None]
    assert a.run.outside.released == [0, 1]
    assert a.serve(0) is not None


def test_the_limit_counts_the_users_of_all_workers_until_they_end(build: Build) -> None:
    a, b = pools(build)
    assert a.serve(2)
    assert b.serve(2)
    assert a.serve(2) is None
    assert a.run.outside.released == []
    b.left(None)  # type: ignore[arg-type]
    assert a.serve(2) is not None


def test_arrivals_are_over_when_all_have_come_anywhere(build: Build) -> None:
    a, b = pools(build, ArrivalsLimit="2")
    a.arrived.add()
    assert not b.over()
    b.arrived.add()
    assert a.over()
    assert b.over()


@pytest.mark.parametrize(
    ("props", "rates"),
    [
        ({"Hold": "2"}, [6, 6, -1, -1, -1]),
        ({"Hold": "1", "RampUp": "2", "Steps": "2"}, [3, 6, 9, -1, -1]),  # at its very end a ramp is a step too high
        ({"Hold": "1", "RampUp": "2", "Steps": ""}, [0, 0, 0, -1, -1]),
        ({"Hold": "0.05", "Unit": "M"}, [0.1, 0.1, 0.1, -1, -1]),
        ({"Hold": None}, [6, -1, -1, -1, -1]),
    ],
)
def test_rates_of_arrivals(props: dict[str, Any], rates: list[float], build: Build) -> None:
    group = ArrivalsThreadGroup(Node("a", props={"TargetLevel": "6", **props}), build)
    user = Pool(group, Start(0)).user  # type: ignore[arg-type]
    assert [group.rate(user, at_s, 0) for at_s in range(5)] == rates


def test_rates_of_a_table(build: Build) -> None:
    node = Node("f", props={"Schedule": [["1", "3", "2"], ["abc", "", "1"], ["4", "4", "0"], ["4.5d", "4.5", "1"]]})
    group = FreeFormArrivalsThreadGroup(node, build)
    user = Pool(group, Start(0)).user  # type: ignore[arg-type]
    assert [group.rate(user, at_s, 0) for at_s in (0, 1, 2, 2.5, 3.5, 4, 4.1)] == [1, 2, 3, 0, 4.5, 4.5, -1]


def test_each_worker_fills_its_places_of_the_plan(build: Build) -> None:
    props: dict[str, Any] = {"TargetLevel": "5", "RampUp": "5", "Hold": "2"}
    group = ConcurrencyThreadGroup(Node("c", props=props), build)
    starts = [Start(worker) for worker in range(2)]
    levels = [Level(group, start) for start in starts]  # type: ignore[arg-type]
    planned = []
    for at_s in (0.0, 0.4, 0.5, 2.6, 5.0, 6.9, 7.0):
        for start in starts:
            start.now_s = at_s
        assert [level.planned() for level in levels] == [levels[0].planned()] * 2
        planned.append((levels[0].planned(), *(level.lacks() for level in levels)))
    assert planned == [
        (0, False, False),
        (0, False, False),
        (1, True, False),
        (3, True, True),
        (5, True, True),
        (5, True, True),
        (-1, False, False),
    ]


def test_a_plan_rises_in_steps(build: Build) -> None:
    props: dict[str, Any] = {"TargetLevel": "5", "RampUp": "4", "Steps": "2", "Hold": "2"}
    start = Start(0)
    level = Level(ConcurrencyThreadGroup(Node("c", props=props), build), start)  # type: ignore[arg-type]
    planned = []
    for start.now_s in (0.0, 1.9, 2.0, 4.1, 6.0):
        planned.append(level.planned())
    assert planned == [3, 3, 5, 5, -1]


@pytest.mark.parametrize(("key", "written"), [("Hold", "abc"), ("RampUp", "1,5"), ("Steps", "2.5"), ("Steps", " 2")])
def test_numbers_that_the_plugin_fails_at_are_faults(key: str, written: str, build: Build) -> None:
    ConcurrencyThreadGroup(Node("c", path="Plan > c", props={"TargetLevel": "5", key: written}), build)
    assert [(fault.path, fault.fatal) for fault in build.faults] == [("Plan > c", True)]
    assert f'"{written}"' in build.faults[0].problem


def test_numbers_are_read_as_java_reads_them() -> None:
    assert [double(text) for text in ("1", " 1.5e1 ", "2.f", ".5D", "-3")] == [1.0, 15.0, 2.0, 0.5, -3.0]
    assert [seconds(text, 60) for text in ("", "1", "0.025", "-0.025")] == [0, 60, 2, -1]
    assert [long(text) for text in ("", "+7", "-7")] == [0, 7, -7]
    with pytest.raises(ValueError, match="For input string"):
        long("9223372036854775808")


@pytest.mark.parametrize(
    ("written", "read_s"),
    [("NaN", 0), (" +Infinity ", 2**63 - 1), ("-Infinity", -(2**63)), ("1e20", 2**63 - 1), ("1.5d", 2), ("-1.5", -1)],
)
def test_seconds_are_rounded_as_java_rounds_them(written: str, read_s: int) -> None:
    assert seconds(written, 1) == read_s


def test_a_ramp_and_a_hold_that_are_too_long_together_end_before_they_begin() -> None:
    assert wrapped(seconds("1e20", 1) + seconds("1", 1), LONG) == -(2**63)


@pytest.mark.parametrize(("number", "cut"), [(1e20, 2**31 - 1), (float("nan"), 0), (-1e20, -(2**31)), (-1.5, -1)])
def test_a_number_is_cut_to_an_int(number: float, cut: int) -> None:
    assert as_int(number) == cut


def divided_pools(tmp_path: Path, servers: int, **props: Any) -> list[Pool]:
    """Make the crowd of a group on each of several servers that divide the load, with one worker each."""
    made = []
    for index in range(servers):
        dividing = Dividing(Division(index, (1,) * servers, 1))
        build = Build(properties={}, cells=Cells(), base=tmp_path, dividing=dividing)
        group = ArrivalsThreadGroup(Node("a", props={"TargetLevel": "1", **props}), build)
        start = Start(0)
        start.share = DividedShare(0, 1, dividing.deal, 0)
        made.append(Pool(group, start))  # type: ignore[arg-type]
    return made


def test_servers_divide_the_number_of_arrivals(tmp_path: Path) -> None:
    pools = divided_pools(tmp_path, 3, ArrivalsLimit="7")
    assert [pool.most for pool in pools] == [3, 2, 2]
    few = divided_pools(tmp_path, 3, ArrivalsLimit="2")
    assert [pool.over() for pool in few] == [False, False, True]
    assert not any(pool.over() for pool in divided_pools(tmp_path, 3))


def test_users_are_numbered_over_all_servers(tmp_path: Path) -> None:
    pools = divided_pools(tmp_path, 3)
    numbers = [arrival.number for _ in range(2) for pool in pools if (arrival := pool.serve(0))]
    assert numbers == [0, 1, 2, 3, 4, 5]


def test_servers_divide_the_users_of_an_arrivals_group(tmp_path: Path) -> None:
    pools = divided_pools(tmp_path, 3, ConcurrencyLimit="7")
    assert [pool.group.most_users(pool.user, pool.run.share) for pool in pools] == [3, 2, 2]
    assert [pool.group.most_users(pool.user, pool.run.share) for pool in divided_pools(tmp_path, 3)] == [0, 0, 0]
