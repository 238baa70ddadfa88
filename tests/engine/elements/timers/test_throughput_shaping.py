"""The Throughput Shaping Timer deals a second's slots out to the users of all workers, and stops them at its end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pyjm.engine.compile.build import Build
from pyjm.engine.elements.timers import throughput_shaping
from pyjm.engine.elements.timers.throughput_shaping import ThroughputShapingTimer
from pyjm.engine.plan.tree import Node
from pyjm.engine.shared.cells import MappedCells
from pyjm.engine.vu.user import User

Users = Callable[..., User]


class Clock:
    """A wall clock that stands still."""

    now_ms = 1_000_000

    def __call__(self) -> int:
        return self.now_ms


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(throughput_shaping, "wall_ms", clock)
    return clock


@pytest.fixture
def timers(tmp_path: Path) -> Callable[..., list[ThroughputShapingTimer]]:
    """Make one timer as it is in each of two workers, of rows."""
    MappedCells.create(tmp_path / "cells")

    def make(*rows: list[str], **properties: str) -> list[ThroughputShapingTimer]:
        props: dict[str, Any] = {"load_profile": list(rows)}
        made = []
        for _ in range(2):
            build = Build(properties=dict(properties), cells=MappedCells(tmp_path / "cells"), base=tmp_path)
            build.set_property = build.properties.__setitem__
            made.append(ThroughputShapingTimer(Node("TST", name="tst", path="tst", props=props), build))
        return made

    return make


def test_a_second_has_its_slots_whichever_worker_takes_them(timers: Any, users: Users, clock: Clock) -> None:
    one, other = timers(["10", "10", "60"])
    user = users()
    assert [one.left_ms(user), other.left_ms(user), one.left_ms(user)] == [0, 100, 100]
    clock.now_ms += 40
    assert other.left_ms(user) == 60
    clock.now_ms += 260
    taken = [timer.left_ms(user) for timer in (one, other, one, other)]
    assert taken == [0, 0, 0, 100]
    clock.now_ms += 700
    assert [one.left_ms(user), other.left_ms(user)] == [0, 100]


def test_a_worker_whose_clock_is_behind_does_not_go_back(timers: Any, users: Users, clock: Clock) -> None:
    one, other = timers(["10", "10", "60"])
    user = users()
    assert one.left_ms(user) == 0
    clock.now_ms -= 1
    assert other.left_ms(user) > 0


def test_a_rate_of_none_lets_one_go_and_the_next_second_decides(timers: Any, users: Users, clock: Clock) -> None:
    one, _ = timers(["0", "10", "10"])
    user = users()
    assert [one.left_ms(user), one.left_ms(user)] == [0, 1000]
    clock.now_ms += 2000
    assert [one.left_ms(user), one.left_ms(user)] == [0, 500]


def test_behind_the_rows_it_stops_harder_each_second(timers: Any, users: Users, clock: Clock) -> None:
    one, _ = timers(["10", "10", "1"])
    user = users()
    for _ in range(13):
        one.left_ms(user)
        clock.now_ms += 1000
    asked = user.test.asked  # type: ignore[attr-defined]
    assert asked == ["stop group 0"] * 3 + ["stop group 0 now"] * 2 + ["stop"] * 5 + ["stop now"]


def test_properties_tell_of_each_second(timers: Any, users: Users, clock: Clock) -> None:
    one, _ = timers(["10", "20", "10"])
    user = users()
    one.left_ms(user)
    clock.now_ms += 1000
    one.left_ms(user)
    told = {key: value for key, value in one.build.properties.items() if key.startswith("tst_")}
    assert told == {"tst_totalDuration": "10", "tst_cntDelayed": "0", "tst_cntSent": "1", "tst_rps": "11.0"}


def test_the_property_stands_above_the_rows_of_the_plan(timers: Any, users: Users) -> None:
    one, _ = timers(["10", "20", "10"], load_profile="const(3,5) nonsense(1)")
    assert [tuple(row) for row in one.rows(users())] == [(3, 3, 5)]
    assert [fault.fatal for fault in one.build.faults] == [False]


@pytest.mark.parametrize("rows", [(["10", "20"],), (["10", "20", "10"], ["1"])], ids=str)
def test_a_row_that_is_too_short_costs_one_sample_of_each_second_and_holds_up_none(
    timers: Any, users: Users, clock: Clock, rows: tuple[list[str], ...]
) -> None:
    one, other = timers(*rows)
    assert [(fault.fatal, "cells instead of 3" in fault.problem) for fault in one.build.faults] == [(False, True)]
    user = users()
    for _ in range(2):
        with pytest.raises(IndexError, match=f"Index 2 out of bounds for length {len(rows[-1])}"):
            one.left_ms(user)
        assert [timer.left_ms(user) for timer in (one, other) * 20] == [0] * 40
        clock.now_ms += 1000
