"""The instants of a Precise Throughput Timer: JMeter's where a seed is given, exactly so many in each period."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pyjm.engine.elements.timers.arrivals import Arrivals, Asked, NoArrivals, Rate
from pyjm.engine.elements.timers.precise_throughput import PreciseThroughputTimer
from pyjm.engine.shared.cells import Cells, MappedCells
from pyjm.engine.vu.clock import wall_ms
from pyjm.engine.vu.stops import StopThread
from pyjm.engine.vu.user import User

Users = Callable[..., User]

SEED_42 = (0.34443587537570486, 0.35475695581875666, 0.41953513773266415, 0.5514961388834048, 0.5541569801482733)
"""What JMeter 5.5 logs as the first instants of 10 a second for 2 s with the seed 42."""
SEED_42_NEXT = (2.0628364776531614, 2.583312994823608, 2.715839838954257)
"""And those of its second period."""
SEED_42_BY_THREE = (0.5541569801482733, 0.6174389106653195, 0.7375658268226113)
"""And in batches of three."""


def two_workers(tmp_path: Path) -> list[Arrivals]:
    MappedCells.create(tmp_path / "cells")
    return [Arrivals(MappedCells(tmp_path / "cells"), "group") for _ in range(2)]


def test_a_seed_gives_jmeters_instants_period_by_period() -> None:
    arrivals, rate = Arrivals(Cells(), "group"), Rate(10, 1, 2, 42)
    instants = [arrivals.next(rate) for _ in range(23)]
    assert instants[:5] == pytest.approx(SEED_42, abs=1e-12)
    assert instants[20:] == pytest.approx(SEED_42_NEXT, abs=1e-12)
    assert instants == sorted(instants)


def test_several_workers_share_jmeters_instants(tmp_path: Path) -> None:
    one, other = two_workers(tmp_path)
    rate = Rate(10, 1, 2, 42)
    instants = [arrivals.next(rate) for _ in range(12) for arrivals in (one, other)]
    assert instants[:5] == pytest.approx(SEED_42, abs=1e-12)
    assert instants[20:23] == pytest.approx(SEED_42_NEXT, abs=1e-12)


def test_those_of_a_batch_begin_at_one_instant() -> None:
    arrivals, rate = Arrivals(Cells(), "group"), Rate(10, 3, 2, 42)
    instants = [arrivals.next(rate) for _ in range(9)]
    assert instants == pytest.approx([instant for instant in SEED_42_BY_THREE for _ in range(3)], abs=1e-12)


def test_a_batch_of_none_never_ends() -> None:
    arrivals, rate = Arrivals(Cells(), "group"), Rate(10, 0, 2, 42)
    assert [arrivals.next(rate) for _ in range(50)] == pytest.approx([SEED_42[0]] * 50, abs=1e-12)


def test_without_a_seed_each_period_has_exactly_so_many_for_all_workers(tmp_path: Path) -> None:
    one, other = two_workers(tmp_path)
    rate = Rate(100, 1, 5, 0)
    instants = [arrivals.next(rate) for _ in range(500) for arrivals in (one, other)]
    assert instants == sorted(instants)
    assert sum(instant < 5 for instant in instants) == 500
    assert 5 < instants[500] < instants[-1] < 10
    halves = sum(instant < 2.5 for instant in instants)
    assert 180 < halves < 320, "they are spread evenly over the period"


def test_a_new_throughput_begins_behind_the_period_as_in_jmeter() -> None:
    arrivals = Arrivals(Cells(), "group")
    assert arrivals.next(Rate(10, 1, 2, 42)) < 2
    assert 2 < arrivals.next(Rate(20, 1, 2, 42)) < 4


@pytest.mark.parametrize("rate", [Rate(0, 1, 2, 0), Rate(-5, 1, 2, 0), Rate(10, 1, 0, 0), Rate(1e12, 1, 10, 0)])
def test_where_no_instant_can_be_none_comes(rate: Rate) -> None:
    with pytest.raises(NoArrivals):
        Arrivals(Cells(), "group").next(rate)


def test_the_first_timer_of_a_group_makes_its_schedule(compiled: Callable[..., Any], users: Users) -> None:
    second = {"throughputPeriod": "1", "duration": "2", "batchSize": "1", "throughput": "10"}
    first = compiled(PreciseThroughputTimer, {**second, "randomSeed": "42"})
    never = compiled(PreciseThroughputTimer, {**second, "throughput": "0"})
    user, other = users(), users(group=1)
    user.test.properties["TESTSTART.MS"] = str(wall_ms())
    assert first.delay(user) == pytest.approx(SEED_42[0], abs=0.05)
    assert never.delay(user) == pytest.approx(SEED_42[1], abs=0.05)
    with pytest.raises(NoArrivals):
        never.delay(other)


def test_a_user_whose_time_is_over_by_then_ends(compiled: Callable[..., Any], users: Users) -> None:
    timer = compiled(PreciseThroughputTimer, {"throughputPeriod": 3600, "duration": 3600, "throughput": 1.0})
    user = users()
    user.test.properties["TESTSTART.MS"] = str(wall_ms() + 60_000)
    user.ends_ns = 1
    with pytest.raises(StopThread):
        timer.delay(user)


def test_the_rate_is_that_of_the_user_that_was_first(tmp_path: Path) -> None:
    MappedCells.create(tmp_path / "cells")
    one, other = (Asked(MappedCells(tmp_path / "cells"), "group") for _ in range(2))
    first, second = Rate(4.0, 1, 2, 42), Rate(40.0, 3, 5, 7)
    assert [one.by(1, first), other.by(2, second)] == [first, first]


def test_the_first_user_changes_the_rate_and_its_period_alone() -> None:
    asked = Asked(Cells(), "group")
    asked.by(1, Rate(4.0, 1, 2, 42))
    asked.by(1, Rate(40.0, 3, 5, 7))
    assert asked.by(2, Rate(1.0, 2, 3, 4)) == Rate(40.0, 1, 5, 42)
